"""Exercises of lesson 40, The organisation's side."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import openai

from ...practice.answers import of_body
from ..exercises.failures import FAILURES, passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, error_answer, expect

START, END = 1_793_491_200, 1_795_305_600
DAY = 86_400
Bill = Sequence[tuple[str | None, float | None]]


def _page(bills: Sequence[Bill], after: str | None) -> dict[str, Any]:
    """A page with a bucket for each bill: what each project costs that day."""
    data = [
        {
            "object": "bucket",
            "start_time": START + number * DAY,
            "end_time": START + (number + 1) * DAY,
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": None if usd is None else {"value": usd, "currency": "usd"},
                    "line_item": None,
                    "project_id": id_,
                }
                for id_, usd in bill
            ],
        }
        for number, bill in enumerate(bills)
    ]
    more = after is not None
    return of_body({"object": "page", "has_more": more, "next_page": after, "data": data})


# What to say about it, the pages, and the sums. The numbers add up exactly.
BILLS: list[tuple[str, list[list[Bill]], dict[str, float]]] = [
    ("one page", [[[("proj_a", 0.5), ("proj_b", 0.25)]]], {"proj_a": 0.5, "proj_b": 0.25}),
    (
        "one page with two days of one project",
        [[[("proj_a", 0.5)], [("proj_a", 0.25)]]],
        {"proj_a": 0.75},
    ),
    (
        "three pages",
        [[[("proj_a", 1.0)]], [[("proj_b", 2.0), ("proj_a", 0.5)]], [[("proj_c", 4.0)]]],
        {"proj_a": 1.5, "proj_b": 2.0, "proj_c": 4.0},
    ),
    (
        "a page in the middle whose days have no results",
        [[[("proj_a", 1.0)]], [[], []], [[("proj_a", 2.0)]]],
        {"proj_a": 3.0},
    ),
    ("no costs at all", [[[], []]], {}),
    (
        "a result without an amount",
        [[[("proj_b", None), ("proj_a", 0.5)], [("proj_a", 0.25)]]],
        {"proj_a": 0.75},
    ),
]


def by_project(answer: Callable[..., Any]) -> str:
    for what, pages, wanted in BILLS:
        probe = Probe(_replies(pages), limit=len(pages) + 3)
        try:
            found = answer(probe.client, START, END)
        except (AttributeError, TypeError) as error:
            raise Wrong(f"for {what} it stopped with `{type(error).__name__}`: {error}") from None
        expect(
            isinstance(found, Mapping) and dict(found) == wanted,
            f"for {what} it returned {found!r}, and not {wanted!r}",
        )
        _each_page_once(probe, len(pages), what)
    passes_on(lambda probe: answer(probe.client, START, END))
    first = [_page([[("proj_a", 1.0)]], "page_1")]
    passes_on(lambda probe: answer(probe.client, START, END), first=first)
    return "Every page, every project: the bill is whole."


def _replies(pages: Sequence[Sequence[Bill]]) -> list[Reply]:
    last = len(pages) - 1
    return [_page(bills, f"page_{n + 1}" if n < last else None) for n, bills in enumerate(pages)]


def _each_page_once(probe: Probe, pages: int, what: str) -> None:
    for number, asked in enumerate(probe.requests):
        query = _query(asked)
        expect(
            asked.path == "/organization/costs", f"it asked `{asked.method} {asked.path}` for costs"
        )
        times = (query.get("start_time"), query.get("end_time"))
        expect(
            times == ([str(START)], [str(END)]),
            f"request {number + 1} has not the times that it was given: {times}",
        )
        groups = query.get("group_by")
        expect(groups == ["project_id"], f"request {number + 1} groups by {groups}")
        page = query.get("page")
        wanted = [f"page_{number}"] if number else None
        expect(
            page == wanted,
            f"for {what} request {number + 1} asks for the page {page}, and not {wanted}",
        )
    sent = len(probe.requests)
    expect(sent == pages, f"for {what} it sent {sent} of {pages} requests")


def _query(asked: Asked) -> dict[str, list[str]]:
    return {name.removesuffix("[]"): each for name, each in parse_qs(asked.query).items()}


Days = dict[int, float | None]
# What to say about it, the bill, the log, the least difference, the answer.
COMPARED: list[tuple[str, Days, Days, float, list[tuple[int, float | None]]]] = [
    ("two equal days", {1: 0.5, 2: 0.25}, {1: 0.5, 2: 0.25}, 0.125, []),
    ("a bill that is higher", {1: 0.75, 2: 0.5}, {1: 0.25, 2: 0.5}, 0.125, [(1, 0.5)]),
    ("a log that is higher", {1: 0.25}, {1: 0.75}, 0.125, [(1, -0.5)]),
    ("a difference of exactly `least`", {1: 0.75}, {1: 0.5}, 0.25, [(1, 0.25)]),
    ("a log higher by exactly `least`", {1: 0.5}, {1: 0.75}, 0.25, [(1, -0.25)]),
    ("a difference below `least`", {1: 0.75, 2: 0.5}, {1: 0.5, 2: 0.75}, 0.5, []),
    ("a day that the log lacks", {1: 0.5, 2: 0.75}, {1: 0.5}, 0.125, [(2, 0.75)]),
    ("a day that the bill lacks", {1: 0.5}, {1: 0.5, 2: 0.75}, 0.125, [(2, -0.75)]),
    (
        "days in no order",
        {9: 1.0, 3: 1.0, 20: 1.0},
        {12: 1.0},
        0.5,
        [(3, 1.0), (9, 1.0), (12, -1.0), (20, 1.0)],
    ),
    ("an unknown cost", {1: 0.5, 2: 0.5}, {1: None, 2: 0.5}, 0.125, [(1, None)]),
    ("an unknown cost on a day without a bill", {}, {4: None}, 0.125, [(4, None)]),
    ("an unknown cost on a day whose bill is 0", {4: 0.0}, {4: None}, 0.5, [(4, None)]),
    ("a cost of 0 in the log", {4: 0.75}, {4: 0.0}, 0.5, [(4, 0.75)]),
    ("nothing at all", {}, {}, 0.5, []),
]


def differences(answer: Callable[..., Any]) -> str:
    for what, bill, log, least, wanted in COMPARED:
        before = (dict(bill), dict(log))
        try:
            found = answer(bill, log, least)
        except (KeyError, TypeError) as error:
            raise Wrong(f"for {what} it stopped with `{type(error).__name__}`: {error}") from None
        expect(found == wanted, f"for {what} it returned {found!r}, and not {wanted!r}")
        expect((bill, log) == before, f"for {what} it changed the dicts that it was given")
    return "Both sides, both directions, and nothing unknown is taken for 0."


PROJECT = "proj_new"
SECRET = "(the key)"
STEPS = ("", f"/{PROJECT}/spend_limit", f"/{PROJECT}/spend_alerts", f"/{PROJECT}/service_accounts")
WHAT = ("the project", "the spend limit", "the alert", "the service account")
ARCHIVE = f"/{PROJECT}/archive"
NOT_ARCHIVED = error_answer(500, "Refused for the check.", type="server_error")


def _club(fails: str | None = None, failure: Reply = "", archive: Reply | None = None) -> Reply:
    """Answers each step. `fails`: the step that gets `failure`. `archive`: what archiving gets."""

    def reply(asked: Asked) -> Any:
        step = asked.path.removeprefix("/organization/projects")
        if step == fails:
            return failure
        if step == ARCHIVE and archive is not None:
            return archive
        month: dict[str, Any] = {"currency": "USD", "interval": "month", "threshold_amount": 1}
        account: dict[str, Any] = {
            "object": "organization.project.service_account",
            "role": "member",
        }
        key = {"id": "key_1", "created_at": 1, "name": "Secret Key", "value": SECRET}
        bodies: dict[str, dict[str, Any]] = {
            STEPS[0]: {"id": PROJECT, "object": "organization.project", "status": "active"},
            STEPS[1]: month
            | {"object": "project.spend_limit", "enforcement": {"status": "inactive"}},
            STEPS[2]: month | {"object": "project.spend_alert", "id": "alert_1"},
            STEPS[3]: account | {"id": "svc_1", "name": "a", "created_at": 1, "api_key": key},
            ARCHIVE: {"id": PROJECT, "object": "organization.project", "status": "archived"},
        }
        expect(step in bodies, f"it sent `{asked.method} {asked.path}`, which is no step of this")
        return of_body(bodies[step])

    return reply


def open_project(answer: Callable[..., Any]) -> str:
    for name, cents, half in (("Glass", 500, 250), ("Sails", 1501, 750)):
        probe = Probe([_club()], limit=8)
        found = answer(probe.client, name, cents, "treasurer@example.org")
        _in_order(_steps(probe))
        bodies = [asked.body for asked in probe.requests]
        _month(bodies[1], cents, f"for {cents} cents the spend limit")
        _month(bodies[2], half, f"for {cents} cents the alert")
        mail = bodies[2].get("notification_channel", {})
        expect(
            mail.get("type") == "email" and mail.get("recipients") == ["treasurer@example.org"],
            f"the alert is sent to {mail}",
        )
        names = [bodies[0].get("name"), bodies[3].get("name")]
        expect(names == [name, name], f"project and service account are called {names}")
        expect(found == SECRET, f"it returned {found!r}, and not the value of the new key")
    for number, step in enumerate(STEPS):
        for failed, failure in FAILURES.items():
            _fails_well(answer, number, step, failed, failure)
    return "First the limit, then the key, and nothing half done is left behind."


def _steps(probe: Probe) -> list[str]:
    return [asked.path.removeprefix("/organization/projects") for asked in probe.requests]


def _in_order(sent: list[str]) -> None:
    expect(ARCHIVE not in sent, "it archived the project, though nothing had failed")
    names = [WHAT[STEPS.index(step)] for step in sent]
    expect(sent == list(STEPS), f"it made {', then '.join(names) or 'nothing'}")


def _month(body: Mapping[str, Any], cents: int, what: str) -> None:
    expect(
        body.get("threshold_amount") == cents,
        f"{what} has a `threshold_amount` of {body.get('threshold_amount')}, and not {cents}",
    )
    found = {name: body.get(name) for name in ("currency", "interval")}
    expect(found == {"currency": "USD", "interval": "month"}, f"{what} has {found}")


def _fails_well(
    answer: Callable[..., Any], number: int, step: str, failed: str, failure: Reply
) -> None:
    for archive in (None, NOT_ARCHIVED, FAILURES["a timeout"]):
        probe = Probe([_club(step, failure, archive)], limit=8)
        when = f"{WHAT[number]} could not be made ({failed})"
        if archive is not None:
            when = f"{when}, nor could the project be archived"
        try:
            found = answer(probe.client, "Glass", 500, "treasurer@example.org")
        except openai.APIError as error:
            sent = _steps(probe)
            came = error.request.url.path
            expect(
                not came.endswith("/archive"), f"{when}, and the error that came is the archive's"
            )
            expect(ARCHIVE not in sent[:-1], f"{when}, and it went on after archiving")
            if number == 0:
                expect(ARCHIVE not in sent, f"{when}, and it archived what is not there")
                continue
            expect(sent[-1] == ARCHIVE, f"{when}, and the project was not archived")
            asked = sent[:-1]
            expect(asked == list(STEPS[: number + 1]), f"{when}, and it went on")
        except (UnboundLocalError, AttributeError) as error:
            raise Wrong(f"{when}, and it stopped with `{type(error).__name__}`: {error}") from None
        else:
            raise Wrong(f"{when}, and it returned {found!r}: nobody learns of it")


EXERCISES = [
    Exercise(
        "40-1",
        by_project,
        (
            "Do it for one page first: two loops, over `page.data` and over `bucket.results`.",
            "Then `while page.has_more:` and the same call again, with `page=page.next_page`.",
            "`if result.amount:` leaves out a result without an amount.",
        ),
        """def by_project(client, start, end):
    asked = {"start_time": start, "end_time": end, "group_by": ["project_id"]}
    page = client.admin.organization.usage.costs(**asked)
    buckets = list(page.data)
    while page.has_more:
        page = client.admin.organization.usage.costs(**asked, page=page.next_page)
        buckets += page.data
    sums = {}
    for result in (each for bucket in buckets for each in bucket.results):
        if result.amount:
            sums[result.project_id] = sums.get(result.project_id, 0) + result.amount.value
    return sums
""",
    ),
    Exercise(
        "40-2",
        differences,
        (
            "`sorted(bill.keys() | log.keys())` has all days.",
            "`log.get(day, 0)` is `None` only where the log itself says so.",
            "`abs(more) >= least` looks in both directions.",
        ),
        """def differences(bill, log, least):
    found = []
    for day in sorted(bill.keys() | log.keys()):
        known = log.get(day, 0)
        more = None if known is None else bill.get(day, 0) - known
        if more is None or abs(more) >= least:
            found.append((day, more))
    return found
""",
    ),
    Exercise(
        "40-3",
        open_project,
        (
            "The first step is before the `try`: where it fails, there is nothing to archive.",
            "`cents // 2` is half, rounded down. The alert's channel is a dict with `type` and `recipients`.",
            "A `raise` without a name raises the error of the step again, also after a second `try` within "
            "the `except`.",
        ),
        """def open_project(client, name, cents, email):
    projects = client.admin.organization.projects
    project = projects.create(name=name)
    month = {"currency": "USD", "interval": "month"}
    mail = {"type": "email", "recipients": [email]}
    try:
        projects.spend_limit.update(project.id, **month, threshold_amount=cents)
        projects.spend_alerts.create(
            project.id, **month, threshold_amount=cents // 2, notification_channel=mail
        )
        robot = projects.service_accounts.create(project_id=project.id, name=name)
    except openai.APIError:
        try:
            projects.archive(project.id)
        except openai.APIError:
            pass  # the first error says more
        raise
    return robot.api_key.value
""",
    ),
]
