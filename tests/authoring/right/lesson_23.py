"""Right answers to the exercises of lesson 23, in other ways than the reference."""

RIGHT = {
    "23-1": [
        (
            "one expression",
            """
def gap_for(tokens, rpm, tpm):
    return 60 * max(1 / rpm, tokens / tpm)
""",
        ),
        (
            "the calls of a minute",
            """
def gap_for(tokens, rpm, tpm):
    calls = min(rpm, tpm / tokens)
    return 60 / calls
""",
        ),
        (
            "fractions",
            """
from fractions import Fraction


def gap_for(tokens, rpm, tpm):
    for_requests, for_tokens = Fraction(60, rpm), Fraction(60 * tokens, tpm)
    if for_tokens > for_requests:
        return for_tokens
    return for_requests
""",
        ),
        (
            "numpy",
            """
import numpy as np


def gap_for(tokens, rpm, tpm):
    return np.max(60 / (np.array([rpm, tpm]) / [1, tokens]))
""",
        ),
        (
            "Decimal",
            """
from decimal import Decimal


def gap_for(tokens, rpm, tpm):
    return max(Decimal(60) / rpm, Decimal(60) * tokens / tpm)
""",
        ),
    ],
    "23-2": [
        (
            "tells as the calls end",
            """
async def watched(client, texts, limit, tell):
    gate = asyncio.Semaphore(limit)

    async def one(text):
        async with gate:
            return await subject(client, text)

    tasks = [asyncio.create_task(one(text)) for text in texts]
    for done, task in enumerate(asyncio.as_completed(tasks), start=1):
        await task
        tell(done, len(tasks))
    return [task.result() for task in tasks]
""",
        ),
        (
            "a group of tasks",
            """
async def watched(client, texts, limit, tell):
    semaphore = asyncio.BoundedSemaphore(limit)
    answers = {}

    async def one(place, text):
        async with semaphore:
            answers[place] = await subject(client, text)
            tell(done=len(answers), total=len(texts))

    async with asyncio.TaskGroup() as group:
        for place, text in enumerate(texts):
            group.create_task(one(place, text))
    return [answers[place] for place in range(len(texts))]
""",
        ),
        (
            "workers and a queue",
            """
async def watched(client, texts, limit, tell):
    queue = asyncio.Queue()
    for item in enumerate(texts):
        queue.put_nowait(item)
    found = [None] * len(texts)
    done = 0

    async def worker():
        nonlocal done
        while not queue.empty():
            place, text = queue.get_nowait()
            found[place] = await subject(client, text)
            done += 1
            tell(done, len(texts))

    await asyncio.gather(*(worker() for _ in range(limit)))
    return found
""",
        ),
        (
            "callbacks of tasks",
            """
async def watched(client, texts, limit, tell):
    import itertools

    gate, count = asyncio.Semaphore(limit), itertools.count(1)

    async def one(text):
        async with gate:
            return await subject(client, text)

    def ended(task):
        if not task.cancelled() and task.exception() is None:
            tell(next(count), len(texts))

    tasks = []
    for text in texts:
        tasks.append(asyncio.ensure_future(one(text)))
        tasks[-1].add_done_callback(ended)
    answers = []
    for task in tasks:
        answers.append(await task)
    return answers
""",
        ),
        (
            "waits for the first that ends",
            """
async def watched(client, texts, limit, tell):
    waiting, running, found = list(enumerate(texts)), {}, {}
    while waiting or running:
        while waiting and len(running) < limit:
            place, text = waiting.pop(0)
            running[asyncio.create_task(subject(client, text))] = place
        ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            found[running.pop(task)] = task.result()
            tell(len(found), len(texts))
    return [found[place] for place in sorted(found)]
""",
        ),
        (
            "raises the error of the list",
            """
async def watched(client, texts, limit, tell):
    gate, done = asyncio.Semaphore(limit), []

    async def one(text):
        async with gate:
            stream = await client.responses.create(**about(text), stream=True)
            async for event in stream:
                if event.type == "response.completed":
                    answer = event.response.output_text
        done.append(text)
        tell(len(done), len(texts))
        return answer

    answers = await asyncio.gather(*map(one, texts), return_exceptions=True)
    for each in answers:
        if isinstance(each, BaseException):
            raise each
    return answers
""",
        ),
    ],
    "23-3": [
        (
            "a dict of errors, a pace by sleeping",
            """
async def keep(client, texts, rounds=3, gap=0.0):
    again = (openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError)
    results = {}

    async def one(place, wait):
        await asyncio.sleep(wait)
        try:
            results[place] = await subject(client, texts[place])
        except openai.APIError as error:
            results[place] = error

    todo = range(len(texts))
    for _ in range(rounds):
        await asyncio.gather(*(one(place, n * gap) for n, place in enumerate(todo)))
        todo = [
            place
            for place, each in results.items()
            if isinstance(each, again) and each.type != "insufficient_quota"
        ]
        if not todo:
            break
    return [results[place] for place in range(len(texts))]
""",
        ),
        (
            "calls itself for the rest",
            """
async def keep(client, texts, rounds=3, gap=0.0):
    def passing(error):
        if isinstance(error, openai.RateLimitError):
            return error.type != "insufficient_quota"
        return isinstance(error, (openai.InternalServerError, openai.APIConnectionError))

    tasks = []
    for number, text in enumerate(texts):
        if number:
            await asyncio.sleep(gap)
        tasks.append(asyncio.create_task(subject(client, text)))
    found = await asyncio.gather(*tasks, return_exceptions=True)
    rest = [number for number, each in enumerate(found) if passing(each)]
    if rest and rounds > 1:
        second = await keep(client, [texts[number] for number in rest], rounds - 1, gap)
        for number, each in zip(rest, second):
            found[number] = each
    return found
""",
        ),
        (
            "asks equal texts once",
            """
async def keep(client, texts, rounds=3, gap=0.0):
    known, left = {}, list(dict.fromkeys(texts))
    while left and rounds:
        rounds -= 1
        known |= zip(left, await run_all(client, left, len(left), gap))
        left = []
        for text, result in known.items():
            match result:
                case openai.RateLimitError(type="insufficient_quota"):
                    pass
                case openai.RateLimitError() | openai.InternalServerError():
                    left.append(text)
                case openai.APIConnectionError():
                    left.append(text)
    return [known[text] for text in texts]
""",
        ),
        (
            "a group of tasks, codes of the bills",
            """
async def keep(client, texts, rounds=3, gap=0.0):
    no_credit = {"insufficient_quota", "credit_balance_exhausted"}
    found = [None] * len(texts)

    async def one(place):
        try:
            found[place] = await subject(client, texts[place])
            return None
        except (openai.RateLimitError, openai.InternalServerError) as error:
            found[place] = error
            return None if error.code in no_credit else place
        except openai.APIConnectionError as error:
            found[place] = error
            return place
        except openai.APIError as error:
            found[place] = error

    left = list(range(len(texts)))
    for number in range(rounds):
        async with asyncio.TaskGroup() as group:
            tasks = []
            for place in left:
                tasks.append(group.create_task(one(place)))
                await asyncio.sleep(gap)
        left = [task.result() for task in tasks if task.result() is not None]
    return found
""",
        ),
    ],
}
