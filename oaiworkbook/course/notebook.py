"""What `%load_ext oaiworkbook` does: the start line, a cost line under cells, retries made visible."""

import ast
import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import openai
from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed

from .. import settings
from ..client import retries
from ..client.exchange import last_failure
from ..errors import SettingsError, WorkbookError
from ..money.amounts import usd
from ..money.ledger import Mark, default_ledger
from ..recordings.secrets import masked_text
from . import cells

# What JupyterLab and nbconvert lack for readers with weak eyes, or with a window that is zoomed.
STYLE = "".join(
    (
        "<style>",
        # Long output lines are not broken in the middle of a word, those of code not cut.
        ".jp-OutputArea-output pre{word-break:normal}",
        ".jp-InputArea-editor .highlight pre{white-space:pre-wrap}",
        # A link is told by more than its colour, and can be hit when another is right beneath.
        ".jp-RenderedMarkdown a:link,.jp-RenderedText pre a[href]:link{text-decoration:underline}",
        ".jp-RenderedMarkdown summary{padding:2px 0} .jp-RenderedMarkdown li{padding:1px 0}",
        # On their red, IPython's colours of a traceback are too pale to be read.
        "[data-mime-type*=stderr] span,[data-mime-type*=error] span"
        "{color:inherit!important;background:none!important}",
        "@media(max-width:700px){.jp-RenderedHTMLCommon :is(th,td){padding:3px}"
        ".jp-RenderedHTMLCommon :is(th,td):first-child{overflow-wrap:anywhere}}",
        "</style>",
    )
)
_AUTHORED = "answers written by us, not by OpenAI's models"


class StartLine:
    """One line under the first cell: the mode, where answers come from, what it costs."""

    def __init__(self) -> None:
        mode = settings.mode()
        if mode == "replay":
            own = " · what no recording answers, a model on this machine does" * bool(
                settings.local()
            )
            self.text = f"mode replay · {_sources()}{own} · nothing is sent, nothing is charged"
        else:
            does = "calls cost money" if mode == "live" else "calls cost money and are recorded"
            self.text = f"mode {mode} · {does} · at most {usd(settings.max_usd())} a day"
        self.progress = _progress()

    def __repr__(self) -> str:
        return "\n".join(filter(None, (self.text, self.progress)))

    def _repr_html_(self) -> str:
        lines = "<br>".join(filter(None, (self.text, self.progress and self.progress + _to_all())))
        return f'{STYLE}<small style="opacity:.8">{lines}</small>'


def _progress() -> str:
    """What is solved; empty before the first check, and where it cannot be read."""
    from . import solved

    try:
        return solved.line((settings.lesson() or "")[:2])
    except (OSError, SettingsError):
        return ""  # which a check says, and `oaiworkbook doctor`


def _to_all() -> str:
    """A link to the start page where this kernel's JupyterLab has one beside the notebook."""
    page = settings.start_page()
    if page is None or not page.is_file() or page.parent != Path.cwd():
        return ""
    return f' · <a href="{page.name}">all lessons</a>'


def _sources() -> str:
    """Whose answers replay gives in this lesson; recordings of an API are named as such."""
    from ..recordings.library import Library

    folder = settings.data_dir() / "recordings"
    # What is broken the cell that needs it says.
    origins = Library(folder).origins(folder.glob(f"{settings.lesson()}/*.json"))
    servers = " and ".join(origins.servers)
    ours = any(each.source != "live" for each in origins.counts)
    parts = [f"from {servers} (not OpenAI's API)"] if servers else []
    parts += ["of the live API"] if origins.openai else []
    if not parts:
        return _AUTHORED
    if not ours and len(parts) == 1:
        whose = f"from {servers}, not from OpenAI's API" if servers else parts[0]
        return f"answers are recordings {whose}"
    parts += ["written or edited by us"] if ours else []
    *first, last = [f"in part {each}" for each in parts]
    return f"answers are recordings, {', '.join(first)} and {last}"


class CopyCell(ast.NodeTransformer):
    """Keeps a cell that is a program of its own inside the workbook while it is in the notebook.

    In a notebook `__name__` is `__main__` too. Without this, the cell to copy would call the API with
    the plain SDK, past replay and past the spend limit, and so would each cell after it. Its last
    lines are held back; those of a learner's own program run, with the workbook's client.
    """

    def visit_Module(self, node: ast.Module) -> ast.AST:
        if not any(_is_main(statement) for statement in node.body):
            return node
        self._held_back = cells.is_copied(cells.defined(node), settings.lesson())
        self.generic_visit(node)
        return ast.fix_missing_locations(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        if not (_is_main(node) and self._held_back):
            return node
        note = "Defined. The lines under __main__ run when this cell is a file of its own."
        return ast.copy_location(ast.parse(f"print({note!r})").body[0], node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if node.module == "openai" and {a.name for a in node.names} <= {"OpenAI", "AsyncOpenAI"}:
            node.module = "oaiworkbook"
        return node


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


# `parse` raises these for an answer with status 200, so they are no API errors.
_UNFINISHED = (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError)


def show_api_error(shell: Any, kind: type, error: BaseException, trace: Any, **_: Any) -> None:
    """The learner's own lines, not the SDK's, and the fields that an API error is read by.

    A WebSocket that the workbook itself has closed shows why. An error without a response shows the
    address, and what happened there, in place of the frames of what it was caused by. A cut answer that
    `responses.parse` cannot read is Pydantic's error; one that the learner's own lines cause stays whole.
    """
    if isinstance(error, ValidationError) and not _through_the_sdk(trace):
        shell.showtraceback((kind, error, trace), running_compiled_code=True)
        return
    if isinstance(error, ConnectionClosed):
        from ..practice.websocket import refusals

        refused = refusals.get(error.rcvd.reason) if error.rcvd else None
        if refused is not None:
            shell._showtraceback(type(refused), refused, refused._render_traceback_())
            return
    frames = _own_frames(trace)
    if isinstance(error, (openai.APIStatusError, *_UNFINISHED)):
        # 0: IPython before 8 leaves the first frame out, its own, which `frames` does not begin with.
        lines = shell.InteractiveTB.structured_traceback(kind, error, frames, 0)
    else:
        lines = _in_few_lines(shell, kind, error, frames)
    if isinstance(error, openai.APIStatusError):
        fields = (error.status_code, error.type, error.code, error.param)
        shown = zip(("status", "type", "code", "param"), fields, strict=True)
        lines.append(" · ".join(f"{name} {value}" for name, value in shown if value is not None))
    shell._showtraceback(kind, error, [masked_text(line) for line in lines])


MOST_LINES = 15


def _own_frames(trace: Any) -> Any:
    """The frames of a notebook's cells, the first to the last; all of them where there is none."""
    frames = trace
    while frames is not None and not _in_a_cell(frames):
        frames = frames.tb_next
    last = frames
    while last is not None and last.tb_next is not None and _in_a_cell(last.tb_next):
        last = last.tb_next
    if last is not None:
        last.tb_next = None
    return frames or trace


def _through_the_sdk(trace: Any) -> bool:
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").startswith("openai."):
            return True
        trace = trace.tb_next
    return False


def _in_few_lines(shell: Any, kind: type, error: BaseException, frames: Any) -> list[str]:
    """An error with the learner's line, as few lines around it as fit, and the root of it."""
    added = list(_roots(error))
    cause, suppressed = error.__cause__, error.__suppress_context__
    error.__cause__, error.__suppress_context__ = None, True
    try:
        # Shown without its parts: an ExceptionGroup prints each with all of its frames.
        shown: BaseException = error
        if isinstance(error, BaseExceptionGroup):
            kind, shown = Exception, Exception(error.message)
        lines: list[str] = []
        for around in (5, 3, 1):
            lines = shell.InteractiveTB.structured_traceback(kind, shown, frames, 0, around)
            if "\n".join([*lines, *added]).count("\n") < MOST_LINES:
                break
        else:
            while frames.tb_next is not None:  # functions of the learner's own: the innermost
                frames = frames.tb_next
            lines = shell.InteractiveTB.structured_traceback(kind, shown, frames, 0, 1)
    finally:
        error.__cause__, error.__suppress_context__ = cause, suppressed
    return [*lines, *added]


def _roots(error: BaseException) -> Iterator[str]:
    """What it comes down to: the address with what happened there, or the parts of a group."""
    if isinstance(error, BaseExceptionGroup):
        parts = list(_parts(error))
        for part in parts[:2]:
            told = "; ".join(str(part).splitlines()[:3])
            yield f"  {type(part).__name__}: {told[:300]}"
        if len(parts) > 2:
            yield f"  and {len(parts) - 2} more"
        return
    if not isinstance(error, openai.APIConnectionError):
        return
    root: BaseException = error
    while (deeper := root.__cause__ or root.__context__) is not None:
        root = deeper
    what = f" · {type(root).__name__}: {root}".rstrip(": ") if root is not error else ""
    yield f"address {error.request.url}{what}"


def _parts(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    for part in group.exceptions:
        if isinstance(part, BaseExceptionGroup):
            yield from _parts(part)
        else:
            yield part


def _in_a_cell(frame: Any) -> bool:
    name = frame.tb_frame.f_code.co_filename
    return "ipykernel_" in name or name.startswith("<ipython-input")


class Hooks:
    """IPython's callbacks around each cell. Nothing here may break a cell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._mark = self._end_of_log()
        self.copy_cell = CopyCell()
        reason = last_failure.get
        self.notice = retries.RetryNotice(lambda text: print(text, flush=True), reason)

    def _end_of_log(self) -> Mark | None:
        try:
            return default_ledger().mark()
        except WorkbookError:
            return None

    def before(self, info: Any = None, *_: Any) -> None:
        with suppress(WorkbookError):
            _recognise(getattr(info, "raw_cell", ""))
        self._mark = self._end_of_log()
        if set(_of_agents()).difference(self._shell.custom_exceptions):
            _shorten_errors(self._shell)

    def after(self, *_: Any) -> None:
        # So that the first cell, run again, says the mode again and not that it is loaded.
        self._shell.extension_manager.loaded.discard("oaiworkbook")
        if self._mark is None:
            return
        try:
            calls = default_ledger().calls(self._mark, pid=os.getpid())
        except WorkbookError:
            return
        if calls:
            from IPython.display import display

            from ..money.report import cost_line

            display(cost_line(calls))  # type: ignore[no-untyped-call]


_hooks: Hooks | None = None


def load(shell: Any) -> None:
    """Start line, hooks, and the names that each exercise needs. A second time only the line."""
    global _hooks
    from IPython.display import display

    settings.check_paths()
    notebook = shell.user_ns.get("__vsc_ipynb_file__")
    if notebook:  # VS Code names the notebook here and nowhere else
        os.environ.setdefault("OAIWORKBOOK_LESSON", Path(notebook).stem)
    if _hooks is None:
        _hooks = Hooks(shell)
        shell.events.register("pre_run_cell", _hooks.before)
        shell.events.register("post_run_cell", _hooks.after)
        shell.ast_transformers.append(_hooks.copy_cell)
        _shorten_errors(shell)
        log = logging.getLogger("openai._base_client")
        log.addHandler(_hooks.notice)
        log.setLevel(logging.INFO)
        _put_in_place(shell)
    display(StartLine())  # type: ignore[no-untyped-call]


def _recognise(source: str) -> None:
    """Colab says of no notebook which one it is: the first cell that one lesson alone has tells it.

    Not in record mode, which writes into the folder of the lesson.
    """
    if (
        settings.lesson() is None
        and settings.mode() != "record"
        and (of := cells.lesson_of(source))
    ):
        os.environ["OAIWORKBOOK_LESSON"] = of


def _shorten_errors(shell: Any) -> None:
    # Ours render themselves (errors.py); these are the SDK's.
    kinds = (openai.APIError, *_UNFINISHED, ConnectionClosed, ValidationError, *_of_agents())
    stops = (BaseExceptionGroup, KeyboardInterrupt, asyncio.CancelledError)
    shell.set_custom_exc((*kinds, *stops), show_api_error)


def _of_agents() -> tuple[type[Exception], ...]:
    """The errors of the Agents SDK, once a cell has imported it: few lessons do, and it takes long."""
    found = getattr(sys.modules.get("agents"), "AgentsException", None)
    return (found,) if isinstance(found, type) and issubclass(found, Exception) else ()


def _put_in_place(shell: Any) -> None:
    import oaiworkbook

    # Whoever opens a lesson in the middle runs the start cell and then an exercise.
    for name in ("check", "hint", "solution"):
        shell.user_ns.setdefault(name, getattr(oaiworkbook, name))
    if str(shell.user_ns.get("__file__", "")).endswith((".py", ".ipy")):
        # A lesson as a script (jupyter nbconvert --to script): no cell is told from another there, and
        # the one to copy would call the API with the plain SDK, past the mode.
        for name in ("OpenAI", "AsyncOpenAI"):
            setattr(openai, name, getattr(oaiworkbook, name))


def unload(shell: Any) -> None:
    global _hooks
    if _hooks is not None:
        shell.events.unregister("pre_run_cell", _hooks.before)
        shell.events.unregister("post_run_cell", _hooks.after)
        shell.ast_transformers.remove(_hooks.copy_cell)
        shell.set_custom_exc((), None)
        logging.getLogger("openai._base_client").removeHandler(_hooks.notice)
        _hooks = None
