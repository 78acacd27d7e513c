"""Right answers to the exercises of lesson 17, in other ways than the reference."""

RIGHT = {
    "17-1": [
        (
            "changes the line of the lesson",
            """
def embedding_line(book_id, text):
    body = {"model": "text-embedding-3-small", "input": text}
    return json.dumps(line | {"custom_id": book_id, "url": "/v1/embeddings"} | {"body": body})
""",
        ),
        (
            "a class, letters as they are, and a line break at the end",
            """
from dataclasses import asdict, dataclass, field


@dataclass
class Line:
    custom_id: str
    body: dict
    method: str = "POST"
    url: str = "/v1/embeddings"


def embedding_line(book_id, text):
    made = Line(book_id, {"model": "text-embedding-3-small", "input": text})
    return json.dumps(asdict(made), ensure_ascii=False) + "\\n"
""",
        ),
        (
            "a list of one text, as bytes",
            """
def embedding_line(book_id, text):
    made = dict(custom_id=book_id, method="POST", url="/v1/embeddings")
    made["body"] = dict(model="text-embedding-3-small", input=[text])
    return json.dumps(made, separators=(",", ":")).encode()
""",
        ),
        (
            "pydantic",
            """
from pydantic import BaseModel


class Line(BaseModel):
    custom_id: str
    method: str = "POST"
    url: str = "/v1/embeddings"
    body: dict


def embedding_line(book_id, text):
    body = {"input": text, "model": "text-embedding-3-small"}
    return Line(custom_id=book_id, body=body).model_dump_json()
""",
        ),
    ],
    "17-2": [
        (
            "by model first, then cut",
            """
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    groups = {}
    for line in lines:
        groups.setdefault(json.loads(line)["body"]["model"], []).append(line)
    files = []
    for group in groups.values():
        file, room = [], most_bytes
        for line in group:
            size = len(line.encode("utf-8")) + 1
            if size > most_bytes:
                raise ValueError(f"{size} bytes")
            if size > room or len(file) >= most_lines:
                files.append(file)
                file, room = [], most_bytes
            file.append(line)
            room -= size
        files.append(file)
    return files
""",
        ),
        (
            "a generator of sorted lines",
            """
from itertools import groupby


def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    def model(line):
        return json.loads(line)["body"]["model"]

    def cut(group):
        file, used = [], 0
        for line in group:
            size = len(bytes(line, "utf-8")) + len("\\n")
            if size > most_bytes:
                raise ValueError(line[:80])
            if file and (used + size > most_bytes or len(file) + 1 > most_lines):
                yield file
                file, used = [], 0
            file, used = [*file, line], used + size
        if file:
            yield file

    return [file for _, group in groupby(sorted(lines, key=model), model) for file in cut(group)]
""",
        ),
        (
            "a class that has room or not",
            """
class File(list):
    size = 0

    def add(self, line, size):
        self.append(line)
        self.size += size


def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    if any(len(line.encode()) >= most_bytes for line in lines):
        raise ValueError("a line is too long for any file")
    files, open_ = [], {}
    for line in lines:
        name, size = json.loads(line)["body"]["model"], len(line.encode()) + 1
        file = open_.get(name)
        if file is None or len(file) == most_lines or file.size + size > most_bytes:
            files.append(file := File())
            open_[name] = file
        file.add(line, size)
    return files
""",
        ),
        (
            "yields the files",
            """
from collections import defaultdict


def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    kept, sizes = defaultdict(list), defaultdict(int)
    for line in lines:
        size = len(line.encode()) + 1
        if size > most_bytes:
            raise ValueError("too long")
        model = json.loads(line)["body"]["model"]
        if kept[model] and (len(kept[model]) == most_lines or sizes[model] + size > most_bytes):
            yield kept.pop(model)
            sizes[model] = 0
        kept[model].append(line)
        sizes[model] += size
    yield from kept.values()
""",
        ),
    ],
    "17-3": [
        (
            "the text of the file, and a match",
            """
def collect(client, batch):
    answers, left = {}, {}
    if batch.output_file_id:
        for line in client.files.content(batch.output_file_id).text.splitlines():
            row = json.loads(line)
            body = row["response"]["body"]
            if body["status"] != "completed":
                left[row["custom_id"]] = body["status"]
                continue
            answers[row["custom_id"]] = "".join(
                part["text"]
                for item in body["output"]
                if item["type"] == "message"
                for part in item["content"]
            )
    if batch.error_file_id:
        for line in client.files.content(batch.error_file_id).text.splitlines():
            match json.loads(line):
                case {"custom_id": name, "response": None, "error": {"code": code}}:
                    left[name] = code
                case {"custom_id": name, "response": {"body": {"error": {"code": code}}}}:
                    left[name] = code
    return answers, left
""",
        ),
        (
            "comprehensions",
            """
def collect(client, batch):
    bodies = {
        row["custom_id"]: Response.model_validate(row["response"]["body"])
        for row in rows(client, batch.output_file_id)
    }
    answers = {name: b.output_text for name, b in bodies.items() if b.status == "completed"}
    left = {name: b.status for name, b in bodies.items() if name not in answers}
    for row in rows(client, batch.error_file_id):
        source = row["error"] if row["response"] is None else row["response"]["body"]["error"]
        left |= {row["custom_id"]: source["code"]}
    return answers, left
""",
        ),
        (
            "one loop over both files, and default dictionaries",
            """
from collections import defaultdict
from itertools import chain


def collect(client, batch):
    found = defaultdict(dict)
    both = (batch.output_file_id, batch.error_file_id)
    for row in chain.from_iterable(rows(client, id_) for id_ in both):
        name, response = row["custom_id"], row.get("response") or {}
        error = row.get("error") or response.get("body", {}).get("error")
        body = response.get("body", {})
        if body.get("status", "completed") != "completed":
            found["left"][name] = body["status"]
        elif error:
            found["left"][name] = error["code"]
        else:
            found["answers"][name] = Response(**body).output_text
    return found["answers"], found["left"]
""",
        ),
        (
            "streamed lines",
            """
def collect(client, batch):
    def each(file_id):
        if not file_id:
            return
        with client.files.with_streaming_response.content(file_id) as file:
            for line in file.iter_lines():
                if line:
                    yield json.loads(line)

    answers, left = {}, {}
    for row in each(batch.output_file_id):
        response = Response.model_validate(row["response"]["body"])
        where, what = (
            (answers, response.output_text)
            if response.status == "completed"
            else (left, response.status)
        )
        where[row["custom_id"]] = what
    for row in each(batch.error_file_id):
        try:
            code = row["error"]["code"]
        except TypeError:
            code = row["response"]["body"]["error"]["code"]
        left[row["custom_id"]] = code
    return answers, left
""",
        ),
    ],
}
