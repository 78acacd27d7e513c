"""The gate before anything is stored, printed or logged: keys are masked where they belong, else refused.

A key belongs where the API asks for one or hands one out: the token of an MCP tool, a parameter of the
address, the value of a new key. There it is masked, in what is stored and in what is looked up, so
that the recording is found whatever the token. Anywhere else, as in a prompt or in an answer, nobody
meant it to be there: the recording is refused, and the field is named.
"""

import base64
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

MASK = "(secret)"
SHORTEST = 16  # letters; a placeholder such as `ollama` or `EMPTY` is no key
SHORTEST_PASSWORD = 6
_NAMES = re.compile(
    r"(?i)(^|[-_.])(api[-_]?key|key|(?<!page[-_])(?<!next[-_])token|secret|password|passwd|pwd"
    r"|authorization|credential|signature|sig|auth)s?$"
)
_ENVIRONMENT = re.compile(r"(?i)(key|token|secret|password|passwd|credential)s?$")
# Compiled when first used: `import OpenAI` is not to wait for it.
# What the keys of this field look like, whoever's they are. A digit tells them from words.
_LOOKS = (
    r"(?<![A-Za-z0-9])sk-(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{16,}"
    r"|(?<![A-Za-z0-9_-])(?:"
    r"(?:ek|rk|pk|hf|npm|gsk|xai|r8|pplx|nvapi|whsec|[sr]k_live|[sr]k_test)[_-]"
    r"(?=[A-Za-z0-9+/_-]*\d)[A-Za-z0-9+/_-]{16,}"
    r"|sess-[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}"
    r"|AIza[A-Za-z0-9_-]{30,}|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])|xox[abeposr]-[A-Za-z0-9-]{10,}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----)"
)
_BEARER = r"(?i)\b(?:bearer|basic) (?=[A-Za-z0-9._~+/=-]*\d)[A-Za-z0-9._~+/=-]{16,}"
_USERINFO = r"(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@)"
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
_BLANK = re.compile(rb"\s+")


def environment() -> frozenset[str]:
    """The keys that this process was given: variables named like one, long enough to be one."""
    return frozenset(
        value.strip()
        for name, value in os.environ.items()
        if _ENVIRONMENT.search(name) and len(value.strip()) >= SHORTEST
    )


def of_authorization(header: str) -> Iterator[str]:
    """The keys in an Authorization header: the token, and what a basic one says."""
    scheme, _, token = header.partition(" ")
    yield token or scheme
    with suppress(ValueError):
        yield from filter(None, base64.b64decode(token, validate=True).decode().split(":", 1))


class Gate:
    """Knows the keys of the environment, and those of a client: `keys` and `passwords`.

    A short key is a placeholder; a password in an address may be short.
    """

    def __init__(self, keys: Iterable[str] = (), passwords: Iterable[str] = ()) -> None:
        given = {key for key in keys if len(key) >= SHORTEST} | environment()
        self._keys = given | {word for word in passwords if len(word) >= SHORTEST_PASSWORD}
        self._forms = {form for key in self._keys for form in _forms(key)}

    def found(self, value: Any, where: str = "") -> Iterator[str]:
        """Where in a JSON value a key stands that does not belong there: `body.input[0].text`.

        Long values are searched as they are, decoded, and joined with their neighbours of the same
        name, since a stream hands out a key in pieces.
        """
        pieces: dict[str, list[str]] = {}
        for path, text in _texts(value, where):
            if self.in_text(text):
                yield self._named(path)
            pieces.setdefault(path.rpartition(".")[2], []).append(text)
        for name, texts in pieces.items():
            alone = any(self.in_text(text) for text in texts)
            if len(texts) > 1 and not alone and self.in_text("".join(texts)):
                yield f"{where or 'the answer'}: all {self._named(name)!r} together"

    def _named(self, path: str) -> str:
        for key in self._keys:
            path = path.replace(key, MASK)
        return masked_text(path)

    def in_text(self, text: str) -> bool:
        return self._holds(text.encode("utf-8", "surrogatepass")) or bool(looks_like_a_key(text))

    def in_bytes(self, body: bytes) -> bool:
        """Whether a file holds one of the known keys, or what looks like an OpenAI key."""
        return self._holds(body) or bool(looks_like_a_key(body.decode("latin-1")))

    def _holds(self, body: bytes) -> bool:
        if not self._forms:
            return False
        squeezed = _BLANK.sub(b"", body)
        return any(form in body or form in squeezed for form in self._forms)


@lru_cache(maxsize=64)
def _forms(key: str) -> tuple[bytes, ...]:
    """A key as it may travel: plain, quoted, in hexadecimal, and within a longer base64 text."""
    plain = key.encode()
    found = {plain, quote(key, safe="").encode(), plain.hex().encode()}
    for before in range(3):
        # The letters at both ends of base64 depend on what stands beside the key.
        whole = base64.b64encode(b"\0" * before + plain)
        inner = whole[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
        found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return tuple(found)


def looks_like_a_key(text: str) -> str | None:
    """What in `text` has the form of a key, also within base64; None where nothing has."""
    for pattern in (_LOOKS, _BEARER, _USERINFO):
        if match := re.search(pattern, text):
            return match.group()
    for encoded in _ENCODED.findall(text):
        try:
            plain = base64.b64decode(encoded.translate(_STANDARD) + "==").decode("ascii")
        except ValueError:
            continue
        if match := re.search(_LOOKS, plain):
            return match.group()
    return None


_STANDARD = str.maketrans("-_", "+/")


def masked_text(text: str) -> str:
    """`text` for a screen or a log: whatever is a key of this process, or looks like one, is masked."""
    for key in environment():
        text = text.replace(key, MASK)
    for pattern in (_LOOKS, _BEARER, _USERINFO):
        text = re.sub(pattern, MASK, text)
    return text


# The ids of the API, of which the log gets a new one each call: they are no keys.
_ID = re.compile(r"(?!(?:sk|ek|rk|pk|hf|npm|gsk|xai|r8)[-_])[a-z]{2,12}[-_][A-Za-z0-9]{8,64}")
_masked_before = lru_cache(maxsize=512)(masked_text)


def masked_label(text: str) -> str:
    """`masked_text` for the short words of a log, which are mostly the same ones."""
    return text if _ID.fullmatch(text) else _masked_before(text)


def masked_query(query: str) -> str:
    """A query whose parameters that are named like a key are masked."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(_NAMES.search(name) for name, _ in pairs):
        return query
    return "&".join(f"{name}={MASK if _NAMES.search(name) else value}" for name, value in pairs)


def masked(value: Any) -> Any:
    """`value` with the keys masked that stand where keys belong; the same object where there are none."""
    if isinstance(value, Mapping):
        return _masked_object(value)
    if isinstance(value, list):
        made = [masked(part) for part in value]
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value
    return value


def _masked_object(value: Mapping[str, Any]) -> Mapping[str, Any]:
    made: dict[str, Any] = {}
    of_a_tool = value.get("type") == "mcp" or "server_label" in value
    for name, part in value.items():
        if isinstance(part, str) and _is_place(name, value):
            made[name] = part if part == MASK else MASK
        elif of_a_tool and name == "headers" and isinstance(part, Mapping):
            made[name] = dict.fromkeys(part, MASK)
        else:
            made[name] = masked(part)
    return made if any(made[name] is not value[name] for name in made) else value


def _is_place(name: str, beside: Mapping[str, Any]) -> bool:
    """Whether the API puts keys under `name` here."""
    if name == "authorization":
        return True
    # A field of a form. A new key has a name too, but it says of what kind it is.
    if name == "value" and "name" in beside and "object" not in beside:
        return bool(_NAMES.search(str(beside["name"])))
    if name in ("value", "secret", "client_secret", "signing_secret", "api_key", "token"):
        # A new key stands beside what it is: `{"object": "organization.admin_api_key", "value": ...}`.
        kind = f"{beside.get('object', '')} {beside.get('type', '')}"
        made = "key" in kind or "secret" in kind or "webhook" in kind or "expires_at" in beside
        return made or looks_like_a_key(str(beside[name])) is not None
    return False


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, names included, with its place."""
    if isinstance(value, str):
        yield where, value
        if "%" in value and (plain := unquote(value)) != value:
            yield where, plain
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield f"{where}.{name} (the name)", str(name)
            yield from _texts(part, f"{where}.{name}" if where else str(name))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _texts(part, f"{where}[{number}]")
