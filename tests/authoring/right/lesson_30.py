"""Right answers to the exercises of lesson 30, in other ways than the reference."""

_CITED = """
def cited(client, file_id, texts, question):
    paper = {{"type": "input_file", "file_id": file_id}}
    {body}
"""

RIGHT = {
    "30-1": [
        (
            "regular expressions",
            """
import re


def find(words, texts):
    bare = re.sub(r"[\\s-]+", "", words)
    if len(re.findall(r"\\S+", words)) < 3:
        return []
    found = []
    for number, text in enumerate(texts, start=1):
        if re.sub(r"[\\s-]+", "", text).find(bare) >= 0:
            found.append(number)
    return found
""",
        ),
        (
            "a pattern with gaps",
            """
import re


def find(words, texts):
    letters = [re.escape(c) for c in words if not c.isspace() and c != "-"]
    if len(words.split()) <= 2:
        return []
    pattern = re.compile(r"[\\s-]*".join(letters))
    return [i + 1 for i in range(len(texts)) if pattern.search(texts[i])]
""",
        ),
        (
            "a filter of characters",
            """
def find(words, texts):
    def bare(text):
        return [c for c in text if not (c.isspace() or c == "-")]

    wanted = "".join(bare(words))
    pages = dict(zip(range(1, len(texts) + 1), ("".join(bare(t)) for t in texts)))
    return sorted(n for n, text in pages.items() if wanted in text and words.split()[2:])
""",
        ),
    ],
    "30-2": [
        (
            "its own history",
            _CITED.format(
                body="""items = user(question, paper)
    for attempt in range(2):
        given = {"instructions": RULES, "input": items, "text_format": Answer}
        response = client.responses.parse(**luna, **given)
        answer = response.output_parsed
        bad = ["no quotation"]
        if answer and answer.quotes:
            bad = [q.words for q in answer.quotes if q.page not in places(q.words, texts)]
            if not bad:
                return answer
        complaint = "These are not on their page: " + "; ".join(bad)
        items = [*items, *response.output, *user(complaint)]
    raise ValueError("no answer with quotations that are there")"""
            ),
        ),
        (
            "rules as a message, two functions",
            """
def fits(answer, texts):
    if answer is None or not answer.quotes:
        return False
    return all(q.page in places(q.words, texts) for q in answer.quotes)


def cited(client, file_id, texts, question):
    paper = {"type": "input_file", "file_id": file_id}
    rules = {"role": "developer", "content": RULES}
    first = client.responses.parse(
        model="gpt-6-luna", input=[rules, *user(question, paper)], text_format=Answer
    )
    if fits(first.output_parsed, texts):
        return first.output_parsed
    second = client.responses.parse(
        model="gpt-6-luna",
        input=f"Not all of this is there: {first.output_text}. Quote again.",
        instructions=RULES,
        previous_response_id=first.id,
        text_format=Answer,
    )
    if not fits(second.output_parsed, texts):
        raise ValueError(second.output_text)
    return second.output_parsed
""",
        ),
        (
            "a schema by hand, and recursion",
            """
def cited(client, file_id, texts, question, before=None):
    schema = Answer.model_json_schema()
    for each in (schema, schema["$defs"]["Quote"]):
        each["additionalProperties"] = False
    form = {"type": "json_schema", "name": "Answer", "strict": True, "schema": schema}
    ask = {**luna, "instructions": RULES, "text": {"format": form}}
    if before is None:
        part = {"type": "input_file", "file_id": file_id}
        response = client.responses.create(**ask, input=user(question, part))
    else:
        response = client.responses.create(
            **ask, input=user(question), previous_response_id=before
        )
    try:
        answer = Answer.model_validate_json(response.output_text)
        wrong = [q for q in answer.quotes if q.page not in places(q.words, texts)]
    except ValueError:
        answer, wrong = None, []
    if answer and answer.quotes and not wrong:
        return answer
    if before is not None:
        raise ValueError("twice not on their pages")
    words = " / ".join(q.words for q in wrong) or "nothing was quoted"
    return cited(client, file_id, texts, f"{question} Wrong before: {words}", response.id)
""",
        ),
    ],
    "30-3": [
        (
            "reads piece by piece",
            """
def send(client, path, size):
    upload = client.uploads.create(
        bytes=path.stat().st_size,
        filename=path.name,
        mime_type="application/pdf",
        purpose="user_data",
    )
    ids = []
    try:
        with open(path, "rb") as file:
            while piece := file.read(size):
                ids.append(client.uploads.parts.create(upload_id=upload.id, data=piece).id)
        done = client.uploads.complete(upload.id, part_ids=ids)
    except BaseException:
        client.uploads.cancel(upload.id)
        raise
    return done.file.id
""",
        ),
        (
            "parts at the same time",
            """
from concurrent.futures import ThreadPoolExecutor


def send(client, path, size):
    data = path.read_bytes()
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    kind = {"mime_type": "application/pdf", "purpose": "user_data"}
    upload = client.uploads.create(bytes=len(data), filename=path.name, **kind)

    def one(piece):
        return client.uploads.parts.create(upload.id, data=(path.name, piece)).id

    try:
        with ThreadPoolExecutor(1) as pool:
            ids = list(pool.map(one, pieces))
        return client.uploads.complete(upload.id, part_ids=ids).file.id
    except Exception as error:
        client.uploads.cancel(upload.id)
        raise error
""",
        ),
        (
            "a context manager that cancels",
            """
from contextlib import ExitStack
from hashlib import md5


def send(client, path, size):
    content = path.read_bytes()
    what = {"filename": path.name, "mime_type": "application/pdf", "purpose": "user_data"}
    what["expires_after"] = {"anchor": "created_at", "seconds": 3600}
    with ExitStack() as undo:
        upload = client.uploads.create(**what, bytes=len(content))
        undo.callback(client.uploads.cancel, upload.id)
        ids = []
        for number in range(-(-len(content) // size)):
            piece = content[number * size : (number + 1) * size]
            ids.append(client.uploads.parts.create(upload.id, data=piece).id)
        sum_ = md5(content).hexdigest()
        done = client.uploads.complete(upload.id, part_ids=ids, md5=sum_)
        undo.pop_all()
    return done.file.id
""",
        ),
    ],
}
