"""QueryData's side of a rehearsal: what happens at a desk, as a one-call centre and its members know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.harness.history import Exchanged, History
from mockservers.harness.profile import local
from mockservers.harness.scenarios import FaultStep, OtherStep
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.rehearsal.events import Event, Sighting, Usage, VendorDesk, given_back, instant, withdrawn
from mockservers.rehearsal.limits import SLOW, Window, sliding
from mockservers.vendors.querydata.contract import decoder as wire

TYPES = ("Normal", "Emergency", "Vacuum Excavation", "NO-RESPONSE (2nd)")
LIVE_HOURS = range(6, 20)
"""Hours of a working day in which tickets are worked on, and large loads are not wanted."""


def step(event: Event) -> OtherStep | None:
    """An event as the centre and the locators know it. Tickets are not merged there: a duplicate is answered as such."""
    label, delay = f"T{event.ticket}", event.delay
    if event.kind == "opened":
        kind = TYPES[min(int(event.chance * 8), 3)] if event.chance < 0.5 else TYPES[0]
        return OtherStep("create", fields={"Remarks": event.text, "TicketType": kind}, delay=delay)
    if event.kind == "changed":
        return OtherStep("change", label, fields={"LocateInstructions": event.text}, delay=delay)
    if event.kind == "reopened":
        return OtherStep("change", label, fields={"Status": "Pending Research"}, delay=delay)
    if event.kind == "deleted":
        return OtherStep("delete", label)
    action, note = {
        "noted": ("Add Notes", event.text),
        "worked": ("Add Ongoing Response", event.text),
        "moved": ("Change Folder", ""),
        "assigned": ("Assign", ""),
        "closed": ("Add Complete Response", ""),
        "merged": ("Add Complete Response", "Duplicate of another ticket"),
    }[event.kind]
    return OtherStep("act", label, action, more={"note": note} if note else {}, delay=delay)


FAULTS: Mapping[str, tuple[FaultStep, ...]] = {
    "outage": (FaultStep("unavailable"),),
    "slow": (FaultStep("latency", settings={"seconds": SLOW}),),
    "errors": (FaultStep("fail"), FaultStep("lost_answer"), FaultStep("empty_body")),
}
"""No limit is documented, so nothing is throttled; there are no tokens, and an AuthCode that no longer holds is renewed."""


def usage(history: History, dialect: Dialect) -> Mapping[int, Usage]:
    """The share of a limit of calls a minute, where an installation has one (querydata.limit.rate)."""
    limit: Any = dialect["rate_limit"]
    if not isinstance(limit, int):
        return {}
    return sliding(history, Window(limit, lambda exchange: "calls within a minute" in wire.said(exchange).text))


def heavy(exchange: Exchanged) -> bool:
    """Whether a request reads the warehouse, which is for bulk and not for near-real-time use."""
    return bool(exchange.body) and wire.asked(exchange).warehouse


def live_hours(at: int, dialect: Dialect) -> bool:
    """Whether an instant lies in the customer's working hours."""
    here = instants.to_datetime(at, local(dialect))
    return here.weekday() < 5 and here.hour in LIVE_HOURS


def lag(dialect: Dialect) -> int:
    """How long an action takes to become visible (querydata.visibility.lag)."""
    return instants.duration(dialect["processing_lag"])


NOTES = frozenset({"Add Notes", "Add Ongoing Response"})


def sighting(kind: str, id_: str, fields: Mapping[str, Any]) -> Sighting | None:
    """A ticket as an answer told it: a complete response closes it, and its history holds its notes."""
    if kind != "Ticket":
        return None
    closing = [each for each in fields.get("Responses") or () if each.get("Closes")]
    closed = max((instant(each.get("ResponseDateTime")) or 0 for each in closing), default=0) or None
    said = [each for each in fields.get("History") or () if each.get("Action") in NOTES]
    if fields.get("Status") != "Closed":
        closed = None
    return Sighting(id_, instant(fields.get("CreateDate")), closed, len(said))


DESK = VendorDesk(
    step=step,
    faults=FAULTS,
    begins=withdrawn,
    ends=given_back,
    usage=usage,
    lag=lag,
    heavy=heavy,
    live_hours=live_hours,
    sighting=sighting,
    objectives={"losses": "0", "staleness.p95": "15m", "limit.peak": "80%"},
    guidance={
        "losses": "querydata.window.last_action",
        "staleness.p95": "querydata.window.near_present",
        "limit.peak": "querydata.limit.rate",
    },
    tells_gone=False,
    storms=("querydata.refused_login_not_stormed", "querydata.failures_not_stormed"),
    habits=(
        "querydata.no_warehouse_polling",
        "querydata.short_windows",
        "querydata.windows_near_now",
        "querydata.questions_documented",
    ),
)
