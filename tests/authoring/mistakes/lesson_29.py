"""Typical mistakes in lesson 29, and what the check says to each."""

_MOST = """
def most_usd(body, usd_in, usd_out):
    {cap}
    return ({size} * usd_in + {out} * usd_out) / {per}
"""
_BOUND = {
    "cap": 'if body.get("max_output_tokens") is None: return None',
    "size": "len(json.dumps(body).encode())",
    "out": 'body["max_output_tokens"]',
    "per": "1e6",
}

_REPLY = """
def reply(client, mail, rules):
    listed = "\\n".join({rule} for n, rule in rules.items())
    try:
        draft = client.responses.parse(
            model="gpt-6-luna", {limits} instructions={draft}, input={asked}, {form}
        ).output_parsed
    except {errors}:
        return None
    if {none}:
        return None
    return {reply} if {held} else None
"""
_HELD = {
    "rule": 'f"{n}. {rule}"',
    "limits": "**LIMITS,",
    "draft": "DRAFT",
    "asked": 'f"{listed} Mail: {mail}"',
    "form": "text_format=Draft",
    "errors": "ValueError",
    "none": "draft is None or not draft.found or not draft.quote.strip()",
    "reply": "draft.reply",
    "held": 'draft.quote in rules.get(draft.rule, "")',
}

_WORK = """
def work(client, mails, usd):
    import openai

    {client}
    done, spent = {{}}, 0.0
    for mail in mails:
        {before}
        try:
            response = client.responses.create(**TASK, {limits} input={mail})
        except openai.APIStatusError as error:
            {refused}
        except {silent}:
            spent += {silence}
        else:
            used = response.usage
            spent += (used.input_tokens * {usd_in} + used.output_tokens * {usd_out}) / 1e6
            done[mail] = response{text}
    return {{mail: done[mail] if mail in done else {kept} for mail in {listed}}}
"""
_CAREFUL = {
    "client": "client = client.with_options(max_retries=0)",
    "before": "if spent + 0.0001 > usd: break",
    "limits": "**LIMITS,",
    "mail": "mail",
    "refused": 'if error.type == "insufficient_quota": break',
    "silent": "openai.APIConnectionError",
    "silence": "0.0001",
    "usd_in": "0.10",
    "usd_out": "0.50",
    "text": ".output_text",
    "kept": '"kept"',
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
            _MOST.format(**_BOUND | {"size": 'len(str(body["input"]).encode())'}),
            "for a short request it returned 0.00005025; with a token for each byte it is",
        ),
        (
            "forgets the form",
            _MOST.format(
                **_BOUND
                | {
                    "size": 'len(json.dumps({**body, "text": None, "max_output_tokens": 0}).encode())'
                }
            ),
            "for a request with a form it returned",
        ),
        ("forgets the output", _MOST.format(**_BOUND | {"out": "0"}), "the output alone may cost"),
        (
            "gives the output the price of the input",
            _MOST.format(**_BOUND).replace("usd_out) /", "usd_in) /"),
            "for a short request it returned 0.00001937, and the output alone",
        ),
        (
            "guesses a token in four bytes",
            _MOST.format(**_BOUND | {"size": "len(json.dumps(body).encode()) / 4"}),
            "for a short request it returned 0.00005172",
        ),
        (
            "counts words",
            _MOST.format(**_BOUND | {"size": "len(json.dumps(body).split())"}),
            "for a short request it returned 0.00005075",
        ),
        (
            "forgets the million",
            _MOST.format(**_BOUND | {"per": "1"}),
            "far more than it can cost",
        ),
        (
            "takes prices for a thousand tokens",
            _MOST.format(**_BOUND | {"per": "1000"}),
            "for a short request it returned 0.05687500: far more",
        ),
        (
            "takes no cap for no output",
            _MOST.format(**_BOUND | {"cap": "pass", "out": 'body.get("max_output_tokens", 0)'}),
            "`max_output_tokens` is missing, so nothing caps the output, and it returned 3.6",
        ),
        (
            "takes None for a number",
            _MOST.format(**_BOUND | {"cap": 'if "max_output_tokens" not in body: return None'}),
            "Your code stopped with `TypeError`",
        ),
        (
            "takes None for zero",
            _MOST.format(
                **_BOUND
                | {
                    "cap": 'if "max_output_tokens" not in body: return None',
                    "out": '(body["max_output_tokens"] or 0)',
                }
            ),
            "`max_output_tokens` is None, so nothing caps",
        ),
        (
            "returns a text",
            """
def most_usd(body, usd_in, usd_out):
    cap = body.get("max_output_tokens")
    size = len(json.dumps(body).encode())
    return None if cap is None else f"USD {(size * usd_in + cap * usd_out) / 1e6:.6f}"
""",
            "it returned 'USD 0.000057', not a number",
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
            "believes that the rule was sent",
            _REPLY.format(**_HELD | {"held": "draft.quote in rules[draft.rule]"}),
            "where the rule named was not sent, it raised `KeyError`",
        ),
        (
            "does not look at found",
            _REPLY.format(**_HELD | {"none": "draft is None or not draft.quote.strip()"}),
            "where found is false, it returned 'Yes, in six.'",
        ),
        (
            "takes nothing for a quote",
            _REPLY.format(**_HELD | {"none": "draft is None or not draft.found"}),
            "the quote is empty",
        ),
        (
            "takes a blank for a quote",
            _REPLY.format(
                **_HELD | {"none": "draft is None or not draft.found or not draft.quote"}
            ),
            "the quote is a blank",
        ),
        (
            "does not expect a refusal",
            _REPLY.format(**_HELD | {"none": "not draft.found or not draft.quote.strip()"}),
            "where the model refused, it raised `AttributeError`",
        ),
        (
            "does not expect a cut",
            _REPLY.format(**_HELD | {"errors": "KeyError"}),
            "where the answer was cut off, it raised `ValidationError`",
        ),
        (
            "hides each exception",
            _REPLY.format(**_HELD | {"errors": "Exception"}),
            "a 400 about another parameter is kept from the caller: it returned None",
        ),
        ("sets no cap", _REPLY.format(**_HELD | {"limits": ""}), "nothing caps the output"),
        (
            "sends no rules",
            _REPLY.format(**_HELD | {"asked": "mail"}),
            "does not hold all rules",
        ),
        (
            "sends the rules without their numbers",
            _REPLY.format(**_HELD | {"rule": "rule"}),
            "rule 41 is in the request, but its number is not",
        ),
        (
            "counts the rules anew",
            _REPLY.format(**_HELD | {"rule": 'f"{list(rules).index(n) + 1}. {rule}"'}).replace(
                "Mail:", "Rule 41. Mail:"
            ),
            "rule 57 is in the request, but its number is not",
        ),
        (
            "sends no mail",
            _REPLY.format(**_HELD | {"asked": "listed"}),
            "the request does not hold the mail",
        ),
        (
            "sends no instructions",
            _REPLY.format(**_HELD | {"draft": '"Answer."'}),
            "the request does not hold `DRAFT`",
        ),
        (
            "asks for any JSON",
            """
def reply(client, mail, rules):
    listed = "\\n".join(f"{n}. {rule}" for n, rule in rules.items())
    answer = client.responses.create(
        model="gpt-6-luna",
        instructions=DRAFT,
        input=f"{listed} Answer in JSON. Mail: {mail}",
        text={"format": {"type": "json_object"}},
        **LIMITS,
    )
    draft = json.loads(answer.output_text)
    held = draft["found"] and draft["quote"] in rules.get(draft["rule"], "")
    return draft["reply"] if held else None
""",
            "does not carry the form `Draft`",
        ),
        (
            "returns the draft",
            _REPLY.format(**_HELD | {"reply": "draft"}),
            "and it returned Draft(found=True",
        ),
        (
            "returns the quote",
            _REPLY.format(**_HELD | {"reply": "draft.quote"}),
            "it returned 'may be paid in six parts', not 'Yes, in six.'",
        ),
        (
            "asks again after a cut",
            """
def reply(client, mail, rules):
    listed = "\\n".join(f"{n}. {rule}" for n, rule in rules.items())
    for _ in range(2):
        answer = client.responses.parse(
            model="gpt-6-luna", instructions=DRAFT, input=listed + mail, text_format=Draft, **LIMITS
        )
    draft = answer.output_parsed
    held = draft.found and draft.quote and draft.quote in rules.get(draft.rule, "")
    return draft.reply if held else None
""",
            "it sent 2 requests, not 1",
        ),
    ],
    "29-3": [
        (
            "looks at the budget too late",
            _WORK.format(**_CAREFUL | {"before": "if spent >= usd: break"}),
            "the budget is 0.00005, it sent 3 requests",
        ),
        (
            "leaves what would just be enough",
            _WORK.format(**_CAREFUL | {"before": "if spent + 0.0001 >= usd: break"}),
            "the budget is 0.0001, it sent 0 requests, not 1",
        ),
        (
            "counts silence as nothing",
            _WORK.format(**_CAREFUL | {"silence": "0"}),
            "no call is answered, it sent 3 requests",
        ),
        (
            "knows silence as a timeout only",
            _WORK.format(**_CAREFUL | {"silent": "openai.APITimeoutError"}),
            "where the second call gets a broken connection, it raised `APIConnectionError`",
        ),
        (
            "counts a refusal",
            _WORK.format(
                **_CAREFUL
                | {
                    "refused": """spent += 0.0001
            if error.type == "insufficient_quota": break"""
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
            "takes each 429 for the end of the credit",
            _WORK.format(**_CAREFUL | {"refused": "if error.status_code == 429: break"}),
            "gets a 429 `rate_limit_exceeded`, it sent 2 requests, not 3",
        ),
        (
            "knows one code of the type",
            _WORK.format(
                **_CAREFUL | {"refused": 'if error.code == "credit_balance_exhausted": break'}
            ),
            "the first call hears of `insufficient_quota`, it sent 3 requests, not 1",
        ),
        (
            "takes the type for the code",
            _WORK.format(**_CAREFUL | {"refused": 'if error.code == "insufficient_quota": break'}),
            "the second call hears of `insufficient_quota`, it sent 3 requests, not 2",
        ),
        (
            "raises what is refused",
            _WORK.format(**_CAREFUL | {"refused": "raise"}),
            "a 503, it raised `InternalServerError`",
        ),
        (
            "hides its own mistakes",
            _WORK.format(**_CAREFUL | {"silent": "Exception"}),
            "a `Path` among the mails is a mistake of ours",
        ),
        (
            "lets the client try again",
            _WORK.format(**_CAREFUL | {"client": "pass"}),
            "the mail 'My reading is 902 kWh. T-090' was sent 2 times",
        ),
        (
            "swaps the prices",
            _WORK.format(**_CAREFUL | {"usd_in": "0.50", "usd_out": "0.10"}),
            "each answer costs 0.00009, it sent 1 request, not 2",
        ),
        (
            "counts the input only",
            _WORK.format(**_CAREFUL | {"usd_out": "0"}),
            "each answer costs 0.00009, it sent 3 requests, not 2",
        ),
        (
            "counts all tokens at the higher price",
            _WORK.format(**_CAREFUL | {"usd_in": "0.5"}),
            "each answer costs 0.00009, it sent 1 request",
        ),
        (
            "counts each call as the most",
            _WORK.format(**_CAREFUL).replace("spent += (used", "spent += 0.0001 + 0 * (used"),
            "has 600 tokens in and 20 out, it sent 2 requests, not 3",
        ),
        (
            "forgets the limits",
            _WORK.format(**_CAREFUL | {"limits": ""}),
            "without a cap on the output",
        ),
        (
            "asks without the mail",
            _WORK.format(**_CAREFUL | {"mail": '"Hello"'}),
            "a request does not hold the mail",
        ),
        (
            "keeps the whole answer",
            _WORK.format(**_CAREFUL | {"text": ""}),
            "where each call is answered, it returned [Response(",
        ),
        (
            "has None for kept",
            _WORK.format(**_CAREFUL | {"kept": "None"}),
            "it returned ['A.', None, 'C.']",
        ),
        (
            "loses what has no answer",
            _WORK.format(**_CAREFUL | {"listed": "done"}),
            "the dict has 2 keys, and 2 of the 3 mails",
        ),
        (
            "returns a list",
            _WORK.format(**_CAREFUL)
            .replace("return {mail:", "return [")
            .replace(" for mail in mails}", " for mail in mails]"),
            "it returned list, not a dict",
        ),
    ],
}
