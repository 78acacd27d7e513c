"""Typical mistakes in lesson 30, and what the check says to each."""

_FIND = """
def find(words, texts):
    def bare(text):
        return {bare}

    if {few}:
        return {none}
    return {found}
"""
_BARE = {
    "bare": '"".join(text.split()).replace("-", "")',
    "few": "len(words.split()) < 3",
    "none": "[]",
    "found": "[n for n, text in enumerate(texts, 1) if bare(words) in bare(text)]",
}

_CITED = """
def cited(client, file_id, texts, question):
    ask = {{**luna, "instructions": {rules}, "text_format": Answer}}
    ask["input"] = user({question}, {part})
    for _ in range({tries}):
        response = client.responses.parse(**ask)
        found = response.output_parsed
        quotes = {quotes}
        wrong = {wrong}
        if {fits}:
            return found
        ask["input"] = {again}
        {follow}
    {after}
"""
_ASKS = {
    "rules": "RULES",
    "question": "question",
    "part": '{"type": "input_file", "file_id": file_id}',
    "tries": "2",
    "quotes": "found.quotes if found else []",
    "wrong": "[q.words for q in quotes if q.page not in places(q.words, texts)]",
    "fits": "quotes and not wrong",
    "again": 'f"Quote word for word. Wrong: {wrong}"',
    "follow": 'ask["previous_response_id"] = response.id',
    "after": 'raise ValueError("not on their pages")',
}

_SEND = """
def send(client, path, size):
    content = path.read_bytes()
    what = {{"filename": {name}, "mime_type": {kind}, "purpose": {purpose}}}
    upload = client.uploads.create(**what, bytes={bytes})
    try:
        parts = []
        for start in range(0, {end}, size):
            piece = content[start : start + size]
            parts.append(client.uploads.parts.create(upload.id, data=piece).id)
        {done}
    except {caught}:
        {undo}
"""
_SENDS = {
    "name": "path.name",
    "kind": '"application/pdf"',
    "purpose": '"user_data"',
    "bytes": "len(content)",
    "end": "len(content)",
    "done": "return client.uploads.complete(upload.id, part_ids=parts).file.id",
    "caught": "Exception",
    "undo": "client.uploads.cancel(upload.id)\n        raise",
}


def _find(**other: str) -> str:
    return _FIND.format(**_BARE | other)


def _cited(**other: str) -> str:
    return _CITED.format(**_ASKS | other)


def _send(**other: str) -> str:
    return _SEND.format(**_SENDS | other)


WRONG = {
    "30-1": [
        (
            "leaves the hyphens in",
            _find(bare='"".join(text.split())'),
            "for 'The insurance covers the whole period.' it returned []",
        ),
        (
            "takes spaces only",
            _find(bare='text.replace(" ", "").replace("-", "").replace("\\n", "")'),
            "there is a tab in it",
        ),
        (
            "counts from 0",
            _find(found="[n for n, text in enumerate(texts) if bare(words) in bare(text)]"),
            "it returned [0]",
        ),
        (
            "takes two words",
            _find(few="len(words.split()) < 2"),
            "for 'whole period' it returned [1, 3]: it has two words",
        ),
        (
            "ignores capitals",
            _find(bare='"".join(text.split()).replace("-", "").lower()'),
            "a letter is a capital one in the quotation only",
        ),
        (
            "joins all pages",
            _find(found='[1] if bare(words) in bare("".join(texts)) else []'),
            "two pages hold it",
        ),
        (
            "says the first page only",
            _find(found="[n for n, t in enumerate(texts, 1) if bare(words) in bare(t)][:1]"),
            "for 'insurance covers the whole period' it returned [1]",
        ),
        (
            "None for nothing",
            _find(none="None"),
            "it returned None, not a list",
        ),
    ],
    "30-2": [
        (
            "counts pages from 0",
            _cited(wrong="[q.words for q in quotes if q.page + 1 not in places(q.words, texts)]"),
            "all quotations were on their pages, and it raised `ValueError`",
        ),
        (
            "takes any page",
            _cited(wrong="[q.words for q in quotes if not places(q.words, texts)]"),
            "a quotation was on another page, and 1 request went",
        ),
        (
            "takes an answer without quotations",
            _cited(fits="found and not wrong"),
            "there was no quotation, and 1 request went",
        ),
        (
            "stumbles over a refusal",
            _cited(quotes="found.quotes"),
            "'NoneType' object has no attribute 'quotes'",
        ),
        (
            "forgets what was said",
            _cited(again='user(f"{question} Not: {wrong}", ' + _ASKS["part"] + ")", follow="pass"),
            "the second request does not follow the first answer",
        ),
        (
            "asks again without the reason",
            _cited(again='"Try again, word for word."'),
            "the second request does not name",
        ),
        (
            "trusts that rules are kept",
            _cited(
                follow='ask["previous_response_id"] = response.id\n        del ask["instructions"]'
            ),
            "the second request does not hold the words of `RULES`",
        ),
        (
            "tries three times",
            _cited(tries="3"),
            "in each answer, and 3 requests went",
        ),
        (
            "returns what it has in the end",
            _cited(after="return found"),
            "it must raise `ValueError`",
        ),
        (
            "leaves the file out",
            _cited(part='{"type": "input_text", "text": file_id}'),
            "in the first request there is no part with the id of the file",
        ),
        (
            "hides an error of the API",
            """
def cited(client, file_id, texts, question):
    ask = {**luna, "instructions": RULES, "text_format": Answer}
    ask["input"] = user(question, {"type": "input_file", "file_id": file_id})
    wrong = None
    for _ in range(2):
        try:
            response = client.responses.parse(**ask)
        except Exception:
            continue
        found = response.output_parsed
        quotes = found.quotes if found else []
        wrong = [q.words for q in quotes if q.page not in places(q.words, texts)]
        if quotes and not wrong:
            return found
        ask["input"] = f"Wrong: {wrong}"
        ask["previous_response_id"] = response.id
    raise ValueError("not on their pages")
""",
            "and not with the API's error",
        ),
    ],
    "30-3": [
        (
            "never cancels",
            _send(undo="raise"),
            "the first part failed, and 0 uploads were cancelled, not 1",
        ),
        (
            "keeps the error",
            _send(undo="client.uploads.cancel(upload.id)"),
            "no error came out: it returned None",
        ),
        (
            "cancels after a ValueError only",
            _send(caught="ValueError"),
            "0 uploads were cancelled, not 1",
        ),
        (
            "cancels in any case",
            _send(
                undo="raise\n    finally:\n        client.uploads.cancel(upload.id)",
            ),
            "it cancels an upload that is complete",
        ),
        (
            "loses the last part",
            _send(end="len(content) - size"),
            "24 bytes in parts of 10 went as [10, 10]",
        ),
        (
            "sends an empty part",
            _send(end="len(content) + 1"),
            "24 bytes in parts of 12 went as [12, 12, 0]",
        ),
        (
            "turns the parts around",
            _send(done="return client.uploads.complete(upload.id, part_ids=parts[::-1]).file.id"),
            "this does not make the file",
        ),
        (
            "another purpose",
            _send(purpose='"assistants"'),
            "`purpose` is 'assistants'",
        ),
        (
            "announces the size of a part",
            _send(bytes="size"),
            "`bytes` is 10",
        ),
        (
            "returns the upload",
            _send(done="return client.uploads.complete(upload.id, part_ids=parts).id"),
            "it returned 'upload_1', not the id of the file",
        ),
        (
            "the whole path as a name",
            _send(name="str(path)"),
            "`filename` is '",
        ),
    ],
}
