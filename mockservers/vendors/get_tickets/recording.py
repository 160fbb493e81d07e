"""ReadyDesk's get_tickets as recordings hold it: URL-encoded values, US dates of the server's zone, cid twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import unquote_plus

from mockservers.kernel import catalogue, instants
from mockservers.kernel.dialects import Dialect
from mockservers.recording import leaves
from mockservers.recording.adapter import Adapter, Seen
from mockservers.recording.exchanges import Recorded, text_of

TICKET = catalogue.load("get_tickets")["ticket"]
_FIELDS = {field.name: field for field in TICKET.fields}
Pairs = list[tuple[str, Any]]


def _tickets(exchange: Recorded) -> list[Pairs]:
    """The tickets of an answer as pairs of name and text; a custom field's value is a list of such pairs."""
    text = text_of(exchange.reply_body or b"", exchange.reply_headers)[0].strip()
    if text.startswith("<"):
        root = leaves.xml(text)
        if root is None or leaves.local(root.tag) != "tickets":
            return []
        return [[(leaves.local(each.tag), _text(each)) for each in ticket] for ticket in root]
    if text.startswith("{"):
        try:
            tickets = dict(json.loads(text, object_pairs_hook=list)).get("tickets", [])
        except (ValueError, TypeError, RecursionError):
            return []
        return [
            [(name, value[0] if name == "custom_fields" and value else value) for name, value in each]
            for each in tickets
        ]
    if text.startswith("tid="):
        return [_delimited(line) for line in re.split("[\r\n]+", text) if line]
    return []


def _text(element: Any) -> Any:
    if leaves.local(element.tag) == "custom_fields":
        return [(leaves.local(each.tag), each.text or "") for each in element]
    return element.text or ""


def _delimited(line: str) -> Pairs:
    pairs: Pairs = [(name, value) for name, _, value in (part.partition("=") for part in line.split("&"))]
    named = next((value for name, value in pairs if name == "custom_fields"), "")
    custom = [unquote_plus(each) for each in named.split(",") if each]
    known = dict(pairs)
    return [
        *((name, value) for name, value in pairs if name in _FIELDS and name != "custom_fields"),
        ("custom_fields", [(name, known.get(name, "")) for name in custom]),
    ]


def _seen(exchange: Recorded, dialect: Dialect) -> Iterator[Seen]:
    if exchange.status != 200 or exchange.fault is not None:
        return
    zone, day_first = instants.zone(dialect["time_zone"]), dialect["date_culture"] == "day_first"
    for pairs in _tickets(exchange):
        fields: dict[str, Any] = {}
        for name, text in pairs:
            if name == "cid" and "cid" in fields:
                name = "cc_addresses"  # a second cid stands where the copied addresses belong
            if name in _FIELDS:
                fields[name] = _value(name, text, zone, day_first)
        if fields.get("merged") == "":
            fields["merged"] = "Y" if fields.get("merged_to") else "N"
        if "tid" in fields:
            yield Seen(
                "ticket",
                str(fields.pop("tid")),
                fields,
                _instant(fields.get("date_opened")),
                _instant(fields.get("last_updated")),
            )


def _instant(value: str | None) -> int | None:
    return None if value is None else instants.from_iso(value)


def _value(name: str, text: Any, zone: tzinfo, day_first: bool) -> Any:
    field = _FIELDS[name]
    if name == "custom_fields":
        return {key: unquote_plus(str(value)) for key, value in text} if isinstance(text, list) else {}
    text = str(text)
    if field.type == "datetime":
        return _date(text, zone, day_first)
    if field.type == "integer":
        return int(text) if text.strip("-").isdecimal() else None if name == "merged_to" else 0
    return unquote_plus(text) if field.more["encoded"] else text


def _date(text: str, zone: tzinfo, day_first: bool) -> str | None:
    form = "%d/%m/%Y %H:%M:%S" if day_first else "%m/%d/%Y %I:%M:%S %p"
    try:
        local = datetime.strptime(text, form)  # noqa: DTZ007 - the server's zone comes next
    except ValueError:
        return None
    return instants.to_iso(instants.from_datetime(local.replace(tzinfo=zone).astimezone(UTC)))


def _refused(exchange: Recorded) -> bool:
    text = (exchange.reply_body or b"")[:400]
    return exchange.status in (401, 403) or b"API+key" in text or b"API key" in text or b"IP+address" in text


_WRITES = re.compile(r"(?:\A|[?&])action=(?:add|update)_", re.IGNORECASE)
_WRITTEN = re.compile(rb"(?:added|updated)_ticket[^0-9]{1,6}([0-9]+)")
_NAMED = re.compile(r"(?:\A|[?&])tid=([0-9]+)(?:&|\Z)", re.IGNORECASE)


def _variables(exchange: Recorded) -> tuple[str, str]:
    """The texts that may hold variables: the address and the form."""
    return exchange.target, (exchange.body or b"").decode("utf-8", "replace")


def _writes(exchange: Recorded) -> bool:
    return any(_WRITES.search(text) for text in _variables(exchange))


def _touched(exchange: Recorded) -> Iterator[str]:
    """The ticket that a write made or changed: its answer tells no record."""
    if not _writes(exchange):
        return
    for text in _variables(exchange):
        yield from _NAMED.findall(text)
    for number in _WRITTEN.findall(exchange.reply_body or b""):
        yield number.decode()


ADAPTER = Adapter(
    vendor="get_tickets",
    fold_names=True,
    query_secrets={"key": "key"},
    people={
        "contact": "name",
        "company_name": "company",
        "company": "company",
        "email": "email",
        "phone": "phone",
        "cc_addresses": "email",
    },
    seen=_seen,
    writes=_writes,
    touched=_touched,
    refused=_refused,
    ids=("tid",),
    generated=("*/added_ticket", "*/updated_ticket"),
)
