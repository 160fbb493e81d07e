"""The lean Flask application: what it must not do by itself, and what it does with failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Response

from mockservers import registry
from mockservers.kernel.journal import Exchange
from mockservers.kernel.rules import Breakdown
from mockservers.kernel.world import World, WorldConfig
from mockservers.server import wsgi
from mockservers.wirekit.environ import EXCHANGE, WORLD
from mockservers.wirekit.web import Web, reply, visit


def broken(breakdown: Breakdown) -> Response:
    return reply(500, "the vendor's page", "text/plain")


def fine() -> Response:
    return reply(200, visit().path, "text/plain")


def failing() -> Response:
    raise KeyError("a bug of the wire")


def astray(error: Any) -> Response:
    return reply(error.code, "astray", "text/plain")


@pytest.fixture
def web() -> Web:
    made = Web("get_tickets", broken, astray)
    made.answer(["/fine", "/fine/<path:rest>"], lambda rest="": fine(), ["GET"])
    made.answer(["/failing"], failing)
    return made


@pytest.fixture
def world() -> World:
    return World("web", WorldConfig(), registry.emulator)


@pytest.fixture
def ask(web: Web, world: World) -> Callable[..., Exchange]:
    """Ask the application as the server would."""

    def asked(path: str, method: str = "GET", **headers: str) -> Exchange:
        exchange = Exchange(method, path, list(headers.items()), b"")
        environ = wsgi.environ(
            method=method,
            path=path,
            query="",
            prefix="",
            scheme="http",
            server=("127.0.0.1", 80),
            headers=list(headers.items()),
            body=b"",
            remote="127.0.0.1",
        )
        environ[WORLD], environ[EXCHANGE] = world, exchange
        answer = wsgi.ask(web, environ)
        exchange.status, exchange.reply_headers = answer.status, answer.headers
        exchange.reply_body = b"".join(answer.parts)
        world.finish("get_tickets", exchange)
        return exchange

    return asked


Ask = Callable[..., Exchange]


def test_answers_have_no_headers_of_flasks_own(ask: Ask) -> None:
    exchange = ask("/fine", Cookie="session=x")
    assert exchange.reply_body == b"/fine"
    assert {name for name, _ in exchange.reply_headers} == {"Content-Type", "Content-Length"}


@pytest.mark.parametrize("path", ["/fine//x", "/fine/x/", "/fine/./x"])
def test_no_path_is_redirected(ask: Ask, path: str) -> None:
    exchange = ask(path)
    assert (exchange.status, exchange.reply_body.decode()) in ((200, path), (404, "astray"))


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "TRACE"])
def test_no_method_is_answered_by_flask_itself(ask: Ask, method: str) -> None:
    exchange = ask("/fine", method)
    assert (exchange.status, exchange.reply_body) == (405, b"astray")


def test_a_path_in_utf_8(ask: Ask) -> None:
    assert ask("/fine/%C3%BC%FF").reply_body.decode() == "/fine/ü\ufffd"


def test_no_route(ask: Ask, world: World) -> None:
    assert ask("/nowhere").status == 404
    assert list(world.journal)[-1].outcome == "unmatched"


def test_a_bug_of_the_wire_is_journalled_and_answered(ask: Ask, world: World) -> None:
    exchange = ask("/failing")
    assert (exchange.status, exchange.reply_body) == (500, b"the vendor's page")
    entry = list(world.journal)[-1]
    assert entry.outcome == "error"
    assert "a bug of the wire" in (entry.error or "")
    assert len(world.journal) == 1
