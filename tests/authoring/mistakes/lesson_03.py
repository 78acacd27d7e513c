"""Wrong answers to the exercises of lesson 03: (name, source, what the check must say)."""

_TICKER = """
def ticker(client, note):
    stream = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{{"role": "user", "content": note}}],
        stream=True,
        stream_options={options},
    )
    text, tokens = "", 0
    for chunk in stream:
        {body}
        if chunk.usage:
            tokens = chunk.usage.total_tokens
    return text, tokens
"""
_USAGE = '{"include_usage": True}'
_TEXT = 'text += chunk.choices[0].delta.content or "" if chunk.choices else ""'

_LINE = """
import openai


def line(client, note):
    text, whole = "", False
    stream = client.responses.create(model="gpt-6-luna", input=note, stream=True)
    try:
        for event in stream:
            {mark}
            if event.type == "response.output_text.delta":
                text += event.delta
    except openai.{error}:
        {then}
    {after}
    return text, whole
"""
_MARK = 'whole = event.type == "response.completed"'

WRONG = {
    "03-1": [
        ("no usage asked for", _TICKER.format(options="{}", body=_TEXT), "ask for the usage"),
        (
            "asks for no stream",
            """
def ticker(client, note):
    answer = client.chat.completions.create(
        model="gpt-6-luna", messages=[{"role": "user", "content": note}]
    )
    return answer.choices[0].message.content, answer.usage.total_tokens
""",
            "does not ask for a stream",
        ),
        (
            "takes the first choice of every chunk",
            _TICKER.format(options=_USAGE, body='text += chunk.choices[0].delta.content or ""'),
            "`IndexError`",
        ),
        (
            "adds None",
            _TICKER.format(
                options=_USAGE,
                body="if chunk.choices: text += chunk.choices[0].delta.content",
            ),
            "`TypeError`",
        ),
        (
            "keeps only the last piece",
            _TICKER.format(
                options=_USAGE,
                body='if chunk.choices: text = chunk.choices[0].delta.content or ""',
            ),
            "the text is",
        ),
        (
            "stops at the finish reason",
            _TICKER.format(
                options=_USAGE,
                body=f"{_TEXT}\n        if chunk.choices[0].finish_reason: break",
            ),
            "the total you return is 0",
        ),
    ],
    "03-2": [
        (
            "waits for the whole text",
            """
def sentences(pieces):
    for sentence in "".join(pieces).replace(".", ".\\n").split("\\n"):
        if sentence.strip():
            yield sentence.strip()
""",
            "it came after 4",
        ),
        (
            "one sentence a piece",
            """
def sentences(pieces):
    rest = ""
    for piece in pieces:
        rest += piece
        if "." in rest:
            sentence, rest = rest.split(".", 1)
            yield sentence.strip() + "."
    if rest.strip():
        yield rest.strip()
""",
            "was whole after 4 of 5 pieces; it came after 5",
        ),
        (
            "loses what is left",
            """
def sentences(pieces):
    rest = ""
    for piece in pieces:
        rest += piece
        while "." in rest:
            sentence, rest = rest.split(".", 1)
            yield sentence.strip() + "."
""",
            "not ['He sits.', 'He stands.', 'He goes.', 'Bella eats']",
        ),
        (
            "prints",
            """
def sentences(pieces):
    for piece in pieces:
        print(piece)
""",
            "yield instead",
        ),
    ],
    "03-3": [
        (
            "trusts the end of the loop",
            _LINE.format(
                mark="pass", error="APIError", then="return text, False", after="whole = True"
            ),
            "ended without a word",
        ),
        (
            "takes any last event",
            _LINE.format(
                mark='whole = event.type in ("response.completed", "response.incomplete")',
                error="APIError",
                then="whole = False",
                after="",
            ),
            "`response.incomplete`",
        ),
        (
            "lets a broken connection through",
            _LINE.format(mark=_MARK, error="APIStatusError", then="whole = False", after=""),
            "stops the program: `APIConnectionError`",
        ),
        (
            "lets an error in the stream through",
            _LINE.format(mark=_MARK, error="APIConnectionError", then="whole = False", after=""),
            "stops the program: `APIError`",
        ),
        (
            "throws away what came",
            _LINE.format(mark=_MARK, error="APIError", then='text = ""', after=""),
            "whose connection broke",
        ),
        (
            "asks again",
            _LINE.format(
                mark=_MARK,
                error="APIError",
                then="return line(client, note)",
                after="",
            ),
            "paid twice",
        ),
        (
            "hides a refused key",
            """
import openai


def line(client, note):
    text, whole = "", False
    try:
        for event in client.responses.create(model="gpt-6-luna", input=note, stream=True):
            whole = event.type == "response.completed"
            if event.type == "response.output_text.delta":
                text += event.delta
    except openai.APIError:
        whole = False
    return text, whole
""",
            "kept from the caller",
        ),
    ],
}
