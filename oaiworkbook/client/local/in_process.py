"""What is worked out in this process, without a server: vectors and transcripts."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

import anyio
import httpx2

from .request import NotLocal

if TYPE_CHECKING:
    from ..exchange import Exchange
    from .call import AsyncSend, Send

Made = TypeVar("Made")


class InProcess(ABC, Generic[Made]):
    """`exchange`: a call that has no recording."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange

    @abstractmethod
    def _make(self) -> Made:
        """What takes its time. Raises NotLocal."""

    @abstractmethod
    def _told(self, made: Made) -> httpx2.Response:
        """The answer in the form that was asked for; settles the call."""

    def answer(self, send: "Send") -> httpx2.Response:
        try:
            return self._told(self._make())
        except NotLocal as reason:
            raise self._exchange.missed(str(reason)) from None

    async def answer_async(self, send: "AsyncSend") -> httpx2.Response:
        try:
            return self._told(await anyio.to_thread.run_sync(self._make))
        except NotLocal as reason:
            raise self._exchange.missed(str(reason)) from None
