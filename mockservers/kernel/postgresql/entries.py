"""Entries of the journal as texts of JSON, and back: what one process has answered, another tells."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.rules import Note

_NOT_KEPT = ("exchange", "notes", "size")
_ENTRY = tuple(each.name for each in fields(Entry) if each.name not in _NOT_KEPT)
_EXCHANGE = tuple(each.name for each in fields(Exchange) if each.name not in ("entry", "leaving", "fault", "secrets"))
_BYTES = ""
"""Key of an object that stands for bytes."""


def _told(value: Any) -> Any:
    """A value that JSON cannot hold, as one that it can."""
    if isinstance(value, (bytes, bytearray)):
        return {_BYTES: b64encode(value).decode()}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)


def _read(found: dict[str, Any]) -> Any:
    return b64decode(found[_BYTES]) if found.keys() == {_BYTES} and isinstance(found[_BYTES], str) else found


def dump(entry: Entry) -> str:
    """An entry as text."""
    kept: dict[str, Any] = {name: getattr(entry, name) for name in _ENTRY}
    kept["notes"] = [[note.rule, note.text, note.facts] for note in entry.notes]
    if entry.exchange is not None:
        kept["exchange"] = {name: getattr(entry.exchange, name) for name in _EXCHANGE}
    # Lone surrogates in a target are escaped here, so that the database need not hold them.
    return json.dumps(kept, default=_told)


def load(text: str, size: int) -> Entry:
    """The entry of such a text."""
    kept = json.loads(text, object_hook=_read)
    notes, exchange = kept.pop("notes"), kept.pop("exchange", None)
    entry = Entry(**kept, size=size)
    entry.notes = [Note(*each) for each in notes]
    if exchange is not None:
        for name in ("headers", "reply_headers"):
            exchange[name] = [(header, value) for header, value in exchange[name]]
        exchange["perhaps"] = tuple(exchange["perhaps"])
        entry.exchange = Exchange(**exchange)
    return entry
