"""Judges many answers to an exercise inside a lesson's kernel, each in a forked copy of it.

A copy has all that the lesson's cells have made, leaves nothing behind, and may hang: it is killed.
"""

import ast
import json
import os
import selectors
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SECONDS = 30.0  # after which a copy is killed
AT_ONCE = 2 * (os.cpu_count() or 1)  # a good part of them waits for an answer that does not come
NO_VERDICT = "it never ended, or ended the kernel"


def judge(asked: str, names: dict[str, Any]) -> None:
    """Reads {check, sources} from the file `asked`, and writes beside it what each source got.

    `check` is the source of the check cell. An answer is the verdict's text, or why there is none.
    """
    path = Path(asked)
    given = json.loads(path.read_text("utf-8"))
    said = _all(given["check"], given["sources"], names)
    path.with_suffix(".said").write_text(json.dumps(said), "utf-8")


def _all(check: str, sources: Sequence[str], names: dict[str, Any]) -> list[str]:
    said = [NO_VERDICT] * len(sources)
    left = list(enumerate(sources))[::-1]
    running: dict[int, tuple[int, int, float, list[bytes]]] = {}
    with (
        selectors.DefaultSelector() as ends,
        tempfile.TemporaryDirectory(prefix="oaiwb-") as scratch,
    ):
        while left or running:
            while left and len(running) < AT_ONCE:
                index, source = left.pop()
                end, pid = _forked(check, source, names, scratch)
                ends.register(end, selectors.EVENT_READ)
                running[end] = (index, pid, time.monotonic() + SECONDS, [])
            ready = {key.fd for key, _ in ends.select(0.2)}
            for end, (index, pid, due, pieces) in list(running.items()):
                piece = os.read(end, 65536) if end in ready else b""
                pieces.append(piece)
                if (end in ready and not piece) or time.monotonic() > due:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                    ends.unregister(end)
                    os.close(end)
                    said[index] = b"".join(pieces).decode() or NO_VERDICT
                    del running[end]
    return said


def _forked(check: str, source: str, names: dict[str, Any], folder: str) -> tuple[int, int]:
    reads, writes = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writes)
        return reads, pid
    try:
        os.close(reads)
        os.chdir(folder)  # a mutant may write a file under any name
        signal.alarm(int(SECONDS) + 5)  # ends it also where nobody is left to kill it
        # The kernel's own streams would send what is printed here to the notebook.
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # ends with the process
        os.dup2(sys.stdout.fileno(), 1)
        os.dup2(sys.stdout.fileno(), 2)
        os.write(writes, _verdict(check, source, names).encode())
    finally:
        os._exit(0)


def _verdict(check: str, source: str, names: Mapping[str, Any]) -> str:
    there = dict(names)
    try:
        exec(compile(source, "<cell>", "exec"), there)
    except BaseException as error:
        return f"the cell stopped: {type(error).__name__}: {error}"
    tree = ast.parse(check)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), "a check cell ends with the check"
    exec(compile(tree, "<check>", "exec"), there)
    return str(eval(compile(ast.Expression(last.value), "<check>", "eval"), there))
