"""Reads Track-It!'s wire: what a path and body ask for, and the records, notes and errors of JSON answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from mockservers.harness.decoders import once
from mockservers.harness.history import Exchanged

_BASE = re.compile(r"/webapi(?:/|$)", re.IGNORECASE)
_CALLS = {"changestatus": "status", "addnote": "note", "close": "close", "delete": "delete"}
_LISTS = {"notes": "notes", "attachments": "attachments", "assignments": "assignments"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wanted. `properties` are in the order they were sent; `note` is the note of any call that has one."""

    action: str = ""
    ticket: str = ""
    page: tuple[str, ...] = ()
    grant: str = ""
    properties: tuple[tuple[str, Any], ...] = ()
    note: Mapping[str, Any] | None = None
    status: Any = None


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer told. `denied`: the token is not (or no longer) good. `values` are of the ticket in it.

    `refreshes`: a refresh token came with the token.
    """

    kind: Literal["good", "denied", "refused", "broken", "unusable"]
    text: str = ""
    ticket: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Mapping[str, Any], ...] = ()
    expires_in: int = 0
    refreshes: bool = False


@once
def asked(exchange: Exchanged) -> Asked:
    """What the client wanted, as far as it can be read."""
    path = urlsplit(exchange.target).path
    found = _BASE.search(path)
    if found is None:
        return Asked()
    parts = [part for part in path[found.end() :].split("/") if part]
    first = parts[0].lower() if parts else ""
    if first == "token":
        form = dict(parse_qsl(exchange.body.decode("utf-8", "replace"), keep_blank_values=True))
        # What a form without its grant was meant as is plain where it holds a refresh token.
        return Asked("token", grant=form.get("grant_type", "refresh_token" if "refresh_token" in form else ""))
    if first != "tickets":
        return Asked("/".join(parts).lower())
    return _about_tickets(exchange, parts[1:])


def _about_tickets(exchange: Exchanged, parts: list[str]) -> Asked:
    body = _json(exchange.body)
    posted = exchange.method == "POST"
    if not parts:
        return Asked("create" if posted else "tickets", properties=_pairs(body.get("Properties")))
    ticket, rest = parts[0], [part.lower() for part in parts[1:]]
    if ticket.lower() in ("templates", "note"):
        return Asked(ticket.lower())
    if not rest:
        return Asked("update" if posted else "read", ticket, properties=_pairs(body.get("Properties")))
    if rest[0] in _LISTS:
        return Asked(_LISTS[rest[0]], ticket, tuple(rest[1:]))
    action = _CALLS.get(rest[0], rest[0])
    note = body if action == "note" else body.get("Note")
    return Asked(action, ticket, note=note if isinstance(note, Mapping) else None, status=body.get("StatusName"))


def _pairs(value: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((str(name), each) for name, each in value.items()) if isinstance(value, Mapping) else ()


def _json(body: bytes | None) -> Mapping[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def values(record: Any) -> dict[str, Any]:
    """A record's values by field number."""
    if not isinstance(record, Mapping):
        return {}
    return {str(number): each.get("Value") for number, each in record.items() if isinstance(each, Mapping)}


@once
def said(exchange: Exchanged) -> Said:
    """What the client was told."""
    if exchange.received is None or exchange.status is None:
        return Said("unusable")
    body = _json(exchange.received)
    text = str(body.get("Message") or body.get("error") or "")
    if exchange.status == 401 and "Authorization has been denied" in text:
        return Said("denied", text)
    if exchange.status >= 500:
        return Said("broken", text)
    if exchange.status >= 400:
        return Said("refused", text)
    if not body:
        return Said("unusable")
    ticket = values(body.get("Tickets") or body.get("Ticket"))
    listed = body.get("TicketNotes")
    notes = tuple(values(each) for each in listed) if isinstance(listed, list) else ()
    lifetime = body.get("expires_in")
    number = str(ticket.get("1", ""))
    seconds = lifetime if isinstance(lifetime, int) else 0
    return Said("good", text, number, ticket, notes, seconds, bool(body.get("refresh_token")))


def line(exchange: Exchanged) -> str:
    """An exchange in words."""
    want, told = asked(exchange), said(exchange)
    about = f" {want.ticket}" if want.ticket else ""
    details = [want.grant, "/".join(want.page), str(want.status or "")]
    details += [f"{name}={value}" for name, value in want.properties]
    details += [f"{name}={value}" for name, value in (want.note or {}).items()]
    shown = " ".join(each for each in details if each)
    question = f"{want.action or exchange.target}{about}" + (f" ({shown})" if shown else "")
    if told.kind != "good":
        return f"{question} -> {exchange.status or 'no answer'} {told.text}".rstrip()
    if want.action == "notes":
        return f"{question} -> {len(told.notes)} note(s)"
    return f"{question} -> {f'ticket {told.ticket}' if told.ticket else 'good'}"
