"""The life of a ticket: what each thing that happens to it does to its properties. For people, clients and time alike.

All work on a ticket's row as a mapping of columns, which `keeping.keep` writes. Knows no request and no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.instants import MINUTE, SECOND
from mockservers.kernel.operations import Context
from mockservers.vendors.superoffice.emulator import attachments, frames
from mockservers.vendors.superoffice.emulator.keeping import keep
from mockservers.vendors.superoffice.emulator.model import (
    ATTACHMENTS,
    LARGEST_ID,
    MESSAGES,
    OPEN,
    SYSTEM_USER,
    Directory,
    directory,
    due,
    fresh,
    next_number,
    one,
    tenant_name,
)
from mockservers.vendors.superoffice.emulator.values import whole_second

Row = dict[str, Any]
COUNTERS = {"Internally": "TimeSpentInternally", "Externally": "TimeSpentExternally", "Queue": "TimeSpentQueue"}


def unmerged(ctx: Context) -> int:
    """ConnectId of a ticket that is not merged, as this server writes it (superoffice.carrier.not_merged)."""
    return 0 if ctx.dialect["unset_connect"] == "page" else -1


def frame_of(names: Directory, priority: int) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = names.get("priority", priority).facts.get("frame")
    return found


def touch(ctx: Context, row: Row, at: int | None = None) -> None:
    """Something has changed (superoffice.field.last_changed)."""
    ctx.cite("superoffice.field.last_changed")
    row["LastChanged"] = max(whole_second(ctx.now if at is None else at), row["CreatedAt"] or 0)


def begin(ctx: Context, values: Mapping[str, Any], names: Directory) -> Row:
    """A new ticket with these stored properties, and for the others what a server fills in.

    Nothing later sets CreatedAt again (superoffice.field.created_at).
    """
    now = whole_second(ctx.now)
    row = fresh({"ConnectId": unmerged(ctx), "TicketStatus": 0, **values})
    row["CreatedAt"] = row["CreatedAt"] if row["CreatedAt"] is not None else now
    row["LastChanged"] = max(row["LastChanged"] or row["CreatedAt"], row["CreatedAt"])
    row["status_since"] = row["CreatedAt"]
    if row["Slevel"] == "Unknown":
        row["Slevel"] = "External"
    if row["ReadStatus"] == "Unknown":
        row["ReadStatus"] = "Red"
    settle_status(row, values, names)
    if row["BaseStatus"] == "Deleted" and row["deleted"] is None:
        row["deleted"] = now
    alert(row, names, row["CreatedAt"])
    return row


def settle_status(row: Row, given: Mapping[str, Any], names: Directory) -> None:
    """Bring TicketStatus and BaseStatus together: whichever was given decides (superoffice.carrier.status)."""
    if "TicketStatus" in given and "BaseStatus" not in given:
        base = names.get("status", row["TicketStatus"]).facts.get("base")
        row["BaseStatus"] = base or row["BaseStatus"]
    elif "BaseStatus" in given and "TicketStatus" not in given:
        row["TicketStatus"] = names.status_of(row["BaseStatus"]).id
    elif "BaseStatus" not in given and not row["TicketStatus"]:
        status = names.status_of("Active")
        row["TicketStatus"], row["BaseStatus"] = status.id, "Active"


def alert(row: Row, names: Directory, at: int) -> None:
    """Set the first or next alert of the ticket's priority (superoffice.field.alert)."""
    minutes = names.get("priority", row["Priority"]).facts.get("alerts", ())
    level = row["AlertLevel"]
    row["AlertTimeout"] = whole_second(at) + minutes[level] * MINUTE if level < len(minutes) else None


def move(ctx: Context, row: Row, status: int, base: str, names: Directory, at: int | None = None) -> None:
    """Give a ticket another status: counters, closing time and wake-up follow."""
    at = whole_second(ctx.now if at is None else at)
    count_status(ctx, row, names, at)
    closed_before = row["BaseStatus"] == "Closed"
    row["TicketStatus"], row["BaseStatus"], row["status_since"] = status, base, at
    row["deleted"] = at if base == "Deleted" else None
    if base == "Closed" and not closed_before:
        ctx.cite("superoffice.field.closed_at")
        row["ClosedAt"] = at
        row["RealTimeToClose"], row["TimeToClose"] = _times(ctx, row, names, at)
    elif base in OPEN and closed_before:
        ctx.cite("superoffice.field.closed_at")
        row["ClosedAt"], row["TimeToClose"], row["RealTimeToClose"] = None, 0, 0


def count_status(ctx: Context, row: Row, names: Directory, at: int) -> None:
    """Add the time in the present status to its counters (superoffice.field.counters)."""
    counter = COUNTERS.get(names.get("status", row["TicketStatus"]).facts.get("counter", "None"))
    since = row["status_since"] or row["CreatedAt"]
    if counter is not None and since is not None and at > since:
        ctx.cite("superoffice.field.counters")
        zone = ctx.dialect["base_zone"]
        most = 2**31 - 1
        row[counter] = min(row[counter] + frames.worked(since, at, frame_of(names, row["Priority"]), zone), most)
        row["Real" + counter] = min(row["Real" + counter] + (at - since) // SECOND, most)


def _times(ctx: Context, row: Row, names: Directory, at: int) -> tuple[int, int]:
    """Minutes from creation to now: round the clock, and within the hours of the priority (superoffice.field.times)."""
    ctx.cite("superoffice.field.times")
    created = row["CreatedAt"] or at
    real = max(0, (at - created) // MINUTE)
    within = frames.worked(created, at, frame_of(names, row["Priority"]), ctx.dialect["base_zone"]) // 60
    return real, min(within, real)


def close(ctx: Context, row: Row, names: Directory) -> None:
    move(ctx, row, names.status_of("Closed").id, "Closed", names)
    touch(ctx, row)


def reopen(ctx: Context, row: Row, names: Directory) -> None:
    move(ctx, row, names.status_of("Active").id, "Active", names)
    alert(row, names, ctx.now)
    touch(ctx, row)


def postpone(ctx: Context, row: Row, names: Directory, until: int) -> None:
    """Let a ticket sleep (superoffice.field.activate)."""
    ctx.cite("superoffice.field.activate")
    row["Activate"] = until
    move(ctx, row, names.status_of("Postponed").id, "Postponed", names)
    touch(ctx, row)


def own(ctx: Context, row: Row, user: int, names: Directory) -> None:
    """Give a ticket to a user; 1 is nobody. Who gets it has not read it yet."""
    if row["OwnedBy"] != user:
        row["OwnedBy"], row["ReadStatus"] = user, "Red"
    touch(ctx, row)


def read(ctx: Context, row: Row, user: int) -> None:
    """A user opens a ticket (superoffice.field.first_read, superoffice.field.read_by_owner)."""
    now = whole_second(ctx.now)
    if row["FirstReadByUser"] is None:
        ctx.cite("superoffice.field.first_read")
        row["FirstReadByUser"] = now
    if row["OwnedBy"] == user:
        ctx.cite("superoffice.field.read_by_owner")
        row["ReadByOwner"], row["ReadStatus"] = now, "Green"


def read_by_customer(ctx: Context, row: Row) -> None:
    ctx.cite("superoffice.field.read_by_customer")
    row["ReadByCustomer"] = whole_second(ctx.now)


def delete(ctx: Context, row: Row, names: Directory, base: str = "Deleted") -> None:
    """Delete softly, or take for spam: only the status tells (superoffice.result.deleted, superoffice.result.spam)."""
    ctx.cite(
        "superoffice.result.deleted" if base == "Deleted" else "superoffice.result.spam",
        "superoffice.result.not_in_log",
    )
    status = names.status_of(base)
    move(ctx, row, status.id or row["TicketStatus"], base, names)
    touch(ctx, row)


def merge(ctx: Context, row: Row, into: int, names: Directory) -> None:
    """Merge a ticket into another, which gets its messages (superoffice.result.merged)."""
    ctx.cite("superoffice.result.merged", "superoffice.result.not_in_log")
    move(ctx, row, names.status_of("Merged").id or row["TicketStatus"], "Merged", names)
    row["ConnectId"] = into
    touch(ctx, row)


def take_messages(ctx: Context, source: Row, target: Row) -> None:
    """The messages of a merged ticket go to the one that survives, and their attachments with them."""
    tenant = tenant_name(ctx)
    for table in (MESSAGES, ATTACHMENTS):
        moved = sa.update(table).where(table.c.tenant == tenant, table.c.ticket == source["TicketId"])
        ctx.db.execute(moved.values(ticket=target["TicketId"]))
    for name in ("NumMessages", "NumReplies", "TimeSpent"):
        target[name] = min(target[name] + source[name], LARGEST_ID)
    target["HasAttachment"] = target["HasAttachment"] or source["HasAttachment"]
    touch(ctx, target)


# --- messages ---------------------------------------------------------------------------------------------------------


def add_message(
    ctx: Context,
    row: Row,
    names: Directory,
    *,
    external: bool,
    by: int,
    author: str,
    body: str = "",
    minutes: int = 0,
    language: str = "",
    sentiment: int = 0,
    confidence: int = 0,
    files: Sequence[Mapping[str, Any]] = (),
    important: bool = False,
    person: int = 0,
) -> int:
    """Somebody writes: `by` is a user, or 1 for a customer; `files` are columns of attachments. Answers the message's number."""
    now = whole_second(ctx.now)
    id_ = next_number(ctx, "message")
    ctx.db.execute(
        sa.insert(MESSAGES),
        {
            "tenant": tenant_name(ctx),
            "id": id_,
            "ticket": row["TicketId"],
            "created": now,
            "created_by": by,
            "author": author,
            "external": external,
            "minutes": minutes,
            "body": body,
            "language": language,
            "sentiment": sentiment,
            "confidence": confidence,
            "important": important,
            "person": person,
        },
    )
    ctx.cite("superoffice.field.messages")
    row["NumMessages"] += 1
    if minutes:
        ctx.cite("superoffice.field.time_spent")
    row["TimeSpent"] = min(row["TimeSpent"] + minutes, 2**31 - 1)
    for each in files:
        attachments.add(ctx, each, ticket=row["TicketId"], message=id_)
    row["HasAttachment"] = row["HasAttachment"] or bool(files)
    if row["NumMessages"] == 1 and not row["Author"]:
        ctx.cite("superoffice.field.first_message")
        row["Author"] = author
    if external:
        ctx.cite("superoffice.field.last_message")
        row["Sentiment"], row["SentimentConfidence"] = sentiment, confidence
        if language and not row["Language"]:
            ctx.cite("superoffice.field.first_message")
            row["Language"] = language
    if external and by != SYSTEM_USER:
        row["NumReplies"] += 1
        if row["RepliedAt"] is None:
            ctx.cite("superoffice.field.replied_at")
            row["RepliedAt"] = now
            row["RealTimeToReply"], row["TimeToReply"] = _times(ctx, row, names, now)
    if row["ReadStatus"] == "Green" and by != row["OwnedBy"]:
        ctx.cite("superoffice.field.read_by_owner")
        row["ReadStatus"] = "Yellow"
    touch(ctx, row)
    return id_


# --- time -------------------------------------------------------------------------------------------------------------


def catch_up(ctx: Context) -> None:
    """Let happen what time alone does: postponed tickets wake up, alerts run out. Nothing runs by itself."""
    found = due(ctx)
    if not found:
        return
    names = directory(ctx)
    for row in found:
        _catch_up(ctx, row, names)
        keep(ctx, row)


def _catch_up(ctx: Context, row: Row, names: Directory) -> None:
    for _ in range(100):  # an alert table has an end, and a ticket wakes up once
        if row["BaseStatus"] == "Postponed" and row["Activate"] is not None and row["Activate"] <= ctx.now:
            ctx.cite("superoffice.field.activate")
            at = row["Activate"]
            move(ctx, row, names.status_of("Active").id, "Active", names, at)
            touch(ctx, row, max(at, row["LastChanged"] or 0))
        elif row["BaseStatus"] in OPEN and row["AlertTimeout"] is not None and row["AlertTimeout"] <= ctx.now:
            ctx.cite("superoffice.field.alert")
            at = row["AlertTimeout"]
            row["AlertLevel"] += 1
            alert(row, names, at)
            touch(ctx, row, max(at, row["LastChanged"] or 0))
        else:
            return
    row["AlertTimeout"] = None


def existing(ctx: Context, id_: int) -> Row | None:
    """The row of a ticket that is there, to be changed."""
    return one(ctx.db, tenant_name(ctx), id_)
