"""Right answers to the exercises of lesson 22, in other ways than the reference."""

RIGHT = {
    "22-1": [
        (
            "details as a dict",
            """
def chat_usd(usage, price):
    parts = usage.to_dict().get("prompt_tokens_details") or {}
    counts = {
        "cached": parts.get("cached_tokens") or 0,
        "written": parts.get("cache_write_tokens") or 0,
        "output": usage.completion_tokens,
    }
    counts["input"] = usage.prompt_tokens - counts["cached"] - counts["written"]
    return sum(number * price[kind] for kind, number in counts.items()) / 1e6
""",
        ),
        (
            "Decimals",
            """
from decimal import Decimal


def chat_usd(usage, price):
    parts = usage.prompt_tokens_details
    rate = {kind: Decimal(str(usd)) for kind, usd in price.items()}
    usd = usage.completion_tokens * rate["output"] + usage.prompt_tokens * rate["input"]
    for kind, name in (("cached", "cached_tokens"), ("written", "cache_write_tokens")):
        usd += (getattr(parts, name, None) or 0) * (rate[kind] - rate["input"])
    return usd / 1_000_000
""",
        ),
        (
            "numpy",
            """
import numpy as np


def chat_usd(usage, price):
    cached = written = 0
    if usage.prompt_tokens_details is not None:
        cached = usage.prompt_tokens_details.cached_tokens or 0
        written = usage.prompt_tokens_details.cache_write_tokens or 0
    counts = np.array([usage.prompt_tokens - cached - written, cached, written])
    counts = np.append(counts, usage.completion_tokens)
    rates = np.array([price[kind] for kind in ("input", "cached", "written", "output")])
    return counts @ rates / 1e6
""",
        ),
        (
            "the usage of Responses, made of Chat's",
            """
from types import SimpleNamespace


def chat_usd(usage, price):
    def count(name):
        try:
            return int(getattr(usage.prompt_tokens_details, name))
        except (AttributeError, TypeError):
            return 0

    parts = {name: count(name) for name in ("cached_tokens", "cache_write_tokens")}
    same = SimpleNamespace(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        input_tokens_details=SimpleNamespace(**parts),
    )
    return in_usd(same, price)
""",
        ),
    ],
    "22-2": [
        (
            "sorted, and by hand",
            """
def bill(calls, history):
    total, missing = 0, 0
    for model, day, usage in calls:
        prices = None
        for first, rates in sorted(history.get(model) or [], key=lambda row: row[0]):
            if day >= first:
                prices = rates
        if prices is None:
            missing += 1
            continue
        total += in_usd(usage, price=prices)
    return total, missing
""",
        ),
        (
            "bisect",
            """
from bisect import bisect_right


def bill(calls, history):
    tables = {model: sorted(rows, key=lambda row: row[0]) for model, rows in history.items()}
    costs = []
    for model, day, usage in calls:
        rows = tables.get(model, [])
        place = bisect_right([first for first, _ in rows], day)
        costs.append(in_usd(usage, rows[place - 1][1]) if place else None)
    return sum(cost for cost in costs if cost is not None), costs.count(None)
""",
        ),
        (
            "Decimals and a function for one call",
            """
from decimal import Decimal


def cost(model, day, usage, history):
    begun = [row for row in history.get(model, ()) if not row[0] > day]
    if not begun:
        raise LookupError(model)
    rates = {kind: Decimal(str(usd)) for kind, usd in max(begun, key=lambda row: row[0])[1].items()}
    parts = usage.input_tokens_details
    plain = usage.input_tokens - parts.cached_tokens - parts.cache_write_tokens
    usd = plain * rates["input"] + usage.output_tokens * rates["output"]
    usd += parts.cached_tokens * rates["cached"] + parts.cache_write_tokens * rates["written"]
    return usd / 10**6


def bill(calls, history):
    known, unknown = Decimal(0), 0
    for call in calls:
        try:
            known += cost(*call, history)
        except LookupError:
            unknown += 1
    return [known, unknown]
""",
        ),
        (
            "a named tuple, and days since",
            """
from typing import NamedTuple


class Bill(NamedTuple):
    usd: float = 0.0
    unknown: int = 0


def bill(calls, history):
    so_far = Bill()
    for model, day, usage in calls:
        ages = {(day - first).days: prices for first, prices in history.get(model, [])}
        held = [age for age in ages if age >= 0]
        if held:
            so_far = so_far._replace(usd=so_far.usd + in_usd(usage, ages[min(held)]))
        else:
            so_far = so_far._replace(unknown=so_far.unknown + 1)
    return so_far
""",
        ),
    ],
    "22-3": [
        (
            "counts what is left",
            """
def ask_all(client, questions, limit):
    left, texts = limit, []
    for question in questions:
        size = len(bytes(question, "utf-8"))
        most = (size * PRICE["written"] + 300 * PRICE["output"]) / 1e6
        text = None
        if most <= left:
            response = client.responses.create(
                model="gpt-6-luna",
                input=[{"role": "user", "content": question}],
                reasoning={"effort": "none"},
                max_output_tokens=300,
            )
            left -= in_usd(response.usage)
            text = response.output_text
        texts.append(text)
    return texts
""",
        ),
        (
            "Decimals",
            """
from decimal import Decimal


def ask_all(client, questions, limit):
    limit, spent = Decimal(str(limit)), Decimal(0)
    texts = [None] * len(questions)
    for place, question in enumerate(questions):
        most = len(question.encode()) * Decimal("0.125") + 300 * Decimal("0.5")
        if spent + most / 1_000_000 <= limit:
            answer = client.responses.create(
                model="gpt-6-luna",
                input=question,
                reasoning={"effort": "none"},
                max_output_tokens=300,
            )
            spent += Decimal(str(in_usd(answer.usage)))
            texts[place] = answer.output_text
    return texts
""",
        ),
        (
            "a stream, and a function inside",
            """
def ask_all(client, questions, limit):
    spent = 0.0

    def one(question):
        nonlocal spent
        most = PRICE["written"] / 1e6 * len(question.encode("utf-8")) + PRICE["output"] / 1e6 * 300
        if most > limit - spent:
            return None
        settings = LUNA_ | {"input": question, "stream": True}
        text = ""
        for event in client.responses.create(**settings):
            if event.type == "response.output_text.delta":
                text += event.delta
            elif event.type == "response.completed":
                spent += in_usd(event.response.usage)
        return text

    return [one(question) for question in questions]


LUNA_ = {"model": "gpt-6-luna", "reasoning": {"effort": "none"}, "max_output_tokens": 300}
""",
        ),
        (
            "a purse with two methods",
            """
from dataclasses import dataclass


@dataclass
class Purse:
    limit: float
    spent: float = 0.0

    def holds(self, question):
        tokens = {"written": len(question.encode()), "output": 300}
        most = sum(PRICE[kind] * number for kind, number in tokens.items()) / 1_000_000
        return self.spent + most <= self.limit

    def pay(self, usage):
        self.spent += in_usd(usage, PRICE)


def ask_all(client, questions, limit):
    purse, texts = Purse(limit), []
    for question in questions:
        if not purse.holds(question):
            texts.append(None)
            continue
        answer = client.responses.create(
            model="gpt-6-luna", input=question, reasoning={"effort": "none"}, max_output_tokens=300
        )
        purse.pay(answer.usage)
        texts.append(answer.output_text)
    return texts
""",
        ),
    ],
}
