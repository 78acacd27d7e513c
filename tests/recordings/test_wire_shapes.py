"""The shipped recordings have the fields of real traffic: endpoint by endpoint, event by event.

A difference is a field that no real answer has, one that all have and a recording lacks, or a type that
it never has there. Each is mended, or stands in KEPT with the reason for it. The real exchanges are no
part of the project; where their folder is missing, these tests skip.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from oaiworkbook.recordings.file import read_recording

from .test_wire_format import FILES, LINES, NAMES, needs_real, real_exchanges

Json = dict[str, Any]

ELSEWHERE: tuple[tuple[str, bool, Json], ...] = (
    # Real shapes that are not in that folder, from openai/openai-dotnet, tests/SessionRecords.
    (
        "DELETE chat/completions/*",  # ChatStoreTests/StoredChatCompletionsWork.json
        False,
        {"object": "chat.completion.deleted", "id": "", "deleted": True},
    ),
    (
        "GET chat/completions/*/messages",  # ChatStoreTests/GetChatCompletionMessagesWithPagination.json
        False,
        {
            "object": "list",
            "data": [{"id": "", "role": "", "content": "", "content_parts": None, "name": None}],
            "first_id": "",
            "last_id": "",
            "has_more": False,
        },
    ),
    (
        "GET fine_tuning/jobs/*/checkpoints",  # FineTuningClientTests/GetCheckpoints.json
        False,
        {
            "object": "list",
            "data": [
                {
                    "object": "fine_tuning.job.checkpoint",
                    "id": "",
                    "created_at": 0,
                    "fine_tuned_model_checkpoint": "",
                    "fine_tuning_job_id": "",
                    "metrics": {
                        "step": 0,
                        "train_loss": 0.0,
                        "train_mean_token_accuracy": 0.0,
                        "type": "",
                    },
                    "step_number": 0,
                }
            ],
            "has_more": False,
            "first_id": "",
            "last_id": "",
        },
    ),
    (
        "GET fine_tuning/jobs/*/events",  # FineTuningClientTests/GetJobEvents.json
        False,
        {
            "object": "list",
            "data": [
                {
                    "object": "fine_tuning.job.event",
                    "id": "",
                    "created_at": 0,
                    "level": "",
                    "message": "",
                    "data": {},
                    "type": "",
                }
            ],
            "has_more": True,
        },
    ),
    (
        "GET files",  # FilesTests/ListFiles.json
        False,
        {
            "object": "list",
            "data": [
                {
                    "object": "file",
                    "id": "",
                    "purpose": "",
                    "filename": "",
                    "bytes": 0,
                    "created_at": 0,
                    "expires_at": None,
                    "status": "",
                    "status_details": None,
                }
            ],
            "has_more": False,
            "first_id": "",
            "last_id": "",
        },
    ),
    (
        "POST uploads",  # UploadsTests/CreateUploadWorks(True).json
        False,
        {
            "id": "",
            "object": "upload",
            "bytes": 0,
            "created_at": 0,
            "filename": "",
            "purpose": "",
            "status": "",
            "expires_at": 0,
        },
    ),
    (
        "POST uploads/*/parts",  # UploadsTests/CompleteUploadWorks.json
        False,
        {"id": "", "object": "upload.part", "created_at": 0, "upload_id": ""},
    ),
    (
        "POST audio/transcriptions",  # TranscriptionTests/StreamingTranscriptionWorks(*).json
        True,
        {"type": "transcript.text.delta", "delta": ""},
    ),
)

_NEW = "newer than the few that were collected"
_ASKED = "the lesson asks for it, and no collected request does; in the SDK's "
_BATCH = "types/batch.py; none of the few that were collected failed or expired"
_JOB = "so are ended jobs in the collected list of jobs; the only one got by itself had just begun"
_ECHO = "the request's own value comes back"
_PROGRAMS = "in the newest plain answers (October 2026); the collected ones here are older"
_QUEUED = (
    "the one collected background stream is of February 2026; newer streams have it in `created`"
)
_MCP = "types/responses/mcp_tool_call_error.py: of a tool that refuses; the collected one of HTTP"
_LISTED = "as in the real list of September 2025; the one store got by itself is of 2024"
_LINE = "types/responses/responses_server_event.py and the guide to WebSocket mode"
_STORED = "as in the answer that was stored; the collected ones are of gpt-4o-mini"
_UNSEEN = "in the SDK's types or OpenAI's documentation alone: "
# Fixtures of the project vercel/ai, which were not collected: bodies of answers of 2025 and 2026.
_VERCEL = "as in an answer that vercel/ai keeps for its tests: packages/openai/src/"
_SKILL = f"{_VERCEL}skills/__fixtures__/openai-skill-create.json"
_SKILL_VERSION = (
    f"types/skills/skill_version.py; the form of the id {_VERCEL}"
    "skills/__fixtures__/openai-skill-version-create.json"
)

# Lesson 40 groups, and pages, and asks with an admin key; the real answers are of a small organisation.
_GROUPED = "the reference's example; real answers are not grouped: types/admin/organization/"
_ADMIN = _UNSEEN + "types/admin/organization/"
_COSTS = ".data[] bucket.results[] organization.costs.result"
_ORGANISATION: dict[str, dict[str, str]] = {
    **{
        f"{method} organization/{path}": {"is in no real traffic": f"{_ADMIN}{source}"}
        for method, path, source in (
            ("GET", "projects", "project.py"),
            ("POST", "projects", "project.py"),
            ("POST", "projects/*/archive", "project.py"),
            ("GET", "projects/*/api_keys", "projects/project_api_key.py"),
            ("GET", "projects/*/rate_limits", "projects/project_rate_limit.py"),
            ("POST", "projects/*/rate_limits/*", "projects/project_rate_limit.py"),
            ("POST", "projects/*/service_accounts", "projects/service_account_create_response.py"),
            (
                "DELETE",
                "projects/*/service_accounts/*",
                "projects/service_account_delete_response.py",
            ),
            ("GET", "projects/*/spend_alerts", "projects/project_spend_alert.py"),
            ("POST", "projects/*/spend_alerts", "projects/project_spend_alert.py"),
            ("GET", "projects/*/spend_limit", "projects/project_spend_limit.py"),
            ("POST", "projects/*/spend_limit", "projects/project_spend_limit.py"),
            ("GET", "admin_api_keys", "admin_api_key.py"),
            ("GET", "audit_logs", "audit_log_list_response.py"),
            ("GET", "roles", "role.py"),
            ("GET", "users", "organization_user.py"),
        )
    },
    "GET organization/costs": {
        ".next_page is string": _GROUPED + "usage_costs_response.py",
        **{
            f"{_COSTS}.{each}": _GROUPED + "usage_costs_response.py"
            for each in (
                *("line_item is string", "project_id is string", "api_key_id is in no real answer"),
                *("quantity is in no real answer", "quantity_unit is in no real answer"),
            )
        },
    },
    "GET organization/usage/completions": {
        ".next_page is string": _GROUPED + "usage_completions_response.py",
        ".data[] bucket.results[] organization.usage.completions.result.model is string": _GROUPED
        + "usage_completions_response.py",
    },
}

# Lesson 31 registers an address. What can be read of these answers is newer than the collected ones.
_WEBHOOKS: dict[str, dict[str, str]] = {
    each: {"is in no real traffic": f"{_UNSEEN}types/webhooks/{source}"}
    for each, source in (
        ("GET webhook_event_types", "webhook_event_type_list.py"),
        ("GET webhook_endpoints", "webhook_endpoint_list.py"),
        ("POST webhook_endpoints", "webhook_endpoint_with_secret.py"),
        ("GET webhook_endpoints/*", "webhook_endpoint.py"),
        ("POST webhook_endpoints/*", "webhook_endpoint.py"),
        ("POST webhook_endpoints/*/rotate_secret", "webhook_endpoint_with_secret.py"),
        ("POST webhook_endpoints/*/test", "webhook_endpoint_test_result.py"),
        ("DELETE webhook_endpoints/*", "deleted_webhook_endpoint.py"),
    )
}

# Endpoint, and for a stream its events -> difference -> why it is kept.
KEPT: dict[str, dict[str, str]] = {
    **_ORGANISATION,
    **_WEBHOOKS,
    "GET batches": {
        f".data[] batch.{name}": "a batch has it when it is asked for alone; those of the real list run"
        for name in (
            *("completed_at is integer", "error_file_id is string", "expired_at is integer"),
            *("finalizing_at is integer", "output_file_id is string"),
        )
    },
    "DELETE vector_stores/*/files/*": {
        "is in no real traffic": "types/vector_stores/vector_store_file_deleted.py",
    },
    "GET batches/*": {
        ".error_file_id is string": _BATCH,
        ".errors is object": _BATCH,
        ".expired_at is integer": _BATCH,
        ".failed_at is integer": _BATCH,
        ".metadata is object": _ECHO,
    },
    "POST batches": {".metadata is object": _ECHO},
    "DELETE containers/*": {
        "is in no real traffic": "in the API reference; the SDK returns nothing of it",
    },
    "DELETE containers/*/files/*": {
        "is in no real traffic": "in the API reference; the SDK returns nothing of it",
    },
    "DELETE conversations/*": {
        "is in no real traffic": _UNSEEN + "types/conversations/conversation_deleted_resource.py",
    },
    "GET conversations/*/items/*": {
        ".phase is in no real answer": "types/conversations/message.py; the collected item is a "
        "user's",
    },
    "GET conversations/*/items": {
        ".data[] message.phase is in no real answer": "types/conversations/message.py; collected "
        "items are the user's",
    },
    "GET chat/completions": {".data[] chat.completion.system_fingerprint is null": _STORED},
    "GET chat/completions/*": {".system_fingerprint is null": _STORED},
    "GET files": {".data[] file.expires_at is integer": "as of a file got by itself; " + _ECHO},
    "GET files/*": {".expires_at is integer": "as of a file that is sent whole; " + _ECHO},
    "GET fine_tuning/jobs/*": {
        ".fine_tuned_model is string": _JOB,
        ".finished_at is integer": _JOB,
        ".result_files is list of string": _JOB,
        ".trained_tokens is integer": _JOB,
        ".user_provided_suffix is string": _JOB,
        ".validation_file is string": _JOB,
    },
    "GET fine_tuning/jobs/*/checkpoints": {
        ".data[] fine_tuning.job.checkpoint.metrics.full_valid_loss is in no real answer": "types/"
        "fine_tuning/jobs/fine_tuning_job_checkpoint.py; lesson 18 draws it, and the real job had no "
        "validation file",
    },
    "GET models": {
        ".data[] model.shutdown_date is in no real answer": "types/model.py; " + _NEW,
    },
    "GET models/*": {".shutdown_date is in no real answer": "types/model.py; " + _NEW},
    "GET responses/*": {
        ".access_programs is in no real answer": _PROGRAMS,
        ".max_output_tokens is integer": _ECHO,
        ".max_tool_calls is integer": _ECHO,
        ".output[] message.content[] output_text.annotations is list of object": "as in the answers of "
        "web search that `POST responses` has; none of the few that were fetched searched",
    },
    "GET responses/* stream response.completed": {
        ".response response.access_programs is in no real answer": _PROGRAMS,
    },
    "GET responses/*/input_items": {
        "is in no real traffic": _UNSEEN + "types/responses/response_item_list.py",
    },
    "GET vector_stores/*": {
        ".description is in no real answer": _LISTED,
        ".name is string": _LISTED,
    },
    "GET vector_stores/*/file_batches/*": {
        "is in no real traffic": _UNSEEN
        + "types/vector_stores/vector_store_file_batch.py; its name "
        "and the form of its id as in reports of November 2025",
    },
    "GET vector_stores/*/files": {
        ".data[] vector_store.file.last_error is object": "as reported (openai-openapi#300): every "
        "collected file was read",
    },
    "GET vector_stores/*/files/*/content": {
        "is in no real traffic": _UNSEEN + "types/vector_stores/file_content_response.py",
    },
    "GET vector_stores/*/files/*": {
        ".attributes is in no real answer": "types/vector_stores/vector_store_file.py; " + _NEW,
        ".chunking_strategy is in no real answer": "types/vector_stores/vector_store_file.py; "
        + _NEW,
    },
    "POST audio/speech stream speech.audio.delta, speech.audio.done": {
        "is in no real traffic": "the fields as reported; the SDK has no type for them",
    },
    "POST audio/transcriptions": {
        ".languages is in no real answer": "types/audio/transcription.py: by gpt-transcribe, which no "
        "collected request asks",
    },
    "POST audio/transcriptions stream transcript.text.done": {
        ".languages is in no real answer": "types/audio/transcription_text_done_event.py: by "
        "gpt-transcribe, which no collected request asks",
    },
    "POST chat/completions stream chat.completion.chunk": {
        ".usage.prompt_tokens_details.cache_write_tokens is in no real answer": "in plain answers of "
        "gpt-6; the collected streams are of older models",
    },
    "POST decisions": {"is in no real traffic": _UNSEEN + "types/decision.py"},
    "POST images/generations stream image_generation.partial_image, image_generation.completed": {
        "is in no real traffic": _UNSEEN + "types/image_gen_stream_event.py",
    },
    "POST responses": {
        ".conversation is in no real answer": _ASKED + "types/responses/response.py",
        ".moderation is object": _ASKED + "types/responses/response.py",
        ".output[] computer_call is in no real answer": _UNSEEN
        + "types/responses/response_computer_tool_call.py; the guide to computer use shows `actions`",
        ".output[] file_search_call.results is list": _ASKED
        + "types/responses/response_file_search_"
        "tool_call.py",
        ".output[] file_search_call.results is list of object": _ASKED + "types/responses/response_"
        "file_search_tool_call.py",
        ".tools[] file_search.filters is object": _ECHO,
        ".output[] mcp_call.approval_request_id is null": "types/responses/response_output_item.py: "
        "the lesson's server needs no approval",
        ".output[] mcp_call.error.code is in every real answer": _MCP,
        ".output[] mcp_call.error.content is in no real answer": _MCP,
        ".output[] mcp_call.error.message is in every real answer": _MCP,
        ".output[] mcp_call.error is null": "the one collected call failed",
        ".output[] mcp_call.output is string": "the one collected call failed",
        ".usage is null": "a background response that is not made yet; types/responses/response.py",
        ".output[] mcp_call.status is in no real answer": "types/responses/response_output_item.py; "
        "the one collected call is of 2025",
        ".output[] message.content[] output_text.logprobs[].top_logprobs is list of object": _ASKED
        + "types/responses/response_output_text.py",
        ".output[] apply_patch_call is in no real answer": _VERCEL
        + "responses/__fixtures__/openai-apply-patch-tool.1.json",
        ".output[] code_interpreter_call.outputs is null": "so it is in the input of the collected one; "
        "only that one asked for them by `include`",
        ".output[] shell_call.action.max_output_length is integer": _VERCEL
        + "responses/__fixtures__/openai-shell-tool.1.json",
        ".output[] shell_call.environment local is in no real answer": "types/responses/"
        "response_function_shell_tool_call.py; microsoft/agent-framework#8663 says that OpenAI sends it",
        ".tools[] code_interpreter.container is string": _ECHO,
        ".tools[] shell.environment local is in no real answer": _ECHO,
        ".output[] tool_search_output.tools[] namespace.tools[] function.output_schema is in no real "
        "answer": "functions that a search loads without a namespace have it since July 2026",
        ".output[] web_search_call.action open_page is in no real answer": _UNSEEN
        + "types/responses/response_function_web_search.py",
        ".output[] web_search_call.action search.sources is in no real answer": _ASKED
        + "types/responses/response_function_web_search.py",
        ".prompt_cache_diagnostics is in no real answer": _ASKED + "types/responses/response.py",
        ".prompt_cache_options.comparison_response_id is in no real answer": _ASKED
        + "types/responses/response.py",
        ".max_tool_calls is integer": _ECHO,
        ".safety_identifier is string": _ECHO,
        ".text.format json_object is in no real answer": _ECHO,
        ".tools[] computer is in no real answer": _ECHO,
        ".tools[] custom.format grammar is in no real answer": _ECHO,
        ".tools[] mcp.require_approval is string": _ECHO,
        ".tools[] mcp.server_description is null": "the lesson gives none",
        ".tools[] web_search.filters is in no real answer": _ECHO,
        ".usage.input_tokens_details.cache_write_tokens_details is in no real answer": _ASKED
        + "types/responses/response_usage.py",
    },
    "POST responses/compact": {
        ".usage.input_tokens_details.cache_write_tokens is in no real answer": "in every other answer "
        "with this usage since July 2026; the collected ones are of February and April",
    },
    "POST responses stream response.created, response.in_progress, response.completed": {
        ".response response.access_programs is in no real answer": _PROGRAMS,
        ".response response.max_output_tokens is integer": _ECHO,
        ".response response.safety_identifier is string": _ECHO,
        ".response response.tools[] custom.format grammar is in no real answer": _ECHO,
    },
    **{
        f"{method} skills{path}": {"is in no real traffic": source}
        for method, path, source in (
            ("POST", "", _SKILL),
            ("GET", "/*", _SKILL),
            ("POST", "/*", _SKILL),
            ("GET", "", _UNSEEN + "types/skill_list.py"),
            ("DELETE", "/*", _UNSEEN + "types/deleted_skill.py"),
            ("POST", "/*/versions", _SKILL_VERSION),
            ("GET", "/*/versions/*", _SKILL_VERSION),
            ("GET", "/*/versions", _UNSEEN + "types/skills/skill_version_list.py"),
            # Whose `id` it has, the skill's or the version's, no source says.
            ("DELETE", "/*/versions/*", _UNSEEN + "types/skills/deleted_skill_version.py"),
        )
    },
    "POST realtime/client_secrets": {
        ".session realtime.session.audio.input.transcription is null": "as in `session.created`; the one "
        "collected request asks for transcripts",
    },
    "WS responses stream error": {
        ".error.param is string": _LINE,
        ".sequence_number is in every real answer": _LINE,
        ".status is in no real answer": _LINE,
    },
    "WS responses stream response.created, response.in_progress, response.completed": {
        ".response response.access_programs is in no real answer": _PROGRAMS,
    },
    "POST uploads/*/complete": {
        ".file file.expires_at is integer": "as of a file that is sent whole; " + _ECHO,
    },
    "POST responses stream response.queued": {
        ".response response.access_programs is in no real answer": _PROGRAMS,
        ".response response.moderation is in no real answer": _QUEUED,
        ".response response.prompt_cache_retention is string": _QUEUED,
        ".response response.reasoning.context is in no real answer": _QUEUED,
        ".response response.reasoning.effort is string": _QUEUED,
        ".response response.reasoning.mode is in no real answer": _QUEUED,
        ".response response.tool_usage is in no real answer": _QUEUED,
    },
    "POST vector_stores/*": {
        ".description is in no real answer": _LISTED,
        ".expires_after is object": _ECHO,
        ".expires_at is integer": _ECHO,
        ".name is string": _LISTED,
    },
    "POST vector_stores/*/file_batches": {
        "is in no real traffic": _UNSEEN + "types/vector_stores/vector_store_file_batch.py",
    },
    "POST vector_stores/*/search": {
        "is in no real traffic": _UNSEEN + "types/vector_store_search_response.py",
    },
    "errors": {
        ".error is string": "lesson 40; reported with a project's key on 2026-07-11 and 2026-08-05",
        ".detail is in no real answer": "reported: /v1/files repeats the error under this name",
        ".error.moderation_details is in no real answer": "OpenAI's guide to image generation, reports",
    },
}

# Maps whose names the caller chooses.
OPEN = {"attributes", "input_schema", "metadata", "output_schema", "parameters", "schema"}
# Their `type` is a value, and no other set of fields.
ONE_SHAPE = {"error", "metrics"}
KINDS = {bool: "bool", int: "integer", float: "float", str: "string", dict: "object", list: "list"}


@dataclass
class Shape:
    """What is common to objects at one place: which fields, of which types, always or at times."""

    kinds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    always: set[str] | None = None
    parts: dict[str, "Shape"] = field(default_factory=lambda: defaultdict(Shape))

    def add(self, body: Json) -> None:
        self.always = set(body) if self.always is None else self.always & set(body)
        for name, value in body.items():
            self.kinds[name] |= kinds(value)
            for place, part in parts(name, value):
                self.parts[place].add(part)


def kinds(value: Any) -> set[str]:
    kind = KINDS.get(type(value), "null")
    each = {f"list of {KINDS.get(type(one), 'null')}" for one in value} if kind == "list" else set()
    return {kind, *each}


def parts(name: str, value: Any) -> Iterator[tuple[str, Json]]:
    """The objects within a field, each with its place: `output[] message`, `usage`."""
    if name in OPEN:
        return
    many = isinstance(value, list)
    for one in value if many else [value]:
        if isinstance(one, dict):
            label = "" if name in ONE_SHAPE else label_of(one)
            yield f"{name}{'[]' if many else ''}{label and f' {label}'}", one


def label_of(body: Json) -> str:
    label = body.get("object") or body.get("type")
    return label if isinstance(label, str) else ""


def labelled(body: Json) -> Iterator[tuple[str, Json]]:
    """Each object within it that says what it is."""
    if label := label_of(body):
        yield label, body
    for name, value in body.items():
        for _, part in parts(name, value):
            yield from labelled(part)


def endpoint(method: str, path: str) -> str:
    """`GET /v1/files/file-1` -> `GET files/*`: an id is what is no word."""
    words = path.removeprefix("/v1/").split("/")
    return f"{method} " + "/".join(w if re.fullmatch(r"[a-z_]+", w) else "*" for w in words)


def kind_of(asked: str, body: Json) -> str:
    """As `label_of`; a list is one of what its endpoint is about."""
    label = label_of(body)
    return f"list {asked.split()[1].split('/')[0]}" if label == "list" else label


def group_of(asked: str, status: int, body: Json, streamed: bool) -> str:
    if status >= 400:
        return "errors"
    return f"{asked} stream {label_of(body)}" if streamed else asked


@dataclass
class Reality:
    groups: dict[str, Shape] = field(default_factory=lambda: defaultdict(Shape))
    # The same object elsewhere, such as a job in a list of jobs: for what was never got by itself.
    objects: dict[tuple[bool, str], Shape] = field(default_factory=lambda: defaultdict(Shape))

    def add(self, asked: str, status: int, body: Any, streamed: bool = False) -> None:
        if isinstance(body, dict):
            self.groups[group_of(asked, status, body, streamed)].add(body)
            if kind := kind_of(asked, body):
                self.objects[streamed, kind].add(body)
            for name, value in body.items():
                for _, part in parts(name, value):
                    for label, one in labelled(part):
                        self.objects[streamed, label].add(one)

    def find(self, group: str, kind: str) -> Shape | None:
        return self.groups.get(group) or self.objects.get((" stream " in group, kind))

    def part(self, whole: Shape, place: str, streamed: bool) -> Shape | None:
        label = place.partition(" ")[2]
        alike = (self.objects.get((each, label)) for each in (streamed, not streamed) if label)
        return whole.parts.get(place) or next(filter(None, alike), None)


@cache
def reality() -> Reality:
    seen = Reality()
    for each in real_exchanges():
        asked = endpoint(each.method, each.path)
        seen.add(asked, each.status, each.body)
        for _, _, data in each.events:
            seen.add(asked, each.status, data, streamed=True)
    for asked, streamed, body in ELSEWHERE:
        seen.add(asked, 200, body, streamed)
    return seen


def differences(at: str, ours: Shape, real: Shape, streamed: bool) -> Iterator[str]:
    for name in sorted(ours.kinds):
        where = f"{at}.{name}"
        if name not in real.kinds:
            yield f"{where} is in no real answer"
            continue
        new = ours.kinds[name] - real.kinds[name]
        yield from (f"{where} is {kind}" for kind in sorted(new))
        if new & {"object", "list of object"}:
            continue  # what is in it was seen nowhere either
        for place, part in ours.parts.items():
            if re.split(r"[\[ ]", place)[0] == name:
                known = reality().part(real, place, streamed)
                if known is None:
                    yield f"{at}.{place} is in no real answer"
                else:
                    yield from differences(f"{at}.{place}", part, known, streamed)
    for name in sorted((real.always or set()) - (ours.always or set())):
        yield f"{at}.{name} is in every real answer"


@cache
def found() -> Mapping[str, list[str]]:
    """Each difference, and the recordings that have it."""
    different: dict[str, list[str]] = defaultdict(list)
    lines = [f"{path.parent.name}/{path.name}" for path in LINES]
    for name, path in zip([*NAMES, *lines], [*FILES, *LINES], strict=True):
        recording = read_recording(path)
        asked = endpoint(recording.request.method, recording.request.path)
        shapes: dict[str, Shape] = defaultdict(Shape)
        labels = {}
        for answer in recording.answers:
            streamed = answer.json_ is None
            said = [data for way, _, data in answer.frames or [] if way == "<"]
            sent = [data for _, _, data in answer.sse or []] or said or [answer.json_]
            for body in (each for each in sent if isinstance(each, dict)):
                group = group_of(asked, answer.status, body, streamed)
                shapes[group].add(body)
                labels[group] = kind_of(asked, body)
        for group, ours in shapes.items():
            # Over a WebSocket the events are those of a stream, says the guide.
            real = reality().find(re.sub("^WS ", "POST ", group), labels[group])
            if real is None:
                different[f"{group}: is in no real traffic"].append(name)
            else:
                for each in differences("", ours, real, " stream " in group):
                    different[f"{group}: {each}"].append(name)
    return different


def kept() -> dict[str, str]:
    reasons = {}
    for group, why in KEPT.items():
        asked, stream, events = group.partition(" stream ")
        for event in events.split(", "):
            reasons |= {f"{asked}{stream}{event}: {each}": why[each] for each in why}
    return reasons


@needs_real
def test_recordings_differ_from_real_traffic_only_where_a_reason_is_given() -> None:
    unexplained = found().keys() - kept().keys()
    assert not unexplained, "\n" + "\n".join(
        f"{each} ({', '.join(found()[each])})" for each in sorted(unexplained)
    )


@needs_real
def test_each_difference_that_is_kept_still_occurs() -> None:
    assert sorted(kept().keys() - found().keys()) == []


def test_each_kind_of_difference_is_seen() -> None:
    ours, real = Shape(), Shape()
    real.add({"id": "resp_1", "usage": {"input_tokens": 1}, "tools": []})
    ours.add({"id": 1, "usage": {}, "tools": [{"type": "unheard_of"}], "billing": {}})
    assert list(differences("", ours, real, streamed=False)) == [
        ".billing is in no real answer",
        ".id is integer",
        ".tools is list of object",
        ".usage.input_tokens is in every real answer",
    ]
