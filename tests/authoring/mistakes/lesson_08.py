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
            "the probability of 'Nile' is 0.78",
        ),
        (
            "takes the last place",
            _LIKELY.format(settings=_ASKED, place=-1, value="math.exp(each.logprob)"),
            "the tokens are ['.', '!']",
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
            "rounds to two digits",
            _LIKELY.format(settings=_ASKED, place=0, value="round(math.exp(each.logprob), 2)"),
            "the probability of 'Oder' is",
        ),
        (
            "returns percent",
            _LIKELY.format(settings=_ASKED, place=0, value="100 * math.exp(each.logprob)"),
            "the probability of 'Nile' is 89.9",
        ),
        (
            "returns texts",
            _LIKELY.format(settings=_ASKED, place=0, value='f"{math.exp(each.logprob):.3f}"'),
            "'0.900', not a number",
        ),
        (
            "brings the shares to the sum of 1",
            _LIKELY.format(
                settings=_ASKED,
                place=0,
                value="math.exp(each.logprob) / sum(math.exp(e.logprob) for e in place.top_logprobs)",
            ),
            "so it should be near 0.9000",
        ),
        (
            "asks for a clue of its own",
            _LIKELY.format(settings=_ASKED, place=0, value="math.exp(each.logprob)").replace(
                '"content": clue', '"content": "Tree (3)"'
            ),
            "the clue that was given is not in the messages",
        ),
        (
            "adds the token that was drawn",
            _LIKELY.format(settings=_ASKED, place=0, value="math.exp(each.logprob)").replace(
                "return {", "return {place.token: math.exp(place.logprob)} | {"
            ),
            "the tokens are ['Ural', 'Arno', 'Oise']",
        ),
        (
            "asks on Responses",
            """
import math


def likely(client, clue):
    response = client.responses.create(
        model="gpt-6-luna",
        input=clue,
        reasoning={"effort": "none"},
        include=["message.output_text.logprobs"],
        top_logprobs=3,
    )
    place = response.output[0].content[0].logprobs[0]
    return {each.token: math.exp(each.logprob) for each in place.top_logprobs}
""",
            "not to Chat Completions",
        ),
        (
            "hides errors",
            """
import math


def likely(client, clue):
    try:
        completion = client.chat.completions.create(
            model="gpt-6-luna",
            messages=[{"role": "user", "content": clue}],
            reasoning_effort="none",
            logprobs=True,
            top_logprobs=3,
        )
    except Exception:
        return {}
    place = completion.choices[0].logprobs.content[0]
    return {each.token: math.exp(each.logprob) for each in place.top_logprobs}
""",
            "is kept from the caller: it returned {}",
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
            "another temperature",
            _HOLDS.format(going=_GOING, settings=_COLD + ".2", result="right == 7"),
            "the temperature is 0.2, not 0",
        ),
        (
            "asks on in one conversation",
            """
def holds(client, question, good):
    right = wrong = 0
    before = None
    while right < 7 and wrong < 2:
        response = client.responses.create(
            model="gpt-6-luna",
            input=question,
            reasoning={"effort": "none"},
            temperature=0,
            previous_response_id=before,
        )
        before = response.id
        if good(response.output_text):
            right += 1
        else:
            wrong += 1
    return right == 7
""",
            "a request holds 3 turns",
        ),
        (
            "takes an error for a bad answer",
            """
import openai


def holds(client, question, good):
    right = wrong = 0
    while right < 7 and wrong < 2:
        try:
            response = client.responses.create(
                model="gpt-6-luna", input=question, reasoning={"effort": "none"}, temperature=0
            )
            fine = good(response.output_text)
        except openai.APIError:
            fine = False
        right, wrong = right + bool(fine), wrong + (not fine)
    return right == 7
""",
            "is kept from the caller: it returned False",
        ),
        (
            "tries again for ever",
            """
import openai


def holds(client, question, good):
    right = wrong = 0
    while right < 7 and wrong < 2:
        try:
            response = client.responses.create(
                model="gpt-6-luna", input=question, reasoning={"effort": "none"}, temperature=0
            )
        except openai.APIError:
            continue
        if good(response.output_text):
            right += 1
        else:
            wrong += 1
    return right == 7
""",
            "did not stop",
        ),
        (
            "gives `good` the response",
            _HOLDS.format(going=_GOING, settings=_COLD, result="right == 7").replace(
                "good(response.output_text)", "good(response)"
            ),
            "`good` is given a Response, not the text",
        ),
        (
            "asks for eight at once",
            """
def holds(client, question, good):
    answer = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": question}],
        reasoning_effort="none",
        temperature=0,
        n=8,
    )
    return sum(bool(good(choice.message.content)) for choice in answer.choices) >= 7
""",
            "a request asks for 8 answers at once",
        ),
        (
            "changes the text",
            _HOLDS.format(going=_GOING, settings=_COLD, result="right == 7").replace(
                "output_text)", "output_text.lower())"
            ),
            "`good` is given 'nile'",
        ),
        (
            "asks once and judges the answer eight times",
            """
def holds(client, question, good):
    response = client.responses.create(
        model="gpt-6-luna", input=question, reasoning={"effort": "none"}, temperature=0
    )
    return sum(bool(good(response.output_text)) for _ in range(8)) >= 7
""",
            "it sent only 1 request",
        ),
        (
            "puts the question into a task",
            _HOLDS.format(going=_GOING, settings=_COLD, result="right == 7").replace(
                "input=question", 'input="Answer: " + question'
            ),
            "the model is asked 'Answer: River",
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
            "though the medians are 6 apart: 36 and 30",
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
            "takes the upper of two middles",
            """
def unchanged(before, after):
    if len(before) < 3 or len(after) < 3:
        raise ValueError("too few grades")
    return abs(sorted(before)[len(before) // 2] - sorted(after)[len(after) // 2]) <= 5
""",
            "36 is between 30 and 42",
        ),
        (
            "does not sort",
            """
def unchanged(before, after):
    if len(before) < 3 or len(after) < 3:
        raise ValueError("too few grades")
    return abs(before[len(before) // 2] - after[len(after) // 2]) <= 5
""",
            "though",
        ),
        (
            "sorts the given lists",
            """
from statistics import median


def unchanged(before, after):
    before.sort()
    after.sort()
    if len(before) < 3 or len(after) < 3:
        raise ValueError("too few grades")
    return abs(median(before) - median(after)) <= 5
""",
            "it changes the lists",
        ),
        (
            "rounds the medians",
            _UNCHANGED.format(
                few=_FEW, same="abs(round(median(before), -1) - round(median(after), -1)) <= 5"
            ),
            "though the medians are 6 apart: 36 and 42",
        ),
        (
            "cuts off the half point",
            _UNCHANGED.format(few=_FEW, same="int(abs(median(before) - median(after))) <= 5"),
            "the medians are 5.5 apart: 35 and 40.5",
        ),
        (
            "returns the difference",
            _UNCHANGED.format(few=_FEW, same="abs(median(before) - median(after))"),
            "it returned 0",
        ),
        (
            "asks for four grades",
            _UNCHANGED.format(few="min(len(before), len(after)) < 4", same=_SAME),
            "`ValueError`",
        ),
        (
            "returns False for too few",
            _UNCHANGED.format(few="False", same=f"{_FEW.replace('<', '>=')} and {_SAME}"),
            "it returned False: too few to compare",
        ),
        (
            "raises another error",
            _UNCHANGED.format(few="False", same=_SAME).replace(
                "    if False", "    assert len(before) > 2 and len(after) > 2\n    if False"
            ),
            "it raises `AssertionError`, not `ValueError`",
        ),
        (
            "counts both lists together",
            _UNCHANGED.format(few="len(before) + len(after) < 6", same=_SAME),
            "too few to compare",
        ),
        (
            "counts one list only",
            _UNCHANGED.format(few="len(before) < 3", same=_SAME),
            "for [35, 35, 36, 35, 35, 36] and [35, 35] it returned True",
        ),
        (
            "compares whatever there is",
            _UNCHANGED.format(few="False", same=_SAME),
            "for [35, 35] and [35, 35, 36, 35, 35, 36] it returned True",
        ),
    ],
}
