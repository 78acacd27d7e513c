"""Authored answers of lesson 05, Structured outputs: an auction house makes a catalogue of mails."""

import json
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .chat import chat
from .common import headers, pieces
from .responses import input_texts, refusal_item, respond

CLOCK = {
    "title": "Oak mantel clock",
    "maker": "Harald Dietz",
    "year": 1931,
    "low": 120,
    "high": 180,
}
# Wrong on purpose: the estimate comes in the order of the mail.
TABLE = {"title": "Walnut table", "maker": None, "year": 1890, "low": 900, "high": 600}
LAMP = {"title": "Brass ship's lamp", "maker": None, "year": None, "low": 40, "high": 60}
CHAIRS = {
    "title": "Four bentwood chairs",
    "maker": "Osk & Sons",
    "year": 1912,
    "low": 200,
    "high": 260,
}
# Asking for JSON promises no field names, no types, and not even JSON alone.
PROSE = """Here is the lot as JSON:

```json
{"item": "Oak mantel clock", "made_by": "Harald Dietz", "year": "1931", "estimate": "120-180 euros"}
```"""
OWN_NAMES = {"lot": {"item": "Oak mantel clock", "year": "1931", "estimate_eur": [120, 180]}}
REFUSAL = "I'm sorry, but I can't help with a certificate that presents a copy as an original."


def answer(served: Served) -> dict[str, Any] | None:
    form = served.form
    if served.asked.path == "/v1/chat/completions":
        return _chat(served, form)
    if served.asked.path != "/v1/responses":
        return None
    asked = (form.get("text") or {}).get("format") or {"type": "text"}
    if asked["type"] == "text":
        return respond(served, PROSE, ms=1100)
    if asked["type"] == "json_object":
        return respond(served, json.dumps(OWN_NAMES), ms=900)
    if asked["strict"] and (fault := _not_strict(asked["schema"])):
        return error_answer(
            400,
            f"Invalid schema for response_format '{asked['name']}': In context=(), {fault}",
            type="invalid_request_error",
            code="invalid_json_schema",
            param="text.format.schema",
            headers=headers(served, 18),
        )
    said = "\n".join(text for role, text in input_texts(form) if role == "user")
    if "Stradivari" in said:
        return respond(served, items=[refusal_item(served, REFUSAL)], ms=600)
    names = list(asked["schema"]["properties"])
    return respond(served, json.dumps(_read(said, names)), ms=800)


def _not_strict(schema: dict[str, Any]) -> str:
    """What the API says about an object that is not closed; worded as reported for this endpoint."""
    missing = [name for name in schema["properties"] if name not in schema.get("required", [])]
    if schema.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    if missing:
        return (
            "'required' is required to be supplied and to be an array including every key in "
            f"properties. Missing '{missing[0]}'."
        )
    return ""


def _read(said: str, names: list[str]) -> dict[str, Any]:
    if names == ["lots"]:
        return {"lots": [CLOCK, LAMP, CHAIRS]}
    if "walnut" in said:
        corrected = {"low": 600, "high": 900} if "Correct the lot" in said else {}
        lot: dict[str, Any] = TABLE | corrected
    else:
        lot = CLOCK if "1931" in said else CLOCK | {"year": None}
    return {name: (lot | {"kind": "clock"})[name] for name in names}


def _chat(served: Served, form: dict[str, Any]) -> dict[str, Any]:
    text, cap = json.dumps(CLOCK), form["max_completion_tokens"]
    if cap >= 100:
        return chat(served, text, ms=800)
    cut = "".join(pieces(text)[:cap])
    return chat(served, cut, finish_reason="length", completion_tokens=cap, ms=500)
