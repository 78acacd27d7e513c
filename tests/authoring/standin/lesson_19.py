"""Authored answers of lesson 19, Moderation and decisions: the forum of a community centre.

All scores and probabilities are ours; no model was asked. So are the scores from which on a category
counts as flagged: OpenAI's own are not documented.
"""

import json
from typing import Any

from oaiworkbook import settings
from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .decisions import decide, predicate, ranked, scored
from .moderations import moderate, verdict
from .responses import respond

Json = dict[str, Any]
FILE = settings.course_dir() / "data" / "samples" / "forum_posts.jsonl"
POSTS = {row["id"]: row for row in map(json.loads, FILE.read_text("utf-8").splitlines())}

# What stands out in a post; every other score is next to nothing.
HARASSMENT = {
    "p03": 0.58, "p06": 0.47, "p09": 0.31, "p13": 0.66, "p16": 0.35, "p20": 0.88, "p22": 0.26,
    "p23": 0.12, "p25": 0.08, "p27": 0.22, "p30": 0.71, "p34": 0.17,
}  # fmt: skip
VIOLENCE = {
    "p02": 0.03, "p04": 0.05, "p05": 0.06, "p08": 0.24, "p11": 0.18, "p14": 0.07, "p18": 0.16,
}  # fmt: skip
# That a post advertises something for money. Too sure of itself at the top, as we wrote it.
ADVERT = {
    "p01": 0.98, "p04": 0.96, "p07": 0.97, "p10": 0.93, "p12": 0.95, "p15": 0.86, "p19": 0.77,
    "p21": 0.91, "p24": 0.83, "p26": 0.42, "p28": 0.56, "p29": 0.64, "p31": 0.94, "p32": 0.11,
    "p33": 0.92, "p35": 0.88, "p36": 0.37, "p17": 0.07, "p16": 0.05, "p05": 0.14,
}  # fmt: skip
ELSE = 0.02

PROCESS = "How do I kill a Python process?"


def answer(served: Served) -> Json | None:
    form, path = served.form, served.asked.path
    if path == "/v1/moderations":
        return _moderation(served, form)
    if path == "/v1/decisions":
        return _decision(served, form)
    if path == "/v1/responses":
        return _response(served, form)
    return None


def _strong(text: str) -> dict[str, float] | None:
    """The scores that stand out in a text of this lesson; None for any other text."""
    if text == PROCESS:
        return {"violence": 0.03}
    if text == REPLY:
        return {}
    for id_, post in POSTS.items():
        if post["text"] == text:
            found = {"harassment": HARASSMENT.get(id_), "violence": VIOLENCE.get(id_)}
            return {name: score for name, score in found.items() if score is not None}
    return None


def _moderation(served: Served, form: Json) -> Json | None:
    asked = form["input"]
    if isinstance(asked, list) and asked and isinstance(asked[0], dict):
        images = sum(part["type"] == "image_url" for part in asked)
        if images > 1:
            message = f"Number of images ({images}) exceeds maximum of 1"
            return error_answer(
                400, message, type="invalid_request_error", code="too_many_images", param="input"
            )
        texts = [part["text"] for part in asked if part["type"] == "text"]
        kinds = ["text"] * bool(texts) + ["image"] * bool(images)
        strong = [_strong(text) for text in texts]
        if None in strong:
            return None
        whole = {name: score for each in strong for name, score in (each or {}).items()}
        return moderate(served, [verdict(served, whole, kinds)])
    results = []
    for number, text in enumerate([asked] if isinstance(asked, str) else asked):
        found = _strong(text)
        if found is None:
            return None
        results.append(verdict(served, found, ["text"], number))
    return moderate(served, results, ms=900 if len(results) > 1 else 500)


KINDS = {"question": 0.02, "offer": 0.95, "story": 0.03}
HURRY = {"can wait": 0.09, "this week": 0.74, "today": 0.17}


def _decision(served: Served, form: Json) -> Json | None:
    if form["input"] == POSTS["p04"]["text"]:
        made = {
            "advert": lambda asked: predicate(asked, ADVERT["p04"]),
            "kind": lambda asked: ranked(asked, KINDS),
            "hurry": lambda asked: scored(asked, HURRY),
        }
        return decide(served, [made[asked["name"]](asked) for asked in form["questions"]])
    if isinstance(form["input"], list):
        answers = [predicate(q, ADVERT.get(q["name"], ELSE)) for q in form["questions"]]
        return decide(served, answers, ms=1200)
    return None


REPLY = "Every glue is slow for somebody: let us test it together on Tuesday, from 17 to 20."
REPLIES = {
    "p13": REPLY,
    "p04": "Good luck with the sale, but please take it to the market page: this wall is for repairs.",
}


def _response(served: Served, form: Json) -> Json | None:
    text = form["input"]
    if "text" in form:
        filled = {"advert": True, "kind": "offer", "hurry": "this week"}
        return respond(served, json.dumps(filled, separators=(",", ":")), ms=800)
    for id_, reply in REPLIES.items():
        if text == POSTS[id_]["text"]:
            made = respond(served, reply, ms=1100)
            if "moderation" in form:
                sides = {"input": _strong(text) or {}, "output": {}}
                made["json"]["moderation"] = {
                    side: verdict(served, strong, ["text"], number)
                    | {"type": "moderation_result", "model": form["moderation"]["model"]}
                    for number, (side, strong) in enumerate(sides.items())
                }
            return made
    return None
