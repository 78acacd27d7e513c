"""Draws the pictures of lesson 11, a label for a honey jar, without any model.

They stand in for generated pictures and say so in large letters. An edit is a composite, new in the hole
of its mask and `OVER` pixels beyond: OpenAI's guide says that a model may not follow the exact shape.

python -m tests.authoring.standin.make_label
"""

import math
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from . import ASSETS

SAMPLES = ASSETS.parents[3] / "data" / "samples"
SIZE = (1024, 640)
DAY = {
    "sky": "#cfe8f7",
    "hill": "#7aa66b",
    "cell": "#f2b134",
    "line": "#6b4410",
    "bloom": "#fff6c2",
}
HEATH = {
    "sky": "#f6c9a8",
    "hill": "#5d6b50",
    "cell": "#d98a1f",
    "line": "#4a2f0b",
    "bloom": "#b04fa8",
}
SHORE = DAY | {"hill": "#e3d09a", "bloom": "#e07fa8"}
NIGHT = SHORE | {"sky": "#24335c", "hill": "#8d8266"}
WORDS = "drawn by code: a stand-in"
BLOOM = (800, 330, 1000, 530)  # where the blossom is: left, top, right, bottom
SKY = (0, 0, 1024, 150)
OVER = 8
MASKS = {"mask_blossom.png": BLOOM, "mask_sky.png": SKY}


def comb(draw: ImageDraw.ImageDraw, colours: dict[str, str], x: float, y: float) -> None:
    """Seven cells: one in the middle, six around it."""
    side = 72
    apart = side * math.sqrt(3)
    places = [(x, y)] + [
        (x + apart * math.cos(math.radians(60 * i)), y + apart * math.sin(math.radians(60 * i)))
        for i in range(6)
    ]
    for cx, cy in places:
        turns = [math.radians(60 * i + 30) for i in range(6)]
        corners = [(cx + side * math.cos(t), cy + side * math.sin(t)) for t in turns]
        draw.polygon(corners, fill=colours["cell"], outline=colours["line"], width=6)


def blossom(draw: ImageDraw.ImageDraw, colours: dict[str, str]) -> None:
    x, y = (BLOOM[0] + BLOOM[2]) / 2, (BLOOM[1] + BLOOM[3]) / 2
    for i in range(5):
        px = x + 52 * math.cos(math.radians(72 * i - 90))
        py = y + 52 * math.sin(math.radians(72 * i - 90))
        box = (px - 40, py - 40, px + 40, py + 40)
        draw.ellipse(box, fill=colours["bloom"], outline=colours["line"], width=4)
    draw.ellipse((x - 24, y - 24, x + 24, y + 24), fill=colours["cell"], outline=colours["line"])


def say(draw: ImageDraw.ImageDraw, words: str) -> None:
    draw.fontmode = "1"  # no grey edges: few colours, a small file
    draw.rectangle((0, 560, SIZE[0], SIZE[1]), fill="#ffffff")
    draw.text((SIZE[0] / 2, 600), words, "#202020", ImageFont.load_default(52), anchor="mm")


def label(words: str, colours: dict[str, str] = DAY) -> Image.Image:
    image = Image.new("RGB", SIZE, colours["sky"])
    draw = ImageDraw.Draw(image)
    draw.ellipse((-300, 380, 1324, 1200), fill=colours["hill"])
    comb(draw, colours, 470, 270)
    blossom(draw, colours)
    say(draw, words)
    return image


def sticker(words: str) -> Image.Image:
    """The comb alone, with nothing behind it."""
    image = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    comb(draw, DAY, 512, 270)
    say(draw, words)
    return image


def sketch() -> Image.Image:
    """The flower of the heath, small, to be sent beside the label."""
    image = Image.new("RGB", (1024, 640), "#ffffff")
    blossom(ImageDraw.Draw(image), HEATH)
    left, top, right, bottom = BLOOM
    return image.crop((left, top, right, bottom)).resize((128, 128), Image.Resampling.BOX)


def moving() -> list[Image.Image]:
    """Four pictures of a GIF: the sun goes down."""
    skies = ("#cfe8f7", "#e2e0dc", "#f0d2bd", "#f6c9a8")
    return [
        label(f"drawn by code, frame {number} of 4", DAY | {"sky": sky})
        for number, sky in enumerate(skies, 1)
    ]


def unfinished(image: Image.Image, block: int, words: str) -> Image.Image:
    """Coarse, as a picture looks on the way. The words are drawn afterwards, to stay readable."""
    coarse = image.resize((SIZE[0] // block, SIZE[1] // block), Image.Resampling.BOX)
    coarse = coarse.quantize(16, dither=Image.Dither.NONE).convert("RGB")
    shown = coarse.resize(SIZE, Image.Resampling.NEAREST)
    say(ImageDraw.Draw(shown), words)
    return shown


def mask(box: tuple[int, int, int, int]) -> Image.Image:
    """Transparent inside the box, where the edit may happen, and opaque elsewhere."""
    image = Image.new("RGBA", SIZE, (40, 40, 40, 255))  # the colour means nothing
    image.paste((0, 0, 0, 0), box)
    return image


def beyond(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The part that an edit draws anew: the box and `OVER` pixels around it."""
    left, top, right, bottom = box
    wide, high = SIZE
    return (
        max(0, left - OVER),
        max(0, top - OVER),
        min(wide, right + OVER),
        min(high, bottom + OVER),
    )


def edited(picture: Image.Image, drawn_anew: Image.Image, through: Image.Image) -> Image.Image:
    """`picture` where the mask is opaque, `drawn_anew` where it is transparent."""
    return Image.composite(picture, drawn_anew, through.getchannel("A"))


def anew() -> Image.Image:
    return label(WORDS, HEATH)


def pictures() -> dict[str, Image.Image]:
    base = label(WORDS)
    drawn = {
        f"11_label_{quality}.png": label(f"drawn by code, for quality={quality}")
        for quality in ("medium", "high")
    }
    drawn["11_label_low.png"] = base
    drawn["11_shore.png"] = label(WORDS, SHORE)
    drawn["11_shore_night.png"] = label(WORDS, NIGHT)
    for number, block in enumerate((64, 32)):
        words = f"drawn by code, for partial image {number}"
        drawn[f"11_partial_{number}.png"] = unfinished(label(""), block, words)
    for name, box in MASKS.items():
        drawn[f"11_edit_{name.removeprefix('mask_')}"] = edited(base, anew(), mask(beyond(box)))
    return drawn


def flat(image: Image.Image) -> Image.Image:
    return image.quantize(32, dither=Image.Dither.NONE) if image.mode == "RGB" else image


def save(image: Image.Image, path: Path, write: Callable[[Image.Image, Path], None]) -> None:
    write(image, path)
    print(f"{path.name:24} {path.stat().st_size:7,} bytes")


def png(image: Image.Image, path: Path) -> None:
    flat(image).save(path, optimize=True)


def at_half(image: Image.Image, path: Path) -> None:
    image.save(path, quality=50)


def gif(first: Image.Image, path: Path) -> None:
    frames = [flat(each) for each in (first, *moving()[1:])]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200, loop=0)


if __name__ == "__main__":
    for file, made in pictures().items():
        save(made, ASSETS / file, png)
    save(label("drawn by code, for webp at 50"), ASSETS / "11_label.webp", at_half)
    save(moving()[0], ASSETS / "11_label.gif", gif)
    save(sticker(WORDS), ASSETS / "11_sticker.png", png)
    for file, place in MASKS.items():
        save(mask(place), SAMPLES / file, png)
    save(sketch(), SAMPLES / "heather.png", png)
