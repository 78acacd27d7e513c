"""`python -m tests.authoring build 03`, `... lint`, `... diff 03`, `... api`, `... versions`: what an author needs."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from oaiworkbook.course.api_map import read
from oaiworkbook.errors import WorkbookError

from . import agenda, api_map, course, left_in, readme, score
from .build import BuildError, around, build
from .freshness import issue
from .lint import lint
from .surroundings import ROOT
from .versions import CONSTRAINTS, VersionsError, renew


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.authoring", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in (
        ("build", "run in replay, store the outputs, regenerate header and footer, then lint"),
        ("around", "write links, course map, start cell and metadata anew, without a run"),
        ("lint", "say what does not fit the contract of a lesson"),
        ("diff", "show what changed since the last commit, cell by cell"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("lessons", nargs="*", metavar="NN", help="numbers of lessons")
        if name == "build":
            command.add_argument("--fresh", action="store_true", help="keep no stored output")
        command.add_argument("--all", action="store_true", help="every lesson there is")
    command = commands.add_parser("score", help="say how well the checks of exercises judge")
    command.add_argument("lessons", nargs="*", metavar="NN", help="numbers of lessons")
    command.add_argument("--all", action="store_true", help="every lesson there is")
    command = commands.add_parser("left-in", help="say what a change breaks that is left in")
    command.add_argument("lessons", nargs="*", metavar="NN", help="numbers of lessons")
    command.add_argument("--all", action="store_true", help="every lesson there is")
    command = commands.add_parser(
        "api", help="write the lessons into the map of the API, and its pages"
    )
    command.add_argument("--check", action="store_true", help="only say how the SDK differs")
    commands.add_parser("versions", help="fix the newest versions and say what changed")
    failed = commands.add_parser("issue", help="print the issue that the weekly job opens")
    failed.add_argument("what", help="what was tried, such as 'the newest versions'")
    failed.add_argument("how", help="the command that repeats it")
    failed.add_argument("report", type=Path, help="the file that pytest --junitxml wrote")
    given = parser.parse_args(arguments)
    if given.command == "versions":
        return _versions()
    if given.command == "api":
        return _api(check=given.check)
    if given.command == "issue":
        print(issue(given.what, given.report, given.how), end="")
        return 0
    paths = _chosen(
        given.lessons, all_=given.all or (given.command in ("lint", "around") and not given.lessons)
    )
    if not paths:
        parser.error(f"no such lesson; there are {_there()}")
    if given.command == "score":
        return _score(paths)
    if given.command == "left-in":
        return _left_in(paths)
    if given.command == "around":
        print(f"{sum(map(around, paths))} of {len(paths)} written anew")
        return 0
    if given.command == "build":
        return _build(paths, fresh=given.fresh)
    return _lint(paths) if given.command == "lint" else _diff(paths)


def _build(paths: list[Path], *, fresh: bool) -> int:
    failed = 0
    for path in paths:
        try:
            changed = build(path, fresh=fresh)
        except (BuildError, WorkbookError, LookupError) as error:
            failed += 1
            print(f"FAILED {path.name}, nothing written\n{error}")
            continue
        print(f"built  {path.name}: {', '.join(changed) or 'nothing new'}")
    _pages()
    return _lint(paths) or failed


def _pages() -> None:
    readme.renew()
    agenda.renew()


def _lint(paths: list[Path]) -> int:
    total = 0
    for path in paths:
        found = lint(path)
        total += len(found)
        for problem in found:
            print(f"{path.name}: {problem}")
    print(f"{len(paths)} linted, {total} to mend" if total else f"{len(paths)} linted, all well")
    return 1 if total else 0


def _left_in(paths: list[Path]) -> int:
    wrong = 0
    for path in paths:
        for each in left_in.changes(path):
            ask = bool(each.breaks) and not each.taken_back
            wrong += ask
            print(f"{path.name[:2]} {each}{' - ask to change it back' if ask else ''}")
    return 1 if wrong else 0


def _score(paths: list[Path]) -> int:
    found = [each for path in paths for each in score.of(path)]
    print("\n".join(score.report(found)))
    return 0 if score.fits(found) else 1


def _diff(paths: list[Path]) -> int:
    for path in paths:
        name = path.relative_to(ROOT).as_posix()
        shown = subprocess.run(
            ["git", "show", f"HEAD:{name}"], cwd=ROOT, capture_output=True, check=False
        )
        if shown.returncode:
            print(f"{name}: not committed yet")
            continue
        with tempfile.TemporaryDirectory() as folder:
            before = Path(folder, path.name)
            before.write_bytes(shown.stdout)
            subprocess.run(
                [sys.executable, "-m", "nbdime", "diff", "--ignore-id", str(before), str(path)],
                cwd=ROOT,
                check=False,
            )
    return 0


def _api(*, check: bool) -> int:
    if check:
        found = api_map.differences(read())
    else:
        found = api_map.renew()
        _pages()
    print("\n".join(found) or f"{api_map.FILE.name}: all well")
    return 1 if found else 0


def _versions() -> int:
    try:
        changed = renew()
    except VersionsError as error:
        print(f"FAILED, nothing written\n{error}")
        return 1
    print("\n".join(changed) or f"{CONSTRAINTS.name}: nothing new")
    return 0


def _chosen(numbers: list[str], *, all_: bool) -> list[Path]:
    there = course.lessons()
    if all_:
        return there
    wanted = {number.zfill(2) for number in numbers}
    found = [path for path in there if path.name[:2] in wanted]
    return found if len(found) == len(wanted) else []


def _there() -> str:
    return ", ".join(path.name[:2] for path in course.lessons()) or "none yet"


if __name__ == "__main__":
    sys.exit(main())
