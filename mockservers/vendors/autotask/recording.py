"""Autotask's APIs as recordings hold them: QueryXML inside SOAP, a basic header, an integration code, typed elements; JSON."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.recording import leaves
from mockservers.recording.adapter import Adapter, Seen
from mockservers.recording.exchanges import Recorded, text_of
from mockservers.vendors.autotask import rest_names

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_WRITES = re.compile(rb"<(?:[\w.-]+:)?(create|update|delete|CreateAttachment|DeleteAttachment)[\s>/]")
_CHANGED = ("LastActivityDate", "LastActivityDateTime", "LastModifiedDate", "LastModifiedDateTime", "LastUpdatedDate")
_BORN = ("CreateDate", "CreateDateTime")
ZONES = {"eastern": "America/New_York", "utc": "UTC"}


def _is_rest(exchange: Recorded) -> bool:
    return rest_names.ROOT in exchange.target.partition("?")[0].lower()


def _seen(exchange: Recorded, dialect: Dialect) -> Iterator[Seen]:
    if exchange.status != 200 or exchange.fault is not None or not exchange.reply_body:
        return
    if _is_rest(exchange):
        yield from _rest(exchange)
        return
    root = leaves.xml(text_of(exchange.reply_body, exchange.reply_headers)[0])
    if root is None:
        return
    zone = instants.zone(ZONES[dialect["time_zone"]])
    for element in root.iter():
        name = leaves.local(element.tag) if isinstance(element.tag, str) else ""
        if name == "Entity" and element.get(_TYPE):
            yield _record(element, zone)
        elif name == "Field":
            yield from _picklist(element, exchange)


def _record(element: Any, zone: tzinfo) -> Seen:
    kind = element.get(_TYPE).rpartition(":")[2]
    fields: dict[str, Any] = {}
    id_ = ""
    for child in element:
        name = leaves.local(child.tag)
        if name == "id":
            id_ = child.text or ""
        elif name == "UserDefinedFields":
            udfs = {_child(each, "Name"): _child(each, "Value") or None for each in child}
            if udfs:
                fields[name] = udfs
        elif child.text is not None and not (kind == "Resource" and name == "Password"):
            fields[name] = _value(child, zone)
    return Seen(kind, id_, fields, _first(fields, _BORN), _first(fields, _CHANGED))


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((instants.from_iso(fields[name]) for name in names if isinstance(fields.get(name), str)), None)


def _child(element: Any, name: str) -> str:
    return next((each.text or "" for each in element if leaves.local(each.tag) == name), "")


def _value(element: Any, zone: tzinfo) -> Any:
    text, form = element.text, (element.get(_TYPE) or "").rpartition(":")[2]
    read = _FORMS.get(form)
    try:
        return text if read is None else read(text, zone)
    except ValueError:
        return text


def _time(text: str, zone: tzinfo) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return instants.to_iso(instants.from_datetime(moment.astimezone(UTC)))


_FORMS: Mapping[str, Callable[[str, tzinfo], Any]] = {
    **dict.fromkeys(("int", "long", "short", "unsignedByte"), lambda text, zone: int(text)),
    **dict.fromkeys(("double", "float", "decimal"), lambda text, zone: float(text)),
    "boolean": lambda text, zone: text == "true",
    "dateTime": _time,
}


def _picklist(element: Any, exchange: Recorded) -> Iterator[Seen]:
    """A picklist of field info, whose entity the request names."""
    asked = re.search(rb"<(?:[\w.-]+:)?psObjectType[^>]*>\s*([A-Za-z]+)", exchange.body or b"")
    values = [
        each for each in element.iter() if isinstance(each.tag, str) and leaves.local(each.tag) == "PickListValue"
    ]
    if asked is None or not values:
        return
    yield Seen(
        "picklist",
        f"{asked[1].decode()}.{_child(element, 'Name')}",
        {
            "values": [
                {
                    "value": _child(each, "Value"),
                    "label": _child(each, "Label"),
                    "parent": _child(each, "parentValue"),
                    "active": _child(each, "IsActive") != "false",
                    "system": _child(each, "IsSystem") == "true",
                    "default": _child(each, "IsDefaultValue") == "true",
                }
                for each in values
            ]
        },
    )


# --- the REST service -------------------------------------------------------------------------------------------------


def _entity(exchange: Recorded) -> tuple[str, str]:
    """The SOAP name of the entity that an address is about, and what follows it."""
    path = exchange.target.partition("?")[0].lower()
    parts = [part for part in path[path.index(rest_names.ROOT) + len(rest_names.ROOT) :].split("/") if part]
    parts = parts[1:] if parts[:1] == ["v1.0"] else parts
    if len(parts) >= 3 and (parts[0], parts[2]) in rest_names.CHILDREN:
        return rest_names.CHILDREN[parts[0], parts[2]][0], "/".join(parts[3:])
    return (rest_names.ENTITIES.get(parts[0], ""), "/".join(parts[1:])) if parts else ("", "")


def _rest(exchange: Recorded) -> Iterator[Seen]:
    entity, tail = _entity(exchange)
    try:
        told = json.loads(text_of(exchange.reply_body or b"", exchange.reply_headers)[0])
    except ValueError:
        return
    if not entity or not isinstance(told, dict):
        return
    if tail == "entityinformation/fields":
        yield from _picklists(entity, told.get("fields"))
        return
    items = told.get("items") if "items" in told else [told.get("item")]
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("id") is not None:
            yield _item(entity, item)


def _item(entity: str, item: Mapping[str, Any]) -> Seen:
    fields: dict[str, Any] = {}
    for name, value in item.items():
        if name == "userDefinedFields" and isinstance(value, list):
            own = {each["name"]: each["value"] for each in value if isinstance(each, dict) and each.get("value")}
            if own:
                fields["UserDefinedFields"] = own
        elif name != "id" and value not in (None, ""):
            fields[rest_names.field(entity, name)] = _rest_value(value)
    return Seen(entity, str(item["id"]), fields, _first(fields, _BORN), _first(fields, _CHANGED))


def _rest_value(value: Any) -> Any:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return value
    try:
        return _time(value, UTC)
    except ValueError:
        return value


_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def _picklists(entity: str, fields: Any) -> Iterator[Seen]:
    for field in fields if isinstance(fields, list) else ():
        values = field.get("picklistValues") if isinstance(field, dict) else None
        if not values:
            continue
        shown = [
            {
                "value": each.get("value"),
                "label": each.get("label"),
                "parent": each.get("parentValue") or "",
                "active": each.get("isActive") is not False,
                "system": each.get("isSystem") is True,
                "default": each.get("isDefaultValue") is True,
            }
            for each in values
        ]
        yield Seen("picklist", f"{entity}.{rest_names.field(entity, str(field.get('name')))}", {"values": shown})


def _writes(exchange: Recorded) -> bool:
    if not _is_rest(exchange):
        return _WRITES.search(exchange.body or b"") is not None
    query = exchange.target.partition("?")[0].lower().rstrip("/").endswith(("/query", "/query/count", "/query/next"))
    return exchange.method in ("POST", "PATCH", "PUT", "DELETE") and not query


def _touched(exchange: Recorded) -> Iterator[str]:
    """The record that a write of the REST service was about, which its answer names and does not show."""
    if exchange.status == 200 and _is_rest(exchange) and _writes(exchange):
        found = re.search(rb'"itemId":(\d+)', exchange.reply_body or b"")
        if found is not None:
            yield found[1].decode()


def _refused(exchange: Recorded) -> bool:
    body = exchange.reply_body or b""
    return exchange.status == 401 or b"IntegrationCode" in body or b"not authorized" in body.lower()


def _credentials(demo: Mapping[str, str]) -> Mapping[str, str]:
    pair = f"{demo['user']}:{demo['password']}"
    return {
        "password": demo["password"],
        "secret": demo["password"],
        "integration-code": demo["IntegrationCode"],
        "basic": base64.b64encode(pair.encode()).decode(),
    }


ADAPTER = Adapter(
    vendor="autotask",
    secrets={"integrationcode": "integration-code", "apiintegrationcode": "integration-code"},
    people={
        "FirstName": "name",
        "LastName": "name",
        "EMailAddress": "email",
        "Email": "email",
        "Phone": "phone",
        "MobilePhone": "phone",
        "AlternatePhone": "phone",
        "OfficePhone": "phone",
        "AccountName": "company",
        "firstName": "name",
        "lastName": "name",
        "emailAddress": "email",
        "eMailAddress": "email",
        "email": "email",
        "phone": "phone",
        "mobilePhone": "phone",
        "alternatePhone": "phone",
        "officePhone": "phone",
        "companyName": "company",
    },
    seen=_seen,
    writes=_writes,
    refused=_refused,
    ids=("id", "EntityId", "Name", "Value", "name"),
    generated=("*/id", "*/EntityId", "*/TicketNumber", "*/itemId", "*/ticketNumber"),
    credentials=_credentials,
    logins={"username": "user"},
    touched=_touched,
)
