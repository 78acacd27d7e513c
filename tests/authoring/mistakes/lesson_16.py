"""Typical mistakes in lesson 16, and what the check says to each."""

_METRICS = """
def metrics(ranks, k):
    hits = {hits}
    mrr = {mrr}
    return {result}
"""
_HITS = "sum(rank is not None and rank <= k for rank in ranks) / len(ranks)"
_MRR = "sum(1 / rank for rank in ranks if rank) / len(ranks)"
_RIGHT = {"hits": _HITS, "mrr": _MRR, "result": "hits, mrr"}

_WINDOWS = """
def windows(text, size, overlap):
    words = text.split()
    {before}
    starts = range(0, {end}, {step})
    return [" ".join(words[start : start + size]) for start in starts]
"""
_CUT = {
    "before": "if not words: return []",
    "end": "max(1, len(words) - overlap)",
    "step": "size - overlap",
}

_CHECKED = """
def checked(client, question, passages):
    listed = "\\n".join(f"[{{chunk}}] {{text}}" for chunk, text in passages.items())
    asked = f"{{listed}}\\n\\nQuestion: {{question}}"
    for _ in range({tries}):
        answer = client.responses.parse({request}, text_format=Answer).output_parsed
        found = {found}
        found += {short}
        if not found:
            return answer
        {again}
    return {end}
"""
_ASK = {
    "tries": "2",
    "request": "**luna, input=asked",
    "found": "list(faults(answer, passages))",
    "short": '[f"short: {c.quote}" for c in answer.citations if len(c.quote.split()) < 3]',
    "again": 'asked += "\\n\\nCorrect this: " + "; ".join(found)',
    "end": "None",
}

WRONG = {
    "16-1": [
        (
            "forgets what was not found",
            _METRICS.format(
                **_RIGHT
                | {
                    "mrr": "sum(1 / rank for rank in ranks if rank)"
                    " / max(1, sum(rank is not None for rank in ranks))"
                }
            ),
            "MRR is 0.6",
        ),
        (
            "counts the hits and does not divide",
            _METRICS.format(**_RIGHT | {"hits": _HITS.partition(" / ")[0]}),
            "hit@2 is 3",
        ),
        (
            "leaves out place k",
            _METRICS.format(**_RIGHT | {"hits": _HITS.replace("<=", "<")}),
            "hit@2 is 0.5",
        ),
        (
            "compares None with a number",
            _METRICS.format(**_RIGHT | {"hits": "sum(rank <= k for rank in ranks) / len(ranks)"}),
            "`TypeError`",
        ),
        ("returns one number", _METRICS.format(**_RIGHT | {"result": "hits"}), "not two numbers"),
    ],
    "16-2": [
        (
            "has no overlap",
            _WINDOWS.format(**_CUT | {"step": "size", "end": "len(words)"}),
            "text 2 begins with ['w5'], after ['w4']",
        ),
        (
            "goes on after the last word",
            _WINDOWS.format(**_CUT | {"end": "len(words)"}),
            "holds nothing new: ['w10']",
        ),
        (
            "returns an empty text",
            _WINDOWS.format(**_CUT | {"before": ""}),
            "for '' it returned ['']",
        ),
        (
            "loses the end",
            _WINDOWS.format(**_CUT | {"end": "max(1, len(words) - size)"}),
            "the words without overlap are",
        ),
        (
            "yields one by one",
            "def windows(text, size, overlap):\n    yield text\n",
            "it returned generator, not a list",
        ),
        (
            "cuts letters",
            """
def windows(text, size, overlap):
    step = size - overlap
    return [text[i : i + size] for i in range(0, max(1, len(text) - overlap), step)]
""",
            "for 10 words, size 4, overlap 1",
        ),
    ],
    "16-3": [
        (
            "believes empty quotes",
            _CHECKED.format(**_ASK | {"short": "[]"}),
            "for an empty quote it sent 1 requests",
        ),
        (
            "lets two words pass",
            _CHECKED.format(**_ASK | {"short": _ASK["short"].replace("< 3", "< 2")}),
            "for a quote of two words it sent 1 requests",
        ),
        (
            "wants four words",
            _CHECKED.format(**_ASK | {"short": _ASK["short"].replace("< 3", "<= 3")}),
            "it refused a true quote of three words",
        ),
        (
            "returns the second answer unseen",
            _CHECKED.format(**_ASK | {"end": "answer"}),
            "twice, it returned",
        ),
        (
            "asks again with the same words",
            _CHECKED.format(**_ASK | {"again": "pass"}),
            "is not the first with the faults at its end",
        ),
        (
            "does not say what is wrong",
            _CHECKED.format(**_ASK | {"again": 'asked += "\\n\\nPlease try again."'}),
            "does not name the fault",
        ),
        ("asks for ever", _CHECKED.format(**_ASK | {"tries": "99"}), "sent 6 requests"),
        (
            "puts the passages into the instructions",
            _CHECKED.format(
                **_ASK | {"request": "**luna | {'instructions': RULES + listed}, input=asked"}
            ),
            "a passage stands in `instructions`",
        ),
        (
            "takes nothing found for a fault",
            _CHECKED.format(
                **_ASK
                | {"found": "list(faults(answer, passages)) + ['nothing'] * (not answer.found)"}
            ),
            "for an answer that found nothing it sent 2 requests",
        ),
    ],
}
