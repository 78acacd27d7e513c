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
            "only asks for JSON",
            """def viewing(client, mail):
    return client.responses.create(
        model="gpt-6-luna", input=mail + " Answer in JSON: name, guests, day."
    ).output_text
""",
            "carries no schema",
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
            """def all_closed(schema):
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return False
    return all(all_closed(each) for each in schema.get("properties", {}).values())
""",
            "whose root leaves a field optional",
        ),
        (
            "stops at lists",
            """def all_closed(schema):
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("required", [])) != set(schema.get("properties", {})):
            return False
    return all(all_closed(each) for each in schema.get("properties", {}).values())
""",
            "in the `items` of a list",
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
    ],
    "05-3": [
        ("does not expect a refusal", _ENTRY.format(**_GOOD | {"none": "pass"}), "a refusal: it"),
        ("asks for ever", _ENTRY.format(**_GOOD | {"tries": "1000"}), "did not stop"),
        (
            "keeps the fault to itself",
            _ENTRY.format(**_GOOD | {"fault": '"Correct the lot."'}),
            "does not say what is wrong",
        ),
        (
            "asks again after a refusal",
            _ENTRY.format(**_GOOD | {"none": "if lot is None: continue"}),
            "2 requests were sent, not 1",
        ),
        ("returns it all the same", _ENTRY.format(**_GOOD | {"end": "return lot"}), "both answers"),
        (
            "hides the refusal",
            _ENTRY.format(**_GOOD | {"none": 'if lot is None: raise ValueError("no lot")'}),
            "does not hold the refusal's text",
        ),
    ],
}
