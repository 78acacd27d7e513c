"""What a request shows of its own size: its text, its numbers, the bytes of its file."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

_MEDIA = {
    "input_image": "pictures",
    "image_url": "pictures",
    "computer_screenshot": "pictures",
    "input_file": "files",
    "file": "files",
    "input_audio": "sound",
}


def text_bytes(body: Mapping[str, Any], unseen: set[str]) -> int:
    """UTF-8 bytes of the body as JSON, less its media; adds what those are to `unseen`."""
    text = json.dumps(_visible(body, unseen), ensure_ascii=False, default=_plain)
    return len(text.encode("utf-8", "surrogatepass"))


def _visible(value: Any, unseen: set[str]) -> Any:
    """`value` without the parts whose tokens do not follow from their bytes; what those are."""
    if isinstance(value, Mapping):
        if what := _MEDIA.get(str(value.get("type"))):
            unseen.add(what)
            return {}
        return {name: _visible(part, unseen) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_visible(part, unseen) for part in value]
    return value


def part(asked: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under `name`, or an empty one."""
    found = asked.get(name)
    return found if isinstance(found, Mapping) else {}


def whole(value: Any) -> int:
    """`value` as a whole number, 0 where it is none: what the API will refuse must still reach it."""
    text = str(value)
    return int(text) if text.isdecimal() else 0


def _plain(value: Any) -> Any:
    # What the SDK takes beside JSON: a Pydantic class as a schema, its own objects as input items.
    for method in ("model_json_schema", "model_dump"):
        if isinstance(value, type) == (method == "model_json_schema") and hasattr(value, method):
            convert: Callable[[], Any] = getattr(value, method)
            return convert()
    return str(value)


def file_size(file: Any) -> int:
    """Bytes of what the SDK accepts as a file; 0 where they cannot be told without reading it."""
    if isinstance(file, tuple):
        file = next((part for part in file if not isinstance(part, str)), None)
    if isinstance(file, bytes):
        return len(file)
    if isinstance(file, os.PathLike):
        return os.stat(file).st_size
    try:
        return os.fstat(file.fileno()).st_size
    except (AttributeError, OSError):
        return 0
