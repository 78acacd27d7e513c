"""The stand-in's prompt cache: boundaries where real requests had them, rules as OpenAI's guide has them."""

import json
from typing import Any

import pytest

from ..authoring.standin.common import count
from ..authoring.standin.prompt_cache import PromptCache, boundaries

GUIDE = "Entry: shelf, aisle, volume. " * 180
MARK = {"prompt_cache_breakpoint": {"mode": "explicit"}}
EXPLICIT = {"prompt_cache_options": {"mode": "explicit"}}


def marked(question: str, guide: str = GUIDE, **more: Any) -> dict[str, Any]:
    first = {"role": "developer", "content": [{"type": "input_text", "text": guide, **MARK}]}
    messages = [first, {"role": "user", "content": question}]
    return {"model": "gpt-6-luna", "input": messages} | EXPLICIT | more


def plain(question: str, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-6-luna", "input": f"{GUIDE}\n{question}"} | more


def test_a_boundary_lies_where_real_requests_had_it() -> None:
    # Collected: 4,020 tokens of which 4,012 were written, "Reply with exactly: OK" after the mark.
    blocks = [{"text": GUIDE, **MARK}, {"text": "Reply with exactly: OK"}]
    total, ends = boundaries(
        {"model": "gpt-5.6-sol", "input": [{"role": "user", "content": blocks}]}
    )
    assert [total - end.tokens for end in ends] == [8, 3]
    # Collected: 1,220 tokens of which 1,217 were written, without a mark.
    total, ends = boundaries({"model": "gpt-5.6-sol", "instructions": GUIDE, "input": "Hello"})
    assert total - ends[-1].tokens == 3


def test_without_a_mark_another_question_reads_nothing() -> None:
    cache = PromptCache()
    first, again, other = (cache.counted(plain(q)) for q in ("One?", "One?", "Two?"))
    assert (first.read, first.written) == (0, first.input_tokens - 3)
    assert (again.read, again.written) == (first.written, 0)
    assert (other.read, other.written) == (0, other.input_tokens - 3)


def test_behind_a_mark_questions_may_differ() -> None:
    cache = PromptCache()
    first, other = (cache.counted(marked(q)) for q in ("One?", "Two?"))
    assert first.read == other.written == 0
    assert first.written == other.read < first.input_tokens - 3


def test_the_end_of_the_developer_messages_is_looked_up_and_not_written() -> None:
    unmarked = {"model": "gpt-6-luna", "instructions": GUIDE}
    cache = PromptCache()
    cache.counted(unmarked | {"input": "One?"})
    assert cache.counted(unmarked | {"input": "Two?"}).read == 0
    written = cache.counted(marked("Three?")).written
    assert cache.counted(unmarked | {"input": "Four?"}).read == written > 0


def test_a_longer_conversation_reads_what_its_earlier_turn_wrote() -> None:
    cache = PromptCache()
    turns = [{"role": "user", "content": GUIDE}]
    written = cache.counted({"model": "gpt-6-luna", "input": turns}).written
    turns += [{"role": "assistant", "content": "Yes."}, {"role": "user", "content": "And dogs?"}]
    found = cache.counted({"model": "gpt-6-luna", "input": turns})
    assert found.read == written
    assert found.read + found.written == found.input_tokens - 3


def test_explicit_mode_looks_up_marks_alone() -> None:
    cache = PromptCache()
    assert cache.counted(plain("One?")).written
    assert cache.counted(plain("One?", **EXPLICIT)).read == 0


def test_an_implicit_end_is_written_beside_the_mark() -> None:
    cache = PromptCache()
    first, other = (
        cache.counted(marked(q, prompt_cache_options={"mode": "implicit"}))
        for q in ("One?", "Two?")
    )
    assert (first.read, first.written) == (0, first.input_tokens - 3)
    assert other.read
    assert other.read + other.written == other.input_tokens - 3


@pytest.mark.parametrize(
    "changed",
    [
        {"prompt_cache_key": "another"},
        {"model": "gpt-6.1-terra"},
        {"reasoning": {"effort": "low"}},
        {"text": {"verbosity": "low"}},
        {"tools": [{"type": "web_search"}]},
    ],
)
def test_a_setting_before_the_mark_makes_another_prefix(changed: dict[str, Any]) -> None:
    cache = PromptCache()
    cache.counted(marked("One?"))
    assert cache.counted(marked("One?", **changed)).read == 0


@pytest.mark.parametrize(
    "form",
    [
        marked("One?", guide="Short."),
        plain("One?", **EXPLICIT),
        plain("One?", model="gpt-5.4-mini"),
    ],
    ids=["below 1,024 tokens", "explicit without a mark", "an earlier model"],
)
def test_what_is_not_cached(form: dict[str, Any]) -> None:
    cache = PromptCache()
    for found in (cache.counted(form), cache.counted(form)):
        assert (found.read, found.written) == (0, 0)


def test_at_most_four_marks_are_written() -> None:
    blocks = [{"text": GUIDE, **MARK} for _ in range(5)]
    form = {"model": "gpt-6-luna", "input": [{"role": "user", "content": blocks}]} | EXPLICIT
    cache = PromptCache()
    cache.counted(form)
    shorter = {**form, "input": [{"role": "user", "content": blocks[:1]}]}
    assert cache.counted(shorter).read == 0  # the first of five was not written
    assert cache.counted(form).read == boundaries(form)[1][-1].tokens


def test_a_comparison_names_what_changed() -> None:
    cache = PromptCache()
    first = marked("One?", prompt_cache_key="a")
    written = cache.counted(first).written
    cache.remember("resp_1", first)

    def compared(id_: str | None, **more: Any) -> dict[str, Any] | None:
        options = {"mode": "explicit", "comparison_response_id": id_}
        form = marked("Two?", **{"prompt_cache_key": "a", "prompt_cache_options": options} | more)
        return cache.compared(form, cache.counted(form).read)

    assert compared(None) is None
    assert compared("resp_1") == {"type": "cache_hit"}
    assert compared("resp_2") == {"type": "comparison_response_not_found"}
    key = compared("resp_1", prompt_cache_key="b")
    assert key
    assert key["reason"] == "prompt_cache_key_changed"
    assert key["cache_missed_tokens"] == written
    dated = compared("resp_1", input=marked("Two?", guide=f"09:14 {GUIDE}")["input"])
    assert dated
    assert dated["reason"] == "input_changed"


def test_a_schema_comes_before_the_mark_and_is_read_with_it() -> None:
    cache = PromptCache()
    bare = cache.counted(marked("One?"))
    schema = {"type": "object", "properties": {"reply": {"type": "string"}}}
    text = {"format": {"type": "json_schema", "name": "reply", "schema": schema}}
    first, second = (cache.counted(marked(q, text=text)) for q in ("One?", "Two?"))
    more = count(json.dumps(schema, separators=(",", ":")))
    assert (first.written, first.input_tokens) == (bare.written + more, bare.input_tokens + more)
    assert (second.read, second.written) == (first.written, 0)
