"""The table of endpoints: which row a request has, under every root, and that each row is used."""

import pytest

from oaiworkbook.endpoints import ENDPOINTS, LAST_EVENTS, endpoint
from oaiworkbook.money import bounds, usage


@pytest.mark.parametrize(
    ("method", "path", "reader", "bound"),
    [
        ("POST", "/v1/responses", "responses", "text"),
        ("post", "/openai/deployments/mine/chat/completions?api-version=1", "chat", "text"),
        ("GET", "/v1/responses/resp_1", "responses", "nothing"),
        ("DELETE", "/v1/responses/resp_1", "", "nothing"),
        ("GET", "/v1/responses/resp_1/input_items", "", "nothing"),
        ("POST", "/v1/batches", "batch", "batch"),
        ("GET", "/v1/batches/batch_1", "batch", "nothing"),
        ("POST", "/v1/images/edits", "images", "picture"),
        ("POST", "/v1/moderations", "moderations", "free"),
        ("POST", "/v1/vector_stores", "other", "nothing"),
        ("POST", "/v1/vector_stores/vs_1/search", "other", "nothing"),
        ("POST", "/v1/chat/completions/chatcmpl_1", "", "nothing"),
        ("POST", "/v1/webhook_endpoints", "other", "nothing"),
        ("POST", "/v1/webhook_endpoints/whe_1/rotate_secret", "other", "nothing"),
        ("GET", "/v1/webhook_event_types", "", "nothing"),
        ("POST", "/v1/chat/something_new", "unlisted", "unknown"),
        ("POST", "/v1/responses/resp_1/something_new", "unlisted", "unknown"),
        ("POST", "/v1/videos/video_1/remix", "unlisted", "unknown"),
        ("POST", "/v1/evals/eval_1/runs", "unlisted", "unknown"),
        ("POST", "/v1/fine_tuning/alpha/graders/run", "unlisted", "unknown"),
        ("POST", "/v1/realtime/calls", "unlisted", "unknown"),
        ("POST", "/v1/something_new", "unlisted", "unknown"),
        ("POST", "/v1/something_new/deeper", "unlisted", "unknown"),
        ("DELETE", "/v1/something_new/deeper", "", "nothing"),
        ("GET", "/v1/models", "", "nothing"),
        ("WS", "/v1/realtime", "event", "nothing"),
    ],
)
def test_a_request_has_its_row(method: str, path: str, reader: str, bound: str) -> None:
    found = endpoint(method, path)
    assert (found.usage, found.bound) == (reader, bound)


def test_every_word_of_the_table_is_known() -> None:
    assert {each.usage for each in ENDPOINTS} - {""} == set(usage._READERS)
    named = {"text", "speech", "sound", "free", "nothing", "unknown", *bounds._WHY_UNKNOWN}
    assert {each.bound for each in ENDPOINTS} == named
    assert {"response.completed", "transcript.text.done", "error"} <= LAST_EVENTS


def test_only_what_is_fetched_again_can_be_a_repeat() -> None:
    assert {(each.method, each.path) for each in ENDPOINTS if each.again} == {
        ("POST", "responses/*/cancel"),
        ("GET", "responses/*"),
        ("*", "batches/**"),
        ("*", "fine_tuning/jobs/**"),
        ("WS", "**"),
    }
    assert not endpoint("POST", "/v1/batches").again


def test_only_uploads_are_left_unread() -> None:
    uploads = ("/v1/files", "/v1/uploads/upload_1/parts", "/v1/containers/cntr_1/files")
    assert all(endpoint("POST", path).upload for path in uploads)
    assert not endpoint("POST", "/v1/responses").upload
