"""Agendas for a room: what they name is there, they fit their time, and the pages hold them."""

import pytest

from ..authoring import agenda
from ..authoring.agenda import AGENDAS, Read, Solve, Talk, minutes_at, slack
from ..authoring.lesson import Lesson


@pytest.mark.parametrize("name", AGENDAS)
def test_an_agenda_fits_its_time_and_leaves_some(name: str) -> None:
    whole, stops = AGENDAS[name]
    assert 0.05 <= slack(name) / whole <= 0.25
    assert all(minutes_at(stop) % 5 == 0 for stop in stops)
    assert all(stop.say for stop in stops if isinstance(stop, Read))


@pytest.mark.parametrize("name", AGENDAS)
def test_nobody_sits_for_longer_than_an_hour_and_a_half(name: str) -> None:
    sat = 0
    for stop in AGENDAS[name][1]:
        rests = isinstance(stop, Talk) and stop.what in ("Pause", "Lunch")
        sat = 0 if rests else sat + minutes_at(stop)
        assert sat <= 90


def test_a_stop_takes_as_long_as_its_sections_and_a_section_must_be_there() -> None:
    titles = [each.text for each in Lesson.read(agenda._path("03")).headings if each.level == 2]
    short = Read("03", titles[2], titles[2], "")
    long = Read("03", titles[2], titles[4], "")
    assert 5 <= minutes_at(short) < minutes_at(long) <= 45
    with pytest.raises(ValueError, match="is not in list"):
        minutes_at(Read("03", "Gone", titles[3], ""))
    with pytest.raises(ValueError, match="comes before"):
        minutes_at(Read("03", titles[3], titles[2], ""))
    with pytest.raises(ValueError, match="not enough values"):
        minutes_at(Solve("03-9"))


def test_the_pages_hold_what_is_made_for_them() -> None:
    for path in (agenda.GUIDE, agenda.HANDOUT, agenda.PRINTED):
        assert path.read_text("utf-8") == agenda.pages()[path.name], f"{path.name}: build a lesson"
    guide = agenda.GUIDE.read_text("utf-8")
    for stops in AGENDAS.values():
        assert all(stop.say in guide for stop in stops[1] if not isinstance(stop, Solve))
    assert "<table>" in agenda.PRINTED.read_text("utf-8")
