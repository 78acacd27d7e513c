"""No lesson depends on the day or the time zone: those that read a clock give their outputs on others too.

The whole suite on another day: `python -m pytest --day 2028-02-29`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oaiworkbook.course.running.run import read, tags

from .authoring import course, surroundings
from .authoring.build import run
from .authoring.outputs import difference, shortened
from .clock import AHEAD, moved_to

READS_A_CLOCK = ("00", "24", "27")
DAYS = (("2027-01-07", "Pacific/Kiritimati"), ("2028-02-29", "America/Los_Angeles"))


@pytest.mark.parametrize(("day", "zone"), DAYS)
@pytest.mark.parametrize("number", READS_A_CLOCK)
def test_a_lesson_gives_its_outputs_on_another_day(number: str, day: str, zone: str) -> None:
    [path] = (each for each in course.lessons() if each.name.startswith(number))
    there = {"PYTHONPATH": str(surroundings.ROOT)}
    notebook, _ = run(path, there | moved_to(day, there) | {"TZ": zone})
    for stored, new in zip(read(path).cells, notebook.cells, strict=True):
        if stored.cell_type == "code" and "nbval-ignore-output" not in tags(stored):
            assert difference(stored.outputs, shortened(new.outputs)) is None, stored.source


def test_a_moved_clock_is_seen_by_every_program_and_ticks_on() -> None:
    program = (
        "import time; from datetime import UTC, datetime; a = time.time(); time.sleep(0.3);"
        "print(datetime.now(UTC).date(), 0.3 <= time.time() - a < 5, time.gmtime().tm_year)"
    )
    env = os.environ | moved_to("2028-02-29", {})
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2028-02-29", "True", "2028"]
    with pytest.raises(ValueError, match="Invalid isoformat"):
        moved_to("29 February", {})


def test_the_option_moves_a_run_with_its_workers_and_their_programs(tmp_path: Path) -> None:
    lines = (
        "import subprocess, sys, datetime",
        "SAY = 'import datetime; print(datetime.date.today().year)'",
        "def test_it():",
        "    assert datetime.date.today().year == 2028",
        "    assert subprocess.check_output([sys.executable, '-c', SAY]).split() == [b'2028']",
    )
    (tmp_path / "test_it.py").write_text("\n".join(lines), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.clock", "-p", "xdist", "-n1"]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(surroundings.ROOT)}
    env.pop(
        AHEAD, None
    )  # without that path, a program of a run ahead would know of it and not be so
    for option, code in (("--day=2028-02-29", 0), ("--day=2027-03-01", 1)):
        done = subprocess.run([*command, option], cwd=tmp_path, env=env, capture_output=True)
        assert done.returncode == code, done.stdout
