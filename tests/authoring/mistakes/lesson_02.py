"""Typical mistakes in lesson 02, and what the check says to each."""

_REMIND = """def remind(client, note):
    completion = client.chat.completions.create(
        model={model}, messages={messages}, {effort}
    )
    return {returned}
"""
_MESSAGES = '[{"role": "developer", "content": HOUSE}, {"role": "user", "content": note}]'


def _remind(
    messages: str = _MESSAGES,
    effort: str = 'reasoning_effort="none"',
    returned: str = "completion.choices[0].message.content",
    model: str = '"gpt-6-luna"',
) -> str:
    return _REMIND.format(messages=messages, effort=effort, returned=returned, model=model)


_SENDABLE = """def sendable(completion):
    return [{what} for c in completion.choices if {condition}]
"""


def _sendable(condition: str, what: str = "c.message.content") -> str:
    return _SENDABLE.format(what=what, condition=condition)


_WHOLE = 'c.finish_reason == "stop" and c.message.content'

_MOVED = """def moved(request):
    {refuse}
    new = {begin}
    {effort}
    {cap}
    return new
"""
_REFUSE = """for name in ("n", "stop", "seed"):
        if name in request:
            raise ValueError(f"Responses has no {name}")"""
_BEGIN = '{"model": request["model"], "input": request["messages"]}'
_EFFORT = """if "reasoning_effort" in request:
        new["reasoning"] = {"effort": request["reasoning_effort"]}"""
_CAP = """for name in ("max_tokens", "max_completion_tokens"):
        if name in request:
            new["max_output_tokens"] = request[name]"""


def _moved(
    refuse: str = _REFUSE, begin: str = _BEGIN, effort: str = _EFFORT, cap: str = _CAP
) -> str:
    return _MOVED.format(refuse=refuse, begin=begin, effort=effort, cap=cap)


WRONG = {
    "02-1": [
        (
            "uses the old role",
            _remind(_MESSAGES.replace("developer", "system")),
            "`system` is the old name",
        ),
        (
            "puts all into one message",
            _remind('[{"role": "user", "content": HOUSE + note}]'),
            "no message has the role for rules, `developer`; the roles are ['user']",
        ),
        (
            "a role that does not exist",
            _remind(_MESSAGES.replace("developer", "rules")),
            "`BadRequestError`",
        ),
        (
            "the note among the rules",
            _remind('[{"role": "developer", "content": HOUSE + note}]'),
            "no message has the role of the user; the roles are ['developer']",
        ),
        (
            "rules of its own",
            _remind(_MESSAGES.replace("HOUSE", '"You write short texts."')),
            "the rules are not those in `HOUSE`",
        ),
        (
            "always the note of the lesson",
            _remind("messages"),
            "the messages say ['Tue 24 Nov",
        ),
        (
            "an example before the note",
            _remind("[messages[0], *example, {'role': 'user', 'content': note}]"),
            "'Fri 20 Nov, 16:00. Olive (rabbit), teeth. Bring hay.', 'Olive: teeth",
        ),
        ("reasons", _remind(effort=""), "not set, so medium"),
        ("reasons a little", _remind(effort='reasoning_effort="low"'), "effort is low, not none"),
        ("the effort of Responses", _remind(effort='reasoning={"effort": "none"}'), "`TypeError`"),
        (
            "returns the message",
            _remind(returned="completion.choices[0].message"),
            "returns a ChatCompletionMessage",
        ),
        (
            "returns a list",
            _remind(returned="[c.message.content for c in completion.choices]"),
            "a list",
        ),
        (
            "reads the text as in Responses",
            _remind(returned="completion.output_text"),
            "`AttributeError`",
        ),
        ("returns the note", _remind(returned="note"), "the answer was 'Pip: claws"),
        (
            "prints",
            _remind(returned="print(completion.choices[0].message.content)"),
            "prints or forgets the text",
        ),
        ("another model", _remind(model='"gpt-6.2-sol"'), "the model is 'gpt-6.2-sol'"),
        (
            "asks Responses",
            """def remind(client, note):
    return client.responses.create(
        model="gpt-6-luna", instructions=HOUSE, input=note, reasoning={"effort": "none"}
    ).output_text
""",
            "not to Chat Completions",
        ),
        (
            "asks until it is short",
            _remind(returned="remind_again(client, note)")
            + f"\ndef remind_again(client, note):\n    for _ in range(2):\n"
            f'        completion = client.chat.completions.create(model="gpt-6-luna",'
            f' messages={_MESSAGES}, reasoning_effort="none")\n'
            "    return completion.choices[0].message.content\n",
            "for one reminder it sent 3 requests",
        ),
        (
            "no text where the API fails",
            f"""def remind(client, note):
    try:
        completion = client.chat.completions.create(
            model="gpt-6-luna", messages={_MESSAGES}, reasoning_effort="none"
        )
    except Exception as error:
        return ""
    return completion.choices[0].message.content
""",
            "is kept from the caller",
        ),
    ],
    "02-2": [
        (
            "reads the first choice only",
            """def sendable(completion):
    choice = completion.choices[0]
    return [choice.message.content] if choice.finish_reason == "stop" else []
""",
            "'At 9:20, Tibs' (stop) it returned ['Tibs, 9:20']",
        ),
        (
            "takes any text for whole",
            _sendable("c.message.content"),
            "'Tibs, 9:' (length), 'Tibs, 9:20' (stop), 'Tibs, 9:20' (stop) it returned",
        ),
        (
            "looks for length only",
            _sendable('c.finish_reason != "length" and c.message.content'),
            "'Tibs,' (content_filter)",
        ),
        (
            "sends the talk before a call",
            _sendable('c.finish_reason not in ("length", "content_filter") and c.message.content'),
            "it returned ['Let me see.'], not []",
        ),
        (
            "sends a refused choice",
            _sendable('c.finish_reason == "stop"'),
            "it returned [None, 'Tibs, 9:20']",
        ),
        (
            "sends the refusal itself",
            _sendable('c.finish_reason == "stop"', "c.message.content or c.message.refusal"),
            "it returned ['I cannot write that.', 'Tibs, 9:20']",
        ),
        (
            "takes the end of the text for a sign",
            _sendable('c.message.content and not c.message.content.endswith(":")'),
            "'Let me see.' (tool_calls) it returned ['Tibs,', 'Let me see.']",
        ),
        (
            "stops at the first cut one",
            """def sendable(completion):
    texts = []
    for choice in completion.choices:
        if choice.finish_reason != "stop":
            break
        if choice.message.content:
            texts.append(choice.message.content)
    return texts
""",
            "it returned ['At 9:20, Tibs'], not",
        ),
        (
            "each text once",
            """def sendable(completion):
    return list(dict.fromkeys(
        c.message.content for c in completion.choices
        if c.finish_reason == "stop" and c.message.content
    ))
""",
            "it returned ['At 9:20, Tibs', 'Tibs, 9:20'], not",
        ),
        (
            "in the order of the alphabet",
            """def sendable(completion):
    return sorted(
        c.message.content for c in completion.choices
        if c.finish_reason == "stop" and c.message.content
    )
""",
            "it returned ['At 9:20, Tibs', 'Tibs, 9:20']",
        ),
        ("returns the choices", _sendable(_WHOLE, "c"), "it returned [Choice("),
        (
            "one text for all",
            f"""def sendable(completion):
    return "".join(c.message.content for c in completion.choices if {_WHOLE})
""",
            "returned str, not a list",
        ),
        (
            "a generator",
            f"""def sendable(completion):
    return (c.message.content for c in completion.choices if {_WHOLE})
""",
            "returned generator, not a list",
        ),
        (
            "raises where nothing is whole",
            f"""def sendable(completion):
    texts = [c.message.content for c in completion.choices if {_WHOLE}]
    if not texts:
        raise RuntimeError("nothing to send")
    return texts
""",
            "`RuntimeError`: nothing to send",
        ),
        (
            "asks for the status of Responses",
            _sendable('completion.status == "completed"'),
            "`AttributeError`",
        ),
    ],
    "02-3": [
        (
            "renames in place",
            """def moved(request):
    for name in ("n", "stop", "seed"):
        if name in request:
            raise ValueError(f"Responses has no {name}")
    request["input"] = request.pop("messages")
    if "reasoning_effort" in request:
        request["reasoning"] = {"effort": request.pop("reasoning_effort")}
    for name in ("max_tokens", "max_completion_tokens"):
        if name in request:
            request["max_output_tokens"] = request.pop(name)
    return request
""",
            "changes the dict it was given",
        ),
        (
            "keeps the effort a word",
            _moved(effort=_EFFORT.replace('{"effort": request["reasoning_effort"]}', '"none"')),
            "`reasoning` is 'none'",
        ),
        (
            "always the same effort",
            _moved(effort='new["reasoning"] = {"effort": "none"}'),
            "for a request with model, messages, `reasoning` is {'effort': 'none'}",
        ),
        (
            "forgets the oldest name",
            _moved(cap=_CAP.replace('"max_tokens", ', "").replace('tokens")', 'tokens",)')),
            "max_tokens, reasoning_effort, `max_output_tokens` is missing",
        ),
        (
            "forgets the newer name",
            _moved(cap=_CAP.replace(', "max_completion_tokens"', ",")),
            "max_completion_tokens, `max_output_tokens` is missing",
        ),
        (
            "forgets the effort",
            _moved(effort=""),
            "reasoning_effort, `reasoning` is missing",
        ),
        (
            "forgets the messages",
            _moved(begin='{"model": request["model"]}'),
            "has model, and no `input`",
        ),
        (
            "copies all, adds the new names",
            _moved(begin='{**request, "input": request["messages"]}'),
            "of the names of Chat, the new request still has messages",
        ),
        (
            "always the small model",
            _moved(begin='{"model": "gpt-6-luna", "input": request["messages"]}'),
            "the model was 'gpt-6.2-sol'",
        ),
        (
            "the first message is the rules, the second the question",
            _moved(
                begin='{"model": request["model"], "instructions": request["messages"][0]["content"],'
                ' "input": request["messages"][1]["content"]}'
            ),
            "('assistant', 'Olive: teeth",
        ),
        (
            "forgets the rules",
            _moved(
                begin='{"model": request["model"], "input": request["messages"][-1]["content"]}'
            ),
            "those of the new request are [('user', 'Wed 25 Nov",
        ),
        (
            "all texts in one",
            _moved(
                begin='{"model": request["model"],'
                ' "input": "\\n".join(m["content"] for m in request["messages"])}'
            ),
            "those of the new request are [('user', 'You write reminder texts.",
        ),
        (
            "the input in the wrong shape",
            _moved(begin='{"model": request["model"], "input": {"messages": request["messages"]}}'),
            "Responses refuses it",
        ),
        (
            "turns the temperature down",
            _moved(begin=_BEGIN[:-1] + ', "temperature": 0}'),
            "also has temperature, which nobody asked for",
        ),
        ("drops what has no place", _moved(refuse="pass"), "a request with `n=2` was moved"),
        (
            "forgets the seed",
            _moved(refuse=_REFUSE.replace(', "seed"', "")),
            "a request with `seed=7` was moved",
        ),
        (
            "looks at the value",
            _moved(refuse=_REFUSE.replace("if name in request", "if request.get(name)")),
            "a request with `seed=0` was moved",
        ),
        (
            "lets one choice pass",
            _moved(
                refuse='if request.get("n") == 1: request = {**request}; del request["n"]\n    '
                + _REFUSE
            ),
            "a request with `n=1` was moved",
        ),
        (
            "names all of them",
            _moved(
                refuse=_REFUSE.replace('f"Responses has no {name}"', '"no n, no stop, no seed"'),
            ),
            "the ValueError names `stop` and `seed` too",
        ),
        (
            "names none",
            _moved(refuse=_REFUSE.replace('f"Responses has no {name}"', '"no such parameter"')),
            "the ValueError does not name `n`",
        ),
        (
            "another error",
            _moved(refuse=_REFUSE.replace("ValueError", "KeyError")),
            "it raised `KeyError`, not `ValueError`",
        ),
        (
            "needs an effort",
            _moved(effort='new["reasoning"] = {"effort": request["reasoning_effort"]}'),
            "`KeyError`: 'reasoning_effort'",
        ),
        (
            "sets everything always",
            """def moved(request):
    for name in ("n", "stop", "seed"):
        if name in request:
            raise ValueError(f"Responses has no {name}")
    return {
        "model": request["model"],
        "input": request["messages"],
        "reasoning": {"effort": request.get("reasoning_effort")},
        "max_output_tokens": request.get("max_tokens", request.get("max_completion_tokens")),
    }
""",
            "for a request with model, messages, `max_output_tokens` is None",
        ),
    ],
}
