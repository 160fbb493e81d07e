"""A listening port: one asyncio server that owns sockets and TLS, in the foreground or in a thread of its own.

What is answered is its subclasses' affair: the front door of the emulators, the recording proxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import ssl
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from aiohttp import hdrs, web

from mockservers.kernel import clock
from mockservers.server import connection, request_line, responses
from mockservers.server.connection import Connection

if TYPE_CHECKING:
    from mockservers.server.link import Link

MOST_BODY = 16 << 20
"""Bytes of a request's body, unless told otherwise; a longer one gets 413."""

GRACE = 5.0
"""Seconds that answers under way have to finish when the server stops; `Listener.grace` may be set otherwise."""


IDLE, HEAD, BODY = 120.0, 30.0, 30.0
"""Seconds a client has for the first byte, for a whole head, and for some more of a body."""
MOST_SLOW_BYTES = 1024
"""Bytes of a body that must come in that time."""

MOST_AT_ONCE = 128
"""Connections that are accepted in one go, before any of them is looked at."""
RESERVED, MOST_CONNECTIONS = 40, 4096
"""Descriptors kept for databases and files, and connections at once; fewer where the system gives fewer descriptors."""
COMPLAIN_EVERY = 60.0
"""Seconds between two lines about the same trouble."""
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
STUCK = 5.0
"""Seconds without a whole head after which a connection makes way for a new one when there are too many."""


class Unreadable(Exception):
    """The request's body cannot be taken: HTTP status and a sentence."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


class Listener(ABC):
    """One listening port. `port` 0 takes a free one; read it from `port` once started. `tls` is a server-side context."""

    answers_as_http_11 = False
    """Whether a client that speaks HTTP/1.0 is answered in 1.1, as HTTP.sys does."""
    descriptors = 1
    """Of the system, that a connection needs."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, most_body: int) -> None:
        self.host = host
        self.port = port
        self.tls = tls
        self.most_body = most_body
        self.answers = 0
        """How many answers have left."""
        self.grace = GRACE
        self.idle_seconds, self.head_seconds, self.body_seconds = IDLE, HEAD, BODY
        self.body_bytes = MOST_SLOW_BYTES
        self.most_connections = _most_connections(self.descriptors)
        self.most_at_once = max(4, min(MOST_AT_ONCE, self.most_connections // 2))
        self._complained_at = -COMPLAIN_EVERY
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._listener: asyncio.Server | None = None
        self._holder: socket.socket | None = None
        self._reopening: asyncio.Task[None] | None = None
        self._reopens_at = 0.0
        self._stopping: asyncio.Event | None = None
        self._server: web.Server | None = None
        self._failure: BaseException | None = None
        self.link: Link | None = None
        """Whence connections come, where another process has the port."""
        self._arriving: set[asyncio.Task[None]] = set()

    @property
    def moment(self) -> int:
        """Tells whether an answer had left when a request began: how many have left. Of several processes, the time."""
        return self.answers if self.link is None else clock.steady_moment()

    @abstractmethod
    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""

    @property
    def url(self) -> str:
        """The base URL that clients are given, without a trailing slash."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - an address to call
        return f"{'https' if self.tls else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def stopping(self) -> asyncio.Event:
        """Set once the server is to stop; there is none before it starts."""
        assert self._stopping is not None
        return self._stopping

    # --- life ---------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        self._stopping = asyncio.Event()
        # What a client does wrong is answered, not logged; the journal is where to look.
        quiet = logging.Logger("mockservers.server.listener")
        quiet.addHandler(logging.NullHandler())
        self._server = connection.Server(
            self,
            self._handle,
            access_log=None,
            logger=quiet,
            # The vendors' servers do not unpack requests, and a bomb that is not unpacked is harmless.
            auto_decompress=False,
            max_line_size=request_line.MOST_LINE,
            max_field_size=request_line.MOST_LINE,
            lingering_time=2.0,
        )
        if self.link is not None:
            self.link.connected, self.link.stop = self._take, self.stop
            self.link.open(3 * self.grace + 5)
            return
        if sys.platform == "linux":
            # Bound and never listening: the port stays ours while a fault has the listener closed.
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            self._holder = socket.socket(family, socket.SOCK_STREAM)
            self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._holder.bind((self.host, self.port))
            self.port = self._holder.getsockname()[1]
        await self._listen()

    async def _listen(self) -> None:
        assert self._server is not None
        assert self._loop is not None
        self._listener = await self._loop.create_server(
            self._server, self.host, self.port, ssl=self.tls, backlog=self.most_at_once, reuse_address=True
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    def _take(self, taken: socket.socket) -> None:
        """A connection comes that another process has accepted."""
        assert self._loop is not None
        task = self._loop.create_task(self._connect(taken))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)

    async def _connect(self, taken: socket.socket) -> None:
        assert self._loop is not None
        assert self._server is not None
        taken.setblocking(False)
        with contextlib.suppress(OSError):  # the client has gone, or speaks no TLS
            await self._loop.connect_accepted_socket(self._server, taken, ssl=self.tls)

    async def _close(self) -> None:
        if self.link is not None:
            self.link.leave()
        if self._reopening is not None:
            self._reopening.cancel()
        if self._listener is not None:
            self._listener.close()
        if self._arriving:
            await asyncio.wait(self._arriving, timeout=self.grace)
        try:
            await self._close_connections()
        finally:
            if self.link is not None:
                self.link.close()
            if self._holder is not None:
                self._holder.close()

    async def _close_connections(self) -> None:
        if self._server is not None:
            await asyncio.sleep(0)  # connections that were just accepted become known
            transports = [each.transport for each in self._server.connections if each.transport is not None]
            self._server.pre_shutdown()  # idle connections end at once, the others after their answer
            await self._server.shutdown(self.grace)
            await self._hang_up(transports)

    async def _hang_up(self, transports: list[asyncio.Transport]) -> None:
        """Let what was written leave, and then close for good: a client may have stopped reading."""
        assert self._loop is not None
        until = self._loop.time() + self.grace
        while any(_unsent(each) for each in transports) and self._loop.time() < until:
            await asyncio.sleep(0.02)
        for each in transports:
            each.abort()
        await asyncio.sleep(0)

    async def _run(self, ready: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._trouble)
        try:
            await self._open()
            assert self._stopping is not None
            ready()
            await self._stopping.wait()
        finally:
            await self._close()

    def run(self, ready: Callable[[], None]) -> None:
        """Serve in the foreground until SIGTERM or SIGINT; answers under way are finished first."""

        async def main() -> None:
            loop = asyncio.get_running_loop()
            for name in (signal.SIGTERM, signal.SIGINT):
                with contextlib.suppress(NotImplementedError):  # not on Windows, where Ctrl-C raises instead
                    loop.add_signal_handler(name, self.stop)
            await self._run(ready)

        _runner()(main())

    def start(self) -> Self:
        """Serve in a thread of its own; returns once the port is open, raises what opening raised."""
        ready = threading.Event()

        def main() -> None:
            try:
                _runner()(self._run(ready.set))
            except BaseException as error:  # carried to the thread that waits in `start` or `stop`
                self._failure = error
                ready.set()

        self._thread = threading.Thread(target=main, name="mockservers listener", daemon=True)
        self._thread.start()
        ready.wait()
        self._complain()
        return self

    def stop(self) -> None:
        """Stop gracefully, from any thread; raises what the server's own thread died of, if it did."""
        if self._loop is not None and self._stopping is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(3 * self.grace + 5)
            self._complain()

    def _complain(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- trouble ----------------------------------------------------------------------------------------------------

    def _trouble(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What the loop could not do: without descriptors it says so for each connection, and we once a minute."""
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in _EXHAUSTED:
            loop.default_exception_handler(context)
            return
        if loop.time() >= self._complained_at + COMPLAIN_EVERY:
            self._complained_at = loop.time()
            logging.getLogger("mockservers").error(
                "no connection is taken for now: %s. Something holds too many files or connections open; raise the limit "
                "with 'ulimit -n', or let clients close what they open. Serving goes on once there is room.",
                error.strerror or error,
            )

    def admit(self, made: Connection) -> None:
        """Make room for a new connection where there are too many: of one that is idle or stuck, or else refuse it."""
        assert self._server is not None
        assert self._loop is not None
        if len(self._server.connections) <= self.most_connections:
            return
        others = [each for each in self._server.connections if isinstance(each, Connection) and each is not made]
        now = self._loop.time()
        free = [each for each in others if each.waiting is not None and (each.idle or each.waiting < now - STUCK)]
        if free:
            min(free, key=lambda each: (not each.idle, each.waiting or 0.0)).force_close()
        elif made.transport is not None:
            made.transport.write(responses.TOO_MANY)
            made.force_close()

    def unreadable(self, request: web.BaseRequest, head: bytes, why: str) -> web.StreamResponse:
        """Answer what the parser cannot read, as HTTP.sys does."""
        del request
        return responses.bad_request(request_line.malformed(head, why).reason)

    def late(self, slow: Connection, head: bytes, hint: str) -> None:
        """A client took too long to send a head or a body, and its connection ends."""
        del slow, head, hint

    def left(self, gone: Connection) -> None:
        """A connection has ended."""
        del gone

    # --- requests ---------------------------------------------------------------------------------------------------

    async def body(self, request: web.BaseRequest) -> bytes:
        """The request's body; raises Unreadable as soon as the limit is known to be passed, or for a broken coding."""
        too_large = f"The request body is over {self.most_body} bytes."
        if (request.content_length or 0) > self.most_body:
            raise Unreadable(413, too_large)
        expected = request.headers.get(hdrs.EXPECT)
        if expected is not None:
            if expected.strip().lower() != "100-continue":
                raise Unreadable(417, f"This server cannot meet the expectation {expected!r}.")
            if request.transport is not None and request.version >= (1, 1) and not request.content.is_eof():
                request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not request.can_read_body:
            return b""
        read = bytearray()
        try:
            async for chunk in request.content.iter_any():
                read += chunk
                if len(read) > self.most_body:
                    raise Unreadable(413, too_large)
        except web.RequestPayloadError as error:
            raise Unreadable(400, "The request body is not coded as its headers say.") from error
        return bytes(read)


def _most_connections(descriptors: int) -> int:
    try:
        import resource
    except ImportError:  # Windows, where no such limit is near
        return MOST_CONNECTIONS
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(4, min(MOST_CONNECTIONS, (soft - RESERVED) // descriptors))


def _unsent(transport: asyncio.Transport) -> int:
    try:
        return transport.get_write_buffer_size()
    except AttributeError:  # what asyncio's TLS transports raise once they are closed
        return 0


def _runner() -> Callable[[Any], Any]:
    """uvloop where it is installed, else asyncio."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    run: Callable[[Any], Any] = uvloop.run
    return run
