"""QueryData as recordings hold it: JSON text inside SOAP, in the request and in the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.recording import leaves
from mockservers.recording.adapter import Adapter, Seen
from mockservers.recording.exchanges import Recorded, text_of

TIMES = frozenset(
    {
        "CreateDate",
        "LastActionDateTime",
        "CallDateTime",
        "WorkStartDateTime",
        "ResponseDueDateTime",
        "ExpirationDateTime",
        "ActionDateTime",
        "ResponseDateTime",
    }
)
LISTS = {"Members": "Member", "Responses": "Response", "History": "HistoryEntry", "FacilityTypes": "FacilityType"}


def _result(exchange: Recorded) -> Any:
    """What stands inside QueryDataResult: an object, an XML element, or None."""
    root = leaves.xml(text_of(exchange.reply_body or b"", exchange.reply_headers)[0])
    if root is None:
        return None
    for element in root.iter():
        if isinstance(element.tag, str) and leaves.local(element.tag) == "QueryDataResult":
            text = "".join(element.itertext()).strip()
            if text.startswith("<"):
                return leaves.xml(text)
            try:
                return json.loads("{" + text if text.startswith('"') else text or "{}")
            except (ValueError, RecursionError):
                return None
    return None


def _seen(exchange: Recorded, dialect: Dialect) -> Iterator[Seen]:
    if exchange.status != 200 or exchange.fault is not None:
        return
    found, zone = _result(exchange), instants.zone(dialect["time_zone"])
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        tickets = [each for value in lists for each in value if isinstance(each, dict)]
    elif found is not None:
        tickets = [_object(each) for each in found.iter("Ticket")]
    else:
        tickets = []
    for ticket in tickets:
        fields = _utc(ticket, zone)
        if fields.get("UtilisphereID") is not None and fields.get("CreateDate"):
            yield Seen(
                "Ticket",
                str(fields["UtilisphereID"]),
                fields,
                instants.from_iso(fields["CreateDate"]),
                instants.from_iso(fields["LastActionDateTime"]) if fields.get("LastActionDateTime") else None,
            )


def _object(element: Any) -> dict[str, Any]:
    """An element of the XML form as the JSON form has it; numbers and flags are told by how they are written."""
    made: dict[str, Any] = {}
    for child in element:
        name = child.tag
        if name in LISTS:
            made[name] = [_object(each) if len(each) else each.text or "" for each in child]
        else:
            made[name] = _object(child) if len(child) else _plain(name, child.text or "")
    return made


_NUMBERS = frozenset({"UtilisphereID", "Version", "DepthInches", "Latitude", "Longitude"})


def _plain(name: str, text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if name in _NUMBERS:
        try:
            return int(text) if "." not in text else float(text)
        except ValueError:
            return text
    return text


def _utc(value: Any, zone: tzinfo) -> Any:
    """A tree with its times, which name no zone, as ISO 8601 in UTC."""
    if isinstance(value, dict):
        return {
            name: _time(each, zone) if name in TIMES and isinstance(each, str) else _utc(each, zone)
            for name, each in value.items()
        }
    return [_utc(each, zone) for each in value] if isinstance(value, list) else value


def _time(text: str, zone: tzinfo) -> str | None:
    try:
        moment = datetime.fromisoformat(text.replace("/", "-").replace(" ", "T"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return instants.to_iso(instants.from_datetime(moment.astimezone(UTC)))


def _refused(exchange: Recorded) -> bool:
    return exchange.status in (401, 403) or b"AuthCode" in (exchange.reply_body or b"")


def _guesses(exchange: Recorded) -> Iterator[tuple[str, str]]:
    """How the list of tickets is called in an answer."""
    found = _result(exchange)
    names = [name for name, value in found.items() if isinstance(value, list)] if isinstance(found, dict) else []
    yield from (("details_root", name) for name in names if name != "UtilisphereIDs")


ADAPTER = Adapter(
    vendor="querydata",
    secrets={"authcode": "authcode"},
    people={
        "CallerName": "name",
        "CallerPhone": "phone",
        "CompanyName": "company",
        "By": "name",
        "Respondent": "name",
        "AssignedTo": "name",
        "CallerEmail": "email",
    },
    seen=_seen,
    writes=lambda exchange: False,
    refused=_refused,
    ids=("UtilisphereID", "MemberCode"),
    guesses=_guesses,
    credentials=lambda demo: {"authcode": demo["AuthCode"]},
)
