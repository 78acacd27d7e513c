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
            "lists of verdicts",
            """
from collections import defaultdict


def by_group(cases, answers, key):
    if len(cases) != len(answers):
        raise ValueError("an answer for each case")
    verdicts = defaultdict(list)
    for case, said in zip(cases, answers):
        verdicts[case[key]].append(said == case["desk"])
    return {name: (sum(marks), len(marks)) for name, marks in verdicts.items()}
""",
        ),
        (
            "two counters",
            """
from collections import Counter


def by_group(cases, answers, key):
    pairs = list(zip(cases, answers, strict=True))
    every = Counter(case[key] for case, _ in pairs)
    right = Counter(case[key] for case, said in pairs if case["desk"] == said)
    return {name: [right[name], count] for name, count in every.items()}
""",
        ),
        (
            "group by group",
            """
def by_group(cases, answers, key):
    assert_same = len(cases) - len(answers)
    if assert_same:
        raise ValueError(f"{len(cases)} cases and {len(answers)} answers")
    result = {}
    for name in {case[key] for case in cases}:
        numbers = [n for n, case in enumerate(cases) if case[key] == name]
        good = [n for n in numbers if answers[n] is not None and answers[n] == cases[n]["desk"]]
        result[name] = len(good), len(numbers)
    return result
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
