"""Typical mistakes in lesson 21, and what the check says to each."""

_ORDERED = """
def ordered(guide, notice, question):
    block = {{"type": "input_text", "text": {text}{mark}}}
    return [{first}{{"role": "developer", "content": [block]}}, {then}]
"""
_MARK = ', "prompt_cache_breakpoint": {"mode": "explicit"}'
_THEN = '{"role": "developer", "content": notice}, {"role": "user", "content": question}'
_GOOD = {"text": "guide", "mark": _MARK, "first": "", "then": _THEN}

_PAYS = """
def pays_from(price, write="cache_write_tokens"):
    {known}
    uses = 1
    while price[{write}] + (uses - 1) * price["cache_read_tokens"] {than} uses * price["input_tokens"]:
        uses += 1
    return uses
"""
_KNOWN = 'if any(n not in price for n in (write, "cache_read_tokens", "input_tokens")): return None'
_COUNT = {"known": _KNOWN, "write": "write", "than": ">="}

_REPLY = """
import warnings


def reply(client, guide, guest, question):
    block = {{"type": "input_text", "text": {text}, "prompt_cache_breakpoint": {{"mode": "explicit"}}}}
    response = client.responses.create(
        model="gpt-6-luna",
        prompt_cache_key={key},
        {options}
        input=[{{"role": "developer", "content": [block]}}, {{"role": "user", "content": {asked}}}],
    )
    details = response.usage.input_tokens_details
    if {nothing}:
        warnings.warn("not cached")
    return response.output_text
"""
_TALK = {
    "text": "guide",
    "key": '"guide-1"',
    "options": 'prompt_cache_options={"mode": "explicit"},',
    "asked": 'f"{guest} asks. {question}"',
    "nothing": "details.cached_tokens + details.cache_write_tokens == 0",
}

WRONG = {
    "21-1": [
        (
            "puts the notice first",
            _ORDERED.format(
                **_GOOD
                | {
                    "first": '{"role": "developer", "content": notice}, ',
                    "then": '{"role": "user", "content": question}',
                }
            ),
            "the notice stands before the breakpoint",
        ),
        (
            "joins guide and notice",
            _ORDERED.format(
                **_GOOD
                | {
                    "text": 'guide + "\\n" + notice',
                    "then": '{"role": "user", "content": question}',
                }
            ),
            "the notice stands between the guide and the breakpoint",
        ),
        ("sets no breakpoint", _ORDERED.format(**_GOOD | {"mark": ""}), "no block has"),
        (
            "marks with True",
            _ORDERED.format(**_GOOD | {"mark": ', "prompt_cache_breakpoint": True'}),
            "the breakpoint is True",
        ),
        (
            "leaves the notice out",
            _ORDERED.format(**_GOOD | {"then": '{"role": "user", "content": question}'}),
            "the notice is missing",
        ),
        (
            "asks before the notice",
            _ORDERED.format(
                **_GOOD
                | {
                    "then": '{"role": "user", "content": question}, '
                    '{"role": "developer", "content": notice}'
                }
            ),
            "the question is not in the last block",
        ),
    ],
    "21-2": [
        (
            "takes equal for cheaper",
            _PAYS.format(**_COUNT | {"than": ">"}),
            "cost the same both ways it returned 4",
        ),
        (
            "forgets that a rate may be unknown",
            _PAYS.format(**_COUNT | {"known": "pass"}),
            "it raised `KeyError`",
        ),
        (
            "always pays for 30 minutes",
            _PAYS.format(**_COUNT | {"write": '"cache_write_tokens"'}),
            "12-hour write it returned 2",
        ),
        (
            "solves the equation and does not round up",
            """
def pays_from(price, write="cache_write_tokens"):
    first, read, plain = price[write], price["cache_read_tokens"], price["input_tokens"]
    return float((first - read) / (plain - read))
""",
            "for gpt-6-luna it returned 1.27",
        ),
    ],
    "21-3": [
        (
            "keeps the key of the guest",
            _REPLY.format(**_TALK | {"key": "guest"}),
            'the keys of three guests are ["Ada", "Ben", "Cleo"]',
        ),
        (
            "keeps the name in front",
            _REPLY.format(**_TALK | {"text": 'f"{guest} asks. {guide}"', "asked": "question"}),
            "the guest's name stands before the breakpoint",
        ),
        (
            "drops the name",
            _REPLY.format(**_TALK | {"asked": "question"}),
            "the guest's name is not in the prompt",
        ),
        (
            "lets the question be written",
            _REPLY.format(**_TALK | {"options": ""}),
            "the mode is None: the question is written",
        ),
        (
            "warns at each write",
            _REPLY.format(**_TALK | {"nothing": "not details.cached_tokens"}),
            "with 0 tokens read and 1260 written it warns",
        ),
        (
            "never warns",
            _REPLY.format(**_TALK | {"nothing": "False"}),
            "nothing written it does not warn",
        ),
    ],
}
