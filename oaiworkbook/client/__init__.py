"""A call on its way: the SDK's clients with replay, cost log, spend limit and steered retries."""

from .client import AsyncOpenAI, OpenAI

__all__ = ["AsyncOpenAI", "OpenAI"]
