"""Authored answers of lesson 30, Files and PDFs: a youth orchestra borrows a viola.

No model reads the files. What is said of them is written from `make_orchestra.py`; the wrong
quotations are there on purpose. How many tokens a page's picture takes is not documented: here
it is drawn 1,024 pixels high, or 512 with `low`, and counted like any picture.
"""

import base64
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from threading import Lock
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import count, count_messages, headers, rate_limit_headers, schema_tokens
from .files import Files
from .make_orchestra import AGREEMENT, LETTER, ROWS, SAMPLES
from .pictures import picture_tokens, png_size
from .responses import function_call_item, input_texts, respond
from .tools import count_tools

Json = dict[str, Any]
W3C = "https://www.w3.org/WAI/ER/tests/xhtml/testfiles/resources/pdf/dummy.pdf"
A4 = {"high": (724, 1_024), "low": (362, 512)}  # pixels of a page; "auto" is "high"
# Of each file: its text, and how many pages are drawn.
READ: dict[str, tuple[str, int]] = {
    "dummy.pdf": ("Dummy PDF file", 1),
    "viola_loan.pdf": ("\n".join(text for page in AGREEMENT for text in page), 2),
    "viola_condition.pdf": ("", 1),
    "insurer_letter.docx": ("\n".join(LETTER), 0),
    "insurer_letter.pdf": ("\n".join(LETTER), 1),
    "instruments.xlsx": ("\n".join(",".join(map(str, row)) for row in ROWS), 0),
}
_KNOWN = {
    sha256((SAMPLES / name).read_bytes()).hexdigest(): name
    for name in (*READ, "viola_condition.png")
    if name != "dummy.pdf"
}

# Question and files: the answer.
SAID: dict[tuple[str, ...], str] = {
    ("What is on this page?", "dummy.pdf"): 'One line of text: "Dummy PDF file".',
    ("Until when is the viola insured?", "insurer_letter.docx"): (
        "The letter does not say. It refers to a day in a stamp below, and there is no stamp in "
        "what I was given."
    ),
    ("Until when is the viola insured?", "insurer_letter.pdf"): (
        "Until 31 May 2027. That is the day in the stamp."
    ),
    ("What is due back before May 2027?", "instruments.xlsx"): (
        "The bass clarinet and the piccolo, both on 15 March 2027."
    ),
    ("What is due back before July 2027?", "instruments.xlsx"): (
        "The bass clarinet and the piccolo on 15 March 2027, the viola and the french horn on "
        "30 June 2027."
    ),
    ("What is damaged?", "viola_condition.pdf"): (
        "Two things: an old scratch of 14 mm at the lower left, and an open seam of 30 mm at the "
        "upper right."
    ),
}
FELL = "It fell on a train. What must we do, and by when?"
FLIES = "May it go by air?"
CITED: dict[str, tuple[str, list[tuple[int, str]]]] = {
    FELL: (
        "Report the damage to the Halden Foundation within 48 hours. Have nothing repaired before "
        "the foundation has agreed in writing.",
        [
            (2, "Every damage is reported to the lender within 48 hours."),
            (1, "The viola travels in its hard case."),
            (2, "No repair without consent in writing."),
        ],
    ),
    FLIES: (
        "Yes, in its hard case and in the cabin.",
        [
            (2, "The viola travels in its hard case."),
            (2, "By air it goes in the cabin, never in the hold."),
        ],
    ),
}
REPAIR = "What is damaged on the viola, and who must agree to a repair?"
REPAIRED = (
    "The sheet of 31 August 2026 shows an old scratch of 14 mm and an open seam of 30 mm. The "
    "Halden Foundation must agree in writing before anything is repaired."
)


class Desk:
    def __init__(self) -> None:
        self.files = Files()
        self.lock = Lock()

    def answer(self, served: Served) -> Json | None:
        with self.lock:
            match served.asked.path:
                case "/v1/responses":
                    return self._respond(served)
                case "/v1/responses/input_tokens":
                    body = {"object": "response.input_tokens", "input_tokens": self._count(served)}
                    return {"status": 200, "headers": headers(served, 130), "ms": 170, "json": body}
                case "/v1/chat/completions":
                    return _chat_refuses(served)
            return self.files.answer(served)

    def _respond(self, served: Served) -> Json | None:
        form, tokens = served.form, self._count(served)
        names = [self._name(part) for part in _parts(served)]
        question = "\n".join(text for role, text in input_texts(form) if role == "user" and text)
        if form.get("tools"):
            return _with_tools(served, question, names, tokens)
        if ((form.get("text") or {}).get("format") or {}).get("type") == "json_schema":
            if question not in CITED or names != ["viola_loan.pdf"]:
                return None
            text, quotes = CITED[question]
            listed = [{"page": page, "words": words} for page, words in quotes]
            written = json.dumps({"text": text, "quotes": listed}, separators=(",", ":"))
            return respond(served, written, input_tokens=tokens, ms=1_300)
        said = SAID.get((question, *names))
        return respond(served, said, input_tokens=tokens, ms=1_100) if said else None

    def _count(self, served: Served) -> int:
        form = served.form
        tokens = count_messages(input_texts(form)) + schema_tokens(form)
        tokens += count_tools(form.get("tools", []))
        return tokens + sum(self._tokens(part) for part in _parts(served))

    def _tokens(self, part: Json) -> int:
        if part["type"] == "input_image":
            return picture_tokens(*png_size(_decoded(part["image_url"])))
        text, pages = READ[self._name(part)]
        detail = part.get("detail", "auto").replace("auto", "high")
        return count(text) + pages * picture_tokens(*A4[detail])

    def _name(self, part: Json) -> str:
        if part.get("file_url"):
            return "dummy.pdf" if part["file_url"] == W3C else "unknown"
        data = part.get("file_data") or part.get("image_url")
        content = _decoded(data) if data else self.files.contents[part["file_id"]]
        return _KNOWN.get(sha256(content).hexdigest(), "unknown")


def start() -> Callable[[Served], Json | None]:
    return Desk().answer


def _parts(served: Served) -> Iterator[Json]:
    """Files and pictures of messages and of functions' outputs, from the body as it was sent."""
    for item in json.loads(served.raw)["input"]:
        content = item.get("content") or item.get("output")
        for part in content if isinstance(content, list) else []:
            if part["type"] in ("input_file", "input_image"):
                yield part


def _decoded(url: str) -> bytes:
    return base64.b64decode(url.partition(";base64,")[2])


def _with_tools(served: Served, question: str, names: list[str], tokens: int) -> Json | None:
    if question != REPAIR:
        return None
    if not names:
        call = function_call_item(served, "Papers", '{"instrument":"viola"}')
        answer = respond(served, items=[call], input_tokens=tokens, ms=640)
    elif names == ["viola_loan.pdf", "viola_condition.png"]:
        answer = respond(served, REPAIRED, input_tokens=tokens, ms=1_500)
    else:
        return None
    tools = served.form["tools"]
    answer["json"]["tools"] = [{"description": None, "output_schema": None} | t for t in tools]
    return answer


def _chat_refuses(served: Served) -> Json | None:
    """Reported in 2025 and 2026, for a slide show and for Markdown, in these words."""
    for m, message in enumerate(json.loads(served.raw)["messages"]):
        for n, part in enumerate(message["content"]):
            kind = (part.get("file") or {}).get("file_data", "data:application/pdf;")
            kind = kind.removeprefix("data:").partition(";")[0]
            if kind != "application/pdf":
                where = f"messages[{m}].content[{n}].file.file_data"
                return error_answer(
                    400,
                    f"Invalid file data: '{where}'. Expected a base64-encoded data URL with an "
                    "application/pdf MIME type (e.g. "
                    "'data:application/pdf;base64,SGVsbG8sIFdvcmxkIQ=='), but got unsupported "
                    f"MIME type '{kind}'.",
                    type="invalid_request_error",
                    code="invalid_value",
                    param=where,
                    headers=headers(served, 24) | rate_limit_headers(0),
                )
    return None
