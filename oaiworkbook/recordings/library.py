"""Finding a recording for a request, repeats, the miss, and where a new recording goes.

`<folder>/<lesson>/NN-<slug>-<8 hex of the key>.json`: the key is in the file name, so that a look-up
costs the same with ten recordings and with ten thousand. Those of one's own project lie in one folder,
without a lesson between.
"""

import os
import re
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import NamedTuple

from .. import settings
from ..errors import RecordingError, RecordingNotFound
from .file import (
    MEND,
    Answer,
    Provenance,
    RecordedRequest,
    Recording,
    Source,
    dump_recording,
    read_recording,
    write_recording,
)
from .requests import CanonicalRequest, canonical_parts
from .secrets import Gate, masked_text

_NAME = re.compile(r"(\d+)-(.*)-([0-9a-f]{8})\.json")


# What this process records, over all its clients: (folder, key) -> file, and the files written.
_started: dict[tuple[Path, str], Path] = {}
_written: set[Path] = set()
_writing = threading.RLock()
# Each is told of every miss before it is raised, and of what has kept an answer from being recorded.
watchers: list[Callable[[Exception], None]] = []


def chosen_library() -> "Library":
    """The one that the settings name: a project's own, or the course's. Raises SettingsError."""
    own = settings.own_recordings()
    return Library(own, flat=True) if own else Library(settings.data_dir() / "recordings")


def same_request(folder: Path, name: str) -> Path | None:
    """The file in `folder` that records the request of a recording called `name`."""
    key = name[-len("-01234567.json") :]
    found = [folder / name] if (folder / name).exists() else sorted(folder.glob(f"*{key}"))
    return found[0] if found else None


def clear_sidecars(path: Path, replaced: Recording | None, by: Recording | None) -> None:
    """Take away the files beside `path` that belonged to what was replaced, and to nothing now."""
    old, new = (
        {each.file for each in r.answers if each.file} if r else set() for r in (replaced, by)
    )
    for name in old - new:
        if Path(name).name == name:
            with suppress(OSError):  # it is in nobody's way
                (path.parent / name).unlink()


def _free_name(path: Path, answers: Sequence[Answer], ending: str) -> str:
    """The name of the next answer's sidecar file."""
    taken = {answer.file for answer in answers}
    stems = (f"{path.stem}{f'-{n}' if n > 1 else ''}" for n in count(len(answers) + 1))
    return next(f"{stem}{ending}" for stem in stems if f"{stem}{ending}" not in taken)


class Origin(NamedTuple):
    """Whose answer a recording is: its source, and the server that answered if not OpenAI's API."""

    source: Source
    server: str = ""


@dataclass(frozen=True, slots=True)
class Origins:
    """Whose answers some recordings are, on which days they were made, and which cannot be read."""

    counts: Counter[Origin]
    days: dict[Origin, set[date]]
    broken: list[RecordingError]

    @property
    def servers(self) -> list[str]:
        """Other servers than OpenAI's API that have answered."""
        return sorted({origin.server for origin in self.counts if origin.server})

    @property
    def openai(self) -> bool:
        """Whether OpenAI's API gave any of the answers, edited ones included."""
        return any(each.source != "authored" and not each.server for each in self.counts)


def _stamp(path: Path) -> tuple[int, int]:
    """Changes when the file does. Raises RecordingError."""
    try:
        stat = os.stat(path)
    except OSError as error:
        raise RecordingError(
            f"Cannot read the recording {path}: {error.strerror}. {MEND}"
        ) from error
    return stat.st_mtime_ns, stat.st_size


class _Index(NamedTuple):
    """The files by two parts of their names: what was asked (`slug`), and all of it (`key`)."""

    of_slug: dict[str, list[Path]]
    of_key: dict[str, list[Path]]


class Library:
    """All recordings below one folder, with the answers one client has had so far. Thread-safe.

    `flat`: they are a project's own, and lie in the folder itself, which need not exist yet.
    """

    def __init__(self, folder: Path, *, flat: bool = False) -> None:
        self.folder, self.flat = folder, flat
        self._lock = threading.RLock()
        self._index: _Index | None = None
        self._read: dict[Path, tuple[tuple[int, int], Recording]] = {}
        self._next: dict[Path, int] = {}
        self._loose: dict[Path, tuple[tuple[int, int], str | None]] = {}

    def missing(self, path: Path, since: float) -> bool:
        """Whether record mode should ask again: it is older than `since`, or this process wrote it.

        A poll of something that this process began must go on to its end.
        """
        return path in _written or path.stat().st_mtime < since

    def find(self, request: CanonicalRequest, lesson: str | None) -> Path | None:
        """The recording of this request, the lesson's own first."""
        broken: RecordingError | None = None
        with self._lock:
            for fresh in (False, True):
                paths = self._files(fresh).of_key.get(request.key, [])
                if len(paths) > 1:
                    paths = sorted(paths, key=lambda p: p.parent.name != lesson)
                for path in paths:
                    try:
                        asked = self.read(path).request
                    except RecordingError as error:
                        broken = broken or error  # there may be a good one of the same request
                        continue
                    found = (asked.method, asked.path, asked.query, asked.body)
                    if found == (request.method, request.path, request.query, request.body):
                        return path
        if broken is not None:
            raise broken
        return None

    def alike(self, request: CanonicalRequest, lesson: str | None) -> Path | None:
        """The recording of this request in another form, where `find` has found none.

        The lesson's own before all others. None where several recordings say different things: which
        of them was meant would be a guess.
        """
        from .loose import loose_key, same_answers

        asked = loose_key(request.method, request.path, request.query, request.body)
        if asked is None:
            return None
        with self._lock:
            paths = self._files().of_slug.get(request.slug, [])
            found = [path for path in paths if self._loose_key(path) == asked]
            found = [path for path in found if path.parent.name == lesson] or found
            answers = [self.read(path).answers for path in found]
        return found[0] if found and all(same_answers(answers[0], a) for a in answers[1:]) else None

    def _loose_key(self, path: Path) -> str | None:
        from .loose import loose_key

        try:
            stamp = _stamp(path)
            known = self._loose.get(path)
            if known is None or known[0] != stamp:
                asked = self._glance(path).request
                key = loose_key(asked.method, asked.path, asked.query, asked.body)
                known = self._loose[path] = (stamp, key)
        except RecordingError:
            return None  # `oaiworkbook doctor` names it
        return known[1]

    def sessions(
        self, path: str, query: str, lesson: str | None, *, fresh: bool = False
    ) -> list[Path]:
        """The recorded WebSocket sessions of one address: the lesson's own first, short ones first.

        `fresh`: those too that another process has recorded in the meantime.
        """
        slug = canonical_parts("WS", path, query, "", b"").slug
        with self._lock:
            files = self._files(fresh).of_slug.get(slug, [])
        found = []
        for file in files:
            try:
                recording = self.read(file)
            except RecordingError:
                continue  # `oaiworkbook doctor` names it
            asked = recording.request
            if (asked.method, asked.path, asked.query) == ("WS", path, query):
                found.append((file.parent.name != lesson, len(recording.sent), file))
        return [file for _, _, file in sorted(found)]

    def take(self, path: Path) -> tuple[Answer, Recording]:
        """The next answer of a recording that `find` has read; after the last one, that one again."""
        with self._lock:
            recording = self._read[path][1] if path in self._read else self.read(path)
            at = self._next.get(path, 0)
            self._next[path] = at + 1
            return recording.answers[min(at, len(recording.answers) - 1)], recording

    def miss(
        self, request: CanonicalRequest, lesson: str | None, *, why_not_local: str = ""
    ) -> RecordingNotFound:
        """`why_not_local`: why no model on this machine has answered, if one was to be asked."""
        from .nearest import describe_miss

        near = []
        for path in self.paths(lesson):
            try:
                recording = self._glance(path)
            except RecordingError:
                continue  # it is not what was asked for, and `oaiworkbook doctor` names it
            asked = recording.request.model_dump()
            if request.method == "WS":  # compared as far as the client has come
                asked["body"] = recording.sent[: len(request.body)]
            near.append((self.name(path), asked))
        text = describe_miss(request, near, self.folder, why_not_local, own=self.flat)
        miss = RecordingNotFound(masked_text(text))
        for watcher in list(watchers):
            watcher(miss)
        return miss

    def not_recorded(self, what: str, why: Exception) -> None:
        """Warns that an answer is not recorded: it is there, and may have been paid for."""
        warnings.warn(f"This {what} is not recorded. {why}", stacklevel=3)
        for watcher in list(watchers):
            watcher(why)

    def read(self, path: Path) -> Recording:
        stamp = _stamp(path)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = self._read[path] = (stamp, read_recording(path))
        return known[1]

    def _glance(self, path: Path) -> Recording:
        """As `read`, and not kept: a search passes hundreds, which would stay for the kernel's life."""
        known = self._read.get(path)
        return known[1] if known and known[0] == _stamp(path) else read_recording(path)

    def paths(self, lesson: str | None = None) -> list[Path]:
        """Files of one lesson; of all lessons if it is None or has none."""
        found = [path for path, _ in self._present()]
        return [p for p in found if p.parent.name == lesson] or found

    def origins(self, paths: Iterable[Path]) -> Origins:
        """Whose answers these recordings are."""
        found = Origins(Counter(), {}, [])
        for path in paths:
            try:
                made = self._glance(path).provenance
            except RecordingError as error:
                found.broken.append(error)
                continue
            origin = Origin(made.source, made.server or "")
            found.counts[origin] += 1
            found.days.setdefault(origin, set()).add(made.at.date())
        return found

    def name(self, path: Path) -> str:
        return f"{path.parent.name}/{path.name}"

    def _files(self, fresh: bool = False) -> "_Index":
        if self._index is None or fresh:
            self._index = self._scan()
        return self._index

    def _scan(self) -> "_Index":
        index = _Index({}, {})
        for path, name in self._present():
            index.of_slug.setdefault(name[2], []).append(path)
            index.of_key.setdefault(name[3], []).append(path)
        return index

    def _present(self) -> Iterator[tuple[Path, re.Match[str]]]:
        """All files of recordings in the order of their paths, each with its name as `_NAME` reads it."""
        if self.flat and not self.folder.exists():
            return  # nothing is recorded yet
        try:
            lessons = [str(self.folder)]
            if not self.flat:
                lessons = sorted(entry.path for entry in os.scandir(self.folder) if entry.is_dir())
            for folder in map(Path, lessons):
                for match in filter(None, map(_NAME.fullmatch, sorted(os.listdir(folder)))):
                    yield folder / match[0], match
        except OSError as error:
            raise RecordingError(
                f"Cannot read the recordings in {self.folder}: {error.strerror}. Check the folder and "
                "its rights, or unset OAIWORKBOOK_DATA to use the recordings that come with the workbook."
            ) from error

    def start(self, request: CanonicalRequest, lesson: str) -> Path:
        """The file that a recorded request goes to: its present one, or the next number."""
        folder = self.folder if self.flat else self.folder / lesson
        with _writing:
            if (folder, request.key) not in _started:
                names = os.listdir(folder) if folder.is_dir() else []
                names += [path.name for (at, _), path in _started.items() if at == folder]
                same = [n for n in names if n.endswith(f"-{request.key}.json")]
                numbers = [int(m[1]) for m in map(_NAME.fullmatch, names) if m]
                new = f"{max(numbers, default=0) + 1:02d}-{request.slug}-{request.key}.json"
                _started[folder, request.key] = folder / (same[0] if same else new)
            return _started[folder, request.key]

    def present(self, path: Path) -> Recording | None:
        """What a file holds now; None where there is none, or none that can be read."""
        try:
            return self.read(path)
        except RecordingError:
            return None

    def add(
        self,
        path: Path,
        request: CanonicalRequest,
        answer: Answer,
        provenance: Provenance,
        body: bytes,
        *,
        gate: Gate,
    ) -> Answer | None:
        """Write one more answer; the first one of this process replaces what the file held.

        Returns it as it is written; None where the last answer says the same and is given again.
        `body` goes into a sidecar file when the answer names one by its ending. Keys are masked where
        they belong; a recording with a key elsewhere is refused with a RecordingError.
        """
        answer = answer.masked()
        with _writing:
            held = self.present(path)
            answers = self.read(path).answers if path in _written else []
            if answers and request.method == "POST" and answer.says_the_same(answers[-1]):
                return None
            asked = RecordedRequest(
                method=request.method, path=request.path, query=request.query, body=request.body
            )
            if answers and held and held.provenance.server and not provenance.server:
                # One label for all answers of a file: none of another server's may pass for OpenAI's.
                whose = {"source": held.provenance.source, "host": held.provenance.host}
                provenance = provenance.model_copy(update=whose)
            if answer.file is not None:
                answer.file = _free_name(path, answers, answer.file)
            recording = Recording(request=asked, answers=[*answers, answer], provenance=provenance)
            content = dump_recording(recording).encode()
            places = list(gate.found({"request": asked.model_dump(), "answer": answer.dump()}))
            if gate.in_bytes(body if answer.file is not None else b""):
                places.append(f"answer.file ({len(body):,} bytes)")
            if places:
                raise RecordingError(
                    f"There is a key in {', '.join(places[:3])}; {path.name} is not written. Take the "
                    "key out and record again."
                )
            if answer.file is not None:
                write_recording(path.parent / answer.file, body)
            self._write(path, held, recording, content)
            return answer

    def before(self, path: Path) -> bytes | None:
        """What this process would replace in a file: its content, None where there is none."""
        return path.read_bytes() if path not in _written and path.exists() else None

    def take_out(self, path: Path, answer: Answer, before: bytes | None) -> None:
        """Undo `add` of an answer that was not to stay; `before`: of the file before it was added.

        Where nothing else is in it, the file goes, or holds again what this process has replaced.
        Raises RecordingError.
        """
        with _writing:
            held = self.present(path) if path in _written else None
            answers = list(held.answers) if held else []
            mine = answer.dump()
            at = next((n for n, each in enumerate(answers) if each.dump() == mine), None)
            if held is None or at is None:
                return
            del answers[at]
            if answers:
                left = held.model_copy(update={"answers": answers})
                self._write(path, held, left, dump_recording(left).encode())
                return
            _written.discard(path)
            clear_sidecars(path, held, None)
            if before is not None:
                write_recording(path, before)
            if self.present(path) is None or before is None:
                path.unlink(missing_ok=True)
            self._index = None

    def _write(
        self, path: Path, replaced: Recording | None, recording: Recording, content: bytes
    ) -> None:
        write_recording(path, content)
        clear_sidecars(path, replaced, recording)
        _written.add(path)
        self._index = None
