"""Tickets taken over as a whole Ticket carrier tells them, with what they refer to: the operation `import`.

Nothing is worked out: what was told is what is kept. Knows no wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.superoffice.emulator import languages, rights
from mockservers.vendors.superoffice.emulator.arguments import Arguments
from mockservers.vendors.superoffice.emulator.keeping import keep, remove
from mockservers.vendors.superoffice.emulator.languages import Locale
from mockservers.vendors.superoffice.emulator.model import (
    ATTACHMENTS,
    LARGEST_ID,
    MESSAGES,
    NO_PERSON,
    NOBODY,
    STORED,
    SYSTEM_USER,
    TICKETS,
    Directory,
    Named,
    enter,
    fresh,
    read_directory,
    tenant_name,
)
from mockservers.vendors.superoffice.emulator.values import kept

_NAMED = {
    "priority": ("Priority", "PriorityName"),
    "type": ("TicketTypeId", "TicketTypeName"),
    "sale": ("SaleId", "SaleHeading"),
    "project": ("ProjectId", "ProjectName"),
    "contact": ("ContactId", "ContactName"),
}
"""Kinds of the directory of which a carrier tells number and name."""
_TOLD_NUMBERS = ("ContactId", "OwnedByAssociateId")
_TOLD_NAMES = (
    "CreatedByName",
    "OwnedByName",
    "PersonFirstname",
    "PersonMiddleName",
    "PersonLastname",
    "PersonFullname",
)
_TOLD_IN_LANGUAGES = (
    "PriorityName",
    "TicketTypeName",
    "SaleHeading",
    "ProjectName",
    "ContactName",
    "TicketStatusDisplayValue",
    "CategoryFullname",
)
"""Numbers and names of which a ticket keeps none itself; they go to the directory. Some are told by language."""
_TOLD = "told"
"""A fact of what was named by code: its texts by language. What has none is the demo company's own."""
_OTHER = "??"
"""The code of a language that strings cannot carry: its texts are those of the one that it falls back to."""
_ABOVE = 1_000_000_000
"""Where the numbers of categories begin of which only the name is told."""


def import_(ctx: Context, request: Any) -> dict[str, Any]:
    """Tickets as they are elsewhere. `{"records": [{"id", "fields", "exists"?}], "clear"?, "entity"?}`.

    A name is a text as the database holds it, or an object of codes (US, NO ...) and texts: told languages come together,
    `""` is the text as it is held. What a multi-language string cannot hold is told in `left_out`.
    """
    arguments = Arguments.of(ctx, request)
    records, clear, entity = (
        arguments.take("records", []),
        arguments.take("clear", False),
        arguments.take("entity", "ticket"),
    )
    arguments.done()
    if entity != "ticket" or not isinstance(records, list) or not all(isinstance(each, Mapping) for each in records):
        raise Misuse("'records' is a list of tickets, each with id and fields; 'entity' is ticket or left out")
    if clear:
        for table in (TICKETS, MESSAGES, ATTACHMENTS):
            ctx.db.execute(sa.delete(table).where(table.c.tenant == tenant_name(ctx)))
    left_out: list[str] = []
    for each in records:
        id_ = Arguments(ctx, each).number()
        fields = each.get("fields")
        if each.get("exists", True) and not isinstance(fields, Mapping):
            raise Misuse(f"ticket {id_} has no 'fields'")
        remove(ctx, id_)
        if isinstance(fields, Mapping) and each.get("exists", True):
            left_out += _take(ctx, id_, fields)
    ctx.installation.cache.clear()
    return {"imported": len(records), **({"left_out": left_out} if left_out else {})}


def _take(ctx: Context, id_: int, fields: Mapping[str, Any]) -> list[str]:
    values: dict[str, Any] = {}
    for name in STORED:
        if name != "TicketId" and name in fields:
            try:
                values[name] = kept(name, fields[name])
            except ValueError as error:
                raise Misuse(f"ticket {id_}: {error}") from error
    _check_told(id_, fields)
    names = _Names(read_directory(ctx.db, tenant_name(ctx)), str(ctx.dialect["language_fallback"]))
    right = fields.get("TableRight")
    if isinstance(right, Mapping) and _is_told(right.get("Reason"), in_languages=True, alone=False):
        right = {**right, "Reason": names.name(f"the reason of ticket {id_}'s right", right["Reason"])}
    if right:
        try:
            rights.checked(right)
        except ValueError as error:
            raise Misuse(f"ticket {id_}: TableRight: {error}") from error
    row = fresh({**values, "TicketId": id_, "right": None if right is None else json.dumps(right)})
    if row["BaseStatus"] == "Deleted":
        row["deleted"] = row["LastChanged"]
    for kind, entries in names.told(row, fields).items():
        enter(ctx.db, tenant_name(ctx), kind, entries)
    keep(ctx, row, new=True)
    return names.left_out


def _check_told(id_: int, fields: Mapping[str, Any]) -> None:
    """Refuse numbers and names that nothing could read later; raises Misuse."""
    for name in _TOLD_NUMBERS:
        value = fields.get(name)
        if value is not None and not (type(value) is int and abs(value) <= LARGEST_ID):
            raise Misuse(f"ticket {id_}: {name} must be a whole number of 32 bits, got {value!r}")
    for name in (*_TOLD_NAMES, *_TOLD_IN_LANGUAGES):
        value = fields.get(name)
        if value is not None and not _is_told(value, in_languages=name in _TOLD_IN_LANGUAGES):
            raise Misuse(f"ticket {id_}: {name} must be text, got {value!r}")


def _is_told(value: Any, *, in_languages: bool, alone: bool = True) -> bool:
    """Whether a value is a text, or texts by the code of their language."""
    if isinstance(value, str):
        return alone
    texts = value if in_languages and isinstance(value, Mapping) else {}
    return bool(texts) and all(isinstance(each, str) for each in (*texts, *texts.values()))


class _Names:
    """What one ticket refers to, by the names that its carrier tells, beside what is known of it."""

    def __init__(self, known: Directory, fallback: str) -> None:
        self.known = known
        self.fallback = fallback
        self.left_out: list[str] = []

    def told(self, row: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, list[Named]]:
        """The entries of the directory that are new or have changed, by kind."""
        found: dict[str, list[Named]] = {}
        for kind, (number, name) in _NAMED.items():
            if fields.get(number) and fields.get(name):
                found.setdefault(kind, []).append(self._entry(kind, fields[number], fields[name]))
        if row["TicketStatus"] and fields.get("TicketStatusDisplayValue"):
            entry = self._entry(
                "status", row["TicketStatus"], fields["TicketStatusDisplayValue"], base=row["BaseStatus"]
            )
            found.setdefault("status", []).append(entry)
        for number, name in (("CreatedBy", "CreatedByName"), ("OwnedBy", "OwnedByName")):
            if row[number] != SYSTEM_USER and fields.get(name):
                facts = dict(self.known.get("user", row[number]).facts)
                if number == "OwnedBy":
                    facts["associate"] = fields.get("OwnedByAssociateId", 0)
                found.setdefault("user", []).append(Named(row[number], fields[name], facts))
        if row["CustId"] not in (None, NO_PERSON, 0):
            found.setdefault("person", []).append(self._person(row["CustId"], fields))
        if row["Category"] and fields.get("CategoryFullname"):
            found.setdefault("category", []).extend(self._categories(row["Category"], fields["CategoryFullname"]))
        return {
            kind: [each for each in entries if self.known.get(kind, each.id) != each] for kind, entries in found.items()
        }

    def _entry(self, kind: str, id_: int, told: Any, **unless_known: Any) -> Named:
        known = self.known.get(kind, id_)
        facts = {**unless_known, **known.facts}
        if not isinstance(told, Mapping):
            return Named(id_, told, facts)
        said = _said(facts, told)
        return Named(id_, self.name(f"{kind} {id_}", said), {**facts, _TOLD: said})

    def name(self, what: str, said: Mapping[str, str]) -> str:
        """The text that shows what is told in each language, as far as one can; plain where all say the same."""
        held = dict(said)
        raw, other = held.pop("", None), held.pop(_OTHER, None)
        name = raw or next(iter(held.values()), None) or other or ""
        made = languages.parts(name)
        for code, text in held.items():
            if len({*held.values()}) == 1 if raw is None else Locale(code, None, self.fallback).text(raw) == text:
                continue
            try:
                if raw is not None and "[" in raw and not made:
                    raise ValueError(f"{raw!r} is text from elsewhere, which has no place for {code}: {text!r}")
                name = languages.composed({**made, code: text})
                made = languages.parts(name)
            except ValueError as error:
                self.left_out.append(f"{what}: {error}")
        if other is not None and Locale(_OTHER, None, self.fallback).text(name) != other:
            self.left_out.append(f"{what}: {other!r} was told in a language without a code, and it is {name!r}")
        return name

    def _person(self, id_: int, fields: Mapping[str, Any]) -> Named:
        facts = {**self.known.get("person", id_).facts, "contact": fields.get("ContactId") or 0}
        for key, name in (("first", "PersonFirstname"), ("middle", "PersonMiddleName"), ("last", "PersonLastname")):
            facts[key] = fields.get(name) or ""
        return Named(id_, fields.get("PersonFullname") or "", facts)

    def _categories(self, id_: int, told: Any) -> list[Named]:
        """A category and those above it; of these only the names are told, so their numbers are ours."""
        told = told if isinstance(told, Mapping) else {"": str(told)}
        leaf = self.known.get("category", id_)
        if [*told] == [""] and self.known.category_path(id_) == told[""].split("/"):
            chain = [*self._above(leaf, len(told[""].split("/"))), leaf]
            return [each._replace(facts={**each.facts, _TOLD: {"": each.name}}) for each in chain]
        paths = {code: path.split("/") for code, path in told.items()}
        depth = len(next(iter(paths.values())))
        for code, path in paths.items():
            if len(path) != depth:
                self.left_out.append(
                    f"category {id_}: in {code or 'the raw text'} it lies elsewhere, at {'/'.join(path)!r}"
                )
        levels = [{code: path[n] for code, path in paths.items() if len(path) == depth} for n in range(depth)]
        made, parent = list[Named](), 0
        for above, level in zip(self._above(leaf, depth), levels[:-1], strict=False):
            here = above if self._may_be(above, level, parent) else self._namesake(level, parent)
            number = here.id or max(_ABOVE - 1, *(each.id for each in [*made, *self.known.all("category")])) + 1
            said = _said(here.facts, level)
            made.append(
                Named(number, self.name(f"category {number}", said), {**here.facts, "parent": parent, _TOLD: said})
            )
            parent = number
        said = _said(leaf.facts, levels[-1])
        return [*made, Named(id_, self.name(f"category {id_}", said), {**leaf.facts, "parent": parent, _TOLD: said})]

    def _above(self, leaf: Named, depth: int) -> list[Named]:
        """The categories above one whose place was told before, from the top down; NOBODY for each that is not known."""
        found: list[Named] = []
        here = leaf
        while here.facts.get("parent") and len(found) < depth:
            here = self.known.get("category", int(here.facts["parent"]))
            found.append(here)
        return found[::-1] if len(found) == depth - 1 else [NOBODY] * (depth - 1)

    def _may_be(self, known: Named, level: Mapping[str, str], parent: int) -> bool:
        """Whether a category may be the one that is told: it lies there, and was told to be nothing else."""
        held = known.facts.get(_TOLD) or {}
        return (
            bool(held)
            and known.facts.get("parent", 0) == parent
            and all(held.get(code, text) == text for code, text in level.items())
        )

    def _namesake(self, level: Mapping[str, str], parent: int) -> Named:
        for each in self.known.all("category"):
            held = each.facts.get(_TOLD, {})
            same = any(held.get(code) == text for code, text in level.items())
            if same and self._may_be(each, level, parent):
                return each
        return NOBODY


def _said(facts: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, str]:
    """What is told of a name by now: a text as it is held tells all languages at once."""
    return dict(told) if "" in told else {**facts.get(_TOLD, {}), **told}
