"""Requests of other people at SuperOffice: properties in kept form, instants, and who of the Service users acts.

Knows no operation.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from mockservers.kernel import arguments
from mockservers.kernel.instants import from_iso
from mockservers.kernel.rules import Misuse
from mockservers.vendors.superoffice.emulator import attachments, time_zones
from mockservers.vendors.superoffice.emulator.model import LARGEST_ID, PROPERTIES, REFERENCES, STORED, Directory
from mockservers.vendors.superoffice.emulator.values import LONGEST, kept, kept_text, whole_second

Values = dict[str, Any]


class Arguments(arguments.Arguments):
    """A request about tickets and the people who work on them."""

    __slots__ = ()
    ID = "must be a ticket's number"
    LARGEST_ID = LARGEST_ID
    PROMPT = "SuperOffice"

    def text(self, name: str, default: str | None = None, most: int = LONGEST) -> str:
        found = arguments.Arguments.text(self, name, default)
        if len(found) > most:
            raise Misuse(f"{name!r} must be text of up to {most} characters")
        try:
            return kept_text(name, found)
        except ValueError as error:
            raise Misuse(str(error)) from error

    def instant(self, name: str) -> int:
        value = self.take(name)
        try:
            found = whole_second(from_iso(value if isinstance(value, str) else repr(value)))
        except ValueError as error:
            raise Misuse(f"{name!r}: {error}") from error
        if not time_zones.EARLIEST <= found <= time_zones.LATEST:
            raise Misuse(f"{name!r} must lie between 1970 and 9998, got {value!r}")
        return found

    def user(self, names: Directory, name: str = "by", default: int = 1) -> int:
        """A Service user, by number or by initials."""
        value = self.take(name, default)
        for each in names.all("user"):
            if (value == each.id and not isinstance(value, bool)) or value == each.name:
                return each.id
        there = ", ".join(f"{each.id} ({each.name})" for each in names.all("user"))
        raise Misuse(f"{name!r} must name a Service user by number or initials, got {value!r}; there are {there}")

    def files(self, name: str) -> list[Values]:
        """The file that a message comes with, as columns: true for one of the samples, or {name, content, inline}."""
        given = self.take(name, False)
        if not isinstance(given, Mapping):
            return [attachments.sample(next(iter(attachments.SAMPLES)))] if self.flag(name, False) else []
        parts = ("name", "content", "inline")
        if not set(given) <= set(parts) or not isinstance(given.get("inline", False), bool):
            raise Misuse(f"{name!r} must be true, false, or a file with {', '.join(parts)}, got {given!r}")
        called = given.get("name")
        if not isinstance(called, str) or not called or len(called) > attachments.LONGEST_NAME or "\x00" in called:
            raise Misuse(f"the file's 'name' must be text of up to {attachments.LONGEST_NAME} letters, got {called!r}")
        try:
            held = base64.b64decode(given.get("content", ""), validate=True)
            kept_text("Title", called)
        except (ValueError, TypeError) as error:
            raise Misuse(f"the file's 'content' must be bytes in base64, and its name text: {error}") from error
        if len(held) > attachments.MOST_BYTES:
            raise Misuse(f"the file's 'content' must be {attachments.MOST_BYTES} bytes at most, got {len(held)}")
        return [attachments.file(called, held, inline=given.get("inline", False))]

    def fields(self, names: Directory) -> Values:
        """The given properties in kept form; what they lead to is there."""
        values: Values = {}
        for name, value in self.members("fields").items():
            if name not in STORED:
                reason = "follows from other properties" if name in PROPERTIES else "is no property of a ticket"
                raise Misuse(f"{name!r} {reason}; what can be given is {', '.join(STORED)}")
            try:
                values[name] = kept(name, value)
            except ValueError as error:
                raise Misuse(str(error)) from error
            kind = REFERENCES.get(name)
            if kind and values[name] not in (None, 0, -1) and not names.get(kind, values[name]).id:
                there = ", ".join(f"{each.id} ({each.name})" for each in names.all(kind)[:12])
                raise Misuse(f"{name} {values[name]} leads to no {kind}; there are {there}")
        return values
