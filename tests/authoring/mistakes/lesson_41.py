"""Wrong answers to the exercises of lesson 41: (name, source, what the check must say)."""

_RELAY = """
async def relay(client, asked):
    problem = None
    try:
        async with await client.responses.create(**asked, stream=True) as stream:
            async for event in stream:
                {first}
                if event.type == "response.output_text.delta":
                    yield {{"delta": event.delta}}
                elif event.type == {end}:
                    yield {{"done": event.response.usage.{tokens}}}
                    {after}
    except {errors}:
        {caught}
    {last}
"""
_GOOD = {
    "first": "problem = event.type",
    "end": '"response.completed"',
    "tokens": "total_tokens",
    "after": "return",
    "errors": "openai.APIError as error",
    "caught": "problem = type(error).__name__",
    "last": 'yield {"problem": problem}',
}

_PAID = """
async def paid(who, spent, limit, most, ask):
    if spent.get(who, 0) + most {over} limit:
        raise PermissionError(who)
    spent[who] = spent.get(who, 0) + most
    try:
        cost = await ask()
    except {errors}:
        {caught}
        {then}
    spent[who] {settled}
    return {result}
"""
_PAYS = {
    "over": ">",
    "errors": "openai.RateLimitError",
    "caught": "spent[who] -= most",
    "then": "raise",
    "settled": "+= cost - most",
    "result": "cost",
}

WRONG = {
    "41-1": [
        (
            "a piece is an event",
            """
def events_of(pieces):
    for piece in pieces:
        yield json.loads(piece.removeprefix(b"data: "))
""",
            "for all events in one piece it stopped with `JSONDecodeError`",
        ),
        (
            "the rest is forgotten",
            """
def events_of(pieces):
    for piece in pieces:
        *whole, rest = piece.split(b"\\n\\n")
        for each in whole:
            yield json.loads(each.removeprefix(b"data: "))
""",
            "for pieces of one byte it yielded []",
        ),
        (
            "decodes each piece",
            """
def events_of(pieces):
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece.decode()).split("\\n\\n")
        for each in whole:
            yield json.loads(each.removeprefix("data: "))
""",
            "for pieces of one byte it stopped with `UnicodeDecodeError`",
        ),
        (
            "waits for the end",
            """
def events_of(pieces):
    for each in b"".join(pieces).split(b"\\n\\n")[:-1]:
        yield json.loads(each.removeprefix(b"data: "))
""",
            "event 1 came when 4 pieces had been read",
        ),
        (
            "takes the rest for an event",
            """
def events_of(pieces):
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\\n\\n")
        for each in whole:
            yield json.loads(each.removeprefix(b"data: "))
    if rest.endswith(b"\\n"):
        yield json.loads(rest.removeprefix(b"data: "))
""",
            "for a last event without its empty line it yielded",
        ),
        (
            "removes the word everywhere",
            """
def events_of(pieces):
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\\n\\n")
        for each in whole:
            yield json.loads(each.replace(b"data: ", b""))
""",
            "for an event in each piece it yielded",
        ),
    ],
    "41-2": [
        (
            "no word about an early end",
            _RELAY.format(**_GOOD | {"last": "pass"}),
            "after two words it yielded [{'delta': 'No '}, {'delta': 'wind '}].",
        ),
        (
            "errors get out",
            _RELAY.format(**_GOOD | {"errors": "KeyError as error"}),
            "for a connection that breaks after two words it raised `APIConnectionError`",
        ),
        (
            "a problem after the end",
            _RELAY.format(**_GOOD | {"after": "pass"}),
            "{'done': 40}, {'problem': 'response.completed'}]",
        ),
        (
            "half an answer counts as one",
            _RELAY.format(
                **_GOOD | {"end": '"response.incomplete" or event.type == "response.completed"'}
            ),
            "for `response.incomplete` it yielded",
        ),
        (
            "only the output counts",
            _RELAY.format(**_GOOD | {"tokens": "output_tokens"}),
            "{'done': 9}]",
        ),
        (
            "the error is lost",
            _RELAY.format(**_GOOD | {"caught": "pass"}),
            "{'problem': 'response.output_text.delta'}]",
        ),
        (
            "every exception is a problem of the API",
            _RELAY.format(**_GOOD | {"errors": "Exception as error"}),
            "it hides a `KeyError`",
        ),
        (
            "a visitor who leaves is a problem",
            _RELAY.format(**_GOOD | {"errors": "(openai.APIError, GeneratorExit) as error"}),
            "its reader left after a word, and it went on",
        ),
        (
            "a cancelled task is a problem",
            "import asyncio\n"
            + _RELAY.format(
                **_GOOD | {"errors": "(openai.APIError, asyncio.CancelledError) as error"}
            ),
            "the task was cancelled, and it yielded",
        ),
        (
            "nobody closes the stream",
            """
async def relay(client, asked):
    problem = None
    try:
        stream = await client.responses.create(**asked, stream=True)
        async for event in stream:
            problem = event.type
            if event.type == "response.output_text.delta":
                yield {"delta": event.delta}
            elif event.type == "response.completed":
                yield {"done": event.response.usage.total_tokens}
                return
    except openai.APIError as error:
        problem = type(error).__name__
    yield {"problem": problem}
""",
            "its reader left after a word, and the stream of the API is open",
        ),
        (
            "asks again",
            """
async def relay(client, asked):
    for _ in range(2):
        try:
            async with await client.responses.create(**asked, stream=True) as stream:
                async for event in stream:
                    problem = event.type
                    if event.type == "response.output_text.delta":
                        yield {"delta": event.delta}
                    elif event.type == "response.completed":
                        yield {"done": event.response.usage.total_tokens}
                        return
        except openai.APIError as error:
            problem = type(error).__name__
    yield {"problem": problem}
""",
            "for a connection that breaks after two words it sent 2 requests",
        ),
        (
            "collects, and returns a list",
            """
async def relay(client, asked):
    response = await client.responses.create(**asked)
    return [{"delta": response.output_text}]
""",
            "it is no async generator",
        ),
        (
            "the whole answer in one piece",
            """
async def relay(client, asked):
    try:
        response = await client.responses.create(**asked)
        yield {"delta": response.output_text}
        yield {"done": response.usage.total_tokens}
    except openai.APIError as error:
        yield {"problem": type(error).__name__}
""",
            "the request does not ask for a stream",
        ),
    ],
    "41-3": [
        (
            "as it was",
            """
async def paid(who, spent, limit, most, ask):
    before = spent.get(who, 0)
    if before + most > limit:
        raise PermissionError(who)
    cost = await ask()
    spent[who] = before + cost
    return cost
""",
            "three questions of Mira's run at the same time",
        ),
        (
            "looks at it before, and writes it after",
            """
async def paid(who, spent, limit, most, ask):
    before = spent.get(who, 0)
    if before + most > limit:
        raise PermissionError(who)
    spent[who] = before + most
    try:
        cost = await ask()
    except openai.RateLimitError:
        spent[who] -= most
        raise
    spent[who] = before + cost
    return cost
""",
            "two questions at the same time cost 5 and 7",
        ),
        (
            "what is held stays",
            _PAID.format(**_PAYS | {"settled": "+= cost"}),
            "are spent afterwards",
        ),
        (
            "up to the limit, and not with it",
            _PAID.format(**_PAYS | {"over": ">="}),
            "with 0 spent, a limit of 40 and at most 40 for a question it raised",
        ),
        (
            "whoever leaves pays nothing",
            _PAID.format(**_PAYS | {"errors": "BaseException"}),
            "`ask()` raised `InternalServerError`: 20 are spent",
        ),
        (
            "a refusal costs the most",
            _PAID.format(**_PAYS | {"caught": "pass"}),
            "`ask()` raised `RateLimitError`: 60 are spent",
        ),
        (
            "a refusal is hidden",
            _PAID.format(**_PAYS | {"then": "return 0"}),
            "`ask()` raised `RateLimitError`, and it returned 0",
        ),
        (
            "returns what is left",
            _PAID.format(**_PAYS | {"result": "limit - spent[who]"}),
            "a question cost 7, and it returned",
        ),
        (
            "one at a time",
            """
import asyncio

LOCK = {}


async def paid(who, spent, limit, most, ask):
    async with LOCK.setdefault((who, id(asyncio.get_running_loop())), asyncio.Lock()):
        if spent.get(who, 0) + most > limit:
            raise PermissionError(who)
        try:
            cost = await ask()
        except openai.RateLimitError:
            raise
        except BaseException:
            spent[who] = spent.get(who, 0) + most
            raise
        spent[who] = spent.get(who, 0) + cost
        return cost
""",
            "two questions have room at the same time, and 1 ran",
        ),
        (
            "no coroutine",
            """
def paid(who, spent, limit, most, ask):
    return 0
""",
            "it is no `async def` function",
        ),
    ],
}
