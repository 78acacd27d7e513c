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
        text = f"{ask}{mail_part}A: {{a}}\\nB: {{b}}"
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
    "ask": "Which reply is better?\\n",
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
                reasoning_effort={effort},
                response_format={form},
                messages=[{{"role": "user", "content": {asked}}}],
            )
            desks.append({desk})
        except {errors}:
            {none}
    {half}
    return [desk == case["desk"] for desk, case in zip(desks, {cases})]
"""
_CAREFUL = {
    "effort": '"none"',
    "form": "Sorted",
    "asked": 'TASK + case["mail"]',
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
            "with 4 lost, 2 won and 0 alike it gives 0.5",
        ),
        (
            "forgets that the split may go the other way",
            _MCNEMAR.format(**_COUNTS | {"factor": "1"}),
            "it gives 0.34375",
        ),
        (
            "counts what is alike",
            _MCNEMAR.format(
                **_COUNTS
                | {
                    "lost": "sum(a == b for a, b in zip(old, new))",
                    "won": "sum(a != b for a, b in zip(old, new))",
                }
            ),
            "with 4 lost, 2 won and 0 alike it gives 0.03125",
        ),
        (
            "looks only at the losses",
            _MCNEMAR.format(**_COUNTS | {"won": "0"}),
            "it gives 0.125",
        ),
        (
            "returns the counts",
            """
def mcnemar(old, new):
    return sum(a > b for a, b in zip(old, new)), sum(a < b for a, b in zip(old, new))
""",
            "which is no number",
        ),
    ],
    "25-2": [
        (
            "asks once",
            _PREFER.format(**_BOTH | {"back": "not there", "draw": "False"}).replace(
                "there, back = first_wins(one, two), not there", "there = first_wins(one, two)"
            ),
            "1 request was sent, not 2",
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
        (
            "asks nothing",
            _PREFER.format(**_BOTH | {"ask": ""}),
            "asks nothing about them",
        ),
        (
            "mixes up who wins",
            _PREFER.format(**_BOTH).replace("return 1 if there else 2", "return 2 if there else 1"),
            "finds the first reply better it returned 2, not 1",
        ),
        (
            "takes an outage for a draw",
            _PREFER.format(**_BOTH).replace(
                "    there, back = first_wins(one, two), first_wins(two, one)",
                "    try:\n        there, back = first_wins(one, two), first_wins(two, one)\n"
                "    except openai.APIError:\n        return 0",
            ),
            "a 400 about another parameter is kept from the caller: it returned 0",
        ),
        (
            "returns the reply",
            _PREFER.format(**_BOTH).replace(
                "return 1 if there else 2", "return one if there else two"
            ),
            "finds the first reply better it returned 'Yes, in up to six parts.', not 1",
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
            "a 401 (wrong key)",
        ),
        (
            "grades a broken run",
            _GRADES.format(**_CAREFUL | {"half": ""}),
            "two of three times an answer was cut",
        ),
        (
            "gives up at half",
            _GRADES.format(
                **_CAREFUL
                | {"half": "if 2 * desks.count(None) >= len(desks): raise RuntimeError('broken')"}
            ),
            "`RuntimeError` ended the run",
        ),
        (
            "knows a cut answer by what Chat raises, and asks Responses",
            """
def grades(client, cases):
    desks = []
    for case in cases:
        try:
            done = client.responses.parse(
                model="gpt-6-luna",
                reasoning={"effort": "none"},
                text_format=Sorted,
                instructions=TASK,
                input=case["mail"],
            )
            desks.append(done.output_parsed and done.output_parsed.desk)
        except openai.BadRequestError:
            desks.append(None)
    if 2 * desks.count(None) > len(desks):
        raise RuntimeError("broken")
    return [desk == case["desk"] for desk, case in zip(desks, cases)]
""",
            "was cut in the middle of its JSON, and `ValidationError` ended the run",
        ),
        (
            "forgets the task",
            _GRADES.format(**_CAREFUL | {"asked": 'case["mail"]'}),
            "holds the mail and no task",
        ),
        (
            "asks for any word",
            """
class AnyDesk(BaseModel):
    desk: str

"""
            + _GRADES.format(**_CAREFUL | {"form": "AnyDesk"}),
            "does not carry the form `Sorted`",
        ),
        (
            "lets the model think",
            _GRADES.format(**_CAREFUL | {"effort": '"low"'}),
            "has the effort 'low'",
        ),
        (
            "counts wrong desks as broken",
            _GRADES.format(
                **_CAREFUL
                | {
                    "half": "if 2 * sum(d != c['desk'] for d, c in zip(desks, cases)) > len(cases):"
                    " raise RuntimeError('broken')"
                }
            ),
            "answered with other desks",
        ),
        (
            "swallows a rate limit",
            _GRADES.format(
                **_CAREFUL
                | {
                    "errors": "(openai.LengthFinishReasonError, openai.BadRequestError,"
                    " openai.RateLimitError)"
                }
            ),
            "after a 429 `rate_limit_exceeded` it stops with `RuntimeError`",
        ),
    ],
}
