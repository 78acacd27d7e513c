"""Right answers to the exercises of lesson 25, in other ways than the reference."""

_GRADES = """
def grades(client, cases):
    {body}
    if desks.count(None) > len(cases) / 2:
        raise RuntimeError("too many cases without an answer")
    return [desk == case["desk"] for desk, case in zip(desks, cases)]
"""

RIGHT = {
    "25-1": [
        (
            "numpy",
            """
def mcnemar(old, new):
    old, new = np.array(old, bool), np.array(new, bool)
    down, up = int(np.sum(old & ~new)), int(np.sum(new & ~old))
    return min(1, sum(comb(down + up, k) for k in range(min(down, up) + 1)) / 2 ** (down + up - 1))
""",
        ),
        (
            "a counter and fractions",
            """
from collections import Counter
from fractions import Fraction


def mcnemar(old, new):
    pairs = Counter(zip(old, new))
    down, up = pairs[True, False], pairs[False, True]
    n = down + up
    tail = sum(Fraction(comb(n, k), 2**n) for k in range(min(down, up) + 1))
    return min(Fraction(1), 2 * tail)
""",
        ),
        (
            "a loop",
            """
def mcnemar(old, new):
    down = up = 0
    for before, after in zip(old, new, strict=True):
        if before and not after:
            down += 1
        elif after and not before:
            up += 1
    if down + up == 0:
        return 1.0
    return min(1.0, sum(comb(down + up, k) for k in range(min(down, up) + 1)) * 2.0 ** (1 - down - up))
""",
        ),
        (
            "comparisons of numbers",
            """
def mcnemar(old, new):
    down, up = sum(map(int.__gt__, old, new)), sum(map(int.__lt__, old, new))
    return min(1, sum(comb(down + up, k) for k in range(min(down, up) + 1)) / 2 ** (down + up - 1))
""",
        ),
    ],
    "25-2": [
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


def prefer(client, mail, one, two):
    won = []
    for a, b in ((one, two), (two, one)):
        text = f"Choose the better reply.\\n\\n# Mail\\n{mail}\\n\\n# A\\n{a}\\n\\n# B\\n{b}"
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


def prefer(client, mail, one, two):
    def best(*replies):
        done = client.responses.create(
            model="gpt-6-luna",
            instructions="You get a mail and two replies, A and B. Say which one is better.",
            input=[{"role": "user", "content": text} for text in (mail, *replies)],
            text={"format": {"type": "json_schema", "name": "best", "schema": FORM, "strict": True}},
        )
        return json.loads(done.output_text)["best"]

    return {("A", "B"): 1, ("B", "A"): 2}.get((best(one, two), best(two, one)), 0)
""",
        ),
        (
            "the lesson's ask with another client, a question in the form",
            """
class Preference(BaseModel):
    \"\"\"Which of the two replies to the mail is better?\"\"\"

    better: Literal["A", "B"]


def prefer(client, mail, one, two):
    points = 0
    for sign, (a, b) in zip((1, -1), [(one, two), (two, one)]):
        text = json.dumps({"mail": mail, "A": a, "B": b})
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
    "25-3": [
        (
            "Responses, with the error of a cut JSON",
            _GRADES.format(
                body="""
    from pydantic import ValidationError

    desks = []
    for case in cases:
        desk = None
        try:
            answer = client.responses.parse(
                model="gpt-6-luna",
                instructions=TASK,
                input=case["mail"],
                text_format=Sorted,
                reasoning={"effort": "none"},
            )
            if answer.output_parsed is not None:
                desk = answer.output_parsed.desk
        except (openai.BadRequestError, ValidationError):
            pass
        desks.append(desk)
"""
            ),
        ),
        (
            "a status and JSON by hand",
            _GRADES.format(
                body="""
    schema = Sorted.model_json_schema() | {"additionalProperties": False}
    form = {"type": "json_schema", "name": "Sorted", "schema": schema, "strict": True}

    def desk_of(case):
        try:
            done = client.responses.create(
                model="gpt-6-luna",
                input=[
                    {"role": "developer", "content": TASK},
                    {"role": "user", "content": case["mail"]},
                ],
                text={"format": form},
                reasoning={"effort": "none"},
            )
        except openai.APIStatusError as error:
            if error.status_code != 400:
                raise
            return None
        if done.status != "completed" or not done.output_text:
            return None
        return json.loads(done.output_text)["desk"]

    desks = [desk_of(case) for case in cases]
"""
            ),
        ),
        (
            "suppress, as in the lesson",
            """
def grades(client, cases):
    results, missing = [], 0
    for case in cases:
        desk = None
        with suppress(openai.LengthFinishReasonError, openai.BadRequestError):
            message = client.chat.completions.parse(
                model="gpt-6-luna",
                messages=[
                    {"role": "system", "content": TASK},
                    {"role": "user", "content": case["mail"]},
                ],
                response_format=Sorted,
                reasoning_effort="none",
            ).choices[0].message
            desk = message.parsed.desk if message.parsed else None
        missing += desk is None
        results.append(desk == case["desk"])
    if missing * 2 > len(cases):
        raise RuntimeError(f"{missing} cases without an answer")
    return results
""",
        ),
        (
            "a pool of threads",
            """
from concurrent.futures import ThreadPoolExecutor


def grades(client, cases):
    def message(case):
        try:
            done = client.chat.completions.parse(
                model="gpt-6-luna",
                messages=[{"role": "user", "content": f"{TASK}\\n\\n{case['mail']}"}],
                response_format=Sorted,
                reasoning_effort="none",
            )
        except openai.LengthFinishReasonError:
            return None
        except openai.BadRequestError:
            return None
        return done.choices[0].message

    with ThreadPoolExecutor(4) as pool:
        found = [each and each.parsed for each in pool.map(message, cases)]
    if sum(each is None for each in found) > len(cases) // 2:
        raise RuntimeError("most cases have no answer")
    return [each is not None and each.desk == case["desk"] for each, case in zip(found, cases)]
""",
        ),
    ],
}
