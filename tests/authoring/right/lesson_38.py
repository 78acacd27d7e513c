"""Right answers to the exercises of lesson 38, in other ways than the reference."""

RIGHT = {
    "38-1": [
        (
            "a loop that keeps the best",
            """
def dearest(usage):
    number, most = 0, 0.0
    for n, each in enumerate(usage.request_usage_entries, start=1):
        cached = each.input_tokens_details.cached_tokens
        usd = (each.input_tokens - cached) * 0.10e-6 + cached * 0.01e-6
        usd += each.output_tokens * 0.50e-6
        if number == 0 or usd > most:
            number, most = n, usd
    return number, most
""",
        ),
        (
            "max with a key",
            """
def dearest(usage):
    def usd(each):
        cached = each.input_tokens_details.cached_tokens or 0
        new = each.input_tokens - cached
        return (10 * new + cached + 50 * each.output_tokens) / 1e8

    pairs = [(n, usd(each)) for n, each in enumerate(usage.request_usage_entries, 1)]
    return max(pairs, key=lambda pair: pair[1], default=(0, 0.0))
""",
        ),
        (
            "sorts, with numpy",
            """
import numpy as np


def dearest(usage):
    rows = [
        [each.input_tokens, each.input_tokens_details.cached_tokens, each.output_tokens]
        for each in usage.request_usage_entries
    ]
    if len(rows) == 0:
        return (0, 0.0)
    usd = np.array(rows) @ np.array([0.10, 0.01 - 0.10, 0.50]) / 1_000_000
    place = int(np.argmax(usd))
    return place + 1, float(usd[place])
""",
        ),
    ],
    "38-2": [
        (
            "a provider, and settings of the run",
            """
from agents import Agent, ModelSettings, OpenAIProvider, RunConfig, Runner


async def ask(client, question, tools, session, turns):
    config = RunConfig(
        model_provider=OpenAIProvider(openai_client=client),
        model_settings=ModelSettings(store=False),
        tracing_disabled=True,
    )
    agent = Agent(name="Pilot", model="gpt-6-luna", tools=list(tools))
    result = None
    try:
        result = await Runner.run(
            agent, question, session=session, max_turns=turns, run_config=config
        )
    except agents.MaxTurnsExceeded:
        pass
    return result.final_output if result else None
""",
        ),
        (
            "another client for all agents",
            """
async def ask(client, question, tools, session, turns):
    agents.set_default_openai_client(client, use_for_tracing=False)
    how = {"model": "gpt-6-luna", "model_settings": agents.ModelSettings(store=False)}
    agent = agents.Agent(name="Helper", tools=tools, **how)
    config = agents.RunConfig(tracing_disabled=True)
    more = {"session": session, "max_turns": turns, "run_config": config}
    try:
        return (await agents.Runner.run(agent, question, **more)).final_output
    except agents.MaxTurnsExceeded:
        return None
""",
        ),
        (
            "streamed",
            """
async def ask(client, question, tools, session, turns):
    model = agents.OpenAIResponsesModel(model="gpt-6-luna", openai_client=client)
    settings = agents.ModelSettings(store=False, reasoning={"effort": "none"})
    helper = agents.Agent(name="Helper", instructions="Be brief.", tools=tools)
    helper = helper.clone(model=model, model_settings=settings)
    running = agents.Runner.run_streamed(
        helper,
        question,
        session=session,
        max_turns=turns,
        run_config=agents.RunConfig(tracing_disabled=True),
    )
    try:
        async for event in running.stream_events():
            pass
    except agents.MaxTurnsExceeded:
        return None
    return running.final_output
""",
        ),
        (
            "tracing off for all, and the exception looked at",
            """
async def ask(client, question, tools, session, turns):
    agents.set_tracing_disabled(True)
    agent = agents.Agent(
        "Pilot",
        model=agents.OpenAIResponsesModel("gpt-6-luna", client),
        model_settings=agents.ModelSettings(store=False),
        tools=tools,
    )
    try:
        result = await agents.Runner.run(agent, question, session=session, max_turns=turns)
    except agents.AgentsException as error:
        if isinstance(error, agents.MaxTurnsExceeded):
            return None
        raise
    return result.final_output
""",
        ),
    ],
    "38-3": [
        (
            "an InputGuardrail, and a generator",
            """
def guarded(agent, pattern):
    def texts(given):
        if isinstance(given, str):
            yield given
            return
        for item in given:
            if item.get("role") != "user":
                continue
            if isinstance(item["content"], str):
                yield item["content"]
            else:
                yield from (part["text"] for part in item["content"] if "text" in part)

    async def look(context, agent, given):
        hit = any(re.search(pattern, text) for text in texts(given))
        return agents.GuardrailFunctionOutput(output_info="found", tripwire_triggered=hit)

    more = agents.InputGuardrail(look, name="words", run_in_parallel=False)
    return agent.clone(input_guardrails=agent.input_guardrails + [more])
""",
        ),
        (
            "dataclasses.replace",
            """
import dataclasses


def guarded(agent, pattern):
    found = re.compile(pattern).search

    def words(item):
        content = item.get("content") or ""
        if isinstance(content, list):
            content = "\\n".join(part.get("text") or "" for part in content)
        return content

    @agents.input_guardrail(name="words", run_in_parallel=False)
    async def look(context, agent, given):
        if not isinstance(given, str):
            given = "\\n".join(words(each) for each in given if each.get("role") == "user")
        return agents.GuardrailFunctionOutput(
            output_info=None, tripwire_triggered=bool(found(given))
        )

    return dataclasses.replace(agent, input_guardrails=[look, *agent.input_guardrails])
""",
        ),
        (
            "a copy, and a list of its own",
            """
import copy


def guarded(agent, pattern):
    def look(context, agent, given):
        hit = False
        for item in [{"role": "user", "content": given}] if type(given) is str else given:
            match item:
                case {"role": "user", "content": str(text)}:
                    hit |= re.search(pattern, text) is not None
                case {"role": "user", "content": list(parts)}:
                    for part in parts:
                        hit |= re.search(pattern, part.get("text", "")) is not None
        return agents.GuardrailFunctionOutput(tripwire_triggered=hit, output_info=pattern)

    other = copy.copy(agent)
    other.input_guardrails = [*agent.input_guardrails]
    other.input_guardrails.append(agents.InputGuardrail(look, run_in_parallel=False))
    return other
""",
        ),
    ],
}
