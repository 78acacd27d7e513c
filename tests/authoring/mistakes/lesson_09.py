"""Typical mistakes in lesson 09, and what the check says to each."""

_TOOLS = """
TOOLS = [
    {{"type": "web_search", {filters}}},
    {{"type": "file_search", "vector_store_ids": {stores}, "max_num_results": {most}}},
]
"""
_FILTERS = '"filters": {"allowed_domains": ["greycragpark.example", "weather.example"]}'
_RIGHT = {"filters": _FILTERS, "stores": '["vs_club"]', "most": "3"}

_NOTES = """
def footnotes(response):
    part = response.output[-1].content[0]
    notes = [note for note in part.annotations if {which}]
    text, urls = part.text, []
    for note in notes:
        {collect}
    for note in {order}:
        mark = f"[{{urls.index(note.url) + 1}}]"
        text = {replaced}
    return text, urls
"""
_GOOD = {
    "which": 'note.type == "url_citation"',
    "collect": "if note.url not in urls: urls.append(note.url)",
    "order": "reversed(notes)",
    "replaced": "text[: note.start_index] + mark + text[note.end_index :]",
}

_SETTLE = """
def settle(client, response, tools, allowed):
    {loop}
        asked = [item for item in response.output if item.type == "mcp_approval_request"]
        if not asked:
            return response
        replies = [
            {{
                "type": "mcp_approval_response",
                "approval_request_id": {id},
                "approve": {approve},
            }}
            for item in asked{some}
        ]
        response = client.responses.create(model="gpt-6-luna", input=replies, {rest})
    return response
"""
_ALL = {
    "loop": "while True:",
    "id": "item.id",
    "approve": "item.name in allowed",
    "some": "",
    "rest": "tools=tools, previous_response_id=response.id",
}

WRONG = {
    "09-1": [
        (
            "domains beside the filters",
            _TOOLS.format(
                **_RIGHT
                | {"filters": '"allowed_domains": ["greycragpark.example", "weather.example"]'}
            ),
            "is beside `filters`",
        ),
        (
            "a list as filters",
            _TOOLS.format(
                **_RIGHT | {"filters": '"filters": ["greycragpark.example", "weather.example"]'}
            ),
            "`filters` is a list, not a dict",
        ),
        (
            "addresses",
            _TOOLS.format(**_RIGHT | {"filters": _FILTERS.replace('["g', '["https://g')}),
            "those are addresses",
        ),
        (
            "one id in place of a list",
            _TOOLS.format(**_RIGHT | {"stores": '"vs_club"'}),
            "`vector_store_ids` is 'vs_club', not a list",
        ),
        (
            "a number as text",
            _TOOLS.format(**_RIGHT | {"most": '"3"'}),
            "`max_num_results` is '3'",
        ),
        (
            "thirty chunks",
            _TOOLS.format(**_RIGHT | {"most": "30"}),
            "`max_num_results` is 30",
        ),
        (
            "one domain",
            _TOOLS.format(**_RIGHT | {"filters": _FILTERS.replace(', "weather.example"', "")}),
            "`allowed_domains` is ['greycragpark.example']",
        ),
        (
            "both domains in one text",
            _TOOLS.format(
                **_RIGHT
                | {
                    "filters": '"filters": '
                    '{"allowed_domains": "greycragpark.example, weather.example"}'
                }
            ),
            "`allowed_domains` is 'greycragpark.example, weather.example', not a list",
        ),
        (
            "blocks the domains",
            _TOOLS.format(**_RIGHT | {"filters": _FILTERS.replace("allowed", "blocked")}),
            "`filters` holds ['blocked_domains']",
        ),
        (
            "the domains as a set",
            _TOOLS.format(
                **_RIGHT
                | {
                    "filters": '"filters": '
                    '{"allowed_domains": {"greycragpark.example", "weather.example"}}'
                }
            ),
            "cannot be sent",
        ),
        (
            "the lesson's store",
            _TOOLS.format(**_RIGHT | {"stores": "[store.id]"}),
            "`vector_store_ids` is ['vs_",
        ),
        (
            "the limit in the filters",
            _TOOLS.format(**_RIGHT | {"most": "None"}),
            "`max_num_results` is None",
        ),
    ],
    "09-2": [
        (
            "replaces from the front",
            _NOTES.format(**_GOOD | {"order": "notes"}),
            "for two links the text is",
        ),
        (
            "a number for each citation",
            _NOTES.format(**_GOOD | {"collect": "urls.append(note.url)"}),
            "for a page that is cited twice the text is",
        ),
        (
            "takes every annotation",
            _NOTES.format(**_GOOD | {"which": "True"}),
            "`AttributeError`",
        ),
        (
            "keeps the link",
            _NOTES.format(
                **_GOOD | {"replaced": "text[: note.end_index] + mark + text[note.end_index :]"}
            ),
            "for one link the text is",
        ),
        (
            "replaces every link of this form",
            r"""
import re


def footnotes(response):
    urls = []

    def mark(match):
        if match[1] not in urls:
            urls.append(match[1])
        return f"[{urls.index(match[1]) + 1}]"

    return re.sub(r"\(\[[^\]]*\]\((.*?)\)\)", mark, response.output_text), urls
""",
            "for a link that no annotation cites the text is",
        ),
        (
            "replaces the text of the link wherever it is",
            """
def footnotes(response):
    part = response.output[-1].content[0]
    text, urls = part.text, []
    for note in part.annotations:
        if note.type == "url_citation":
            if note.url not in urls:
                urls.append(note.url)
            link = part.text[note.start_index : note.end_index]
            text = text.replace(link, f"[{urls.index(note.url) + 1}]")
    return text, urls
""",
            "cited only the second time the text is",
        ),
        (
            "numbers by the title",
            _NOTES.format(**_GOOD)
            .replace("note.url)", "note.title)")
            .replace("note.url not", "note.title not"),
            "for one link the list is ['Paths']",
        ),
        (
            "counts from 0",
            _NOTES.format(**_GOOD).replace(" + 1}", "}"),
            "for one link the text is 'Closed [0].'",
        ),
        (
            "numbers from the last to the first",
            """
def footnotes(response):
    part = response.output[-1].content[0]
    text, urls = part.text, []
    for note in reversed(part.annotations):
        if note.type == "url_citation":
            if note.url not in urls:
                urls.append(note.url)
            mark = f"[{urls.index(note.url) + 1}]"
            text = text[: note.start_index] + mark + text[note.end_index :]
    return text, urls
""",
            "the text is 'Open [2] and dry [1].'",
        ),
        (
            "lists a URL once for each citation",
            _NOTES.format(**_GOOD).replace(
                "return text, urls", "return text, [n.url for n in notes]"
            ),
            "for a page that is cited twice the list is",
        ),
        (
            "lists the URLs in alphabetical order",
            _NOTES.format(**_GOOD).replace("return text, urls", "return text, sorted(urls)"),
            "the list is ['https://a.example/x', 'https://b.example/hut', 'https://b.",
        ),
        (
            "leaves one character of the link",
            _NOTES.format(
                **_GOOD
                | {"replaced": "text[: note.start_index] + mark + text[note.end_index - 1 :]"}
            ),
            "for one link the text is 'Closed [1]).'",
        ),
        (
            "replaces what comes from the container too",
            """
def footnotes(response):
    part = response.output[-1].content[0]
    text, urls = part.text, []
    notes = [note for note in part.annotations if hasattr(note, "start_index")]
    for note in notes:
        url = getattr(note, "url", "")
        if url not in urls:
            urls.append(url)
    for note in reversed(notes):
        mark = f"[{urls.index(getattr(note, 'url', '')) + 1}]"
        text = text[: note.start_index] + mark + text[note.end_index :]
    return text, urls
""",
            "for a file of the container too the text is",
        ),
        (
            "returns the text alone",
            _NOTES.format(**_GOOD).replace("return text, urls", "return text"),
            "not a text and a list",
        ),
    ],
    "09-3": [
        (
            "agrees to everything",
            _SETTLE.format(**_ALL | {"approve": "True"}),
            "the answer to `cancel_all` is True",
        ),
        (
            "answers the last request only",
            _SETTLE.format(**_ALL | {"some": "[-1:]"}),
            "answered are ['mcpr_2']",
        ),
        (
            "leaves out what is not allowed",
            _SETTLE.format(**_ALL | {"some": " if item.name in allowed"}),
            "answered are ['mcpr_1']",
        ),
        (
            "stops after one round",
            _SETTLE.format(**_ALL | {"loop": "for _ in range(1):"}),
            "response 2 asks for approval, and got no answer",
        ),
        (
            "forgets the response before",
            _SETTLE.format(**_ALL | {"rest": "tools=tools"}),
            "`previous_response_id` is None",
        ),
        (
            "forgets the tools",
            _SETTLE.format(**_ALL | {"rest": "previous_response_id=response.id"}),
            "does not name the tools again",
        ),
        (
            "takes a part of an allowed name",
            _SETTLE.format(**_ALL | {"approve": "item.name in str(allowed)"}),
            "the answer to `seats` is True",
        ),
        (
            "takes a name that begins like an allowed one",
            _SETTLE.format(
                **_ALL | {"approve": "any(item.name.startswith(name) for name in allowed)"}
            ),
            "the answer to `reserve_seats_for_all` is True",
        ),
        (
            "takes small and large letters for the same",
            _SETTLE.format(**_ALL | {"approve": "item.name.lower() in allowed"}),
            "the answer to `Timetable` is True",
        ),
        (
            "says yes in words",
            _SETTLE.format(**_ALL | {"approve": '"yes" if item.name in allowed else "no"'}),
            "`approve` is 'yes'",
        ),
        (
            "looks at the last item only",
            """
def settle(client, response, tools, allowed):
    while response.output[-1].type == "mcp_approval_request":
        replies = [
            {
                "type": "mcp_approval_response",
                "approval_request_id": item.id,
                "approve": item.name in allowed,
            }
            for item in response.output
            if item.type == "mcp_approval_request"
        ]
        response = client.responses.create(
            model="gpt-6-luna", tools=tools, previous_response_id=response.id, input=replies
        )
    return response
""",
            "response 2 asks for approval",
        ),
        (
            "one request for each answer",
            """
def settle(client, response, tools, allowed):
    for item in response.output:
        if item.type == "mcp_approval_request":
            reply = {
                "type": "mcp_approval_response",
                "approval_request_id": item.id,
                "approve": item.name in allowed,
            }
            response = client.responses.create(
                model="gpt-6-luna", tools=tools, previous_response_id=response.id, input=[reply]
            )
    return response
""",
            "asked were ['mcpr_1', 'mcpr_2'], answered are ['mcpr_1']",
        ),
        (
            "three rounds at most",
            _SETTLE.format(**_ALL | {"loop": "for _ in range(3):"}),
            "response 4 asks for approval",
        ),
        (
            "goes on from the first response each time",
            _SETTLE.format(
                **_ALL
                | {
                    "rest": "tools=tools, previous_response_id=begun",
                    "loop": "begun = response.id\n    while True:",
                }
            ),
            "after resp_b `previous_response_id` is 'resp_a'",
        ),
        (
            "returns the text",
            _SETTLE.format(**_ALL).replace(
                "            return response", "            return response.output_text"
            ),
            "it returned str, not the last response",
        ),
        (
            "hides errors",
            """
import openai


def settle(client, response, tools, allowed):
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
        try:
            response = client.responses.create(
                model="gpt-6-luna", tools=tools, previous_response_id=response.id, input=replies
            )
        except openai.APIStatusError:
            return response
""",
            "is kept from the caller",
        ),
        (
            "sends the name in place of the id",
            _SETTLE.format(**_ALL | {"id": "item.name"}),
            "answered are ['cancel_all', 'reserve_seats']",
        ),
    ],
}
