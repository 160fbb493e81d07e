"""The duty of a client that looks up what tickets name: the names that it shows are those of now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged
from mockservers.harness.history import History, Record
from mockservers.vendors.get_tickets.contract import decoder as wire
from mockservers.vendors.get_tickets.contract.profile import NAMED, NAMES

_IDS: Mapping[str, Callable[[Record], Any]] = {
    "customer": lambda ticket: ticket.fields.get("cid"),
    "company": lambda ticket: ticket.fields.get("company_id"),
    "technician": lambda ticket: ticket.fields.get("assigned_tech"),
    "group": lambda ticket: ticket.fields.get("assigned_group_id"),
}
"""By which id a ticket names each."""


def _busy(history: History) -> bool:
    """Whether the last sync was one of too many calls: it may have left off for no fault of the client."""
    said = [wire.said(each) for task in history.syncs[-1:] for each in history.within(task) if each.request_known]
    return any(each.kind == "error" and "too many" in each.text.lower() for each in said)


def _meant(history: History, kind: str, ticket: Record) -> str | None:
    """The name of what a ticket names, None where it names nobody, or somebody who is in no list."""
    entry = history.parts.get(NAMED[kind], {}).get(str(_IDS[kind](ticket)))
    if entry is None:
        return None
    name = entry.fields.get("contact" if kind == "customer" else "name")
    return None if name is None else str(name)


def _current(history: History) -> Judgement:
    if _busy(history):
        return judged(0)
    exercised, breaches = 0, []
    for key, mirrored in sorted((history.mirror or {}).items()):
        shown, ticket = mirrored.fields.get(NAMES), history.truth.get(key)
        if not isinstance(shown, Mapping) or ticket is None or not ticket.exists:
            continue
        for kind in sorted(set(shown) & set(NAMED)):
            right, left = _meant(history, kind, ticket), shown[kind]
            exercised += right is not None
            if right != (None if left == "" else left):
                told = comparing.parted(right, left, history.secrets)
                breaches.append(
                    Breach(
                        f"{history.name(key)} names the {kind} {_IDS[kind](ticket)!r}: its name is {told}; who is renamed is so "
                        "in the lists alone, no ticket changes",
                        {"ticket": key, "field": kind},
                    )
                )
    return judged(exercised, breaches)


NAMING: tuple[Duty, ...] = (
    Duty(
        "get_tickets.names_current",
        "The names that are looked up for what tickets name are those of now, decoded once: a rename changes no ticket.",
        ("get_tickets.reference.rename", "get_tickets.reference.shape", "get_tickets.wire.encoded_everywhere"),
        _current,
        f"a ticket whose names the client shows, as the member {NAMES!r} of what it mirrors",
        needs=(NAMES,),
    ),
)
