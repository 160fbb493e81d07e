"""The control API as one WSGI application, with its OpenAPI document. Built at first use, once per process.

It serves whichever site the environ names, as the vendors' wires serve whichever world.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import flask
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.exceptions import HTTPException

import mockservers
from mockservers.kernel.rules import Breakdown, Misuse, Refusal, Unsupported, Unwritable
from mockservers.server.control import (
    administration,
    assertions,
    context,
    documentation,
    history,
    live,
    overrides,
    page,
    records,
    steering,
    tenancy,
)
from mockservers.server.control.answers import Error
from mockservers.server.control.context import Problem

WRITES = ("POST", "PUT", "PATCH", "DELETE")


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


class _Request(flask.Request):
    """A request whose body is an object of JSON, or nothing."""

    def get_json(self, *_: Any, **__: Any) -> Any:
        body = self.get_data()
        if not body:
            return {}
        if self.mimetype != "application/json":
            raise Problem(415, "Send the body as JSON, with the header 'Content-Type: application/json'.")
        try:
            value = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
            json.dumps(value, ensure_ascii=False).encode()  # lone surrogates are no text
        except (ValueError, RecursionError) as error:
            raise Problem(400, f"The body is not JSON: {error}.") from error
        if not isinstance(value, dict):
            raise Problem(422, "The body must be a JSON object.", [{"field": "(body)", "message": "not an object"}])
        return value


def _check_body() -> None:
    # Before any endpoint: a page of another origin could send a form or plain text without asking first.
    if flask.request.method in WRITES:
        flask.request.get_json()


def _refusal(error: Refusal) -> flask.Response:
    return context.answer({"error": str(error), "refusal": error.kind, "rule": error.rule}, 409)


def _unsupported(error: Unsupported) -> flask.Response:
    return context.refuse(Problem(501, f"{error}."))


def _breakdown(error: Breakdown) -> flask.Response:
    why = "as a fault wanted it" if error.injected else "by a bug of the emulator; the journal holds the traceback"
    return context.refuse(Problem(503 if error.injected else 500, f"The call failed inside, {why}: {error}."))


def _unwritable(error: Unwritable) -> flask.Response:
    return context.refuse(Problem(507, f"{error}."))


def _misuse(error: Misuse | ValueError) -> flask.Response:
    return context.refuse(Problem(422, str(error)))


def _without_null_defaults(value: Any) -> Any:
    """Null as a default stands for leaving the field out; where a schema does not take null, it would be invalid."""
    if isinstance(value, dict):
        return {
            key: _without_null_defaults(each) for key, each in value.items() if key != "default" or each is not None
        }
    return [_without_null_defaults(each) for each in value] if isinstance(value, list) else value


def _document() -> flask.Response:
    app = flask.current_app
    assert isinstance(app, OpenAPI)
    document = json.loads(json.dumps(app.api_doc))
    document["components"] = {name: each for name, each in document["components"].items() if each is not None}
    document = _without_null_defaults(document)
    for path in document["paths"].values():
        for operation in path.values():
            error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
            operation["responses"]["422"] = {"description": "Wrong input, field by field", "content": error}
            operation["responses"]["default"] = {"description": "What happened, and what to do", "content": error}
    journal = document["paths"]["/_mock/v1/journal"]["get"]["responses"]["200"]["content"]
    journal[history.NDJSON] = {"schema": {"type": "string", "description": "an entry a line"}}
    chosen = [context.site().worlds["default"].emulator(name) for name in context.site().vendors]
    for path, about in (("/records/{id}/act", administration.acts), ("/credentials", administration.facts)):
        operation = document["paths"]["/_mock/v1" + path]["post"]
        operation["description"] = "\n\n".join([operation.get("description", ""), about(chosen)]).strip()
    return context.answer(document)


@lru_cache(maxsize=1)
def application() -> OpenAPI:
    """The application; expects an `context.Site` in the environ under `context.SITE`."""
    app = OpenAPI(
        "mockservers.server.control",
        info=Info(title="mockservers control API", version=mockservers.__version__),
        doc_ui=False,
        validation_error_status=422,
        validation_error_model=Error,
        validation_error_callback=context.refuse_input,
        static_folder=None,
    )
    app.request_class = _Request
    app.url_map.strict_slashes = False
    app.before_request(_check_body)
    app.register_error_handler(Problem, context.refuse)
    app.register_error_handler(HTTPException, context.refuse_http)
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(Unsupported, _unsupported)
    app.register_error_handler(Breakdown, _breakdown)
    app.register_error_handler(Unwritable, _unwritable)
    app.register_error_handler(Misuse, _misuse)
    app.register_error_handler(ValueError, _misuse)
    for api in (steering.api, tenancy.api, records.api, history.api, live.api, assertions.api, overrides.api):
        app.register_api(api)
    app.add_url_rule("/_mock/v1/openapi.json", "document", _document)
    app.add_url_rule("/_mock/v1/docs", "docs", documentation.show)
    app.add_url_rule("/_mock/v1/docs/<string:name>", "docs_file", documentation.file)
    app.add_url_rule("/_mock/", "page", page.show)
    return app
