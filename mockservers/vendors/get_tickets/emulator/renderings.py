"""The three renderings of a ticket. A ticket is rendered once for each revision and profile; pages join the pieces.

Text in, bytes out: knows no table, no request and no HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
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

Cite = Callable[[str], None]


@lru_cache(maxsize=1024)
def _interned(rules: tuple[str, ...]) -> tuple[str, ...]:
    """The same rules as the same tuple."""
    return rules


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
    layout: str
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
            layout=dialect["layout"],
            naive=dialect["json_escaping"] == "naive",
            upper=dialect["hex_case"] == "upper",
            culture=dialect["date_culture"],
            zone=dialect["time_zone"],
            custom=tuple(custom),
        )

    def fragment(self, ticket: Mapping[str, Any]) -> Fragment:
        """Render one row of the 38 outputs and its revision.

        Each output stands in its place, also when it is empty (get_tickets.field.all), and each custom field that is
        defined (get_tickets.field.custom); the texts are the same in every format (get_tickets.wire.one_data_set).
        """
        rules: dict[str, None] = {}
        cite: Cite = rules.setdefault
        texts = {name: self._value(name, ticket[name]) for name in OUTPUTS if name != "custom_fields"}
        self._cite_shown(ticket, texts, cite)
        if texts["merged"] == "N":
            texts["merged"] = self.merged_none
        kept = json.loads(ticket["custom_fields"])
        custom = [(name, url_encode(kept.get(name, ""), self.upper)) for name in self.custom]
        write = {"xml": self._xml, "json": self._json, "delimited": self._delimited}[self.format]
        body = write(texts, custom, cite)
        return Fragment(ticket["revision"], body.encode(), _interned(tuple(rules)))

    def _value(self, name: str, value: Any) -> str:
        """An output's text, encoded (get_tickets.wire.urlencode) if it is one of 18 (get_tickets.wire.encoded_everywhere).

        Numbers that are none are 0 already; every other none is empty (get_tickets.field.sentinels).
        """
        if name in ENCODED:
            return url_encode(value, self.upper)
        if name in DATES:
            return "" if value is None else written(value, self.zone, self.culture)
        return "" if value is None else str(value)

    def _cite_shown(self, ticket: Mapping[str, Any], texts: Mapping[str, str], cite: Cite) -> None:
        """Cite the rules that the values of this very ticket show."""
        if ticket["cc_addresses"]:
            cite("get_tickets.field.cc_addresses")
        if ticket["merged"] == "Y":
            cite("get_tickets.field.merge")
        if ticket["locked"] == "Y":
            cite("get_tickets.field.lock")
        if ticket["parent_ticket"] or ticket["children_tickets"]:
            cite("get_tickets.field.family")
        if any(ticket[name] for name in LISTS):
            cite("get_tickets.field.lists")
        if texts["updated_by"] != ticket["updated_by"]:
            cite("get_tickets.field.tech_encoding")
        if self.zone != "UTC":
            cite("get_tickets.date.zone")

    def _xml(self, texts: dict[str, str], custom: list[tuple[str, str]], cite: Cite) -> str:
        """A child for each output, in order (get_tickets.wire.xml)."""
        outer, inner, own = self.indents(1)
        parts = [f"{outer}<ticket>"]
        for name in OUTPUTS:
            if name == "custom_fields":
                children = "".join(f"{own}<{n}>{v}</{n}>" for n, v in custom)
                parts.append(f"{inner}<custom_fields>{children}{inner if custom else ''}</custom_fields>")
            else:
                text = texts[name]
                # Encoded values hold nothing that XML would have to escape.
                if name not in ENCODED and (escaped := escape(text)) != text:
                    cite("get_tickets.wire.raw_fields")
                    text = escaped
                parts.append(f"{inner}<{name}>{text}</{name}>")
        parts.append(f"{outer}</ticket>")
        return "".join(parts)

    def indents(self, depth: int) -> tuple[str, str, str]:
        """What stands before a thing at this depth, before one inside it, and one inside that (get_tickets.wire.layout)."""
        if self.layout == "line":
            return "", "", ""
        return "\r\n" + "\t" * depth, "\r\n" + "\t" * (depth + 1), "\r\n" + "\t" * (depth + 2)

    def _json(self, texts: dict[str, str], custom: list[tuple[str, str]], cite: Cite) -> str:
        """An object of texts (get_tickets.wire.json), without blanks unless asked for (get_tickets.wire.json_spacing)."""
        colon, pairs = self.colon, []
        outer, inner, own = self.indents(2)
        for name in OUTPUTS:
            if name == "custom_fields":
                listed = ",".join(f'{own}"{n}"{colon}"{v}"' for n, v in custom)
                pairs.append(f'"custom_fields"{colon}[{own}{{{listed}{own}}}{inner}]')
                continue
            text = texts[name]
            if name == "cc_addresses" and not self.cc_clean:
                cite("get_tickets.wire.cc_column")
                name, text = "cid", texts["cid"]  # a second key of that name
            quoted = f'"{text}"'
            if name not in ENCODED and (escaped := json.dumps(text, ensure_ascii=False)) != quoted:
                cite("get_tickets.wire.raw_fields")
                cite("get_tickets.wire.json_escaping")
                quoted = quoted if self.naive else escaped
            pairs.append(f'"{name}"{colon}{quoted}')
        return f"{outer}{{{inner}" + f",{inner}".join(pairs) + f"{outer}}}"

    def _delimited(self, texts: dict[str, str], custom: list[tuple[str, str]], cite: Cite) -> str:
        """Variables in a row (get_tickets.wire.delimited), custom fields among them (get_tickets.wire.custom_delimited)."""
        pairs = []
        for name in OUTPUTS:
            if name == "custom_fields":
                named = [(url_encode(n, self.upper), v) for n, v in custom]
                pairs += [f"{n}={v}" for n, v in named]
                pairs.append("custom_fields=" + ",".join(n for n, _ in named))
                continue
            text = texts[name]
            if name == "cc_addresses" and not self.cc_clean:
                cite("get_tickets.wire.cc_column")
                name = "cid"  # the copied addresses under a wrong name
            elif name == "updater_type" and self.user_name:
                cite("get_tickets.wire.updater_type")
                text = texts["updated_by"]
            if "&" in text:
                cite("get_tickets.wire.raw_fields")
            pairs.append(f"{name}={text}")
        return "&".join(pairs)


def page(format: str, fragments: Sequence[bytes], layout: str = "line", root: str = "tickets") -> bytes:
    """All records of an answer below their root; without any: an empty list, or an empty body."""
    if format == "delimited":
        return b"\r\n".join(fragments)
    name = root.encode()
    if format == "json":
        if layout == "sample":
            return b'{\r\n\t"' + name + b'": [' + b",".join(fragments) + b"\r\n\t]\r\n}"
        return b'{"' + name + b'":[' + b",".join(fragments) + b"]}"
    line = b"\r\n" if layout == "sample" else b""
    return DECLARATION.encode() + line + b"<" + name + b">" + b"".join(fragments) + line + b"</" + name + b">"


def response(format: str, name: str, text: str, upper: bool = False) -> bytes:
    """The wrapper of errors and counts: one named value (get_tickets.error.form)."""
    value = url_encode(text, upper)
    if format == "json":
        return f'{{"response":[{{"{name}":"{value}"}}]}}'.encode()
    if format == "delimited":
        return f"{name}={value}".encode()
    return f"{DECLARATION}<response><{name}>{value}</{name}></response>".encode()
