"""A scenario without the steps that it does not need."""

from __future__ import annotations

import pytest

from mockservers.harness.reduction import reduced, without
from mockservers.harness.scenario_files import parse
from mockservers.harness.scenarios import Scenario

HEAD = "mockservers: 1\nvendor: superoffice\nstart: '2026-03-02T10:00:00Z'\nsteps:\n"


def scenario(*steps: str) -> Scenario:
    return parse(HEAD + "".join(f"  - {step}\n" for step in steps))


CREATE, SYNC = "{other: create}", "{client: sync}"


def change(ticket: str, title: str = "new") -> str:
    return f"{{other: change, ticket: {ticket}, fields: {{Title: {title}}}}}"


@pytest.mark.parametrize(
    ("steps", "at", "left"),
    [
        ((CREATE, SYNC, change("T1")), 1, (CREATE, change("T1"))),
        ((CREATE, CREATE, change("T2"), SYNC), 0, (CREATE, change("T1"), SYNC)),
        (("{other: create, times: 3}", CREATE, change("T4", "T4")), 0, (CREATE, change("T1", "T4"))),
        (
            (CREATE, CREATE, "{client: sync, meanwhile: {after_request: 1, steps: [{other: delete, ticket: T2}]}}"),
            0,
            (CREATE, "{client: sync, meanwhile: {after_request: 1, steps: [{other: delete, ticket: T1}]}}"),
        ),
    ],
    ids=["a sync", "a ticket", "several at once, and a text is none", "meanwhile"],
)
def test_a_step_is_left_out_and_later_tickets_are_counted_anew(
    steps: tuple[str, ...], at: int, left: tuple[str, ...]
) -> None:
    assert without(scenario(*steps), at) == scenario(*left)


def test_a_step_whose_ticket_is_named_later_stays() -> None:
    assert without(scenario(CREATE, change("T1")), 0) is None
    assert without(scenario("{other: create, times: 2}", CREATE, change("T2")), 0) is None
    nothing = without(scenario(SYNC), 0)
    assert nothing is not None
    assert nothing.steps == ()


def test_what_is_left_is_needed() -> None:
    story = scenario(CREATE, SYNC, CREATE, "{clock: 10s}", change("T2"), SYNC, "{clock: 11m}", SYNC)
    asked: list[int] = []

    def breaks(tried: Scenario) -> bool:
        asked.append(len(tried.steps))
        kinds = [type(step).__name__ for step in tried.steps]
        return kinds.count("ClientStep") >= 1 and "Title" in tried.key

    assert reduced(story, breaks) == scenario(SYNC, CREATE, change("T1"))
    assert len(asked) <= len(story.steps) ** 2


def test_what_needs_all_of_its_steps_stays_as_it_is() -> None:
    story = scenario(CREATE, SYNC)
    assert reduced(story, lambda tried: False) == story
