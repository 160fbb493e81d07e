"""Requests of other people at Track-It!: fields by number or label, links by display value, and who acts.

Every mistake is a `Misuse` that says what would have been right. Knows no wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.kernel import arguments
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.trackit.emulator import fields, model
from mockservers.vendors.trackit.emulator.changes import Author
from mockservers.vendors.trackit.emulator.fields import MODULES

CUSTOMER = "customer"
_ORIGINAL = {
    kind.name: {field.label.casefold(): number for number, field in kind.fields.items()} for kind in model.KINDS
}
_CALLED = {"ticket": "a ticket", "assignment": "an assignment"}


def storable(name: str, text: str) -> str:
    """`text` in the form that a database keeps."""
    try:
        kept: str = fields.kept("text", text)
    except ValueError as error:
        raise Misuse(f"{name!r} takes {error} without zero characters, of up to {fields.LONGEST} characters") from error
    return kept


class Arguments(arguments.Arguments):
    """A request about tickets, whose texts a database must be able to keep."""

    __slots__ = ()
    LARGEST_ID = fields.LARGEST
    PROMPT = "Track-It!"

    def text(self, name: str, default: str | None = None) -> str:
        return storable(name, arguments.Arguments.text(self, name, default))

    def names(self, name: str) -> list[str]:
        """A list of texts."""
        given = self.take(name, [])
        if not isinstance(given, list) or not all(isinstance(each, str) and each for each in given):
            raise Misuse(f"{name!r} must be a list of texts, got {given!r}")
        return given

    def fields(self, required: bool = True) -> dict[str, Any]:
        """The columns of given ticket fields, by number or original label; links by number or by a display value."""
        return columns(self.ctx, self.members("fields", required))


def field_named(name: Any, kind: model.Kind = model.TICKET) -> fields.Field:
    """A field of a ticket or an assignment, by number or original label."""
    text, known = str(name).strip(), _ORIGINAL[kind.name]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else known.get(text.casefold())
    if number is None or number not in kind.fields:
        told = "fields have numbers from 1 to 186 with gaps, see module/24/fields"
        raise Misuse(f"{_CALLED[kind.name]} has no field {name!r}; {told}")
    return kind.fields[number]


def columns(ctx: Context, given: Mapping[str, Any], kind: model.Kind = model.TICKET) -> dict[str, Any]:
    """Columns for fields; other people can also set what the API cannot, but for the record's number."""
    made: dict[str, Any] = {}
    directory = model.directory(ctx)
    for name, value in given.items():
        field = field_named(name, kind)
        if field.number in (1, 6, 163, 175):
            raise Misuse(f"field {field.number} {field.label!r} follows from the {kind.name} and its notes")
        try:
            kept = None if value is None else fields.kept(field.form, value)
        except ValueError as error:
            raise Misuse(f"field {field.number} {field.label!r} must be {error}, got {value!r}") from error
        if field.link is None:
            made[field.column] = kept
            continue
        module = MODULES[field.link]
        if kept is None:
            found = None
        elif field.attribute is None:
            found = kept if kept in directory[module] else None
        else:
            found = directory.find(module, field.attribute, kept)
        if kept is not None and found is None:
            known = ", ".join(str(id_) for id_ in list(directory[module])[:20])
            raise Misuse(f"no {module} has {value!r} for field {field.number} {field.label!r}; there are {known}")
        made[field.column] = found
    for column, why in (
        ("l_status", "a ticket always has a status"),
        ("f12", "a ticket was always opened"),
        ("f2", "a ticket was always modified"),
        ("f102", "it is true or false"),
    ):
        if column in made and made[column] is None:
            raise Misuse(f"{why}, so it cannot be null")
    return made


def author(ctx: Context, login: str) -> Author:
    """The technician with this login, or the requestor with this id, or the database's own user `dbo`."""
    directory = model.directory(ctx)
    technician = directory.find("technician", "login", login)
    if technician is not None:
        facts = directory.get("technician", technician)
        return Author(facts["login"], technician, directory.find("group", "name", facts.get("group", "")))
    requestor = directory.find("requestor", "id", login)
    if requestor is None and login != "dbo":
        there = ", ".join(str(facts.get("login")) for facts in directory["technician"].values())
        raise Misuse(f"nobody has the login {login!r}; technicians are {there}")
    return Author(login)
