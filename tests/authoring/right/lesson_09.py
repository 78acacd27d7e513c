"""Right answers to the exercises of lesson 09, in other ways than the reference."""

_REPLY = """{
            "type": "mcp_approval_response",
            "approval_request_id": item.id,
            "approve": item.name in allowed,
        }"""

RIGHT = {
    "09-1": [
        (
            "the other order, tuples",
            """
TOOLS = [
    {"type": "file_search", "max_num_results": 3, "vector_store_ids": ("vs_club",)},
    {"type": "web_search", "filters": {"allowed_domains": ("weather.example", "greycragpark.example")}},
]
""",
        ),
        (
            "with more settings",
            """
WEB = {"type": "web_search", "search_context_size": "low"}
WEB["filters"] = dict(allowed_domains=["greycragpark.example", "weather.example"])
WEB["user_location"] = {"type": "approximate", "country": "GB"}
TOOLS = [WEB, {"type": "file_search", "vector_store_ids": ["vs_club"], "max_num_results": 3}]
""",
        ),
        (
            "the SDK's types",
            """
from openai.types.responses import FileSearchToolParam, WebSearchToolParam

sites = "greycragpark.example weather.example".split()
TOOLS = (
    WebSearchToolParam(type="web_search", filters={"allowed_domains": sites}),
    FileSearchToolParam(type="file_search", vector_store_ids=["vs_club"], max_num_results=3),
)
""",
        ),
        (
            "built on the lesson's tool",
            """
TOOLS = [
    {"type": "web_search", "filters": {"allowed_domains": ["greycragpark.example", "weather.example"]}},
    LEAFLET | {"vector_store_ids": ["vs_club"], "max_num_results": 3},
]
""",
        ),
    ],
    "09-2": [
        (
            "pieces from the front",
            """
def footnotes(response):
    part = response.output[-1].content[0]
    pieces, numbers, done = [], {}, 0
    for note in part.annotations:
        if note.type != "url_citation":
            continue
        number = numbers.setdefault(note.url, len(numbers) + 1)
        pieces += [part.text[done : note.start_index], f"[{number}]"]
        done = note.end_index
    return "".join(pieces) + part.text[done:], list(numbers)
""",
        ),
        (
            "moves the positions along",
            """
def footnotes(response):
    text = response.output_text
    shift, urls = 0, []
    for note in response.output[-1].content[0].annotations:
        if note.type == "url_citation":
            if note.url not in urls:
                urls.append(note.url)
            mark = "[" + str(urls.index(note.url) + 1) + "]"
            text = text[: note.start_index + shift] + mark + text[note.end_index + shift :]
            shift += len(mark) - (note.end_index - note.start_index)
    return text, urls
""",
        ),
        (
            "sorts the notes",
            """
def footnotes(response):
    part = response.output[-1].content[-1]
    notes = sorted(
        (n for n in part.annotations if n.type == "url_citation"), key=lambda n: n.start_index
    )
    urls = list(dict.fromkeys(n.url for n in notes))
    text = list(part.text)
    for note in notes[::-1]:
        text[note.start_index : note.end_index] = f"[{1 + urls.index(note.url)}]"
    return ["".join(text), tuple(urls)]
""",
        ),
        (
            "dicts and a named tuple",
            """
from collections import namedtuple

Printed = namedtuple("Printed", "text urls")


def footnotes(response):
    part = response.to_dict()["output"][-1]["content"][0]
    notes = [n for n in part.get("annotations", []) if n.get("type") == "url_citation"]
    numbers = {}
    for note in notes:
        if note["url"] not in numbers:
            numbers[note["url"]] = len(numbers) + 1
    text = part["text"]
    while notes:
        note = notes.pop()
        text = f"{text[:note['start_index']]}[{numbers[note['url']]}]{text[note['end_index']:]}"
    return Printed(text, numbers.keys())
""",
        ),
        (
            "the SDK's class",
            """
from openai.types.responses.response_output_text import AnnotationURLCitation


def footnotes(response):
    [part] = response.output[-1].content
    urls, marked = [], part.text
    cited = [each for each in part.annotations if isinstance(each, AnnotationURLCitation)]
    for each in cited:
        urls += [each.url] if each.url not in urls else []
    for each in sorted(cited, key=lambda each: -each.start_index):
        before, after = marked[: each.start_index], marked[each.end_index :]
        marked = f"{before}[{urls.index(each.url) + 1}]{after}"
    return marked, urls
""",
        ),
    ],
    "09-3": [
        (
            "recursion",
            f"""
def settle(client, response, tools, allowed):
    replies = [
        {_REPLY}
        for item in response.output
        if item.type == "mcp_approval_request"
    ]
    if not replies:
        return response
    after = client.responses.create(
        model="gpt-6-luna", tools=tools, previous_response_id=response.id, input=replies
    )
    return settle(client, after, tools, allowed)
""",
        ),
        (
            "the lesson's settings, with a reason",
            f"""
def settle(client, response, tools, allowed):
    while any(item.type == "mcp_approval_request" for item in response.output):
        replies = []
        for item in response.output:
            if item.type == "mcp_approval_request":
                reply = {_REPLY}
                if not reply["approve"]:
                    reply["reason"] = "not allowed"
                replies.append(reply)
        response = client.responses.create(
            **luna, tools=tools, previous_response_id=response.id, input=replies
        )
    return response
""",
        ),
        (
            "streams",
            f"""
def settle(client, response, tools, allowed):
    names = set(allowed)
    while replies := [
        {_REPLY.replace("in allowed", "in names")}
        for item in response.output
        if item.type == "mcp_approval_request"
    ]:
        events = client.responses.create(
            model="gpt-6-luna",
            tools=tools,
            previous_response_id=response.id,
            input=replies,
            stream=True,
        )
        for event in events:
            if event.type == "response.completed":
                response = event.response
    return response
""",
        ),
        (
            "the SDK's helper for streams",
            f"""
def wishes(response):
    return filter(lambda item: item.type == "mcp_approval_request", response.output)


def settle(client, response, tools, allowed):
    while replies := [{_REPLY} for item in wishes(response)]:
        with client.responses.stream(
            model="gpt-6-luna", tools=tools, previous_response_id=response.id, input=replies
        ) as stream:
            response = stream.get_final_response()
    return response
""",
        ),
        (
            "the raw response, an error of its own",
            f"""
import openai


def settle(client, response, tools, allowed):
    while True:
        replies = [
            {_REPLY}
            for item in response.output
            if getattr(item, "type", "") == "mcp_approval_request"
        ]
        if len(replies) == 0:
            break
        try:
            raw = client.responses.with_raw_response.create(
                model="gpt-6-luna", tools=tools, previous_response_id=response.id, input=replies
            )
        except openai.OpenAIError as error:
            raise RuntimeError("the approval was not sent") from error
        response = raw.parse()
    return response
""",
        ),
    ],
}
