"""A question of one's own, without a key: what on this machine answers where no recording does.

Only in replay, only after a miss, and only where OAIWORKBOOK_LOCAL names a server on this machine. An
answer from here is never recorded and never counted, and its model has a local name.
"""

from typing import TYPE_CHECKING, Protocol

import httpx2

from .request import NotLocal as NotLocal

if TYPE_CHECKING:
    from ..exchange import Exchange
    from .call import AsyncSend, Send


class LocalAnswer(Protocol):
    """What answers one call.

    Both raise RecordingNotFound, with the reason, where the call cannot be answered after all.
    """

    def answer(self, send: "Send") -> httpx2.Response:
        """`send` reaches this machine only."""

    async def answer_async(self, send: "AsyncSend") -> httpx2.Response:
        """The same from an event loop."""


def local_answer(exchange: "Exchange") -> LocalAnswer:
    """What answers a call that has no recording. Raises NotLocal for what nothing here can answer."""
    asked = (exchange.request.method, exchange.request.url.path)
    if asked == ("POST", "/v1/embeddings"):
        from .vectors import LocalVectors

        return LocalVectors(exchange)
    if asked == ("POST", "/v1/audio/transcriptions"):
        from .sound import LocalSound

        return LocalSound(exchange)
    from .call import LocalCall

    return LocalCall(exchange)
