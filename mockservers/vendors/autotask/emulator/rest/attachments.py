"""Attachments below the record that they hang on: a list without data, one with its data, added and deleted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from mockservers.kernel.rules import Refusal
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.requests import Expression, Found, Input, Search, Test, Upload, Value
from mockservers.vendors.autotask.emulator.rest import bodies, items
from mockservers.vendors.autotask.emulator.rest.names import OF_ENTITY
from mockservers.vendors.autotask.emulator.rest.routes import Route
from mockservers.vendors.autotask.emulator.rest.visits import Reply, Visit, body_of
from mockservers.vendors.autotask.emulator.semantics.attachments import PARENTS
from mockservers.vendors.autotask.emulator.semantics.query import MOST

RESOURCE = OF_ENTITY["AttachmentInfo"]
_KINDS: Mapping[str, tuple[int, str]] = {
    entity: (kind, field) for kind, pairs in PARENTS.items() for entity, field in pairs
}
"""ParentType, and the field that names the record, by the record's entity."""


def answer(visit: Visit, route: Route) -> Reply:
    """The answer to a request for the attachments of a record (autotask.rest.attachments)."""
    assert route.resource is not None
    kind, field = _KINDS[route.resource.entity.name]
    if visit.verb == "POST":
        return _create(visit, route, kind)
    if visit.verb == "DELETE":
        visit.perform("DeleteAttachment", route.id)
        visit.exchange.cite("autotask.rest.attachments")
        return Reply(200, f'{{"itemId":{route.id}}}')
    if route.id is not None:
        return _one(visit, route, kind)
    tests = [("ParentID", route.parent), ("ParentType", kind), (field, route.parent)]
    nodes = tuple(Test(name, False, (Expression("Equals", str(value)),)) for name, value in tests)
    found: Found = visit.perform("query", Search("AttachmentInfo", nodes))
    visit.exchange.cite("autotask.rest.attachments")
    shown = [_shown(visit, row, found, None) for row, _ in found.rows]
    details = {"count": len(shown), "requestCount": MOST, "prevPageUrl": None, "nextPageUrl": None}
    return Reply(200, f'{{"items":[{",".join(shown)}],"pageDetails":{json.dumps(details, separators=(",", ":"))}}}')


def _shown(visit: Visit, row: Mapping[str, Any], found: Found, data: str | None) -> str:
    told = items.writer(RESOURCE, found, visit.dialect)(row, {}).removesuffix(',"userDefinedFields":[]}')
    return f'{told},"data":{"null" if data is None else items.text(data)}}}'


def _one(visit: Visit, route: Route, kind: int) -> Reply:
    found = visit.perform("GetAttachment", route.id)
    visit.exchange.cite("autotask.rest.attachments")
    if (found.row["ParentID"], found.row["ParentType"]) != (route.parent, kind):
        return Reply(200, '{"items":[]}')
    info = Found("AttachmentInfo", (), (), found.hidden, False)
    return Reply(200, f'{{"items":[{_shown(visit, found.row, info, base64.b64encode(found.data).decode())}]}}')


def _create(visit: Visit, route: Route, kind: int) -> Reply:
    assert route.resource is not None
    try:
        members = bodies.record(body_of(visit))
        data = {name.lower(): value for name, value in members.items()}.get("data")
        raw = None if data is None else base64.b64decode(str(data), validate=True)
    except (bodies.Unreadable, binascii.Error) as error:
        text = f"The attachment cannot be read: {error}{INVENTED}"
        refusal = Refusal("autotask.rest.malformed", "BODY", messages=(text,))
        visit.reject("CreateAttachment", refusal, login_first=True)
        raise
    sent = bodies.sent(RESOURCE, members, None, None)
    fields = {**sent.fields, "ParentID": Value(str(route.parent)), "ParentType": Value(str(kind))}
    made = visit.perform(
        "CreateAttachment", Upload(raw, Input("AttachmentInfo", None, fields), route.resource.entity.name)
    )
    visit.exchange.cite("autotask.rest.attachments")
    return Reply(200, f'{{"itemId":{made}}}')
