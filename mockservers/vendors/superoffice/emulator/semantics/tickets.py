"""GetTickets and its like: which tickets come back for the ids, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockservers.kernel.instants import DAY
from mockservers.kernel.operations import Context
from mockservers.vendors.superoffice import VENDOR
from mockservers.vendors.superoffice.emulator.access import caller
from mockservers.vendors.superoffice.emulator.answers import Answer, profile
from mockservers.vendors.superoffice.emulator.changes import catch_up
from mockservers.vendors.superoffice.emulator.limits import took
from mockservers.vendors.superoffice.emulator.model import directory, heads, rows, tenant_name
from mockservers.vendors.superoffice.emulator.renderings import Fragment, Profile, Shelf, row_rules
from mockservers.vendors.superoffice.emulator.requests import Asked, bad, int32, int32s, members, variable

MOST_FRAGMENTS = 10_000
"""Rendered tickets that are kept for each tenant and profile; about 2 kB each."""
MOST_SHELVES = 24


def get_tickets(ctx: Context, asked: Asked) -> Answer:
    """Tickets by their ids: those that were asked for, whatever the page shows (superoffice.result.sample_is_filler)."""
    ids = wanted_ids(ctx, asked)
    look = profile(ctx, asked)
    took(ctx, "GetTickets", len(ids))
    catch_up(ctx)
    shelf = _shelf(ctx, look)
    found = _rendered(ctx, shelf, list(dict.fromkeys(ids)))
    page = shelf.page([fragment for _, fragment in _arranged(ctx, ids, found)])
    return Answer(body=page, name="ArrayOfTicket", zone=look.clock.code)


def wanted_ids(ctx: Context, asked: Asked, *others: str, name: str = "TicketIds") -> list[int]:
    """The ids that the body names, which may have other properties; raises the refusal of a body without them."""
    given = members(ctx, asked, name, *others)
    if name.lower() not in given:
        raise bad("superoffice.request.missing", f"{name} is missing.")
    if name not in asked.body:
        ctx.cite("superoffice.request.body")
    return int32s(ctx, given[name.lower()], name)


def _shelf(ctx: Context, look: Profile) -> Shelf:
    """The rendered tickets of this profile so far. Profiles hold nothing that is not hashed but the role, which is frozen."""
    shelves: dict[Any, Shelf] = ctx.installation.cache.setdefault((VENDOR.name, "shelves", tenant_name(ctx)), {})
    key = (look.format, look.clock, look.tongue, id(look.role), look.select)
    found = shelves.get(key)
    if found is None or found.profile.role is not look.role:
        while len(shelves) >= MOST_SHELVES:
            del shelves[next(iter(shelves))]
        found = shelves[key] = Shelf.of(look)
    return found


def gone(ctx: Context, deleted: int | None) -> bool:
    """Whether a ticket that was deleted at that time is purged by now (superoffice.result.deleted)."""
    return deleted is not None and ctx.now >= deleted + int(ctx.dialect["deleted_days"]) * DAY


def _rendered(ctx: Context, shelf: Shelf, ids: Sequence[int]) -> dict[int, bytes]:
    """The tickets that are there and seen by the caller, rendered; from the shelf where their revision stands there."""
    fragments, made = shelf.fragments, {}
    met: dict[int, Fragment] = {}
    missing = []
    for id_, (revision, deleted) in heads(ctx, ids).items():
        if gone(ctx, deleted):
            ctx.cite("superoffice.result.deleted")
            continue
        known = fragments.get(id_)
        if known is not None and known.revision == revision:
            met[id_] = known
        else:
            missing.append(id_)
    if missing:
        names = directory(ctx)
        for id_, row in rows(ctx.db, tenant_name(ctx), missing).items():
            met[id_] = shelf.fragment(row, names)
        if len(missing) <= MOST_FRAGMENTS:
            for id_ in missing:
                fragments[id_] = met[id_]
            while len(fragments) > MOST_FRAGMENTS:
                del fragments[next(iter(fragments))]
    for id_, fragment in met.items():
        if fragment.body is None:
            ctx.cite("superoffice.result.no_access")
        else:
            made[id_] = fragment.body
    for cited in {id(fragment.rules): fragment.rules for fragment in met.values()}.values():
        ctx.cite(*cited)
    return made


def _arranged(ctx: Context, ids: Sequence[int], found: dict[int, Any]) -> list[tuple[int, Any]]:
    """What was found, by the ids as they were given, or as the switches have it."""
    if ctx.dialect["order"] == "shuffled" or ids != sorted(ids):
        ctx.cite("superoffice.result.request_order")
    if len(found) == len(ids) and ctx.dialect["order"] == "request":  # all there, each once
        return [(id_, found[id_]) for id_ in ids]
    wanted = list(dict.fromkeys(ids))
    if len(wanted) < len(ids):
        told = f"{len(ids)} ids were asked for, and {len(wanted)} of them differ"
        ctx.note(
            "superoffice.result.duplicates", f"{told}: match the answer's tickets to ids by TicketId, not by place."
        )
        if ctx.dialect["duplicate_id"] == "repeat":
            wanted = list(ids)
    if any(id_ not in found for id_ in wanted):
        told = f"{len(wanted)} ids were asked for, and {len(found)} of them answered"
        ctx.note(
            "superoffice.result.unknown_id", f"{told}: the others are unknown, gone, or not to be seen by this caller."
        )
        if ctx.dialect["missing_id"] == "omit":
            wanted = [id_ for id_ in wanted if id_ in found]
    if ctx.dialect["order"] == "shuffled":
        turn = ctx.installation.ids.number("superoffice.order", 0, 2**32)
        ctx.installation.ids.source(f"superoffice.order.{turn}").shuffle(wanted)
    return [(id_, found.get(id_)) for id_ in wanted]


# --- one ticket -------------------------------------------------------------------------------------------------------


def seen(ctx: Context, id_: int) -> Any:
    """The row of a ticket that is there and that the caller sees, or None."""
    row = rows(ctx.db, tenant_name(ctx), [id_]).get(id_)
    if row is None or gone(ctx, row.deleted):
        return None
    if not caller(ctx).role.sees(row):
        ctx.cite("superoffice.result.no_access")
        return None
    return row


def get_ticket(ctx: Context, asked: Asked) -> Answer:
    """One ticket by its id in the query; null when there is none."""
    id_ = variable(ctx, asked, "ticketId")
    look = profile(ctx, asked)
    took(ctx, "GetTicket", 1)
    catch_up(ctx)
    row = seen(ctx, id_)
    if row is None:
        ctx.cite("superoffice.result.null")
    value = None if row is None else whole(ctx, look, row)
    return Answer(value, "Ticket", zone=look.clock.code)


def whole(ctx: Context, look: Profile, row: Any) -> dict[str, Any]:
    """A ticket as the flat carrier."""
    names = directory(ctx)
    ctx.cite(*row_rules(row, names))
    return look.whole(row, names)


def get_summaries(ctx: Context, asked: Asked) -> Answer:
    """A few properties of each ticket, for cheap checks of what has changed."""
    ids = wanted_ids(ctx, asked)
    look = profile(ctx, asked)
    ctx.cite("superoffice.call.summaries")
    took(ctx, "GetTicketSummaries", len(ids))
    catch_up(ctx)
    made = {}
    for id_, row in rows(ctx.db, tenant_name(ctx), list(dict.fromkeys(ids))).items():
        if not gone(ctx, row.deleted) and look.role.sees(row):
            blank = look.role.blank
            base = "Unknown" if "BaseStatus" in blank else row.BaseStatus
            light = "Unknown" if "ReadStatus" in blank else row.ReadStatus
            made[id_] = {
                "TicketId": id_,
                "TicketStatus": 0 if "TicketStatus" in blank else row.TicketStatus,
                "Title": "" if "Title" in blank else row.Title,
                "Registered": look.clock.write(None if "CreatedAt" in blank else row.CreatedAt),
                "IconHint": f"{base}_{light}",
            }
    arranged = [value for _, value in _arranged(ctx, ids, made)]
    return Answer(arranged, "ArrayOfTicketSummaryItem", zone=look.clock.code)


def resolve(ctx: Context, asked: Asked) -> Answer:
    """The ticket that survives all mergers of one; 0 when there is none (superoffice.call.resolve)."""
    given = members(ctx, asked, "TicketId")
    if "ticketid" not in given:
        raise bad("superoffice.request.missing", "TicketId is missing.")
    id_ = int32(ctx, given["ticketid"], "TicketId")
    ctx.cite("superoffice.call.resolve")
    took(ctx, "ResolveTicketId", 1)
    catch_up(ctx)
    passed: set[int] = set()
    row = seen(ctx, id_)
    while row is not None and row.BaseStatus == "Merged" and row.ConnectId > 0 and row.TicketId not in passed:
        passed.add(row.TicketId)
        ctx.cite("superoffice.result.merged")
        row = seen(ctx, row.ConnectId)
    return Answer(0 if row is None else row.TicketId, "int")
