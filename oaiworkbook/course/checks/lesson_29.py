"""Exercises of lesson 29, Capstone."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import Any

import httpx2
import openai

from ..exercises.failures import BROKEN, CRASHED, FAILURES, NO_MODEL, WRONG_KEY, passes_on
from ..exercises.failures import BUSY as TOO_FAST
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Probe, error_answer, expect, no_waiting, text_answer

BODIES: list[tuple[str, dict[str, Any]]] = [
    ("a short request", {"model": "m", "input": "Hi", "max_output_tokens": 100}),
    (
        "a mail of 10,000 letters",
        {"model": "m", "input": "It is so cold here. " * 500, "max_output_tokens": 16},
    ),
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
        "a request of two messages",
        {
            "model": "m",
            "input": [{"role": "developer", "content": "a" * 90}, {"role": "user", "content": "b"}],
            "max_output_tokens": 30,
        },
    ),
    (
        "a mail in Japanese",
        {"model": "m", "input": "暖房が動きません。" * 30, "max_output_tokens": 20},
    ),
    ("a mail in Norwegian", {"model": "m", "input": "åøæ" * 300, "max_output_tokens": 16}),
]
NO_CAP: list[tuple[str, dict[str, Any]]] = [
    ("`max_output_tokens` is missing", {"model": "m", "input": "Hi"}),
    ("`max_output_tokens` is None", {"model": "m", "input": "Hi", "max_output_tokens": None}),
]


def most_usd(answer: Callable[..., Any]) -> str:
    for what, body in BODIES:
        for usd_in, usd_out in ((0.125, 0.50), (2.0, 12.0)):
            found = answer(dict(body), usd_in, usd_out)
            expect(
                isinstance(found, Real | Decimal) and not isinstance(found, bool),
                f"for {what} it returned {found!r}, not a number",
            )
            usd = float(found)
            size = len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
            output = body["max_output_tokens"] * usd_out / 1e6
            least = size * usd_in / 1e6 + output
            came = f"for {what} it returned {usd:.8f}"
            expect(usd >= output * 0.999, f"{came}, and the output alone may cost {output:.8f}")
            expect(usd >= least * 0.999, f"{came}; with a token for each byte it is {least:.8f}")
            expect(usd <= 4 * least, f"{came}: far more than it can cost")
    for what, body in NO_CAP:
        found = answer(body, 0.125, 0.50)
        expect(found is None, f"{what}, so nothing caps the output, and it returned {found!r}")
    return "Small enough to be useful, and never too small."


PARTS = "May I pay for the winter in six parts? T-009"
SUMMER = "Do I pay the charge in August, too? T-030"
# No rule ends with a full stop, so that two that are glued together are seen.
RULES = {
    41: "Payments. A bill above 300 euros may be paid in six parts",
    57: "Summer. The standing charge is due in every month",
}
QUOTE = "may be paid in six parts"
DRAFT_BEGINS = "Answer the mail from one of the rules"  # as in data/samples/support_desk.py
FIELDS = {"found", "rule", "quote", "reply"}


def _draft(
    found: bool = True, rule: int = 41, quote: str = QUOTE, reply: str = "Yes, in six."
) -> str:
    return json.dumps({"found": found, "rule": rule, "quote": quote, "reply": reply})


def _refusal() -> Mapping[str, Any]:
    part = {"type": "refusal", "refusal": "I cannot help with that."}
    item = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant"}
    return text_answer("", output=[item | {"content": [part]}])


def _cut() -> Mapping[str, Any]:
    why = {"reason": "max_output_tokens"}
    return text_answer(_draft()[:30], status="incomplete", incomplete_details=why)


NO_REPLY: list[tuple[str, Any]] = [
    ("found is false", _draft(found=False)),
    ("the quote is not in the rule", _draft(quote="may be paid in twelve parts")),
    ("the quote is in another rule", _draft(rule=57)),
    ("the rule named was not sent", _draft(rule=1)),
    ("the quote is empty", _draft(quote="")),
    ("the quote is a blank", _draft(quote=" ")),
    ("the model refused", _refusal()),
    ("the answer was cut off", _cut()),
]


def reply(answer: Callable[..., Any]) -> str:
    _replies(answer, PARTS, _draft(), "Yes, in six.")
    due = _draft(rule=57, quote="due in every month", reply="Yes, it is due in August.")
    _replies(answer, SUMMER, due, "Yes, it is due in August.")
    for what, said in NO_REPLY:
        try:
            found = answer(Probe([said]).client, PARTS, dict(RULES))
        except Exception as error:
            raise Wrong(f"where {what}, it raised `{type(error).__name__}`") from None
        expect(found is None, f"where {what}, it returned {found!r}")
    passes_on(lambda probe: answer(probe.client, PARTS, dict(RULES)))
    return "A reply that nobody can trace to a rule stays here."


def _replies(answer: Callable[..., Any], mail: str, said: str, wanted: str) -> None:
    probe = Probe([said])
    found = answer(probe.client, mail, dict(RULES))
    asked = probe.last
    expect(len(probe.requests) == 1, f"it sent {_requests(len(probe.requests))}, not 1")
    expect(mail in asked.words, f"the request does not hold the mail {mail!r}")
    sent = json.dumps(asked.body).replace("\\n", "\n")  # parts of a message stay apart
    for number, rule in RULES.items():
        expect(rule in asked.words, "the request does not hold all rules")
        alone = re.search(rf"(?<!\w){number}(?!\w)", sent)
        expect(alone, f"rule {number} is in the request, but its number is not, or not by itself")
    expect(DRAFT_BEGINS in asked.words, "the request does not hold `DRAFT`")
    form = (asked.schema or {}).get("schema") or {}
    expect(set(form.get("properties", ())) >= FIELDS, "the request does not carry the form `Draft`")
    expect(asked.cap, "nothing caps the output")
    expect(found == wanted, f"the quote is in the rule, and it returned {found!r}, not {wanted!r}")


def _requests(number: int) -> str:
    return f"{number} request" + ("" if number == 1 else "s")


MAILS = ["I pay twice. T-055", "My reading is 902 kWh. T-090", "It is cold. T-018"]
BUSY = error_answer(503, "Later.", type="service_unavailable_error", code="server_is_overloaded")
BAD = error_answer(400, "No.", type="invalid_request_error")
NO_CREDIT = error_answer(
    429, "No credits.", type="insufficient_quota", code="credit_balance_exhausted"
)
LIMIT_REACHED = error_answer(
    429, "Enough.", type="insufficient_quota", code="project_spend_limit_exceeded"
)
SILENCE = httpx2.ReadTimeout("silence")
MIXED = text_answer("Mixed.", usage=(400, 100))  # USD 0.00009
LONG_MAIL = text_answer("Read.", usage=(600, 20))  # USD 0.00007
LONG_ANSWER = text_answer("Said.", usage=(20, 136))  # USD 0.00007
KEPT = ["kept"] * 3
# What happens, the replies, the budget, what the dict is to hold, how many requests are sent.
RUNS: list[tuple[str, list[Any], float, list[str], int]] = [
    ("each call is answered", ["A.", "B.", "C."], 0.001, ["A.", "B.", "C."], 3),
    ("the second call gets a 503", ["A.", BUSY, "C."], 0.001, ["A.", "kept", "C."], 3),
    ("the first call gets a 400", [BAD, "B.", "C."], 0.001, ["kept", "B.", "C."], 3),
    *(
        (
            f"the second call gets {name}",
            ["A.", FAILURES[name], "C."],
            0.001,
            ["A.", "kept", "C."],
            3,
        )
        for name in (TOO_FAST, WRONG_KEY, NO_MODEL, CRASHED, BROKEN)
    ),
    ("the second call is not answered", ["A.", SILENCE, "C."], 0.001, ["A.", "kept", "C."], 3),
    (
        "the second call hears of `insufficient_quota`",
        ["A.", NO_CREDIT, "C."],
        0.001,
        ["A.", "kept", "kept"],
        2,
    ),
    ("the first call hears of `insufficient_quota`", [LIMIT_REACHED, "B.", "C."], 0.001, KEPT, 1),
    ("the budget is 0.00005", ["A."], 0.00005, KEPT, 0),
    ("the budget is 0.0001", [MIXED], 0.0001, ["Mixed.", "kept", "kept"], 1),
    ("the budget is 0.00025 and each call gets a 503", [BUSY], 0.00025, KEPT, 3),
    ("the budget is 0.00025 and no call is answered", [SILENCE], 0.00025, KEPT, 2),
    ("the budget is 0.00025 and the connection breaks", [FAILURES[BROKEN]], 0.00025, KEPT, 2),
    (
        "the budget is 0.00025 and each answer costs 0.00009",
        [MIXED],
        0.00025,
        ["Mixed.", "Mixed.", "kept"],
        2,
    ),
    (
        "the budget is 0.00025 and each answer has 600 tokens in and 20 out",
        [LONG_MAIL],
        0.00025,
        ["Read."] * 3,
        3,
    ),
    (
        "the budget is 0.00025 and each answer has 20 tokens in and 136 out",
        [LONG_ANSWER],
        0.00025,
        ["Said."] * 3,
        3,
    ),
]


def work(answer: Callable[..., Any]) -> str:
    with no_waiting(answer):
        for what, replies, usd, wanted, sent in RUNS:
            _run(answer, what, replies, usd, wanted, sent)
        _own_mistake(answer)
    return "Nothing is lost, and nothing is spent that was not there."


def _run(
    answer: Callable[..., Any],
    what: str,
    replies: list[Any],
    usd: float,
    wanted: list[str],
    sent: int,
) -> None:
    probe = Probe(replies, max_retries=2)
    try:
        found = answer(probe.client, list(MAILS), usd)
    except openai.APIError as error:
        raise Wrong(f"where {what}, it raised `{type(error).__name__}`") from None
    for mail in MAILS:
        times = sum(mail in asked.words for asked in probe.requests)
        expect(times <= 1, f"where {what}, the mail {mail!r} was sent {times} times")
    expect(
        len(probe.requests) == sent,
        f"where {what}, it sent {_requests(len(probe.requests))}, not {sent}",
    )
    for mail, asked in zip(MAILS, probe.requests, strict=False):
        expect(mail in asked.words, f"where {what}, a request does not hold the mail {mail!r}")
        expect(asked.cap, "a request goes out without a cap on the output, so it may cost more")
    expect(isinstance(found, dict), f"it returned {type(found).__name__}, not a dict")
    there = sum(mail in found for mail in MAILS)
    expect(
        there == len(found) == len(MAILS),
        f"where {what}, the dict has {len(found)} keys, and {there} of the {len(MAILS)} mails",
    )
    values = [found[mail] for mail in MAILS]
    expect(values == wanted, f"where {what}, it returned {values!r}, not {wanted!r}")


def _own_mistake(answer: Callable[..., Any]) -> None:
    """A file's path in place of its text: no request can carry it, so the SDK raises a TypeError."""
    try:
        found = answer(Probe(["A."]).client, [Path("mail.txt")], 0.001)
    except Exception:
        return
    expect(
        "kept" not in found.values(),
        "a `Path` among the mails is a mistake of ours, and what it raised was hidden: 'kept'",
    )


EXERCISES = [
    Exercise(
        "29-1",
        most_usd,
        (
            "`json.dumps(body).encode()` is the request in bytes.",
            "Bytes times `usd_in`, plus `max_output_tokens` times `usd_out`, over a million.",
            '`cap = body.get("max_output_tokens")` is None where it is missing, too.',
        ),
        """def most_usd(body, usd_in, usd_out):
    cap = body.get("max_output_tokens")
    size = len(json.dumps(body))  # escaped to ASCII: each character is one byte
    return None if cap is None else (size * usd_in + cap * usd_out) / 1e6
""",
    ),
    Exercise(
        "29-2",
        reply,
        (
            "`client.responses.parse(..., text_format=Draft)`, with `**LIMITS` as the cap.",
            "A form that is cut off raises `ValueError`; of a refusal, `output_parsed` is None.",
            '`draft.quote.strip() and draft.quote in rules.get(draft.rule, "")` tests the quote.',
        ),
        """def reply(client, mail, rules):
    listed = "\\n".join(f"{number}. {rule}" for number, rule in rules.items())
    asked = f"Rules:\\n{listed}\\n\\nMail: {mail}"
    try:
        draft = client.responses.parse(
            model="gpt-6-luna", instructions=DRAFT, **LIMITS, input=asked, text_format=Draft
        ).output_parsed
    except ValueError:
        draft = None
    held = draft and draft.found and draft.quote.strip()
    return draft.reply if held and draft.quote in rules.get(draft.rule, "") else None
""",
    ),
    Exercise(
        "29-3",
        work,
        (
            'Begin with `done = dict.fromkeys(mails, "kept")` and `spent = 0`. '
            "`client.with_options(max_retries=0)` tries once.",
            "Before each call: is `spent + 0.0001 <= usd`?",
            "`error.type` tells `insufficient_quota`. Import `openai` for the classes.",
        ),
        """def work(client, mails, usd):
    import openai

    once = client.with_options(max_retries=0)
    done, spent = dict.fromkeys(mails, "kept"), 0.0
    for mail in mails:
        if spent + 0.0001 <= usd:
            try:
                response = once.responses.create(**TASK, **LIMITS, input=mail)
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
