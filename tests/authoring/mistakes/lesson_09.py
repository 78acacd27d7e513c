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
            "stands beside `filters`",
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
            "for a page that is cited twice the list is",
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
            "returns the text alone",
            _NOTES.format(**_GOOD).replace("return text, urls", "return text"),
            "not a text and a list",
        ),
    ],
    "09-3": [
        (
            "agrees to everything",
            _SETTLE.format(**_ALL | {"approve": "True"}),
            "allowed is `reserve_seats` only",
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
            "asks again, and got no answer",
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
            "sends the name in place of the id",
            _SETTLE.format(**_ALL | {"id": "item.name"}),
            "answered are ['cancel_all', 'reserve_seats']",
        ),
    ],
}
