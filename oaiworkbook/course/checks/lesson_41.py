"""Exercises of lesson 41, Answering over the web."""

import asyncio
import inspect
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Any

import httpx2
import openai

from ..exercises.failures import FAILURES
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Probe, Reply, error_answer, expect, run_async, stream_answer

EVENTS: list[dict[str, Any]] = [
    {"delta": "Grüezi,"},
    {"delta": " two\n\nlines"},
    {"delta": " data: 5 €"},
    {"done": "T-1"},
]


def _line(event: dict[str, Any]) -> bytes:
    # The letters themselves: a piece may end in the middle of one.
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


STREAM = b"".join(map(_line, EVENTS))


def _by(size: int) -> list[bytes]:
    return [STREAM[at : at + size] for at in range(0, len(STREAM), size)]


# What to say about it, the pieces, the events that are whole.
CUTS: list[tuple[str, list[bytes], list[dict[str, Any]]]] = [
    ("an event in each piece", list(map(_line, EVENTS)), EVENTS),
    ("all events in one piece", [STREAM], EVENTS),
    ("pieces of one byte", _by(1), EVENTS),
    ("pieces of seven bytes", _by(7), EVENTS),
    ("an empty piece in between", [STREAM[:30], b"", STREAM[30:]], EVENTS),
    ("a last event without its empty line", [STREAM[:-1]], EVENTS[:-1]),
    ("a stream that stops in the middle of an event", [STREAM[:-12]], EVENTS[:-1]),
    ("no pieces", [], []),
]


def events_of(answer: Callable[..., Any]) -> str:
    for what, pieces, wanted in CUTS:
        try:
            found = list(answer(iter(pieces)))
        except (ValueError, UnicodeError) as error:
            raise Wrong(f"for {what} it stopped with `{type(error).__name__}`: {error}") from None
        expect(found == wanted, f"for {what} it yielded {found!r}")
    read: list[int] = []

    def counted() -> Iterator[bytes]:
        for number, piece in enumerate(map(_line, EVENTS), 1):
            read.append(number)
            yield piece

    reader = iter(answer(counted()))
    for number in range(1, len(EVENTS) + 1):
        next(reader)
        expect(
            len(read) == number,
            f"event {number} came when {len(read)} pieces had been read: a page would wait for it",
        )
    return "Wherever the network cuts, and at once."


ASKED = {"model": "gpt-6-luna", "input": "Is there wind?"}
PIECES = ("No ", "wind ", "today.")
USAGE = (31, 9)


def _ended(status: str, **fields: Any) -> Reply:
    """A stream whose last event has this status."""
    whole = stream_answer(PIECES, usage=USAGE, status=status, **fields)
    *before, (ms, _, data) = whole["sse"]
    kind = f"response.{status}"
    return whole | {"sse": [*before, [ms, kind, data | {"type": kind}]]}


def _with_an_error_event() -> Reply:
    whole = stream_answer(PIECES, cut_after=2, silent=True)
    said = {"message": "The server had an error.", "code": "server_error", "param": None}
    event = {"type": "error", "sequence_number": 6, **said}
    return whole | {"sse": [*whole["sse"], [0, "error", event]]}


WHOLE = [{"delta": piece} for piece in PIECES]
# What to say about it, the reply, what is to be yielded.
ENDS: list[tuple[str, Reply, list[dict[str, Any]]]] = [
    ("a whole answer", stream_answer(PIECES, usage=USAGE), [*WHOLE, {"done": 40}]),
    ("an answer without words", stream_answer((), usage=(12, 0)), [{"done": 12}]),
    (
        "a connection that breaks after two words",
        stream_answer(PIECES, cut_after=2),
        [*WHOLE[:2], {"problem": "APIConnectionError"}],
    ),
    (
        "a stream that ends silently after two words",
        stream_answer(PIECES, cut_after=2, silent=True),
        [*WHOLE[:2], {"problem": "response.output_text.delta"}],
    ),
    (
        "a stream without any event",
        stream_answer(PIECES) | {"sse": []},
        [{"problem": None}],
    ),
    (
        "`response.incomplete`",
        _ended("incomplete", incomplete_details={"reason": "max_output_tokens"}),
        [*WHOLE, {"problem": "response.incomplete"}],
    ),
    ("`response.failed`", _ended("failed"), [*WHOLE, {"problem": "response.failed"}]),
    ("the event `error`", _with_an_error_event(), [*WHOLE[:2], {"problem": "error"}]),
    ("a 429", FAILURES["a 429 `rate_limit_exceeded`"], [{"problem": "RateLimitError"}]),
    ("a 401", FAILURES["a 401 (wrong key)"], [{"problem": "AuthenticationError"}]),
    (
        "a 418",
        error_answer(418, "Refused for the check.", type="invalid_request_error"),
        [{"problem": "APIStatusError"}],
    ),
    ("a timeout", httpx2.ReadTimeout("silence"), [{"problem": "APITimeoutError"}]),
]


def relay(answer: Callable[..., Any]) -> str:
    for what, reply, wanted in ENDS:
        probe = Probe([reply], limit=3)
        asked = dict(ASKED)
        found = run_async(_all(answer(probe.async_client, asked), what))
        expect(
            len(probe.requests) == 1,
            f"for {what} it sent {len(probe.requests)} requests",
        )
        expect(asked == ASKED, f"it has changed `asked`: {asked!r}")
        expect(probe.last.question == ASKED["input"], "the request does not ask what `asked` asks")
        expect(probe.last.streamed, "the request does not ask for a stream")
        expect(found == wanted, f"for {what} it yielded {found!r}")
        expect(probe.open == 0, f"after {what} the stream of the API is still open")
    run_async(_leaves(answer))
    run_async(_cancelled(answer))
    run_async(_keeps_other_errors(answer))
    return "Word by word, and one end to every story."


async def _all(events: Any, what: str) -> list[Any]:
    _is_a_generator(events)
    found = []
    try:
        async for event in events:
            found.append(event)
            expect(len(found) < 20, f"for {what} it goes on and on: {found[-3:]!r}")
    except openai.APIError as error:
        raise Wrong(f"for {what} it raised `{type(error).__name__}`") from None
    return found


def _is_a_generator(events: Any) -> None:
    expect(
        inspect.isasyncgen(events),
        f"it is no async generator: the call gives a `{type(events).__name__}`",
    )


async def _leaves(answer: Callable[..., Any]) -> None:
    probe = Probe([stream_answer(PIECES * 9)])
    events: AsyncGenerator[Any, None] = answer(probe.async_client, dict(ASKED))
    first = await anext(events)
    expect(first == WHOLE[0], f"the first thing it yielded is {first!r}")
    try:
        await events.aclose()
    except RuntimeError as error:
        raise Wrong(f"its reader left after a word, and it went on: {error}") from None
    expect(probe.open == 0, "its reader left after a word, and the stream of the API is open")


async def _cancelled(answer: Callable[..., Any]) -> None:
    probe = Probe([stream_answer(PIECES * 9)])
    events: AsyncGenerator[Any, None] = answer(probe.async_client, dict(ASKED))
    await anext(events)
    try:
        more = await events.athrow(asyncio.CancelledError())
    except asyncio.CancelledError:
        expect(probe.open == 0, "the task was cancelled, and the stream of the API is open")
        return
    except StopAsyncIteration:
        raise Wrong("the task was cancelled, and it ended as if nothing were amiss") from None
    raise Wrong(f"the task was cancelled, and it yielded {more!r}")


async def _keeps_other_errors(answer: Callable[..., Any]) -> None:
    """A mistake in the program itself is no problem of the API's."""
    probe = Probe([stream_answer(PIECES)])
    events: AsyncGenerator[Any, None] = answer(probe.async_client, dict(ASKED))
    await anext(events)
    try:
        more = await events.athrow(KeyError("of the check"))
    except KeyError:
        return
    except StopAsyncIteration:
        raise Wrong("it hides a `KeyError`, which is no error of the API") from None
    raise Wrong(f"it hides a `KeyError`, which is no error of the API, and yielded {more!r}")


def paid(answer: Callable[..., Any]) -> str:
    run_async(_alone(answer))
    run_async(_at_the_same_time(answer))
    run_async(_fails(answer))
    return "However many ask at once, nobody spends more than the limit."


async def _asks(
    answer: Callable[..., Any], who: str, spent: dict[str, int], limit: int, most: int, ask: Any
) -> Any:
    work = answer(who, spent, limit, most, ask)
    expect(
        inspect.isawaitable(work),
        f"it is no `async def` function: the call gives a `{type(work).__name__}` at once",
    )
    return await work


def _costs(cost: int) -> Callable[[], Awaitable[int]]:
    async def ask() -> int:
        await asyncio.sleep(0)
        return cost

    return ask


async def _alone(answer: Callable[..., Any]) -> None:
    # Spent before, limit, most, cost; what is spent after it, None where it is refused.
    for before, limit, most, cost, after in (
        (None, 100, 40, 7, 7),
        (None, 40, 40, 7, 7),
        (None, 39, 40, 7, None),
        (20, 100, 40, 7, 27),
        (60, 100, 40, 40, 100),
        (61, 100, 40, 7, None),
        (0, 39, 40, 7, None),
        (0, 40, 40, 0, 0),
        (150, 100, 40, 7, None),
    ):
        spent = {"tom": 90} | ({} if before is None else {"mira": before})
        asked: list[int] = []
        costs = _costs(cost)

        async def ask(asked: list[int] = asked, costs: Any = costs) -> int:
            asked.append(1)
            return await costs()  # type: ignore[no-any-return]

        words = f"with {before or 0} spent, a limit of {limit} and at most {most} for a question"
        try:
            found = await _asks(answer, "mira", spent, limit, most, ask)
        except PermissionError:
            expect(after is None, f"{words} it raised `PermissionError`")
            expect(not asked, f"{words} it asked, and then it refused")
            found = None
        else:
            expect(after is not None, f"{words} it let the question in")
            expect(found == cost, f"a question cost {cost}, and it returned {found!r}")
        left = spent.get("mira", 0)
        wanted = (before or 0) if after is None else after
        expect(left == wanted, f"{words}, and a cost of {cost}, {left} are spent afterwards")
        expect(spent["tom"] == 90, f"a question of Mira's changed what Tom has spent: {spent!r}")


async def _at_the_same_time(answer: Callable[..., Any]) -> None:
    spent: dict[str, int] = {}
    begun: list[int] = []
    go = asyncio.Event()

    def slow(cost: int) -> Callable[[], Awaitable[int]]:
        async def ask() -> int:
            begun.append(cost)
            await go.wait()
            return cost

        return ask

    tasks = [
        asyncio.create_task(_asks(answer, "mira", spent, 100, 40, slow(cost))) for cost in (5, 7, 9)
    ]
    for _ in range(20):
        await asyncio.sleep(0)
    expect(
        len(begun) < 3,
        "a limit of 100, at most 40 for a question: three questions of Mira's run at the same time",
    )
    expect(len(begun) == 2, f"two questions have room at the same time, and {len(begun)} ran")
    expect(
        spent.get("mira") == 80,
        f"two questions run, each for at most 40: {spent.get('mira', 0)} count as spent",
    )
    await _asks(answer, "tom", spent, 100, 40, _costs(3))
    expect(spent.get("tom") == 3, f"Tom asked meanwhile for 3, and has spent {spent.get('tom')}")
    go.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, PermissionError):
            raise each
    expect(
        spent.get("mira") == 12,
        f"two questions at the same time cost 5 and 7; {spent.get('mira')} are spent",
    )


REQUEST = httpx2.Request("POST", "https://api.openai.com/v1/responses")


def _status(kind: type[openai.APIStatusError], status: int) -> openai.APIStatusError:
    response = httpx2.Response(status, request=REQUEST)
    return kind("Refused for the check.", response=response, body=None)


async def _fails(answer: Callable[..., Any]) -> None:
    errors: list[tuple[BaseException, int]] = [
        (_status(openai.RateLimitError, 429), 20),
        (_status(openai.InternalServerError, 500), 60),
        (_status(openai.BadRequestError, 400), 60),
        (openai.APIConnectionError(request=REQUEST), 60),
        (asyncio.CancelledError(), 60),
        (ValueError("of the check"), 60),
    ]
    for error, wanted in errors:
        name = type(error).__name__
        spent = {"mira": 20}

        async def ask(error: BaseException = error) -> int:
            await asyncio.sleep(0)
            spent["mira"] += 0  # noqa: B023  # called before the next one is made
            raise error

        try:
            found = await _asks(answer, "mira", spent, 100, 40, ask)
        except BaseException as caught:
            if caught is not error:
                raise
        else:
            raise Wrong(f"`ask()` raised `{name}`, and it returned {found!r}")
        expect(
            spent["mira"] == wanted,
            f"20 were spent, at most 40 for a question, and `ask()` raised `{name}`: "
            f"{spent['mira']} are spent",
        )


EXERCISES = [
    Exercise(
        "41-1",
        events_of,
        (
            'Put the new piece behind the rest, and split at the empty line: `b"\\n\\n"`.',
            "The last part of a split has no empty line behind it. It is the new rest.",
            '`each.removeprefix(b"data: ")`, then `json.loads`, which takes bytes.',
        ),
        """def events_of(pieces):
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\\n\\n")
        for each in whole:
            yield json.loads(each.removeprefix(b"data: "))
""",
    ),
    Exercise(
        "41-2",
        relay,
        (
            "`async with await client.responses.create(...) as stream:` closes it in every case.",
            "Keep the type of the newest event in a variable, which is None at first.",
            "After `done`, `return`. The `problem` comes last, after the `try`: two ways lead to it.",
        ),
        """async def relay(client, asked):
    problem = None
    try:
        async with await client.responses.create(**asked, stream=True) as stream:
            async for event in stream:
                problem = event.type
                if event.type == "response.output_text.delta":
                    yield {"delta": event.delta}
                elif event.type == "response.completed":
                    yield {"done": event.response.usage.total_tokens}
                    return
    except openai.APIError as error:
        problem = type(error).__name__
    yield {"problem": problem}
""",
    ),
    Exercise(
        "41-3",
        paid,
        (
            "Write `most` into `spent` before the `await`. No other task can run in between.",
            "After the `await`, look at `spent[who]` anew: others may have changed it.",
            "`except openai.RateLimitError:` takes `most` back, then `raise` without anything.",
        ),
        """async def paid(who, spent, limit, most, ask):
    if spent.get(who, 0) + most > limit:
        raise PermissionError(who)
    spent[who] = spent.get(who, 0) + most
    try:
        cost = await ask()
    except openai.RateLimitError:
        spent[who] -= most
        raise
    spent[who] += cost - most
    return cost
""",
    ),
]
