"""The process that kernels are forked from: it has imported what lessons import, and run none of them.

Started by `warm`, with the number of a listening Unix socket. A connection brings an order, a line of
JSON: the kernel's `argv`, its whole `env`, its `cwd`, and the file for its `stderr`. The answer is a
line with the new process's number. It ends when its input does, and the kernels notice that their
parent is gone.
"""

import gc
import importlib
import inspect
import io
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
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "ipywidgets"),
    *("IPython.terminal.embed", "IPython.core.logger", "IPython.core.magics.extension"),
    *("IPython.core.completerlib", "IPython.extensions.storemagic", "tornado.platform.asyncio"),
    *("stack_data", "pygments.formatters.terminal256", "unittest.mock"),  # for a traceback
    *("openai.resources.responses.responses", "openai.resources.chat.completions.completions"),
    *("openai.types.responses", "openai.types.chat", "httpcore2", "websockets.sync.server"),
    *("genai_prices.data", "genai_prices.data_snapshot", "genai_prices.decompose"),
    *("genai_prices.validation", "oaiworkbook.money.meter", "oaiworkbook.money.report"),
    *("oaiworkbook.client", "oaiworkbook.client.sockets", "oaiworkbook.client.deadline"),
    *("oaiworkbook.practice.server", "oaiworkbook.practice.sessions"),
    *("oaiworkbook.practice.websocket", "oaiworkbook.recordings.loose"),
    *("oaiworkbook.course.notebook", "oaiworkbook.course.start_page", "oaiworkbook.course.samples"),
    *("oaiworkbook.course.checks", "oaiworkbook.course.exercises.verdict"),
    *("oaiworkbook.course.exercises.probe", "oaiworkbook.course.exercises.failures"),
    *("numpy.random", "matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    # Not the inline backend: imported before there is a shell, it would show no figure.
    "IPython.core.pylabtools",
)
# With the parts that most answers have: the SDK builds a type's schema when it first meets one.
ANSWER: dict[str, Any] = {
    "object": "response",
    "created_at": 0,
    "completed_at": 0,
    "status": "completed",
    "error": None,
    "instructions": "-",
    "max_output_tokens": 1,
    "metadata": {},
    "model": "-",
    "output": [
        {"type": "reasoning", "summary": []},
        {
            "type": "message",
            "content": [
                {"type": "output_text", "text": "{}", "annotations": [], "logprobs": []},
            ],
        },
        {"type": "function_call", "name": "look_up", "arguments": "{}"},
    ],
    "parallel_tool_calls": True,
    "prompt_cache_retention": "24h",
    "reasoning": {"effort": None},
    "service_tier": "default",
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tool_usage": {},
    "tools": [{"type": "function", "name": "look_up", "parameters": {}}],
    "truncation": "disabled",
    "usage": {"input_tokens_details": {}, "output_tokens_details": {}},
}
CHAT: dict[str, Any] = {
    "choices": [
        {
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "-", "annotations": []},
        }
    ],
    "service_tier": "default",
    "usage": {"prompt_tokens_details": {}, "completion_tokens_details": {}},
}


def preload() -> None:
    # As ipykernel has it in a new process, before matplotlib is imported.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for name in IMPORTS:
        importlib.import_module(name)


def fill_caches() -> None:
    """Does once what every kernel does for the first time: an answer, a stream, a traceback, a figure.

    Only what is the same for all lessons stays: schemas, where modules come from, fonts.
    """
    import httpx2
    import openai
    from matplotlib.figure import Figure

    from oaiworkbook.recordings.file import Recording

    events = ("response.created", "response.output_text.delta", "response.completed")
    stream = "".join(f'data: {{"type": "{each}", "response": {{}}}}\n\n' for each in events)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if json.loads(request.content).get("stream"):
            return httpx2.Response(200, text=stream, headers={"content-type": "text/event-stream"})
        return httpx2.Response(200, json=ANSWER if "responses" in request.url.path else CHAT)

    transport = httpx2.Client(transport=httpx2.MockTransport(answer))
    with openai.OpenAI(api_key="-", base_url="http://nowhere", http_client=transport) as client:
        client.responses.create(model="-", input="-")
        client.responses.parse(model="-", input="-")
        list(client.responses.create(model="-", input="-", stream=True))
        client.chat.completions.create(model="-", messages=[])
    Recording.model_rebuild()
    inspect.getmodule(compile("", "<a cell>", "exec"))
    figure = Figure()
    figure.subplots()
    figure.savefig(io.BytesIO())


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
    fill_caches()
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        order = serve(listener)
    if order is not None:
        become(order)
