"""Authored answers of lesson 01, Responses."""

from typing import Any

from oaiworkbook.serve import Served

from .responses import respond


def answer(served: Served) -> dict[str, Any] | None:
    if served.asked.path == "/v1/responses":
        return respond(served, "Hello.")
    return None
