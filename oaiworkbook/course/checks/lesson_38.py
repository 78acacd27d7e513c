"""Exercises of lesson 38, The Agents SDK.

The package comes with the extra `agents`: it is imported where a check runs, and not before.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from ...practice.answers import call_item, text_answer
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect, run_async

# Input, cached and output tokens of each request; the dearest one, and its price in USD.
BILLS: list[tuple[list[tuple[int, int, int]], tuple[int, float], str]] = [
    ([], (0, 0.0), "a run without a request"),
    ([(1_000, 0, 0)], (1, 0.0001), "one request of 1,000 input tokens"),
    ([(0, 0, 1_000)], (1, 0.0005), "one request of 1,000 output tokens"),
    ([(1_000, 800, 0)], (1, 0.000028), "1,000 input tokens, of which 800 are cached"),
    ([(2_000, 0, 10), (100, 0, 900)], (2, 0.00046), "a long question, and then a long answer"),
    ([(9_000, 9_000, 5), (1_500, 0, 5)], (2, 0.0001525), "a cached request, and then a new one"),
    ([(50, 0, 5), (900, 0, 70), (60, 0, 9)], (2, 0.000125), "three requests"),
    ([(900, 0, 0), (400, 0, 100), (900, 0, 0)], (1, 0.00009), "three requests of one price"),
]


def dearest(answer: Callable[..., Any]) -> str:
    for requests, (number, usd), what in BILLS:
        entries = [
            SimpleNamespace(
                input_tokens=read,
                output_tokens=written,
                total_tokens=read + written,
                input_tokens_details=SimpleNamespace(cached_tokens=cached, cache_write_tokens=0),
                output_tokens_details=SimpleNamespace(reasoning_tokens=0),
            )
            for read, cached, written in requests
        ]
        used = SimpleNamespace(
            requests=len(entries),
            input_tokens=sum(each.input_tokens for each in entries),
            output_tokens=sum(each.output_tokens for each in entries),
            request_usage_entries=entries,
        )
        found = answer(used)
        expect(
            isinstance(found, tuple) and len(found) == 2,
            f"for {what} it returned {found!r}, not a tuple of a number and a price",
        )
        expect(found[0] == number, f"for {what} it named request {found[0]!r}, and not {number}")
        close = isinstance(found[1], int | float) and math.isclose(found[1], usd, abs_tol=1e-12)
        expect(close, f"for {what} the price was {found[1]!r}, and not {usd}")
    return "It finds the request that is worth making smaller."


QUESTION = "When is high tide?"
LATER = "And in Ryde?"
_asked: list[str] = []  # what the tool was asked


def _tools() -> list[Any]:
    import agents

    def tide(port: str) -> str:
        """The hour of the next high tide."""
        _asked.append(port)
        return f"{port}: 10:20"

    def wind() -> str:
        """The wind now."""
        return "calm"

    return [agents.function_tool(tide), agents.function_tool(wind)]


def _call(port: str, number: int) -> dict[str, Any]:
    return text_answer("", output=[call_item("tide", f'{{"port":"{port}"}}', f"call_{number}")])


def _endless(asked: Asked) -> dict[str, Any]:
    return _call("Cowes", len(asked.turns))


def ask(answer: Callable[..., Any]) -> str:
    import agents

    def run(probe: Probe, session: Any, turns: int = 4, question: str = QUESTION) -> Any:
        work = answer(probe.async_client, question, _tools(), session, turns)
        return run_async(work)

    with _traced() as traces:
        _asked.clear()
        chat = agents.SQLiteSession("check")
        probe = Probe([_call("Cowes", 1), "At 10:20.", "At 10:50."], limit=8)
        try:
            found = run(probe, chat)
        except agents.AgentsException:
            _request(probe)
            raise
        _request(probe)
        sent = len(probe.requests)
        expect(sent == 2, f"for one call of a tool and then a text it sent {_counted(sent)}")
        expect(_asked == ["Cowes"], f"the model asked for the tide in Cowes; the tool got {_asked}")
        expect(found == "At 10:20.", f"the text was 'At 10:20.'; it returned {found!r}")
        expect(not traces, "the run was traced: what it read and wrote would go to OpenAI")
        found = run(probe, chat, question=LATER)
        expect(found == "At 10:50.", f"the second text was 'At 10:50.'; it returned {found!r}")
        said = [turn.text for turn in probe.last.turns if turn.role in ("user", "assistant")]
        expect(
            said == [QUESTION, "At 10:20.", LATER],
            f"with the same session, the second run sent the messages {said}",
        )
        for turns in (1, 3):
            _ends(run, turns)
        found = run(Probe([_call("Cowes", 1), "At 10:20."], limit=8), None, 2)
        expect(found == "At 10:20.", f"with 2 turns and a text in the second it returned {found!r}")
        found = run(Probe([""]), None)
        expect(found == "", f"for an empty text it returned {found!r}")
        for earlier in ([], [_call("Cowes", 1)]):
            passes_on(lambda probe: run(probe, None), first=earlier)
        expect(not traces, "a run was traced that ended at a limit or with an error")
    return "One run, bounded, remembered, and seen by nobody else."


def _request(probe: Probe) -> None:
    first = probe.requests[0] if probe.requests else probe.last
    expect(not first.chat, "a request goes to Chat Completions; the package uses Responses")
    expect(first.model == "gpt-6-luna", f"the run asks {first.model!r}")
    for number, asked in enumerate(probe.requests, 1):
        expect(not asked.stored, f"request {number} does not turn `store` off")
    said = [(turn.role, turn.text) for turn in first.turns]
    expect(said == [("user", QUESTION)], f"the first request does not ask the question: {said}")
    names = sorted(first.tools)
    expect(names == ["tide", "wind"], f"the request carries the tools {names}")


def _ends(run: Callable[..., Any], turns: int) -> None:
    probe = Probe([_endless], limit=14)  # ten are the package's own limit
    what = f"with turns {turns} and no text"
    try:
        found = run(probe, None, turns)
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "agents":
            raise
        raise Wrong(f"{what} it raised `{type(error).__name__}`, and should return None") from None
    sent = len(probe.requests)
    expect(sent == turns, f"{what} it sent {_counted(sent)}")
    expect(found is None, f"{what} it returned {found!r}, and not None")


@contextmanager
def _traced() -> Iterator[list[Any]]:
    """The traces of all that runs here: on, and sent to nobody. Afterwards all is as it was.

    So is the client of the notebook's own agents, where an answer has put another in its place.
    """
    import agents
    from agents.models import _openai_shared as shared
    from agents.tracing import get_trace_provider

    traces: list[Any] = []

    class Noted(agents.TracingProcessor):
        def on_trace_start(self, trace: Any) -> None:
            traces.append(trace)

        def on_trace_end(self, trace: Any) -> None: ...
        def on_span_start(self, span: Any) -> None: ...
        def on_span_end(self, span: Any) -> None: ...
        def shutdown(self) -> None: ...
        def force_flush(self) -> None: ...

    provider: Any = get_trace_provider()
    client = shared.get_default_openai_client()
    disabled, processors = provider._manual_disabled, provider._multi_processor._processors
    agents.set_trace_processors([Noted()])
    agents.set_tracing_disabled(False)
    try:
        yield traces
    finally:
        agents.set_trace_processors(list(processors))
        provider._manual_disabled = disabled
        provider._refresh_disabled_flag()
        shared._default_openai_client = client


SECRET, PATTERN = "door code 4711", r"door code \d+"
# What is sent, whether it trips, and what it is.
INPUTS: list[tuple[Any, bool, str]] = [
    ("When is high tide?", False, "a text without the pattern"),
    (rf"My pattern is {PATTERN}.", False, "the letters of the pattern itself"),
    (f"{SECRET} is mine.", True, "a text that begins with the pattern"),
    (f"My {SECRET} is safe.", True, "a text with the pattern in the middle"),
    ("My door code is 4711.", False, "a text with other words in between"),
    ([{"role": "user", "content": SECRET}], True, "one item of the user"),
    (
        [{"role": "user", "content": SECRET}, {"role": "user", "content": "And now?"}],
        True,
        "the pattern in an earlier item",
    ),
    (
        [{"role": "user", "content": "Hello."}, {"role": "user", "content": SECRET}],
        True,
        "the pattern in the last of two items",
    ),
    (
        [{"role": "assistant", "content": SECRET}, {"role": "user", "content": "Thanks."}],
        False,
        "the pattern in an item of the assistant",
    ),
    (
        [
            {"role": "user", "content": "Look."},
            {"type": "function_call", "name": "look", "arguments": "{}", "call_id": "call_1"},
            {"type": "function_call_output", "call_id": "call_1", "output": SECRET},
        ],
        False,
        "the pattern in the output of a tool",
    ),
    (
        [
            {
                "role": "user",
                "content": [
                    {"type": "input_image", "image_url": "https://example.com/4711.png"},
                    {"type": "input_text", "text": "What is this?"},
                    {"type": "input_text", "text": f"The {SECRET}."},
                ],
            }
        ],
        True,
        "the pattern in the last part of a content",
    ),
    (
        [
            {
                "role": "user",
                "content": [{"type": "input_image", "image_url": f"https://example.com/{SECRET}"}],
            }
        ],
        False,
        "a picture without a text",
    ),
    (
        [{"role": "user", "content": [{"type": "input_text", "text": "door code"}, {"type": "input_text", "text": "none"}]}],
        False,
        "two parts without the pattern",
    ),
]  # fmt: skip


def guarded(answer: Callable[..., Any]) -> str:
    import agents

    async def trips(agent: Any, given: Any, streamed: bool) -> bool:
        config = agents.RunConfig(tracing_disabled=True)
        try:
            if streamed:
                running = agents.Runner.run_streamed(agent, given, run_config=config)
                async for _ in running.stream_events():
                    pass
            else:
                await agents.Runner.run(agent, given, run_config=config)
        except agents.InputGuardrailTripwireTriggered:
            return True
        return False

    def shut(context: Any, agent: Any, given: Any) -> Any:
        closed = "closed" in str(given)
        return agents.GuardrailFunctionOutput(output_info=None, tripwire_triggered=closed)

    before = agents.InputGuardrail(shut, name="shut", run_in_parallel=False)

    def agent_of(probe: Probe) -> Any:
        model = agents.OpenAIResponsesModel("gpt-6-luna", probe.async_client)
        return agents.Agent(
            "Pilot", instructions="Be brief.", model=model, input_guardrails=[before]
        )

    for given, wanted, what in INPUTS:
        for streamed in (False, True):
            probe = Probe(["At 10:20."], limit=3)
            agent = agent_of(probe)
            copy = answer(agent, PATTERN)
            expect(isinstance(copy, agents.Agent), f"it returned {copy!r}, and not an agent")
            expect(copy is not agent, "it returned the agent itself, and not a copy")
            expect(
                agent.input_guardrails == [before],
                f"the agent itself has {len(agent.input_guardrails)} guardrails now, and had one",
            )
            found = run_async(trips(copy, given, streamed))
            how = f"for {what}" + (", streamed," if streamed else "")
            expect(found is wanted, f"{how} it {'tripped' if found else 'did not trip'}")
            sent = len(probe.requests)
            expect(sent == (not wanted), f"{how} the run sent {_counted(sent)}")
    probe = Probe(["At 10:20."], limit=3)
    copy = answer(agent_of(probe), "x+y")
    same = (copy.name, copy.instructions) == ("Pilot", "Be brief.")
    expect(same, f"the copy is called {copy.name!r}, with the instructions {copy.instructions!r}")
    found = run_async(trips(copy, "We are closed.", False))
    expect(found, "the guardrail that the agent had before is not in the copy")
    expect(len(copy.input_guardrails) == 2, f"the copy has {len(copy.input_guardrails)} guardrails")
    return "It stops before anything is sent, and reads only what the user wrote."


def _counted(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"


EXERCISES = [
    Exercise(
        "38-1",
        dearest,
        (
            "`each.input_tokens_details.cached_tokens` are a part of `each.input_tokens`.",
            "`max(prices)` is the price, and `prices.index(...)` the place of the first one with it.",
            "`max` of an empty list raises a ValueError: first look whether there is a price.",
        ),
        """def dearest(usage):
    prices = []
    for each in usage.request_usage_entries:
        cached = each.input_tokens_details.cached_tokens
        read = (each.input_tokens - cached) * 0.10 + cached * 0.01
        prices.append((read + each.output_tokens * 0.50) / 1e6)
    if not prices:
        return 0, 0.0
    return prices.index(max(prices)) + 1, max(prices)
""",
    ),
    Exercise(
        "38-2",
        ask,
        (
            "`agents.OpenAIResponsesModel(name, client)` is a model that uses this client.",
            "`agents.RunConfig(tracing_disabled=True)` holds for one run, whatever is set elsewhere.",
            "Catch `agents.MaxTurnsExceeded` and nothing else.",
        ),
        """async def ask(client, question, tools, session, turns):
    agent = agents.Agent("Helper", tools=tools)
    agent.model = agents.OpenAIResponsesModel("gpt-6-luna", client)
    agent.model_settings = agents.ModelSettings(store=False)
    how = {"session": session, "max_turns": turns}
    how["run_config"] = agents.RunConfig(tracing_disabled=True)
    try:
        result = await agents.Runner.run(agent, question, **how)
    except agents.MaxTurnsExceeded:
        return None
    return result.final_output
""",
    ),
    Exercise(
        "38-3",
        guarded,
        (
            "Inside `guarded`, write the guardrail's function with `@agents.input_guardrail(...)`.",
            "Make one form of both: `[{'role': 'user', 'content': given}]` for a text. "
            "Then the same for a content that is a text.",
            "`agent.clone(input_guardrails=[*agent.input_guardrails, look])` is a copy.",
        ),
        """def guarded(agent, pattern):
    @agents.input_guardrail(run_in_parallel=False)
    def look(context, agent, given):
        items = [{"role": "user", "content": given}] if isinstance(given, str) else given
        texts = []
        for item in items:
            if item.get("role") == "user":
                content = item["content"]
                parts = [{"text": content}] if isinstance(content, str) else content
                texts += [part.get("text", "") for part in parts]
        hit = any(re.search(pattern, text) for text in texts)
        return agents.GuardrailFunctionOutput(hit, tripwire_triggered=hit)

    return agent.clone(input_guardrails=[*agent.input_guardrails, look])
""",
    ),
]
