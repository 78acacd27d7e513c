"""Typical mistakes in lesson 25, and what the check says to each."""

_MCNEMAR = """
def mcnemar(old, new):
    lost, won = {lost}, {won}
    n = lost + won
    return min(1, {factor} * sum(comb(n, k) for k in range(min(lost, won) + 1)) / 2**n)
"""
_COUNTS = {
    "lost": "sum(a > b for a, b in zip(old, new))",
    "won": "sum(b > a for a, b in zip(old, new))",
    "factor": "2",
}

_PREFER = """
class Better(BaseModel):
    better: {type}


def prefer(client, mail, one, two):
    def first_wins(a, b):
        text = f"{mail_part}A: {{a}}\\nB: {{b}}"
        done = client.chat.completions.parse(
            model="gpt-6-luna",
            response_format=Better,
            messages=[{{"role": "user", "content": text}}],
        )
        return done.choices[0].message.parsed.better == "A"

    there, back = first_wins(one, two), {back}
    if {draw}:
        return 0
    return 1 if there else 2
"""
_BOTH = {
    "type": 'Literal["A", "B"]',
    "mail_part": "Mail: {mail}\\n",
    "back": "first_wins(two, one)",
    "draw": "there == back",
}

_GRADES = """
def grades(client, cases):
    desks = []
    for case in cases:
        try:
            done = client.chat.completions.parse(
                model="gpt-6-luna",
                response_format=Sorted,
                messages=[{{"role": "user", "content": case["mail"]}}],
            )
            desks.append({desk})
        except {errors}:
            {none}
    {half}
    return [desk == case["desk"] for desk, case in zip(desks, {cases})]
"""
_CAREFUL = {
    "desk": 'getattr(done.choices[0].message.parsed, "desk", None)',
    "errors": "(openai.LengthFinishReasonError, openai.BadRequestError)",
    "none": "desks.append(None)",
    "half": "if 2 * desks.count(None) > len(desks): raise RuntimeError('broken')",
    "cases": "cases",
}

WRONG = {
    "25-1": [
        (
            "counts mistakes",
            _MCNEMAR.format(**_COUNTS | {"lost": "old.count(False)", "won": "new.count(False)"}),
            "only cases where the two differ count",
        ),
        (
            "takes the difference of the sums",
            _MCNEMAR.format(**_COUNTS | {"lost": "max(0, sum(old) - sum(new))", "won": "0"}),
            "it gives 0.5;",
        ),
        (
            "forgets that the split may go the other way",
            _MCNEMAR.format(**_COUNTS | {"factor": "1"}),
            "it gives 0.34375;",
        ),
    ],
    "25-2": [
        (
            "asks once",
            _PREFER.format(**_BOTH | {"back": "not there", "draw": "False"}).replace(
                "there, back = first_wins(one, two), not there", "there = first_wins(one, two)"
            ),
            "1 requests were sent, not 2",
        ),
        (
            "asks twice in the same order",
            _PREFER.format(**_BOTH | {"back": "not first_wins(one, two)"}),
            "in the same order",
        ),
        (
            "forgets the mail",
            _PREFER.format(**_BOTH | {"mail_part": ""}),
            "does not hold the mail",
        ),
        ("takes any word", _PREFER.format(**_BOTH | {"type": "str"}), "only A or B"),
        (
            "believes the judge's favourite place",
            _PREFER.format(**_BOTH | {"draw": "False"}),
            "likes the first text best",
        ),
    ],
    "25-3": [
        (
            "lets a cut answer vanish",
            _GRADES.format(
                **_CAREFUL | {"none": "pass", "cases": "[c for c in cases][: len(desks)]"}
            ),
            "grades came for 4 cases",
        ),
        (
            "does not expect a refusal",
            _GRADES.format(**_CAREFUL | {"desk": "done.choices[0].message.parsed.desk"}),
            "was refused, and `AttributeError` ended the run",
        ),
        (
            "does not expect a 400",
            _GRADES.format(**_CAREFUL | {"errors": "openai.LengthFinishReasonError"}),
            "`BadRequestError` ended the run",
        ),
        (
            "takes an outage for wrong answers",
            _GRADES.format(**_CAREFUL | {"errors": "openai.OpenAIError"}),
            "a wrong key (401)",
        ),
        (
            "grades a broken run",
            _GRADES.format(**_CAREFUL | {"half": ""}),
            "two of three cases have no answer",
        ),
        (
            "gives up at half",
            _GRADES.format(
                **_CAREFUL
                | {"half": "if 2 * desks.count(None) >= len(desks): raise RuntimeError('broken')"}
            ),
            "`RuntimeError`",
        ),
    ],
}
