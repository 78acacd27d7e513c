"""Exercises of lesson 09, Built-in tools."""

from collections.abc import Callable, Mapping
from typing import Any

from ...practice.answers import message_item, text_answer, text_part
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect, no_waiting

Json = dict[str, Any]
DOMAINS = {"greycragpark.example", "weather.example"}


def tools(answer: Any) -> str:
    expect(isinstance(answer, list | tuple), f"the tools are a {type(answer).__name__}, not a list")
    expect(all(isinstance(tool, Mapping) for tool in answer), "the tools are not dicts")
    kinds = sorted(str(tool.get("type")) for tool in answer)
    expect(kinds == ["file_search", "web_search"], f"the types of the tools are {kinds}")
    sent = _as_sent(answer)
    _web(sent["web_search"])
    files = sent["file_search"]
    stores = files.get("vector_store_ids")
    expect(isinstance(stores, list), f"`vector_store_ids` is {stores!r}, not a list")
    expect(stores == ["vs_club"], f"`vector_store_ids` is {stores!r}")
    most = files.get("max_num_results")
    expect(most == 3 and type(most) is int, f"`max_num_results` is {most!r}")
    return "Two tools, each with its own limits."


def _as_sent(answer: Any) -> dict[str, Json]:
    """The tools by type, as they are in a request."""
    probe = Probe()
    try:
        probe.client.responses.create(model="gpt-6-luna", input="x", tools=answer)
    except TypeError as error:
        raise Wrong(f"a request with these tools cannot be sent: {error}") from None
    return probe.last.tools


def _web(tool: Json) -> None:
    expect("allowed_domains" not in tool, "`allowed_domains` is beside `filters`, not in it")
    filters = tool.get("filters")
    expect(isinstance(filters, dict), f"`filters` is a {type(filters).__name__}, not a dict")
    assert isinstance(filters, dict)
    expect("allowed_domains" in filters, f"`filters` holds {list(filters)}: no domain is allowed")
    domains = filters["allowed_domains"]
    expect(isinstance(domains, list), f"`allowed_domains` is {domains!r}, not a list")
    expect(
        not any("/" in str(domain) for domain in domains),
        f"`allowed_domains` is {domains!r}: those are addresses, not domains",
    )
    expect(set(domains) == DOMAINS, f"`allowed_domains` is {domains!r}")


# Two pages have the same title, and two are on one site.
PAGES = {
    "a": ("Paths", "https://a.example/x"),
    "b": ("Paths", "https://b.example/long/path"),
    "c": ("Hut (open)", "https://b.example/hut"),
}
FILE = "[plan.csv](sandbox:/mnt/data/plan.csv)"


def _cited(*parts: str) -> tuple[str, list[Json]]:
    """A text and its citations. In `parts`, `a` to `c` are links that are cited.

    `a-` is a link that nothing cites, `!` a file that is cited, `$` a file from the container.
    """
    text, notes = "", []
    for part in parts:
        begin = len(text)
        title, url = PAGES.get(part.removesuffix("-"), ("", ""))
        text += f"([{title}]({url}))" if url else {"!": "", "$": FILE}.get(part, part)
        note: Json = {"start_index": begin, "end_index": len(text)}
        if part in PAGES:
            notes.append(note | {"type": "url_citation", "title": title, "url": url})
        elif part == "$":
            note |= {"container_id": "cntr_1", "file_id": "cfile_1", "filename": "plan.csv"}
            notes.append(note | {"type": "container_file_citation"})
        elif part == "!":
            note = {"type": "file_citation", "file_id": "file-1", "filename": "leaflet.txt"}
            notes.append(note | {"index": begin})
    return text, notes


def _response(text: str, notes: list[Json]) -> Any:
    message = message_item([text_part(text) | {"annotations": notes}])
    action = {"type": "search", "queries": ["x"], "query": "x"}
    call = {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": action}
    thought: Json = {"id": "rs_1", "type": "reasoning", "summary": []}
    probe = Probe([text_answer("", output=[thought, call, message])])
    return probe.client.responses.create(model="gpt-6-luna", input="x")


def footnotes(answer: Callable[..., Any]) -> str:
    link = "([{}]({}))".format(*PAGES["a"])
    cases: list[tuple[str, tuple[str, ...], str, str]] = [
        ("one link", ("Closed ", "a", "."), "Closed [1].", "a"),
        ("no link", ("Open.",), "Open.", ""),
        ("two links", ("Open ", "a", " and dry ", "b", "."), "Open [1] and dry [2].", "ab"),
        (
            "a page that is cited twice",
            ("Open ", "b", ", dry ", "a", ", calm ", "b", ", cold ", "c", "."),
            "Open [1], dry [2], calm [1], cold [3].",
            "bac",
        ),
        ("a cited file too", ("No dogs.", "!", " Open ", "b", "."), "No dogs. Open [1].", "b"),
        (
            "a file of the container too",
            ("Plan: ", "$", ". Open ", "b", "."),
            f"Plan: {FILE}. Open [1].",
            "b",
        ),
        (
            "a link that no annotation cites",
            ("Map: ", "a-", ". Open ", "b", "."),
            f"Map: {link}. Open [1].",
            "b",
        ),
        (
            "a link that is cited only the second time",
            ("Map: ", "a-", ". Café ", "a", "."),
            f"Map: {link}. Café [1].",
            "a",
        ),
        ("two links side by side at the end", ("Dry ", "c", "b"), "Dry [1][2]", "cb"),
        ("twelve links", ("a", "b", "c") * 4, "[1][2][3]" * 4, "abc"),
    ]
    for case, parts, text, pages in cases:
        found = answer(_response(*_cited(*parts)))
        pair = isinstance(found, tuple | list) and len(found) == 2
        expect(pair, f"for {case} it returned {found!r}, not a text and a list")
        expect(found[0] == text, f"for {case} the text is {found[0]!r}, not {text!r}")
        urls = [PAGES[page][1] for page in pages]
        several = not isinstance(found[1], str) and hasattr(found[1], "__iter__")
        expect(several and list(found[1]) == urls, f"for {case} the list is {found[1]!r}")
    return "Every cited link became a number, in its place."


BUS: Json = {"type": "mcp", "server_label": "bus", "server_url": "https://bus.example/mcp"}
TOOLS: Any = [BUS, {"type": "web_search"}]
ALLOWED = ["reserve_seats", "timetable"]


def _request(number: int, name: str) -> Json:
    wanted: Json = {"id": f"mcpr_{number}", "type": "mcp_approval_request", "arguments": "{}"}
    return wanted | {"name": name, "server_label": "bus"}


def _turn(id_: str, *items: Json) -> Json:
    listed = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "bus", "tools": []}
    return text_answer("", output=[listed, *items], id=id_)


def _begun(probe: Probe) -> Any:
    return probe.client.responses.create(model="gpt-6-luna", tools=TOOLS, input="x")


def settle(answer: Callable[..., Any]) -> str:
    said = message_item([text_part("I wait for your answer.")])
    rounds = [
        _turn("resp_a", _request(1, "reserve_seats"), _request(2, "cancel_all")),
        _turn("resp_b", _request(3, "seats"), _request(4, "reserve_seats_for_all"), said),
        _turn("resp_c", _request(5, "timetable"), said),
        _turn("resp_d", _request(6, "Timetable")),
        _turn("resp_e", _request(7, "reserve_seats")),
    ]
    last = text_answer("Done.", id="resp_z")
    probe = Probe([*rounds, last], limit=12)
    found = answer(probe.client, _begun(probe), list(TOOLS), list(ALLOWED))
    sent = probe.requests[1:]
    for number, reply in enumerate(rounds, 1):
        asked = "the response" if number == 1 else f"response {number}"
        expect(len(sent) >= number, f"{asked} asks for approval, and got no answer")
        _answered(sent[number - 1], reply["json"])
    expect(len(sent) == 5, f"for five responses that ask it sent {len(sent)} requests")
    id_ = getattr(found, "id", None)
    expect(id_ == "resp_z", f"it returned {id_ or type(found).__name__}, not the last response")
    probe = Probe([last], limit=8)
    begun = _begun(probe)
    found = answer(probe.client, begun, list(TOOLS), list(ALLOWED))
    expect(len(probe.requests) == 1, "it sent a request, though the response asks for nothing")
    expect(found == begun, "a response that asks for nothing is not returned as it came")
    with no_waiting(answer):
        for before in (rounds[:1], rounds[:2]):
            passes_on(
                lambda probe: answer(probe.client, _begun(probe), list(TOOLS), list(ALLOWED)),
                first=before,
            )
    return "Yes to what is allowed, no to the rest, as often as asked."


def _answered(asked: Asked, previous: Json) -> None:
    """The request answers each request for approval in the response before, as it should."""
    names = {item["id"]: item["name"] for item in previous["output"] if "name" in item}
    before = asked.body.get("previous_response_id")
    expect(before == previous["id"], f"after {previous['id']} `previous_response_id` is {before!r}")
    expect(asked.body.get("tools") == TOOLS, "the request does not name the tools again")
    expect(asked.model == "gpt-6-luna", f"the model is {asked.model!r}")
    given = asked.body.get("input")
    expect(isinstance(given, list), f"`input` is a {type(given).__name__}, not a list of items")
    kinds = {str(item.get("type")) for item in given}
    expect(kinds == {"mcp_approval_response"}, f"the items of `input` have the types {kinds}")
    ids = sorted(str(item.get("approval_request_id")) for item in given)
    expect(ids == sorted(names), f"asked were {sorted(names)}, answered are {ids}")
    for item in given:
        name, approve = names[item["approval_request_id"]], item.get("approve")
        expect(isinstance(approve, bool), f"`approve` is {approve!r}, not True or False")
        expect(
            approve is (name in ALLOWED),
            f"the answer to `{name}` is {approve}, and allowed is {ALLOWED}",
        )


EXERCISES = [
    Exercise(
        "09-1",
        tools,
        (
            "`filters` is a dict with the key `allowed_domains`; the lesson's first change has one.",
            "Domains without `https://`, in a list. `vector_store_ids` is a list too.",
        ),
        """TOOLS = [
    {
        "type": "web_search",
        "filters": {"allowed_domains": ["greycragpark.example", "weather.example"]},
    },
    {"type": "file_search", "vector_store_ids": ["vs_club"], "max_num_results": 3},
]
""",
    ),
    Exercise(
        "09-2",
        footnotes,
        (
            "The citations are in `response.output[-1].content[0].annotations`, each with a `type`.",
            "First give each URL a number, in order. `urls.index(url) + 1` finds it again.",
            "A shorter mark moves all that follows. So replace from the last citation to the first.",
        ),
        """def footnotes(response):
    [part] = response.output[-1].content
    notes = [note for note in part.annotations if note.type == "url_citation"]
    text, urls = part.text, []
    for note in notes:
        if note.url not in urls:
            urls.append(note.url)
    for note in reversed(notes):
        mark = f"[{urls.index(note.url) + 1}]"
        text = text[: note.start_index] + mark + text[note.end_index :]
    return text, urls
""",
    ),
    Exercise(
        "09-3",
        settle,
        (
            "Collect `[item for item in response.output if item.type == ...]`; while there are any, go on.",
            'One `mcp_approval_response` each, with `"approve": item.name in allowed`.',
            "Each request names the tools, and the response before it in `previous_response_id`.",
        ),
        """def settle(client, response, tools, allowed):
    while True:
        asked = [item for item in response.output if item.type == "mcp_approval_request"]
        if not asked:
            return response
        replies = [
            {
                "type": "mcp_approval_response",
                "approval_request_id": item.id,
                "approve": item.name in allowed,
            }
            for item in asked
        ]
        response = client.responses.create(
            model="gpt-6-luna", tools=tools, previous_response_id=response.id, input=replies
        )
""",
    ),
]
