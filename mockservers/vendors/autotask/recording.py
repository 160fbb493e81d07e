"""Autotask's SOAP API as recordings hold it: QueryXML inside SOAP, a basic header, an integration code, typed elements."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.recording import leaves
from mockservers.recording.adapter import Adapter, Seen
from mockservers.recording.exchanges import Recorded, text_of

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_WRITES = re.compile(rb"<(?:[\w.-]+:)?(create|update|delete|CreateAttachment|DeleteAttachment)[\s>/]")
_CHANGED = ("LastActivityDate", "LastActivityDateTime", "LastModifiedDate", "LastModifiedDateTime", "LastUpdatedDate")
_BORN = ("CreateDate", "CreateDateTime")
ZONES = {"eastern": "America/New_York", "utc": "UTC"}


def _seen(exchange: Recorded, dialect: Dialect) -> Iterator[Seen]:
    if exchange.status != 200 or exchange.fault is not None or not exchange.reply_body:
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


def _refused(exchange: Recorded) -> bool:
    body = exchange.reply_body or b""
    return exchange.status == 401 or b"IntegrationCode" in body or b"not authorized" in body.lower()


def _credentials(demo: Mapping[str, str]) -> Mapping[str, str]:
    pair = f"{demo['user']}:{demo['password']}"
    return {
        "password": demo["password"],
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
    },
    seen=_seen,
    writes=lambda exchange: _WRITES.search(exchange.body or b"") is not None,
    refused=_refused,
    ids=("id", "EntityId", "Name", "Value"),
    generated=("*/id", "*/EntityId", "*/TicketNumber"),
    credentials=_credentials,
)
