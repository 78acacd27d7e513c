"""What a figure draws, in numbers and words: kept inside its picture, and compared between two.

Letters and lines are drawn a little otherwise by each version of matplotlib; what they stand for is
not. A build stores it as the comment of the PNG, so that a picture is compared by its meaning.
"""

import io
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image

Drawn = list[Any]  # strings and lists of numbers, nested

MOST = 240  # numbers kept of one array, evenly spaced
FIRST = 24  # shapes and colours kept of one collection
PLACES = 5  # significant digits
# matplotlib chooses the ticks, and frames every plot alike.
_SKIPPED = ("XAxis", "YAxis", "Spine")


def commented(show: Any) -> None:
    """From now on, in this process, `show.figure` writes into its picture what the figure draws."""
    plain: Callable[..., None] = show.figure

    def figure(fig: Any, *args: Any, **options: Any) -> None:
        save = fig.savefig

        def savefig(file: Any, *, metadata: dict[str, Any], **how: Any) -> None:
            comment = json.dumps({"figure": drawn(fig)}, separators=(",", ":"))
            save(file, metadata=metadata | {"Comment": comment}, **how)

        fig.savefig = savefig
        plain(fig, *args, **options)

    show.figure = figure


def drawn(fig: Any) -> Drawn:
    """Axes by axes: titles, scales, and each thing drawn with its numbers, words and look.

    Not the limits: half of them are matplotlib's choice, which its versions make differently.
    """
    return [[*_frame(axes), *_things(axes)] for axes in fig.axes]


def drawn_in(picture: bytes) -> Drawn | None:
    """What a build wrote into this picture; None for a picture that no figure was."""
    comment = Image.open(io.BytesIO(picture)).info.get("Comment")
    try:
        found = json.loads(comment or "")
    except ValueError:
        return None
    return found.get("figure") if isinstance(found, dict) else None


def first_difference(stored: Drawn, new: Drawn) -> str | None:
    """Where two drawings differ, in words; None where they mean the same."""
    for one, other in zip(_flat(stored), _flat(new), strict=False):
        if isinstance(one, float) and isinstance(other, float):
            if not math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-6):
                return f"{one:g} became {other:g}"
        elif one != other:
            return f"{one!r} became {other!r}"
    sizes = [sum(1 for _ in _flat(each)) for each in (stored, new)]
    return None if sizes[0] == sizes[1] else f"{sizes[0]} numbers and words became {sizes[1]}"


def _frame(axes: Any) -> Iterator[Any]:
    from matplotlib.category import StrCategoryLocator
    from matplotlib.ticker import FixedLocator

    yield from (axes.get_title(), axes.get_xlabel(), axes.get_ylabel())
    for axis, scale in ((axes.xaxis, axes.get_xscale()), (axes.yaxis, axes.get_yscale())):
        chosen = isinstance(axis.get_major_locator(), FixedLocator | StrCategoryLocator)
        yield from (scale, [label.get_text() for label in axis.get_ticklabels()] if chosen else [])


def _things(artist: Any, *, legend: bool = False) -> Iterator[Any]:
    for each in artist.get_children():
        kind = type(each).__name__
        if kind in _SKIPPED or not each.get_visible():
            continue
        found = [part for part in _parts(each) if part not in ("", [])]
        if legend:  # its keys are placed and sized by the letters beside them
            found = [part for part in found if not _is_numbers(part)]
        if found:
            yield found
        yield from _things(each, legend=legend or kind == "Legend")


def _parts(each: Any) -> Iterator[Any]:
    from matplotlib.collections import Collection
    from matplotlib.image import AxesImage
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyBboxPatch, Patch
    from matplotlib.text import Text

    if isinstance(each, Text):
        yield each.get_text()  # not where it stands: that depends on its letters
    elif isinstance(each, Line2D):
        yield _numbers(each.get_xydata())
        yield from (each.get_linestyle(), str(each.get_marker()), _colours(each.get_color()))
    elif isinstance(each, FancyBboxPatch):
        return  # the frame of a legend or a note, sized by the letters in it
    elif isinstance(each, Patch):
        yield _numbers(each.get_patch_transform().transform(each.get_path().vertices))
        yield from (_colours(each.get_facecolor()), each.get_hatch() or "")
    elif isinstance(each, Collection):
        yield _numbers(each.get_offsets())
        yield [_numbers(path.vertices) for path in each.get_paths()[:FIRST]]
        yield from (_numbers(each.get_array()), _colours(each.get_facecolor()))
    elif isinstance(each, AxesImage):
        yield _numbers(each.get_array())


def _numbers(values: Any) -> list[float]:
    import numpy as np

    if values is None:
        return []
    masked: Any = np.ma  # untyped in numpy 2.0
    flat: Any = masked.filled(masked.asarray(values, dtype=float), math.nan).ravel()
    kept = flat if flat.size <= MOST else flat[np.linspace(0, flat.size - 1, MOST).astype(int)]
    return [float(f"{number:.{PLACES}g}") for number in np.nan_to_num(kept, nan=-1e99)]


def _is_numbers(part: Any) -> bool:
    return isinstance(part, list) and all(isinstance(each, float) for each in part)


def _colours(value: Any) -> list[str]:
    from matplotlib.colors import to_hex, to_rgba_array

    return [to_hex(each) for each in to_rgba_array(value)[:FIRST]]


def _flat(value: Any) -> Iterator[Any]:
    """Numbers as floats, words, and a mark where each list begins, so that none slips into another."""
    if isinstance(value, list):
        yield "list"
        for each in value:
            yield from _flat(each)
    else:
        yield float(value) if isinstance(value, int | float) else value
