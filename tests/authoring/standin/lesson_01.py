"""Authored answers of lesson 01, Responses: a lighthouse museum answers its visitors."""

from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import headers
from .responses import reasoning_item, respond

FLASH = (
    "A steady light is easily taken for a house, a ship or a star. A rhythm of flashes is like a name: "
    "each lighthouse has its own, and a chart tells the sailor which one he sees. Flashing also lets the "
    "lens gather the light into a few strong beams, so that it carries further."
)
ANSWERS = {
    "Is there a lift to the top?": "No, the tower has no lift: 187 steps lead to the lamp.",
    "Are you open on Monday?": "No, we are closed on Mondays. We open Tuesday to Sunday from 10 to 17.",
}
SIGN = "Every lighthouse has its own rhythm of flashes, so that sailors know which one they see."
WELCOME = (
    "Welcome to the lamp room. You have climbed 187 steps to stand where the keeper stood each night. "
    "The lens around the lamp is made of glass rings that bend its light into a beam. Please do not "
    "touch the glass."
)


def start() -> Any:
    stored: dict[str, dict[str, Any]] = {}

    def answer(served: Served) -> dict[str, Any] | None:
        path, form = served.asked.path, served.form
        if path.startswith("/v1/responses/resp_"):
            return _retrieved(served, stored)
        if path != "/v1/responses":
            return None
        given = _created(served)
        if given and given["status"] == 200 and form.get("store", True) and "json" in given:
            stored[given["json"]["id"]] = given["json"]
        return given

    return answer


def _retrieved(served: Served, stored: dict[str, dict[str, Any]]) -> dict[str, Any]:
    name = served.asked.path.rsplit("/", 1)[1]
    if name not in stored:
        return error_answer(
            404, f"Response with id '{name}' not found.", type="invalid_request_error"
        )
    return {"status": 200, "headers": headers(served, 60), "ms": 90, "json": stored[name]}


def _created(served: Served) -> dict[str, Any] | None:
    form = served.form
    asked, effort = form["input"], (form.get("reasoning") or {}).get("effort", "medium")
    if form["model"] == "luna":
        return error_answer(
            400,
            "The requested model 'luna' does not exist.",
            type="invalid_request_error",
            code="model_not_found",
            param="model",
            headers=headers(served, 20),
        )
    if asked == FLASH:
        return respond(served, SIGN, ms=520)
    if asked.startswith("Why do lighthouses flash"):
        return respond(served, FLASH, reasoning_tokens=128, ms=1400)
    if asked.startswith("Write the welcome text"):
        if form.get("max_output_tokens", 10_000) <= 64:
            notes = reasoning_item(served, 64)
            return respond(
                served,
                items=[notes],
                reasoning_tokens=64,
                incomplete="max_output_tokens",
                ms=900,
            )
        return respond(served, WELCOME, reasoning_tokens=192, ms=1900)
    if asked in ANSWERS:
        tokens = {"none": 0, "low": 45}.get(effort, 96)
        return respond(served, ANSWERS[asked], reasoning_tokens=tokens, ms=600 + 8 * tokens)
    return None
