"""The webhook endpoints of a project: registered, tested, changed, given a new secret, deleted.

Fields and their order follow OpenAI's description of the API; a hint looks as in Azure's guide to webhooks.
"""

import base64
from threading import Lock
from typing import Any

from oaiworkbook.practice.server import Served

from .admin import answered, page_of_list
from .common import CREATED, identifier, letters

Json = dict[str, Any]
# Those of `video` and `agent` are left out: the one API has ended, the other is not open to every project.
EVENT_TYPES = [
    *("batch.completed", "batch.failed", "batch.expired", "batch.cancelled"),
    *("response.completed", "response.failed", "response.cancelled", "response.incomplete"),
    *("eval.run.succeeded", "eval.run.failed", "eval.run.canceled"),
    *("fine_tuning.job.succeeded", "fine_tuning.job.failed", "fine_tuning.job.cancelled"),
    *("realtime.call.incoming", "safety.alert.created"),
]


class Webhooks:
    """`status_code`: what the servers at the registered addresses reply to a test."""

    def __init__(self, status_code: int) -> None:
        self._status_code = status_code
        self._kept: dict[str, Json] = {}
        self._changes = 0
        self._lock = Lock()

    def answer(self, served: Served) -> Json | None:
        with self._lock:
            match (served.asked.method, *served.asked.path.split("/")[2:]):
                case ("GET", "webhook_event_types"):
                    return answered(served, {"object": "list", "data": EVENT_TYPES})
                case ("GET", "webhook_endpoints"):
                    return page_of_list(served, [*reversed(self._kept.values())])
                case ("POST", "webhook_endpoints"):
                    return self._created(served)
                case (method, "webhook_endpoints", id_, *rest) if id_ in self._kept:
                    body = self._of_one(served, method, id_, rest)
                    return body and answered(served, body)
        return None

    def _created(self, served: Served) -> Json:
        id_ = identifier("whe_", served, length=32)
        self._kept[id_] = {
            "id": id_,
            "object": "webhook_endpoint",
            "created_at": CREATED,
            "updated_at": CREATED,
            **{name: served.form[name] for name in ("name", "url", "event_types")},
        }
        return answered(served, _with_secret(served, self._kept[id_]))

    def _of_one(self, served: Served, method: str, id_: str, rest: list[str]) -> Json | None:
        kept = self._kept[id_]
        match method, rest:
            case "GET", []:
                return kept
            case "POST", []:
                self._changed(kept, **served.form)
                return kept
            case "POST", ["rotate_secret"]:
                self._changed(kept)
                return _with_secret(served, kept)
            case "POST", ["test"]:
                return {
                    "object": "webhook_endpoint.test",
                    "webhook_endpoint_id": id_,
                    "event_type": served.form["event_type"],
                    "status_code": self._status_code,
                    "success": True,
                }
            case "DELETE", []:
                del self._kept[id_]
                return {"id": id_, "object": "webhook_endpoint.deleted", "deleted": True}
        return None

    def _changed(self, kept: Json, **fields: Any) -> None:
        self._changes += 1
        kept |= fields | {"updated_at": CREATED + 60 * self._changes}


def _with_secret(served: Served, kept: Json) -> Json:
    """A new secret, which only this answer has. Record mode masks it."""
    words = f"a stand-in for a secret, {letters(served, 'secret', 12)}"
    secret = "whsec_" + base64.b64encode(words.encode()).decode()
    kept["signing_secret_hint"] = f"whsec_...{secret[-4:]}"
    return kept | {"signing_secret": secret}
