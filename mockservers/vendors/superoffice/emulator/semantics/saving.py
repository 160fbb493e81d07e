"""Entities that clients save: what of one is taken, checked as a whole before anything is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.vendors.superoffice.emulator import access, attachments, changes, entities
from mockservers.vendors.superoffice.emulator.access import caller
from mockservers.vendors.superoffice.emulator.answers import Answer, note_unknown, profile
from mockservers.vendors.superoffice.emulator.changes import Row, catch_up
from mockservers.vendors.superoffice.emulator.entities import CHOOSE_OWNER, KEYS, NESTED
from mockservers.vendors.superoffice.emulator.keeping import keep, remove
from mockservers.vendors.superoffice.emulator.limits import took
from mockservers.vendors.superoffice.emulator.model import (
    ENUMERATED,
    ENUMS,
    NO_PERSON,
    REFERENCES,
    SYSTEM_USER,
    Directory,
    directory,
    fresh,
    messages_of,
    next_number,
    one,
    rows,
    tenant_name,
)
from mockservers.vendors.superoffice.emulator.renderings import Profile
from mockservers.vendors.superoffice.emulator.requests import (
    Asked,
    Plain,
    bad,
    int32,
    int32s,
    lowered,
    members,
    variable,
    without_body,
)
from mockservers.vendors.superoffice.emulator.rights import DELETE, INSERT, RESTRICTED, UPDATE
from mockservers.vendors.superoffice.emulator.semantics.tickets import gone, seen, wanted_ids
from mockservers.vendors.superoffice.emulator.values import kept_text
from mockservers.wirekit.dotnet_text import date_text, literal_text, value_text

_TEXTS = ("Title", "Author", "FromAddress", "Language")
_DATES = ("Activate", "Deadline")
_KEPT_ENUMS = ("Slevel", "Origin", "ReadStatus")
LONGEST_EXTRA = 20_000


# --- reading an entity ------------------------------------------------------------------------------------------------


def _wrong(detail: str) -> Refusal:
    return bad("superoffice.call.save_checks", detail)


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name.lower())
    try:
        return "" if value is None else kept_text(name, str(value) if isinstance(value, Plain) else value)
    except ValueError as error:
        raise _wrong(f"{str(error)[:200]}.") from None


def _unset(ctx: Context, value: Any) -> bool:
    """Whether a value says nothing; an empty text is read like null (superoffice.request.empty_values)."""
    if value == "":
        ctx.cite("superoffice.request.empty_values")
    return value is None or value == ""


def _enum(ctx: Context, given: Mapping[str, Any], name: str, default: str) -> str:
    """A name of an enumeration in any case, or its number; a name that no release knows is refused."""
    value = given.get(name.lower())
    if _unset(ctx, value):
        return default
    table = ENUMS[ENUMERATED[name]]
    for known, number in table.items():
        if (isinstance(value, str) and value.strip().lower() == known.lower()) or (
            isinstance(value, int) and not isinstance(value, bool) and value == number
        ):
            # What is above a thousand exists for user interfaces only, and is kept as Postponed.
            return "Postponed" if number > 1000 else known
    raise _wrong(f"{value_text(value)} is not a value of {name}.")


def _id(ctx: Context, given: Mapping[str, Any], member: str) -> int:
    """The id inside a nested object; 0 where there is none."""
    value = given.get(member.lower())
    if _unset(ctx, value):
        return 0
    if not isinstance(value, Mapping):
        raise _wrong(f"{member} is not an object.")
    inner = lowered(value)
    number = inner.get(KEYS[member].lower())
    return 0 if _unset(ctx, number) else int32(ctx, number, KEYS[member])


def _reference(ctx: Context, given: Mapping[str, Any], member: str, names: Directory) -> int:
    id_ = _id(ctx, given, member)
    kind = REFERENCES[NESTED[member]]
    if id_ > 0 and not names.get(kind, id_).id:
        raise _wrong(f"{member} {id_} does not exist.")
    return max(id_, 0)


def _owner(ctx: Context, given: Mapping[str, Any], names: Directory) -> int:
    """The Service user that an associate is; 0 is nobody, the largest number lets the server choose."""
    associate = _id(ctx, given, "OwnedBy")
    if associate in (0, CHOOSE_OWNER) and given.get("ownedby"):
        ctx.cite("superoffice.call.save_owner")
    people = [each for each in names.all("user") if each.id != SYSTEM_USER]
    if associate == CHOOSE_OWNER and people:
        return people[ctx.installation.ids.number("superoffice.owner", 0, len(people) - 1)].id
    if associate <= 0 or associate == CHOOSE_OWNER:
        return SYSTEM_USER
    found = next((each.id for each in people if each.facts.get("associate") == associate), None)
    if found is None:
        raise _wrong(f"OwnedBy {associate} does not exist.")
    ctx.cite("superoffice.carrier.two_user_spaces")
    return found


def _extra(given: Mapping[str, Any]) -> str:
    made: dict[str, Any] = {}
    tags, custom = given.get("tags"), given.get("customfields")
    if isinstance(tags, list) and tags:
        made["Tags"] = [each for each in tags if isinstance(each, Mapping)]
    if isinstance(custom, Mapping) and custom:
        made["CustomFields"] = {str(name): _custom(str(name), value) for name, value in custom.items()}
    text = json.dumps(made)
    if len(text) > LONGEST_EXTRA:
        raise _wrong("Tags and CustomFields hold too much.")
    return text


def _custom(name: str, value: Any) -> str:
    """The value of a custom field, which is text: numbers and truth values are read as what stands in the body."""
    if isinstance(value, Mapping | list):
        raise _wrong(f"The custom field {value_text(name)} takes text.")
    return "" if value is None else str(value) if isinstance(value, str) else literal_text(value)


def _instant(ctx: Context, value: Any, look: Profile, name: str) -> int | None:
    """A date, also in Microsoft's older form."""
    if _unset(ctx, value):
        return None
    try:
        if not isinstance(value, str):
            raise ValueError(f"{value_text(value)} is no time")
        return look.clock.read(date_text(value))
    except ValueError as error:
        raise _wrong(f"{name}: {str(error)[:200]}.") from None


def _read(ctx: Context, given: Mapping[str, Any], look: Profile, names: Directory) -> dict[str, Any]:
    """All that an entity says of columns that a client may set; what it does not say is as in a new one."""
    made: dict[str, Any] = {name: _text(given, name) for name in _TEXTS}
    made |= {
        name: _enum(ctx, given, name, default)
        for name, default in zip(_KEPT_ENUMS, ("External", "API", "Red"), strict=True)
    }
    for name in _DATES:
        made[name] = _instant(ctx, given.get(name.lower()), look, name)
    if made["Deadline"] is not None:
        ctx.cite("superoffice.field.deadline")
    made |= {
        NESTED[each]: _reference(ctx, given, each, names)
        for each in ("Priority", "Sale", "Project", "TicketType", "Category")
    }
    made["CustId"] = _reference(ctx, given, "Person", names) or NO_PERSON
    made["Category"] = made["Category"] or _first(names, "category")
    made["Priority"] = made["Priority"] or _first(names, "priority")
    made["TicketTypeId"] = made["TicketTypeId"] or _first(names, "type")
    made["OwnedBy"] = _owner(ctx, given, names)
    made["TicketStatus"] = _reference(ctx, given, "Status", names)
    made["BaseStatus"] = _enum(ctx, given, "BaseStatus", "")
    made["extra"] = _extra(given)
    if given.get("timespent"):
        ctx.cite("superoffice.field.time_spent")
    return made


def _first(names: Directory, kind: str) -> int:
    found = names.all(kind)
    return found[0].id if found else 0


# --- saving -----------------------------------------------------------------------------------------------------------


_COLUMNS: Mapping[str, str] = {
    **{name.lower(): name for name in (*_TEXTS, *_DATES, *_KEPT_ENUMS, "BaseStatus")},
    **{member.lower(): column for member, column in NESTED.items() if member != "CreatedBy"},
}
"""Columns by the member of the entity, in lower case, that sets them."""


def untouched(touched: frozenset[str]) -> dict[str, frozenset[str]]:
    """The members of an entity that a patch leaves alone, with the columns that so stay what they are."""
    kept = {member: frozenset({column}) for member, column in _COLUMNS.items() if member not in touched}
    if not touched & {"tags", "customfields"}:
        kept |= {"tags": frozenset({"extra"}), "customfields": frozenset({"extra"})}
    return kept


def save(
    ctx: Context,
    given: Mapping[str, Any],
    look: Profile,
    *,
    id_: int | None = None,
    kept: Mapping[str, frozenset[str]] | None = None,
) -> int:
    """Make a ticket, or replace all of one that a client may set; answers its number (superoffice.call.save)."""
    ctx.cite("superoffice.call.save")
    names = directory(ctx)
    number = id_ if id_ is not None else int32(ctx, given.get("ticketid") or 0, "TicketId")
    kept = kept or {}
    values = _read(ctx, {name: value for name, value in given.items() if name not in kept}, look, names)
    if number <= 0:
        return _make(ctx, values, names)
    row = one(ctx.db, tenant_name(ctx), number)
    if row is None or seen(ctx, number) is None:
        raise _wrong(f"Ticket {number} does not exist.")
    _demand(ctx, row["right"], UPDATE | RESTRICTED)
    values |= {column: row[column] for columns in kept.values() for column in columns}
    for name in caller(ctx).role.fixed:
        if name in values:
            ctx.cite("superoffice.call.save_rights")
            values[name] = row[name]
    _replace(ctx, row, values, names)
    keep(ctx, row)
    return number


def _demand(ctx: Context, own: str | None, bit: int) -> None:
    if not caller(ctx).role.may(own, bit):
        raise access.forbidden("superoffice.call.save_rights")


def _make(ctx: Context, values: dict[str, Any], names: Directory) -> int:
    _demand(ctx, None, INSERT)
    who = caller(ctx)
    status, base = values.pop("TicketStatus"), values.pop("BaseStatus")
    if status:
        values["TicketStatus"] = status
    elif base and base != "Unknown":
        values["BaseStatus"] = base
    number = next_number(ctx)
    ctx.cite("superoffice.carrier.created_by")
    values["Author"] = values["Author"] or who.user
    row = changes.begin(ctx, {**values, "TicketId": number, "CreatedBy": who.ejuser or SYSTEM_USER}, names)
    if row["BaseStatus"] == "Closed":
        row["ClosedAt"] = row["CreatedAt"]
    keep(ctx, row, new=True)
    return number


def _replace(ctx: Context, row: Row, values: dict[str, Any], names: Directory) -> None:
    status, base = values.pop("TicketStatus"), values.pop("BaseStatus")
    mapped = names.get("status", status).facts.get("base", row["BaseStatus"])
    if status and status != row["TicketStatus"]:
        changes.move(ctx, row, status, mapped, names)
    elif base and base not in ("Unknown", row["BaseStatus"]):
        changes.move(ctx, row, names.status_of(base).id or row["TicketStatus"], base, names)
    if values["OwnedBy"] != row["OwnedBy"]:
        changes.own(ctx, row, values["OwnedBy"], names)
        values["ReadStatus"] = row["ReadStatus"]
    if values["Priority"] != row["Priority"]:
        row["Priority"], row["AlertLevel"] = values["Priority"], 0
        changes.alert(row, names, ctx.now)
    if values["Activate"] is None:
        values["Activate"] = row["Activate"]  # past waking it keeps its value (superoffice.field.activate)
    row.update(values)
    changes.touch(ctx, row)


def answer(ctx: Context, id_: int, look: Profile, *, linked: bool = False) -> Answer:
    """A ticket as an entity."""
    row = rows(ctx.db, tenant_name(ctx), [id_]).get(id_)
    value = entity(ctx, row, look)
    if linked and value is not None:
        value["_Links"] = {"Self": f"Ticket/{id_}", "Rel": f"Ticket/{id_}/Messages"}
    return Answer(value, "TicketEntity", zone=look.clock.code)


def entity(ctx: Context, row: Any, look: Profile) -> dict[str, Any] | None:
    if row is None:
        return None
    ctx.cite("superoffice.call.entity")
    messages = messages_of(ctx.db, tenant_name(ctx), row.TicketId)
    files = attachments.of_messages(ctx.db, tenant_name(ctx), [each.id for each in messages])
    made = entities.ticket(look, row, directory(ctx), messages, files)
    unknown = sorted((look.entity_select or frozenset()) - {name.lower() for name in made})
    if unknown:
        note_unknown(ctx, unknown, "TicketEntity")
    return made


def default_entity(ctx: Context, look: Profile) -> dict[str, Any]:
    """The entity of a new ticket, kept nowhere (superoffice.call.default)."""
    names, who = directory(ctx), caller(ctx)
    status = names.status_of("Active")
    row = fresh(
        {
            "TicketId": 0,
            "ConnectId": changes.unmerged(ctx),
            "TicketStatus": status.id,
            "BaseStatus": "Active",
            "CreatedBy": who.ejuser or SYSTEM_USER,
            "OwnedBy": who.ejuser or SYSTEM_USER,
            "Slevel": "External",
            "ReadStatus": "Red",
            "Origin": "API",
            "Category": _first(names, "category"),
            "Priority": _first(names, "priority"),
            "TicketTypeId": _first(names, "type"),
            "Author": who.user,
        }
    )
    ctx.cite("superoffice.call.default", "superoffice.call.entity")
    row["_mapping"] = row
    return entities.ticket(look, SimpleNamespace(**row), names)


# --- the agent's methods ----------------------------------------------------------------------------------------------


def get_entity(ctx: Context, asked: Asked) -> Answer:
    """One ticket as an entity by its id in the query; null when there is none."""
    id_ = variable(ctx, asked, "ticketEntityId")
    look = profile(ctx, asked, entity=True)
    took(ctx, "GetTicketEntity", 1)
    catch_up(ctx)
    row = seen(ctx, id_)
    if row is None:
        ctx.cite("superoffice.result.null")
    return Answer(entity(ctx, row, look), "TicketEntity", zone=look.clock.code)


def create_default(ctx: Context, asked: Asked) -> Answer:
    """The entity of a new ticket."""
    without_body(ctx, asked)
    look = profile(ctx, asked, entity=True)
    return Answer(default_entity(ctx, look), "TicketEntity", zone=look.clock.code)


def save_entity(ctx: Context, asked: Asked) -> Answer:
    """Save the entity in the body."""
    given = members(ctx, asked)
    look = profile(ctx, asked, entity=True)
    catch_up(ctx)
    return answer(ctx, save(ctx, given, look), look)


def save_with_notify(ctx: Context, asked: Asked) -> Answer:
    """Save an entity; whom that notifies is nobody's business here."""
    inner = members(ctx, asked).get("newentity")
    if not isinstance(inner, Mapping):
        raise bad("superoffice.request.missing", "NewEntity is missing, or is not an object.")
    look = profile(ctx, asked, entity=True)
    catch_up(ctx)
    return answer(ctx, save(ctx, lowered(inner), look), look)


def purge(ctx: Context, id_: int) -> None:
    """Take a ticket away for good (superoffice.call.purge)."""
    ctx.cite("superoffice.call.purge")
    row = seen(ctx, id_)
    if row is not None:
        _demand(ctx, row.right, DELETE)
        remove(ctx, id_)


def delete_entity(ctx: Context, asked: Asked) -> Answer:
    """Take a ticket away for good; one that is not there already is."""
    given = members(ctx, asked, "TicketEntityId")
    if "ticketentityid" not in given:
        raise bad("superoffice.request.missing", "TicketEntityId is missing.")
    id_ = int32(ctx, given["ticketentityid"], "TicketEntityId")
    catch_up(ctx)
    purge(ctx, id_)
    return Answer(status=204)


def _writable(ctx: Context, ids: list[int], bit: int) -> list[Row]:
    """The rows of tickets that are there and that the caller may change, in the order of the ids, each once."""
    found = []
    for id_ in dict.fromkeys(ids):
        row = one(ctx.db, tenant_name(ctx), id_)
        if row is not None and not gone(ctx, row["deleted"]):
            seen_ = caller(ctx).role.sees(SimpleNamespace(**row))
            if seen_ and caller(ctx).role.may(row["right"], bit):
                found.append(row)
    return found


def set_deleted(ctx: Context, asked: Asked) -> Answer:
    """Delete tickets softly; answers the ids of those that were deleted now (superoffice.call.delete)."""
    ids = wanted_ids(ctx, asked)
    ctx.cite("superoffice.call.delete")
    took(ctx, "SetDeletedStatusByIds", len(ids))
    catch_up(ctx)
    names, done = directory(ctx), []
    for row in _writable(ctx, ids, DELETE):
        if row["BaseStatus"] != "Deleted":
            changes.delete(ctx, row, names)
            keep(ctx, row)
            done.append(row["TicketId"])
    return Answer(done, "ArrayOfint")


def undelete(ctx: Context, asked: Asked) -> Answer:
    """Open deleted tickets again."""
    ids = wanted_ids(ctx, asked)
    ctx.cite("superoffice.call.delete")
    catch_up(ctx)
    names = directory(ctx)
    for row in _writable(ctx, ids, UPDATE):
        if row["BaseStatus"] in ("Deleted", "Spam"):
            changes.reopen(ctx, row, names)
            keep(ctx, row)
    return Answer(status=204)


def set_read_status(ctx: Context, asked: Asked) -> Answer:
    """Set the owner's light of tickets; answers the ids of those that changed (superoffice.call.read_status)."""
    ids = wanted_ids(ctx, asked, "NewStatus")
    wanted = _enum(ctx, {"readstatus": lowered(asked.body).get("newstatus")}, "ReadStatus", "")
    if not wanted:
        raise bad("superoffice.request.missing", "NewStatus is missing.")
    ctx.cite("superoffice.call.read_status")
    catch_up(ctx)
    done = []
    for row in _writable(ctx, ids, UPDATE):
        if row["ReadStatus"] != wanted:
            row["ReadStatus"] = wanted
            if wanted == "Green":
                changes.read(ctx, row, row["OwnedBy"])
            changes.touch(ctx, row)
            keep(ctx, row)
            done.append(row["TicketId"])
    return Answer(done, "ArrayOfint")


def merge(ctx: Context, asked: Asked) -> Answer:
    """Merge others into the ticket of an entity, which is saved as well (superoffice.call.merge)."""
    given = members(ctx, asked, "MergedTicketEntity", "SecondaryTicketIds")
    inner = given.get("mergedticketentity")
    if not isinstance(inner, Mapping):
        raise bad("superoffice.request.missing", "MergedTicketEntity is missing, or is not an object.")
    ids = int32s(ctx, given.get("secondaryticketids"), "SecondaryTicketIds")
    look = profile(ctx, asked, entity=True)
    ctx.cite("superoffice.call.merge")
    catch_up(ctx)
    number = save(ctx, lowered(inner), look)
    names = directory(ctx)
    target = one(ctx.db, tenant_name(ctx), number)
    assert target is not None
    for row in _writable(ctx, [each for each in ids if each != number], UPDATE):
        if row["BaseStatus"] != "Merged" and target["BaseStatus"] != "Merged":
            changes.take_messages(ctx, row, target)
            changes.merge(ctx, row, number, names)
            keep(ctx, row)
    keep(ctx, target)
    return answer(ctx, number, look)
