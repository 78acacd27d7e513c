"""What a request can cost, before it is sent: a bound to reserve in a budget, and `estimate` to read.

No tokenizer: a byte-level tokenizer never makes more tokens of a text than it has UTF-8 bytes. The
bound prices every byte of the request as an input token, at the cache-write rate where there is one,
so it is loose (about four times for English) and never below what the text itself costs. What a
request only points at (pictures, files, earlier turns) cannot be seen from here; the note says so.
"""

import html
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ..endpoints import endpoint, name_of
from .amounts import usd as in_usd
from .prices import price, rates
from .usage import Usage

_MEDIA = {
    "input_image": "pictures",
    "image_url": "pictures",
    "computer_screenshot": "pictures",
    "input_file": "files",
    "file": "files",
    "input_audio": "sound",
}


def text_bytes(body: Mapping[str, Any], unseen: set[str]) -> int:
    """UTF-8 bytes of the body as JSON, less its media; adds what those are to `unseen`."""
    text = json.dumps(_visible(body, unseen), ensure_ascii=False, default=_plain)
    return len(text.encode("utf-8", "surrogatepass"))


def _visible(value: Any, unseen: set[str]) -> Any:
    """`value` without the parts whose tokens do not follow from their bytes; what those are."""
    if isinstance(value, Mapping):
        if what := _MEDIA.get(str(value.get("type"))):
            unseen.add(what)
            return {}
        return {name: _visible(part, unseen) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_visible(part, unseen) for part in value]
    return value


def as_object(asked: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`, or an empty one."""
    found = asked.get(name)
    return found if isinstance(found, Mapping) else {}


def as_count(value: Any) -> int:
    """`value` as a whole number, 0 where it is none: what the API will refuse must still reach it."""
    text = str(value)
    return int(text) if text.isdecimal() else 0


def _plain(value: Any) -> Any:
    # What the SDK takes beside JSON: a Pydantic class as a schema, its own objects as input items.
    for method in ("model_json_schema", "model_dump"):
        if isinstance(value, type) == (method == "model_json_schema") and hasattr(value, method):
            convert: Callable[[], Any] = getattr(value, method)
            return convert()
    return str(value)


def file_size(file: Any) -> int:
    """Bytes of what the SDK accepts as a file; 0 where they cannot be told without reading it."""
    if isinstance(file, tuple):
        file = next((part for part in file if not isinstance(part, str)), None)
    if isinstance(file, bytes):
        return len(file)
    if isinstance(file, os.PathLike):
        return os.stat(file).st_size
    try:
        return os.fstat(file.fileno()).st_size
    except (AttributeError, OSError):
        return 0


ASSUMED_OUTPUT_TOKENS = 4_000
"""Reserved where a request names no maximum; the models' own maximum is 128,000."""
ASSUMED_TOOL_CALLS = 3
"""Reserved for hosted tools where a request names no `max_tool_calls`."""
ASSUMED_BYTES_PER_SECOND = 1_000
"""Of a sound file: the duration that is billed is not in the request."""

_POINTERS = ("previous_response_id", "conversation")
_HOSTED = {
    "code_interpreter": "container time",
    "shell": "container time",
    "image_generation": "pictures",
}
_WHY_UNKNOWN = {
    "picture": "what a picture costs depends on its size and quality",
    "batch": "the requests of a batch are in its file",
    "container": "a container is billed by the minute",
    "training": "no price for training tokens is known",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """`usd` is None where no bound can be said; `note` names the reason, or what was assumed."""

    usd: Decimal | None
    input_tokens: int
    output_tokens: int
    note: str


@dataclass(frozen=True, slots=True, repr=False)
class Estimate:
    """What a request can cost at most, in USD. Shown as one line with everything that was assumed."""

    model: str
    usd: Decimal | None
    input_tokens: int
    output_tokens: int
    note: str

    def __repr__(self) -> str:
        amount = "unknown" if self.usd is None else f"at most {in_usd(self.usd, 'up')}"
        counts = f"{self.input_tokens:,} in + {self.output_tokens:,} out tokens at most"
        return " · ".join(word for word in (self.model, amount, counts, self.note) if word)

    def _repr_html_(self) -> str:
        return f"<div>{html.escape(repr(self))}</div>"


def upper_bound(
    method: str,
    path: str,
    body: Mapping[str, Any] | None,
    at: datetime,
    *,
    raw_length: int = 0,
    host: str = "",
) -> Bound:
    """The most that a request can cost, as far as the request shows it.

    `body`: the JSON body or the text fields of a form. `raw_length`: bytes of the request as sent,
    needed where it carries a sound file. A request that is not billed by itself is bound to USD 0.
    """
    asked = body or {}
    match endpoint(method, path).bound:
        case "text":
            return _text_bound(name_of(path), asked, at, host)
        case "speech":
            return _speech_bound(asked, at, host)
        case "sound":
            return _sound_bound(asked, at, raw_length, host)
        case "free":
            return Bound(Decimal(0), 0, 0, "free")
        case "nothing":
            return Bound(Decimal(0), 0, 0, "not billed by itself")
        case "unknown":
            return Bound(None, 0, 0, f"no price of {name_of(path)} is known")
        case other:
            return Bound(None, 0, 0, _WHY_UNKNOWN[other])


def estimate(*, model: str, **params: Any) -> Estimate:
    """What a call with these keyword arguments would cost at most, at today's prices.

    Takes what `responses.create`, `chat.completions.create`, `embeddings.create` and the other
    create methods take, and sends nothing.
    """
    body = {"model": model, **{name: value for name, value in params.items() if value is not None}}
    size = file_size(body.pop("file", None))
    bound = upper_bound("POST", _path(model, params), body, datetime.now(UTC), raw_length=size)
    return Estimate(model, bound.usd, bound.input_tokens, bound.output_tokens, bound.note)


def _text_bound(endpoint: str, asked: Mapping[str, Any], at: datetime, host: str) -> Bound:
    model, tier = str(asked.get("model") or ""), asked.get("service_tier")
    unseen: set[str] = set()
    into = text_bytes(asked, unseen)
    out, notes = _output(endpoint, asked)
    listed = rates(model, at, service_tier=tier, input_tokens=into)
    if not listed.usd:
        return Bound(None, into, out, listed.note)
    counts: dict[str, float] = {"input_tokens": into, "output_tokens": out}
    extras: dict[str, float] = {}
    if "cache_write_tokens" in listed.usd:
        counts["cache_write_tokens"] = into
        if as_object(asked, "prompt_cache_options").get("ttl") == "12h":
            extras["cache_write_12h_tokens"] = into
    if "audio" in (asked.get("modalities") or ()):
        counts["output_audio_tokens"] = out
    _tools(asked, extras, unseen, notes)
    unseen.update("earlier turns" for name in _POINTERS if asked.get(name))
    if isinstance(asked.get("prompt"), Mapping):
        unseen.add("the stored prompt")
    if as_object(asked, "reasoning").get("mode") == "pro":
        unseen.add("the extra passes of pro mode")
    if unseen:
        notes.append(f"not counted: {', '.join(sorted(unseen))}")
    found = price(Usage(endpoint, model, tier, counts, extras=extras, host=host), at)
    return Bound(found.usd, into, out, "; ".join([*notes, *([found.note] if found.note else [])]))


def _output(endpoint: str, asked: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Output tokens that can be billed, and the note where they had to be assumed."""
    if endpoint in ("embeddings", "decisions"):
        return 0, []
    names = ("max_output_tokens", "max_completion_tokens", "max_tokens")
    most = max(as_count(asked.get(name)) for name in names)
    answers = max(1, as_count(asked.get("n")), as_count(asked.get("best_of")))
    if most:
        return most * answers, []
    name = {"responses": names[0], "chat.completions": names[1]}.get(endpoint, names[2])
    note = f"{ASSUMED_OUTPUT_TOKENS:,} output tokens assumed, pass {name} to know"
    return ASSUMED_OUTPUT_TOKENS * answers, [note]


def _tools(
    asked: Mapping[str, Any], extras: dict[str, float], unseen: set[str], notes: list[str]
) -> None:
    tools = asked.get("tools")
    tools = tools if isinstance(tools, list | tuple) else []
    kinds = [str(tool.get("type")) for tool in tools if isinstance(tool, Mapping)]
    # max_tool_calls limits all hosted tools together, and a web search is the dearest call.
    fees = ("web_search", "file_search")
    fee = next((f for f in fees if any(kind.startswith(f) for kind in kinds)), None)
    if fee:
        calls = as_count(asked.get("max_tool_calls"))
        if not calls:
            calls = ASSUMED_TOOL_CALLS
            notes.append(f"{calls} tool calls assumed, pass max_tool_calls to know")
        extras[fee] = calls
    hosted = [kind for kind in kinds if kind not in ("function", "custom")]
    unseen.update(_HOSTED[kind] for kind in hosted if kind in _HOSTED)
    if hosted:
        unseen.add("what the tools bring back")
    if asked.get("web_search_options") is not None:
        unseen.add("web searches")


def _speech_bound(asked: Mapping[str, Any], at: datetime, host: str) -> Bound:
    model = str(asked.get("model") or "")
    if not model.startswith("tts-1"):
        return Bound(None, 0, 0, "the length of the speech is not known beforehand")
    counts = {"input_characters": len(str(asked.get("input") or ""))}
    found = price(Usage("audio.speech", model, None, counts, host=host), at)
    return Bound(found.usd, 0, 0, found.note)


def _sound_bound(asked: Mapping[str, Any], at: datetime, raw_length: int, host: str) -> Bound:
    model = str(asked.get("model") or "")
    if not raw_length:
        return Bound(None, 0, 0, "the size of the sound file is not known")
    seconds = max(1, -(-raw_length // ASSUMED_BYTES_PER_SECOND))
    counts = {"audio_seconds": seconds, "input_audio_seconds": seconds}
    found = price(Usage("audio.transcriptions", model, None, counts, host=host), at)
    if found.usd is None:
        return Bound(None, 0, 0, found.note)
    note = f"{ASSUMED_BYTES_PER_SECOND:,} bytes a second of sound assumed"
    return Bound(found.usd, 0, 0, "; ".join(word for word in (note, found.note) if word))


def _path(model: str, params: Mapping[str, Any]) -> str:
    if "messages" in params:
        return "/v1/chat/completions"
    if "file" in params:
        return "/v1/audio/transcriptions"
    if "voice" in params:
        return "/v1/audio/speech"
    if "questions" in params:
        return "/v1/decisions"
    for word, path in (("embedding", "embeddings"), ("moderation", "moderations")):
        if word in model:
            return f"/v1/{path}"
    if isinstance(params.get("prompt"), str):
        return "/v1/images/generations" if "image" in model else "/v1/completions"
    return "/v1/responses"
