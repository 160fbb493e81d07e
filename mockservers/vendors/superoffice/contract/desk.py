"""SuperOffice's side of a rehearsal: what happens at a desk, in the words of its Service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.harness.history import History
from mockservers.harness.scenarios import CUSTOMER, FaultStep, OtherStep
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import HOUR, SECOND
from mockservers.rehearsal.events import Event, Sighting, Usage, VendorDesk, Weather, given_back, instant, withdrawn
from mockservers.rehearsal.limits import SLOW, Window, sliding
from mockservers.vendors.superoffice.contract import decoder as wire
from mockservers.vendors.superoffice.contract.profile import USER

OWNERS = (10, 11, 12)
PRIORITIES = (1, 2, 3)
CATEGORIES = (1, 2, 3)
STATUSES = (1, 4, 6)
"""Statuses in which a ticket is worked on."""
SENTIMENTS = (0, -40, 35)
TITLE = 200
"""Characters of a text that make its title."""
SOFT, SPAM = 0.7, 0.9
"""Up to these chances a ticket is put among the deleted, or the spam; beyond, it is deleted for good."""


def step(event: Event) -> OtherStep | None:
    """An event as the Service desk knows it."""
    label = f"T{event.ticket}"
    if event.kind == "opened":
        fields = {"Title": event.title(TITLE), "Priority": event.chosen(PRIORITIES)}
        return OtherStep("create", fields=fields)
    if event.kind == "changed":
        return OtherStep("change", label, fields={"Title": event.title(TITLE), "Category": event.chosen(CATEGORIES)})
    if event.kind == "moved":
        return _moved(event, label)
    if event.kind == "deleted":
        if event.chance >= SPAM:
            return OtherStep("delete", label)
        return OtherStep("act", label, "delete" if event.chance < SOFT else "spam")
    action, more = _act(event)
    return OtherStep("act", label, action, more=more)


def _moved(event: Event, label: str) -> OtherStep:
    """Another status, or a ticket that sleeps for some hours and wakes up by itself."""
    if event.chance < 0.15:
        until = event.at - event.at % SECOND + (1 + int(event.chance * 100)) * HOUR
        return OtherStep("act", label, "postpone", more={"until": instants.to_iso(until)})
    return OtherStep("change", label, fields={"TicketStatus": event.chosen(STATUSES)})


def _act(event: Event) -> tuple[str, dict[str, Any]]:
    if event.kind == "noted":
        if event.chance < 0.3:  # the customer writes again
            return "answer", {"body": event.text, "sentiment": event.chosen(SENTIMENTS), "confidence": 60}
        return "note" if event.chance < 0.6 else "reply", {"body": event.text}
    if event.kind == "worked":
        return "reply", {"body": event.text, "minutes": event.minutes}
    if event.kind == "assigned":
        return "assign", {"to": event.chosen(OWNERS)}
    if event.kind == "merged":
        return "merge", {"into": f"T{event.other}"}
    return {"closed": "close", "reopened": "reopen"}[event.kind], {}


FAULTS: Mapping[str, tuple[FaultStep, ...]] = {
    "outage": (FaultStep("unavailable"), FaultStep("refuse", settings={"refusal": "maintenance"})),
    "slow": (FaultStep("latency", settings={"seconds": SLOW}),),
    "errors": (FaultStep("fail"), FaultStep("lost_answer"), FaultStep("empty_body")),
    "throttled": (FaultStep("refuse", settings={"refusal": "throttled"}),),
}


def begins(weather: Weather) -> Sequence[OtherStep]:
    """The user's login is withdrawn; tokens end before their time."""
    if weather.kind == "tokens":
        return (OtherStep("act", CUSTOMER, "end sessions", more={"user": USER, "kind": "Bearer"}),)
    return withdrawn(weather)


def usage(history: History, dialect: Dialect) -> Mapping[int, Usage]:
    """The share of the calls a second, where throttling is on (superoffice.limit.rate)."""
    limit: Any = dialect["rate_limit"]
    if not isinstance(limit, int) or not limit:
        return {}
    return sliding(history, Window(limit, lambda exchange: wire.said(exchange).kind == "throttled", SECOND))


def sighting(kind: str, id_: str, fields: Mapping[str, Any]) -> Sighting | None:
    """A ticket as an answer told it."""
    if kind != "ticket":
        return None
    closed = instant(fields.get("ClosedAt")) if fields.get("BaseStatus") == "Closed" else None
    gone = fields.get("BaseStatus") in ("Merged", "Deleted", "Spam")
    return Sighting(id_, instant(fields.get("CreatedAt")), closed, gone=gone)


DESK = VendorDesk(
    step=step,
    faults=FAULTS,
    begins=begins,
    ends=given_back,
    usage=usage,
    sighting=sighting,
    objectives={"losses": "0", "staleness.p95": "15m", "limit.peak": "80%"},
    guidance={"losses": "superoffice.field.last_changed", "limit.peak": "superoffice.limit.rate"},
    storms=(
        "superoffice.refused_login_not_stormed",
        "superoffice.throttling_respected",
        "superoffice.failures_not_stormed",
    ),
    habits=("superoffice.read_in_batches", "superoffice.slow_calls_avoided"),
)
