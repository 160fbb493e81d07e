"""The served OpenAPI document against the wire: schemathesis asks what it describes, and finds nothing that differs.

The names of a desk (its note types, its statuses) are not in the document, so a request that fits it may still get 400;
one that does not fit must get it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from mockservers import registry
from mockservers.kernel.journal import Exchange
from mockservers.vendors.trackit.dialects import DIALECTS
from mockservers.vendors.trackit.emulator import description, recipes
from mockservers.vendors.trackit.emulator.routes import ASSUMED
from mockservers.wirekit.environ import EXCHANGE, WORLD
from tests.examples import examples

Desk = Any
EXAMPLES = examples(10)
DOCUMENT = "/TrackIt/WebApi/swagger/docs/v3"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
    unsupported_method,
    allow_header_conformance,
]
KNOWN = {
    "/groups": {"UserName": recipes.DEMO_USER, "password": recipes.DEMO_PASSWORD},
    "/assignments": {"Properties": {"6": 101}},
}
"""Bodies that only luck would draw: logins that hold, and numbers of tickets."""
ALIKE = frozenset(description.shown(route) for route in ASSUMED)
"""Calls that share their code with those about tickets, so that a few examples of each will do."""
DIALECT = {"searches": "assumed", "priority_hierarchy": "assumed"}
ROUTES = [(route, description.shown(route)) for route in description.described(DIALECTS.default.with_(DIALECT))]
CASES = [
    (route.method, path, mode)
    for route, path in ROUTES
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE
    or route.body
    or ("{" in path and path not in ALIKE)  # else there is nothing to send that does not fit, or the same code takes it
]


def wsgi(desk: Desk) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """The emulator in a desk's world as a plain WSGI application."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        exchange = Exchange(environ["REQUEST_METHOD"], environ["PATH_INFO"], [], body)
        environ[WORLD], environ[EXCHANGE] = desk.world, exchange
        return registry.application("trackit")(environ, start_response)

    return application


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_schemathesis_finds_nothing(make_desk: Any, method: str, path: str, mode: GenerationMode) -> None:
    desk = make_desk("demo:14", **DIALECT)
    operation = schemathesis.openapi.from_wsgi(DOCUMENT, wsgi(desk))[path][method]
    header = {} if path == "/groups" else {"Authorization": f"Bearer {desk.token('demo')}"}
    made = 0

    @seed(1)
    @settings(
        max_examples=EXAMPLES // 5 if path in ALIKE else EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        nonlocal made
        made += 1
        if path == "/technicians/logout":
            desk.tokens.clear()
            header["Authorization"] = f"Bearer {desk.token('demo')}"
        case.call_and_validate(headers=header, checks=CHECKS)

    if mode is GenerationMode.POSITIVE and path in KNOWN:
        known = operation.Case(body=KNOWN[path], media_type="application/json")
        known.call_and_validate(headers=header, checks=CHECKS)
    check()
    assert made
    if mode is GenerationMode.POSITIVE and "{" not in path and path != "/groups":
        assert "ok" in {entry.outcome for entry in desk.world.journal if entry.operation not in ("token", None)}
    assert not {entry.outcome for entry in desk.world.journal} & {"error", "unsupported"}
    desk.world.close()


def test_the_document_of_a_live_server_s_version_is_valid_and_says_the_same(make_desk: Any) -> None:
    desk = make_desk("demo:1", **DIALECT)
    older = schemathesis.openapi.from_wsgi("/TrackIt/WebApi/swagger/docs/v2", wsgi(desk))
    newer = schemathesis.openapi.from_wsgi(DOCUMENT, wsgi(desk))
    older.validate()
    newer.validate()

    def operations(schema: Any) -> set[tuple[str, str, str]]:
        paths = schema.raw_schema["paths"].items()
        return {(path, verb, each["operationId"]) for path, verbs in paths for verb, each in verbs.items()}

    assert operations(older) == operations(newer)
    assert len(operations(older)) == len(ROUTES)
    desk.world.close()
