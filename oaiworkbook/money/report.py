"""What calls cost, for people: a line under a cell, a table over all of them, a plot."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from ..show import Table
from .amounts import usd
from .ledger import Call, default_ledger
from .ledger_sums import ALREADY_COUNTED, REAL_MODES, By, Total

_MOST_BARS = 20
_GROUPS = (
    (True, "Charged (live and record mode)"),
    (False, "Would have cost (replay and practice: nothing charged)"),
)


@dataclass(frozen=True)
class Costs:
    """Sums over the ledger, real money apart from what replay would have cost. `totals`: USD."""

    by: By
    totals: list[Total]

    def __repr__(self) -> str:
        return "\n\n".join([*map(repr, self._tables()), *self._notes()])

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        tables = "".join(table._repr_html_() for table in self._tables())
        return f'<div class="mathjax_ignore">{tables}{notes}</div>'

    def rows(self) -> list[dict[str, Any]]:
        """A dict for each line, to be written as JSON or CSV.

        `charged`: real money; else only simulated. `cost_usd`: without the `unknown_calls`, and None
        where no cost is known.
        """
        return [
            {
                self.by: total.key,
                "charged": total.real,
                "calls": total.calls,
                "failed": total.failed,
                "unknown_calls": total.unknown,
                "input_tokens": total.input_tokens,
                "cached_tokens": total.cached_tokens,
                "output_tokens": total.output_tokens,
                "reasoning_tokens": total.reasoning_tokens,
                "cost_usd": None if total.unknown and not total.cost_usd else total.cost_usd,
            }
            for total in self.totals
        ]

    def _tables(self) -> list[Table]:
        return [
            _table(self.by, group, caption)
            for real, caption in _GROUPS
            if (group := [total for total in self.totals if total.real is real])
        ]

    def _notes(self) -> list[str]:
        if not self.totals:
            return ["No calls are in the cost log yet."]
        unknown = sum(total.unknown for total in self.totals)
        if not unknown:
            return []
        held = sum((total.held_usd for total in self.totals), Decimal(0))
        most = f"; spend limits hold {usd(held, 'up')} for them" if held else ""
        return [f"Not in the sums: {_count(unknown, 'call')} of unknown cost{most}."]

    def plot(self) -> None:
        """Show a bar for each model, lesson, day or endpoint."""
        from matplotlib.figure import Figure

        from .. import show

        keys = list(dict.fromkeys(total.key for total in self.totals))
        if not keys:
            raise ValueError("There is nothing to plot: no calls are in the cost log yet.")
        shown = keys[-_MOST_BARS:] if self.by == "day" else keys[:_MOST_BARS]
        groups = [
            (real, name) for real, name in _GROUPS if any(t.real is real for t in self.totals)
        ]
        thick = 0.8 / len(groups)
        fig = Figure(figsize=(7, 1.2 + 0.45 * len(shown) * len(groups)), layout="constrained")
        ax = fig.add_subplot()
        for i, ((real, name), look) in enumerate(zip(groups, show.palette(2), strict=False)):
            costs = {total.key: total for total in self.totals if total.real is real}
            places = [place + i * thick for place in range(len(shown))]
            widths = [float(costs[key].cost_usd) if key in costs else 0.0 for key in shown]
            bars = ax.barh(places, widths, thick, label=name, **look)
            labels = [_cost(costs[key]) if key in costs else "" for key in shown]
            ax.bar_label(bars, labels, padding=3)
        middle = thick * (len(groups) - 1) / 2
        # matplotlib, too, takes two dollar signs for a formula.
        names = [key.replace("$", r"\$") for key in shown]
        ax.set_yticks([place + middle for place in range(len(shown))], names)
        ax.invert_yaxis()
        ax.set_xlabel("USD")
        ax.margins(x=0.3)
        ax.spines[["top", "right"]].set_visible(False)
        fig.legend(loc="outside lower center", frameon=False)
        left_out = len(keys) - len(shown)
        show.figure(fig, self._finding(), f"{left_out} more not shown." if left_out else "")

    def _finding(self) -> str:
        """The plot in a sentence, for its alt text."""
        sentences = [f"Cost by {self.by}."]
        for real, name in _GROUPS:
            group = [total for total in self.totals if total.real is real]
            if not group:
                continue
            whole = _sum(group)
            top = max(group, key=lambda total: total.cost_usd)
            share = f" ({top.cost_usd / whole.cost_usd:.0%})" if whole.cost_usd else ""
            sentences.append(f"{name}: {_cost(whole)}, most for {top.key}, {_cost(top)}{share}.")
        return " ".join(sentences)


def costs(by: By = "model", *, lesson: str | None = None, days: float | None = None) -> Costs:
    """What the calls in the cost log cost, by model, lesson, day (UTC) or endpoint.

    `lesson`: only that one's, such as `03_streaming`. `days`: only the last so many. Raises
    LedgerError where the log cannot be read.
    """
    since = None if days is None else time.time() - days * 86400
    return Costs(by, default_ledger().summary(by, lesson=lesson, since=since))


@dataclass(frozen=True)
class CostLine:
    """One line on a few calls."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<div class="mathjax_ignore" style="font-size:90%;padding:2px 5px">{escape(self.text)}</div>'


def cost_line(calls: Sequence[Call]) -> CostLine:
    """`2 calls · 310 in + 84 out tokens · would cost USD 0.000073 · replay: nothing charged`."""
    if not calls:
        return CostLine("no calls")
    parts = [_attempts(calls), _tokens(calls)]
    of_the_api = [call for call in calls if call.mode != "local"]
    for real in (True, False):
        group = [call for call in of_the_api if (call.mode in REAL_MODES) is real]
        if group:
            modes = " and ".join(sorted({call.mode for call in group}))
            parts.append(f"{'cost' if real else 'would cost'} {_price(group)}")
            parts.append(modes if real else f"{modes}: nothing charged")
    local = [
        f"{call.model} on this machine answered, {call.price_note}"
        for call in calls
        if call.mode == "local"
    ]
    parts += [f"{said}; nothing charged, nothing recorded" for said in dict.fromkeys(local)]
    return CostLine(" · ".join(filter(None, parts)))


def _attempts(calls: Sequence[Call]) -> str:
    retries = sum(call.attempt > 0 for call in calls)
    parts = [_count(len(calls) - retries, "call")]
    if retries:
        parts.append(_count(retries, "retry", "retries"))
    failed = [call.error or str(call.http_status) for call in calls if call.status == "error"]
    if failed:
        parts.append(f"{len(failed)} failed ({', '.join(dict.fromkeys(failed))})")
    if cut := sum(call.status == "cut" for call in calls):
        parts.append(f"{cut} cut short")
    if going := sum(call.status == "open" for call in calls):
        parts.append(f"{going} under way")
    if again := sum(call.price_note == ALREADY_COUNTED for call in calls):
        parts.append(f"{again} already counted")
    return ", ".join(parts)


def _tokens(calls: Sequence[Call]) -> str:
    read = sum(call.input_tokens or 0 for call in calls)
    written = sum(call.output_tokens or 0 for call in calls)
    if not read and not written:
        return ""
    cached = sum(call.cached_tokens or 0 for call in calls)
    stored = sum(call.cache_write_tokens or 0 for call in calls)
    reasoning = sum(call.reasoning_tokens or 0 for call in calls)
    parts = [f"{cached:,} cached"] * bool(cached) + [f"{stored:,} written to cache"] * bool(stored)
    of_read = f" ({', '.join(parts)})" if parts else ""
    of_written = f" ({reasoning:,} reasoning)" if reasoning else ""
    return f"{read:,} in{of_read} + {written:,} out{of_written} tokens"


def _price(calls: Sequence[Call]) -> str:
    known = sum((Decimal(str(c.cost_usd)) for c in calls if c.cost_usd is not None), Decimal(0))
    unknown = [
        call for call in calls if call.cost_usd is None and call.price_note != ALREADY_COUNTED
    ]
    why = next((f" ({call.price_note})" for call in unknown if call.price_note), "")
    if not unknown:
        return usd(known)
    if not known:
        return f"unknown{why}"
    return f"{usd(known)} + {len(unknown)} unknown{why}"


def _table(by: By, group: list[Total], caption: str) -> Table:
    columns = [by, "calls", "failed", "in", "cached", "out", "reasoning", "cost"]
    lines = [*group, _sum(group)] if len(group) > 1 else group
    rows = [
        [
            total.key,
            *(f"{n:,}" for n in (total.calls, total.failed, total.input_tokens)),
            *(f"{n:,}" for n in (total.cached_tokens, total.output_tokens, total.reasoning_tokens)),
            _cost(total),
        ]
        for total in lines
    ]
    return Table(rows, columns, caption)


def _sum(group: list[Total]) -> Total:
    numbers = [
        "calls",
        "failed",
        "unknown",
        "input_tokens",
        "cached_tokens",
        "output_tokens",
        "reasoning_tokens",
        "held_usd",
        "cost_usd",
    ]
    sums = {name: sum(getattr(total, name) for total in group) for name in numbers}
    return Total(key="all", real=group[0].real, **sums)


def _cost(total: Total) -> str:
    if not total.unknown:
        return usd(total.cost_usd)
    if total.cost_usd == 0:
        return f"unknown ({total.unknown})"
    return f"{usd(total.cost_usd)} + {total.unknown} unknown"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
