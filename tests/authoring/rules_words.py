"""Rules about what a lesson says: models, pictures, links, exercises, the cell to copy."""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import date

from oaiworkbook.course import models
from oaiworkbook.course.checks import of_lesson
from oaiworkbook.course.running.play import exercises
from oaiworkbook.course.running.run import tags
from oaiworkbook.course.running.variants import problems

from .generated import BLOCK
from .lesson import FENCE, Lesson, parsed

_MODEL = re.compile(
    r"(?<![\w/.-])(?:(?:gpt|chatgpt|dall-e|whisper|tts|sora|codex|davinci|babbage|computer-use"
    r"|text-(?:embedding|moderation|davinci)|omni-moderation)-[a-z0-9][\w.-]*"
    r"|o[1-9](?:-(?:mini|pro|preview|deep-research))?(?:-\d{4}-\d\d-\d\d)?)(?![\w/-])"
)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u26ff\u2728\ufe0f]")
_LONGEST_SENTENCE = 25  # words
# What readers stumbled over, and the common word.
RIDDLES = {
    r"\b(?:stands?|stood)\b(?! for|-)": "is, are, or is written",
    r"\blies\b": "is",
    r"\bdear(?:er|est)?\b": "expensive",
    r"\bone an? (?:token|line|call|request|word|cell|day|item|image)\b": "one per ...",
    r"\ban? (?:line|call|request|word|row|item|file) each\b": "one per ...",
    r"\bless one without\b": "the whole sentence",
    r"\bso it is for\b": "what is meant",
    r"\bby the (?:token|word|line|call)\b": "per token",
}
# websockets comes with openai[realtime], and its exceptions are those of a session. pypdf reads what
# a model has quoted, lark what a grammar allows. agents is OpenAI's own package of lesson 38; fastapi,
# starlette and uvicorn answer a page.
_ALLOWED = frozenset({"openai", "pydantic", "numpy", "pypdf", "lark", "websockets", "agents"})
_ALLOWED |= {"fastapi", "starlette", "uvicorn"}
_ALLOWED |= sys.stdlib_module_names


def model_names(lesson: Lesson) -> Iterator[str]:
    known = models.known()
    for n, cell in lesson.cells:
        for name in dict.fromkeys(found.rstrip(".-") for found in _MODEL.findall(cell.source)):
            model = known.get(name)
            if model is None:
                yield f"cell {n}: {name} is not in data/models.toml; add it there, or correct it"
            elif _shut_down(model.ends, model.as_of) and "ending" not in tags(cell):
                yield (
                    f"cell {n}: {name} is shut down since {model.ends}; use "
                    f"{models.replacement(name) or 'another'}, or tag the cell ending"
                )


def alt_texts(lesson: Lesson) -> Iterator[str]:
    for n, cell in lesson.markdown:
        if re.search(r"!\[\s*\]\(", cell.source) or _without_alt(cell.source):
            yield f"cell {n}: a picture has no alt text; say what it shows"
    for n, cell in lesson.code:
        for output in cell.outputs:
            data = output.get("data", {})
            if any(kind.startswith("image/") for kind in data):
                yield f"cell {n}: show the picture with show.figure(fig, alt=...), which has alt text"
            if _without_alt("".join(data.get("text/html", ""))):
                yield f"cell {n}: a picture in its output has no alt text"


def links(lesson: Lesson) -> Iterator[str]:
    for n, cell in lesson.markdown:
        text = re.sub(r"`[^`]*`", "", cell.source)
        for words, target in re.findall(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)", text):
            if words.strip().lower() in ("", "here", "link", "this", "click here"):
                yield f"cell {n}: let the words of the link to {target} say where it leads"
            path = target.partition("#")[0]
            if path and "://" not in path and not (lesson.path.parent / path).exists():
                yield f"cell {n}: the link to {target} leads nowhere"


def calm_prose(lesson: Lesson) -> Iterator[str]:
    for n, text in lesson.prose:
        if "!" in re.sub(r"!\[", "", text):
            yield f"cell {n}: end the sentence without an exclamation mark"
        if _EMOJI.search(text):
            yield f"cell {n}: leave the emoji out"


def common_words(lesson: Lesson) -> Iterator[str]:
    for n, text in lesson.prose:
        for pattern, instead in RIDDLES.items():
            for found in re.finditer(pattern, text, re.IGNORECASE):
                yield f"cell {n}: '{found[0]}': write {instead}"


def short_sentences(lesson: Lesson) -> Iterator[str]:
    for n, cell in lesson.markdown:
        for sentence in sentences(cell.source):
            words = len(sentence.split())
            if words > _LONGEST_SENTENCE:
                yield f"cell {n}: {words} words in one sentence: {sentence[:60]} ..."


def sentences(source: str) -> list[str]:
    """The sentences of a Markdown cell that a person wrote; a span of code is one word."""
    text = FENCE.sub(
        "", re.sub(r"<!--.*?-->|</?\w+[^>]*>", "\n\n", BLOCK.sub("", source), flags=re.DOTALL)
    )
    text = re.sub(r"(`+).+?\1", "code", text, flags=re.DOTALL)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    blocks = re.split(r"\n\s*\n|\n(?=\s*(?:[-*|>#]|\d+\.)\s?)|\|", text)
    return [
        sentence
        for block in blocks
        for sentence in re.split(r"(?<=[.?!])[*_\"')]*\s+", " ".join(block.split()))
        if sentence
    ]


def variants_apply(lesson: Lesson) -> Iterator[str]:
    yield from problems(lesson.notebook)


def three_exercises(lesson: Lesson) -> Iterator[str]:
    found = exercises(lesson.notebook)
    wanted = [f"{lesson.number}-{number}" for number in (1, 2, 3)]
    if list(found) != wanted:
        yield (
            f"write a stub (tag exercise) and a check (tag check) for {', '.join(wanted)}, in this "
            f"order; there are {', '.join(found) or 'none'}"
        )
    for tag in ("exercise", "check"):
        if len(lesson.tagged(tag)) != len(found):
            yield f"{len(lesson.tagged(tag))} cells are tagged {tag}, for {len(found)} exercises"
    for id_, (stub, check) in found.items():
        if check != stub + 1:
            yield f"exercise {id_}: put the check directly beneath the stub"
    known = {each.id: each for each in of_lesson(lesson.number)}
    if list(known) != wanted:
        yield f"exercises/lesson_{lesson.number}.py has {', '.join(known) or 'no exercises'}"
    for id_, exercise in known.items():
        text = lesson.notebook.cells[found[id_][0] - 1].source if id_ in found else ""
        if not re.search(rf"\*\*{id_}, (complete|build|improve|repair)\.\*\*", text):
            yield f"exercise {id_}: begin its task with **{id_}, build.**, or complete, improve, repair"
        if not exercise.hints or not exercise.reference.strip():
            yield f"exercise {id_} needs at least one hint and a reference"


def copy_cell(lesson: Lesson) -> Iterator[str]:
    found = lesson.tagged("copy")
    if len(found) != 1 or found[0][1].cell_type != "code":
        yield f"tag one code cell with copy; {len(found)} are tagged"
        return
    n, cell = found[0]
    if (n, cell) not in lesson.section("Copy this cell"):
        yield f"cell {n}: put the cell tagged copy under 'Copy this cell'"
    yield from (f"cell {n}: {each}" for each in _copy_problems(cell.source))


def _copy_problems(source: str) -> Iterator[str]:
    if "oaiworkbook" in source:
        yield "take oaiworkbook out: the cell must run in any project"
    tree = parsed(source)
    if tree is None:
        return
    foreign = sorted(_imported(tree) - _ALLOWED)
    if foreign and foreign != ["oaiworkbook"]:
        yield (
            "import only openai, agents, pydantic, numpy, pypdf, lark, websockets, fastapi, starlette, "
            f"uvicorn and the standard library, not {foreign}"
        )
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not functions:
        yield "wrap the code in a function"
    for function in functions:
        spoken = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        untyped = [a.arg for a in spoken if a.annotation is None and a.arg not in ("self", "cls")]
        if untyped or function.returns is None:
            yield f"give {function.name} type hints for {', '.join(untyped) or 'what it returns'}"
    if not any(_limits_time(node) for node in ast.walk(tree)):
        yield "set a timeout"
    if not any(isinstance(n, ast.Try) for n in ast.walk(tree)):
        yield "handle the errors of the API with try and except"
    if 'if __name__ == "__main__":' not in source:
        yield 'call the function under if __name__ == "__main__":'


def _limits_time(node: ast.AST) -> bool:
    """`timeout=...` in a call, or `asyncio.timeout(...)`."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "asyncio.timeout":
        return True
    return isinstance(node, ast.keyword) and node.arg == "timeout"


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def _without_alt(html: str) -> bool:
    pictures = re.findall(r"<img\b[^>]*>", html)
    return any(not re.search(r"""\balt=(["'])\s*[^"'\s]""", picture) for picture in pictures)


def _shut_down(ends: date | None, on: date) -> bool:
    # On the day of the table, not today's: the tests must not start to fail by the calendar.
    return ends is not None and ends <= on
