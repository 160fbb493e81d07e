"""How an answer leaves: whole and dated by the world's clock, or late, slowly, cut short, empty, or not at all.

Which fault hits was decided by the world's fault plan; this module only carries it out on one connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import re
import socket
import struct
from collections.abc import Mapping
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from aiohttp import web

from mockservers.kernel import instants
from mockservers.kernel.faults import Fault
from mockservers.kernel.journal import Entry, Exchange, Headers
from mockservers.server.relayed import Relayed

SERVER = "Microsoft-IIS/10.0"
_OURS = ("content-length", "connection", "transfer-encoding", "keep-alive")
"""Headers that belong to the connection, and are the server's to write."""


REQUEST_ID = "X-Request-Id"
_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")


def is_request_id(name: str, value: str) -> bool:
    """Whether a header is a request's id that can be told on: one word, not long, without what could break a line or a log."""
    return name.lower() == REQUEST_ID.lower() and _SANE_ID.fullmatch(value) is not None


def request_id(world: str, entry: Entry) -> str:
    """By which a call is found in others' logs: the client's own `X-Request-Id` where that is sane, else world and number."""
    headers = () if entry.exchange is None else entry.exchange.headers
    return next((value for name, value in headers if is_request_id(name, value)), f"{world}-{entry.n}")


def http_date(instant: int) -> str:
    """`instant` as HTTP writes dates."""
    return _http_date(instant // instants.SECOND)


@lru_cache(maxsize=64)
def _http_date(seconds: int) -> str:
    return format_datetime(instants.to_datetime(seconds * instants.SECOND), usegmt=True)


def told(headers: Headers) -> list[tuple[str, str]]:
    """The headers of an application as they are sent, without the connection's own."""
    return [(name, _text(value)) for name, value in headers if name.lower() not in _OURS]


def length_of(method: str, exchange: Exchange) -> int | None:
    """The Content-Length of an answer; None where there is none."""
    if exchange.status in (204, 304):
        return None
    if method == "HEAD" and not exchange.reply_body:
        # The application left the body out by itself, and its length is the one that a GET would have.
        for key, value in exchange.reply_headers:
            if key.lower() == "content-length" and value.isdecimal():
                return int(value)
    return len(exchange.reply_body)


def fill(response: web.StreamResponse, headers: Headers) -> None:
    """Replace the headers of a response by those of a WSGI application, except the connection's own."""
    response.headers.clear()
    for name, value in told(headers):
        response.headers.add(name, value)


def _text(value: str) -> str:
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")  # WSGI has one character per byte; aiohttp writes UTF-8
    except UnicodeError:
        return value.encode("utf-8", "replace").decode()  # bytes that are no text, as recordings have them


def unavailable() -> web.Response:
    """What HTTP.sys in front of a stopped application answers, in our words."""
    return web.Response(
        status=503, content_type="text/html", text="<h2>Service Unavailable</h2>\n<p>HTTP Error 503.</p>\n"
    )


TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html; charset=us-ascii\r\nServer: Microsoft-HTTPAPI/2.0\r\n"
    b"Connection: close\r\nContent-Length: 0\r\n\r\n"
)
"""To a connection too many."""

_PAGE = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n'
    "<HTML><HEAD><TITLE>{title}</TITLE>\r\n"
    '<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>\r\n'
    "<BODY><h2>{heading}</h2>\r\n<hr><p>HTTP Error {status}. {says}</p>\r\n</BODY></HTML>\r\n"
)
_REASONS = {
    "BadRequest": (400, "Bad Request", "The request is badly formed."),
    "FieldLength": (400, "Bad Request - Request Too Long", "The size of the request headers is too long."),
    "Header": (400, "Bad Request - Invalid Header", "The request has an invalid header name."),
    "URL": (400, "Bad Request - Invalid URL", "The request URL is invalid."),
    "URL_Length": (414, "URL Too Long", "The request URL is too long."),
    "Verb": (400, "Bad Request - Invalid Verb", "The request verb is invalid."),
    "Version_N/S": (505, "HTTP Version Not Supported", "The HTTP version is not supported."),
}


def bad_request(reason: str) -> web.Response:
    """What HTTP.sys answers by itself, before any application has seen the request; `reason` is its log's word."""
    status, heading, says = _REASONS[reason]
    title = heading.partition(" - ")[0]
    page = _PAGE.format(title=title, heading=heading, status=status, says=says)
    response = web.Response(status=status, body=page.encode("ascii"))
    response.headers["Content-Type"] = "text/html; charset=us-ascii"
    response.headers["Server"] = "Microsoft-HTTPAPI/2.0"
    response.force_close()
    return response


def as_json(status: int, says: Mapping[str, Any], headers: Any = None) -> web.Response:
    """What the server itself says, as indented JSON: people read it too."""
    return web.Response(
        status=status,
        body=(json.dumps(says, indent=2) + "\n").encode(),
        content_type="application/json",
        headers=headers,
    )


async def answer(request: web.BaseRequest, exchange: Exchange, now: int) -> web.StreamResponse:
    """Send what the vendor answered, as the exchange's fault wants it. `now` is the world's instant for `Date`."""
    fault = exchange.fault
    name = fault.kind.name if fault is not None else ""
    if name == "lost_answer":
        return abort(request)
    if name == "latency" and fault is not None:
        await asyncio.sleep(fault.settings["seconds"])
    body = b"" if name == "empty_body" else exchange.reply_body
    status = exchange.status or 500
    if fault is not None and body and request.method != "HEAD" and name in ("drip", "cut", "reset_midway"):
        return await _broken(request, exchange, fault, now)
    if exchange.verbatim:
        return _verbatim(request, exchange, body, now)
    response = web.Response(status=status, body=body)
    _head(response, exchange, now)
    if request.method == "HEAD" and not body:
        # The application left the body out by itself, and its length is the one that a GET would have.
        for key, value in exchange.reply_headers:
            if key.lower() == "content-length" and value.isdecimal():
                response.headers["Content-Length"] = value
    return response


def date(response: web.StreamResponse, now: int) -> None:
    """Let an answer tell the world's time and the vendors' server, never this machine's time and our own libraries."""
    response.headers.setdefault("Date", http_date(now))
    response.headers.setdefault("Server", SERVER)


def _head(response: web.StreamResponse, exchange: Exchange, now: int) -> None:
    fill(response, exchange.reply_headers)
    date(response, now)


def _verbatim(request: web.BaseRequest, exchange: Exchange, body: bytes, now: int, *, at_once: bool = True) -> Relayed:
    """An answer with its own headers and no other; where there is a date, it is the world's. Its body is still to be written
    where it is not to go `at_once`."""
    status = exchange.status or 500
    headers = [
        (name.encode(), (http_date(now) if name.lower() == "date" else value).encode("utf-8", "surrogateescape"))
        for name, value in exchange.reply_headers
    ]
    bare = request.method == "HEAD" or status in (204, 304)
    length = _length(request.method, exchange) if bare else len(body)
    reason = http.client.responses.get(status, "").encode()
    return Relayed(status, reason, headers, length, body=body if at_once and not bare else b"", bare=bare)


def _length(method: str, exchange: Exchange) -> int | None:
    """The length that an answer without a body tells: of the body that a GET would have, if it is known."""
    if exchange.status == 204:
        return None  # RFC 9110, 8.6
    said = (value for name, value in exchange.reply_headers if name.lower() == "content-length")
    found = next((int(value) for value in said if value.isdecimal()), None)
    return len(exchange.reply_body) or None if found is None and method == "HEAD" else found


async def _broken(request: web.BaseRequest, exchange: Exchange, fault: Fault, now: int) -> web.StreamResponse:
    """Send the body slowly, or only its beginning."""
    body = exchange.reply_body
    stream: web.StreamResponse
    if exchange.verbatim:
        stream = _verbatim(request, exchange, body, now, at_once=False)
    else:
        stream = web.StreamResponse(status=exchange.status or 500)
        _head(stream, exchange, now)
        stream.content_length = len(body)
    await stream.prepare(request)
    if fault.kind.name == "drip":
        rate = fault.settings["bytes_per_second"]
        step = max(1, rate // 20)
        for start in range(0, len(body), step):
            await stream.write(body[start : start + step])
            await asyncio.sleep(min(step, len(body) - start) / rate)
        await stream.write_eof()
        return stream
    await stream.write(body[: min(fault.settings["after_bytes"], len(body) - 1)])
    if fault.kind.name == "reset_midway":
        await asyncio.sleep(0.05)  # let what was written leave before the reset throws it away
        return abort(request, stream)
    stream.force_close()
    if request.transport is not None:
        request.transport.close()
    return stream


def abort(request: web.BaseRequest, stream: web.StreamResponse | None = None) -> web.StreamResponse:
    """Reset the connection: what was not yet received is lost, and the client sees ECONNRESET.

    The response that comes back is for the server's bookkeeping; nothing of it can be sent any more.
    """
    transport = request.transport
    if transport is not None:
        raw = transport.get_extra_info("socket")
        # A duplicate: event loops hand out a socket that may be looked at but not set.
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(raw.fileno())) as same:
            same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return stream or web.Response()
