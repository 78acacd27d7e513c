"""A whole run recorded to the side: the run writes into a copy of the data folder that nobody else sees.

Only when the run is known to have gone well do its recordings take the place of the present ones. So
a wrong key, a server that dies, Ctrl+C and a crash in the middle leave every answer as it was. Each
run has a copy of its own, so two runs at once do not meet before they are done.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import RecordingError
from .file import Recording, read_recording, write_recording
from .library import clear_sidecars, same_request

# Beside `recordings/`, so that nothing takes it for a lesson; git and the wheel leave it out.
UNFINISHED = "recordings.unfinished"


class Aside:
    """A context manager. `data` is the copy to record into; it goes with the block.

    What the run has recorded is put in its place by `place`, or kept for looking at by `keep`.
    Raises RecordingError where recordings could not be written in the end.
    """

    def __init__(self, home: Path, lesson: str) -> None:
        self.home, self.lesson = home, lesson
        self.placed = 0  # recordings that have taken their place

    def __enter__(self) -> Self:
        try:
            tempfile.TemporaryFile(dir=self.home).close()
            self._scratch = tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True)
            # By the clock that dates the files there, which may not be this process's.
            self.began = Path(self._scratch.name).stat().st_mtime
            self.data = self._copy()
        except (OSError, shutil.Error) as error:
            raise RecordingError(
                f"Nothing can be recorded in {self.home}: {error}. Nothing was sent. Mend that, or "
                "choose another folder with OAIWORKBOOK_DATA, then record again."
            ) from error
        self._before = {path: _stamp(path) for path in self._files()}
        return self

    def _copy(self) -> Path:
        copy = Path(self._scratch.name, "data")
        shutil.copytree(
            self.home,
            copy,
            ignore=shutil.ignore_patterns(UNFINISHED, ".*"),  # a dot: being written just now
            copy_function=_copy_file,
            ignore_dangling_symlinks=True,
        )
        (copy / "recordings").mkdir(exist_ok=True)
        for path in (copy / "recordings").glob("*/*.json"):
            # What this run has not recorded is older than it, whatever the clock of its folder says.
            time = min(path.stat().st_mtime, self.began - 60)
            os.utime(path, (time, time))
        return copy

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scratch.cleanup()

    def _files(self) -> list[Path]:
        return sorted((self.data / "recordings").glob("*/*.json"))

    def new(self) -> list[Path]:
        """The recordings of this run, in the copy."""
        changed = (path for path in self._files() if self._before.get(path) != _stamp(path))
        return [path for path in changed if path.read_bytes() != self._home(path)]

    def _home(self, path: Path) -> bytes | None:
        present = self.home / path.relative_to(self.data)
        return present.read_bytes() if present.exists() else None

    def target(self, path: Path) -> Path:
        """Where a recording of this run belongs: the file of the same request, if there is one by now."""
        folder = self.home / "recordings" / path.parent.name
        return same_request(folder, path.name) or folder / path.name

    def replaced(self, path: Path) -> Recording | None:
        """The recording whose place it would take; None where there is none that can be read."""
        try:
            return read_recording(self.target(path))
        except RecordingError:
            return None

    def place(self) -> None:
        """Put the new recordings in their places, each with its sidecar files. Raises RecordingError.

        Those without a present one come first: what a new answer leads to is there before that
        answer is, so that the lesson replays at every moment, also if this is where it ends.
        """
        new = [(path, self.target(path), read_recording(path)) for path in self.new()]
        for path, target, recording in sorted(new, key=lambda each: each[1].exists()):
            replaced = self.replaced(path)
            copy_recording(path, recording, target)
            clear_sidecars(target, replaced, recording)
            self.placed += 1
        shutil.rmtree(self._kept, ignore_errors=True)
        with suppress(OSError):  # it is not there, or holds what another lesson has left
            self._kept.parent.rmdir()

    @property
    def _kept(self) -> Path:
        return self.home / UNFINISHED / self.lesson

    def keep(self) -> str:
        """Keep what was recorded, in place of what an earlier run has left; says in words where."""
        words = f"The recordings of {self.lesson} are as they were. "
        if self.placed:
            words = f"{self.placed} recordings of {self.lesson} have taken their places. "
        try:
            new = self.new()
            if not new:
                return words.strip() if self.placed else f"{words}Nothing was recorded."
            shutil.rmtree(self._kept, ignore_errors=True)
            for path in new:
                folder = self._kept / ("" if path.parent.name == self.lesson else path.parent.name)
                copy_recording(path, read_recording(path), folder / path.name)
        except (OSError, RecordingError) as error:
            return f"{words}What this run has recorded could not be kept: {error}"
        files = "1 file" if len(new) == 1 else f"{len(new)} files"
        return (
            f"{words}What this run has recorded ({files}) is kept in {self._kept}, to look at. "
            f"`oaiworkbook record {self.lesson.partition('_')[0]}` records again and replaces it."
        )


def copy_recording(path: Path, recording: Recording, target: Path) -> None:
    """Its sidecar files first: a recording without them is a broken one. Raises RecordingError."""
    for name in [answer.file for answer in recording.answers if answer.file]:
        write_recording(target.parent / name, (path.parent / name).read_bytes())
    write_recording(target, path.read_bytes())


def _copy_file(source: str, target: str) -> None:
    with suppress(FileNotFoundError):  # another run has just put its own in place
        shutil.copy2(source, target)


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size
