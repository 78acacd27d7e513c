"""What lessons show: figures and pictures with alt text, streamed Markdown, sound, small tables.

Each function displays in Jupyter and prints elsewhere. Text is kept out of the reach of MathJax,
which takes what stands between two dollar signs for a formula.
"""

import re
import sys
import time
import wave
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
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


# Okabe and Ito's colours, told apart with every common form of colour blindness
# (jfly.uni-koeln.de/color), ordered so that neighbours differ in lightness too.
PALETTE = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#56B4E9",
    "#F0E442",
    "#000000",
)
HATCHES = ("", "//", "..", "\\\\", "xx", "--", "oo", "++")

_UPDATE_S = 0.05  # 20 a second: drawing each token apart takes the browser 40 times as long


def palette(count: int) -> list[dict[str, Any]]:
    """A look for each of `count` bars or areas: `ax.bar(x, height, **look)`. Never colour alone."""
    return [
        {
            "facecolor": PALETTE[i % len(PALETTE)],
            # From the ninth on a colour returns, with another hatch.
            "hatch": HATCHES[(i + i // len(PALETTE)) % len(HATCHES)],
            "edgecolor": "white" if PALETTE[i % len(PALETTE)] == "#000000" else "black",
        }
        for i in range(count)
    ]


def figure(fig: Any, alt: str, caption: str = "") -> None:
    """Show a matplotlib figure as a picture and close it.

    `alt` says the finding, for readers who do not see the picture. Raises ValueError without one.
    """
    if not alt.strip():
        raise ValueError("figure(fig, alt) needs alt text: one sentence that says the finding.")
    file = BytesIO()
    # White in every theme and in print. No version in the file: the same plot, the same bytes.
    fig.savefig(
        file, format="png", facecolor="white", bbox_inches="tight", metadata={"Software": None}
    )
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(fig)  # or the inline backend shows it once more, without alt text
    _show_picture("image/png", file.getvalue(), alt, caption)


def picture(path_or_bytes: str | Path | bytes, alt: str, caption: str = "") -> None:
    """Show a PNG, JPEG, WebP or GIF as it is. `alt` says what is seen; ValueError without one."""
    if not alt.strip():
        raise ValueError("picture(image, alt) needs alt text: one sentence that says what is seen.")
    data = path_or_bytes if isinstance(path_or_bytes, bytes) else Path(path_or_bytes).read_bytes()
    kind = _picture_type(data)
    if kind is None:
        raise ValueError("This is no PNG, JPEG, WebP or GIF: its first bytes say otherwise.")
    _show_picture(kind, data, alt, caption)


def _show_picture(kind: str, data: bytes, alt: str, caption: str) -> None:
    image = f'<img alt="{escape(alt)}" src="{_data_url(kind, data)}">'
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    _show(f"{alt}\n{caption}".strip(), f'<figure class="mathjax_ignore">{image}{below}</figure>')


def markdown_stream(chunks: Iterable[str | None]) -> str:
    """Show text that arrives in pieces as Markdown, and return the whole of it.

    None counts as no text, as in Chat's first and last chunk. If the stream fails, what had arrived
    stays on display.
    """
    jupyter = _in_jupyter()
    text, handle, drawn = "", None, time.monotonic()
    try:
        for chunk in chunks:
            if chunk is None:
                continue
            if not isinstance(chunk, str):
                raise TypeError(
                    f"markdown_stream takes pieces of text, not {type(chunk).__name__}. Pass the "
                    "text of each event, such as (e.delta for e in stream if "
                    'e.type == "response.output_text.delta").'
                )
            text += chunk
            if not jupyter:
                print(chunk, end="", flush=True)
            elif time.monotonic() - drawn >= _UPDATE_S:
                handle, drawn = _draw(text, handle), time.monotonic()
    finally:
        if jupyter:
            _draw(text, handle)
        else:
            print()
    return text


def audio(path_or_bytes: str | Path | bytes, label: str, *, rate: int | None = None) -> None:
    """Show a player. `label` says what is heard. WAV, MP3, FLAC, Ogg and AAC; else ValueError.

    `rate`: samples a second of bare 16-bit mono sound (PCM), which gets a WAV header here.
    """
    if not label.strip():
        raise ValueError("audio(sound, label) needs a label that says what is heard.")
    sound = path_or_bytes if isinstance(path_or_bytes, bytes) else Path(path_or_bytes).read_bytes()
    if rate:
        sound = _wav(sound, rate)
    kind = _sound_type(sound)
    if kind is None:
        raise ValueError(
            "This sound has no header of WAV, MP3, FLAC, Ogg or AAC, so a browser cannot play it. "
            "Raw PCM needs a WAV header: pass its rate, such as rate=24_000."
        )
    name = escape(label)
    player = f'<audio controls aria-label="{name}" src="{_data_url(kind, sound)}"></audio>'
    _show(
        f"Sound: {label} ({kind}, {len(sound):,} bytes)",
        f'<figure class="mathjax_ignore"><figcaption>{name}</figcaption>{player}</figure>',
    )


def _wav(pcm: bytes, rate: int) -> bytes:
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return out.getvalue()


def table(rows: Iterable[Row], columns: Sequence[str], caption: str = "") -> None:
    """Show a small table. Each row is a dict with the columns as keys, or a sequence of cells."""
    made = Table(rows, columns, caption)
    _show(repr(made), made._repr_html_())


def _in_jupyter() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell is not None and type(shell).__name__ != "TerminalInteractiveShell"


def _show(plain: str, html: str) -> None:
    if not _in_jupyter():
        print(plain)
        return
    _display({"text/plain": plain, "text/html": html}, raw=True)


def _display(bundle: dict[str, str], **options: Any) -> Any:
    from IPython.display import display

    return display(bundle, **options)  # type: ignore[no-untyped-call]


def _draw(text: str, handle: Any) -> Any:
    """Display the text, or bring the display of `handle` up to date. Returns the handle."""
    # A code block that is still open would swallow the closing tag.
    fences = sum(line.lstrip(" ").startswith("```") for line in text.split("\n"))
    closed = f"{text}\n```" if fences % 2 else text
    markdown = f'<div class="mathjax_ignore">\n\n{closed}\n\n</div>'
    bundle = {"text/plain": text, "text/markdown": markdown}
    if handle is None:
        return _display(bundle, raw=True, display_id=True)
    handle.update(bundle, raw=True)
    return handle


def _sound_type(sound: bytes) -> str | None:
    if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE":
        return "audio/wav"
    for start, kind in ((b"ID3", "mpeg"), (b"fLaC", "flac"), (b"OggS", "ogg")):
        if sound.startswith(start):
            return f"audio/{kind}"
    # MPEG frames begin with eleven set bits; where the next layer bits are 00 it is AAC (ADTS).
    if len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xE0 == 0xE0:
        return "audio/aac" if sound[1] & 0x06 == 0 else "audio/mpeg"
    return None


def _picture_type(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    starts = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}
    return next((f"image/{name}" for start, name in starts.items() if data.startswith(start)), None)


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"
