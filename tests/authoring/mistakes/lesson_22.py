"""Typical mistakes in lesson 22, and what the check says to each."""

_CHAT = """
def chat_usd(usage, price):
    parts = usage.prompt_tokens_details
    cached = {cached}
    written = {written}
    plain = usage.prompt_tokens - {off}
    cost = plain * price["input"] + cached * price["cached"] + written * price["written"]
    return (cost + {out} * price["output"]) / {by}
"""
_GOOD = {
    "cached": "(parts and parts.cached_tokens) or 0",
    "written": "(parts and parts.cache_write_tokens) or 0",
    "off": "cached - written",
    "out": "usage.completion_tokens",
    "by": "1_000_000",
}

_BILL = """
def bill(calls, history):
    known, unknown = 0.0, 0
    for model, day, usage in calls:
        rows = [row for row in {rows} if {when}]
        if rows:
            known += in_usd(usage, {row}[1])
        {otherwise}
    return {found}
"""
_BILLED = {
    "rows": "history.get(model, [])",
    "when": "row[0] <= day",
    "row": "max(rows, key=lambda row: row[0])",
    "otherwise": "else:\n            unknown += 1",
    "found": "known, unknown",
}

_ASK = """
def ask_all(client, questions, limit):
    texts, spent = [], 0.0
    for question in questions:
        most = {bound} * PRICE["written"] + 300 * PRICE["output"]
        if {refuse}:
            {refused}
        answer = client.responses.create(
            model="gpt-6-luna", input=question, reasoning={{"effort": "none"}}{most}
        )
        spent += {paid}
        texts.append(answer.output_text)
    return texts
"""
_ASKED = {
    "bound": "len(question.encode())",
    "refuse": "spent + most / 1_000_000 > limit",
    "refused": "texts.append(None)\n            continue",
    "most": ", max_output_tokens=300",
    "paid": "in_usd(answer.usage)",
}

WRONG = {
    "22-1": [
        (
            "pays cached tokens twice",
            _CHAT.format(**_GOOD | {"off": "written"}),
            "1,000 in, 800 of them cached cost USD 0.0000280",
        ),
        (
            "forgets the writes",
            _CHAT.format(**_GOOD | {"written": "0"}),
            "800 of them written to the cache",
        ),
        (
            "adds reasoning to the output",
            _CHAT.format(
                **_GOOD
                | {
                    "out": "(usage.completion_tokens + (usage.completion_tokens_details.reasoning_tokens "
                    "if usage.completion_tokens_details else 0))"
                }
            ),
            "200 out, 150 of them reasoning",
        ),
        (
            "needs the details",
            _CHAT.format(
                **_GOOD
                | {"cached": "parts.cached_tokens or 0", "written": "parts.cache_write_tokens or 0"}
            ),
            "a usage without details stops it: `AttributeError`",
        ),
        (
            "prices a thousand tokens",
            _CHAT.format(**_GOOD | {"by": "1_000"}),
            "1,000 in and 200 out cost USD 0.0002000",
        ),
        (
            "builds its own prices in",
            _CHAT.format(**_GOOD).replace("    parts =", "    price = PRICE\n    parts ="),
            "are its own built in?",
        ),
        (
            "takes the counts for granted",
            _CHAT.format(**_GOOD | {"cached": "parts.cached_tokens if parts else 0"}),
            "a usage whose counts are null stops it: `TypeError`",
        ),
    ],
    "22-2": [
        (
            "takes today's prices for all",
            _BILL.format(**_BILLED | {"when": "True"}),
            "in June, before the cut",
        ),
        (
            "lets prices begin a day late",
            _BILL.format(**_BILLED | {"when": "row[0] < day"}),
            "on the first day of new prices",
        ),
        (
            "trusts the order",
            _BILL.format(**_BILLED | {"row": "rows[-1]"}),
            "in September, after a cut in July",
        ),
        (
            "stops at an unknown model",
            _BILL.format(**_BILLED | {"rows": "history[model]"}),
            "of a model that is not in the history stops it: `KeyError`",
        ),
        (
            "counts unknown as nothing",
            _BILL.format(**_BILLED | {"otherwise": ""}),
            "the count of unknown is 0",
        ),
        (
            "returns the sum alone",
            _BILL.format(**_BILLED | {"found": "known"}),
            "not two things",
        ),
    ],
    "22-3": [
        (
            "looks afterwards",
            _ASK.format(**_ASKED | {"refuse": "spent >= limit"}),
            "it sent 4 and spent too much",
        ),
        (
            "names no maximum",
            _ASK.format(**_ASKED | {"most": ""}),
            "`max_output_tokens` of a request is None",
        ),
        (
            "never gives back",
            _ASK.format(**_ASKED | {"paid": "most / 1_000_000"}),
            "is the bound counted instead of the cost?",
        ),
        (
            "takes four characters for a token",
            _ASK.format(**_ASKED | {"bound": "len(question) / 4"}),
            "a question of 9,000 bytes can cost",
        ),
        (
            "gives up at the first that does not fit",
            _ASK.format(**_ASKED | {"refused": "break"}),
            "for 10 questions the list has 0 places",
        ),
        (
            "sends nothing after the first that does not fit",
            _ASK.format(
                **_ASKED | {"refused": "return texts + [None] * (len(questions) - len(texts))"}
            ),
            "after a question that did not fit, a short one was not sent",
        ),
    ],
}
