"""The HTTP side of Track-It!: routes as ASP.NET Web API takes them, JSON in and out, and OWIN's token endpoint.

Translates only: what a call means is for semantics, how records look for renderings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Response
from werkzeug.exceptions import HTTPException

from mockservers.kernel import instants
from mockservers.kernel.journal import Exchange
from mockservers.kernel.operations import Call
from mockservers.kernel.rules import Breakdown, Refusal, Unsupported
from mockservers.vendors.trackit import VENDOR
from mockservers.vendors.trackit.emulator import description, errors
from mockservers.vendors.trackit.emulator.answers import WRITERS
from mockservers.vendors.trackit.emulator.fields import LATEST
from mockservers.vendors.trackit.emulator.renderings import text
from mockservers.vendors.trackit.emulator.requests import Asked, Members, decoded
from mockservers.vendors.trackit.emulator.routes import ROUTES, Route
from mockservers.vendors.trackit.emulator.semantics.files import File
from mockservers.vendors.trackit.emulator.semantics.tokens import Tokens
from mockservers.vendors.trackit.emulator.semantics.workflow import Worked
from mockservers.wirekit import aspnet, web_api
from mockservers.wirekit.json_net import JsonNetError
from mockservers.wirekit.web import Visit, Web, reply, visit

_JSON, _HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"
_OWIN = "application/json;charset=UTF-8"
_UNCACHED = (("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Expires", "-1"))
_HEADERS = (*_UNCACHED, ("X-AspNet-Version", "4.0.30319"), ("X-Powered-By", "ASP.NET"))
_FORM = "application/x-www-form-urlencoded"
_XML = ("application/xml", "text/xml")
_READABLE = ("application/json", "text/json")
_DESCRIBED = ("", "swagger/ui/index", description.SWAGGER, description.OPENAPI)
LONGEST_BODY = 4 << 20
"""Bytes of a body that the framework reads by default; a longer one is refused by it."""


_Finding = tuple[str, str]
"""A rule, and what a careful client would have sent: noted as soon as the call has an entry in the journal."""


class _Way(NamedTuple):
    """Where a path leads: a route with the parts of the path, and what there is to say about it."""

    route: Route | None
    ids: Mapping[str, str]
    allowed: tuple[str, ...] = ()
    findings: tuple[_Finding, ...] = ()


@lru_cache(maxsize=64)
def _base(directory: str) -> re.Pattern[str]:
    return re.compile(rf"/{re.escape(directory)}/webapi(?:/(.*))?", re.IGNORECASE | re.DOTALL)


def application() -> Web:
    """The WSGI application; one for all worlds of the process."""
    return Web(VENDOR.name, _broken, _astray, _serve)


def _serve() -> Response:
    here = visit()
    switches: Mapping[str, Any] = here.world.installation(VENDOR.name).dialect
    found = _base(switches["virtual_directory"]).fullmatch(here.path)
    if found is None:
        return _outside(here)
    if not here.path.startswith(f"/{switches['virtual_directory']}/WebApi"):
        here.exchange.cite("trackit.wire.path_case")
    rest = found[1] or ""
    lower = rest.lower()
    if lower != rest and lower in ("token", *_DESCRIBED):
        here.exchange.cite("trackit.wire.path_case")
    if lower == "token":
        return _token(here)
    if lower in _DESCRIBED and here.exchange.method in ("GET", "HEAD"):
        return _described(here, lower)
    way = _way(here.exchange, rest, switches)
    if way.route is None:
        return _nowhere(here, way)
    return _called(here, way, way.route)


# --- routing ----------------------------------------------------------------------------------------------------------


def _way(exchange: Exchange, rest: str, switches: Mapping[str, Any]) -> _Way:
    findings: tuple[_Finding, ...] = ()
    if rest.lower().startswith("webapi/"):
        if switches["doubled_prefix"] != "accept":
            text = "the path has the prefix WebApi twice, as one example prints it"
            return _Way(None, {}, (), (("trackit.address.doubled_prefix", text),))
        rest = rest[len("webapi/") :]
        findings = (("trackit.address.doubled_prefix", "the path has the prefix WebApi twice"),)
    parts = rest.split("/")
    if len(parts) == 5 and parts[4].lower() == "notes" and parts[0].lower() == "tickets":
        text = "the parts of the notes' URL are in the order of one example: it is tickets/{id}/Notes/{pageSize}/{pageNumber}"
        findings = (("trackit.address.notes_url", text),)
        if switches["notes_url"] == "syntax":
            return _Way(None, {}, (), findings)
        parts = [*parts[:2], parts[4], *parts[2:4]]
    return _matched(exchange, parts, switches)._replace(findings=findings)


def _matched(exchange: Exchange, parts: list[str], switches: Mapping[str, Any]) -> _Way:
    allowed: list[str] = []
    for route in ROUTES.get(len(parts), ()):
        if route.switch is not None and switches[route.switch] == "off":
            continue
        ids = route.matches(parts)
        if ids is None:
            continue
        if switches["bad_id"] == "404" and not all(_is_number(each) for each in ids.values()):
            exchange.cite("trackit.wire.ids")
            continue
        if not route.is_spelled(parts):
            exchange.cite("trackit.wire.path_case")
        if route.method == exchange.method:
            return _Way(route, ids)
        allowed.append(route.method)
        if not route.ids:  # a fixed path wins over one with a number in its place
            break
    return _Way(None, {}, tuple(dict.fromkeys(allowed)))


def _is_number(part: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,10}", part, re.ASCII) is not None and -(2**31) <= int(part) < 2**31


# --- reading ----------------------------------------------------------------------------------------------------------


def _asked(here: Visit, way: _Way, route: Route) -> tuple[Asked, list[_Finding]]:
    """The request of a route, and findings about it; a body that cannot be read says why."""
    findings = list(way.findings)
    accept = here.header("Accept").lower()
    if any(each in accept.partition(",")[0] for each in _XML):
        findings.append(("trackit.wire.media", "the call prefers XML; Track-It! is read here in JSON alone"))
    asked = Asked(way.ids, _query(here), authorization=here.header("Authorization"))
    known = [name.lower() for name in _NOTE_QUERY] if route.operation in _NOTES else []
    unknown = ", ".join(repr(name[:60]) for name in asked.query if name not in known)
    if unknown:
        takes = " and ".join(_NOTE_QUERY) if known else "none"
        findings.append(("trackit.wire.query", f"{unknown} in the query is dropped: this call takes {takes}"))
    if here.exchange.body and route.body:
        _read(here, asked, findings, route.operation)
    elif here.exchange.body and route.method == "POST":
        here.exchange.cite("trackit.wire.empty_body")
    return asked, findings


_NOTES = ("notes.list", "assignment_notes.list")
_NOTE_QUERY = ("maxContentLength", "SystemNote")


def _query(here: Visit) -> dict[str, str]:
    if not here.query:
        return {}
    variables: dict[str, str] = {}
    with suppress(OverflowError):
        variables = aspnet.variables(here.query)
    if any(name.lower() in variables and name not in here.query for name in _NOTE_QUERY):
        here.exchange.cite("trackit.read.note_query")
    return variables


_PARAMETERS = {
    "ticket.create": "createInput",
    "ticket.update": "updateInput",
    "ticket.change_status": "changeStatusInput",
    "ticket.add_note": "note",
    "ticket.close": "closeInput",
    "assignment.create": "createInput",
    "assignment.update": "updateInput",
    "assignment.change_status": "changeStatusInput",
    "assignment.add_note": "note",
    "assignment.close": "closeInput",
    "search": "searchInput",
}
"""What the page calls the body of each call, under which ModelState tells what is wrong with it."""
LONGEST_TOLD = 2000


def _text(here: Visit) -> str:
    """The body as text in its charset; raises ValueError in the framework's words for bytes that are none."""
    content_type = str(here.environ.get("CONTENT_TYPE", ""))
    if not here.exchange.body.isascii() or "charset" in content_type.lower():
        here.exchange.cite("trackit.wire.charset")
    return web_api.text_of(here.exchange.body, content_type)


def _read(here: Visit, asked: Asked, findings: list[_Finding], operation: str) -> None:
    """Read a body into the request, or say there why it cannot be read."""
    body, media = here.exchange.body, here.media
    if media != _READABLE[0]:
        here.exchange.cite("trackit.wire.body_media")
    if media in _XML:
        asked.failed = Unsupported("a body in XML")
        return
    if len(body) > LONGEST_BODY or media not in (*_READABLE, _FORM):
        asked.failed = errors.refusal("media", told=web_api.unsupported_media(media))
        return
    asked.empty = False
    member = _PARAMETERS.get(operation, "input")
    try:
        text = _text(here)
    except ValueError as error:
        asked.failed = errors.refusal("malformed", told=str(error), member=member, path="")
        return
    if not text.strip():
        asked.empty = True
        return
    begun = re.match(r"\s*(updateInput|createInput|changeStatusInput|closeInput|note)\s*:", text, re.IGNORECASE)
    if begun:
        findings.append(("trackit.wire.body_is_input", f"{begun[1]}: is a parameter's name, not a part of the body"))
    try:
        asked.body = decoded(text)
    except JsonNetError as error:
        if media == _FORM and not text.lstrip().startswith(("{", "[")):
            asked.body = Members(list(aspnet.variables(text).items())) if text.count("&") < 1000 else Members([])
            findings.append(("trackit.wire.body_media", "the body is a form; send JSON"))
            return
        asked.failed = errors.refusal("malformed", told=str(error)[:LONGEST_TOLD], member=member, path=error.path)
        return
    if media == _FORM:
        findings.append(("trackit.wire.body_media", "the body is JSON, but its Content-Type says that it is a form"))


def _note(here: Visit, findings: Iterable[_Finding]) -> None:
    """Write findings beside what became of the call."""
    entry = here.exchange.entry
    if entry is not None:
        for rule, text in findings:
            entry.note(rule, text)


# --- calling ----------------------------------------------------------------------------------------------------------


def _called(here: Visit, way: _Way, route: Route) -> Response:
    """Carry out a call; the journal tells it from what other people do by who acts (trackit.audit.writes)."""
    asked, findings = _asked(here, way, route)
    call = Call(VENDOR.name, route.operation, asked, exchange=here.exchange)
    try:
        value = here.world.perform(call)
    except Refusal as refusal:
        return _refused(here, refusal, call)
    except Unsupported as unsupported:
        return _message(501, f"{unsupported}.")
    except Breakdown as breakdown:
        return _broken(breakdown)
    finally:
        _note(here, findings)
    switches = _switches(here, call)
    if isinstance(value, Worked) and value.broken:
        return _message(500, errors.BROKEN_TEXT)
    if isinstance(value, File) and value.content is not None:
        return _file(value, value.content)
    return _answer(200, WRITERS[route.operation](value, switches))


def _switches(here: Visit, call: Call | None = None) -> Mapping[str, Any]:
    """The dialect of a call's tenant, as far as it has one; else the installation's."""
    installation = here.world.installation(VENDOR.name)
    return installation.tenants[call.tenant].dialect if call and call.tenant else installation.dialect


def _refused(here: Visit, refusal: Refusal, call: Call | None = None) -> Response:
    status = errors.status(refusal.kind, _switches(here, call))
    error, facts = errors.KINDS[refusal.kind], refusal.facts
    if status == 500:
        return _message(500, errors.BROKEN_TEXT)
    if status == 401:
        return _message(401, errors.DENIED_TEXT, headers=(("WWW-Authenticate", "Bearer"),))
    if refusal.kind == "malformed":
        state = web_api.model_state(facts["member"], facts["path"], facts["told"])
        return _message(status, error.text, {"ModelState": state})
    more = {"MessageDetail": error.detail.format(**facts)} if error.detail else None
    return _message(status, error.text.format(**facts), more)


def _message(
    status: int, message: str, more: Mapping[str, Any] | None = None, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    return _answer(status, aspnet.whole_characters(text({"Message": message, **(more or {})})), headers)


def _answer(status: int, body: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """An answer of the framework's, in the charset that the call asks for (trackit.wire.charset)."""
    here = visit()
    chosen = web_api.answer_charset(here.header("Accept-Charset"))
    if chosen == "utf-8" and not here.header("Accept-Charset"):
        chosen = _charset_of_request(here)
    if chosen != "utf-8":
        here.exchange.cite("trackit.wire.charset")
    written, media = web_api.written(body, _JSON, chosen)
    return reply(status, written, media, (*_HEADERS, *headers))


def _file(value: File, content: bytes) -> Response:
    """The bytes of a file, and its name as ASP.NET writes it (trackit.attachment.content)."""
    disposition = f"attachment; filename*=UTF-8''{quote(value.name, safe='')}"
    more = (("Content-Disposition", disposition),)
    return reply(200, content, "application/octet-stream", (*_HEADERS, *more))


def _charset_of_request(here: Visit) -> str:
    if here.world.installation(VENDOR.name).dialect["answer_charset"] != "of_request":
        return "utf-8"
    return web_api.charset(str(here.environ.get("CONTENT_TYPE", "")))


# --- tokens -----------------------------------------------------------------------------------------------------------


def _token(here: Visit) -> Response:
    if here.exchange.method != "POST" or here.media != _FORM:
        here.exchange.cite("trackit.token.verb_free")
    asked = Asked(form=web_api.form_of(here.exchange.body))
    try:
        value: Tokens = here.world.perform(Call(VENDOR.name, "token", asked, exchange=here.exchange))
    except Refusal as refusal:
        kind = refusal.kind if refusal.kind in ("invalid_grant", "unsupported_grant_type") else "invalid_grant"
        return reply(400, f'{{"error":"{kind}"}}', _OWIN, _UNCACHED)
    except (Unsupported, Breakdown):
        return reply(500, b"", _OWIN, _UNCACHED)
    return reply(200, json.dumps(_token_members(value), ensure_ascii=False, separators=(",", ":")), _OWIN, _UNCACHED)


def _token_members(value: Tokens) -> dict[str, Any]:
    """A token, its lifetime (trackit.token.lifetime), and who the technician is (trackit.token.answer)."""
    issued, expires = (
        instants.to_datetime(min(each, LATEST)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        for each in (value.access.issued, value.access.expires)
    )
    seconds = (value.access.expires - value.access.issued // instants.SECOND * instants.SECOND) // instants.SECOND - 1
    person = value.person
    return {
        "access_token": value.access.token,
        "token_type": "bearer",
        "expires_in": seconds,
        **({"refresh_token": value.refresh.token} if value.refresh is not None else {}),
        "username": value.user,
        "usergroupname": value.group,
        "First Name": person.get("first") or "",
        "Last Name": person.get("last") or "",
        "Phone": person.get("phone") or "",
        "Extension": person.get("extension") or "",
        "EMail Address": person.get("email") or "",
        "Alternate Phone": person.get("other_phone") or "",
        ".issued": issued,
        ".expires": expires,
    }


# --- other answers ----------------------------------------------------------------------------------------------------


def _origin(here: Visit) -> str:
    environ = here.environ
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ['wsgi.url_scheme']}://{host}"


def _url(here: Visit) -> str:
    query = f"?{here.query}" if here.query else ""
    return f"{_origin(here)}{here.environ.get('SCRIPT_NAME', '')}{here.path}{query}"


def _nowhere(here: Visit, way: _Way) -> Response:
    """A path without a route, or a verb that its routes do not take."""
    if way.allowed:
        defect = errors.refusal("verb", verb=here.exchange.method)
    else:
        slashes = "//" in here.path
        defect = errors.refusal("route", "trackit.wire.path_slashes" if slashes else None, uri=_url(here))
    with suppress(Refusal):
        here.world.perform(Call(VENDOR.name, "route", exchange=here.exchange, defect=defect))
    _note(here, way.findings)
    answer = _refused(here, defect)
    if way.allowed:
        answer.headers["Allow"] = ", ".join(way.allowed)
    return answer


def _outside(here: Visit) -> Response:
    """A path that is not below the virtual directory: the web server's own page."""
    old = re.match(r"/TrackitWebAPI(?:/|$)", here.path, re.IGNORECASE)
    defect = errors.refusal("route", "trackit.address.track_it_11" if old else "trackit.address.base", uri=here.path)
    with suppress(Refusal):
        here.world.perform(Call(VENDOR.name, "route", exchange=here.exchange, defect=defect))
    if old:
        text = "this is the address of Track-It! 11, another API; the one of 2019 and later is below WebApi"
        _note(here, [("trackit.address.track_it_11", text)])
    page = aspnet.server_page(404, "File or directory not found.", "The resource does not exist.")
    return reply(404, page, _HTML, _HEADERS[3:])


def _described(here: Visit, rest: str) -> Response:
    """What can be called, as a page or as a document (trackit.address.description)."""
    base = here.environ.get("SCRIPT_NAME", "") + here.path[: len(here.path) - len(rest)].rstrip("/")
    switches = _switches(here)
    if rest == description.SWAGGER:
        return reply(200, description.swagger(_origin(here), base, switches), _JSON, _HEADERS)
    if rest == description.OPENAPI:
        return reply(200, description.document(base, switches), _JSON, _HEADERS)
    return reply(200, description.page(base, switches), _HTML, _HEADERS)


def _broken(breakdown: Breakdown) -> Response:
    return _message(500, errors.BROKEN_TEXT)


def _astray(stray: HTTPException) -> Response:
    if stray.code == 405:  # a verb that no table of ours knows: routed like any other (trackit.write.post_only)
        return _serve()
    return _message(stray.code or 404, "Not found.")
