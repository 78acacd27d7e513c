"""The base of every error that the workbook itself raises."""

import openai


class WorkbookError(openai.OpenAIError):
    """An error of the workbook, not of the API.

    The SDK passes subclasses of `OpenAIError` to the caller unchanged and without a retry
    (`openai/_base_client.py`, 3.54). None of ours is an `APIError`, so a lesson's
    `except openai.APIError` never swallows one.
    """

    def _render_traceback_(self) -> list[str]:
        # IPython calls this instead of printing some 200 lines of frames from inside the SDK.
        return f"{type(self).__name__}: {self}".splitlines()
