"""Track-It! at its edges: gaps between numbers, notes that are counted, seconds of a duration, statuses of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import Exchanged, ExternalChange, History, Record, Task
from tests.harness.conftest import START, sync
from tests.harness.edges import counted, desk, for_all, judged, module, numbered, play, ticket

# --- gaps between numbers ---------------------------------------------------------------------------------------------


def naively_found(there: set[int], first: int, gap: int) -> list[int]:
    """Numbers that a client finds who tries one after the other, until more than so many in a row are missing."""
    found, missing, number = [], 0, first
    while missing <= gap:
        if number in there:
            found.append(number)
            missing = 0
        else:
            missing += 1
        number += 1
    return found


def desked(first: int, gap: int, **facts: Any) -> History:
    return play("trackit", entity="ticket", options={"first_id": first, "longest_gap": gap}, **facts)


NUMBERS = st.sets(st.integers(1, 16), max_size=6)


@for_all(there=NUMBERS, gone=NUMBERS, mirrored=NUMBERS, first=st.integers(1, 3), gap=st.integers(0, 4))
def test_tickets_are_found_beyond_the_longest_gap(
    there: set[int], gone: set[int], mirrored: set[int], first: int, gap: int
) -> None:
    truth = [ticket(str(n), n not in gone) for n in sorted(there, reverse=True) if n >= first]
    found = naively_found({n for n in there - gone if n >= first}, first, gap)
    history = desked(first, gap, truth=truth, mirror=[ticket(str(n)) for n in sorted(mirrored)])
    expected = counted(len(found), len([n for n in found if n not in mirrored]))
    assert judged("trackit.all_tickets_found", history) == expected


@pytest.mark.parametrize(
    ("there", "gap", "found"),
    [
        ([1, 2], 0, 2),
        ([1, 3], 0, 1),
        ([1, 3], 1, 2),
        ([2], 0, 0),
        ([2], 1, 1),
        ([3], 1, 0),
        ([1, 4, 8], 2, 2),
        ([1, 4, 8], 3, 3),
        ([1, 10, 11], 8, 3),
        ([1, 10, 11], 7, 1),
    ],
)
def test_gaps_at_the_edge(there: list[int], gap: int, found: int) -> None:
    for order in (there, there[::-1]):
        truth = [ticket(str(n)) for n in order]
        assert judged("trackit.all_tickets_found", desked(1, gap, truth=truth, mirror=[])) == (found, found)


def write(do: str, asked: Mapping[str, Any], was: list[Record], became: list[Record], **more: Any) -> Task:
    notes = more.pop("notes", [])
    before = {"ticket": {each.id: each for each in was}, "note": {}}
    after = {"ticket": {each.id: each for each in became}, "note": {each.id: each for each in notes}}
    facts = {"asked": asked, "was": before, "became": after, "ticket": asked.get("record"), **more}
    return Task(0, do, START, START, 10, 20, **facts)


@pytest.mark.parametrize(("number", "broken"), [(2, 1), (3, 1), (4, 0), (5, 0)])
def test_whoever_cannot_find_what_it_made_may_make_it_again(number: int, broken: int) -> None:
    """One number may be missing in a row: behind ticket 1, a ticket 3 is found and a ticket 4 is not."""
    one, mine, again = ticket("1"), ticket(str(number)), ticket("9")
    told = {"key": "k1", "fields": {}}
    tasks = numbered(
        [write("create", told, [one], [one, mine]), write("create", told, [one, mine], [one, mine, again])]
    )
    assert judged("trackit.written_once", desked(1, 1, tasks=tasks)) == (broken, broken)


# --- notes ------------------------------------------------------------------------------------------------------------

KEYS = st.lists(st.integers(1, 4), max_size=5)


@for_all(people=st.sets(st.integers(1, 3)), system=st.booleans(), shown=KEYS)
def test_every_note_by_people_is_there_once(people: set[int], system: bool, shown: list[int]) -> None:
    """A breach for notes that lack, and one for a note that is none of the vendor's or stands more than once."""
    notes = {str(n): ticket(str(n), f1=n, f6=1) for n in sorted(people)}
    if system:
        notes["4"] = ticket("4", f1=4, f6=1, f14=True)
    history = desked(
        1, 0, truth=[ticket("1")], mirror=[ticket("1", notes=[{"1": n} for n in shown])], parts={"note": notes}
    )
    lacking = any(n not in shown for n in people)
    wrong = len(set(shown)) != len(shown) or any(str(n) not in notes for n in shown)
    assert judged("trackit.notes_complete", history) == counted(len(people), lacking + wrong)
    marked = counted(int(system), shown.count(4) if system else 0)  # the mirror does not say that the system wrote it
    assert judged("trackit.system_notes_apart", history) == marked


@pytest.mark.parametrize(
    ("shown", "broken"),
    [([1, 2], 0), ([1], 1), ([], 1), ([1, 2, 2], 1), ([1, 1], 2), ([1, 2, 3], 0), ([1, 2, 3, 3], 1), ([1, 2, 4], 1)],
)
def test_notes_at_the_edge(shown: list[int], broken: int) -> None:
    """Two notes by people, a third by the system, and none with the number 4."""
    notes = {str(n): ticket(str(n), f1=n, f6=1, f14=n == 3) for n in (1, 2, 3)}
    mirror = [ticket("1", notes=[{"1": n} for n in shown])]
    history = desked(1, 0, truth=[ticket("1")], mirror=mirror, parts={"note": notes})
    assert judged("trackit.notes_complete", history) == (2, broken)


@pytest.mark.parametrize(
    ("before", "after", "lost"), [(2, 2, 0), (2, 1, 1), (2, 0, 1), (1, 0, 1), (0, 0, 0), (1, 2, 0), (0, 1, 0)]
)
def test_an_error_takes_no_notes_away(before: int, after: int, lost: int) -> None:
    mirrors = [{"1": ticket("1", notes=[{"1": n} for n in range(count)])} for count in (before, after)]
    failed = desk(12, 0, "tickets/1/Notes/20/1", {"Message": "An error has occurred."}, status=500)
    facts = {"truth": [ticket("1")], "exchanges": [failed]}
    tasks = [sync(10, 15, before=mirrors[0], after=mirrors[1])]
    assert judged("trackit.error_is_not_empty", desked(1, 0, tasks=tasks, **facts)) == (1, lost)
    for n, then in ((10, lost), (11, 0), (15, 0), (16, lost)):
        changes = [ExternalChange(n, START, "act", {}, None)]
        assert judged("trackit.error_is_not_empty", desked(1, 0, tasks=tasks, changes=changes, **facts)) == (1, then)


@pytest.mark.parametrize("nests", [1000, 100_000])
def test_notes_that_nest_too_deep_are_none(nests: int) -> None:
    history = desked(1, 0, truth=[ticket("1")], mirror=[ticket("1", notes="[" * nests)])
    assert judged("trackit.notes_complete", history) == (0, 0)


@pytest.mark.parametrize(
    ("shown", "broken"), [(3600, 0), ("3600", 0), (3600.0, 0), (3599, 1), (3601, 1), (3600.5, 1), (60, 1), (None, 1)]
)
def test_durations_are_read_to_the_second(shown: Any, broken: int) -> None:
    notes = {"5": ticket("5", f1=5, f6=1, f10=3600), "6": ticket("6", f1=6, f6=1, f10=0)}
    mirror = [ticket("1", notes=[{"1": 5, "10": shown}, {"1": 6, "10": 0}])]
    history = desked(1, 0, truth=[ticket("1")], mirror=mirror, parts={"note": notes})
    assert judged("trackit.durations_in_seconds", history) == (1, broken)


@pytest.mark.parametrize(
    ("minutes", "seconds", "told", "broken"),
    [
        (90, 5400, 1, 0),
        (90, 5399, 1, 1),
        (90, 5401, 1, 1),
        (90, 90, 1, 1),
        (90, None, 1, 1),
        (1, 60, 1, 0),
        (0, 60, 0, 0),
        (None, 60, 0, 0),
    ],
)
def test_durations_are_written_to_the_second(minutes: int | None, seconds: int | None, told: int, broken: int) -> None:
    made = [ticket("5", f5="dug", f6=1, f10=seconds)]
    asked = {"record": "1", "key": "k1", "text": "dug", "minutes": minutes}
    task = write("note", asked, [ticket("1")], [ticket("1")], notes=made)
    assert judged("trackit.durations_written", desked(1, 0, tasks=[task])) == (told, broken)


# --- values that go ---------------------------------------------------------------------------------------------------

STATES = st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.sampled_from([None, "a"])), min_size=1, max_size=4)


@for_all(states=STATES, named=st.sampled_from([None, ("22",), ("22", "7"), ("83",)]))
def test_a_field_that_loses_its_value_is_counted(states: list[Any], named: tuple[str, ...] | None) -> None:
    """Between each two states that follow each other, the final truth being the last."""
    changes = [ExternalChange(n, START, "change", {}, ticket("1", f22=a, f7=b)) for n, (a, b) in enumerate(states, 1)]
    final = ticket("1", f22=states[-1][0], f7=states[-1][1])
    cleared = 0
    for n in range(1, len(states)):
        lost = [
            name
            for name, place in (("22", 0), ("7", 1))
            if states[n - 1][place] is not None and states[n][place] is None and (named is None or name in named)
        ]
        cleared += bool(lost)
    history = desked(1, 0, changes=changes, truth=[final], mirror=[final], mirrors=named)
    assert judged("trackit.nulls_are_empty", history) == (cleared, 0)


@pytest.mark.parametrize(
    ("texts", "cleared"),
    [
        (["a", "b"], 0),
        (["a", None], 1),
        ([None, "a"], 0),
        (["a", None, "b"], 1),
        (["a", None, "b", None], 2),
        (["a", "b", None, None], 1),
    ],
)
def test_values_that_go_one_after_the_other(texts: list[str | None], cleared: int) -> None:
    changes = [ExternalChange(n, START, "change", {}, ticket("1", f22=text, f7="x")) for n, text in enumerate(texts, 1)]
    final = ticket("1", f22=texts[-1], f7="x")
    assert judged("trackit.nulls_are_empty", desked(1, 0, changes=changes, truth=[final], mirror=[final])) == (
        cleared,
        0,
    )


# --- what the vendor does not take, and what closing leads to ---------------------------------------------------------


def status(n: int, answered: int, text: str = "The status '2' does not exist.", **more: Any) -> Exchanged:
    answer = {"Message": text} if answered >= 400 else {"Ticket": {"1": {"Value": 1}}}
    return desk(n, 0, "tickets/1/ChangeStatus", answer, b'{"StatusName": "2"}', status=answered, **more)


@pytest.mark.parametrize(
    ("answered", "broken"),
    [(200, 0), (399, 0), (400, 1), (401, 0), (404, 0), (405, 1), (406, 0), (414, 0), (415, 1), (416, 0), (500, 0)],
)
def test_which_answers_turn_a_request_down(answered: int, broken: int) -> None:
    task = write("update", {"record": "1", "fields": {"96": "Escalated"}}, [ticket("1")], [ticket("1")])
    for n, there in ((10, 0), (11, 1), (20, 1), (21, 0)):
        history = desked(1, 0, tasks=[task], exchanges=[status(n, answered)])
        assert judged("trackit.status_by_name", history) == (1, broken * there)
    faulty = desked(1, 0, tasks=[task], exchanges=[status(12, answered, faults=("refuse",))])
    assert judged("trackit.status_by_name", faulty) == (1, 0)
    gone = desked(1, 0, tasks=[task], exchanges=[status(12, answered, "The ticket 1 was not found.")])
    assert judged("trackit.status_by_name", gone) == (1, 0)


CLOSED = ("Closed", "Cancelled", "Resolved")


@for_all(
    chosen=st.dictionaries(st.integers(8, 22), st.sampled_from([*CLOSED, "Open"]), max_size=3),
    found=st.sampled_from([*CLOSED, "Open"]),
)
def test_closing_leads_to_the_default_of_its_time(chosen: dict[int, str], found: str) -> None:
    """The closing is the entries 11 to 20: good is the default as it began, and each that was chosen until its end."""
    request = {"action": "set default status"}
    changes = [ExternalChange(n, START, "act", {**request, "status": name}, None) for n, name in sorted(chosen.items())]
    good, now = set(), "Closed"
    for n in range(21):
        now = chosen[n] if chosen.get(n) in CLOSED else now
        good |= {now} if n >= 10 else set()
    task = write(
        "close", {"record": "1"}, [ticket("1", f96="Open")], [ticket("1", f96=found, f18="2026-03-02T10:00:00Z")]
    )
    assert judged("trackit.close_default", desked(1, 0, tasks=[task], changes=changes)) == (1, int(found not in good))


@pytest.mark.parametrize(("n", "broken"), [(9, 0), (10, 0), (11, 0), (20, 0), (21, 1)])
def test_a_default_that_is_chosen_before_and_after_a_closing_begins(n: int, broken: int) -> None:
    changes = [ExternalChange(n, START, "act", {"action": "set default status", "status": "Resolved"}, None)]
    task = write("close", {"record": "1"}, [ticket("1")], [ticket("1", f96="Resolved", f18="2026-03-02T10:00:00Z")])
    assert judged("trackit.close_default", desked(1, 0, tasks=[task], changes=changes)) == (1, broken)
    earlier = ExternalChange(1, START, "act", {"action": "set default status", "status": "Cancelled"}, None)
    assert judged("trackit.close_default", desked(1, 0, tasks=[task], changes=[earlier, *changes])) == (1, broken)


@pytest.mark.parametrize(
    ("properties", "exercised", "broken"),
    [
        ({"22": 1}, 0, 0),
        ({"8": 1}, 1, 0),
        ({"8": 1, "10": 1}, 1, 0),
        ({"8": 1, "36": 1}, 1, 1),
        ({"8": 1, "36": 1, "39": 1}, 1, 1),
    ],
)
def test_a_link_is_named_by_one_field(properties: dict[str, Any], exercised: int, broken: int) -> None:
    links = module("trackit.writing").LINKS
    assert links["8"] == links["36"] == links["39"] != links["10"]
    body = str({"Properties": properties}).replace("'", '"').encode()
    history = desked(1, 0, exchanges=[desk(1, 0, "tickets/1", {}, body)])
    assert judged("trackit.one_display_field", history) == (exercised, broken)
