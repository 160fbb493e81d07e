"""Scenarios: what happens to a client, as pure data in a YAML file that people can read, review and replay.

A found failure and a hand-written case are the same thing. Tickets are named by label (`T1`, `T2` ... in the order in
which steps make them), never by ids. Nothing here reads a file or plays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import yaml

from mockservers.harness.profile import VendorProfile, profile
from mockservers.kernel import instants

VERSION = 1
LABEL = re.compile(r"T[1-9][0-9]{0,5}")
CUSTOMER = "customer"
"""The record upon which administrators act: the installation itself."""

OtherOperation = Literal["create", "act", "change", "delete", "revoke", "restore"]
"""What other people do; `revoke` and `restore` take the client's credential away and give it back."""


class ScenarioError(ValueError):
    """A scenario that cannot be played; the message names the place, what is wrong, and what to write instead."""


# --- steps: each writes itself as it stands in a file, keys in reading order, without values at their default ------------


@dataclass(frozen=True, slots=True)
class OtherStep:
    """Other people do something at the vendor. `delay` is the visibility delay in microseconds."""

    operation: OtherOperation
    ticket: str | None = None
    action: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    delay: int = 0
    times: int = 1

    def to_dict(self) -> dict[str, Any]:
        made: dict[str, Any] = {"other": self.operation}
        if self.ticket:
            made["ticket"] = self.ticket
        if self.action:
            made["action"] = self.action
        made |= self.more
        if self.fields:
            made["fields"] = dict(self.fields)
        if self.delay:
            made["delay"] = span(self.delay)
        if self.times != 1:
            made["times"] = self.times
        return made


@dataclass(frozen=True, slots=True)
class ClockStep:
    """Time passes, in microseconds."""

    by: int

    def to_dict(self) -> dict[str, Any]:
        return {"clock": span(self.by)}


@dataclass(frozen=True, slots=True)
class FaultStep:
    """A fault is planned: `after` matching requests of the client pass first, then it hits `times` of them."""

    kind: str
    after: int = 0
    times: int = 1
    operation: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        made: dict[str, Any] = {"fault": self.kind, **self.settings}
        if self.operation:
            made["operation"] = self.operation
        if self.after:
            made["after"] = self.after
        if self.times != 1:
            made["times"] = self.times
        return made


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What others do inside a task, when its request number `after_request` was answered (or at its end)."""

    after_request: int
    steps: tuple[OtherStep, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"after_request": self.after_request, "steps": [step.to_dict() for step in self.steps]}


@dataclass(frozen=True, slots=True)
class ClientStep:
    """The client is told to work: on its own mirror, or to write something at the vendor.

    `restart` is no task: the client is ended and started again, and its state folder stays. `killed_at`: so it is in the
    middle of a sync, where its request number `killed_at` waits for an answer.
    """

    task: str
    meanwhile: Meanwhile | None = None
    ticket: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    minutes: int | None = None
    killed_at: int | None = None

    def to_dict(self) -> dict[str, Any]:
        made: dict[str, Any] = {"client": self.task}
        if self.killed_at is not None:
            made["killed_at"] = self.killed_at
        if self.ticket:
            made["ticket"] = self.ticket
        if self.fields:
            made["fields"] = dict(self.fields)
        if self.task == "note":
            made["text"] = self.text
        if self.minutes is not None:
            made["minutes"] = self.minutes
        if self.meanwhile is not None:
            made["meanwhile"] = self.meanwhile.to_dict()
        return made


Step = OtherStep | ClockStep | FaultStep | ClientStep


@dataclass(frozen=True)
class Scenario:
    """One scenario. `start` is an instant; `found` is what a check wrote beside a failure, for people to read.

    `told` are the names of the stories that it was drawn with, in their order; it says nothing of the play, and stands in no
    file.
    """

    vendor: str
    steps: tuple[Step, ...]
    start: int
    dialect: str | Mapping[str, Any] = "default"
    seed: int = 1
    data: str = "empty"
    note: str = ""
    found: Mapping[str, Any] = field(default_factory=dict)
    told: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def duty(self) -> str | None:
        """The duty that was found broken, in a saved failure."""
        return self.found.get("duty")

    @cached_property
    def key(self) -> str:
        """What tells it from all others; as values they may be equal and yet differ, as 1 and True do."""
        return json.dumps(self.to_dict(), sort_keys=True)

    @property
    def size(self) -> int:
        """How many steps there are to read, those inside of others too."""
        inner = (step.meanwhile.steps for step in self.steps if isinstance(step, ClientStep) and step.meanwhile)
        return len(self.steps) + sum(map(len, inner))

    def to_dict(self) -> dict[str, Any]:
        """The file's content as plain data, keys in reading order."""
        made: dict[str, Any] = {"mockservers": VERSION, "vendor": self.vendor}
        if self.note:
            made["note"] = self.note
        made["dialect"] = self.dialect if isinstance(self.dialect, str) else dict(self.dialect)
        made["seed"] = self.seed
        made["start"] = instants.to_iso(self.start)
        made["data"] = self.data
        made["steps"] = [step.to_dict() for step in self.steps]
        if self.found:
            made["found"] = dict(self.found)
        return made

    def to_yaml(self) -> str:
        return yaml.dump(self.to_dict(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, indent=2)


def span(microseconds: int) -> str:
    """A length of time as people write it: `5m`, `90s`, `250ms`."""
    sign, left = ("-", -microseconds) if microseconds < 0 else ("", microseconds)
    for unit, size in (("d", instants.DAY), ("h", instants.HOUR), ("m", instants.MINUTE), ("s", instants.SECOND)):
        if left and left % size == 0:
            return f"{sign}{left // size}{unit}"
    return f"{sign}{left}us" if left % 1000 else f"{sign}{left // 1000}ms"


class _Dumper(yaml.SafeDumper):
    """Plain YAML without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


# --- labels ---------------------------------------------------------------------------------------------------------


def births(profile: VendorProfile, step: Step) -> int:
    """How many tickets a step makes, and so how many labels."""
    if isinstance(step, ClientStep):
        return 1 if step.task == "create" else 0
    if not isinstance(step, OtherStep):
        return 0
    if step.operation == "create":
        return step.times
    return 1 if step.operation == "act" and step.action in profile.births else 0


def check_labels(scenario: Scenario) -> None:
    """Raises ScenarioError where a step names a ticket that does not exist yet, or no longer."""
    known, gone = 0, set()
    here = profile(scenario.vendor)

    def look(step: Step, where: str) -> None:
        nonlocal known
        for label in named(here, step):
            if not isinstance(label, str) or not LABEL.fullmatch(label):
                raise ScenarioError(f"{where}: {label!r} is not a label such as T1")
            if int(label[1:]) > known:
                so_far = "no ticket" if not known else "only T1" if known == 1 else f"T1 to T{known}"
                raise ScenarioError(
                    f"{where}: ticket {label} does not exist yet: so far there is {so_far}. "
                    "Labels count the tickets in the order in which steps make them"
                )
            if label in gone:
                raise ScenarioError(f"{where}: ticket {label} was deleted by an earlier step")
        if isinstance(step, ClientStep) and step.meanwhile is not None:
            for n, inner in enumerate(step.meanwhile.steps, 1):
                look(inner, f"{where}, meanwhile step {n}")
        known += births(here, step)
        if isinstance(step, OtherStep) and step.operation == "delete" and step.ticket:
            gone.add(step.ticket)

    for n, step in enumerate(scenario.steps, 1):
        look(step, f"step {n}")


def named(profile: VendorProfile, step: Step) -> list[Any]:
    """The labels that a step names, as they stand there."""
    if isinstance(step, ClientStep):
        return [] if step.ticket is None else [step.ticket]
    if not isinstance(step, OtherStep):
        return []
    found = [] if step.ticket in (None, CUSTOMER) else [step.ticket]
    return [*found, *(step.more[key] for key in profile.label_keys if key in step.more)]


def with_found(scenario: Scenario, found: Mapping[str, Any]) -> Scenario:
    """The same scenario with what a check found written beside it."""
    return replace(scenario, found=dict(found))
