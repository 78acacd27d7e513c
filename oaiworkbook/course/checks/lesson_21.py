"""Exercises of lesson 21, Prompt caching."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any

import openai

from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect, text_answer

GUIDE = "Swan: 54. Heron: 42. The hut opens at 8:30."
BREAKPOINT = "prompt_cache_breakpoint"
WRITE_12H = "cache_write_12h_tokens"


@dataclass(frozen=True, slots=True)
class _Block:
    role: str
    text: str
    mark: Any = None


def _blocks(asked: Asked) -> list[_Block]:
    """What the model reads, block after block, as the cache compares it."""
    items = asked.body.get("messages" if asked.chat else "input")
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    told = asked.body.get("instructions")
    found = [_Block("developer", told)] if isinstance(told, str) else []
    for item in items or []:
        expect(
            BREAKPOINT not in item,
            f"a message has a `{BREAKPOINT}`; only a block of its `content` can hold one",
        )
        parts = item.get("content")
        for part in [{"text": parts}] if isinstance(parts, str) else parts or []:
            found.append(_Block(item["role"], str(part.get("text")), part.get(BREAKPOINT)))
    return found


def _at_breakpoint(blocks: Sequence[_Block]) -> tuple[str, list[_Block]]:
    """The text up to the one breakpoint, and the blocks behind it."""
    marks = [n for n, block in enumerate(blocks) if block.mark is not None]
    expect(marks, f"no block has a `{BREAKPOINT}`")
    expect(
        len(marks) == 1, f"{len(marks)} blocks have a breakpoint, and each is written to the cache"
    )
    mark = blocks[marks[0]].mark
    expect(
        isinstance(mark, Mapping) and mark.get("mode") == "explicit",
        f"the breakpoint is {mark!r}, and not a dict with the mode 'explicit'",
    )
    prefix = "\n".join(block.text for block in blocks[: marks[0] + 1])
    expect(
        GUIDE in prefix,
        f"the guide that was given is not before the breakpoint; there is {prefix[:60]!r}",
    )
    return prefix, list(blocks[marks[0] + 1 :])


def _changes_nothing(prefix: str, **texts: str) -> None:
    """Raises Wrong where one of these texts is before the breakpoint, beside the guide."""
    before, _, after = prefix.partition(GUIDE)
    for name, text in texts.items():
        expect(text not in before, f"the {name} is before the guide, and it changes")
        expect(
            text not in after, f"the {name} is between the guide and the breakpoint, and it changes"
        )


DAYS = [
    ("Level 62 cm", "Are you open?"),
    ("Level 62 cm", "Does the Swan have a sail?"),
    ("Level 95 cm", "Are you open?"),
]


def ordered(answer: Callable[..., Any]) -> str:
    prefixes = set()
    for notice, question in DAYS:
        prefix, behind = _at_breakpoint(_blocks(_sent(answer(GUIDE, notice, question))))
        _changes_nothing(prefix, notice=notice, question=question)
        prefixes.add(prefix)
        text = "\n".join(block.text for block in behind)
        expect(notice in text, "the notice is missing behind the breakpoint")
        expect(question in text, "the question is missing behind the breakpoint")
        expect(text.index(notice) < text.index(question), "the question comes before the notice")
        role = next(block.role for block in behind if question in block.text)
        expect(role == "user", f"the question is in a message of the role {role!r}")
    expect(len(prefixes) == 1, "what is before the breakpoint differs from guest to guest")
    return "Every day and every guest begins with the same guide."


def _sent(messages: Any) -> Asked:
    """The request with this input, if the API takes it."""
    probe = Probe()
    try:
        probe.client.responses.create(model="gpt-6-luna", input=messages)
    except openai.BadRequestError as error:
        raise Wrong(f"as the `input` of a request it gets a 400: {error.message}") from None
    except (TypeError, ValueError):
        raise Wrong(f"{messages!r} cannot be the `input` of a request") from None
    return probe.last


def _rates(**given: str) -> dict[str, Decimal]:
    return {f"{name}_tokens": Decimal(rate) for name, rate in given.items()}


LUNA = _rates(input="0.1", cache_read="0.01", cache_write="0.125", output="0.5")
TERRA = _rates(input="1", cache_read="0.05", cache_write="1.25", cache_write_12h="2.5")
# What is priced, the arguments, from how many uses on the cache is cheaper.
PAYS: list[tuple[str, tuple[Any, ...], int | None]] = [
    ("gpt-6-luna", (LUNA,), 2),
    ("gpt-6.1-terra", (TERRA,), 2),
    ("gpt-6.1-terra and a 12-hour write", (TERRA, WRITE_12H), 3),
    (
        "input 2, read 1, write 5, where four uses cost the same both ways",
        (_rates(input="2", cache_read="1", cache_write="5"),),
        5,
    ),
    (
        "input 4, read 2, write 21, where ten uses cost 39 with the cache and 40 without",
        (_rates(input="4", cache_read="2", cache_write="21"),),
        10,
    ),
    (
        "input 1, read 0 (free), write 1.25",
        (_rates(input="1", cache_read="0", cache_write="1.25"),),
        2,
    ),
    ("gpt-6-luna and a 12-hour write, whose rate is not known", (LUNA, WRITE_12H), None),
    ("a model whose read is not known", (_rates(input="8", cache_write="10"),), None),
    ("a model whose input is not known", (_rates(cache_read="1", cache_write="10"),), None),
    ("a model without any known rate", ({},), None),
]


def pays_from(answer: Callable[..., Any]) -> str:
    for what, given, wanted in PAYS:
        try:
            found = answer(*given)
        except (KeyError, TypeError, DecimalException) as error:
            raise Wrong(f"for {what} it raised `{type(error).__name__}`: {error}") from None
        if wanted is None:
            expect(found is None, f"for {what} it returned {found!r}; the answer is not known")
        else:
            expect(
                found == wanted and not isinstance(found, bool),
                f"for {what} it returned {found!r}",
            )
    return "From the second use, the third, or the tenth: it depends on the rates."


# Guest, question, tokens read, tokens written. The guide has the word Swan too.
GUESTS = [
    ("Ada", "When do you open?", 0, 1260),
    ("Ben", "What does a Heron cost?", 1260, 0),
    ("Swan", "Can I pay in cash?", 1260, 128),
    ("Cleo", "When do you open?", 0, 0),
]


def reply(answer: Callable[..., Any]) -> str:
    prefixes, keys = set(), set()
    for number, (guest, question, read, written) in enumerate(GUESTS):
        text = f"Answer number {number}."
        probe = Probe([_used(text, read, written)], limit=3)
        with warnings.catch_warnings(record=True) as noted:
            warnings.simplefilter("always")
            found = answer(probe.client, GUIDE, guest, question)
        prefix, behind = _at_breakpoint(_blocks(probe.last))
        _changes_nothing(prefix, **{"guest's name": guest, "question": question})
        for name, each in (("guest's name", guest), ("question", question)):
            expect(
                any(each in block.text for block in behind),
                f"the {name} is missing behind the breakpoint",
            )
        mode = (probe.last.body.get("prompt_cache_options") or {}).get("mode")
        expect(
            mode == "explicit",
            f"the mode of `prompt_cache_options` is {mode!r}: the question is written too",
        )
        prefixes.add(prefix)
        keys.add(probe.last.body.get("prompt_cache_key"))
        expect(found == text, f"the answer was {text!r}; it returned {found!r}")
        said = [str(each.message) for each in noted if each.category is not DeprecationWarning]
        if read or written:
            expect(not said, f"with {read} tokens read and {written} written it warns: {said}")
        else:
            expect(said, "with nothing read and nothing written it does not warn")
            expect(any(said), "its warning has no words")
    expect(len(prefixes) == 1, "what is before the breakpoint differs between guests")
    expect(len(keys) == 1, f"{len(GUESTS)} guests have the keys {sorted(map(str, keys))}")
    passes_on(lambda probe: answer(probe.client, GUIDE, *GUESTS[0][:2]))
    return "One prefix for all guests, and a warning where the cache did nothing."


def _used(text: str, read: int, written: int) -> dict[str, Any]:
    answer = text_answer(text, usage=(1400, 8))
    details = {"cached_tokens": read, "cache_write_tokens": written}
    answer["json"]["usage"]["input_tokens_details"] = details
    return answer


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
            "One use costs a write with the cache, the input without. Another adds a read, or the input.",
            "Count the uses up from 1 until the cache is cheaper. Equal is not cheaper.",
            "`price.get(name)` is None for a rate that is not there.",
        ),
        """def pays_from(price, write="cache_write_tokens"):
    first, read, plain = (price.get(n) for n in (write, "cache_read_tokens", "input_tokens"))
    if first is None or read is None or plain is None:
        return None
    uses, cached, uncached = 1, first, plain
    while cached >= uncached:
        uses += 1
        cached += read
        uncached += plain
    return uses
""",
    ),
    Exercise(
        "21-3",
        reply,
        (
            "What differs between guests: the name, the question, the key. Only the guide may be marked.",
            "`prompt`, `KEYED` and `OPTIONS` of the lesson mark the guide, and have one key for all.",
            "`read_written(response)` gives both counts. Warn if both are 0.",
        ),
        """import warnings


def reply(client, guide, guest, question):
    response = client.responses.create(
        **KEYED,
        input=prompt(f"{guest} asks.\\n{question}", guide),
        prompt_cache_options=OPTIONS,
    )
    if not any(read_written(response)):
        warnings.warn("Nothing was read from the cache, and nothing was written to it.")
    return response.output_text
""",
    ),
]
