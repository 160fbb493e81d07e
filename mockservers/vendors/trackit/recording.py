"""Track-It!'s Web API as recordings hold it: tokens by a form, records keyed by field number, each value beside its label."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.recording.adapter import Adapter, Seen
from mockservers.recording.exchanges import Recorded, text_of
from mockservers.recording.leaves import Node

_READS = re.compile(r"/(?:token|groups|searches|priorityheirarchy)$", re.IGNORECASE)
_KINDS = {
    "tickets": "ticket",
    "ticket": "ticket",
    "ticketnotes": "note",
    "ticketnote": "note",
    "note": "note",
    "ticketattachments": "attachment",
    "assignmentattachments": "attachment",
    "solutionattachments": "attachment",
    "attachment": "attachment",
    "assignments": "assignment",
    "assignment": "assignment",
    "successors": "assignment",
    "predecessors": "assignment",
    "assignmentnotes": "assignment_note",
    "assignmentnote": "assignment_note",
}
_BORN = {"ticket": "12", "note": "7", "assignment": "12", "assignment_note": "7"}
_OWNER = re.compile(r"/(ticket|assignment|solution)s/([0-9]+)/", re.IGNORECASE)
_OF_ASSIGNMENTS = re.compile(r"/assignments/", re.IGNORECASE)


def _answer(exchange: Recorded) -> Any:
    try:
        return json.loads(text_of(exchange.reply_body or b"", exchange.reply_headers)[0])
    except (ValueError, RecursionError):
        return None


def _seen(exchange: Recorded, dialect: Dialect) -> Iterator[Seen]:
    found = _answer(exchange) if exchange.status == 200 and exchange.fault is None else None
    if not isinstance(found, dict):
        return
    for name, value in found.items():
        kind = _KINDS.get(name.lower())
        if kind == "note" and name.lower() == "note" and _OF_ASSIGNMENTS.search(exchange.target):
            kind = "assignment_note"
        if kind is None:
            continue
        for record in value if isinstance(value, list) else [value]:
            if isinstance(record, dict):
                yield from _record(kind, record, exchange)


def _record(kind: str, record: Mapping[str, Any], exchange: Recorded) -> Iterator[Seen]:
    fields = {
        number: each["Value"]
        for number, each in record.items()
        if isinstance(each, dict) and each.get("Value") is not None
    }
    if "1" not in fields:
        return
    owner = _OWNER.search(exchange.target)
    if kind == "attachment" and owner is None:
        return  # read by its number alone: what it is attached to, a list tells
    if kind == "attachment" and owner is not None:
        fields |= {"module": owner[1].lower(), "owner": owner[2]}
    if kind == "assignment" and owner is not None and owner[1].lower() == "ticket":
        fields["ticket"] = owner[2]
    id_ = str(fields.pop("1"))
    yield Seen(kind, id_, fields, _instant(fields.get(_BORN.get(kind, ""))), _instant(fields.get("2")))


def _instant(value: Any) -> int | None:
    try:
        return instants.from_iso(value)
    except (ValueError, TypeError):
        return None


def _writes(exchange: Recorded) -> bool:
    return exchange.method == "POST" and _READS.search(exchange.target.partition("?")[0]) is None


def _refused(exchange: Recorded) -> bool:
    return exchange.status == 401 or (exchange.status == 400 and b"invalid_grant" in (exchange.reply_body or b""))


def _identity(node: Node) -> str | None:
    """A record's own number stands under `1`."""
    own = next((child for child in node.children if child.name == "1"), None)
    value = next((child.value for child in own.children if child.name == "Value"), None) if own is not None else None
    return None if value is None else f"1 {value}"


def _touched(exchange: Recorded) -> list[str]:
    found = re.search(r"/tickets/([0-9]+)(?:/|$)", exchange.target.partition("?")[0], re.IGNORECASE)
    return [] if found is None else [found[1]]


ADAPTER = Adapter(
    vendor="trackit",
    secrets={"refresh_token": "refresh-token"},
    people={
        "username": "name",
        "First Name": "name",
        "Last Name": "name",
        "Phone": "phone",
        "EMail Address": "email",
        "Alternate Phone": "phone",
    },
    seen=_seen,
    writes=_writes,
    refused=_refused,
    identity=_identity,
    generated=("*/1/Value",),
    credentials=lambda demo: {"password": demo["password"]},
    logins={"username": "username"},
    touched=_touched,
)
