"""Lesson requests that a framework can send too, and the words that are recorded for them."""

import json
from dataclasses import dataclass
from typing import Any

from oaiworkbook import settings


@dataclass(frozen=True)
class Asked:
    """What a framework is given to say, and what must come back."""

    body: dict[str, Any]
    words: str

    @property
    def instructions(self) -> str:
        return str(self.body.get("instructions") or self.body["messages"][0]["content"])

    @property
    def question(self) -> str:
        return str(self.body.get("input") or self.body["messages"][-1]["content"])


def asked(name: str) -> Asked:
    """The request of `data/recordings/<name>`, which has one answer with one text."""
    path = settings.course_dir() / "data" / "recordings" / name
    recording = json.loads(path.read_text("utf-8"))
    [answer] = recording["answers"]
    return Asked(recording["request"]["body"], _words(answer))


def _words(answer: dict[str, Any]) -> str:
    if "sse" in answer:
        return "".join(
            data["delta"] for _, name, data in answer["sse"] if name == "response.output_text.delta"
        )
    body = answer["json"]
    if "choices" in body:
        return str(body["choices"][0]["message"]["content"])
    [message] = [item for item in body["output"] if item["type"] == "message"]
    return str(message["content"][0]["text"])


RESPONSES = asked("01_responses/02-responses-2edcda44.json")
CHAT = asked("02_chat_completions/02-chat-completions-6549bc5e.json")
STREAM = asked("03_streaming/01-responses-1576e02a.json")
