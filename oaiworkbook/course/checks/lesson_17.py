"""Exercises of lesson 17, Batch."""

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from openai.types import Batch

from ...practice.answers import message_item, text_part
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, error_answer, expect, text_answer
from ..models import model

Json = dict[str, Any]


def embedding(answer: Callable[[str, str], Any]) -> str:
    texts = {"B-7": "Rust", "B-12": 'She said "no".\nThen she left.', "B-3": " Café, 2nd ed.\u2028"}
    for name, text in texts.items():
        line = answer(name, text)
        if isinstance(line, bytes):
            line = line.decode()
        expect(
            isinstance(line, str),
            f"it returned {type(line).__name__}, and a file holds text",
        )
        expect("\n" not in line.rstrip("\n"), "a line break inside makes two lines of it")
        try:
            asked = json.loads(line)
        except ValueError:
            raise Wrong(f"for the text {text!r} the line is not JSON") from None
        _fields(asked, name)
        body = asked["body"]
        expect(isinstance(body, dict), f"for the text {text!r} the body is {body!r}, not an object")
        expect(
            body.get("input") in (text, [text]),
            f"for the text {text!r} the input is {body.get('input')!r}",
        )
        expect(
            {**body, "input": text} == {"model": model("embedding"), "input": text},
            f"the body became {body!r}",
        )
    return "The same four fields, another `url`: that is all that changes."


def _fields(asked: Any, name: str) -> None:
    expect(isinstance(asked, dict), "the line is JSON, but no object with the four fields")
    for field in ("custom_id", "method", "url", "body"):
        expect(field in asked, f"the line lacks `{field}`")
    expect(asked["custom_id"] == name, f"custom_id is {asked['custom_id']!r}, not {name!r}")
    expect(asked["method"] == "POST", f"the method is {asked['method']!r}")
    expect(asked["url"] == "/v1/embeddings", f"{asked['url']!r} is not where embeddings are made")


def _line(number: int, name: str = "gpt-6-luna", text: str = "Fine.") -> str:
    body = {"model": name, "input": text}
    line = {"custom_id": f"r{number}", "method": "POST", "url": "/v1/responses", "body": body}
    return json.dumps(line, ensure_ascii=False)


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def legal(answer: Callable[..., Any]) -> str:
    defaults = [each.default for each in inspect.signature(answer).parameters.values()][1:]
    expect(
        defaults == [50_000, 200_000_000],
        f"the limits are {defaults}, not 50,000 lines and 200,000,000 bytes",
    )
    lines = [_line(number) for number in range(1_200)]
    for many, wanted in ((1_200, [500, 500, 200]), (1_000, [500, 500])):
        sizes = [len(file) for file in _files(answer, lines[:many], most_lines=500)]
        expect(
            sizes == wanted,
            f"{many:,} lines at 500 per file became files of {', '.join(map(str, sizes))} lines",
        )
    other = model("strong")
    mixed = [_line(number, other if number % 3 == 0 else "gpt-6-luna") for number in range(20)]
    files = _files(answer, mixed, most_lines=10)
    expect(
        len(files) == 3,
        f"7 and 13 lines of two models, mixed, at 10 per file became {len(files)} files; 3 would do",
    )
    wide = [_line(number, text="é" * 400) for number in range(6)]
    files = _files(answer, wide, most_bytes=_size(wide[:2]))
    expect(
        len(files) == 3,
        f"six lines, two of which just fit into a file, became {len(files)} files; 3 would do",
    )
    files = _files(answer, wide, most_bytes=_size(wide[:2]) - 1)
    expect(len(files) == 6, f"six lines of which two do not fit into a file became {len(files)}")
    two = [_line(number, name, "é" * 400) for number in range(4) for name in ("gpt-6-luna", other)]
    both: dict[str, tuple[list[str], int, int, int]] = {
        "eight lines of two models, alternating, two of a model to a file": (
            two,
            9,
            _size(two[1:4:2]),
            4,
        ),
        "six lines, two to a file by number and three by bytes": (wide, 2, _size(wide[:3]), 3),
        "six lines, three to a file by number and two by bytes": (wide, 3, _size(wide[:2]), 3),
    }
    for what, (given, many, large, least) in both.items():
        made = len(_files(answer, given, many, large))
        expect(made == least, f"{what}, became {made} files; {least} would do")
    lone = [_line(1), *wide[:1], _line(2), _line(3, other)]
    try:
        files = _files(answer, lone, most_bytes=_size(wide[:1]))
    except ValueError:
        raise Wrong("a line that just fits into a file of its own got a ValueError") from None
    expect(
        len(files) == 4,
        f"a short, a long, a short and another model's line became {len(files)} files, not 4",
    )
    expect(_files(answer, []) == [], "no lines need no file")
    for lines in (wide[:1], lone):
        try:
            found = list(answer(list(lines), 50_000, len(wide[0].encode())))
        except ValueError:
            continue
        raise Wrong(
            "a line that fits into no file, by its line break alone, went through without a "
            f"ValueError: {len(lines)} lines became {len(found)} files"
        )
    return "With these limits, 120,000 lines of one model make three files."


def _files(
    answer: Callable[..., Any],
    lines: list[str],
    most_lines: int = 50_000,
    most_bytes: int = 200_000_000,
) -> list[list[str]]:
    found = answer(list(lines), most_lines, most_bytes)
    expect(found is not None, "it returned None")
    found = list(found)
    expect(
        not any(isinstance(file, str) for file in found),
        "a file is a text, and not a list of lines",
    )
    files = [list(file) for file in found]
    there = [line for file in files for line in file]
    expect(
        sorted(there) == sorted(lines),
        f"{len(lines):,} lines went in and {len(there):,} came out: none may be lost or doubled",
    )
    for file in files:
        expect(file, "one of the files is empty")
        models = set(map(_model, file))
        expect(len(models) == 1, f"one file holds {len(models)} models")
        expect(
            len(file) <= most_lines, f"one file holds {len(file)} lines, {most_lines} are allowed"
        )
        _fits(file, most_bytes)
    for name in set(map(_model, lines)):
        before, after = ([x for x in all_ if _model(x) == name] for all_ in (lines, there))
        expect(before == after, "the lines of one model are no longer in their order")
    return files


def _fits(file: list[str], most: int) -> None:
    size = _size(file)
    why = ""
    if size - len(file) <= most:
        why = ". Without its line breaks it would fit"
    elif sum(map(len, file)) <= most:
        why = ". Counted in characters it would fit"
    expect(size <= most, f"one file takes {size} bytes, {most} are allowed{why}")


def _model(line: str) -> Any:
    return json.loads(line)["body"]["model"]


def _answered(name: str, text: str, **fields: Any) -> Json:
    filled = text_answer(text, model="gpt-6-luna", **fields)["json"]
    response = {"status_code": 200, "request_id": f"request-{name}", "body": filled}
    return {"id": f"batch_req_{name}", "custom_id": name, "response": response, "error": None}


def _refused(name: str) -> Json:
    message = "Unsupported value: 'minimal' is not supported with the 'gpt-6-luna' model."
    refused = error_answer(400, message, type="invalid_request_error", code="unsupported_value")
    response = {"status_code": 400, "request_id": f"request-{name}", "body": refused["json"]}
    return {"id": f"batch_req_{name}", "custom_id": name, "response": response, "error": None}


def _expired(name: str) -> Json:
    message = "This request could not be executed before the completion window expired."
    error = {"code": "batch_expired", "message": message}
    return {"id": f"batch_req_{name}", "custom_id": name, "response": None, "error": error}


THOUGHT = {"id": "rs_1", "type": "reasoning", "summary": []}
OUTPUT = [
    _answered("r3", "mixed", output=[THOUGHT, message_item([text_part("mixed")])]),
    _answered("r1", "positive"),
    _answered(
        "r4", "posi", status="incomplete", incomplete_details={"reason": "max_output_tokens"}
    ),
    _answered(
        "r6", "", output=[], status="failed", error={"code": "server_error", "message": "Sorry."}
    ),
]
ERRORS = [_refused("r2"), _expired("r5"), _refused("r7")]


def _served(asked: Asked) -> Reply:
    if not (asked.path.startswith("/files/") and asked.path.endswith("/content")):
        return ""  # no text can answer another endpoint: not judged
    found = {"/files/file-out/content": OUTPUT, "/files/file-bad/content": ERRORS}.get(asked.path)
    if found is None:
        return error_answer(404, f"No file at {asked.path}", type="invalid_request_error")
    text = "".join(json.dumps(line) + "\n" for line in found)
    return {"status": 200, "headers": {"content-type": "application/octet-stream"}, "text": text}


def _batch(status: str, output: str | None, errors: str | None) -> Batch:
    return Batch(
        id="batch_1",
        object="batch",
        endpoint="/v1/responses",
        completion_window="24h",
        created_at=1_795_348_800,
        input_file_id="file-in",
        status=status,  # type: ignore[arg-type]
        output_file_id=output,
        error_file_id=errors,
    )


def collect(answer: Callable[..., Any]) -> str:
    answers, left = _collected(answer, _batch("completed", "file-out", None))
    expect(answers.get("r1") == "positive", f"the answer to r1 is {answers.get('r1')!r}")
    expect("r4" not in answers, f"r4 was cut off, and counts as answered: {answers.get('r4')!r}")
    expect("r6" not in answers, f"r6 has failed, and counts as answered: {answers.get('r6')!r}")
    expect(left.get("r4") == "incomplete", f"r4 was cut off; what is left is {left!r}")
    expect(left.get("r6") == "failed", f"the status of r6 is `failed`; what is left is {left!r}")
    done, unfinished = {"r1": "positive", "r3": "mixed"}, {"r4": "incomplete", "r6": "failed"}
    expect(answers == done, f"the answers are {answers!r}")
    # Both forms of "no such file" have been seen.
    answers, left = _collected(answer, _batch("completed", "file-out", ""))
    expect(left == unfinished, f"with an empty error_file_id, left is {left!r}")
    codes = {"r2": "unsupported_value", "r5": "batch_expired", "r7": "unsupported_value"}
    for none in (None, ""):
        answers, left = _collected(answer, _batch("expired", none, "file-bad"))
        expect(answers == {}, f"a batch without an output file has the answers {answers!r}")
        for name, code in codes.items():
            expect(left.get(name) == code, f"{name} should be left as {code}; left is {left!r}")
    both = _batch("expired", "file-out", "file-bad")
    answers, left = _collected(answer, both)
    expect(answers == done, f"with both files, the answers are {answers!r}")
    expect(left == unfinished | codes, f"with both files, left is {left!r}")
    nothing = _collected(answer, _batch("cancelled", None, None), reads=False)
    expect(nothing == ({}, {}), f"for a batch without files it returned {nothing!r}")
    for first in ([], [_served]):
        passes_on(lambda probe: answer(probe.client, both), first=first)
    return "Answers and what is left add up to the lines you sent: a good thing to assert."


def _collected(
    answer: Callable[..., Any], batch: Batch, *, reads: bool = True
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    probe = Probe([_served])
    found = answer(probe.client, batch)
    expect(
        isinstance(found, tuple | list) and len(found) == 2,
        f"it returned {type(found).__name__}, not two dictionaries",
    )
    expect(probe.requests or not reads, "your code read no file through the client it was given")
    kinds = " and ".join(type(each).__name__ for each in found)
    expect(
        all(isinstance(each, Mapping) for each in found),
        f"it returned {kinds}, not two dictionaries",
    )
    answers, left = map(dict, found)
    return answers, left


EXERCISES = [
    Exercise(
        id="17-1",
        check=embedding,
        hints=(
            "The line has the same four fields as before; only `url` and `body` differ.",
            "The endpoint of embeddings is `/v1/embeddings`. `json.dumps` turns a dictionary into one "
            "line, quotes and line breaks included.",
        ),
        reference='''
def embedding_line(book_id, text):
    """One line of a batch file for /v1/embeddings."""
    body = {"model": "text-embedding-3-small", "input": text}
    line = {"custom_id": book_id, "method": "POST", "url": "/v1/embeddings", "body": body}
    return json.dumps(line)
''',
    ),
    Exercise(
        id="17-2",
        check=legal,
        hints=(
            "Go through the lines once. For each model, remember the file that still has room.",
            'The model is in `json.loads(line)["body"]["model"]`, the size is '
            "`len(line.encode()) + 1`: an é is one character and two bytes.",
            "Begin a new file when there is none for this model, when it has `most_lines` lines, or "
            "when this line would take it above `most_bytes`.",
        ),
        reference='''
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    """The lines as a list of files. Lines of one model keep their order."""
    files, sizes, current = [], [], {}  # current: model -> number of its last file
    for line in lines:
        size = len(line.encode()) + 1
        if size > most_bytes:
            raise ValueError(f"A line of {size} bytes fits into no file.")
        model = json.loads(line)["body"]["model"]
        at = current.get(model)
        if at is None or len(files[at]) == most_lines or sizes[at] + size > most_bytes:
            at = current[model] = len(files)
            files.append([])
            sizes.append(0)
        files[at].append(line)
        sizes[at] += size
    return files
''',
    ),
    Exercise(
        id="17-3",
        check=collect,
        hints=(
            "`rows(client, batch.error_file_id)` reads the second file; without a file it is empty.",
            'In a line that expired `row["response"]` is None and the code is in `row["error"]`. In '
            'one that failed it is in `row["response"]["body"]["error"]`.',
            "A line of the output file is an answer only if the `status` of its body is `completed`. "
            "Else the status is the code.",
        ),
        reference='''
def collect(client, batch):
    """Two dictionaries: custom_id to text, and custom_id to code for what is left."""
    answers, left = {}, {}
    for row in rows(client, batch.output_file_id):
        response = Response.model_validate(row["response"]["body"])
        if response.status == "completed":
            answers[row["custom_id"]] = response.output_text
        else:
            left[row["custom_id"]] = response.status
    for row in rows(client, batch.error_file_id):
        error = row["error"] or row["response"]["body"]["error"]
        left[row["custom_id"]] = error["code"]
    return answers, left
''',
    ),
]
