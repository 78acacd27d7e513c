"""Authored answers of lesson 07, Reasoning: a removal company loads eight things onto two vans.

Token counts of the reasoning and the plans, wrong ones included, are ours. The refusal of a sampling
setting has the form reported for GPT-6 models on this endpoint (its `code` is null); that of
`minimal` the form reported for gpt-5.6-luna, which takes the same six efforts.
"""

from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import headers
from .responses import reasoning_item, respond

PRO = 604  # reasoning tokens at effort low in mode pro
REASONING = {"none": 0, "low": 146, "medium": 583, "high": 1412, "xhigh": 2957, "max": 5630}
SAMPLING = ("temperature", "top_p", "top_logprobs")

OVERLOADED = """The piano goes on Alba because of the ramp, and the books fit beside it.
The fridge stays away from the aquarium.

Alba: piano, books, fridge
Bruno: sofa, wardrobe, aquarium, tools, plants"""

TOO_CLOSE = """Everything together weighs 800 kg, so each van carries exactly 400 kg.
The piano is on Alba; fridge, aquarium and plants fill it up.
Books and tools ride together on Bruno.

Alba: piano, fridge, aquarium, plants
Bruno: books, sofa, wardrobe, tools"""

LINES = """Alba: piano, fridge, sofa, plants
Bruno: books, wardrobe, aquarium, tools"""

RIGHT = f"""Everything together weighs 800 kg, so each van carries exactly 400 kg.
The piano is on Alba and leaves 180 kg there: fridge, sofa and plants.
Books and tools ride together on Bruno, with the wardrobe and the aquarium.

{LINES}"""

LONG = f"""First the total: 220 + 110 + 80 + 60 + 110 + 60 + 120 + 40 = 800 kg.
Two vans carry 400 kg each, so both must be exactly full.

Then the rules.

1. The piano needs the ramp, so it is on Alba. There, 180 kg are left.
2. Books and tools weigh 230 kg together. That is more than 180, so both ride on Bruno.
   There, 170 kg are left.
3. The wardrobe weighs 110 kg. On Alba it would leave 70 kg, and nothing makes exactly 70.
   So it is on Bruno, where 60 kg are left.
4. The sofa or the aquarium fills those 60 kg. If it were the sofa, the aquarium would ride
   with the fridge on Alba. So it is the aquarium.

Check: 220 + 80 + 60 + 40 = 400, and 110 + 110 + 60 + 120 = 400.

{LINES}"""

THOUGHTS = """**Balancing the two vans**

The things weigh 800 kg in all, so each van has to carry exactly 400 kg. The piano takes 220 kg of Alba. \
Books and tools need 230 kg together, which no longer fits there, so they go on Bruno. That leaves the \
fridge and the aquarium to be kept apart while both sides still come to 400."""


def answer(served: Served) -> dict[str, Any] | None:
    form = served.form
    if served.asked.path != "/v1/responses" or not form["input"].startswith("Two vans,"):
        return None
    effort = (form.get("reasoning") or {}).get("effort", "medium")
    if refused := _refused(served, effort):
        return refused
    pro = (form.get("reasoning") or {}).get("mode") == "pro"
    tokens = PRO if pro else REASONING[effort]
    ms = 500 + round(0.6 * tokens)
    cap = form.get("max_output_tokens", 128_000)
    if cap <= tokens:
        notes = reasoning_item(served, cap)
        return respond(
            served,
            items=[notes],
            reasoning_tokens=cap,
            incomplete="max_output_tokens",
            ms=500 + round(0.6 * cap),
        )
    summary = (form.get("reasoning") or {}).get("summary")
    given = respond(
        served,
        RIGHT if pro else _plan(effort, (form.get("text") or {}).get("verbosity", "medium")),
        reasoning_tokens=tokens,
        summary=THOUGHTS if summary else None,
        ms=ms,
    )
    if summary == "auto":
        # The one recorded answer to `auto` echoes what it was taken for.
        given["json"]["reasoning"]["summary"] = "detailed"
    if pro:
        given["json"]["reasoning"]["mode"] = "pro"
    return given


def _plan(effort: str, verbosity: str) -> str:
    if effort in ("none", "low"):
        return {"none": OVERLOADED, "low": TOO_CLOSE}[effort]
    return {"low": LINES, "medium": RIGHT, "high": LONG}[verbosity]


def _refused(served: Served, effort: str) -> dict[str, Any] | None:
    if effort not in REASONING:
        return error_answer(
            400,
            f"Unsupported value: '{effort}' is not supported with the '{served.form['model']}' model. "
            "Supported values are: 'none', 'low', 'medium', 'high', 'xhigh', and 'max'.",
            type="invalid_request_error",
            code="unsupported_value",
            param="reasoning.effort",
            headers=headers(served, 20),
        )
    for name in SAMPLING:
        if effort != "none" and name in served.form:
            return error_answer(
                400,
                f"Unsupported parameter: '{name}' is not supported with this model.",
                type="invalid_request_error",
                param=name,
                headers=headers(served, 20),
            )
    return None
