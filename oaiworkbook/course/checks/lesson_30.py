"""Exercises of lesson 30, Files and PDFs."""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openai
from pydantic import BaseModel

from ...practice.answers import message_item
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, error_answer, expect, text_answer

Json = dict[str, Any]

RAW = [
    "5 Rent. The insur-\nance covers the\nwhole period.\n",
    "6 Care. No repair is made with-\nout consent.\tA well-known maker\nis asked.",
    "7 End. The insurance covers the whole period of the\nloan.",
]
FOUND: list[tuple[str, list[int], str]] = [
    ("The insurance covers the whole period.", [1], "a word is broken at the end of a line"),
    ("insurance covers the whole period", [1, 3], "two pages hold it"),
    ("made without consent. A well-known", [2], "there is a tab in it, and a real hyphen"),
    ("well-\nknown  maker is", [2], "the quotation itself has a line break"),
    ("whole period of", [3], "it has three words"),
    ("whole period", [], "it has two words"),
    ("insurance", [], "it has one word"),
    ("", [], "it is empty"),
    (" \n ", [], "it is white space"),
    ("the Insurance covers the", [], "a letter is a capital one in the quotation only"),
    ("covers, the whole period", [], "the quotation has one comma more"),
    ("whole period. 6 Care.", [], "it begins on one page and ends on the next"),
    ("No repair is allowed", [], "its last word is another"),
]


def find(answer: Callable[..., Any]) -> str:
    for words, wanted, what in FOUND:
        found = answer(words, list(RAW))
        expect(isinstance(found, list), f"for {words!r} it returned {found!r}, not a list")
        expect(found == wanted, f"for {words!r} it returned {found}: {what}")
    found = answer("covers the whole period", [])
    expect(found == [], f"with no pages it returned {found!r}")
    return "Line breaks and hyphens no longer hide a quotation."


# The lesson's rule. A test compares the two by running the reference.
RULES = "Answer from the file only. Quote each sentence that you use, word for word."
FILE, QUESTION = "file-abc", "Who pays for new strings?"
TEXTS = [
    "1 Use. Only members play the harp. It is not lent on.",
    "2 Care. Strings are changed at the borrower's cost.",
    "3 Return. The harp is tuned. It is not lent on.",
]
STRINGS = "Strings are changed at the borrower's cost."
LENT = "It is not lent on."


def _answer(*quotes: tuple[int, str]) -> Json:
    return {"text": "The borrower.", "quotes": [{"page": p, "words": w} for p, w in quotes]}


GOOD = _answer((2, STRINGS), (3, LENT))
# An answer that does not fit, the words of its wrong quotations, and what is off.
WRONG: list[tuple[Json, list[str], str]] = [
    (_answer((1, STRINGS)), [STRINGS], "a quotation was on another page"),
    (
        _answer((3, LENT), (2, "The lender pays.")),
        ["The lender pays."],
        "a quotation was on no page",
    ),
    (
        _answer((2, "The lender pays."), (2, STRINGS), (2, LENT)),
        ["The lender pays.", LENT],
        "two of three quotations were wrong",
    ),
    (_answer((0, LENT)), [LENT], "a quotation named page 0"),
    (_answer((9, STRINGS)), [STRINGS], "a quotation named page 9 of 3"),
    (_answer(), [], "there was no quotation"),
]
REFUSAL = text_answer(
    "", output=[message_item([{"type": "refusal", "refusal": "I cannot read this."}])]
)


def cited(answer: Callable[..., Any]) -> str:
    probe = Probe([json.dumps(GOOD)])
    found = _found(answer, probe, "all quotations were on their pages")
    _asks(probe.last, "the first request")
    sent = len(probe.requests)
    expect(sent == 1, f"all quotations were on their pages, and {sent} requests went")
    _is_good(found)
    refused: list[tuple[Reply, list[str], str]] = [(REFUSAL, [], "the answer was a refusal")]
    cases = [*((json.dumps(body), words, what) for body, words, what in WRONG), *refused]
    for first, words, what in cases:
        probe = Probe([first, json.dumps(GOOD)])
        found = _found(answer, probe, f"{what}, and the second answer fits")
        sent = len(probe.requests)
        expect(sent == 2, f"{what}, and {sent} request{'s' * (sent != 1)} went")
        _asks_again(probe, words, what)
        _is_good(found)
        _gives_up(answer, first, what)
    for before in ([], [json.dumps(WRONG[0][0])]):
        passes_on(lambda probe: answer(probe.client, FILE, list(TEXTS), QUESTION), first=before)
    return "Each quotation can be looked up, or you know that one cannot."


def _found(answer: Callable[..., Any], probe: Probe, what: str) -> Any:
    try:
        return answer(probe.client, FILE, list(TEXTS), QUESTION)
    except ValueError as error:
        raise Wrong(f"{what}, and it raised `ValueError`: {error}") from error


def _asks(asked: Asked, which: str) -> None:
    expect(asked.model == "gpt-6-luna", f"{which} asks {asked.model!r}")
    expect(QUESTION in asked.words, f"{which} does not hold the question")
    expect(RULES in asked.words, f"{which} does not hold the words of `RULES`")
    schema = asked.schema
    expect(schema and "quotes" in json.dumps(schema), f"{which} carries no schema of an `Answer`")
    parts = [part for turn in asked.turns for part in turn.other]
    # In Chat Completions the id is one level deeper.
    ids = [part.get("file", part).get("file_id") for part in parts]
    expect(FILE in ids, f"in {which} there is no part with the id of the file")


def _asks_again(probe: Probe, words: list[str], what: str) -> None:
    last = probe.last
    _asks(last, "the second request")
    said = [n for n, turn in enumerate(last.turns) if turn.role == "assistant"]
    expect(said, f"{what}, and the second request does not follow the first answer")
    after = "\n".join(turn.text for turn in last.turns[said[-1] + 1 :])
    expect(after.strip(), f"{what}, and the second request says nothing after the first answer")
    for each in words:
        expect(each in after, f"{what}, and the second request does not name {each!r}")


def _gives_up(answer: Callable[..., Any], reply: Reply, what: str) -> None:
    probe = Probe([reply], limit=6)
    gave_up = False
    try:
        found = answer(probe.client, FILE, list(TEXTS), QUESTION)
    except ValueError:
        gave_up = True
    except openai.OpenAIError:
        raise
    except Exception as error:
        kind = type(error).__name__
        raise Wrong(f"{what}, twice, and it raised `{kind}`, not `ValueError`") from error
    sent = len(probe.requests)
    if not gave_up:
        raise Wrong(f"{what}, twice, and it returned {found!r}: it must raise `ValueError`")
    expect(sent == 2, f"{what}, in each answer, and {sent} requests went")


def _is_good(found: Any) -> None:
    expect(isinstance(found, BaseModel), f"it returned {type(found).__name__}, not an `Answer`")
    expect(found.model_dump() == GOOD, f"it returned {found!r}, not the answer whose quotes fit")


CONTENT = b"%PDF-1.7 24 bytes of it\n"
UPLOAD = {"id": "upload_1", "object": "upload", "bytes": len(CONTENT), "created_at": 1}
UPLOAD |= {"filename": "score.pdf", "purpose": "user_data", "expires_at": 3601}
CRASH = error_answer(500, "Refused for the check.", type="server_error")


class _Uploads:
    """The API's side of an upload. `fails`: the request that gets a 500, by its path and number."""

    def __init__(self, fails: tuple[str, int] = ("", 0)) -> None:
        self._fails, self._seen = fails, dict[str, int]()

    def __call__(self, asked: Asked) -> Mapping[str, Any]:
        kind = asked.path.rpartition("/")[2] if asked.path != "/uploads" else "create"
        self._seen[kind] = self._seen.get(kind, 0) + 1
        if (kind, self._seen[kind]) == self._fails:
            return CRASH
        match kind:
            case "create":
                return {"status": 200, "json": UPLOAD | {"status": "pending"}}
            case "parts":
                part = {"id": f"part_{self._seen[kind]}", "object": "upload.part"}
                return {"status": 200, "json": part | {"created_at": 1, "upload_id": "upload_1"}}
            case "complete":
                file = {"id": "file-xyz", "object": "file", "bytes": len(CONTENT), "created_at": 1}
                file |= {"filename": "score.pdf", "purpose": "user_data", "status": "processed"}
                return {"status": 200, "json": UPLOAD | {"status": "completed", "file": file}}
        return {"status": 200, "json": UPLOAD | {"status": "cancelled"}}


def send(answer: Callable[..., Any]) -> str:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "score.pdf"
        path.write_bytes(CONTENT)
        for size, wanted in ((10, [10, 10, 4]), (12, [12, 12]), (8, [8, 8, 8]), (99, [24])):
            probe = Probe([_Uploads()])
            found = answer(probe.client, path, size)
            _announced(probe.requests)
            _in_order(probe.requests, size, wanted)
            expect(found == "file-xyz", f"it returned {found!r}, not the id of the file")
            gone = [each.path for each in probe.requests if each.path.endswith("/cancel")]
            expect(not gone, "it cancels an upload that is complete")
        for kind, number, what in (
            ("create", 1, "the upload could not be created"),
            ("parts", 1, "the first part failed"),
            ("parts", 2, "the second part failed"),
            ("complete", 1, "the upload could not be completed"),
        ):
            _cancels(answer, path, (kind, number), what)
    return "A whole file, or no half of one that waits for an hour."


def _announced(requests: Sequence[Asked]) -> None:
    expect(requests, "your code sent no request through the client it was given")
    first = requests[0]
    expect(first.path == "/uploads", f"the first request goes to {first.path!r}")
    for name, wanted in {
        "bytes": len(CONTENT),
        "filename": "score.pdf",
        "mime_type": "application/pdf",
        "purpose": "user_data",
    }.items():
        given = first.body.get(name)
        expect(given == wanted, f"of a PDF with {len(CONTENT)} bytes, `{name}` is {given!r}")


def _in_order(requests: Sequence[Asked], size: int, wanted: list[int]) -> None:
    sent = [each for each in requests if each.path.endswith("/parts")]
    for each in requests[1:]:
        there = each.path.startswith("/uploads/upload_1/")
        expect(there, f"a request goes to {each.path!r}: the upload's id is 'upload_1'")
    sizes = [sum(file["bytes"] for file in each.files) for each in sent]
    expect(
        sizes == wanted,
        f"{len(CONTENT)} bytes in parts of {size} went as {sizes}",
    )
    done = [each for each in requests if each.path.endswith("/complete")]
    expect(len(done) == 1, f"the upload is completed {len(done)} times")
    ids = done[0].body.get("part_ids")
    known = {f"part_{number}": each.files[0]["sha256"] for number, each in enumerate(sent, 1)}
    starts = range(0, len(CONTENT), size)
    right = [sha256(CONTENT[start : start + size]).hexdigest() for start in starts]
    expect(
        [known.get(id_) for id_ in ids or []] == right,
        f"with parts of {size} bytes `part_ids` was {ids}: this does not make the file",
    )


def _cancels(answer: Callable[..., Any], path: Path, fails: tuple[str, int], what: str) -> None:
    probe = Probe([_Uploads(fails)])
    passed_on = False
    try:
        found = answer(probe.client, path, 10)
    except openai.InternalServerError:
        passed_on = True
    except Exception as error:
        kind = type(error).__name__
        raise Wrong(f"{what}, and `{kind}` came out, not the API's error") from error
    if not passed_on:
        raise Wrong(f"{what}, and no error came out: it returned {found!r}")
    gone = [each for each in probe.requests if each.path.endswith("/cancel")]
    made = fails[0] != "create"
    expect(len(gone) == made, f"{what}, and {len(gone)} uploads were cancelled, not {int(made)}")
    expect(
        all(each.path == "/uploads/upload_1/cancel" for each in gone),
        f"{what}, and another upload was cancelled: {[each.path for each in gone]}",
    )


EXERCISES = [
    Exercise(
        "30-1",
        find,
        (
            'Take white space out of both sides: `"".join(text.split())`. Then the hyphens.',
            "Count the words of the quotation before its white space is gone.",
            "A list comprehension over `enumerate(texts, 1)`, as in `places`.",
        ),
        """def bare(text):
    return "".join(text.split()).replace("-", "")


def find(words, texts):
    if len(words.split()) < 3:
        return []
    return [number for number, text in enumerate(texts, 1) if bare(words) in bare(text)]
""",
    ),
    Exercise(
        "30-2",
        cited,
        (
            "A loop over two tries. `quote.page in places(quote.words, texts)` says whether one fits.",
            "The second request has `previous_response_id=response.id`, and `RULES` again: "
            "instructions are not carried over.",
            "`output_parsed` is None after a refusal. Then there are no quotations to name.",
        ),
        """def cited(client, file_id, texts, question):
    ask = {**luna, "instructions": RULES, "text_format": Answer}
    ask["input"] = user(question, {"type": "input_file", "file_id": file_id})
    for _ in range(2):
        response = client.responses.parse(**ask)
        found = response.output_parsed
        quotes = found.quotes if found else []
        wrong = [q.words for q in quotes if q.page not in places(q.words, texts)]
        if quotes and not wrong:
            return found
        ask["input"] = f"Quote word for word, each with its page. Wrong: {wrong}"
        ask["previous_response_id"] = response.id
    raise ValueError(f"not on their pages: {wrong}")
""",
    ),
    Exercise(
        "30-3",
        send,
        (
            "`client.uploads.create` takes `bytes`, `filename`, `mime_type` and `purpose`.",
            "`range(0, len(content), size)` gives the start of each part; keep the ids in a list.",
            "`try` begins after `create`. In `except Exception:` cancel, and end with a bare `raise`.",
        ),
        """def send(client, path, size):
    content = path.read_bytes()
    what = {"filename": path.name, "mime_type": "application/pdf", "purpose": "user_data"}
    upload = client.uploads.create(**what, bytes=len(content))
    try:
        parts = []
        for start in range(0, len(content), size):
            piece = content[start : start + size]
            parts.append(client.uploads.parts.create(upload.id, data=piece).id)
        return client.uploads.complete(upload.id, part_ids=parts).file.id
    except Exception:
        client.uploads.cancel(upload.id)
        raise
""",
    ),
]
