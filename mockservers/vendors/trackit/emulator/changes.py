"""What a change does to a ticket besides itself: stamps, clocks, closing, counts of notes. The same for everybody.

Knows no request: client's calls and other people's acts both end here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.kernel.instants import SECOND
from mockservers.kernel.operations import Context
from mockservers.vendors.trackit.emulator import access, model
from mockservers.vendors.trackit.emulator.fields import grid

OPEN, CLOSED = "O", "C"
_DUE = ("f100", "f110", "f111")


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the login that is stamped, the technician and the group."""

    login: str
    technician: int | None = None
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A note before it is kept; type and activity are numbers of their records."""

    type: int | None
    activity: int | None
    text: str | None = None
    duration: int = 0
    private: bool = False
    system: bool = False
    requestor: int | None = None


def caller(ctx: Context) -> Author:
    """The technician who calls."""
    credential = access.caller(ctx)
    return Author(access.login_of(credential), access.technician_of(credential), access.group_of(ctx, credential))


# --- statuses ---------------------------------------------------------------------------------------------------------


def status_of(ctx: Context, id_: int | None) -> Mapping[str, Any]:
    """The facts of a status: name, description, type, whether it is its type's default, whether it stops the clock."""
    return model.directory(ctx).get("status", id_)


def is_closed(ctx: Context, row: Mapping[str, Any]) -> bool:
    return bool(status_of(ctx, row["l_status"]).get("type") == CLOSED)


def default_status(ctx: Context, type_: str) -> int | None:
    """The default status of a type, whatever its name (trackit.close.default_status); each type has exactly one."""
    known = sorted(model.directory(ctx)["status"].items())
    return next((id_ for id_, facts in known if facts.get("type") == type_ and facts.get("default")), None)


def _moved(ctx: Context, before: model.Row, after: model.Row, given: Mapping[str, Any], author: Author) -> None:
    """What follows from another status."""
    was, is_ = status_of(ctx, before["l_status"]), status_of(ctx, after["l_status"])
    now = grid(ctx.now)
    if is_.get("stops") and before["f103"] is None:
        ctx.cite("trackit.status.stop_clock")
        after["f103"] = now
    elif not is_.get("stops") and before["f103"] is not None:
        ctx.cite("trackit.status.stop_clock")
        pause = max(now - before["f103"], 0)
        after["f103"] = None
        for name in _DUE:
            if after[name] is not None and name not in given:
                after[name] = grid(after[name] + pause)
    if is_.get("type") == CLOSED and was.get("type") != CLOSED:
        ctx.cite("trackit.status.closes")
        after["f18"], after["l_closer"] = now, author.technician
        after["f108"] = max((now - after["f12"]) // SECOND, 0) if after["f12"] is not None else None
    elif is_.get("type") != CLOSED and was.get("type") == CLOSED:
        ctx.cite("trackit.status.closes")
        after["f18"], after["l_closer"], after["f108"] = None, None, None


# --- tickets ----------------------------------------------------------------------------------------------------------


def change(
    ctx: Context,
    before: model.Row,
    given: Mapping[str, Any],
    author: Author,
    stamp: bool = True,
    kind: model.Kind = model.TICKET,
) -> model.Row:
    """Change columns of a ticket or an assignment, with all that follows; the row as it is then.

    `stamp` sets when it was changed last, and by whom (trackit.write.stamp, trackit.read.last_user).
    """
    after = {**before, **given}
    if after["l_status"] != before["l_status"]:
        _moved(ctx, before, after, given, author)
    if stamp:
        after.update({"f2": grid(ctx.now), "f3": author.login, **{k: given[k] for k in ("f2", "f3") if k in given}})
    after["revision"] = model.revision(ctx)
    model.change(ctx, before["f1"], {name: value for name, value in after.items() if value != before[name]}, kind)
    return after


def create(ctx: Context, given: Mapping[str, Any], author: Author) -> model.Row:
    """A new ticket: what is given, and what the server sets, such as the technician (trackit.write.assignee)."""
    now = grid(ctx.now)
    row = {
        **model.EMPTY,
        "tenant": access.tenant_of(ctx).name,
        "f1": model.number(ctx, "ticket"),
        "f2": now,
        "f3": author.login,
        "f12": now,
        "l_opener": author.technician,
        "l_group": author.group,
        "l_technician": author.technician,
        "l_status": default_status(ctx, OPEN),
        "revision": model.revision(ctx),
    }
    opened = {**row, **given}
    if "l_priority" not in given:
        opened["l_priority"] = priority(ctx, opened)
    if opened["l_status"] != row["l_status"]:
        _moved(ctx, row, opened, given, author)
    model.insert(ctx, model.TICKETS, [opened])
    return opened


PRECEDENCE = ("category", "requestor", "location", "department")


def priority(ctx: Context, row: Mapping[str, Any]) -> int | None:
    """The priority of the first linked record that has one, in the order of the group."""
    directory = model.directory(ctx)
    order = directory.get("group", row.get("l_group")).get("precedence") or PRECEDENCE
    for module in order:
        found = directory.get(module, row.get(f"l_{module}")).get("priority")
        if found is not None:
            ctx.cite("trackit.write.priority")
            return int(found)
    return None


# --- notes ------------------------------------------------------------------------------------------------------------


def add_note(
    ctx: Context, row: model.Row, draft: Draft, author: Author, touch: bool = False, kind: model.Kind = model.TICKET
) -> tuple[model.Row, int]:
    """Add a note to a ticket or an assignment; the record as it is then, and the note's number.

    The note names its writer (trackit.note.author); the record is stamped only where `touch` says so
    (trackit.note.touches).
    """
    now, id_ = grid(ctx.now), model.number(ctx, kind.series)
    directory = model.directory(ctx)
    user_place = None if draft.system else row["user_notes"] + 1
    model.insert(
        ctx,
        kind.notes,
        [
            {
                "tenant": row["tenant"],
                "id": id_,
                kind.name: row["f1"],
                "place": row["notes"] + 1,
                "user_place": user_place,
                "modified": now,
                "last_user": author.login,
                "group": row["l_group"],
                "text": draft.text,
                "date": now,
                "technician": author.technician if draft.requestor is None else None,
                "requestor": draft.requestor,
                "duration": draft.duration,
                "activity": draft.activity,
                "type": draft.type,
                "system": draft.system,
                "private": draft.private,
                "inactive": False,
                "track_time": bool(directory.get("activity", draft.activity).get("track_time")),
                "email": None,
                "email_key": None,
                "old_id": None,
                "revision": model.revision(ctx),
            }
        ],
    )
    given: model.Row = {"notes": row["notes"] + 1, "f175": now}
    if not draft.system:
        if draft.duration:
            ctx.cite("trackit.note.time_spent")
        given |= {"user_notes": row["user_notes"] + 1, "f163": (row["f163"] or 0) + draft.duration}
    return change(ctx, row, given, author, stamp=touch, kind=kind), id_
