"""What no person writes in README.md: where to get it, course map, API map, and what going live costs."""

from decimal import Decimal

from oaiworkbook.course import contents
from oaiworkbook.course.contents import PARTS
from oaiworkbook.money.amounts import usd

from . import alone, api_map
from .course import lessons
from .generated import with_block
from .surroundings import ROOT

README = ROOT / "README.md"


def course_map() -> str:
    """A line a part; a lesson that is here is a link to its notebook."""
    there = {path.name[:2]: path.name for path in lessons()}
    lines = []
    for part, titles in PARTS.items():
        named = [
            f"[{number} {title}](notebooks/{there[number]})"
            if number in there
            else f"{number} {title}"
            for number, title in titles.items()
        ]
        lines.append(f"- **{part}**: {' · '.join(named)}")
    return "\n".join(lines)


def whole_cost() -> str:
    """One live run of every lesson: the sum of the headers, and the lessons that cost the most."""
    costs: dict[str, Decimal] = {}
    unknown = 0
    for path in lessons():
        head = contents.head(path)
        if head is None:
            continue  # not built yet, which the lint says
        costs[path.name[:2]] = head.live_usd
        unknown += head.unpriced
    most = sorted(costs, key=lambda number: -costs[number])[:3]
    named = ", ".join(f"{number} ({usd(costs[number])})" for number in most)
    total = usd(sum(costs.values(), Decimal(0)))
    if unknown:
        calls = f"{unknown} call{'' if unknown == 1 else 's'}"
        total = f"at least {total}, without {calls} of unknown price"
    return f"One live run of all lessons costs {total}. The most expensive are {named}."


def clone() -> str:
    """How to get the course: the address stands in pyproject.toml, or nowhere yet."""
    there = alone.address()
    url = there.url if there else "ADDRESS"
    return f"```bash\ngit clone {url} oaiworkbook && cd oaiworkbook\n```"


def with_generated(text: str) -> str:
    """The README with its generated blocks made anew."""
    for name, block in (
        ("clone", clone),
        ("alone", alone.for_readme),
        ("map", course_map),
        ("live", whole_cost),
        ("api", api_map.summary),
    ):
        text = with_block(text, name, block())
    return text


def renew() -> None:
    """Makes the generated blocks of README.md anew."""
    before = README.read_text("utf-8")
    if (text := with_generated(before)) != before:
        README.write_text(text, "utf-8")
