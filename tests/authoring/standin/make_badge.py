"""Draws assets/09_badge.png, the picture of lesson 09: three hills and a sun, without any model.

python -m tests.authoring.standin.make_badge
"""

import math
import struct
import zlib

from . import ASSETS

SIDE = 1024
SKY, FAR, NEAR, SUN = range(4)
PALETTE = bytes.fromhex("cfe8f7 7aa6a1 2f5d50 f2b134")


def colour(x: int, y: int) -> int:
    if y > 760 + 70 * math.sin(x / 210 + 1):
        return NEAR
    if y > 330 + abs(x - 430) * 0.85 + 12 * math.sin(x / 37):
        return FAR
    return SUN if (x - 790) ** 2 + (y - 230) ** 2 < 95**2 else SKY


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def badge() -> bytes:
    """A PNG of 1024 by 1024 pixels in four colours, two bits each."""
    rows = bytearray()
    for y in range(SIDE):
        rows.append(0)
        for x in range(0, SIDE, 4):
            four = [colour(x + i, y) for i in range(4)]
            rows.append(four[0] << 6 | four[1] << 4 | four[2] << 2 | four[3])
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 2, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"PLTE", PALETTE)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + chunk(b"IEND", b"")
    )


if __name__ == "__main__":
    (ASSETS / "09_badge.png").write_bytes(badge())
