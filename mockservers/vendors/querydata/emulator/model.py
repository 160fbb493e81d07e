"""Tickets as QueryData keeps them: versions, and the actions upon them. State is what the visible actions add up to.

Tables, the statements that read them, and the fold from a base document and its actions to a ticket. Nothing is ever
overwritten by the passing of time: what is visible follows from stored instants and the moment of looking. Knows no
request, no notation and no wire.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.instants import to_datetime
from mockservers.kernel.store import Instant, Text

METADATA = sa.MetaData()

TICKETS = sa.Table(
    "querydata_ticket",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tenant", Text, nullable=False),
    sa.Column("number", Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("visible", Instant, nullable=False),
    sa.Column("base", Text),
    sa.Column("original", sa.BigInteger),
    sa.Column("earlier", sa.BigInteger),
    sa.Index("querydata_ticket_created", "tenant", "created"),
    sa.Index("querydata_ticket_number", "tenant", "number", "version"),
)
"""One row for each version. `created` is when it arrived, `visible` from when on its arrival can be seen at all.

A copy in a large back-file has no base document of its own: it is that of its `original`, with all times so much `earlier`.
"""

ORIGINALS = sa.Table(
    "querydata_original",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("base", Text, nullable=False),
)
"""The base documents that copies share, whatever becomes of the tickets that had them first."""

ACTIONS = sa.Table(
    "querydata_action",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("ticket_id", sa.BigInteger, nullable=False),
    sa.Column("tenant", Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("visible", Instant, nullable=False),
    sa.Column("action", Text, nullable=False),
    sa.Column("by", Text, nullable=False),
    sa.Column("note", Text, nullable=False),
    sa.Column("changes", Text, nullable=False),
    sa.Index("querydata_action_time", "tenant", "at"),
    sa.Index("querydata_action_ticket", "ticket_id", "at", "id"),
)
"""One row for each action. It counts from when both its delay (`visible`) and the processing lag are over."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What can be seen of a store: actions visible by `as_of` that happened by `at_most`; `oldest` hides old tickets."""

    tenant: str
    as_of: int
    at_most: int
    oldest: int

    def parameters(self) -> dict[str, Any]:
        return {"tenant": self.tenant, "as_of": self.as_of, "at_most": self.at_most, "oldest": self.oldest}


@dataclass(frozen=True, slots=True)
class Window:
    """Two instants, both inside; empty when `low` is greater."""

    low: int
    high: int

    def meet(self, other: Window | None) -> Window:
        return self if other is None else Window(max(self.low, other.low), min(self.high, other.high))


@dataclass(slots=True)
class Ticket:
    """One version as it stands. `document` has the members in wire order, with instants as `convert` made them."""

    id: int
    number: str
    version: int
    created: int
    document: dict[str, Any]
    actions: int = 0


# --- statements -------------------------------------------------------------------------------------------------------

_p = sa.bindparam


def _shown(actions: Any) -> sa.ColumnElement[bool]:
    return sa.and_(actions.c.visible <= _p("as_of"), actions.c.at <= _p("at_most"))


def _exists_for(tickets: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        tickets.c.tenant == _p("tenant"),
        tickets.c.created <= _p("at_most"),
        tickets.c.visible <= _p("as_of"),
        tickets.c.created >= _p("oldest"),
    )


def _touched() -> sa.Select[Any]:
    """Tickets with an action inside a window: whether one of these is visible, one is hidden, one came after."""
    inside, later = ACTIONS.alias("inside"), ACTIONS.alias("later")
    moved = sa.exists().where(later.c.ticket_id == inside.c.ticket_id, later.c.at > _p("high"), _shown(later))
    # A hidden arrival hides the ticket, so it is looked at beside the action, and not in the condition.
    shown = sa.case((sa.and_(_shown(inside), _exists_for(TICKETS)), 1), else_=0)
    return (
        sa.select(inside.c.ticket_id, sa.func.max(shown), sa.func.min(shown), moved)
        .join(TICKETS, TICKETS.c.id == inside.c.ticket_id)
        .where(
            inside.c.tenant == _p("tenant"),
            inside.c.at >= _p("low"),
            inside.c.at <= _p("high"),
            inside.c.at <= _p("now"),
            TICKETS.c.created >= _p("oldest"),
        )
        .group_by(inside.c.ticket_id)
        .order_by(inside.c.ticket_id)
    )


TOUCHED = _touched()
CREATED = (
    sa.select(TICKETS.c.id)
    # SQLite looks the first of two bounds up in the index, and the other one in every row: the narrow ones stand first.
    .where(TICKETS.c.created >= _p("low"), TICKETS.c.created <= _p("high"), _exists_for(TICKETS))
    .order_by(TICKETS.c.id)
)
_SHARED = sa.select(ORIGINALS.c.base).where(ORIGINALS.c.id == TICKETS.c.original).scalar_subquery()
_BASE = sa.func.coalesce(TICKETS.c.base, _SHARED)
_VERSION = sa.select(TICKETS.c.id, TICKETS.c.number, TICKETS.c.version, TICKETS.c.created, _BASE, TICKETS.c.earlier)
ONE = _VERSION.where(TICKETS.c.id == _p("id"), _exists_for(TICKETS))
MANY = _VERSION.where(TICKETS.c.id.in_(_p("ids", expanding=True)), _exists_for(TICKETS)).order_by(TICKETS.c.id)
_STEP = sa.select(
    ACTIONS.c.ticket_id,
    ACTIONS.c.at,
    ACTIONS.c.visible,
    ACTIONS.c.action,
    ACTIONS.c.by,
    ACTIONS.c.note,
    ACTIONS.c.changes,
)
STEPS = _STEP.where(ACTIONS.c.ticket_id == _p("id"), ACTIONS.c.at <= _p("now")).order_by(ACTIONS.c.at, ACTIONS.c.id)
STEPS_OF_MANY = _STEP.where(ACTIONS.c.ticket_id.in_(_p("ids", expanding=True)), ACTIONS.c.at <= _p("now")).order_by(
    ACTIONS.c.ticket_id, ACTIONS.c.at, ACTIONS.c.id
)
_CHUNK = 400


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Touched:
    """The tickets with actions in a window, sorted by what became of them."""

    ids: list[int] = field(default_factory=list)
    moved_out: int = 0
    hidden: int = 0


def touched(db: sa.Connection, sight: Sight, window: Window, now: int) -> Touched:
    """The tickets whose latest visible action lies inside `window`, ascending; and how many others nearly did."""
    found = Touched()
    values = {**sight.parameters(), "low": window.low, "high": window.high, "now": now}
    for ticket, shown, all_shown, moved in db.execute(TOUCHED, values):
        if shown and not moved:
            found.ids.append(ticket)
        elif shown:
            found.moved_out += 1
        if not all_shown:
            found.hidden += 1
    return found


def created(db: sa.Connection, sight: Sight, window: Window) -> list[int]:
    """The tickets that arrived inside `window`, ascending."""
    return list(db.scalars(CREATED, {**sight.parameters(), "low": window.low, "high": window.high}))


def tickets(
    db: sa.Connection, sight: Sight, ids: Sequence[int], now: int, convert: Callable[[int], Any]
) -> Iterator[tuple[Ticket, bool]]:
    """Those of `ids` that can be seen, ascending, each with whether an action upon it is still hidden."""
    values = sight.parameters()
    if len(ids) == 1:
        row = db.execute(ONE, {**values, "id": ids[0]}).first()
        if row is not None:
            yield _fold(row, db.execute(STEPS, {"id": ids[0], "now": now}).all(), sight, convert)
        return
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        steps: dict[int, list[Any]] = {}
        for step in db.execute(STEPS_OF_MANY, {"ids": chunk, "now": now}):
            steps.setdefault(step[0], []).append(step)
        for row in db.execute(MANY, {**values, "ids": chunk}).all():
            yield _fold(row, steps.get(row[0], ()), sight, convert)


# --- the fold ---------------------------------------------------------------------------------------------------------

TIMES = ("CallDateTime", "WorkStartDateTime", "ResponseDueDateTime", "ExpirationDateTime")
"""Members of the base document that are instants; those of the ticket itself come from its actions."""

BASE_MEMBERS = (
    "OneCallCenter",
    "RegistrationCode",
    "TicketType",
    "Priority",
    "Status",
    "Folder",
    "AssignedTo",
    "CallDateTime",
    "WorkStartDateTime",
    "ResponseDueDateTime",
    "ExpirationDateTime",
    "WorkType",
    "WorkDoneFor",
    "Explosives",
    "Boring",
    "WhiteLined",
    "DepthInches",
    "Duration",
    "LocateInstructions",
    "Remarks",
    "Excavator",
    "WorkSite",
    "Geometry",
    "Members",
)
"""What the base document holds, in no binding order."""


def _fold(row: Any, steps: Iterable[Any], sight: Sight, convert: Callable[[int], Any]) -> tuple[Ticket, bool]:
    id_, number, version, created_at, base, earlier = row
    hidden = False
    seen = []
    for step in steps:
        if step[2] <= sight.as_of and step[1] <= sight.at_most:
            seen.append(step)
        else:
            hidden = True
    state = json.loads(base)
    if earlier is not None:
        state.update((name, state[name] - earlier) for name in TIMES)
    text = state.pop("TicketText", None) or centre_text(number, version, state)  # a ticket taken over has its own
    responses: list[dict[str, Any]] = []
    history = []
    newest = True
    last, last_at = "", created_at
    for _, at, _, action, by, note, changes in seen:
        last, last_at = action, at
        history.append({"ActionDateTime": convert(at), "Action": action, "By": by, "Note": note})
        if changes != "{}":
            newest &= not _apply(state, json.loads(changes), responses, at, convert)
    if responses and state["Status"] in OPEN_STATES:
        state["Status"] += RESPONDED
    document = {  # querydata.details.content
        "UtilisphereID": id_,
        "TicketNumber": number,
        "Version": version,
        "IsNewestVersion": newest,
        "OneCallCenter": state["OneCallCenter"],
        "RegistrationCode": state["RegistrationCode"],
        "TicketType": state["TicketType"],
        "Priority": state["Priority"],
        "Status": state["Status"],
        "Folder": state["Folder"],
        "AssignedTo": state["AssignedTo"],
        "CreateDate": convert(created_at),
        "LastActionDateTime": convert(last_at),
        "LastAction": last,
        "CallDateTime": convert(state["CallDateTime"]),
        "WorkStartDateTime": convert(state["WorkStartDateTime"]),
        "ResponseDueDateTime": convert(state["ResponseDueDateTime"]),
        "ExpirationDateTime": convert(state["ExpirationDateTime"]),
        "WorkType": state["WorkType"],
        "WorkDoneFor": state["WorkDoneFor"],
        "Explosives": state["Explosives"],
        "Boring": state["Boring"],
        "WhiteLined": state["WhiteLined"],
        "DepthInches": state["DepthInches"],
        "Duration": state["Duration"],
        "LocateInstructions": state["LocateInstructions"],
        "Remarks": state["Remarks"],
        "Excavator": state["Excavator"],
        "WorkSite": state["WorkSite"],
        "Geometry": state["Geometry"],
        "Members": state["Members"],
        "Responses": responses,
        "History": history,
        "TicketText": text,
    }
    return Ticket(id_, number, version, created_at, document, len(history)), hidden


OPEN_STATES = ("Pending Research", "In Folder", "Assigned")
RESPONDED = " - Responded"
CLOSED = "Closed"


def _apply(
    state: dict[str, Any],
    changes: Mapping[str, Any],
    responses: list[dict[str, Any]],
    at: int,
    convert: Callable[[int], Any],
) -> bool:
    """Put one action's changes upon the state; tells whether a newer version took over."""
    state.update(changes.get("set", ()))
    response = changes.get("response")
    if response is not None:
        code = response["MemberCode"]
        responses.append(
            {
                "MemberCode": code,
                "ResponseDateTime": convert(at),
                "Code": response["Code"],
                "Description": response["Description"],
                "Respondent": response["Respondent"],
                "Comment": response["Comment"],
                "Closes": response["Closes"],
            }
        )
        if response["Closes"]:
            state["Status"] = CLOSED
    facility = changes.get("facility")
    if facility is not None:
        for member in state["Members"]:
            if member["MemberCode"] == facility["MemberCode"] and facility["Type"] not in member["FacilityTypes"]:
                member["FacilityTypes"].append(facility["Type"])
    return bool(changes.get("superseded"))


@lru_cache(maxsize=4096)
def _stamp(instant: int) -> str:
    return f"{to_datetime(instant):%m/%d/%y %H:%M} UTC"


def centre_text(number: str, version: int, state: Mapping[str, Any]) -> str:
    """The text as the one-call centre sent it: the same for every reader, so no customer's notation is in it."""
    site, excavator = state["WorkSite"], state["Excavator"]
    members = " ".join(member["MemberCode"] for member in state["Members"])
    return (
        f"{state['OneCallCenter']} LOCATE REQUEST\n"
        f"Ticket : {number}  Rev : {version:03d}  Type : {state['TicketType']}  Priority : {state['Priority']}\n"
        f"Called : {_stamp(state['CallDateTime'])}  Work date : {_stamp(state['WorkStartDateTime'])}\n"
        f"Caller : {excavator['CallerName']}  Phone : {excavator['CallerPhone']}\n"
        f"Company : {excavator['CompanyName']}\n"
        f"Place : {site['Place']}  County : {site['County']}  State : {site['State']}\n"
        f"Street : {site['AddressFrom']} {site['Street']}  Cross : {site['CrossStreet1']}\n"
        f"Work : {state['WorkType']} for {state['WorkDoneFor']}  Depth : {state['DepthInches']} in\n"
        f"Location : {state['LocateInstructions']}\n"
        f"Remarks : {state['Remarks']}\n"
        f"Members : {members}"
    )
