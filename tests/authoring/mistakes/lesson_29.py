"""Typical mistakes in lesson 29, and what the check says to each."""

_MOST = """
def most_usd(body, usd_in, usd_out):
    {cap}
    return ({size} * usd_in + {out} * usd_out) / 1e6
"""
_BOUND = {
    "cap": 'if "max_output_tokens" not in body: return None',
    "size": "len(json.dumps(body).encode())",
    "out": 'body.get("max_output_tokens", 0)',
}

_REPLY = """
def reply(client, mail, rules):
    listed = "\\n".join(f"{{n}}. {{rule}}" for n, rule in rules.items())
    try:
        draft = client.responses.parse(
            model="gpt-6-luna", {limits} input={asked}, text_format=Draft
        ).output_parsed
    except {errors}:
        return None
    if {none}:
        return None
    return draft.reply if {held} else None
"""
_HELD = {
    "limits": "**LIMITS,",
    "asked": 'f"{listed} Mail: {mail}"',
    "errors": "ValueError",
    "none": "draft is None or not draft.found or not draft.quote",
    "held": 'draft.quote in rules.get(draft.rule, "")',
}

_WORK = """
def work(client, mails, usd):
    import openai

    done, spent = {{}}, 0.0
    for mail in mails:
        {before}
        try:
            response = client.responses.create(**TASK, **LIMITS, input=mail)
        except openai.APIStatusError as error:
            {refused}
        except openai.APIConnectionError:
            spent += {silence}
        else:
            used = response.usage
            spent += (used.input_tokens * 0.10 + used.output_tokens * 0.50) / 1e6
            done[mail] = response.output_text
    return {{mail: done[mail] if mail in done else "kept" for mail in {listed}}}
"""
_CAREFUL = {
    "before": "if spent + 0.0001 > usd: break",
    "refused": 'if error.type == "insufficient_quota": break',
    "silence": "0.0001",
    "listed": "mails",
}

WRONG = {
    "29-1": [
        (
            "counts characters",
            _MOST.format(**_BOUND | {"size": "len(json.dumps(body, ensure_ascii=False))"}),
            "for a mail in Japanese",
        ),
        (
            "counts the input alone",
            _MOST.format(**_BOUND | {"size": 'len(body["input"].encode())'}),
            "for a short request it returned 0.00005025; it may cost up to",
        ),
        ("forgets the output", _MOST.format(**_BOUND | {"out": "0"}), "the output alone may cost"),
        (
            "guesses a token in four bytes",
            _MOST.format(**_BOUND | {"size": "len(json.dumps(body).encode()) / 4"}),
            "for a mail of 10,000 letters",
        ),
        (
            "takes no cap for no output",
            _MOST.format(**_BOUND | {"cap": "pass"}),
            "nothing caps the output",
        ),
    ],
    "29-2": [
        (
            "believes each draft",
            _REPLY.format(**_HELD | {"held": "True"}),
            "the quote is not in the rule",
        ),
        (
            "looks for the quote in all rules",
            _REPLY.format(**_HELD | {"held": "draft.quote in listed"}),
            "the quote is in another rule",
        ),
        (
            "takes nothing for a quote",
            _REPLY.format(**_HELD | {"none": "draft is None or not draft.found"}),
            "the quote is empty",
        ),
        (
            "does not expect a refusal",
            _REPLY.format(**_HELD | {"none": "not draft.found or not draft.quote"}),
            "`AttributeError`",
        ),
        (
            "does not expect a cut",
            _REPLY.format(**_HELD | {"errors": "KeyError"}),
            "`ValidationError`",
        ),
        ("sets no cap", _REPLY.format(**_HELD | {"limits": ""}), "nothing caps the output"),
        (
            "sends no rules",
            _REPLY.format(**_HELD | {"asked": "mail"}),
            "does not hold all rules",
        ),
    ],
    "29-3": [
        (
            "looks at the budget too late",
            _WORK.format(**_CAREFUL | {"before": "if spent >= usd: break"}),
            "the budget is 0.00005, it sent 3 requests",
        ),
        (
            "counts silence as nothing",
            _WORK.format(**_CAREFUL | {"silence": "0"}),
            "no call is answered, it sent 3 requests",
        ),
        (
            "counts a refusal",
            _WORK.format(
                **_CAREFUL
                | {
                    "refused": 'spent += 0.0001\n            if error.type == "insufficient_quota": break'
                }
            ),
            "each call gets a 503, it sent 2 requests",
        ),
        (
            "knocks on without credit",
            _WORK.format(**_CAREFUL | {"refused": "pass"}),
            "`insufficient_quota`, it sent 3 requests",
        ),
        (
            "stops at any refusal",
            _WORK.format(**_CAREFUL | {"refused": "break"}),
            "a 503, it sent 2 requests",
        ),
        (
            "loses what has no answer",
            _WORK.format(**_CAREFUL | {"listed": "done"}),
            "of 3 mails are in the dict",
        ),
    ],
}
