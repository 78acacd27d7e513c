"""Exercises of lesson 05, Structured outputs."""

import copy
import json
from collections.abc import Callable
from typing import Any

from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, expect, text_answer

VISIT = "May I come on Friday with my two sisters to look at the clock? Ines Moor"
SOON = "Three of us would like to see the clock. Ines Moor"
FIELDS = {"name": {"string"}, "guests": {"integer"}, "day": {"string", "null"}}
MAIL = "An oak mantel clock by Harald Dietz, made 1931. 120 to 180 euros."
GOOD = {
    "title": "Oak mantel clock",
    "maker": "Harald Dietz",
    "year": 1931,
    "low": 120,
    "high": 180,
}
# Its title is in no mail and in no fault: who shows this answer shows the title.
FIRST = GOOD | {"title": "Mantel clock, Dietz"}


def _kinds(field: dict[str, Any]) -> set[str]:
    """The types that a field may have."""
    if "anyOf" in field:
        return {kind for each in field["anyOf"] for kind in _kinds(each)}
    kind = field.get("type")
    return set(kind) if isinstance(kind, list) else {str(kind)}


def _visit(asked: Asked) -> str:
    """Fits the schema that was sent, also where its types are not the wanted ones."""
    fields = ((asked.schema or {}).get("schema") or {}).get("properties", {})
    known = {"name": "Ines Moor", "guests": 3, "day": "Friday" if VISIT in asked.words else None}
    for name, field in fields.items():
        if name not in known or ("string" in _kinds(field) and known[name] is not None):
            known[name] = str(known.get(name, ""))
    return json.dumps(known)


def viewing(answer: Callable[..., Any]) -> str:
    for mail, day in ((VISIT, "Friday"), (SOON, None)):
        probe = Probe([_visit])
        try:
            given = answer(probe.client, mail)
        except Exception:
            _form(probe.last)  # what does not fit a wrong form is not the cause
            raise
        expect(mail in probe.last.words, "the mail is not in the request")
        _form(probe.last)
        there = [name for name in FIELDS if hasattr(given, name)]
        expect(
            there == list(FIELDS),
            "it returned the whole response, not the object in it"
            if hasattr(given, "usage")
            else f"it returned {type(given).__name__}, not the object with its three fields",
        )
        found = given.name, given.guests, given.day
        right = ("Ines Moor", 3, day)
        expect(found == right, f"for {mail!r} the fields of the object are {found}, not {right}")
    passes_on(lambda probe: answer(probe.client, VISIT))
    return "The form is in the request, and an object comes back."


def _form(asked: Asked) -> None:
    form = asked.schema
    expect(form is not None, "the request carries no schema, so any form may come back")
    assert form is not None
    expect(form["strict"] is True, "the schema is not strict")
    schema = form["schema"] or {}
    fields = schema.get("properties", {})
    missing = [name for name in FIELDS if name not in fields]
    expect(not missing, f"the schema lacks {', '.join(missing)}")
    more = [name for name in fields if name not in FIELDS]
    expect(not more, f"the schema asks for {', '.join(more)} too")
    whole, may = _kinds(fields["guests"]), _kinds(fields["day"])
    expect("string" not in whole, "`guests` is a text, and cannot be counted with")
    expect("number" not in whole, "`guests` may be 2.5: it is not a whole number")
    expect("null" in may, "the mail may not tell the day, and `day` cannot be None")
    for name, kinds in FIELDS.items():
        found = _kinds(fields[name])
        expect(
            "null" not in found or "null" in kinds, f"`{name}` is always there; it need not be None"
        )
        expect(found == kinds, f"`{name}` has the type {' or '.join(sorted(found))}")
    closed = schema.get("additionalProperties") is False
    expect(
        closed and set(schema.get("required", [])) == set(FIELDS),
        "the API refuses this schema: strict mode wants each object closed and all fields required",
    )


def _object(**fields: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
OWNER = _object(name=TEXT, town=TEXT)
LOOSE = {"type": "object", "properties": {"name": TEXT}, "required": ["name"]}
OPTIONAL = OWNER | {"required": ["name"]}
OR_NULL = {"type": ["object", "null"]}
CLOSED: list[tuple[str, dict[str, Any]]] = [
    ("with plain fields", _object(name=TEXT, year={"type": ["integer", "null"]})),
    ("with a closed object inside", _object(owner=OWNER)),
    ("with a list of texts", _object(tags={"type": "array", "items": TEXT})),
    ("with a list of objects", _object(lots={"type": "array", "items": OWNER})),
    ("with `anyOf`", _object(owner={"anyOf": [OWNER, {"type": "null"}]})),
    ("with `$defs`", _object(owner={"$ref": "#/$defs/Owner"}) | {"$defs": {"Owner": OWNER}}),
    ("with an object that may be null", _object(owner=OWNER | OR_NULL)),
    ("whose fields are named properties and items", _object(properties=TEXT, items=TEXT)),
    ("whose `required` is in another order", OWNER | {"required": ["town", "name"]}),
]
OPEN: list[tuple[str, dict[str, Any]]] = [
    ("that is open at the root", LOOSE),
    ("whose root allows other fields", LOOSE | {"additionalProperties": True}),
    ("whose root leaves a field optional", OPTIONAL),
    ("whose root has no `required`", {k: v for k, v in OWNER.items() if k != "required"}),
    ("that is open in a property", _object(owner=LOOSE)),
    ("whose property leaves a field optional", _object(owner=OPTIONAL)),
    ("that is open in its second property", _object(name=TEXT, owner=LOOSE)),
    ("that is open in its first property", _object(owner=LOOSE, seller=OWNER)),
    ("that is open in a property of a property", _object(owner=_object(bank=LOOSE))),
    ("that is open in the `items` of a list", _object(lots={"type": "array", "items": LOOSE})),
    ("that is open in `anyOf`", _object(owner={"anyOf": [LOOSE, {"type": "null"}]})),
    ("that is open at the end of `anyOf`", _object(owner={"anyOf": [OWNER, LOOSE]})),
    (
        "that is open in `$defs`",
        _object(owner={"$ref": "#/$defs/Owner"}) | {"$defs": {"Bank": OWNER, "Owner": LOOSE}},
    ),
    (
        "that is open in a list in `anyOf` in `$defs`",
        _object(lots={"$ref": "#/$defs/Lots"})
        | {"$defs": {"Lots": {"anyOf": [{"type": "array", "items": LOOSE}, {"type": "null"}]}}},
    ),
    ("with an open object that may be null", _object(owner=LOOSE | OR_NULL)),
    ("with an object that is null or open", _object(owner=LOOSE | {"type": ["null", "object"]})),
    (
        "with an open object inside one that may be null",
        _object(owner=_object(bank=LOOSE) | {"type": ["null", "object"]}),
    ),
    (
        "with free keys",
        _object(notes={"type": "object", "additionalProperties": {"type": "string"}}),
    ),
]


def all_closed(answer: Callable[..., Any]) -> str:
    for right, schemas in ((True, CLOSED), (False, OPEN)):
        for what, schema in schemas:
            given = copy.deepcopy(schema)
            found = answer(given)
            kind = "closed schema" if right else "schema"
            expect(found is right, f"a {kind} {what} gives {found!r}: {json.dumps(schema)}")
            expect(given == schema, "it changes the schema that it is given")
    return "An open object is found in properties, definitions, lists and `anyOf`."


def _requests(number: int) -> str:
    return f"{number} request" + ("s" if number != 1 else "")


def _asks_well(asked: Asked, which: str) -> None:
    expect(MAIL in asked.words, f"{which} does not hold the mail")
    expect(asked.schema is not None, f"{which} carries no schema")
    expect("catalogue" in asked.words, f"{which} is without the instructions in `ask`")


def _fails(answer: Callable[..., Any], replies: list[Reply], what: str) -> str:
    """One request for each reply, then a ValueError. Its text."""
    probe = Probe(replies, limit=6)
    try:
        found = answer(probe.client, MAIL)
    except ValueError as error:
        sent, right = len(probe.requests), len(replies)
        expect(sent == right, f"{what}: {_requests(sent)} went out, not {right}")
        return str(error)
    except Exception as error:
        raise Wrong(f"{what}: it stopped with `{type(error).__name__}`, no ValueError") from None
    raise Wrong(f"{what}: it returned {found!r}")


def _is_good(lot: Any, when: str) -> None:
    fields = lot.model_dump() if hasattr(lot, "model_dump") else None
    expect(fields == GOOD, f"{when} it returned {lot!r}, not the lot")


def _again(answer: Callable[..., Any], wrong: dict[str, Any], faults: str, told: list[str]) -> None:
    """A lot with faults, then a good one. `told`: numbers that the faults name."""
    probe = Probe([json.dumps(wrong), json.dumps(GOOD)], limit=6)
    try:
        lot = answer(probe.client, MAIL)
    except ValueError as error:
        raise Wrong(
            f"the first lot has {faults}, the second is good: after "
            f"{_requests(len(probe.requests))} it raised "
            f"`{type(error).__name__}`: {error}"
        ) from None
    sent = len(probe.requests)
    expect(sent == 2, f"after a lot with {faults} it sent {_requests(sent)} in all; 2 are wanted")
    _is_good(lot, "after a good second answer")
    _asks_well(probe.last, "the second request")
    words = probe.last.words
    expect(wrong["title"] in words, "the second request does not show the model its first answer")
    for number in told:  # once in the answer, and once in what is wrong with it
        expect(
            words.count(number) > 1,
            f"the first lot has {faults}: the second request does not say what is wrong with "
            f"{number}",
        )


def entry(answer: Callable[..., Any]) -> str:
    good, swapped = json.dumps(GOOD), FIRST | {"low": 185, "high": 125}
    probe = Probe([good], limit=6)
    _is_good(answer(probe.client, MAIL), "for a good answer")
    _asks_well(probe.last, "the request")
    expect(len(probe.requests) == 1, "a good lot was asked for again")
    _again(answer, swapped, "low above high", ["185", "125"])
    _again(answer, FIRST | {"low": 150, "high": 150}, "low as high as high", ["150"])
    _again(answer, FIRST | {"year": 1777}, "an invented year", ["1777"])
    _again(answer, swapped | {"year": 1777}, "two faults", ["185", "125", "1777"])
    again = json.dumps(swapped)
    _fails(answer, [again, again], "both answers had a fault")
    part = {"type": "refusal", "refusal": "I cannot help with a forgery."}
    message = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant"}
    refusal = text_answer("", output=[message | {"content": [part]}])
    why = {"reason": "max_output_tokens"}
    nothing = text_answer("", status="incomplete", incomplete_details=why, output=[])
    half = text_answer(good[:20], status="incomplete", incomplete_details=why)
    broken = {"code": "server_error", "message": "The server had an error."}
    failed = text_answer("", status="failed", error=broken, output=[])
    for what, first in (("the answer", []), ("the second answer", [again])):
        said = _fails(answer, [*first, refusal], f"{what} was a refusal")
        expect(
            part["refusal"] in said, f"{what} was a refusal: its text is not in the error: {said!r}"
        )
        _fails(answer, [*first, nothing], f"{what} was incomplete, without a message")
        _fails(answer, [*first, half], f"{what} was cut in the middle of the object")
        if not probe.last.chat:  # there it is an error of the API
            _fails(answer, [*first, failed], f"{what} had the status failed")
        passes_on(lambda probe: answer(probe.client, MAIL), first=first)
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
            'Only objects must be closed: their type is `"object"`, or a list with it. The others may'
            " hold objects.",
            "Collect the schemas inside a schema in a list. Then call `all_closed` for each of them.",
            "Inside are: the values of `properties` and of `$defs`, the entries of `anyOf`, and `items`."
            " `schema.get(name, {})` helps where one is missing.",
        ),
        """def all_closed(schema):
    kind = schema.get("type")
    if kind == "object" or (isinstance(kind, list) and "object" in kind):
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
            "A cut object needs nothing in Responses: Pydantic's `ValidationError` is a `ValueError`.",
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
        turns += [{"role": "user", "content": f"Correct the lot: {found}"}]
    raise ValueError(f"still wrong: {found}")
""",
    ),
]
