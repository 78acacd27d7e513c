"""What an exercise is, and the judgement of an answer: not tried, not judged, wrong or correct."""

import asyncio
import dis
import inspect
import linecache
import sysconfig
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import dropwhile
from pathlib import Path
from types import CodeType
from typing import Any, Literal

from pydantic import BaseModel

from ... import settings
from ...client.local.memory import MARK as LOCAL_MARK

Outcome = Literal["not tried", "not judged", "wrong", "correct"]
_LONGEST = 600  # characters; an answer quoted in a message may be a whole book
_PACKAGE = Path(__file__).parents[2]
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})


class Wrong(Exception):
    """Raised by a check: says what is off in the answer, never what it should be instead."""


class Runaway(BaseException):
    """Raised through the learner's code to stop it. No `except Exception` can swallow it."""


class NotPlayed(BaseException):
    """Raised through the learner's code: it asks for something that the check has no answer to."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """`check` raises Wrong, or returns a note to show with "correct", or None.

    `hints` go from a nudge to nearly the answer. `reference` is the source of one good answer: it
    stands where the stub cell stands, and names what the check cell reads.
    """

    id: str
    check: Callable[[Any], str | None]
    hints: tuple[str, ...]
    reference: str


def expect(condition: object, message: str) -> None:
    """Raises Wrong with `message` where `condition` is false."""
    if not condition:
        raise Wrong(message)


def judge(exercise: Exercise, answer: Any) -> tuple[Outcome, str]:
    """The outcome and what to say about it. Nothing that the learner's code raises gets out."""
    if untried(answer):
        return "not tried", ""
    if _from_this_machine(answer):
        return "not judged", (
            "A model on this machine has answered here. Unset OAIWORKBOOK_LOCAL, or undo your edit of "
            "the request, and run the cell again"
        )
    try:
        with settings.without_local():
            return "correct", exercise.check(answer) or ""
    except NotPlayed as missing:
        return "not judged", (
            f"Your code may be right. It asks for {missing}, and this check cannot play that"
        )
    except (Wrong, Runaway) as wrong:
        return "wrong", _short(str(wrong))
    except (Exception, SystemExit, asyncio.CancelledError) as error:
        return "wrong", _short(_stopped(error, exercise, answer))


def untried(answer: Any) -> bool:
    """True for `...`, None, anything that still holds a `...`, and a function that does nothing.

    Functions are judged by their code, without being called: a call could cost money.
    """
    if answer is None or answer is ...:
        return True
    if isinstance(answer, Mapping):
        return any(value is not None and untried(value) for value in answer.values())
    if isinstance(answer, list | tuple | set):
        return any(value is not None and untried(value) for value in answer)
    if isinstance(answer, type):
        own = [name for name, value in vars(answer).items() if _is_written(name, value, answer)]
        return not own and not inspect.get_annotations(answer)
    while isinstance(answer, partial):
        answer = answer.func
    try:
        answer = inspect.unwrap(answer)
    except ValueError:
        return False
    code = getattr(answer, "__code__", None) or getattr(
        getattr(answer, "__func__", None), "__code__", None
    )
    return isinstance(code, CodeType) and _does_nothing(code)


def _from_this_machine(answer: Any) -> bool:
    """Whether the answer is, or holds, what a local model has said."""
    if isinstance(answer, Mapping):
        return any(map(_from_this_machine, answer.values()))
    if isinstance(answer, list | tuple | set):
        return any(map(_from_this_machine, answer))
    return isinstance(answer, BaseModel) and LOCAL_MARK in str(getattr(answer, "id", ""))


def _is_written(name: str, value: Any, there: type) -> bool:
    """Whether a class has this attribute from its own body, and not from Python or pydantic."""
    if name.startswith("_"):
        return inspect.isfunction(value) and value.__qualname__ == f"{there.__qualname__}.{name}"
    return name != "model_config"


def _does_nothing(code: CodeType) -> bool:
    steps = list(dis.get_instructions(code))
    loaded = [at for at, step in enumerate(steps) if step.argval is ...]
    if any(not _in_an_index(steps[at + 1 :]) for at in loaded):
        return True
    return _steps(code) in _EMPTY


def _in_an_index(after: list[dis.Instruction]) -> bool:
    """True for the `...` of `picture[..., :3]`; false for `items[...]`, a place to fill in."""
    rest = list(dropwhile(lambda step: step.opname.startswith(("LOAD_", "BUILD_SLICE")), after))
    tuples = [step.opname for step in rest[:2]]
    return tuples[:1] == ["BUILD_TUPLE"] and tuples[1:] in (
        ["BINARY_SUBSCR"],
        ["STORE_SUBSCR"],
        ["BINARY_OP"],
    )


def _steps(code: CodeType) -> tuple[tuple[str, Any], ...]:
    # Bookkeeping differs between Python versions and between closures and plain functions.
    ignored = {"RESUME", "NOP", "COPY_FREE_VARS", "EXTENDED_ARG"}
    return tuple(
        (step.opname, step.argval if "JUMP" not in step.opname else None)
        for step in dis.get_instructions(code)
        if step.opname not in ignored
    )


def _empty_bodies() -> list[tuple[tuple[str, Any], ...]]:
    names: dict[str, Any] = {}
    found = []
    for kind in ("def", "async def"):
        for body in (
            "pass",
            "return None",
            "raise NotImplementedError",
            "raise NotImplementedError()",
        ):
            exec(f"{kind} stub(x=0): {body}", names)
            found.append(_steps(names["stub"].__code__))
    return found


_EMPTY = _empty_bodies()


def _stopped(error: BaseException, exercise: Exercise, answer: Any) -> str:
    """An exception of the learner's code in one sentence, with the line where it happened."""
    said = str(error).strip().splitlines()
    what = f"`{type(error).__name__}`" + (f": {said[0]}" if said else "")
    ours = inspect.getfile(inspect.unwrap(exercise.check))
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        file = frame.f_code.co_filename
        if file != ours and _is_theirs(file):
            source = linecache.getline(file, line, frame.f_globals).strip()
            shown = f": `{source}`" if source else ""
            return f"{ended(f'Your code stopped with {what}')} Line {line} of its cell{shown}"
    return f"The check cannot use this answer, of type `{type(answer).__name__}`. It got {what}"


def ended(text: str) -> str:
    """The text with one mark at its end: its own, or a full stop."""
    text = text.strip().rstrip(",:; ")
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _is_theirs(file: str) -> bool:
    if file.startswith("<") and not file.startswith(("<ipython", "<cell", "<string")):
        return False
    if _PACKAGE in Path(file).parents:
        return False
    return not file.startswith(_LIBRARIES)
