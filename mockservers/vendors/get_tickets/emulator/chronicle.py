"""The history of tickets: an entry for each thing that somebody did.

An entry becomes visible together with the change that it tells of, and goes with its ticket. Knows no wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.operations import Context
from mockservers.vendors.get_tickets.emulator.model import HISTORY, HISTORY_OUTPUTS, TICKETS, holds, whole_second
from mockservers.vendors.get_tickets.emulator.selection import Selection, condition

_GONE = (
    sa.update(HISTORY)
    .where(HISTORY.c.tenant == sa.bindparam("of"), HISTORY.c.tid == sa.bindparam("ticket"), HISTORY.c.gone.is_(None))
    .values(gone=sa.bindparam("since"))
)
_HASTENED = (
    sa.update(HISTORY)
    .where(
        HISTORY.c.tenant == sa.bindparam("of"),
        HISTORY.c.tid == sa.bindparam("ticket"),
        HISTORY.c.shown > sa.bindparam("moment"),
    )
    .values(shown=sa.bindparam("moment"))
)


def row(tenant: str, ticket: Mapping[str, Any], at: int, description: str, shown: int) -> dict[str, Any]:
    """An entry about what `ticket` has become; who did it is its latest updater (get_tickets.history.entries)."""
    return {
        "tenant": tenant,
        "tid": ticket["tid"],
        "entry_date": whole_second(at),
        "updated_by": ticket["updated_by"],
        "updater_type": ticket["updater_type"],
        "status": ticket["status"],
        "description": description,
        "search": description.casefold(),
        "shown": shown,
        "gone": None,
    }


def past(tenant: str, ticket: Mapping[str, Any], staff: Mapping[str, str]) -> list[dict[str, Any]]:
    """What happened to a ticket that the data begin with, as far as it tells itself; `staff` are technicians' types by id."""
    opened, updated = ticket["date_opened"], ticket["last_updated"]
    opener = ticket["cid"] if ticket["opened_by"] == "WEBSITE" else ticket["opened_by"]
    first = {
        "tid": ticket["tid"],
        "updated_by": opener,
        "updater_type": staff.get(opener, "CUSTOMER"),
        "status": "Open",
    }
    told = [(first, opened, "Ticket opened")]
    technician = ticket["assigned_tech"]
    if technician:
        assigned = {**first, "updated_by": technician, "updater_type": staff.get(technician, "TECH")}
        told.append((assigned, opened + (updated - opened) // 3, f"Assigned to {technician}"))
    if ticket["merged_to"]:
        last = f"Merged into {ticket['merged_to']}"
    else:
        last = "Ticket closed" if ticket["status"] == "Closed" else "Changed: status"
    told.append((dict(ticket), updated, last))
    return [row(tenant, state, at, words, at) for state, at, words in told]


def write(ctx: Context, tickets: Iterable[tuple[Mapping[str, Any], str]], shown: int) -> None:
    """Keep an entry for each ticket with its words, dated now, whatever time the ticket itself tells."""
    assert ctx.tenant is not None
    ctx.db.execute(
        sa.insert(HISTORY), [row(ctx.tenant.name, ticket, ctx.now, words, shown) for ticket, words in tickets]
    )


def hasten(ctx: Context, tid: int) -> None:
    """What was done with the ticket already shows now, whatever was to delay it."""
    assert ctx.tenant is not None
    ctx.db.execute(_HASTENED, {"of": ctx.tenant.name, "ticket": tid, "moment": ctx.now})


def forget(ctx: Context, tid: int, since: int) -> None:
    """The ticket is gone, for clients from an instant on, and its history with it (get_tickets.history.deleted)."""
    assert ctx.tenant is not None
    ctx.db.execute(_GONE, {"of": ctx.tenant.name, "ticket": tid, "since": since})


_TRUTH = (
    sa.select(*(HISTORY.c[name] for name in HISTORY_OUTPUTS))
    .where(HISTORY.c.tenant == sa.bindparam("tenant"), HISTORY.c.id > sa.bindparam("after"), HISTORY.c.gone.is_(None))
    .order_by(HISTORY.c.id)
    .limit(sa.bindparam("most"))
)


def records(ctx: Context, after: int, most: int) -> list[dict[str, Any]]:
    """The first `most` entries above number `after` of tickets that are there, seen by clients or not."""
    assert ctx.tenant is not None
    found = ctx.db.execute(_TRUTH, {"tenant": ctx.tenant.name, "after": after, "most": most}).mappings()
    return [{"id": str(each["id"]), "exists": True, "fields": _fields(each)} for each in found]


def entries_of(ctx: Context, wanted: Selection) -> Sequence[Mapping[str, Any]]:
    """The entries that clients see of the tickets that are selected, the oldest first (get_tickets.history.order).

    A keyword is looked for in the words of an entry; dates are the ticket's, or the entry's, as the dialect has it.
    """
    assert ctx.tenant is not None
    if wanted.nothing or wanted.most == 0:
        return ()
    by_entry = ctx.dialect["history_dates"] == "entry"
    values = {**wanted.values, "now": ctx.now, "most": wanted.most}
    found: Any = ctx.db.execute(_selected(wanted.conditions, by_entry, wanted.most is not None), values).mappings()
    return list(found)


@lru_cache(maxsize=256)
def _selected(conditions: tuple[str, ...], by_entry: bool, cut: bool) -> sa.Select[Any]:
    mine = HISTORY.c
    # Numbers are compared in the entries themselves, whose index then finds them; the other filters are the ticket's.
    own: dict[str, sa.ColumnElement[bool]] = {
        "keyword": holds(mine.search, sa.bindparam("keyword")) > 0,
        "tid": mine.tid == sa.bindparam("tid"),
        "start_tid": mine.tid >= sa.bindparam("start_tid"),
        "end_tid": mine.tid <= sa.bindparam("end_tid"),
    }
    if by_entry:
        own["opened_from"] = mine.entry_date >= sa.bindparam("opened_from")
        own["opened_to"] = mine.entry_date <= sa.bindparam("opened_to")
    # Entries of few tickets are found by number and sorted then: an index of dates would lead through those of all.
    few = not {"tid", "start_tid", "end_tid"}.isdisjoint(conditions)
    oldest = sa.type_coerce(mine.entry_date, sa.BigInteger) + 0 if few else mine.entry_date
    statement = (
        sa.select(*(mine[name] for name in HISTORY_OUTPUTS))
        .join(TICKETS, sa.and_(TICKETS.c.tenant == mine.tenant, TICKETS.c.tid == mine.tid))
        .where(
            mine.tenant == sa.bindparam("tenant"),
            mine.shown <= sa.bindparam("now"),
            sa.or_(mine.gone.is_(None), mine.gone > sa.bindparam("now")),
            *(own[name] if name in own else condition(name) for name in conditions),
        )
        .order_by(oldest, mine.id)
    )
    return statement.limit(sa.bindparam("most")) if cut else statement


def _fields(entry: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: instants.to_iso(entry[name]) if name == "entry_date" else entry[name] for name in HISTORY_OUTPUTS}
