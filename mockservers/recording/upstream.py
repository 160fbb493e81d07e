"""The recorder's way to the vendor: HTTP/1.1 as bytes, so that nothing is added, changed, followed or sent twice.

Client libraries write headers of their own, read bytes as text and repeat what failed; all of that would hide from the one
side what the other side does.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import cast

from mockservers.recording.addresses import Upstream
from mockservers.recording.upstream_proxy import UpstreamProxy
from mockservers.server.relayed import RawHeaders

_MOST_HEAD = 256 << 10
_STATUS = re.compile(rb"[1-9][0-9]{2}")
_PAUSE_AT = 1 << 20
"""Bytes that wait to be read, from which on the vendor is to wait."""
_IDLE = 60.0
"""Seconds that a connection is kept for the next request of the same client; servers seldom keep one for less than that
without saying that they end it."""
_REPEATABLE = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"})
"""Methods that mean the same when they are sent twice (RFC 9110, 9.2.2)."""


class Refused(Exception):
    """The vendor takes no connection."""


class Unreachable(Exception):
    """What stands between recorder and vendor refuses, and not the vendor: a certificate, a proxy. Says what to do."""


class Cut(Exception):
    """The connection ended early, without a reset."""


@dataclass
class Answer:
    """What the vendor answered; `length` is that of its body where the head says it. Read `parts` to the end, or `drop` it."""

    status: int
    reason: bytes
    headers: RawHeaders
    length: int | None
    parts: AsyncIterator[bytes]
    connection: Connection = field(repr=False)

    def drop(self) -> None:
        """End the connection if the answer was not read to its end."""
        if self.connection.busy:
            self.connection.abort()


class UpstreamSession:
    """Sends each request once, on a connection that is kept for the next one of the same client, and of no other: NTLM and
    Negotiate log a connection in. `proxies` are those of the upstreams that are not reached directly. `timeout` is of
    silence, in seconds.

    One thing is sent twice, and may be (RFC 9110, 9.2.2): what can be repeated, where a connection that was kept turns out
    to have ended before anything of the answer came. The vendor may have ended it before it saw the request.
    """

    def __init__(
        self, trust: ssl.SSLContext | None, timeout: float, proxies: dict[Upstream, UpstreamProxy] | None = None
    ) -> None:
        self._trust = trust
        self._timeout = timeout
        self._proxies = proxies or {}
        self._idle: dict[tuple[object, Upstream], Connection] = {}
        self._open: set[Connection] = set()

    async def ask(
        self,
        upstream: Upstream,
        method: bytes,
        target: bytes,
        headers: RawHeaders,
        body: bytes,
        *,
        client: object,
        keep: Callable[[], bool],
    ) -> Answer:
        """Send a request; gives the head of its answer.

        `client` is the connection that it came on, whose next request may use the same connection to the upstream; `keep`
        says, once the answer was read, whether there may be one.

        Raises Refused, Unreachable, TimeoutError, Cut, or OSError for a connection that was reset.
        """
        proxy = self._proxies.get(upstream)
        if proxy is not None and upstream.scheme == "http":
            target = upstream.origin.encode() + target
            headers = [*headers, *proxy.login]
        head = b"".join(b"%s: %s\r\n" % each for each in headers)
        request = b"%s %s HTTP/1.1\r\n%s\r\n%s" % (method, target, head, body)

        def done(connection: Connection) -> None:
            if keep():
                self._keep((client, upstream), connection)
            else:
                connection.abort()

        kept = await self._kept((client, upstream))
        answer = None
        if kept is not None:
            try:
                answer = await kept.exchange(method, request, done)
            except (OSError, Cut) as error:
                if isinstance(error, TimeoutError) or kept.answered or method not in _REPEATABLE:
                    raise
        if answer is None:
            answer = await (await self._connection(upstream, proxy)).exchange(method, request, done)
        if proxy is not None and answer.status == 407 and upstream.scheme == "http":
            answer.drop()
            raise Unreachable(proxy.refusal(upstream, answer.status, answer.reason))
        return answer

    def forget(self, client: object) -> None:
        """End what is kept for a client that has gone."""
        for key in [key for key in self._idle if key[0] is client]:
            self._idle.pop(key).abort()

    async def close(self) -> None:
        """End all connections, and wait until they have ended, for two seconds at most."""
        for connection in self._open:
            connection.abort()
        waiting = [connection.closed for connection in self._open if not connection.closed.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=2.0)

    # --- connections --------------------------------------------------------------------------------------------------

    def _keep(self, key: tuple[object, Upstream], connection: Connection) -> None:
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle[key] = connection

    async def _kept(self, key: tuple[object, Upstream]) -> Connection | None:
        if key not in self._idle:
            return None
        for _ in range(2):
            await asyncio.sleep(0)  # that it has ended may be known to the system, and not yet to the loop
        connection = self._idle.pop(key, None)
        if connection is None or (
            connection.usable and connection.idle_since > asyncio.get_running_loop().time() - _IDLE
        ):
            return connection
        connection.abort()
        return None

    async def _connection(self, upstream: Upstream, proxy: UpstreamProxy | None) -> Connection:
        connection = Connection(self._timeout)
        try:
            async with asyncio.timeout(self._timeout):
                await self._connect(connection, upstream, proxy)
        except BaseException:
            connection.abort()
            raise
        self._open.add(connection)
        connection.closed.add_done_callback(lambda _: self._open.discard(connection))
        return connection

    async def _connect(self, connection: Connection, upstream: Upstream, proxy: UpstreamProxy | None) -> None:
        loop = asyncio.get_running_loop()
        trust = (self._trust or ssl.create_default_context()) if upstream.scheme == "https" else None
        try:
            if proxy is None:
                server_name = upstream.host if trust is not None else None
                await loop.create_connection(
                    lambda: connection, upstream.host, upstream.port, ssl=trust, server_hostname=server_name
                )
                return
            await self._to_proxy(connection, proxy)
            if trust is not None:
                await self._through(connection, upstream, proxy)
                connection.transport = await loop.start_tls(
                    _made(connection.transport), connection, trust, server_hostname=upstream.host
                )
        except ssl.SSLError as error:
            raise Unreachable(
                f"the certificate of {upstream.netloc} is not trusted: {error}. Give the authority's certificate with "
                "--upstream-ca FILE"
                if isinstance(error, ssl.SSLCertVerificationError)
                else f"{upstream.netloc} and this machine agree on no TLS: {error}. If it speaks plain HTTP, give --upstream "
                f"http://{upstream.host}"
            ) from error
        except (OSError, UnicodeError) as error:
            raise Refused(str(error)) from error

    async def _to_proxy(self, connection: Connection, proxy: UpstreamProxy) -> None:
        trust = ssl.create_default_context() if proxy.scheme == "https" else None
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: connection, proxy.host, proxy.port, ssl=trust, server_hostname=proxy.host if trust else None
            )
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"the proxy {proxy.shown} takes no connection: {error}. {proxy.remedy}") from error

    async def _through(self, connection: Connection, upstream: Upstream, proxy: UpstreamProxy) -> None:
        """Let the proxy open a tunnel."""
        place = f"{f'[{upstream.host}]' if ':' in upstream.host else upstream.host}:{upstream.port}".encode()
        lines = b"".join(b"%s: %s\r\n" % each for each in proxy.login)
        connection.send(b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (place, place, lines))
        try:
            answer = await connection.answer(b"CONNECT", lambda: None)
        except (OSError, Cut) as error:
            raise Unreachable(
                f"the proxy {proxy.shown} ended the connection to {upstream.netloc}. {proxy.remedy}"
            ) from error
        if not 200 <= answer.status < 300:
            raise Unreachable(proxy.refusal(upstream, answer.status, answer.reason))


def _made(transport: asyncio.Transport | None) -> asyncio.Transport:
    assert transport is not None
    return transport


class Connection(asyncio.Protocol):
    """One connection. What came before it ended can be read after that."""

    def __init__(self, timeout: float) -> None:
        self.transport: asyncio.Transport | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.idle_since = 0.0
        self.busy = False
        """Whether an answer is under way."""
        self.answered = False
        """Whether something has come since the last request was sent."""
        self._timeout = timeout
        self._came = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False

    # --- what the loop calls ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's have another base

    def data_received(self, data: bytes) -> None:
        self._came += data
        self.answered = True
        if len(self._came) > _PAUSE_AT and self.transport is not None and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._error = True, exc
        self._wake()
        if not self.closed.done():
            self.closed.set_result(None)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- a request ----------------------------------------------------------------------------------------------------

    @property
    def usable(self) -> bool:
        """Whether another request can be sent."""
        return not (self._ended or self._came or self.transport is None or self.transport.is_closing())

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()
        elif not self.closed.done():
            self.closed.set_result(None)

    def send(self, data: bytes) -> None:
        self.busy, self.answered = True, False
        _made(self.transport).write(data)

    async def exchange(self, method: bytes, request: bytes, done: Callable[[Connection], None]) -> Answer:
        """Send a request; gives the head of its answer, as `answer` does, and ends the connection if there is none."""
        try:
            self.send(request)
            return await self.answer(method, lambda: done(self))
        except BaseException:
            self.abort()
            raise

    async def answer(self, method: bytes, done: Callable[[], None]) -> Answer:
        """The head of an answer; `done` is called when its body was read and the connection can be used again."""
        version, status, reason, headers = await self._head()
        while 100 <= status < 200 and status != 101:
            version, status, reason, headers = await self._head()
        said = {name.lower(): value for name, value in reversed(headers)}
        bare = method == b"HEAD" or status in (204, 304) or (method == b"CONNECT" and 200 <= status < 300)
        length = int(said[b"content-length"]) if said.get(b"content-length", b"").isdigit() else None
        chunked = said.get(b"transfer-encoding", b"").lower().rsplit(b",")[-1].strip() == b"chunked"
        words = said.get(b"connection", b"").lower()
        lasting = b"close" not in words if version >= b"HTTP/1.1" else b"keep-alive" in words
        if bare:
            body = self._nothing()
        elif chunked:
            length, body = None, self._chunks()
        elif length is not None and b"transfer-encoding" not in said:
            body = self._so_many(length)
        else:
            length, lasting, body = None, False, self._all()
        return Answer(status, reason, headers, length, self._whole(body, lasting, done), self)

    async def _whole(
        self, parts: AsyncIterator[bytes], lasting: bool, done: Callable[[], None]
    ) -> AsyncIterator[bytes]:
        async for part in parts:
            yield part
        self.busy = False
        if lasting and self.usable:
            done()
        else:
            self.abort()

    async def _nothing(self) -> AsyncIterator[bytes]:
        return
        yield b""

    async def _so_many(self, length: int) -> AsyncIterator[bytes]:
        while length:
            part = await self._some(length)
            length -= len(part)
            yield part

    async def _all(self) -> AsyncIterator[bytes]:
        while True:
            try:
                part = await self._some(_PAUSE_AT)
            except Cut:
                return
            yield part

    async def _chunks(self) -> AsyncIterator[bytes]:
        while True:
            size = (await self._line()).partition(b";")[0].strip()
            try:
                left = int(size, 16)
            except ValueError as error:
                raise Cut("a chunk has no size") from error
            if left <= 0:
                break
            async for part in self._so_many(left):
                yield part
            if (await self._line()).strip():
                raise Cut("a chunk is longer than it says")
        while (await self._line()).strip():
            pass  # trailers

    # --- reading --------------------------------------------------------------------------------------------------------

    async def _head(self) -> tuple[bytes, int, bytes, RawHeaders]:
        line = await self._line()
        while not line.strip():
            line = await self._line()
        version, _, rest = line.strip().partition(b" ")
        code, _, reason = rest.strip().partition(b" ")
        if not version.upper().startswith(b"HTTP/") or not _STATUS.fullmatch(code):
            raise Cut("what came is no answer of HTTP")
        headers: RawHeaders = []
        size = 0
        while line := (await self._line()).rstrip(b"\r\n"):
            size += len(line)
            if size > _MOST_HEAD:
                raise Cut(f"a head of over {_MOST_HEAD} bytes")
            name, colon, value = line.partition(b":")
            if line[:1] in b" \t" and headers:
                headers[-1] = (headers[-1][0], headers[-1][1] + b" " + line.strip())
            elif colon:
                headers.append((name.rstrip(b" \t"), value.strip(b" \t")))
        return version.upper(), int(code), reason, headers

    async def _line(self) -> bytes:
        start = 0
        while (end := self._came.find(b"\n", start)) < 0:
            start = len(self._came)
            if start > _MOST_HEAD:
                raise Cut(f"a line of over {_MOST_HEAD} bytes")
            await self._more(start)
        return self._taken(end + 1)

    async def _some(self, most: int) -> bytes:
        if not self._came:
            await self._more(0)
        return self._taken(most)

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._came[:count])
        del self._came[:count]
        if self._paused and len(self._came) <= _PAUSE_AT // 2 and self.transport is not None:
            self._paused = False
            self.transport.resume_reading()
        return taken

    async def _more(self, known: int) -> None:
        """Wait until more has come than is known; raises OSError, Cut or TimeoutError when nothing comes any more."""
        while len(self._came) <= known:
            if self._ended:
                # The reason of an end may come right after it.
                if self._error is None and not self.closed.done():
                    await asyncio.wait([self.closed], timeout=0.2)
                if isinstance(self._error, OSError):
                    raise self._error
                raise Cut("the connection ended")
            self._waiter = asyncio.get_running_loop().create_future()
            unsent = self._unsent()
            try:
                async with asyncio.timeout(self._timeout):
                    await self._waiter
            except TimeoutError:
                if self._unsent() >= unsent:
                    raise  # nothing is taken from us either
            finally:
                self._waiter = None

    def _unsent(self) -> int:
        return 0 if self.transport is None or self.transport.is_closing() else self.transport.get_write_buffer_size()
