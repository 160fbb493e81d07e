"""How tickets look: one fragment of JSON or XML for each ticket and profile of an answer.

A profile is all that the look depends on besides the ticket: format, zone, language, rights, $select, dialect. The part that is
the same for all tickets of a profile (FieldProperties) is kept once, and stands between the fragments when they are joined.
Knows no request, no statement and no HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from mockservers.vendors.superoffice.emulator import carriers
from mockservers.vendors.superoffice.emulator.languages import Locale
from mockservers.vendors.superoffice.emulator.model import DATES, NO_PERSON, SYSTEM_USER, TICKET, Directory
from mockservers.vendors.superoffice.emulator.rights import Role
from mockservers.vendors.superoffice.emulator.time_zones import TimeFormat
from mockservers.wirekit import xmltext

TRANSLATED = tuple(field.name for field in TICKET.fields if field.more.get("multi_language"))
TAIL = "FieldProperties"
NAMESPACE = "http://schemas.datacontract.org/2004/07/SuperOffice.WebApi.Data"
_NIL = ' i:nil="true"'
_XSI = "http://www.w3.org/2001/XMLSchema-instance"

_DROPPED: Mapping[str, frozenset[str]] = {
    "current": frozenset(),
    "client_10": frozenset({"TicketTypeId", "TicketTypeName"}),
    "page_2022": frozenset(
        {
            "TicketTypeId",
            "TicketTypeName",
            "TimeSpent",
            "Language",
            "Sentiment",
            "SentimentConfidence",
            "SaleId",
            "ProjectId",
            "SaleHeading",
            "ProjectName",
        }
    ),
}
_LATER: Mapping[str, str] = {"Spam": "Unknown", "API": "Unknown", "Flow": "Unknown"}
"""Names of enumerations that older releases lack, and what they say instead (superoffice.carrier.grows)."""


def dropped(version: str) -> frozenset[str]:
    """The properties that a release lacks (superoffice.carrier.grows)."""
    return _DROPPED[version]


@dataclass(frozen=True, slots=True)
class Profile:
    """What the look of a ticket depends on besides the ticket."""

    format: str
    clock: TimeFormat
    tongue: Locale
    role: Role
    select: frozenset[str] | None
    mode: str
    none: str
    version: str
    extra: str | None
    namespaces: str
    entity_select: frozenset[str] | None = None
    """The names of $select in lower case, as entities take them, whose properties are others."""

    def right(self, right: Any, of_field: bool = False) -> Any:
        """A right as the carrier shows it; "" is no restriction (superoffice.carrier.rights)."""
        if right == "":
            full = "Update" if of_field else "FULL"
            return {"null": None, "object": {"Mask": full, "Reason": ""}, "empty": {}}[self.none]
        if not right:
            return right
        return {"Mask": right["Mask"], "Reason": self.tongue.text(right["Reason"])}

    def properties(self) -> dict[str, Any]:
        """FieldProperties: the same for every ticket (superoffice.carrier.field_properties)."""
        made: dict[str, Any] = {}
        for field in TICKET.fields:
            if "net" in field.more and field.name not in _DROPPED[self.version]:
                type_, length = field.more["net"]
                right = self.right(self.role.fields.get(field.name, ""), True)
                made[field.name] = {"FieldRight": right, "FieldType": type_, "FieldLength": length}
        return made

    def carrier(self, row: Any, names: Directory) -> dict[str, Any]:
        """All properties of a ticket but FieldProperties, as they go out.

        What the language of the call translates are names and reasons (superoffice.language.fields).
        """
        made = carriers.values(row, names)
        for name in self.role.blank:
            if name in made:
                made[name] = carriers.unset(name)
        for name in TRANSLATED:
            made[name] = self.tongue.text(made[name])
        if made["CategoryFullname"]:
            # Each segment is a string of its own: the path is put together from translated ones.
            made["CategoryFullname"] = "/".join(self.tongue.text(each) for each in names.category_path(row.Category))
        write = self.clock.write
        for name in DATES:
            made[name] = write(made[name])
        made["TableRight"] = self.right(self.role.of_row(row.right))
        if self.version != "current":
            for name in _DROPPED[self.version]:
                del made[name]
            for name in ("BaseStatus", "Origin"):
                made[name] = _LATER.get(made[name], made[name])
        return made if self.select is None else self._selected(made)

    def _selected(self, made: dict[str, Any]) -> dict[str, Any]:
        """Without what was not selected: null, nothing, or the value of an unset one (superoffice.select.nulls)."""
        assert self.select is not None
        if self.mode == "omit":
            return {name: value for name, value in made.items() if name in self.select}
        return {name: value if name in self.select else self._blank(name) for name, value in made.items()}

    def _blank(self, name: str) -> Any:
        if self.mode == "null" or name in ("TableRight", TAIL):
            return None
        return self.clock.unset if name in DATES else carriers.unset(name)

    def tail(self) -> dict[str, Any]:
        """FieldProperties and what a later release adds, the same for all tickets of the profile."""
        made: dict[str, Any] = {}
        if self.select is None or TAIL in self.select:
            made[TAIL] = self.properties()
        elif self.mode != "omit":
            made[TAIL] = None
        if self.extra is not None and (self.select is None or self.mode != "omit"):
            made[self.extra] = None if self.select is not None else "?"
        return made

    def whole(self, row: Any, names: Directory) -> dict[str, Any]:
        """The complete carrier of a ticket, for answers that hold one."""
        return {**self.carrier(row, names), **self.tail()}


# --- pages ------------------------------------------------------------------------------------------------------------

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def dumps(value: Any) -> bytes:
    """A value as JSON in UTF-8; half a character becomes U+FFFD, as .NET's encoder writes it."""
    return _encode(value).encode("utf-8", "replace")


class Fragment(NamedTuple):
    """A rendered ticket without what all have in common; `body` None: the role does not see it.

    `rules` are those that show in it: a ticket that comes from the shelf cites what it cited when it was rendered.
    """

    revision: int
    body: bytes | None
    rules: tuple[str, ...]


@dataclass(slots=True)
class Shelf:
    """The rendered tickets of one profile, by number."""

    profile: Profile
    separator: bytes
    first: bytes
    last: bytes
    nothing: bytes
    fragments: dict[int, Fragment]

    @classmethod
    def of(cls, profile: Profile) -> Shelf:
        tail = profile.tail()
        if profile.format == "json":
            end = dumps(tail)[1:]  # without its opening brace: it continues the object
            end = end if len(end) > 1 else b"}"
            return cls(profile, end + b",", b"[", end + b"]", b"null", {})
        end = (xml_members(tail, profile.namespaces) + "</Ticket>").encode()
        space = f' xmlns:i="{_XSI}" xmlns="{NAMESPACE}"' if profile.namespaces == "datacontract" else ""
        nothing = f"<Ticket{_NIL}/>" if profile.namespaces == "datacontract" else "<Ticket />"
        return cls(profile, end, f"<ArrayOfTicket{space}>".encode(), end + b"</ArrayOfTicket>", nothing.encode(), {})

    def fragment(self, row: Any, names: Directory) -> Fragment:
        """A ticket without its tail."""
        if not self.profile.role.sees(row):
            return Fragment(row.revision, None, ())
        made = self.profile.carrier(row, names)
        if self.profile.format == "json":
            body = dumps(made)[:-1]
            body = body + b"," if self._tailed and len(body) > 1 else body
        else:
            body = ("<Ticket>" + xml_members(made, self.profile.namespaces)).encode()
        return Fragment(row.revision, body, row_rules(row, names))

    @property
    def _tailed(self) -> bool:
        return self.last != b"}]"

    def page(self, fragments: Sequence[bytes | None]) -> bytes:
        """An answer with these tickets in order, a bare array (superoffice.result.array); None is a null."""
        if None not in fragments:
            if not fragments:
                return self._empty
            return self.first + self.separator.join(fragments) + self.last  # type: ignore[arg-type]
        json_ = self.profile.format == "json"
        end = self.separator[:-1] if json_ else self.separator
        parts = [self.nothing if each is None else each + end for each in fragments]
        close = b"]" if json_ else b"</ArrayOfTicket>"
        return self.first + (b"," if json_ else b"").join(parts) + close

    @property
    def _empty(self) -> bytes:
        return b"[]" if self.profile.format == "json" else self.first[:-1] + b" />"


# --- XML --------------------------------------------------------------------------------------------------------------


def xml(name: str, value: Any, namespaces: str) -> str:
    """A document of any value: properties as elements, elements of a list named after what they hold."""
    space = f' xmlns:i="{_XSI}" xmlns="{NAMESPACE}"' if namespaces == "datacontract" else ""
    return _element(name, value, namespaces, space)


def xml_members(members: Mapping[str, Any], namespaces: str) -> str:
    return "".join([_element(name, value, namespaces) for name, value in members.items()])


@lru_cache(maxsize=4096)
def _tag(name: str) -> str:
    """A name that XML takes: what it does not take is written as its number, as the framework does."""
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "_.-") else f"_x{ord(letter):04X}_"
        for letter in name
    )
    return plain if plain[:1].isalpha() or plain[:1] == "_" else f"_x{ord(plain[0]):04X}_{plain[1:]}" if plain else "_"


def _element(name: str, value: Any, namespaces: str, space: str = "") -> str:
    tag = _tag(name)
    if value is None:
        return f"<{tag}{space or ''}{_NIL} />" if namespaces == "datacontract" else (f"<{tag} />" if space else "")
    if value is True or value is False:
        inner = "true" if value else "false"
    elif isinstance(value, Mapping):
        inner = xml_members(value, namespaces)
    elif isinstance(value, (list, tuple)):
        inner = "".join([_element(_item(name, each), each, namespaces) for each in value])
    else:
        inner = xmltext.text(str(value))
    return f"<{tag}{space}>{inner}</{tag}>" if inner else f"<{tag}{space} />"


def _item(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return name.removeprefix("ArrayOf") if name.startswith("ArrayOf") else name.removesuffix("s") or "item"
    return "int" if isinstance(value, int) else "string"


# --- rules ------------------------------------------------------------------------------------------------------------

_OF_STATUS: Mapping[str, str] = {
    "Deleted": "superoffice.result.deleted",
    "Merged": "superoffice.result.merged",
    "Spam": "superoffice.result.spam",
}


def row_rules(row: Any, names: Directory) -> tuple[str, ...]:
    """Rules that show in this ticket and not in all others; the same tuple for tickets alike."""
    nobody = row.CustId in (None, NO_PERSON)
    return _row_rules(
        nobody,
        nobody or not names.get("person", row.CustId).facts.get("contact"),
        row.OwnedBy != SYSTEM_USER,
        row.CreatedBy != SYSTEM_USER,
        bool(row.SaleId or row.ProjectId or row.FormSubmissionId),
        row.Sentiment != 0,
        row.right is not None,
        row.BaseStatus,
    )


@lru_cache(maxsize=1024)
def _row_rules(
    nobody: bool,
    no_company: bool,
    owned: bool,
    made_by_a_user: bool,
    linked: bool,
    felt: bool,
    restricted: bool,
    status: str,
) -> tuple[str, ...]:
    shows = {
        "superoffice.carrier.no_person": nobody,
        "superoffice.carrier.no_company": no_company,
        "superoffice.carrier.two_user_spaces": owned,
        "superoffice.carrier.no_owner": not owned,
        "superoffice.carrier.login_names": owned or made_by_a_user,
        "superoffice.carrier.created_by": not made_by_a_user,
        "superoffice.carrier.links": linked,
        "superoffice.carrier.sentiment": felt,
        "superoffice.carrier.rights": restricted,
        "superoffice.result.not_in_log": status in _OF_STATUS,
    }
    rules = [rule for rule, does in shows.items() if does]
    if status in _OF_STATUS:
        rules.append(_OF_STATUS[status])
    return tuple(rules)
