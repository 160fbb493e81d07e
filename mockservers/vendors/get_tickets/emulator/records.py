"""Records that are names and values alone, as entries of a history are, in the three formats.

The notation of their values is that of tickets; knows no table, no request and no HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from mockservers.vendors.get_tickets.emulator.notation import written
from mockservers.vendors.get_tickets.emulator.renderings import Cite, Profile
from mockservers.wirekit.aspnet import url_encode


def fragment(
    profile: Profile, element: str, outputs: Mapping[str, bool], record: Mapping[str, Any], cite: Cite
) -> bytes:
    """One record with all its `outputs`, which say of each whether it comes URL-encoded (get_tickets.wire.encoded_everywhere)."""
    pairs = [(name, _text(profile, record[name], encoded), encoded) for name, encoded in outputs.items()]
    return {"xml": _xml, "json": _json, "delimited": _delimited}[profile.format](profile, element, pairs, cite).encode()


def _text(profile: Profile, value: Any, encoded: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return url_encode(str(value), profile.upper) if encoded else str(value)


def date(profile: Profile, instant: int | None) -> str:
    """An instant as the server writes it."""
    return "" if instant is None else written(instant, profile.zone, profile.culture)


_Pairs = list[tuple[str, str, bool]]


def _xml(profile: Profile, element: str, pairs: _Pairs, cite: Cite) -> str:
    outer, inner, _ = profile.indents(1)
    children = []
    for name, text, encoded in pairs:
        if not encoded and (escaped := escape(text)) != text:
            cite("get_tickets.wire.raw_fields")
            text = escaped
        children.append(f"{inner}<{name}>{text}</{name}>")
    return f"{outer}<{element}>{''.join(children)}{outer}</{element}>"


def _json(profile: Profile, element: str, pairs: _Pairs, cite: Cite) -> str:
    outer, inner, _ = profile.indents(2)
    members = []
    for name, text, encoded in pairs:
        quoted = f'"{text}"'
        if not encoded and (escaped := json.dumps(text, ensure_ascii=False)) != quoted:
            cite("get_tickets.wire.raw_fields")
            cite("get_tickets.wire.json_escaping")
            quoted = quoted if profile.naive else escaped
        members.append(f'"{name}"{profile.colon}{quoted}')
    return f"{outer}{{{inner}" + f",{inner}".join(members) + f"{outer}}}"


def _delimited(profile: Profile, element: str, pairs: _Pairs, cite: Cite) -> str:
    if any("&" in text for _, text, encoded in pairs if not encoded):
        cite("get_tickets.wire.raw_fields")
    return "&".join(f"{name}={text}" for name, text, _ in pairs)


def with_comma(record: bytes) -> bytes:
    """A record of JSON with a comma after its last member, which no parser of JSON takes (get_tickets.attachments.json)."""
    members, brace = record[:-1], record[-1:]
    end = len(members.rstrip())
    return members[:end] + b"," + members[end:] + brace
