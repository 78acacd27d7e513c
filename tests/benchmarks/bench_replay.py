"""CPU time of a replayed call against the least an SDK call can cost, and against vcrpy, in one run.

    python -m tests.benchmarks.bench_replay

The floor is `httpx2.MockTransport`: the SDK builds and parses, nothing is looked up, priced or
logged. vcrpy matches on the body, as a course must (its default answers any prompt with the first).
"""

import json
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import httpx2
import openai
import vcr

from oaiworkbook.client import OpenAI
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from tests.authoring.standin.responses import respond

from .timing import interleaved, table

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


def measure(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    found = {}
    with PracticeServer(source=source) as server:
        recorder = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        tape = vcr.VCR(match_on=("method", "path", "query", "body"))
        online = openai.OpenAI(base_url=server.url, api_key="sk-test")
        for name, way in (("plain", plain), ("stream", stream)):
            way(recorder)
            with tape.use_cassette(str(folder / f"{name}.yaml")):
                way(online)
    for name, way in (("plain", plain), ("stream", stream)):
        kind = "text/event-stream" if name == "stream" else "application/json"
        floor = constant(recorded_bytes(folder, name), kind)
        ours = OpenAI()
        cassette = tape.use_cassette(
            str(folder / f"{name}.yaml"), record_mode="none", allow_playback_repeats=True
        )
        with cassette:

            def taped(way: Callable[[Any], None] = way) -> None:
                way(online)

            taped()  # vcrpy reads its file when first asked
        variants: dict[str, Callable[[], object]] = {
            "floor": lambda floor=floor, way=way: way(floor),  # type: ignore[misc]
            "ours": lambda ours=ours, way=way: way(ours),  # type: ignore[misc]
        }
        found[name] = interleaved(variants, rounds, 60, process_time)
        # It patches every client of the process, so it cannot take turns with the others.
        with cassette:
            found[name] |= interleaved({"vcrpy": taped}, rounds, 60, process_time)
    return found


def lookups(folder: Path, rounds: int) -> dict[int, float]:
    found: dict[int, float] = {}
    there = 0
    for number in (10, 1_000, 10_000):
        padded(folder, number - there)
        there = number
        client = OpenAI()
        variants: dict[str, Callable[[], object]] = {"ours": partial(plain, client)}
        found |= {number: interleaved(variants, rounds, 60, process_time)["ours"]}
    return found


def main(rounds: int = 9) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "recordings").mkdir()
        for table_file in (Path(__file__).parents[2] / "data").glob("*.toml"):
            (folder / table_file.name).write_bytes(table_file.read_bytes())
        os.environ |= {
            "OAIWORKBOOK_DATA": name,
            "OAIWORKBOOK_LESSON": LESSON,
            "OAIWORKBOOK_PACE": "0",
            "OAIWORKBOOK_LEDGER": str(folder / "ledger.sqlite"),
        }
        rows = [("microseconds a call", "floor", "ours", "vcrpy", "ours/floor", "vcrpy/floor")]
        for way, times in measure(folder, rounds).items():
            numbers = [times["floor"], times["ours"], times["vcrpy"]]
            ratios = [times["ours"] / times["floor"], times["vcrpy"] / times["floor"]]
            rows.append((way, *(f"{n:.0f}" for n in numbers), *(f"{r:.2f}" for r in ratios)))
        print(table(rows))
        print()
        found = lookups(folder, rounds)
        print(
            table(
                [("recordings", "microseconds a call", "times the first")]
                + [
                    (f"{number:,}", f"{found[number]:.0f}", f"{found[number] / found[10]:.2f}")
                    for number in found
                ]
            )
        )


if __name__ == "__main__":
    main()
