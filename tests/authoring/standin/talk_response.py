"""One response of a Realtime conversation, from `response.created` to `rate_limits.updated`."""

import json
from typing import TYPE_CHECKING, Any

from .realtime import PCM, Said

if TYPE_CHECKING:
    from .talk import Talk, Turn

ENDS = {"completed": "completed", "cancelled": "incomplete"}  # of a response -> of its items


class Response:
    """The events of one response. `opened` up to the last piece, `closed` the rest."""

    def __init__(self, talk: "Talk", turn: "Turn", modalities: list[str] | None) -> None:
        self.talk, self.turn = talk, turn
        self.whole: dict[str, Any] = {
            "object": "realtime.response",
            "id": talk.id("resp"),
            "status": "in_progress",
            "status_details": None,
            "output": [],
            "conversation_id": talk.conversation,
            "output_modalities": modalities or talk.session["output_modalities"],
            "max_output_tokens": "inf",
            "audio": {"output": {"format": PCM, "voice": talk.voice}},
            "usage": None,
            "metadata": None,
        }
        self.usage = talk.used(turn)
        self.before = talk.items[-1]["id"] if talk.items else None
        self.message: dict[str, Any] = {
            "id": talk.id("item"),
            "type": "message",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
            "phase": "commentary" if turn.call else "final_answer",
        }
        self.call: dict[str, Any] = {}
        if turn.call:
            self.call = {"id": talk.id("item"), "type": "function_call", "status": "in_progress"}
            self.call |= {"name": turn.call[0], "call_id": talk.id("call")[:21], "arguments": ""}
        self.items = [item for item in (self.message, self.call) if item]
        self.where = self._in(0) | {"item_id": self.message["id"]}
        self.where = {n: self.where[n] for n in ("response_id", "item_id", "output_index")}
        self.where["content_index"] = 0

    def opened(self) -> Said:
        event, turn = self.talk.event, self.turn
        part = {"type": "audio", "transcript": ""} if turn.sound else {"type": "text", "text": ""}
        said = [
            (0.25, event("response.created", response=self.whole)),
            *self._added(0),
            (0.02, event("response.content_part.added", **self.where, part=part)),
        ]
        if turn.sound:
            return said + self.talk.spoken(self.where, turn)
        said += self.talk.written("response.output_text.delta", self.where, turn.text)
        if not self.call:
            return said
        kind = "response.function_call_arguments.delta"
        return [*said, *self._added(1), *self.talk.written(kind, self._arguments(), self._json())]

    def closed(self, status: str) -> Said:
        event, turn, where = self.talk.event, self.turn, self.where
        name, words = ("transcript", turn.text) if turn.sound else ("text", turn.text)
        if turn.sound:
            ends = [(0.02, event("response.output_audio.done", **where))]
            kind = "response.output_audio_transcript.done"
        else:
            ends, kind = [], "response.output_text.done"
        part = {"type": "audio" if turn.sound else "text", name: words}
        content = {"type": "output_audio" if turn.sound else "output_text", name: words}
        said = [
            *ends,
            (0.0, event(kind, **where, **{name: words})),
            (0.0, event("response.content_part.done", **where, part=part)),
            *self._done(0, status, {"content": [content]}),
        ]
        if self.call:
            whole = {"name": self.call["name"], "arguments": self._json()}
            kind = "response.function_call_arguments.done"
            said.append((0.0, event(kind, **self._arguments(), **whole)))
            said += self._done(1, status, {"arguments": self._json()})
        details = {"type": "cancelled", "reason": "client_cancelled"}
        ended = self.whole | {"status": status, "output": self.items, "usage": self.usage}
        ended["status_details"] = details if status == "cancelled" else None
        left = 15_000_000 - self.usage["total_tokens"]
        limits = {"name": "tokens", "limit": 15_000_000, "remaining": left, "reset_seconds": 0.002}
        return [
            *said,
            (0.01, event("response.done", response=ended)),
            (0.0, event("rate_limits.updated", rate_limits=[limits])),
        ]

    def _added(self, index: int) -> Said:
        item, event = dict(self.items[index]), self.talk.event
        before = self.items[0]["id"] if index else self.before
        kinds = "response.output_item.added", "conversation.item.added"
        return [
            (0.12, event(kinds[0], **self._in(index), item=item)),
            (0.0, event(kinds[1], previous_item_id=before, item=item)),
        ]

    def _done(self, index: int, status: str, more: dict[str, Any]) -> Said:
        item, event = self.items[index], self.talk.event
        before = self.items[0]["id"] if index else self.before
        item |= {"status": ENDS[status], **more}
        self.talk.remember(item, b"" if index else self.turn.sound)
        kinds = "conversation.item.done", "response.output_item.done"
        return [
            (0.0, event(kinds[0], previous_item_id=before, item=item)),
            (0.0, event(kinds[1], **self._in(index), item=item)),
        ]

    def _in(self, index: int) -> dict[str, Any]:
        return {"response_id": self.whole["id"], "output_index": index}

    def _arguments(self) -> dict[str, Any]:
        return self._in(1) | {"item_id": self.call["id"], "call_id": self.call["call_id"]}

    def _json(self) -> str:
        call = self.turn.call
        return json.dumps(call[1], separators=(",", ":")) if call else ""
