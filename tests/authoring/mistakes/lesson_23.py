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
async def keep(client, texts, rounds=3):
    found, left = [None] * len(texts), list(range(len(texts)))
    passing = {passing}
    for _ in range({rounds}):
        calls = [subject(client, texts[place]) for place in left]
        for place, result in zip(left, await asyncio.gather(*calls, return_exceptions={kept})):
            found[place] = result
        left = {left}
    return {result}
"""
_KEPT = {
    "passing": "(openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError)",
    "rounds": "rounds",
    "kept": "True",
    "left": "[place for place in left if isinstance(found[place], passing)]",
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
            "never more than 1 calls were under way",
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
            "the bar would jump",
        ),
        (
            "tells no total",
            _WATCHED.format(**_GOOD | {"after": "done += 1; tell(done)"}),
            "it called `tell` with [(1,)",
        ),
    ],
    "23-3": [
        (
            "lets the first error through",
            _KEEP.format(**_KEPT | {"kept": "False"}),
            "stopped it with RateLimitError",
        ),
        (
            "sends everything again",
            _KEEP.format(**_KEPT | {"left": "list(range(len(texts)))"}),
            "for two texts, and it sent",
        ),
        (
            "sends nothing again",
            _KEEP.format(**_KEPT | {"rounds": "1"}),
            "it sent {} again",
        ),
        (
            "never gives up",
            _KEEP.format(**_KEPT | {"rounds": "9"}),
            "with `rounds=3` it sent a text 9 times",
        ),
        (
            "sends its own mistakes again",
            _KEEP.format(**_KEPT | {"passing": "Exception"}),
            "refused with a 400, and it sent it 3 times",
        ),
        (
            "forgets the connection",
            _KEEP.format(
                **_KEPT | {"passing": "(openai.RateLimitError, openai.InternalServerError)"}
            ),
            "failed once with a refused connection",
        ),
        (
            "leaves errors out",
            _KEEP.format(**_KEPT | {"result": "[each for each in found if isinstance(each, str)]"}),
            "6 texts, and it returned",
        ),
    ],
}
