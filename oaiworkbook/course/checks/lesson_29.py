"""Exercises of lesson 29, Capstone."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import openai

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect, text_answer

MAIL = "May I pay for the winter in six parts? T-009"
RULES = {7: "Payments. A bill above 300 euros may be paid in six parts.", 8: "Summer. It is due."}
QUOTE = "may be paid in six parts"

BODIES: list[tuple[str, dict[str, Any]]] = [
    ("a short request", {"model": "m", "input": "Hi", "max_output_tokens": 100}),
    (
        "a request with a form",
        {
            "model": "m",
            "instructions": "Read. " * 20,
            "input": "My reading is 4,120 kWh.",
            "text": {"format": {"type": "json_schema", "schema": {"title": "a" * 300}}},
            "max_output_tokens": 50,
        },
    ),
    (
        "a mail in Japanese",
        {"model": "m", "input": "暖房が動きません。" * 30, "max_output_tokens": 20},
    ),
    ("a mail in Norwegian", {"model": "m", "input": "åøæ" * 300, "max_output_tokens": 16}),
]


def most_usd(answer: Callable[..., Any]) -> str:
    long = {"model": "m", "input": "It is so cold here. " * 500, "max_output_tokens": 16}
    found = answer(long, 0.125, 0.50)
    expect(isinstance(found, int | float), f"it returned {found!r}, not a number")
    expect(found > 0.0007, f"for a mail of 10,000 letters it returned {found:.8f}")
    for what, body in BODIES:
        for usd_in, usd_out in ((0.125, 0.50), (2.0, 12.0)):
            found = answer(dict(body), usd_in, usd_out)
            expect(
                isinstance(found, int | float), f"for {what} it returned {found!r}, not a number"
            )
            size = len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
            least = (size * usd_in + body["max_output_tokens"] * usd_out) / 1e6
            output = body["max_output_tokens"] * usd_out / 1e6
            expect(
                found >= output * 0.999,
                f"for {what} it returned {found:.8f}, and the output alone may cost {output:.8f}",
            )
            expect(
                found >= least * 0.999,
                f"for {what} it returned {found:.8f}; it may cost up to {least:.8f}",
            )
            expect(
                found <= 4 * least,
                f"for {what} it returned {found:.8f}: far more than it can cost",
            )
    body = {"model": "m", "input": "Hi"}
    found = answer(body, 0.125, 0.50)
    expect(found is None, f"nothing caps the output, and it returned {found!r}")
    return "Small enough to be useful, and never too small."


def _draft(found: bool = True, rule: int = 7, quote: str = QUOTE) -> str:
    return json.dumps({"found": found, "rule": rule, "quote": quote, "reply": "Yes, in six."})


def _refusal() -> Mapping[str, Any]:
    part = {"type": "refusal", "refusal": "I cannot help with that."}
    item = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant"}
    return text_answer("", output=[item | {"content": [part]}])


def _cut() -> Mapping[str, Any]:
    why = {"reason": "max_output_tokens"}
    return text_answer(_draft()[:30], status="incomplete", incomplete_details=why)


NO_REPLY: list[tuple[str, Any]] = [
    ("found is false", _draft(found=False, rule=0, quote="")),
    ("the quote is not in the rule", _draft(quote="may be paid in twelve parts")),
    ("the quote is in another rule", _draft(rule=8)),
    ("the rule named was not sent", _draft(rule=12)),
    ("the quote is empty", _draft(quote="")),
    ("the model refused", _refusal()),
    ("the answer was cut off", _cut()),
]


def reply(answer: Callable[..., Any]) -> str:
    probe = Probe([_draft()])
    found = answer(probe.client, MAIL, dict(RULES))
    expect(len(probe.requests) == 1, f"{len(probe.requests)} requests were sent, not 1")
    _asks(probe.last)
    expect(found == "Yes, in six.", f"the quote stands in the rule, and it returned {found!r}")
    for what, said in NO_REPLY:
        try:
            found = answer(Probe([said]).client, MAIL, dict(RULES))
        except Exception as error:
            raise Wrong(f"where {what}, it raised `{type(error).__name__}`") from None
        expect(found is None, f"where {what}, it returned {found!r}")
    return "A reply that nobody can trace to a rule stays here."


def _asks(asked: Asked) -> None:
    body = json.dumps(asked.body, ensure_ascii=False)
    expect(MAIL in body, "the request does not hold the mail")
    expect(all(rule in body for rule in RULES.values()), "the request does not hold all rules")
    expect('"quote"' in body, "the request carries no form: use `Draft`")
    caps = ("max_output_tokens", "max_completion_tokens")
    expect(any(asked.body.get(cap) for cap in caps), "nothing caps the output")


BUSY = error_answer(503, "Later.", type="service_unavailable_error", code="server_is_overloaded")
BAD = error_answer(400, "No.", type="invalid_request_error")
NO_CREDIT = error_answer(
    429, "No credits.", type="insufficient_quota", code="credit_balance_exhausted"
)
SILENCE = httpx2.ReadTimeout("silence")
DEAR = text_answer("Dear.", usage=(400, 100))  # USD 0.00009


def work(answer: Callable[..., Any]) -> str:
    _run(answer, "each call is answered", ["Fine."] * 3, 0.001, ["Fine."] * 3, 3)
    _run(answer, "the second call gets a 503", ["A.", BUSY, "C."], 0.001, ["A.", "kept", "C."], 3)
    _run(answer, "the first call gets a 400", [BAD, "B.", "C."], 0.001, ["kept", "B.", "C."], 3)
    _run(
        answer,
        "the second call hears of `insufficient_quota`",
        ["A.", NO_CREDIT, "C."],
        0.001,
        ["A.", "kept", "kept"],
        2,
    )
    small = 0.00025
    kept = ["kept"] * 3
    _run(answer, "the budget is 0.00005", ["A."], 0.00005, kept, 0)
    two = "the budget is 0.00025 and "
    _run(answer, two + "each call gets a 503", [BUSY] * 3, small, kept, 3)
    _run(answer, two + "no call is answered", [SILENCE] * 3, small, kept, 2)
    _run(answer, two + "each answer costs 0.00009", [DEAR] * 3, small, ["Dear."] * 2 + ["kept"], 2)
    return "Nothing is lost, and nothing is spent that was not there."


def _run(
    answer: Callable[..., Any],
    what: str,
    replies: list[Any],
    usd: float,
    wanted: list[str],
    sent: int,
) -> None:
    mails = [MAIL, "My reading is 902 kWh. T-090", "It is cold. T-018"]
    probe = Probe(replies)
    try:
        found = answer(probe.client, mails, usd)
    except openai.APIError as error:
        raise Wrong(f"where {what}, it raised `{type(error).__name__}`") from None
    expect(
        len(probe.requests) == sent,
        f"where {what}, it sent {len(probe.requests)} requests, not {sent}",
    )
    expect(isinstance(found, dict), f"it returned {type(found).__name__}, not a dict")
    expect(set(found) == set(mails), f"where {what}, {len(found)} of 3 mails are in the dict")
    values = [found[mail] for mail in mails]
    expect(values == wanted, f"where {what}, it returned {values!r}, not {wanted!r}")


EXERCISES = [
    Exercise(
        "29-1",
        most_usd,
        (
            "`json.dumps(body).encode()` is the request in bytes.",
            "Bytes times `usd_in`, plus `max_output_tokens` times `usd_out`, over a million.",
            '`if "max_output_tokens" not in body: return None` comes first.',
        ),
        """def most_usd(body, usd_in, usd_out):
    if "max_output_tokens" not in body:
        return None
    size = len(json.dumps(body).encode())
    return (size * usd_in + body["max_output_tokens"] * usd_out) / 1e6
""",
    ),
    Exercise(
        "29-2",
        reply,
        (
            "`client.responses.parse(..., text_format=Draft)`, with `**LIMITS` as the cap.",
            "A form that is cut off raises `ValueError`; of a refusal, `output_parsed` is None.",
            '`draft.quote and draft.quote in rules.get(draft.rule, "")` is the test of the quote.',
        ),
        """def reply(client, mail, rules):
    listed = "\\n".join(f"{number}. {rule}" for number, rule in rules.items())
    asked = f"Rules:\\n{listed}\\n\\nMail: {mail}"
    try:
        draft = client.responses.parse(
            model="gpt-6-luna", instructions=DRAFT, **LIMITS, input=asked, text_format=Draft
        ).output_parsed
    except ValueError:
        return None
    if draft is None or not draft.found or not draft.quote:
        return None
    return draft.reply if draft.quote in rules.get(draft.rule, "") else None
""",
    ),
    Exercise(
        "29-3",
        work,
        (
            'Begin with `done = dict.fromkeys(mails, "kept")` and `spent = 0`.',
            "Before each call: `if spent + 0.0001 > usd: break`.",
            "`error.type` tells `insufficient_quota`. Import `openai` for the classes.",
        ),
        """def work(client, mails, usd):
    import openai

    done, spent = dict.fromkeys(mails, "kept"), 0.0
    for mail in mails:
        if spent + 0.0001 > usd:
            break
        try:
            response = client.responses.create(**TASK, **LIMITS, input=mail)
        except openai.APIStatusError as error:
            if error.type == "insufficient_quota":
                break
        except openai.APIConnectionError:
            spent += 0.0001
        else:
            used = response.usage
            spent += (used.input_tokens * 0.10 + used.output_tokens * 0.50) / 1e6
            done[mail] = response.output_text
    return done
""",
    ),
]
