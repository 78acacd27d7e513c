"""Exercises of lesson 03, Streaming."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import openai

from ..exercises.asked import CHAT, RESPONSES
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect, stream_answer

NOTE = "Scene 7. The organ moos."
PIECES = ("The organ", " moos. ", "The priest ", "looks", " up.")
TEXT = "".join(PIECES)
OTHER = "Scene 9. The cow leaves."
OTHER_PIECES = ("Bella ", "goes", " home.")


def _chat(
    pieces: Sequence[str], usage: tuple[int, ...], without_end: int = 0
) -> Callable[[Asked], dict[str, Any]]:
    """A stream of Chat, with its usage where that was asked for. `without_end`: chunks that lack."""

    def reply(asked: Asked) -> dict[str, Any]:
        options = asked.body.get("stream_options") or {}
        given = options.get("include_usage") is True
        answer = stream_answer(pieces, chat=True, include_usage=given, usage=usage)
        return answer | {"sse": answer["sse"][: len(answer["sse"]) - without_end]}

    return reply


def ticker(answer: Callable[..., Any]) -> str:
    for note, pieces, usage in (
        (NOTE, PIECES, (31, 14)),
        (OTHER, OTHER_PIECES, (12, 40, 30)),
    ):
        probe = Probe([_chat(pieces, usage)])
        found = answer(probe.client, note)
        asked = probe.last
        sent = len(probe.requests)
        expect(sent == 1, f"for one line it sent {sent} requests")
        expect(asked.path == CHAT, f"the request went to `{asked.path}`, not to Chat")
        expect(asked.model == "gpt-6-luna", f"the model is {asked.model!r}")
        said = [turn.text for turn in asked.turns]
        expect(asked.question == note, f"the note is {note!r}, and the messages say {said}")
        expect(asked.streamed, "the request does not ask for a stream")
        options = asked.body.get("stream_options") or {}
        expect(options.get("include_usage") is True, "the request does not ask for the usage")
        text, tokens = _pair(found)
        expect(text == "".join(pieces), f"the pieces were {list(pieces)}, and the text is {text!r}")
        total, counts = usage[0] + usage[1], f"{usage[0]} in and {usage[1]} out"
        expect(tokens == total, f"the usage said {counts}; the total you return is {tokens!r}")
    # The last two: the chunk with the usage, and `[DONE]`.
    for missing, case in ((2, "just before its usage"), (5, "in the middle of its text")):
        text, tokens = _pair(answer(Probe([_chat(PIECES, (31, 14), missing)]).client, NOTE))
        came = "".join(PIECES[:-2]) if missing == 5 else TEXT
        expect(text == came, f"a stream ended {case}, after {came!r}: the text is {text!r}")
        expect(tokens is None, f"a stream ended {case}: the total you return is {tokens!r}")
    passes_on(lambda probe: answer(probe.client, NOTE))
    return "Two kinds of chunks, no `IndexError`, and no total that nobody knows."


def _pair(found: Any) -> tuple[Any, Any]:
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise Wrong(f"it returned {type(found).__name__}, not a pair of text and tokens")
    return found[0], found[1]


class _Counted:
    """Pieces that know how many of them have been taken."""

    def __init__(self, pieces: list[str]) -> None:
        self.taken = 0
        self._pieces = pieces

    def __iter__(self) -> Iterator[str]:
        for piece in self._pieces:
            self.taken += 1
            yield piece


def sentences(answer: Callable[..., Any]) -> str:
    # The pieces; each sentence, and after how many of the pieces it is whole.
    cases: list[tuple[list[str], list[tuple[str, int]]]] = [
        (
            ["The or", "gan moos. The", " priest looks", " up."],
            [("The organ moos.", 2), ("The priest looks up.", 4)],
        ),
        (
            ["He sits", ". ", "He", " stands. He goes. ", "Bella eats "],
            [("He sits.", 2), ("He stands.", 4), ("He goes.", 4), ("Bella eats", 5)],
        ),
        (
            ["One. Two. Three.", "", " Fo", "ur. "],
            [("One.", 1), ("Two.", 1), ("Three.", 1), ("Four.", 4)],
        ),
        (["  ", "Moo"], [("Moo", 2)]),
        (["Moo", ".", " "], [("Moo.", 2)]),
        ([], []),
    ]
    for pieces, wanted in cases:
        source = _Counted(pieces)
        found = answer(source)
        expect(hasattr(found, "__iter__"), f"it returned {type(found).__name__}; yield instead")
        given = [(sentence, source.taken) for sentence in islice(found, 20)]
        said, right = [each for each, _ in given], [each for each, _ in wanted]
        expect(said == right, f"for {pieces} it gave {said}, not {right}")
        for (sentence, taken), (_, needed) in zip(given, wanted, strict=True):
            whole = f"{sentence!r} was whole after {needed} of {len(pieces)} pieces"
            expect(taken <= needed, f"{whole}; it came after {taken}")
    return "Each sentence came as soon as it was whole."


# How a stream went, its answer, and the text that came.
Stream = tuple[str, dict[str, Any], str]


def _ending_early() -> Iterator[Stream]:
    """The stream of a whole answer, ended politely after each of its events but the last."""
    whole = stream_answer(PIECES)
    came, last = "", "before its first event"
    for number, (_, kind, data) in enumerate(whole["sse"]):
        yield f"that ended {last}", whole | {"sse": whole["sse"][:number]}, came
        came += data["delta"] if kind == "response.output_text.delta" else ""
        last = f"after `{kind}`"


def _broken() -> Iterator[Stream]:
    half, whole = "".join(PIECES[:2]), stream_answer(PIECES)
    silent = stream_answer(PIECES, cut_after=2, silent=True)
    yield "that ended without a word", silent, half
    yield "whose connection broke", stream_answer(PIECES, cut_after=2), half
    late = whole | {"sse": whole["sse"][:-1], "cut": True}
    yield "whose connection broke after the last piece of text", late, TEXT
    limit = {"reason": "max_output_tokens"}
    cut = stream_answer(PIECES[:2], status="incomplete", incomplete_details=limit)
    yield "that ended with `response.incomplete`", cut, half
    error = {"code": "server_error", "message": "The server had an error."}
    failed = stream_answer(PIECES[:2], status="failed", error=error)
    yield "that ended with `response.failed`", failed, half
    for what, data in (
        ("that ended with `error`", error | {"param": None}),
        ("in which an error was sent", {"error": error}),
    ):
        sent = [0, "error", {"type": "error", **data}]
        yield what, silent | {"sse": [*silent["sse"], sent]}, half
    yield from _ending_early()


def line(answer: Callable[..., Any]) -> str:
    for note, pieces in ((NOTE, PIECES), (OTHER, OTHER_PIECES)):
        probe = Probe([stream_answer(pieces)])
        found = answer(probe.client, note)
        asked, text = probe.last, "".join(pieces)
        expect(asked.path == RESPONSES, f"the request went to `{asked.path}`, not to Responses")
        expect(asked.streamed, "the request does not ask for a stream")
        said = [turn.text for turn in asked.turns]
        expect(asked.question == note, f"the note is {note!r}, and the input holds {said}")
        expect(asked.model == "gpt-6-luna", f"the model is {asked.model!r}")
        sent = len(probe.requests)
        expect(sent == 1, f"for a whole stream it sent {sent} requests")
        pair = isinstance(found, tuple | list) and tuple(found) == (text, True)
        expect(pair, f"for a whole stream with {text!r} it returned {found!r}")
    for what, reply, came in _broken():
        probe = Probe([reply, stream_answer(PIECES)])
        try:
            found = answer(probe.client, NOTE)
        except (openai.APIError, RuntimeError, EOFError) as error:
            name = type(error).__name__
            raise Wrong(f"a stream {what} stops the program: `{name}`") from error
        sent = len(probe.requests)
        expect(sent == 1, f"for a stream {what} it sent {sent} requests: the text is paid twice")
        pair = isinstance(found, tuple | list) and tuple(found) == (came, False)
        expect(pair, f"a stream {what}, with the text {came!r}: it returned {found!r}")
    passes_on(lambda probe: answer(probe.client, NOTE))
    return "A stream may end after any event, and only one of them makes it whole."


EXERCISES = [
    Exercise(
        id="03-1",
        check=ticker,
        hints=(
            "The lesson's Chat cell has the option that brings the usage. Begin with a total of None.",
            "The chunk with the usage has no choices: ask `if chunk.choices:` before `[0]`.",
            'The last piece of text is None: append `chunk.choices[0].delta.content or ""`.',
        ),
        reference='''
def ticker(client, note):
    """Stream a Chat answer to `note`. Return its text and the total of its tokens."""
    stream = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": note}],
        stream=True,
        stream_options={"include_usage": True},
    )
    texts = []
    tokens = None
    for chunk in stream:
        if chunk.choices:
            texts.append(chunk.choices[0].delta.content or "")
        if chunk.usage:
            tokens = chunk.usage.total_tokens
    return "".join(texts), tokens
''',
    ),
    Exercise(
        id="03-2",
        check=sentences,
        hints=(
            "Keep what is not yet a whole sentence in a variable, and add each piece to it.",
            'While there is a "." in it: `sentence, rest = rest.split(".", 1)`, and yield.',
            "Use `while`, not `if`: one piece can end two sentences. After the loop, yield the rest.",
        ),
        reference='''
def sentences(pieces):
    """Yield each sentence as soon as its full stop is there."""
    rest = ""
    for piece in pieces:
        rest += piece
        while "." in rest:
            sentence, rest = rest.split(".", 1)
            yield sentence.strip() + "."
    if rest.strip():
        yield rest.strip()
''',
    ),
    Exercise(
        id="03-3",
        check=line,
        hints=(
            "What is the type of the last event of a whole answer? Set `whole` by it.",
            "Only the loop is in `try`. The call before it may raise as it likes.",
            "`except openai.APIError` catches a broken connection and an error sent in the stream.",
        ),
        reference='''
import openai


def line(client, note):
    """The text of the answer to `note`, and whether it is whole."""
    texts = []
    whole = False
    stream = client.responses.create(model="gpt-6-luna", input=note, stream=True)
    try:
        for event in stream:
            whole = event.type == "response.completed"
            if event.type == "response.output_text.delta":
                texts.append(event.delta)
    except openai.APIError:
        whole = False
    return "".join(texts), whole
''',
    ),
]
