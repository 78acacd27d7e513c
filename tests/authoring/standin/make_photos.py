"""Draws the two pictures that lesson 19 has checked: a toaster and a kettle, without any model.

python -m tests.authoring.standin.make_photos
"""

import struct
import zlib
from collections.abc import Callable

from oaiworkbook import settings

from .make_badge import chunk

WIDTH, HEIGHT = 160, 120
WALL, TABLE, METAL, DARK = range(4)
PALETTE = bytes.fromhex("f3ead7 9c6b45 a9b4bd 33383d")


def toaster(x: int, y: int) -> int:
    if 52 < x < 108 and 28 < y <= 40:  # two slices
        return TABLE if abs(x - 80) > 4 else WALL
    if 40 < x < 120 and 40 < y < 92:
        lever = 112 < x < 118 and 50 < y < 70
        return DARK if lever or (50 < x < 100 and 78 < y < 82) else METAL
    return TABLE if y > 90 else WALL


def kettle(x: int, y: int) -> int:
    if (x - 76) ** 2 + (y - 68) ** 2 < 30**2 and y < 92:
        return METAL
    if 98 < x < 128 and abs(y - 82 + (x - 98) // 2 * 2) < 5:  # the spout
        return METAL
    if 22**2 < (x - 76) ** 2 + (y - 52) ** 2 < 27**2 and y < 54:  # the handle
        return DARK
    return TABLE if y > 90 else WALL


def png(colour: Callable[[int, int], int]) -> bytes:
    """A picture in four colours, two bits each."""
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        for x in range(0, WIDTH, 4):
            four = [colour(x + i, y) for i in range(4)]
            rows.append(four[0] << 6 | four[1] << 4 | four[2] << 2 | four[3])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 2, 3, 0, 0, 0))
        + chunk(b"PLTE", PALETTE)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + chunk(b"IEND", b"")
    )


if __name__ == "__main__":
    folder = settings.course_dir() / "data" / "samples"
    for name, colour in (("toaster", toaster), ("kettle", kettle)):
        (folder / f"forum_{name}.png").write_bytes(png(colour))
