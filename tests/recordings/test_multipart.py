"""A form is taken apart into what was put into it, whatever bytes a file holds."""

import httpx2
import pytest

from oaiworkbook.recordings.requests import multipart

BYTES = [
    b"",
    b"RIFF\r\n\r\nsound\r\n",
    b"\r\n--\r\n--a boundary--\r\n",
    b"\n\nlines\r",
    bytes(range(256)) * 5,
]


def form(data: bytes, name: str) -> httpx2.Request:
    request = httpx2.Request(
        "POST",
        "http://127.0.0.1/v1/audio/transcriptions",
        data={"model": "gpt-4o-transcribe", "prompt": "Zwei\r\nZeilen, ü"},
        files={"file": (name, data, "audio/wav")},
    )
    request.read()
    return request


@pytest.mark.parametrize("data", BYTES, ids=len)
@pytest.mark.parametrize("name", ["call.wav", "größe.wav", 'a "call".wav'])
def test_the_parts_are_what_was_sent(data: bytes, name: str) -> None:
    request = form(data, name)
    *fields, (file, filename, content) = multipart(request.headers["content-type"], request.content)
    assert fields == [
        ("model", None, b"gpt-4o-transcribe"),
        ("prompt", None, "Zwei\r\nZeilen, ü".encode()),
    ]
    assert file == "file"
    assert filename is not None
    assert filename.endswith(".wav")
    assert content == data


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=other"])
def test_of_what_is_no_form_nothing_is_made(kind: str) -> None:
    assert multipart(kind, form(b"sound", "call.wav").content) == []
