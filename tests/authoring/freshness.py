"""The text of the issue that the weekly job opens when the tests fail on other versions or days."""

import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

from packaging.utils import canonicalize_name

from .api_map import other_sdk
from .versions import CONSTRAINTS, Pins, pins

ALL_PASS = "No single test failed."
MOST = 40  # failing tests named; the log has them all


def issue(what: str, report: Path, how: str) -> str:
    """Markdown: its first line is the title. `what` was tried, `how` is the command to repeat it.

    `report` is the file that `pytest --junitxml` wrote, which may be missing. Where all tests pass, it
    is about the SDK, which has what the map of the API lacks, or the other way round.
    """
    tests, sdk = list(_tests(report)), list(other_sdk())
    only_sdk = sdk and tests[0] == ALL_PASS
    python = f"Python {platform.python_version()} on {sys.platform}"
    parts = [
        f"The map of the API differs with {what}" if only_sdk else f"The tests fail with {what}",
        "",
        f"{python}. To repeat it:",
        "",
        "```bash",
        how,
        "```",
    ]
    parts += ["", *tests, *([""] if sdk else []), *sdk, "", *_packages()]
    return "\n".join(parts) + "\n"


def installed() -> dict[str, str]:
    """name -> version of every package in this environment."""
    return {canonicalize_name(each.name): each.version for each in metadata.distributions()}


def others(fixed: Pins, here: dict[str, str]) -> list[tuple[str, str, str]]:
    """(name, fixed version, version here) of each package that differs; `none` where there is none."""
    rows = []
    for name, version in sorted(here.items()):
        lines = fixed.get(name, [])
        wanted = [str(v) for v, marker in lines if marker is None or marker.evaluate()]
        if wanted != [version] and name != "oaiworkbook":
            rows.append((name, wanted[0] if wanted else "none", version))
    return rows


def _packages() -> Iterator[str]:
    rows = others(pins(CONSTRAINTS.read_text("utf-8")), installed())
    if not rows:
        yield f"All packages are those of {CONSTRAINTS.name}."
        return
    yield f"Packages that differ from {CONSTRAINTS.name}:"
    yield ""
    yield "| package | fixed | here |"
    yield "|---|---|---|"
    yield from (f"| {name} | {fixed} | {here} |" for name, fixed, here in rows)


def _tests(report: Path) -> Iterator[str]:
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        yield "pytest did not get to its end and left no report: the reason is in the log of the job."
        return
    failed = [(case, bad) for case in cases for bad in case if bad.tag in ("failure", "error")]
    yield f"{len(failed)} of {len(cases)} tests failed:" if failed else ALL_PASS
    yield ""
    for case, bad in failed[:MOST]:
        words = (bad.get("message") or "").strip().splitlines() or ["no message"]
        yield f"- `{case.get('classname')}::{case.get('name')}`: {words[0][:200]}"
    if len(failed) > MOST:
        yield f"- and {len(failed) - MOST} more, in the log of the job"
