"""A small source for tests of the plumbing: every kind of body the API sends, none with a story."""

from typing import Any

from oaiworkbook.practice.server import Reply, Served
from oaiworkbook.recordings.file import Answer

from .authoring.standin import ASSETS
from .authoring.standin.chat import chat
from .authoring.standin.common import headers
from .authoring.standin.responses import input_texts, respond

MP3 = bytes(range(256)) * 200  # not text in any encoding
BATCH = {
    "id": "batch_1",
    "object": "batch",
    "endpoint": "/v1/responses",
    "completion_window": "24h",
}
MODEL = "gpt-6-luna"


class Echo:
    """Answers at once. `steps` counts the polls of its one batch."""

    def __init__(self) -> None:
        self.steps = 0
        self.stored: dict[str, Any] = {}

    def __call__(self, served: Served) -> Reply:
        return Reply(Answer.model_validate(self.answer(served)), "authored", ASSETS)

    def answer(self, served: Served) -> dict[str, Any]:
        path, form = served.asked.path, served.form
        plain = headers(served, 5)
        if path == "/v1/responses":
            answer = respond(served, f"You said: {input_texts(form)[-1][1]}", ms=0, gap=0)
            self.stored |= {answer["json"]["id"]: answer["json"]} if "json" in answer else {}
            return answer
        if path.startswith("/v1/responses/"):
            return {"status": 200, "headers": plain, "json": self.stored[path.split("/")[-1]]}
        if path == "/v1/chat/completions":
            return chat(served, f"You said: {form['messages'][-1]['content']}", ms=0, gap=0)
        if path == "/v1/embeddings":
            vector = "AACAPwAAAEA="  # float32 1.0 and 2.0
            data = [{"object": "embedding", "index": 0, "embedding": vector}]
            usage = {"prompt_tokens": 3, "total_tokens": 3}
            body = {"object": "list", "data": data, "model": form["model"], "usage": usage}
            return {"status": 200, "headers": plain, "json": body}
        if path == "/v1/audio/speech":
            return {
                "status": 200,
                "headers": plain | {"content-type": "audio/mpeg"},
                "file": "echo.mp3",
            }
        if path == "/v1/audio/transcriptions":
            usage = {
                "type": "tokens",
                "input_tokens": 14,
                "input_token_details": {"text_tokens": 0, "audio_tokens": 14},
                "output_tokens": 5,
                "total_tokens": 19,
            }
            body = {"text": "a voice", "usage": usage}
            if form.get("stream") == "true":
                done = {"type": "transcript.text.done", **body}
                stream = plain | {"content-type": "text/event-stream"}
                events = [[0, None, done], [0, None, "[DONE]"]]
                return {"status": 200, "headers": stream, "sse": events, "crlf": True}
            return {"status": 200, "headers": plain, "json": body}
        if path == "/v1/files":
            body = {
                "id": "file-1",
                "object": "file",
                "purpose": form["purpose"],
                "filename": "a.jsonl",
                "bytes": 2,
                "created_at": 1,
                "status": "processed",
            }
            return {"status": 200, "headers": plain, "json": body}
        if path.endswith("/content"):
            return {
                "status": 200,
                "headers": plain | {"content-type": "text/plain"},
                "text": "{}\n",
            }
        if path.startswith("/v1/batches"):
            states = ["validating", "in_progress", "completed"]
            state = states[min(self.steps, 2)]
            self.steps += 1
            body = BATCH | {"status": state, "input_file_id": "file-1", "created_at": 1}
            return {"status": 200, "headers": plain, "json": body}
        if path == "/v1/models":
            after = "after=" in served.asked.query
            names = ["c"] if after else ["a", "b"]
            data = [{"id": n, "object": "model", "created": 1, "owned_by": "us"} for n in names]
            return {"status": 200, "headers": plain, "json": {"object": "list", "data": data}}
        raise AssertionError(f"echo does not know {path}")
