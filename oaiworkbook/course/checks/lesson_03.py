"""Exercises of lesson 03, Streaming."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import httpx2
import openai

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, error_answer, expect, stream_answer
from ..models import model

NOTE = "Scene 7. The organ moos."
PIECES = ("The organ", " moos. ", "The priest ", "looks", " up.")
TEXT = "".join(PIECES)


def _chat(asked: Asked) -> dict[str, Any] | str:
    if asked.path != "/chat/completions" or not asked.body.get("stream"):
        return TEXT
    options = asked.body.get("stream_options") or {}
    usage = options.get("include_usage") is True
    return stream_answer(PIECES, chat=True, include_usage=usage, usage=(31, 14))


def ticker(answer: Callable[..., Any]) -> str:
    probe = Probe([_chat])
    found = answer(probe.client, NOTE)
    asked = probe.last
    expect(asked.path == "/chat/completions", f"the request went to `{asked.path}`, not to Chat")
    expect(asked.body.get("stream") is True, "the request does not ask for a stream")
    said = [message.get("content") for message in asked.body.get("messages", [])]
    expect(NOTE in said, "the note is not among the messages")
    options = asked.body.get("stream_options") or {}
    expect(options.get("include_usage") is True, "the request does not ask for the usage")
    expect(
        isinstance(found, tuple) and len(found) == 2,
        f"it returned {type(found).__name__}, not a pair of text and tokens",
    )
    text, tokens = found
    expect(text == TEXT, f"the pieces were {list(PIECES)}, and the text is {text!r}")
    expect(tokens == 45, f"the usage said 31 in and 14 out; the total you return is {tokens!r}")
    return "Two kinds of chunks, and no `IndexError`."


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
    for pieces, wanted in (
        (["The or", "gan moos. The", " priest looks", " up."], [2, 4]),
        (["He sits", ". ", "He", " stands. He goes. ", "Bella eats"], [2, 4, 4, 5]),
        (["Moo"], [1]),
        (["Moo", ".", " "], [2]),
        ([], []),
    ):
        expected = [each.strip() for each in "".join(pieces).replace(".", ".\n").split("\n")]
        expected = [each for each in expected if each]
        source = _Counted(pieces)
        found = answer(source)
        expect(hasattr(found, "__iter__"), f"it returned {type(found).__name__}; yield instead")
        given = [(sentence, source.taken) for sentence in islice(found, 20)]
        said = [sentence for sentence, _ in given]
        expect(said == expected, f"for {pieces} it gave {said}, not {expected}")
        for (sentence, taken), needed in zip(given, wanted, strict=True):
            expect(
                taken <= needed,
                f"{sentence!r} was whole after {needed} of {len(pieces)} pieces; it came after {taken}",
            )
    return "Each sentence came as soon as it was whole."


def _ending(kind: str, status: str, **fields: Any) -> dict[str, Any]:
    """A stream whose last event is another one than `response.completed`."""
    whole = stream_answer(PIECES[:2], status=status, **fields)
    ms, _, data = whole["sse"][-1]
    whole["sse"][-1] = [ms, kind, data | {"type": kind}]
    return whole


def _broken() -> list[tuple[str, dict[str, Any]]]:
    limit = {"incomplete_details": {"reason": "max_output_tokens"}}
    failed = {"error": {"code": "server_error", "message": "The server had an error."}}
    error = {"type": "error", "code": "server_error", "message": "Sorry.", "param": None}
    nested = {"type": "error", "error": {"type": "server_error", "message": "Sorry."}}
    half = stream_answer(PIECES, cut_after=2, silent=True)
    return [
        ("that ended without a word", half),
        ("whose connection broke", stream_answer(PIECES, cut_after=2)),
        (
            "that ended with `response.incomplete`",
            _ending("response.incomplete", "incomplete", **limit),
        ),
        ("that ended with `response.failed`", _ending("response.failed", "failed", **failed)),
        ("that ended with `error`", half | {"sse": [*half["sse"], [0, "error", error]]}),
        ("in which an error was sent", half | {"sse": [*half["sse"], [0, "error", nested]]}),
    ]


def line(answer: Callable[..., Any]) -> str:
    probe = Probe([lambda asked: stream_answer(PIECES) if asked.body.get("stream") else TEXT])
    found = answer(probe.client, NOTE)
    expect(probe.last.body.get("stream") is True, "the request does not ask for a stream")
    expect(probe.last.body.get("input") == NOTE, "`input` is not the note that was given")
    expect(probe.last.body.get("model") == model("chat"), "the model is another one")
    expect(found == (TEXT, True), f"for a whole stream it returned {found!r}")
    for what, reply in _broken():
        probe = Probe([reply, stream_answer(PIECES)])
        try:
            found = answer(probe.client, NOTE)
        except openai.APIError as error:
            raise Wrong(f"a stream {what} stops the program: `{type(error).__name__}`") from None
        sent = len(probe.requests)
        expect(sent == 1, f"for a stream {what} it sent {sent} requests: the text is paid twice")
        came = "".join(PIECES[:2])
        expect(found == (came, False), f"a stream {what}, after {came!r}: it returned {found!r}")
    refused = error_answer(
        401, "Incorrect API key", type="invalid_request_error", code="invalid_api_key"
    )
    _lets_through(answer, refused, "AuthenticationError")
    _lets_through(answer, httpx2.ConnectError("no route"), "APIConnectionError")
    return "Six ways to stop too early, and none goes unnoticed."


def _lets_through(answer: Callable[..., Any], reply: Reply, name: str) -> None:
    try:
        answer(Probe([reply]).client, NOTE)
    except openai.APIError:
        return
    raise Wrong(f"an error before the stream begins, `{name}`, is kept from the caller")


EXERCISES = [
    Exercise(
        id="03-1",
        check=ticker,
        hints=(
            "The lesson's Chat cell has the option that brings the usage.",
            "The chunk with the usage has no choices: ask `if chunk.choices:` before `[0]`.",
            'The last piece of text is None: `text += chunk.choices[0].delta.content or ""`.',
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
    text, tokens = "", 0
    for chunk in stream:
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
        if chunk.usage:
            tokens = chunk.usage.total_tokens
    return text, tokens
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
            "Only the loop stands in `try`. The call before it may raise as it likes.",
            "`except openai.APIError` catches a broken connection and an error sent in the stream.",
        ),
        reference='''
import openai


def line(client, note):
    """The text of the answer to `note`, and whether it is whole."""
    text, whole = "", False
    stream = client.responses.create(model="gpt-6-luna", input=note, stream=True)
    try:
        for event in stream:
            whole = event.type == "response.completed"
            if event.type == "response.output_text.delta":
                text += event.delta
    except openai.APIError:
        whole = False
    return text, whole
''',
    ),
]
