"""Authored answers of lesson 23, Concurrency: the subjects of postcards to a bus company."""

from typing import Any

from oaiworkbook.course.samples import sample
from oaiworkbook.practice.server import Served

from .responses import respond

CARDS = sample("postcards.txt").read_text("utf-8").splitlines()
WORDS = "timetable, seats, price, stop, driver, timetable, seats, price, timetable, stop"
SUBJECTS = dict(zip(CARDS, WORDS.split(", "), strict=True))


def answer(served: Served) -> dict[str, Any] | None:
    cards = str(served.form.get("input", "")).splitlines()
    if not cards or not SUBJECTS.keys() >= set(cards):
        return None
    # No two cards take equally long: else all answers of a crowd would come at once.
    ms = 500 + 60 * CARDS.index(cards[0]) + 40 * (len(cards) - 1)
    return respond(served, "\n".join(SUBJECTS[card] for card in cards), ms=ms)
