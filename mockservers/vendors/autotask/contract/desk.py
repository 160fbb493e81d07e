"""Autotask's side of a rehearsal: what happens at a desk, in the words of its service desk, and its hourly threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.harness.history import Exchanged, History
from mockservers.harness.scenarios import CUSTOMER, FaultStep, OtherStep
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import MINUTE
from mockservers.rehearsal.events import Event, Sighting, Usage, VendorDesk, Weather, instant
from mockservers.rehearsal.limits import SLOW, Window, sliding
from mockservers.vendors.autotask.contract import decoder as wire
from mockservers.vendors.autotask.contract.profile import RESOURCE
from mockservers.vendors.autotask.dialects import limit

LOGIN = "api@demo.example"
"""The user that the client logs in as."""
ACCOUNTS = (174, 29683501)
PRIORITIES = (1, 2, 3, 4)
STATUSES = (1, 7, 8, 12)
"""Those of a ticket that is not complete."""
TITLE = 120
"""Characters of a text that make its title."""
MOST_USED = 20_000
SLOWER, SLOWEST = 0.5, 0.75
"""Shares of the limit from which each call takes half a second, and a second (autotask.threshold.latency)."""


def step(event: Event) -> OtherStep | None:
    """An event as the service desk knows it. A ticket that was merged is complete, with a note that says so."""
    label = f"T{event.ticket}"
    if event.kind == "opened":
        fields = {
            "AccountID": event.chosen(ACCOUNTS),
            "Title": event.title(TITLE),
            "Description": event.text,
            "Priority": event.chosen(PRIORITIES),
            "Status": STATUSES[0],
        }
        return OtherStep("create", fields=fields)
    if event.kind == "deleted":
        return OtherStep("delete", label)
    if event.kind == "changed":
        return OtherStep("change", label, fields={"Description": event.text})
    if event.kind == "moved":
        return OtherStep("change", label, fields={"Status": event.chosen(STATUSES)})
    told: Mapping[str, dict[str, Any]] = {
        "noted": {"note": event.text},
        "worked": {"hours": min(24.0, round(event.minutes / 60, 2) or 0.01), "note": event.text},
        "assigned": {"to": RESOURCE},
        "merged": {"note": "Merged into another ticket"},
    }
    action = {"noted": "note", "worked": "time", "assigned": "assign", "reopened": "reopen"}.get(event.kind, "complete")
    return OtherStep("act", label, action, more={"by": RESOURCE, **told.get(event.kind, {})})


FAULTS: Mapping[str, tuple[FaultStep, ...]] = {
    "outage": (FaultStep("unavailable"),),
    "slow": (FaultStep("latency", settings={"seconds": SLOW}),),
    "errors": (FaultStep("fail"), FaultStep("lost_answer"), FaultStep("empty_body")),
    "throttled": (
        FaultStep("refuse", settings={"refusal": "threshold"}),
        FaultStep("refuse", settings={"refusal": "threads"}),
    ),
}
"""Each call brings its login, so there are no tokens that could end."""


def begins(weather: Weather) -> Sequence[OtherStep]:
    """A password expires; other integrations make their requests, which count like the client's own."""
    if weather.kind == "password":
        return (OtherStep("act", CUSTOMER, "expire password", more={"user": LOGIN}),)
    if weather.kind == "shared" and weather.calls:
        return (OtherStep("act", CUSTOMER, "use requests", more={"requests": min(weather.calls, MOST_USED)}),)
    return ()


def ends(weather: Weather) -> Sequence[OtherStep]:
    """An administrator renews the password."""
    if weather.kind == "password":
        return (OtherStep("act", CUSTOMER, "renew password", more={"user": LOGIN}),)
    return ()


def usage(history: History, dialect: Dialect) -> Mapping[int, Usage]:
    """The share of the customer's hourly threshold at each request: calls of the client, of others as far as acts or answers
    tell of them, and how long the vendor made the client wait."""
    if dialect["threshold"] is None:
        return {}
    requests, minutes = limit(str(dialect["threshold"]))
    waits = dialect["latency"] == "on"
    window = Window(
        requests,
        _refused,
        minutes * MINUTE,
        free=lambda exchange: wire.asked(exchange).operation == "getZoneInfo",
        told=_told,
        latency=lambda share: (1.0 if share >= SLOWEST else 0.5 if share >= SLOWER else 0.0) if waits else 0.0,
    )
    return sliding(history, window, _others(history))


def _refused(exchange: Exchanged) -> bool:
    return "threshold" in wire.said(exchange).text.lower()


def _told(exchange: Exchanged) -> int | None:
    """The calls that were made before this one, where it asks for them."""
    found = wire.counted(exchange)
    return None if found is None else found[0]


def _others(history: History) -> list[tuple[int, int]]:
    acts = [each for each in history.changes if each.request.get("action") == "use requests"]
    return [(each.at, int(each.request.get("requests", 1))) for each in acts]


def sighting(kind: str, id_: str, fields: Mapping[str, Any]) -> Sighting | None:
    """A ticket or one of its notes, as an answer told it."""
    if kind == "Ticket":
        return Sighting(id_, instant(fields.get("CreateDate")), instant(fields.get("CompletedDate")))
    return Sighting(str(fields.get("TicketID")), note=id_) if kind == "TicketNote" else None


DESK = VendorDesk(
    step=step,
    faults=FAULTS,
    begins=begins,
    ends=ends,
    usage=usage,
    data="demo:0",
    sighting=sighting,
    objectives={"losses": "0", "staleness.p95": "15m", "limit.peak": "50%"},
    guidance={"losses": "autotask.query.top_500", "limit.peak": "autotask.threshold.latency"},
    storms=("autotask.refused_login_not_stormed", "autotask.suspension_respected", "autotask.failures_not_stormed"),
    habits=("autotask.few_requests", "autotask.usage_watched"),
)
"""From half of the limit every call of every integration of the customer takes longer, so that is what a client leaves free."""
