"""A Realtime conversation: what the API says to each event of a client, in its order.

    talk = Talk("gpt-realtime-2.1-mini", "lesson 14", answer)   # a Script

`answer(items, session)` writes the model's turns. What needs no model is done here as the API does
it: settings, items, the buffer of sound, hearing where speech begins and ends, errors as events.
"""

import base64
import copy
import json
import random
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import NotAuthored
from .common import count, pieces
from .realtime import RATE, TOKENS_A_SECOND, Said, Spoken, usage

HEARD_A_SECOND = 10  # tokens of the user's sound: one for 100 ms, as real responses showed
LOUD = 400  # of 32,767: what is below counts as silence
FRAME = RATE // 50
LEAST_MS = 100  # of sound in a turn
BLOCK = 64  # tokens: of what real responses had cached, all were a multiple of it


@dataclass(frozen=True)
class Turn:
    """What the model does. With `sound` it speaks `text`; `held`: until the client cancels it."""

    text: str
    sound: bytes = b""
    call: tuple[str, dict[str, Any]] | None = None
    held: bool = False


Answer = Callable[[list[dict[str, Any]], dict[str, Any]], Turn]


class Talk(Spoken):
    """One session. Deterministic in `seed` and in the client's first event."""

    def __init__(self, model: str, seed: str, answer: Answer, *, caching: bool = False) -> None:
        super().__init__(model, seed)
        self.answer = answer
        self._caching = caching
        self._dropped = 0  # items that truncation has left out
        self._known = 0  # tokens that a cache has by now
        self.session: dict[str, Any] = {}
        self.items: list[dict[str, Any]] = []
        self.conversation = ""
        self._begun = False
        self._buffer = b""
        self._speaking: tuple[int, str] | None = None  # since when, and the item it will be
        self._searched = 0  # ms of the buffer that have been listened to
        self._seconds: dict[str, float] = {}  # of sound in an item
        self._close: Callable[[str], Said] | None = None  # ends the response that is held

    def __call__(self, heard: Any) -> Said:
        if heard is None:
            said = self.created()
            self.session = said[0][1]["session"]
            return copy.deepcopy(said)
        if not self._begun:
            self._random = random.Random(json.dumps(heard, sort_keys=True)[:2_000])
            self.conversation = self._id("conv")
            self._begun = True
        kind = str(heard.get("type"))
        act = getattr(self, "_" + kind.replace(".", "_"), None)
        if act is None or (self._close and kind != "response.cancel"):
            raise NotAuthored(f"No answer is written for {str(heard)[:300]}")
        said = act(heard)
        return copy.deepcopy(said)

    def _session_update(self, heard: dict[str, Any]) -> Said:
        _merge(self.session, heard["session"])
        return [(0.06, self._event("session.updated", session=self.session))]

    def _conversation_item_create(self, heard: dict[str, Any]) -> Said:
        item = {"id": self._id("item"), "type": heard["item"]["type"]}
        if item["type"] == "message":
            item["status"] = "completed"
        return self._announce(item | heard["item"])

    def _announce(self, item: dict[str, Any]) -> Said:
        before = self._previous()
        self.items.append(item)
        kinds = ("conversation.item.added", "conversation.item.done")
        return [(0.02, self._event(k, previous_item_id=before, item=item)) for k in kinds]

    def _previous(self) -> str | None:
        return self.items[-1]["id"] if self.items else None

    def _input_audio_buffer_append(self, heard: dict[str, Any]) -> Said:
        self._buffer += base64.b64decode(heard["audio"], validate=True)
        detection = self.session["audio"]["input"]["turn_detection"]
        return self._listen(detection) if detection else []

    def _listen(self, detection: dict[str, Any]) -> Said:
        """Speech begins where it is loud, and ends after enough silence."""
        samples = array("h", self._buffer)
        loud = [
            max(map(abs, samples[at : at + FRAME])) > LOUD for at in range(0, len(samples), FRAME)
        ]
        if True not in loud:
            return []
        start = max(0, loud.index(True) * 20 - detection["prefix_padding_ms"])
        last = len(loud) - loud[::-1].index(True)
        end = last * 20 + detection["silence_duration_ms"]
        if end > len(loud) * 20:
            raise NotAuthored("The sound ends without the silence that ends a turn.")
        item = self._id("item")
        started, stopped = "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped"
        said = [
            (0.08, self._event(started, audio_start_ms=start, item_id=item)),
            (0.12, self._event(stopped, audio_end_ms=end, item_id=item)),
            *self._committed(item, (end - start) / 1000),
        ]
        return said + (self._response_create({}) if detection["create_response"] else [])

    def _input_audio_buffer_commit(self, heard: dict[str, Any]) -> Said:
        ms = len(self._buffer) / 2 / RATE * 1000
        if ms < LEAST_MS:
            return self._error(
                heard,
                "input_audio_buffer_commit_empty",
                "Error committing input audio buffer: buffer too small. Expected at least "
                f"{LEAST_MS}ms of audio, but buffer only has {ms:.2f}ms of audio.",
            )
        return self._committed(self._id("item"), ms / 1000)

    def _committed(self, name: str, seconds: float) -> Said:
        self._buffer = b""
        self._seconds[name] = seconds
        before = self._previous()
        content = [{"type": "input_audio", "transcript": None}]
        item = {"id": name, "type": "message", "status": "completed", "role": "user"}
        kind = "input_audio_buffer.committed"
        committed = (0.01, self._event(kind, previous_item_id=before, item_id=name))
        return [committed, *self._announce(item | {"content": content})]

    def _conversation_item_truncate(self, heard: dict[str, Any]) -> Said:
        name, ms = heard["item_id"], heard["audio_end_ms"]
        if ms > self._seconds.get(name, 0) * 1000:
            raise NotAuthored("The sound is shorter than what it is cut to.")
        self._seconds[name] = ms / 1000
        for item in self.items:
            if item["id"] == name:
                item["content"][0]["transcript"] = ""
        where = {name: heard[name] for name in ("item_id", "content_index", "audio_end_ms")}
        return [(0.03, self._event("conversation.item.truncated", **where))]

    def _response_cancel(self, heard: dict[str, Any]) -> Said:
        if self._close is None:
            text = "Cancellation failed: no active response found"
            return self._error(heard, "response_cancel_not_active", text)
        close, self._close = self._close, None
        return close("cancelled")

    def _error(self, heard: dict[str, Any], code: str, message: str) -> Said:
        error: dict[str, Any] = {"type": "invalid_request_error", "code": code}
        error |= {"message": message}
        error |= {"param": None, "event_id": heard.get("event_id")}
        return [(0.03, self._event("error", error=error))]

    def _response_create(self, heard: dict[str, Any]) -> Said:
        from .talk_response import Response

        asked = heard.get("response", {})
        turn = self.answer(self.items, self.session)
        response = Response(self, turn, asked.get("output_modalities"))
        said = response.opened()
        if turn.held:
            self._close = response.closed
            return said
        return said + response.closed("completed")

    def used(self, turn: Turn) -> dict[str, Any]:
        """The usage of a response: the conversation so far goes in, but for what was truncated."""
        tools = [json.dumps(tool) for tool in self.session["tools"]]
        rules = sum(count(text) + 4 for text in (self.session["instructions"], *tools) if text)
        self._truncate(rules)
        text_in = rules + self._said()
        sound_in = sum(
            seconds * (HEARD_A_SECOND if self._said_by_user(name) else TOKENS_A_SECOND)
            for name, seconds in self._seconds.items()
        )
        written = count(turn.text) + 6
        if turn.call:
            written += count(json.dumps(turn.call[1])) + 10
        spoken = round(len(turn.sound) / 2 / RATE * TOKENS_A_SECOND)
        cached = min(self._known, text_in) // BLOCK * BLOCK if self._caching else 0
        self._known = text_in + written
        return usage(text_in, written, spoken, sound_in=round(sound_in), cached=cached)

    def _said(self) -> int:
        """Tokens of the text of the conversation, as far as it is not left out."""
        texts = map(_text, self.items[self._dropped :])
        return sum(count(text) + 4 for text in texts if text)

    def _truncate(self, rules: int) -> None:
        """Leave out the oldest items once there are too many, and so many that it lasts a while.

        A cache holds what a prompt begins with: after that, no more than the rules.
        """
        asked = self.session["truncation"]
        most = asked["token_limits"]["post_instructions"] if isinstance(asked, dict) else None
        if most is None or self._said() <= most:
            return
        while self._said() > most * asked["retention_ratio"]:
            self._dropped += 1
        self._known = rules

    def _said_by_user(self, name: str) -> bool:
        return any(item["id"] == name and item.get("role") == "user" for item in self.items)

    def remember(self, item: dict[str, Any], sound: bytes) -> None:
        """An item of the model's, once it is whole."""
        self.items.append(item)
        if sound:
            self._seconds[item["id"]] = len(sound) / 2 / RATE

    def id(self, prefix: str) -> str:
        return self._id(prefix)

    def event(self, kind: str, **fields: Any) -> dict[str, Any]:
        return self._event(kind, **fields)

    def spoken(self, where: dict[str, Any], turn: Turn) -> Said:
        return self._deltas(where, turn.text, turn.sound)

    def written(self, kind: str, where: dict[str, Any], text: str) -> Said:
        said: Said = []
        for piece in pieces(text):
            padding = self._letters(16 - len(piece) % 16)
            said.append((0.02, self._event(kind, **where, delta=piece, obfuscation=padding)))
        return said


def _merge(old: dict[str, Any], new: dict[str, Any]) -> None:
    for name, value in new.items():
        if isinstance(value, dict) and isinstance(old.get(name), dict):
            _merge(old[name], value)
        else:
            old[name] = value


def _text(item: dict[str, Any]) -> str:
    """What of an item is text: its words, a call's arguments, a function's result."""
    parts = [part.get("text") or part.get("transcript") or "" for part in item.get("content", [])]
    return " ".join([*parts, item.get("arguments", ""), item.get("output", "")]).strip()
