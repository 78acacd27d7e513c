"""What the commands share: the parser's one-line errors, the types of arguments, and what `-o` does."""

import argparse
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong use ends in one line, without the usage block."""
        self.exit(2, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


def _whole(text: str, least: int, most: int, what: str) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no {what}")
    return int(text)


def port(text: str) -> int:
    return _whole(text, 0, 65535, "port: a number from 0 to 65535")


def positive(text: str) -> int:
    return _whole(text, 1, 10**9, "number of 1 or more")


def days(text: str) -> int:
    return _whole(text, 0, 36500, "number of days")


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write 2026-11-22") from None


def deliver(text: str, output: str | None) -> None:
    """Prints the text, or writes it into the new file `output` and says so. Raises FileExistsError."""
    if output is None:
        print(text, end="")
        return
    with Path(output).open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    print(f"Written to {output}.")


def usd(text: str) -> Decimal:
    from ..settings import MOST_USD

    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= MOST_USD:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no amount in USD, such as 0.50")
    return amount
