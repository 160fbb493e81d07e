"""The front door: one asyncio server that owns sockets, TLS, latency and broken connections.

It calls the WSGI applications of vendors and control API in its loop. In the foreground for `serve`, in a thread for
tests. It knows no vendor: mounts choose, the gateway converses, `breakage` breaks answers on the wire.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from aiohttp import hdrs, web

from mockservers.kernel.faults import Fault
from mockservers.kernel.journal import Exchange, Headers
from mockservers.kernel.world import World, Worlds
from mockservers.server import breakage, gateway, mounts
from mockservers.server.control import guard
from mockservers.server.mounts import Mount, Target

MOST_BODY = 16 << 20
"""Bytes of a request's body, unless told otherwise; a longer one gets 413."""

MOST_HEADER = 16 << 10
"""Bytes of the request line, and of one header: what IIS accepts."""

GRACE = 5.0
"""Seconds that answers under way have to finish when the server stops; `FrontDoor.grace` may be set otherwise."""


class Unreadable(Exception):
    """The request's body cannot be taken: HTTP status and a sentence."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


class FrontDoor:
    """One listening port for all worlds.

    `port` 0 takes a free one; read it from `port` once started. `tls` is a server-side context. Outside loopback a
    `control_token` is demanded, since the control API can read and change everything.
    """

    def __init__(
        self,
        worlds: Worlds,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        control_token: str | None = None,
        most_body: int = MOST_BODY,
        mounts: Sequence[Mount] = mounts.MOUNTS,
    ) -> None:
        if not guard.is_loopback(host) and not control_token:
            raise ValueError(
                f"listening on {host} lets other machines reach the control API, which can change everything; "
                "give a control token, or listen on 127.0.0.1"
            )
        self.worlds = worlds
        self.host = host
        self.port = port
        self.tls = tls
        self.control_token = control_token or None
        self.most_body = most_body
        self.grace = GRACE
        self.mounts = tuple(mounts)
        self._vendors = tuple(dict.fromkeys(each.vendor for each in self.mounts))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._listener: asyncio.Server | None = None
        self._holder: socket.socket | None = None
        self._reopening: asyncio.Task[None] | None = None
        self._reopens_at = 0.0
        self._stopping: asyncio.Event | None = None
        self._server: web.Server | None = None
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        """The base URL that clients are given, without a trailing slash."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - an address to call
        return f"{'https' if self.tls else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    # --- life ---------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        self._stopping = asyncio.Event()
        # What a client does wrong is answered, not logged; the journal is where to look.
        quiet = logging.Logger("mockservers.server.door")
        quiet.addHandler(logging.NullHandler())
        self._server = web.Server(
            self._handle,
            access_log=None,
            logger=quiet,
            # The vendors' servers do not unpack requests, and a bomb that is not unpacked is harmless.
            auto_decompress=False,
            max_line_size=MOST_HEADER,
            max_field_size=MOST_HEADER,
            lingering_time=2.0,
        )
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
            self._server, self.host, self.port, ssl=self.tls, backlog=512, reuse_address=True
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
        if self._listener is not None:
            self._listener.close()
        try:
            await self._close_connections()
        finally:
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

    def start(self) -> FrontDoor:
        """Serve in a thread of its own; returns once the port is open, raises what opening raised."""
        ready = threading.Event()

        def main() -> None:
            try:
                _runner()(self._run(ready.set))
            except BaseException as error:  # carried to the thread that waits in `start` or `stop`
                self._failure = error
                ready.set()

        self._thread = threading.Thread(target=main, name="mockservers front door", daemon=True)
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

    def __enter__(self) -> FrontDoor:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- requests -----------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        where = mounts.target(request.raw_path, request.headers.get(hdrs.HOST, ""), request.headers)
        response = await self._answer(request, where)
        if not response.prepared:
            self._date(response, where)
        return response

    def _date(self, response: web.StreamResponse, where: Target) -> None:
        world = self.worlds.get(where.world) or self.worlds.default
        breakage.date(response, world.clock.now())

    async def _answer(self, request: web.BaseRequest, where: Target) -> web.StreamResponse:
        try:
            if where.path.startswith("/_mock/") or where.path == "/_mock":
                return await self._control(request, where)
            world = self.worlds.get(where.world)
            if world is None:
                return await self._no_world(request, where)
            path = unquote_to_bytes(where.path.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
            mount = mounts.find(path, self.mounts)
            if mount is None:
                return await self._unmatched(request, world, path)
            return await self._vendor(request, where, world, mount.vendor)
        except Unreadable as error:
            response = web.Response(status=error.status, text=f"{error}\n")
            response.force_close()
            return response
        except ConnectionError:
            raise  # the client has gone; aiohttp tidies up
        except Exception:
            # Ours alone: what wires and input do wrong is answered and journalled before it gets here.
            logging.getLogger("mockservers").exception("the front door failed at %s %s", request.method, where.path)
            return _json(500, {"error": "The server failed inside; its error output holds the traceback."})

    async def _body(self, request: web.BaseRequest) -> bytes:
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

    def _exchange(self, request: web.BaseRequest, headers: Headers, body: bytes) -> Exchange:
        raw = request.raw_path
        if not raw.isascii():
            raw = quote(raw.encode("utf-8", "surrogateescape"), safe="!#$%&'()*+,/:;=?@[]~")
        return Exchange(request.method, raw, headers, body, request.remote or "")

    def _environ(self, request: web.BaseRequest, where: Target, headers: Headers, body: bytes) -> dict[str, Any]:
        return gateway.environ(
            method=request.method,
            path=where.path,
            query=where.query,
            prefix=where.prefix,
            scheme="https" if self.tls else "http",
            server=(self.host, self.port),
            headers=headers,
            body=body,
            remote=request.remote or "",
        )

    async def _vendor(self, request: web.BaseRequest, where: Target, world: World, vendor: str) -> web.StreamResponse:
        struck = world.arrive(vendor)
        if struck is not None:
            early = await self._strike_arrival(request, struck)
            if early is not None:
                return early
        body = await self._body(request)
        headers = list(request.headers.items())
        exchange = self._exchange(request, headers, body)
        try:
            gateway.converse(world, vendor, self._environ(request, where, headers, body), exchange)
            if exchange.delay > 0:
                await asyncio.sleep(world.wait(exchange.delay))
            return await breakage.answer(request, exchange, world.clock.now())
        finally:
            exchange.leave()

    async def _strike_arrival(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse | None:
        kind = fault.kind.name
        if kind == "late_arrival":
            await asyncio.sleep(fault.settings["seconds"])
            return None
        if kind == "unavailable":
            await self._body(request)
            return breakage.unavailable()
        if kind == "refuse_connections":
            self._pause(fault.settings["seconds"])
        return breakage.abort(request)

    def _pause(self, seconds: float) -> None:
        """Close the listener: new connections are refused by the system until it opens again."""
        assert self._loop is not None
        self._reopens_at = max(self._reopens_at, self._loop.time() + seconds)
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        self._reopening = self._loop.create_task(self._reopen())

    async def _reopen(self) -> None:
        assert self._loop is not None
        while self._listener is None:
            wait = self._reopens_at - self._loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
                continue
            try:
                await self._listen()
            except OSError:
                await asyncio.sleep(0.05)  # somebody holds the port for a moment; it stays ours to take back

    # --- what is not a vendor -----------------------------------------------------------------------------------

    async def _no_world(self, request: web.BaseRequest, where: Target) -> web.StreamResponse:
        # Kept by `default`: a call that reached no world must not go unseen.
        return await self._nowhere(
            request,
            self.worlds.default,
            {
                "error": f"There is no world {where.world!r}.",
                "worlds": sorted(self.worlds)[:20],
                "do": "Create it with POST /_mock/v1/worlds, or take the prefix, header or host away for 'default'.",
            },
        )

    async def _unmatched(self, request: web.BaseRequest, world: World, path: str) -> web.StreamResponse:
        return await self._nowhere(
            request,
            world,
            {
                "error": f"No emulator answers {request.method} {path[:300]}.",
                "nearest": mounts.nearest(path, self.mounts),
                "do": "Compare the path with these; GET /_mock/ lists every address.",
            },
        )

    async def _nowhere(self, request: web.BaseRequest, world: World, says: dict[str, Any]) -> web.StreamResponse:
        """Answer 404 to a request that no vendor's address matches, and journal it."""
        exchange = self._exchange(request, list(request.headers.items()), await self._body(request))
        said = _json(404, says)
        exchange.status, exchange.reply_body = said.status, bytes(said.body or b"")  # type: ignore[arg-type]
        exchange.reply_headers = list(said.headers.items())
        world.file("", exchange, perhaps=self._vendors)
        return said

    async def _control(self, request: web.BaseRequest, where: Target) -> web.StreamResponse:
        """The control API; health is answered here, so that asking for it loads nothing."""
        if where.path == "/_mock/v1/health" and request.method in ("GET", "HEAD"):
            await self._body(request)
            return _json(200, {"status": "ok", "worlds": len(self.worlds)})
        denial = guard.check(request.headers, self.control_token, self.host)
        if denial is not None:
            await self._body(request)
            return _json(denial.status, {"error": denial.error, "do": denial.do}, denial.headers)
        body = await self._body(request)
        from mockservers.server.control import application, asked

        wsgi = self._environ(request, where, list(request.headers.items()), body)
        if where.path == "/_mock":
            wsgi["PATH_INFO"] = "/_mock/"
        wsgi[asked.SITE] = asked.Site(self.worlds, self._vendors, where.world, self.url)
        said = gateway.ask(application.application(), wsgi)
        return await self._tell(request, where, said)

    async def _tell(self, request: web.BaseRequest, where: Target, said: gateway.Answer) -> web.StreamResponse:
        """Send an answer of the control API: whole, or as it is made when its length is not known."""
        names = {name.lower() for name, _ in said.headers}
        if "content-length" in names or request.method == "HEAD":
            whole = web.Response(status=said.status, body=b"".join(said.parts))
            breakage.fill(whole, said.headers)
            return whole
        stream = web.StreamResponse(status=said.status)
        breakage.fill(stream, said.headers)
        self._date(stream, where)
        with contextlib.closing(_closable(said.parts)) as parts:
            await stream.prepare(request)
            for part in parts:
                await stream.write(part)
                await asyncio.sleep(0)  # a long journal must not hold up anybody's call
        await stream.write_eof()
        return stream


def _unsent(transport: asyncio.Transport) -> int:
    try:
        return transport.get_write_buffer_size()
    except AttributeError:  # what asyncio's TLS transports raise once they are closed
        return 0


def _closable(parts: Iterator[bytes]) -> Any:
    return parts if hasattr(parts, "close") else iter(tuple(parts))


def _json(status: int, says: dict[str, Any], headers: Any = None) -> web.Response:
    return web.Response(
        status=status,
        body=(json.dumps(says, indent=2) + "\n").encode(),
        content_type="application/json",
        headers=headers,
    )


def _runner() -> Callable[[Any], Any]:
    """uvloop where it is installed, else asyncio."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    run: Callable[[Any], Any] = uvloop.run
    return run
