"""Each endpoint's usage becomes the right quantities; what sends none is unknown, not 0."""

from typing import Any

import pytest

from oaiworkbook.endpoints import name_of
from oaiworkbook.money.usage import begun_response, read_event, read_usage

COUNTS = {
    "input_tokens": 30,
    "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 12},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 16},
    "total_tokens": 50,
}
READ = {
    "input_tokens": 30,
    "cache_read_tokens": 8,
    "cache_write_tokens": 12,
    "output_tokens": 20,
    "output_reasoning_tokens": 16,
}


def response(**more: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "status": "completed",
        "model": "gpt-6-luna",
        "service_tier": "default",
        "error": None,
        "output": [],
        "usage": COUNTS,
        **more,
    }


def nonzero(counts: Any) -> dict[str, float]:
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/v1/chat/completions", "chat.completions"),
        ("/v1/chat/completions/chatcmpl_1/messages", "chat.completions"),
        ("/v1/responses/resp_1?include=usage", "responses"),
        ("/v1/responses/input_tokens", "responses.input_tokens"),
        ("/v1/models", "models"),
        ("/v1/audio/transcriptions", "audio.transcriptions"),
        ("/v1/images/edits", "images"),
        ("/v1/fine_tuning/jobs/ftjob_1/events", "fine_tuning"),
        ("/openai/deployments/mine/chat/completions", "chat.completions"),
        ("/openai/v1/responses", "responses"),
        ("/v1beta/openai/embeddings", "embeddings"),
        ("/", "unknown"),
    ],
)
def test_name_of(path: str, endpoint: str) -> None:
    assert name_of(path) == endpoint


# --- Responses ----------------------------------------------------------------------------------------


def test_responses_answer_beats_request() -> None:
    asked = {"model": "gpt-6", "service_tier": "fast"}
    usage = read_usage(
        "POST", "/v1/responses", asked, response(service_tier="priority"), host="eu.api.openai.com"
    )
    assert usage is not None
    assert (usage.model, usage.service_tier) == ("gpt-6-luna", "priority")
    assert (usage.response_id, usage.host, usage.known) == ("resp_1", "eu.api.openai.com", True)
    assert usage.quantities == READ
    assert usage.raw == {"usage": COUNTS, "service_tier": "priority"}


def test_responses_tools_beside_the_tokens() -> None:
    call = {"type": "code_interpreter_call", "container_id": "cntr_1"}
    shell = {"type": "shell_call", "environment": {"container_id": "cntr_2"}}
    output = [{"type": "file_search_call"}, call, call, shell, {"type": "message"}]
    tools = {"image_gen": {"total_tokens": 0}, "web_search": {"num_requests": 3}}
    usage = read_usage("POST", "/v1/responses", {}, response(output=output, tool_usage=tools))
    assert usage is not None
    assert usage.extras == {"web_search": 3, "file_search": 1, "container": 2}
    assert usage.raw["tool_usage"] == tools


def test_no_fee_is_known_for_custom_calls_tool_searches_and_programs() -> None:
    kinds = ("custom_tool_call", "tool_search_call", "tool_search_output", "program")
    output = [{"type": kind} for kind in (*kinds, "program_output", "function_call")]
    usage = read_usage("POST", "/v1/responses", {}, response(output=output))
    assert usage is not None
    assert (usage.extras, usage.quantities) == ({}, READ)


@pytest.mark.parametrize(
    ("call", "tool", "containers"),
    [
        ({"environment": {"type": "local"}}, {"environment": {"type": "local"}}, 0),
        ({"environment": None}, {"environment": {"type": "local"}}, 0),
        ({}, {"environment": {"type": "local"}}, 0),
        ({"environment": None}, {"environment": {"type": "container_auto"}}, 1),
        ({}, {}, 1),
    ],
)
def test_a_shell_at_openai_is_never_free(
    call: dict[str, Any], tool: dict[str, Any], containers: int
) -> None:
    output = [{"type": "shell_call"} | call] * 2
    body = response(output=output, tools=[{"type": "shell"} | tool])
    usage = read_usage("POST", "/v1/responses", {}, body)
    assert usage is not None
    assert usage.extras.get("container", 0) == containers


def test_searches_are_counted_from_the_items_only_where_tool_usage_is_missing() -> None:
    items = [
        {"type": "web_search_call", "action": {"type": "search", "query": "x"}},
        {"type": "web_search_call", "action": {"type": "open_page", "url": "x"}},
    ]
    usage = read_usage("POST", "/v1/responses", {}, response(output=items))
    assert usage is not None
    assert (usage.extras, usage.note) == (
        {"web_search": 1},
        "web searches counted from the output items",
    )
    free = {"web_search": {"num_requests": 0}}
    usage = read_usage("POST", "/v1/responses", {}, response(output=items, tool_usage=free))
    assert usage is not None
    assert usage.extras == {}


def test_pictures_drawn_by_a_tool_are_another_models_tokens() -> None:
    drawn = {
        "input_tokens": 40,
        "input_tokens_details": {"text_tokens": 40, "image_tokens": 0},
        "output_tokens": 272,
        "total_tokens": 312,
    }
    answer = response(
        output=[{"type": "image_generation_call"}],
        tools=[{"type": "image_generation", "model": "gpt-image-2.6-flare"}],
        tool_usage={"image_gen": drawn, "web_search": {"num_requests": 0}},
    )
    usage = read_usage("POST", "/v1/responses", {}, answer)
    assert usage is not None
    assert usage.extras == {
        "input_tokens@gpt-image-2.6-flare": 40,
        "output_tokens@gpt-image-2.6-flare": 272,
        "output_image_tokens@gpt-image-2.6-flare": 272,
    }
    assert usage.quantities == READ
    usage = read_usage("POST", "/v1/responses", {}, {**answer, "tools": []})
    assert usage is not None
    assert usage.extras["output_tokens@?"] == 272
    assert "does not say which image model" in usage.note


def test_pictures_without_a_count_are_not_lost() -> None:
    answer = response(output=[{"type": "image_generation_call"}])
    usage = read_usage("POST", "/v1/responses", {}, answer)
    assert usage is not None
    assert usage.extras == {"image_without_usage": 1}


def test_cache_writes_for_12_hours_are_part_of_the_writes() -> None:
    ttl = {"ttl_30m_tokens": 2, "ttl_12h_tokens": 10}
    counts = {
        **COUNTS,
        "input_tokens_details": {"cache_write_tokens": 12, "cache_write_tokens_details": ttl},
    }
    usage = read_usage("POST", "/v1/responses", {}, response(usage=counts))
    assert usage is not None
    assert (usage.quantities["cache_write_tokens"], usage.extras) == (
        12,
        {"cache_write_12h_tokens": 10},
    )


def test_background_is_billed_when_it_ends_and_window_is_kept() -> None:
    asked = {"background": True, "background_options": {"completion_window": "8h"}}
    queued = response(status="queued", usage=None, background=True)
    assert read_usage("POST", "/v1/responses", asked, queued) is None
    assert read_usage("GET", "/v1/responses/resp_1", None, queued) is None
    usage = read_usage("GET", "/v1/responses/resp_1", asked, response(background=True))
    assert usage is not None
    assert usage.extras == {"background_8h": 1}
    usage = read_usage("GET", "/v1/responses/resp_1", None, response(background=True))
    assert usage is not None
    assert (usage.response_id, usage.extras) == ("resp_1", {})
    assert "without its discount" in usage.note


@pytest.mark.parametrize("end", ["completed", "incomplete", "failed"])
def test_responses_stream(end: str) -> None:
    events = [
        {"type": "response.created", "response": response(status="in_progress", usage=None)},
        {"type": "response.output_text.delta", "delta": "Hi"},
        {"type": f"response.{end}", "response": response(status=end)},
    ]
    usage = read_usage("POST", "/v1/responses", {"stream": True}, events)
    assert usage is not None
    assert (usage.quantities, usage.response_id) == (READ, "resp_1")


def test_cut_responses_stream_is_unknown_but_named() -> None:
    events = [{"type": "response.created", "response": response(status="in_progress", usage=None)}]
    usage = read_usage("POST", "/v1/responses", {"stream": True}, events)
    assert usage is not None
    assert (usage.known, usage.response_id, usage.model) == (False, "resp_1", "gpt-6-luna")
    assert "ended before its usage" in usage.note
    assert usage.raw == {}


def begun_stream(**more: Any) -> list[dict[str, Any]]:
    """The first events of a background stream, as they came before it was cut."""
    waiting = response(status="queued", usage=None, background=True)
    created = {"type": "response.created", "response": waiting}
    runs = {"type": "response.in_progress", "response": waiting | {"status": "in_progress"} | more}
    return [created, runs, {"type": "response.output_text.delta", "delta": "Hi"}]


def test_a_cut_stream_of_a_background_response_is_billed_by_a_later_call() -> None:
    assert read_usage("POST", "/v1/responses", {"stream": True}, begun_stream()) is None
    assert begun_response("POST", "/v1/responses", begun_stream()) == "resp_1"
    plain = read_usage("POST", "/v1/responses", {"stream": True}, begun_stream(background=False))
    assert plain is not None
    assert not plain.known
    assert begun_response("POST", "/v1/responses", begun_stream(background=False)) is None
    error = {"type": "error", "code": "server_error", "message": "Sorry.", "param": None}
    broken = read_usage("POST", "/v1/responses", {"stream": True}, [*begun_stream(), error])
    assert broken is not None
    assert (broken.known, broken.note) == (False, "the stream ended in an error")
    assert begun_response("POST", "/v1/responses", [*begun_stream(), error]) is None


def test_a_fetched_stream_is_counted_at_its_end_and_is_nothing_where_it_is_cut() -> None:
    end = {"type": "response.completed", "response": response(background=True)}
    rest = [{"type": "response.output_text.delta", "delta": "Hi", "sequence_number": 21}]
    usage = read_usage("GET", "/v1/responses/resp_1", None, [*rest, end])
    assert usage is not None
    assert (usage.quantities, usage.response_id) == (READ, "resp_1")
    assert read_usage("GET", "/v1/responses/resp_1", None, rest) is None


def test_a_cancelled_response_without_usage_is_unknown() -> None:
    cancelled = response(status="cancelled", usage=None, background=True)
    for method, path in (("POST", "/v1/responses/resp_1/cancel"), ("GET", "/v1/responses/resp_1")):
        usage = read_usage(method, path, None, cancelled)
        assert usage is not None
        assert (usage.known, usage.response_id) == (False, "resp_1")


def test_compaction_takes_the_model_from_the_request() -> None:
    answer = {"id": "resp_2", "object": "response.compaction", "output": [], "usage": COUNTS}
    usage = read_usage("POST", "/v1/responses/compact", {"model": "gpt-6-luna"}, answer)
    assert usage is not None
    assert (usage.endpoint, usage.model, usage.quantities) == ("responses", "gpt-6-luna", READ)


# --- Chat and legacy completions -----------------------------------------------------------------------


CHAT = {
    "prompt_tokens": 30,
    "completion_tokens": 20,
    "total_tokens": 50,
    "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 11, "text_tokens": 19},
    "completion_tokens_details": {
        "reasoning_tokens": 3,
        "audio_tokens": 5,
        "accepted_prediction_tokens": 2,
        "rejected_prediction_tokens": 4,
    },
}


def test_chat() -> None:
    answer = {"id": "chatcmpl_1", "model": "gpt-audio-1.5", "service_tier": None, "usage": CHAT}
    usage = read_usage("POST", "/v1/chat/completions", {"model": "x"}, answer)
    assert usage is not None
    assert usage.quantities == {
        "input_tokens": 30,
        "cache_read_tokens": 8,
        "input_audio_tokens": 11,
        "output_tokens": 20,
        "output_reasoning_tokens": 3,
        "output_audio_tokens": 5,
    }
    assert (usage.endpoint, usage.response_id) == ("chat.completions", "chatcmpl_1")


def chunk(**more: Any) -> dict[str, Any]:
    return {"id": "chatcmpl_1", "model": "gpt-6-luna", "choices": [{"index": 0}], **more}


def test_chat_stream_with_usage() -> None:
    chunks = [chunk(usage=None, service_tier="flex"), chunk(choices=[], usage=CHAT)]
    asked = {"stream": True, "stream_options": {"include_usage": True}}
    usage = read_usage("POST", "/v1/chat/completions", asked, chunks)
    assert usage is not None
    assert (usage.quantities["input_tokens"], usage.service_tier) == (30, "flex")
    cut = read_usage("POST", "/v1/chat/completions", asked, chunks[:1])
    assert cut is not None
    assert (cut.known, cut.note) == (False, "the stream ended before its usage")


def test_chat_stream_without_include_usage_says_how_to_get_it() -> None:
    usage = read_usage("POST", "/v1/chat/completions", {"stream": True}, [chunk(), chunk()])
    assert usage is not None
    assert (usage.known, usage.model, usage.response_id) == (False, "gpt-6-luna", "chatcmpl_1")
    assert 'stream_options={"include_usage": True}' in usage.note


def test_chat_searches_are_not_counted_by_the_api() -> None:
    asked = {"model": "gpt-5-search-api", "web_search_options": {}}
    usage = read_usage("POST", "/v1/chat/completions", asked, chunk(usage=CHAT))
    assert usage is not None
    assert usage.extras == {"chat_web_search": 1}


def test_legacy_completions() -> None:
    counts = {"prompt_tokens": 4, "completion_tokens": 7, "total_tokens": 11}
    answer = {"id": "cmpl_1", "model": "gpt-3.5-turbo-instruct", "usage": counts}
    usage = read_usage("POST", "/v1/completions", {}, answer)
    assert usage is not None
    assert (usage.endpoint, usage.quantities) == (
        "completions",
        {"input_tokens": 4, "output_tokens": 7},
    )


# --- the other endpoints -------------------------------------------------------------------------------


def test_embeddings() -> None:
    answer = {"model": "text-embedding-3-small", "usage": {"prompt_tokens": 8, "total_tokens": 8}}
    usage = read_usage("POST", "/v1/embeddings", {}, answer)
    assert usage is not None
    assert nonzero(usage.quantities) == {"input_tokens": 8}


def test_decisions() -> None:
    answer = {"model": "gpt-6-luna", "answers": [], "usage": COUNTS}
    usage = read_usage("POST", "/v1/decisions", {}, answer)
    assert usage is not None
    assert (usage.endpoint, usage.quantities) == ("decisions", READ)


def test_images_name_no_model_and_may_split_their_output() -> None:
    counts = {
        "input_tokens": 60,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 50},
        "output_tokens": 280,
        "output_tokens_details": {"text_tokens": 8, "image_tokens": 272},
        "total_tokens": 340,
    }
    usage = read_usage("POST", "/v1/images/edits", {"model": "gpt-image-1.5"}, {"usage": counts})
    assert usage is not None
    assert usage.model == "gpt-image-1.5"
    assert usage.quantities == {
        "input_tokens": 60,
        "input_image_tokens": 50,
        "output_tokens": 280,
        "output_image_tokens": 272,
    }


def test_streamed_image_without_output_details_is_all_picture() -> None:
    counts = {
        "input_tokens": 10,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 0},
        "output_tokens": 272,
        "total_tokens": 282,
    }
    events = [
        {"type": "image_generation.partial_image", "partial_image_index": 0},
        {"type": "image_generation.completed", "usage": counts},
    ]
    asked = {"model": "gpt-image-2.6-flare", "stream": True}
    usage = read_usage("POST", "/v1/images/generations", asked, events)
    assert usage is not None
    assert usage.quantities == {
        "input_tokens": 10,
        "output_tokens": 272,
        "output_image_tokens": 272,
    }
    cut = read_usage("POST", "/v1/images/generations", asked, events[:1])
    assert cut is not None
    assert not cut.known


def test_an_svg_is_written_by_a_second_model() -> None:
    picture = {"input_tokens": 10, "output_tokens": 272, "total_tokens": 282}
    svg = {
        "model": "gpt-6.1-terra",
        "input_tokens": 90,
        "output_tokens": 700,
        "reasoning_tokens": 100,
        "total_tokens": 790,
    }
    answer = {"data": [], "usage": picture, "svg_usage": svg}
    usage = read_usage("POST", "/v1/images/generations", {"model": "gpt-image-2.6-flare"}, answer)
    assert usage is not None
    assert usage.extras == {"input_tokens@gpt-6.1-terra": 90, "output_tokens@gpt-6.1-terra": 700}
    assert usage.raw["svg_usage"] == svg


TRANSCRIBED = {
    "type": "tokens",
    "input_tokens": 25,
    "input_token_details": {"text_tokens": 4, "audio_tokens": 21},
    "output_tokens": 6,
    "total_tokens": 31,
}


def test_transcription_by_tokens_and_by_seconds() -> None:
    asked = {"model": "gpt-4o-transcribe"}
    path = "/v1/audio/transcriptions"
    usage = read_usage("POST", path, asked, {"text": "Hi", "usage": TRANSCRIBED})
    assert usage is not None
    assert usage.quantities == {"input_tokens": 25, "input_audio_tokens": 21, "output_tokens": 6}
    streamed = [
        {"type": "transcript.text.delta", "delta": "Hi"},
        {"type": "transcript.text.done", "text": "Hi", "usage": TRANSCRIBED},
    ]
    again = read_usage("POST", path, asked, streamed)
    assert again is not None
    assert again.quantities == usage.quantities
    seconds = {"type": "duration", "seconds": 90}
    usage = read_usage("POST", path, {"model": "gpt-transcribe"}, {"text": "", "usage": seconds})
    assert usage is not None
    assert usage.quantities == {"audio_seconds": 90, "input_audio_seconds": 90}


def test_transcription_without_details_is_all_sound() -> None:
    counts = {"type": "tokens", "input_tokens": 25, "output_tokens": 6, "total_tokens": 31}
    usage = read_usage("POST", "/v1/audio/transcriptions", {}, {"text": "", "usage": counts})
    assert usage is not None
    assert usage.quantities["input_audio_tokens"] == 25
    assert usage.note == "all input counted as audio"


def test_transcription_without_usage() -> None:
    path = "/v1/audio/translations"
    usage = read_usage("POST", path, {"model": "whisper-1"}, {"duration": 1.5, "text": "Hi"})
    assert usage is not None
    assert usage.quantities == {"audio_seconds": 1.5, "input_audio_seconds": 1.5}
    assert "duration" in usage.note
    for answer in (None, {"text": "Hi"}):
        usage = read_usage("POST", path, {"model": "whisper-1"}, answer)
        assert usage is not None
        assert (usage.known, usage.endpoint) == (False, "audio.translations")


def test_speech() -> None:
    path = "/v1/audio/speech"
    usage = read_usage("POST", path, {"model": "tts-1-hd", "input": "Grüße"}, None)
    assert usage is not None
    assert usage.quantities == {"input_characters": 5}
    asked = {"model": "gpt-4o-mini-tts", "input": "Hello"}
    usage = read_usage("POST", path, asked, None)
    assert usage is not None
    assert not usage.known
    assert 'stream_format="sse"' in usage.note
    counts = {"input_tokens": 14, "output_tokens": 101, "total_tokens": 115}
    events = [{"type": "speech.audio.delta"}, {"type": "speech.audio.done", "usage": counts}]
    usage = read_usage("POST", path, asked, events)
    assert usage is not None
    assert usage.quantities == {"input_tokens": 14, "output_tokens": 101}


def test_moderations_are_free_but_logged() -> None:
    answer = {"id": "modr_1", "model": "omni-moderation-latest", "results": []}
    usage = read_usage("POST", "/v1/moderations", {}, answer)
    assert usage is not None
    assert (usage.endpoint, usage.quantities, usage.known) == ("moderations", {}, True)


@pytest.mark.parametrize(
    ("status", "billed"),
    [
        ("validating", False),
        ("in_progress", False),
        ("completed", True),
        ("expired", True),
        ("cancelled", True),
    ],
)
def test_batch_is_billed_when_it_has_ended(status: str, billed: bool) -> None:
    counts = {name: value for name, value in COUNTS.items() if name != "input_tokens_details"}
    answer = {
        "id": "batch_1",
        "object": "batch",
        "status": status,
        "model": "gpt-6-luna",
        "usage": counts,
    }
    usage = read_usage("GET", "/v1/batches/batch_1", None, answer)
    assert (usage is not None) is billed
    if usage is not None:
        assert (usage.batch, usage.response_id, usage.quantities["input_tokens"]) == (
            True,
            "batch_1",
            30,
        )


def test_batch_without_usage_is_unknown_if_anything_ran() -> None:
    answer = {
        "id": "batch_1",
        "object": "batch",
        "status": "completed",
        "request_counts": {"completed": 3},
    }
    usage = read_usage("GET", "/v1/batches/batch_1", None, answer)
    assert usage is not None
    assert not usage.known
    failed = {"id": "batch_2", "object": "batch", "status": "failed", "usage": None}
    assert read_usage("GET", "/v1/batches/batch_2", None, failed) is None


def test_fine_tuning_counts_tokens_of_unknown_price() -> None:
    job = {"id": "ftjob_1", "object": "fine_tuning.job", "model": "gpt-4.1-mini", "error": {}}
    assert read_usage("POST", "/v1/fine_tuning/jobs", {}, {**job, "trained_tokens": None}) is None
    usage = read_usage(
        "GET", "/v1/fine_tuning/jobs/ftjob_1", None, {**job, "trained_tokens": 4_500}
    )
    assert usage is not None
    assert (usage.extras, usage.known, usage.response_id) == (
        {"trained_tokens": 4_500},
        False,
        "ftjob_1",
    )


def test_a_billed_endpoint_without_a_mapping_is_unknown() -> None:
    usage = read_usage("POST", "/v1/threads/thread_1/runs", {}, {"id": "run_1", "usage": COUNTS})
    assert usage is not None
    assert (usage.endpoint, usage.known) == ("threads", False)
    container = read_usage("POST", "/v1/containers", {}, {"id": "cntr_1", "object": "container"})
    assert container is not None
    assert not container.known


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/v1/models", {"data": []}),
        ("POST", "/v1/files", {"id": "file_1", "object": "file"}),
        ("DELETE", "/v1/responses/resp_1", {"id": "resp_1", "deleted": True}),
        (
            "POST",
            "/v1/responses/input_tokens",
            {"object": "response.input_tokens", "input_tokens": 9},
        ),
        ("GET", "/v1/responses/resp_1/input_items", {"object": "list", "data": []}),
        ("GET", "/v1/chat/completions/chatcmpl_1", {"id": "chatcmpl_1", "usage": CHAT}),
        ("POST", "/v1/chat/completions/chatcmpl_1", {"id": "chatcmpl_1", "usage": CHAT}),
        ("GET", "/v1/batches", {"object": "list", "data": []}),
        ("POST", "/v1/conversations", {"id": "conv_1", "object": "conversation"}),
        ("POST", "/v1/vector_stores/vs_1/search", {"object": "list", "data": []}),
        ("POST", "/v1/conversations/conv_1/items", {"object": "list", "data": []}),
        ("POST", "/v1/uploads/upload_1/complete", {"id": "upload_1", "object": "upload"}),
        ("POST", "/v1/files", None),
        ("POST", "/v1/files", {"error": {"message": "no", "code": "x"}}),
        ("GET", "/v1/responses/resp_1", {"error": {"message": "no", "code": "x"}}),
    ],
)
def test_not_billed_by_itself(method: str, path: str, answer: Any) -> None:
    assert read_usage(method, path, None, answer) is None


# --- WebSocket ------------------------------------------------------------------------------------------


def test_realtime_response() -> None:
    counts = {
        "input_tokens": 100,
        "output_tokens": 30,
        "total_tokens": 130,
        "input_token_details": {
            "text_tokens": 40,
            "audio_tokens": 60,
            "cached_tokens": 32,
            "cached_tokens_details": {"text_tokens": 32, "audio_tokens": 0},
        },
        "output_token_details": {"text_tokens": 10, "audio_tokens": 20},
    }
    event = {"type": "response.done", "response": {"id": "resp_9", "usage": counts}}
    usage = read_event(event, model="gpt-realtime-2.1-mini")
    assert usage is not None
    assert usage.quantities == {
        "input_tokens": 100,
        "cache_read_tokens": 32,
        # Said, because only then is it known that the cached tokens were text.
        "cache_audio_read_tokens": 0,
        "cache_image_read_tokens": 0,
        "input_audio_tokens": 60,
        "output_tokens": 30,
        "output_audio_tokens": 20,
    }
    assert (usage.endpoint, usage.model, usage.response_id) == (
        "realtime",
        "gpt-realtime-2.1-mini",
        "resp_9",
    )
    assert read_usage("WS", "/v1/realtime", {"model": "gpt-realtime-2.1-mini"}, event) == usage


def test_realtime_transcription_is_billed_apart() -> None:
    event = {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "item_1",
        "usage": {"type": "duration", "seconds": 3},
    }
    usage = read_event(event, model="gpt-realtime-2.1", transcription_model="gpt-transcribe")
    assert usage is not None
    assert (usage.model, usage.quantities["audio_seconds"]) == ("gpt-transcribe", 3)


def test_live_session_is_counted_once_at_its_end() -> None:
    session = {"id": "sess_1", "model": "gpt-live-1"}
    assert read_event({"type": "session.usage.updated", "usage": {"seconds": 40}}) is None
    usage = read_event({"type": "session.closed", "session": session, "usage": {"seconds": 61.5}})
    assert usage is not None
    assert (usage.endpoint, usage.model, usage.quantities["audio_seconds"]) == (
        "live",
        "gpt-live-1",
        61.5,
    )


def test_responses_over_a_websocket_and_other_events() -> None:
    usage = read_event({"type": "response.completed", "response": response()})
    assert usage is not None
    assert (usage.endpoint, usage.quantities) == ("responses", READ)
    assert read_event({"type": "response.output_audio.delta", "delta": "AA"}) is None


@pytest.mark.parametrize(
    "odd", [None, [], "many", {}, {"input_tokens": "7"}, {"input_tokens": -1}, {"total_tokens": 5}]
)
def test_odd_usage_of_other_servers_is_unknown_and_never_raises(odd: Any) -> None:
    usage = read_usage("POST", "/v1/chat/completions", {}, chunk(usage=odd))
    assert usage is not None
    assert not usage.known
    usage = read_usage("POST", "/v1/responses", {}, response(usage=odd, output=None))
    assert usage is not None
    assert not usage.known
