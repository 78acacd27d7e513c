"""A Realtime session that writes down what it hears, and answers nothing.

    script = Transcribing("lesson 37", heard)   # a Script

`heard(sound, settings)` is the text of a turn. The words come before the commit is confirmed, all but the
last two, as in real sessions of a model that streams; the rest and the whole text after it. Nothing is said to
sound without a commit: a client sends both at once, and chance would decide what is recorded first.
"""

import base64
import copy
import hashlib
import json
import math
import random
from collections.abc import Callable
from typing import Any

from . import NotAuthored
from .common import CREATED, pieces
from .realtime import RATE, Said, Spoken, heard

LEAST_MS = 100  # of sound in a turn
QUERY = "intent=transcription"
_KIND = "conversation.item.input_audio_transcription"
_LATE = 2  # words that come after the commit


class Transcribing(Spoken):
    """One session. Deterministic in `seed`, in the client's first event and in its sound."""

    def __init__(self, seed: str, heard: Callable[[bytes, dict[str, Any]], str]) -> None:
        super().__init__("transcription", seed)
        self._seed, self._heard = seed, heard
        self.session: dict[str, Any] = {}
        self._first = ""
        self._buffer = b""
        self._item = ""
        self._before: str | None = None

    def __call__(self, event: Any) -> Said:
        if event is None:
            return copy.deepcopy(self._created())
        if not self._first:
            self._first = json.dumps(event, sort_keys=True)[:2_000]
            self._random = random.Random(f"{self._seed}{self._first}")
        act = getattr(self, "_" + str(event["type"]).replace(".", "_"), None)
        if act is None:
            raise NotAuthored(f"No answer is written for {str(event)[:300]}")
        said: Said = act(event)
        return copy.deepcopy(said)

    def _created(self) -> Said:
        self.session = {
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": self._id("sess"),
            "expires_at": CREATED + 1800,
            "audio": {"input": heard()},
            "include": None,
        }
        return [(0.0, self._event("session.created", session=self.session))]

    def _session_update(self, event: dict[str, Any]) -> Said:
        asked = event["session"]["audio"]["input"]
        if asked["transcription"]["model"] != "gpt-live-transcribe" or asked.get("turn_detection"):
            raise NotAuthored("Only gpt-live-transcribe is written for, which detects no turns.")
        settings = {"language": None, "prompt": None} | asked["transcription"]
        self.session["audio"]["input"] |= {"turn_detection": None, **asked}
        self.session["audio"]["input"]["transcription"] = settings
        return [(0.06, self._event("session.updated", session=self.session))]

    def _input_audio_buffer_append(self, event: dict[str, Any]) -> Said:
        self._buffer += base64.b64decode(event["audio"], validate=True)
        # Another session with the same settings hears something else, and has other ids.
        digest = hashlib.sha256(self._buffer).hexdigest()
        self._random = random.Random(f"{self._seed}{self._first}{digest}")
        self._item = self._id("item")
        return []

    def _input_audio_buffer_commit(self, event: dict[str, Any]) -> Said:
        ms = len(self._buffer) / 2 / RATE * 1000
        if ms < LEAST_MS:
            raise NotAuthored("There is not enough sound for a turn.")
        words, item, before = self._words(), self._item, self._before
        self._before, self._buffer = item, b""
        where = {"previous_item_id": before, "item_id": item}
        content = [{"type": "input_audio", "transcript": None}]
        added: dict[str, Any] = {
            "id": item,
            "type": "message",
            "status": "completed",
            "role": "user",
        }
        added |= {"content": content}
        told = [
            self._event(kind, previous_item_id=before, item=added)
            for kind in ("conversation.item.added", "conversation.item.done")
        ]
        used = {"type": "duration", "seconds": math.ceil(ms / 1000)}
        place = {"item_id": item, "content_index": 0}
        whole = self._event(f"{_KIND}.completed", **place, transcript="".join(words), usage=used)
        return [
            *self._deltas_of(words[:-_LATE]),
            (0.02, self._event("input_audio_buffer.committed", **where)),
            *((0.01, each) for each in told),
            *self._deltas_of(words[-_LATE:]),
            (0.12, whole),
        ]

    def _words(self) -> list[str]:
        return pieces(self._heard(self._buffer, self.session["audio"]["input"]["transcription"]))

    def _deltas_of(self, words: list[str]) -> Said:
        said: Said = []
        for word in words:
            place = {"item_id": self._item, "content_index": 0}
            padding = self._letters(16 - len(word) % 16)
            event = self._event(f"{_KIND}.delta", **place, delta=word, obfuscation=padding)
            said.append((0.05, event))
        return said
