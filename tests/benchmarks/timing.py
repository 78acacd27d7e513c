"""Timing of variants against each other: in turns, so that a busy machine slows all of them alike."""

import gc
from collections.abc import Callable, Iterable
from statistics import median
from time import perf_counter
from typing import NamedTuple


def interleaved(
    variants: dict[str, Callable[[], object]],
    rounds: int,
    calls: int,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, float]:
    """Median over `rounds` of the mean time of a call, in microseconds, for each variant.

    Each round runs every variant `calls` times, in an order that turns round.
    """
    times: dict[str, list[float]] = {name: [] for name in variants}
    order = list(variants)
    for variant in variants.values():  # what loads at first use is no part of a call
        variant()
    for _ in range(rounds):
        for name in order:
            variant = variants[name]
            gc.collect()
            start = clock()
            for _ in range(calls):
                variant()
            times[name].append((clock() - start) / calls * 1e6)
        order.append(order.pop(0))
    return {name: median(measured) for name, measured in times.items()}


class Row(NamedTuple):
    """One comparison: both sides were measured in this run, in the same `unit`."""

    what: str
    unit: str
    ours: float
    other: float
    against: str  # what the other side is


def report(rows: Iterable[Row]) -> str:
    lines = [("what", "unit", "ours", "other", "ratio", "other is")]
    for row in rows:
        ratio = f"{row.ours / row.other:.2f}"
        lines.append((row.what, row.unit, _three(row.ours), _three(row.other), ratio, row.against))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    left = (0, 1, 5)  # texts; numbers stand to the right
    shown = [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    shown.insert(1, "-" * max(map(len, shown)))
    return "\n".join(shown)


def _three(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"
