"""The recorder's way to the vendor: an aiohttp session that repeats nothing, and knows when its connections have ended.

All that uses private parts of aiohttp is here. Where a release lacks them, a warning says what is lost, and recording goes on.
"""

from __future__ import annotations

import asyncio
import ssl
import warnings
from typing import Any
from weakref import WeakSet

import aiohttp
from aiohttp import hdrs


class UpstreamSession:
    """A session that sends each request once, with no header of its own."""

    def __init__(self, trust: ssl.SSLContext | None, timeout: float) -> None:
        self._connector = _Connector(ssl=trust or True, limit=0, keepalive_timeout=3)
        self.client = aiohttp.ClientSession(
            auto_decompress=False,
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=(hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeout, sock_read=timeout),
        )
        # A request that is sent again when its connection was reset would hide what the client is to see.
        if hasattr(self.client, "_retry_connection"):
            self.client._retry_connection = False
        else:
            _unlike("a request whose connection was reset may be sent to the vendor twice")

    async def close(self) -> None:
        """End all connections, and wait until they have ended."""
        await self.client.close()
        await self._connector.ended()


class _Connector(aiohttp.TCPConnector):
    """Connections of which it is known when the last one has ended: those that broke are in no pool."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._open: WeakSet[asyncio.Future[None]] = WeakSet()
        make = getattr(self, "_factory", None)
        if make is None:
            _unlike("the recorder does not wait for broken connections when it ends")
            return

        def noted() -> Any:
            protocol = make()
            closed = protocol.closed
            if closed is not None:
                closed.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # told elsewhere
                self._open.add(closed)
            return protocol

        self._factory = noted  # type: ignore[assignment]

    async def ended(self, most: float = 2.0) -> None:
        """Wait until every connection has ended, at most `most` seconds."""
        waiting = [closed for closed in self._open if not closed.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=most)


def _unlike(lost: str) -> None:
    warnings.warn(
        f"aiohttp {aiohttp.__version__} is not like the releases that mockservers knows: {lost}. Install the release that "
        "mockservers was tested with, or report this",
        RuntimeWarning,
        stacklevel=3,
    )
