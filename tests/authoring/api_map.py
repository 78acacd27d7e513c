"""`python -m tests.authoring api`: the map of the API against the SDK and the lessons, and what is made from it."""

import re
from collections.abc import Iterator

import openai

from oaiworkbook.course import api_map
from oaiworkbook.course.api_map import COPY, Map, Row
from oaiworkbook.course.contents import PARTS, TITLES

from .api_runs import Runs, runs
from .api_surface import surface
from .course import lessons
from .lesson import Lesson
from .surroundings import ROOT

FILE = ROOT / "data" / "api.toml"
PAGE = ROOT / "docs" / "tasks.md"
_HEADER = re.compile(r'\[(?P<table>rows|parameters)\."?(?P<name>[^"\]]+)"?\]')
_ENTRY = re.compile(r'"?(?P<name>[^"=]+?)"? = "(?P<says>[^"]*)"')


def is_of_this_sdk(the_map: Map) -> bool:
    return the_map.sdk == openai.__version__


def differences(the_map: Map) -> list[str]:
    """How the installed SDK differs from the map, by name; empty where they agree."""
    ours = {(row.kind, row.name) for row in the_map.rows}
    theirs = surface()
    new = [f"the map lacks the {kind} {name}" for kind, name in theirs if (kind, name) not in ours]
    old = [
        f"openai {openai.__version__} has no {kind} {name}"
        for kind, name in sorted(ours - theirs.keys())
    ]
    return new + old


def untrue(the_map: Map, ran: Runs) -> Iterator[str]:
    """Rows whose lessons are not those that run it."""
    for row in the_map.rows:
        here = ran.get((row.kind, row.name), set())
        if set(row.lessons) == here:
            continue
        what = f"the {row.kind} {row.name}"
        if not here:
            yield f"{what}: no lesson runs it, the map says {row.says}; say why there is none"
        else:
            yield f"{what}: run in {' '.join(sorted(here))}, the map says {row.says}"


def wrong_words(the_map: Map) -> Iterator[str]:
    """Words that name what is not there, or that are no longer true."""
    named: dict[str, list[Row]] = {}
    for row in the_map.rows:
        named.setdefault(row.name, []).append(row)
    texts = {path.name[:2]: path.read_text("utf-8") for path in lessons()}
    for row in the_map.rows:
        what = f"the {row.kind} {row.name}: {row.says!r}"
        last = re.split(r"[.(]", row.name.removesuffix(")"))[-1]
        if row.word == "to come in NN" and row.of not in texts.keys() | the_map.planned.keys():
            yield f"{what} names a lesson that is neither there nor planned"
        if row.word == "to come in NN" and row.of in texts and row.of not in TITLES:
            yield f"{what}, and lesson {row.of} is there"
        if row.word == "named in NN" and last not in texts.get(row.of, ""):
            yield f"{what}, which does not name it"
        if row.word == "not streamed in NN" and row.of not in texts:
            yield f"{what}, and there is no such lesson"
        if row.word in ("sibling of NAME", "replaced by NAME"):
            call = row.name.partition("(")[0]
            others = named.get(row.of) or named.get(f"{call}({row.of})") or []
            others = [each for each in others if each != row]
            if not others:
                yield f"{what} is no other row of the map"
            elif row.word == "sibling of NAME" and not any(map(_is_shown, others)):
                yield f"{what}, which no lesson shows"
    for number in sorted(the_map.planned.keys() & texts.keys()):
        yield f"[planned] {number}: the lesson is there"


def _is_shown(row: Row) -> bool:
    return bool(row.lessons) or row.word in ("to come in NN", "named in NN")


def wrong_tasks(the_map: Map) -> Iterator[str]:
    """Tasks whose lesson or section is not there, and lessons without a task."""
    sections = {path.name[:2]: _sections(Lesson.read(path)) for path in lessons()}
    for task in the_map.tasks:
        if task.section not in sections.get(task.lesson, ()):
            yield f"{task.says!r}: lesson {task.lesson} has no section {task.section!r}"
    for number in sorted(sections.keys() - {task.lesson for task in the_map.tasks}):
        yield f"lesson {number} has no task"


def _sections(lesson: Lesson) -> list[str]:
    return [each.text for each in lesson.headings if each.level > 1]


def with_lessons(text: str, the_map: Map, ran: Runs) -> str:
    """The file with the lessons that run each row; the one to begin with stays first."""
    rows = {(row.kind, row.name): row for row in the_map.rows}
    lines, table, where = [], "", ""
    for line in text.splitlines():
        if line.startswith("["):
            header = _HEADER.fullmatch(line)
            table, where = (header["table"], header["name"]) if header else ("", "")
        elif table and (entry := _ENTRY.fullmatch(line)):
            name = entry["name"]
            key = (where, name) if table == "rows" else ("parameter", f"{where}({name})")
            here = ran.get(key)
            if key in rows and here and here != set(rows[key].lessons):
                kept = [each for each in rows[key].lessons[:1] if each in here]
                says = " ".join([*kept, *sorted(here.difference(kept))])
                line = f'{line.partition(" = ")[0]} = "{says}"'
        lines.append(line)
    return "\n".join(lines) + "\n"


def renew() -> list[str]:
    """Writes the lessons into the rows, and the page of tasks. Returns what a person has to mend."""
    the_map, ran = api_map.read(), runs()
    FILE.write_text(with_lessons(FILE.read_text("utf-8"), the_map, ran), "utf-8")
    the_map = api_map.read()
    PAGE.write_text(page(the_map), "utf-8")
    found = [*differences(the_map), *untrue(the_map, ran)]
    found += [*wrong_words(the_map), *wrong_tasks(the_map)]
    if not found and not is_of_this_sdk(the_map):
        found.append(
            f'it agrees with openai {openai.__version__}: write sdk = "{openai.__version__}"'
        )
    return found


def other_sdk() -> Iterator[str]:
    """Lines for the weekly issue: what an SDK that is not the map's has or lacks, by name."""
    the_map = api_map.read()
    found = [] if is_of_this_sdk(the_map) else differences(the_map)
    if found:
        yield f"`data/api.toml` is of openai {the_map.sdk}. Here it is {openai.__version__}:"
        yield ""
        yield from (f"- {each}" for each in found)


def summary() -> str:
    """For README: a line a kind, and how many rows have each word."""
    the_map = api_map.read()
    columns, rows = api_map.table(the_map)
    heads = [f"of openai {the_map.sdk}", *columns]
    lines = [f"| {' | '.join(heads)} |".replace("| run |", "| run in a lesson |")]
    lines.append("|---" * len(heads) + "|")
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    counts = api_map.counts(the_map)
    why = {word: sum(each[word] for each in counts.values()) for word in the_map.legend}
    rest = [f"{count} {_plain(word)}" for word, count in why.items() if word != "to come in NN"]
    return "\n".join([*lines, "", f"Why neither: {', '.join(rest)}."])


def _plain(word: str) -> str:
    """`ends DATE` -> "that end or have ended": the words of README's sentence."""
    return {
        "named in NN": "that a lesson only names",
        "not streamed in NN": "events of answers that a lesson reads whole",
        "sibling of NAME": "siblings of what is shown",
        "replaced by NAME": "that something else replaces",
        "ends DATE": "that have ended or have a date to end",
        "beta": "in beta",
        "needs a contract": "that need a contract",
        "needs a browser or a phone line": "that need a browser or a phone line",
        "undocumented": "undocumented",
        "no lesson": "without a lesson",
    }.get(word, word)


def page(the_map: Map) -> str:
    """docs/tasks.md: by part and lesson, each task with a link to its section."""
    there = {path.name[:2]: path.name for path in lessons()}
    parts = [
        "# What do you want to do?",
        "",
        "Each line is a task, with the place in a lesson that shows it. **Copy** leads to the cell to copy into your own",
        "project: it needs the `openai` package and nothing of ours. `oaiworkbook api WORD` searches these tasks, and every",
        "method, parameter, tool and event of the SDK. This page is made from `data/api.toml` by",
        "`python -m tests.authoring api`.",
    ]
    for part, titles in PARTS.items():
        rows = [
            f"| {task.says} | {number} {title} | {_link(task.section, there[number])} |"
            for number, title in titles.items()
            for task in the_map.tasks
            if task.lesson == number and number in there
        ]
        if rows:
            parts += ["", f"## {part}", "", "| to do | lesson | where |", "|---|---|---|", *rows]
    return "\n".join(parts) + "\n"


def _link(section: str, notebook: str) -> str:
    words = "**Copy**" if section == COPY else section
    return f"[{words}](../notebooks/{notebook}#{api_map.anchor(section)})"
