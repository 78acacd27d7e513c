"""A Jupyter server, spoken to as JupyterLab speaks to it: over HTTP, and a WebSocket for each kernel."""

import json
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psutil
from websockets.sync.client import ClientConnection, connect

LONGEST = 180.0  # seconds for an answer on a busy machine
Outputs = list[dict[str, Any]]


@dataclass
class Served:
    url: str  # with a slash at its end
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The parsed JSON, or the text of a page. Raises urllib.error.URLError, an OSError."""
        data = None if body is None else json.dumps(body).encode()
        with self._open(path, method, data) as response:
            content = response.read()
            plain = "json" not in response.headers.get("Content-Type", "")
        return content.decode() if plain else json.loads(content or "null")

    def leads_to(self, path: str) -> str:
        """The address that a browser ends up on, below the server's own."""
        with self._open(path) as response:
            address: str = response.geturl()
        return address.removeprefix(self.url)

    def _open(self, path: str, method: str = "GET", data: bytes | None = None) -> Any:
        request = urllib.request.Request(f"{self.url}{path}", data, method=method)
        request.add_header("Authorization", f"token {self.token}")
        request.add_header("Content-Type", "application/json")
        return urllib.request.urlopen(request, timeout=LONGEST)

    def open_lesson(self, lesson: str) -> tuple[str, Outputs]:
        """What JupyterLab asks when a lesson is opened. Returns the kernel's id, the cells of code."""
        file = f"{lesson}.ipynb"
        assert "jupyter-config-data" in self.ask("GET", f"lab/tree/{file}")
        self.ask("GET", "lab/api/settings")
        notebook = self.ask("GET", f"api/contents/{file}?content=1")["content"]
        asked = {"path": file, "name": file, "type": "notebook", "kernel": {"name": "python3"}}
        session = self.ask("POST", "api/sessions", asked)
        return session["kernel"]["id"], [c for c in notebook["cells"] if c["cell_type"] == "code"]

    def execute(self, kernel: str, sources: Sequence[str]) -> list[Outputs]:
        """Runs cells one after the other. Returns the outputs of each."""
        address = f"{self.url.replace('http', 'ws', 1)}api/kernels/{kernel}/channels"
        header = {"Authorization": f"token {self.token}"}
        with connect(address, additional_headers=header, max_size=None, open_timeout=60) as channel:
            return [_run(channel, source) for source in sources]

    def run_lesson(self, lesson: str) -> Iterator[str]:
        """Runs all cells. Yields the errors of those that are not to fail."""
        kernel, cells = self.open_lesson(lesson)
        ran = self.execute(kernel, ["".join(each["source"]) for each in cells])
        for cell, outputs in zip(cells, ran, strict=True):
            if "raises-exception" not in cell["metadata"].get("tags", []):
                yield from (each["evalue"] for each in outputs if each["output_type"] == "error")


def _run(channel: ClientConnection, source: str) -> Outputs:
    number = uuid.uuid4().hex
    content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
    header = {"msg_id": number, "msg_type": "execute_request", "session": number, "version": "5.3"}
    message = {"header": header | {"username": ""}, "parent_header": {}, "metadata": {}}
    channel.send(json.dumps(message | {"content": content, "channel": "shell", "buffers": []}))
    outputs = []
    while True:
        got = json.loads(channel.recv(timeout=LONGEST))
        if got["parent_header"].get("msg_id") != number:
            continue
        kind, told = got["header"]["msg_type"], got["content"]
        if kind in ("stream", "display_data", "execute_result", "error"):
            outputs.append(told | {"output_type": kind})
        if kind == "status" and told["execution_state"] == "idle":
            return outputs


def memory(server: int) -> list[float]:
    """In MB of 1024 * 1024 bytes, of the server with this number, then of each of its kernels by age.

    On Linux PSS, in which a page that three processes share counts a third in each; elsewhere what a
    process has alone.
    """
    kernels = [
        each
        for each in psutil.Process(server).children(recursive=True)
        if any("ipykernel_launcher" in word for word in each.cmdline())
    ]
    kernels.sort(key=lambda each: each.create_time())
    held = (each.memory_full_info() for each in (psutil.Process(server), *kernels))
    return [getattr(each, "pss", each.uss) / 2**20 for each in held]
