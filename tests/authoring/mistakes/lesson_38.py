"""Typical mistakes in lesson 38, and what the check says to each."""

_DEAREST = """
def dearest(usage):
    prices = []
    for each in usage.request_usage_entries:
        cached = each.input_tokens_details.cached_tokens
        prices.append({usd})
    {empty}
    return {end}
"""
_USD = (
    "((each.input_tokens - cached) * 0.10 + cached * 0.01 + each.output_tokens * 0.50) / 1_000_000"
)
_EMPTY = "if not prices:\n        return 0, 0.0"
_END = "prices.index(max(prices)) + 1, max(prices)"


def _dearest(usd: str = _USD, empty: str = _EMPTY, end: str = _END) -> str:
    return _DEAREST.format(usd=usd, empty=empty, end=end)


_ASK = """
async def ask(client, question, tools, session, turns):
    agent = agents.Agent("Helper", tools={tools})
    agent.model = {model}
    agent.model_settings = agents.ModelSettings({settings})
    how = {{"session": {session}, "max_turns": {turns}}}
    how["run_config"] = agents.RunConfig({config})
    try:
        result = await agents.Runner.run(agent, question, **how)
    except {error}:
        return {none}
    return {end}
"""
_GOOD = {
    "tools": "tools",
    "model": 'agents.OpenAIResponsesModel("gpt-6-luna", client)',
    "settings": "store=False",
    "session": "session",
    "turns": "turns",
    "config": "tracing_disabled=True",
    "error": "agents.MaxTurnsExceeded",
    "none": "None",
    "end": "result.final_output",
}


def _ask(**other: str) -> str:
    return _ASK.format(**_GOOD | other)


_GUARDED = """
def guarded(agent, pattern):
    @agents.input_guardrail(run_in_parallel={parallel})
    def look(context, agent, given):
        {body}
        return agents.GuardrailFunctionOutput(hit, tripwire_triggered={hit})

    {end}
"""
_BODY = """items = [{"role": "user", "content": given}] if isinstance(given, str) else given
        texts = []
        for item in items:
            if item.get("role") == "user":
                content = item["content"]
                parts = [{"text": content}] if isinstance(content, str) else content
                texts += [part.get("text", "") for part in parts]
        hit = any(re.search(pattern, text) for text in texts)"""
_FITS = {
    "parallel": "False",
    "body": _BODY,
    "hit": "hit",
    "end": "return agent.clone(input_guardrails=[*agent.input_guardrails, look])",
}


def _guarded(**other: str) -> str:
    return _GUARDED.format(**_FITS | other)


WRONG = {
    "38-1": [
        (
            "counts cached tokens at the full price",
            _dearest(usd="(each.input_tokens * 0.10 + each.output_tokens * 0.50) / 1e6"),
            "for 1,000 input tokens, of which 800 are cached the price was 0.0001",
        ),
        (
            "counts cached tokens twice",
            _dearest(
                usd="(each.input_tokens * 0.10 + cached * 0.01 + each.output_tokens * 0.50) / 1e6"
            ),
            "for 1,000 input tokens, of which 800 are cached the price was 0.000108",
        ),
        (
            "forgets the million",
            _dearest(usd=_USD.partition(" / ")[0]),
            "for one request of 1,000 input tokens the price was 100.0",
        ),
        (
            "counts from 0",
            _dearest(end="prices.index(max(prices)), max(prices)"),
            "for one request of 1,000 input tokens it named request 0, and not 1",
        ),
        (
            "does not think of a run without a request",
            _dearest(empty=""),
            "Your code stopped with `ValueError`",
        ),
        (
            "takes the last of equal ones",
            _dearest(end="len(prices) - prices[::-1].index(max(prices)), max(prices)"),
            "for three requests of one price it named request 3, and not 1",
        ),
        (
            "looks for the longest question",
            _dearest(
                end="max((e.input_tokens, -n) for n, e in enumerate(usage.request_usage_entries))[1] * -1 + 1, max(prices)"
            ),
            "for a long question, and then a long answer it named request 1, and not 2",
        ),
        (
            "returns the price alone",
            _dearest(end="max(prices)"),
            "not a tuple of a number and a price",
        ),
    ],
    "38-2": [
        (
            "leaves the storing on",
            _ask(settings=""),
            "request 1 does not turn `store` off",
        ),
        (
            "lets the run be traced",
            _ask(config=""),
            "the run was traced: what it read and wrote would go to OpenAI",
        ),
        (
            "leaves only the contents out of the trace",
            _ask(config="trace_include_sensitive_data=False"),
            "the run was traced",
        ),
        (
            "forgets the session",
            _ask(session="None"),
            "with the same session, the second run sent the messages ['And in Ryde?']",
        ),
        (
            "forgets the tools",
            _ask(tools="[]"),
            "the request carries the tools []",
        ),
        (
            "asks another model",
            _ask(model='agents.OpenAIResponsesModel("gpt-6.1-terra", client)'),
            "the run asks 'gpt-6.1-terra'",
        ),
        (
            "goes to Chat Completions",
            _ask(model='agents.OpenAIChatCompletionsModel("gpt-6-luna", client)'),
            "a request goes to Chat Completions",
        ),
        (
            "does not catch the exception",
            _ask(error="agents.UserError"),
            "with turns 1 and no text it raised `MaxTurnsExceeded`, and should return None",
        ),
        (
            "allows one turn more",
            _ask(turns="turns + 1"),
            "with turns 1 and no text it sent 2 requests",
        ),
        (
            "keeps to the ten turns of the package",
            _ask(turns="10"),
            "with turns 1 and no text it sent 10 requests",
        ),
        (
            "returns the exception's words",
            _ask(error="agents.MaxTurnsExceeded as error", none="str(error)"),
            "with turns 1 and no text it returned 'Max turns (1) exceeded', and not None",
        ),
        (
            "makes None of an outage",
            _ask(error="Exception"),
            "a 400 about another parameter is kept from the caller",
        ),
        (
            "returns the whole result",
            _ask(end="result"),
            "the text was 'At 10:20.'; it returned RunResult",
        ),
        (
            "makes None of an empty text",
            _ask(end="result.final_output or None"),
            "for an empty text it returned None",
        ),
    ],
    "38-3": [
        (
            "runs beside the first request",
            _guarded(parallel="True"),
            "for a text that begins with the pattern, streamed, the run sent 1 request",
        ),
        (
            "never trips",
            _guarded(hit="False"),
            "for a text that begins with the pattern it did not trip",
        ),
        (
            "always trips",
            _guarded(hit="True"),
            "for a text without the pattern it tripped",
        ),
        (
            "looks at the whole list as a text",
            _guarded(body="hit = re.search(pattern, str(given)) is not None"),
            "for the pattern in an item of the assistant it tripped",
        ),
        (
            "looks at the last item only",
            _guarded(body=_BODY.replace("for item in items:", "for item in items[-1:]:")),
            "for the pattern in an earlier item it did not trip",
        ),
        (
            "looks at the first item only",
            _guarded(body=_BODY.replace("for item in items:", "for item in items[:1]:")),
            "for the pattern in the last of two items it did not trip",
        ),
        (
            "expects a text",
            _guarded(body="hit = re.search(pattern, given) is not None"),
            "Your code stopped with `TypeError`",
        ),
        (
            "does not know parts",
            _guarded(
                body=_BODY.replace(
                    'parts = [{"text": content}]', "parts = [{'text': content}]"
                ).replace("else content\n", "else []\n")
            ),
            "for the pattern in the last part of a content it did not trip",
        ),
        (
            "expects a text in each part",
            _guarded(body=_BODY.replace('part.get("text", "")', 'part["text"]')),
            "Your code stopped with `KeyError`",
        ),
        (
            "takes the pattern for a text",
            _guarded(body=_BODY.replace("re.search(pattern, text)", "pattern in text")),
            "for the letters of the pattern itself it tripped",
        ),
        (
            "expects the pattern at the beginning",
            _guarded(body=_BODY.replace("re.search", "re.match")),
            "for a text with the pattern in the middle it did not trip",
        ),
        (
            "changes the agent itself",
            _guarded(end="agent.input_guardrails.append(look)\n    return agent"),
            "it returned the agent itself, and not a copy",
        ),
        (
            "changes the list that both share",
            _guarded(
                end="other = agent.clone()\n    other.input_guardrails.append(look)\n    return other"
            ),
            "the agent itself has 2 guardrails now, and had one",
        ),
        (
            "loses the guardrail that was there",
            _guarded(end="return agent.clone(input_guardrails=[look])"),
            "the guardrail that the agent had before is not in the copy",
        ),
        (
            "makes a new agent",
            _guarded(
                end='return agents.Agent("Guarded", model=agent.model, '
                "input_guardrails=[*agent.input_guardrails, look])"
            ),
            "the copy is called 'Guarded', with the instructions None",
        ),
    ],
}
