"""A real stick for this machine, and the course installed from it with the network cut off.

It fetches about 130 MB, so it runs only when chosen: `python -m pytest -m network`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oaiworkbook.course.stick import start
from oaiworkbook.course.stick.make import make
from oaiworkbook.course.stick.targets import Target

from ..authoring.surroundings import ROOT

pytestmark = pytest.mark.network
# A network of its own that has loopback and nothing else.
CUT_OFF = ("unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "x")
PYTHON = Path(getattr(sys, "_base_executable", sys.executable))
REACHES_OUT = "import socket; socket.create_connection(('192.0.2.1', 443), 5)"


def cut_off(
    *command: str | Path, home: Path, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command without a network, in a home of its own, with nothing of our environment."""
    environment = {"PATH": f"{PYTHON.parent}:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(home)}
    words = [*CUT_OFF, *map(str, command)]
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def usb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("unshare") or subprocess.run([*CUT_OFF, "true"]).returncode:
        pytest.skip("No stick was tried: the network cannot be cut off here (Linux, unshare)")
    folder = tmp_path_factory.mktemp("stick") / "usb"
    python = ".".join(map(str, sys.version_info[:2]))
    made = make(folder, [Target(start.here(), python)])
    assert made.holes == {}
    return folder


def test_the_course_is_installed_and_runs_without_a_network(usb: Path, tmp_path: Path) -> None:
    reached = cut_off(PYTHON, "-c", REACHES_OUT, home=tmp_path)
    assert "Network is unreachable" in reached.stderr
    done = cut_off("sh", usb / "start.sh", "--no-lab", home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No problem found." in done.stdout
    assert "42 lessons copied" in done.stdout
    mine = tmp_path / "oaiworkbook-course"
    course = mine / ".venv" / "bin" / "oaiworkbook"
    ran = cut_off(course, "run", "01", home=tmp_path, cwd=mine / "lessons")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    again = cut_off("sh", usb / "start.sh", "--no-lab", home=tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Installing" not in again.stdout
    assert "0 lessons copied" in again.stdout


def test_a_clone_is_installed_in_place_from_the_stick(usb: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    ignore = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, clone, ignore=ignore)
    [block] = [
        part.partition("```")[0]
        for part in (ROOT / "docs" / "offline.md").read_text("utf-8").split("```bash\n")
        if "--no-index" in part.partition("```")[0]
    ]
    line = block.replace("STICK", os.fspath(usb))
    done = cut_off("sh", "-c", line, home=tmp_path, cwd=clone)
    assert done.returncode == 0, done.stdout + done.stderr
    course = clone / ".venv" / "bin" / "oaiworkbook"
    seen = cut_off(course, "doctor", home=tmp_path, cwd=clone)
    assert "No problem found." in seen.stdout, seen.stdout + seen.stderr
