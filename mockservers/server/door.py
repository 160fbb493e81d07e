"""The front door: one asyncio server that owns sockets, TLS, latency and broken connections.

It calls the WSGI applications of vendors and control API in its loop. In the foreground for `serve`, in a thread for
tests. It knows no vendor: mounts choose, the gateway converses.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from email.utils import formatdate
from types import TracebackType
from typing import Any

from aiohttp import hdrs, web

from mockservers.kernel.faults import Fault
from mockservers.kernel.instants import SECOND
from mockservers.kernel.journal import Exchange
from mockservers.kernel.world import World, Worlds
from mockservers.server import gateway, mounts

MOST_BODY = 16 << 20
"""Bytes of a request's body, unless told otherwise; a longer one gets 413."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class TooLarge(Exception):
    """The request's body is over the limit."""


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
    ) -> None:
        if host not in LOOPBACK and not control_token:
            raise ValueError(
                f"listening on {host} lets other machines reach the control API, which can change everything; "
                "give a control token, or listen on 127.0.0.1"
            )
        self.worlds = worlds
        self.host = host
        self.port = port
        self.tls = tls
        self.control_token = control_token
        self.most_body = most_body
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._listener: asyncio.Server | None = None
        self._holder: socket.socket | None = None
        self._stopping: asyncio.Event | None = None
        self._server: web.Server[web.BaseRequest] | None = None
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        """The base URL that clients are given, without a trailing slash."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "127.0.0.1", "localhost") else f"[{self.host.strip('[]')}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    # --- life ---------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        self._stopping = asyncio.Event()
        self._server = web.Server(self._handle, access_log=None)
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # The holder is bound and never listens: the port stays ours while a fault has the listener closed.
        self._holder = socket.socket(family, socket.SOCK_STREAM)
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._holder.bind((self.host, self.port))
        self.port = self._holder.getsockname()[1]
        await self._listen()

    async def _listen(self) -> None:
        assert self._server is not None and self._loop is not None
        self._listener = await self._loop.create_server(
            self._server, self.host, self.port, ssl=self.tls, backlog=512, reuse_address=True
        )

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        if self._server is not None:
            await self._server.shutdown(5.0)
        if self._holder is not None:
            self._holder.close()

    async def _run(self, ready: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        await self._open()
        assert self._stopping is not None
        ready()
        try:
            await self._stopping.wait()
        finally:
            await self._close()

    def run(self, ready: Callable[[], None]) -> None:
        """Serve in the foreground until SIGTERM or SIGINT; answers under way are finished first."""

        async def main() -> None:
            loop = asyncio.get_running_loop()
            for name in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(name, self.stop)
            await self._run(ready)

        _runner()(main())

    def start(self) -> FrontDoor:
        """Serve in a thread of its own; returns once the port is open, raises what opening raised."""
        ready = threading.Event()

        def main() -> None:
            try:
                _runner()(self._run(ready.set))
            except BaseException as error:  # carried to the thread that waits in `start`
                self._failure = error
                ready.set()

        self._thread = threading.Thread(target=main, name="mockservers front door", daemon=True)
        self._thread.start()
        ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def stop(self) -> None:
        """Stop gracefully, from any thread."""
        if self._loop is not None and self._stopping is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(10)

    def __enter__(self) -> FrontDoor:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    # --- requests -----------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            where = mounts.target(request.rel_url.raw_path, request.host or "", request.headers)
            if where.path.startswith("/_mock/") or where.path == "/_mock":
                return await self._control(request, where)
            world = self.worlds.get(where.world)
            mount = mounts.find(gateway.unquote_to_bytes(where.path).decode("utf-8", "replace")) if world else None
            if world is None or mount is None:
                await self._drain(request)
                return self._unmatched(request, where, world)
            return await self._vendor(request, where, world, mount.vendor)
        except TooLarge:
            response = web.Response(status=413, text=f"The request body is over {self.most_body} bytes.\n")
            response.force_close()
            return response

    async def _body(self, request: web.BaseRequest) -> bytes:
        """The request's body; raises TooLarge as soon as the limit is known to be passed."""
        if (request.content_length or 0) > self.most_body:
            raise TooLarge
        if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue" and request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if not request.body_exists:
            return b""
        read = bytearray()
        async for chunk in request.content.iter_any():
            read += chunk
            if len(read) > self.most_body:
                raise TooLarge
        return bytes(read)

    _drain = _body

    async def _vendor(
        self, request: web.BaseRequest, where: mounts.Target, world: World, vendor: str
    ) -> web.StreamResponse:
        struck = world.arrive(vendor)
        if struck is not None:
            early = await self._strike_arrival(request, struck)
            if early is not None:
                return early
        body = await self._body(request)
        headers = [(name, value) for name, value in request.headers.items()]
        remote = request.remote or ""
        exchange = Exchange(request.method, where.prefix + request.path_qs.removeprefix(where.prefix), headers, body, remote)
        wsgi = gateway.environ(
            method=request.method,
            path=where.path,
            query=request.rel_url.raw_query_string,
            prefix=where.prefix,
            scheme="https" if self.tls else "http",
            server=(self.host, self.port),
            headers=headers,
            body=body,
            remote=remote,
        )
        gateway.converse(world, vendor, wsgi, exchange)
        if exchange.delay:
            await asyncio.sleep(world.clock.real_seconds(exchange.delay))
        return await self._answer(request, world, exchange)

    def _date(self, world: World) -> str:
        return formatdate(world.clock.now() / SECOND, usegmt=True)

    async def _answer(self, request: web.BaseRequest, world: World, exchange: Exchange) -> web.StreamResponse:
        fault = exchange.fault
        name = fault.kind.name if fault is not None else ""
        if name == "lost_answer":
            return self._abort(request)
        if name == "latency" and fault is not None:
            await asyncio.sleep(fault.settings["seconds"])
        body = b"" if name == "empty_body" else exchange.reply_body
        response = web.Response(status=exchange.status or 500)
        response.headers.clear()
        for key, value in exchange.reply_headers:
            if key.lower() not in ("content-length", "connection", "transfer-encoding"):
                response.headers.add(key, value)
        response.headers.setdefault("Date", self._date(world))
        response.headers.setdefault("Server", "Microsoft-IIS/10.0")
        if fault is None or name in ("latency", "empty_body"):
            response.body = body
            return response
        return await self._broken(request, exchange, fault)

    async def _broken(self, request: web.BaseRequest, exchange: Exchange, fault: Fault) -> web.StreamResponse:
        """Send the body slowly, or only its beginning."""
        body = exchange.reply_body
        stream = web.StreamResponse(status=exchange.status or 500)
        for key, value in exchange.reply_headers:
            if key.lower() not in ("content-length", "connection", "transfer-encoding"):
                stream.headers.add(key, value)
        stream.content_length = len(body)
        await stream.prepare(request)
        if fault.kind.name == "drip":
            rate = fault.settings["bytes_per_second"]
            step = max(1, rate // 20)
            for start in range(0, len(body), step):
                await stream.write(body[start : start + step])
                await asyncio.sleep(step / rate)
            await stream.write_eof()
            return stream
        await stream.write(body[: min(fault.settings["after_bytes"], max(len(body) - 1, 0))])
        if fault.kind.name == "reset_midway":
            await asyncio.sleep(0.05)  # let what was written leave before the reset throws it away
            return self._abort(request, stream)
        if request.transport is not None:
            request.transport.close()
        return stream

    async def _strike_arrival(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse | None:
        kind = fault.kind.name
        if kind == "late_arrival":
            await asyncio.sleep(fault.settings["seconds"])
            return None
        if kind == "unavailable":
            await self._drain(request)
            return web.Response(
                status=503, content_type="text/html", text="<h2>Service Unavailable</h2>\n<p>HTTP Error 503. The service is unavailable.</p>\n"
            )
        if kind == "refuse_connections":
            await self._pause(fault.settings["seconds"])
        return self._abort(request)

    async def _pause(self, seconds: float) -> None:
        """Close the listener: new connections are refused by the kernel until it opens again."""
        if self._listener is None or self._loop is None:
            return
        listener, self._listener = self._listener, None
        listener.close()

        async def reopen() -> None:
            await asyncio.sleep(seconds)
            await self._listen()

        task = self._loop.create_task(reopen())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    _tasks: set[asyncio.Task[None]] = set()

    def _abort(self, request: web.BaseRequest, stream: web.StreamResponse | None = None) -> web.StreamResponse:
        """Reset the connection: what was not yet received is lost, and the client sees ECONNRESET."""
        transport = request.transport
        if transport is not None:
            raw = transport.get_extra_info("socket")
            if raw is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        return stream or web.Response()

    # --- what is not a vendor -----------------------------------------------------------------------------------

    def _unmatched(self, request: web.BaseRequest, where: mounts.Target, world: World | None) -> web.Response:
        if world is None:
            says = {
                "error": f"There is no world {where.world!r}.",
                "worlds": sorted(self.worlds)[:20],
                "do": "Create it with POST /_mock/v1/worlds, or take the prefix, header or host away for 'default'.",
            }
        else:
            says = {
                "error": f"No emulator answers {request.method} {where.path}.",
                "nearest": mounts.nearest(where.path),
                "do": "Compare the path with these; GET /_mock/ lists every address.",
            }
        return web.json_response(says, status=404, dumps=lambda value: json.dumps(value, indent=2) + "\n")

    async def _control(self, request: web.BaseRequest, where: mounts.Target) -> web.StreamResponse:
        """The control API; health is answered here, so that asking for it loads nothing."""
        if where.path == "/_mock/v1/health" and request.method == "GET":
            return web.json_response({"status": "ok", "worlds": len(self.worlds)})
        await self._drain(request)
        return web.Response(status=501, text="not yet")


def _runner() -> Callable[[Any], Any]:
    """uvloop where it is installed, else asyncio."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    run: Callable[[Any], Any] = uvloop.run
    return run
