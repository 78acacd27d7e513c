"""Exercises of lesson 21, Prompt caching."""

import json
import warnings
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Probe, expect, text_answer

GUIDE = "Swan: 54. Heron: 42. The hut opens at 8:30."
BREAKPOINT = "prompt_cache_breakpoint"
WRITE_12H = "cache_write_12h_tokens"


def _blocks(messages: Any) -> list[dict[str, Any]]:
    """The content blocks of an `input` in order, a bare text as one block."""
    items: Any = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
    expect(isinstance(items, list), f"the input is of type {type(items).__name__}, not a list")
    found = []
    for item in items:
        expect(isinstance(item, Mapping), "a message of the input is not a dict")
        expect(item.get("role"), "a message has no `role`")
        content = item.get("content")
        blocks: Any = (
            [{"type": "input_text", "text": content}] if isinstance(content, str) else content
        )
        expect(isinstance(blocks, list), f"the `content` of a message is {content!r}")
        for block in blocks:
            expect(isinstance(block, Mapping), f"a block of the content is {block!r}, not a dict")
            kind = block.get("type")
            expect(kind == "input_text", f"the type of a block is {kind!r}, not 'input_text'")
            found.append(dict(block))
    return found


def _prefix(blocks: list[dict[str, Any]], guide: str) -> str:
    """What stands up to the one breakpoint, as one text. Raises Wrong where it is no good."""
    marks = [n for n, block in enumerate(blocks) if BREAKPOINT in block]
    expect(marks, "no block has a `prompt_cache_breakpoint`")
    expect(len(marks) == 1, f"{len(marks)} blocks have a breakpoint; one is to be written")
    mark = blocks[marks[0]][BREAKPOINT]
    expect(
        isinstance(mark, Mapping) and mark.get("mode") == "explicit",
        f"the breakpoint is {mark!r}",
    )
    prefix = "\n".join(str(block.get("text")) for block in blocks[: marks[0] + 1])
    expect(guide in prefix, "the guide does not stand before the breakpoint")
    return prefix


def _behind(blocks: list[dict[str, Any]], text: str) -> bool:
    mark = next(n for n, block in enumerate(blocks) if BREAKPOINT in block)
    return any(text in str(block.get("text")) for block in blocks[mark + 1 :])


def ordered(answer: Callable[..., Any]) -> str:
    days = [("Level 62 cm", "Are you open?"), ("Level 95 cm", "What is a Swan?")]
    found = [_blocks(answer(GUIDE, notice, question)) for notice, question in days]
    prefixes = [_prefix(blocks, GUIDE) for blocks in found]
    for prefix, (notice, question) in zip(prefixes, days, strict=True):
        for name, text in (("notice", notice), ("question", question)):
            expect(
                not prefix.endswith(text) or GUIDE not in prefix.removesuffix(text),
                f"the {name} stands between the guide and the breakpoint, and it changes",
            )
            expect(
                text not in prefix,
                f"the {name} stands before the breakpoint, and it changes: the guide is not found again",
            )
    expect(prefixes[0] == prefixes[1], "what stands before the breakpoint differs from day to day")
    for blocks, (notice, question) in zip(found, days, strict=True):
        expect(_behind(blocks, notice), "the notice is missing behind the breakpoint")
        expect(question in str(blocks[-1].get("text")), "the question is not in the last block")
    return "Every day begins with the same guide."


def pays_from(answer: Callable[..., Any]) -> str:
    def rates(**given: str) -> dict[str, Decimal]:
        return {f"{name}_tokens": Decimal(rate) for name, rate in given.items()}

    luna = rates(input="0.1", cache_read="0.01", cache_write="0.125", output="0.5")
    terra = rates(input="1", cache_read="0.05", cache_write="1.25", cache_write_12h="2.5")
    even = rates(input="2", cache_read="1", cache_write="5")
    cases: list[tuple[str, Any, int | None]] = [
        ("gpt-6-luna", (luna,), 2),
        ("gpt-6.1-terra and a 12-hour write", (terra, WRITE_12H), 3),
        ("input 2, read 1, write 5, where four uses cost the same both ways", (even,), 5),
        ("gpt-6-luna and a 12-hour write, whose rate is not known", (luna, WRITE_12H), None),
        ("a model whose read is not known", (rates(input="8", cache_write="10"),), None),
    ]
    for what, given, wanted in cases:
        try:
            found = answer(*given)
        except KeyError as error:
            raise Wrong(f"for {what} it raised `KeyError`: {error}") from None
        if wanted is None:
            expect(found is None, f"for {what} it returned {found!r}; the answer is not known")
        else:
            expect(found == wanted, f"for {what} it returned {found!r}")
            expect(isinstance(found, int), f"a number of uses is whole; it returned {found!r}")
    return "From the second use, or the third, or the fifth: it depends on the rates."


def _used(read: int, written: int) -> dict[str, Any]:
    answer = text_answer("At 8:30.", usage=(1300, 8))
    details = {"cached_tokens": read, "cache_write_tokens": written}
    answer["json"]["usage"]["input_tokens_details"] = details
    return answer


def reply(answer: Callable[..., Any]) -> str:
    cases = [("Ada", 0, 1260), ("Ben", 1260, 0), ("Cleo", 0, 0)]
    prefixes, keys = set(), set()
    for guest, read, written in cases:
        probe = Probe([_used(read, written)], limit=3)
        with warnings.catch_warnings(record=True) as noted:
            warnings.simplefilter("always")
            found = answer(probe.client, GUIDE, guest, "When do you open?")
        body = probe.last.body
        expect(probe.last.path == "/responses", f"the request went to {probe.last.path}")
        blocks = _blocks(body.get("input"))
        prefix = _prefix(blocks, GUIDE)
        expect(guest not in prefix, "the guest's name stands before the breakpoint")
        expect("When do you open?" not in prefix, "the question stands before the breakpoint")
        expect(_behind(blocks, guest), "the guest's name is not in the prompt any more")
        expect(_behind(blocks, "When do you open?"), "the question is missing")
        mode = (body.get("prompt_cache_options") or {}).get("mode")
        expect(
            mode == "explicit", f"the mode is {mode!r}: the question is written to the cache too"
        )
        prefixes.add(prefix)
        keys.add(body.get("prompt_cache_key"))
        expect(found == "At 8:30.", f"the answer was 'At 8:30.'; it returned {found!r}")
        said = [str(each.message) for each in noted if each.category is not DeprecationWarning]
        if read or written:
            expect(not said, f"with {read} tokens read and {written} written it warns: {said}")
        else:
            expect(said, "with nothing read and nothing written it does not warn")
    expect(len(prefixes) == 1, "what stands before the breakpoint differs between guests")
    expect(len(keys) == 1, f"the keys of three guests are {json.dumps(sorted(map(str, keys)))}")
    return "One write for all guests, and a warning where there is none."


EXERCISES = [
    Exercise(
        "21-1",
        ordered,
        (
            "Three texts, from the one that changes least to the one that changes most.",
            "The breakpoint is a field of the block that holds the guide, and of no other.",
            "Begin with `prompt` of the lesson. The notice is a message of its own, behind the guide.",
        ),
        """def ordered(guide, notice, question):
    block = {"type": "input_text", "text": guide, "prompt_cache_breakpoint": {"mode": "explicit"}}
    return [
        {"role": "developer", "content": [block]},
        {"role": "developer", "content": notice},
        {"role": "user", "content": question},
    ]
""",
    ),
    Exercise(
        "21-2",
        pays_from,
        (
            "n uses cost `write + (n - 1) * read` with a cache, `n * input` without.",
            "Count n up from 1 until the first is smaller than the second. Equal is not cheaper.",
            "`price.get(name)` is None for a rate that is not there.",
        ),
        """def pays_from(price, write="cache_write_tokens"):
    first, read, plain = (price.get(n) for n in (write, "cache_read_tokens", "input_tokens"))
    if first is None or read is None or plain is None:
        return None
    uses = 1
    while first + (uses - 1) * read >= uses * plain:
        uses += 1
    return uses
""",
    ),
    Exercise(
        "21-3",
        reply,
        (
            "What differs between guests: the name, the question, the key. Only the guide may be marked.",
            'The same key for all, such as "guide-1", and `prompt_cache_options={"mode": "explicit"}`.',
            "`response.usage.input_tokens_details` has both counts. Warn if their sum is 0.",
        ),
        """import warnings


def reply(client, guide, guest, question):
    block = {"type": "input_text", "text": guide, "prompt_cache_breakpoint": {"mode": "explicit"}}
    response = client.responses.create(
        model="gpt-6-luna",
        prompt_cache_key="guide-1",
        prompt_cache_options={"mode": "explicit"},
        input=[
            {"role": "developer", "content": [block]},
            {"role": "user", "content": f"{guest} asks.\\n{question}"},
        ],
    )
    details = response.usage.input_tokens_details
    if details.cached_tokens + details.cache_write_tokens == 0:
        warnings.warn("Nothing was cached: is the guide below 1,024 tokens?", stacklevel=2)
    return response.output_text
""",
    ),
]
