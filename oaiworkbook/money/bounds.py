"""What a request can cost at most, before it is sent: a bound to reserve in a budget, and `estimate`.

The bound is from above, or it is None with the reason. What it counts:

- Text: every UTF-8 byte of the request as a token, at the cache-write rate where there is one. A
  byte-level tokenizer never makes more of it, so it is loose: about four times for English.
- A picture by the dearest rule of OpenAI's guide, sound by the lowest rate that codecs of speech have.
- What only the server has (files, a conversation, a stored prompt, an earlier response that the cost
  log does not know) by all that the model can read.
- The answer by its maximum, or else by the most that the model can write.
- Each call of a hosted tool, as `max_tool_calls` limits them, by its fee and by all that the model can
  read after it. Without that maximum nothing limits them.

What it cannot see: a service tier that the project's settings choose; a talk that is compacted more
than once in one response; sound with long silence, which some codecs make next to nothing of. OpenAI's
own text for its tools is not documented; more is counted for it than any exchange we have seen had.
"""

import html
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ..endpoints import endpoint, name_of
from ..errors import LedgerError
from .amounts import usd as in_usd
from .price_table import most_tokens
from .prices import price, rates
from .usage import Usage, always_searches

PICTURE_TOKENS = 48_169
"""2,833 and 5,667 for each of eight tiles (gpt-4o-mini); 30,000 patches of newer models are 36,000."""
BYTES_PER_SECOND = 750
"""Of a sound file: 6 kbit/s is the lowest rate of Opus, 8 of MP3. Its duration is not in the request."""
SOUND_TOKENS_PER_SECOND = 10
"""Heard by a model that listens."""
TOOL_TOKENS = 2_000
"""What OpenAI may put in front of the input for a tool of its own."""


@dataclass
class Parts:
    """What a request carries beside its text. `stored`: what only the server has, in words."""

    pictures: int = 0
    sound_bytes: int = 0
    replies: int = 0  # earlier spoken answers, by their id
    stored: set[str] = field(default_factory=set)


_PICTURES = frozenset({"input_image", "image_url", "computer_screenshot", "image_generation_call"})
_FILES = frozenset({"input_file", "file"})


# What `recordings/requests.py` puts in the place of a long text of the letters of base64.
_SHORTENED = re.compile(r"(?:data:[^,]*,)?sha256:[0-9a-f]{64} \((\d{1,15}) characters\)")


def text_bytes(body: Mapping[str, Any], parts: Parts) -> int:
    """UTF-8 bytes of the body as JSON, less its media; adds those to `parts`."""
    text = json.dumps(_visible(body, parts), ensure_ascii=False, default=_plain)
    shortened = sum(int(found[1]) for found in _SHORTENED.finditer(text))
    return len(text.encode("utf-8", "surrogatepass")) + shortened


def _length(text: str) -> int:
    found = _SHORTENED.fullmatch(text)
    return int(found[1]) if found else len(text)


def _visible(value: Any, parts: Parts) -> Any:
    """`value` without the parts whose tokens do not follow from their bytes."""
    if isinstance(value, list | tuple):
        return [_visible(part, parts) for part in value]
    if not isinstance(value, Mapping):
        return value
    kind = str(value.get("type"))
    if kind in _PICTURES:
        parts.pictures += 1
        return {}
    if kind in _FILES:
        parts.stored.add("files")
        return {}
    if kind == "input_audio":
        data = as_object(value, "input_audio").get("data") or value.get("data")
        parts.sound_bytes += _length(str(data)) * 3 // 4
        return {}
    if value.get("role") == "assistant" and "id" in as_object(value, "audio"):
        parts.replies += 1
    return {name: _visible(part, parts) for name, part in value.items()}


def as_object(asked: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`, or an empty one."""
    found = asked.get(name)
    return found if isinstance(found, Mapping) else {}


def as_count(value: Any) -> int:
    """`value` as a whole number, 0 where it is none: what the API will refuse must still reach it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 16 else 0


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


_MAXIMA = {
    "responses": ("max_output_tokens",),
    "chat.completions": ("max_completion_tokens", "max_tokens"),
    "completions": ("max_tokens",),
}
_HANDED_BACK = frozenset(
    {"function", "custom", "namespace", "computer", "computer_use_preview", "local_shell"}
    | {"apply_patch"}
)
_UNPRICED = {
    "code_interpreter": "container time is billed by the minute",
    "shell": "container time is billed by the minute",
    "image_generation": "what its image tool draws is not known beforehand",
}
_WHY_UNKNOWN = {
    "picture": "what a picture costs depends on its size and quality",
    "batch": "the requests of a batch are in its file",
    "container": "a container is billed by the minute",
    "training": "no price for training tokens is known",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """`usd` is None where no bound can be said; `note` names the reason, or what was assumed.

    `smaller`: the argument that makes the call cheaper; `missing`: it is not given yet.
    """

    usd: Decimal | None
    input_tokens: int
    output_tokens: int
    note: str
    smaller: str = ""
    missing: bool = False


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
    earlier: int | None = None,
) -> Bound:
    """The most that a request can cost, or None where the request does not show it.

    `body`: the JSON body or the text fields of a form. `raw_length`: bytes of the request as sent,
    needed where it carries a sound file. `earlier`: tokens of the response that the request goes on
    from, where they are known. A request that is not billed by itself is bound to USD 0.
    """
    asked = body or {}
    match endpoint(method, path).bound:
        case "text":
            compact = path.rstrip("/").endswith("/compact")
            return _text_bound(name_of(path), asked, at, host, earlier, compact=compact)
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

    It is what a spend limit reserves for the call; `oaiworkbook/money/bounds.py` says what it counts.
    Takes what `responses.create`, `chat.completions.create`, `embeddings.create` and the other
    create methods take, and sends nothing.
    """
    body = {"model": model, **{name: value for name, value in params.items() if value is not None}}
    size = file_size(body.pop("file", None))
    now, earlier = datetime.now(UTC), earlier_tokens(body)
    bound = upper_bound("POST", _path(model, params), body, now, raw_length=size, earlier=earlier)
    advice = [f"pass {bound.smaller} to know"] if bound.missing and bound.smaller else []
    note = "; ".join([*filter(None, [bound.note]), *advice])
    return Estimate(model, bound.usd, bound.input_tokens, bound.output_tokens, note)


def earlier_tokens(asked: Mapping[str, Any]) -> int | None:
    """Tokens of the response that this request goes on from, if the cost log has them."""
    from .ledger import default_ledger

    response = asked.get("previous_response_id")
    if not isinstance(response, str) or not response:
        return None
    try:
        return default_ledger().tokens_of(response, str(asked.get("model") or ""))
    except LedgerError:
        return None


def _text_bound(
    name: str,
    asked: Mapping[str, Any],
    at: datetime,
    host: str,
    earlier: int | None,
    *,
    compact: bool,
) -> Bound:
    model, tier = str(asked.get("model") or ""), asked.get("service_tier")
    window, most = most_tokens(model, os.environ.get("OAIWORKBOOK_DATA", ""))
    parts, notes = Parts(), list[str]()
    text = text_bytes(asked, parts)
    out, smaller, missing = _output(name, asked, most)
    if compact:
        smaller = ""  # it takes no maximum
    if missing:
        notes.append(f"{most:,} output tokens assumed")
    tools = _Tools.of(name, asked)
    sound = -(-parts.sound_bytes // BYTES_PER_SECOND) * SOUND_TOKENS_PER_SECOND
    sound += parts.replies * most
    into = text + sound + parts.pictures * PICTURE_TOKENS + tools.own * TOOL_TOKENS
    if parts.pictures:
        notes.append(f"{PICTURE_TOKENS:,} tokens a picture assumed")
    if parts.sound_bytes:
        notes.append(f"{BYTES_PER_SECOND:,} bytes a second of sound assumed")
    if asked.get("previous_response_id") and earlier is not None:
        into += earlier
        notes.append(f"{earlier:,} tokens of earlier turns, as logged")
    elif asked.get("previous_response_id") or asked.get("conversation"):
        parts.stored.add("earlier turns")
    if any(map(_is_elsewhere, _objects(asked.get("input")))):
        parts.stored.add("items named by their id")
    if isinstance(asked.get("prompt"), Mapping):
        parts.stored.add("the stored prompt")
    parts.stored.update(tools.stored)
    if parts.stored:
        into = window
        notes.append(f"{window:,} tokens assumed for {', '.join(sorted(parts.stored))}")
    if name != "embeddings":  # where each text is read by itself
        into = min(into, window)
    into += (tools.calls or 0) * window
    if asked.get("context_management"):
        into *= 2  # what is compacted is read once more
        out += most  # whether a maximum holds for it too is not documented
        notes.append(f"{most:,} output tokens assumed for a compaction")
    listed = rates(model, at, service_tier=tier, input_tokens=into)
    no_price = listed.note if model else "no model is named"
    why = [no_price] if not listed.usd else tools.unbounded
    if why:
        waits = why == [_NO_MAXIMUM]
        return Bound(None, into, out, "; ".join(why), "max_tool_calls" if waits else "", waits)
    counts: dict[str, float] = {"input_tokens": into, "output_tokens": out}
    extras: dict[str, float] = {}
    if sound:
        counts["input_audio_tokens"] = min(sound, into)
    if "cache_write_tokens" in listed.usd:
        counts["cache_write_tokens"] = into - min(sound, into)
        if as_object(asked, "prompt_cache_options").get("ttl") == "12h":
            extras["cache_write_12h_tokens"] = counts["cache_write_tokens"]
    if "audio" in _strings(asked.get("modalities")):
        counts["output_audio_tokens"] = out
    if tools.fee and tools.calls:
        extras[tools.fee] = tools.calls
    found = price(Usage(name, model, tier, counts, extras=extras, host=host), at)
    note = "; ".join([*notes, *([found.note] if found.note else [])])
    return Bound(found.usd, into, out, note, smaller, missing)


def _output(name: str, asked: Mapping[str, Any], most: int) -> tuple[int, str, bool]:
    """Output tokens that can be billed; the argument that limits them, and whether it is missing."""
    if name in ("embeddings", "decisions"):
        return 0, "", False
    names = _MAXIMA.get(name, ("max_tokens",))
    given = max((as_count(asked.get(each)) for each in names), default=0)
    answers = max(1, as_count(asked.get("n")), as_count(asked.get("best_of")))
    prompts = asked.get("prompt")
    if isinstance(prompts, list | tuple) and any(isinstance(each, str | list) for each in prompts):
        answers *= len(prompts)  # each is answered by itself
    # Of a predicted text, what the model rejects is billed as if it had written it.
    predicted = asked.get("prediction")
    rejected = text_bytes(predicted, Parts()) if isinstance(predicted, Mapping) else 0
    return (given or most) * answers + rejected * answers, names[0], not given


_NO_MAXIMUM = "without max_tool_calls nothing limits how often its tools are called"


@dataclass(frozen=True, slots=True)
class _Tools:
    """What the tools of a request add. `calls`: of hosted ones, None where nothing limits them."""

    own: int  # tools of OpenAI's that come with text of their own
    calls: int | None
    fee: str | None
    stored: frozenset[str]
    unbounded: list[str]

    @classmethod
    def of(cls, name: str, asked: Mapping[str, Any]) -> "_Tools":
        tools = _objects(asked.get("tools"))
        kinds = [str(tool.get("type")) for tool in tools]
        hosted = [str(tool.get("type")) for tool in tools if _is_hosted(tool)]
        if asked.get("tool_choice") == "none":
            hosted = []
        given = asked.get("max_tool_calls")
        calls = as_count(given) if given is not None else None if hosted else 0
        why = list(dict.fromkeys(_UNPRICED[kind] for kind in hosted if kind in _UNPRICED))
        if calls is None and not why:
            why.append(_NO_MAXIMUM)
        models = str(asked.get("model"))
        if asked.get("web_search_options") is not None or always_searches(name, models):
            why.append("Chat does not count its web searches")
        if as_object(asked, "reasoning").get("mode") == "pro":
            why.append("how much pro mode reads and writes is not known beforehand")
        if as_object(asked, "multi_agent").get("enabled"):
            why.append("what its other agents do is not known beforehand")
        # The maximum holds for all hosted tools together, and a web search is the dearest call.
        fees = ("web_search", "file_search")
        fee = next((f for f in fees if any(kind.startswith(f) for kind in hosted)), None)
        own = sum(kind not in ("function", "custom", "namespace") for kind in kinds)
        stored = frozenset({"the tools of an MCP server"} if "mcp" in kinds else ())
        return cls(own, calls if hosted else 0, fee, stored, why)


def _is_hosted(tool: Mapping[str, Any]) -> bool:
    """Whether OpenAI runs it. A call of any other ends the response."""
    kind = str(tool.get("type"))
    if kind == "shell" and as_object(tool, "environment").get("type") == "local":
        return False
    return kind not in _HANDED_BACK


def _objects(value: Any) -> list[Mapping[str, Any]]:
    listed = value if isinstance(value, list | tuple) else ()
    return [each for each in listed if isinstance(each, Mapping)]


def _is_elsewhere(item: Mapping[str, Any]) -> bool:
    """Whether an input item only names what the server has, such as thoughts without their text."""
    if item.get("type") == "reasoning":
        return not item.get("encrypted_content")
    return "id" in item and item.keys() <= {"id", "type"}


def _strings(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


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
    seconds = max(1, -(-raw_length // BYTES_PER_SECOND))
    counts = {"audio_seconds": seconds, "input_audio_seconds": seconds}
    found = price(Usage("audio.transcriptions", model, None, counts, host=host), at)
    if found.usd is None:
        return Bound(None, 0, 0, found.note)
    note = f"{BYTES_PER_SECOND:,} bytes a second of sound assumed"
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
