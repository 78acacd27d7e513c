"""Right answers to the exercises of lesson 29, in other ways than the reference."""

_FILL = """
def reply(client, mail, rules):
    from pydantic import ValidationError

    schema = {{"name": "draft", "strict": True, "schema": Draft.model_json_schema()}}
    listed = [f"{{number}}: {{text}}" for number, text in rules.items()]
    {ask}
    try:
        draft = Draft.model_validate_json({text} or "")
    except ValidationError:
        return None
    {held}
"""

RIGHT = {
    "29-1": [
        (
            "bytes, and an early return",
            """
def most_usd(body, usd_in, usd_out):
    if body.get("max_output_tokens") is None:
        return None
    size = len(json.dumps(body).encode())
    return size / 1_000_000 * usd_in + body["max_output_tokens"] / 1_000_000 * usd_out
""",
        ),
        (
            "as it goes over the wire, with Decimal",
            """
def most_usd(body, usd_in, usd_out):
    from decimal import Decimal

    match body:
        case {"max_output_tokens": int(cap)}:
            sent = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
            usd = len(sent) * Decimal(str(usd_in)) + cap * Decimal(str(usd_out))
            return usd / 10**6
    return None
""",
        ),
        (
            "with Fraction and a handler",
            """
def most_usd(body, usd_in, usd_out):
    from fractions import Fraction

    million = 10**6
    try:
        output = Fraction(usd_out) * body["max_output_tokens"] / million
    except (KeyError, TypeError):
        return None
    return sum(1 for _ in json.dumps(body).encode()) * Fraction(usd_in) / million + output
""",
        ),
        (
            "what the SDK would send",
            """
def most_usd(body, usd_in, usd_out):
    import httpx2
    import numpy as np

    cap = body.get("max_output_tokens")
    if not cap:
        return None
    size = len(httpx2.Request("POST", "http://localhost", json=body).content)
    return np.dot([size, cap], [usd_in, usd_out]) / 1e6
""",
        ),
    ],
    "29-2": [
        (
            "by Chat",
            """
def reply(client, mail, rules):
    import openai

    messages = [{"role": "developer", "content": DRAFT + " " + json.dumps(rules)}]
    messages += [{"role": "user", "content": mail}]
    try:
        [choice] = client.chat.completions.parse(
            model="gpt-6-luna",
            messages=messages,
            response_format=Draft,
            max_completion_tokens=300,
            reasoning_effort="none",
        ).choices
    except (openai.LengthFinishReasonError, ValueError):
        return None
    draft = choice.message.parsed
    if draft is None or not draft.found or not draft.quote.strip():
        return None
    return draft.reply if draft.quote in rules.get(draft.rule, "") else None
""",
        ),
        (
            "a schema by hand",
            _FILL.format(
                ask=(
                    """answer = client.responses.create(
        model="gpt-6-luna",
        instructions=DRAFT,
        input="\\n".join([*listed, mail]),
        text={"format": {"type": "json_schema", **schema}},
        store=False,
        max_output_tokens=300,
    )
    if answer.status != "completed":
        return None"""
                ),
                text="answer.output_text",
                held=(
                    """rule = rules.get(draft.rule)
    if rule is None or not draft.found:
        return None
    quote = draft.quote.strip()
    return draft.reply if quote and quote in rule else None"""
                ),
            ),
        ),
        (
            "a schema by hand in Chat, a message for each rule",
            _FILL.format(
                ask=(
                    """user = [{"role": "user", "content": each} for each in [*listed, mail]]
    answer = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "system", "content": DRAFT}, *user],
        response_format={"type": "json_schema", "json_schema": schema},
        max_completion_tokens=300,
    )"""
                ),
                text="answer.choices[0].message.content",
                held=(
                    """try:
        held = draft.found and draft.quote and not draft.quote.isspace()
        return draft.reply if held and rules[draft.rule].count(draft.quote) else None
    except KeyError:
        return None"""
                ),
            ),
        ),
        (
            "a part for each rule, a stream",
            """
def reply(client, mail, rules):
    parts = [f"{number}. {rule}" for number, rule in rules.items()] + ["Mail: " + mail]
    content = [{"type": "input_text", "text": part} for part in parts]
    try:
        with client.responses.stream(
            model="gpt-6-luna",
            input=[{"role": "system", "content": DRAFT}, {"role": "user", "content": content}],
            text_format=Draft,
            **LIMITS,
        ) as stream:
            draft = stream.get_final_response().output_parsed
    except ValueError:
        return None
    match draft:
        case Draft(found=True, rule=number, quote=quote, reply=text) if quote.strip():
            if number in rules and quote in rules[number]:
                return text
    return None
""",
        ),
    ],
    "29-3": [
        (
            "one class, looked at",
            """
def work(client, mails, usd):
    import openai

    client = client.with_options(max_retries=0)
    done, left, stopped = {}, usd, False
    for mail in mails:
        done[mail] = "kept"
        if stopped or left < 0.0001:
            continue
        try:
            answer = client.responses.create(**TASK, **LIMITS, input=mail)
        except openai.APIError as error:
            if isinstance(error, openai.APIConnectionError):
                left -= 0.0001
            elif error.type == "insufficient_quota":
                stopped = True
            continue
        left -= answer.usage.input_tokens * 0.1e-6 + answer.usage.output_tokens * 0.5e-6
        done[mail] = answer.output_text
    return done
""",
        ),
        (
            "whole nano-dollars",
            """
def work(client, mails, usd):
    from openai import APIConnectionError, APIStatusError

    done = {mail: "kept" for mail in mails}
    most, budget = 100_000, round(usd * 1e9)
    once = client.with_options(max_retries=0, timeout=30)
    for mail in mails:
        if budget < most:
            break
        budget -= most
        try:
            message = {"role": "user", "content": mail}
            answer = once.responses.create(**TASK, **LIMITS, input=[message])
        except APIConnectionError:
            continue
        except APIStatusError as error:
            budget += most
            if error.body and error.body.get("type") == "insufficient_quota":
                return done
            continue
        budget += most - answer.usage.input_tokens * 100 - answer.usage.output_tokens * 500
        done[mail] = answer.output_text
    return done
""",
        ),
        (
            "Decimal and a function of its own",
            """
class NoCredit(Exception):
    pass


def ask(client, mail):
    from decimal import Decimal

    import openai

    try:
        answer = client.responses.create(**TASK, **LIMITS, input=mail)
    except openai.RateLimitError as error:
        if error.type == "insufficient_quota":
            raise NoCredit from error
        return "kept", Decimal(0)
    except openai.APIStatusError:
        return "kept", Decimal(0)
    except (openai.APITimeoutError, openai.APIConnectionError):
        return "kept", Decimal("0.0001")
    usage = answer.usage
    usd = Decimal("0.1") * usage.input_tokens + Decimal("0.5") * usage.output_tokens
    return answer.output_text, usd / 1_000_000


def work(client, mails, usd):
    from decimal import Decimal

    left, waiting, done = Decimal(str(usd)), list(mails), {}
    client = client.copy(max_retries=0)
    while waiting and left >= Decimal("0.0001"):
        try:
            done[waiting[0]], cost = ask(client, waiting[0])
        except NoCredit:
            break
        left -= cost
        del waiting[0]
    return done | dict.fromkeys(waiting, "kept")
""",
        ),
        (
            "a generator, and the raw response",
            """
def work(client, mails, usd):
    import openai

    client.max_retries = 0
    spent = 0

    def answers():
        nonlocal spent
        for mail in mails:
            if usd - spent < 0.0001:
                return
            try:
                raw = client.responses.with_raw_response.create(**TASK, **LIMITS, input=mail)
            except openai.APIStatusError as error:
                if "insufficient_quota" == error.type:
                    return
            except openai.APIConnectionError:
                spent += 1e-4
            else:
                answer = raw.parse()
                spent += answer.usage.input_tokens / 1e7 + answer.usage.output_tokens / 2e6
                yield mail, answer.output_text

    return dict.fromkeys(mails, "kept") | dict(answers())
""",
        ),
    ],
}
