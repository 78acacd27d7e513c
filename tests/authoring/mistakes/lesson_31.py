"""Wrong answers to the exercises of lesson 31: (name, source, what the check must say)."""

_OUTCOME = """
def outcome(response):
    if response.status in {waiting}:
        return {nothing}
    if {whole}:
        return {text}
    reason = {reason}
    raise {error}
"""
_FINE = {
    "waiting": '("queued", "in_progress")',
    "nothing": "None",
    "whole": 'response.status == "completed"',
    "text": "response.output_text",
    "reason": (
        "response.error.code if response.error else "
        "response.incomplete_details and response.incomplete_details.reason"
    ),
    "error": 'RuntimeError(f"{response.status}: {reason}")',
}

_GO_ON = """
def go_on(client, id_, last, tries):
    texts = []
    for _ in range({times}):
        {fresh}
        try:
            for event in client.responses.retrieve(id_, {how}):
                {number}
                if event.type == "response.output_text.delta":
                    texts.append(event.delta)
                elif event.type {end}:
                    return "".join(texts)
                elif event.type in ("response.incomplete", "response.failed"):
                    {stopped}
        except {caught}:
            {after}
    {given_up}
"""
_WELL = {
    "times": "tries",
    "fresh": "pass",
    "how": "stream=True, starting_after=last",
    "number": "last = event.sequence_number",
    "end": '== "response.completed"',
    "stopped": "raise RuntimeError(event.type)",
    "caught": "openai.APIConnectionError",
    "after": "pass",
    "given_up": 'raise EOFError("no final event")',
}

_RECEIVE = """
def receive(client, body, headers, seen):
    {first}
    try:
        event = client.webhooks.unwrap(body, headers)
    except {caught}:
        return {refused}, None
    {before}
    if {old} or event.type != "response.completed":
        return 200, None
    text = {fetched}
    {after}
    return 200, text
"""
_ADD = 'seen.add(headers["webhook-id"])'
_GOOD = {
    "first": "pass",
    "caught": "ValueError",
    "refused": "400",
    "before": "pass",
    "old": 'headers["webhook-id"] in seen',
    "fetched": "client.responses.retrieve(event.data.id).output_text",
    "after": _ADD,
}

WRONG = {
    "31-1": [
        (
            "does not know that one is waiting",
            _OUTCOME.format(**_FINE | {"waiting": '("in_progress",)'}),
            "a response that is `queued`",
        ),
        (
            "takes half a text for a whole one",
            _OUTCOME.format(**_FINE | {"whole": 'response.status in ("completed", "incomplete")'}),
            "for a response that was cut short it returned 'Half a'",
        ),
        (
            "looks at the text in place of the status",
            _OUTCOME.format(**_FINE | {"whole": "response.output_text"}),
            "for a completed response with the text ''",
        ),
        (
            "gives what there is of a text",
            _OUTCOME.format(**_FINE | {"nothing": "response.output_text or None"}),
            "is `in_progress` and has some text it returned 'Half a'",
        ),
        (
            "expects that there is always a reason",
            _OUTCOME.format(**_FINE | {"reason": "response.error.code"}),
            "it stopped with `AttributeError`",
        ),
        (
            "names no reason",
            _OUTCOME.format(**_FINE | {"error": "RuntimeError(response.status)"}),
            "without ['server_error']",
        ),
        (
            "names no status",
            _OUTCOME.format(**_FINE | {"error": "RuntimeError(str(reason))"}),
            "without ['failed']",
        ),
        (
            "returns the status",
            _OUTCOME.format(**_FINE | {"text": "response.status"}),
            "it returned 'completed'",
        ),
        (
            "returns the error",
            _OUTCOME.replace("raise {error}", "return {error}").format(**_FINE),
            "and raised nothing",
        ),
        (
            "raises where it is to wait",
            _OUTCOME.format(**_FINE | {"waiting": "()"}),
            "a response that is `queued` it raised `RuntimeError`",
        ),
        (
            "shows the whole error",
            _OUTCOME.format(**_FINE | {"reason": "response.error or response.incomplete_details"}),
            "shows a whole object",
        ),
    ],
    "31-2": [
        (
            "begins anew each time",
            _GO_ON.format(**_WELL | {"how": "stream=True"}),
            "`starting_after` is missing",
        ),
        (
            "forgets the number of what came",
            _GO_ON.format(**_WELL | {"number": "pass"}),
            "it asks for the events after 5; those up to 7 are there already",
        ),
        (
            "forgets the text of what came",
            _GO_ON.format(**_WELL | {"fresh": "texts = []"}),
            "for a stream that breaks once more it returned",
        ),
        (
            "fetches it whole",
            _GO_ON.format(**_WELL | {"how": "starting_after=last"}),
            "a request does not ask for a stream",
        ),
        (
            "gives up at the first break",
            _GO_ON.format(**_WELL | {"after": "raise"}),
            "the broken connection reached the caller",
        ),
        (
            "swallows every error",
            _GO_ON.format(**_WELL | {"caught": "openai.APIError"}),
            "and not with the API's error",
        ),
        (
            "swallows its own error, too",
            _GO_ON.format(**_WELL | {"caught": "Exception"}),
            "after `response.incomplete` it raised `EOFError`, not `RuntimeError`",
        ),
        (
            "takes any end for a good one",
            _GO_ON.format(
                **_WELL
                | {"end": 'in ("response.completed", "response.incomplete", "response.failed")'}
            ),
            "after `response.incomplete` it returned",
        ),
        (
            "asks again after a final event",
            _GO_ON.format(**_WELL | {"stopped": "break"}),
            "after `response.incomplete` it raised `EOFError`",
        ),
        ("never gives up", _GO_ON.format(**_WELL | {"times": "1000"}), "did not stop"),
        (
            "gives up one request too early",
            _GO_ON.format(**_WELL | {"times": "tries - 1"}),
            "for a stream that comes to its end it raised `EOFError`",
        ),
        (
            "returns what it has",
            _GO_ON.format(**_WELL | {"given_up": 'return "".join(texts)'}),
            "and raised no `EOFError`",
        ),
        (
            "believes that a silent end is a good one",
            _GO_ON.format(**_WELL).replace(
                "        except", '            return "".join(texts)\n        except'
            ),
            "for a stream that stops silently once more it returned",
        ),
        (
            "counts the number itself",
            _GO_ON.format(**_WELL | {"number": "last += len(texts)"}),
            "it asks for the events after",
        ),
        (
            "asks for the newest event again",
            _GO_ON.format(**_WELL | {"how": "stream=True, starting_after=last - 1"}),
            "it asks for the events after 4",
        ),
    ],
    "31-3": [
        (
            "believes every message",
            """
def receive(client, body, headers, seen):
    event = json.loads(body)
    if headers["webhook-id"] in seen or event["type"] != "response.completed":
        return 200, None
    text = client.responses.retrieve(event["data"]["id"]).output_text
    seen.add(headers["webhook-id"])
    return 200, text
""",
            "it fetched a response for a message whose body was changed",
        ),
        (
            "checks the signature but not the age",
            """
from openai import InvalidWebhookSignatureError


def receive(client, body, headers, seen):
    try:
        client.webhooks.verify_signature(body, headers, tolerance=10**9)
    except InvalidWebhookSignatureError:
        return 400, None
    event = json.loads(body)
    if headers["webhook-id"] in seen or event["type"] != "response.completed":
        return 200, None
    text = client.responses.retrieve(event["data"]["id"]).output_text
    seen.add(headers["webhook-id"])
    return 200, text
""",
            "it fetched a response for a message that is ten minutes old",
        ),
        (
            "lets the error out",
            _RECEIVE.format(**_GOOD | {"caught": "KeyError"}),
            "made it raise `InvalidWebhookSignatureError`",
        ),
        (
            "expects that everybody signs",
            _RECEIVE.format(**_GOOD | {"caught": "openai.InvalidWebhookSignatureError"}),
            "a message without any signature made it raise `ValueError`",
        ),
        (
            "takes no note of what came",
            _RECEIVE.format(**_GOOD | {"after": "pass"}),
            "after the first message `seen` is set()",
        ),
        (
            "notes and never looks",
            _RECEIVE.format(**_GOOD | {"old": "False"}),
            "the same message came twice",
        ),
        (
            "notes before it is believed",
            _RECEIVE.format(**_GOOD | {"first": _ADD, "old": "False"}),
            "the genuine one would be dropped",
        ),
        (
            "notes before it has fetched",
            _RECEIVE.format(**_GOOD).replace("    text = ", f"    {_ADD}\n    text = "),
            "the message counts as seen",
        ),
        (
            "looks at the id before the signature",
            """
def receive(client, body, headers, seen):
    if headers.get("webhook-id") in seen:
        return 200, None
    try:
        event = client.webhooks.unwrap(body, headers)
    except ValueError:
        return 400, None
    if event.type != "response.completed":
        return 200, None
    text = client.responses.retrieve(event.data.id).output_text
    seen.add(headers["webhook-id"])
    return 200, text
""",
            "a message that is forged and has an id in `seen` it returned (200, None)",
        ),
        (
            "takes every end for a response",
            _RECEIVE.format(**_GOOD).replace(
                'event.type != "response.completed"', 'not event.type.endswith(".completed")'
            ),
            "a `batch.completed` came",
        ),
        (
            "remembers the event's id in place of the message's",
            _RECEIVE.format(**_GOOD | {"after": "seen.add(event.data.id)"}),
            "after the first message `seen` is {'resp_7'}",
        ),
        (
            "takes the first item",
            _RECEIVE.format(
                **_GOOD
                | {
                    "fetched": "client.responses.retrieve(event.data.id).output[0].content[0].text",
                    "caught": "Exception",
                }
            ),
            "Your code stopped with",
        ),
        (
            "returns the response",
            _RECEIVE.format(**_GOOD | {"fetched": "client.responses.retrieve(event.data.id)"}),
            "for a genuine message it returned (200, Response(",
        ),
        (
            "swallows the outage",
            """
def receive(client, body, headers, seen):
    try:
        event = client.webhooks.unwrap(body, headers)
        if headers["webhook-id"] in seen or event.type != "response.completed":
            return 200, None
        text = client.responses.retrieve(event.data.id).output_text
    except Exception:
        return 400, None
    seen.add(headers["webhook-id"])
    return 200, text
""",
            "a 400 about another parameter is kept from the caller",
        ),
        (
            "answers 401",
            _RECEIVE.format(**_GOOD | {"refused": "401"}),
            "it returned (401, None)",
        ),
    ],
}
