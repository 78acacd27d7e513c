"""A small table as plain text and as HTML. Knows nothing of Jupyter."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

Row = Mapping[str, Any] | Sequence[Any]
_number = re.compile(r"(USD )?[-+]?[\d.,]+( ?%)?( \+ .*)?|unknown.*").fullmatch


class Table:
    """`repr` is aligned text; the HTML has no colours of its own, so it follows the theme.

    A row is a dict with the columns as keys, or a sequence with a cell a column; else ValueError.
    Columns of numbers and amounts stand to the right.
    """

    def __init__(self, rows: Iterable[Row], columns: Sequence[str], caption: str = "") -> None:
        self.columns, self.caption = list(columns), caption
        self.rows = [self._texts(row) for row in rows]
        # The empty row makes columns of a table without rows.
        cells = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        self._right = [any(column) and all(_number(c) for c in column if c) for column in cells]

    def _texts(self, row: Row) -> list[str]:
        if isinstance(row, Mapping):
            row = [row.get(column) for column in self.columns]
        if isinstance(row, str) or len(row) != len(self.columns):
            wanted = ", ".join(self.columns)
            raise ValueError(f"The row {row!r} does not have a cell for each of: {wanted}.")
        return ["" if cell is None else str(cell) for cell in row]

    def __repr__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        drawn = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(line, widths, self._right, strict=True)
            ).rstrip()
            for line in lines
        ]
        rule = "-" * max(map(len, drawn))
        caption = [self.caption] if self.caption else []
        return "\n".join([*caption, drawn[0], rule, *drawn[1:]])

    def _repr_html_(self) -> str:
        styles = [f'style="text-align:{"right" if right else "left"}"' for right in self._right]

        def line(cells: Sequence[str], tag: str) -> str:
            marked = (
                f"<{tag} {style}>{escape(cell)}</{tag[:2]}>"
                for cell, style in zip(cells, styles, strict=True)
            )
            return f"<tr>{''.join(marked)}</tr>"

        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        body = "".join(line(row, "td") for row in self.rows)
        head = line(self.columns, 'th scope="col"')
        return (
            # MathJax would read what stands between two dollar signs as a formula.
            f'<table class="mathjax_ignore">{caption}'
            f"<thead>{head}</thead><tbody>{body}</tbody></table>"
        )
