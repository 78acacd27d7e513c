"""What `%load_ext oaiworkbook` does: the start line, a cost line under cells, retries made visible."""

import ast
import logging
import os
from pathlib import Path
from typing import Any

from . import retries, settings
from .errors import WorkbookError
from .exchange import last_failure
from .ledger import LedgerError, default_ledger

_AUTHORED = (
    "answers come from recordings that we wrote in OpenAI's format; "
    "OpenAI's models did not produce them"
)


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
        return f'<small style="opacity:.8">{self.text}</small>'


def _sources() -> str:
    """Whose answers replay gives in this lesson; recordings of a live API are named as such."""
    from .recording_file import read_recording

    folder = settings.data_dir() / "recordings" / (settings.lesson() or "")
    found = set()
    for path in folder.glob("*.json"):
        try:
            found.add(read_recording(path).provenance.source)
        except WorkbookError:
            continue  # the cell that needs it says what is wrong
    if found == {"live"}:
        return "answers are recordings of the live API"
    if "live" in found or "edited" in found:
        return "answers are recordings, in part of the live API and in part written or edited by us"
    return _AUTHORED


class SkipMain(ast.NodeTransformer):
    """In a notebook `__name__` is `__main__` too: without this, running the cell to copy would call
    the API with the plain SDK, past replay and past the spend limit."""

    def visit_If(self, node: ast.If) -> ast.AST:  # noqa: N802
        if ast.unparse(node.test) not in ("__name__ == '__main__'", "'__main__' == __name__"):
            return node
        note = "Defined. The lines under __main__ run when this cell is a file of its own."
        return ast.copy_location(ast.parse(f"print({note!r})").body[0], node)


class Hooks:
    """IPython's callbacks around each cell. Nothing here may break a cell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._row = self._last_row()
        self.skip_main = SkipMain()
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

            from .report import cost_line

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
        shell.ast_transformers.append(_hooks.skip_main)
        log = logging.getLogger("openai._base_client")
        log.addHandler(_hooks.notice)
        log.setLevel(logging.INFO)
    display(StartLine())  # type: ignore[no-untyped-call]


def unload(shell: Any) -> None:
    global _hooks
    if _hooks is not None:
        shell.events.unregister("pre_run_cell", _hooks.before)
        shell.events.unregister("post_run_cell", _hooks.after)
        shell.ast_transformers.remove(_hooks.skip_main)
        logging.getLogger("openai._base_client").removeHandler(_hooks.notice)
        _hooks = None
