"""What other people do with tickets: they write, close, assign, merge, delete. And the truth of a ticket, for comparing.

Fields are named as in the Ticket carrier and typed as a client's copy would hold them: dates in ISO 8601 or null, names as the
database holds them. With the id `customer` the same door leads to the administrator's work (see `administration`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from mockservers.kernel.instants import DAY, to_iso
from mockservers.kernel.operations import Context, Operation, operations
from mockservers.kernel.rules import Misuse
from mockservers.registry import did_you_mean
from mockservers.vendors.superoffice.emulator import attachments, carriers, changes, customer, phrases
from mockservers.vendors.superoffice.emulator.arguments import Arguments
from mockservers.vendors.superoffice.emulator.changes import Row, catch_up
from mockservers.vendors.superoffice.emulator.importing import import_
from mockservers.vendors.superoffice.emulator.keeping import keep, remove
from mockservers.vendors.superoffice.emulator.model import (
    MESSAGES,
    SYSTEM_USER,
    TICKETS,
    Directory,
    directory,
    next_number,
    one,
    rows,
    tenant_name,
)
from mockservers.vendors.superoffice.emulator.semantics.tickets import gone
from mockservers.vendors.superoffice.emulator.values import kept_text

Record = dict[str, Any]
MOST = 1000
MESSAGE = "TicketMessage"


def _record(ctx: Context, id_: int, names: Directory) -> Record:
    row = rows(ctx.db, tenant_name(ctx), [id_]).get(id_)
    if row is None or gone(ctx, row.deleted):
        return {"id": str(id_), "exists": False, "fields": {}}
    return _shown(row, names, attachments.of_tickets(ctx.db, tenant_name(ctx), [id_] if row.HasAttachment else []))


def _shown(row: Any, names: Directory, files: Mapping[int, Sequence[Any]]) -> Record:
    """A ticket that is there, with its person's address and the files that hang on its messages."""
    fields = carriers.shown(row, names)
    fields["PersonEmail"] = names.get("person", row.CustId).facts.get("email", "")
    fields["Attachments"] = [attachments.truth(each) for each in files.get(row.TicketId, ())]
    return {"id": str(row.TicketId), "exists": True, "fields": fields}


def _existing(ctx: Context, id_: int) -> Row:
    row = one(ctx.db, tenant_name(ctx), id_)
    if row is None or gone(ctx, row["deleted"]):
        raise Misuse(f"there is no ticket {id_}")
    return row


# --- the operations ---------------------------------------------------------------------------------------------------


def create(ctx: Context, request: Any) -> Record:
    """Somebody opens a ticket; what is not given is made up plausibly. `{"fields"?, "by"?, "body"?}`."""
    arguments = Arguments.of(ctx, request)
    names = directory(ctx)
    given, by, body = arguments.fields(names), arguments.user(names), arguments.text("body", "")
    arguments.done()
    id_ = given.get("TicketId") or next_number(ctx)
    if one(ctx.db, tenant_name(ctx), id_) is not None:
        raise Misuse(f"there is a ticket {id_} already; leave TicketId out to get the next number")
    source = ctx.installation.ids.source(f"superoffice.ticket.{tenant_name(ctx)}.{id_}")
    people = names.all("person")
    person = source.choice(people) if people else None
    made = {**phrases.new_ticket(source), "CustId": person.id if person else -1}
    made = {name: value for name, value in made.items() if name != "Category" or names.get("category", value).id}
    row = changes.begin(ctx, {**made, "CreatedBy": by, **given, "TicketId": id_}, names)
    if "LastChanged" not in given and "CreatedAt" not in given:
        row["LastChanged"] = row["CreatedAt"]
    author = (
        names.get("person", row["CustId"]).facts.get("email", "") if by == SYSTEM_USER else names.get("user", by).name
    )
    before = dict(row)
    changes.add_message(
        ctx,
        row,
        names,
        external=row["Slevel"] != "Internal",
        by=by,
        author=str(author),
        body=body,
        language=row["Language"],
        sentiment=row["Sentiment"],
        confidence=row["SentimentConfidence"],
        files=attachments.samples_of(id_) if row["HasAttachment"] else (),
    )
    if "Author" not in given:
        ctx.cite("superoffice.field.first_message")
        row["Author"] = str(author)
    if by == SYSTEM_USER and "FromAddress" not in given:
        row["FromAddress"] = str(author)
    for name in given:
        row[name] = before[name]  # what was given itself stays
    row["LastChanged"] = before["LastChanged"]
    row["RepliedAt"], row["NumReplies"] = before["RepliedAt"], before["NumReplies"]
    row["TimeToReply"], row["RealTimeToReply"] = before["TimeToReply"], before["RealTimeToReply"]
    keep(ctx, row, new=True)
    return _record(ctx, id_, names)


def change(ctx: Context, request: Any) -> Record:
    """Somebody edits properties. `{"id", "fields", "by"?}`."""
    arguments = Arguments.of(ctx, request)
    names = directory(ctx)
    id_, given, _ = arguments.number(), arguments.fields(names), arguments.user(names)
    arguments.done()
    catch_up(ctx)
    return _edit(ctx, id_, given, names)


def _edit(ctx: Context, id_: int, given: dict[str, Any], names: Directory) -> Record:
    row = _existing(ctx, id_)
    if given.get("TicketId", id_) != id_:
        raise Misuse(f"the number of ticket {id_} never changes")
    if given.get("BaseStatus") == "Merged" and row["BaseStatus"] != "Merged" and "ConnectId" not in given:
        raise Misuse("a merged ticket has a survivor: use the action merge with 'into'")
    wanted = dict(given)
    changes.settle_status(row_ := {**row, **wanted}, given, names)
    if (row_["TicketStatus"], row_["BaseStatus"]) != (row["TicketStatus"], row["BaseStatus"]):
        changes.move(ctx, row, row_["TicketStatus"], row_["BaseStatus"], names)
    if "Priority" in given and given["Priority"] != row["Priority"]:
        row["Priority"], row["AlertLevel"] = given["Priority"], 0
        changes.alert(row, names, ctx.now)
    row.update(given)
    if "Deadline" in given:
        ctx.cite("superoffice.field.deadline")
    if "LastChanged" not in given:
        changes.touch(ctx, row)
    keep(ctx, row)
    return _record(ctx, id_, names)


def delete(ctx: Context, request: Any) -> Record:
    """Somebody takes a ticket away for good; the action `delete` is the soft one. `{"id"}`."""
    arguments = Arguments.of(ctx, request)
    id_ = arguments.number()
    arguments.done()
    _existing(ctx, id_)
    remove(ctx, id_)
    return {"id": str(id_), "exists": False, "fields": {}}


def read(ctx: Context, request: Any) -> Record:
    """The truth of a ticket, or of the customer. `{"id"}`."""
    arguments = Arguments.of(ctx, request)
    if arguments.raw.get("id") == customer.CUSTOMER:
        return customer.told(ctx)
    id_ = arguments.number()
    arguments.done()
    catch_up(ctx)
    return _record(ctx, id_, directory(ctx))


def list_(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of all tickets by number, or of their messages. `{"after"?, "most"?, "entity"?}`."""
    arguments = Arguments.of(ctx, request)
    entity = arguments.text("entity", "Ticket")
    if entity not in ("Ticket", MESSAGE):
        raise Misuse(f"'entity' must be Ticket or {MESSAGE}, got {entity!r}")
    after, most = arguments.after() or 0, arguments.whole("most", 100, 1, MOST)
    arguments.done()
    catch_up(ctx)
    if entity == MESSAGE:
        return {
            "records": [
                _message(row)
                for row in ctx.db.execute(_SAID, {"tenant": tenant_name(ctx), "after": after, "most": most})
            ]
        }
    names = directory(ctx)
    kept = ctx.now - int(ctx.dialect["deleted_days"]) * DAY
    found = ctx.db.execute(_LISTED, {"tenant": tenant_name(ctx), "after": after, "most": most, "kept": kept}).all()
    files = attachments.of_tickets(ctx.db, tenant_name(ctx), [row.TicketId for row in found if row.HasAttachment])
    return {"records": [_shown(row, names, files) for row in found]}


def _message(row: Any) -> Record:
    return {
        "id": str(row.id),
        "exists": True,
        "fields": {
            "TicketId": row.ticket,
            "Body": row.body,
            "Author": row.author,
            "TimeSpent": row.minutes,
            "Slevel": "External" if row.external else "Internal",
            "CreatedAt": to_iso(row.created),
        },
    }


_LISTED = (
    sa.select(TICKETS)
    .where(
        TICKETS.c.tenant == sa.bindparam("tenant"),
        TICKETS.c.TicketId > sa.bindparam("after"),
        # Purged ones are left out here and not below: a page that is not full means the end.
        sa.or_(TICKETS.c.deleted.is_(None), TICKETS.c.deleted > sa.bindparam("kept")),
    )
    .order_by(TICKETS.c.TicketId)
    .limit(sa.bindparam("most"))
)

_SAID = (
    sa.select(MESSAGES)
    .where(MESSAGES.c.tenant == sa.bindparam("tenant"), MESSAGES.c.id > sa.bindparam("after"))
    .order_by(MESSAGES.c.id)
    .limit(sa.bindparam("most"))
)


# --- actions ----------------------------------------------------------------------------------------------------------


class Deed(NamedTuple):
    """One action under way."""

    arguments: Arguments
    row: Row
    names: Directory
    by: int

    @property
    def ctx(self) -> Context:
        return self.arguments.ctx


def _written(deed: Deed, external: bool, by: int, author: str) -> None:
    arguments, row = deed.arguments, deed.row
    language = arguments.take("language", "")
    try:
        kept_text("Language", language)
    except ValueError as error:
        raise Misuse(str(error)) from error
    changes.add_message(
        deed.ctx,
        row,
        deed.names,
        external=external,
        by=by,
        author=author,
        body=arguments.text("body", ""),
        minutes=arguments.whole("minutes", 0, 0, 100_000),
        language=language,
        sentiment=arguments.whole("sentiment", 0, -100, 100),
        confidence=arguments.whole("confidence", 0, 0, 100),
        files=arguments.files("attachment"),
    )


def _worker(deed: Deed) -> int:
    """Who does it: the one named, else the owner, else the first user who is not the system."""
    if deed.by != SYSTEM_USER:
        return deed.by
    people = [each.id for each in deed.names.all("user") if each.id != SYSTEM_USER]
    if not people:
        raise Misuse("there is no user who could do this; the administrator's action 'add user' makes one")
    return deed.row["OwnedBy"] if deed.row["OwnedBy"] != SYSTEM_USER else people[0]


def _reply(deed: Deed) -> None:
    by = _worker(deed)
    _written(deed, True, by, deed.names.get("user", by).name)


def _note(deed: Deed) -> None:
    by = _worker(deed)
    _written(deed, False, by, deed.names.get("user", by).name)


def _answer(deed: Deed) -> None:
    """The customer writes again."""
    person = deed.names.get("person", deed.row["CustId"])
    _written(deed, True, SYSTEM_USER, str(person.facts.get("email") or deed.row["FromAddress"] or "customer"))


def _close(deed: Deed) -> None:
    changes.close(deed.ctx, deed.row, deed.names)


def _reopen(deed: Deed) -> None:
    if deed.row["BaseStatus"] == "Merged":
        raise Misuse(f"ticket {deed.row['TicketId']} was merged into another; that is not undone by opening it")
    changes.reopen(deed.ctx, deed.row, deed.names)


def _postpone(deed: Deed) -> None:
    until = deed.arguments.instant("until")
    if until <= deed.ctx.now:
        raise Misuse("'until' lies in the future: until then the ticket sleeps")
    changes.postpone(deed.ctx, deed.row, deed.names, until)


def _assign(deed: Deed) -> None:
    changes.own(deed.ctx, deed.row, deed.arguments.user(deed.names, "to"), deed.names)


def _read(deed: Deed) -> None:
    changes.read(deed.ctx, deed.row, _worker(deed))


def _read_by_customer(deed: Deed) -> None:
    changes.read_by_customer(deed.ctx, deed.row)


def _spam(deed: Deed) -> None:
    changes.delete(deed.ctx, deed.row, deed.names, "Spam")


def _delete(deed: Deed) -> None:
    if deed.row["BaseStatus"] == "Deleted":
        raise Misuse(f"ticket {deed.row['TicketId']} is deleted already")
    changes.delete(deed.ctx, deed.row, deed.names)


def _undelete(deed: Deed) -> None:
    if deed.row["BaseStatus"] not in ("Deleted", "Spam"):
        raise Misuse(f"ticket {deed.row['TicketId']} is neither deleted nor spam")
    changes.reopen(deed.ctx, deed.row, deed.names)


def _merge(deed: Deed) -> None:
    into = deed.arguments.number("into")
    if into == deed.row["TicketId"] or deed.row["BaseStatus"] == "Merged":
        raise Misuse(f"ticket {deed.row['TicketId']} cannot be merged into {into}: it is the same, or merged already")
    target = _existing(deed.ctx, into)
    if target["BaseStatus"] == "Merged":
        raise Misuse(f"ticket {into} was itself merged into {target['ConnectId']}; merge into that one")
    changes.take_messages(deed.ctx, deed.row, target)
    keep(deed.ctx, target)
    changes.merge(deed.ctx, deed.row, into, deed.names)


ACTIONS: dict[str, Callable[[Deed], None]] = {
    "reply": _reply,
    "note": _note,
    "answer": _answer,
    "close": _close,
    "reopen": _reopen,
    "postpone": _postpone,
    "assign": _assign,
    "read": _read,
    "read by customer": _read_by_customer,
    "spam": _spam,
    "delete": _delete,
    "undelete": _undelete,
    "merge": _merge,
}
NAMES = (*ACTIONS, "purge", "update")


def act(ctx: Context, request: Any) -> Record:
    """Somebody works on a ticket. `{"id", "action", "by"?}` and what the action takes: reply, note and answer `body`?,
    `minutes`?, `language`?, `sentiment`?, `confidence`?, `attachment`? (true, or {name, content?, inline?}); postpone `until`;
    assign `to`; merge `into`; update
    `fields`. The id `customer` is for the administrator."""
    arguments = Arguments.of(ctx, request)
    if arguments.raw.get("id") == customer.CUSTOMER:
        return customer.act(ctx, arguments)
    names = directory(ctx)
    id_, name = arguments.number(), arguments.text("action")
    if name not in NAMES:
        raise Misuse(f"there is no action {name!r}; there are {', '.join(NAMES)}{did_you_mean(name, NAMES)}")
    by = arguments.user(names)
    catch_up(ctx)
    if name == "update":
        given = arguments.fields(names)
        arguments.done()
        return _edit(ctx, id_, given, names)
    row = _existing(ctx, id_)
    if name == "purge":
        arguments.done()
        remove(ctx, id_)
        return _record(ctx, id_, names)
    ACTIONS[name](Deed(arguments, row, names, by))
    arguments.done()
    keep(ctx, row)
    return _record(ctx, id_, names)


ADMIN_OPERATIONS = operations(
    Operation("create", create, "somebody opens a ticket: fields?, by?, body?"),
    Operation(
        "act", act, f"somebody works on it: id, action ({', '.join(NAMES)}), by?; with id customer the administrator"
    ),
    Operation("change", change, "somebody edits properties: id, fields, by?"),
    Operation("delete", delete, "somebody deletes it for good: id"),
    Operation("read", read, "the ticket as the vendor has it: id"),
    Operation("list", list_, "all tickets as the vendor has them, by number: after?, most?, entity?"),
    Operation("import", import_, "tickets as they are elsewhere: records, clear?"),
)
