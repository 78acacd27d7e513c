"""A stream of Chat Completions as the events of Responses, each as soon as its chunk has come."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...practice.answers import message_item, text_part
from .answer import Chunks, Event, call_item, ended, envelope, new_id
from .request import Asked, Json


class Events:
    """The events of one response, in the order of the API. `form`: the request."""

    def __init__(self, asked: Asked, model: str, form: Mapping[str, Any]) -> None:
        self.name = new_id("resp")
        self._chunks = Chunks(asked, model)
        self._begun = envelope(model, self.name, form)
        self._number = -1
        self._output: list[Json] = []
        self._open: Json | None = None  # the item that grows
        self._looks: list[Json] = []
        self._calls: dict[int, Json] = {}
        self._reason: str | None = None
        self.body = self._begun  # the whole response, once it has ended

    @property
    def whole(self) -> bool:
        """Whether the model has said why it stopped."""
        return self._chunks.whole

    @property
    def usage(self) -> Json | None:
        return self._chunks.usage

    def begin(self) -> Iterator[Event]:
        """Before the first chunk."""
        for kind in ("response.created", "response.in_progress"):
            yield self._event(kind, response=self._begun)

    def feed(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        """What a chunk of the server's becomes. Raises NotLocal."""
        for _, data in self._chunks.feed(chunk):
            for choice in data["choices"]:
                yield from self._said(choice)
                self._reason = choice["finish_reason"] or self._reason

    def end(self) -> Iterator[Event]:
        """After the last chunk."""
        yield from self._close()
        self.body = self._begun | ended(self._reason, self._output, self.usage)
        yield self._event(f"response.{self.body['status']}", response=self.body)

    def _said(self, choice: Json) -> Iterator[Event]:
        delta = choice["delta"]
        if delta.get("content"):
            yield from self._text(delta["content"], (choice["logprobs"] or {}).get("content") or [])
        for piece in delta.get("tool_calls") or []:
            yield from self._call(piece)

    def _text(self, piece: str, looks: list[Json]) -> Iterator[Event]:
        if self._open is None or self._open["type"] != "message":
            yield from self._close()
            item = message_item([]) | {"id": new_id("msg"), "status": "in_progress"}
            yield from self._opened(item)
            yield self._inside("response.content_part.added", part=text_part(""))
            item["content"] = [text_part("")]
            self._looks = []
        assert self._open is not None
        self._open["content"][0]["text"] += piece
        self._looks += looks
        shown = [
            _short(each) | {"top_logprobs": list(map(_short, each["top_logprobs"]))}
            for each in looks
        ]
        yield self._inside("response.output_text.delta", delta=piece, logprobs=shown)

    def _call(self, piece: Mapping[str, Any]) -> Iterator[Event]:
        at = piece.get("index", 0)
        function = piece.get("function") or {}
        if at not in self._calls:
            yield from self._close()
            call = {"id": piece.get("id") or new_id("call")}
            call["function"] = {"name": function.get("name") or "", "arguments": ""}
            item = call_item(call) | {"status": "in_progress"}
            self._calls[at] = item
            yield from self._opened(item)
        item = self._calls[at]
        if more := function.get("arguments"):
            item["arguments"] += more
            yield self._inside("response.function_call_arguments.delta", delta=more)

    def _opened(self, item: Json) -> Iterator[Event]:
        self._open = item
        self._output.append(item)
        at = len(self._output) - 1
        yield self._event("response.output_item.added", item=dict(item), output_index=at)

    def _close(self) -> Iterator[Event]:
        item = self._open
        if item is None:
            return
        if item["type"] == "message":
            part = item["content"][0]
            part["logprobs"] = self._looks
            text = part["text"]
            yield self._inside("response.output_text.done", text=text, logprobs=[])
            yield self._inside("response.content_part.done", part=part)
        else:
            item["arguments"] = item["arguments"] or "{}"
            said = {"arguments": item["arguments"], "name": item["name"]}
            yield self._inside("response.function_call_arguments.done", **said)
        self._open = None
        item["status"] = "completed"
        at = len(self._output) - 1
        yield self._event("response.output_item.done", item=dict(item), output_index=at)

    def _inside(self, kind: str, **data: Any) -> Event:
        assert self._open is not None
        there: Json = {"item_id": self._open["id"], "output_index": len(self._output) - 1}
        if self._open["type"] == "message":
            there["content_index"] = 0
        return self._event(kind, **there, **data)

    def _event(self, kind: str, **data: Any) -> Event:
        self._number += 1
        return kind, {"type": kind, **data, "sequence_number": self._number}


def _short(look: Json) -> Json:
    """A token as a delta has it: without its bytes."""
    return {name: look[name] for name in ("token", "logprob")}
