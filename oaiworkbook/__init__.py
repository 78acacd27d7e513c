"""Helpers of the oaiworkbook course: replay, cost log, spend limit, exercises.

Names load when first used, so that `import oaiworkbook` costs little more than `import openai`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import show
    from .client import AsyncOpenAI, OpenAI
    from .exercises import check, hint, solution
    from .money.bounds import estimate
    from .money.ledger import SpendLimitExceeded
    from .money.session_costs import record_usage
    from .money.spending import spend_limit
    from .recordings.library import RecordingNotFound
    from .report import costs
    from .samples import sample

__version__ = "0.1.0"

_HOME = {
    "OpenAI": "client",
    "AsyncOpenAI": "client",
    "estimate": "money.bounds",
    "check": "exercises",
    "hint": "exercises",
    "solution": "exercises",
    "SpendLimitExceeded": "money.ledger",
    "RecordingNotFound": "recordings.library",
    "costs": "report",
    "record_usage": "money.session_costs",
    "sample": "samples",
    "spend_limit": "money.spending",
}

__all__ = [
    "AsyncOpenAI",
    "OpenAI",
    "RecordingNotFound",
    "SpendLimitExceeded",
    "check",
    "costs",
    "estimate",
    "hint",
    "record_usage",
    "sample",
    "show",
    "solution",
    "spend_limit",
]


def __getattr__(name: str) -> Any:
    if name == "show":
        return import_module(f"{__name__}.show")
    if name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext oaiworkbook`: the start line, and a cost line under each cell that made calls."""
    from .notebook import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    from .notebook import unload

    unload(shell)
