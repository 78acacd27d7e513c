"""Right answers to the exercises of lesson 31, in other ways than the reference."""

RIGHT = {
    "31-1": [
        (
            "match",
            """
def outcome(response):
    match response.status:
        case "completed":
            return response.output_text
        case "queued" | "in_progress":
            return None
        case "failed" if response.error is not None:
            raise RuntimeError("failed, " + response.error.code)
        case "incomplete" if response.incomplete_details is not None:
            raise RuntimeError("incomplete, " + str(response.incomplete_details.reason))
    raise RuntimeError(response.status)
""",
        ),
        (
            "getattr finds the reason, the text is put together by hand",
            """
def outcome(response):
    if response.status in {"queued", "in_progress"}:
        return
    reason = getattr(response.error, "code", None)
    reason = reason or getattr(response.incomplete_details, "reason", None) or "no reason is given"
    if response.status != "completed":
        raise RuntimeError(f"the response is {response.status} ({reason})")
    parts = [p for item in response.output if item.type == "message" for p in item.content]
    return "".join(part.text for part in parts)
""",
        ),
        (
            "a class of its own, and a dict",
            """
class Ended(RuntimeError):
    pass


def outcome(response):
    body = response.to_dict()
    if body["status"] == "completed":
        return response.output_text
    if body["status"] not in ("failed", "incomplete", "cancelled"):
        return None
    error = body.get("error") or body.get("incomplete_details") or {}
    raise Ended(body["status"], error.get("code", error.get("reason")))
""",
        ),
    ],
    "31-2": [
        (
            "an iterator, and a function that reads one stream",
            """
def go_on(client, id_, last, tries):
    got = {}

    def newest():
        return max(got, default=last)

    while tries > 0:
        tries -= 1
        try:
            with client.responses.retrieve(id_, stream=True, starting_after=newest()) as stream:
                for event in stream:
                    got[event.sequence_number] = event
        except openai.APIConnectionError:
            continue
        finally:
            kinds = {event.type for event in got.values()}
        if "response.completed" in kinds:
            found = (got[number] for number in sorted(got))
            return "".join(e.delta for e in found if e.type == "response.output_text.delta")
        if kinds & {"response.failed", "response.incomplete"}:
            raise RuntimeError("the response has ended, and its text is not whole")
    raise EOFError("given up")
""",
        ),
        (
            "calls itself",
            """
def go_on(client, id_, last, tries):
    if tries == 0:
        raise EOFError("no tries are left")
    text = ""
    try:
        for event in client.responses.retrieve(id_, stream=True, starting_after=last):
            last = event.sequence_number
            match event.type:
                case "response.output_text.delta":
                    text = text + event.delta
                case "response.completed":
                    return text
                case "response.incomplete" | "response.failed":
                    raise RuntimeError(f"{id_}: {event.type}")
    except openai.APIConnectionError:
        print("the link has dropped")
    return text + go_on(client, id_, last, tries - 1)
""",
        ),
        (
            "the error in place of the end",
            """
from openai import APIConnectionError


def go_on(client, id_, last, tries):
    events = []
    for number in range(1, tries + 1):
        after = events[-1].sequence_number if events else last
        try:
            events.extend(client.responses.retrieve(id_, starting_after=after, stream=True))
        except APIConnectionError:
            # extend keeps what came before the break
            pass
        end = events[-1].type if events else ""
        if end == "response.completed":
            return "".join(getattr(e, "delta", "") for e in events)
        if end in ["response.incomplete", "response.failed"]:
            raise RuntimeError(end)
    raise EOFError
""",
        ),
    ],
    "31-3": [
        (
            "verifies, then reads by itself",
            """
from openai import InvalidWebhookSignatureError


def receive(client, body, headers, seen):
    try:
        client.webhooks.verify_signature(body, headers)
    except (InvalidWebhookSignatureError, ValueError):
        return (400, None)
    event, id_ = json.loads(body), headers["webhook-id"]
    if id_ in seen:
        return (200, None)
    if event["type"] == "response.completed":
        response = client.responses.retrieve(event["data"]["id"])
        seen.add(id_)
        return (200, response.output_text)
    return (200, None)
""",
        ),
        (
            "match, and seen grows for every message",
            """
def receive(client, body, headers, seen):
    try:
        event = client.webhooks.unwrap(body, headers, secret=client.webhook_secret)
    except Exception:
        return 400, None
    text, key = None, headers.get("webhook-id")
    if key not in seen:
        match event.type:
            case "response.completed":
                text = client.responses.retrieve(response_id=event.data.id).output_text
        seen |= {key}
    return 200, text
""",
        ),
        (
            "the raw response, its parts added up",
            """
def receive(client, body, headers, seen):
    try:
        event = client.webhooks.unwrap(body, headers)
    except ValueError:
        return 400, None
    id_ = headers["webhook-id"]
    wanted = event.type == "response.completed" and id_ not in seen
    if not wanted:
        return 200, None
    response = client.responses.with_raw_response.retrieve(event.data.id).parse()
    texts = [
        part.text
        for item in response.output
        if item.type == "message"
        for part in item.content
        if part.type == "output_text"
    ]
    seen.update([id_])
    return 200, "".join(texts)
""",
        ),
        (
            "wraps the API's error and takes nothing back",
            """
import openai


def receive(client, body, headers, seen):
    try:
        event = client.webhooks.unwrap(body.encode(), dict(headers))
    except ValueError:
        return 400, None
    if event.type != "response.completed" or headers["webhook-id"] in seen:
        return 200, None
    try:
        text = client.responses.retrieve(event.data.id).output_text
    except openai.APIError as error:
        raise RuntimeError("the response cannot be fetched") from error
    else:
        seen.add(headers["webhook-id"])
    return 200, text
""",
        ),
    ],
}
