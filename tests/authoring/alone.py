"""A lesson opened alone, where the course is not installed: its start cell, and what its header says."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .surroundings import ROOT

# What an author writes, and what a lesson begins with: where the package is missing, one line says so,
# and the cells that a front end has sent after it are not run. The magic stands at the line's beginning:
# who turns a lesson into a script leaves such lines out.
WRITTEN = "%load_ext oaiworkbook\n"
START = """\
try:
    import oaiworkbook
except ModuleNotFoundError as error:
    import time

    from IPython.core.error import UsageError

    time.sleep(1)  # Run All has sent every cell by then, and this error stops them.
    raise UsageError(f"{error}. To install it, see the top of this lesson.") from None
%load_ext oaiworkbook
"""
_START = re.compile(
    r"\A(?:try:\n    import oaiworkbook\nexcept .*? from None\n)?%load_ext oaiworkbook\n", re.DOTALL
)
BRANCH = "main"
FIRST = "00_start_here.ipynb"
# What a lesson needs beyond the extra `lessons`: an extra of its own.
EXTRAS = {"38": "agents", "41": "web"}


def with_start(source: str) -> str:
    """A start cell as it is stored; any other cell as it is."""
    return _START.sub(START, source) if is_start(source) else source


def as_written(source: str) -> str:
    """A cell as its author wrote it: a learner reads one line of the start, and not the rest."""
    return _START.sub(WRITTEN, source) if is_start(source) else source


def is_start(source: str) -> bool:
    return _START.match(source) is not None


@dataclass(frozen=True, slots=True)
class Address:
    """Where the project is. Colab and Binder open what is on GitHub; `opened` is empty elsewhere."""

    url: str

    @property
    def _on_github(self) -> str:
        found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", self.url)
        return found[1] if found else ""

    def opened(self, notebook: str) -> dict[str, str]:
        """`Colab` and `Binder`, each with the link that opens this notebook there."""
        if not self._on_github:
            return {}
        path = f"notebooks/{notebook}"
        tree = quote(f"lab/tree/{path}", safe="")
        return {
            "Colab": "https://colab.research.google.com/github/"
            f"{self._on_github}/blob/{BRANCH}/{path}",
            "Binder": f"https://mybinder.org/v2/gh/{self._on_github}/{BRANCH}?urlpath={tree}",
        }


def address() -> Address | None:
    """From `[project.urls]` in pyproject.toml; None while there is none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    url = project.get("urls", {}).get("Repository")
    return Address(url) if url else None


def install(number: str = "") -> str:
    """The line that installs what lesson `number`, or any other, needs into the kernel that runs."""
    there = address()
    extras = ",".join(filter(None, ("lessons", EXTRAS.get(number))))
    wanted = f"oaiworkbook[{extras}] @ git+{there.url}" if there else f"FOLDER[{extras}]"
    return f'%pip install "{wanted}"'


def for_header(path: Path) -> str:
    """For the header of the lesson at `path`: what to do where the course is not installed."""
    there = address()
    links = there.opened(path.name) if there else {}
    # No pictures: without a network a badge would be a broken one.
    shown = " or ".join(f"[{name}]({link})" for name, link in links.items())
    wanted = install(path.name[:2])
    line = (
        f"Opened alone? Run `{wanted}` in a cell, then the first one."
        if there
        else f"Opened alone? Download the course, and run `{wanted}` in a cell, with the path of its "
        "folder for FOLDER. Then run the first cell."
    )
    return f"*{line} Or open it in {shown}.*" if shown else f"*{line}*"


def for_readme() -> str:
    """Badges where there is an address, and the line that installs a lesson that is opened alone."""
    there = address()
    pictures = {
        "Colab": "https://colab.research.google.com/assets/colab-badge.svg",
        "Binder": "https://mybinder.org/badge_logo.svg",
    }
    links = there.opened(FIRST) if there else {}
    badges = " ".join(
        f"[![Open lesson 00 in {name}]({pictures[name]})]({link})" for name, link in links.items()
    )
    lines = [badges, ""] if badges else []
    lines += ["```python", install(), "```"]
    if not there:
        lines += ["", "FOLDER is the path of the course on your machine."]
    return "\n".join(lines)
