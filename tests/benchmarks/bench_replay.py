"""CPU time of a replayed call against the least an SDK call can cost, and against vcrpy, in one run.

    python -m tests.benchmarks.bench_replay

The floor is `httpx2.MockTransport`: the SDK builds and parses, nothing is looked up, priced or
logged. vcrpy matches on the body, as a course must (its default answers any prompt with the first); it
is left out where it is not installed (the extra `benchmark`). Ours logs each call in the ledger.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import httpx2
import openai
import pytest

from oaiworkbook.client import OpenAI
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from tests.authoring.standin.responses import respond

from .timing import Row, interleaved, report

try:
    import vcr
except ImportError:
    vcr = None

LESSON = "90_benchmark"
TEXT = " ".join(["tide"] * 34)  # 42 events with the eight around the deltas


def source(served: Served) -> Reply:
    from oaiworkbook.recordings.file import Answer

    return Reply(Answer.model_validate(respond(served, TEXT, ms=0, gap=0)), "authored")


def plain(client: openai.OpenAI) -> None:
    client.responses.create(model="gpt-6-luna", input="tide")


def stream(client: openai.OpenAI) -> None:
    for _ in client.responses.create(model="gpt-6-luna", input="tide", stream=True):
        pass


def constant(body: bytes, kind: str) -> openai.OpenAI:
    def handler(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": kind}, content=body)

    transport = httpx2.MockTransport(handler)
    return openai.OpenAI(api_key="sk-test", http_client=httpx2.Client(transport=transport))


def recorded_bytes(folder: Path, way: str) -> bytes:
    from oaiworkbook.recordings.file import read_recording

    for path in (folder / "recordings" / LESSON).glob("*.json"):
        answer = read_recording(path).answers[0]
        if (answer.sse is not None) == (way == "stream"):
            return b"".join(answer.content(path.parent))
    raise LookupError(way)


def padded(folder: Path, number: int) -> None:
    """`number` more recordings of other requests, to look among."""
    (path,) = list((folder / "recordings" / LESSON).glob("01-*.json"))
    whole = json.loads(path.read_text())
    for i in range(number):
        whole["request"]["body"]["input"] = f"other {i}"
        other = folder / "recordings" / f"{91 + i % 9}_other"
        other.mkdir(exist_ok=True)
        (other / f"{i:05d}-responses-{i + 0x10000000:08x}.json").write_text(json.dumps(whole))


def calls(folder: Path, rounds: int, number: int) -> Iterator[Row]:
    with PracticeServer(source=source) as server:
        recorder = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        online = openai.OpenAI(base_url=server.url, api_key="sk-test")
        for way in (plain, stream):
            way(recorder)
            with _tape(folder, way):
                way(online)
    for way in (plain, stream):
        kind = "text/event-stream" if way is stream else "application/json"
        floor, ours = constant(recorded_bytes(folder, way.__name__), kind), OpenAI()
        variants: dict[str, Callable[[], object]] = {
            "floor": partial(way, floor),
            "ours": partial(way, ours),
        }
        found = interleaved(variants, rounds, number, process_time)
        what = f"a replayed call, {way.__name__}"
        yield Row(what, "CPU us", found["ours"], found["floor"], "the least an SDK call costs")
        if vcr is None:
            continue
        # It patches every client of the process, so it cannot take turns with the others.
        with _tape(folder, way, record_mode="none", allow_playback_repeats=True):
            taped = interleaved({"vcrpy": partial(way, online)}, rounds, number, process_time)
        yield Row(what, "CPU us", found["ours"], taped["vcrpy"], "vcrpy")


def _tape(folder: Path, way: Callable[[openai.OpenAI], None], **options: object) -> Any:
    """vcrpy's recording of this call; nothing where it is not installed."""
    if vcr is None:
        return nullcontext()
    tape = vcr.VCR(match_on=("method", "path", "query", "body"))
    return tape.use_cassette(str(folder / f"{way.__name__}.yaml"), **options)


def lookups(folder: Path, rounds: int, number: int, many: int) -> Iterator[Row]:
    few, there = 10, 0
    found = {}
    for size in (few, many):
        padded(folder, size - there)
        there = size
        variants: dict[str, Callable[[], object]] = {"ours": partial(plain, OpenAI())}
        found[size] = interleaved(variants, rounds, number, process_time)["ours"]
    what = f"a replayed call among {many:,} recordings"
    yield Row(what, "CPU us", found[many], found[few], f"among {few}")


def rows(*, smoke: bool = False) -> list[Row]:
    rounds, number, many = (1, 2, 40) if smoke else (9, 60, 10_000)
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        (folder / "recordings").mkdir()
        for table_file in (Path(__file__).parents[2] / "data").glob("*.toml"):
            (folder / table_file.name).write_bytes(table_file.read_bytes())
        patch.setenv("OAIWORKBOOK_DATA", name)
        patch.setenv("OAIWORKBOOK_LESSON", LESSON)
        patch.setenv("OAIWORKBOOK_PACE", "0")
        patch.setenv("OAIWORKBOOK_LEDGER", str(folder / "ledger.sqlite"))
        return [*calls(folder, rounds, number), *lookups(folder, rounds, number, many)]


if __name__ == "__main__":
    print(report(rows()))
