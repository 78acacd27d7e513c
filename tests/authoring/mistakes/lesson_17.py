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
            left[row["custom_id"]] = "incomplete\""""
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
            "1200 lines went in and 1000 came out",
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
    ],
}
