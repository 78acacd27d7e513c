"""Right answers to the exercises of lesson 27, in other ways than the reference."""

RIGHT = {
    "27-1": [
        (
            "returns early",
            """
def days_left(client, name, today):
    entry = client.models.retrieve(name)
    if entry.shutdown_date is None:
        return None
    end = date.fromisoformat(entry.shutdown_date)
    return (end - today).days
""",
        ),
        (
            "ordinals of a parsed day, from the raw response",
            """
def days_left(client, name, today):
    from datetime import datetime

    entry = client.models.with_raw_response.retrieve(model=name).parse().to_dict()
    if not entry.get("shutdown_date"):
        return
    end = datetime.strptime(entry["shutdown_date"], "%Y-%m-%d")
    return end.toordinal() - today.toordinal()
""",
        ),
        (
            "days of numpy",
            """
def days_left(client, name, today):
    import numpy as np

    match client.models.retrieve(name).shutdown_date:
        case None:
            return None
        case day:
            return (np.datetime64(day) - np.datetime64(today)) // np.timedelta64(1, "D")
""",
        ),
        (
            "the time span divided by a day",
            """
def days_left(client, name, today):
    from datetime import timedelta

    day = client.models.retrieve(name, timeout=20).shutdown_date
    return day and (date(*map(int, day.split("-"))) - today) / timedelta(days=1)
""",
        ),
    ],
    "27-2": [
        (
            "one loop",
            """
def choose(rows, least, slowest):
    best = None
    for row in rows:
        model, effort, right, seconds, usd = row
        if right < least or seconds > slowest:
            continue
        if best is None or usd < best[4] or (usd == best[4] and seconds < best[3]):
            best = row
    return best
""",
        ),
        (
            "sorts twice",
            """
def choose(rows, least, slowest):
    by_time = sorted(rows, key=lambda row: row[3])
    by_cost = sorted(by_time, key=lambda row: row[4])
    return next((row for row in by_cost if row[2] >= least and row[3] <= slowest), None)
""",
        ),
        (
            "itemgetter and ValueError",
            """
def choose(rows, least, slowest):
    from operator import itemgetter

    try:
        return min((r for r in rows if r[2] >= least and r[3] <= slowest), key=itemgetter(4, 3))
    except ValueError:
        return None
""",
        ),
        (
            "a dataclass that can be ordered",
            """
def choose(rows, least, slowest):
    from dataclasses import dataclass, field

    @dataclass(order=True)
    class Point:
        usd: float
        seconds: float
        row: list = field(compare=False)

    points = [Point(row[4], row[3], row) for row in rows if row[2] >= least]
    fast = [point for point in points if point.seconds <= slowest]
    return min(fast).row if fast else None
""",
        ),
        (
            "numpy",
            """
def choose(rows, least, slowest):
    import numpy as np

    fit = [row for row in rows if row[2] >= least if not row[3] > slowest]
    if not fit:
        return None
    seconds, usd = np.array([row[3:] for row in fit], dtype=float).T
    return fit[np.lexsort((seconds, usd))[0]]
""",
        ),
        (
            "heap of tuples",
            """
def choose(rows, least, slowest):
    import heapq

    heap = [(*reversed(row[3:]), tuple(row)) for row in rows if row[2] >= least]
    heap = [entry for entry in heap if entry[1] <= slowest]
    heapq.heapify(heap)
    return heap[0][-1] if heap else None
""",
        ),
    ],
    "27-3": [
        (
            "three classes, and the code from the body",
            """
def first_alive(client, names, text):
    for name in names:
        try:
            answer = client.responses.create(
                model=name, input=[{"role": "user", "content": text}], store=False
            )
            return answer.output_text, answer.model
        except (openai.BadRequestError, openai.PermissionDeniedError, openai.NotFoundError) as e:
            if (e.body or {}).get("code") == "model_not_found":
                continue
            raise
    raise LookupError(names)
""",
        ),
        (
            "recursion and a stream",
            """
def first_alive(client, names, text):
    if not names:
        raise LookupError("all are gone")
    first, *others = names
    try:
        with client.responses.stream(model=first, input=text) as stream:
            answer = stream.get_final_response()
    except openai.APIError as error:
        if error.code == "model_not_found":
            return first_alive(client, others, text)
        raise
    return answer.output_text, answer.model
""",
        ),
        (
            "keeps the last error as the cause",
            """
def first_alive(client, names, text):
    from collections import namedtuple

    Found = namedtuple("Found", "text model")
    last = None
    for name in names:
        try:
            raw = client.responses.with_raw_response.create(
                model=name, input=text, instructions=RULES, max_output_tokens=4000
            )
        except openai.OpenAIError as error:
            if getattr(error, "code", None) != "model_not_found":
                raise
            last = error
            continue
        answer = raw.parse()
        return Found(answer.output_text, answer.model)
    raise LookupError("no model is left") from last
""",
        ),
        (
            "an iterator, a class of its own",
            """
class AllGone(LookupError):
    pass


def first_alive(client, names, text):
    left = iter(names)
    while (name := next(left, None)) is not None:
        content = [{"type": "input_text", "text": text}]
        message = {"type": "message", "role": "user", "content": content}
        try:
            answer = client.responses.create(
                model=name, input=[message], reasoning={"effort": "none"}
            )
        except openai.APIStatusError as error:
            match error.code:
                case "model_not_found":
                    print(name, "is gone")
                case _:
                    raise error
        else:
            return (answer.output[0].content[0].text, answer.model)
    raise AllGone
""",
        ),
    ],
}
