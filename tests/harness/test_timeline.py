"""The events of a failing play, where truth and mirror part in it, and the picture of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from mockservers.harness.drivers import Hello
from mockservers.harness.duties import Breach, of
from mockservers.harness.history import ExternalChange, History, Record
from mockservers.harness.replay import replay
from mockservers.harness.reports.events import Event, events, shortened
from mockservers.harness.reports.failures import Failure, of_result
from mockservers.harness.reports.timeline import MOST_CHIPS, timeline
from mockservers.harness.scenarios import ClientStep, ClockStep, FaultStep, Meanwhile, OtherStep, Scenario, Step
from mockservers.kernel.instants import HOUR, MINUTE
from tests.harness.conftest import START, at, exchanged, sync

MUTANTS = Path(__file__).parent.parent / "vendors"
DUTY = of("get_tickets")[0]
FLAG = "From here truth and mirror part"


def failure(seen: History, *steps: Step, breach: str = "wrong", **facts: Any) -> Failure:
    return Failure(Scenario("get_tickets", steps, START), seen, ((DUTY, (Breach(breach, facts),)),))


def record(subject: str, id_: str = "7", exists: bool = True) -> Record:
    return Record(id_, {"subject": subject}, exists)


def holding(*records: Record) -> dict[str, Record]:
    return {each.id: each for each in records}


@pytest.fixture
def stale(history: Callable[..., History]) -> History:
    """A ticket is made, copied, changed after the first sync, and never copied again."""
    old, new = record("old"), record("new")
    tasks = [
        replace(sync(first, last, minutes, before=holding(*before), after=holding(old)), index=n, settling=n > 1)
        for n, (first, last, minutes, before) in enumerate([(1, 2, 1, ()), (3, 4, 2, (old,)), (4, 5, 9, (old,))])
    ]
    return history(
        "get_tickets",
        truth=[new],
        mirror=[old],
        tasks=tasks,
        labels={"7": "T1"},
        changes=[
            ExternalChange(1, START, "create", {"fields": {"subject": "old"}}, old),
            ExternalChange(3, at(1), "change", {"id": "7", "fields": {"subject": "new"}, "delay": 90.0}, new),
        ],
        exchanges=[exchanged(2, 1), exchanged(4, 2, faults=("cut",), received=None), exchanged(5, 9)],
    )


STEPS = (
    OtherStep("create", fields={"subject": "old"}),
    ClockStep(MINUTE),
    ClientStep("sync"),
    OtherStep("change", "T1", fields={"subject": "new"}),
    FaultStep("cut", settings={"after_bytes": 64}),
    ClockStep(MINUTE),
    ClientStep("sync"),
)


def short(found: list[Event]) -> list[tuple[str, int | None, str]]:
    return [(event.kind, event.step, event.words) for event in found]


def test_events_stand_in_order_with_the_numbers_of_their_steps(stale: History) -> None:
    found = events(failure(stale, *STEPS, ticket="7"))
    assert short(found) == [
        ("others", 1, 'create T1: subject = "old"'),
        ("clock", 2, "1m pass"),
        ("task", 3, "sync"),
        ("request", None, "a request"),
        ("mirror", None, ""),
        ("others", 4, 'change T1: subject = "new" (visible 90s later)'),
        ("fault", 5, "cut, after_bytes 64: hits the next request"),
        ("clock", 6, "1m pass"),
        ("task", 7, "sync"),
        ("request", None, "a request"),
        ("mirror", None, ""),
        ("settle", None, "the world settles: faults are cleared, credentials given back"),
        ("clock", None, "7m pass"),
        ("task", None, "sync"),
        ("request", None, "a request"),
        ("mirror", None, ""),
    ]
    times = [event.at for event in found]
    assert times == sorted(times, key=lambda each: each or 0)
    assert times[0] == START
    assert times[-1] == at(9)
    assert [event.n for event in found if event.faults] == [4]


def test_they_part_where_the_ticket_last_agreed(stale: History) -> None:
    parted = failure(stale, *STEPS, ticket="7", field="subject")
    assert {index: [state.ticket for state in states] for index, states in parted.partings.items()} == {1: ["7"]}
    (state,) = parted.partings[1]
    (difference,) = state.differences
    assert (difference.truth, difference.mirror, difference.kind) == ("new", "old", "stale")
    marked = [event for event in events(parted) if event.parts]
    assert [(event.kind, event.at) for event in marked] == [("mirror", at(2))]
    assert parted.disagreement is parted.snapshots[-1]


def test_what_the_breach_does_not_speak_of_parts_nothing(stale: History) -> None:
    for facts in ({}, {"ticket": "8"}, {"ticket": "7", "field": "status"}, {"tickets": ["9"]}):
        assert failure(stale, *STEPS, **facts).partings == {}
    assert list(failure(stale, *STEPS, tickets=["7"]).partings) == [1]


@pytest.mark.parametrize(
    ("truth", "after", "kind"),
    [
        ([record("a")], [], "missing"),
        ([record("a", exists=False)], [record("a")], "kept"),
        ([], [record("a", "99")], "invented"),
        ([record("a")], [record("a")], "same"),
    ],
)
def test_every_way_to_disagree(
    truth: list[Record], after: list[Record], kind: str, history: Callable[..., History]
) -> None:
    seen = history(
        "get_tickets",
        truth=truth,
        mirror=after,
        labels={"7": "T1"},
        tasks=[sync(1, 2, after=holding(*after))],
        changes=[ExternalChange(1, START, "create", {}, record("a"))] if kind != "invented" else [],
    )
    found = failure(seen, ticket="99" if kind == "invented" else "7")
    assert [state.kind for state in found.snapshots[0].states] == [kind]
    assert bool(found.partings) is (kind != "same")
    assert (FLAG in timeline(found)) is (kind != "same")
    assert (found.disagreement is None) is (kind == "same")


def test_what_nobody_knows_is_not_compared(history: Callable[..., History]) -> None:
    """A ticket that was there before the play and is changed later: what it was at first, no history tells."""
    tasks = [replace(sync(n, n, n, after=holding(record("x"))), index=n) for n in (0, 5)]
    changes = [ExternalChange(3, at(1), "change", {"id": "7"}, record("y"))]
    seen = history("get_tickets", truth=[record("y")], mirror=[record("x")], tasks=tasks, changes=changes)
    assert [[state.kind for state in each.states] for each in failure(seen).snapshots] == [[], ["differs"]]
    untouched = history("get_tickets", truth=[record("y")], mirror=[], tasks=[sync(0, 0, after={})])
    assert failure(untouched).snapshots[0].states == ()  # it need not be copied
    agreeing = history(
        "get_tickets", truth=[record("y")], mirror=[record("y")], tasks=[sync(0, 0, after=holding(record("y")))]
    )
    assert [state.kind for state in failure(agreeing).snapshots[0].states] == ["same"]


def test_what_leaves_no_trace_in_the_journal_stands_at_its_place(history: Callable[..., History]) -> None:
    steps = (
        OtherStep("revoke"),
        ClientStep("sync", Meanwhile(1, (OtherStep("restore"), OtherStep("delete", "T1")))),
        ClockStep(-HOUR),
        OtherStep("revoke"),
    )
    seen = history(
        "get_tickets",
        changes=[ExternalChange(2, at(0), "delete", {"id": "7"}, record("a", exists=False))],
        exchanges=[exchanged(1), exchanged(3)],
        tasks=[sync(0, 3, after={})],
        labels={"7": "T1"},
    )
    assert short(events(failure(seen, *steps))) == [
        ("others", 1, "revoke the client's credential"),
        ("task", 2, "sync"),
        ("request", None, "a request"),
        ("others", 2, "give the credential back"),
        ("others", 2, "delete T1"),
        ("request", None, "a request"),
        ("mirror", None, ""),
        ("clock", 3, "the clock goes back 1h"),
        ("others", 4, "revoke the client's credential"),
    ]


def test_a_client_that_waits_moves_the_clock(history: Callable[..., History]) -> None:
    task = replace(sync(0, 2, after={}), ended=at(5))
    seen = history("get_tickets", exchanges=[exchanged(1), exchanged(2, 4)], tasks=[task])
    assert [words for kind, _, words in short(events(failure(seen, ClientStep("sync")))) if kind == "clock"] == [
        "4m pass (the client waits)",
        "1m pass (the client waits)",
    ]


def test_what_the_client_wrote_is_told(history: Callable[..., History]) -> None:
    old, new = record("old"), record("new")
    truth = {"ticket": holding(old)}, {"ticket": holding(new, record("b", "8")), "note": holding(record("n", "5"))}
    asked = {"record": "7", "fields": {"subject": "new"}}
    task = replace(sync(1, 2, 1), do="update", ticket="7", asked=asked, was=truth[0], became=truth[1])
    again = replace(task, index=1, first=2, last=2, again=True, was=truth[1])
    seen = history(
        "get_tickets",
        entity="ticket",
        truth=[new],
        tasks=[task, again],
        exchanges=[exchanged(2, 1)],
        labels={"7": "T1"},
        changes=[ExternalChange(1, START, "create", {}, old)],
        hello=Hello(tasks=("update",)),
    )
    steps = (
        OtherStep("create"),
        ClientStep("update", ticket="T1", fields={"subject": "new"}),
        ClientStep("update", ticket="T9"),
    )
    found = events(failure(seen, *steps, breach="the update at 2026-03-02T10:01:00Z changed what nobody asked for"))
    assert [
        (event.kind, event.step, event.words, event.named) for event in found if event.kind in ("task", "written")
    ] == [
        ("task", 2, 'update T1: subject = "new"', True),
        ("written", None, "at the vendor now: T1 has changed: subject; 8 is new; note 5 is new", True),
        ("task", None, 'update T1: subject = "new" (again)', True),
        ("written", None, "at the vendor now: nothing new", True),
    ]
    drawn = timeline(failure(seen, *steps))
    assert "at the vendor now: T1 has changed" in drawn


def test_many_creations_are_one_event(history: Callable[..., History]) -> None:
    changes = [
        ExternalChange(n, START, "create", {"fields": {"subject": "x"}}, record("x", str(n))) for n in range(1, 6)
    ]
    labels = {str(n): f"T{n}" for n in range(1, 6)}
    seen = history("get_tickets", changes=changes, labels=labels)
    found = events(failure(seen, OtherStep("create", times=4, fields={"subject": "x"}), OtherStep("create")))
    assert short(found) == [
        ("others", 1, 'create T1 … T4 (4 of them): subject = "x"'),
        ("others", 2, 'create T5: subject = "x"'),
    ]


def test_a_long_play_is_shortened_to_what_matters(history: Callable[..., History]) -> None:
    exchanges = [exchanged(n, faults=("cut",) if n == 50 else ()) for n in range(1, 101)]
    seen = history("get_tickets", exchanges=exchanges, tasks=[sync(0, 100, after={})])
    found = events(failure(seen, ClientStep("sync"), breach="request #60 is wrong"))
    kept = shortened(found)
    assert [event.n for event in kept if event.kind == "request"] == [1, 2, 3, 4, 50, 60, 97, 98, 99, 100]
    assert [event.words for event in kept if event.kind == "more"] == [
        "… 45 more requests …",
        "… 9 more requests …",
        "… 36 more requests …",
    ]
    tasks = [replace(sync(0, 0, n, after={}), index=n) for n in range(300)]
    many = events(failure(history("get_tickets", tasks=tasks)))
    less = shortened(many)
    assert len(less) < 120 < len(many)
    (more,) = [event for event in less if event.kind == "more"]
    assert len(less) - 1 + int(more.words.split()[1]) == len(many)


def drawing(found: Failure) -> Any:
    return etree.fromstring(timeline(found).encode())


def test_the_picture_is_well_formed_and_nothing_stands_outside(stale: History) -> None:
    root = drawing(failure(stale, *STEPS, ticket="7"))
    _, _, wide, high = map(float, root.get("viewBox").split())
    for element in root.iter("rect", "text", "line", "circle"):
        numbers = [float(element.get(name)) for name in ("x", "x1", "x2", "cx") if element.get(name)]
        numbers += [float(element.get("x")) + float(element.get("width"))] if element.tag == "rect" else []
        assert all(0 <= number <= wide for number in numbers)
        heights = [float(element.get(name)) for name in ("y", "y1", "y2", "cy") if element.get(name)]
        heights += [float(element.get("y")) + float(element.get("height"))] if element.tag == "rect" else []
        assert all(0 <= number <= high for number in heights)


def test_the_picture_shows_lanes_times_faults_and_the_mark(stale: History) -> None:
    root = drawing(failure(stale, *STEPS, breach="request #4 at noon", ticket="7"))
    texts = ["".join(each.itertext()) for each in root.iter("text")]
    for said in (
        "Others at the vendor, and faults",
        "Its mirror, against the truth",
        "10:00:00",
        "10:09:00",
        "#2 a request",
        "3. sync",
        "ϟ cut: unusable",
        "T1 ≠ subject",
        "T1 ✓",
        FLAG,
        '  truth  "new"',
        '  mirror "old"',
    ):
        assert said in texts, said
    assert texts.count(FLAG) == 1
    spines = [(each.get("class"), float(each.get("y1")), float(each.get("y2"))) for each in root.iter("line")]
    (green,) = [each for each in spines if each[0] == "agreed"]
    (red,) = [each for each in spines if each[0] == "parted"]
    assert green[2] == red[1]  # one line, that changes its colour where they part
    titles = [each.text for each in root.iter("title")]
    assert any("the ticket then:" in title and '"subject": "new"' in title for title in titles)
    assert sum(each.get("class") == "named" for each in root.iter("rect")) == 3  # both deeds on T1, and request 4


def test_a_picture_of_many_tickets_stays_small(history: Callable[..., History]) -> None:
    there = [record("a", str(n)) for n in range(60)]
    held = [record("b" if n < 20 else "a", str(n)) for n in range(60)]
    tasks = [replace(sync(0, 0, n, after=holding(*held)), index=n) for n in range(2)]
    labels = {str(n): f"T{n + 1}" for n in range(60)}
    changes = [ExternalChange(0, START, "create", {}, each) for each in there]
    seen = history("get_tickets", truth=there, mirror=held, tasks=tasks, labels=labels, changes=changes)
    texts = ["".join(each.itertext()) for each in drawing(failure(seen, ticket="19")).iter("text")]
    assert len([text for text in texts if "≠" in text]) == MOST_CHIPS
    assert "T20 ≠ subject" in texts  # what the breach speaks of comes first
    for said in (f"and {20 - MOST_CHIPS} more", "40 agree ✓", "as before: 20 not as at the vendor"):
        assert said in texts


def test_a_client_without_a_mirror_has_a_picture_too(history: Callable[..., History]) -> None:
    seen = history("get_tickets", tasks=[sync(0, 1, error_kind="transport", error="gone")], exchanges=[exchanged(1)])
    texts = ["".join(each.itertext()) for each in drawing(failure(seen, ClientStep("sync"))).iter("text")]
    assert "the mirror was not shown" in texts
    assert "sync failed (transport): gone" in texts


@pytest.mark.parametrize(
    ("vendor", "mutant"),
    [("get_tickets", "error_is_not_empty"), ("get_tickets", "decoded_once"), ("querydata", "nothing_missed")],
)
def test_every_step_of_a_real_play_is_in_its_events(vendor: str, mutant: str, tmp_path: Path) -> None:
    file = tmp_path / "play.yaml"
    acts = {"get_tickets": "close", "querydata": "Assign"}
    file.write_text(
        f"mockservers: 1\nvendor: {vendor}\nstart: 2026-03-02T10:00:00Z\nsteps:\n"
        "- {other: create, times: 3}\n- {client: sync}\n- {clock: 5m}\n- {fault: refuse}\n"
        f"- client: sync\n  meanwhile: {{after_request: 1, steps: [{{other: act, ticket: T1, action: {acts[vendor]}}}]}}\n"
        "- {clock: 5m}\n- {other: revoke}\n- {client: sync}\n- {other: restore}\n- {fault: empty_body}\n- {client: sync}\n"
    )
    (result,) = replay([file], f"{MUTANTS / vendor / 'mutants' / mutant}.py:Client")
    seen = of_result(result)
    if seen is None:  # this client breaks nothing here; the events are the same
        assert result.history is not None
        seen = Failure(result.scenario, result.history, ())
    found = events(seen)
    assert {event.step for event in found if event.step is not None} == set(range(1, 12))
    assert [event.n for event in found if event.kind == "request"] == [each.n for each in seen.history.exchanges]
    steps = [event.step for event in found if event.step is not None]
    assert steps == sorted(steps)
    assert drawing(seen) is not None
