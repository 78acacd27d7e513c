"""Wrong answers to the exercises of lesson 40: (name, source, what the check must say)."""

_PAGES = """
def by_project(client, start, end):
    asked = {asked}
    call = client.admin.organization.usage.costs
    {before}
    sums = {{}}
    page = call(**asked)
    while True:
        for bucket in page.data:
            for result in bucket.results:
                {add}
        if {last}:
            return {found}
        page = call({again})
"""
_BILL = {
    "asked": '{"start_time": start, "end_time": end, "group_by": ["project_id"]}',
    "before": "pass",
    "add": (
        "sums[result.project_id] = sums.get(result.project_id, 0) + result.amount.value"
        " if result.amount else sums.get(result.project_id, 0)"
    ),
    "last": "not page.has_more",
    "found": "{id_: usd for id_, usd in sums.items() if usd}",
    "again": "**asked, page=page.next_page",
}

_DAYS = """
def differences(bill, log, least):
    found = []
    for day in {days}:
        known = {known}
        if {unknown}:
            found.append((day, None))
            continue
        more = {more}
        if {far}:
            found.append((day, {kept}))
    return {found}
"""
_COMPARED = {
    "days": "sorted(bill.keys() | log.keys())",
    "known": "log.get(day, 0)",
    "unknown": "known is None",
    "more": "bill.get(day, 0) - known",
    "far": "abs(more) >= least",
    "kept": "more",
    "found": "found",
}

_OPEN = """
def open_project(client, name, cents, email):
    import openai
    projects = client.admin.organization.projects
    month = {{"currency": "USD", "interval": "month"}}
    mail = {{"type": "email", "recipients": {recipients}}}
    {create}
    try:
        {create_within}
        {first}
        {second}
        {third}
        robot = projects.service_accounts.create(project_id=project.id, name={called})
        {after}
    except {caught}:
        {clean}
        {then}
    return {key}
"""
_LIMIT = "projects.spend_limit.update(project.id, **month, threshold_amount=cents)"
_ALERT = (
    "projects.spend_alerts.create(project.id, **month, threshold_amount=cents // 2, "
    "notification_channel=mail)"
)
_QUIETLY = """try:
            projects.archive(project.id)
        except openai.APIError:
            pass"""
_STEPS = {
    "recipients": "[email]",
    "create": "project = projects.create(name=name)",
    "create_within": "pass",
    "first": _LIMIT,
    "second": _ALERT,
    "third": "pass",
    "called": "name",
    "after": "pass",
    "caught": "openai.APIError",
    "clean": _QUIETLY,
    "then": "raise",
    "key": "robot.api_key.value",
}

WRONG = {
    "40-1": [
        (
            "one page only",
            _PAGES.format(**_BILL | {"last": "True"}),
            "for three pages it returned {'proj_a': 1.0}",
        ),
        (
            "loops over the page as over a list",
            """
def by_project(client, start, end):
    sums = {}
    asked = {"start_time": start, "end_time": end, "group_by": ["project_id"]}
    for bucket in client.admin.organization.usage.costs(**asked):
        for result in bucket.results:
            sums[result.project_id] = sums.get(result.project_id, 0) + result.amount.value
    return sums
""",
            "it stopped with `AttributeError`",
        ),
        (
            "an empty page ends it",
            _PAGES.format(
                **_BILL | {"last": "not page.has_more or not any(b.results for b in page.data)"}
            ),
            "for a page in the middle whose days have no results",
        ),
        (
            "the second request has the bookmark alone",
            _PAGES.format(**_BILL | {"again": "start_time=start, page=page.next_page"}),
            "request 2 has not the times that it was given",
        ),
        (
            "the second request is not grouped",
            _PAGES.format(
                **_BILL | {"again": "start_time=start, end_time=end, page=page.next_page"}
            ),
            "request 2 groups by None",
        ),
        (
            "asks for the first page again and again",
            _PAGES.format(**_BILL | {"again": "**asked"}),
            "request 2 asks for the page None, and not ['page_1']",
        ),
        (
            "the last day wins",
            _PAGES.format(
                **_BILL
                | {"add": "sums[result.project_id] = result.amount.value if result.amount else 0"}
            ),
            "for one page with two days of one project it returned {'proj_a': 0.25}",
        ),
        (
            "expects an amount everywhere",
            _PAGES.format(
                **_BILL
                | {
                    "add": "sums[result.project_id] = "
                    "sums.get(result.project_id, 0) + result.amount.value"
                }
            ),
            "for a result without an amount it stopped with `AttributeError`",
        ),
        (
            "a project without an amount is in the dict",
            _PAGES.format(**_BILL | {"found": "sums"}),
            "'proj_b': 0",
        ),
        (
            "no groups",
            _PAGES.format(**_BILL | {"asked": '{"start_time": start, "end_time": end}'}),
            "request 1 groups by None",
        ),
        (
            "no end",
            _PAGES.format(**_BILL | {"asked": '{"start_time": start, "group_by": ["project_id"]}'}),
            "request 1 has not the times",
        ),
        (
            "tokens in place of money",
            _PAGES.format(**_BILL).replace("usage.costs", "usage.completions"),
            "it asked `GET /organization/usage/completions` for costs",
        ),
        (
            "an error is no cost",
            """
def by_project(client, start, end):
    import openai
    asked = {"start_time": start, "end_time": end, "group_by": ["project_id"]}
    sums, page = {}, None
    while page is None or page.has_more:
        more = {"page": page.next_page} if page else {}
        try:
            page = client.admin.organization.usage.costs(**asked, **more)
        except openai.APIError:
            return sums
        for bucket in page.data:
            for result in bucket.results:
                if result.amount:
                    sums[result.project_id] = sums.get(result.project_id, 0) + result.amount.value
    return sums
""",
            "is kept from the caller: it returned {}",
        ),
        (
            "returns the sum of all",
            _PAGES.format(**_BILL | {"found": "sum(sums.values())"}),
            "for one page it returned 0.75",
        ),
    ],
    "40-2": [
        (
            "looks at the days of the bill only",
            _DAYS.format(**_COMPARED | {"days": "sorted(bill)"}),
            "for a day that the bill lacks it returned []",
        ),
        (
            "looks at the days of the log only",
            _DAYS.format(**_COMPARED | {"days": "sorted(log)"}),
            "for a day that the log lacks it returned []",
        ),
        (
            "expects both to have each day",
            _DAYS.format(**_COMPARED | {"known": "log[day]"}),
            "it stopped with `KeyError`",
        ),
        (
            "one direction",
            _DAYS.format(**_COMPARED | {"far": "more >= least"}),
            "for a log that is higher it returned []",
        ),
        (
            "more than `least`",
            _DAYS.format(**_COMPARED | {"far": "abs(more) > least"}),
            "for a difference of exactly `least` it returned []",
        ),
        (
            "unknown counts as 0",
            _DAYS.format(**_COMPARED | {"known": "log.get(day) or 0"}),
            "for an unknown cost it returned [(1, 0.5)]",
        ),
        (
            "a day that the log lacks is unknown",
            _DAYS.format(**_COMPARED | {"known": "log.get(day)"}),
            "for a day that the log lacks it returned [(2, None)]",
        ),
        (
            "a cost of 0 is unknown",
            _DAYS.format(**_COMPARED | {"unknown": "day in log and not known"}),
            "for a cost of 0 in the log it returned [(4, None)]",
        ),
        (
            "the other way round",
            _DAYS.format(**_COMPARED | {"more": "known - bill.get(day, 0)"}),
            "for a bill that is higher it returned [(1, -0.5)]",
        ),
        (
            "without a sign",
            _DAYS.format(**_COMPARED | {"kept": "abs(more)"}),
            "for a log that is higher it returned [(1, 0.5)]",
        ),
        (
            "in no order",
            _DAYS.format(**_COMPARED | {"days": "{**bill, **log}"}),
            "for days in no order it returned",
        ),
        (
            "a dict",
            _DAYS.format(**_COMPARED | {"found": "dict(found)"}),
            "for two equal days it returned {}",
        ),
        (
            "takes the days out of the log",
            _DAYS.format(**_COMPARED | {"known": "log.pop(day, 0)"}),
            "it changed the dicts",
        ),
    ],
    "40-3": [
        (
            "the key first",
            """
def open_project(client, name, cents, email):
    projects = client.admin.organization.projects
    month = {"currency": "USD", "interval": "month"}
    project = projects.create(name=name)
    robot = projects.service_accounts.create(project_id=project.id, name=name)
    projects.spend_limit.update(project.id, **month, threshold_amount=cents)
    projects.spend_alerts.create(
        project.id,
        **month,
        threshold_amount=cents // 2,
        notification_channel={"type": "email", "recipients": [email]},
    )
    return robot.api_key.value
""",
            "it made the project, then the service account, then the spend limit",
        ),
        (
            "no alert",
            _OPEN.format(**_STEPS | {"second": "pass"}),
            "it made the project, then the spend limit, then the service account",
        ),
        (
            "the alert before the limit",
            _OPEN.format(**_STEPS | {"first": _ALERT, "second": _LIMIT}),
            "it made the project, then the alert, then the spend limit",
        ),
        (
            "USD in place of cents",
            _OPEN.format(**_STEPS | {"first": _LIMIT.replace("=cents", "=cents // 100")}),
            "for 500 cents the spend limit has a `threshold_amount` of 5,",
        ),
        (
            "rounds up",
            _OPEN.format(**_STEPS | {"second": _ALERT.replace("cents // 2", "(cents + 1) // 2")}),
            "for 1501 cents the alert has a `threshold_amount` of 751,",
        ),
        (
            "the alert at the limit",
            _OPEN.format(**_STEPS | {"second": _ALERT.replace("cents // 2", "cents")}),
            "for 500 cents the alert has a `threshold_amount` of 500,",
        ),
        (
            "mails to nobody",
            _OPEN.format(**_STEPS | {"recipients": "[]"}),
            "the alert is sent to {'type': 'email', 'recipients': []}",
        ),
        (
            "another name",
            _OPEN.format(**_STEPS | {"called": "name + '-key'"}),
            "are called ['Glass', 'Glass-key']",
        ),
        (
            "returns the id of the key",
            _OPEN.format(**_STEPS | {"key": "robot.api_key.id"}),
            "it returned 'key_1'",
        ),
        (
            "leaves the project behind",
            _OPEN.format(**_STEPS | {"clean": "pass"}),
            "and the project was not archived",
        ),
        (
            "hides the error",
            _OPEN.format(**_STEPS | {"then": "return None"}),
            "nobody learns of it",
        ),
        (
            "the error of archiving wins",
            _OPEN.format(**_STEPS | {"clean": "projects.archive(project.id)"}),
            "the error that came is the archive's",
        ),
        (
            "archives what was never made",
            _OPEN.format(
                **_STEPS
                | {"create": "pass", "create_within": "project = projects.create(name=name)"}
            ),
            "and it stopped with `UnboundLocalError`",
        ),
        (
            "archives after a 429 only",
            _OPEN.format(**_STEPS | {"caught": "openai.RateLimitError"}),
            "(a 400 about another parameter), and the project was not archived",
        ),
        (
            "archives in the end, always",
            _OPEN.format(**_STEPS | {"after": "projects.archive(project.id)"}),
            "it archived the project, though nothing had failed",
        ),
    ],
}
