"""Wrong answers to the exercises of lesson 23: (name, source, what the check must say)."""

_GAP = """
def gap_for(tokens, rpm, tpm):
    for_requests = 60 / rpm
    for_tokens = 60 / tpm * tokens
    return {result}
"""

_WATCHED = """
async def watched(client, texts, limit, tell):
    gate, done = asyncio.Semaphore({limit}), 0

    async def one(text):
        nonlocal done
        async with gate:
            {before}
            answer = await subject(client, text)
            {after}
        return answer

    {end}
"""
_COUNT = "done += 1; tell(done, len(texts))"
_GOOD = {
    "limit": "limit",
    "before": "pass",
    "after": _COUNT,
    "end": "return await asyncio.gather(*[one(text) for text in texts])",
}

_KEEP = """
async def keep(client, texts, rounds=3, gap=0.0):
    found, left = [None] * len(texts), list(range(len(texts)))
    passing = {passing}

    async def one(text, wait):
        await asyncio.sleep({wait})
        return await subject(client, text)

    for _ in range({rounds}):
        {before}
        calls = [one(texts[place], number * gap) for number, place in enumerate(left)]
        for place, result in zip(left, await asyncio.gather(*calls, return_exceptions={kept})):
            found[place] = result
        left = {left}
    return {result}
"""
_KEPT = {
    "passing": "(openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError)",
    "rounds": "rounds",
    "kept": "True",
    "wait": "wait",
    "before": "pass",
    "left": "[place for place in left if isinstance(found[place], passing)"
    " and found[place].type != 'insufficient_quota']",
    "result": "found",
}

WRONG = {
    "23-1": [
        ("requests only", _GAP.format(result="for_requests"), "where tokens decide"),
        ("tokens only", _GAP.format(result="for_tokens"), "where requests decide"),
        (
            "both, one after the other",
            _GAP.format(result="for_requests + for_tokens"),
            "with 50 tokens a call",
        ),
        (
            "minutes",
            _GAP.format(result="max(for_requests, for_tokens) / 60"),
            "it returns 0.0002",
        ),
        (
            "the tokens of one call are forgotten",
            """
def gap_for(tokens, rpm, tpm):
    return max(60 / rpm, 60 / tpm)
""",
            "with 1,000 tokens a call, 5,000 requests and 2,000,000 tokens a minute, where tokens",
        ),
        (
            "whole calls only",
            """
def gap_for(tokens, rpm, tpm):
    return 60 / min(rpm, tpm // tokens)
""",
            "with 30,000 tokens a call",
        ),
    ],
    "23-2": [
        (
            "without a limit",
            _WATCHED.format(**_GOOD | {"limit": "1000"}),
            "6 calls were under way at once",
        ),
        (
            "one after the other",
            _WATCHED.format(**_GOOD | {"end": "return [await one(text) for text in texts]"}),
            "never more than 1 call was under way",
        ),
        (
            "in the order of arrival",
            _WATCHED.format(
                **_GOOD
                | {
                    "end": "return [await each for each in "
                    "asyncio.as_completed([one(text) for text in texts])]"
                }
            ),
            "not in the order of the texts",
        ),
        (
            "tells what is started",
            _WATCHED.format(**_GOOD | {"before": _COUNT, "after": "pass"}),
            "before so many answers were there",
        ),
        (
            "tells at the end",
            """
async def watched(client, texts, limit, tell):
    answers = await run_all(client, texts, limit)
    for number, _ in enumerate(answers, start=1):
        tell(number, len(texts))
    return answers
""",
            "told that 1 of 6 are done when 6 answers were there already",
        ),
        (
            "tells no total",
            _WATCHED.format(**_GOOD | {"after": "done += 1; tell(done)"}),
            "it called `tell` with [(1,)",
        ),
        (
            "keeps the errors in the list",
            _WATCHED.format(
                **_GOOD
                | {
                    "end": "return await asyncio.gather("
                    "*[one(text) for text in texts], return_exceptions=True)"
                }
            ),
            "a 400 about another parameter is kept from the caller",
        ),
        (
            "tells after each handful",
            """
async def watched(client, texts, limit, tell):
    answers = []
    for start in range(0, len(texts), limit):
        calls = [subject(client, text) for text in texts[start : start + limit]]
        for answer in await asyncio.gather(*calls):
            answers.append(answer)
            tell(len(answers), len(texts))
    return answers
""",
            "it told that 1 of 6 are done when 3 answers were there already",
        ),
        (
            "counts from zero",
            _WATCHED.format(**_GOOD | {"after": "tell(done, len(texts)); done += 1"}),
            "it called `tell` with [(0, 6)",
        ),
        (
            "sends twice what it wants to show",
            """
async def watched(client, texts, limit, tell):
    gate, done = asyncio.Semaphore(limit), 0

    async def one(text):
        async with gate:
            return await subject(client, text)

    for each in asyncio.as_completed([one(text) for text in texts]):
        await each
        done += 1
        tell(done, len(texts))
    return await asyncio.gather(*[one(text) for text in texts])
""",
            "6 texts, and it sent 12 requests",
        ),
        (
            "is no coroutine",
            """
def watched(client, texts, limit, tell):
    return [subject(client, text) for text in texts]
""",
            "it is no `async def` function",
        ),
        (
            "sends the text without its task",
            _WATCHED.format(**_GOOD).replace(
                "await subject(client, text)",
                '(await client.responses.create(model="gpt-6-luna", input=text)).output_text',
            ),
            "no task for the model",
        ),
    ],
    "23-3": [
        (
            "lets the first error through",
            _KEEP.format(**_KEPT | {"kept": "False"}),
            "stopped it with `RateLimitError`",
        ),
        (
            "sends everything again",
            _KEEP.format(**_KEPT | {"left": "list(range(len(texts)))"}),
            "for two texts, and it sent 12 requests after the first round",
        ),
        (
            "sends nothing again",
            _KEEP.format(**_KEPT | {"rounds": "1"}),
            "another twice: it sent {} again",
        ),
        (
            "never gives up",
            _KEEP.format(**_KEPT | {"rounds": "9"}),
            "with `rounds=3` it sent a text 9 times",
        ),
        (
            "sends its own mistakes again",
            _KEEP.format(**_KEPT | {"passing": "openai.APIError"}),
            "a text failed with a 400 about another parameter, and it sent it 3 times",
        ),
        (
            "forgets the connection",
            _KEEP.format(
                **_KEPT | {"passing": "(openai.RateLimitError, openai.InternalServerError)"}
            ),
            "failed once with a broken connection",
        ),
        (
            "leaves errors out",
            _KEEP.format(**_KEPT | {"result": "[each for each in found if isinstance(each, str)]"}),
            "6 texts, and it returned",
        ),
        (
            "tries each text by itself",
            """
async def keep(client, texts, rounds=3, gap=0.0):
    passing = (openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError)

    async def one(number, text):
        await asyncio.sleep(number * gap)
        for _ in range(rounds):
            try:
                return await subject(client, text)
            except openai.APIError as error:
                last = error
                if not isinstance(error, passing) or error.type == "insufficient_quota":
                    break
        return last

    return await asyncio.gather(*[one(*each) for each in enumerate(texts)])
""",
            "while calls of the round before were still under way",
        ),
        (
            "waits for credit",
            _KEEP.format(
                **_KEPT | {"left": "[place for place in left if isinstance(found[place], passing)]"}
            ),
            "a text failed with a 429 `credit_balance_exhausted`, and it sent it 3 times",
        ),
        (
            "knows a 429 by its status",
            _KEEP.format(
                **_KEPT
                | {
                    "passing": "openai.APIError",
                    "left": "[place for place in left if isinstance(found[place], passing)"
                    " and getattr(found[place], 'status_code', 500) in (429, 500)]",
                }
            ),
            "a 429 `credit_balance_exhausted`, and it sent it 3 times",
        ),
        (
            "has no pace",
            _KEEP.format(**_KEPT | {"wait": "0"}),
            "the 6 calls of the first round started within 0.",
        ),
        (
            "has a pause in place of a pace",
            _KEEP.format(**_KEPT | {"wait": "0", "before": "await asyncio.sleep(gap)"}),
            "with `gap=0.1`, the 6 calls of the first round",
        ),
        (
            "has a pace in the first round only",
            _KEEP.format(**_KEPT | {"wait": "wait if None in found else 0"}),
            "the 3 calls of the second round started within 0.",
        ),
        (
            "sends one after the other",
            """
async def keep(client, texts, rounds=3, gap=0.0):
    found = []
    for text in texts:
        for _ in range(rounds):
            try:
                answer = await subject(client, text)
                break
            except openai.APIError as error:
                answer = error
        found.append(answer)
        await asyncio.sleep(gap)
    return found
""",
            "never more than 1 call was under way",
        ),
        (
            "does not know a broken connection's type",
            _KEEP.format(
                **_KEPT | {"passing": "(openai.RateLimitError, openai.APIConnectionError)"}
            ),
            "failed once with a 500",
        ),
        (
            "keeps the first error",
            _KEEP.format(**_KEPT).replace(
                "found[place] = result",
                "found[place] = found[place] if isinstance(result, Exception)"
                " and found[place] is not None else result",
            ),
            "then with a 400 about another parameter; it sent it 3 times",
        ),
        (
            "finds the place by the text",
            """
async def keep(client, texts, rounds=3, gap=0.0):
    found, left = [None] * len(texts), list(texts)
    passing = (openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError)
    for _ in range(rounds):
        results = await run_all(client, left, len(texts), gap)
        for text, result in zip(left, results):
            found[texts.index(text)] = result
        left = [
            text
            for text, result in zip(left, results)
            if isinstance(result, passing) and result.type != "insufficient_quota"
        ]
    return found
""",
            "for the texts ['Kind driver.', 'Too late.', 'Kind driver.'] it returned",
        ),
    ],
}
