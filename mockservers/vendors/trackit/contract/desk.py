"""Track-It!'s side of a rehearsal: what happens at a help desk, in the numbers of its fields. No limit of calls is documented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.harness.scenarios import CUSTOMER, FaultStep, OtherStep
from mockservers.rehearsal.events import Event, Sighting, VendorDesk, Weather, given_back, instant, withdrawn
from mockservers.rehearsal.limits import SLOW

SUMMARY, DETAILS, PRIORITY, CREATED, CLOSED = "22", "7", "106", "12", "18"
TECHNICIANS = ("TECH1", "TECH2", "DEMO")
STATUSES = ("Open", "Escalated", "Paused")
"""Statuses that leave a ticket open."""
PRIORITIES = (1, 3, 4)
SUMMARY_LENGTH = 120


def step(event: Event) -> OtherStep | None:
    """An event as the help desk knows it. Tickets are not merged there: a duplicate is cancelled."""
    label = f"T{event.ticket}"
    if event.kind == "opened":
        return OtherStep("create", fields={SUMMARY: event.title(SUMMARY_LENGTH), DETAILS: event.text})
    if event.kind == "changed":
        return OtherStep("change", label, fields={DETAILS: event.text, PRIORITY: event.chosen(PRIORITIES)})
    if event.kind == "deleted":
        return OtherStep("delete", label)
    action, more = _act(event)
    return OtherStep("act", label, action, more=more)


def _act(event: Event) -> tuple[str, dict[str, Any]]:
    if event.kind == "noted":
        return "note", {"text": event.text}
    if event.kind == "worked":
        return "note", {"text": event.text, "duration": 60 * event.minutes}
    if event.kind == "moved":
        return "change_status", {"status": event.chosen(STATUSES)}
    if event.kind == "merged":
        return "change_status", {"status": "Cancelled"}
    if event.kind == "assigned":
        return "assign", {"technician": event.chosen(TECHNICIANS)}
    return {"closed": "close", "reopened": "reopen"}[event.kind], {}


FAULTS: Mapping[str, tuple[FaultStep, ...]] = {
    "outage": (FaultStep("unavailable"),),
    "slow": (FaultStep("latency", settings={"seconds": SLOW}),),
    "errors": (FaultStep("fail"), FaultStep("lost_answer"), FaultStep("empty_body")),
}


def begins(weather: Weather) -> Sequence[OtherStep]:
    """A technician's login is withdrawn; tokens end before their time, refresh tokens too."""
    return (OtherStep("act", CUSTOMER, "end sessions"),) if weather.kind == "tokens" else withdrawn(weather)


def sighting(kind: str, id_: str, fields: Mapping[str, Any]) -> Sighting | None:
    """A ticket as an answer told it."""
    return Sighting(id_, instant(fields.get(CREATED)), instant(fields.get(CLOSED))) if kind == "ticket" else None


DESK = VendorDesk(
    step=step,
    faults=FAULTS,
    begins=begins,
    ends=given_back,
    sighting=sighting,
    objectives={"losses": "0", "staleness.p95": "15m"},
    storms=("trackit.refused_login_not_stormed", "trackit.failures_not_stormed"),
    guidance={"losses": "trackit.read.ticket"},
)
