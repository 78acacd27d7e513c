"""Authored answers of lesson 15, Embeddings: vectors of an open model, in the API's form."""

from typing import Any

from oaiworkbook.practice.server import Served

from .embeddings import Vectors, embeddings

VECTORS = Vectors("15")


def answer(served: Served) -> dict[str, Any] | None:
    return embeddings(served, VECTORS)
