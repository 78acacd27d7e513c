"""Every plain error that the workbook raises. SpendLimitExceeded, which carries sums, is in money/ledger.py."""

import openai


class WorkbookError(openai.OpenAIError):
    """An error of the workbook, not of the API.

    The SDK passes subclasses of `OpenAIError` to the caller unchanged and without a retry
    (`openai/_base_client.py`, 3.57). None of ours is an `APIError`, so a lesson's
    `except openai.APIError` never swallows one.
    """

    def _render_traceback_(self) -> list[str]:
        # IPython calls this instead of printing some 200 lines of frames from inside the SDK.
        return f"{type(self).__name__}: {self}".splitlines()


class ExerciseNotSolved(WorkbookError):
    """`OAIWORKBOOK_STRICT=1` turns an exercise that is not tried or wrong into this error."""


class LedgerError(WorkbookError):
    """The ledger cannot be used: damaged, locked, not writable. The message says what to do."""


class LessonError(WorkbookError):
    """A lesson, or the page that lists them, cannot be found, written or brought back: what to do."""


class LocalError(WorkbookError):
    """No model on this machine can be found, installed or started. The message says what to do."""


class MapError(WorkbookError):
    """`data/api.toml` is missing or wrong. The message says where."""


class ModelsError(WorkbookError):
    """`data/models.toml` is missing or wrong, or has no such role. The message says which."""


class NetworkRefused(WorkbookError):
    """Something tried to reach a network in replay mode."""


class NotebookError(WorkbookError):
    """The notebook cannot be read. The message names the file and what to do."""


class PortTaken(WorkbookError):
    """Another program listens on the port asked for."""


class RecordingError(WorkbookError):
    """A recording cannot be read or written. The text names file, line and field."""


class RecordingNotFound(WorkbookError):
    """Replay has no answer for this request. The text names the nearest recording."""


class SampleNotFound(WorkbookError):
    """No sample has this name. The text lists those there are."""


class SettingsError(WorkbookError):
    """The environment asks for something that does not exist. The message names the variable."""


class StickError(WorkbookError):
    """The folder for machines without a network cannot be made. The message says what to do."""


class UnknownExercise(WorkbookError):
    """There is no exercise of this name. The message lists the names there are."""


class UnknownFault(WorkbookError):
    """A fault that the practice server does not know. The text lists those it knows."""


class VariantError(WorkbookError):
    """A sentence that invites a change does not fit the code cell before it."""
