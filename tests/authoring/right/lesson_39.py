"""Right answers to lesson 39 in other ways than the reference."""

_CHECKS_TEXT = (
    'text = "\\n".join(f"{name}: {draft[name]}" for name in ("question", "label", "reply"))'
)

RIGHT = {
    "39-1": [
        (
            "with numpy",
            """
def kappa_of(ours, theirs):
    a, b = np.array(ours), np.array(theirs)
    seen = np.mean(a == b)
    chance = sum(np.mean(a == label) * np.mean(b == label) for label in {*ours, *theirs})
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)
""",
        ),
        (
            "with Counter, over the labels of one list",
            """
from collections import Counter


def kappa_of(ours, theirs):
    n = len(ours)
    mine, other = Counter(ours), Counter(theirs)
    seen = sum(map(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=True))) / n
    chance = sum(mine[label] * other[label] for label in mine) / (n * n)
    try:
        return (seen - chance) / (1 - chance)
    except ZeroDivisionError:
        return 1.0
""",
        ),
        (
            "in fractions",
            """
from fractions import Fraction


def kappa_of(ours, theirs):
    n, labels = len(ours), set(ours) | set(theirs)
    seen = Fraction(len([1 for a, b in zip(ours, theirs) if a == b]), n)
    shares = [Fraction(ours.count(x), n) * Fraction(theirs.count(x), n) for x in labels]
    if sum(shares) == 1:
        return 1.0
    return float((seen - sum(shares)) / (1 - sum(shares)))
""",
        ),
    ],
    "39-2": [
        (
            "Responses, one message, an Enum",
            """
from enum import Enum


class Letter(str, Enum):
    first = "A"
    second = "B"


class Choice(BaseModel):
    reason: str
    winner: Letter


def prefer(client, question, one, two):
    won = []
    for a, b in ((one, two), (two, one)):
        text = f"Choose the better reply.\\n\\n# Question\\n{question}\\n\\n# A\\n{a}\\n\\n# B\\n{b}"
        done = client.responses.parse(
            model="gpt-6.1-terra",
            input=[{"role": "user", "content": [{"type": "input_text", "text": text}]}],
            text_format=Choice,
        )
        won.append(a if done.output_parsed.winner is Letter.first else b)
    if won[0] != won[1]:
        return 0
    return 1 if won[0] == one else 2
""",
        ),
        (
            "a schema by hand, messages one after the other",
            """
FORM = {
    "type": "object",
    "properties": {"best": {"type": "string", "enum": ["A", "B"]}},
    "required": ["best"],
    "additionalProperties": False,
}


def prefer(client, question, one, two):
    def best(*replies):
        done = client.responses.create(
            model="gpt-6-luna",
            instructions="You get a question and two replies, A and B. Say which one is better.",
            input=[{"role": "user", "content": text} for text in (question, *replies)],
            text={"format": {"type": "json_schema", "name": "best", "schema": FORM, "strict": True}},
        )
        return json.loads(done.output_text)["best"]

    return {("A", "B"): 1, ("B", "A"): 2}.get((best(one, two), best(two, one)), 0)
""",
        ),
        (
            "Chat Completions, what to decide in the form",
            """
class Preference(BaseModel):
    \"\"\"Which of the two replies to the question is better?\"\"\"

    better: Literal["A", "B"]


def prefer(client, question, one, two):
    points = 0
    for sign, (a, b) in zip((1, -1), [(one, two), (two, one)]):
        text = json.dumps({"question": question, "A": a, "B": b})
        message = client.chat.completions.parse(
            model="gpt-6-luna",
            reasoning_effort="none",
            response_format=Preference,
            messages=[{"role": "user", "content": text}],
        ).choices[0].message
        points += sign if message.parsed.better == "A" else -sign
    return {2: 1, -2: 2}.get(points, 0)
""",
        ),
    ],
    "39-3": [
        (
            "one call that calls itself",
            f"""
def judged(client, draft, limit=200):
    {_CHECKS_TEXT}
    asked = luna | {{"instructions": CHECKS, "input": text, "text_format": Checks}}
    try:
        response = client.responses.parse(**asked, max_output_tokens=limit)
    except ValidationError:
        response = None
    if response is None or response.status == "incomplete":
        return judged(client, draft, 800) if limit == 200 else None
    return response.output_parsed and sound(response.output_parsed)
""",
        ),
        (
            "create, and the JSON read by hand",
            f"""
def judged(client, draft):
    {_CHECKS_TEXT}
    form = {{
        "type": "json_schema",
        "name": "Checks",
        "strict": True,
        "schema": Checks.model_json_schema() | {{"additionalProperties": False}},
    }}
    for limit in (200, 800):
        response = client.responses.create(
            model="gpt-6-luna",
            reasoning={{"effort": "none"}},
            input=[{{"role": "developer", "content": CHECKS}}, {{"role": "user", "content": text}}],
            text={{"format": form}},
            max_output_tokens=limit,
        )
        if response.status == "incomplete":
            continue
        return sound(Checks.model_validate_json(response.output_text)) if response.output_text else None
""",
        ),
        (
            "Chat Completions, whose cut has an error of its own",
            f"""
def judged(client, draft):
    {_CHECKS_TEXT}
    messages = [{{"role": "developer", "content": CHECKS}}, {{"role": "user", "content": text}}]
    for limit in (200, 800):
        try:
            found = (
                client.chat.completions.parse(
                    model="gpt-6-luna",
                    reasoning_effort="none",
                    messages=messages,
                    response_format=Checks,
                    max_completion_tokens=limit,
                )
                .choices[0]
                .message.parsed
            )
        except openai.LengthFinishReasonError:
            continue
        return sound(found) if found else None


import openai
""",
        ),
    ],
}
