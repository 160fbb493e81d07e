"""How the front door has the control API answer: who may come in, which worlds a call holds, and what waits or streams.

The API itself is a WSGI application (`control/`), which is loaded when it is first asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from aiohttp import hdrs, web

from mockservers.kernel.journal import Entry
from mockservers.kernel.world import World
from mockservers.server import responses, wsgi
from mockservers.server.connection import Request
from mockservers.server.control import guard
from mockservers.server.mounts import Target
from mockservers.workbench import files

if TYPE_CHECKING:
    from mockservers.server.control import context
    from mockservers.server.http import Server
    from mockservers.workbench.stream import Feed

_OF_A_WORLD = re.compile(r"/_mock/v1/worlds/([^/]+)")
_THOROUGH = tuple(f"/_mock/v1/{name}" for name in ("verify", "journal", "usage", "export", "reports"))
_JUDGING = "/_mock/v1/observation"
MOST_WAITING, GLANCE = 100, 0.25
"""Calls of the control API that wait at once, and seconds between two looks whether whoever asked is still there."""


class ControlRequests:
    """Answers the control API's requests at a server.

    `observe` tells what can be said of the client of a world, of a vendor's or of all. `tools` are what the page offers beside
    the control API, by the names of `context.Tools`.
    """

    def __init__(
        self, server: Server, observe: Callable[[World, str | None], Mapping[str, Any]] | None, tools: Mapping[str, Any]
    ) -> None:
        self._server = server
        self.observe = observe
        self._tools = tools
        self.waiting = 0
        """Calls that wait for something to happen."""

    async def answer(self, request: web.BaseRequest, where: Target) -> web.StreamResponse:
        """Answer a request. Health is answered here, so that asking for it loads nothing."""
        server = self._server
        if where.path == "/_mock/v1/health" and request.method in ("GET", "HEAD"):
            await server.body(request)
            return responses.as_json(200, {"status": "ok", "worlds": len(await self._all())})
        denial = guard.check(request.headers, server.control_token, server.host, server.port, request.method)
        locked = denial is not None and denial.status == 401
        if (denial is None or locked) and where.path.startswith(files.PREFIX):
            return await self._file(request, where.path.removeprefix(files.PREFIX))
        body = await server.body(request)
        if denial is None:
            return await self._ask(request, where, body)
        if locked and where.path in ("/_mock", "/_mock/") and "text/html" in request.headers.get(hdrs.ACCEPT, ""):
            # To a browser the page itself, without data: it asks for the token.
            page = files.shell(locked=True, world=where.world).encode()
            return web.Response(status=401, body=page, headers={**files.page_headers(), **denial.headers})
        return responses.as_json(denial.status, {"error": denial.error, "do": denial.do}, denial.headers)

    async def _ask(self, request: web.BaseRequest, where: Target, body: bytes) -> web.StreamResponse:
        """Have the application answer, once the worlds that the call may look at are free."""
        from mockservers.server.control import application, context

        server = self._server
        environ = server.environ(request.method, where, list(request.headers.items()), body, request.remote or "")
        if where.path == "/_mock":
            environ["PATH_INFO"] = "/_mock/"
        environ[context.SITE] = context.Site(
            server.worlds,
            server.vendors,
            where.world,
            server.url,
            self.observe,
            server.peers.figures,
            context.Tools(**self._tools),
            server.peers.answers,
        )
        touched = await self._touched(where)
        await server.turns.free(touched)
        # A world that is deleted is not held by whoever deletes it.
        deletes = request.method == "DELETE" and _OF_A_WORLD.match(where.path) is not None
        inside = touched if len(touched) == 1 and not deletes else []
        shared = server.worlds.registry.shared

        def ask() -> tuple[wsgi.Answer, context.Wait | Feed | None]:
            asked = environ | {"wsgi.input": io.BytesIO(body)}  # whoever waits is asked again, with the whole body
            with contextlib.ExitStack() as turns:
                if shared:
                    for world in touched:
                        with world.turn(whole=True):
                            pass  # learn what others have done
                    for world in inside:
                        turns.enter_context(world.turn(whole=True))
                return wsgi.ask(application.application(), asked), asked.get(context.WAIT)

        # What compares many calls takes a while, and nobody is to wait for it; for what judges them, the judged world alone.
        path = where.path.rstrip("/")
        if path == _JUDGING and touched:
            said, wait = await server.turns.take(touched[0], ask, long=True)
        else:
            aside = path.startswith(_THOROUGH) or shared or server.link is not None
            said, wait = await asyncio.to_thread(ask) if aside else ask()
        if wait is None or (request.method == "HEAD" and not isinstance(wait, context.Wait)):
            return await self._tell(request, where, said)
        if self.waiting >= MOST_WAITING:
            return responses.as_json(
                429, {"error": f"{MOST_WAITING} calls wait already; ask again once some of them have ended."}
            )
        _closable(said.parts).close()
        if isinstance(wait, context.Wait):
            return await self._tell(request, where, await self._awaited(request, wait, ask))
        return await self._streamed(request, where, said, wait)

    async def _file(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        """A file of the page. These are the same for everybody and tell nothing, so they need no token."""
        await self._server.body(request)
        found = files.served().get(name)
        if found is None or request.method not in ("GET", "HEAD"):
            return responses.as_json(404, {"error": f"The page has no file {name[:100]!r}."})
        if request.headers.get(hdrs.IF_NONE_MATCH) == found.headers["ETag"]:
            return web.Response(status=304, headers=found.headers)
        return web.Response(body=found.body, headers=found.headers)

    # --- which worlds a call looks at ---------------------------------------------------------------------------

    async def _all(self) -> list[World]:
        worlds = self._server.worlds
        if not worlds.registry.shared:
            return list(worlds.values())
        return await asyncio.to_thread(lambda: list(worlds.values()))

    async def _touched(self, where: Target) -> list[World]:
        """The worlds that a call may look at."""
        if where.path.rstrip("/") == "/_mock/v1/metrics":
            return []  # figures of the server; whoever collects them waits for no world
        named = _OF_A_WORLD.match(where.path)
        if where.path.rstrip("/") in ("/_mock", "/_mock/v1/worlds"):
            return await self._all()
        names = list(named.groups()) if named else parse_qs(where.query).get("world", [where.world])
        return [found for name in names if (found := await self._server.found(name)) is not None]

    # --- answers that take their time ---------------------------------------------------------------------------

    async def _streamed(
        self, request: web.BaseRequest, where: Target, said: wsgi.Answer, feed: Feed
    ) -> web.StreamResponse:
        """Tell a reader what happens for as long as it listens."""
        stream = web.StreamResponse(status=said.status)
        responses.fill(stream, said.headers)
        stream.force_close()
        self._server.date(request, stream, where)
        self._server.worlds.watchers.append(feed.watch)
        self.waiting += 1
        try:
            await stream.prepare(request)
            await feed.serve(stream.write, lambda: self._over(request, math.inf))
            await stream.write_eof()
        except ConnectionError:
            pass  # the reader has gone
        finally:
            self.waiting -= 1
            self._server.worlds.watchers.remove(feed.watch)
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
        self._server.worlds.watchers.append(watch)
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
            self._server.worlds.watchers.remove(watch)

    def _over(self, request: web.BaseRequest, until: float) -> bool:
        """Whether there is no more waiting: time is up, the client has gone, or the server stops."""
        return asyncio.get_running_loop().time() >= until or request.transport is None or self._server.stopping.is_set()

    async def _tell(self, request: web.BaseRequest, where: Target, said: wsgi.Answer) -> web.StreamResponse:
        """Send an answer: whole, or as it is made when its length is not known."""
        names = {name.lower() for name, _ in said.headers}
        old = isinstance(request, Request) and request.as_http_10  # to such a client nothing is sent in chunks
        if "content-length" in names or request.method == "HEAD" or old:
            whole = web.Response(status=said.status, body=b"".join(said.parts))
            responses.fill(whole, said.headers)
            return whole
        stream = web.StreamResponse(status=said.status)
        responses.fill(stream, said.headers)
        self._server.date(request, stream, where)
        with contextlib.closing(_closable(said.parts)) as parts:
            await stream.prepare(request)
            for part in parts:
                await stream.write(part)
                await asyncio.sleep(0)  # a long journal must not hold up anybody's call
        await stream.write_eof()
        return stream


def _closable(parts: Iterator[bytes]) -> Any:
    return parts if hasattr(parts, "close") else iter(tuple(parts))
