"""Each call of the lessons fits the daily cap of live mode by itself, with all that it can cost."""

from datetime import UTC, datetime
from decimal import Decimal

from oaiworkbook import settings
from oaiworkbook.money.bounds import Bound, upper_bound
from oaiworkbook.recordings.file import RecordedRequest
from oaiworkbook.recordings.library import Library
from oaiworkbook.recordings.requests import CanonicalRequest

DAY = datetime(2026, 11, 30, tzinfo=UTC)
# Calls that a learner cannot make live below the default cap. None of them names a maximum.
TOO_DEAR = {
    "13_audio_chat/01-chat-completions-62892ff6.json",
    "13_audio_chat/02-chat-completions-d443b3f1.json",
    "13_audio_chat/03-chat-completions-d284e813.json",
    "13_audio_chat/07-chat-completions-cb28c1a3.json",
    "13_audio_chat/08-chat-completions-b94d6c19.json",
    "13_audio_chat/10-chat-completions-9476db54.json",
    "13_audio_chat/11-chat-completions-872437bc.json",
    "13_audio_chat/12-chat-completions-15c5c6ea.json",
    "27_choosing_a_model/05-responses-40f8c95c.json",
    "27_choosing_a_model/13-responses-24df8be0.json",
}


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
    assert all(bounds[name].missing for name in TOO_DEAR)
    known = sum(bound.usd is not None for bound in bounds.values())
    assert known > 0.9 * len(bounds) > 500
