"""Wrong answers to the exercises of lesson 04: (name, source, what the check must say)."""

_TURN = """
def turn(client, history, text):
    asked = {asked}
    response = client.responses.create(**luna, input=asked)
    return response.output_text, {then}
"""
_ASKED = '[*history, {"role": "user", "content": text}]'

_PHONE = """
def phone(client, lines):
    texts, last = [], None
    for line in lines:
        response = client.responses.create(**{call}, previous_response_id=last, input={input})
        texts.append(response.output_text)
        last = {last}
    return texts
"""

_FIT = """
def fit(history, limit):
    room = limit - {size}(history[0])
    kept = []
    for item in reversed(history[1:]):
        if {size}(item) > room:
            {then}
        room -= {size}(item)
        kept.append(item)
    return {back}


def size(item):
    return len(item["content"].encode())


def letters(item):
    return len(item["content"])
"""
_BACK = "[history[0], *reversed(kept)]"

WRONG = {
    "04-1": [
        (
            "forgets the answer",
            _TURN.format(asked=_ASKED, then="asked"),
            "no longer has the answer",
        ),
        (
            "forgets the question",
            _TURN.format(asked=_ASKED, then="[*history, *response.output]"),
            "your question is not in its place",
        ),
        (
            "keeps the text only",
            _TURN.format(
                asked=_ASKED,
                then='[*asked, {"role": "assistant", "content": response.output_text}]',
            ),
            "the turn after carries: assistant",
        ),
        (
            "keeps the messages only",
            _TURN.format(
                asked=_ASKED,
                then='[*asked, *(i for i in response.output if i.type == "message")]',
            ),
            "a reasoning item and a message",
        ),
        (
            "builds the answer anew",
            _TURN.format(
                asked=_ASKED,
                then='[*asked, response.output[0], {"role": "assistant", '
                '"content": response.output_text}]',
            ),
            "has lost its `phase`",
        ),
        (
            "changes the caller's list",
            """
def turn(client, history, text):
    history.append({"role": "user", "content": text})
    response = client.responses.create(**luna, input=history)
    history.extend(response.output)
    return response.output_text, history
""",
            "the list that it was given has changed",
        ),
        (
            "sends the question alone",
            _TURN.format(
                asked='[{"role": "user", "content": text}]',
                then="[*history, *asked, *response.output]",
            ),
            "not the history and the new question",
        ),
        (
            "puts the question first",
            _TURN.format(
                asked='[{"role": "user", "content": text}, *history]',
                then="[*asked, *response.output]",
            ),
            "not the history and the new question, but [('user', 'The saddle sinks.')",
        ),
        (
            "says the question as the assistant",
            _TURN.format(
                asked='[*history, {"role": "assistant", "content": text}]',
                then="[*asked, *response.output]",
            ),
            "('assistant', 'The saddle sinks.')]",
        ),
        (
            "puts the output in as one item",
            _TURN.format(asked=_ASKED, then="[*asked, response.output]"),
            "`BadRequestError`",
        ),
        (
            "returns the response",
            """
def turn(client, history, text):
    asked = [*history, {"role": "user", "content": text}]
    response = client.responses.create(**luna, input=asked)
    return response, [*asked, *response.output]
""",
            "no text, but of type Response",
        ),
        (
            "returns the text alone",
            """
def turn(client, history, text):
    asked = [*history, {"role": "user", "content": text}]
    return client.responses.create(**luna, input=asked).output_text
""",
            "it returned str, not a text and a history",
        ),
        (
            "leaves the instructions out",
            """
def turn(client, history, text):
    asked = [*history, {"role": "user", "content": text}]
    response = client.responses.create(
        model="gpt-6-luna", reasoning={"effort": "none"}, input=asked
    )
    return response.output_text, [*asked, *response.output]
""",
            "has no instructions",
        ),
        (
            "hides a failure",
            """
def turn(client, history, text):
    asked = [*history, {"role": "user", "content": text}]
    try:
        response = client.responses.create(**luna, input=asked)
    except Exception:
        return "", history
    return response.output_text, [*asked, *response.output]
""",
            "is kept from the caller",
        ),
    ],
    "04-2": [
        (
            "follows the first one for ever",
            _PHONE.format(call="luna", input="line", last="last or response.id"),
            "line 3 follows 'resp_1'",
        ),
        (
            "sends the history as well",
            _PHONE.format(
                call="luna",
                input='[{"role": "user", "content": each} for each in lines[: len(texts) + 1]]',
                last="response.id",
            ),
            "would be there twice",
        ),
        (
            "trusts the first instructions",
            _PHONE.format(
                call='(luna if last is None else {"model": "gpt-6-luna"})',
                input="line",
                last="response.id",
            ),
            "the request of line 2 has no instructions",
        ),
        (
            "starts anew each time",
            _PHONE.format(call="luna", input="line", last="None"),
            "line 2 follows None",
        ),
        (
            "uses a conversation",
            """
def phone(client, lines):
    call = client.conversations.create()
    return [
        client.responses.create(**luna, conversation=call.id, input=line).output_text
        for line in lines
    ]
""",
            "it uses a conversation",
        ),
        (
            "keeps a history of its own",
            """
def phone(client, lines):
    history, texts = [], []
    for line in lines:
        history.append({"role": "user", "content": line})
        response = client.responses.create(**luna, input=history)
        history += response.output
        texts.append(response.output_text)
    return texts
""",
            "line 2 follows None; the response before it was 'resp_1'",
        ),
        (
            "stores nothing",
            _PHONE.format(call="luna, store=False", input="line", last="response.id"),
            "not found",
        ),
        (
            "remembers from one call to the next",
            """
memory = {"last": None}


def phone(client, lines):
    texts = []
    for line in lines:
        response = client.responses.create(
            **luna, previous_response_id=memory["last"], input=line
        )
        memory["last"] = response.id
        texts.append(response.output_text)
    return texts
""",
            "line 1 follows 'resp_4'; nothing is before it",
        ),
        (
            "returns the last text",
            """
def phone(client, lines):
    last, text = None, ""
    for line in lines:
        response = client.responses.create(**luna, previous_response_id=last, input=line)
        last, text = response.id, response.output_text
    return text
""",
            "not the texts of the answers as a list",
        ),
        (
            "returns the responses",
            _PHONE.format(call="luna", input="line", last="response.id").replace(
                "response.output_text", "response"
            ),
            "it returned a list of Response, not of texts",
        ),
        (
            "is a generator",
            """
def phone(client, lines):
    last = None
    for line in lines:
        response = client.responses.create(**luna, previous_response_id=last, input=line)
        last = response.id
        yield response.output_text
""",
            "for 4 lines it sent 0 requests",
        ),
        (
            "goes on after a failure",
            """
def phone(client, lines):
    texts, last = [], None
    for line in lines:
        try:
            response = client.responses.create(**luna, previous_response_id=last, input=line)
        except Exception as error:
            texts.append(str(error))
            continue
        last = response.id
        texts.append(response.output_text)
    return texts
""",
            "is kept from the caller",
        ),
        (
            "asks Chat Completions",
            """
def phone(client, lines):
    messages, texts = [{"role": "developer", "content": luna["instructions"]}], []
    for line in lines:
        messages.append({"role": "user", "content": line})
        done = client.chat.completions.create(model="gpt-6-luna", messages=messages)
        messages.append(done.choices[0].message)
        texts.append(done.choices[0].message.content)
    return texts
""",
            "not to Responses",
        ),
    ],
    "04-3": [
        (
            "counts letters",
            _FIT.format(size="letters", then="break", back=_BACK),
            "letters of two bytes",
        ),
        (
            "leaves a gap",
            _FIT.format(size="size", then="continue", back=_BACK),
            "a long item in the middle",
        ),
        (
            "newest first",
            _FIT.format(size="size", then="break", back="[history[0], *kept]"),
            "it kept ['bike', 'd', 'cc'",
        ),
        (
            "forgets the bike",
            _FIT.format(size="size", then="break", back="list(reversed(kept))"),
            "the first item is not kept",
        ),
        (
            "has the first one twice",
            _FIT.format(size="size", then="break", back=_BACK).replace("history[1:]", "history"),
            "it kept ['bike', 'bike'",
        ),
        (
            "does not count the first one",
            _FIT.format(size="size", then="break", back=_BACK).replace(
                "room = limit - size(history[0])", "room = limit"
            ),
            "it kept ['bike', 'bbb', 'cc', 'd']",
        ),
        (
            "stays below the limit",
            _FIT.format(size="size", then="break", back=_BACK).replace("> room", ">= room"),
            "with 14 bytes for ['bike', 'aaaa', 'bbb', 'cc', 'd'] (all of it fits)",
        ),
        (
            "fills up from the oldest",
            """
def fit(history, limit):
    kept, used = [], 0
    for item in history:
        used += len(item["content"].encode())
        if used > limit and kept:
            break
        kept.append(item)
    return kept
""",
            "(room for the two newest) it kept ['bike']",
        ),
        (
            "cuts the list that it was given",
            """
def fit(history, limit):
    while sum(len(i["content"].encode()) for i in history) > limit and len(history) > 1:
        del history[1]
    return history
""",
            "the list that it was given has changed",
        ),
        (
            "gives up where the first one is too long",
            """
def fit(history, limit):
    while history and sum(len(i["content"].encode()) for i in history) > limit:
        history = history[:1] + history[2:] if len(history) > 1 else []
    return history
""",
            "(the first one is too long alone) the first item is not kept first: []",
        ),
        (
            "looks for equal items",
            """
def fit(history, limit):
    room = limit - len(history[0]["content"].encode())
    kept = []
    for item in reversed(history[1:]):
        room -= len(item["content"].encode())
        if room < 0:
            break
        kept.append(item)
    return [history[0]] + [item for item in history[1:] if item in kept]
""",
            "(the same words twice)",
        ),
        (
            "keeps the texts",
            _FIT.format(
                size="size", then="break", back='[i["content"] for i in [history[0], *kept[::-1]]]'
            ),
            "a list of str, not of items",
        ),
    ],
}
