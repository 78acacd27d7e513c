"""Right answers to the exercises of lesson 41, in other ways than the reference."""

RIGHT = {
    "41-1": [
        (
            "find the end of an event, again and again",
            """
def events_of(pieces):
    held = bytearray()
    for piece in pieces:
        held.extend(piece)
        while (end := held.find(b"\\n\\n")) >= 0:
            text = held[:end].decode("utf-8")
            del held[: end + 2]
            yield json.loads(text[6:])
""",
        ),
        (
            "partition in a loop",
            """
def events_of(pieces):
    rest = b""
    for piece in pieces:
        rest = rest + piece
        event, end, after = rest.partition(b"\\n\\n")
        while end:
            yield json.loads(event[len(b"data: "):])
            rest = after
            event, end, after = rest.partition(b"\\n\\n")
""",
        ),
        (
            "an incremental decoder",
            """
import codecs


def events_of(pieces):
    decode = codecs.getincrementaldecoder("utf-8")().decode
    text = ""
    for piece in pieces:
        text += decode(piece)
        lines = text.split("\\n\\n")
        text = lines.pop()
        yield from (json.loads(line[5:]) for line in lines)
""",
        ),
        (
            "a function inside that makes the events",
            """
def events_of(pieces):
    def read():
        rest = b""
        for piece in pieces:
            parts = (rest + piece).split(b"\\n\\n")
            rest = parts[-1]
            for part in parts[:-1]:
                yield part.split(b": ", 1)[1]

    return map(json.loads, read())
""",
        ),
    ],
    "41-2": [
        (
            "try and finally close the stream",
            """
async def relay(client, asked):
    newest = stream = None
    try:
        stream = await client.responses.create(stream=True, **asked)
        async for event in stream:
            newest = event.type
            if newest == "response.output_text.delta":
                yield dict(delta=event.delta)
            if newest == "response.completed":
                usage = event.response.usage
                yield dict(done=usage.input_tokens + usage.output_tokens)
                return
    except openai.APIError as error:
        newest = error.__class__.__name__
    finally:
        if stream is not None:
            await stream.close()
    yield dict(problem=newest)
""",
        ),
        (
            "match, and the last event in a variable",
            """
from openai import APIError


async def relay(client, asked):
    last = {"problem": None}
    try:
        stream = await client.responses.create(**{**asked, "stream": True})
        async with stream:
            async for event in stream:
                last = {"problem": event.type}
                match event.type:
                    case "response.output_text.delta":
                        yield {"delta": event.delta}
                    case "response.completed":
                        last = {"done": event.response.usage.total_tokens}
    except APIError as error:
        last = {"problem": type(error).__name__}
    yield last
""",
        ),
        (
            "aclosing around the stream",
            """
from contextlib import AsyncExitStack


async def relay(client, asked):
    ended = None
    async with AsyncExitStack() as stack:
        try:
            stream = await client.responses.create(**asked, stream=True)
            stack.push_async_callback(stream.close)
            async for event in stream:
                ended = event.type
                if ended == "response.output_text.delta":
                    yield {"delta": event.delta}
                elif ended == "response.completed":
                    yield {"done": event.response.usage.total_tokens}
                    return
        except openai.APIError as error:
            ended = type(error).__name__
    yield {"problem": ended}
""",
        ),
    ],
    "41-3": [
        (
            "a flag, and finally",
            """
async def paid(who, spent, limit, most, ask):
    spent.setdefault(who, 0)
    if limit - spent[who] < most:
        raise PermissionError(f"{who} has {limit - spent[who]} left")
    spent[who] += most
    back = 0
    try:
        cost = await ask()
        back = most - cost
    except openai.RateLimitError:
        back = most
        raise
    finally:
        spent[who] -= back
    return cost
""",
        ),
        (
            "what is held beside what is spent",
            """
async def paid(who, spent, limit, most, ask):
    now = spent.get(who, 0) + most
    if now > limit:
        raise PermissionError
    spent[who] = now
    try:
        cost = await ask()
    except openai.APIStatusError as error:
        if error.status_code == 429:
            spent[who] = spent[who] - most
        raise
    spent[who] = spent[who] - most + cost
    return cost
""",
        ),
        (
            "the awaitable is made first and judged later",
            """
async def paid(who, spent, limit, most, ask):
    def add(amount):
        spent[who] = spent.get(who, 0) + amount

    if not spent.get(who, 0) + most <= limit:
        raise PermissionError(who)
    add(most)
    try:
        cost = await asyncio.ensure_future(ask())
    except Exception as error:
        if isinstance(error, openai.RateLimitError):
            add(-most)
        raise error
    add(cost - most)
    return cost


import asyncio
""",
        ),
    ],
}
