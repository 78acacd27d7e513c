"""Authored answers of lesson 22, Costs: the plant helper of a nursery, and what its answers use.

Every reasoning count is made up; the spread of a real pilot is what they stand for. So is the time that a
background response takes.
"""

from collections.abc import Callable
from typing import Any

from oaiworkbook.practice.server import Served

from .chat import chat
from .common import CREATED, count, headers, rate_limit_headers
from .responses import input_texts, respond

Json = dict[str, Any]

# Question: the answer, and the reasoning tokens before it.
PLANTS: dict[str, tuple[str, int]] = {
    "How often do I water my snake plant?": ("Every three weeks, in winter every six.", 52),
    "My basil loses its lower leaves. What should I do?": (
        "Too much water from above is the likely cause. Pour into the saucer from now on, and divide the pot "
        "into four.",
        58,
    ),
    "Why does my monstera have no holes?": (
        "It gets too little light, or it is still young. Move it closer to a window, out of the direct sun.",
        41,
    ),
    "The tips of my spider plant are brown.": (
        "The soil was too dry, or it had too much feed. Water when the top two centimetres are dry, and stop "
        "feeding until March.",
        72,
    ),
    "My orchid has wrinkled leaves and the roots are brown. I water it twice a week. Can it be saved?": (
        "It had too much water. Cut off the soft, brown roots, repot it, and bathe it for ten minutes once a "
        "week. If a few roots are still firm, it has a good chance.",
        305,
    ),
    "Tiny black flies come out of the soil whenever I water.": (
        "These are fungus gnats. Let the top of the soil dry between waterings, and hang up a yellow card.",
        64,
    ),
    "My lemon tree stands in the living room and turns yellow. It was fine on the balcony all summer.": (
        "It is too warm and too dark for it there. Put it in a bright place between 5 and 12 degrees, such as "
        "a stairwell with a window, and do not feed it before March.",
        149,
    ),
    "Is my cyclamen dead? It has no leaves left.": (
        "It may only be asleep: it rests in summer. In November, loss of all leaves rather means warmth or wet "
        "feet. Keep it at 15 degrees at most, and water into the saucer.",
        86,
    ),
    "Three plants at once: the ivy has webs, the calathea has brown edges and the fern is completely dry. They "
    "stand next to each other above the radiator. Should I move all of them, and which one first?": (
        "Move all of them, for the dry, warm air troubles each. First the ivy: it has spider mites, so shower it, "
        "keep it apart and repeat after a week. Then cut the fern to the ground and keep it moist, and give the "
        "calathea rainwater.",
        640,
    ),
    "My peace lily droops every Friday.": (
        "It is thirsty, and it stands up again within hours. Water it on Thursday.",
        37,
    ),
    "There is white cotton on my jade plant.": (
        "These are mealybugs. Dab each spot with spirit, and look into the leaf joints again next week.",
        48,
    ),
    "The Christmas cactus had forty buds and now they lie on the floor. I only turned it so that we could see "
    "it better.": (
        "It was the turning: this plant drops its buds when it is moved. Leave it where it is now, cool and bright, "
        "and water a little.",
        221,
    ),
    "When do I cut back my geraniums?": (
        "In February, by half. Until then keep them bright, cool and nearly dry.",
        33,
    ),
    "Leaves of my rubber plant fall since we moved house.": (
        "It hates being moved, and perhaps it stands in a draught. Find it a bright place without one and leave "
        "it there.",
        90,
    ),
    "What are the orange spots on my mint?": (
        "This is rust. Throw the plant away, not on the compost.",
        44,
    ),
    "My poinsettia is bare after five days.": (
        "It had too cold a journey. We exchange it if you bought it from us in the last two weeks.",
        118,
    ),
    "Can the rosemary stay in the kitchen in winter?": (
        "Better not: indoors it dies of warmth. Keep it in full light below 10 degrees.",
        61,
    ),
    "The aloe is brown and soft at the bottom.": (
        "It is too wet. Do not water it for four weeks.",
        55,
    ),
    "Something eats my boxwood.": (
        "Webs and eaten leaves are caterpillars of the box moth. Pick them off, and call us.",
        39,
    ),
}
EASY = "Which house plant forgives me most?"
HARDY = "The snake plant. It wants water every three weeks."
# What GPT-6 models answer for a tier. Fast requests may be served as standard ones when traffic grows
# quickly, and then the answer says so.
SERVED = {"fast": "default", "priority": "fast"}
FIRST = next(iter(PLANTS))  # the lesson asks it first
EVENING = "Which three of these must our gardener see herself?"
# Seconds until a background response of this window is done.
DONE_AFTER = {"2h": 47 * 60, "8h": 194 * 60}


class Nursery:
    """A background response moves on with each poll."""

    def __init__(self) -> None:
        self.begun: dict[str, list[Json]] = {}

    def answer(self, served: Served) -> Json | None:
        match served.asked.method, served.asked.path.split("/")[2:]:
            case "GET", ["responses", id_] if id_ in self.begun:
                states = self.begun[id_]
                return _json(served, states.pop(0) if len(states) > 1 else states[0])
            case "POST", ["responses"]:
                return self._create(served)
            case "POST", ["chat", "completions"]:
                return chat(served, HARDY, ms=480)
        return None

    def _create(self, served: Served) -> Json | None:
        form = served.form
        if not form.get("background"):
            return _answer(served)
        if not form["input"].startswith(EVENING):
            return None
        text = (
            "The orchid with the brown roots, the three plants above the radiator, and the poinsettia that "
            "is bare after five days."
        )
        done = respond(served, text, reasoning_tokens=172)["json"]
        done["completed_at"] = CREATED + DONE_AFTER[form["background_options"]["completion_window"]]
        waits = done | {"completed_at": None, "output": [], "usage": None, "service_tier": "auto"}
        self.begun.setdefault(done["id"], [waits | {"status": "in_progress"}, done])
        queued = _json(served, waits | {"status": "queued"})
        queued["headers"] |= rate_limit_headers(done["usage"]["total_tokens"])
        return queued


def start() -> Callable[[Served], Json | None]:
    return Nursery().answer


def _json(served: Served, body: Json) -> Json:
    return {"status": 200, "headers": headers(served, 90), "ms": 130, "json": body}


def _answer(served: Served) -> Json | None:
    form = served.form
    asked = form["input"]
    question = asked if isinstance(asked, str) else asked[-1]["content"]
    if question == EASY:
        tier = SERVED.get(form.get("service_tier", ""))
        return respond(served, HARDY, reasoning_tokens=24, service_tier=tier, ms=520)
    if question not in PLANTS:
        return None
    text, tokens = PLANTS[question]
    cached, written = _cache(form, question)
    return respond(
        served,
        text,
        reasoning_tokens=tokens,
        cached_tokens=cached,
        cache_write_tokens=written,
        ms=500 + tokens // 2,
    )


def _cache(form: Json, question: str) -> tuple[int, int]:
    """Tokens read from the prompt cache and written to it. Lesson 21 says why."""
    texts = input_texts(form)
    if "prompt_cache_options" not in form:
        # Written up to the end of the question, which is another each time: all but 3, as in a real
        # answer.
        return 0, sum(count(text) + 4 for _, text in texts) + 2 - 3
    prefix = count(texts[0][1]) + 4
    return (0, prefix) if question == FIRST else (prefix, 0)
