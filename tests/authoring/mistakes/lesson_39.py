"""Typical mistakes in lesson 39, and what the check says to each."""

_KAPPA = """
def kappa_of(ours, theirs):
    labels = {labels}
    n = len(ours)
    seen = {seen}
    chance = {chance}
    {one}
    return {found}
"""
_FULL = {
    "labels": "{*ours, *theirs}",
    "seen": "sum(a == b for a, b in zip(ours, theirs)) / n",
    "chance": "sum(ours.count(x) * theirs.count(x) for x in labels) / n**2",
    "one": "if chance == 1: return 1.0",
    "found": "(seen - chance) / (1 - chance)",
}


def _kappa(**other: str) -> str:
    return _KAPPA.format(**_FULL | other)


_PREFER = """
class Best(BaseModel):
    better: {type}


def prefer(client, question, one, two):
    def first_wins(a, b):
        text = f"{ask}{asked}A: {{a}}\\nB: {{b}}"
        done = client.responses.parse(
            model="gpt-6-luna",
            input=text,
            text_format=Best,
        )
        return done.output_parsed.better == "A"

    there, back = first_wins(one, two), {back}
    if {draw}:
        return 0
    return 1 if there else 2
"""
_BOTH = {
    "ask": "Which reply is better?\\n",
    "type": 'Literal["A", "B"]',
    "asked": "Question: {question}\\n",
    "back": "first_wins(two, one)",
    "draw": "there == back",
}


def _prefer(**other: str) -> str:
    return _PREFER.format(**_BOTH | other)


_JUDGED = """
def judged(client, draft):
    text = "\\n".join(f"{{name}}: {{draft[name]}}" for name in {names})
    for limit in {limits}:
        try:
            response = client.responses.parse(
                model="{model}",
                reasoning={{"effort": {effort}}},
                instructions={rubric},
                input=text,
                text_format={form},
                max_output_tokens=limit,
            )
        except {errors}:
            {cut}
        if {whole}:
            found = response.output_parsed
            return {found}
    return {end}
"""
_CAREFUL = {
    "names": '("question", "label", "reply")',
    "limits": "(200, 800)",
    "model": "gpt-6-luna",
    "effort": '"none"',
    "rubric": "CHECKS",
    "form": "Checks",
    "errors": "ValidationError",
    "cut": "continue",
    "whole": 'response.status == "completed"',
    "found": "None if found is None else sound(found)",
    "end": "None",
}


def _judged(**other: str) -> str:
    return _JUDGED.format(**_CAREFUL | other)


WRONG = {
    "39-1": [
        (
            "counts in place of shares",
            _kappa(seen="sum(a == b for a, b in zip(ours, theirs))"),
            "for two equal lists, ['good', 'bad'] and ['good', 'bad'], it gives 3, not 1",
        ),
        (
            "every label as likely as the others",
            _kappa(chance="1 / len(labels)"),
            "it gives 0.4, not 0.4118",
        ),
        (
            "only good and bad",
            _kappa(labels='["good", "bad"]'),
            "it gives 0.6, not 0.4118",
        ),
        (
            "chance of one list alone",
            _kappa(chance="sum(ours.count(x) ** 2 for x in labels) / n**2"),
            "it gives 0.375, not 0.4118",
        ),
        ("divides by 0", _kappa(one="pass"), "so that chance is 1 it divides by 0"),
        (
            "returns the agreement",
            _kappa(found="seen"),
            "for agreement by chance",
        ),
        (
            "never below 0",
            _kappa(found="max(0, (seen - chance) / (1 - chance))"),
            "for two lists that never agree",
        ),
        (
            "sorts the lists first",
            _kappa(labels="{*ours, *theirs}; ours.sort(); theirs.sort()"),
            "it has changed a list that it was given",
        ),
    ],
    "39-2": [
        (
            "asks once",
            _prefer(back="not there", draw="False").replace(
                "there, back = first_wins(one, two), not there", "there = first_wins(one, two)"
            ),
            "1 request was sent, not 2",
        ),
        (
            "asks twice in the same order",
            _prefer(back="not first_wins(one, two)"),
            "in the same order",
        ),
        ("forgets the question", _prefer(asked=""), "does not hold the question"),
        ("takes any word", _prefer(type="str"), "only A or B"),
        (
            "believes the judge's favourite place",
            _prefer(draw="False"),
            "likes the first text best",
        ),
        ("asks nothing", _prefer(ask=""), "does not say what to decide"),
        (
            "mixes up who wins",
            _prefer().replace("return 1 if there else 2", "return 2 if there else 1"),
            "finds the first reply better it returned 2, not 1",
        ),
        (
            "takes an outage for a draw",
            _prefer().replace(
                "    there, back = first_wins(one, two), first_wins(two, one)",
                "    try:\n        there, back = first_wins(one, two), first_wins(two, one)\n"
                "    except Exception:\n        return 0",
            ),
            "a 400 about another parameter is kept from the caller: it returned 0",
        ),
        (
            "returns the reply",
            _prefer().replace("return 1 if there else 2", "return one if there else two"),
            "finds the first reply better it returned 'Better dry it flat.', not 1",
        ),
    ],
    "39-3": [
        (
            "uses the client of the lesson",
            "def judged(client, draft):\n    return sound(Checks(reason='', answers=True, "
            "fits_label=True, invents=False))\n",
            "no request was sent through the client",
        ),
        ("no limit", _judged(limits="(None, None)"), "the first request has the limit None"),
        ("the same limit again", _judged(limits="(200, 200)"), "the limit 200, not 800"),
        (
            "asks three times",
            _judged(limits="(200, 800, 800)"),
            "3 requests were sent, not 2",
        ),
        (
            "takes a cut answer for a bad draft",
            _judged(cut="return False"),
            "after an answer that was cut inside its reason 1 request was sent, not 2",
        ),
        (
            "does not ask again after an answer without a letter",
            _judged(whole="True"),
            "after an answer that was cut before its first letter 1 request was sent, not 2",
        ),
        (
            "takes a lost verdict for a bad draft",
            _judged(end="False"),
            "and one that was cut too, it returned False, not None",
        ),
        (
            "asks again after a refusal",
            _judged(whole="response.output_parsed"),
            "after a refusal 2 requests were sent, not 1",
        ),
        (
            "reads a refusal as a verdict",
            _judged(found="sound(found)"),
            "after a refusal it stops with `AttributeError`",
        ),
        (
            "hides an outage",
            _judged(errors="Exception"),
            "a 400 about another parameter is kept from the caller",
        ),
        (
            "forgets the label",
            _judged(names='("question", "reply")'),
            "does not hold the draft's label",
        ),
        (
            "tells the judge what people said",
            _judged(names="draft"),
            "tells the judge what people said",
        ),
        ("another form", _judged(form="Verdict"), "does not carry the form `Checks`"),
        ("another rubric", _judged(rubric="PLAIN"), "does not hold `CHECKS`"),
        ("another model", _judged(model="gpt-6.1-terra"), "a request asks 'gpt-6.1-terra'"),
        ("thinks", _judged(effort='"low"'), "a request has the effort 'low'"),
        (
            "one question is enough",
            _judged(found="None if found is None else found.answers"),
            "it returned True, not False",
        ),
    ],
}
