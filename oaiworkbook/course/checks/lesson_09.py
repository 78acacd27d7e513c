"""Exercises of lesson 09, Built-in tools."""

from collections.abc import Callable, Mapping
from typing import Any

from ...practice.answers import text_answer
from ..exercises.judge import Exercise
from ..exercises.probe import Asked, Probe, expect

Json = dict[str, Any]
DOMAINS = ["greycragpark.example", "weather.example"]


def tools(answer: Any) -> str:
    expect(isinstance(answer, list), f"the tools are a {type(answer).__name__}, not a list")
    expect(all(isinstance(tool, Mapping) for tool in answer), "the tools are not dicts")
    kinds = [tool.get("type") for tool in answer]
    expect(kinds == ["web_search", "file_search"], f"the types of the tools are {kinds}")
    web, files = answer
    expect("allowed_domains" not in web, "`allowed_domains` stands beside `filters`, not in it")
    filters = web.get("filters")
    expect(isinstance(filters, Mapping), f"`filters` is a {type(filters).__name__}, not a dict")
    domains = filters.get("allowed_domains")
    expect(isinstance(domains, list), f"`allowed_domains` is {domains!r}, not a list")
    expect(
        not any("/" in str(domain) for domain in domains),
        f"`allowed_domains` is {domains!r}: those are addresses, not domains",
    )
    expect(sorted(domains) == DOMAINS, f"`allowed_domains` is {domains!r}")
    stores = files.get("vector_store_ids")
    expect(isinstance(stores, list), f"`vector_store_ids` is {stores!r}, not a list")
    expect(stores == ["vs_club"], f"`vector_store_ids` is {stores!r}")
    most = files.get("max_num_results")
    expect(most == 3 and type(most) is int, f"`max_num_results` is {most!r}")
    return "Two tools, each with its own limits."


PAGES = {"a": "https://a.example/x", "b": "https://b.example/long/path"}


def _cited(*parts: str) -> tuple[str, list[Json]]:
    """A text in which `a` and `b` stand for links, and its citations; `!` is a cited file."""
    text, notes = "", []
    for part in parts:
        if part in PAGES:
            begin = len(text)
            text += f"([{part}]({PAGES[part]}))"
            note: Json = {"type": "url_citation", "start_index": begin, "end_index": len(text)}
            notes.append(note | {"title": part, "url": PAGES[part]})
        elif part == "!":
            note = {"type": "file_citation", "file_id": "file-1", "filename": "leaflet.txt"}
            notes.append(note | {"index": len(text)})
        else:
            text += part
    return text, notes


def _response(text: str, notes: list[Json]) -> Any:
    part = {"type": "output_text", "annotations": notes, "logprobs": [], "text": text}
    message: Json = {"id": "msg_1", "type": "message", "status": "completed", "content": [part]}
    message |= {"phase": "final_answer", "role": "assistant"}
    action = {"type": "search", "queries": ["x"], "query": "x"}
    call = {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": action}
    probe = Probe([text_answer("", output=[call, message])])
    return probe.client.responses.create(model="gpt-6-luna", input="x")


def footnotes(answer: Callable[..., Any]) -> str:
    cases: list[tuple[str, tuple[str, ...], str, list[str]]] = [
        ("one link", ("Closed ", "a", "."), "Closed [1].", ["a"]),
        ("no link", ("Open.",), "Open.", []),
        ("two links", ("Open ", "a", " and dry ", "b", "."), "Open [1] and dry [2].", ["a", "b"]),
        (
            "a page that is cited twice",
            ("Open ", "a", ", dry ", "b", ", calm ", "a", "."),
            "Open [1], dry [2], calm [1].",
            ["a", "b"],
        ),
        ("a cited file too", ("No dogs.", "!", " Open ", "b", "."), "No dogs. Open [1].", ["b"]),
    ]
    for case, parts, text, pages in cases:
        found = answer(_response(*_cited(*parts)))
        pair = isinstance(found, tuple | list) and len(found) == 2
        expect(pair, f"for {case} it returned {found!r}, not a text and a list")
        expect(found[0] == text, f"for {case} the text is {found[0]!r}, not {text!r}")
        urls = [PAGES[page] for page in pages]
        expect(list(found[1]) == urls, f"for {case} the list is {found[1]!r}")
    return "Every link became a number, in its place."


SERVER: Any = {"type": "mcp", "server_label": "bus", "server_url": "https://bus.example/mcp"}


def _request(number: int, name: str) -> Json:
    wanted: Json = {"id": f"mcpr_{number}", "type": "mcp_approval_request", "arguments": "{}"}
    return wanted | {"name": name, "server_label": "bus"}


def _turn(id_: str, *items: Json) -> Json:
    listed = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "bus", "tools": []}
    return text_answer("", output=[listed, *items], id=id_)


def settle(answer: Callable[..., Any]) -> str:
    first = _turn("resp_a", _request(1, "reserve_seats"), _request(2, "cancel_all"))
    second = _turn("resp_b", _request(3, "reserve_seats"))
    last = text_answer("Done.", id="resp_c")
    probe = Probe([first, second, last], limit=8)
    begun = probe.client.responses.create(model="gpt-6-luna", tools=[SERVER], input="x")
    found = answer(probe.client, begun, [SERVER], ["reserve_seats", "timetable"])
    sent = probe.requests[1:]
    expect(len(sent) > 0, "it sent no request, though the response asks twice for approval")
    _answered(sent[0], "resp_a", {"mcpr_1": True, "mcpr_2": False})
    expect(len(sent) > 1, "the second response asks again, and got no answer")
    _answered(sent[1], "resp_b", {"mcpr_3": True})
    expect(len(sent) == 2, f"for two responses that ask it sent {len(sent)} requests")
    id_ = getattr(found, "id", None)
    expect(id_ == "resp_c", f"it returned {id_ or type(found).__name__}, not the last response")
    probe = Probe([last], limit=8)
    begun = probe.client.responses.create(model="gpt-6-luna", tools=[SERVER], input="x")
    found = answer(probe.client, begun, [SERVER], ["reserve_seats"])
    expect(len(probe.requests) == 1, "it sent a request, though the response asks for nothing")
    expect(found is begun, "a response that asks for nothing is not returned as it came")
    return "Yes to what is allowed, no to the rest, as often as asked."


def _answered(asked: Asked, previous: str, wanted: dict[str, bool]) -> None:
    body = asked.body
    before = body.get("previous_response_id")
    expect(before == previous, f"after {previous} `previous_response_id` is {before!r}")
    expect(body.get("tools") == [SERVER], "the request does not name the tools again")
    model = body.get("model")
    expect(model == "gpt-6-luna", f"the model is {model!r}")
    given = body.get("input")
    expect(isinstance(given, list), f"`input` is a {type(given).__name__}, not a list of items")
    kinds = {item.get("type") for item in given}
    expect(kinds == {"mcp_approval_response"}, f"the items of `input` have the types {kinds}")
    said = {item.get("approval_request_id"): item.get("approve") for item in given}
    expect(
        set(said) == set(wanted),
        f"asked were {sorted(wanted)}, answered are {sorted(map(str, said))}",
    )
    expect(said == wanted, f"the answers are {said}, and allowed is `reserve_seats` only")


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
            "The citations are in `response.output[-1].content[0].annotations`.",
            "First give each URL a number, in order. `urls.index(url) + 1` finds it again.",
            "A shorter mark moves all that follows. So replace from the last citation to the first.",
        ),
        """def footnotes(response):
    part = response.output[-1].content[0]
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
