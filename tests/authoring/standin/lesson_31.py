"""Authored answers of lesson 31, Background work: a bird ringing station reviews its seasons.

Counts of birds, web pages and what they say are made up, and so are all times and reasoning counts.
"""

from collections.abc import Callable
from typing import Any

from oaiworkbook.practice.server import Served

from .background import Background
from .common import identifier
from .hosted import respond_hosted
from .responses import message_item, respond
from .webhooks import Webhooks

Json = dict[str, Any]
REVIEW = (
    "Pied flycatchers fell from 61 to 22 in two years, which is the clearest change. Redwings stayed "
    "level, near 150 a year. Goldcrests had one poor year and have almost recovered, so weather is the "
    "likely cause. Check first whether the nets at the south wall were open on as many days each year."
)
NETS = (
    "Move two nets from the pond to the south wall, because flycatchers hunt along its warm stones. Leave "
    "the other six where they are. A count can only be compared with last year's if most nets stay."
)
# Beginning of the question: the answer, reasoning tokens, seconds, whether it ever ends by itself.
ASKED = {
    "Review these three seasons": (REVIEW, 436, 96, True),
    "All 41 seasons": (REVIEW, 436, 0, False),
    "Which nets do we move?": (NETS, 118, 3 * 3600 + 840, True),
}
# What the pages say, a search each.
PAGES = [
    (
        "https://coastbirds.example/arrivals",
        "First arrivals since 1990 · Coast Birds",
        "Stations on the North Sea coast now see the first pied flycatchers about nine days earlier than "
        "in 1990.",
        "pied flycatcher first arrival North Sea coast since 1990",
    ),
    (
        "https://springcount.example/2026",
        "Spring count 2026 · Spring Count",
        "In cold springs, such as 2026, the difference is four days.",
        "pied flycatcher arrival cold spring 2026 North Sea",
    ),
]


class Station:
    def __init__(self) -> None:
        self.kept = Background()
        self.hooks = Webhooks(status_code=404)  # nobody listens at the lesson's address

    def answer(self, served: Served) -> Json | None:
        if (served.asked.method, served.asked.path) != ("POST", "/v1/responses"):
            return self.kept.answer(served) or self.hooks.answer(served)
        form = served.form
        if form.get("tools"):
            return self.kept.begin(_search(served), seconds=214, polls=1)
        for begin, (text, tokens, seconds, ends) in ASKED.items():
            if form["input"].startswith(begin):
                whole = respond(served, text, reasoning_tokens=tokens, ms=3100)
                return self.kept.begin(whole, seconds=seconds, ends=ends)
        return None


def start() -> Callable[[Served], Json | None]:
    return Station().answer


def _search(served: Served) -> Json:
    """As many searches as are allowed, each with the page that it found."""
    found = PAGES[: served.form["max_tool_calls"]]
    calls: list[Json] = []
    text, notes = "", []
    for number, (url, title, said, query) in enumerate(found):
        call: Json = {"id": identifier("ws_", served, str(number)), "type": "web_search_call"}
        action = {"type": "search", "queries": [query], "query": query}
        calls.append(call | {"status": "completed", "action": action})
        text += f"{' ' if text else ''}{said} "
        begin = len(text)
        host = url.split("/")[2]
        text += f"([{host}]({url}?utm_source=openai))"
        note: Json = {"type": "url_citation", "end_index": len(text), "start_index": begin}
        notes.append(note | {"title": title, "url": f"{url}?utm_source=openai"})
    message = message_item(served, text, annotations=notes)
    # What a page holds is paid as input: about 700 tokens here.
    return respond_hosted(
        served,
        [*calls, message],
        read=" word" * (700 * len(found)),
        written=" ".join(query for *_, query in found),
        tokens=210,
        ms=240,
        web_searches=len(found),
    )
