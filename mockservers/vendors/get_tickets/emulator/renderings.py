"""The three renderings of a ticket. A ticket is rendered once for each revision and profile; pages join the pieces.

Text in, bytes out: knows no table, no request and no HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from mockservers.vendors.get_tickets.emulator.model import DATES, ENCODED, LISTS, OUTPUTS
from mockservers.vendors.get_tickets.emulator.notation import written
from mockservers.wirekit.aspnet import url_encode

FORMATS = ("xml", "json", "delimited")
MEDIA = {"xml": "text/xml", "json": "application/json", "delimited": "text/plain"}
DECLARATION = '<?xml version="1.0"?>'

_BY_FORMAT: dict[str, tuple[str, ...]] = {
    "xml": ("get_tickets.wire.xml",),
    "json": (
        "get_tickets.wire.json",
        "get_tickets.wire.json_spacing",
        "get_tickets.wire.json_escaping",
        "get_tickets.wire.cc_column",
    ),
    "delimited": ("get_tickets.wire.delimited", "get_tickets.wire.cc_column", "get_tickets.wire.updater_type"),
}
_ALWAYS = (
    "get_tickets.field.all",
    "get_tickets.field.customer",
    "get_tickets.field.last_updated",
    "get_tickets.field.updater_type",
    "get_tickets.field.opened_by",
    "get_tickets.field.tech_encoding",
    "get_tickets.field.date_closed",
    "get_tickets.field.assigned",
    "get_tickets.field.sentinels",
    "get_tickets.wire.encoded_everywhere",
    "get_tickets.wire.urlencode",
    "get_tickets.wire.raw_fields",
    "get_tickets.wire.one_data_set",
    "get_tickets.date.output",
    "get_tickets.date.zone",
)


@lru_cache(maxsize=1024)
def _cited(format: str, *shown: str) -> tuple[str, ...]:
    return (*_ALWAYS, *_BY_FORMAT[format], *shown)


@dataclass(frozen=True, slots=True)
class Fragment:
    """One rendered ticket, and the rules that shaped it."""

    revision: int
    body: bytes
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """Everything but the ticket itself that a rendering depends on."""

    format: str
    cc_clean: bool
    merged_none: str
    user_name: bool
    colon: str
    naive: bool
    upper: bool
    culture: str
    zone: str
    custom: tuple[str, ...]

    @classmethod
    def of(cls, format: str, dialect: Mapping[str, Any], custom: Sequence[str]) -> Profile:
        return cls(
            format=format,
            cc_clean=dialect["cc_column"] == "clean",
            merged_none="N" if dialect["merged_none"] == "N" else "",
            user_name=dialect["updater_type_delimited"] == "user_name",
            colon=" : " if dialect["json_spacing"] == "sample" else ":",
            naive=dialect["json_escaping"] == "naive",
            upper=dialect["hex_case"] == "upper",
            culture=dialect["date_culture"],
            zone=dialect["time_zone"],
            custom=tuple(custom),
        )

    def fragment(self, ticket: Mapping[str, Any]) -> Fragment:
        """Render one row of the 38 outputs and its revision."""
        texts = {name: self._value(name, ticket[name]) for name in OUTPUTS if name != "custom_fields"}
        if texts["merged"] == "N":
            texts["merged"] = self.merged_none
        kept = json.loads(ticket["custom_fields"])
        custom = [(name, url_encode(kept.get(name, ""), self.upper)) for name in self.custom]
        body = {"xml": self._xml, "json": self._json, "delimited": self._delimited}[self.format](texts, custom)
        return Fragment(ticket["revision"], body.encode(), _cited(self.format, *self._shows(ticket)))

    def _value(self, name: str, value: Any) -> str:
        if name in ENCODED:
            return url_encode(value, self.upper)
        if name in DATES:
            return "" if value is None else written(value, self.zone, self.culture)
        return "" if value is None else str(value)

    def _shows(self, ticket: Mapping[str, Any]) -> tuple[str, ...]:
        shown = []
        if ticket["cc_addresses"]:
            shown.append("get_tickets.field.cc_addresses")
        if ticket["merged"] == "Y":
            shown.append("get_tickets.field.merge")
        if ticket["locked"] == "Y":
            shown.append("get_tickets.field.lock")
        if ticket["parent_ticket"] or ticket["children_tickets"]:
            shown.append("get_tickets.field.family")
        if any(ticket[name] for name in LISTS):
            shown.append("get_tickets.field.lists")
        if self.custom:
            shown.append("get_tickets.field.custom")
            if self.format == "delimited":
                shown.append("get_tickets.wire.custom_delimited")
        return tuple(shown)

    def _xml(self, texts: dict[str, str], custom: list[tuple[str, str]]) -> str:
        parts = ["<ticket>"]
        for name in OUTPUTS:
            if name == "custom_fields":
                parts.append("<custom_fields>" + "".join(f"<{n}>{v}</{n}>" for n, v in custom) + "</custom_fields>")
            else:
                # Encoded values hold nothing that XML would have to escape.
                text = texts[name] if name in ENCODED else escape(texts[name])
                parts.append(f"<{name}>{text}</{name}>")
        parts.append("</ticket>")
        return "".join(parts)

    def _json(self, texts: dict[str, str], custom: list[tuple[str, str]]) -> str:
        colon, pairs = self.colon, []
        for name in OUTPUTS:
            if name == "custom_fields":
                inner = ",".join(f'"{n}"{colon}"{v}"' for n, v in custom)
                pairs.append(f'"custom_fields"{colon}[{{{inner}}}]')
                continue
            text = texts[name]
            if name == "cc_addresses" and not self.cc_clean:
                name, text = "cid", texts["cid"]  # a second key of that name, get_tickets.wire.cc_column
            quoted = f'"{text}"' if self.naive or name in ENCODED else json.dumps(text, ensure_ascii=False)
            pairs.append(f'"{name}"{colon}{quoted}')
        return "{" + ",".join(pairs) + "}"

    def _delimited(self, texts: dict[str, str], custom: list[tuple[str, str]]) -> str:
        pairs = []
        for name in OUTPUTS:
            if name == "custom_fields":
                named = [(url_encode(n, self.upper), v) for n, v in custom]
                pairs += [f"{n}={v}" for n, v in named]
                pairs.append("custom_fields=" + ",".join(n for n, _ in named))
                continue
            text = texts[name]
            if name == "cc_addresses" and not self.cc_clean:
                name = "cid"  # the copied addresses under a wrong name, get_tickets.wire.cc_column
            elif name == "updater_type" and self.user_name:
                text = texts["updated_by"]
            pairs.append(f"{name}={text}")
        return "&".join(pairs)


def page(format: str, fragments: Sequence[bytes]) -> bytes:
    """All tickets of an answer; without any: an empty list, or an empty body."""
    if format == "json":
        return b'{"tickets":[' + b",".join(fragments) + b"]}"
    if format == "delimited":
        return b"\r\n".join(fragments)
    return DECLARATION.encode() + b"<tickets>" + b"".join(fragments) + b"</tickets>"


def response(format: str, name: str, text: str, upper: bool = False) -> bytes:
    """The wrapper of errors and counts: one named value (get_tickets.error.form)."""
    value = url_encode(text, upper)
    if format == "json":
        return f'{{"response":[{{"{name}":"{value}"}}]}}'.encode()
    if format == "delimited":
        return f"{name}={value}".encode()
    return f"{DECLARATION}<response><{name}>{value}</{name}></response>".encode()
