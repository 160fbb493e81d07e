"""What a client of Track-It! may see of the truth, and what of that stands in its mirror."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.history import History, Record
from mockservers.vendors.trackit.contract.profile import GROUP


def hidden_groups(history: History, module: str) -> Callable[[Any], bool]:
    """Whether in the end records of a group are hidden from the client."""
    facts = next(
        (d.record.fields for d in reversed(history.changes) if d.record and "segregation" in d.record.fields), {}
    )
    segregation = facts.get("segregation", {})
    seen = segregation.get(module, {}).get(str(GROUP), ())
    return lambda group: module in segregation and group not in (None, GROUP) and group not in seen


def visible(history: History) -> dict[str, Record]:
    """The tickets that the client may see in the end."""
    hidden = hidden_groups(history, "Tickets")
    return {key: each for key, each in history.truth.items() if each.exists and not hidden(each.fields.get("4"))}


def reachable(history: History) -> dict[str, Record]:
    """Those that a client finds who knows how many numbers in a row are missing at most."""
    there = visible(history)
    return {str(number): there[str(number)] for number in within_gaps(history, map(int, there))}


def within_gaps(history: History, numbers: Iterable[int]) -> list[int]:
    """The numbers up to the first gap that is wider than clients were told."""
    found: list[int] = []
    last = history.options.get("first_id", 1) - 1
    for number in sorted(numbers):
        if number - last - 1 > history.options.get("longest_gap", 0):
            break
        found.append(number)
        last = number
    return found


def differences(history: History) -> list[Difference]:
    there = visible(history)
    return [each for each in comparing.differences(history) if each.ticket in there]


def in_mirror(history: History) -> dict[str, tuple[Record, Record]]:
    """Tickets that stand in the mirror and may be seen: the truth, and the mirror."""
    there = visible(history)
    return {key: (there[key], each) for key, each in (history.mirror or {}).items() if key in there}


def renamed_fields(history: History) -> frozenset[str]:
    """Fields whose label somebody changed."""
    return frozenset(
        str(change.request["field"]) for change in history.changes if change.request.get("action") == "rename label"
    )
