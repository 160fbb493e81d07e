"""What a test in Python says of the calls that must have been made: the words, the assertion, and waiting for it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from mockservers.kernel import clock
from mockservers.kernel.journal import Entry
from mockservers.kernel.overrides import Override
from mockservers.kernel.world import World
from mockservers.server import expectations, verdicts, verification
from mockservers.server.expectations import Expectation
from mockservers.server.verdicts import Verdict

Condition = str | int | float | bool | Mapping[str, Any] | None
"""A value that must be equal, or conditions that hold together: `{"contains": "x"}`, `{"absent": True}` ..."""


class CallPattern(TypedDict, total=False):
    """Which calls are meant: whatever is given must hold. The words are those of `POST /_mock/v1/verify`."""

    vendor: str
    operation: str
    actor: Literal["client", "other", "vendor", "any"]
    outcome: str
    refusal: str
    rule: str
    tenant: str
    status: Condition
    method: Condition
    url: Condition
    path: Condition
    query: Mapping[str, Condition]
    headers: Mapping[str, Condition]
    body: Mapping[str, Condition]
    """Members of the body by the end of their path, such as `Ticket.Status`."""
    text: Condition
    begin: str | datetime
    end: str | datetime
    count: int
    at_least: int
    at_most: int


class Expected(CallPattern, total=False):
    """Calls that must have been made, and in `then` what must have followed, each after the one before."""

    then: Sequence[CallPattern]
    since: int


def of_vendor(vendor: str, expected: Expected) -> Expected:
    """What is expected, of this vendor where no other is named."""
    then: list[CallPattern] = [{"vendor": vendor, **step} for step in expected.get("then", ())]
    return {"vendor": vendor, **expected, **({"then": then} if then else {})}


def verified(world: World, vendors: tuple[str, ...], expected: Expected) -> list[Entry]:
    """The calls that are as expected; raises AssertionError with the nearest ones."""
    wanted = _wanted(world, vendors, expected)
    return _kept(world, verification.verify(wanted, world.journal.settled, world.journal.dropped))


def awaited(world: World, vendors: tuple[str, ...], expected: Expected, timeout: float) -> list[Entry]:
    """The same once the calls were made, looked at anew after each call; `timeout` is in real seconds."""
    wanted = _wanted(world, vendors, expected)
    happened = threading.Event()

    def watch(where: World, entry: Entry) -> None:
        if where is world:
            happened.set()

    until = clock.steady() + timeout
    world.watchers.append(watch)
    try:
        while True:
            happened.clear()
            left = until - clock.steady()
            verdict = verification.verify(wanted, world.journal.settled, world.journal.dropped, near=left <= 0)
            if verdict.ok or left <= 0:
                return _kept(world, verdict, f"after {timeout:g} s: ")
            happened.wait(left)
    finally:
        world.watchers.remove(watch)


def overridden(
    world: World,
    vendors: tuple[str, ...],
    match: Mapping[str, Any],
    answer: Mapping[str, Any],
    skip: int,
    times: int | None,
) -> Override:
    """Plan a canned answer; raises ValueError for a word that is wrong."""
    wanted = expectations.override_add({"match": dict(match), "answer": dict(answer), "skip": skip, "times": times})
    if wanted.match.vendor not in (None, *vendors):
        raise ValueError(f"match.vendor: there is no vendor {wanted.match.vendor!r}; there are {', '.join(vendors)}")
    return verification.override(world.overrides, wanted)


def _kept(world: World, verdict: Verdict, when: str = "") -> list[Entry]:
    if not verdict.ok:
        raise AssertionError(when + verdicts.told(verdict, world.redaction()))
    return verdict.steps[0].calls


def _wanted(world: World, vendors: tuple[str, ...], expected: Expected) -> Expectation:
    """What is expected, checked; raises ValueError."""

    def plain(words: Mapping[str, Any]) -> dict[str, Any]:
        return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in words.items()}

    words = plain(expected)
    if "then" in words:
        words["then"] = [plain(step) for step in words["then"]]
    wanted = expectations.expectation(words)
    for step in wanted.steps:
        wrong = verification.wrong_name(world.emulator, vendors, step)
        if wrong is not None:
            raise ValueError(f"{wrong[0]}: {wrong[1]}")
    return wanted
