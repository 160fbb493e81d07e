"""SuperOffice's WebAPI as recordings hold it: agents, carriers with a property for everything, headers that steer content."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.recording import leaves
from mockservers.recording.adapter import RAW, Adapter, Seen, Told
from mockservers.recording.exchanges import Recorded, text_of
from mockservers.wirekit import headers

_AGENT_WRITES = re.compile(r"/agents/[a-z]+/(?:save|delete|set|undelete|update|merge|add|remove|upload)", re.IGNORECASE)
_AGENT = re.compile(r"/agents/", re.IGNORECASE)
_TOKENS = re.compile(r"/oauth/tokens", re.IGNORECASE)
_DATES = frozenset(
    {
        "CreatedAt",
        "LastChanged",
        "ReadByOwner",
        "ReadByCustomer",
        "FirstReadByUser",
        "Activate",
        "ClosedAt",
        "RepliedAt",
        "AlertTimeout",
        "Deadline",
    }
)
ZONES = {
    "NO": "Europe/Oslo",
    "SW": "Europe/Stockholm",
    "GE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "UK": "Europe/London",
}

_LANGUAGES = {
    "en": "US",
    "us": "US",
    "nb": "NO",
    "no": "NO",
    "nn": "NO",
    "sv": "SW",
    "sw": "SW",
    "de": "GE",
    "ge": "GE",
    "fr": "FR",
}
"""Languages as headers call them, and as the vendor's strings do."""
_OTHER = "??"
"""Any other language: what is told in it is told in one that the vendor falls back to."""
_TRANSLATED = frozenset({"CategoryFullname", "PriorityName", "TicketStatusDisplayValue", "TicketTypeName"})


def _language(exchange: Recorded) -> str:
    """The code of the language that an answer's names are in; RAW where nothing is translated."""
    names = headers.wanted(exchange.header("so-language") or exchange.header("accept-language"), headers.LANGUAGES)
    if not names or names[0] in ("*", "x"):
        return RAW
    return next((_LANGUAGES[name[:2]] for name in names if name[:2] in _LANGUAGES), _OTHER)


def _told(fields: dict[str, Any], language: str) -> None:
    """Mark what is told in a language."""
    for name in _TRANSLATED & fields.keys():
        if fields[name]:
            fields[name] = Told({language: str(fields[name])})
    right = fields.get("TableRight")
    if isinstance(right, Mapping) and right.get("Reason"):
        fields["TableRight"] = {**right, "Reason": Told({language: str(right["Reason"])})}


def _carriers(exchange: Recorded) -> list[Mapping[str, Any]]:
    """The whole Ticket carriers of an answer; those of `$select` tell of no record."""
    text = text_of(exchange.reply_body or b"", exchange.reply_headers)[0].strip()
    if "select" in exchange.target.lower() or b"$select" in (exchange.body or b""):
        return []
    if text.startswith("<"):
        root = leaves.xml(text)
        elements = [] if root is None else [root, *root.iter()]
        found = [_object(each) for each in elements if isinstance(each.tag, str) and leaves.local(each.tag) == "Ticket"]
        return list({str(each.get("TicketId")): each for each in found}.values())
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found = answer if isinstance(answer, list) else [answer]
    return [each for each in found if isinstance(each, dict) and each.get("TicketId") and "BaseStatus" in each]


def _object(element: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for child in element:
        name, text = leaves.local(child.tag), child.text or ""
        if len(child):
            made[name] = _object(child)
        elif re.fullmatch(r"-?[0-9]{1,10}", text):
            made[name] = int(text)
        else:
            made[name] = text == "true" if text in ("true", "false") else text
    return made


def _seen(exchange: Recorded, dialect: Dialect) -> Iterator[Seen]:
    if exchange.status != 200 or exchange.fault is not None:
        return
    zone = instants.zone(ZONES.get(str(dialect.get("base_zone", "NO")).upper(), "UTC"))
    language = _language(exchange)
    for carrier in _carriers(exchange):
        fields = {name: _date(value, zone) if name in _DATES else value for name, value in carrier.items()}
        _told(fields, language)
        id_ = str(fields.pop("TicketId"))
        yield Seen("ticket", id_, fields, _instant(fields.get("CreatedAt")), _instant(fields.get("LastChanged")))


def _date(text: Any, zone: tzinfo) -> str | None:
    """A date as ISO 8601 in UTC; year 1 is no date."""
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    if moment.year < 2:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return instants.to_iso(instants.from_datetime(moment.astimezone(UTC)))


def _instant(value: Any) -> int | None:
    return instants.from_iso(value) if isinstance(value, str) else None


def _writes(exchange: Recorded) -> bool:
    path = exchange.target.partition("?")[0]
    if _TOKENS.search(path) or exchange.method in ("GET", "HEAD", "OPTIONS"):
        return False
    return _AGENT_WRITES.search(path) is not None if _AGENT.search(path) else True


def _credentials(demo: Mapping[str, str]) -> Mapping[str, str]:
    pair = f"{demo['user']}:{demo['password']}"
    return {
        "password": demo["password"],
        "basic": base64.b64encode(pair.encode()).decode(),
        "soticket": demo["SOTicket"],
        "token": demo["Bearer"],
        "refresh-token": demo["refresh_token"],
        "app-token": demo["SO-AppToken"],
    }


ADAPTER = Adapter(
    vendor="superoffice",
    secrets={
        "so-apptoken": "app-token",
        "x-xsrf-token": "xsrf",
        "xsrf_token": "xsrf",
        "refresh_token": "refresh-token",
        "soticket": "soticket",
    },
    people={
        "Author": "name",
        "CreatedByName": "name",
        "OwnedByName": "name",
        "PersonFirstname": "name",
        "PersonLastname": "name",
        "PersonFullname": "name",
        "FromAddress": "email",
        "ContactName": "company",
        "ContactFullName": "company",
        "Firstname": "name",
        "MiddleName": "name",
        "Lastname": "name",
        "FullName": "name",
        "FormalName": "name",
        "Email": "email",
        "EmailAddress": "email",
    },
    headers=("accept", "accept-language", "so-language", "so-culture", "so-timezone"),
    seen=_seen,
    writes=_writes,
    ids=("TicketId", "TicketMessageId", "EjMessageId", "AttachmentId", "PrimaryKey", "Id"),
    generated=("*/TicketId", "*/TicketMessageId", "*/EjMessageId", "*/AttachmentId", "*/Id"),
    credentials=_credentials,
)
