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
            "no longer has your question",
        ),
        (
            "keeps the text only",
            _TURN.format(
                asked=_ASKED,
                then='[*asked, {"role": "assistant", "content": response.output_text}]',
            ),
            "the turn after carries message",
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
            "paid twice",
        ),
        (
            "trusts the first instructions",
            _PHONE.format(
                call='(luna if last is None else {"model": "gpt-6-luna"})',
                input="line",
                last="response.id",
            ),
            "line 2 has no instructions",
        ),
        (
            "starts anew each time",
            _PHONE.format(call="luna", input="line", last="None"),
            "line 2 follows None",
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
            "it kept ['bike', 'dddd', 'cccc'",
        ),
        (
            "forgets the bike",
            _FIT.format(size="size", then="break", back="list(reversed(kept))"),
            "the first item is not kept",
        ),
    ],
}
