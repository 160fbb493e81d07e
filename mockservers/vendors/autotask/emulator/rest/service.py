"""The REST service on the wire: HTTP and JSON in, the one door, JSON out.

Translates only, like the SOAP wire beside it; both ask the same operations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from mockservers.kernel.rules import Breakdown, Refusal, Unsupported
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.requests import Expression, Found, Input, Search, Test, Value, Write
from mockservers.vendors.autotask.emulator.rest import attachments, bodies, filters, items, paging, refusals, routes
from mockservers.vendors.autotask.emulator.rest.names import Resource
from mockservers.vendors.autotask.emulator.rest.routes import Route
from mockservers.vendors.autotask.emulator.rest.visits import ROOT, VERSION, Reply, Unread, Visit, body_of
from mockservers.vendors.autotask.emulator.semantics.query import MOST
from mockservers.wirekit import aspnet, web_api
from mockservers.wirekit.environ import EXCHANGE, WORLD

LONGEST_QUERY = 2048
"""Characters of a query string that the web server takes (autotask.rest.url_length)."""
_ASTRAY = "No HTTP resource was found that matches the request URI '{url}'."

_Start = Callable[..., Any]


# --- WSGI -------------------------------------------------------------------------------------------------------------


def serve(environ: Mapping[str, Any], start_response: _Start) -> Iterable[bytes]:
    """Answer one request below /ATServicesRest/."""
    visit = Visit(environ[WORLD], environ[EXCHANGE], environ)
    reply = _answered(visit)
    body = reply.body.encode("utf-8", "surrogatepass")
    sent = [("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Expires", "-1"), ("X-AspNet-Version", "4.0.30319")]
    if body:
        sent.append(("Content-Type", reply.media))
    if reply.allow:
        sent.append(("Allow", reply.allow))
    sent.append(("Content-Length", str(len(body))))
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", sent)
    return [body]


def _answered(visit: Visit) -> Reply:
    route: Route | None = None
    try:
        if len(visit.query) > LONGEST_QUERY:
            return _too_long(visit)
        route = routes.find(visit.path)
        if route is None:
            return _astray(visit)
        if visit.verb not in route.verbs or (
            route.kind == "next" and visit.verb == "GET" and "search" not in visit.parameters()
        ):
            return _wrong_verb(visit, route)
        return _ACTIONS[route.kind](visit, route)
    except Refusal as refusal:
        resource = None if route is None else attachments.RESOURCE if route.kind == "attachments" else route.resource
        return _refused(visit, refusal, resource)
    except routes.NotEmulated:
        return _not_emulated(visit)
    except Unsupported as missing:
        return Reply(501, f"{missing}.\n", "text/plain; charset=utf-8")
    except Breakdown:
        return Reply(500, _message("An error has occurred."))


def _message(text: str) -> str:
    return json.dumps({"Message": text}, ensure_ascii=False, separators=(",", ":"))


def _refused(visit: Visit, refusal: Refusal, resource: Resource | None) -> Reply:
    answer = refusals.answer(refusal, resource, visit.dialect, visit.exchange.cite)
    if answer.messages is None:
        return Reply(answer.status, "", "")
    return Reply(
        answer.status, json.dumps({"errors": list(answer.messages)}, ensure_ascii=False, separators=(",", ":"))
    )


def _astray(visit: Visit) -> Reply:
    with suppress(Refusal):
        visit.reject("address", Refusal("autotask.rest.paths", "NOT_FOUND"))
    url = visit.base + visit.path
    return Reply(404, _message(_ASTRAY.format(url=url[:2000])))


def _too_long(visit: Visit) -> Reply:
    with suppress(Refusal):
        visit.reject("address", Refusal("autotask.rest.url_length", "NOT_FOUND"))
    page = aspnet.server_page(404, "Not Found", "The request filtering module denies a query string that is too long.")
    return Reply(404, page, "text/html; charset=utf-8")


def _wrong_verb(visit: Visit, route: Route) -> Reply:
    rule = "autotask.rest.next_by_post" if route.kind == "next" else "autotask.rest.verbs"
    operation = "query" if route.kind == "next" else "address"
    with suppress(Refusal):
        visit.reject(operation, Refusal(rule, "verb"))
    said = _message(web_api.NO_VERB.format(verb=visit.verb[:20]))
    return Reply(405, said, allow=", ".join(sorted(route.verbs - {visit.verb})))


def _not_emulated(visit: Visit) -> Reply:
    missing = Unsupported(f"{visit.path[:200]} of Autotask")
    with suppress(Unsupported):
        visit.reject("address", missing)
    said = (
        f"{missing}. User-defined fields of webhooks, lists of attachments, and most records that SOAP does not have are not "
        "part of it.\n"
    )
    return Reply(501, said, "text/plain; charset=utf-8")


# --- information ------------------------------------------------------------------------------------------------------


def _zone(visit: Visit, route: Route) -> Reply:
    found = visit.perform("getZoneInfo", visit.parameters().get("user"))
    if found.error:
        return Reply(500, '{"errors":["Zone information could not be determined"]}')
    visit.exchange.cite("autotask.rest.zone")
    told = {"zoneName": found.name, "url": found.url, "webUrl": found.web, "ci": found.customer}
    return Reply(200, json.dumps(told, separators=(",", ":")))


def _versions(visit: Visit, route: Route) -> Reply:
    found = visit.perform("versionInformation", None)
    visit.exchange.cite("autotask.rest.versions")
    return Reply(200, json.dumps({"apiVersions": list(found)}, separators=(",", ":")))


def _threshold(visit: Visit, route: Route) -> Reply:
    most, minutes, used = visit.perform("getThresholdAndUsageInfo", None)
    visit.exchange.cite("autotask.rest.threshold")
    told = {
        "externalRequestThreshold": most,
        "requestThresholdTimeframe": minutes,
        "currentTimeframeRequestCount": used,
    }
    return Reply(200, json.dumps(told, separators=(",", ":")))


def _resource(route: Route) -> Resource:
    assert route.resource is not None
    return route.resource


def _info(visit: Visit, route: Route) -> Reply:
    resource = _resource(route)
    found = visit.perform("getEntityInfo", resource.entity.name)
    visit.exchange.cite("autotask.rest.information")
    return Reply(200, items.entity_info(resource, next(each for each in found if each.name == resource.entity.name)))


def _fields(visit: Visit, route: Route) -> Reply:
    resource = _resource(route)
    found = visit.perform("GetFieldInfo", resource.entity.name)
    visit.exchange.cite("autotask.rest.information")
    return Reply(200, items.fields(resource, found))


def _udfs(visit: Visit, route: Route) -> Reply:
    found = visit.perform("getUDFInfo", _resource(route).entity.name)
    visit.exchange.cite("autotask.rest.information")
    return Reply(200, items.udfs(found))


# --- reading ----------------------------------------------------------------------------------------------------------


def _unread(visit: Visit, operation: str, unread: Unread) -> Reply:
    """The answer to a body that was not read; whoever sends it is asked to log in first."""
    refusal = Refusal("autotask.rest.malformed", "media")
    try:
        visit.reject(operation, refusal, login_first=True)
    except Refusal as raised:
        if raised is not refusal:
            raise
    return Reply(unread.status, _message(str(unread)))


def _query(visit: Visit, route: Route) -> Reply:
    """A query, its number of records, or the page that follows another one."""
    resource, by_get = _resource(route), visit.verb == "GET"
    parameters = visit.parameters()
    try:
        text = parameters.get("search", "") if by_get else body_of(visit)
    except Unread as unread:
        return _unread(visit, "query", unread)
    page: paging.Page | None = paging.Page()
    if route.kind == "next":
        page = paging.read(parameters.get("paging", ""))
    if page is None:
        said = f"The address of the page cannot be read.{INVENTED}"
        wish = filters.Wish(Search(resource.entity.name, defect=said, rule="autotask.rest.pages"))
        page = paging.Page()
    else:
        following = page.after if route.kind == "next" else None
        wish = filters.wish(resource, text, after=following, count=route.kind == "count")
        if page.size is not None and wish.search.defect is None:
            wish = replace(wish, search=replace(wish.search, most=max(1, min(page.size, MOST))))
    found = visit.perform("query", wish.search)
    for rule, said in wish.findings:
        visit.note(rule, said)
    visit.exchange.cite("autotask.rest.query")
    if isinstance(found, int):
        visit.exchange.cite("autotask.rest.count")
        return Reply(200, f'{{"queryCount":{found}}}')
    if wish.fields is not None:
        visit.exchange.cite("autotask.rest.include_fields")
    return _page(visit, resource, found, wish, page, text if by_get else None)


def _page(
    visit: Visit, resource: Resource, found: Found, wish: filters.Wish, page: paging.Page, search: str | None
) -> Reply:
    """A page of records, with the addresses of its neighbours; `search` stands in them where the query was a GET."""
    most, dialect = wish.search.most, visit.dialect
    base = f"{visit.base}{ROOT}{VERSION}/{resource.name}"
    more = found.more or (dialect["rest_next_page"] == "full" and len(found.rows) == most)
    following = before = None
    if more:
        following = paging.following(base, page, found.rows[-1][0]["id"], most, search)
    if page.earlier:
        before = paging.before(base, page, most, search)
    if more or before is not None:
        visit.exchange.cite("autotask.rest.pages")
    if most < MOST:
        visit.exchange.cite("autotask.rest.max_records")
    _cite_values(visit, found)
    write = items.writer(resource, found, dialect, wish.fields)
    shown = ",".join([write(row, udf) for row, udf in found.rows])
    details = json.dumps(
        {"count": len(found.rows), "requestCount": most, "prevPageUrl": before, "nextPageUrl": following},
        separators=(",", ":"),
    )
    return Reply(200, f'{{"items":[{shown}],"pageDetails":{details}}}')


def _cite_values(visit: Visit, found: Found) -> None:
    if found.rows:
        visit.exchange.cite("autotask.rest.empty_text")
        if found.definitions:
            visit.exchange.cite("autotask.rest.udfs")


def _equals(name: str, value: int) -> Test:
    return Test(name, False, (Expression("Equals", str(value)),))


def _of(route: Route) -> tuple[Test, ...]:
    """The condition that a record belongs to the record in the address."""
    if route.child is None or route.parent is None:
        return ()
    return (_equals(route.child.field.name, route.parent),)


def _children(visit: Visit, route: Route) -> Reply:
    """The collection of a record; where it is long, it goes on at the resource's own address."""
    if visit.verb != "GET":
        return _write(visit, route)
    assert route.child is not None
    resource = _resource(route)
    search = Search(resource.entity.name, _of(route))
    found = visit.perform("query", search)
    visit.exchange.cite("autotask.rest.children")
    name = resource.named[route.child.field.name]
    text = json.dumps({"filter": [{"op": "eq", "field": name, "value": route.parent}]}, separators=(",", ":"))
    return _page(visit, resource, found, filters.Wish(search), paging.Page(), text)


def _item(visit: Visit, route: Route) -> Reply:
    """One record by its id."""
    if visit.verb == "DELETE":
        return _delete(visit, route)
    resource = _resource(route)
    assert route.id is not None
    found = visit.perform("query", Search(resource.entity.name, (_equals("id", route.id), *_of(route)), most=1))
    if not found.rows:
        visit.exchange.cite("autotask.rest.missing_item")
        if visit.dialect["rest_missing_item"] == "not_found":
            return Reply(404, f'{{"errors":["No matching records found.{INVENTED}"]}}')
        return Reply(200, '{"item":null}')
    visit.exchange.cite("autotask.rest.item")
    _cite_values(visit, found)
    return Reply(200, f'{{"item":{items.writer(resource, found, visit.dialect)(*found.rows[0])}}}')


# --- writing ----------------------------------------------------------------------------------------------------------


def _write(visit: Visit, route: Route) -> Reply:
    """POST creates a record, PATCH changes the fields that are sent, PUT replaces the record."""
    resource, partial = _resource(route), visit.verb == "PATCH"
    operation = "create" if visit.verb == "POST" else "update"
    try:
        members = bodies.record(body_of(visit))
    except Unread as unread:
        return _unread(visit, operation, unread)
    except bodies.Unreadable as error:
        text = f"The body cannot be read: {error}{INVENTED}"
        visit.reject(operation, Refusal("autotask.rest.malformed", "BODY", messages=(text,)), login_first=True)
        raise
    parent = None
    if route.child is not None and route.parent is not None:
        parent = (route.child.field.name, route.parent)
    sent = bodies.sent(resource, members, route.child, route.parent)
    done = visit.perform(operation, Write((sent,), partial, parent if operation == "update" else None))
    lost = bodies.unknown(resource, members)
    if lost:
        said = f"{resource.name} have no fields {', '.join(lost[:20])}: they were ignored"
        visit.note("autotask.rest.names", said, fields=lost[:20])
    visit.exchange.cite("autotask.rest.written")
    if route.child is not None:
        visit.exchange.cite("autotask.rest.children")
    if visit.verb == "PUT":
        visit.exchange.cite("autotask.rest.put")
    return Reply(200, f'{{"itemId":{done.infos[0].entity_id}}}')


def _delete(visit: Visit, route: Route) -> Reply:
    resource = _resource(route)
    parent = None
    if route.child is not None and route.parent is not None:
        parent = (route.child.field.name, route.parent)
    meant = Input(resource.entity.name, Value(str(route.id)))
    visit.perform("delete", Write((meant,), parent=parent))
    visit.exchange.cite("autotask.rest.written")
    return Reply(200, f'{{"itemId":{route.id}}}')


def _attachments(visit: Visit, route: Route) -> Reply:
    """What hangs on a record as files: listed, or one by its id; added and deleted."""
    try:
        return attachments.answer(visit, route)
    except Unread as unread:
        return _unread(visit, "CreateAttachment", unread)


_ACTIONS: Mapping[str, Callable[[Visit, Route], Reply]] = {
    "zone": _zone,
    "versions": _versions,
    "threshold": _threshold,
    "info": _info,
    "fields": _fields,
    "udfs": _udfs,
    "query": _query,
    "count": _query,
    "next": _query,
    "item": _item,
    "records": _write,
    "children": _children,
    "attachments": _attachments,
}
