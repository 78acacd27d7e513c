"""What a recording is found by: method, path, sorted query and canonical body of a request.

No headers, no host and no keys count. Model, `stream` and white space do: an edited prompt is another
request, and must never get another prompt's answer. What is not found so, `loose.py` looks for again.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from .secrets import masked, masked_query

_LONG = 2_000  # characters from which an encoded file inside JSON is stored as a digest
_CACHED = 20_000  # bytes; a body longer than this is not kept to save the hashing of a repeat
_ENCODED = re.compile(r"(data:[\w/+.-]+;base64,)?[A-Za-z0-9+/_=-]+")
_ID = re.compile(r"(?:[a-z]+[_-]){0,2}(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{8,}")


@dataclass(frozen=True, slots=True)
class CanonicalRequest:
    """`body` is JSON, a list of multipart parts, a digest of other bytes, or None."""

    method: str
    path: str
    query: str
    body: Any
    key: str  # 8 hex digits of the SHA-256 of all of the above

    @property
    def slug(self) -> str:
        """The path in a file name: `/v1/batches/batch_6a85c115` becomes `batches-id`."""
        segments = [s for s in self.path.split("/") if s and s != "v1"]
        named = [
            "id" if _ID.fullmatch(s) else re.sub(r"[^a-z0-9]+", "-", s.lower()) for s in segments
        ]
        return "-".join(named).strip("-") or "root"

    def form(self) -> dict[str, Any] | None:
        """The JSON body, or the text fields of a multipart form; None for anything else."""
        if isinstance(self.body, dict):
            return self.body
        if isinstance(self.body, list) and all(isinstance(p, dict) for p in self.body):
            return {p["name"]: p["value"] for p in self.body if "value" in p and "name" in p}
        return None


def canonical(request: httpx2.Request) -> CanonicalRequest:
    """The canonical form of a request whose body has been read."""
    url, content = request.url, request.content
    content_type = request.headers.get("content-type", "")
    make = _cached if len(content) <= _CACHED else canonical_parts
    query = url.query.decode("ascii", "replace")
    return make(request.method, url.path, query, content_type, content)


def canonical_parts(
    method: str, path: str, query: str, content_type: str, content: bytes
) -> CanonicalRequest:
    query = "&".join(f"{k}={v}" for k, v in sorted(parse_qsl(query, keep_blank_values=True)))
    query, body = masked_query(query), masked(_body(content_type, content))
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    whole = f"{method}\n{path}\n{query}\n{text}".encode("utf-8", "surrogatepass")
    return CanonicalRequest(method, path, query, body, hashlib.sha256(whole).hexdigest()[:8])


_cached = lru_cache(maxsize=256)(canonical_parts)


def _body(content_type: str, content: bytes) -> Any:
    if not content:
        return None
    if content_type.startswith("multipart/"):
        return _parts(content_type, content)
    if "json" in content_type:
        try:
            body = json.loads(content)
        except ValueError:
            return _digest(content, content_type)
        return _shorten(body) if len(content) > _LONG else body
    return _digest(content, content_type)


def multipart(content_type: str, content: bytes) -> list[tuple[str, str | None, bytes]]:
    """The parts of a multipart form: name, name of the file or None, and what it holds."""
    from email.message import Message
    from email.parser import BytesParser

    form = Message()
    form["Content-Type"] = content_type
    boundary = form.get_boundary()
    if boundary is None:
        return []
    mark = f"--{boundary}".encode("latin-1", "replace")
    # Only the heads are parsed as mail is: a long sound would be taken to pieces line by line.
    first, *rest = content.split(b"\r\n" + mark)
    parts: list[tuple[str, str | None, bytes]] = []
    for part in (first.partition(mark)[2], *rest):
        head, blank, data = part.partition(b"\r\n\r\n")
        if not blank:
            continue  # the end
        fields = BytesParser().parsebytes(head.lstrip(), headersonly=True)
        name = str(fields.get_param("name", "", header="content-disposition"))
        parts.append((name, fields.get_filename(), data))
    return parts


def _parts(content_type: str, content: bytes) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for name, filename, data in multipart(content_type, content):
        if filename is None:
            parts.append({"name": name, "value": data.decode("utf-8", "replace")})
        else:
            # Not its type: each machine guesses that from a table of its own.
            digest = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            parts.append({"name": name, "filename": filename, **digest})
    # A form says the same in any order of its fields; those of one name keep theirs.
    return sorted(parts, key=lambda part: str(part["name"]))


def _digest(content: bytes, content_type: str) -> dict[str, Any]:
    return {
        "type": content_type,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _shorten(value: Any) -> Any:
    """Replace long base64 strings (pictures, sound) by their digest."""
    if isinstance(value, dict):
        return {k: _shorten(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_shorten(v) for v in value]
    if isinstance(value, str) and len(value) > _LONG and _ENCODED.fullmatch(value):
        prefix = value[: value.find(",") + 1] if value.startswith("data:") else ""
        digest = hashlib.sha256(value.encode()).hexdigest()
        return f"{prefix}sha256:{digest} ({len(value)} characters)"
    return value
