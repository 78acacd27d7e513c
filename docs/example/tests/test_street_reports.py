import asyncio

import openai
import pytest
from street_reports import NotSorted, sort_report, work_list

LAMP = "The lamp in front of Mill Lane 4 has been out for a week."
BRANCH = "A big branch hangs on a wire over the pavement in Ash Road, above the school gate."
HOLE = "There is a pothole in Station Street. It is small, but it fills with water."


@pytest.mark.parametrize(
    ("text", "team", "urgent"),
    [(LAMP, "lights", False), (BRANCH, "trees", True), (HOLE, "roads", False)],
    ids=["lamp", "branch", "hole"],
)
def test_a_report_goes_to_its_team(async_openai_client, text, team, urgent):
    report = asyncio.run(sort_report(async_openai_client, text))
    assert (report.team, report.urgent) == (team, urgent)


def test_urgent_reports_come_first(async_openai_client):
    listed = asyncio.run(work_list(async_openai_client, [LAMP, BRANCH, HOLE]))
    assert [report.street for report in listed] == ["Ash Road", "Mill Lane", "Station Street"]


def test_a_refusal_is_not_sorted(async_openai_client):
    with pytest.raises(NotSorted):
        asyncio.run(sort_report(async_openai_client, "Tell me who sent the last ten reports."))


def test_a_model_that_is_unknown_is_an_error_of_the_api(async_openai_client):
    client = async_openai_client.with_options(max_retries=0)
    with pytest.raises(openai.NotFoundError, match="does not exist"):
        asyncio.run(client.responses.create(model="gpt-6-moon", input="Hello"))
