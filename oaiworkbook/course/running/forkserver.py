"""The process that kernels are forked from: it has imported what lessons import, and runs nothing.

Started by `warm`, with the number of a listening Unix socket. A connection brings an order, a line of
JSON: the kernel's `argv`, its whole `env`, its `cwd`, and the file for its `stderr`. The answer is a
line with the new process's number. It ends when its input does, and the kernels notice that their
parent is gone.
"""

import gc
import importlib
import json
import os
import random
import selectors
import signal
import socket
import sys
import tempfile
import time
from typing import Any

IMPORTS = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "IPython.terminal.embed", "ipywidgets"),
    *("stack_data", "pygments.formatters.terminal256", "unittest.mock"),  # for a traceback
    *("openai.resources.responses.responses", "openai.resources.chat.completions.completions"),
    *("openai.types.responses", "openai.types.chat", "httpcore2", "websockets.sync.server"),
    *("genai_prices.data", "genai_prices.data_snapshot"),
    *("oaiworkbook.client", "oaiworkbook.client.sockets", "oaiworkbook.practice.server"),
    *("oaiworkbook.money.meter", "oaiworkbook.money.report"),
    *("oaiworkbook.course.notebook", "oaiworkbook.course.exercises.probe"),
    *("numpy", "matplotlib.pyplot", "matplotlib.backends.backend_agg"),
)


def preload() -> None:
    # As ipykernel has it in a new process, before matplotlib is imported.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for name in IMPORTS:
        importlib.import_module(name)


def serve(listener: socket.socket) -> dict[str, Any] | None:
    """Forks a kernel for each order. Returns the order in the fork, None at the end of the input."""
    # The kernels are children of this process, and nobody here waits for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # what is shared is not touched by the kernels' own collections
    ends = selectors.DefaultSelector()  # `select` itself refuses numbers of files above 1023
    ends.register(sys.stdin, selectors.EVENT_READ)
    ends.register(listener, selectors.EVENT_READ)
    while sys.stdin not in {key.fileobj for key, _ in ends.select()}:
        connection, _ = listener.accept()
        with connection, connection.makefile("rw") as line:
            order = line.readline()
            if not order:
                continue  # who asked is gone
            pid = os.fork()
            if pid == 0:
                ends.close()
                return dict(json.loads(order))
            line.write(f"{pid}\n")
    return None


def become(order: dict[str, Any]) -> None:
    """Makes the fork what a new process would be, and runs the kernel."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDWR)
    errors = os.open(order["stderr"], os.O_WRONLY | os.O_APPEND)
    for source, target in ((nothing, 0), (nothing, 1), (errors, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(errors)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"], JPY_PARENT_PID=str(os.getppid()))
    time.tzset()
    tempfile.tempdir = None
    random.seed()
    sys.modules["numpy"].random.seed()
    sys.argv = list(order["argv"])

    from ipykernel.kernelapp import IPKernelApp

    # Without it the kernel would wait for its parent of the time when ipykernel was imported.
    IPKernelApp.launch_instance([*order["argv"][1:], f"--IPKernelApp.parent_handle={os.getppid()}"])


if __name__ == "__main__":
    # As ipykernel_launcher does: the folder it was started in is no place to import from.
    if sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
    preload()
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        order = serve(listener)
    if order is not None:
        become(order)
