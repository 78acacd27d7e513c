"""The organisation's side in OpenAI's wire format: pages of buckets, lists, projects and what they hold.

Costs and usage have the fields of real answers; the rest follows the reference's examples.
"""

import base64
import struct
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs

from oaiworkbook.practice.answers import of_body
from oaiworkbook.practice.server import Served

from .common import headers, letters

Json = dict[str, Any]
DAY = 86_400
ORGANISATION = "org-makersclub"


def asked_for(served: Served) -> dict[str, list[str]]:
    """The query by name, without the brackets of a list: `group_by` -> `["project_id"]`."""
    query = parse_qs(served.asked.query, keep_blank_values=True)
    return {name.removesuffix("[]"): values for name, values in query.items()}


def answered(served: Served, body: Json, ms: int = 180) -> Json:
    return of_body(body) | {"headers": headers(served, ms), "ms": ms}


def page_of_buckets(
    served: Served, results: Callable[[int], list[Json]], *, default: int = 7
) -> Json:
    """One page of days from `start_time`, or from where the page's cursor says.

    `results`: what is in the bucket that begins at this time.
    """
    query = asked_for(served)
    (start,) = map(int, query["start_time"])
    (end,) = map(int, query["end_time"])
    if "page" in query:
        start = _read(query["page"][0])
    limit = int(query.get("limit", [str(default)])[0])
    days = list(range(start, end, DAY))
    data = [
        {"object": "bucket", "start_time": day, "end_time": day + DAY, "results": results(day)}
        for day in days[:limit]
    ]
    after = _cursor(days[limit]) if len(days) > limit else None
    body = {"object": "page", "has_more": after is not None, "next_page": after, "data": data}
    return answered(served, body, 640)


def _cursor(day: int) -> str:
    return "page_" + base64.b64encode(struct.pack(">QQ", day, 0)).decode()


def _read(cursor: str) -> int:
    day: int = struct.unpack(">QQ", base64.b64decode(cursor.removeprefix("page_")))[0]
    return day


def costs_result(
    usd: float,
    *,
    line_item: str | None = None,
    project: str | None = None,
    key: str | None = None,
    tokens: int | None = None,
) -> Json:
    found: Json = {
        "object": "organization.costs.result",
        "amount": {"value": usd, "currency": "usd"},
        "line_item": line_item,
        "project_id": project,
        "organization_id": ORGANISATION,
    }
    if key is not None:
        found["api_key_id"] = key
    if tokens is not None:
        found |= {"quantity": tokens, "quantity_unit": "tokens"}
    return found


def completions_result(requests: int, sent: int, received: int, **grouped: str) -> Json:
    names = ("project_id", "user_id", "api_key_id", "model")
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": sent,
        "output_tokens": received,
        "num_model_requests": requests,
        **{name: grouped.get(name) for name in names},
        "batch": None,
        "input_cached_tokens": 0,
        "input_audio_tokens": 0,
        "output_audio_tokens": 0,
    }


def page_of_list(served: Served, items: Sequence[Json], *, default: int = 20) -> Json:
    """One page of a list, after the item that the request names."""
    query = asked_for(served)
    ids = [item["id"] for item in items]
    first = ids.index(query["after"][0]) + 1 if "after" in query else 0
    limit = int(query.get("limit", [str(default)])[0])
    data = list(items[first : first + limit])
    body = {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": len(items) > first + limit,
    }
    return answered(served, body)


def project(id_: str, name: str, created: int, *, archived: int | None = None) -> Json:
    return {
        "id": id_,
        "object": "organization.project",
        "name": name,
        "created_at": created,
        "archived_at": archived,
        "status": "active" if archived is None else "archived",
    }


def service_account(served: Served, id_: str, name: str, at: int, expires: int | None) -> Json:
    key = {
        "object": "organization.project.service_account.api_key",
        "value": "sk-svcacct-" + letters(served, "key", 60),
        "name": "Secret Key",
        "created_at": at,
        "id": "key_" + letters(served, "key id", 16),
        "expires_at": expires,
    }
    return {
        "object": "organization.project.service_account",
        "id": id_,
        "name": name,
        "role": "member",
        "created_at": at,
        "api_key": key,
    }


def event(id_: str, kind: str, at: int, who: Json, of_project: Json, details: Json) -> Json:
    """An entry of the audit log, done with an admin key."""
    return {
        "id": id_,
        "type": kind,
        "effective_at": at,
        "project": of_project,
        "actor": {"type": "api_key", "api_key": {"type": "user", "user": who}},
        kind: details,
    }
