"""Typical mistakes in lesson 00, and what the check says to each."""

_CALL = """client.responses.create(
        model={model}, input={input}, reasoning={{"effort": {effort}}}
    )"""
_INPUT = 'f"Write one friendly sentence: the bakery is closed on {day}."'


def _notice(
    returned: str, *, asked: str = _INPUT, model: str = '"gpt-6-luna"', effort: str = '"none"'
) -> str:
    call = _CALL.format(model=model, input=asked, effort=effort)
    return f"def notice(client, day):\n    {returned.format(call=call)}\n"


_TEXT = "return {call}.output_text"
_PRICE = "def price(usage, per_million_in, per_million_out):\n    {}\n"
_QUOTABLE = "def quotable(recordings):\n    return [r for r in recordings if {}]\n"

WRONG = {
    "00-1": [
        (
            "forgets the f",
            _notice(_TEXT, asked=_INPUT.removeprefix("f")),
            "without an f before it",
        ),
        (
            "always says Sunday",
            _notice(_TEXT, asked=_INPUT.replace("{day}", "Sunday")),
            "does not name the day",
        ),
        (
            "always says Tuesday",
            _notice(_TEXT, asked=_INPUT.replace("{day}", "Tuesday")),
            "the day is '24 December'",
        ),
        ("sends the day alone", _notice(_TEXT, asked="day"), "does not say friendly"),
        (
            "asks for no sentence",
            _notice(_TEXT, asked='f"Be friendly. The bakery is closed on {day}."'),
            "does not say sentence",
        ),
        (
            "says nothing of the bakery",
            _notice(_TEXT, asked='f"Write one friendly sentence: we are closed on {day}."'),
            "does not say bakery",
        ),
        (
            "opens the bakery",
            _notice(_TEXT, asked='f"Write one friendly sentence about the bakery on {day}."'),
            "does not say closed",
        ),
        ("the large model", _notice(_TEXT, model='"gpt-6.2-sol"'), "the model is 'gpt-6.2-sol'"),
        ("a model from memory", _notice(_TEXT, model='"luna"'), "`BadRequestError`"),
        ("reasons a little", _notice(_TEXT, effort='"low"'), "the reasoning effort is low"),
        (
            "leaves the effort to the model",
            f"def notice(client, day):\n"
            f'    return client.responses.create(model="gpt-6-luna", input={_INPUT}).output_text\n',
            "the reasoning effort is not set",
        ),
        ("prints", _notice("print({call}.output_text)"), "must return it"),
        ("returns the response", _notice("return {call}"), "returned Response"),
        (
            "returns a text of its own",
            _notice('{call}\n    return f"The bakery is closed on {{day}}."'),
            "the answer was 'We are closed.'",
        ),
        ("asks twice", _notice("{call}\n    " + _TEXT), "it sent 2 requests"),
        (
            "writes the sentence itself",
            'def notice(client, day):\n    return f"The bakery is closed on {day}."\n',
            "sent no request",
        ),
        (
            "hides every error",
            f"""
def notice(client, day):
    try:
        return {_CALL.format(model='"gpt-6-luna"', input=_INPUT, effort='"none"')}.output_text
    except Exception:
        return f"We are closed on {{day}}."
""",
            "is kept from the caller",
        ),
    ],
    "00-2": [
        (
            "forgets the million",
            _PRICE.format(
                "return usage.input_tokens * per_million_in + usage.output_tokens * per_million_out"
            ),
            "`price` says 100000",
        ),
        (
            "one price for all",
            _PRICE.format("return usage.total_tokens * per_million_in / 1_000_000"),
            "cost USD 0.50; `price` says 0.1",
        ),
        (
            "only the input",
            _PRICE.format("return usage.input_tokens * per_million_in / 1_000_000"),
            "cost USD 0.50; `price` says 0",
        ),
        (
            "the prices the wrong way round",
            _PRICE.format(
                "return (usage.input_tokens * per_million_out"
                " + usage.output_tokens * per_million_in) / 1_000_000"
            ),
            "cost USD 0.10; `price` says 0.5",
        ),
        (
            "rounds",
            _PRICE.format(
                "return round((usage.input_tokens * per_million_in"
                " + usage.output_tokens * per_million_out) / 1_000_000, 6)"
            ),
            "`price` says 0.000013",
        ),
        (
            "divides only the output",
            _PRICE.format(
                "return usage.input_tokens * per_million_in"
                " + usage.output_tokens * per_million_out / 1_000_000"
            ),
            "out at USD 0.50 cost USD 0.10; `price` says 100000",
        ),
        (
            "bills reasoning twice",
            _PRICE.format(
                "hidden = usage.output_tokens_details.reasoning_tokens\n"
                "    return (usage.input_tokens * per_million_in"
                " + (usage.output_tokens + hidden) * per_million_out) / 1_000_000"
            ),
            "`price` says 0.0041",
        ),
        (
            "a text for people",
            _PRICE.format(
                'return f"USD {(usage.input_tokens * per_million_in'
                ' + usage.output_tokens * per_million_out) / 1_000_000}"'
            ),
            "returned str, not a number",
        ),
        (
            "prints",
            _PRICE.format(
                "print((usage.input_tokens * per_million_in"
                " + usage.output_tokens * per_million_out) / 1_000_000)"
            ),
            "returned NoneType, not a number",
        ),
        (
            "keeps the prices of the lesson",
            _PRICE.format(
                "return (usage.input_tokens * 0.10 + usage.output_tokens * 0.50) / 1_000_000"
            ),
            "`price` says 0.00013",
        ),
    ],
    "00-3": [
        (
            "keeps the edited ones",
            _QUOTABLE.format('r["provenance"].get("host") == "api.openai.com"'),
            "an edited answer is kept: OpenAI",
        ),
        ("keeps all", "def quotable(recordings):\n    return list(recordings)\n", "we did"),
        (
            "does not look at the host",
            _QUOTABLE.format('r["provenance"]["source"] == "live"'),
            "a live answer of `models.bakery.example` is kept",
        ),
        (
            "takes any host with the name in it",
            _QUOTABLE.format(
                'r["provenance"]["source"] == "live" and "openai" in r["provenance"]["host"]'
            ),
            "is not OpenAI's host",
        ),
        (
            "asks each for its host",
            _QUOTABLE.format(
                'r["provenance"]["host"] == "api.openai.com" and r["provenance"]["source"] == "live"'
            ),
            "`KeyError`: 'host'",
        ),
        (
            "stops at the first",
            """
def quotable(recordings):
    for each in recordings:
        label = each["provenance"]
        if label["source"] == "live" and label["host"] == "api.openai.com":
            return [each]
    return []
""",
            "1 of the 2 live answers",
        ),
        (
            "removes while it looks",
            """
def quotable(recordings):
    for each in recordings:
        if each["provenance"]["source"] != "live":
            recordings.remove(each)
    return recordings
""",
            "changes or returns the list",
        ),
        (
            "returns the labels only",
            """
def quotable(recordings):
    labels = [each["provenance"] for each in recordings]
    return [l for l in labels if l["source"] == "live" and l["host"] == "api.openai.com"]
""",
            "0 of the 2 live answers",
        ),
        (
            "the newest first",
            """
def quotable(recordings):
    kept = []
    for each in recordings:
        label = each["provenance"]
        if label["source"] == "live" and label["host"] == "api.openai.com":
            kept.insert(0, each)
    return kept
""",
            "in their order",
        ),
        (
            "a filter is no list",
            """
def quotable(recordings):
    return filter(lambda r: r["provenance"]["source"] == "live", recordings)
""",
            "returned filter, not a list",
        ),
        (
            "compares with the wrong word",
            _QUOTABLE.format('r["provenance"]["source"] == "Live"'),
            "0 of the 2 live answers of OpenAI's API",
        ),
    ],
}
