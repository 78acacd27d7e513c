"""Timing of variants against each other: in turns, so that a busy machine slows all of them alike."""

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter


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


def table(rows: list[tuple[str, ...]]) -> str:
    """Columns side by side; the first row is the heading, the first column is text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)
