"""ReadyDesk's side of a rehearsal: what happens at a desk, in the words of its tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.harness.history import Exchanged, History
from mockservers.harness.scenarios import FaultStep, OtherStep
from mockservers.kernel.dialects import Dialect
from mockservers.rehearsal.events import Event, Sighting, Usage, VendorDesk, given_back, instant, withdrawn
from mockservers.rehearsal.limits import SLOW, Window, sliding
from mockservers.vendors.get_tickets.contract import decoder as wire

STATUSES = ("Open", "In Progress", "Waiting for Customer", "On Hold")
PRIORITIES = ("Low", "Normal", "High", "Urgent")
TECHNICIANS = ("guest", "d.müller", "kim+1%")
SUBJECT = 80
"""Characters of a text that make its subject."""


def step(event: Event) -> OtherStep | None:
    """An event as a help desk knows it. A note moves the time of the last change alone, whatever its text or its minutes."""
    label, delay = f"T{event.ticket}", event.delay
    if event.kind == "opened":
        fields = {"subject": event.title(SUBJECT), "summary": event.text, "priority": event.chosen(PRIORITIES)}
        return OtherStep("create", fields=fields, delay=delay)
    if event.kind == "deleted":
        return OtherStep("delete", label)
    if event.kind in ("changed", "moved"):
        edited = {"summary": event.text} if event.kind == "changed" else {"status": event.chosen(STATUSES)}
        return OtherStep("act", label, "update", edited, delay=delay)
    action, more = _act(event)
    return OtherStep("act", label, action, more=more, delay=delay)


def _act(event: Event) -> tuple[str, dict[str, Any]]:
    if event.kind == "assigned":
        return "assign", {"to": event.chosen(TECHNICIANS)}
    if event.kind == "merged":
        return "merge", {"into": f"T{event.other}"}
    return {"noted": "note", "worked": "note", "closed": "close", "reopened": "reopen"}[event.kind], {}


FAULTS: Mapping[str, tuple[FaultStep, ...]] = {
    "outage": (FaultStep("unavailable"),),
    "slow": (FaultStep("latency", settings={"seconds": SLOW}),),
    "errors": (FaultStep("fail"), FaultStep("lost_answer"), FaultStep("cut", settings={"after_bytes": 64})),
    "throttled": (FaultStep("refuse", settings={"refusal": "rate"}),),
}


def _refused(exchange: Exchanged) -> bool:
    said = wire.said(exchange)
    return said.kind == "error" and "too many" in said.text.lower()


def usage(history: History, dialect: Dialect) -> Mapping[int, Usage]:
    """The share of a limit of calls a minute, where an installation has one (get_tickets.limit.rate)."""
    limit: Any = dialect["rate_limit"]
    if not isinstance(limit, int):
        return {}
    return sliding(history, Window(limit, _refused))


def sighting(kind: str, id_: str, fields: Mapping[str, Any]) -> Sighting | None:
    """A ticket as an answer told it."""
    if kind != "ticket":
        return None
    return Sighting(id_, instant(fields.get("date_opened")), instant(fields.get("date_closed")))


DESK = VendorDesk(
    step=step,
    faults=FAULTS,
    begins=withdrawn,
    ends=given_back,
    usage=usage,
    sighting=sighting,
    objectives={"losses": "0", "staleness.p95": "15m", "limit.peak": "80%"},
    guidance={"losses": "get_tickets.field.last_updated", "limit.peak": "get_tickets.limit.rate"},
    storms=("get_tickets.refused_key_not_stormed", "get_tickets.backs_off", "get_tickets.failures_not_stormed"),
    habits=("get_tickets.asked_in_bulk", "get_tickets.questions_documented"),
)
