"""Reads SuperOffice's wire: calls of agents and lists, in JSON, XML or forms, and what answers tell of tickets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from mockservers.harness.decoders import local, once, xml
from mockservers.harness.history import Exchanged

BY_ID = frozenset({"gettickets", "getticket", "getticketsummaries", "getticketentity", "ticket", "simple"})
"""Calls that read tickets by their ids."""
FILES = frozenset({"getattachmentstream", "content"})
"""Calls whose answer is a file, whatever its bytes look like."""
WRITES = frozenset({"saveticketentity", "saveticketentitywithnotify", "saveticketmessageentity", "ticket.write"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wanted: the agent's method or `list`, `ticket`, `tokens`, in lower case; ids; OData options."""

    call: str = ""
    ids: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    """Query variables, names in lower case."""

    @property
    def selected(self) -> frozenset[str] | None:
        """The properties that $select names, in lower case."""
        names = self.options.get("$select", "").strip()
        return frozenset(each.strip().partition("/")[0].lower() for each in names.split(",")) if names else None


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer told. `tickets` are the tickets in it by property, a null as an empty one.

    `ids` are their numbers, in order; empty for one without.
    """

    kind: Literal["good", "error", "login", "throttled", "unusable"]
    tickets: tuple[Mapping[str, Any], ...] = ()
    ids: tuple[str, ...] = ()
    text: str = ""


def _id(ticket: Mapping[str, Any]) -> str:
    lowered = {str(name).lower(): value for name, value in ticket.items()}
    found = lowered.get("primarykey", lowered.get("ticketid"))
    return "" if found in (None, 0, "0", "") else str(found)


@once
def asked(exchange: Exchanged) -> Asked:
    """What the client wanted, as far as it can be read."""
    address = urlsplit(exchange.target)
    options = {name.lower(): value for name, value in parse_qsl(address.query, keep_blank_values=True)}
    parts = [unquote(part).lower() for part in address.path.split("/") if part]
    if parts[-3:] == ["common", "oauth", "tokens"]:
        return Asked("tokens")
    if "webhook" in parts:
        return Asked("webhook", (), options)
    if "agents" in parts[:-1]:
        return Asked(parts[-1], tuple(_ids(exchange, options)), options)
    if parts[-2:] == ["archive", "ticketmessage"]:
        return Asked("messages", (), options)
    if parts[-1:] in (["ticket"], ["tickets"]):
        return Asked("list" if exchange.method == "GET" else "ticket.write", (), options)
    if parts[-1:] in (["messages"], ["attachments"]):
        return Asked(parts[-1], (), options)
    if "ticket" in parts:
        number = next((part for part in parts[parts.index("ticket") + 1 :] if part.isdecimal()), "")
        call = "ticket" if exchange.method == "GET" else "ticket.write"
        return Asked(call, (number,) if number else (), options)
    return Asked(parts[-1] if parts else "", (), options)


def _ids(exchange: Exchanged, options: Mapping[str, str]) -> list[str]:
    given = [value for name, value in options.items() if name in ("ticketid", "ticketentityid")]
    if given or not exchange.body:
        return given
    try:
        body = json.loads(exchange.body)
    except (ValueError, RecursionError):
        root = xml(exchange.body)
        if root is not None:
            return [(each.text or "").strip() for each in root.iter() if local(each) == "int"]
        pairs = parse_qsl(exchange.body.decode("utf-8", "replace"))
        return [value for name, value in pairs if name.lower().startswith("ticketids")]
    found = {str(name).lower(): value for name, value in body.items()} if isinstance(body, dict) else {}
    ids = found.get("ticketids")
    return [str(each) for each in ids] if isinstance(ids, list) else []


def said(exchange: Exchanged) -> Said:
    """What the client was told."""
    if exchange.status is None or (exchange.received is None and exchange.status != 503):
        return Said("unusable")
    if exchange.status == 401:
        return Said("login", text="401")
    if exchange.status == 429:
        return Said("throttled", text="429")
    if exchange.status == 204 or (exchange.status == 200 and _is_file(exchange)):
        return Said("good")
    return _read(exchange.received or b"", exchange.status, asked(exchange).call == "tokens")


def _is_file(exchange: Exchanged) -> bool:
    """Whether an answer is a file as it is: errors and base64 come as JSON or XML."""
    if asked(exchange).call not in FILES:
        return False
    media = next((value for name, value in exchange.reply_headers if name.lower() == "content-type"), "").lower()
    return not media.partition(";")[0].endswith(("json", "/xml"))


@lru_cache(maxsize=1024)
def _read(body: bytes, status: int, tokens: bool) -> Said:
    """What an answer says by itself: as long as nobody changes anything, sync after sync is answered with the same bytes."""
    value = _value(body)
    if isinstance(value, Mapping) and ("Message" in value or "ErrorMessage" in value or "error" in value):
        text = str(value.get("ErrorMessage") or value.get("MessageDetail") or value.get("Message") or value["error"])
        return Said("login" if tokens else "error", text=text)
    if status != 200:
        return Said("error", text=str(status))
    if value is _NOTHING:
        return Said("unusable")
    rows = value.get("value") if isinstance(value, Mapping) and "value" in value else value
    listed = rows if isinstance(rows, list) else [rows]
    tickets = tuple(each if isinstance(each, Mapping) else {} for each in listed)
    return Said("good", tickets, tuple(map(_id, tickets)))


_NOTHING = object()


def _value(body: bytes) -> Any:
    """The value of an answer in either format; `_NOTHING` for what is neither."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        root = xml(body)
    if root is None:
        return _NOTHING
    if local(root).startswith("ArrayOf"):
        return [_members(each) for each in root if local(each)]
    return _members(root)


def _members(element: Any) -> dict[str, Any]:
    return {local(each): each.text or "" for each in element if local(each)}


def line(exchange: Exchanged) -> str:
    """An exchange in one line, for reports."""
    want, answer = asked(exchange), said(exchange)
    what = want.call or exchange.method
    if want.ids:
        what += f" of {', '.join(want.ids[:5])}" + (f" and {len(want.ids) - 5} more" if len(want.ids) > 5 else "")
    elif want.options:
        what += " " + " ".join(f"{name}={value}" for name, value in want.options.items())
    if answer.kind != "good":
        return f"{what} -> {answer.kind}: {answer.text}" if answer.text else f"{what} -> {answer.kind}"
    return f"{what} -> {len(answer.tickets)} rows" if want.call in BY_ID | {"list"} else f"{what} -> good"
