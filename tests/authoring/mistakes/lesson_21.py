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

_BY_HAND = """
def pays_from(price, write="cache_write_tokens"):
    if any(n not in price for n in (write, "cache_read_tokens", "input_tokens")):
        return None
    first, read, plain = price[write], price["cache_read_tokens"], price["input_tokens"]
    return {found}
"""

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
            "the notice is before the guide",
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
            "the notice is between the guide and the breakpoint",
        ),
        (
            "joins question and guide",
            _ORDERED.format(**_GOOD | {"text": 'question + "\\n" + guide'}),
            "the question is before the guide",
        ),
        ("sets no breakpoint", _ORDERED.format(**_GOOD | {"mark": ""}), "no block has"),
        (
            "marks with True",
            _ORDERED.format(**_GOOD | {"mark": ', "prompt_cache_breakpoint": True'}),
            "the breakpoint is True",
        ),
        (
            "marks in another mode",
            _ORDERED.format(**_GOOD | {"mark": ', "prompt_cache_breakpoint": {"mode": "auto"}'}),
            "the breakpoint is {'mode': 'auto'}",
        ),
        (
            "marks the message",
            _ORDERED.format(**_GOOD | {"mark": ""}).replace(
                '"role": "developer", "content": [block]',
                '"role": "developer", "prompt_cache_breakpoint": {"mode": "explicit"}, '
                '"content": [block]',
            ),
            "only a block of its `content` can hold one",
        ),
        (
            "marks the notice too",
            """
def ordered(guide, notice, question):
    mark = {"mode": "explicit"}
    blocks = [{"type": "input_text", "text": t, "prompt_cache_breakpoint": mark} for t in (guide, notice)]
    return [{"role": "developer", "content": blocks}, {"role": "user", "content": question}]
""",
            "2 blocks have a breakpoint",
        ),
        (
            "marks a word before the guide",
            """
def ordered(guide, notice, question):
    block = {"type": "input_text", "text": "Guide:", "prompt_cache_breakpoint": {"mode": "explicit"}}
    told = [{"role": "developer", "content": text} for text in (guide, notice)]
    return [{"role": "developer", "content": [block]}, *told, {"role": "user", "content": question}]
""",
            "not before the breakpoint; there is 'Guide:'",
        ),
        (
            "leaves the notice out",
            _ORDERED.format(**_GOOD | {"then": '{"role": "user", "content": question}'}),
            "the notice is missing",
        ),
        (
            "leaves the question out",
            _ORDERED.format(**_GOOD | {"then": '{"role": "user", "content": notice}'}),
            "the question is missing",
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
            "the question comes before the notice",
        ),
        (
            "makes a rule of the question",
            _ORDERED.format(**_GOOD).replace('"role": "user"', '"role": "developer"'),
            "the question is in a message of the role 'developer'",
        ),
        (
            "gives a block the type of Chat",
            _ORDERED.format(**_GOOD).replace('"input_text"', '"text"'),
            "it gets a 400: ",
        ),
        (
            "returns one text",
            """
def ordered(guide, notice, question):
    return "\\n".join([guide, notice, question])
""",
            "no block has a `prompt_cache_breakpoint`",
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
            "takes an unknown rate for nothing",
            """
def pays_from(price, write="cache_write_tokens"):
    first, read, plain = (price.get(n, 0) for n in (write, "cache_read_tokens", "input_tokens"))
    return 1 if not plain else next(n for n in range(1, 99) if first + (n - 1) * read < n * plain)
""",
            "whose rate is not known it returned 1",
        ),
        (
            "takes a free read for unknown",
            """
def pays_from(price, write="cache_write_tokens"):
    first, read, plain = (price.get(n) for n in (write, "cache_read_tokens", "input_tokens"))
    if not first or not read or not plain:
        return None
    return int((first - read) // (plain - read)) + 1
""",
            "for input 1, read 0 (free), write 1.25 it returned None",
        ),
        (
            "looks for the write only",
            """
def pays_from(price, write="cache_write_tokens"):
    if write not in price:
        return None
    read, plain = price.get("cache_read_tokens"), price.get("input_tokens")
    return int((price[write] - read) // (plain - read)) + 1
""",
            "a model whose read is not known it raised `TypeError`",
        ),
        (
            "always pays for 30 minutes",
            _PAYS.format(**_COUNT | {"write": '"cache_write_tokens"'}),
            "12-hour write it returned 2",
        ),
        (
            "counts the further uses only",
            _PAYS.format(**_COUNT).replace("return uses", "return uses - 1"),
            "for gpt-6-luna it returned 1",
        ),
        (
            "pays a read with the write too",
            _PAYS.format(**_COUNT).replace("(uses - 1) *", "uses *"),
            "cost the same both ways it returned 6",
        ),
        (
            "solves the equation and does not round up",
            _BY_HAND.format(found="float((first - read) / (plain - read))"),
            "for gpt-6-luna it returned 1.27",
        ),
        (
            "rounds in place of cutting off",
            _BY_HAND.format(found="round((first - read) / (plain - read)) + 1"),
            "12-hour write it returned 4",
        ),
        (
            "writes again each time",
            _BY_HAND.format(found="next((n for n in range(1, 99) if n * first < n * plain), None)"),
            "for gpt-6-luna it returned None",
        ),
    ],
    "21-3": [
        (
            "keeps the key of the guest",
            _REPLY.format(**_TALK | {"key": "guest"}),
            "have the keys ['Ada', 'Ben', 'Cleo', 'Swan']",
        ),
        (
            "keeps the name in front",
            _REPLY.format(**_TALK | {"text": 'f"{guest} asks. {guide}"', "asked": "question"}),
            "the guest's name is before the guide",
        ),
        (
            "marks the question with the guide",
            _REPLY.format(**_TALK | {"text": 'f"{guide}\\n{question}"', "asked": "guest"}),
            "the question is between the guide and the breakpoint",
        ),
        (
            "drops the name",
            _REPLY.format(**_TALK | {"asked": "question"}),
            "the guest's name is missing",
        ),
        (
            "drops the question",
            _REPLY.format(**_TALK | {"asked": "guest"}),
            "the question is missing",
        ),
        (
            "takes the name out of the guide",
            _REPLY.format(**_TALK | {"text": 'guide.replace(guest, "The guest")'}),
            "the guide that was given is not before the breakpoint",
        ),
        (
            "keeps the text as it is",
            """
import warnings


def reply(client, guide, guest, question):
    text = f"{guest} asks.\\n{guide}\\n{question}"
    response = client.responses.create(
        model="gpt-6-luna", prompt_cache_key="guide-1", prompt_cache_options=OPTIONS, input=text
    )
    if read_written(response) == (0, 0):
        warnings.warn("not cached")
    return response.output_text
""",
            "no block has a `prompt_cache_breakpoint`",
        ),
        (
            "marks guide and question",
            _REPLY.format(**_TALK).replace(
                '"content": f"{guest} asks. {question}"',
                '"content": [block | {"text": f"{guest} asks. {question}"}]',
            ),
            "2 blocks have a breakpoint",
        ),
        (
            "lets the question be written",
            _REPLY.format(**_TALK | {"options": ""}),
            "is None: the question is written",
        ),
        (
            "lets it be written by name",
            _REPLY.format(**_TALK | {"options": 'prompt_cache_options={"mode": "implicit"},'}),
            "is 'implicit': the question is written",
        ),
        (
            "warns at each write",
            _REPLY.format(**_TALK | {"nothing": "not details.cached_tokens"}),
            "with 0 tokens read and 1260 written it warns",
        ),
        (
            "warns at each read",
            _REPLY.format(**_TALK | {"nothing": "not details.cache_write_tokens"}),
            "with 1260 tokens read and 0 written it warns",
        ),
        (
            "never warns",
            _REPLY.format(**_TALK | {"nothing": "False"}),
            "nothing written it does not warn",
        ),
        (
            "prints in place of a warning",
            _REPLY.format(**_TALK).replace("warnings.warn(", "print("),
            "with nothing read and nothing written it does not",
        ),
        (
            "raises in place of a warning",
            _REPLY.format(**_TALK).replace("warnings.warn(", "raise RuntimeError("),
            "Your code stopped with `RuntimeError`",
        ),
        (
            "returns the response",
            _REPLY.format(**_TALK).replace("response.output_text", "response"),
            "the answer was 'Answer number 0.'; it returned Response(",
        ),
        (
            "warns of errors of the API",
            _REPLY.format(**_TALK)
            .replace("    response = ", "    try:\n     response = ")
            .replace(
                "    details = ",
                "    except Exception as error:\n"
                "        warnings.warn(str(error))\n"
                '        return "No answer."\n'
                "    details = ",
            ),
            "is kept from the caller: it returned 'No answer.'",
        ),
    ],
}
