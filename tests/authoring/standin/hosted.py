"""Authored answers of `POST /v1/responses` with built-in tools."""

from typing import Any
from urllib.parse import urlsplit

from oaiworkbook.practice.server import Served

from .common import count, count_messages
from .responses import input_texts, reasoning_item, respond

Json = dict[str, Any]


def respond_hosted(
    served: Served,
    items: list[Json],
    *,
    tokens: int,
    ms: int,
    read: str = "",
    written: str = "",
    web_searches: int = 0,
    thinks_at: int = 0,
) -> Json:
    """An answer whose input also holds what the tools found (`read`) and how they are described.

    `tokens`: of reasoning, an item of its own at place `thinks_at`. `written`: what the model wrote
    beside the message. A description counts as 150 tokens: how many they take is not documented.
    """
    tools = served.form.get("tools", [])
    if tokens:
        items.insert(thinks_at, reasoning_item(served, tokens))
    said = [part["text"] for item in items for part in item.get("content") or []]
    described = 150 * len(tools)
    answer = respond(
        served,
        items=items,
        reasoning_tokens=tokens,
        input_tokens=count_messages(input_texts(served.form)) + described + count(read),
        output_tokens=tokens + sum(count(each) + 4 for each in [*said, written] if each),
        web_searches=web_searches,
        ms=ms,
    )
    answer["json"]["tools"] = [echo(tool) for tool in tools]
    return answer


def echo(tool: Json) -> Json:
    """A tool as the answer repeats it: with its defaults, and no more of a server than its host."""
    if tool["type"] == "web_search":
        place: Json = {"type": "approximate", "city": None, "country": "US", "region": None}
        whole: Json = {"return_token_budget": "default", "search_content_types": ["text"]}
        whole |= {"search_context_size": "medium", "user_location": place | {"timezone": None}}
        return whole | tool
    if tool["type"] == "file_search":
        ranking = {"ranker": "auto", "score_threshold": 0.0}
        return {"filters": None, "max_num_results": 20, "ranking_options": ranking} | tool
    if tool["type"] == "image_generation":
        look: Json = {"background": "auto", "model": tool["model"], "moderation": "auto", "n": 1}
        look |= {"output_compression": 100, "output_format": "png", "quality": "auto"}
        return {"type": tool["type"], **look, "size": "auto"} | tool
    if tool["type"] == "mcp":
        url = f"https://{urlsplit(tool['server_url']).netloc}/<redacted>"
        empty = dict.fromkeys(("allowed_tools", "headers", "server_description"))
        return empty | tool | {"server_url": url}
    return tool
