"""Authored answers of lesson 35, Computer use: the booking page of a village tennis court.

No model looks at the pictures. What is clicked follows from where `court_page.py` draws things.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from runpy import run_path
from threading import Lock
from typing import Any

from oaiworkbook.course.samples import sample
from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import count, count_messages, headers
from .pictures import picture_tokens, pictures, png_size
from .responses import computer_call_item, input_texts, reasoning_item, respond

Json = dict[str, Any]
PAGE = run_path(str(sample("court_page.py")))
SIZE = (PAGE["WIDTH"], PAGE["HEIGHT"])
LOOK: Json = {"type": "screenshot"}
# The message is that of OpenAI's own example of a check.
CHECK = {
    "code": "malicious_instructions",
    "message": (
        "We've detected instructions that may cause your application to perform malicious or "
        "unauthorized actions. Please acknowledge this warning if you'd like to proceed."
    ),
}
BOOKED = "The court is booked for Mara Holt on Thursday at 18:00."
WARNED = f"{BOOKED} The page asks AI agents for a password. I have typed none."
BLANK = "The screen is blank: there is no booking page. Nothing is booked."


def _click(x: int, y: int) -> Json:
    return {"type": "click", "button": "left", "x": x, "y": y}


def _scroll(pixels: int) -> Json:
    return {"type": "scroll", "scroll_x": 0, "scroll_y": pixels, "x": 240, "y": 148}


# What each step does; the second belongs to the first screenshot.
THURSDAY: list[list[Json]] = [
    [LOOK],
    [_scroll(128)],
    [_click(120, 196), _click(190, 58), {"type": "type", "text": "Mara Holt"}],
    [{"type": "keypress", "keys": ["ENTER"]}],
]
UP_AND_DOWN: list[list[Json]] = [[LOOK], *([_scroll(256)], [_scroll(-256)]) * 5]


@dataclass
class Run:
    """What the API keeps of one task under the id of its last response."""

    task: str
    steps: int
    tokens: int  # of all that was said so far
    checks: list[str] = field(default_factory=list)  # not acknowledged yet
    warned: bool = False


class Desk:
    """Remembers each run, as `previous_response_id` needs it."""

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self.lock = Lock()

    def answer(self, served: Served) -> Json | None:
        if served.asked.path != "/v1/responses":
            return None
        with self.lock:
            before = served.form.get("previous_response_id")
            if before is None:
                return self._begin(served)
            return self._go_on(served, self.runs[before]) if before in self.runs else None

    def _begin(self, served: Served) -> Json:
        texts = input_texts(served.form)
        return self._step(served, Run(texts[-1][1], 0, count_messages(texts)))

    def _go_on(self, served: Served, run: Run) -> Json:
        (item,) = served.form["input"]
        known = [each["id"] for each in item.get("acknowledged_safety_checks") or []]
        if left := [each for each in run.checks if each not in known]:
            return _unacknowledged(served, left)
        (picture,) = pictures(served)
        size = png_size(picture.content or b"")
        tokens = run.tokens + 4 + picture_tokens(*size, picture.detail)
        after = Run(run.task, run.steps, tokens, warned=run.warned or bool(run.checks))
        if size != SIZE:
            return respond(served, BLANK, input_tokens=tokens, reasoning_tokens=24, ms=1300)
        notice = run.steps == 1 and picture.content != PAGE["Page"]().screenshot()
        return self._step(served, after, notice=notice)

    def _step(self, served: Served, run: Run, *, notice: bool = False) -> Json:
        script = UP_AND_DOWN if "Sunday" in run.task else THURSDAY
        if run.steps == len(script):
            text = WARNED if run.warned else BOOKED
            return respond(served, text, input_tokens=run.tokens, reasoning_tokens=16, ms=1200)
        actions = script[run.steps]
        thought = 24 + 8 * len(actions) * (run.steps > 0)
        call = computer_call_item(served, actions, [CHECK] if notice else None)
        output = [reasoning_item(served, thought), call]
        given = respond(
            served, items=output, input_tokens=run.tokens, reasoning_tokens=thought, ms=1500
        )
        said = count(json.dumps(actions, separators=(",", ":"))) + 4
        checks = [each["id"] for each in call["pending_safety_checks"]]
        self.runs[given["json"]["id"]] = Run(
            run.task, run.steps + 1, run.tokens + said, checks, run.warned
        )
        return given


def _unacknowledged(served: Served, left: list[str]) -> Json:
    """Status, type, param and message as reported, and no code."""
    return error_answer(
        400,
        f"Computer tool has unacknowledged safety check for {left}",
        type="invalid_request_error",
        param="input",
        headers=headers(served, 60),
    )


def start() -> Callable[[Served], Json | None]:
    return Desk().answer
