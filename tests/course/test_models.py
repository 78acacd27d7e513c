"""Every model in the course has a known end, and the table of models cannot go wrong unnoticed."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oaiworkbook.course import models
from oaiworkbook.errors import ModelsError

DAY = date(2026, 11, 22)
ROLES = {
    "chat", "strong", "reasoning", "image", "transcribe", "speech", "audio_chat",
    "embedding", "realtime", "moderation", "decisions",
}  # fmt: skip


@pytest.fixture
def own_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small table of its own, so that these tests outlive every edit of the shipped one."""
    path = tmp_path / "models.toml"
    path.write_text(
        'as_of = 2026-11-22\nsources = { sdk = "the SDK" }\n'
        '[roles]\nchat = "new"\nspeech = "old-voice"\n'
        '[[active]]\nrole = "chat"\nsource = "sdk"\nmodels = ["new", "voice"]\n'
        '[[ending]]\ndate = 2027-01-06\nrole = "speech"\nsuccessor = "voice"\nsource = "sdk"\n'
        'models = ["old-voice"]\n'
        '[[ending]]\ndate = 2026-10-23\nrole = "chat"\nsuccessor = "older"\nsource = "sdk"\n'
        'models = ["oldest"]\n'
        '[[ending]]\ndate = 2026-12-01\nsource = "sdk"\nmodels = ["older"]\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("OAIWORKBOOK_DATA", str(tmp_path))
    return path


def test_shipped_table_names_every_role_and_only_known_models() -> None:
    assert set(models.roles()) >= ROLES
    assert all(models.model(role) in models.known() for role in ROLES)


def test_shipped_table_knows_the_names_that_older_material_uses() -> None:
    for name, day in {
        "gpt-4o-mini": date(2027, 1, 14),
        "gpt-3.5-turbo": date(2026, 10, 23),
        "dall-e-3": date(2026, 5, 12),
        "whisper-1": date(2027, 2, 26),
        "gpt-4o-audio-preview": date(2026, 5, 7),
    }.items():
        found = models.find(name)
        assert found is not None, name
        assert found.ends == day, name
        assert models.replacement(name) in models.roles().values(), name


def test_no_role_is_played_by_a_model_that_had_ended_when_the_table_was_read() -> None:
    for each in models.in_use():
        assert each.ends is None or each.ends > each.as_of, each


def test_replacement_prefers_the_course_then_follows_successors(own_table: Path) -> None:
    assert models.replacement("oldest") == "new"
    assert models.replacement("old-voice") == "voice"
    assert models.replacement("older") is None
    assert models.replacement("new") is None
    assert models.replacement("never heard of") is None


def test_a_fine_tuned_model_ends_with_its_base(own_table: Path) -> None:
    found = models.find("ft:old-voice:org:suffix:id")
    assert found is not None
    assert found.ends == date(2027, 1, 6)
    assert models.find("ft:nobody:org::id") is None


def test_unknown_role_names_the_roles(own_table: Path) -> None:
    with pytest.raises(ModelsError, match=r"'sing'.*chat, speech"):
        models.model("sing")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("date = 2027-01-06", 'date = "soon"', "number 1.*date"),
        ("date = 2027-01-06", "", "number 1.*date"),
        ('source = "sdk"\nmodels = ["new"', 'source = "x"\nmodels = ["new"', "active.*source"),
        ('["older"]', '["older", "new"]', "new is listed twice"),
        ('successor = "older"', 'successor = "none"', "successor none is not listed"),
        ('chat = "new"', 'chat = "newest"', "chat: newest is not listed"),
        ("[roles]", "[purposes]\nvoice = 'songs'\n\n[roles]", "purposes. voice: no such role"),
        ("[roles]", "[roles", "Cannot read .*models.toml"),
    ],
)
def test_wrong_table_says_file_and_entry(own_table: Path, old: str, new: str, says: str) -> None:
    text = own_table.read_text("utf-8")
    assert old in text
    own_table.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ModelsError, match=says) as caught:
        models.roles()
    assert "models.toml" in str(caught.value)


def test_live_dates_win_over_the_table(own_table: Path) -> None:
    def listed(**dates: str | None) -> SimpleNamespace:
        entries = [SimpleNamespace(id=k, shutdown_date=v) for k, v in dates.items()]
        return SimpleNamespace(models=SimpleNamespace(list=lambda: entries))

    client = listed(new="2026-12-24", voice=None)

    def ending(client: Any) -> list[tuple[str, date | None, str]]:
        return [(m.name, m.ends, m.source) for m in models.in_use(client) if m.ends]

    old = ("old-voice", date(2027, 1, 6), "sdk")
    assert ending(client) == [("new", date(2026, 12, 24), "GET /v1/models"), old]
    assert {m.name for m in models.all_ending(client)} == {"new", "old-voice", "oldest", "older"}
    other = SimpleNamespace(models=SimpleNamespace(list=lambda: [SimpleNamespace(id="new")]))
    assert ending(other) == [old]


def test_announcements_of_the_sdk_are_found_and_compared(own_table: Path) -> None:
    announced = models.sdk_dates()
    assert announced["o1-preview"] == date(2025, 7, 28)
    assert len(announced) > 50
    assert models.aged()["o1-preview"].endswith("data/models.toml does not know it")


def test_table_shows_each_role_in_text_and_html(own_table: Path) -> None:
    shown = models.table(DAY)
    assert repr(shown).splitlines()[-1].split() == [
        "speech", "old-voice", "2027-01-06", "45", "voice", "2026-11-22",
    ]  # fmt: skip
    assert "shut down" in repr(models.table(date(2027, 1, 6)))
    assert shown._repr_html_().count("<tr>") == 1 + len(models.roles())


def test_each_role_says_what_it_is_for() -> None:
    assert all(models.purpose(role) for role in models.roles())
    assert "text; begin here" in repr(models.table(DAY))
