"""Helpers of the oaiworkbook course: replay, cost log, spend limit, exercises.

Names load when first used, so that `import oaiworkbook` costs little more than `import openai`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import show
    from .client.client import AsyncOpenAI, OpenAI
    from .course import models
    from .course.checks import check, hint, solution
    from .course.doctor import doctor
    from .course.samples import sample
    from .errors import RecordingNotFound
    from .money.bounds import estimate
    from .money.ledger import SpendLimitExceeded
    from .money.limits import spend_limit
    from .money.meter import record_usage
    from .money.prices import price, rates
    from .money.report import costs
    from .money.usage import read_usage
    from .practice.server import PracticeServer
    from .settings import data_dir

__version__ = "0.1.0"

# Every name that lessons and projects may import, and the module it lives in. All else may move.
_HOME = {
    "AsyncOpenAI": "client.client",
    "OpenAI": "client.client",
    "PracticeServer": "practice.server",
    "RecordingNotFound": "errors",
    "SpendLimitExceeded": "money.ledger",
    "check": "course.checks",
    "costs": "money.report",
    "data_dir": "settings",
    "doctor": "course.doctor",
    "estimate": "money.bounds",
    "hint": "course.checks",
    "models": "course.models",
    "price": "money.prices",
    "rates": "money.prices",
    "read_usage": "money.usage",
    "record_usage": "money.meter",
    "sample": "course.samples",
    "show": "show",
    "solution": "course.checks",
    "spend_limit": "money.limits",
}

__all__ = [
    "AsyncOpenAI",
    "OpenAI",
    "PracticeServer",
    "RecordingNotFound",
    "SpendLimitExceeded",
    "check",
    "costs",
    "data_dir",
    "doctor",
    "estimate",
    "hint",
    "models",
    "price",
    "rates",
    "read_usage",
    "record_usage",
    "sample",
    "show",
    "solution",
    "spend_limit",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOME[name]}")
    # Two names are modules themselves: `show.figure`, `models.today`.
    value = home if name in ("models", "show") else getattr(home, name)
    globals()[name] = value
    return value


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext oaiworkbook`: the start line, and a cost line under each cell that made calls."""
    from .course.notebook import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    from .course.notebook import unload

    unload(shell)
