"""Files that hang on tickets, as far as the API tells of them: names, sizes and dates, and never what is in them.

A file shows together with the change by which it came, and goes with its ticket. Knows no wire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.operations import Context
from mockservers.vendors.get_tickets.emulator.model import ATTACHMENTS, TICKETS, whole_second
from mockservers.vendors.get_tickets.emulator.selection import Selection, condition

_files = ATTACHMENTS.c
_GONE = (
    sa.update(ATTACHMENTS)
    .where(_files.tenant == sa.bindparam("of"), _files.tid == sa.bindparam("ticket"), _files.gone.is_(None))
    .values(gone=sa.bindparam("since"))
)
_HASTENED = (
    sa.update(ATTACHMENTS)
    .where(
        _files.tenant == sa.bindparam("of"), _files.tid == sa.bindparam("ticket"), _files.shown > sa.bindparam("moment")
    )
    .values(shown=sa.bindparam("moment"))
)
_TRUTH = (
    sa.select(_files.id, _files.tid, _files.file_name, _files.size, _files.file_date)
    .where(_files.tenant == sa.bindparam("tenant"), _files.id > sa.bindparam("after"), _files.gone.is_(None))
    .order_by(_files.id)
    .limit(sa.bindparam("most"))
)


def row(tenant: str, tid: int, name: str, size: int, at: int, shown: int) -> dict[str, Any]:
    """A file of so many bytes."""
    return {
        "tenant": tenant,
        "tid": tid,
        "file_name": name,
        "size": size,
        "file_date": whole_second(at),
        "shown": shown,
        "gone": None,
    }


def past(tenant: str, ticket: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files of a ticket that the data begin with: some tickets have one, some two."""
    tid, opened = ticket["tid"], ticket["date_opened"]
    if tid % 5 and tid != 34:
        return []
    names = (f"screenshot {tid}.png", "Fehler-Übersicht & Log.txt") if tid % 10 == 0 else ("favicon.ico",)
    return [row(tenant, tid, name, 32_983 + 1_000 * tid * place, opened, opened) for place, name in enumerate(names)]


def keep(ctx: Context, tid: int, name: str, size: int, shown: int) -> None:
    """Somebody has attached a file."""
    assert ctx.tenant is not None
    ctx.db.execute(sa.insert(ATTACHMENTS), [row(ctx.tenant.name, tid, name, size, ctx.now, shown)])


def forget(ctx: Context, tid: int, since: int) -> None:
    """The ticket is gone, for clients from an instant on, and its files with it (get_tickets.attachments.deleted)."""
    assert ctx.tenant is not None
    ctx.db.execute(_GONE, {"of": ctx.tenant.name, "ticket": tid, "since": since})


def hasten(ctx: Context, tid: int) -> None:
    """What was attached to the ticket already shows now, whatever was to delay it."""
    assert ctx.tenant is not None
    ctx.db.execute(_HASTENED, {"of": ctx.tenant.name, "ticket": tid, "moment": ctx.now})


def written_size(size: int) -> str:
    """A size as the API writes it (get_tickets.attachments.size)."""
    return f"{size / 1024:.2f} kb"


def files_of(ctx: Context, wanted: Selection) -> Sequence[Mapping[str, Any]]:
    """The files that clients see of the tickets that are selected, by ticket, and as they came."""
    assert ctx.tenant is not None
    if wanted.nothing or wanted.most == 0:
        return ()
    values = {**wanted.values, "now": ctx.now, "most": wanted.most}
    found: Any = ctx.db.execute(_selected(wanted.conditions, wanted.most is not None), values).mappings()
    return list(found)


@lru_cache(maxsize=64)
def _selected(conditions: tuple[str, ...], cut: bool) -> sa.Select[Any]:
    own = {
        "tid": _files.tid == sa.bindparam("tid"),
        "start_tid": _files.tid >= sa.bindparam("start_tid"),
        "end_tid": _files.tid <= sa.bindparam("end_tid"),
    }
    statement = (
        sa.select(_files.tid, _files.file_name, _files.size, _files.file_date)
        .join(TICKETS, sa.and_(TICKETS.c.tenant == _files.tenant, TICKETS.c.tid == _files.tid))
        .where(
            _files.tenant == sa.bindparam("tenant"),
            _files.shown <= sa.bindparam("now"),
            sa.or_(_files.gone.is_(None), _files.gone > sa.bindparam("now")),
            *(own[name] if name in own else condition(name) for name in conditions),
        )
        .order_by(_files.tid, _files.id)
    )
    return statement.limit(sa.bindparam("most")) if cut else statement


def records(ctx: Context, after: int, most: int) -> list[dict[str, Any]]:
    """The first `most` files above number `after` of tickets that are there, seen by clients or not."""
    assert ctx.tenant is not None
    found = ctx.db.execute(_TRUTH, {"tenant": ctx.tenant.name, "after": after, "most": most})
    return [
        {
            "id": str(each.id),
            "exists": True,
            "fields": {
                "ticket_id": each.tid,
                "file_name": each.file_name,
                "file_size": written_size(each.size),
                "file_date": instants.to_iso(each.file_date),
            },
        }
        for each in found
    ]
