"""Authored fine-tuning jobs: what is kept between requests, events, losses, checkpoints.

The losses and the tokens billed are ours. The bodies follow the SDK's types and exchanges that users
have published, the messages of the events too. So does the refusal of a new organisation.
"""

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import CREATED, count_messages, headers, letters
from .uploads import uploaded

Json = dict[str, Any]
WINDING_DOWN = (
    "OpenAI is winding down the fine-tuning platform and your organization is no longer able to "
    "create new fine-tuning training jobs. Learn more https://developers.openai.com/api/docs/"
    "deprecations#update-to-openais-self-serve-fine-tuning"
)
EPOCHS = (0.52, 0.31, 0.38)  # loss on the whole validation file after each epoch


@dataclass
class FineTuning:
    """Files and jobs. A job with the suffix `refused` is one of an organisation that is new."""

    refused: str
    files: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, list[Json]] = field(default_factory=dict)  # states still to be shown

    def answer(self, served: Served) -> Json | None:
        match (served.asked.method, *served.asked.path.split("/")[2:]):
            case ("POST", "files"):
                return self._upload(served)
            case ("GET", "files", id_, "content") if id_ in self.files:
                head = headers(served, 160, "application/octet-stream")
                text = self.files[id_].decode()
                return {"status": 200, "headers": head, "ms": 200, "text": text}
            case ("POST", "fine_tuning", "jobs"):
                return self._create(served)
            case ("GET", "fine_tuning", "jobs"):
                return _page(served, [states[-1] for states in reversed(self.jobs.values())])
            case ("GET", "fine_tuning", "jobs", id_) if id_ in self.jobs:
                states = self.jobs[id_]
                return _json(served, states.pop(0) if len(states) > 1 else states[0], 110)
            case ("GET", "fine_tuning", "jobs", id_, kind) if id_ in self.jobs:
                listing = {"events": _events, "checkpoints": _checkpoints}[kind]
                page = list(listing(served, self.jobs[id_][-1]))
                return _page(served, page, ends=kind == "checkpoints")
        return None

    def _upload(self, served: Served) -> Json:
        name, content = uploaded(served)
        id_ = f"file-{letters(served, 'file', 22)}"
        self.files[id_] = content
        file: Json = {"object": "file", "id": id_, "purpose": "fine-tune", "filename": name}
        file |= {"bytes": len(content), "created_at": CREATED, "expires_at": None}
        return _json(served, file | {"status": "processed", "status_details": None}, 480)

    def _create(self, served: Served) -> Json:
        if served.form.get("suffix") == self.refused:
            refused = error_answer(
                403, WINDING_DOWN, type="invalid_request_error", code="training_not_available"
            )
            return refused | {"ms": 180, "headers": headers(served, 140)}
        first, *later = self._states(served)
        self.jobs.setdefault(first["id"], later)
        return _json(served, first, 620)

    def _states(self, served: Served) -> Iterator[Json]:
        job = _job(served)
        for status in ("validating_files", "queued", "running"):
            yield job | {"status": status}
        chats = _chats(self.files[job["training_file"]])
        ended = job | {"status": "succeeded", "finished_at": CREATED + 1_284}
        ended["trained_tokens"] = len(EPOCHS) * sum(map(_tokens, chats))
        who = f"lindby-trams:{job['user_provided_suffix']}"
        ended["fine_tuned_model"] = f"ft:{job['model']}:{who}:{letters(served, 'model', 8)}"
        result = f"file-{letters(served, 'result', 22)}"
        self.files[result] = base64.b64encode(_csv(_steps()[-1]).encode())
        yield ended | {"result_files": [result]}


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}


def _page(served: Served, data: list[Json], *, ends: bool = False) -> Json:
    """`ends`: with the ids of the first and the last, as only checkpoints are listed."""
    query = dict(pair.split("=") for pair in served.asked.query.split("&") if pair)
    limit = int(query.get("limit", 20))
    shown = data[:limit]
    page = {"object": "list", "data": shown, "has_more": len(data) > limit}
    if ends and shown:
        page |= {"first_id": shown[0]["id"], "last_id": shown[-1]["id"]}
    return _json(served, page, 130)


def _job(served: Served) -> Json:
    form = served.form
    method = form["method"]
    asked = method["supervised"]["hyperparameters"]
    # Real jobs write the multiplier that was chosen for them as 2, and within the method as 2.0.
    hyper, inner = ({"learning_rate_multiplier": chosen} | asked for chosen in (2, 2.0))
    return {
        "object": "fine_tuning.job",
        "id": f"ftjob-{letters(served, 'job', 24)}",
        "model": form["model"],
        "created_at": CREATED,
        "finished_at": None,
        "fine_tuned_model": None,
        "organization_id": "org-lindby-trams",
        "result_files": [],
        "status": "validating_files",
        "validation_file": form.get("validation_file"),
        "training_file": form["training_file"],
        "hyperparameters": hyper,
        "trained_tokens": None,
        "error": {},
        "user_provided_suffix": form.get("suffix"),
        "seed": form["seed"],
        "estimated_finish": None,
        "integrations": [],
        "metadata": None,
        "usage_metrics": None,
        "shared_with_openai": False,
        "eval_id": None,
        "method": {"type": "supervised", "supervised": {"hyperparameters": inner}},
    }


def _chats(content: bytes) -> list[Json]:
    return [json.loads(line) for line in content.splitlines()]


def _tokens(chat: Json) -> int:
    return count_messages([(each["role"], each["content"]) for each in chat["messages"]])


def _losses(steps: int) -> list[tuple[float, float]]:
    """Training loss and validation loss of each step: authored, with the noise of small batches."""
    noise = random.Random(18)
    found = []
    for step in range(1, steps + 1):
        trained = 2.1 * 0.86**step + noise.uniform(0.0, 0.12)
        epoch = min((step - 1) * len(EPOCHS) // steps, len(EPOCHS) - 1)
        found.append((trained, EPOCHS[epoch] + noise.uniform(-0.06, 0.1)))
    return found


def _accuracy(loss: float) -> float:
    return max(0.0, 1 - loss / 3)


def _csv(steps: int) -> str:
    lines = ["step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy"]
    for step, (trained, valid) in enumerate(_losses(steps), 1):
        right = [_accuracy(loss) for loss in (trained, valid)]
        lines.append(f"{step},{trained:.5f},{right[0]:.5f},{valid:.5f},{right[1]:.5f}")
    return "\n".join(lines) + "\n"


def _steps() -> list[int]:
    """The last step of each epoch, with 28 examples in batches of 4."""
    return [7 * epoch for epoch in range(1, len(EPOCHS) + 1)]


def _snapshot(job: Json, step: int) -> str:
    """The model of an epoch: the last one is the job's own, earlier ones have an id of their own."""
    name, _, last = str(job["fine_tuned_model"]).rpartition(":")
    if step == _steps()[-1]:
        return f"{name}:{last}"
    other = "".join(random.Random(f"{last}{step}").sample(last, len(last)))
    return f"{name}:{other}:ckpt-step-{step}"


def _checkpoints(served: Served, job: Json) -> Iterator[Json]:
    """As in the real ones (openai/openai-dotnet, FineTuningClientTests/GetCheckpoints.json), and with
    `full_valid_loss`, which the SDK's type has: those jobs had no validation file."""
    losses = _losses(_steps()[-1])
    for step, loss in reversed(list(zip(_steps(), EPOCHS, strict=True))):
        trained = losses[step - 1][0]
        metrics = {"step": step, "train_loss": trained}
        metrics |= {"train_mean_token_accuracy": _accuracy(trained), "full_valid_loss": loss}
        yield {
            "object": "fine_tuning.job.checkpoint",
            "id": f"ftckpt_{letters(served, f'checkpoint{step}', 24)}",
            "created_at": CREATED + 1_270,
            "fine_tuned_model_checkpoint": _snapshot(job, step),
            "fine_tuning_job_id": job["id"],
            "metrics": metrics | {"type": job["method"]["type"]},
            "step_number": step,
        }


def _events(served: Served, job: Json) -> Iterator[Json]:
    """Newest first, as the API lists them."""
    last = _steps()[-1]
    said: list[tuple[str, Json]] = [
        (f"Created fine-tuning job: {job['id']}", {}),
        (f"Validating training file: {job['training_file']}", {}),
        ("Files validated, moving job to queued state", {}),
        ("Fine-tuning job started", {}),
    ]
    for step, (trained, valid) in enumerate(_losses(last), 1):
        said.append(
            (
                f"Step {step}/{last}: training loss={trained:.2f}, validation loss={valid:.2f}",
                {"step": step, "train_loss": trained, "valid_loss": valid, "total_steps": last},
            )
        )
    for step in _steps()[:-1]:
        snapshot = _snapshot(job, step)
        said.append((f"Checkpoint created at step {step} with Snapshot ID: {snapshot}", {}))
    said.append((f"New fine-tuned model created: {job['fine_tuned_model']}", {}))
    said.append(("The job has successfully completed", {}))
    for number, (message, data) in reversed(list(enumerate(said))):
        yield {
            "object": "fine_tuning.job.event",
            "id": f"ftevent-{letters(served, f'event{number}', 24)}",
            "created_at": CREATED + 40 * number,
            "level": "info",
            "message": message,
            "data": data,
            "type": "metrics" if data else "message",
        }
