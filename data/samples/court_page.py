"""The booking page of a tennis court, drawn dot by dot: a website that lesson 35 can click.

It stands for any page in a browser. The same clicks give the same bytes on every machine, so its
letters are its own, and its PNG is not compressed.
"""

import struct
import zlib
from collections.abc import Iterable

WIDTH, HEIGHT = 480, 320
PAPER, INK, SHADE, MARK = range(4)
COLOURS = bytes.fromhex("ffffff 1d4f6e d9e6ee b5460f")
ROW, VISIBLE, TOP = 32, 4, 84  # of the list of hours, in pixels and rows
FIELD = (80, 44, 320, 72)  # left, top, right, bottom
BUTTON = (12, 252, 108, 284)
LIST = (12, TOP, 468, TOP + ROW * VISIBLE)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
HOURS = [f"{day} {hour}:00" for day in DAYS for hour in (10, 18)]
TAKEN = {"Mon 10:00", "Tue 18:00", "Wed 10:00", "Thu 10:00", "Sat 10:00"}
# Each letter is five columns of dots, the lowest bit on top.
DOTS = bytes.fromhex(
    """
    7e1111117e 7f49494936 3e41414122 7f4141221c 7f49494941 7f09090901 3e4149497a 7f0808087f
    00417f4100 2040413f01 7f08142241 7f40404040 7f020c027f 7f0408107f 3e4141413e 7f09090906
    3e4151215e 7f09192946 4649494931 01017f0101 3f4040403f 1f2040201f 3f4038403f 6314081463
    0708700807 6151494543 2054545478 7f48444438 3844444420 384444487f 3854545418 087e090102
    0c5252523e 7f08040478 00447d4000 2040443d00 7f10284400 00417f4000 7c04180478 7c08040478
    3844444438 7c14141408 081414187c 7c08040408 4854545420 043f444020 3c4040207c 1c2040201c
    3c4030403c 4428102844 0c5050503c 4464544c44 3e5149453e 00427f4000 4261514946 2141454b31
    1814127f10 2745454539 3c4a494930 0171090503 3649494936 064949291e 0036360000 0050300000
    0060600000 0808080808
    """
)
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:,.-"
LETTERS = {sign: DOTS[5 * place : 5 * place + 5] for place, sign in enumerate(SIGNS)}


class Page:
    """What a browser would be: `click`, `type`, `scroll`, `press`, `screenshot`."""

    def __init__(self, notice: str = "") -> None:
        self.notice = notice
        self.name = ""
        self.chosen = ""
        self.message = ""
        self.booked: list[str] = []
        self.taken = set(TAKEN)
        self._first = 0  # the uppermost row
        self._in_field = False

    def click(self, x: int, y: int) -> None:
        self._in_field = _inside(x, y, FIELD)
        if _inside(x, y, LIST):
            self.chosen = HOURS[self._first + (y - TOP) // ROW]
        elif _inside(x, y, BUTTON):
            self._book()

    def type(self, text: str) -> None:
        if self._in_field:
            self.name = (self.name + text)[:18]

    def scroll(self, x: int, y: int, pixels: int) -> None:
        if _inside(x, y, LIST):
            self._first = min(max(self._first + pixels // ROW, 0), len(HOURS) - VISIBLE)

    def press(self, keys: Iterable[str]) -> None:
        for key in keys:
            if key.upper() in ("ENTER", "RETURN"):
                self._book()
            elif key.upper() == "BACKSPACE" and self._in_field:
                self.name = self.name[:-1]

    def _book(self) -> None:
        if not self.name or not self.chosen:
            self.message = "Choose an hour and type a name."
        elif self.chosen in self.taken:
            self.message = f"{self.chosen} is taken."
        else:
            self.message = f"Booked: {self.chosen}, {self.name}"
            self.booked.append(f"{self.chosen}, {self.name}")
            self.taken.add(self.chosen)

    def screenshot(self) -> bytes:
        """The page as a PNG, 480 by 320 pixels."""
        dots = [bytearray(WIDTH) for _ in range(HEIGHT)]
        _fill(dots, (0, 0, WIDTH, 32), INK)
        _write(dots, 12, 9, "ALDERBY TENNIS COURT", PAPER)
        _write(dots, 12, 51, "Name", INK)
        _frame(dots, FIELD, MARK if self._in_field else INK)
        _write(dots, FIELD[0] + 8, 51, self.name, INK)
        for place, hour in enumerate(HOURS[self._first : self._first + VISIBLE]):
            top = TOP + ROW * place
            chosen = hour == self.chosen
            _fill(dots, (LIST[0], top, LIST[2], top + ROW - 2), INK if chosen else SHADE)
            text = f"{hour}   {'taken' if hour in self.taken else 'free'}"
            _write(dots, 24, top + 8, text, PAPER if chosen else INK)
        bar = TOP + (ROW * VISIBLE - 42) * self._first // (len(HOURS) - VISIBLE)
        _fill(dots, (458, bar, 466, bar + 42), MARK)
        _write(dots, 12, 225, self.notice, MARK)
        _fill(dots, BUTTON, INK)
        _write(dots, 36, 261, "Book", PAPER)
        _write(dots, 12, 296, self.message, INK)
        return _png(dots)


def _inside(x: int, y: int, box: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = box
    return left <= x < right and top <= y < bottom


def _fill(dots: list[bytearray], box: tuple[int, int, int, int], colour: int) -> None:
    left, top, right, bottom = box
    for row in dots[top:bottom]:
        row[left:right] = bytes([colour]) * (right - left)


def _frame(dots: list[bytearray], box: tuple[int, int, int, int], colour: int) -> None:
    left, top, right, bottom = box
    _fill(dots, box, colour)
    _fill(dots, (left + 2, top + 2, right - 2, bottom - 2), PAPER)


def _write(dots: list[bytearray], x: int, y: int, text: str, colour: int) -> None:
    """Letters of 10 by 14 dots, twelve apart."""
    for letter in text:
        for column, bits in enumerate(LETTERS.get(letter, b"")):
            for line in range(7):
                if bits >> line & 1:
                    left, top = x + 2 * column, y + 2 * line
                    _fill(dots, (left, top, left + 2, top + 2), colour)
        x += 12


def _png(dots: list[bytearray]) -> bytes:
    """Two bits a dot. The data is stored as it is: compressors differ between machines."""
    packed = bytearray()
    for row in dots:
        packed.append(0)
        packed += bytes(
            row[i] << 6 | row[i + 1] << 4 | row[i + 2] << 2 | row[i + 3] for i in range(0, WIDTH, 4)
        )
    length = len(packed)  # less than 65,536, so one block is enough
    stored = b"\x78\x01\x01" + struct.pack("<HH", length, length ^ 0xFFFF) + packed
    stored += struct.pack(">I", zlib.adler32(packed))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 2, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", COLOURS), (b"IDAT", stored), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
