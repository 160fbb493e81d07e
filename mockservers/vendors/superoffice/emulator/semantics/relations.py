"""What tickets refer to, read by its own calls: companies, people, and the lists of statuses, priorities, categories, types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal, Unsupported
from mockservers.vendors.superoffice.emulator import contacts, entities
from mockservers.vendors.superoffice.emulator.answers import Answer, profile
from mockservers.vendors.superoffice.emulator.model import LARGEST_ID, SYSTEM_USER, Directory, Named, directory
from mockservers.vendors.superoffice.emulator.renderings import Profile
from mockservers.vendors.superoffice.emulator.requests import (
    Asked,
    bad,
    int32,
    int32s,
    members,
    note_query,
    variable,
    without_body,
)

Show = Callable[[Profile, Named, Directory], dict[str, Any] | None]
Run = Callable[[Context, Asked], Answer]


def _contact(look: Profile, here: Named, names: Directory) -> dict[str, Any] | None:
    return contacts.contact(look, here)


def _status(look: Profile, here: Named, names: Directory) -> dict[str, Any] | None:
    return entities.status(look, here)


def _priority(look: Profile, here: Named, names: Directory) -> dict[str, Any] | None:
    return entities.priority(look, here)


def _priority_item(look: Profile, here: Named, names: Directory) -> dict[str, Any] | None:
    made = {"Id": here.id, "Value": look.tongue.text(here.name), "Tooltip": ""}
    return {**made, "TableRight": look.right(""), "FieldProperties": {}} if here.id else None


def _category(look: Profile, here: Named, names: Directory) -> dict[str, Any] | None:
    return entities.category(look, names, here.id)


def _type(look: Profile, here: Named, names: Directory) -> dict[str, Any] | None:
    return entities.ticket_type(look, here)


_SHOWN: Mapping[str, tuple[str, str, Show]] = {
    "Contact": ("contact", "superoffice.contact.carrier", _contact),
    "ContactEntity": ("contact", "superoffice.contact.carrier", contacts.contact_entity),
    "Person": ("person", "superoffice.person.carrier", contacts.person),
    "PersonEntity": ("person", "superoffice.person.carrier", contacts.person_entity),
    "TicketStatusEntity": ("status", "superoffice.list.tickets", _status),
    "TicketPriorityEntity": ("priority", "superoffice.list.tickets", _priority),
    "TicketPriority": ("priority", "superoffice.list.tickets", _priority_item),
    "TicketCategoryEntity": ("category", "superoffice.list.tickets", _category),
    "TicketTypeEntity": ("type", "superoffice.list.tickets", _type),
}
"""By carrier: the kind of the directory, the rule, and how an entry becomes one."""


def _values(ctx: Context, look: Profile, carrier: str, entries: Iterable[Named]) -> list[dict[str, Any]]:
    _, rule, show = _SHOWN[carrier]
    ctx.cite(rule)
    names = directory(ctx)
    made = (show(look, each, names) for each in entries)
    return [entities.selected(look, each) for each in made if each is not None]


# --- one, and several by number ---------------------------------------------------------------------------------------


def one(carrier: str, name: str) -> Run:
    """An agent's call for one entry by the number in the query; null when there is none."""

    def run(ctx: Context, asked: Asked) -> Answer:
        id_ = variable(ctx, asked, name)
        look = profile(ctx, asked, entity=True)
        found = _values(ctx, look, carrier, [directory(ctx).get(_SHOWN[carrier][0], id_)])
        if not found:
            ctx.cite("superoffice.result.null")
        return Answer(found[0] if found else None, carrier, zone=look.clock.code)

    return run


def several(carrier: str) -> Run:
    """An agent's call for entries by an array of numbers, which is the whole body."""

    def run(ctx: Context, asked: Asked) -> Answer:
        if asked.problem is not None:
            raise asked.problem
        ids = int32s(ctx, asked.body, "The body")
        note_query(ctx, asked, "$select")
        look = profile(ctx, asked, entity=True)
        kind, names = _SHOWN[carrier][0], directory(ctx)
        found = _values(ctx, look, carrier, [names.get(kind, each) for each in dict.fromkeys(ids)])
        return Answer(found, f"ArrayOf{carrier}", zone=look.clock.code)

    return run


def everything(carrier: str) -> Run:
    """An agent's call for all entries of a list; its body says nothing that matters here."""

    def run(ctx: Context, asked: Asked) -> Answer:
        without_body(ctx, asked)
        look = profile(ctx, asked, entity=True)
        found = _values(ctx, look, carrier, directory(ctx).all(_SHOWN[carrier][0]))
        return Answer(found, f"ArrayOf{carrier}", zone=look.clock.code)

    return run


def _number(asked: Asked, place: int = 0) -> int:
    given = asked.path[place]
    number = int(given) if given.isascii() and given.isdecimal() and len(given) <= 10 else 0
    return number if number <= LARGEST_ID else 0


def at(carrier: str, *, linked: str = "") -> Run:
    """One entry at its REST address; `linked` is the entity's own."""

    def run(ctx: Context, asked: Asked) -> Answer:
        if asked.variables.get("fk", "false").lower() not in ("", "false"):
            raise Unsupported("fk, which adds foreign keys")
        look = profile(ctx, asked, entity=True)
        kind = _SHOWN[carrier][0]
        found = _values(ctx, look, carrier, [directory(ctx).get(kind, _number(asked))])
        if not found:
            told = f"{carrier.removesuffix('Entity')} id {asked.path[0][:20]} not found"
            raise Refusal("superoffice.error.rest", "not_found", message=told)
        if linked:
            address = f"{linked}/{_number(asked)}"
            found[0]["_Links"] = {"Self": address, "Archive": linked}
        return Answer(found[0], carrier, zone=look.clock.code)

    return run


def of_company(ctx: Context, asked: Asked) -> Answer:
    """The people of a company."""
    given = members(ctx, asked, "ContactId")
    if "contactid" not in given:
        raise bad("superoffice.request.missing", "ContactId is missing.")
    company = int32(ctx, given["contactid"], "ContactId")
    look = profile(ctx, asked, entity=True)
    found = _values(ctx, look, "Person", contacts.people_of(directory(ctx), company) if company > 0 else [])
    return Answer(found, "ArrayOfPerson", zone=look.clock.code)


# --- lists ------------------------------------------------------------------------------------------------------------

_LISTS: Mapping[str, str] = {
    "ticketstatus": "status",
    "ticketpriority": "priority",
    "ejcategory": "category",
    "tickettype": "type",
    "associate": "user",
}
"""Names of lists in lower case, and the kind of the directory behind each."""


def _tree(look: Profile, names: Directory, parent: int, depth: int = 0) -> list[dict[str, Any]]:
    """Categories below one, each with those below it."""
    if depth > 20:
        return []
    return [
        contacts.item(look, each, full=_path(look, names, each), children=_tree(look, names, each.id, depth + 1))
        for each in names.all("category")
        if int(each.facts.get("parent", 0)) == parent
    ]


def _path(look: Profile, names: Directory, here: Named) -> str:
    return "/".join(look.tongue.text(part) for part in names.category_path(here.id))


def _listed(ctx: Context, asked: Asked, name: str, flat: bool) -> Answer:
    kind = _LISTS.get(name.lower())
    if kind is None:
        raise Unsupported(f"the list {name[:40]}")
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.list.mdo")
    names = directory(ctx)
    if kind == "category" and not flat:
        value = _tree(look, names, 0)
    elif kind == "category":
        value = [contacts.item(look, each, full=_path(look, names, each)) for each in names.all(kind)]
    elif kind == "user":
        people = [each for each in names.all(kind) if each.id != SYSTEM_USER]
        value = [
            contacts.item(look, Named(int(each.facts.get("associate", 0)), str(each.facts.get("full", each.name)), {}))
            for each in people
        ]
    else:
        value = [contacts.item(look, each) for each in names.all(kind)]
    return Answer([entities.selected(look, each) for each in value], "ArrayOfMDOListItem")


def mdo(ctx: Context, asked: Asked) -> Answer:
    """A list by its name, at its REST address; categories as a tree unless `flat` is true."""
    return _listed(ctx, asked, asked.path[0], asked.variables.get("flat", "false").lower() == "true")


def mdo_simple(ctx: Context, asked: Asked) -> Answer:
    """A list by its name, without headings: flat."""
    return _named(ctx, asked, True, "Name")


def mdo_list(ctx: Context, asked: Asked) -> Answer:
    """A list by its name, as a tree unless ForceFlatList says otherwise."""
    return _named(ctx, asked, False, "Name", "ForceFlatList", "AdditionalInfo", "OnlyHistory")


def _named(ctx: Context, asked: Asked, flat: bool, *known: str) -> Answer:
    given = members(ctx, asked, *known)
    name = given.get("name")
    if not isinstance(name, str) or not name.strip():
        raise bad("superoffice.request.missing", "Name is missing.")
    return _listed(ctx, asked, name.strip(), flat or str(given.get("forceflatlist")).lower() == "true")
