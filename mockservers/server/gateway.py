"""One request through a vendor's WSGI application: in goes an environ, out comes an `Exchange` with the answer.

Used by the front door for sockets; carries out no fault itself.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from mockservers import vendors
from mockservers.kernel.journal import Exchange, Headers
from mockservers.kernel.world import World


def environ(
    *, method: str, path: str, query: str, prefix: str, scheme: str, server: tuple[str, int], headers: Headers, body: bytes,
    remote: str,
) -> dict[str, Any]:  # fmt: skip
    """A WSGI environ (PEP 3333); `prefix` is the world's part of the path and becomes SCRIPT_NAME."""
    made: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": prefix,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "RAW_PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": remote,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        made[key] = f"{made[key]},{value}" if key in made else value
    made["CONTENT_LENGTH"] = str(len(body))
    return made


def converse(world: World, vendor: str, wsgi: dict[str, Any], exchange: Exchange) -> Exchange:
    """Let the vendor answer. The exchange comes back complete, and filed in the world's journal."""
    wsgi[vendors.WORLD] = world
    wsgi[vendors.EXCHANGE] = exchange

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        exchange.status = int(status[:3])
        exchange.reply_headers = headers
        return lambda data: None

    answer: Iterable[bytes] = vendors.application(vendor)(wsgi, start_response)
    try:
        exchange.reply_body = b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    world.file(vendor, exchange)
    return exchange
