"""Right answers to the exercises of lesson 16, in other ways than the reference."""

RIGHT = {
    "16-1": [
        (
            "numpy, with infinity for what is missing",
            """
def metrics(ranks, k):
    places = np.array([np.inf if rank is None else rank for rank in ranks])
    return np.mean(places <= k), np.mean(1 / places)
""",
        ),
        (
            "an array of two numbers",
            """
def metrics(ranks, k):
    found = np.array([rank or 0 for rank in ranks])
    hit = (found > 0) & (found <= k)
    inverse = np.divide(1, found, out=np.zeros(len(found)), where=found > 0)
    return np.array([hit.mean(), inverse.mean()])
""",
        ),
        (
            "one loop and fractions",
            """
from fractions import Fraction


def metrics(ranks, k):
    hits, total = 0, Fraction(0)
    for rank in ranks:
        if rank is None:
            continue
        if rank <= k:
            hits += 1
        total += Fraction(1, rank)
    return Fraction(hits, len(ranks)), total / len(ranks)
""",
        ),
        (
            "means of the statistics module, as a named tuple",
            """
from statistics import mean
from typing import NamedTuple


class Metrics(NamedTuple):
    hits: float
    mrr: float


def metrics(ranks, k):
    return Metrics(
        mean(1 if r is not None and r <= k else 0 for r in ranks),
        mean(0 if r is None else 1 / r for r in ranks),
    )
""",
        ),
        (
            "a list by count",
            """
def metrics(ranks, k):
    n = len(ranks)
    there = [r for r in ranks if r is not None]
    return [len([r for r in there if r <= k]) / n, sum(r**-1 for r in there) / n]
""",
        ),
    ],
    "16-2": [
        (
            "a loop that stops at the last word",
            """
def windows(text, size, overlap):
    words, found, start = text.split(), [], 0
    while words:
        found.append(" ".join(words[start : start + size]))
        if start + size >= len(words):
            break
        start += size - overlap
    return found
""",
        ),
        (
            "eats the words from the front",
            """
def windows(text, size, overlap):
    left = text.split()
    texts = []
    while len(left) > (overlap if texts else 0):
        texts.append(" ".join(left[:size]))
        left = left[size - overlap :]
    return texts
""",
        ),
        (
            "calls itself",
            """
def windows(text, size, overlap):
    words = text.split()
    if len(words) <= size:
        return [" ".join(words)] if words else []
    return [" ".join(words[:size]), *windows(" ".join(words[size - overlap :]), size, overlap)]
""",
        ),
        (
            "counts the texts first",
            """
from math import ceil


def windows(text, size, overlap):
    words = text.split()
    if not words:
        return []
    step = size - overlap
    many = 1 + max(0, ceil((len(words) - size) / step))
    return [" ".join(words[n * step : n * step + size]) for n in range(many)]
""",
        ),
        (
            "adds new words to the end of the one before",
            """
def windows(text, size, overlap):
    words = text.split()
    found = [words[:size]] if words else []
    for i in range(size, len(words), size - overlap):
        tail = found[-1][len(found[-1]) - overlap :]
        found.append(tail + words[i : i + size - overlap])
    return [" ".join(part) for part in found]
""",
        ),
        (
            "a generator inside",
            """
def windows(text, size, overlap):
    def cut(words):
        yield words[:size]
        for end in range(size, len(words), size - overlap):
            yield words[end - overlap : end - overlap + size]

    return [" ".join(part) for part in cut(text.split()) if part]
""",
        ),
    ],
    "16-3": [
        (
            "two calls, one after the other",
            """
def checked(client, question, passages):
    def bad(answer):
        short = [c.quote for c in answer.citations if len(c.quote.split()) < 3]
        return [*faults(answer, passages), *(f"{quote!r} has too few words" for quote in short)]

    asked = "\\n".join(f"[{name}] {text}" for name, text in passages.items())
    asked += "\\n\\nQuestion: " + question
    first = client.responses.parse(**luna, input=asked, text_format=Answer).output_parsed
    if first is None or not bad(first):
        return first
    asked += "\\n" + "\\n".join(bad(first))
    second = client.responses.parse(**luna, input=asked, text_format=Answer).output_parsed
    return second if second is not None and not bad(second) else None
""",
        ),
        (
            "messages that go on from the answer",
            """
def checked(client, question, passages):
    listed = "\\n".join("[" + chunk + "] " + text for chunk, text in passages.items())
    messages = [{"role": "user", "content": f"{listed}\\n\\nQuestion: {question}"}]
    for attempt in (1, 2):
        response = client.responses.parse(**luna, input=messages, text_format=Answer)
        answer = response.output_parsed
        if not answer:
            return None
        problems = list(faults(answer, passages))
        for cited in answer.citations:
            if len(cited.quote.split()) < 3:
                problems.append(f"the quote {cited.quote!r} is too short")
        if not problems:
            return answer
        messages += [
            {"role": "assistant", "content": response.output_text},
            {"role": "user", "content": "Correct this: " + "; ".join(problems)},
        ]
""",
        ),
        (
            "goes on by previous_response_id",
            """
def checked(client, question, passages):
    listed = "\\n".join(f"[{chunk}] {text}" for chunk, text in passages.items())
    asked, before = f"{listed}\\n\\nQuestion: {question}", None
    for _ in range(2):
        response = client.responses.parse(
            **luna, input=asked, text_format=Answer, previous_response_id=before
        )
        answer = response.output_parsed
        if answer is None:
            return None
        found = [*faults(answer, passages)]
        found += [f"too short: {c.quote}" for c in answer.citations if len(c.quote.split()) <= 2]
        if not found:
            return answer
        asked, before = "These are wrong: " + ", ".join(found), response.id
    return None
""",
        ),
        (
            "a stream",
            """
def checked(client, question, passages):
    def problems(answer):
        yield from faults(answer, passages)
        for each in answer.citations:
            if len(each.quote.split()) < 3:
                yield f"fewer than three words: {each.quote!r}"

    asked = "\\n".join(f"[{chunk}] {text}" for chunk, text in passages.items())
    asked = f"{asked}\\n\\nQuestion: {question}"
    for _ in range(2):
        with client.responses.stream(**luna, input=asked, text_format=Answer) as stream:
            answer = stream.get_final_response().output_parsed
        if answer is None:
            return None
        wrong = list(problems(answer))
        if not wrong:
            return answer
        asked = asked + "\\n\\nFaults in your last answer:\\n- " + "\\n- ".join(wrong)
    return None
""",
        ),
        (
            "Chat Completions and its own search for quotes",
            """
def checked(client, question, passages):
    listed = "\\n".join(f"[{chunk}] {text}" for chunk, text in passages.items())
    messages = [
        {"role": "developer", "content": RULES},
        {"role": "user", "content": f"{listed}\\n\\nQuestion: {question}"},
    ]
    for _ in range(2):
        answer = client.chat.completions.parse(
            model="gpt-6-luna", reasoning_effort="none", messages=messages, response_format=Answer
        ).choices[0].message.parsed
        if answer is None:
            return None
        wrong = ["you cite nothing"] if answer.found and not answer.citations else []
        for c in answer.citations:
            if c.quote not in passages.get(c.chunk, "") or len(c.quote.split()) < 3:
                wrong.append(f"this does not prove it: {c.chunk} {c.quote!r}")
        if not wrong:
            return answer
        messages.append({"role": "user", "content": "\\n".join(wrong)})
    return None
""",
        ),
        (
            "create and a schema, a for and an else",
            """
def checked(client, question, passages):
    schema = Answer.model_json_schema()
    schema["additionalProperties"] = False
    schema["$defs"]["Citation"]["additionalProperties"] = False
    form = {"type": "json_schema", "name": "Answer", "strict": True, "schema": schema}
    listed = "\\n".join(f"[{chunk}] {text}" for chunk, text in passages.items())
    extra = ""
    for _ in range(2):
        response = client.responses.create(
            **luna, input=f"{listed}\\n\\nQuestion: {question}{extra}", text={"format": form}
        )
        if not response.output_text:
            return None
        answer = Answer.model_validate_json(response.output_text)
        wrong = [*faults(answer, passages)]
        wrong += [f"short: {c.quote}" for c in answer.citations if len(c.quote.split()) < 3]
        if not wrong:
            return answer
        extra = f"\\n\\nCorrect this: {wrong}"
    else:
        return None
""",
        ),
    ],
}
