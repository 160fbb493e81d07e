"""The Flask application of a vendor that speaks plain HTTP, and what such wires share.

A lean one: no sessions, cookies, static files, redirects or methods of Flask's own invention, and no routing where one view
answers everything, for that would be a tenth of a call's time. What goes wrong in a wire
itself goes through the world's door like anything else, so that the journal shows it. Knows no vendor.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter

from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Call
from mockservers.kernel.rules import Breakdown
from mockservers.kernel.world import World
from mockservers.wirekit import headers
from mockservers.wirekit.environ import EXCHANGE, WORLD

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ORDINARY = re.compile("/*(?:[^/].*)?")
"""Paths that the one view for everything gets: what the route `/<path:path>` would take, so none with a line feed inside."""


def _utf_8(native: str) -> str:
    """Text of a WSGI environ, whose characters stand for bytes (PEP 3333)."""
    return native if native.isascii() else native.encode("latin-1").decode("utf-8", "replace")


class Visit(NamedTuple):
    """What a view needs of the request that Flask is serving."""

    world: World
    exchange: Exchange
    environ: dict[str, Any]

    @property
    def path(self) -> str:
        """The decoded path below the world's prefix."""
        return _utf_8(self.environ["PATH_INFO"])

    @property
    def query(self) -> str:
        """The query string as it came, percent codes and all."""
        return _utf_8(self.environ["QUERY_STRING"])

    def header(self, name: str) -> str:
        """A request header, or empty text."""
        return str(self.environ.get("HTTP_" + name.upper().replace("-", "_"), ""))

    @property
    def media(self) -> str:
        """The media type of the body in lower case, without parameters."""
        return headers.media(str(self.environ.get("CONTENT_TYPE", "")))


def visit() -> Visit:
    """The visit that is being served."""
    environ = request.environ
    return Visit(environ[WORLD], environ[EXCHANGE], environ)


class _NoSessions(SessionInterface):
    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        return self.make_null_session(app)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        return None


View = Callable[..., Response]


class Web(Flask):
    """A vendor's application.

    `broken` makes the vendor's own page of an internal error; `astray` answers what no route takes (404, 405). `every` is the
    one view of a vendor that finds its way by itself.
    """

    session_interface = _NoSessions()

    def __init__(
        self,
        vendor: str,
        broken: Callable[[Breakdown], Response],
        astray: Callable[[HTTPException], Response] | None = None,
        every: Callable[[], Response] | None = None,
    ) -> None:
        super().__init__("mockservers.wirekit.web", static_folder=None, template_folder=None)
        self.vendor, self._broken, self._astray, self._every = vendor, broken, astray, every
        self.logger.addHandler(logging.NullHandler())  # the journal is where errors go
        self.url_map.merge_slashes = False
        self.url_map.strict_slashes = False

    def answer(self, rules: Iterable[str], view: View, methods: Iterable[str] = METHODS) -> None:
        """Let `view` answer these routes with exactly these methods."""
        for rule in rules:
            self.add_url_rule(
                rule, f"{view.__name__} {rule}", view, methods=list(methods), provide_automatic_options=False
            )

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        return super().create_url_adapter(request) if self._every is None else None

    def full_dispatch_request(self) -> Response:
        if self._every is None:
            return super().full_dispatch_request()
        environ = request.environ
        try:
            if _ORDINARY.fullmatch(environ["PATH_INFO"]) is None:
                raise NotFound
            if environ["REQUEST_METHOD"] not in METHODS:
                raise MethodNotAllowed(METHODS)
            return self._every()
        except Exception as error:
            answer: Response = self.handle_user_exception(error)
            return answer

    def handle_user_exception(self, e: Exception) -> Any:
        if isinstance(e, HTTPException) and self._astray is not None:
            return self._astray(e)
        if isinstance(e, HTTPException):
            return e.get_response()
        return self.fail(e)

    def handle_exception(self, e: Exception) -> Any:
        return self.fail(e)

    def fail(self, error: Exception) -> Response:
        """Journal a failure of the wire itself as the emulator's error, and answer as the vendor would."""
        here = visit()
        if isinstance(error, Breakdown):
            return self._broken(error)
        told = "".join(traceback.format_exception(error))
        breakdown = Breakdown(told, injected=False)
        if here.exchange.entry is not None:
            here.exchange.entry.outcome, here.exchange.entry.error = "error", told
        else:
            with suppress(Breakdown):
                here.world.perform(Call(self.vendor, "wire", exchange=here.exchange, defect=breakdown))
        return self._broken(breakdown)


def reply(status: int, body: bytes | str, media: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer with these bytes in UTF-8; `media` is the whole Content-Type."""
    return Response(body, status, list(headers), content_type=media)
