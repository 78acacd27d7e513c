"""Right answers to the exercises of lesson 05, in other ways than the reference."""

_ENTRY = """
def entry(client, mail):
    def refusal(response):
        part = response.output[-1].content[0] if response.output else None
        return getattr(part, "refusal", None)

    turns = [dict(role="user", content=mail)]
    while True:
        raw = client.responses.with_raw_response.parse(**ask, input=turns, text_format=Lot)
        response = raw.parse()
        lot = response.output_parsed
        if isinstance(lot, Lot):
            if not (found := "; ".join(faults(lot, mail))):
                break
            if len(turns) == 3:
                raise ValueError(found)
            turns += [dict(role="assistant", content=response.output_text)]
            turns += [dict(role="user", content=found)]
        else:
            raise ValueError(refusal(response) or response.incomplete_details)
    return lot
"""

RIGHT = {
    "05-1": [
        (
            "Chat, and Optional with a default",
            """
from typing import Optional

from pydantic import BaseModel, Field


class Viewing(BaseModel):
    name: str
    guests: int = Field(description="How many people come, the writer too.")
    day: Optional[str] = None


def viewing(client, mail):
    done = client.chat.completions.parse(
        model="gpt-6-luna",
        messages=[
            {"role": "developer", "content": "Read the mail."},
            {"role": "user", "content": mail},
        ],
        response_format=Viewing,
    )
    return done.choices[0].message.parsed
""",
        ),
        (
            "a schema by hand and a dataclass",
            """
from dataclasses import dataclass


@dataclass
class Viewing:
    name: str
    guests: int
    day: str | None


def viewing(client, mail):
    schema = {
        "type": "object",
        "properties": {
            "day": {"type": ["string", "null"]},
            "guests": {"type": "integer"},
            "name": {"type": "string"},
        },
        "required": ["day", "guests", "name"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "name": "viewing", "strict": True, "schema": schema}
    response = client.responses.create(model="gpt-6-luna", input=mail, text={"format": form})
    return Viewing(**json.loads(response.output_text))
""",
        ),
        (
            "one message, the instructions of the lesson, and a test for None",
            """
from typing import Annotated

from pydantic import BaseModel, PositiveInt


def viewing(client, mail):
    class Viewing(BaseModel):
        name: str
        guests: PositiveInt
        day: Annotated[str | None, "as it is in the mail"]

    response = client.responses.parse(
        **ask, input=[{"role": "user", "content": mail}], text_format=Viewing
    )
    if response.output_parsed is None:
        raise ValueError(response.output)
    return response.output_parsed
""",
        ),
        (
            "a stream",
            """
from typing import Union

from pydantic import BaseModel, ConfigDict


class Viewing(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str
    guests: int
    day: Union[str, None]


def viewing(client, mail):
    with client.responses.stream(
        model="gpt-6-luna", input=f"The mail: {mail}", text_format=Viewing
    ) as stream:
        return stream.get_final_response().output_parsed
""",
        ),
        (
            "validates the text itself",
            """
from openai.lib._parsing._responses import type_to_text_format_param
from pydantic import BaseModel


class Viewing(BaseModel):
    name: str
    guests: int
    day: str | None


def viewing(client, mail):
    form = type_to_text_format_param(Viewing)
    response = client.responses.create(
        model="gpt-6-luna", instructions="Who comes when?", input=mail, text={"format": form}
    )
    return Viewing.model_validate_json(response.output_text)
""",
        ),
    ],
    "05-2": [
        (
            "calls the lesson's function",
            """
def all_closed(schema):
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "object" in kinds and not closed(schema):
        return False
    for name in ("properties", "$defs"):
        for each in schema.get(name, {}).values():
            if not all_closed(each):
                return False
    for each in schema.get("anyOf", []):
        if not all_closed(each):
            return False
    return all_closed(schema["items"]) if "items" in schema else True
""",
        ),
        (
            "a list of what is left to see",
            """
def all_closed(schema):
    left = [schema]
    while left:
        here = left.pop()
        if "object" in (here.get("type") or ""):
            if here.get("additionalProperties", True) is not False:
                return False
            if sorted(here.get("required", ())) != sorted(here.get("properties", ())):
                return False
        left.extend((here.get("properties") or {}).values())
        left.extend((here.get("$defs") or {}).values())
        left.extend(here.get("anyOf") or ())
        if here.get("items"):
            left.append(here["items"])
    return True
""",
        ),
        (
            "all schemas from a generator",
            """
def every(schema):
    yield schema
    inside = list(schema.get("anyOf", []))
    inside.extend(schema.get("properties", {}).values())
    inside.extend(schema.get("$defs", {}).values())
    inside.extend([schema["items"]] if "items" in schema else [])
    for each in inside:
        yield from every(each)


def all_closed(schema):
    def is_object(each):
        kind = each.get("type")
        return kind == "object" or isinstance(kind, list) and "object" in kind

    return all(closed(each) for each in every(schema) if is_object(each))
""",
        ),
        (
            "any value that is a dict or a list",
            """
def all_closed(schema):
    if isinstance(schema, list):
        return all(map(all_closed, schema))
    if not isinstance(schema, dict):
        return True
    kind = schema.get("type")
    if kind == "object" or (isinstance(kind, list) and "object" in kind):
        if schema.get("additionalProperties") != False:
            return False
        if not set(schema["properties"]) <= set(schema.get("required", [])):
            return False
    return all(all_closed(value) for value in schema.values())
""",
        ),
        (
            "a match and a set of the names",
            """
def all_closed(schema):
    match schema.get("type"):
        case "object" | ["object", *_] | [*_, "object"]:
            names = schema.get("properties", {}).keys()
            here = schema.get("additionalProperties") is False
            here = here and names == set(schema.get("required", []))
        case _:
            here = True
    inside = [schema["items"]] if "items" in schema else []
    for key in ("properties", "$defs"):
        inside += schema.get(key, {}).values()
    return here and not any(not all_closed(each) for each in inside + schema.get("anyOf", []))
""",
        ),
    ],
    "05-3": [
        (
            "lets OpenAI remember",
            """
def entry(client, mail):
    first = client.responses.parse(**ask, input=mail, text_format=Lot)
    lot = wanted(first)
    wrong = list(faults(lot, mail))
    if not wrong:
        return lot
    second = client.responses.parse(
        **ask,
        previous_response_id=first.id,
        input="Correct the lot: " + ", ".join(wrong),
        text_format=Lot,
    )
    lot = wanted(second)
    if list(faults(lot, mail)):
        raise ValueError("wrong twice")
    return lot


def wanted(response):
    if response.output_parsed is None:
        parts = [part for item in response.output for part in item.content]
        said = [part.refusal for part in parts if part.type == "refusal"]
        raise ValueError(f"no lot, {response.status}: {' '.join(said)}")
    return response.output_parsed
""",
        ),
        (
            "Chat, with its own error for half an object",
            """
import openai


def entry(client, mail):
    messages = [{"role": "developer", "content": READ}, {"role": "user", "content": mail}]
    for attempt in range(2):
        try:
            done = client.chat.completions.parse(
                model="gpt-6-luna",
                messages=messages,
                reasoning_effort="none",
                response_format=Lot,
            )
        except openai.LengthFinishReasonError as error:
            raise ValueError("cut") from error
        message = done.choices[0].message
        if message.parsed is None:
            raise ValueError(message.refusal or "no lot")
        found = list(faults(message.parsed, mail))
        if not found:
            return message.parsed
        messages.append({"role": "assistant", "content": message.content})
        messages.append({"role": "user", "content": "\\n".join(["Wrong:", *found])})
    raise ValueError(found)
""",
        ),
        (
            "asks itself again",
            """
def entry(client, mail, turns=None):
    turns = turns or [{"role": "user", "content": mail}]
    response = client.responses.parse(input=turns, text_format=Lot, **ask)
    lot = response.output_parsed
    if not lot:
        raise ValueError(response.to_json())
    wrong = [*faults(lot, mail)]
    if wrong and len(turns) > 1:
        raise ValueError(*wrong)
    if wrong:
        told = {"role": "user", "content": f"{wrong}. Please correct the lot."}
        return entry(client, mail, [*turns, *response.output, told])
    return lot
""",
        ),
        (
            "a class of its own for the error, an early look at the parts",
            """
class NoLot(ValueError):
    pass


def entry(client, mail):
    text = mail
    for last in (False, True):
        response = client.responses.parse(**ask, input=text, text_format=Lot)
        for item in response.output:
            for part in getattr(item, "content", None) or []:
                if part.type == "refusal":
                    raise NoLot(part.refusal)
        if response.status != "completed" or response.output_parsed is None:
            raise NoLot(response.status)
        found = list(faults(response.output_parsed, mail))
        if found and last:
            raise NoLot(found)
        if not found:
            return response.output_parsed
        text = (
            f"The mail: {mail}\\nYour lot: {response.output_parsed!r}\\nWhat is wrong: {found}"
        )
""",
        ),
        (
            "validates by hand and makes one kind of error of all",
            """
def entry(client, mail):
    from openai.lib._parsing._responses import type_to_text_format_param

    form = {"format": type_to_text_format_param(Lot)}
    turns = [{"role": "user", "content": mail}]

    def attempt():
        response = client.responses.create(**ask, input=turns, text=form)
        try:
            return response, Lot.model_validate_json(response.output_text)
        except ValueError as error:
            raise ValueError(f"{response.status}: {response.output}") from error

    response, lot = attempt()
    if problems := list(faults(lot, mail)):
        turns.append({"role": "assistant", "content": lot.model_dump_json()})
        turns.append({"role": "user", "content": "; ".join(problems)})
        response, lot = attempt()
        if problems := list(faults(lot, mail)):
            raise ValueError(str(problems))
    return lot
""",
        ),
        (
            "a loop with an else, and the refusal found from the end",
            _ENTRY,
        ),
    ],
}
