"""The front door: the listener behind which all vendors and the control API answer.

It calls their WSGI applications in its loop. It knows no vendor: `mounts` choose, `wsgi` calls, `responses` writes what
comes back, broken where a fault wants it.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from aiohttp import hdrs, web

from mockservers.kernel.faults import Fault
from mockservers.kernel.journal import Exchange, Headers
from mockservers.kernel.keeping import Gone
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.world import World, Worlds
from mockservers.registry import Mount
from mockservers.server import mounts, request_line, responses, wsgi
from mockservers.server.connection import Connection, Request
from mockservers.server.control import guard
from mockservers.server.control_requests import ControlRequests
from mockservers.server.couriers import Courier
from mockservers.server.listener import MOST_BODY, Listener, Unreadable
from mockservers.server.metrics import Metrics
from mockservers.server.mounts import Target, all_mounts
from mockservers.server.peers import Peers
from mockservers.server.turns import Turns

if TYPE_CHECKING:
    from mockservers.server.link import Link

Respond = Callable[[World, str, dict[str, Any], Exchange], Exchange]
"""How a vendor answers: as `wsgi.respond` does."""


MOST_THREADS = 28
"""Of a server whose worlds are shared; each may hold a connection to the database, which has a few more for them."""
LONG = 64 << 10
"""Bytes of a body from which on a call may take so long that calls of other worlds must not wait for it."""


class Server(Listener):
    """One listening port for all worlds.

    `port` 0 takes a free one; read it from `port` once started. `tls` is a server-side context. Outside loopback a
    `control_token` is demanded, since the control API can read and change everything.

    `allow_hosts` is for servers that have data of a real system: they answer to loopback's names, to `host` and to these
    alone (`*` is any), so that no web page can read them under a name of its own. None lets any name in: made-up data are
    nobody's secret, and clients know vendors by many names. Without `calls_listeners` somebody else sends what the vendors owe
    to listeners. With a `link` the server is one of several workers: another process has the port, and hands connections over.
    """

    answers_as_http_11 = True

    def __init__(
        self,
        worlds: Worlds,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        control_token: str | None = None,
        most_body: int = MOST_BODY,
        mounts: Sequence[Mount] | None = None,
        stubs: Mapping[str, Respond] | None = None,
        allow_hosts: Sequence[str] | None = None,
        observe: Callable[[World, str | None], Mapping[str, Any]] | None = None,
        tools: Mapping[str, Any] | None = None,
        calls_listeners: bool = True,
        link: Link | None = None,
        most_threads: int = MOST_THREADS,
    ) -> None:
        if not guard.is_loopback(host) and not control_token:
            raise ValueError(
                f"listening on {host} lets other machines reach the control API, which can change everything; "
                "give a control token, or listen on 127.0.0.1"
            )
        super().__init__(host, port, tls, most_body)
        self.worlds = worlds
        self.control_token = control_token or None
        self.mounts = tuple(all_mounts() if mounts is None else mounts)
        self.allow_hosts = None if allow_hosts is None else tuple(allow_hosts)
        """Names beside our own under which data of a real system are told; None where there are none to protect."""
        self.turns = Turns()
        self.metrics = Metrics()
        worlds.watchers.append(self.metrics.count)
        worlds.understand(_matcher)
        self._controlled = 0
        self.stubs = dict(stubs or {})
        """Vendors that something else answers for than their emulator."""
        self.vendors = tuple(dict.fromkeys(each.vendor for each in self.mounts))
        self.link = link
        self.control = ControlRequests(self, observe, dict(tools or {}))
        self.peers = Peers(link, worlds, lambda: self.metrics.dump(worlds, self.control.waiting))
        self._courier = Courier(worlds, self.turns, self.peers.hold) if calls_listeners else None
        self.most_threads = most_threads

    async def _open(self) -> None:
        if self.worlds.registry.shared:
            # A thread waits for each world that another process has: those are not to be all.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(self.most_threads, "mockservers turn"))
        await super()._open()
        if self._courier is not None:
            self._courier.start()

    async def _close(self) -> None:
        if self._courier is not None:
            await self._courier.stop(self.grace)
        await super()._close()

    # --- requests -----------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        where = mounts.target(request.raw_path, request.headers.get(hdrs.HOST, ""), request.headers)
        response = await self._answer(request, where)
        if not response.prepared:
            self.date(request, response, where)
        return response

    def date(self, request: web.BaseRequest, response: web.StreamResponse, where: Target) -> None:
        responses.date(response, self._world(where).clock.now())
        if where.path.startswith("/_mock"):  # not on the vendors' answers, whose bytes are theirs
            self._controlled += 1
            given = [value for name, value in request.headers.items() if responses.is_request_id(name, value)]
            here = "" if self.link is None else f"{self.link.number}-"
            response.headers[responses.REQUEST_ID] = given[0] if given else f"control-{here}{self._controlled}"
        if isinstance(request, Request) and request.as_http_10 and request.keep_alive:
            response.headers.setdefault(hdrs.CONNECTION, "keep-alive")  # whoever asked for it in HTTP/1.0 looks for it

    def _world(self, where: Target) -> World:
        return self.worlds.known(where.world) or self.worlds.default

    async def found(self, name: str) -> World | None:
        """The world of that name; one that another process has made is looked up in a thread."""
        known = self.worlds.known(name)
        if known is not None or not self.worlds.registry.shared:
            return known
        return await asyncio.to_thread(self.worlds.get, name)

    async def _answer(self, request: web.BaseRequest, where: Target) -> web.StreamResponse:
        try:
            if where.path.startswith("/_mock/") or where.path == "/_mock":
                return await self.control.answer(request, where)
            world = await self.found(where.world)
            if world is None:
                return await self._no_world(request, where)
            denial = guard.check_data(request.headers, request.raw_path, self.host, self.allow_hosts, request.method)
            if denial is not None:
                return await self._nowhere(request, world, {"error": denial.error, "do": denial.do}, denial.status)
            path = unquote_to_bytes(where.path.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
            mount = mounts.find(path, self.mounts, where.query)
            if mount is None:
                return await self._unmatched(request, world, path)
            return await self._vendor(request, where, world, mount.vendor)
        except Unreadable as error:
            if request.transport is not None:  # a client that has gone was not refused anything
                exchange = self._exchange(request, list(request.headers.items()), b"")
                exchange.status = error.status
                self._malformed(where, exchange, str(error))
            response = web.Response(status=error.status, text=f"{error}\n")
            response.force_close()
            return response
        except Gone as gone:
            self.worlds.forget(str(gone))
            return await self._no_world(request, where)
        except Unwritable as lost:
            return responses.as_json(503, {"error": f"{lost}."})
        except ConnectionError:
            raise  # the client has gone; aiohttp tidies up
        except Exception:
            # Ours alone: what wires and input do wrong is answered and journalled before it gets here.
            clean = self._world(where).redaction()
            told = clean(f"the front door failed at {request.method} {where.path}\n{traceback.format_exc().rstrip()}")
            logging.getLogger("mockservers").error("%s", told)
            return responses.as_json(500, {"error": "The server failed inside; its error output holds the traceback."})

    # --- what cannot be read ------------------------------------------------------------------------------------

    def unreadable(self, request: web.BaseRequest, head: bytes, why: str) -> web.StreamResponse:
        found = request_line.malformed(head, why)
        response = responses.bad_request(found.reason)
        exchange, where = self._unread(head, request.remote or "")
        exchange.status, exchange.reply_headers = response.status, list(response.headers.items())
        exchange.reply_body = bytes(response.body or b"")  # type: ignore[arg-type]
        self._malformed(where, exchange, found.hint)
        self.date(request, response, where)
        return response

    def late(self, slow: Connection, head: bytes, hint: str) -> None:
        peer = slow.peername
        exchange, where = self._unread(head, str(peer[0]) if isinstance(peer, tuple) else "")
        self._malformed(where, exchange, hint)

    def _malformed(self, where: Target, exchange: Exchange, hint: str) -> None:
        world = self._world(where)
        self.turns.later(world, lambda: world.malformed(exchange, hint, self.vendors))

    def _unread(self, head: bytes, remote: str) -> tuple[Exchange, Target]:
        """What can be told of a head that was not read, and which world it was meant for."""
        line, *rest = head[: 2 * request_line.MOST_LINE].split(b"\n")
        method, _, target = line.strip().partition(b" ")
        pairs = [each.strip().partition(b":") for each in rest if each.strip()]
        headers = [
            (name.decode("latin-1"), value.strip().decode("utf-8", "surrogateescape")) for name, _, value in pairs
        ]
        raw = request_line.written(target.rpartition(b" HTTP/")[0] or target)
        host = next((value for name, value in headers if name.lower() == "host"), "")
        where = mounts.target(raw, host, {})
        return Exchange(method.decode("latin-1"), raw, headers, b"", remote), where

    def _exchange(self, request: web.BaseRequest, headers: Headers, body: bytes) -> Exchange:
        raw = request.raw_path
        if not raw.isascii():
            raw = request_line.written(raw.encode("utf-8", "surrogateescape"))
        after = request.after if isinstance(request, Request) else self.moment
        return Exchange(request.method, raw, headers, body, request.remote or "", perhaps=self.vendors, after=after)

    def converse(self, world: World, vendor: str, where: Target, exchange: Exchange) -> None:
        """Let a vendor answer a whole request, whichever way it came, and count the answer."""
        with world.answering:
            self._converse(world, vendor, where, exchange)

    def _converse(self, world: World, vendor: str, where: Target, exchange: Exchange) -> None:
        environ = self.environ(exchange.method, where, exchange.headers, exchange.body, exchange.remote)
        self.answers += 1
        exchange.left = self.moment
        self.stubs.get(vendor, wsgi.respond)(world, vendor, environ, exchange)

    def _arrive_and_converse(self, world: World, vendor: str, where: Target, exchange: Exchange) -> Fault | None:
        """Both in one turn; gives the fault that met the request first, and then nobody has answered it."""
        try:
            with world.answering, world.turn():
                struck = world.arrive(vendor)
                if struck is None:
                    self._converse(world, vendor, where, exchange)
                return struck
        except Unwritable as lost:  # by the end of the turn, so that nothing of it is kept
            wsgi.unavailable(exchange, lost)
            return None

    def environ(self, method: str, where: Target, headers: Headers, body: bytes, remote: str) -> dict[str, Any]:
        return wsgi.environ(
            method=method,
            path=where.path,
            query=where.query,
            prefix=where.prefix,
            scheme="https" if self.tls else "http",
            server=(self.host, self.port),
            headers=headers,
            body=body,
            remote=remote,
        )

    async def _vendor(self, request: web.BaseRequest, where: Target, world: World, vendor: str) -> web.StreamResponse:
        while world.held or self.peers.holds_elsewhere(world):
            await asyncio.sleep(0.005)
        # Each turn of a world that processes share is a transaction, and a request that is here soon needs but one.
        at_once = world.keeping.shared and _is_short(request)
        early: web.StreamResponse | None = None
        if not at_once:
            struck = await self.turns.take(world, lambda: world.arrive(vendor))
            early = None if struck is None else await self._strike_arrival(request, struck)
            if early is not None:
                return early
        body = await self.body(request)
        begun = asyncio.get_running_loop().time()
        headers = list(request.headers.items())
        exchange = self._exchange(request, headers, body)
        try:
            if at_once:
                struck = await self.turns.take(world, lambda: self._arrive_and_converse(world, vendor, where, exchange))
                early = None if struck is None else await self._strike_arrival(request, struck)
                if early is not None:
                    return early
                if struck is not None:
                    begun = asyncio.get_running_loop().time()  # it comes late, as if it had only now arrived
            if not at_once or struck is not None:
                long = len(body) > LONG or _tries(world, vendor, where.path)
                await self.turns.take(world, lambda: self.converse(world, vendor, where, exchange), long=long)
            if exchange.delay > 0:
                await asyncio.sleep(world.wait(exchange.delay))
            return await responses.answer(request, exchange, world.clock.now())
        finally:
            exchange.leave()
            if early is None:  # what a fault met at its arrival was not answered by the vendor
                self.metrics.answered(vendor, asyncio.get_running_loop().time() - begun)

    async def _strike_arrival(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse | None:
        kind = fault.kind.name
        if kind == "late_arrival":
            await asyncio.sleep(fault.settings["seconds"])
            return None
        if kind == "unavailable":
            await self.body(request)
            return responses.unavailable()
        if kind == "refuse_connections":
            await self._pause(fault.settings["seconds"])
        return responses.abort(request)

    async def _pause(self, seconds: float) -> None:
        """Close the listener: new connections are refused by the system until it opens again."""
        assert self._loop is not None
        if self.link is not None:
            await self.peers.pause(seconds)
            return
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
                "worlds": await self._names(),
                "do": "Create it with POST /_mock/v1/worlds, or take the prefix, header or host away for 'default'.",
            },
        )

    async def _names(self) -> list[str]:
        names = (
            sorted(self.worlds)
            if not self.worlds.registry.shared
            else sorted(await asyncio.to_thread(list, self.worlds))
        )
        return names[:20]

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

    async def _nowhere(
        self, request: web.BaseRequest, world: World, says: dict[str, Any], status: int = 404
    ) -> web.StreamResponse:
        """Answer a request that goes to no vendor, as for an address that none has, and journal it."""
        exchange = self._exchange(request, list(request.headers.items()), await self.body(request))
        said = responses.as_json(status, says)
        exchange.status, exchange.reply_body = said.status, bytes(said.body or b"")  # type: ignore[arg-type]
        exchange.reply_headers = list(said.headers.items())
        await self.turns.take(world, lambda: world.finish("", exchange, perhaps=self.vendors))
        return said


def _matcher(told: Mapping[str, Any]) -> Callable[[str, Exchange], bool]:
    from mockservers.server import verification  # only where another process has planned an override

    return verification.matcher(told)


def _is_short(request: web.BaseRequest) -> bool:
    """Whether the whole request is here with its head, or soon: nobody is asked for its body first, and it is no long one."""
    if hdrs.EXPECT in request.headers or hdrs.TRANSFER_ENCODING in request.headers:
        return False
    return (request.content_length or 0) <= LONG


def _tries(world: World, vendor: str, path: str) -> bool:
    """Whether an answer at this address may wait for a listener that the vendor calls first."""
    webhooks = world.emulator(vendor).webhooks
    return webhooks is not None and webhooks.tries is not None and webhooks.tries.search(path) is not None
