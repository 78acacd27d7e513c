"""Right answers to the exercises of lesson 07, in other ways than the reference."""

_CHAT = """
def step_up(client, task, good):
    for effort in ["low", "medium", "high"]:
        done = client.chat.completions.create(
            model="gpt-6-luna",
            messages=[{"role": "user", "content": task}],
            reasoning_effort=effort,
        )
        choice = done.choices[0]
        if choice.finish_reason != "stop":
            continue
        if good(choice.message.content):
            return effort, choice.message.content
    raise RuntimeError("nothing was good")
"""

RIGHT = {
    "07-1": [
        (
            "one message and nested comprehensions",
            """
def explain(client, task):
    response = client.responses.create(
        model="gpt-6-luna",
        input=[{"role": "user", "content": task}],
        reasoning={"effort": "high", "summary": "detailed"},
        text={"verbosity": "low"},
    )
    thoughts = [item for item in response.output if item.type == "reasoning"]
    return response.output_text, [part.text for item in thoughts for part in item.summary]
""",
        ),
        (
            "streams text and summary",
            """
def explain(client, task):
    parts, text = {}, ""
    for event in client.responses.create(
        model="gpt-6-luna",
        input=task,
        reasoning=dict(effort="high", summary="auto"),
        text=dict(verbosity="low"),
        stream=True,
    ):
        if event.type == "response.reasoning_summary_text.delta":
            at = event.output_index, event.summary_index
            parts[at] = parts.get(at, "") + event.delta
        elif event.type == "response.output_text.delta":
            text += event.delta
    return text, list(parts.values())
""",
        ),
        (
            "getattr and chain",
            """
def explain(client, task):
    from itertools import chain

    settings = {"reasoning": {"effort": "high", "summary": "concise"}}
    settings |= {"text": {"verbosity": "low"}, "max_output_tokens": 25_000}
    response = client.responses.create(
        model="gpt-6-luna", instructions="Plan well.", input=task, **settings
    )
    parts = chain.from_iterable(getattr(item, "summary", []) for item in response.output)
    return response.output_text, list(map(lambda part: part.text, parts))
""",
        ),
        (
            "the helper of the SDK, dicts, and a list of two",
            """
def explain(client, task):
    with client.responses.stream(
        model="gpt-6-luna",
        input=task,
        reasoning={"summary": "auto", "effort": "high"},
        text={"verbosity": "low"},
    ) as stream:
        response = stream.get_final_response()
    found = []
    for item in response.to_dict()["output"]:
        for part in item.get("summary") or []:
            found.append(part["text"])
    return [response.output_text, found]
""",
        ),
    ],
    "07-2": [
        ("Chat, and continue", _CHAT),
        (
            "next over a generator",
            """
def step_up(client, task, good):
    def plans():
        for effort in "low medium high".split():
            message = {"role": "user", "content": task}
            response = client.responses.create(
                model="gpt-6-luna", input=[message], reasoning={"effort": effort}
            )
            if response.status == "completed" and good(response.output_text):
                yield effort, response.output_text

    found = next(plans(), None)
    if found is None:
        raise RuntimeError("no effort was enough")
    return found
""",
        ),
        (
            "itself with the rest",
            """
def step_up(client, task, good, efforts=("low", "medium", "high")):
    if not efforts:
        raise RuntimeError(f"no plan for {task!r}")
    first, *rest = efforts
    response = client.responses.create(model="gpt-6-luna", input=task, reasoning={"effort": first})
    text = response.output_text if response.status == "completed" else None
    if text is not None and good(text):
        return first, text
    return step_up(client, task, good, rest)
""",
        ),
        (
            "a while, a stream and an else",
            """
def step_up(client, task, good):
    left = ["high", "medium", "low"]
    while left:
        effort = left.pop()
        text, whole = "", False
        with client.responses.create(
            model="gpt-6-luna", input=task, reasoning={"effort": effort}, stream=True
        ) as events:
            for event in events:
                if event.type == "response.output_text.delta":
                    text += event.delta
                whole = event.type == "response.completed"
        if whole and good(text):
            break
    else:
        raise RuntimeError("no effort was enough")
    return effort, text
""",
        ),
        (
            "an error of its own, and a note at each failure",
            """
import openai


class NoPlan(RuntimeError):
    pass


def step_up(client, task, good):
    for effort in ("low", "medium", "high"):
        try:
            response = client.responses.create(
                model="gpt-6-luna",
                input=task,
                reasoning={"effort": effort, "summary": "auto"},
                max_output_tokens=25_000,
            )
        except openai.APIError as error:
            error.add_note(f"at effort {effort}")
            raise
        match response.status:
            case "completed" if good(response.output_text):
                return [effort, response.output_text]
    raise NoPlan(task)
""",
        ),
    ],
    "07-3": [
        (
            "calls itself",
            """
import openai


def send(client, **request):
    try:
        return client.responses.create(**request), []
    except openai.BadRequestError as error:
        effort = (request.get("reasoning") or {}).get("effort")
        if effort == "none" or error.param not in {"temperature", "top_p", "top_logprobs"} & set(
            request
        ):
            raise
        name = error.param
    response, gone = send(client, **{k: v for k, v in request.items() if k != name})
    return response, [name, *gone]
""",
        ),
        (
            "counts to four, and looks at the body",
            """
from openai import BadRequestError


def send(client, **request):
    gone = []
    thinks = "reasoning" not in request or request["reasoning"].get("effort") != "none"
    for _ in range(4):
        try:
            response = client.responses.create(**request)
        except BadRequestError as error:
            name = error.body["param"]
            if thinks and name in ("temperature", "top_p", "top_logprobs") and name in request:
                request.pop(name)
                gone.append(name)
            else:
                raise
        else:
            return response, gone
""",
        ),
        (
            "any status error, asked for 400",
            """
import openai


def send(client, **request):
    left = {n for n in ("temperature", "top_p", "top_logprobs") if n in request}
    if request.get("reasoning", {"effort": "medium"}).get("effort") == "none":
        left = set()
    before = set(request)
    while True:
        try:
            answer = client.responses.create(**request)
            return [answer, sorted(before - set(request))]
        except openai.APIStatusError as error:
            if error.status_code != 400 or error.param not in left:
                raise error
            left.discard(error.param)
            request = dict(request)
            request.pop(error.param)
""",
        ),
        (
            "a raw response and a match",
            """
import openai


def send(client, **request):
    taken = []
    done = False
    while not done:
        try:
            response = client.responses.with_raw_response.create(**request).parse()
            done = True
        except openai.BadRequestError as error:
            match request, error.param:
                case {"reasoning": {"effort": "none"}}, _:
                    raise
                case _, "temperature" | "top_p" | "top_logprobs" as name if name in request:
                    del request[name]
                    taken += [name]
                case _:
                    raise
    return response, tuple(taken)
""",
        ),
        (
            "sends None in place of what is refused",
            """
import openai


def send(client, **request):
    gone = []
    while True:
        try:
            return client.responses.create(**request), gone
        except openai.BadRequestError as error:
            if (
                error.param not in ("temperature", "top_p", "top_logprobs")
                or request.get(error.param) is None
                or request.get("reasoning", {}).get("effort") == "none"
            ):
                raise
            request[error.param] = None
            gone.append(error.param)
""",
        ),
    ],
}
