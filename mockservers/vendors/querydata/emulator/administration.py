"""What other people do with tickets: the centre, dispatchers, locators. The operations of `World.act`.

Each takes a plain object and gives the record's truth after it: every action that happened, whatever the processing
lag. Times given back are ISO 8601 in UTC. Knows no wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import arguments, catalogue, store
from mockservers.kernel.instants import EARLIEST, from_iso, to_datetime, to_iso
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.querydata.emulator import actions, demo_tickets, model
from mockservers.vendors.querydata.emulator.actions import Changes
from mockservers.vendors.querydata.emulator.model import ACTIONS, TICKETS, Sight, Ticket

_LARGEST_ID = 10**15
_GROUPS = {"Excavator": "Excavator", "WorkSite": "WorkSite", "Geometry": "Geometry"}
_STATES = (*model.OPEN_STATES, model.CLOSED)
_HIGHEST = store.LARGEST
_DETAILS = ("to", "folder", "member", "code", "comment", "type", "fields")
"""What actions take beside who, when and why; what an action has no use for is no mistake."""


class Arguments(arguments.Arguments):
    """A request about tickets."""

    __slots__ = ()
    ID = "must be a UtilisphereID"

    def text(self, name: str, default: str | None = None) -> str:
        """A text, which may be empty."""
        return "" if self.take(name) == "" else arguments.Arguments.text(self, name, default)


def _sight(ctx: Context) -> Sight:
    """Truth: everything that happened by now, hidden or not."""
    assert ctx.tenant is not None
    return Sight(ctx.tenant.name, _HIGHEST, ctx.now, EARLIEST)


def _ticket(ctx: Context, id_: int) -> Ticket:
    found = next(model.tickets(ctx.db, _sight(ctx), [id_], ctx.now, to_iso), None)
    if found is None:
        raise Misuse(f"there is no ticket {id_}; list the records to see the ids")
    return found[0]


def _named(ctx: Context, request: Any) -> Ticket:
    """The ticket of a request that holds its id and nothing else."""
    arguments = Arguments.of(ctx, request)
    id_ = arguments.number()
    arguments.done()
    return _ticket(ctx, id_)


def _truth(ctx: Context, id_: int) -> dict[str, Any]:
    found = next(model.tickets(ctx.db, _sight(ctx), [id_], ctx.now, to_iso), None)
    if found is None:
        return {"id": str(id_), "exists": False, "fields": {}}
    return {"id": str(id_), "exists": True, "fields": found[0].document}


# --- writing ----------------------------------------------------------------------------------------------------------


def _act(ctx: Context, id_: int, action: str, by: str, note: str, changes: Changes, delay: int) -> None:
    assert ctx.tenant is not None
    ctx.db.execute(
        sa.insert(ACTIONS),
        {
            "ticket_id": id_,
            "tenant": ctx.tenant.name,
            "at": ctx.now,
            "visible": ctx.now + delay,
            "action": action,
            "by": by,
            "note": note,
            "changes": json.dumps(changes),
        },
    )


_BEFORE_FIRST = {"nine_digits": 508_513_039, "ten_digits": 999_999_899, "long": 2**31 - 100, "falling": 508_513_340}
"""Where ids begin in an empty world, or rather just before."""


def _next_id(ctx: Context) -> int:
    """The id of a ticket that arrives: a little greater than those there are, or a little less."""
    range_ = ctx.dialect["id_range"]
    gap = ctx.installation.ids.number("querydata/gap", 1, 300)
    if range_ != "nine_digits":
        ctx.cite("querydata.id.any_number")
    if range_ == "falling":
        return int(ctx.db.scalar(sa.select(sa.func.min(TICKETS.c.id))) or _BEFORE_FIRST[range_]) - gap
    return int(ctx.db.scalar(sa.select(sa.func.max(TICKETS.c.id))) or _BEFORE_FIRST[range_]) + gap


def _arrive(ctx: Context, number: str, version: int, base: Mapping[str, Any], delay: int, note: str) -> int:
    """A version arrives from the centre; returns its id."""
    assert ctx.tenant is not None
    id_ = _next_id(ctx)
    if not 0 < id_ <= _LARGEST_ID:
        raise Misuse("there are no ids left")
    ctx.db.execute(
        sa.insert(TICKETS),
        {
            "id": id_,
            "tenant": ctx.tenant.name,
            "number": number,
            "version": version,
            "created": ctx.now,
            "visible": ctx.now + delay,
            "base": json.dumps(base),
        },
    )
    _act(ctx, id_, actions.RECEIVED, base["OneCallCenter"], note, {}, delay)
    return id_


def create(ctx: Context, request: Any) -> dict[str, Any]:
    """A new ticket arrives. `fields` overrides what is made up; TicketNumber may be among them."""
    arguments = Arguments.of(ctx, request)
    given, delay = arguments.members("fields"), arguments.delay()
    arguments.done()
    turn = ctx.installation.ids.number("querydata/create", 0, 2**60)
    maker = demo_tickets.Maker(ctx.installation.ids.seed, ctx.installation.ids.source(f"create/{turn}"))
    base = maker.base(ctx.now)
    number = given.pop("TicketNumber", None)
    if number is None:
        number = f"{to_datetime(ctx.now):%Y%j}{turn % 100_000:05d}"
    elif not isinstance(number, str) or not 0 < len(number) <= 25:
        raise Misuse(f"TicketNumber must have 1 to 25 characters, got {number!r}")
    base.update(fields(given, base))
    return _truth(ctx, _arrive(ctx, number, 0, base, delay, ""))


def act(ctx: Context, request: Any) -> dict[str, Any]:
    """One of the vendor's actions upon a ticket, or `Revise`: the centre sends a new version under a new id."""
    arguments = Arguments.of(ctx, request)
    ticket, action, delay = _ticket(ctx, arguments.number()), arguments.take("action"), arguments.delay()
    document = ticket.document
    by = arguments.text("by", document["AssignedTo"] or "Dispatcher")
    note = arguments.text("note", "")
    arguments.taken.update(_DETAILS)
    arguments.done()
    if action == actions.REVISE:
        return _revise(ctx, arguments.members("fields"), ticket, note, delay)
    if action not in actions.VENDOR_ACTIONS:
        raise Misuse(
            f"action {action!r} is unknown; there are {', '.join(actions.VENDOR_ACTIONS)} and {actions.REVISE}"
        )
    _act(ctx, ticket.id, action, by, note, _changes(ctx, action, arguments, document, by), delay)
    return _truth(ctx, ticket.id)


def _changes(ctx: Context, action: str, arguments: Arguments, document: Mapping[str, Any], by: str) -> Changes:
    ids = ctx.installation.ids
    if action in (actions.COMPLETE, actions.ONGOING):
        codes = actions.response_codes()
        known = dict(codes)
        code = arguments.text("code", codes[0 if action == actions.COMPLETE else 4][0])
        member = arguments.text("member", document["RegistrationCode"])
        comment = arguments.text("comment", "")
        return actions.response(member, code, known.get(code, ""), by, comment, action == actions.COMPLETE)
    if action == actions.ASSIGN:
        people = demo_tickets.pools(ids.seed).people
        return actions.assign(arguments.text("to", people[ids.number("querydata/assign", 0, len(people) - 1)]))
    if action == actions.FOLDER:
        folders = demo_tickets.FOLDERS
        return actions.move(arguments.text("folder", folders[ids.number("querydata/folder", 0, len(folders) - 1)]))
    if action == actions.FACILITY:
        kinds = demo_tickets.FACILITIES
        kind = arguments.text("type", kinds[ids.number("querydata/facility", 0, len(kinds) - 1)])
        return actions.facility(arguments.text("member", document["RegistrationCode"]), kind)
    return {}


def _revise(ctx: Context, given: Mapping[str, Any], ticket: Ticket, note: str, delay: int) -> dict[str, Any]:
    document = ticket.document
    if not document["IsNewestVersion"]:
        raise Misuse(f"ticket {ticket.id} has a newer version already; revise that one")
    base = {name: document[name] for name in model.BASE_MEMBERS}
    for name in model.TIMES:
        base[name] = from_iso(document[name])
    base |= {"Status": "Pending Research", "Folder": None, "AssignedTo": None, "TicketType": "Revision"}
    base.update(fields(given, base))
    text = f"Version {ticket.version + 1}"
    _act(ctx, ticket.id, actions.SUPERSEDED, base["OneCallCenter"], note or text, actions.superseded(), delay)
    newer = _arrive(ctx, ticket.number, ticket.version + 1, base, delay, note)
    return {**_truth(ctx, newer), "previous": str(ticket.id)}


def change(ctx: Context, request: Any) -> dict[str, Any]:
    """Fields are edited directly, which counts as an action."""
    arguments = Arguments.of(ctx, request)
    ticket, given = _ticket(ctx, arguments.number()), arguments.members("fields", required=True)
    by, note, delay = arguments.text("by", "Dispatcher"), arguments.text("note", ", ".join(given)), arguments.delay()
    arguments.done()
    changes: Changes = {"set": fields(given, ticket.document)}
    _act(ctx, ticket.id, actions.EDITED, by, note, changes, delay)
    return _truth(ctx, ticket.id)


def delete(ctx: Context, request: Any) -> dict[str, Any]:
    """A ticket vanishes with all its actions."""
    ticket = _named(ctx, request)
    ctx.db.execute(sa.delete(ACTIONS).where(ACTIONS.c.ticket_id == ticket.id))
    ctx.db.execute(sa.delete(TICKETS).where(TICKETS.c.id == ticket.id))
    return _truth(ctx, ticket.id)


# --- reading ----------------------------------------------------------------------------------------------------------


def read(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of one ticket."""
    return _truth(ctx, _named(ctx, request).id)


_PAGE = (
    sa.select(TICKETS.c.id)
    .where(
        TICKETS.c.tenant == sa.bindparam("tenant"),
        TICKETS.c.id > sa.bindparam("after"),
        TICKETS.c.created <= sa.bindparam("now"),
    )
    .order_by(TICKETS.c.id)
    .limit(sa.bindparam("most"))
)


def list_records(ctx: Context, request: Any) -> dict[str, Any]:
    """Tickets in order of their ids, a page at a time: those `after` an id, `most` (1 to 1000) of them."""
    assert ctx.tenant is not None
    arguments = Arguments.of(ctx, request)
    after, most = arguments.after() or 0, arguments.whole("most", 100, 1, 1000)
    arguments.done()
    values = {"tenant": ctx.tenant.name, "after": after, "now": ctx.now, "most": most}
    ids = list(ctx.db.scalars(_PAGE, values))
    return {
        "records": [
            {"id": str(ticket.id), "exists": True, "fields": ticket.document}
            for ticket, _ in model.tickets(ctx.db, _sight(ctx), ids, ctx.now, to_iso)
        ]
    }


# --- fields -----------------------------------------------------------------------------------------------------------


def fields(given: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """`given` checked by the catalogue, in the form a base document keeps; raises Misuse naming the field."""
    known = catalogue.load("querydata")
    entity = known["Ticket"]
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if name not in model.BASE_MEMBERS:
            raise Misuse(f"{name!r} is no field that can be set; there are {', '.join(model.BASE_MEMBERS)}")
        if name in _GROUPS:
            checked[name] = _group(name, value, present.get(name))
        elif name == "Members":
            checked[name] = _members(value)
        else:
            checked[name] = _value(entity.field(name), value)
    if "Status" in checked and checked["Status"] not in _STATES:
        raise Misuse(f"Status must be {', '.join(_STATES)}, got {checked['Status']!r}")
    return checked


_NEVER_NULL = ("Status", "OneCallCenter", "RegistrationCode", "Members", "Excavator", "WorkSite", *model.TIMES)


def _value(field: catalogue.Field, value: Any) -> Any:
    if value is None:
        if field.name in _NEVER_NULL:
            raise Misuse(f"{field.name} cannot be null")
        return None
    if field.type == "datetime":
        try:
            return from_iso(value)
        except (ValueError, TypeError) as error:
            raise Misuse(f"{field.name} must be an ISO 8601 time with an offset, got {value!r}") from error
    fits = {
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool) and store.fits(value),
        "double": isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 1000,
        "text": isinstance(value, str) and len(value) <= (field.length or 4000),
    }
    if not fits.get(field.type, False):
        raise Misuse(f"{field.name} must be {field.type}, got {value!r}")
    return value


def _group(name: str, value: Any, present: Any) -> Any:
    """A nested group; members that are not given stay as they are."""
    if value is None and name == "Geometry":
        return None
    if not isinstance(value, Mapping):
        raise Misuse(f"{name} must be an object, got {value!r}")
    entity = catalogue.load("querydata")[_GROUPS[name]]
    names = [field.name for field in entity.fields]
    merged = dict(present) if present else dict.fromkeys(names)
    for key, each in value.items():
        if key not in names:
            raise Misuse(f"{name} has no member {key!r}; it has {', '.join(names)}")
        merged[key] = _value(entity.field(key), each)
    return merged


def _members(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise Misuse(f"Members must be a list, got {value!r}")
    checked = []
    for each in value:
        if not isinstance(each, Mapping) or set(each) != {"MemberCode", "Name", "FacilityTypes"}:
            raise Misuse("each of Members takes MemberCode, Name and FacilityTypes")
        types = each["FacilityTypes"]
        if not isinstance(types, list) or not all(isinstance(kind, str) for kind in types):
            raise Misuse("FacilityTypes must be a list of text")
        code, name = each["MemberCode"], each["Name"]
        if not isinstance(code, str) or not isinstance(name, str) or len(code) > 10:
            raise Misuse("MemberCode must have up to 10 characters, Name must be text")
        checked.append({"MemberCode": code, "Name": name, "FacilityTypes": list(types)})
    return checked
