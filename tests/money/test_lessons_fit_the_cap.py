"""Each call of the lessons fits the daily cap of live mode by itself, with all that it can cost."""

from datetime import UTC, datetime
from decimal import Decimal

from oaiworkbook import settings
from oaiworkbook.money.bounds import Bound, upper_bound
from oaiworkbook.recordings.file import RecordedRequest
from oaiworkbook.recordings.library import Library
from oaiworkbook.recordings.requests import CanonicalRequest

DAY = datetime(2026, 11, 30, tzinfo=UTC)
TOO_DEAR: set[str] = set()  # calls that a learner cannot make live below the default cap


def bound_of(asked: RecordedRequest) -> Bound:
    form = CanonicalRequest(asked.method, asked.path, asked.query, asked.body, "").form()
    parts = asked.body if isinstance(asked.body, list) else []
    size = sum(part.get("bytes", 0) + 1_000 for part in parts)
    return upper_bound(asked.method, asked.path, form, DAY, raw_length=size)


def test_each_recorded_call_fits_the_default_cap() -> None:
    library = Library(settings.data_dir() / "recordings")
    asked = {library.name(path): library.read(path).request for path in library.paths()}
    bounds = {name: bound_of(each) for name, each in asked.items() if each.method != "WS"}
    cap = Decimal(str(settings.max_usd()))
    dear = {name for name, bound in bounds.items() if bound.usd is not None and bound.usd > cap}
    assert dear == TOO_DEAR, "keep this list exact"
    known = sum(bound.usd is not None for bound in bounds.values())
    assert known > 0.9 * len(bounds) > 500
