"""Authored answers of lesson 17, Batch: files are kept, a batch moves on with each poll."""

import json
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served
from oaiworkbook.recordings.requests import canonical_parts

from .common import CREATED, headers, identifier, letters, seed
from .responses import respond
from .uploads import uploaded

Json = dict[str, Any]
DAY = 86_400
EFFORTS = ("none", "low", "medium", "high", "xhigh", "max")
LABELS = dict(
    zip(
        [f"review-{number:02d}" for number in range(1, 41)],
        (
            {"p": "positive", "m": "mixed", "n": "negative"}[letter]
            for letter in "pnmpnpmpmnppmnpmnpmpnpnmnpmpmnpnpmnpmnpm"
        ),
        strict=True,
    )
)
# A batch cannot be made to expire; the one with this note shows what it looks like.
EXPIRES, DONE_IN_TIME = "second try", 1


@dataclass
class File:
    name: str
    content: bytes


@dataclass
class Shop:
    """What the API keeps between requests."""

    files: dict[str, File] = field(default_factory=dict)
    batches: dict[str, list[Json]] = field(default_factory=dict)  # states still to be shown
    lock: Lock = field(default_factory=Lock)

    def answer(self, served: Served) -> Json | None:
        with self.lock:
            match (served.asked.method, *served.asked.path.split("/")[2:]):
                case ("POST", "files"):
                    return self._upload(served)
                case ("GET", "files", id_, "content") if id_ in self.files:
                    head = headers(served, 190, "application/octet-stream")
                    text = self.files[id_].content.decode()
                    return {"status": 200, "headers": head, "ms": 240, "text": text}
                case ("POST", "batches"):
                    return self._create(served)
                case ("GET", "batches", id_) if id_ in self.batches:
                    states = self.batches[id_]
                    now = states.pop(0) if len(states) > 1 else states[0]
                    return _json(served, now, 90)
                case ("GET", "batches"):
                    return _json(served, self._list(served), 210)
                case ("POST", "batches", id_, "cancel") if id_ in self.batches:
                    ends = {"status": "cancelling", "cancelling_at": CREATED + 30}
                    self.batches[id_] = [self.batches[id_][0] | ends]
                    return _json(served, self.batches[id_][0], 260)
                case ("POST", "responses"):
                    return _label(served, _custom_id(served.form))
        return None

    def _list(self, served: Served) -> Json:
        """The newest first, as they are now."""
        asked = dict(parse_qsl(served.asked.query))
        newest = [states[0] for states in reversed(self.batches.values())]
        page = newest[: int(asked["limit"])]
        ends = {"first_id": page[0]["id"], "last_id": page[-1]["id"]}
        return {"object": "list", "data": page, **ends, "has_more": len(newest) > len(page)}

    def _upload(self, served: Served) -> Json:
        name, content = uploaded(served)
        if not name.endswith(".jsonl"):
            message = "Invalid file format for Batch API. Must be .jsonl"
            refused = error_answer(400, message, type="invalid_request_error")
            refused["json"]["detail"] = {"message": message, "code": None}
            return refused | {"ms": 320, "headers": headers(served, 290)}
        id_ = f"file-{letters(served, 'file', 22)}"
        self.files[id_] = File(name, content)
        file: Json = {"object": "file", "id": id_, "purpose": "batch", "filename": name}
        file |= {"bytes": len(content), "created_at": CREATED, "expires_at": CREATED + 30 * DAY}
        return _json(served, file | {"status": "processed", "status_details": None}, 520)

    def _create(self, served: Served) -> Json:
        form = served.form
        lines = self.files[form["input_file_id"]].content.split(b"\n")
        states = list(self._states(served, [line for line in lines if line]))
        self.batches.setdefault(states[0]["id"], states[1:])
        return _json(served, states[0], 310)

    def _states(self, served: Served, lines: list[bytes]) -> Iterator[Json]:
        """The batch as it is created, and as each poll finds it."""
        batch = _batch(served)
        yield batch
        errors = list(_invalid(lines))
        if errors:
            listed = {"object": "list", "data": errors}
            yield batch | {"status": "failed", "errors": listed, "failed_at": CREATED + 1}
            return
        yield batch
        asked = [json.loads(line) for line in lines]
        expires = (served.form.get("metadata") or {}).get("note") == EXPIRES
        good, bad = _run(served, asked, DONE_IN_TIME if expires else len(asked))
        counts = {"total": len(asked), "completed": 0, "failed": 0}
        batch = batch | {"status": "in_progress", "in_progress_at": CREATED + 62}
        batch |= {"model": asked[0]["body"]["model"], "request_counts": counts}
        yield batch
        ended = batch | {
            "request_counts": counts | {"completed": len(good), "failed": len(bad)},
            "usage": _usage(good),
            "output_file_id": self._keep(served, "output", good),
            "error_file_id": self._keep(served, "error", bad),
        }
        if expires:
            yield batch | {"request_counts": counts | {"completed": len(good)}}
            yield ended | {"status": "expired", "expired_at": batch["expires_at"] + 2}
            return
        if len(asked) > 1:
            yield batch | {"request_counts": counts | {"completed": len(good) * 3 // 4}}
        done = CREATED + 75 + 14 * len(asked)
        running = {"status": "finalizing", "finalizing_at": done}
        yield batch | running | {"request_counts": ended["request_counts"]}
        yield ended | running | {"status": "completed", "completed_at": done + 2}

    def _keep(self, served: Served, kind: str, lines: list[Json]) -> str | None:
        if not lines:
            return None
        id_ = f"file-{letters(served, kind, 22)}"
        content = "".join(json.dumps(line) + "\n" for line in lines).encode()
        name = f"{identifier('batch_', served, length=32)}_{kind}.jsonl"
        self.files[id_] = File(name, content)
        return id_


def start() -> Callable[[Served], Json | None]:
    return Shop().answer


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}


def _batch(served: Served) -> Json:
    form = served.form
    later = ["finalizing_at", "completed_at", "failed_at", "expired_at"]
    later += ["cancelling_at", "cancelled_at"]
    return {
        "id": identifier("batch_", served, length=32),
        "object": "batch",
        "endpoint": form["endpoint"],
        "model": None,
        "errors": None,
        "input_file_id": form["input_file_id"],
        "completion_window": form["completion_window"],
        "status": "validating",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": CREATED,
        "in_progress_at": None,
        "expires_at": CREATED + DAY,
        **dict.fromkeys(later),
        "request_counts": {"total": 0, "completed": 0, "failed": 0},
        "usage": _usage([]),
        "metadata": form.get("metadata"),
    }


def _invalid(lines: list[bytes]) -> Iterator[Json]:
    message = "This line is not parseable as valid JSON."
    for number, line in enumerate(lines, 1):
        try:
            json.loads(line)
        except ValueError:
            code = "invalid_json_line"
            yield {"code": code, "line": number, "message": message, "param": None}


def _run(served: Served, asked: list[Json], most: int) -> tuple[list[Json], list[Json]]:
    """Output and error lines, in an order of their own; after `most` answers time is up."""
    answered = [_line(served, line, _reply(line)) for line in asked]
    random.Random(seed(served, "order")).shuffle(answered)
    good = [line for line in answered if line["response"]["status_code"] == 200]
    bad = [line for line in answered if line["response"]["status_code"] != 200]
    message = "This request could not be executed before the completion window expired."
    late = {"response": None, "error": {"code": "batch_expired", "message": message}}
    return good[:most], bad + [line | late for line in good[most:]]


def _line(served: Served, line: Json, reply: Json) -> Json:
    id_ = line["custom_id"]
    request = str(uuid.UUID(seed(served, f"request {id_}")[:32], version=4))
    response = {"status_code": reply["status"], "request_id": request, "body": reply["json"]}
    name = identifier("batch_req_", served, id_, 32)
    return {"id": name, "custom_id": id_, "response": response, "error": None}


def _reply(line: Json) -> Json:
    raw = json.dumps(line["body"]).encode()
    asked = canonical_parts(line["method"], line["url"], "", "application/json", raw)
    return _label(Served(asked, {}, raw), line["custom_id"])


def _label(served: Served, custom_id: str) -> Json:
    effort = served.form.get("reasoning", {}).get("effort", "medium")
    if effort not in EFFORTS:
        known = ", ".join(f"'{name}'" for name in EFFORTS[:-1])
        return error_answer(
            400,
            f"Unsupported value: '{effort}' is not supported with the "
            f"'{served.form['model']}' model. "
            f"Supported values are: {known}, and '{EFFORTS[-1]}'.",
            type="invalid_request_error",
            code="unsupported_value",
            param="reasoning.effort",
        )
    generator = random.Random(seed(served, "thought"))
    thought = 0 if effort == "none" else generator.choice([0, 0, *range(14, 44, 3)])
    return respond(served, LABELS[custom_id], reasoning_tokens=thought, ms=640)


def _custom_id(form: Json) -> str:
    """Live calls carry no custom_id: these are the two reviews that the lesson sends so."""
    return {"Loved it.": "review-08", "Not for me.": "review-21", "Fine.": "review-34"}.get(
        form["input"], "review-01"
    )


def _usage(answered: list[Json]) -> Json:
    usages = [line["response"]["body"]["usage"] for line in answered]
    read = sum(usage["input_tokens"] for usage in usages)
    written = sum(usage["output_tokens"] for usage in usages)
    thought = sum(usage["output_tokens_details"]["reasoning_tokens"] for usage in usages)
    return {
        "input_tokens": read,
        "output_tokens": written,
        "total_tokens": read + written,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": thought},
    }
