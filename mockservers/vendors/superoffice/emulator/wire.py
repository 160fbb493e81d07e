"""The HTTP side of SuperOffice: addresses, headers and bodies in; JSON, XML and the vendor's errors out.

Translates only: what a call means is for semantics, how tickets look for renderings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

from mockservers.kernel.operations import Call
from mockservers.kernel.rules import Breakdown, Refusal, Unsupported
from mockservers.vendors.superoffice import VENDOR
from mockservers.vendors.superoffice.emulator import errors, negotiation, parsing, renderings, routes
from mockservers.vendors.superoffice.emulator.answers import Answer
from mockservers.vendors.superoffice.emulator.requests import Asked
from mockservers.wirekit import web_api
from mockservers.wirekit.web import Visit, Web, reply, visit

_SEEN = (
    "authorization",
    "so-apptoken",
    "x-xsrf-token",
    "accept-language",
    "so-language",
    "so-culture",
    "so-timezone",
    "so-browser-tz-offset",
    "if-modified-since",
    "if-unmodified-since",
    "accept",
)
_HEADERS = (("Cache-Control", "no-cache"), ("X-Powered-By", "ASP.NET"))


def application() -> Web:
    """The WSGI application; one for all worlds of the process."""
    return Web(VENDOR.name, _broken, _astray, _serve)


def _serve() -> Response:
    here = visit()
    dialect = here.world.installation(VENDOR.name).dialect
    tenants = here.world.installation(VENDOR.name).tenants
    route = routes.find(here.exchange.method, here.path, dialect["roots"], [each.name for each in tenants])
    asked = Asked(route.root, here.environ.get("HTTP_HOST", ""), path=route.path)
    asked.scheme, asked.prefix = here.environ["wsgi.url_scheme"], here.environ["SCRIPT_NAME"]
    asked.headers = {name: value for name in _SEEN if (value := here.header(name))}
    asked.cookies = parsing.cookies(here.header("Cookie"))
    asked.variables, asked.twice = parsing.variables(here.query), parsing.twice(here.query)
    _hide(here, asked, route.operation)
    if routes.respelled(route, here.path):
        here.exchange.cite("superoffice.address.agent")
    if "so-browser-tz-offset" in asked.headers or here.environ.get("HTTP_ACCEPT_LANGUAGE") == "":
        here.exchange.cite("superoffice.request.npm_headers")
    defect: Exception | None = None
    try:
        accept = asked.header("accept")
        if route.file:
            chosen = negotiation.choose_file(accept, dialect, here.exchange.cite)
        else:
            chosen = negotiation.choose(accept, dialect, here.exchange.cite, route.html)
        asked.format = chosen.format
    except Refusal as refusal:
        chosen, defect = negotiation.FALLBACK, refusal
    if route.body and defect is None:
        _read(here, asked)
    elif here.exchange.body.strip() and here.exchange.method in ("POST", "PUT", "PATCH"):
        asked.given = True
    call = Call(VENDOR.name, route.operation, asked, exchange=here.exchange, defect=defect or route.defect)
    try:
        answer: Answer = here.world.perform(call)
    except Refusal as refusal:
        return _error(here, chosen, *errors.refused(refusal, dialect))
    except Unsupported as unsupported:
        return _error(here, chosen, 501, errors.unsupported(unsupported), "ErrorInformation")
    except Breakdown as breakdown:
        return _error(here, chosen, *errors.broken(breakdown))
    return _answer(chosen, answer, dialect["xml_namespaces"])


def _hide(here: Visit, asked: Asked, route: str) -> None:
    """Name what was presented as a secret, right or wrong, so that no journal shows it.

    Basic is no part of it: its header is masked by its name, and its password named where it is read.
    """
    given = [asked.header("so-apptoken"), asked.header("x-xsrf-token"), *asked.cookies.values()]
    scheme, _, value = asked.header("authorization").partition(" ")
    if scheme.lower() != "basic":
        given.append(value.strip())
    if route == "tokens":
        given += parsing.token_secrets(here.query, here.exchange.body)
    here.exchange.secrets += [each for each in given if each]


def _read(here: Visit, asked: Asked) -> None:
    """The body as plain values; what is wrong with it waits until the caller is known."""
    asked.given = bool(here.exchange.body.strip())
    try:
        media = str(here.environ.get("CONTENT_TYPE", ""))
        asked.body = parsing.read(here.exchange.body, media, here.exchange.cite, asked.repeated)
    except Refusal as refusal:
        asked.problem = refusal


def _answer(chosen: negotiation.Choice, answer: Answer, namespaces: str) -> Response:
    headers = [*_HEADERS, *answer.headers]
    if answer.zone:
        headers.append(("SO-TimeZone", answer.zone))  # superoffice.time.header_back
    if answer.status in (204, 304):
        response = reply(answer.status, b"", chosen.media, headers)
        response.headers.pop("Content-Type", None)
        return response
    if chosen.format == "html":
        return reply(answer.status, errors.page(answer.name, answer.value), "text/html; charset=utf-8", headers)
    if chosen.format == "stream":
        if answer.content is not None:
            return reply(answer.status, answer.content, chosen.media or answer.media, headers)
        chosen = negotiation.FALLBACK
    body = answer.body
    if body is None:
        body = _written(chosen, answer.value, answer.name, namespaces)
    return _sent(answer.status, body, chosen.media, headers)


def _sent(status: int, body: bytes, media: str, headers: Iterable[tuple[str, str]]) -> Response:
    """An answer in the charset that the call asks for (superoffice.media.charset)."""
    here = visit()
    accept = here.header("Accept-Charset")
    chosen = web_api.answer_charset(accept)
    if not accept and here.world.installation(VENDOR.name).dialect["answer_charset"] == "of_request":
        chosen = web_api.charset(str(here.environ.get("CONTENT_TYPE", "")))
    if chosen != "utf-8":
        here.exchange.cite("superoffice.media.charset")
    written, type_ = web_api.written(body, media, chosen)
    return reply(status, written, type_, headers)


def _written(chosen: negotiation.Choice, value: Any, name: str, namespaces: str) -> bytes:
    if chosen.format == "xml":
        return renderings.xml(name, value, namespaces).encode("utf-8", "replace")
    return renderings.dumps(value)


def _error(
    here: Visit, chosen: negotiation.Choice, status: int, body: Any, name: str, *headers: tuple[str, str]
) -> Response:
    """An error in the caller's format; a body that is text goes out as such, None as nothing."""
    if body is None:
        response = reply(status, b"", chosen.media, (*_HEADERS, *headers))
        response.headers.pop("Content-Type", None)
        return response
    if isinstance(body, str):
        return reply(status, body, "text/plain; charset=utf-8", (*_HEADERS, *headers))
    format_ = negotiation.FALLBACK if chosen.format in ("html", "stream") else chosen
    namespaces = here.world.installation(VENDOR.name).dialect["xml_namespaces"]
    return _sent(status, _written(format_, body, name, namespaces), format_.media, (*_HEADERS, *headers))


def _broken(breakdown: Breakdown) -> Response:
    return reply(500, renderings.dumps(errors.broken(breakdown)[1]), "application/json; charset=utf-8", _HEADERS)


def _astray(stray: HTTPException) -> Response:
    if stray.code == 405:  # a verb that no table of ours knows: routed like any other (superoffice.address.verbs)
        return _serve()
    status = stray.code or 500
    return reply(status, renderings.dumps({"Message": stray.name}), "application/json; charset=utf-8", _HEADERS)
