"""Agendas for a room: which parts of which lessons, their minutes, and what to say at each stop."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from oaiworkbook.course.booklet import html
from oaiworkbook.course.checks import of_lesson
from oaiworkbook.course.contents import TITLES

from .course import lessons
from .generated import minutes, minutes_of, solving, with_block
from .lesson import Lesson
from .surroundings import ROOT

GUIDE = ROOT / "docs" / "instructor.md"
HANDOUT = ROOT / "docs" / "handout.md"
PRINTED = ROOT / "docs" / "handout.html"


@dataclass(frozen=True, slots=True)
class Talk:
    """`minutes` of something that is in no lesson."""

    minutes: int
    what: str
    say: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """The room runs these sections of a lesson, from the first to the last named."""

    lesson: str
    first: str
    last: str
    say: str


@dataclass(frozen=True, slots=True)
class Solve:
    """Everybody writes this exercise."""

    exercise: str
    say: str = ""


Stop = Talk | Read | Solve
_PAUSE = Talk(10, "Pause")
_FIRST = "The smallest thing that works"
_WELCOME = (
    "Everything today runs from recorded answers. We wrote them; OpenAI's models did not. Nothing is sent, and "
    "nothing is charged."
)
_END = "The lessons stay on your machine. `oaiworkbook progress` says which one is next."
_START = (
    Read(
        "00",
        _FIRST,
        "Where the answer came from",
        "Write your guess before you run the cell. Then change one word of the prompt and read what replay says.",
    ),
    Read(
        "01",
        _FIRST,
        "Give it instructions",
        "An answer is a list of items. The text is only one of them.",
    ),
    Solve("01-1", "Run the check as often as you like. A wrong answer costs nothing."),
)
_SCHEMA = (
    Read(
        "05",
        _FIRST,
        "A schema by hand",
        "A request for JSON is a wish. A schema is a promise about the form, and not about the truth.",
    ),
    Solve("05-1"),
)
_TOOLS = (
    Read(
        "06",
        _FIRST,
        "The loop",
        "The model never runs your function. It asks, and your program decides.",
    ),
    Solve("06-1"),
)
_RETRIES = (
    Read(
        "20",
        _FIRST,
        "Wait longer each time",
        "Read the error before you act: some go away when you wait, and some never do.",
    ),
    Solve("20-1"),
)
_COSTS = Read(
    "22",
    _FIRST,
    "Step 2: a price has a date and a tier",
    "An unknown price is not zero. Ask each table what it would do with a price that is missing.",
)
AGENDAS: dict[str, tuple[int, tuple[Stop, ...]]] = {
    "90 minutes: a call, and a call that lasts": (
        90,
        (
            Talk(5, "Welcome; everybody has lesson 00 open", _WELCOME),
            *_START,
            *_RETRIES,
            Talk(5, "Close", _END),
        ),
    ),
    "Half a day: answers that a program can use": (
        210,
        (
            Talk(10, "Welcome; everybody has lesson 00 open", _WELCOME),
            *_START,
            _PAUSE,
            *_SCHEMA,
            Talk(15, "Pause"),
            *_TOOLS,
            _PAUSE,
            *_RETRIES,
            Talk(10, "Close", _END),
        ),
    ),
    "Two days, the first: text and tools": (
        360,
        (
            Talk(15, "Welcome; everybody has lesson 00 open", _WELCOME),
            *_START,
            Solve("01-2"),
            Talk(15, "Pause"),
            Read(
                "03",
                _FIRST,
                "How long until the first word?",
                "The whole answer takes as long as before. What gets shorter is the wait for the first word.",
            ),
            Solve("03-1"),
            Read(
                "04",
                _FIRST,
                _FIRST,
                "The model remembers nothing. Whoever sends the history has the memory.",
            ),
            Talk(60, "Lunch"),
            *_SCHEMA,
            Read(
                "05",
                "What a schema cannot say",
                "When it goes wrong",
                "A schema holds the form. Numbers that contradict each other need a function of yours.",
            ),
            Solve("05-2"),
            Talk(15, "Pause"),
            *_TOOLS,
            Read(
                "06",
                "When it goes wrong",
                "When it goes wrong",
                "Read the error together before the code. It names the field.",
            ),
            Solve("06-2"),
            Talk(
                10,
                "Close",
                "Tomorrow is about what happens when it must not fail, and what it costs.",
            ),
        ),
    ),
    "Two days, the second: production": (
        360,
        (
            Talk(
                10,
                "Welcome; what was hard yesterday",
                "Look at `oaiworkbook progress FOLDER` together.",
            ),
            Read(
                "16",
                _FIRST,
                "Measure the search apart from the answer",
                "A wrong answer has two causes: the text was not found, or it was not believed.",
            ),
            Solve("16-1"),
            Talk(15, "Pause"),
            *_RETRIES,
            Solve("20-2"),
            Talk(60, "Lunch"),
            _COSTS,
            Solve("22-1"),
            Read(
                "24",
                _FIRST,
                "Attack it",
                "The key stays on your server. Whatever a user writes is a text, and never an order.",
            ),
            Talk(15, "Pause"),
            Read(
                "25",
                _FIRST,
                "A gate between two models",
                "Sixty cases tell more than six demonstrations, and still not everything.",
            ),
            Solve("25-1"),
            Read(
                "26",
                _FIRST,
                "A loop with limits",
                "An agent is a loop. What makes it safe is what stops it.",
            ),
            Talk(10, "Close", _END),
        ),
    ),
}


def minutes_at(stop: Stop) -> int:
    """Minutes for the room: what readers take for it alone, up to the next five; an exercise at least ten."""
    if isinstance(stop, Talk):
        return stop.minutes
    if isinstance(stop, Solve):
        (found,) = [each for each in of_lesson(stop.exercise[:2]) if each.id == stop.exercise]
        return max(10, _up(solving([found])))
    return _up(sum(minutes_of(part) for part in _sections(stop)))


def _up(time: float) -> int:
    return max(5, 5 * math.ceil(time / 5))


def slack(name: str) -> int:
    """Minutes that an agenda leaves free."""
    whole, stops = AGENDAS[name]
    return whole - sum(map(minutes_at, stops))


def _sections(stop: Read) -> Iterator[list[nbformat.NotebookNode]]:
    """Cells of each section. Raises ValueError where a section is not there, or after the last."""
    lesson = Lesson.read(_path(stop.lesson))
    heads = [each for each in lesson.headings if each.level == 2]
    names = [each.text for each in heads]
    first, last = names.index(stop.first), names.index(stop.last)
    if last < first:
        raise ValueError(f"in lesson {stop.lesson}, {stop.last!r} comes before {stop.first!r}")
    ends = [each.cell for each in heads[1:]] + [len(lesson.cells) + 1]
    for place in range(first, last + 1):
        yield [cell for number, cell in lesson.cells if heads[place].cell <= number < ends[place]]


def _path(number: str) -> Path:
    return next(path for path in lessons() if path.name[:2] == number)


def _what(stop: Stop) -> str:
    if isinstance(stop, Talk):
        return stop.what
    if isinstance(stop, Solve):
        number = stop.exercise[:2]
        return f"exercise {stop.exercise} of [{number} {TITLES[number]}]({_link(number)})"
    part = stop.first if stop.first == stop.last else f"{stop.first} … {stop.last}"
    return f"[{stop.lesson} {TITLES[stop.lesson]}]({_link(stop.lesson)}): {part}"


def _link(number: str) -> str:
    return f"../notebooks/{_path(number).name}"


def agendas(*, say: bool) -> str:
    """A table for each agenda; with `say`, what to say at each stop, and the minutes of slack."""
    parts = []
    for name, (whole, stops) in AGENDAS.items():
        heads = ["from", "minutes", "what", *(["say"] if say else [])]
        lines = [f"### {name}", "", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
        at = 0
        for stop in stops:
            cells = [f"{at // 60}:{at % 60:02}", str(minutes_at(stop)), _what(stop)]
            lines.append(f"| {' | '.join([*cells, *([stop.say] if say else [])])} |")
            at += minutes_at(stop)
        if say:
            lines += ["", f"Slack: {slack(name)} of {whole} minutes."]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def times() -> str:
    """Every lesson with its minutes for reading and for its exercises."""
    rows = []
    for path in lessons():
        reading, solved = minutes(Lesson.read(path).notebook)
        number = path.name[:2]
        rows.append(f"| {number} {TITLES[number]} | {reading} | {solved} |")
    return "\n".join(["| lesson | reading | exercises |", "|---|---|---|", *rows])


def pages() -> dict[str, str]:
    """What each page is to hold: the guide, the handout, and the handout to print."""
    guide = GUIDE.read_text("utf-8")
    for name, block in (("agendas", agendas(say=True)), ("times", times())):
        guide = with_block(guide, name, block)
    handout = with_block(HANDOUT.read_text("utf-8"), "agendas", agendas(say=False))
    return {GUIDE.name: guide, HANDOUT.name: handout, PRINTED.name: html(handout, "Handout")}


def renew() -> None:
    """Writes the generated parts of the pages for a room anew."""
    for path in (GUIDE, HANDOUT, PRINTED):
        text = pages()[path.name]
        if path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
