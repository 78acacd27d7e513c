"""Reading the course's tables, which are TOML: what is missing, cut or of another form, in one line."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

Kind = Callable[[Any], bool]
Form = Mapping[str, Kind]


class TableError(ValueError):
    """What is wrong, as the end of a sentence that names the file."""


def read(path: Path, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The table. Raises TableError."""
    content = b""
    try:
        content = path.read_bytes()
        return tomllib.loads(content.decode("utf-8"), parse_float=parse_float)
    except OSError as error:
        raise TableError(error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(f"line {line} is no UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        end = f"at its end, line {len(content.splitlines())}"
        raise TableError(str(error).replace("at end of document", end)) from error
    except (RecursionError, ArithmeticError, ValueError) as error:
        raise TableError(f"it holds what is no TOML ({type(error).__name__})") from error


def text(value: Any) -> bool:
    """a text"""
    return isinstance(value, str) and bool(value.strip())


def day(value: Any) -> bool:
    """a day such as 2026-11-30"""
    return type(value) is date  # a date and time is a date too, and cannot be compared with one


def number(value: Any) -> bool:
    """a number of 0 or more"""
    # Not a number cannot be compared.
    return type(value) in (int, float, Decimal) and Decimal(value).is_finite() and value >= 0


def count(value: Any) -> bool:
    """a whole number of 1 or more"""
    return type(value) is int and value > 0


def flag(value: Any) -> bool:
    """true or false"""
    return isinstance(value, bool)


def texts(value: Any) -> bool:
    """a list of texts"""
    return isinstance(value, list) and bool(value) and all(map(text, value))


def patterns(value: Any) -> bool:
    """a list of regular expressions"""
    try:
        return texts(value) and all(map(re.compile, value))
    except re.error:
        return False


def numbers(value: Any) -> bool:
    """a table of numbers of 0 or more"""
    return isinstance(value, dict) and bool(value) and all(map(number, value.values()))


def named_texts(value: Any) -> bool:
    """a table of texts"""
    return isinstance(value, dict) and all(map(text, value.values()))


def entries(value: Any) -> bool:
    """a list of tables"""
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def wrong(entry: Mapping[str, Any], needed: Form, optional: Form) -> str:
    """What keeps an entry from its form; empty where nothing does. Other fields are not looked at."""
    for name, kind in {**needed, **optional}.items():
        if name not in entry:
            if name in needed:
                return f"`{name}` is missing"
        elif not kind(entry[name]):
            return f"`{name}` must be {kind.__doc__}"
    return ""


def unknown(entry: Iterable[str], *forms: Form) -> Iterator[str]:
    """A line for each field that nobody reads: it may be a known one, misspelt."""
    for name in entry:
        if not any(name in form for form in forms):
            yield f"there is no field `{name}`"
