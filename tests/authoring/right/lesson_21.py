"""Right answers to the exercises of lesson 21, in other ways than the reference."""

RIGHT = {
    "21-1": [
        (
            "the lesson's prompt, the notice beside the question",
            """
def ordered(guide, notice, question):
    return prompt(f"{notice}\\n{question}", guide)
""",
        ),
        (
            "the lesson's prompt, the notice put between",
            """
def ordered(guide, notice, question):
    first, last = prompt(question, guide=guide)
    return [first, {"type": "message", "role": "system", "content": notice}, last]
""",
        ),
        (
            "three blocks of one message",
            """
def ordered(guide, notice, question):
    blocks = [{"type": "input_text", "text": text} for text in (guide, notice, question)]
    blocks[0]["prompt_cache_breakpoint"] = {"mode": "explicit", "ttl": "30m"}
    return [{"role": "user", "content": blocks}]
""",
        ),
        (
            "words around each text, and an order of the guide's own",
            """
def ordered(guide, notice, question):
    messages = []

    def say(role, text, **more):
        block = dict(type="input_text", text=text, **more)
        messages.append(dict(role=role, content=[block]))

    say("system", "Answer guests of Otterbank. The guide:")
    say("system", guide, prompt_cache_breakpoint=dict(mode="explicit"))
    say("developer", "Today: " + notice)
    say("user", "A guest asks: " + question)
    return messages
""",
        ),
        (
            "the types of the SDK",
            """
from openai.types.responses import EasyInputMessageParam, ResponseInputTextParam


def ordered(guide, notice, question):
    block = ResponseInputTextParam(
        type="input_text", text=guide, prompt_cache_breakpoint={"mode": "explicit"}
    )
    later = (("developer", notice), ("user", question))
    return [
        EasyInputMessageParam(role="developer", content=[block]),
        *(EasyInputMessageParam(role=role, content=text) for role, text in later),
    ]
""",
        ),
    ],
    "21-2": [
        (
            "solves the equation",
            """
import math


def pays_from(price, write="cache_write_tokens"):
    try:
        extra = price[write] - price["cache_read_tokens"]
        return math.floor(extra / (price["input_tokens"] - price["cache_read_tokens"])) + 1
    except KeyError:
        return None
""",
        ),
        (
            "whole division of Decimals",
            """
def pays_from(price, write="cache_write_tokens"):
    names = {write, "cache_read_tokens", "input_tokens"}
    if not names <= set(price):
        return None
    read = price["cache_read_tokens"]
    return (price[write] - read) // (price["input_tokens"] - read) + 1
""",
        ),
        (
            "the first of all numbers",
            """
from itertools import count


def pays_from(price, write="cache_write_tokens"):
    rates = [price.get(name) for name in (write, "cache_read_tokens", "input_tokens")]
    if None in rates:
        return None
    first, read, plain = map(float, rates)
    return next(n for n in count(1) if first + (n - 1) * read < n * plain)
""",
        ),
        (
            "numpy",
            """
import numpy as np


def pays_from(price, write="cache_write_tokens"):
    for name in (write, "cache_read_tokens", "input_tokens"):
        if name not in price:
            return None
    n = np.arange(1, 10_001)
    with_cache = float(price[write]) + (n - 1) * float(price["cache_read_tokens"])
    return n[with_cache < n * float(price["input_tokens"])].min()
""",
        ),
        (
            "fractions, in a function that calls itself",
            """
from fractions import Fraction


def pays_from(price, write="cache_write_tokens"):
    def cost(name):
        return Fraction(price[name])

    def uses(n):
        cached = cost(write) + (n - 1) * cost("cache_read_tokens")
        return n if cached < n * cost("input_tokens") else uses(n + 1)

    known = all(name in price for name in (write, "cache_read_tokens", "input_tokens"))
    return uses(1) if known else None
""",
        ),
    ],
    "21-3": [
        (
            "all by hand",
            """
import warnings


def reply(client, guide, guest, question):
    block = {"type": "input_text", "text": guide, "prompt_cache_breakpoint": {"mode": "explicit"}}
    response = client.responses.create(
        model="gpt-6-luna",
        prompt_cache_key="guide-7",
        prompt_cache_options={"mode": "explicit", "ttl": "30m"},
        input=[
            {"role": "developer", "content": [block]},
            {"role": "user", "content": f"{guest} asks.\\n{question}"},
        ],
    )
    details = response.usage.input_tokens_details
    if details.cached_tokens + details.cache_write_tokens == 0:
        warnings.warn("Nothing was cached: is the guide below 1,024 tokens?", stacklevel=2)
    return response.output_text
""",
        ),
        (
            "Chat Completions, without a key",
            """
from warnings import warn


def reply(client, guide, guest, question):
    mark = {"mode": "explicit"}
    guide_part = {"type": "text", "text": guide, "prompt_cache_breakpoint": mark}
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        prompt_cache_options=mark,
        messages=[
            {"role": "system", "content": [guide_part]},
            {"role": "system", "content": f"The guest is {guest}."},
            {"role": "user", "content": question},
        ],
    )
    parts = completion.usage.prompt_tokens_details
    if not (parts.cached_tokens or parts.cache_write_tokens):
        warn("no cache", RuntimeWarning)
    return completion.choices[0].message.content
""",
        ),
        (
            "a stream, and the guide's own text as the key",
            """
import hashlib
import warnings


def reply(client, guide, guest, question):
    said = ""
    for event in client.responses.create(
        **LUNA,
        stream=True,
        prompt_cache_key=hashlib.sha256(guide.encode()).hexdigest()[:16],
        prompt_cache_options=OPTIONS,
        input=prompt(f"{question}\\n(asked by {guest})", guide),
    ):
        if event.type == "response.output_text.delta":
            said += event.delta
        elif event.type == "response.completed":
            if read_written(event.response) == (0, 0):
                warnings.warn(f"{guest}: the cache did nothing", UserWarning)
    return said
""",
        ),
        (
            "the guide as instructions, a fixed sentence marked",
            """
import warnings


def reply(client, guide, guest, question):
    fixed = dict(type="input_text", text="Guests ask.", prompt_cache_breakpoint=OPTIONS)
    blocks = [fixed, {"type": "input_text", "text": guest}, {"type": "input_text", "text": question}]
    response = client.responses.create(
        model="gpt-6-luna",
        instructions=guide,
        input=[{"role": "user", "content": blocks}],
        prompt_cache_key="guide-1",
        prompt_cache_options=OPTIONS,
    )
    if max(response.usage.input_tokens_details.to_dict().values()) < 1:
        warnings.warn("nothing read, nothing written")
    return response.output[0].content[0].text
""",
        ),
    ],
}
