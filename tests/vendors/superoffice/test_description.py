"""The served OpenAPI document, and schemathesis asking whatever it allows: nothing that it does not say comes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks

from mockservers import registry
from mockservers.kernel.journal import Exchange
from mockservers.kernel.world import World
from mockservers.server import wsgi
from mockservers.vendors.superoffice.dialects import DIALECTS
from mockservers.vendors.superoffice.emulator import description
from mockservers.vendors.superoffice.emulator.routes import EMULATED
from mockservers.wirekit.environ import EXCHANGE, WORLD
from tests.examples import examples

Desk = Any
LOGIN = "Basic ZGVtb0BkZW1vLmV4YW1wbGU6ZGVtby1wYXNzd29yZA=="


class Local:
    """A world as a WSGI application: what the front door does around the vendor's own."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        names = {"CONTENT_TYPE": "Content-Type", "HTTP_AUTHORIZATION": "Authorization"}
        headers = [
            (names.get(key, key.removeprefix("HTTP_").replace("_", "-").title()), str(value))
            for key, value in environ.items()
            if (key.startswith("HTTP_") or key == "CONTENT_TYPE") and value
        ]
        exchange = Exchange(environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, body)
        made = {**environ, WORLD: self.world, EXCHANGE: exchange}
        answer = wsgi.ask(registry.application("superoffice"), made)
        exchange.reply_body = b"".join(answer.parts)
        exchange.status, exchange.reply_headers = answer.status, answer.headers
        self.world.finish("superoffice", exchange)
        start_response(f"{answer.status} -", answer.headers)
        return [exchange.reply_body]


@pytest.fixture(scope="module")
def world(make_desk: Any) -> Iterator[World]:
    made = make_desk("demo:70")
    yield made.world
    made.world.close()


@pytest.fixture(scope="module")
def described(world: World) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", Local(world))


CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
"""Not among them: whether bad data is refused, since the vendor's framework takes texts for numbers and passes over much."""
DOCUMENT = description.document(dict(DIALECTS.default), "/")
OPERATIONS = [(path, verb) for path, verbs in DOCUMENT["paths"].items() for verb in verbs]


GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
# Nothing can be wrong with a call without parameters; and an archive that is known but not emulated is a 501 on purpose.
NEVER_WRONG = ("/api", "/api/v1", "/api/v1/Archive/{provider}", "/api/v1/Webhook/default")
# A webhook is saved when somebody listens at its target, and nobody does at one that is made up.
NEVER_GOOD = ("SaveWebhook", "TestWebhook", "/Webhook", "/Webhook/{id}", "/Webhook/Test")


def beside(path: str) -> bool:
    """Whether an operation stands beside tickets: those share a few functions, so they are asked less."""
    parts = path.removeprefix("/api/v1/").removeprefix("Agents/").split("/")
    return parts[0] in ("Contact", "Person", "List", "MDO", "MDOList", "Attachment", "TicketMessage", "Webhook") or (
        "Attachment" in path and "Save" not in path and "Upload" not in path
    )


@pytest.mark.parametrize(
    ("path", "verb", "mode"),
    [
        (path, verb, mode)
        for path, verb in OPERATIONS
        for mode in (GOOD, BAD)
        if (mode == GOOD and not (path.endswith(NEVER_GOOD) and verb in ("post", "put", "patch")))
        or (mode == BAD and not (path in NEVER_WRONG or (beside(path) and not path.endswith(("List", "{id}/Tickets")))))
    ],
)
def test_schemathesis_finds_nothing(described: Any, path: str, verb: str, mode: GenerationMode) -> None:
    operation = described[path][verb]

    @settings(
        max_examples=3 if mode == BAD or beside(path) else examples(6),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": LOGIN}, checks=CHECKS)

    asked()


def test_the_document_names_every_operation_that_is_emulated(desk: Desk) -> None:
    found = desk.get("openapi.json", login=None)
    assert found.status == 200
    assert found.json == json.loads(json.dumps(DOCUMENT))
    assert len(OPERATIONS) == 97
    wanted = {path.rpartition("/")[2] for path, verb in OPERATIONS if "/Agents/Ticket/" in path and verb == "post"}
    assert wanted == EMULATED
    assert registry.emulator("superoffice").description == "/api/v1/openapi.json"
