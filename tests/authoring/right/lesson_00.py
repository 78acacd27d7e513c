"""Right answers to the exercises of lesson 00, in other ways than the reference."""

RIGHT = {
    "00-1": [
        (
            "one message, the rules apart, parts by hand",
            """
def notice(client, day):
    response = client.responses.create(
        model="gpt-6-luna",
        instructions="You write for a bakery. Answer with one friendly sentence.",
        input=[{"role": "user", "content": "Say that we are closed on " + day}],
        reasoning={"effort": "none"},
        store=False,
    )
    return response.output[-1].content[0].text
""",
        ),
        (
            "a dict of arguments, other words",
            """
def notice(client, day):
    prompt = "Tell our guests in one warm sentence that the BAKERY will be shut on {}!"
    asked = {"model": "gpt-6-luna", "reasoning": {"effort": "none"}}
    return client.responses.create(input=prompt.format(day), **asked).output_text.strip()
""",
        ),
        (
            "Chat Completions",
            """
def notice(client, day):
    messages = [
        {"role": "developer", "content": "One friendly sentence, no more."},
        {"role": "user", "content": [{"type": "text", "text": f"Bakery closed on {day}."}]},
    ]
    answer = client.chat.completions.create(
        model="gpt-6-luna", messages=messages, reasoning_effort="none"
    )
    return answer.choices[0].message.content
""",
        ),
        (
            "a stream, and an error in words of its own",
            """
def notice(client, day):
    import openai

    prompt = f"One friendly sentence, please: on {day} the bakery is closed."
    try:
        with client.responses.stream(
            model="gpt-6-luna", input=prompt, reasoning={"effort": "none"}, max_output_tokens=200
        ) as stream:
            return stream.get_final_response().output_text
    except openai.APIError as error:
        raise RuntimeError("no notice today") from error
""",
        ),
        (
            "a small class and a raw response",
            """
class Notice:
    def __call__(self, client, day):
        raw = client.responses.with_raw_response.create(
            model="gpt-6-luna",
            input="Write one friendly sentence. It says that the bakery is not open on %s." % day,
            reasoning={"effort": "none"},
        )
        return raw.parse().output_text


notice = Notice()
""",
        ),
        (
            "pieces of a stream, checked for its status",
            """
def notice(client, day):
    text = []
    for event in client.responses.create(
        model="gpt-6-luna",
        input=f"Write one friendly sentence: the bakery is closed on {day.upper()}.",
        reasoning={"effort": "none", "summary": None},
        stream=True,
    ):
        match event.type:
            case "response.output_text.delta":
                text.append(event.delta)
            case "response.failed" | "response.incomplete":
                raise RuntimeError(event.type)
    return "".join(text)
""",
        ),
    ],
    "00-2": [
        (
            "Decimal",
            """
def price(usage, per_million_in, per_million_out):
    from decimal import Decimal

    cost = Decimal(usage.input_tokens) * Decimal(str(per_million_in))
    cost += Decimal(usage.output_tokens) * Decimal(str(per_million_out))
    return cost / 10**6
""",
        ),
        (
            "Fraction",
            """
def price(usage, per_million_in, per_million_out):
    from fractions import Fraction as F

    into, out = F(str(per_million_in)), F(str(per_million_out))
    return (usage.input_tokens * into + usage.output_tokens * out) / 1_000_000
""",
        ),
        (
            "numpy",
            """
import numpy as np


def price(usage, per_million_in, per_million_out):
    return np.dot([usage.input_tokens, usage.output_tokens], [per_million_in, per_million_out]) / 1e6
""",
        ),
        (
            "price of one token first, by name",
            """
def price(usage, per_million_in, per_million_out):
    each = {"input_tokens": per_million_in / 1e6, "output_tokens": per_million_out / 1e6}
    return sum(getattr(usage, name) * usd for name, usd in each.items())
""",
        ),
        (
            "the output as what is left of the total",
            """
price = lambda usage, per_million_in, per_million_out: 1e-6 * (
    usage.input_tokens * per_million_in
    + (usage.total_tokens - usage.input_tokens) * per_million_out
)
""",
        ),
        (
            "usage as a dict, math.fsum",
            """
import math


def price(usage, per_million_in, per_million_out):
    counts = usage.to_dict()
    return math.fsum(
        (
            counts["input_tokens"] / 1_000_000 * per_million_in,
            counts["output_tokens"] / 1_000_000 * per_million_out,
        )
    )
""",
        ),
    ],
    "00-3": [
        (
            "a comprehension, the host first",
            """
def quotable(recordings):
    return [
        r
        for r in recordings
        if r["provenance"].get("host") == "api.openai.com" and r["provenance"]["source"] == "live"
    ]
""",
        ),
        (
            "filter and a helper",
            """
def theirs(recording):
    label = recording.get("provenance", {})
    return (label.get("source"), label.get("host")) == ("live", "api.openai.com")


def quotable(recordings):
    return list(filter(theirs, recordings))
""",
        ),
        (
            "match",
            """
def quotable(recordings):
    kept = []
    for each in recordings:
        match each:
            case {"provenance": {"source": "live", "host": "api.openai.com"}}:
                kept.append(each)
    return kept
""",
        ),
        (
            "a generator, early continue",
            """
def of_openai(recordings):
    for each in recordings:
        label = each["provenance"]
        if label["source"] != "live":
            continue
        if not label["host"].endswith("openai.com"):
            continue
        yield each


def quotable(recordings):
    return [*of_openai(recordings)]
""",
        ),
        (
            "removes from a copy",
            """
def quotable(recordings):
    import copy

    left = copy.deepcopy(recordings)
    for each in list(left):
        source, host = (each["provenance"].get(name, "") for name in ("source", "host"))
        if source in ("authored", "edited") or host.lower() != "api.openai.com":
            left.remove(each)
    return left
""",
        ),
        (
            "subset of the label",
            """
def quotable(recordings):
    wanted = {"source": "live", "host": "api.openai.com"}.items()
    return [each for each in recordings if wanted <= each["provenance"].items()]
""",
        ),
    ],
}
