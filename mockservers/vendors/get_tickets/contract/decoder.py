"""Reads get_tickets' wire: query variables, and tickets, counts and errors in XML, JSON or delimited text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from mockservers.harness.decoders import local, once, xml
from mockservers.harness.history import Exchanged

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer told. Tickets are pairs of name and text as sent, still encoded, names that come twice twice.

    `entries` are those of a history, files, or those of a list of names, in the same form; `written` has the number of a ticket
    that was written in `text`.
    """

    kind: Literal["tickets", "history", "names", "count", "written", "error", "unusable"]
    tickets: tuple[Pairs, ...] = ()
    text: str = ""
    entries: tuple[Pairs, ...] = ()


WRITES: dict[str, str] = {"add_ticket": "create", "update_ticket": "update"}
"""The actions by which a client writes, and what they do."""
_KINDS: dict[str, Literal["count", "written"]] = {
    "count": "count",
    "added_ticket": "written",
    "updated_ticket": "written",
}
_HANGING = frozenset({"history", "attachments"})
"""The roots below which stands what hangs on tickets."""
_NAMES = frozenset({"customers", "companies", "techs", "tech_groups"})
"""The roots below which stands what tickets name."""
_LISTS = frozenset({"get_customers", "get_companies", "get_techs", "get_tech_groups"})


def asked(exchange: Exchanged) -> dict[str, str]:
    """The variables of a request, names in lower case, as the server reads them: its query's, then those of its form."""
    pairs = parse_qsl(urlsplit(exchange.target).query, keep_blank_values=True)
    if exchange.method == "POST" and exchange.body and _is_form(exchange):
        pairs = [*parse_qsl(exchange.body.decode("utf-8", "replace"), keep_blank_values=True), *pairs]
    return {name.lower(): value for name, value in pairs}


def _is_form(exchange: Exchanged) -> bool:
    types = [value for name, value in exchange.headers if name.lower() == "content-type"]
    return any(value.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded" for value in types)


@once
def said(exchange: Exchanged) -> Said:
    """What the client was told."""
    if exchange.received is None or exchange.status is None:
        return Said("unusable")
    found = _read(exchange.received, "empty_body" in exchange.faults)
    if exchange.status >= 400 and found.kind != "error":
        return Said("unusable")
    # In delimited text a company looks like an entry of a history.
    listed = found.kind == "history" and asked(exchange).get("action") in _LISTS
    return Said("names", entries=found.entries) if listed else found


@lru_cache(maxsize=64)
def _read(received: bytes, emptied: bool) -> Said:
    """What an answer says by itself: as long as nobody changes anything, walk after walk is answered with the same bytes."""
    text = received.decode("utf-8", "replace").strip()
    if text.startswith("<"):
        return _from_xml(received)
    if text.startswith("{"):
        return _from_json(text)
    return Said("unusable") if emptied and not text else _from_delimited(text)


def _from_xml(body: bytes) -> Said:
    root = xml(body)
    if root is None:
        return Said("unusable")
    if local(root) == "response" and len(root):
        return _response(local(root[0]), root[0].text or "")
    records = tuple(tuple((local(each), each.text or "") for each in record) for record in root)
    if local(root) in _HANGING:
        return Said("history", entries=records)
    if local(root) in _NAMES:
        return Said("names", entries=records)
    return Said("tickets", records) if local(root) == "tickets" else Said("unusable")


def _response(name: str, text: str) -> Said:
    return Said(_KINDS.get(name, "error"), text=unquote_plus(text))


def _from_json(text: str) -> Said:
    try:
        root: Any = dict(json.loads(text, object_pairs_hook=list))
        if "response" in root:
            name, value = root["response"][0][0]
            return _response(name, str(value))
        for name in _HANGING & root.keys():
            return Said("history", entries=_records(root[name]))
        for name in _NAMES & root.keys():
            return Said("names", entries=_records(root[name]))
        return Said("tickets", _records(root["tickets"]))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return Said("unusable")


def _records(found: Any) -> tuple[Pairs, ...]:
    return tuple(tuple((str(name), str(value)) for name, value in record) for record in found)


def _from_delimited(text: str) -> Said:
    name, _, value = text.partition("=")
    if name == "error" or name in _KINDS:
        return _response(name, value)
    lines = [line for line in re.split("[\r\n]+", text) if line]  # a raw value may hold U+2028, which ends no line here
    parts = [[part.partition("=") for part in line.split("&")] for line in lines]
    records = tuple(tuple((name, value) for name, _, value in line) for line in parts)
    if lines and all(line.startswith(("id=", "ticket_id=")) for line in lines):
        return Said("history", entries=records)
    if lines and all(line.startswith(("cid=", "uid=")) for line in lines):
        return Said("names", entries=records)
    return Said("tickets", records) if all(line.lower().startswith("tid=") for line in lines) else Said("unusable")


def line(exchange: Exchanged) -> str:
    """An exchange in words."""
    want, told = asked(exchange), said(exchange)
    shown = " ".join(f"{name}={value}" for name, value in want.items() if name not in ("key", "action"))
    words = {
        "tickets": f"{len(told.tickets)} ticket(s)",
        "history": f"{len(told.entries)} entries",
        "names": f"{len(told.entries)} names",
        "written": f"ticket {told.text} is written",
        "count": f"count {told.text}",
        "error": f"error {told.text!r}",
    }
    action = want.get("action", "get_tickets")
    what = f"{action} {shown}".rstrip() if action != "get_tickets" else shown
    return f"{what or 'a request'} -> {words.get(told.kind, told.kind)}"
