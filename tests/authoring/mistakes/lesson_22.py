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
            "pays written tokens twice",
            _CHAT.format(**_GOOD | {"off": "cached"}),
            "1,000 in, 800 of them written to the cache cost USD 0.0001200; it returned 0.0002",
        ),
        (
            "forgets the writes",
            _CHAT.format(**_GOOD | {"written": "0"}),
            "800 of them written to the cache cost USD 0.0001200; it returned 0.0001.",
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
            "forgets the output",
            _CHAT.format(**_GOOD | {"out": "0"}),
            "1,000 in and 200 out cost USD 0.0002000; it returned 0.0001",
        ),
        (
            "takes the names of Responses",
            _CHAT.format(**_GOOD | {"out": "usage.output_tokens"}),
            "has no attribute 'output_tokens'",
        ),
        (
            "needs the details",
            _CHAT.format(
                **_GOOD
                | {"cached": "parts.cached_tokens or 0", "written": "parts.cache_write_tokens or 0"}
            ),
            "without details, stops it: `AttributeError`",
        ),
        (
            "returns nothing without details",
            _CHAT.format(**_GOOD).replace(
                "    cached = ", "    if parts is None:\n        return None\n    cached = "
            ),
            "without details cost USD 0.0002000; it returned None",
        ),
        (
            "prices a thousand tokens",
            _CHAT.format(**_GOOD | {"by": "1_000"}),
            "1,000 in and 200 out cost USD 0.0002000; it returned 0.2",
        ),
        (
            "builds its own prices in",
            _CHAT.format(**_GOOD).replace("    parts =", "    price = PRICE\n    parts ="),
            "at other prices than PRICE",
        ),
        (
            "takes the counts for granted",
            _CHAT.format(**_GOOD | {"cached": "parts.cached_tokens if parts else 0"}),
            "both counts of whose details are None, stops it: `TypeError`",
        ),
        (
            "takes one missing count for two",
            _CHAT.format(**_GOOD).replace(
                "    plain =",
                "    if not (parts and parts.cached_tokens and parts.cache_write_tokens):\n"
                "        cached = cached if parts and parts.cache_write_tokens is not None else 0\n"
                "    plain =",
            ),
            "800 of them cached, and None for those written cost",
        ),
    ],
    "22-2": [
        (
            "takes the latest prices for all",
            _BILL.format(**_BILLED | {"when": "True"}),
            "in September, after a cut in July the sum of what is known is 0.00099",
        ),
        (
            "takes the first prices for all",
            _BILL.format(**_BILLED).replace("max(", "min("),
            "in September, after a cut in July the sum of what is known is 0.00339",
        ),
        (
            "prices all with PRICE",
            _BILL.format(**_BILLED).replace(
                "in_usd(usage, max(rows, key=lambda row: row[0])[1])", "in_usd(usage)"
            ),
            "in June, before the first cut",
        ),
        (
            "lets prices begin a day late",
            _BILL.format(**_BILLED | {"when": "row[0] < day"}),
            "on the first day of new prices",
        ),
        (
            "trusts the order",
            _BILL.format(**_BILLED | {"row": "rows[0]"}),
            "in November, after a third change",
        ),
        (
            "stops at an unknown model",
            _BILL.format(**_BILLED | {"rows": "history[model]"}),
            "of a model that is not in the history stops it: `KeyError`",
        ),
        (
            "takes the earliest prices for a day before",
            _BILL.format(**_BILLED).replace(
                "        if rows:",
                "        rows = rows or history.get(model, [])\n        if rows:",
            ),
            "before the first day in the history the count of unknown is 0",
        ),
        (
            "counts nothing as unknown",
            _BILL.format(**_BILLED | {"otherwise": ""}),
            "a call before the first day in the history the count of unknown is",
        ),
        (
            "stops at the first unknown call",
            _BILL.format(**_BILLED | {"otherwise": "else:\n            unknown += 1; break"}),
            "10 calls, four without a price, the count of unknown is 1",
        ),
        (
            "counts unknown models in place of calls",
            _BILL.format(**_BILLED | {"otherwise": "else:\n            gone.add(model)"})
            .replace("known, unknown = 0.0, 0", "known, gone = 0.0, set()")
            .replace("known, unknown", "known, len(gone)"),
            "10 calls, four without a price, the count of unknown is 3",
        ),
        (
            "takes free for unknown",
            _BILL.format(**_BILLED).replace(
                "        if rows:",
                "        if rows and in_usd(usage, max(rows, key=lambda row: row[0])[1]):",
            ),
            "of a model that is free the count of unknown is 1",
        ),
        (
            "keeps the last cost in place of the sum",
            _BILL.format(**_BILLED).replace(" known +=", " known ="),
            "four without a price, the sum of what is known is",
        ),
        (
            "returns the sum alone",
            _BILL.format(**_BILLED | {"found": "known"}),
            "not two things",
        ),
        (
            "calls the sum unknown",
            _BILL.format(**_BILLED | {"found": "None if unknown else known, unknown"}),
            "the sum of what is known is None",
        ),
    ],
    "22-3": [
        (
            "looks afterwards",
            _ASK.format(**_ASKED | {"refuse": "spent >= limit"}),
            "costs USD 0.000152, and the limit is 0.0005: 3 of 10 fit, and it sent 4 questions",
        ),
        (
            "names no maximum",
            _ASK.format(**_ASKED | {"most": ""}),
            "`max_output_tokens` of a request is None",
        ),
        (
            "names another maximum",
            _ASK.format(**_ASKED | {"most": ", max_output_tokens=1000"}),
            "`max_output_tokens` of a request is 1000",
        ),
        (
            "never gives back",
            _ASK.format(**_ASKED | {"paid": "most / 1_000_000"}),
            "costs USD 0.000007, and the limit is 0.0005: 10 of 10 fit",
        ),
        (
            "counts the cost without the cache",
            _ASK.format(
                **_ASKED
                | {
                    "paid": '(answer.usage.input_tokens * PRICE["input"]'
                    ' + answer.usage.output_tokens * PRICE["output"]) / 1e6'
                }
            ),
            "costs USD 0.00018, with tokens read",
        ),
        (
            "takes characters for bytes",
            _ASK.format(**_ASKED | {"bound": "len(question)"}),
            "1,000 characters, 4 bytes each",
        ),
        (
            "takes four characters for a token",
            _ASK.format(**_ASKED | {"bound": "len(question) / 4"}),
            "a question of 58 bytes can cost USD 0.00015725, and the limit is 0.0001572499",
        ),
        (
            "takes the price of plain input",
            _ASK.format(**_ASKED).replace('* PRICE["written"]', '* PRICE["input"]'),
            "the limit is 0.0001572499: 0 of 1 fit, and it sent 1 question",
        ),
        (
            "forgets the output in the bound",
            _ASK.format(**_ASKED).replace(' + 300 * PRICE["output"]', ""),
            "3 of 10 fit, and it sent",
        ),
        (
            "refuses what fits exactly",
            _ASK.format(**_ASKED | {"refuse": "spent + most / 1_000_000 >= limit"}),
            "and so much is the limit: 1 of 1 fit, and it sent 0 questions",
        ),
        (
            "compares each question with the limit alone",
            _ASK.format(**_ASKED | {"refuse": "most / 1_000_000 > limit"}),
            "and the limit is 0.0005: 3 of 10 fit, and it sent 10 questions",
        ),
        (
            "gives up at the first that does not fit",
            _ASK.format(**_ASKED | {"refused": "break"}),
            "for 10 questions it returned [], not one place for each question",
        ),
        (
            "sends nothing after the first that does not fit",
            _ASK.format(
                **_ASKED | {"refused": "return texts + [None] * (len(questions) - len(texts))"}
            ),
            "the others fit, and the limit is 0.0005: 2 of 4 fit, and it sent 0 questions",
        ),
        (
            "leaves refused questions out of the list",
            _ASK.format(**_ASKED | {"refused": "continue"}),
            "for 10 questions it returned []",
        ),
        (
            "writes a word in place of None",
            _ASK.format(**_ASKED | {"refused": 'texts.append("")\n            continue'}),
            "place 0 of the list is '', not None",
        ),
        (
            "drops the effort",
            _ASK.format(**_ASKED).replace('reasoning={"effort": "none"}', "store=False"),
            "its effort None: that was to be left as it is",
        ),
        (
            "cuts long questions",
            _ASK.format(**_ASKED).replace(
                "        most =", "        question = question[:100]\n        most ="
            ),
            "a request asks '🌵",
        ),
        (
            "hides errors",
            _ASK.format(**_ASKED)
            .replace("        answer = ", "        try:\n         answer = ")
            .replace(
                "        spent +=",
                "        except Exception:\n            texts.append(None)\n            continue\n        spent +=",
            ),
            "is kept from the caller",
        ),
    ],
}
