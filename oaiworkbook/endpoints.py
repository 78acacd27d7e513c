"""What an endpoint of the API is, a row each: how it is billed, bounded and ended.

A new endpoint is a row here. A new way of billing is a reader in `money/usage.py`, or a bound in
`money/bounds.py`, which the row names.
"""

from dataclasses import dataclass
from functools import lru_cache

# The last path segment before the resource: OpenAI, Azure, and Google's compatible endpoints.
_ROOTS = frozenset({"v1", "openai", "openapi"})
_UPLOADS = ("files", "containers/*/files", "uploads/*/parts")
_RESPONSE_ENDS = ("response.completed", "response.incomplete", "response.failed")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` follows the API's root; `*` stands for one segment, `**` for all that follow.

    `usage`: how its answer is read, "" where it is not billed by itself. `bound`: how the most it can
    cost is found before it is sent. `upload`: its body may be larger than the memory. `ends`: the
    last event of its streams, by type. `again`: its answer may be one that was counted before. No
    other is taken for a repeat, whatever its id.
    """

    method: str
    path: str
    usage: str = ""
    bound: str = "nothing"
    upload: bool = False
    ends: tuple[str, ...] = ()
    again: bool = False


# Not billed by themselves: what they keep is, or what is done with it later.
_HOUSEKEEPING = (
    *("responses/input_tokens", "conversations/**", "vector_stores/**"),
    *("files/**", "uploads/**", "skills/**", "webhook_endpoints/**"),
    *("models/**", "organization/**", "projects/**", "fine_tuning/checkpoints/**"),
    *("realtime/client_secrets", "realtime/sessions", "realtime/transcription_sessions"),
    *("realtime/translations/client_secrets", "realtime/calls/*/hangup", "realtime/calls/*/refer"),
    *("realtime/calls/*/reject", "live/sessions/*/hangup", "live/sessions/*/refer"),
    *("live/sessions/*/reject", "evals/*/runs/*/cancel", "threads/*/runs/*/cancel"),
)

# The first row that fits holds.
ENDPOINTS = (
    Endpoint("POST", "responses", "responses", "text", ends=_RESPONSE_ENDS),
    Endpoint("POST", "responses/compact", "responses", "text"),
    Endpoint("POST", "responses/*/cancel", "responses", again=True),
    Endpoint("GET", "responses/*", "responses", ends=_RESPONSE_ENDS, again=True),
    Endpoint("POST", "chat/completions", "chat", "text", ends=("[DONE]",)),
    Endpoint("POST", "completions", "chat", "text", ends=("[DONE]",)),
    # An update of the metadata: the usage in its answer is that of the call that was stored.
    Endpoint("POST", "chat/completions/*"),
    Endpoint("POST", "embeddings", "counts", "text"),
    Endpoint("POST", "decisions", "counts", "text"),
    Endpoint("POST", "moderations", "moderations", "free"),
    Endpoint(
        *("POST", "images/generations", "images", "picture"), ends=("image_generation.completed",)
    ),
    Endpoint("POST", "images/edits", "images", "picture", ends=("image_edit.completed",)),
    Endpoint("POST", "images/variations", "images", "picture"),
    Endpoint("POST", "images/**", "unlisted", "picture"),
    Endpoint(
        "POST", "audio/transcriptions", "transcription", "sound", ends=("transcript.text.done",)
    ),
    Endpoint("POST", "audio/translations", "transcription", "sound"),
    Endpoint("POST", "audio/speech", "speech", "speech", ends=("speech.audio.done",)),
    Endpoint("POST", "batches", "batch", "batch"),
    Endpoint("*", "batches/**", "batch", again=True),
    Endpoint("POST", "fine_tuning/jobs", "fine_tuning", "training"),
    Endpoint("*", "fine_tuning/jobs/**", "fine_tuning", again=True),
    Endpoint("POST", "containers", "container", "container"),
    *(Endpoint("POST", path, "other", upload=True) for path in _UPLOADS),
    *(Endpoint("POST", path, "other") for path in _HOUSEKEEPING),
    Endpoint("WS", "**", "event", again=True),
    # A POST that is not listed may cost anything.
    Endpoint("POST", "**", "unlisted", "unknown"),
    Endpoint("*", "**"),
)
LAST_EVENTS = frozenset(kind for each in ENDPOINTS for kind in each.ends) | {"error"}


@lru_cache(maxsize=1024)
def endpoint(method: str, path: str) -> Endpoint:
    """The row of a request: `POST`, `/v1/responses`."""
    parts = _segments(path)
    return next(each for each in ENDPOINTS if _fits(each, method.upper(), parts))


@lru_cache(maxsize=1024)
def name_of(path: str) -> str:
    """As the cost log calls it: `/v1/chat/completions` -> `chat.completions`, `/v1/files/file_1` -> `files`."""
    match _segments(path):
        case ["chat", *_]:
            return "chat.completions"
        case ["audio", kind, *_]:
            return f"audio.{kind}"
        case ["responses", "input_tokens"]:
            return "responses.input_tokens"
        case [first, *_]:
            return first
    return "unknown"


def _fits(each: Endpoint, method: str, parts: list[str]) -> bool:
    if each.method not in ("*", method):
        return False
    wanted = each.path.split("/")
    if wanted[-1] == "**":
        wanted = wanted[:-1]
        parts = parts[: len(wanted)]
    return len(wanted) == len(parts) and all(
        want in ("*", part) for want, part in zip(wanted, parts, strict=True)
    )


def _segments(path: str) -> list[str]:
    """What follows the API's root: `/v1/files/file_1` -> `["files", "file_1"]`."""
    parts = [part for part in path.split("?", 1)[0].split("/") if part]
    root = max((i for i, part in enumerate(parts) if part in _ROOTS), default=-1)
    parts = parts[root + 1 :]
    return parts[2:] if parts[:1] == ["deployments"] else parts
