"""A figure is compared by what it draws: other letters pass, another curve does not."""

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from ..authoring.drawings import commented, drawn_in
from ..authoring.outputs import picture_difference

X = np.linspace(0, 10, 60)
OTHER_LETTERS = {"text.hinting": "none", "font.size": 10.3, "axes.linewidth": 0.9}


def picture(plot: Callable[[Any], object], *, comment: bool = True, **look: Any) -> bytes:
    """A figure as `show.figure` stores it, with the words of these settings."""
    file = BytesIO()

    def figure(fig: Any) -> None:
        fig.savefig(file, format="png", bbox_inches="tight", metadata={"Software": None})

    show = SimpleNamespace(figure=figure)
    if comment:
        commented(show)
    with mpl.rc_context(look):
        fig = Figure(figsize=(6, 3))
        ax = fig.subplots()
        ax.set(xlabel="seconds", ylabel="pieces of text", title="What arrives")
        plot(ax)
        show.figure(fig)
    return file.getvalue()


def curve(ax: Any, height: float = 1.0, label: str = "first", **look: Any) -> None:
    ax.plot(X, height * np.sin(X), label=label, **look)
    ax.legend()


def test_other_letters_are_the_same_figure() -> None:
    one, other = picture(curve), picture(curve, **OTHER_LETTERS)
    assert one != other
    assert picture_difference(one, other) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"height": 1.02}, "became"),
        ({"label": "second"}, "'first' became 'second'"),
        ({"color": "black"}, "'#000000'"),
        ({"linestyle": ":"}, "'-' became ':'"),
    ],
)
def test_another_curve_label_or_look_is_seen(change: dict[str, Any], words: str) -> None:
    other = picture(lambda ax: curve(ax, **change), **OTHER_LETTERS)
    assert words in str(picture_difference(picture(curve), other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda ax: ax.bar([1, 2, 3], [5, 6, 7]), lambda ax: ax.bar([1, 2, 3], [5, 6, 7.1])),
        (lambda ax: ax.scatter(X, X), lambda ax: ax.scatter(X, X + (X > 9.9))),
        (lambda ax: ax.imshow(np.eye(4)), lambda ax: ax.imshow(np.eye(4)[::-1])),
        (lambda ax: ax.fill_between(X, X), lambda ax: ax.fill_between(X, 1.1 * X)),
        (lambda ax: ax.plot(X, X), lambda ax: (ax.plot(X, X), ax.set_yscale("log"))),
        (lambda ax: ax.plot(X, X), lambda ax: (ax.plot(X, X), ax.plot(X, -X))),
        (lambda ax: ax.set_xticks([0], ["us"]), lambda ax: ax.set_xticks([0], ["eu"])),
        (lambda ax: ax.bar(["us"], [5]), lambda ax: ax.bar(["eu"], [5])),
    ],
    ids=["bar", "point", "image", "area", "scale", "one more", "tick", "category"],
)
def test_each_kind_of_thing_is_seen(one: Any, other: Any) -> None:
    assert picture_difference(picture(one), picture(one, **OTHER_LETTERS)) is None
    assert picture_difference(picture(one), picture(other)) is not None


def test_a_curve_that_looks_wrong_is_seen_without_its_numbers() -> None:
    """As when matplotlib drew it wrong: the numbers agree, the picture does not."""
    right, wrong = picture(curve), picture(lambda ax: curve(ax, height=-1))
    file = BytesIO()
    wrong_picture = Image.open(BytesIO(wrong))
    wrong_picture.save(file, "PNG", pnginfo=_comment_of(right))
    assert drawn_in(file.getvalue()) == drawn_in(right)
    assert "of the figure looks different" in str(picture_difference(right, file.getvalue()))


def test_a_figure_that_says_nothing_must_be_built_again() -> None:
    bare = picture(curve, comment=False)
    assert "build the lesson" in str(picture_difference(bare, picture(curve)))
    assert drawn_in(bare) is None


def _comment_of(data: bytes) -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", Image.open(BytesIO(data)).info["Comment"])
    return info
