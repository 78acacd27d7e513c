"""Exercises of lesson 05, Structured outputs."""

import copy
import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, expect, text_answer

VISIT = "May I come on Friday with my two sisters to look at the clock? Ines Moor"
MAIL = "An oak mantel clock by Harald Dietz, made 1931. 120 to 180 euros."
GOOD = {
    "title": "Oak mantel clock",
    "maker": "Harald Dietz",
    "year": 1931,
    "low": 120,
    "high": 180,
}


def _nullable(field: dict[str, Any]) -> bool:
    kinds = [field, *field.get("anyOf", [])]
    return any(each.get("type") == "null" or "null" in str(each.get("type")) for each in kinds)


def _visit(asked: Asked) -> str:
    """Fits the schema that was sent, also where its types are not the wanted ones."""
    known = {"name": "Ines Moor", "guests": 3, "day": "Friday"}
    fields = ((asked.body.get("text") or {}).get("format") or {}).get("schema", {})
    for name, field in fields.get("properties", {}).items():
        if name not in known or field.get("type") == "string":
            known[name] = str(known.get(name, ""))
    return json.dumps(known)


def viewing(answer: Callable[..., Any]) -> str:
    probe = Probe([_visit])
    given = answer(probe.client, VISIT)
    expect(probe.last.path == "/responses", f"the request went to `{probe.last.path}`")
    asked = (probe.last.body.get("text") or {}).get("format") or {}
    expect(asked.get("type") == "json_schema", "the request carries no schema: use `text_format`")
    expect(asked.get("strict") is True, "the schema is not strict")
    fields = asked["schema"].get("properties", {})
    missing = [name for name in ("name", "guests", "day") if name not in fields]
    expect(not missing, f"the schema lacks {', '.join(missing)}")
    kind = fields["guests"].get("type")
    expect(kind in ("integer", "number"), f"`guests` is a {kind}, and cannot be counted with")
    expect(_nullable(fields["day"]), "the mail may not tell the day, and `day` cannot be None")
    expect(not _nullable(fields["name"]), "`name` is always there; it need not be None")
    expect(isinstance(given, BaseModel), f"it returned {type(given).__name__}, not the object")
    expect(not hasattr(given, "output"), "it returned the whole response, not the object in it")
    found = getattr(given, "guests", None), getattr(given, "day", None)
    expect(found == (3, "Friday"), f"guests and day of the object are {found}, not (3, 'Friday')")
    return "The form is in the request, and an object comes back."


def _object(**fields: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _open() -> list[tuple[str, dict[str, Any]]]:
    """Schemas that are not closed, and where."""
    text = {"type": "string"}
    loose = {"type": "object", "properties": {"name": text}, "required": ["name"]}
    optional = _object(name=text, town=text) | {"required": ["name"]}
    free = {"type": "object", "additionalProperties": {"type": "string"}}
    return [
        ("at the root", loose),
        ("whose root leaves a field optional", optional),
        ("in a property", _object(owner=loose)),
        ("whose property leaves a field optional", _object(owner=optional)),
        ("in a property of a property", _object(owner=_object(bank=loose))),
        ("in the `items` of a list", _object(lots={"type": "array", "items": loose})),
        ("in `anyOf`", _object(owner={"anyOf": [loose, {"type": "null"}]})),
        ("in `$defs`", _object(owner={"$ref": "#/$defs/Owner"}) | {"$defs": {"Owner": loose}}),
        ("with free keys", _object(notes=free)),
    ]


def all_closed(answer: Callable[..., Any]) -> str:
    text, owner = {"type": "string"}, _object(name={"type": "string"})
    for what, good in (
        ("with plain fields", _object(name=text, year={"type": ["integer", "null"]})),
        ("with a closed object inside", _object(owner=owner)),
        ("with a list of texts", _object(tags={"type": "array", "items": text})),
        ("with a list of objects", _object(lots={"type": "array", "items": owner})),
        ("with `anyOf`", _object(owner={"anyOf": [owner, {"type": "null"}]})),
        ("with `$defs`", _object(owner={"$ref": "#/$defs/Owner"}) | {"$defs": {"Owner": owner}}),
        ("whose field is named properties", _object(properties=text, items=text)),
        (
            "whose `required` is in another order",
            _object(a=text, b=text) | {"required": ["b", "a"]},
        ),
    ):
        before = copy.deepcopy(good)
        found = answer(good)
        expect(found is True, f"a closed schema {what} gives {found!r}: {json.dumps(before)}")
        expect(good == before, "it changes the schema that it is given")
    for what, bad in _open():
        found = answer(bad)
        where = what if what.startswith(("whose", "with")) else f"that is open {what}"
        expect(found is False, f"a schema {where} gives {found!r}: {json.dumps(bad)}")
    return "Whatever it is hidden in, an open object is found."


def _said(body: dict[str, Any]) -> list[str]:
    turns = body.get("input")
    if not isinstance(turns, list):
        return [str(turns)]
    return [str(turn.get("content")) for turn in turns]


def _fails(answer: Callable[..., Any], replies: list[Reply], what: str, sends: int) -> str:
    probe = Probe(replies, limit=6)
    try:
        found = answer(probe.client, MAIL)
    except ValueError as error:
        sent = len(probe.requests)
        expect(sent == sends, f"{what}: {sent} requests were sent, not {sends}")
        return str(error)
    except Exception as error:
        raise Wrong(f"{what}: it stopped with `{type(error).__name__}`, no ValueError") from None
    raise Wrong(f"{what}: it returned {found!r}")


def entry(answer: Callable[..., Any]) -> str:
    good, swapped = json.dumps(GOOD), json.dumps(GOOD | {"low": 185, "high": 125})
    invented = json.dumps(GOOD | {"year": 1777})
    probe = Probe([good], limit=6)
    lot = answer(probe.client, MAIL)
    expect(getattr(lot, "low", None) == 120, f"for a good answer it returned {lot!r}, not the lot")
    expect(len(probe.requests) == 1, "a good lot was asked for again")
    for wrong, told in ((swapped, ("185", "125")), (invented, ("1777",))):
        probe = Probe([wrong, good], limit=6)
        lot = answer(probe.client, MAIL)
        sent = len(probe.requests)
        expect(sent == 2, f"after a lot with a fault, {sent} requests were sent in all, not 2")
        expect(getattr(lot, "model_dump", dict)() == GOOD, f"it returned {lot!r} in the end")
        said = _said(probe.last.body)
        expect(any(MAIL in each for each in said), "the second request does not hold the mail")
        whole = [each for each in said if wrong in each or json.dumps(json.loads(wrong)) in each]
        expect(whole, "the second request does not show the model its first answer")
        rest = " ".join(each.replace(wrong, "").replace(MAIL, "") for each in said)
        expect(
            all(number in rest for number in told),
            "the second request does not say what is wrong with the first answer",
        )
    _fails(answer, [swapped], "both answers had a fault", 2)
    part = {"type": "refusal", "refusal": "I cannot help with a forgery."}
    message = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant"}
    refusal = text_answer("", output=[message | {"content": [part]}])
    said_no = _fails(answer, [refusal], "the answer was a refusal", 1)
    expect(part["refusal"] in said_no, f"the error does not hold the refusal's text: {said_no!r}")
    why = {"reason": "max_output_tokens"}
    nothing = text_answer("", status="incomplete", incomplete_details=why, output=[])
    _fails(answer, [nothing], "the answer was incomplete, without a message", 1)
    half = text_answer(good[:20], status="incomplete", incomplete_details=why)
    _fails(answer, [half], "the answer was cut in the middle of the object", 1)
    return "A good lot, or a reason why there is none."


EXERCISES = [
    Exercise(
        "05-1",
        viewing,
        (
            "The class lacks two fields, and `text_format` lacks the class.",
            "A value that the mail may not tell has the type `str | None`.",
            "Return `output_parsed` of the response.",
        ),
        """from pydantic import BaseModel


def viewing(client, mail):
    class Viewing(BaseModel):
        name: str
        guests: int
        day: str | None

    return client.responses.parse(
        model="gpt-6-luna", input=mail, text_format=Viewing
    ).output_parsed
""",
    ),
    Exercise(
        "05-2",
        all_closed,
        (
            'Only a schema with `"type": "object"` must be closed. The others may hold objects.',
            "Collect the schemas inside a schema in a list. Then call `all_closed` for each of them.",
            "Inside are: the values of `properties` and of `$defs`, the entries of `anyOf`, and `items`."
            " `schema.get(name, {})` helps where one is missing.",
        ),
        """def all_closed(schema):
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("required", [])) != set(schema.get("properties", {})):
            return False
    inside = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    inside += schema.get("anyOf", [])
    if "items" in schema:
        inside.append(schema["items"])
    return all(all_closed(each) for each in inside)
""",
    ),
    Exercise(
        "05-3",
        entry,
        (
            "Begin with `read`. After `parse`, look at `output_parsed` before you call `faults`.",
            '`raise ValueError(f"no lot: {response.output}")` shows a refusal with its text.',
            "A cut object needs nothing: Pydantic's `ValidationError` is a `ValueError`.",
        ),
        """def entry(client, mail):
    turns = [{"role": "user", "content": mail}]
    for _ in range(2):
        response = client.responses.parse(**ask, input=turns, text_format=Lot)
        lot = response.output_parsed
        if lot is None:
            raise ValueError(f"no lot: {response.status} {response.output}")
        found = list(faults(lot, mail))
        if not found:
            return lot
        turns += [{"role": "assistant", "content": response.output_text}]
        turns += [{"role": "user", "content": f"Correct the lot: {'; '.join(found)}"}]
    raise ValueError(f"still wrong: {found}")
""",
    ),
]
