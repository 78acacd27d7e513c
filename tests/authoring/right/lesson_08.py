"""Right answers to the exercises of lesson 08, in other ways than the reference."""

_LIKELY = """
import math


def likely(client, clue):
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages={messages},
        reasoning_effort="none",
        logprobs=True,
        top_logprobs=3,
    )
    first = completion.choices[0].logprobs.content[0]
    return {result}
"""
_ONE = '[{"role": "user", "content": clue}]'
_DICT = "{each.token: math.exp(each.logprob) for each in first.top_logprobs}"

_ASK = 'client.responses.create(model="gpt-6-luna", input={input}, {settings})'
_COLD = 'reasoning={"effort": "none"}, temperature=0'
_HOLDS = """
def holds(client, question, good):
    answers = []
    for _ in range(8):
        answers.append(bool(good({ask}.output_text)))
        if sum(answers) == 7:
            return True
        if answers.count(False) > 1:
            return False
"""

_UNCHANGED = """
import statistics
from statistics import median


def unchanged(before, after):
    if not (len(before) >= 3 <= len(after)):
        raise ValueError("too few grades")
    {result}
"""

RIGHT = {
    "08-1": [
        (
            "rounds to three digits",
            _LIKELY.format(
                messages=_ONE,
                result="{t.token: round(math.e**t.logprob, 3) for t in first.top_logprobs}",
            ),
        ),
        (
            "a text of parts",
            _LIKELY.format(
                messages='[{"role": "user", "content": [{"type": "text", "text": clue}]}]',
                result="dict((t.token, math.exp(t.logprob)) for t in first.top_logprobs)",
            ),
        ),
        (
            "with the lesson's task before the clue",
            _LIKELY.format(messages='[{"role": "user", "content": TASK + clue}]', result=_DICT),
        ),
        (
            "with the task as rules",
            _LIKELY.format(
                messages='[{"role": "developer", "content": TASK}, '
                '{"role": "user", "content": clue}]',
                result=_DICT,
            ),
        ),
        (
            "decimals",
            """
from decimal import Decimal


def likely(client, clue):
    settings = {"reasoning_effort": "none", "logprobs": True, "top_logprobs": 3}
    completion = client.chat.completions.create(
        model="gpt-6-luna", messages=[{"role": "user", "content": clue}], temperature=1, **settings
    )
    found = {}
    for each in completion.choices[0].logprobs.content[0].top_logprobs:
        found[each.token] = Decimal(each.logprob).exp()
    return found
""",
        ),
        (
            "numpy",
            """
import numpy as np


def likely(client, clue):
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": clue}],
        reasoning_effort="none",
        logprobs=True,
        top_logprobs=3,
        max_completion_tokens=20,
    )
    top = completion.choices[0].logprobs.content[0].top_logprobs
    return dict(zip([t.token for t in top], np.exp([t.logprob for t in top])))
""",
        ),
        (
            "a stream",
            """
import math


def likely(client, clue):
    stream = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": clue}],
        reasoning_effort="none",
        logprobs=True,
        top_logprobs=3,
        stream=True,
    )
    places = []
    for chunk in stream:
        for choice in chunk.choices:
            if choice.logprobs and choice.logprobs.content:
                places += choice.logprobs.content
    return {each.token: math.exp(each.logprob) for each in places[0].top_logprobs}
""",
        ),
        (
            "the raw response",
            """
import math


def likely(client, clue):
    raw = client.chat.completions.with_raw_response.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": clue}],
        reasoning_effort="none",
        logprobs=True,
        top_logprobs=3,
    )
    place = raw.parse().to_dict()["choices"][0]["logprobs"]["content"][0]
    return {each["token"]: math.exp(each["logprob"]) for each in place["top_logprobs"]}
""",
        ),
    ],
    "08-2": [
        (
            "a list of answers",
            _HOLDS.format(ask=_ASK.format(input="question", settings=_COLD)),
        ),
        (
            "one message as input",
            _HOLDS.format(
                ask=_ASK.format(
                    input='[{"role": "user", "content": question}]', settings=_COLD + ".0"
                )
            ),
        ),
        (
            "counts good twice for each answer",
            """
def holds(client, question, good):
    yes = no = 0
    for _ in range(8):
        text = client.responses.create(
            model="gpt-6-luna",
            input=question,
            reasoning={"effort": "none"},
            temperature=0,
            store=False,
        ).output_text
        yes += good(text)
        no += not good(text)
        if yes >= 7 or no >= 2:
            break
    return yes >= 7
""",
        ),
        (
            "Chat Completions",
            """
def holds(client, question, good):
    bad = 0
    for number in range(8):
        answer = client.chat.completions.create(
            model="gpt-6-luna",
            messages=[{"role": "user", "content": question}],
            reasoning_effort="none",
            temperature=0,
        )
        if not good(answer.choices[0].message.content):
            bad += 1
        if bad == 2:
            return False
        if number + 1 - bad == 7:
            return True
""",
        ),
        (
            "a generator and streams",
            """
def answers(client, question):
    while True:
        with client.responses.stream(
            model="gpt-6-luna", input=question, reasoning={"effort": "none"}, temperature=0
        ) as stream:
            yield stream.get_final_response().output_text


def holds(client, question, good):
    left, allowed = 7, 1
    for text in answers(client, question):
        if good(text):
            left -= 1
        else:
            allowed -= 1
        if not left or allowed < 0:
            return not left
""",
        ),
        (
            "recursion",
            """
def holds(client, question, good, right=0, wrong=0):
    if right >= 7:
        return True
    if wrong >= 2:
        return False
    answer = client.responses.create(**request | {"input": question}, temperature=0)
    if good(answer.output_text):
        return holds(client, question, good, right + 1, wrong)
    return holds(client, question, good, right, wrong + 1)
""",
        ),
        (
            "raises an error of its own from the API's",
            """
import openai


def holds(client, question, good):
    right = asked = 0
    while right < 7 and asked - right < 2:
        try:
            response = client.responses.create(
                model="gpt-6-luna", input=question, reasoning={"effort": "none"}, temperature=0
            )
        except openai.APIError as error:
            raise RuntimeError("no answer") from error
        asked += 1
        right += 1 if good(response.output_text.strip()) else 0
    return right == 7
""",
        ),
    ],
    "08-3": [
        (
            "numpy",
            """
import numpy as np


def unchanged(before, after):
    if len(before) < 3 or len(after) < 3:
        raise ValueError("too few grades")
    return np.abs(np.median(before) - np.median(after)) <= 5
""",
        ),
        (
            "sorts copies",
            """
def middle(grades):
    if len(grades) < 3:
        raise ValueError(f"{len(grades)} grades are too few")
    ranked = sorted(grades)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def unchanged(before, after):
    old, new = middle(before), middle(after)
    return new - 5 <= old <= new + 5
""",
        ),
        (
            "returns early",
            _UNCHANGED.format(
                result="if abs(median(before) - median(after)) > 5:\n        return False\n"
                "    return True"
            ),
        ),
        (
            "isclose",
            "import math\n"
            + _UNCHANGED.format(
                result="return math.isclose("
                "statistics.median(before), median(after), rel_tol=0, abs_tol=5)"
            ),
        ),
        (
            "an error of its own class",
            """
from statistics import StatisticsError, median


def unchanged(before, after, tolerance=5):
    for grades in (before, after):
        if len(grades) < 3:
            raise StatisticsError("too few grades")
    old, new = map(median, (before, after))
    return max(old, new) - min(old, new) <= tolerance
""",
        ),
        (
            "fractions and the lesson's function",
            """
from fractions import Fraction
from statistics import median


def unchanged(before, after):
    if min(map(len, (before, after))) < 3:
        raise ValueError
    return steady([Fraction(median(before)), Fraction(median(after))], Fraction(5, 2))
""",
        ),
    ],
}
