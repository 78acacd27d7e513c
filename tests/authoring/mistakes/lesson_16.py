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
    listed = "{line}".join(f"[{{chunk}}] {{text}}" for chunk, text in passages.items())
    asked = f"{{listed}}\\n\\nQuestion: {{question}}"
    for _ in range({tries}):
        answer = client.responses.parse({request}, text_format=Answer).output_parsed
        {refused}
        found = {found}
        found += {short}
        if not found:
            return answer
        {again}
    return {end}
"""
_ASK = {
    "line": "\\n",
    "tries": "2",
    "refused": "if answer is None: return None",
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
            "MRR is 0.6 and not 0.4",
        ),
        (
            "counts the hits and does not divide",
            _METRICS.format(**_RIGHT | {"hits": _HITS.partition(" / ")[0]}),
            "hit@2 is 3 and not 0.75",
        ),
        (
            "leaves out place k",
            _METRICS.format(**_RIGHT | {"hits": _HITS.replace("<=", "<")}),
            "hit@2 is 0.5 and not 0.75",
        ),
        (
            "compares None with a number",
            _METRICS.format(**_RIGHT | {"hits": "sum(rank <= k for rank in ranks) / len(ranks)"}),
            "`TypeError`",
        ),
        ("returns one number", _METRICS.format(**_RIGHT | {"result": "hits"}), "not two numbers"),
        (
            "returns MRR first",
            _METRICS.format(**_RIGHT | {"result": "mrr, hits"}),
            "MRR comes first",
        ),
        (
            "rounds",
            _METRICS.format(**_RIGHT | {"result": "round(hits, 2), round(mrr, 2)"}),
            "it is rounded",
        ),
        (
            "cuts MRR at k",
            _METRICS.format(
                **_RIGHT | {"mrr": "sum(1 / r for r in ranks if r and r <= k) / len(ranks)"}
            ),
            "MRR is 0.625 and not 0.6875",
        ),
        (
            "takes the place for its reciprocal",
            _METRICS.format(**_RIGHT | {"mrr": "len(ranks) / sum(rank or 0 for rank in ranks)"}),
            "MRR is 0.5 and not 0.6875",
        ),
        (
            "divides hits by what was found",
            _METRICS.format(
                **_RIGHT
                | {
                    "hits": "sum(r <= k for r in ranks if r) / max(1, sum(r is not None for r in ranks))"
                }
            ),
            "hit@3 is 0.5 and not 0.333333",
        ),
    ],
    "16-2": [
        (
            "has no overlap",
            _WINDOWS.format(**_CUT | {"step": "size", "end": "len(words)"}),
            "text 2 begins with ['w5'], and not with ['w4']",
        ),
        (
            "goes on after the last word",
            _WINDOWS.format(**_CUT | {"end": "len(words)"}),
            "adds nothing new: ['w10']",
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
        (
            "loses a text that is shorter than the overlap",
            _WINDOWS.format(**_CUT | {"end": "len(words) - overlap"}),
            "for 2 words, size 3, overlap 2",
        ),
        (
            "cuts at blanks only",
            _WINDOWS.format(**_CUT).replace("text.split()", "text.strip().split(' ')"),
            "5 words with line breaks and tabs",
        ),
        (
            "leaves the short end out",
            """
def windows(text, size, overlap):
    words = text.split()
    step = size - overlap
    return [" ".join(words[i : i + size]) for i in range(0, len(words) - size + 1, step)]
""",
            "for 3 words, size 5, overlap 2",
        ),
        (
            "returns lists of words",
            _WINDOWS.format(**_CUT).replace(
                '" ".join(words[start : start + size])', "words[start : start + size]"
            ),
            "the list holds list, not texts",
        ),
        (
            "goes on by the size and reaches back",
            """
def windows(text, size, overlap):
    words = text.split()
    return [
        " ".join(words[max(0, i - overlap) : i + size]) for i in range(0, len(words), size)
    ]
""",
            "too many",
        ),
        (
            "fills the last text up from before",
            """
def windows(text, size, overlap):
    words = text.split()
    if len(words) <= size:
        return [" ".join(words)] if words else []
    ends = range(size, len(words), size - overlap)
    return [" ".join(words[end - size : end]) for end in [*ends, len(words)]]
""",
            "for 9 words, size 4, overlap 1",
        ),
        (
            "cuts smaller than it may",
            _WINDOWS.format(
                **_CUT | {"before": "if not words: return []\n    if overlap == 0: size = 1"}
            ),
            "9 texts, 3 would do",
        ),
    ],
    "16-3": [
        (
            "believes empty quotes",
            _CHECKED.format(**_ASK | {"short": "[]"}),
            "for an empty quote, and then a good answer, the number of requests is 1",
        ),
        (
            "lets two words pass",
            _CHECKED.format(**_ASK | {"short": _ASK["short"].replace("< 3", "< 2")}),
            "for a quote of two words, and then a good answer, the number of requests is 1",
        ),
        (
            "wants four words",
            _CHECKED.format(**_ASK | {"short": _ASK["short"].replace("< 3", "<= 3")}),
            "for a true quote of three words, the number of requests is 2",
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
        (
            "asks for ever",
            _CHECKED.format(**_ASK | {"tries": "99"}),
            "sent 6 requests and did not stop",
        ),
        (
            "puts the passages into the instructions",
            _CHECKED.format(
                **_ASK | {"request": "**luna | {'instructions': RULES + listed}, input=asked"}
            ),
            "a passage is in the instructions",
        ),
        (
            "takes nothing found for a fault",
            _CHECKED.format(
                **_ASK
                | {"found": "list(faults(answer, passages)) + ['nothing'] * (not answer.found)"}
            ),
            "for an answer that found nothing, the number of requests is 2",
        ),
        (
            "believes whatever finds nothing",
            _CHECKED.format(
                **_ASK | {"refused": "if answer is None or not answer.found: return answer"}
            ),
            "for `found` false beside a quote that is not in its passage, and then a good answer, "
            "the number of requests is 1",
        ),
        (
            "does not look for a refusal",
            _CHECKED.format(**_ASK | {"refused": ""}),
            "for a refusal it stopped",
        ),
        (
            "asks again after a refusal",
            _CHECKED.format(**_ASK | {"refused": "if answer is None: continue"}),
            "for a refusal, the number of requests is 2",
        ),
        (
            "forgets the rules",
            _CHECKED.format(
                **_ASK | {"request": "model='gpt-6-luna', reasoning=luna['reasoning'], input=asked"}
            ),
            "the rules of `ask` are not in the request",
        ),
        (
            "adds the first fault only",
            _CHECKED.format(**_ASK | {"again": 'asked += "\\n\\nCorrect this: " + found[0]'}),
            "for two quotes that are not in their passages, what is added does not name the fault",
        ),
        (
            "puts the faults into the rules",
            _CHECKED.format(
                **_ASK
                | {
                    "request": "**luna | {'instructions': RULES + more}, input=asked",
                    "again": "more = ' Correct this: ' + '; '.join(found)",
                }
            ).replace("    for _", "    more = ''\n    for _"),
            "the second request has other rules",
        ),
        (
            "asks with the faults alone",
            _CHECKED.format(**_ASK | {"again": 'asked = "Correct this: " + "; ".join(found)'}),
            "for a quote that is not in its passage the second input is not the first",
        ),
        (
            "writes all passages into one line",
            _CHECKED.format(**_ASK | {"line": " "}),
            "the input has no line `[rules-4]",
        ),
        (
            "counts letters for words",
            _CHECKED.format(**_ASK | {"short": _ASK["short"].replace(".split()", ".strip()")}),
            "for a quote of one word, and then a good answer",
        ),
        (
            "returns what is still faulty as not found",
            _CHECKED.format(**_ASK | {"end": "Answer(found=False, text='', citations=[])"}),
            "twice, it returned Answer",
        ),
        (
            "hides every failure",
            _CHECKED.format(**_ASK)
            .replace("        answer =", "        try: answer =")
            .replace(
                "        if answer is None: return None",
                "        except Exception: answer = None\n        if answer is None: return None",
            ),
            "is kept from the caller",
        ),
    ],
}
