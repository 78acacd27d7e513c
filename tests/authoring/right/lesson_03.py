"""Right answers to the exercises of lesson 03, in other ways than the reference."""

_SENTENCES_LOOP = """
def sentences(pieces):
    sentence = ""
    for letter in (each for piece in pieces for each in piece):
        sentence += letter
        if letter == ".":
            yield sentence.strip()
            sentence = ""
    if sentence.strip():
        yield sentence.strip()
"""

RIGHT = {
    "03-1": [
        (
            "a loop over the choices, a match",
            """
def ticker(client, note):
    asked = {"model": "gpt-6-luna", "messages": [{"role": "user", "content": note}]}
    pieces, tokens = [], None
    for chunk in client.chat.completions.create(**asked, **options):
        for choice in chunk.choices:
            match choice.delta.content:
                case None:
                    pass
                case piece:
                    pieces.append(piece)
        if chunk.usage is not None:
            tokens = chunk.usage.prompt_tokens + chunk.usage.completion_tokens
    return "".join(pieces), tokens
""",
        ),
        (
            "all chunks first, comprehensions",
            """
def ticker(client, note):
    chunks = list(
        client.chat.completions.create(
            model="gpt-6-luna",
            messages=[{"role": "developer", "content": "One line."}, {"role": "user", "content": note}],
            reasoning_effort="none",
            stream=True,
            stream_options={"include_usage": True, "include_obfuscation": False},
        )
    )
    text = "".join(c.delta.content or "" for chunk in chunks for c in chunk.choices)
    totals = [chunk.usage.total_tokens for chunk in chunks if chunk.usage]
    return text, totals[-1] if totals else None
""",
        ),
        (
            "with, early continue, a pair with names",
            """
from typing import NamedTuple


class Line(NamedTuple):
    text: str = ""
    tokens: int | None = None


def ticker(client, note):
    line = Line()
    with client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": [{"type": "text", "text": note}]}],
        stream=True,
        stream_options={"include_usage": True},
        timeout=20,
    ) as stream:
        for chunk in stream:
            if not chunk.choices:
                line = line._replace(tokens=chunk.usage.total_tokens)
                continue
            [choice] = chunk.choices
            if choice.delta.content:
                line = line._replace(text=line.text + choice.delta.content)
    return line
""",
        ),
        (
            "the JSON of each chunk, try for the IndexError",
            """
def ticker(client, note):
    text, usage = "", {}
    for chunk in client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": note}],
        stream=True,
        stream_options={"include_usage": True},
    ):
        fields = chunk.to_dict()
        try:
            text += fields["choices"][0]["delta"].get("content") or ""
        except IndexError:
            usage = fields["usage"]
    return text, usage.get("total_tokens")
""",
        ),
        (
            "the helper's events",
            """
def ticker(client, note):
    text, total = "", None
    with client.chat.completions.stream(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": note}],
        stream_options={"include_usage": True},
    ) as stream:
        for event in stream:
            if event.type == "chunk":
                if event.chunk.usage:
                    total = event.chunk.usage.total_tokens
            elif event.type == "content.delta":
                text += event.delta
    return text, total
""",
        ),
        (
            "raw lines",
            """
import json


def ticker(client, note):
    text, tokens = "", None
    with client.chat.completions.with_streaming_response.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": note}],
        stream=True,
        stream_options={"include_usage": True},
    ) as response:
        for each in response.iter_lines():
            if not each.startswith("data: {"):
                continue
            data = json.loads(each.removeprefix("data: "))
            for choice in data["choices"]:
                text += choice["delta"].get("content") or ""
            tokens = (data.get("usage") or {}).get("total_tokens", tokens)
    return text, tokens
""",
        ),
    ],
    "03-2": [
        ("letter by letter", _SENTENCES_LOOP),
        (
            "partition",
            """
def sentences(pieces):
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split(".")
        yield from (sentence.strip() + "." for sentence in whole)
    if rest := rest.strip():
        yield rest
""",
        ),
        (
            "a pattern",
            """
import re


def sentences(pieces):
    buffer = ""
    for piece in pieces:
        buffer += piece
        end = 0
        for found in re.finditer(r"[^.]*\\.", buffer):
            yield found.group().strip()
            end = found.end()
        buffer = buffer[end:]
    if buffer and not buffer.isspace():
        yield buffer.strip()
""",
        ),
        (
            "a class with __iter__ and find",
            """
class sentences:
    def __init__(self, pieces):
        self.pieces = iter(pieces)
        self.rest = ""

    def __iter__(self):
        return self

    def __next__(self):
        while (at := self.rest.find(".")) < 0:
            try:
                self.rest += next(self.pieces)
            except StopIteration:
                last, self.rest = self.rest.strip(), ""
                if not last:
                    raise
                return last
        sentence, self.rest = self.rest[: at + 1], self.rest[at + 1 :]
        return sentence.strip()
""",
        ),
        (
            "returns a generator of its own",
            """
from itertools import chain


def sentences(pieces):
    def cut():
        held = []
        for letter in chain.from_iterable(pieces):
            held.append(letter)
            if letter == ".":
                yield "".join(held)
                held.clear()
        yield "".join(held)

    return (each.strip(" ") for each in cut() if each.strip(" "))
""",
        ),
    ],
    "03-3": [
        (
            "remembers the type of the last event",
            """
import openai


def line(client, note):
    text, last = "", None
    stream = client.responses.create(
        model="gpt-6-luna", input=[{"role": "user", "content": note}], stream=True, store=False
    )
    try:
        for event in stream:
            last = event.type
            if last == "response.output_text.delta":
                text += event.delta
    except openai.APIError:
        return text, False
    return text, last == "response.completed"
""",
        ),
        (
            "returns inside the loop",
            """
import openai


def line(client, note):
    pieces = []
    with client.responses.create(model="gpt-6-luna", input=note, stream=True) as stream:
        try:
            for event in stream:
                match event.type:
                    case "response.output_text.delta":
                        pieces.append(event.delta)
                    case "response.completed":
                        return "".join(pieces), True
                    case "response.failed" | "response.incomplete" | "error":
                        break
        except (openai.APIConnectionError, openai.APIError):
            pass
        return "".join(pieces), False
""",
        ),
        (
            "the lesson's generator",
            """
import openai


def line(client, note):
    text = ""
    stream = client.responses.create(model="gpt-6-luna", input=note, stream=True)
    try:
        for piece in whole(stream):
            text += piece
    except (EOFError, openai.APIError):
        return text, False
    else:
        return text, True
""",
        ),
        (
            "any exception in the loop, next by hand",
            """
def line(client, note):
    events = iter(client.responses.create(model="gpt-6-luna", input=note, stream=True))
    text, complete = "", False
    while True:
        try:
            event = next(events)
        except StopIteration:
            break
        except Exception as error:
            print(f"[line lost: {error}]")
            break
        if event.type == "response.completed":
            complete = event.response.status == "completed"
        text += event.delta if event.type == "response.output_text.delta" else ""
    return text, complete
""",
        ),
        (
            "contextlib.suppress, the status of the last response",
            """
from contextlib import suppress

import openai


def line(client, note):
    seen = []
    stream = client.responses.create(
        model="gpt-6-luna", instructions="One line.", input=note, reasoning={"effort": "none"}, stream=True
    )
    with suppress(openai.APIError):
        for event in stream:
            seen.append(event)
    text = "".join(e.delta for e in seen if e.type == "response.output_text.delta")
    return text, any(e.type == "response.completed" for e in seen)
""",
        ),
        (
            "the helper, which raises RuntimeError at the end",
            """
import openai


def line(client, note):
    text = ""
    with client.responses.stream(model="gpt-6-luna", input=note) as stream:
        try:
            for event in stream:
                if event.type == "response.output_text.delta":
                    text += event.delta
            final = stream.get_final_response()
        except (RuntimeError, openai.APIError):
            return text, False
    return text, final.status == "completed"
""",
        ),
    ],
}
