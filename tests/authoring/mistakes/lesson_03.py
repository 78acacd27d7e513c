"""Wrong answers to the exercises of lesson 03: (name, source, what the check must say)."""

_TICKER = """
def ticker(client, note):
    stream = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{{"role": "user", "content": note}}],
        stream=True,
        stream_options={options},
    )
    text, tokens = "", None
    for chunk in stream:
        {body}
        if chunk.usage:
            tokens = {total}
    return text, tokens
"""
_USAGE = '{"include_usage": True}'
_TEXT = 'text += chunk.choices[0].delta.content or "" if chunk.choices else ""'

_TOTAL = "chunk.usage.total_tokens"


def _ticker(body: str = _TEXT, options: str = _USAGE, total: str = _TOTAL) -> str:
    return _TICKER.format(body=body, options=options, total=total)


_SENTENCES = """
def sentences(pieces):
    rest = ""
    for piece in pieces:
        rest += piece
        while "." in rest:
            sentence, rest = rest.split(".", 1)
            yield {sentence}
    {end}
"""
_SENTENCE = 'sentence.strip() + "."'
_END = "if rest.strip(): yield rest.strip()"

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


def _line(
    mark: str = _MARK, error: str = "APIError", then: str = "whole = False", after: str = "pass"
) -> str:
    return _LINE.format(mark=mark, error=error, then=then, after=after)


WRONG = {
    "03-1": [
        ("no usage asked for", _ticker(options="{}"), "ask for the usage"),
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
            "streams Responses",
            """
def ticker(client, note):
    text, tokens = "", None
    for event in client.responses.create(model="gpt-6-luna", input=note, stream=True):
        if event.type == "response.output_text.delta":
            text += event.delta
        if event.type == "response.completed":
            tokens = event.response.usage.total_tokens
    return text, tokens
""",
            "not to Chat",
        ),
        (
            "takes the first choice of every chunk",
            _ticker('text += chunk.choices[0].delta.content or ""'),
            "`IndexError`",
        ),
        (
            "adds None",
            _ticker("if chunk.choices: text += chunk.choices[0].delta.content"),
            "`TypeError`",
        ),
        (
            "keeps only the last piece",
            _ticker('if chunk.choices: text = chunk.choices[0].delta.content or ""'),
            "the text is ''",
        ),
        (
            "writes None",
            _ticker('if chunk.choices: text += f"{chunk.choices[0].delta.content}"'),
            "looks up.None'",
        ),
        (
            "stops at the finish reason",
            _ticker(f"{_TEXT}\n        if chunk.choices[0].finish_reason: break"),
            "the total you return is None",
        ),
        (
            "only the tokens out",
            _ticker(total="chunk.usage.completion_tokens"),
            "the total you return is 14",
        ),
        (
            "adds the reasoning once more",
            _ticker(
                total="chunk.usage.total_tokens"
                " + chunk.usage.completion_tokens_details.reasoning_tokens"
            ),
            "the usage said 12 in and 40 out; the total you return is 82",
        ),
        (
            "an unknown total is nothing",
            _ticker().replace("None", "0"),
            "ended just before its usage: the total you return is 0",
        ),
        (
            "counts the chunks",
            _ticker().replace("return text, tokens", "return text, len(text.split())"),
            "the total you return is 7",
        ),
        (
            "takes the last chunk for the usage",
            _ticker(total="None").replace(
                "return text, tokens", "return text, chunk.usage.total_tokens"
            ),
            "'NoneType' object has no attribute 'total_tokens'",
        ),
        ("the text alone", _ticker().replace("return text, tokens", "return text"), "returned str"),
        (
            "a note of its own",
            _ticker().replace('"content": note', '"content": "Scene 7. The organ moos."'),
            "the note is 'Scene 9. The cow leaves.'",
        ),
        (
            "a silent ticker where the API fails",
            """
import openai


def ticker(client, note):
    text, tokens = "", None
    try:
        for chunk in client.chat.completions.create(
            model="gpt-6-luna",
            messages=[{"role": "user", "content": note}],
            stream=True,
            stream_options={"include_usage": True},
        ):
            if chunk.choices:
                text += chunk.choices[0].delta.content or ""
            if chunk.usage:
                tokens = chunk.usage.total_tokens
    except openai.APIError:
        pass
    return text, tokens
""",
            "is kept from the caller",
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
            "'The organ moos.' was whole after 2 of 4 pieces; it came after 4",
        ),
        (
            "a list",
            """
def sentences(pieces):
    found, rest = [], ""
    for piece in pieces:
        *whole, rest = (rest + piece).split(".")
        found += [each.strip() + "." for each in whole]
    return found + ([rest.strip()] if rest.strip() else [])
""",
            "it came after 4",
        ),
        (
            "one sentence a piece",
            _SENTENCES.format(sentence=_SENTENCE, end=_END).replace("while", "if"),
            "was whole after 4 of 5 pieces; it came after 5",
        ),
        (
            "waits for the space after the stop",
            """
def sentences(pieces):
    rest = ""
    for piece in pieces:
        rest += piece
        while ". " in rest:
            sentence, rest = rest.split(". ", 1)
            yield sentence.strip() + "."
    if rest.strip():
        yield rest.strip()
""",
            "'Three.' was whole after 1 of 4 pieces; it came after 3",
        ),
        (
            "only pieces that end with a stop",
            """
def sentences(pieces):
    rest = ""
    for piece in pieces:
        rest += piece
        if piece.endswith("."):
            yield rest.strip()
            rest = ""
    if rest.strip():
        yield rest.strip()
""",
            "it gave ['The organ moos. The priest looks up.']",
        ),
        (
            "loses what is left",
            _SENTENCES.format(sentence=_SENTENCE, end="pass"),
            "not ['He sits.', 'He stands.', 'He goes.', 'Bella eats']",
        ),
        (
            "an empty sentence at the end",
            _SENTENCES.format(sentence=_SENTENCE, end="yield rest.strip()"),
            "it gave ['The organ moos.', 'The priest looks up.', '']",
        ),
        (
            "a space is a sentence",
            _SENTENCES.format(sentence=_SENTENCE, end="if rest: yield rest.strip()"),
            "it gave ['One.', 'Two.', 'Three.', 'Four.', '']",
        ),
        (
            "forgets the full stop",
            _SENTENCES.format(sentence="sentence.strip()", end=_END),
            "it gave ['The organ moos', 'The priest looks up']",
        ),
        (
            "keeps the spaces",
            _SENTENCES.format(sentence='sentence + "."', end=_END),
            "it gave ['The organ moos.', ' The priest looks up.']",
        ),
        (
            "only the spaces in front",
            _SENTENCES.format(sentence=_SENTENCE, end="if rest.strip(): yield rest.lstrip()"),
            "'He goes.', 'Bella eats '], not",
        ),
        (
            "a stop at the end, always",
            _SENTENCES.format(sentence=_SENTENCE, end="if rest.strip(): yield rest.strip() + '.'"),
            "it gave ['He sits.', 'He stands.', 'He goes.', 'Bella eats.']",
        ),
        (
            "forgets the pieces before",
            """
def sentences(pieces):
    for piece in pieces:
        *whole, rest = piece.split(".")
        for sentence in whole:
            yield sentence.strip() + "."
    if rest.strip():
        yield rest.strip()
""",
            "it gave ['gan moos.', 'up.']",
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
        (
            "needs a list",
            """
def sentences(pieces):
    rest = ""
    for number in range(len(pieces)):
        *whole, rest = (rest + pieces[number]).split(".")
        yield from (each.strip() + "." for each in whole)
    if rest.strip():
        yield rest.strip()
""",
            "`TypeError`",
        ),
    ],
    "03-3": [
        (
            "trusts the end of the loop",
            _line(mark="pass", then="return text, False", after="whole = True"),
            "ended without a word",
        ),
        (
            "knows the bad endings only",
            _line(
                mark='whole = event.type not in ("error", "response.failed",'
                ' "response.incomplete", "response.output_text.delta")'
            ),
            "that ended after `response.created`",
        ),
        (
            "takes the end of the text for the end",
            _line(mark='whole = whole or event.type == "response.output_text.done"'),
            "it returned ('The organ moos. ', True)",
        ),
        (
            "takes the last done for the end",
            _line(mark='whole = event.type.endswith((".done", "completed"))'),
            "that ended after `response.output_text.done`",
        ),
        (
            "takes the item for the end",
            _line(mark='whole = event.type in ("response.output_item.done", "response.completed")'),
            "that ended after `response.output_item.done`",
        ),
        (
            "takes any last event",
            _line(mark='whole = event.type in ("response.completed", "response.incomplete")'),
            "that ended with `response.incomplete`",
        ),
        (
            "takes a failed answer for whole",
            _line(mark='whole = event.type in ("response.completed", "response.failed")'),
            "that ended with `response.failed`",
        ),
        (
            "takes an error for the end",
            _line(mark='whole = event.type in ("response.completed", "error")'),
            "that ended with `error`",
        ),
        ("never sure", _line(mark="whole = False"), "for a whole stream with 'The organ moos."),
        (
            "lets a broken connection through",
            _line(error="APIStatusError"),
            "stops the program: `APIConnectionError`",
        ),
        (
            "lets an error in the stream through",
            _line(error="APIConnectionError"),
            "stops the program: `APIError`",
        ),
        (
            "throws away what came",
            _line(then='text, whole = "", False'),
            "whose connection broke, with the text 'The organ moos. ': it returned ('', False)",
        ),
        (
            "keeps the last piece only",
            _line().replace("text +=", "text ="),
            "it returned (' up.', True)",
        ),
        (
            "asks again",
            _line(then="return line(client, note)"),
            "paid twice",
        ),
        (
            "raises for a broken stream",
            _line(after="if not whole: raise EOFError(text)"),
            "without a word stops the program: `EOFError`",
        ),
        (
            "the text alone",
            _line().replace("return text, whole", "return text"),
            "it returned 'The",
        ),
        (
            "asks for the whole answer",
            """
def line(client, note):
    response = client.responses.create(model="gpt-6-luna", input=note)
    return response.output_text, response.status == "completed"
""",
            "does not ask for a stream",
        ),
        (
            "streams Chat",
            """
def line(client, note):
    text, whole = "", False
    for chunk in client.chat.completions.create(
        model="gpt-6-luna", messages=[{"role": "user", "content": note}], stream=True
    ):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            whole = whole or choice.finish_reason == "stop"
    return text, whole
""",
            "not to Responses",
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
        (
            "hides a broken line before the stream",
            """
import openai


def line(client, note):
    text, whole = "", False
    try:
        for event in client.responses.create(model="gpt-6-luna", input=note, stream=True):
            whole = event.type == "response.completed"
            if event.type == "response.output_text.delta":
                text += event.delta
    except openai.APIStatusError:
        raise
    except openai.APIError:
        whole = False
    return text, whole
""",
            "a broken connection is kept",
        ),
    ],
}
