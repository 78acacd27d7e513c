"""Draws the pictures of lesson 10 into data/samples: a receipt, a chart, a floor plan.

python -m tests.authoring.standin.make_pictures

Their numbers stand here once. The answers of lesson 10 are written from them.
"""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SAMPLES = Path(__file__).parents[3] / "data" / "samples"

SHOP, DAY = "Brandt Ironmongers", "2026-11-14"
# (what, how many, cents for all of them)
ITEMS = [
    ("Wood glue 500 g", 2, 1390),
    ("Sanding discs", 4, 760),
    ("Brass hinge", 6, 1920),
    ("Work gloves", 3, 1170),
    ("Masking tape", 1, 380),
]
TOTAL = 5620

WEEK = 46
VISITS = {"Tue": 14, "Wed": 22, "Thu": 17, "Fri": 19, "Sat": 41}

# name -> (places, left, bottom, width, height) in metres; rooms without places have 0
ROOMS = {
    "Wood room": (12, 0, 0, 8, 12),
    "Metal room": (8, 8, 5, 8, 7),
    "Textile room": (6, 16, 0, 6, 8),
    "Store": (0, 8, 0, 8, 5),
    "Kitchen": (0, 16, 8, 6, 4),
}
EXITS = {"Wood room": (0, 3), "Textile room": (22, 3)}  # where the way out is, left and right

SIZES = {"receipt.png": (600, 900), "chart.png": (960, 600), "plan.png": (800, 600)}


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _axes(name: str) -> "Axes":
    """A white sheet of the picture's size in pixels, with axes over all of it."""
    from matplotlib.figure import Figure

    width, height = SIZES[name]
    figure = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor="white")
    return figure.add_axes((0, 0, 1, 1))


def receipt() -> "Axes":
    axes = _axes("receipt.png")
    axes.set(xlim=(0, 600), ylim=(900, 0))
    axes.axis("off")
    big: dict[str, Any] = {"family": "DejaVu Sans Mono", "size": 22, "va": "center"}
    small = {**big, "size": 18}
    axes.text(300, 80, SHOP, **{**big, "ha": "center", "weight": "bold"})
    axes.text(300, 130, f"{DAY}  10:42", **{**small, "ha": "center"})
    for number, (what, many, cents) in enumerate(ITEMS):
        y = 240 + 90 * number
        axes.text(50, y, f"{many} x {what}", **small)
        axes.text(550, y, money(cents), **{**small, "ha": "right"})
    axes.plot([50, 550], [670, 670], color="black", linestyle="--")
    axes.text(50, 720, "TOTAL EUR", **{**big, "weight": "bold"})
    axes.text(550, 720, money(TOTAL), **{**big, "weight": "bold", "ha": "right"})
    axes.text(300, 830, "Thank you for your visit", **{**small, "ha": "center"})
    return axes


def chart() -> "Axes":
    axes = _axes("chart.png")
    axes.set_position((0.09, 0.1, 0.88, 0.78))
    bars = axes.bar(list(VISITS), list(VISITS.values()), color="#0072B2", edgecolor="black")
    axes.bar_label(bars, size=18)
    axes.tick_params(labelsize=16)
    axes.set_ylim(0, 48)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(f"Anvil Yard, week {WEEK}: {sum(VISITS.values())} visits", size=20)
    return axes


def plan() -> "Axes":
    from matplotlib.patches import Rectangle

    axes = _axes("plan.png")
    axes.set(xlim=(-3, 25), ylim=(-4.5, 16.5))
    axes.axis("off")
    axes.text(11, 14, "Anvil Yard, ground floor", size=18, ha="center")
    for name, (places, x, y, width, height) in ROOMS.items():
        axes.add_patch(Rectangle((x, y), width, height, fill=False, lw=3))
        below = f"\n{places} places" if places else ""
        axes.text(x + width / 2, y + height / 2, name + below, size=14, ha="center", va="center")
    for x, y in EXITS.values():
        axes.plot([x, x], [y, y + 2], color="white", lw=5)
        side = "right" if x == 0 else "left"
        axes.text(x + (-0.4 if x == 0 else 0.4), y + 1, "EXIT", size=13, ha=side, va="center")
    return axes


def numbers(name: str) -> str:
    """What one picture shows, as text: kept inside the file, to notice when numbers here change."""
    shown: dict[str, Any] = {
        "receipt.png": [SHOP, DAY, ITEMS, TOTAL],
        "chart.png": [WEEK, VISITS],
        "plan.png": [ROOMS, EXITS],
    }
    return json.dumps(shown[name])


def draw(name: str) -> bytes:
    """The PNG of one picture, in few colours so that it stays small."""
    from PIL import Image  # comes with matplotlib
    from PIL.PngImagePlugin import PngInfo

    axes = {"receipt.png": receipt, "chart.png": chart, "plan.png": plan}[name]()
    file, small = io.BytesIO(), io.BytesIO()
    figure: Any = axes.figure
    note = PngInfo()
    note.add_text("Comment", numbers(name))
    figure.savefig(file, format="png", metadata={"Software": None})
    Image.open(file).convert("RGB").quantize(16).save(
        small, format="png", optimize=True, pnginfo=note
    )
    return small.getvalue()


if __name__ == "__main__":
    for name in SIZES:
        (SAMPLES / name).write_bytes(draw(name))
