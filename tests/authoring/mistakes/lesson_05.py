"""Typical mistakes in lesson 05, and what the check says to each."""

_VIEWING = """from pydantic import BaseModel


def viewing(client, mail):
    class Viewing(BaseModel):
        name: str
        guests: {guests}
        day: {day}

    return client.responses.parse(model="gpt-6-luna", input=mail, text_format=Viewing){end}
"""
_ENTRY = """def entry(client, mail):
    turns = [{{"role": "user", "content": mail}}]
    for _ in range({tries}):
        response = client.responses.parse(**ask, input=turns, text_format=Lot)
        lot = response.output_parsed
        {none}
        found = list(faults(lot, mail))
        if not found:
            return lot
        turns += [{{"role": "assistant", "content": response.output_text}}]
        turns += [{{"role": "user", "content": {fault}}}]
    {end}
"""
_GOOD = {
    "tries": "2",
    "none": "if lot is None: raise ValueError(str(response.output))",
    "fault": '"; ".join(found)',
    "end": 'raise ValueError("still wrong")',
}

_CLOSED = """def all_closed(schema):
    kind = schema.get("type")
    if {object}:
        if {free}:
            return False
        if {optional}:
            return False
    inside = [{fields}, {defs}]
    inside += {any}
    {items}
    return {all}(all_closed(each) for each in inside)
"""
_ALL = {
    "object": 'kind == "object" or (isinstance(kind, list) and "object" in kind)',
    "free": 'schema.get("additionalProperties") is not False',
    "optional": 'set(schema.get("required", [])) != set(schema.get("properties", {}))',
    "fields": '*schema.get("properties", {}).values()',
    "defs": '*schema.get("$defs", {}).values()',
    "any": 'schema.get("anyOf", [])',
    "items": 'inside += [schema["items"]] if "items" in schema else []',
    "all": "all",
}

WRONG = {
    "05-1": [
        (
            "takes the day for granted",
            _VIEWING.format(guests="int", day="str", end=".output_parsed"),
            "`day` cannot be None",
        ),
        (
            "counts in words",
            _VIEWING.format(guests="str", day="str | None", end=".output_parsed"),
            "cannot be counted with",
        ),
        (
            "lets half a guest come",
            _VIEWING.format(guests="float", day="str | None", end=".output_parsed"),
            "`guests` may be 2.5",
        ),
        (
            "lets the number be missing",
            _VIEWING.format(guests="int | None", day="str | None", end=".output_parsed"),
            "`guests` is always there",
        ),
        (
            "numbers the day",
            _VIEWING.format(guests="int", day="int | None", end=".output_parsed"),
            "`day` has the type integer or null",
        ),
        (
            "asks for more",
            _VIEWING.format(
                guests="int", day="str | None\n        phone: str", end=".output_parsed"
            ),
            "the schema asks for phone too",
        ),
        (
            "asks for less",
            _VIEWING.format(guests="int", day="str | None", end=".output_parsed").replace(
                "        guests: int\n", ""
            ),
            "the schema lacks guests",
        ),
        (
            "returns the response",
            _VIEWING.format(guests="int", day="str | None", end=""),
            "the whole response",
        ),
        (
            "returns the text",
            _VIEWING.format(guests="int", day="str | None", end=".output_text"),
            "it returned str",
        ),
        (
            "returns a dict",
            _VIEWING.format(guests="int", day="str | None", end=".output_parsed.model_dump()"),
            "it returned dict",
        ),
        (
            "fills in a day",
            _VIEWING.format(guests="int", day="str | None", end=".output_parsed").replace(
                "    return client", "    found = client"
            )
            + '    found.day = found.day or "Monday"\n    return found\n',
            "for 'Three of us would like to see the clock. Ines Moor' the fields",
        ),
        (
            "only asks for JSON",
            """def viewing(client, mail):
    return client.responses.create(
        model="gpt-6-luna", input=mail + " Answer in JSON: name, guests, day."
    ).output_text
""",
            "carries no schema",
        ),
        (
            "is not strict",
            """def viewing(client, mail):
    class Viewing(BaseModel):
        name: str
        guests: int
        day: str | None

    form = {"type": "json_schema", "name": "viewing", "schema": Viewing.model_json_schema()}
    response = client.responses.create(model="gpt-6-luna", input=mail, text={"format": form})
    return Viewing.model_validate_json(response.output_text)
""",
            "the schema is not strict",
        ),
        (
            "leaves a strict schema open",
            """def viewing(client, mail):
    class Viewing(BaseModel):
        name: str
        guests: int
        day: str | None

    form = {"type": "json_schema", "name": "viewing", "strict": True}
    form["schema"] = Viewing.model_json_schema()
    response = client.responses.create(model="gpt-6-luna", input=mail, text={"format": form})
    return Viewing.model_validate_json(response.output_text)
""",
            "the API refuses this schema",
        ),
        (
            "reads the lesson's mail",
            _VIEWING.format(guests="int", day="str | None", end=".output_parsed").replace(
                "input=mail", "input=MAIL"
            ),
            "the mail is not in the request",
        ),
        (
            "hides a failure",
            """def viewing(client, mail):
    class Viewing(BaseModel):
        name: str
        guests: int
        day: str | None

    try:
        return client.responses.parse(
            model="gpt-6-luna", input=mail, text_format=Viewing
        ).output_parsed
    except Exception:
        return None
""",
            "is kept from the caller",
        ),
    ],
    "05-2": [
        (
            "looks at the root only",
            """def all_closed(schema):
    return closed(schema)
""",
            "that is open in a property",
        ),
        (
            "forgets what is required",
            _CLOSED.format(**_ALL | {"optional": "False"}),
            "whose root leaves a field optional",
        ),
        (
            "forgets that it may be open",
            _CLOSED.format(**_ALL | {"free": "False"}),
            "that is open at the root",
        ),
        (
            "takes any `additionalProperties` for closed",
            _CLOSED.format(**_ALL | {"free": '"additionalProperties" not in schema'}),
            "whose root allows other fields",
        ),
        (
            "takes a schema for the other properties for closed",
            _CLOSED.format(**_ALL | {"free": 'schema.get("additionalProperties", True) is True'}),
            "with free keys",
        ),
        (
            "compares lists",
            _CLOSED.format(
                **_ALL | {"optional": 'schema.get("required") != list(schema.get("properties"))'}
            ),
            "whose `required` is in another order",
        ),
        (
            "stops at lists",
            _CLOSED.format(**_ALL | {"items": ""}),
            "in the `items` of a list",
        ),
        ("stops at definitions", _CLOSED.format(**_ALL | {"defs": ""}), "that is open in `$defs`"),
        ("stops at choices", _CLOSED.format(**_ALL | {"any": "[]"}), "that is open in `anyOf`"),
        (
            "looks at the first choice only",
            _CLOSED.format(**_ALL | {"any": 'schema.get("anyOf", [])[:1]'}),
            "at the end of `anyOf`",
        ),
        (
            "looks at the first property only",
            """def all_closed(schema):
    if schema.get("type") == "object" and not closed(schema):
        return False
    for each in schema.get("properties", {}).values():
        return all_closed(each)
    return True
""",
            "that is open in its second property",
        ),
        (
            "does not see an object that may be null",
            _CLOSED.format(**_ALL | {"object": 'kind == "object"'}),
            "with an open object that may be null",
        ),
        (
            "walks through all, and does not see an object that may be null",
            """def all_closed(schema):
    if isinstance(schema, list):
        return all(all_closed(each) for each in schema)
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "object" and not closed(schema):
        return False
    return all(all_closed(each) for each in schema.values())
""",
            "with an open object that may be null gives True",
        ),
        (
            "is content with one closed object",
            _CLOSED.format(**_ALL | {"all": "not inside or any"}),
            "that is open in its second property gives True",
        ),
        (
            "does not pass the verdict on",
            """def all_closed(schema):
    if schema.get("type") == "object" and not closed(schema):
        return False
    for each in schema.get("properties", {}).values():
        all_closed(each)
    return True
""",
            "that is open in a property gives True",
        ),
        (
            "asks every schema to be an object",
            """def all_closed(schema):
    if schema.get("additionalProperties") is not False:
        return False
    return all(all_closed(each) for each in schema.get("properties", {}).values())
""",
            "a closed schema with plain fields",
        ),
        (
            "returns the open one",
            """def all_closed(schema):
    return [schema] if schema.get("type") == "object" and not closed(schema) else []
""",
            "with plain fields gives []",
        ),
    ],
    "05-3": [
        (
            "does not expect a refusal",
            _ENTRY.format(**_GOOD | {"none": "pass"}),
            "a refusal: it stopped with `AttributeError`",
        ),
        ("asks for ever", _ENTRY.format(**_GOOD | {"tries": "1000"}), "did not stop"),
        ("asks three times", _ENTRY.format(**_GOOD | {"tries": "3"}), "3 requests went out, not 2"),
        (
            "asks once",
            _ENTRY.format(**_GOOD | {"tries": "1"}),
            "after 1 request it raised `ValueError`",
        ),
        (
            "keeps the fault to itself",
            _ENTRY.format(**_GOOD | {"fault": '"Correct the lot."'}),
            "has low above high: the second request does not say",
        ),
        (
            "names one fault of two",
            _ENTRY.format(**_GOOD | {"fault": "found[0]"}),
            "has two faults: the second request does not say",
        ),
        (
            "does not show the answer",
            _ENTRY.format(**_GOOD).replace(
                'turns += [{"role": "assistant", "content": response.output_text}]', "pass"
            ),
            "does not show the model its first answer",
        ),
        (
            "forgets the mail",
            _ENTRY.format(**_GOOD).replace(
                'turns += [{"role": "assistant"', 'turns = [{"role": "assistant"'
            ),
            "the second request does not hold the mail",
        ),
        (
            "asks again after a refusal",
            _ENTRY.format(**_GOOD | {"none": "if lot is None: continue"}),
            "2 requests went out, not 1",
        ),
        (
            "returns it all the same",
            _ENTRY.format(**_GOOD | {"end": "return lot"}),
            "both answers had a fault: it returned",
        ),
        (
            "returns the second without a look",
            """def entry(client, mail):
    first = client.responses.parse(**ask, input=mail, text_format=Lot)
    if first.output_parsed is None:
        raise ValueError(str(first.output))
    wrong = list(faults(first.output_parsed, mail))
    if not wrong:
        return first.output_parsed
    second = client.responses.parse(
        **ask, previous_response_id=first.id, input=str(wrong), text_format=Lot
    )
    return second.output_parsed
""",
            "both answers had a fault: it returned Lot",
        ),
        (
            "trusts the first instructions",
            """def entry(client, mail):
    more = dict(ask, input=mail)
    for _ in range(2):
        response = client.responses.parse(**more, text_format=Lot)
        if response.output_parsed is None:
            raise ValueError(str(response.output))
        wrong = list(faults(response.output_parsed, mail))
        if not wrong:
            return response.output_parsed
        more = {"model": "gpt-6-luna", "previous_response_id": response.id, "input": str(wrong)}
    raise ValueError("still wrong")
""",
            "the second request is without the instructions",
        ),
        (
            "returns None for a refusal",
            _ENTRY.format(**_GOOD | {"none": "if lot is None: return None"}),
            "the answer was a refusal: it returned None",
        ),
        (
            "hides the refusal",
            _ENTRY.format(**_GOOD | {"none": 'if lot is None: raise ValueError("no lot")'}),
            "was a refusal: its text is not in the error",
        ),
        (
            "takes every missing lot for a refusal",
            _ENTRY.format(
                **_GOOD
                | {
                    "none": "if lot is None: raise ValueError(response.output[-1].content[0].refusal)"
                }
            ),
            "without a message: it stopped with `IndexError`",
        ),
        (
            "does not know the status failed",
            _ENTRY.format(
                **_GOOD
                | {
                    "none": "if response.status == 'incomplete' or response.output and lot is None: "
                    "raise ValueError(str(response.output))"
                }
            ),
            "the status failed: it stopped with",
        ),
        (
            "returns the text",
            _ENTRY.format(**_GOOD).replace("return lot\n", "return response.output_text\n"),
            "for a good answer it returned '{",
        ),
        (
            "raises another error",
            _ENTRY.format(
                **_GOOD | {"none": "if lot is None: raise KeyError(str(response.output))"}
            ),
            "a refusal: it stopped with `KeyError`",
        ),
        (
            "hides a failure",
            """def entry(client, mail):
    turns = [{"role": "user", "content": mail}]
    for _ in range(2):
        try:
            response = client.responses.parse(**ask, input=turns, text_format=Lot)
        except ValueError:
            raise
        except Exception:
            break
        if response.output_parsed is None:
            raise ValueError(str(response.output))
        found = list(faults(response.output_parsed, mail))
        if not found:
            return response.output_parsed
        turns += [*response.output, {"role": "user", "content": str(found)}]
    raise ValueError("no lot")
""",
            "it stops with `ValueError`, and not with the API's error",
        ),
    ],
}
