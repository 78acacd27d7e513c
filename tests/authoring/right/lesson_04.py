"""Right answers to the exercises of lesson 04, in other ways than the reference."""

_PHONE = """
def phone(client, lines):
    texts, last = [], None
    for line in lines:
        {call}
        texts.append(response.output_text)
        last = response.id
    return texts
"""

RIGHT = {
    "04-1": [
        (
            "copies the list and makes it longer",
            """
def turn(client, history, text):
    longer = list(history)
    longer.append({"type": "message", "role": "user", "content": text})
    response = client.responses.create(input=longer, **luna)
    longer += response.output
    return response.output_text, longer
""",
        ),
        (
            "dicts, parts, and nothing stored",
            """
def turn(client, history, text):
    part = {"type": "input_text", "text": text}
    asked = history + [{"role": "user", "content": [part]}]
    call = luna | {"input": asked, "store": False}
    response = client.responses.create(**call)
    return response.output_text, asked + [item.to_dict() for item in response.output]
""",
        ),
        (
            "a stream, and instructions as a message",
            """
def turn(client, history, text):
    call = dict(luna)
    rules = {"role": "developer", "content": call.pop("instructions")}
    new = {"role": "user", "content": text}
    with client.responses.stream(**call, input=[rules, *history, new]) as stream:
        said = "".join(e.delta for e in stream if e.type == "response.output_text.delta")
        output = stream.get_final_response().output
    return said, [*history, new, *output]
""",
        ),
        (
            "a deep copy, and the text by hand",
            """
def turn(client, history, text):
    from copy import deepcopy
    from itertools import chain

    asked = deepcopy(history)
    asked.insert(len(asked), dict(role="user", content=text))
    response = client.responses.create(**luna, input=asked)
    [message] = [item for item in response.output if item.type == "message"]
    return message.content[0].text, list(chain(asked, response.output))
""",
        ),
        (
            "sends a tuple back and a raw response",
            """
def turn(client, history, text):
    asked = [*history, {"role": "user", "content": text}]
    raw = client.responses.with_raw_response.create(**luna, input=asked)
    response = raw.parse()
    return (response.output_text, (*asked, *response.output))
""",
        ),
    ],
    "04-2": [
        (
            "a list of responses",
            """
def phone(client, lines):
    answers = []
    for line in lines:
        last = answers[-1].id if answers else None
        answers.append(client.responses.create(**luna, previous_response_id=last, input=line))
    return [answer.output_text for answer in answers]
""",
        ),
        (
            "leaves the id out at first",
            """
def phone(client, lines):
    texts, more = [], {}
    for line in lines:
        message = {"role": "user", "content": line}
        response = client.responses.create(**luna, **more, input=[message])
        more = {"previous_response_id": response.id}
        texts += [response.output_text]
    return texts
""",
        ),
        (
            "streams each answer",
            """
def phone(client, lines):
    texts, last = [], None
    for line in lines:
        said = ""
        events = client.responses.create(
            **luna, previous_response_id=last, input=line, stream=True
        )
        for event in events:
            if event.type == "response.output_text.delta":
                said += event.delta
            elif event.type == "response.completed":
                last = event.response.id
        texts.append(said)
    return texts
""",
        ),
        (
            "a generator inside",
            """
def phone(client, lines):
    def link():
        last = None
        for line in lines:
            response = client.responses.create(
                model=luna["model"],
                instructions=luna["instructions"],
                reasoning=luna["reasoning"],
                previous_response_id=last,
                input=line,
            )
            last = response.id
            yield response.output_text

    return list(link())
""",
        ),
        (
            "itself for the rest",
            """
def phone(client, lines, last=None):
    if not lines:
        return []
    response = client.responses.create(**luna, previous_response_id=last, input=lines[0])
    return [response.output_text, *phone(client, lines[1:], response.id)]
""",
        ),
        (
            "an error is passed on with a note",
            _PHONE.format(
                call="""import openai
        try:
            response = client.responses.create(**luna, previous_response_id=last, input=line)
        except openai.OpenAIError as error:
            raise RuntimeError(f"stopped at {line!r}") from error"""
            ),
        ),
    ],
    "04-3": [
        (
            "drops the oldest until it fits",
            """
def fit(history, limit):
    first, *rest = history
    while rest and sum(len(i["content"].encode("utf-8")) for i in [first, *rest]) > limit:
        rest = rest[1:]
    return [first] + rest
""",
        ),
        (
            "the first start that fits",
            """
def fit(history, limit):
    def size(items):
        return sum(len(bytes(item["content"], "utf-8")) for item in items)

    for start in range(1, len(history)):
        kept = [history[0], *history[start:]]
        if size(kept) <= limit:
            return kept
    return history[:1]
""",
        ),
        (
            "sums and takewhile",
            """
def fit(history, limit):
    from itertools import accumulate, takewhile

    sizes = [len(item["content"].encode()) for item in history]
    sums = accumulate(sizes[:0:-1], initial=sizes[0])
    count = sum(1 for _ in takewhile(lambda total: total <= limit, sums)) - 1
    return history[:1] + (history[-count:] if count > 0 else [])
""",
        ),
        (
            "a deque and a sum of what is kept",
            """
def fit(history, limit):
    from collections import deque

    kept, used = deque(), len(history[0]["content"].encode())
    for item in history[:0:-1]:
        used += len(item["content"].encode())
        if used > limit:
            break
        kept.appendleft(dict(item))
    kept.appendleft(history[0])
    return list(kept)
""",
        ),
        (
            "numpy",
            """
def fit(history, limit):
    import numpy as np

    sizes = np.array([len(item["content"].encode()) for item in history])
    used = sizes[0] + np.cumsum(sizes[1:][::-1])
    newest = int((used <= limit).sum())
    return [history[0]] + history[len(history) - newest :]
""",
        ),
        (
            "itself without the second",
            """
def fit(history, limit):
    total = sum(len(item["content"].encode()) for item in history)
    if total <= limit or len(history) == 1:
        return history
    return fit([history[0], *history[2:]], limit)
""",
        ),
    ],
}
