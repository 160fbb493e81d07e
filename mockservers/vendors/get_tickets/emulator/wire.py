"""The HTTP side of get_tickets: a query string in, one of three formats out, and ASP.NET around it.

Translates only: what variables mean is for semantics, how tickets look for renderings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import quote

from flask import Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.formparser import parse_form_data

from mockservers.kernel.operations import Call
from mockservers.kernel.rules import Breakdown, Refusal, Unsupported
from mockservers.vendors.get_tickets import VENDOR
from mockservers.vendors.get_tickets.emulator import errors, renderings
from mockservers.vendors.get_tickets.emulator.model import ACTIONS
from mockservers.vendors.get_tickets.emulator.semantics import BY_ACTION, Answer, Query, chosen_format
from mockservers.wirekit import aspnet
from mockservers.wirekit.web import Visit, Web, reply, visit

_HTML = "text/html; charset=utf-8"
_HEADERS = (("Cache-Control", "private"), ("X-AspNet-Version", "4.0.30319"), ("X-Powered-By", "ASP.NET"))
_VERBS = "GET, HEAD, POST"
_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
_SLASHES = re.compile("/{2,}")


@lru_cache(maxsize=64)
def _paths(folders: tuple[str, ...]) -> frozenset[str]:
    """The addresses of an installation, in lower case, slashes in a row taken for one (get_tickets.address.slashes)."""
    return frozenset(
        f"{'' if folder == '/' else folder}/api/{page}" for folder in folders for page in ("", "default.aspx")
    )


def application() -> Web:
    """The WSGI application; one for all worlds of the process."""
    return Web(VENDOR.name, _broken, _astray, _serve)


def _serve() -> Response:
    here = visit()
    installation = here.world.installation(VENDOR.name)
    switches: Mapping[str, Any] = installation.dialect
    if here.path != VENDOR.mounts[0].shown:
        here.exchange.cite("get_tickets.address.url")
    path = _SLASHES.sub("/", here.path)
    if path != here.path:
        here.exchange.cite("get_tickets.address.slashes")
    if f"{path}/".lower() in _paths(switches["folder"]):
        return _moved(here, f"{path}/")
    if path.lower() not in _paths(switches["folder"]):
        return _page(404, aspnet.server_page(404, "File or directory not found.", "The resource does not exist."))
    if here.exchange.method not in ("GET", "HEAD", "POST"):
        return _other_verb(here.exchange.method)
    try:
        query = _query(here, switches)
    except Refusal as defect:
        return _refused_by_framework(here, defect)
    action = query.variables.get("action", "")
    operation = BY_ACTION.get(action) or ("action.other" if action in ACTIONS else "action.unknown")
    try:
        answer: Answer = here.world.perform(Call(VENDOR.name, operation, query, exchange=here.exchange))
    except Refusal as refusal:
        known = errors.KINDS[refusal.kind]
        return _error(here, query, known.text.format(**refusal.facts), known.status)
    except Unsupported:
        return _error(here, query, errors.NOT_AVAILABLE, 400)
    except Breakdown as breakdown:
        return _broken(breakdown)
    if answer.count is not None:
        here.exchange.cite("get_tickets.error.form")
        body = renderings.response(query.format, "count", str(answer.count))
    elif answer.written is not None:
        name, number = answer.written
        body = renderings.response(query.format, name, str(number))
    else:
        body = renderings.page(query.format, answer.fragments, answer.layout, answer.root)
    return reply(200, body, _media(query.format, switches), _HEADERS)


# --- reading ----------------------------------------------------------------------------------------------------------


def _query(here: Visit, switches: Mapping[str, Any]) -> Query:
    """The variables of a request; raises the framework's refusals, which come before the API's own."""
    raw = here.query
    limit = switches["query_limit"]
    if limit is not None and len(raw) > limit:
        raise Refusal("get_tickets.framework.query_limit", errors.QUERY_LIMIT)
    try:
        variables = aspnet.variables(raw)
        form = _form(here)
        if form:
            if not form.keys() <= variables.keys():
                here.exchange.cite("get_tickets.address.url")
            variables = {**form, **variables}
    except OverflowError:
        raise Refusal("get_tickets.framework.most_variables", errors.MOST_VARIABLES) from None
    if switches["dangerous_values"] == "refuse" and any(map(aspnet.dangerous, variables.values())):
        raise Refusal("get_tickets.framework.dangerous_values", errors.DANGEROUS)
    if "+" in raw or "%20" in raw or any("\ufffd" in value for value in variables.values()):
        here.exchange.cite("get_tickets.framework.blank")
    if raw.count("=") > len(variables) or not all(f"{name}=" in raw for name in variables):
        here.exchange.cite("get_tickets.framework.names")
    return Query(variables, here.exchange.remote, here.header("Referer"))


def _form(here: Visit) -> dict[str, str]:
    """The fields of a form that was posted, as the framework reads them: without files."""
    if not here.exchange.body or here.exchange.method != "POST":
        return {}
    if here.media == _FORM:
        return aspnet.variables(here.exchange.body.decode("utf-8", "replace"))
    if here.media != _PARTS:
        return {}
    stream = {**here.environ, "wsgi.input": BytesIO(here.exchange.body)}
    try:
        _, fields, files = parse_form_data(
            stream, max_form_memory_size=None, max_form_parts=aspnet.MOST_VARIABLES, silent=True
        )
    except RequestEntityTooLarge:
        raise OverflowError(f"more than {aspnet.MOST_VARIABLES} parts") from None
    for file in files.values():
        file.close()
    form: dict[str, str] = {}
    for name, values in fields.lists():
        form[name.lower()] = ",".join([*([form[name.lower()]] if name.lower() in form else []), *values])
    return form


# --- answering --------------------------------------------------------------------------------------------------------


def _media(format: str, switches: Mapping[str, Any]) -> str:
    """The media type of an answer (get_tickets.wire.media)."""
    return _HTML if switches["content_type"] == "text_html" else f"{renderings.MEDIA[format]}; charset=utf-8"


def _error(here: Visit, query: Query, text: str, status: int) -> Response:
    """The vendor's own error, in the caller's format as far as the caller is known."""
    here.exchange.cite("get_tickets.error.form")
    switches: Mapping[str, Any] = here.world.installation(VENDOR.name).dialect
    format = query.format or chosen_format(query.variables, switches, here.exchange.cite)
    body = renderings.response(format, "error", text, upper=switches["hex_case"] == "upper")
    return reply(status if switches["error_status"] == "4xx" else 200, body, _media(format, switches), _HEADERS)


def _refused_by_framework(here: Visit, defect: Refusal) -> Response:
    with suppress(Refusal):
        here.world.perform(Call(VENDOR.name, "tickets.get", exchange=here.exchange, defect=defect))
    if defect.kind == errors.QUERY_LIMIT:
        return _page(
            400,
            aspnet.error_page(
                "Bad Request",
                "The length of the query string for this request exceeds the configured maxQueryStringLength value.",
            ),
        )
    if defect.kind == errors.DANGEROUS:
        return _page(
            500,
            aspnet.error_page(
                "A potentially dangerous value was detected in the request",
                "Request validation has taken a value of the client for an attack.",
            ),
        )
    return _page(500, aspnet.error_page("Too many variables", "The request has more variables than the server reads."))


def _page(status: int, text: str) -> Response:
    return reply(status, text, _HTML, _HEADERS)


def _moved(here: Visit, path: str) -> Response:
    """The web server's redirect from a folder to its slash (get_tickets.address.slashes)."""
    here.exchange.cite("get_tickets.address.slashes")
    prefix = str(here.environ.get("SCRIPT_NAME", ""))
    address = prefix + quote(path) + (f"?{here.query}" if here.query else "")
    page = aspnet.server_page(301, "Moved Permanently", "The folder is found under its name with a slash at the end.")
    return reply(301, page, _HTML, (*_HEADERS, ("Location", address)))


def _other_verb(method: str) -> Response:
    if method == "OPTIONS":
        return reply(200, b"", _HTML, (("Allow", f"OPTIONS, {_VERBS}"), ("Public", f"OPTIONS, {_VERBS}")))
    page = aspnet.server_page(405, "HTTP verb used to access this page is not allowed.", "Use another verb.")
    return reply(405, page, _HTML, (*_HEADERS, ("Allow", _VERBS)))


def _broken(breakdown: Breakdown) -> Response:
    return _page(500, aspnet.error_page("Runtime Error", "An application error occurred on the server."))


def _astray(stray: HTTPException) -> Response:
    if stray.code == 405:
        return _other_verb("")
    return _page(404, aspnet.server_page(404, "File or directory not found.", "The resource does not exist."))
