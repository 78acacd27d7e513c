"""How results, hints and solutions look: as text, and as HTML that fits light and dark themes.

A coloured left border and a sign in the text; no text colour is set, and none carries meaning.
"""

import re
from dataclasses import dataclass
from html import escape

from .judge import Outcome, ended

# Okabe-Ito: told apart by most colour-blind readers, and the sign says it again.
_COLOURS = {
    "not tried": "#999999",
    "not judged": "#999999",
    "wrong": "#D55E00",
    "correct": "#009E73",
    "hint": "#0072B2",
}
_SIGNS = {"not tried": "…", "not judged": "?", "wrong": "✗", "correct": "✓"}


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found. `note` tells about the progress file, only when it could not be kept."""

    exercise_id: str
    outcome: Outcome
    message: str = ""
    note: str = ""

    @property
    def correct(self) -> bool:
        return self.outcome == "correct"

    def _text(self) -> str:
        message = self.message
        if self.outcome == "not tried":
            message = "Fill in the cell above, run it, then run this one."
        elif self.outcome == "wrong":
            message = f'{ended(message)} Stuck? `hint("{self.exercise_id}")`'
        elif self.outcome == "not judged":
            message = f'{ended(message)} Try another way, or compare with `solution("{self.exercise_id}")`'
        # What is off reads on after the verdict; a note is a sentence of its own.
        stop = ":" if self.outcome == "wrong" else "."
        head = f"{_SIGNS[self.outcome]} {self.exercise_id} {self.outcome}{stop}"
        return " ".join(filter(None, (head, message, self.note)))

    def __repr__(self) -> str:
        return self._text()

    def _repr_html_(self) -> str:
        return _box(self._text(), self.outcome)


@dataclass(frozen=True, slots=True)
class Tip:
    """One hint."""

    exercise_id: str
    number: int
    total: int
    text: str

    def _text(self) -> str:
        last = self.number == self.total
        more = f'solution("{self.exercise_id}")' if last else f'hint("{self.exercise_id}")'
        then = "That was the last one; next:" if last else "More:"
        return f"Hint {self.number} of {self.total}: {self.text} {then} `{more}`"

    def __repr__(self) -> str:
        return self._text()

    def _repr_html_(self) -> str:
        return _box(self._text(), "hint")


@dataclass(frozen=True, slots=True)
class Solution:
    """One way to solve an exercise; folded in Jupyter, plain source elsewhere."""

    exercise_id: str
    source: str

    def __repr__(self) -> str:
        return f"# One way to solve {self.exercise_id}\n{self.source.strip()}"

    def _repr_html_(self) -> str:
        summary = f"One way to solve {escape(self.exercise_id)}"
        code = escape(self.source.strip())
        return (
            f'<details class="mathjax_ignore"><summary>{summary}</summary>'
            f"<pre><code>{code}</code></pre></details>"
        )


def _box(text: str, kind: str) -> str:
    # Jupyter would set text between two dollar signs as a formula without the class.
    style = f"border-left: 4px solid {_COLOURS[kind]}; padding: 4px 12px"
    inner = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return f'<div role="status" class="mathjax_ignore" style="{style}">{inner}</div>'
