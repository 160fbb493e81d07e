"""The front door: the listener behind which all vendors and the control API answer.

It calls their WSGI applications in its loop. It knows no vendor: `mounts` choose, `wsgi` calls, `responses` writes what
comes back, broken where a fault wants it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import math
import re
import ssl
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote_to_bytes

from aiohttp import hdrs, web

from mockservers.kernel.faults import Fault
from mockservers.kernel.journal import Entry, Exchange, Headers
from mockservers.kernel.keeping import Gone
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.world import World, Worlds
from mockservers.registry import Mount
from mockservers.server import metrics, mounts, request_line, responses, wsgi
from mockservers.server.connection import Connection, Request
from mockservers.server.control import guard
from mockservers.server.couriers import Courier
from mockservers.server.listener import MOST_BODY, Listener, Unreadable
from mockservers.server.metrics import Metrics
from mockservers.server.mounts import Target, all_mounts
from mockservers.server.turns import Turns
from mockservers.workbench import files

if TYPE_CHECKING:
    from mockservers.server.control import context
    from mockservers.server.link import Link
    from mockservers.workbench.stream import Feed

Respond = Callable[[World, str, dict[str, Any], Exchange], Exchange]
"""How a vendor answers: as `wsgi.respond` does."""


_OF_A_WORLD = re.compile(r"/_mock/v1/worlds/([^/]+)")
_THOROUGH = tuple(f"/_mock/v1/{name}" for name in ("verify", "journal", "usage", "export", "reports"))
_JUDGING = "/_mock/v1/observation"
MOST_THREADS = 28
"""Of a server whose worlds are shared; each may hold a connection to the database, which has a few more for them."""
MOST_WAITING, GLANCE = 100, 0.25
"""Calls of the control API that wait at once, and seconds between two looks whether whoever asked is still there."""
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
        self.waiting = 0
        """Calls of the control API that wait for something to happen."""
        self.stubs = dict(stubs or {})
        """Vendors that something else answers for than their emulator."""
        self.observe = observe
        """Tells what can be said of the client of a world, of a vendor's or of all."""
        self.tools = dict(tools or {})
        """What the page offers beside the control API, by the names of `context.Tools`."""
        self.vendors = tuple(dict.fromkeys(each.vendor for each in self.mounts))
        self._courier = Courier(worlds, self.turns, self._hold) if calls_listeners else None
        self.most_threads = most_threads
        self._held: dict[tuple[int, str], bool] = {}
        """Worlds in which another worker, by number, has the vendor answer nobody; and whether a request waits here for that."""
        self.link = link
        if link is not None:
            link.answerers |= {
                "figures": self._told_figures,
                "hold": self._held_by,
                "gone": self._gone,
                "life": self._told_life,
            }

    async def _open(self) -> None:
        if (
            self.worlds.registry.shared
        ):  # a thread waits for each world that another process has: those are not to be all
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
            self._date(request, response, where)
        return response

    def _date(self, request: web.BaseRequest, response: web.StreamResponse, where: Target) -> None:
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

    async def _found(self, name: str) -> World | None:
        """The world of that name; one that another process has made is looked up in a thread."""
        known = self.worlds.known(name)
        if known is not None or not self.worlds.registry.shared:
            return known
        return await asyncio.to_thread(self.worlds.get, name)

    async def _answer(self, request: web.BaseRequest, where: Target) -> web.StreamResponse:
        try:
            if where.path.startswith("/_mock/") or where.path == "/_mock":
                return await self._control(request, where)
            world = await self._found(where.world)
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
            return _json(503, {"error": f"{lost}."})
        except ConnectionError:
            raise  # the client has gone; aiohttp tidies up
        except Exception:
            # Ours alone: what wires and input do wrong is answered and journalled before it gets here.
            clean = self._world(where).redaction()
            told = clean(f"the front door failed at {request.method} {where.path}\n{traceback.format_exc().rstrip()}")
            logging.getLogger("mockservers").error("%s", told)
            return _json(500, {"error": "The server failed inside; its error output holds the traceback."})

    # --- what cannot be read ------------------------------------------------------------------------------------

    def unreadable(self, request: web.BaseRequest, head: bytes, why: str) -> web.StreamResponse:
        found = request_line.malformed(head, why)
        response = responses.bad_request(found.reason)
        exchange, where = self._unread(head, request.remote or "")
        exchange.status, exchange.reply_headers = response.status, list(response.headers.items())
        exchange.reply_body = bytes(response.body or b"")  # type: ignore[arg-type]
        self._malformed(where, exchange, found.hint)
        self._date(request, response, where)
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
        environ = self._environ(exchange.method, where, exchange.headers, exchange.body, exchange.remote)
        with world.answering:
            self.answers += 1
            exchange.left = self.moment
            self.stubs.get(vendor, wsgi.respond)(world, vendor, environ, exchange)

    def _environ(self, method: str, where: Target, headers: Headers, body: bytes, remote: str) -> dict[str, Any]:
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
        while world.held or self._held_elsewhere(world):
            await asyncio.sleep(0.005)
        struck = await self.turns.take(world, lambda: world.arrive(vendor))
        if struck is not None:
            early = await self._strike_arrival(request, struck)
            if early is not None:
                return early
        body = await self._body(request)
        begun = asyncio.get_running_loop().time()
        headers = list(request.headers.items())
        exchange = self._exchange(request, headers, body)
        try:
            long = len(body) > LONG or _tries(world, vendor, where.path)
            await self.turns.take(world, lambda: self.converse(world, vendor, where, exchange), long=long)
            if exchange.delay > 0:
                await asyncio.sleep(world.wait(exchange.delay))
            return await responses.answer(request, exchange, world.clock.now())
        finally:
            exchange.leave()
            self.metrics.answered(vendor, asyncio.get_running_loop().time() - begun)

    async def _strike_arrival(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse | None:
        kind = fault.kind.name
        if kind == "late_arrival":
            await asyncio.sleep(fault.settings["seconds"])
            return None
        if kind == "unavailable":
            await self._body(request)
            return responses.unavailable()
        if kind == "refuse_connections":
            await self._pause(fault.settings["seconds"])
        return responses.abort(request)

    async def _pause(self, seconds: float) -> None:
        """Close the listener: new connections are refused by the system until it opens again."""
        assert self._loop is not None
        if self.link is not None:
            await asyncio.wrap_future(self.link.ask("pause", seconds))
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

    # --- one of several workers ---------------------------------------------------------------------------------

    async def _hold(self, world: World, busy: bool) -> bool:
        """Let the vendor of a world answer nobody at the other workers too, or again; tells whether a request waited there."""
        if self.link is None:
            return False
        told = await asyncio.wrap_future(self.link.ask("hold", [world.name, busy]))
        return any(told.values())

    def _held_by(self, number: int, said: tuple[str, bool]) -> bool:
        """A worker begins to hold a world, or ends it; tells whether a request waited here."""
        name, busy = said
        if busy and self.link is not None and number != self.link.number:
            self._held[number, name] = False
            return False
        return self._held.pop((number, name), False)

    def _held_elsewhere(self, world: World) -> bool:
        held = [key for key in self._held if key[1] == world.name]
        self._held.update(dict.fromkeys(held, True))
        return bool(held)

    def _gone(self, number: int, _said: Any) -> None:
        """A worker has ended: it holds nothing any more."""
        for key in [key for key in self._held if key[0] == number]:
            del self._held[key]

    def _told_figures(self, _number: int, _said: Any) -> dict[str, Any]:
        return self.metrics.dump(self.worlds, self.waiting)

    def _told_life(self, number: int, name: str) -> dict[str, Any] | None:
        """What happened by itself in a world at this worker; whoever asks knows its own."""
        world = self.worlds.known(name)
        if world is None or (self.link is not None and number == self.link.number):
            return None
        from mockservers.server.control import history

        return history.lives(world)

    def _others(self, question: str, value: Any) -> list[Any]:
        """What the other workers answer; nothing where there are none."""
        told = {} if self.link is None else self.link.answers(question, value)
        return [each for each in told.values() if each is not None]

    def _figures(self) -> str:
        """The figures of the server, whichever of its workers is asked."""
        if self.link is None:
            return metrics.text(len(self.worlds), self.metrics.dump(self.worlds, self.waiting))
        told = dict(self.link.answers("figures"))
        past = told.pop(0, None)
        return metrics.text_of_workers(len(self.worlds), told, past)

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
        exchange = self._exchange(request, list(request.headers.items()), await self._body(request))
        said = _json(status, says)
        exchange.status, exchange.reply_body = said.status, bytes(said.body or b"")  # type: ignore[arg-type]
        exchange.reply_headers = list(said.headers.items())
        await self.turns.take(world, lambda: world.finish("", exchange, perhaps=self.vendors))
        return said

    async def _control(self, request: web.BaseRequest, where: Target) -> web.StreamResponse:
        """The control API; health is answered here, so that asking for it loads nothing."""
        if where.path == "/_mock/v1/health" and request.method in ("GET", "HEAD"):
            await self._body(request)
            return _json(200, {"status": "ok", "worlds": len(await self._all())})
        denial = guard.check(request.headers, self.control_token, self.host, self.port, request.method)
        locked = denial is not None and denial.status == 401
        if (denial is None or locked) and where.path.startswith(files.PREFIX):
            return await self._file(request, where.path.removeprefix(files.PREFIX))
        if denial is not None:
            await self._body(request)
            if locked and where.path in ("/_mock", "/_mock/") and "text/html" in request.headers.get(hdrs.ACCEPT, ""):
                # To a browser the page itself, without data: it asks for the token.
                page = files.shell(locked=True, world=where.world).encode()
                return web.Response(status=401, body=page, headers={**files.page_headers(), **denial.headers})
            return _json(denial.status, {"error": denial.error, "do": denial.do}, denial.headers)
        body = await self._body(request)
        from mockservers.server.control import application, context

        environ = self._environ(request.method, where, list(request.headers.items()), body, request.remote or "")
        if where.path == "/_mock":
            environ["PATH_INFO"] = "/_mock/"
        environ[context.SITE] = context.Site(
            self.worlds,
            self.vendors,
            where.world,
            self.url,
            self.observe,
            self._figures,
            context.Tools(**self.tools),
            self._others,
        )
        touched = await self._touched(where)
        await self.turns.free(touched)
        # A world that is deleted is not held by whoever deletes it.
        deletes = request.method == "DELETE" and _OF_A_WORLD.match(where.path) is not None
        inside = touched if len(touched) == 1 and not deletes else []

        def ask() -> tuple[wsgi.Answer, context.Wait | Feed | None]:
            asked = environ | {"wsgi.input": io.BytesIO(body)}  # whoever waits is asked again, with the whole body
            if not self.worlds.registry.shared:
                return wsgi.ask(application.application(), asked), asked.get(context.WAIT)
            for world in touched:
                with world.turn(whole=True):
                    pass  # learn what others have done
            with contextlib.ExitStack() as turns:
                for world in inside:
                    turns.enter_context(world.turn(whole=True))
                return wsgi.ask(application.application(), asked), asked.get(context.WAIT)

        # What compares many calls takes a while, and nobody is to wait for it; for what judges them, the judged world alone.
        path = where.path.rstrip("/")
        if path == _JUDGING and touched:
            said, wait = await self.turns.take(touched[0], ask, long=True)
        else:
            aside = path.startswith(_THOROUGH) or self.worlds.registry.shared or self.link is not None
            said, wait = await asyncio.to_thread(ask) if aside else ask()
        if wait is None or (request.method == "HEAD" and not isinstance(wait, context.Wait)):
            return await self._tell(request, where, said)
        if self.waiting >= MOST_WAITING:
            return _json(429, {"error": f"{MOST_WAITING} calls wait already; ask again once some of them have ended."})
        _closable(said.parts).close()
        if isinstance(wait, context.Wait):
            return await self._tell(request, where, await self._awaited(request, wait, ask))
        return await self._streamed(request, where, said, wait)

    async def _file(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        """A file of the page. These are the same for everybody and tell nothing, so they need no token."""
        await self._body(request)
        found = files.served().get(name)
        if found is None or request.method not in ("GET", "HEAD"):
            return _json(404, {"error": f"The page has no file {name[:100]!r}."})
        if request.headers.get(hdrs.IF_NONE_MATCH) == found.headers["ETag"]:
            return web.Response(status=304, headers=found.headers)
        return web.Response(body=found.body, headers=found.headers)

    async def _streamed(
        self, request: web.BaseRequest, where: Target, said: wsgi.Answer, feed: Feed
    ) -> web.StreamResponse:
        """Tell a reader what happens for as long as it listens."""
        stream = web.StreamResponse(status=said.status)
        responses.fill(stream, said.headers)
        stream.force_close()
        self._date(request, stream, where)
        self.worlds.watchers.append(feed.watch)
        self.waiting += 1
        try:
            await stream.prepare(request)
            await feed.serve(stream.write, lambda: self._over(request, math.inf))
            await stream.write_eof()
        except ConnectionError:
            pass  # the reader has gone
        finally:
            self.waiting -= 1
            self.worlds.watchers.remove(feed.watch)
        return stream

    async def _awaited(
        self,
        request: web.BaseRequest,
        wait: context.Wait,
        ask: Callable[[], tuple[wsgi.Answer, context.Wait | Feed | None]],
    ) -> wsgi.Answer:
        """Ask again whenever a wanted call was made, until the answer need not wait, or time is up, or nobody listens."""
        loop, happened = asyncio.get_running_loop(), asyncio.Event()

        def watch(world: World, entry: Entry) -> None:
            if world is wait.world and wait.wanted(entry):
                loop.call_soon_threadsafe(happened.set)

        until = loop.time() + wait.seconds
        self.worlds.watchers.append(watch)
        self.waiting += 1
        try:
            while True:
                happened.clear()
                said, again = await asyncio.to_thread(ask)
                if again is None or self._over(request, until):
                    return said
                _closable(said.parts).close()
                while not happened.is_set() and not self._over(request, until):
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(min(GLANCE, max(0.0, until - loop.time()))):
                            await happened.wait()
                    if wait.world.keeping.shared:
                        break  # what another process answers tells nobody here
        finally:
            self.waiting -= 1
            self.worlds.watchers.remove(watch)

    def _over(self, request: web.BaseRequest, until: float) -> bool:
        """Whether there is no more waiting: time is up, the client has gone, or the server stops."""
        assert self._loop is not None
        assert self._stopping is not None
        return self._loop.time() >= until or request.transport is None or self._stopping.is_set()

    async def _all(self) -> list[World]:
        if not self.worlds.registry.shared:
            return list(self.worlds.values())
        return await asyncio.to_thread(lambda: list(self.worlds.values()))

    async def _touched(self, where: Target) -> list[World]:
        """The worlds that a call of the control API may look at."""
        if where.path.rstrip("/") == "/_mock/v1/metrics":
            return []  # figures of the server; whoever collects them waits for no world
        named = _OF_A_WORLD.match(where.path)
        if where.path.rstrip("/") in ("/_mock", "/_mock/v1/worlds"):
            return await self._all()
        names = list(named.groups()) if named else parse_qs(where.query).get("world", [where.world])
        return [found for name in names if (found := await self._found(name)) is not None]

    async def _tell(self, request: web.BaseRequest, where: Target, said: wsgi.Answer) -> web.StreamResponse:
        """Send an answer of the control API: whole, or as it is made when its length is not known."""
        names = {name.lower() for name, _ in said.headers}
        old = isinstance(request, Request) and request.as_http_10  # to such a client nothing is sent in chunks
        if "content-length" in names or request.method == "HEAD" or old:
            whole = web.Response(status=said.status, body=b"".join(said.parts))
            responses.fill(whole, said.headers)
            return whole
        stream = web.StreamResponse(status=said.status)
        responses.fill(stream, said.headers)
        self._date(request, stream, where)
        with contextlib.closing(_closable(said.parts)) as parts:
            await stream.prepare(request)
            for part in parts:
                await stream.write(part)
                await asyncio.sleep(0)  # a long journal must not hold up anybody's call
        await stream.write_eof()
        return stream


def _matcher(told: Mapping[str, Any]) -> Callable[[str, Exchange], bool]:
    from mockservers.server import verification  # only where another process has planned an override

    return verification.matcher(told)


def _tries(world: World, vendor: str, path: str) -> bool:
    """Whether an answer at this address may wait for a listener that the vendor calls first."""
    webhooks = world.emulator(vendor).webhooks
    return webhooks is not None and webhooks.tries is not None and webhooks.tries.search(path) is not None


def _closable(parts: Iterator[bytes]) -> Any:
    return parts if hasattr(parts, "close") else iter(tuple(parts))


def _json(status: int, says: dict[str, Any], headers: Any = None) -> web.Response:
    return web.Response(
        status=status,
        body=(json.dumps(says, indent=2) + "\n").encode(),
        content_type="application/json",
        headers=headers,
    )
