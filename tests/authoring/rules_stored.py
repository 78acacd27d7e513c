"""Rules about what is stored: outputs, counts, metadata, nothing of a machine, no secret."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator

from oaiworkbook.course.running.run import CLEANUP, OWN, tags

from .lesson import Lesson, parsed
from .slides import slide_types

TAGS = frozenset(
    {
        *("copy", "raises-exception", "exercise", "check", "ending", "nbval-ignore-output"),
        *(OWN, CLEANUP),
    }
)
_SHOWS = frozenset(
    {
        "print",
        "display",
        "check",
        "costs",
        "estimate",
        "figure",
        "audio",
        "table",
        "markdown_stream",
    }
)
_VALUES = (ast.Name, ast.Subscript, ast.BinOp, ast.Compare, ast.JoinedStr, ast.Tuple, ast.List)
_KEY = re.compile(
    r"\bsk-(?!\.{3})[A-Za-z0-9_-]{16,}|\bBearer [A-Za-z0-9._-]{16,}"
    r"|(?i:\b(?:api[_-]?key|secret|token|password)\b[\"']?\s*[=:]\s*[\"'][A-Za-z0-9_-]{20,}[\"'])"
)
_MACHINE = re.compile(
    r"(?<![\w.:/~-])(?!/mnt/data\b|/home/oai/)"  # in every container of OpenAI's
    r"/(?:home|Users|root|tmp|opt|work|private|var/folders|mnt|usr/lib)/\w"
    r"|\b[A-Za-z]:\\{1,2}(?:Users|Temp|Windows)\\"
)
_INTERACTIVE = ("application/vnd.jupyter.widget-view+json", "application/javascript")


def execution_counts(lesson: Lesson) -> Iterator[str]:
    counts = [cell.execution_count for _, cell in lesson.code]
    if counts != list(range(1, len(counts) + 1)):
        yield "the execution counts are not 1, 2, 3 ...; build the lesson"


def outputs_present(lesson: Lesson) -> Iterator[str]:
    for n, cell in lesson.code:
        if "raises-exception" in tags(cell):
            continue
        if not cell.outputs and _shows_something(cell.source):
            yield f"cell {n}: shows something and has no stored output; build the lesson"


def errors_where_meant(lesson: Lesson) -> Iterator[str]:
    for n, cell in lesson.code:
        raised = any(output.output_type == "error" for output in cell.outputs)
        meant = "raises-exception" in tags(cell)
        if meant and not raised:
            yield f"cell {n}: tagged raises-exception, and no error is stored; build the lesson"
        if raised and not meant:
            yield f"cell {n}: stores an error; tag it raises-exception if it is meant to fail"


def known_tags(lesson: Lesson) -> Iterator[str]:
    for n, cell in lesson.cells:
        for tag in set(tags(cell)) - TAGS:
            yield f"cell {n}: remove the tag {tag!r}; known are {', '.join(sorted(TAGS))}"


def few_ignored_outputs(lesson: Lesson) -> Iterator[str]:
    ignored = lesson.tagged("nbval-ignore-output")
    if len(ignored) > len(lesson.cells) / 20:
        yield f"{len(ignored)} cells are tagged nbval-ignore-output; one in twenty is the most"
    for n, cell in lesson.code:
        if re.search(r"#\s*(NBVAL_|PYTEST_VALIDATE)", cell.source):
            yield f"cell {n}: use a tag in place of the nbval comment, so that it is counted"


def clean_metadata(lesson: Lesson) -> Iterator[str]:
    for n, cell in lesson.cells:
        for name in set(cell.metadata) - {"tags", "slideshow"}:
            yield f"cell {n}: remove the metadata {name!r}; build the lesson"
        if cell.get("attachments"):
            yield f"cell {n}: draw the attached picture with code, or put it into data/samples"
    stored = lesson.notebook.metadata
    language, kernel = stored.get("language_info", {}), stored.get("kernelspec", {})
    if set(stored) - {"kernelspec", "language_info"} or dict(language) != {"name": "python"}:
        yield "keep only kernelspec and the language's name as metadata; build the lesson"
    if kernel.get("name") != "python3":
        yield "the kernel is not python3; build the lesson"


def slides(lesson: Lesson) -> Iterator[str]:
    for (n, cell), kind in zip(lesson.cells, slide_types(lesson.notebook), strict=True):
        if dict(cell.metadata.get("slideshow", {})) != {"slide_type": kind}:
            yield f"cell {n}: among the slides it is to be a {kind}; build the lesson"


def cell_ids(lesson: Lesson) -> Iterator[str]:
    ids = Counter(cell.get("id") for _, cell in lesson.cells)
    for id_, count in ids.items():
        if not id_ or count > 1:
            yield f"{count} cells have the id {id_!r}; give each its own"


def no_interactive_outputs(lesson: Lesson) -> Iterator[str]:
    if "widgets" in lesson.notebook.metadata:
        yield "remove the stored state of widgets; build the lesson"
    for n, cell in lesson.code:
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        for kind in kinds.intersection(_INTERACTIVE):
            yield f"cell {n}: stores {kind}, which an untrusted notebook does not show"


def no_keys(lesson: Lesson) -> Iterator[str]:
    for n, where, text in lesson.texts():
        if _KEY.search(text):
            yield f"cell {n}: its {where} holds something like a key; remove it, and revoke the key"


def no_machine_paths(lesson: Lesson) -> Iterator[str]:
    for n, where, text in lesson.texts():
        found = _MACHINE.search(text)
        if found:
            yield f"cell {n}: its {where} shows a path of one machine, at '{found[0]}'"


def one_dollar_at_most(lesson: Lesson) -> Iterator[str]:
    for n, cell in lesson.markdown:
        if _dollars(cell.source, markdown=True) > 1:
            yield f"cell {n}: two dollar signs become a formula; write amounts as USD 0.50"
    for n, cell in lesson.code:
        for output in cell.outputs:
            data = output.get("data", {})
            for kind in ("text/markdown", "text/html"):
                if _dollars(data.get(kind, ""), markdown=kind == "text/markdown") > 1:
                    yield f"cell {n}: two dollar signs in its {kind} output become a formula"


def lists_begin_with_one(lesson: Lesson) -> Iterator[str]:
    """A sentence such as "31. With streams, ..." is a list for Markdown."""
    for n, cell in lesson.markdown:
        before = 0
        for number in map(int, re.findall(r"^ {0,3}(\d{1,9})[.)] ", cell.source, re.MULTILINE)):
            if number not in (1, before + 1):
                yield f"cell {n}: '{number}.' begins a list; write a whole sentence"
            before = number


def valid_code(lesson: Lesson) -> Iterator[str]:
    for n, cell in lesson.code:
        if parsed(cell.source) is None:
            yield f"cell {n}: this is not Python"


def _shows_something(source: str) -> bool:
    tree = parsed(source)
    if tree is None or not tree.body:
        return False
    last = tree.body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, _VALUES):
        return not source.rstrip().endswith(";")
    return any(_called(each) in _SHOWS for each in _statements(tree.body))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that surely run: those in loops too, not those in functions and branches."""
    for each in body:
        yield each
        if isinstance(each, ast.For | ast.AsyncFor | ast.With | ast.AsyncWith | ast.Try):
            yield from _statements(each.body)


def _called(statement: ast.stmt) -> str:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return ""
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def _dollars(text: str | list[str], *, markdown: bool) -> int:
    whole = text if isinstance(text, str) else json.dumps(text)
    if "mathjax_ignore" in whole:
        return 0
    whole = re.sub(r"<(code|pre)\b.*?</\1>", "", whole, flags=re.DOTALL)
    if markdown:
        # In Markdown a backslash does not help in JupyterLab; code does.
        whole = re.sub(r"^(`{3,}).*?^\1`*$", "", whole, flags=re.DOTALL | re.MULTILINE)
        whole = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", whole, flags=re.DOTALL)
        return whole.count("$")
    return len(re.findall(r"(?<!\\)\$", whole))
