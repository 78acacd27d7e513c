"""Authored answers of lesson 09, Built-in tools: a walking club plans a day out.

Web pages, bus company and searches are made up; the leaflet is data/samples/leaflet.txt.
"""

import json
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from . import ASSETS
from .common import headers, identifier
from .hosted import respond_hosted
from .responses import message_item
from .vector_stores import VectorStores

Json = dict[str, Any]
LEAFLET = (ASSETS.parents[3] / "data" / "samples" / "leaflet.txt").read_text("utf-8")

# What a page says, and what the answer says about it with a citation.
PAGES = [
    (
        "https://greycragpark.example/paths",
        "Paths today · Grey Crag Park",
        "The east ridge is closed from 23 to 30 November 2026 while the steps are repaired.",
    ),
    (
        "https://lowings.example/news/east-ridge",
        "East ridge: repairs until Monday · Low Ings",
        "Walkers can come down by the hut instead, the way they went up.",
    ),
]
LOOKED_AT = ["https://holmbridge.example/walks", "https://weather.example/grey-crag"]

# What is asked of the leaflet: the answer, and the words after which it is cited.
ASKED = {
    "May I bring my dog up Grey Crag?": (
        "As far as the hut, on a lead. Above it sheep graze until the end of November, so dogs wait "
        "at the hut with their owners.",
        "with their owners",
    ),
    "Is there a toilet at the hut?": ("The leaflet does not say.", None),
    "When does bus 61 go back from Holm Bridge?": ("At 16.40.", "16.40"),
}

TIMETABLE = {"type": "object", "properties": {"bus": {"type": "string"}}, "required": ["bus"]}
SEATS = {
    "type": "object",
    "properties": {
        "bus": {"type": "string"},
        "date": {"type": "string"},
        "time": {"type": "string"},
        "seats": {"type": "integer"},
    },
    "required": ["bus", "date", "time", "seats"],
}
BUS_TOOLS = [
    {
        "annotations": {"read_only": read_only},
        "description": description,
        "input_schema": schema | {"additionalProperties": False},
        "name": name,
    }
    for name, read_only, description, schema in (
        ("timetable", True, "The times of one bus.", TIMETABLE),
        ("reserve_seats", False, "Reserve seats for a group.", SEATS),
    )
]
SEATS_ASKED = "Reserve 9 seats on bus 61 from Low Ings at 9.05 on 28 November 2026."
SEAT_CALL = {"bus": "61", "date": "2026-11-28", "time": "09:05", "seats": 9}
TOO_MANY = "Bus 61 has 40 free seats at 09:05, not 90."


class Club:
    def __init__(self) -> None:
        self.stores = VectorStores({"leaflet.txt": LEAFLET})
        self.lock = Lock()

    def answer(self, served: Served) -> Json | None:
        with self.lock:
            match (served.asked.method, *served.asked.path.split("/")[2:]):
                case ("POST", "responses"):
                    return self._responses(served)
            return self.stores.answer(served)

    def _responses(self, served: Served) -> Json | None:
        tools = {tool["type"]: tool for tool in served.form.get("tools", [])}
        if "web_search" in tools:
            return _search_web(served, tools["web_search"])
        if "mcp" in tools:
            return _call_bus(served, tools["mcp"])
        known = ASKED.get(served.form["input"])
        if known is None:
            return None
        text, cited = known
        if "file_search" not in tools:
            return respond_hosted(served, [message_item(served, text)], tokens=0, ms=620)
        file, name = self.stores.file_of(tools["file_search"]["vector_store_ids"][0])
        asked = served.form["input"]
        call: Json = {"id": identifier("fs_", served), "type": "file_search_call"}
        call |= {"status": "completed", "queries": [asked], "results": None}
        notes = []
        if cited:
            at = text.index(cited) + len(cited)
            notes = [{"type": "file_citation", "file_id": file, "filename": name, "index": at}]
        message = message_item(served, text, annotations=notes)
        return respond_hosted(
            served, [call, message], read=LEAFLET, written=asked, tokens=32, ms=1400
        )


def start() -> Callable[[Served], Json | None]:
    return Club().answer


def _search_web(served: Served, tool: Json) -> Json:
    allowed = (tool.get("filters") or {}).get("allowed_domains")
    pages = [page for page in PAGES if not allowed or urlsplit(page[0]).netloc in allowed]
    urls = [page[0] for page in pages] + ([] if allowed else LOOKED_AT)
    query = "Grey Crag east ridge closed November 2026"
    search: Json = {"type": "search", "queries": [query], "query": query}
    if "web_search_call.action.sources" in served.form.get("include", []):
        search["sources"] = [{"type": "url", "url": url} for url in urls]
    actions: list[Json] = [search, {"type": "open_page", "url": pages[0][0]}]
    calls: list[Json] = [
        {
            "id": identifier("ws_", served, str(number)),
            "type": "web_search_call",
            "status": "completed",
            "action": action,
        }
        for number, action in enumerate(actions)
    ]
    text, notes = "", []
    for url, title, said in pages:
        link = f"{url}?utm_source=openai"
        text += f"{' ' if text else ''}{said} "
        begin = len(text)
        text += f"([{urlsplit(url).netloc}]({link}))"
        note: Json = {"type": "url_citation", "end_index": len(text), "start_index": begin}
        notes.append(note | {"title": title, "url": link})
    message = message_item(served, text, annotations=notes)
    # What pages hold is paid as input: about 700 tokens each here.
    read = " word" * (700 * len(urls))
    return respond_hosted(
        served, [*calls, message], read=read, written=query, tokens=64, ms=1900, web_searches=1
    )


def _call_bus(served: Served, tool: Json) -> Json | None:
    label = tool["server_label"]
    if tool["server_url"].endswith("/members") and "authorization" not in tool:
        return error_answer(
            424,
            f"Error retrieving tool list from MCP server: '{label}'. "
            "Http status code: 401 (Unauthorized)",
            type="external_connector_error",
            code="http_error",
            param="tools",
            headers=headers(served, 610),
        )
    given = served.form["input"]
    if tool["require_approval"] == "never":
        return _call_fails(served, label)
    arguments = json.dumps(SEAT_CALL, separators=(",", ":"))
    if isinstance(given, str):
        listed: Json = {"id": identifier("mcpl_", served), "type": "mcp_list_tools"}
        listed |= {"server_label": label, "tools": BUS_TOOLS}
        wanted = {"id": identifier("mcpr_", served), "type": "mcp_approval_request"}
        wanted |= {"arguments": arguments, "name": "reserve_seats", "server_label": label}
        items: list[Json] = [listed, wanted]
        return respond_hosted(
            served,
            items,
            read=json.dumps(BUS_TOOLS),
            written=arguments,
            tokens=48,
            ms=1300,
            thinks_at=1,
        )
    [answered] = given
    # The turn before is read again: the question, the list of tools and the call.
    read = SEATS_ASKED + json.dumps(BUS_TOOLS) + 3 * arguments
    if not answered["approve"]:
        message = message_item(served, "No seats are reserved, since you did not agree.")
        return respond_hosted(served, [message], read=read, tokens=16, ms=800)
    output = json.dumps({"reservation": "LI-4471", "seats": 9})
    call: Json = {"id": identifier("mcp_", served), "type": "mcp_call", "status": "completed"}
    call |= {"approval_request_id": answered["approval_request_id"], "arguments": arguments}
    call |= {"error": None, "name": "reserve_seats", "output": output, "server_label": label}
    said = "Nine seats are reserved on bus 61 at 9.05 on 28 November. The number is LI-4471."
    items = [call, message_item(served, said)]
    return respond_hosted(served, items, read=read + output, tokens=16, ms=1500, thinks_at=1)


def _call_fails(served: Served, label: str) -> Json:
    """The server was asked at once and refuses. The error has a form that the SDK's types name."""
    arguments = json.dumps(SEAT_CALL | {"seats": 90}, separators=(",", ":"))
    listed: Json = {"id": identifier("mcpl_", served), "type": "mcp_list_tools"}
    listed |= {"server_label": label, "tools": BUS_TOOLS}
    error = {
        "type": "mcp_tool_execution_error",
        "content": [{"type": "text", "text": TOO_MANY}],
    }
    call: Json = {"id": identifier("mcp_", served), "type": "mcp_call", "status": "failed"}
    call |= {"approval_request_id": None, "arguments": arguments, "error": error}
    call |= {"name": "reserve_seats", "output": None, "server_label": label}
    said = "I could not reserve 90 seats: bus 61 has 40 free seats at 9.05."
    items = [listed, call, message_item(served, said)]
    read = 2 * json.dumps(BUS_TOOLS) + TOO_MANY
    return respond_hosted(
        served, items, read=read, written=arguments, tokens=48, ms=1700, thinks_at=1
    )
