"""Installs the course from this folder, without a network, and opens it.

start.sh, start.command and start.cmd look for a Python and run this file. It needs nothing but Python's
own library.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
SYSTEMS = {"Linux": "linux", "Darwin": "macos"}
STAMP = ".from-stick.json"  # in the folder of the course: what of this stick is installed there


def main(words: list[str]) -> int:
    """Exit codes: 0 well, 1 failed, 2 wrong use, 3 this Python is not one of the stick's."""
    read = argparse.ArgumentParser(prog="start")
    read.add_argument(
        "folder", nargs="?", help="where the course goes; default: oaiworkbook-course"
    )
    read.add_argument("--no-lab", action="store_true", help="install, and open nothing")
    read.add_argument("--fits", action="store_true", help="say only whether this Python will do")
    given = read.parse_args(words)
    manifest = json.loads((HERE / "stick.json").read_text("utf-8"))
    refusal = unfit(manifest["fits"])
    if refusal:
        print(refusal, file=sys.stderr)
        return 3
    if given.fits:
        return 0
    folder = Path(given.folder or Path.home() / "oaiworkbook-course").expanduser().resolve()
    try:
        return install(folder, manifest) or show(folder, lab=not given.no_lab)
    except OSError as error:
        print(f"It has failed: {error}", file=sys.stderr)
        return 1


def unfit(fits: dict[str, list[str]]) -> str | None:
    """Why this Python is not one that the stick was made for; None if it is."""
    system, python = here(), ".".join(map(str, sys.version_info[:2]))
    pythons = fits.get(system, [])
    if sys.implementation.name == "cpython" and python in pythons:
        return None
    if pythons:
        return f"This is Python {python}. On {system} the stick needs one of: {', '.join(pythons)}."
    made = ", ".join(fits) or "no system, because making it was not finished"
    return f"This machine is {system}. The stick was made for {made}."


def here() -> str:
    """This system as the stick calls it, such as `macos-arm64`. It is this Python's that counts."""
    if os.name == "nt":
        name = sysconfig.get_platform()
        return "windows-x86_64" if name == "win-amd64" else name
    return f"{SYSTEMS.get(platform.system(), platform.system())}-{platform.machine()}"


def install(folder: Path, manifest: dict[str, object]) -> int:
    """Puts the course into an environment in `folder`, unless this very stick has done so before."""
    stamp, wanted = folder / STAMP, str(manifest["content"])
    there = sorted(folder.iterdir()) if folder.exists() else []
    if there and not stamp.exists():
        print(f"{folder} holds other files ({there[0].name}). Name a new folder.", file=sys.stderr)
        return 1
    venv, python = folder / ".venv", program(folder, "python")
    runs = python.exists() and not subprocess.call([str(python), "-c", ""])
    if runs and stamp.read_text("utf-8") == wanted:
        return 0
    print(f"Installing the course into {folder}. It takes a few minutes.", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    stamp.write_text("unfinished", "utf-8")
    if not runs:
        done = subprocess.call(
            [sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv)]
        )
        if done:
            return failed()
    wheels = HERE / "wheels"
    pip = [str(python), str(next(wheels.glob("pip-*.whl")) / "pip"), "install", "--quiet"]
    pip += ["--disable-pip-version-check", "--no-input", "--no-index", "--find-links", str(wheels)]
    what = [["-c", str(HERE / "requirements-stick.txt"), "oaiworkbook[lab,agents,web]"]]
    if runs:  # pip would keep what has the same version
        what.append(["--force-reinstall", "--no-deps", str(wheels / str(manifest["wheel"]))])
    # What this machine's pip is told elsewhere, such as an index of the company, must not count here.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    plain["PIP_CONFIG_FILE"] = os.devnull
    if any(subprocess.call([*pip, *each], env=plain) for each in what):
        return failed()
    stamp.write_text(wanted, "utf-8")
    if subprocess.call([str(program(folder, "oaiworkbook")), "doctor"]):
        print("Show the lines above to your instructor.")
    return 0


def failed() -> int:
    print(
        "\nThis has failed; the lines above say why. Nothing of yours was changed. Show the lines to "
        "your instructor, or run it again.",
        file=sys.stderr,
    )
    return 1


def show(folder: Path, *, lab: bool) -> int:
    """Copies the lessons that are missing and opens JupyterLab on them."""
    course, mine = str(program(folder, "oaiworkbook")), folder / "lessons"
    if subprocess.call([course, "copy", str(mine)]):
        return failed()
    if not lab:
        print(f"Installed. To open the lessons later: cd {mine}, then {course} lab")
        return 0
    with subprocess.Popen([course, "lab"], cwd=mine) as opened:
        while True:
            try:
                return opened.wait()
            except KeyboardInterrupt:  # JupyterLab has heard it too, and asks
                continue


def program(folder: Path, name: str) -> Path:
    if os.name == "nt":
        return folder / ".venv" / "Scripts" / f"{name}.exe"
    return folder / ".venv" / "bin" / name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
