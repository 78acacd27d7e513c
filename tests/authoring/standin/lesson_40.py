"""Authored answers of lesson 40, The organisation's side: a makers' club with four workshops."""

from typing import Any

from oaiworkbook.practice.server import Served

from .admin import (
    DAY,
    answered,
    asked_for,
    completions_result,
    costs_result,
    event,
    page_of_buckets,
    page_of_list,
    project,
    service_account,
)
from .common import CREATED, headers

Json = dict[str, Any]

START = 1_793_491_200  # 2026-11-01 00:00 UTC
FOUNDED = 1_767_225_600
LUNA, SOL = "gpt-6-luna", "gpt-6.2-sol"
PRICES = {LUNA: (0.10, 0.50), SOL: (2.0, 10.0)}  # USD for a million tokens
# Requests a day of each workshop, from the first of the month on; what one sends and receives.
WORKSHOPS = {
    "proj_clayClub": ("Clay", [60, 45, 80, 52, 66, 71, 20] * 3, (900, 420)),
    "proj_woodClub": ("Wood", [90, 130, 0, 110, 95, 240, 15] * 3, (1400, 380)),
    "proj_printClub": ("Print", [30, 25, 41, 38, 29, 0, 0] * 3, (2600, 900)),
    "proj_bikesClub": ("Bikes", [150, 162, 148, 171, 155, 190, 60] * 3, (1100, 450)),
}
DEFAULT = project("proj_default", "Default project", FOUNDED)
BIKES = "proj_bikesClub"
SOL_ON = {9: 30, 17: 44, 19: 61}  # days on which somebody asked Sol, with the Bikes project
SOL_SIZE = (1300, 700)
OWNER = {"id": "user-treasurer", "email": "tamsin@example.org"}
REFUSED = "You have insufficient permissions for this operation. Missing scopes: api.usage.read."


def answer(served: Served) -> Json | None:
    method, path = served.asked.method, served.asked.path.removeprefix("/v1/organization")
    parts = path.strip("/").split("/")
    match method, parts:
        case "GET", ["costs"]:
            return _costs(served)
        case "GET", ["usage", "completions"]:
            return page_of_buckets(served, lambda day: _usage(served, day))
        case "GET", ["projects"]:
            kept = [project(id_, name, FOUNDED) for id_, (name, *_) in WORKSHOPS.items()]
            return page_of_list(served, [DEFAULT, *kept])
        case "GET", ["users"]:
            return page_of_list(served, _users())
        case "GET", ["roles"]:
            body = {"object": "list", "data": [_role()], "has_more": False, "next": None}
            return answered(served, body)
        case "GET", ["admin_api_keys"]:
            return page_of_list(served, [_admin_key()])
        case "GET", ["audit_logs"]:
            return page_of_list(served, _events())
        case "POST", ["projects"]:
            return answered(served, project(GLASS, served.form["name"], CREATED))
        case _, ["projects", str(id_), *rest] if id_ == GLASS:
            return _glass(served, method, rest)
    return None


def _used(project_id: str, day: int) -> list[tuple[str, int, int, int]]:
    """Model, requests, tokens in and tokens out of a project, on the day that begins then."""
    number = (day - START) // DAY
    _, requests, size = WORKSHOPS[project_id]
    asked = [(LUNA, requests[number], size)]
    if project_id == BIKES:
        asked.append((SOL, SOL_ON.get(number + 1, 0), SOL_SIZE))
    return [(name, n, n * sent, n * received) for name, n, (sent, received) in asked if n]


def _costs(served: Served) -> Json:
    if asked_for(served).get("limit") == ["1"]:
        # The whole body, `error` being a text: reported with a project's key on 2026-07-11 and 2026-08-05.
        answer_headers = headers(served, 12)
        return {"status": 403, "headers": answer_headers, "ms": 12, "json": {"error": REFUSED}}
    return page_of_buckets(served, lambda day: _cost(served, day))


def _cost(served: Served, day: int) -> list[Json]:
    query = asked_for(served)
    ids = query.get("project_ids", list(WORKSHOPS))
    groups = query.get("group_by", [])
    if groups == ["line_item"]:
        return [
            costs_result(
                _usd(name, *tokens), line_item=f"{name}, {kind}_tokens", tokens=sum(tokens)
            )
            for id_ in ids
            for name, _, sent, received in _used(id_, day)
            for kind, tokens in (("input", (sent, 0)), ("output", (0, received)))
        ]
    if groups == ["api_key_id"]:
        return [
            costs_result(_usd(name, sent, received), key=KEYS[name])
            for id_ in ids
            for name, _, sent, received in _used(id_, day)
        ]
    sums = {id_: sum(_usd(name, i, o) for name, _, i, o in _used(id_, day)) for id_ in ids}
    if groups == ["project_id"]:
        return [costs_result(usd, project=id_) for id_, usd in sums.items() if usd]
    return [costs_result(sum(sums.values()))]


KEYS = {LUNA: "key_bikesProgram", SOL: "key_bikesHolger"}


def _usd(name: str, sent: int, received: int) -> float:
    price = PRICES[name]
    return (sent * price[0] + received * price[1]) / 1e6


def _usage(served: Served, day: int) -> list[Json]:
    ids = asked_for(served)["project_ids"]
    return [
        completions_result(n, sent, received, model=name)
        for id_ in ids
        for name, n, sent, received in _used(id_, day)
    ]


def _users() -> list[Json]:
    members = [("treasurer", "Tamsin", "owner"), ("clay", "Bodo", "reader")]
    members += [("bikes", "Holger", "reader"), ("wood", "Farida", "reader")]
    return [
        {
            "object": "organization.user",
            "id": f"user-{id_}",
            "name": name,
            "email": f"{name.lower()}@example.org",
            "role": role,
            "added_at": FOUNDED + 600 * number,
        }
        for number, (id_, name, role) in enumerate(members)
    ]


def _role() -> Json:
    """A role that the organisation has made: the reference's own example."""
    return {
        "object": "role",
        "id": "role_groupManager",
        "name": "API Group Manager",
        "description": "Allows managing organization groups",
        "permissions": ["api.groups.read", "api.groups.write"],
        "resource_type": "api.organization",
        "predefined_role": False,
    }


def _admin_key() -> Json:
    return {
        "object": "organization.admin_api_key",
        "id": "key_adminTreasurer",
        "name": "Treasurer's laptop",
        "redacted_value": "sk-admin...xyz",
        "created_at": FOUNDED,
        "last_used_at": CREATED,
        "owner": {
            "type": "user",
            "object": "organization.user",
            "id": OWNER["id"],
            "name": "Tamsin",
            "created_at": FOUNDED,
            "role": "owner",
        },
    }


GLASS, ROBOT = "proj_glassClub", "svc_acct_kiln01"
LIMITS = {LUNA: (30_000, 150_000_000), SOL: (10_000, 30_000_000)}


def _limit(name: str, requests: int | None = None) -> Json:
    usual, tokens = LIMITS[name]
    return {
        "object": "project.rate_limit",
        "id": f"rl-{name}",
        "model": name,
        "max_requests_per_1_minute": usual if requests is None else requests,
        "max_tokens_per_1_minute": tokens,
    }


def _glass(served: Served, method: str, rest: list[str]) -> Json | None:
    """What is done with the new project."""
    form = served.form if method == "POST" and served.asked.body else {}
    match method, rest:
        case _, ["spend_limit"]:
            body = {
                "object": "project.spend_limit",
                "threshold_amount": form.get("threshold_amount", 500),
                "currency": "USD",
                "interval": "month",
                "enforcement": {"status": "inactive"},
            }
        case "GET", ["spend_alerts"]:
            mail = {"type": "email", "recipients": ["treasurer@example.org"]}
            return page_of_list(served, [_alert(400, mail)])
        case "POST", ["spend_alerts"]:
            body = _alert(form["threshold_amount"], form["notification_channel"])
        case "GET", ["rate_limits"]:
            return page_of_list(served, [_limit(name) for name in LIMITS], default=100)
        case "POST", ["rate_limits", id_]:
            body = _limit(id_.removeprefix("rl-"), form["max_requests_per_1_minute"])
        case "POST", ["service_accounts"]:
            expires = CREATED + form["expires_in_seconds"]
            body = service_account(served, ROBOT, form["name"], CREATED, expires)
        case "GET", ["api_keys"]:
            return page_of_list(served, [_robots_key()])
        case "DELETE", ["service_accounts", id_]:
            kind = "organization.project.service_account.deleted"
            body = {"object": kind, "id": id_, "deleted": True}
        case "POST", ["archive"]:
            body = project(GLASS, "Glass", CREATED, archived=CREATED + 3600)
        case _:
            return None
    return answered(served, body)


def _alert(cents: int, mail: Json) -> Json:
    return {
        "id": "alert_glass400",
        "object": "project.spend_alert",
        "threshold_amount": cents,
        "currency": "USD",
        "interval": "month",
        "notification_channel": mail,
    }


def _robots_key() -> Json:
    owner = {"id": ROBOT, "name": "kiln-helper", "created_at": CREATED, "role": "member"}
    return {
        "object": "organization.project.api_key",
        "redacted_value": "sk-svc...abc",
        "name": "Secret Key",
        "created_at": CREATED,
        "last_used_at": None,
        "expires_at": CREATED + 90 * DAY,
        "id": "key_kilnHelper",
        "owner_project_access": "active",
        "owner": {"type": "service_account", "service_account": owner},
    }


def _events() -> list[Json]:
    """The newest first."""
    home = {"id": DEFAULT["id"], "name": DEFAULT["name"]}
    slower = {"id": f"rl-{LUNA}", "changes_requested": {"max_requests_per_1_minute": 60}}
    done = [
        ("service_account.created", {"id": ROBOT, "data": {"role": "member"}}),
        ("rate_limit.updated", slower),
        ("project.created", {"id": GLASS, "data": {"name": "Glass", "title": "Glass"}}),
    ]
    return [
        event(f"audit_log-glass{n}_20261122", kind, CREATED + 60 * (3 - n), OWNER, home, details)
        for n, (kind, details) in enumerate(done)
    ]
