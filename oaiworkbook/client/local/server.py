"""The local server: which one, which of its models, and where one usually listens."""

import threading
from dataclasses import dataclass
from typing import Any

import httpx2

from ... import settings
from .request import NotLocal

# The ports of the programs that people run at home, as their documentation names them.
USUAL = (
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
    ("vLLM", "http://127.0.0.1:8000/v1"),
)
PATIENCE = 2.0  # seconds for a list of models

_first: dict[str, str] = {}  # address -> the model that answers
_asking = threading.Lock()


@dataclass(frozen=True, slots=True)
class Found:
    """A server that answers. `models`: their names, in its order."""

    name: str
    url: str
    models: tuple[str, ...]


def model() -> str:
    """The local model: OAIWORKBOOK_LOCAL_MODEL, else the server's first one. Raises NotLocal."""
    named = settings.local_model()
    if named:
        return named
    url = str(settings.local())
    with _asking:
        if url not in _first:
            models = models_of(url)
            if not models:
                raise NotLocal(f"found no model at {url}: load one there")
            _first[url] = models[0]
        return _first[url]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a model can: None where its server does not say so."""

    tools: bool | None = None
    sees: bool | None = None


_abilities: dict[tuple[str, str], Abilities] = {}


def abilities(name: str) -> Abilities:
    """Of the model called `name` on the local server: llama.cpp, Ollama and LM Studio tell."""
    url = str(settings.local())
    with _asking:
        if (url, name) not in _abilities:
            _abilities[url, name] = _told(url.removesuffix("/v1"), name)
        return _abilities[url, name]


def _told(origin: str, name: str) -> Abilities:
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
        props = _json(client, "GET", f"{origin}/props")
        if caps := props.get("chat_template_caps"):  # llama.cpp
            sees = (props.get("modalities") or {}).get("vision")
            return Abilities(caps.get("supports_tools"), sees)
        shown = _json(client, "POST", f"{origin}/api/show", {"model": name})
        if isinstance(given := shown.get("capabilities"), list):  # Ollama
            return Abilities("tools" in given, "vision" in given)
        for each in _json(client, "GET", f"{origin}/api/v0/models").get("data") or []:
            if each.get("id") == name:  # LM Studio
                return Abilities(sees=each.get("type") == "vlm")
    return Abilities()


def _json(client: httpx2.Client, method: str, url: str, body: Any = None) -> dict[str, Any]:
    try:
        answer = client.request(method, url, json=body)
        found = answer.json() if answer.is_success else {}
    except (httpx2.HTTPError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def models_of(url: str, timeout: float = PATIENCE) -> tuple[str, ...]:
    """The names of a server's models, those first that talk. Raises NotLocal where none answers."""
    try:
        with httpx2.Client(trust_env=False, timeout=timeout) as client:
            answer = client.get(f"{url}/models")
        answer.raise_for_status()
        names = [str(each["id"]) for each in answer.json()["data"]]
    except httpx2.TransportError:
        raise NotLocal(f"found no server at {url}: start it") from None
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        raise NotLocal(f"found no list of models at {url}/models") from None
    return tuple(sorted(names, key=_only_embeds))


def _only_embeds(name: str) -> bool:
    return "embed" in name.lower()


def usual() -> list[Found]:
    """The servers that listen on their usual ports now."""
    found = []
    for name, url in USUAL:
        try:
            found.append(Found(name, url, models_of(url, timeout=1.0)))
        except NotLocal:
            continue
    return found


def said(response: httpx2.Response) -> str:
    """An error of the server's, in a few words."""
    try:
        body: Any = response.json()
        error = body.get("error", body)
        text = error.get("message") if isinstance(error, dict) else error
    except (ValueError, AttributeError):
        text = response.text
    return f"{response.status_code} {' '.join(str(text or '').split())[:200]}".strip()
