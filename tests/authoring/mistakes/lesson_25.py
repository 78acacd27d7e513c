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

_GROUPS = """
def by_group(cases, answers, key):
    groups = {{}}
    for case, answer in zip(cases, answers, strict={strict}):
        {first}
        right, count = groups.get(case[{by}], (0, 0))
        groups[case[{by}]] = (right + (answer {sign} case["desk"]), count + 1)
    return {result}
"""
_GROUPED = {"strict": "True", "first": "pass", "by": "key", "sign": "==", "result": "groups"}

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
            "leaves out cases without an answer",
            _GROUPS.format(**_GROUPED | {"first": "if answer is None: continue"}),
            "in the group 'hard' of `level` it counts (0, 1)",
        ),
        (
            "shares in place of counts",
            _GROUPS.format(**_GROUPED | {"result": "{n: r / c for n, (r, c) in groups.items()}"}),
            "it counts 0.66",
        ),
        (
            "only groups with a right answer",
            _GROUPS.format(**_GROUPED | {"first": 'if answer != case["desk"]: continue'}),
            "by `level` it has the groups ['easy'], not",
        ),
        (
            "as many as there are",
            _GROUPS.format(**_GROUPED | {"strict": "False"}),
            "for 5 cases and 4 answers it returned",
        ),
        (
            "always by level",
            _GROUPS.format(**_GROUPED | {"by": '"level"'}),
            "by `must` it has the groups ['easy', 'hard']",
        ),
        (
            "counts the wrong ones",
            _GROUPS.format(**_GROUPED | {"sign": "!="}),
            "in the group 'easy' of `level` it counts (1, 3)",
        ),
        (
            "a list of pairs",
            _GROUPS.format(**_GROUPED | {"result": "list(groups.items())"}),
            "which is no dict",
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
