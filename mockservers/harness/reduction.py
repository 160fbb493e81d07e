"""Reduction: a scenario that breaks a duty, without the steps that it does not need.

Shrinking makes what was drawn simpler, and a story is drawn whole. So its steps are left out one by one here, as delta
debugging does, and whatever still breaks the duty goes on. What was dealt (`layers.py`) was not drawn at all, so the world and
the fields of what others do are made plain here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from mockservers.harness.profile import VendorProfile, profile
from mockservers.harness.scenarios import (
    LABEL,
    ClientStep,
    OtherStep,
    Scenario,
    ScenarioError,
    Step,
    births,
    check_labels,
)


def reduced(scenario: Scenario, breaks: Callable[[Scenario], bool]) -> Scenario:
    """The scenario without every step that can be left out alone while `breaks` says yes. Asks at most once a step and round."""
    smaller = True
    while smaller:
        smaller = False
        for at in reversed(range(len(scenario.steps))):
            shorter = without(scenario, at)
            if shorter is not None and breaks(shorter):
                scenario, smaller = shorter, True
    return scenario


def plainer(scenario: Scenario, breaks: Callable[[Scenario], bool], plain: Scenario) -> Scenario:
    """The scenario in the world of a plain one, as far as `breaks` says yes, and without the fields that it does not need."""
    for make in (_worlds, _fields):
        for change in make(scenario, plain):
            tried = change(scenario)
            if tried != scenario and breaks(tried):
                scenario = tried
    return scenario


Change = Callable[[Scenario], Scenario]


def _worlds(scenario: Scenario, plain: Scenario) -> Iterator[Change]:
    """Ways to make a scenario's world plainer, the furthest first."""
    yield lambda now: replace(now, start=plain.start, data=plain.data, dialect=plain.dialect)
    yield lambda now: replace(now, start=plain.start)
    yield lambda now: replace(now, data=plain.data)
    yield lambda now: replace(now, dialect=plain.dialect)
    if not isinstance(scenario.dialect, str):
        for switch in scenario.dialect:
            yield lambda now, switch=switch: replace(now, dialect=_unswitched(now, switch, plain))  # type: ignore[misc]


def _unswitched(scenario: Scenario, switch: str, plain: Scenario) -> str | Mapping[str, Any]:
    if isinstance(scenario.dialect, str):
        return scenario.dialect
    return {name: value for name, value in scenario.dialect.items() if name != switch} or plain.dialect


def _fields(scenario: Scenario, plain: Scenario) -> Iterator[Change]:
    """Ways to leave out a field of what others make."""
    for at, step in enumerate(scenario.steps):
        if isinstance(step, OtherStep) and step.operation == "create":
            for name in step.fields:
                yield lambda now, at=at, name=name: _without_field(now, at, name)  # type: ignore[misc]


def _without_field(scenario: Scenario, at: int, name: str) -> Scenario:
    step = scenario.steps[at]
    assert isinstance(step, OtherStep)
    fields = {each: value for each, value in step.fields.items() if each != name}
    return replace(scenario, steps=(*scenario.steps[:at], replace(step, fields=fields), *scenario.steps[at + 1 :]))


def without(scenario: Scenario, at: int) -> Scenario | None:
    """The scenario without step `at`, counted from 0; None where a later step names a ticket of this one."""
    here = profile(scenario.vendor)
    before, left_out, after = scenario.steps[:at], scenario.steps[at], scenario.steps[at + 1 :]
    first = sum(births(here, step) for step in before) + 1
    fewer = births(here, left_out)
    try:
        made = replace(scenario, steps=(*before, *(_renumbered(here, step, first, fewer) for step in after)))
        check_labels(made)
    except ScenarioError:
        return None
    return made


def _renumbered(here: VendorProfile, step: Step, first: int, fewer: int) -> Step:
    """The step where tickets from number `first + fewer` on are counted anew; those in between must not be named."""

    def label(name: Any) -> Any:
        if not isinstance(name, str) or not LABEL.fullmatch(name) or int(name[1:]) < first:
            return name
        if int(name[1:]) < first + fewer:
            raise ScenarioError(f"ticket {name} would not be made")
        return f"T{int(name[1:]) - fewer}"

    if not fewer:
        return step
    if isinstance(step, ClientStep):
        inner = step.meanwhile
        if inner is not None:
            steps = (_renumbered(here, each, first, fewer) for each in inner.steps)
            inner = replace(inner, steps=cast(tuple[OtherStep, ...], tuple(steps)))
        return replace(step, ticket=label(step.ticket), meanwhile=inner)
    if isinstance(step, OtherStep):
        more = {key: label(value) if key in here.label_keys else value for key, value in step.more.items()}
        return replace(step, ticket=label(step.ticket), more=more)
    return step
