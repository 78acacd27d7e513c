"""What `%load_ext oaiworkbook` does: the start line, a cost line under cells, retries made visible."""

import ast
import logging
import os
from pathlib import Path
from typing import Any

import openai
from websockets.exceptions import ConnectionClosed

from .. import settings
from ..client import retries
from ..client.exchange import last_failure
from ..errors import LedgerError
from ..money.ledger import default_ledger

_AUTHORED = "answers written by us, not by OpenAI's models"


class StartLine:
    """One line under the first cell: the mode, where answers come from, what it costs."""

    def __init__(self) -> None:
        mode = settings.mode()
        if mode == "replay":
            self.text = f"mode replay · {_sources()} · nothing is sent, nothing is charged"
        else:
            does = "calls cost money" if mode == "live" else "calls cost money and are recorded"
            self.text = f"mode {mode} · {does} · at most USD {settings.max_usd():.2f} a day"

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        # JupyterLab breaks long output lines in the middle of a word.
        words = "<style>.jp-OutputArea-output pre{word-break:normal}</style>"
        return f'{words}<small style="opacity:.8">{self.text}</small>'


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
    the plain SDK, past replay and past the spend limit, and so would each cell after it.
    """

    def visit_Module(self, node: ast.Module) -> ast.AST:
        if not any(_is_main(statement) for statement in node.body):
            return node
        self.generic_visit(node)
        return ast.fix_missing_locations(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        if not _is_main(node):
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

    A WebSocket that the workbook itself has closed shows why.
    """
    if isinstance(error, ConnectionClosed):
        from ..practice.websocket import refusals

        refused = refusals.get(error.rcvd.reason) if error.rcvd else None
        if refused is not None:
            shell._showtraceback(type(refused), refused, refused._render_traceback_())
            return
    frames = trace
    while frames is not None and not _in_a_cell(frames):
        frames = frames.tb_next
    last = frames
    while last is not None and last.tb_next is not None and _in_a_cell(last.tb_next):
        last = last.tb_next
    if last is not None:
        last.tb_next = None
    lines = shell.InteractiveTB.structured_traceback(kind, error, frames or trace)
    if isinstance(error, openai.APIStatusError):
        fields = (error.status_code, error.type, error.code, error.param)
        shown = zip(("status", "type", "code", "param"), fields, strict=True)
        lines.append(" · ".join(f"{name} {value}" for name, value in shown if value is not None))
    shell._showtraceback(kind, error, lines)


def _in_a_cell(frame: Any) -> bool:
    name = frame.tb_frame.f_code.co_filename
    return "ipykernel_" in name or name.startswith("<ipython-input")


class Hooks:
    """IPython's callbacks around each cell. Nothing here may break a cell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._row = self._last_row()
        self.copy_cell = CopyCell()
        reason = last_failure.get
        self.notice = retries.RetryNotice(lambda text: print(text, flush=True), reason)

    def _last_row(self) -> int | None:
        try:
            return default_ledger().last_row()
        except LedgerError:
            return None

    def before(self, *_: Any) -> None:
        self._row = self._last_row()

    def after(self, *_: Any) -> None:
        if self._row is None:
            return
        try:
            calls = default_ledger().calls(since_row=self._row, pid=os.getpid())
        except LedgerError:
            return
        if calls:
            from IPython.display import display

            from ..money.report import cost_line

            display(cost_line(calls))  # type: ignore[no-untyped-call]


_hooks: Hooks | None = None


def load(shell: Any) -> None:
    """Start line and hooks. A second `%load_ext` changes nothing."""
    global _hooks
    from IPython.display import display

    notebook = shell.user_ns.get("__vsc_ipynb_file__")
    if notebook:  # VS Code names the notebook here and nowhere else
        os.environ.setdefault("OAIWORKBOOK_LESSON", Path(notebook).stem)
    if _hooks is None:
        _hooks = Hooks(shell)
        shell.events.register("pre_run_cell", _hooks.before)
        shell.events.register("post_run_cell", _hooks.after)
        shell.ast_transformers.append(_hooks.copy_cell)
        # Ours render themselves (errors.py); these are the SDK's.
        shell.set_custom_exc((openai.APIError, *_UNFINISHED, ConnectionClosed), show_api_error)
        log = logging.getLogger("openai._base_client")
        log.addHandler(_hooks.notice)
        log.setLevel(logging.INFO)
    display(StartLine())  # type: ignore[no-untyped-call]


def unload(shell: Any) -> None:
    global _hooks
    if _hooks is not None:
        shell.events.unregister("pre_run_cell", _hooks.before)
        shell.events.unregister("post_run_cell", _hooks.after)
        shell.ast_transformers.remove(_hooks.copy_cell)
        shell.set_custom_exc((), None)
        logging.getLogger("openai._base_client").removeHandler(_hooks.notice)
        _hooks = None
