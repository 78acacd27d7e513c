"""Right answers to the exercises of lesson 40, in other ways than the reference."""

RIGHT = {
    "40-1": [
        (
            "one long page at a time, and the next bookmark decides",
            """
def by_project(client, start, end):
    sums, page = {}, None
    while True:
        more = {} if page is None else {"page": page}
        answer = client.admin.organization.usage.costs(
            start_time=start, end_time=end, group_by=["project_id"], limit=180, **more
        )
        for bucket in answer.data:
            for result in bucket.results:
                if result.amount is not None and result.amount.value is not None:
                    sums.setdefault(result.project_id, 0)
                    sums[result.project_id] += result.amount.value
        page = answer.next_page
        if not page:
            return sums
""",
        ),
        (
            "a generator and a Counter",
            """
from collections import Counter

def pages(call, **asked):
    page = call(**asked)
    yield page
    while page.has_more:
        page = call(**asked, page=page.next_page)
        yield page

def by_project(client, start, end):
    call = client.admin.organization.usage.costs
    found = Counter()
    for page in pages(call, start_time=start, end_time=end, group_by=["project_id"]):
        for bucket in page.data:
            for result in bucket.results:
                if result.amount:
                    found[result.project_id] += result.amount.value
    return found
""",
        ),
        (
            "calls itself for the next page",
            """
def by_project(client, start, end, page=None, sums=None):
    sums = {} if sums is None else sums
    asked = dict(start_time=start, end_time=end, group_by=["project_id"])
    if page is not None:
        asked["page"] = page
    answer = client.admin.organization.usage.costs(**asked)
    results = [each for bucket in answer.data for each in bucket.results if each.amount]
    for each in results:
        sums[each.project_id] = sums.get(each.project_id, 0) + each.amount.value
    return by_project(client, start, end, answer.next_page, sums) if answer.has_more else sums
""",
        ),
    ],
    "40-2": [
        (
            "two dicts, filled up",
            """
def differences(bill, log, least):
    days = set(bill) | set(log)
    bill = {day: bill.get(day, 0) for day in days}
    log = {day: log.get(day, 0) for day in days}
    unknown = [(day, None) for day in days if log[day] is None]
    known = [(day, bill[day] - log[day]) for day in days if log[day] is not None]
    far = [(day, more) for day, more in known if more >= least or more <= -least]
    return sorted(unknown + far, key=lambda pair: pair[0])
""",
        ),
        (
            "a sorted list of a generator",
            """
def differences(bill, log, least):
    def each():
        for day in {*bill, *log}:
            if day in log and log[day] is None:
                yield day, None
            elif abs(more := bill.get(day, 0) - log.get(day, 0)) >= least:
                yield day, more
    return sorted(each())
""",
        ),
        (
            "try, and TypeError for what is unknown",
            """
def differences(bill, log, least):
    found = []
    for day in sorted([*bill, *(day for day in log if day not in bill)]):
        try:
            more = bill.get(day, 0) - log.get(day, 0)
        except TypeError:
            found.append((day, None))
        else:
            if not -least < more < least:
                found += [(day, more)]
    return found
""",
        ),
    ],
    "40-3": [
        (
            "suppress",
            """
from contextlib import suppress

def open_project(client, name, cents, email):
    at = client.admin.organization.projects
    id_ = at.create(name=name).id
    try:
        at.spend_limit.update(id_, currency="USD", interval="month", threshold_amount=cents)
        at.spend_alerts.create(
            id_,
            currency="USD",
            interval="month",
            threshold_amount=int(cents / 2),
            notification_channel={"recipients": [email], "type": "email"},
        )
        return at.service_accounts.create(id_, name=name).api_key.value
    except Exception:
        with suppress(Exception):
            at.archive(id_)
        raise
""",
        ),
        (
            "an exit stack that is called off when all is done",
            """
from contextlib import ExitStack, suppress
import openai

def quietly(call, *args):
    with suppress(openai.APIError):
        call(*args)

def open_project(client, name, cents, email):
    projects = client.admin.organization.projects
    project = projects.create(name=name)
    month = dict(currency="USD", interval="month")
    with ExitStack() as stack:
        stack.callback(quietly, projects.archive, project.id)
        projects.spend_limit.update(project_id=project.id, threshold_amount=cents, **month)
        channel = {"type": "email", "recipients": (email,), "subject_prefix": name}
        projects.spend_alerts.create(
            project_id=project.id,
            threshold_amount=(cents - cents % 2) // 2,
            notification_channel=channel,
            **month,
        )
        account = projects.service_accounts.create(project_id=project.id, name=name)
        stack.pop_all()
    return account.api_key.value
""",
        ),
        (
            "a flag and finally",
            """
import openai

def open_project(client, name, cents, email):
    projects = client.admin.organization.projects
    project, done = projects.create(name=name), False
    month = {"currency": "USD", "interval": "month"}
    try:
        projects.spend_limit.update(project.id, threshold_amount=cents, **month)
        mail = {"type": "email", "recipients": [email]}
        half = divmod(cents, 2)[0]
        projects.spend_alerts.create(
            project.id, threshold_amount=half, notification_channel=mail, **month
        )
        key = projects.service_accounts.create(project.id, name=name).api_key
        done = True
        return key.value
    finally:
        if not done:
            try:
                projects.archive(project.id)
            except openai.APIError as error:
                print(error)
""",
        ),
    ],
}
