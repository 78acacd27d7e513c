"""`pytest --day 2028-02-29`: every Python process of the run lives on that day.

No test may depend on the day it is run. The clock ticks on from noon (UTC) of that day, in this
process, in the workers, in kernels and in all programs that the tests start. Times of files and SQLite's
own dates stay those of the machine. A time zone needs no option: `TZ=Pacific/Kiritimati pytest`.
"""

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from datetime import time as clock_time
from pathlib import Path

import pytest

from .sitecustomize import AHEAD, move


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--day", metavar="YYYY-MM-DD", help="run everything on that day")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("day") or hasattr(config, "workerinput"):
        return
    before = _ahead()
    os.environ |= moved_to(config.getoption("day"), os.environ)
    move(_ahead() - before)


def moved_to(day: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Variables that take a Python process to noon (UTC) of that day, counted from now.

    Raises ValueError where the day is not written as 2028-02-29.
    """
    noon = datetime.combine(datetime.fromisoformat(day).date(), clock_time(12), UTC)
    now = time.time() - _ahead()
    before = environment.get("PYTHONPATH", "")
    return {
        AHEAD: f"{noon.timestamp() - now:.0f}",
        # It notices that its plugin of that name was imported before it started.
        "PYTEST_ADDOPTS": "-W ignore::pytest.PytestAssertRewriteWarning",
        # A `sitecustomize` on the path is the first thing that Python imports.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parent), before])),
    }


def _ahead() -> float:
    """Seconds by which this very process is ahead."""
    return float(os.environ.get(AHEAD, "0"))
