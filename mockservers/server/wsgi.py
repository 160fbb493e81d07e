"""One request through a WSGI application: in goes an environ, out comes an answer.

Used by the front door for sockets, by harness and tests without any; carries out no fault itself.
"""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from mockservers import registry
from mockservers.kernel.journal import Exchange, Headers
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.world import World
from mockservers.registry import WsgiApplication
from mockservers.wirekit.environ import EXCHANGE, WORLD


def native(text: str) -> str:
    """Text from the socket (UTF-8, other bytes as lone surrogates) in the form WSGI has: one character per byte."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def environ(
    *,
    method: str,
    path: str,
    query: str,
    prefix: str,
    scheme: str,
    server: tuple[str, int],
    headers: Headers,
    body: bytes,
    remote: str,
) -> dict[str, Any]:
    """A WSGI environ (PEP 3333); `prefix` is the world's part of the path and becomes SCRIPT_NAME."""
    made: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": prefix,
        "PATH_INFO": unquote_to_bytes(path.encode("utf-8", "surrogateescape")).decode("latin-1"),
        "RAW_PATH_INFO": path,
        "QUERY_STRING": native(query),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": remote,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        if key == "TRANSFER_ENCODING":  # the body was read whole; CONTENT_LENGTH tells its size
            continue
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        value = native(value)
        made[key] = f"{made[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}" if key in made else value
    made["CONTENT_LENGTH"] = str(len(body))
    return made


@dataclass(slots=True)
class Answer:
    """What an application answered; `parts` may be made while it is read, and is closed when it was."""

    status: int
    headers: Headers
    parts: Iterator[bytes]


def ask(application: WsgiApplication, wsgi: dict[str, Any]) -> Answer:
    """Call a WSGI application. Raises whatever it raises, and RuntimeError when it breaks the protocol."""
    begun: list[tuple[int, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        begun[:] = [(int(status[:3]), headers)]
        return written.append

    result: Iterable[bytes] = application(wsgi, start_response)
    parts = _parts(result, written)
    first = b"" if begun else next(parts, b"")  # an application may begin its answer with the first part
    if not begun:
        raise RuntimeError("the application never began its answer")
    return Answer(*begun[0], _joined(first, parts))


def _parts(result: Iterable[bytes], written: list[bytes]) -> Iterator[bytes]:
    try:
        for part in result:
            yield from written
            written.clear()
            yield part
        yield from written
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


CALL_HEADER = "x-mock-call"
"""A request that has it is told the number of its call in the journal, by the answer's header of the same name."""
BROKEN = b"The emulator failed inside. The last entry of the journal holds the traceback; please report it.\n"


def respond(world: World, vendor: str, wsgi: dict[str, Any], exchange: Exchange) -> Exchange:
    """Let the vendor answer. The exchange comes back complete, and filed in the world's journal.

    A wire that raises is answered for with a plain 500, and journalled as `error`. The answer is one turn of the world: what a
    client is told is kept. Where the place that keeps the world is lost, it is told that with a 503, and no journal has the call.
    """
    try:
        with world.turn():
            return _answered(world, vendor, wsgi, exchange)
    except Unwritable as lost:
        unavailable(exchange, lost)
        return exchange


def unavailable(exchange: Exchange, why: Unwritable) -> None:
    """Answer that the place which keeps the world is lost."""
    exchange.status, exchange.reply_body = 503, f"{why}.\n".encode()
    exchange.reply_headers = [("Content-Type", "text/plain; charset=utf-8")]


def _answered(world: World, vendor: str, wsgi: dict[str, Any], exchange: Exchange) -> Exchange:
    wsgi[WORLD] = world
    wsgi[EXCHANGE] = exchange
    error: str | None = None
    override = world.overrides.consult(vendor, exchange)
    if override is not None and override.patch is None:
        override.answer(exchange)
        return _filed(world, vendor, exchange, error)
    try:
        world.check_room(vendor)
        answer = ask(registry.wire(world.emulator(vendor).wire), wsgi)
        exchange.reply_body = b"".join(answer.parts)
        exchange.status, exchange.reply_headers = answer.status, answer.headers
    except Unwritable as full:
        error = str(full)
        unavailable(exchange, full)
    except Exception:
        error = traceback.format_exc()
        exchange.status, exchange.reply_body = 500, BROKEN
        exchange.reply_headers = [("Content-Type", "text/plain; charset=utf-8")]
    if override is not None:
        override.amend(exchange)
    return _filed(world, vendor, exchange, error)


def _filed(world: World, vendor: str, exchange: Exchange, error: str | None) -> Exchange:
    world.finish(vendor, exchange, error)
    if any(name.casefold() == CALL_HEADER for name, _ in exchange.headers):  # nobody gets it who did not ask
        n = world.journal.count if exchange.entry is None else exchange.entry.n
        exchange.reply_headers = [*exchange.reply_headers, ("X-Mock-Call", str(n))]
    return exchange
