"""A recording's file name says what was asked, and holds no id."""

import pytest

from oaiworkbook.recordings.requests import CanonicalRequest


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("/v1/batches/batch_6a85c115", "batches-id"),
        ("/v1/files/file-B48IFNylMh5wHe6ZZ9FPb8", "files-id"),
        (
            "/v1/vector_stores/vs_6df208300f34d63391f12925be296c6b/file_batches/"
            "vsfb_ibj_6e8d0cbeb014c924537752543af2496f",
            "vector-stores-id-file-batches-id",
        ),
        ("/v1/responses/input_tokens", "responses-input-tokens"),
        ("/v1/models/gpt-6-luna", "models-gpt-6-luna"),
    ],
)
def test_ids_are_left_out(path: str, slug: str) -> None:
    assert CanonicalRequest("GET", path, "", None, "0a1b2c3d").slug == slug
