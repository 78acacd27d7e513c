"""The probe of the exercise checks: notes requests, answers in the API's form, sends nothing."""

import asyncio
import hashlib
import re
import threading
import time
from typing import Any

import httpx2
import openai
import pytest

from oaiworkbook.course.exercises.failures import (
    BROKEN,
    BUSY,
    CRASHED,
    NO_CREDIT,
    OTHER_400,
    WRONG_KEY,
    passes_on,
)
from oaiworkbook.course.exercises.judge import Exercise, NotPlayed, Runaway, Wrong, judge
from oaiworkbook.course.exercises.probe import (
    Asked,
    Probe,
    call_item,
    chat_answer,
    error_answer,
    expect,
    no_waiting,
    run_async,
    stream_answer,
    text_answer,
)
from oaiworkbook.practice.answers import (
    computer_call_item,
    custom_call_item,
    patch_call_item,
    shell_call_item,
)

ASK: dict[str, Any] = {"model": "gpt-6-luna", "input": "Hi"}
CHAT: dict[str, Any] = {"model": "gpt-6-luna", "messages": [{"role": "user", "content": "Hi"}]}


def test_it_notes_the_files_of_a_form() -> None:
    probe = Probe([{"status": 200, "json": {"id": "file-1", "object": "file"}}])
    probe.client.files.create(file=("a.pdf", b"%PDF"), purpose="user_data")
    assert probe.last.body == {"purpose": "user_data"}
    [file] = probe.last.files
    assert (file["name"], file["filename"], file["bytes"]) == ("file", "a.pdf", 4)
    assert file["sha256"] == hashlib.sha256(b"%PDF").hexdigest()
    probe.client.files.list()
    assert probe.last.files == ()


def test_it_notes_the_request() -> None:
    probe = Probe(["Hello"])
    answer = probe.client.with_options(timeout=7).responses.create(**ASK, store=False)
    assert answer.output_text == "Hello"
    assert answer.model == "gpt-6-luna"
    assert (probe.last.method, probe.last.path) == ("POST", "/responses")
    assert probe.last.body == ASK | {"store": False}
    assert probe.last.timeout == 7


def test_it_notes_the_fields_of_a_form() -> None:
    probe = Probe([{"status": 200, "json": {"text": "Hello"}}])
    probe.client.audio.transcriptions.create(model="gpt-6-luna", file=("a.wav", b"RIFF"))
    assert probe.last.path == "/audio/transcriptions"
    assert probe.last.body == {"model": "gpt-6-luna"}


def test_a_text_becomes_a_chat_answer_where_chat_was_asked() -> None:
    probe = Probe(["Hello"])
    answer = probe.client.chat.completions.create(**CHAT)
    assert answer.choices[0].message.content == "Hello"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_text_is_streamed_where_a_stream_was_asked() -> None:
    probe = Probe(["Hello there you"])
    deltas, last = [], None
    for event in probe.client.responses.create(**ASK, stream=True):
        if event.type == "response.output_text.delta":
            deltas.append(event.delta)
        last = event
    assert deltas == ["Hello ", "there ", "you"]
    assert last is not None
    assert last.type == "response.completed"
    assert last.response.output_text == "Hello there you"


def test_usage_of_a_chat_stream_comes_only_when_asked_for() -> None:
    def usages(**more: Any) -> list[bool]:
        client = Probe(["Hello there"]).client
        chunks = client.chat.completions.create(**CHAT, stream=True, **more)
        return [chunk.usage is not None for chunk in chunks]

    assert usages() == [False] * 4
    assert usages(stream_options={"include_usage": True}) == [False] * 4 + [True]


def test_a_chat_stream_brings_the_logprobs_of_each_token() -> None:
    places = [{"token": token, "logprob": -0.5, "top_logprobs": []} for token in ("O", "ak")]
    body = chat_answer("Oak")
    body["json"]["choices"][0]["logprobs"] = {"content": places, "refusal": None}
    chunks = Probe([body]).client.chat.completions.create(**CHAT, stream=True, logprobs=True)
    looks = [choice.logprobs for chunk in chunks for choice in chunk.choices if choice.logprobs]
    assert [each.token for look in looks for each in look.content or []] == ["O", "ak"]


def test_answers_hold_every_field_of_the_sdks_types_that_has_to_be_there() -> None:
    client = Probe([text_answer("Hi", output=[call_item("f", "{}")], usage=(7, 5, 3))]).client
    answer = client.responses.create(**ASK)
    type(answer).model_validate(answer.model_dump(warnings="none"))
    assert answer.output[0].type == "function_call"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 12
    assert answer.usage.output_tokens_details.reasoning_tokens == 3
    chat = Probe([chat_answer("Hi", finish_reason="length")]).client.chat.completions.create(**CHAT)
    type(chat).model_validate(chat.model_dump(warnings="none"))
    assert chat.choices[0].finish_reason == "length"


def test_replies_come_in_order_and_the_last_one_again() -> None:
    probe = Probe(
        [error_answer(500, "Sorry", type="server_error"), "one", lambda asked: asked.body["input"]]
    )
    with pytest.raises(openai.InternalServerError):
        probe.client.responses.create(**ASK)
    texts = [probe.client.responses.create(**ASK).output_text for _ in range(3)]
    assert texts == ["one", "Hi", "Hi"]


def test_errors_reach_the_program_as_the_sdk_raises_them() -> None:
    limit = error_answer(
        429,
        "Slow down",
        type="tokens",
        code="rate_limit_exceeded",
        headers={"retry-after-ms": "20"},
    )
    with pytest.raises(openai.RateLimitError) as caught:
        Probe([limit]).client.responses.create(**ASK)
    assert (caught.value.type, caught.value.code) == ("tokens", "rate_limit_exceeded")
    assert caught.value.response.headers["retry-after-ms"] == "20"
    with pytest.raises(openai.APIConnectionError):
        Probe([httpx2.ConnectError("no route")]).client.responses.create(**ASK)


def test_waits_are_noted_and_not_waited() -> None:
    slow = error_answer(
        429, "Slow", type="requests", code="rate_limit_exceeded", headers={"retry-after": "30"}
    )
    started = time.monotonic()
    with no_waiting() as waits:
        probe = Probe([slow, slow, "done"], max_retries=2)
        assert probe.client.responses.create(**ASK).output_text == "done"
        run_async(asyncio.sleep(60))
        run_async(Probe([slow, "done"], max_retries=1).async_client.responses.create(**ASK))
    assert waits == [30, 30, 60, 30]
    assert time.monotonic() - started < 5


def test_threads_that_run_already_sleep_on() -> None:
    turns, stop = [], threading.Event()

    def poll() -> None:  # as ipykernel's watch over its parent does
        while not stop.is_set():
            turns.append(1)
            time.sleep(0.05)

    thread = threading.Thread(target=poll)
    thread.start()
    with no_waiting() as waits:
        time.sleep(9)
        done = threading.Event()
        threading.Timer(0.2, done.set).start()
        done.wait(5)
    stop.set()
    thread.join()
    assert waits == [9]
    assert len(turns) < 50


def test_a_new_thread_with_the_number_of_one_that_ended_waits_for_nothing() -> None:
    stop = threading.Event()
    old = [threading.Thread(target=stop.wait) for _ in range(5)]
    for thread in old:
        thread.start()
    started = time.monotonic()
    with no_waiting() as waits:
        stop.set()
        for thread in old:
            thread.join()
        run_async(asyncio.sleep(3))
    assert waits == [3]
    assert time.monotonic() - started < 3


def test_a_cut_stream_ends_before_its_last_event() -> None:
    seen: list[Any] = []
    client = Probe([stream_answer(["a", "b", "c"], cut_after=2)]).client
    with pytest.raises(openai.APIConnectionError):
        seen.extend(client.responses.create(**ASK, stream=True))
    assert [event.type for event in seen][-2:] == ["response.output_text.delta"] * 2
    assert seen[-1].delta == "b"
    seen.clear()
    client = Probe([stream_answer(["a", "b", "c"], chat=True, cut_after=2)]).client
    with pytest.raises(openai.APIConnectionError):
        seen.extend(client.chat.completions.create(**CHAT, stream=True))
    assert [chunk.choices[0].delta.content for chunk in seen] == ["", "a", "b"]


def test_a_stream_can_end_silently_too() -> None:
    client = Probe([stream_answer(["a", "b"], cut_after=1, silent=True)]).client
    assert [e.type for e in client.responses.create(**ASK, stream=True)][-1].endswith(".delta")


def test_a_program_that_never_gives_up_is_stopped() -> None:
    def stubborn(client: openai.OpenAI) -> str:
        while True:
            try:
                return client.responses.create(**ASK).output_text
            except Exception:  # what a learner may write
                continue

    probe = Probe([error_answer(500, "Sorry", type="server_error")], limit=9)

    def check(answer: Any) -> None:
        answer(probe.client)

    outcome, message = judge(Exercise("98-1", check, (), ""), stubborn)
    assert outcome == "wrong"
    assert message == "your code sent 9 requests and did not stop"
    assert len(probe.requests) == 9


def test_async_answers_work_inside_a_running_loop() -> None:
    async def notebook() -> str:
        probe = Probe(["Hello"])
        work = probe.async_client.responses.create(**ASK)
        return run_async(work).output_text

    assert asyncio.run(notebook()) == "Hello"


def test_async_answers_that_hang_are_wrong() -> None:
    with pytest.raises(Wrong, match=r"still busy after 0\.1 seconds"):
        run_async(asyncio.sleep(60), seconds=0.1)


def test_calls_of_the_async_client_are_under_way_as_long_as_the_check_wants() -> None:
    under_way, all_of_them = 0, asyncio.Event()

    async def pause(asked: Asked) -> None:
        nonlocal under_way
        under_way += 1
        if under_way == 3:
            all_of_them.set()
        await all_of_them.wait()  # the SDK's first call may come later than the others
        seen.append(under_way)
        under_way -= 1

    async def calls() -> list[Any]:
        create = probe.async_client.responses.create
        return await asyncio.gather(*[create(**ASK) for _ in range(3)], return_exceptions=True)

    seen: list[int] = []
    probe = Probe(["Hello", httpx2.ConnectError("refused"), "Hello"], pause=pause)
    found = run_async(calls())
    assert seen == [3, 2, 1]
    names = sorted(type(each).__name__ for each in found)
    assert names == ["APIConnectionError", "Response", "Response"]


def test_a_group_of_tasks_hides_neither_a_stop_nor_a_failure() -> None:
    async def group(probe: Probe) -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(3):
                tasks.create_task(probe.async_client.responses.create(**ASK))

    with pytest.raises(Runaway):
        run_async(group(Probe(limit=2)))
    passes_on(lambda probe: run_async(group(probe)))


def test_no_request_is_a_wrong_answer() -> None:
    with pytest.raises(Wrong, match="sent no request"):
        _ = Probe().last


def test_what_is_wrong_with_a_request_is_said_before_what_stopped_the_program() -> None:
    def stops(probe: Probe) -> None:
        probe.client.responses.create(**ASK)
        raise ValueError("later")

    def look(asked: Asked) -> None:
        expect(asked.effort == "none", "no effort")

    probe = Probe()
    with pytest.raises(Wrong, match="no effort"):
        probe.looked_at(lambda: stops(probe), look)
    with pytest.raises(ValueError, match="later"):
        probe.looked_at(lambda: stops(probe), lambda asked: None)
    with pytest.raises(Wrong, match="no request was sent"):
        Probe().looked_at(lambda: "done", look)


def test_an_async_stream_can_be_read() -> None:
    async def read() -> list[str]:
        client = Probe(["a b"]).async_client
        stream = await client.responses.create(**ASK, stream=True)
        return [e.delta async for e in stream if e.type == "response.output_text.delta"]

    assert run_async(read()) == ["a ", "b"]


REFUSED = text_answer(
    "",
    output=[
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "refusal", "refusal": "I cannot help."}],
        }
    ],
)
CUT = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}


def test_an_answer_comes_in_the_form_of_the_endpoint_that_was_asked() -> None:
    calls = text_answer("", output=[call_item("loan", '{"weeks": 2}')])
    made = Probe([calls]).client.chat.completions.create(**CHAT).choices[0]
    assert made.finish_reason == "tool_calls"
    assert made.message.tool_calls is not None
    assert made.message.tool_calls[0].to_dict()["function"] == {
        "name": "loan",
        "arguments": '{"weeks": 2}',
    }
    refused = Probe([REFUSED]).client.chat.completions.create(**CHAT).choices[0]
    assert (refused.message.refusal, refused.message.content) == ("I cannot help.", None)
    cut = Probe([text_answer("Half", **CUT)]).client.chat.completions.create(**CHAT)
    assert cut.choices[0].finish_reason == "length"
    back = Probe([chat_answer("Half", finish_reason="length")]).client.responses.create(**ASK)
    assert (back.status, back.output_text) == ("incomplete", "Half")
    failed = text_answer("", status="failed", error={"code": "server_error", "message": "Sorry."})
    assert Probe([failed]).client.responses.create(**ASK).status == "failed"
    with pytest.raises(openai.InternalServerError):
        Probe([failed]).client.chat.completions.create(**CHAT)


def test_what_the_prompt_cache_did_is_the_same_in_both_endpoints() -> None:
    in_cache = {"cached_tokens": 6, "cache_write_tokens": 3}
    response, completion = text_answer("Hi", usage=(10, 1)), chat_answer("Hi", usage=(10, 1))
    response["json"]["usage"]["input_tokens_details"] = in_cache
    completion["json"]["usage"]["prompt_tokens_details"] |= in_cache
    for reply in (response, completion):
        said = Probe([reply]).client.responses.create(**ASK).usage
        assert said is not None
        assert said.input_tokens_details.to_dict() == in_cache
        spent = Probe([reply]).client.chat.completions.create(**CHAT).usage
        assert spent is not None
        assert spent.prompt_tokens_details is not None
        found = spent.prompt_tokens_details
        assert (found.cached_tokens, found.cache_write_tokens) == (6, 3)


def test_every_answer_can_be_streamed_and_tells_the_same() -> None:
    answer = text_answer("", output=[call_item("loan", '{"weeks": 2}'), *REFUSED["json"]["output"]])
    whole = Probe([answer]).client.responses.create(**ASK)
    events = list(Probe([answer]).client.responses.create(**ASK, stream=True))
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output == whole.output
    arguments = [e.delta for e in events if e.type == "response.function_call_arguments.delta"]
    assert (len(arguments), "".join(arguments)) == (2, '{"weeks": 2}')
    assert (
        "".join(e.delta for e in events if e.type == "response.refusal.delta") == "I cannot help."
    )
    endings = [
        list(Probe([text_answer("Half", **each)]).client.responses.create(**ASK, stream=True))[-1]
        for each in (CUT, {"status": "failed", "error": {"code": "server_error", "message": "S"}})
    ]
    assert [each.type for each in endings] == ["response.incomplete", "response.failed"]
    with Probe([answer]).client.chat.completions.stream(**CHAT) as stream:
        made = stream.get_final_completion().choices[0]
    assert made.message.refusal == "I cannot help."
    assert made.message.tool_calls is not None
    assert made.message.tool_calls[0].function.arguments == '{"weeks": 2}'


def test_a_summary_of_the_reasoning_is_streamed_part_by_part() -> None:
    parts = [{"type": "summary_text", "text": text} for text in ("First this.", "Then that.")]
    notes = {"id": "rs_1", "type": "reasoning", "content": [], "summary": parts}
    answer = text_answer("", output=[notes, *text_answer("Done.")["json"]["output"]])
    events = list(Probe([answer]).client.responses.create(**ASK, stream=True))
    said: dict[int, str] = {}
    for event in events:
        if event.type == "response.reasoning_summary_text.delta":
            said[event.summary_index] = said.get(event.summary_index, "") + event.delta
    assert said == {0: "First this.", 1: "Then that."}
    done = [e.text for e in events if e.type == "response.reasoning_summary_text.done"]
    assert done == ["First this.", "Then that."]
    with Probe([answer]).client.responses.stream(**ASK) as stream:
        assert stream.get_final_response().output[0].to_dict() == notes


def test_a_stream_that_was_not_asked_for_is_one_answer() -> None:
    pieces = ["Hello ", "there"]
    whole = Probe([stream_answer(pieces)]).client.responses.create(**ASK)
    assert whole.output_text == "Hello there"
    made = Probe([stream_answer(pieces, chat=True)]).client.chat.completions.create(**CHAT)
    assert made.choices[0].message.content == "Hello there"
    for cut in (stream_answer(pieces, cut_after=1), stream_answer(pieces, cut_after=1, chat=True)):
        with pytest.raises(openai.APIConnectionError):
            Probe([cut]).client.responses.create(**ASK)


def test_an_answer_can_be_gone_on_from() -> None:
    probe = Probe(["Hello", "Again"])
    first = probe.client.responses.create(**ASK)
    ask = {"model": "gpt-6-luna", "input": "And?"}
    probe.client.responses.create(**ask, previous_response_id=first.id)
    assert [(turn.role, turn.text) for turn in probe.last.turns] == [
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "And?"),
    ]
    assert [turn.text for turn in probe.last.sent] == ["And?"]
    with pytest.raises(openai.BadRequestError, match="not found"):
        probe.client.responses.create(**ask, previous_response_id="resp_none")
    unstored = probe.client.responses.create(**ask, store=False)
    with pytest.raises(openai.BadRequestError, match="not found"):
        probe.client.responses.create(**ask, previous_response_id=unstored.id)


def test_a_slip_in_a_request_gets_the_apis_error_and_uses_up_no_reply() -> None:
    probe = Probe(["one"])
    with pytest.raises(openai.BadRequestError) as caught:
        probe.client.responses.create(model="gpt-6-lunax", input="Hi")
    assert caught.value.code == "model_not_found"
    assert probe.client.responses.create(**ASK).output_text == "one"


def test_thoughts_without_their_text_are_not_found_where_nothing_is_stored() -> None:
    probe = Probe(["one"])
    bare: Any = {"type": "reasoning", "id": "rs_1", "summary": []}
    sealed: Any = bare | {"encrypted_content": "gAAAAABx"}
    hi: Any = {"role": "user", "content": "Hi"}
    ask: dict[str, Any] = {"model": "gpt-6-luna", "store": False}
    with pytest.raises(openai.NotFoundError, match="'rs_1' not found") as caught:
        probe.client.responses.create(**ask, input=[hi, bare])
    assert (caught.value.type, caught.value.param, caught.value.code) == (
        *("invalid_request_error", "input", None),
    )
    assert probe.client.responses.create(**ask, input=[hi, sealed]).output_text == "one"
    stored = probe.client.responses.create(model="gpt-6-luna", input=[hi, bare])
    assert stored.output_text == "one"


def test_what_a_check_cannot_play_is_no_fault_of_the_code() -> None:
    def answer(client: openai.OpenAI) -> Any:
        return client.files.list()

    exercise = Exercise("00-1", lambda given: given(Probe().client), (), "")
    outcome, said = judge(exercise, answer)
    assert outcome == "not judged"
    assert "`GET /files`" in said


BOX: dict[str, Any] = {"type": "custom", "name": "box"}
LOAN: dict[str, Any] = {"type": "function", "name": "loan"}


@pytest.mark.parametrize(
    ("choice", "reply", "played"),
    [
        ({"type": "custom", "name": "box"}, "Hello", False),
        ({"type": "custom", "name": "box"}, call_item("loan", "{}"), False),
        ({"type": "custom", "name": "box"}, custom_call_item("box", "x"), True),
        ({"type": "function", "name": "loan"}, call_item("loan", "{}"), True),
        ("required", "Hello", False),
        ("required", call_item("loan", "{}"), True),
        ("none", call_item("loan", "{}"), False),
        ("none", "Hello", True),
        ("auto", "Hello", True),
        ({"type": "allowed_tools", "mode": "required", "tools": [BOX]}, "Hello", False),
        ({"type": "allowed_tools", "mode": "auto", "tools": [BOX]}, "Hello", True),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_that_is_forced_is_called_or_nothing_is_played(
    choice: Any, reply: Any, played: bool, stream: bool
) -> None:
    answer = reply if isinstance(reply, str) else text_answer("", output=[reply])
    create = Probe([answer]).client.responses.create
    ask = ASK | {"tools": [BOX, LOAN], "tool_choice": choice, "stream": stream}
    if played:
        list(create(**ask))
    else:
        with pytest.raises(NotPlayed, match="call of"):
            list(create(**ask))


COMPUTER: dict[str, Any] = {"tools": [{"type": "computer"}]}
CHECK = {"id": "cu_sc_1", "code": "malicious_instructions", "message": "Please look."}


def screen(call_id: str = "call_1", **more: Any) -> dict[str, Any]:
    shot = {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA=="}
    return {"type": "computer_call_output", "call_id": call_id, "output": shot} | more


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([screen()], "Computer tool has unacknowledged safety check for ['cu_sc_1']"),
        (
            [screen(acknowledged_safety_checks=[CHECK | {"id": "cu_sc_2"}])],
            "Computer tool has unacknowledged safety check for ['cu_sc_1']",
        ),
        ([{"role": "user", "content": "Go on."}], "No tool output found for computer call call_1."),
        ([screen("call_2")], "No tool call found for the output with call_id 'call_2'"),
        ([screen(output="a picture")], "Invalid value: 'output' holds no 'computer_screenshot'."),
        (
            [screen(output={"type": "computer_screenshot"})],
            "Missing required parameter: 'input[0].output.image_url'.",
        ),
        ([screen(acknowledged_safety_checks=[CHECK])], None),
    ],
)
@pytest.mark.parametrize("kept", [True, False])
def test_a_screenshot_that_does_not_fit_its_call_is_refused(
    items: list[dict[str, Any]], words: str | None, kept: bool
) -> None:
    call = computer_call_item([{"type": "screenshot"}], checks=[CHECK])
    create = Probe([text_answer("", output=[call]), "Done."]).client.responses.create
    first = create(**ASK, **COMPUTER, store=kept)
    assert first.output[0].type == "computer_call"
    more: dict[str, Any] = {"model": "gpt-6-luna", **COMPUTER, "store": kept}
    if kept:
        more |= {"input": items, "previous_response_id": first.id}
    else:
        more["input"] = [{"role": "user", "content": "Hi"}, first.output[0].to_dict(), *items]
    if words is None:
        assert create(**more).output_text == "Done."
    else:
        with pytest.raises(openai.BadRequestError, match=re.escape(words)):
            create(**more)


def test_a_call_of_the_computer_is_what_a_request_may_demand() -> None:
    call = text_answer("", output=[computer_call_item([{"type": "wait"}])])
    demands = ASK | COMPUTER | {"tool_choice": "required"}
    [event] = [
        each
        for each in Probe([call]).client.responses.create(**demands, stream=True)
        if each.type == "response.output_item.done"
    ]
    assert event.item.actions[0].type == "wait"
    for reply, choice in ((call, "none"), ("No.", "required")):
        with pytest.raises(NotPlayed):
            Probe([reply]).client.responses.create(**demands | {"tool_choice": choice})


def test_the_text_of_a_custom_call_is_streamed() -> None:
    answer = text_answer("", output=[custom_call_item("box", "point 3 left")])
    ask = ASK | {"tools": [BOX]}
    events = list(Probe([answer]).client.responses.create(**ask, stream=True))
    assert "".join(
        each.delta for each in events if each.type == "response.custom_tool_call_input.delta"
    ) == ("point 3 left")
    done = [each.input for each in events if each.type == "response.custom_tool_call_input.done"]
    assert done == ["point 3 left"]
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output == Probe([answer]).client.responses.create(**ask).output


def test_commands_and_patches_are_streamed() -> None:
    diff = "@@\n-old line\n+new line\n"
    patch = patch_call_item({"type": "update_file", "diff": diff, "path": "a.py"}, "call_2")
    gone = patch_call_item({"type": "delete_file", "path": "b.py"}, "call_3")
    answer = text_answer("", output=[shell_call_item(["ls", "cat a.py"]), patch, gone])
    ask = ASK | {"tools": [{"type": "shell", "environment": {"type": "local"}}]}
    events = list(Probe([answer]).client.responses.create(**ask, stream=True))
    kinds = [each.type for each in events if "shell_call_command" in each.type]
    assert kinds == [
        f"response.shell_call_command.{each}"
        for each in ("added", "delta", "done", "added", "delta", "delta", "done")
    ]
    done = [each for each in events if each.type == "response.shell_call_command.done"]
    assert [(each.command_index, each.command) for each in done] == [(0, "ls"), (1, "cat a.py")]
    kind = "response.apply_patch_call_operation_diff"
    raw = [each.to_dict() for each in events]
    assert "".join(each["delta"] for each in raw if each["type"] == f"{kind}.delta") == diff
    assert [each["diff"] for each in raw if each["type"] == f"{kind}.done"] == [diff]
    added = [each["item"] for each in raw if each["type"] == "response.output_item.added"]
    assert added[0]["action"]["commands"] == []
    assert added[1]["operation"]["diff"] == ""
    assert "diff" not in added[2]["operation"]
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output == Probe([answer]).client.responses.create(**ask).output


def test_a_shell_that_is_forced_is_called_or_nothing_is_played() -> None:
    shell = {"type": "shell", "environment": {"type": "local"}}
    ask = ASK | {"tools": [shell], "tool_choice": {"type": "shell"}}
    Probe([text_answer("", output=[shell_call_item(["ls"])])]).client.responses.create(**ask)
    with pytest.raises(NotPlayed, match="a call of `shell`"):
        Probe(["Hello"]).client.responses.create(**ask)


def test_a_sleep_that_was_imported_by_its_name_is_seen() -> None:
    names: dict[str, Any] = {}
    exec("from time import sleep\n\ndef wait():\n    sleep(30)", names)
    started = time.monotonic()
    with no_waiting(names["wait"]) as waits:
        names["wait"]()
    assert waits == [30]
    assert time.monotonic() - started < 10
    assert names["sleep"] is time.sleep


def test_failures_have_to_reach_the_caller() -> None:
    def hides(error: type[Exception]) -> Any:
        def run(probe: Probe) -> str:
            try:
                return probe.client.responses.create(**ASK).output_text
            except error:
                return "hidden"

        return run

    def wraps(probe: Probe) -> str:
        try:
            return probe.client.responses.create(**ASK).output_text
        except openai.APIError as error:
            raise ValueError("no answer") from error

    passes_on(lambda probe: probe.client.responses.create(**ASK))
    passes_on(wraps)
    started = time.monotonic()
    passes_on(lambda probe: probe.client.with_options(max_retries=4).responses.create(**ASK))
    assert time.monotonic() - started < 10, "the SDK's own retries have really waited"
    passes_on(hides(openai.RateLimitError), but={BUSY, NO_CREDIT})
    mine = {"a 413": error_answer(413, "Too large", type="server_error")}
    with pytest.raises(Wrong, match="a 413 is kept from the caller"):
        passes_on(hides(openai.APIStatusError), failures=mine)
    for error, said in (
        (openai.RateLimitError, BUSY),
        (openai.AuthenticationError, WRONG_KEY),
        (openai.APIConnectionError, BROKEN),
        (openai.InternalServerError, CRASHED),
        (Exception, OTHER_400),
    ):
        with pytest.raises(Wrong, match=re.escape(said)):
            passes_on(hides(error))


def test_a_failure_after_which_a_program_could_go_on_has_to_reach_the_caller_too() -> None:
    def goes_on(probe: Probe) -> str:
        for name in ("one", "two"):
            try:
                return probe.client.responses.create(model=name, input="Hi").output_text
            except openai.RateLimitError as error:
                last = error
        raise last

    passes_on(goes_on, models=["one", "two"])
    with pytest.raises(Wrong, match="is kept from the caller: it returned 'Hello'"):
        passes_on(goes_on, then=["Hello"], models=["one", "two"])
    with pytest.raises(Wrong, match=re.escape(NO_CREDIT)):
        passes_on(goes_on, but={BUSY}, then=["Hello"], models=["one", "two"])
    own = {"a 429 of ours": error_answer(429, "Wait.", type="requests")}
    with pytest.raises(Wrong, match="a 429 of ours is kept"):
        passes_on(goes_on, then=["Hello"], models=["one", "two"], failures=own)


def test_it_knows_which_answers_are_left_open() -> None:
    probe = Probe([stream_answer(["One ", "two"])])
    stream = probe.client.responses.create(**ASK, stream=True)
    next(iter(stream))
    assert probe.open == 1
    stream.close()
    assert probe.open == 0
    list(probe.client.responses.create(**ASK, stream=True))
    probe.client.responses.create(**ASK)
    assert probe.open == 0


def test_it_knows_which_answers_an_async_program_leaves_open() -> None:
    probe = Probe([stream_answer(["One ", "two"])])

    async def leave(*, closes: bool) -> int:
        stream = await probe.async_client.responses.create(**ASK, stream=True)
        await anext(aiter(stream))
        if closes:
            await stream.close()
        return probe.open

    assert run_async(leave(closes=True)) == 0
    assert run_async(leave(closes=False)) == 1
