"""Wrong answers to the exercises of lesson 08: (name, source, what the check must say)."""

_LIKELY = """
import math


def likely(client, clue):
    completion = client.chat.completions.create(
        model="gpt-6-luna", messages=[{{"role": "user", "content": clue}}], {settings}
    )
    place = completion.choices[0].logprobs.content[{place}]
    return {{each.token: {value} for each in place.top_logprobs}}
"""
_ASKED = 'reasoning_effort="none", logprobs=True, top_logprobs=3'

_HOLDS = """
def holds(client, question, good):
    right = wrong = 0
    while {going}:
        response = client.responses.create(
            model="gpt-6-luna", input=question, {settings}
        )
        if good(response.output_text):
            right += 1
        else:
            wrong += 1
    return {result}
"""
_COLD = 'reasoning={"effort": "none"}, temperature=0'
_GOING = "right < 7 and wrong < 2"

_UNCHANGED = """
from statistics import mean, median


def unchanged(before, after):
    if {few}:
        raise ValueError("too few grades")
    return {same}
"""
_FEW = "min(len(before), len(after)) < 3"
_SAME = "abs(median(before) - median(after)) <= 5"

WRONG = {
    "08-1": [
        (
            "returns logprobs",
            _LIKELY.format(settings=_ASKED, place=0, value="each.logprob"),
            "the values are logprobs",
        ),
        (
            "takes powers of ten",
            _LIKELY.format(settings=_ASKED, place=0, value="10 ** each.logprob"),
            "the probability of 'nile' is 0.78",
        ),
        (
            "takes the last place",
            _LIKELY.format(settings=_ASKED, place=-1, value="math.exp(each.logprob)"),
            "not those of the first place",
        ),
        (
            "leaves the effort out",
            _LIKELY.format(
                settings="logprobs=True, top_logprobs=3", place=0, value="math.exp(each.logprob)"
            ),
            "not set, so medium: then logprobs are refused",
        ),
        (
            "does not turn logprobs on",
            _LIKELY.format(
                settings='reasoning_effort="none", top_logprobs=3',
                place=0,
                value="math.exp(each.logprob)",
            ),
            "does not ask for logprobs",
        ),
        (
            "asks for five",
            _LIKELY.format(
                settings=_ASKED.replace("3", "5"), place=0, value="math.exp(each.logprob)"
            ),
            "`top_logprobs` is 5, not 3",
        ),
    ],
    "08-2": [
        (
            "asks eight times whatever comes",
            _HOLDS.format(going="right + wrong < 8", settings=_COLD, result="right >= 7"),
            "the outcome was certain before",
        ),
        (
            "goes on after two bad answers",
            _HOLDS.format(
                going="right < 7 and right + wrong < 8", settings=_COLD, result="right == 7"
            ),
            "for the answers bad, bad, good, good, good, good, good, good it sent 8 requests",
        ),
        (
            "gives up at the first bad answer",
            _HOLDS.format(going="right < 7 and wrong < 1", settings=_COLD, result="right == 7"),
            "it returned False",
        ),
        (
            "wants all eight",
            _HOLDS.format(going="right < 8 and wrong < 1", settings=_COLD, result="right == 8"),
            "it sent 8 requests; the outcome was certain before",
        ),
        (
            "leaves the effort out",
            _HOLDS.format(going=_GOING, settings="temperature=0", result="right == 7"),
            "then a temperature is refused",
        ),
        (
            "leaves the temperature out",
            _HOLDS.format(
                going=_GOING, settings='reasoning={"effort": "none"}', result="right == 7"
            ),
            "does not set the temperature",
        ),
        (
            "counts the good ones",
            _HOLDS.format(going=_GOING, settings=_COLD, result="right"),
            "it returned 7",
        ),
    ],
    "08-3": [
        (
            "takes the mean",
            _UNCHANGED.format(few=_FEW, same="abs(mean(before) - mean(after)) <= 5"),
            "though one grade of five is far off",
        ),
        (
            "leaves out the limit itself",
            _UNCHANGED.format(few=_FEW, same="abs(median(before) - median(after)) < 5"),
            "though the medians are exactly 5 apart",
        ),
        (
            "looks in one direction",
            _UNCHANGED.format(few=_FEW, same="median(after) - median(before) <= 5"),
            "though the medians are 40 apart",
        ),
        (
            "still wants equality",
            _UNCHANGED.format(few=_FEW, same="median(before) == median(after)"),
            "though the medians are 3 apart",
        ),
        (
            "still compares the first two",
            _UNCHANGED.format(few=_FEW, same="abs(before[0] - after[0]) <= 5"),
            "though the medians are equal",
        ),
        (
            "counts one list only",
            _UNCHANGED.format(few="len(before) < 3", same=_SAME),
            "for [35, 35, 35] and [35] it returned True",
        ),
        (
            "compares whatever there is",
            _UNCHANGED.format(few="False", same=_SAME),
            "for [35, 35] and [35, 35, 35] it returned True",
        ),
    ],
}
