"""Wrong answers to the exercises of lesson 17: (name, source, what the check must say)."""

_LINE = """
def embedding_line(book_id, text):
    body = {{"model": "text-embedding-3-small", "input": text}}
    line = {{"custom_id": book_id, "method": "POST", "url": "{url}", "body": body}}
    return {result}
"""

_FILES = """
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    files, sizes, current = [], [], {{}}
    for line in lines:
        size = {size}
        {large}
        model = {model}
        at = current.get(model)
        if at is None or len(files[at]) == most_lines or sizes[at] + size > most_bytes:
            at = current[model] = len(files)
            files.append([])
            sizes.append(0)
        files[at].append(line)
        sizes[at] += size
    return files
"""
_SIZE = "len(line.encode()) + 1"
_LARGE = 'if size > most_bytes: raise ValueError("too large")'
_MODEL = 'json.loads(line)["body"]["model"]'

_COLLECT = """
def collect(client, batch):
    answers, left = {{}}, {{}}
    for row in rows(client, batch.output_file_id):
        response = Response.model_validate(row["response"]["body"])
        {answered}
    for row in rows(client, batch.error_file_id):
        {failed}
    return answers, left
"""
_ANSWERED = """if response.status == "completed":
            answers[row["custom_id"]] = response.output_text
        else:
            left[row["custom_id"]] = response.status"""
_FAILED = 'left[row["custom_id"]] = (row["error"] or row["response"]["body"]["error"])["code"]'

WRONG = {
    "17-1": [
        (
            "returns the object",
            _LINE.format(url="/v1/embeddings", result="line"),
            "a file holds text",
        ),
        (
            "writes Python, not JSON",
            _LINE.format(url="/v1/embeddings", result="str(line)"),
            "the line is not JSON",
        ),
        (
            "keeps the old url",
            _LINE.format(url="/v1/responses", result="json.dumps(line)"),
            "is not where embeddings are made",
        ),
        (
            "spreads over several lines",
            _LINE.format(url="/v1/embeddings", result="json.dumps(line, indent=1)"),
            "makes two lines",
        ),
        (
            "forgets the method",
            _LINE.format(url="/v1/embeddings", result="json.dumps(line)").replace(
                '"method": "POST", ', ""
            ),
            "lacks `method`",
        ),
        (
            "leaves the name of the review",
            """
def embedding_line(book_id, text):
    body = {"model": "text-embedding-3-small", "input": text}
    return json.dumps(line | {"url": "/v1/embeddings"} | {"body": body})
""",
            "custom_id is 'review-01', not 'B-7'",
        ),
        (
            "leaves the body to the review's",
            """
def embedding_line(book_id, text):
    own = {"custom_id": book_id, "url": "/v1/embeddings", "body": {**body, "input": text}}
    return json.dumps(line | own)
""",
            "the body became {'model': 'gpt-6-luna'",
        ),
        (
            "writes the path without its beginning",
            _LINE.format(url="/embeddings", result="json.dumps(line)"),
            "'/embeddings' is not where embeddings are made",
        ),
        (
            "puts model and text beside the fields",
            _LINE.format(url="/v1/embeddings", result="json.dumps(line)").replace(
                '"body": body', "**body"
            ),
            "lacks `body`",
        ),
        (
            "strips the text",
            _LINE.format(url="/v1/embeddings", result="json.dumps(line)").replace(
                '"input": text', '"input": text.strip()'
            ),
            "for the text ' Café, 2nd ed.",
        ),
    ],
    "17-2": [
        (
            "counts lines only",
            """
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    return [lines[at : at + most_lines] for at in range(0, len(lines), most_lines)]
""",
            "one file holds 2 models",
        ),
        (
            "drops the last file",
            """
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    files, current = [], []
    for line in lines:
        current.append(line)
        if len(current) == most_lines:
            files.append(current)
            current = []
    return files
""",
            "1,200 lines went in and 1,000 came out",
        ),
        (
            "counts characters",
            _FILES.format(size="len(line) + 1", large=_LARGE, model=_MODEL),
            "Counted in characters",
        ),
        (
            "forgets the line breaks",
            _FILES.format(size="len(line.encode())", large=_LARGE, model=_MODEL),
            "Without its line breaks",
        ),
        (
            "lets a giant line through",
            _FILES.format(size=_SIZE, large="", model=_MODEL),
            "without a ValueError",
        ),
        (
            "begins a new file whenever the model changes",
            """
from itertools import groupby


def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    files = []
    for _, same in groupby(lines, key=lambda line: json.loads(line)["body"]["model"]):
        size = most_bytes + 1
        for line in same:
            own = len(line.encode()) + 1
            if own > most_bytes:
                raise ValueError("too large")
            if size + own > most_bytes or len(files[-1]) == most_lines:
                files.append([])
                size = 0
            files[-1].append(line)
            size += own
    return files
""",
            "mixed, at 10 per file became 14 files",
        ),
        (
            "refuses a line that just fits",
            _FILES.format(size=_SIZE, large=_LARGE.replace(">", ">="), model=_MODEL),
            "just fits into a file of its own got a ValueError",
        ),
        (
            "leaves the giant line out",
            _FILES.format(size=_SIZE, large="if size > most_bytes: continue", model=_MODEL),
            "1 lines became 0 files",
        ),
        (
            "fills gaps in older files",
            """
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    files = []
    for line in lines:
        size, model = len(line.encode()) + 1, json.loads(line)["body"]["model"]
        if size > most_bytes:
            raise ValueError("too large")
        for file in files:
            if file[0] == model and len(file[2]) < most_lines and file[1] + size <= most_bytes:
                break
        else:
            file = [model, 0, []]
            files.append(file)
        file[1] += size
        file[2].append(line)
    return [file[2] for file in files]
""",
            "the lines of one model are no longer in their order",
        ),
        (
            "begins with an empty file",
            """
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    files = {}
    for line in lines:
        size = len(line.encode()) + 1
        if size > most_bytes:
            raise ValueError("too large")
        own = files.setdefault(json.loads(line)["body"]["model"], [[]])
        own[-1].append(line)
        if len(own[-1]) == most_lines or sum(len(x.encode()) + 1 for x in own[-1]) > most_bytes:
            own.append([])
    return [file for own in files.values() for file in own]
""",
            "one of the files is empty",
        ),
        (
            "writes other limits into the head",
            _FILES.format(size=_SIZE, large=_LARGE, model=_MODEL).replace("50_000", "50"),
            "the limits are [50, 200000000]",
        ),
        (
            "goes on counting bytes in a new file",
            """
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    files, where, used = [], {}, {}
    for line in lines:
        size, model = len(line.encode()) + 1, json.loads(line)["body"]["model"]
        if size > most_bytes:
            raise ValueError("too large")
        full = model not in where or len(files[where[model]]) == most_lines
        if full or used[model] + size > most_bytes:
            where[model] = len(files)
            files.append([])
            used[model] = used.get(model, 0) if full else 0
        files[where[model]].append(line)
        used[model] += size
    return files
""",
            "two to a file by number and three by bytes",
        ),
        (
            "counts bytes over all models",
            """
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    files, where, used = [], {}, 0
    for line in lines:
        size, model = len(line.encode()) + 1, json.loads(line)["body"]["model"]
        if size > most_bytes:
            raise ValueError("too large")
        at = where.get(model)
        if at is None or len(files[at]) == most_lines or used + size > most_bytes:
            where[model] = at = len(files)
            files.append([])
            used = 0
        files[at].append(line)
        used += size
    return files
""",
            "one file takes",
        ),
        (
            "gives the files by model",
            """
def legal_files(lines, most_lines=50_000, most_bytes=200_000_000):
    files = {}
    for line in lines:
        files.setdefault(json.loads(line)["body"]["model"], []).append(line)
    return files
""",
            "a file is a text",
        ),
    ],
    "17-3": [
        (
            "reads the output only",
            _COLLECT.format(answered=_ANSWERED, failed="pass"),
            "r2 should be left",
        ),
        (
            "trusts the status code",
            _COLLECT.format(
                answered='answers[row["custom_id"]] = response.output_text', failed=_FAILED
            ),
            "r4 was cut off",
        ),
        (
            "expects one form of error",
            _COLLECT.format(
                answered=_ANSWERED, failed='left[row["custom_id"]] = row["error"]["code"]'
            ),
            "Your code stopped with `TypeError`",
        ),
        (
            "wants a file that is not there",
            """
def collect(client, batch):
    answers, left = {}, {}
    for line in client.files.content(batch.output_file_id).content.splitlines():
        row = json.loads(line)
        answers[row["custom_id"]] = Response.model_validate(row["response"]["body"]).output_text
        if row["response"]["body"]["status"] != "completed":
            left[row["custom_id"]] = "incomplete"
            del answers[row["custom_id"]]
    for line in client.files.content(batch.error_file_id).content.splitlines():
        row = json.loads(line)
        left[row["custom_id"]] = (row["error"] or row["response"]["body"]["error"])["code"]
    return answers, left
""",
            "Your code stopped with `ValueError`",
        ),
        (
            "looks for incomplete only",
            _COLLECT.format(
                answered=_ANSWERED.replace('== "completed"', '!= "incomplete"'), failed=_FAILED
            ),
            "r6 has failed, and counts as answered",
        ),
        (
            "calls everything incomplete",
            _COLLECT.format(
                answered=_ANSWERED.replace("= response.status", '= "incomplete"'),
                failed=_FAILED,
            ),
            "the status of r6 is `failed`",
        ),
        (
            "keeps half an answer beside its code",
            _COLLECT.format(
                answered="""answers[row["custom_id"]] = response.output_text
        if response.status != "completed":
            left[row["custom_id"]] = response.status""",
                failed=_FAILED,
            ),
            "counts as answered: 'posi'",
        ),
        (
            "reads the first part of the first item",
            _COLLECT.format(
                answered=_ANSWERED.replace(
                    "response.output_text", "response.output[0].content[0].text"
                ),
                failed=_FAILED,
            ),
            "Your code stopped with",
        ),
        (
            "keeps the message of the error",
            _COLLECT.format(answered=_ANSWERED, failed=_FAILED.replace('"code"', '"message"')),
            "r2 should be left as unsupported_value",
        ),
        (
            "keeps the status code of the line",
            _COLLECT.format(
                answered=_ANSWERED,
                failed="""left[row["custom_id"]] = (
            row["response"]["status_code"] if row["response"] else row["error"]["code"]
        )""",
            ),
            "left is {'r2': 400",
        ),
        (
            "looks for expired lines only",
            _COLLECT.format(
                answered=_ANSWERED,
                failed="""if row["error"]:
            left[row["custom_id"]] = row["error"]["code"]""",
            ),
            "left is {'r5'",
        ),
        (
            "returns left as a list",
            _COLLECT.format(answered=_ANSWERED, failed=_FAILED).replace(
                "return answers, left", "return answers, list(left)"
            ),
            "it returned dict and list, not two dictionaries",
        ),
        (
            "takes every failure for a missing file",
            """
def collect(client, batch):
    def lines(id_):
        try:
            return rows(client, id_)
        except Exception:
            return []

    answers, left = {}, {}
    for row in lines(batch.output_file_id):
        response = Response.model_validate(row["response"]["body"])
        if response.status == "completed":
            answers[row["custom_id"]] = response.output_text
        else:
            left[row["custom_id"]] = response.status
    for row in lines(batch.error_file_id):
        left[row["custom_id"]] = (row["error"] or row["response"]["body"]["error"])["code"]
    return answers, left
""",
            "is kept from the caller",
        ),
        (
            "reads errors beside answers only",
            _COLLECT.format(answered=_ANSWERED, failed=_FAILED).replace(
                "    for row in rows(client, batch.error_file_id)",
                "    if not batch.output_file_id: return answers, left\n"
                "    for row in rows(client, batch.error_file_id)",
            ),
            "your code read no file",
        ),
    ],
}
