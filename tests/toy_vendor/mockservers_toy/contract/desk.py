"""Toy's side of a rehearsal: what happens at a desk, in the words of its tickets, and what its bad hours look like."""

from __future__ import annotations

from collections.abc import Mapping

from mockservers.harness.scenarios import FaultStep, OtherStep
from mockservers.rehearsal.events import Event, VendorDesk


def step(event: Event) -> OtherStep | None:
    """An event as Toy knows it; None for notes, statuses and whatever else its tickets do not have."""
    label = f"T{event.ticket}"
    if event.kind == "opened":
        return OtherStep("create", fields={"title": event.text})
    if event.kind == "changed":
        return OtherStep("change", label, fields={"title": event.text})
    if event.kind == "deleted":
        return OtherStep("delete", label)
    action = {"closed": "close", "merged": "close", "reopened": "reopen"}.get(event.kind)
    return None if action is None else OtherStep("act", label, action)


FAULTS: Mapping[str, tuple[FaultStep, ...]] = {"outage": (FaultStep("unavailable"),), "errors": (FaultStep("fail"),)}


DESK = VendorDesk(
    step=step,
    faults=FAULTS,
    objectives={"losses": "0", "staleness.p95": "15m"},
    guidance={"losses": "toy.list.changed_since"},
)
