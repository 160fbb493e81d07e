"""SuperOffice at its edges: what rights hide and for how long, half an hour that comes twice, tickets of one answer.

The naive judge looks at the rights that were in force at each number of the journal.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import ExternalChange, Record
from tests.harness.conftest import START, sync
from tests.harness.edges import counted, for_all, judged, module, office, play, ticket

USER = "demo@demo.example"


def rights(n: int, hidden: Any = None, blank: tuple[str, ...] = (), ok: bool = True) -> ExternalChange:
    """An administrator says which rows and fields the client's user may not see from now on."""
    given = {"hidden": hidden or {}, "fields": {name: {"Mask": "None"} for name in blank}}
    others = {"user": "other@demo.example", "rights": {"hidden": {"BaseStatus": ["Active"]}}}
    return ExternalChange(n, START, "act", {}, ticket("customer", users=[others, {"user": USER, "rights": given}]), ok)


def of(n: int, id: str = "1", **fields: Any) -> ExternalChange:
    return ExternalChange(n, START, "change", {}, row(id, **fields))


def row(id: str = "1", **fields: Any) -> Record:
    return ticket(id, **{"BaseStatus": "Active", **fields})


def test_the_user_is_the_one_that_the_judge_looks_at() -> None:
    assert module("superoffice.visibility").USER == USER


HIDES = {"BaseStatus": ["Postponed"]}
CHANGES = st.lists(
    st.tuples(st.booleans(), st.sampled_from([(), ("Title",), ("Title", "Slevel")]), st.booleans()), max_size=5
)


@for_all(changes=CHANGES)
def test_what_rights_forbid_and_for_how_long(changes: list[Any]) -> None:
    """From the entry in which something is forbidden to before the next one that says anything of rights."""
    acts = [rights(2 * n, HIDES if hidden else None, blank, ok) for n, (hidden, blank, ok) in enumerate(changes, 1)]
    history = play("superoffice", changes=acts)
    ways = module("superoffice.visibility").restrictions(history)
    in_force: tuple[bool, tuple[str, ...]] = (False, ())
    for n in range(2 * len(changes) + 2):
        if n >= 2 and n % 2 == 0 and changes[n // 2 - 1][2]:
            in_force = changes[n // 2 - 1][:2]
        now = [way for way in ways if way.first <= n < way.last]
        assert len(now) == int(any(in_force))
        for way in now:
            assert (bool(way.hidden), set(way.blank)) == (in_force[0], set(in_force[1]))


@pytest.mark.parametrize(
    ("changes", "spans"),
    [
        ("-", []),
        ("h", [(1, None)]),
        ("h-", [(1, 2)]),
        ("hh", [(1, 2), (2, None)]),
        ("h-h", [(1, 2), (3, None)]),
        ("h-h-", [(1, 2), (3, 4)]),
        ("hxh-", [(1, 3), (3, 4)]),  # x: refused, and without effect
        ("x", []),
    ],
)
def test_rights_one_after_the_other(changes: str, spans: list[tuple[int, int | None]]) -> None:
    changes = [rights(n, HIDES if what == "h" else None, ok=what != "x") for n, what in enumerate(changes, 1)]
    ways = module("superoffice.visibility").restrictions(play("superoffice", changes=changes))
    end = module("history").END
    assert [(way.first, None if way.last == end else way.last) for way in ways] == spans


@pytest.mark.parametrize(
    ("mask", "blank"),
    [("None", True), ("", True), ("Read", False), ("Update", False), ("Insert, Read", False), ("Insert", True)],
)
def test_which_right_lets_a_user_read_a_field(mask: str, blank: bool) -> None:
    users = [{"user": USER, "rights": {"fields": {"Title": {"Mask": mask}}}}]
    history = play("superoffice", changes=[ExternalChange(1, START, "act", {}, ticket("customer", users=users))])
    assert module("superoffice.visibility").ever_blank(history) == ({"Title"} if blank else set())


# --- a row that is hidden for a while: from entry 20 to entry 30 -------------------------------------------------------


def hidden_for_a_while(
    synced: int = 19, met: tuple[int, int] = (21, 25), changed: int = 10, back: int = 30, status: str = "Active"
) -> tuple[int, int]:
    """A ticket that the client had at the end of the entry `synced`, and that has left its mirror since."""
    changes = [of(changed, BaseStatus="Postponed"), rights(20, HIDES), rights(back), of(40, BaseStatus=status)]
    tasks = [sync(0, 0, after={}), sync(0, synced, after={"1": row()}), sync(*met)]
    told = {each.n for each in changes}
    asked = [office(n, 0, "Ticket/1", {"TicketId": 2}) for n in (met[0] + 1, met[1]) if n not in told]
    changes.sort(key=lambda each: each.n)
    history = play(
        "superoffice", changes=changes, tasks=tasks, exchanges=asked, truth=[row(BaseStatus=status)], mirror=[]
    )
    return judged("superoffice.missing_is_not_deleted", history)


@pytest.mark.parametrize(("synced", "broken"), [(1, 1), (19, 1), (20, 0)])
def test_what_the_mirror_had_before_a_row_was_hidden(synced: int, broken: int) -> None:
    assert hidden_for_a_while(synced) == (broken, broken)


@pytest.mark.parametrize(
    ("met", "broken"),
    [((15, 19), 0), ((15, 20), 0), ((15, 21), 1), ((21, 25), 1), ((28, 33), 1), ((30, 33), 0), ((31, 33), 0)],
)
def test_whether_a_client_met_the_time_in_which_a_row_was_hidden(met: tuple[int, int], broken: int) -> None:
    assert hidden_for_a_while(met=met) == (broken, broken)


@pytest.mark.parametrize(("changed", "broken"), [(10, 1), (19, 1), (29, 1), (31, 0)])
def test_whether_a_row_was_one_of_the_hidden(changed: int, broken: int) -> None:
    assert hidden_for_a_while(changed=changed) == (broken, broken)


@pytest.mark.parametrize(
    ("status", "broken"), [("Active", 1), ("Deleted", 0), ("Spam", 0), ("Merged", 0), ("Closed", 1)]
)
def test_what_may_leave_a_mirror_all_the_same(status: str, broken: int) -> None:
    assert hidden_for_a_while(status=status) == (broken, broken)


@pytest.mark.parametrize("kept", [True, False])
def test_a_row_that_is_still_hidden_in_the_end_may_be_dropped(kept: bool) -> None:
    history = play(
        "superoffice",
        changes=[of(10, BaseStatus="Postponed"), rights(20, HIDES)],
        tasks=[sync(0, 19, after={"1": row()}), sync(21, 25)],
        exchanges=[office(23, 0, "Ticket/1", {"TicketId": 2})],
        truth=[row(BaseStatus="Postponed")],
        mirror=[row(BaseStatus="Postponed")] if kept else [],
    )
    assert judged("superoffice.missing_is_not_deleted", history) == (0, 0)


# --- a field that comes blank for a while ------------------------------------------------------------------------------


def blank_for_a_while(
    read: int = 25, shown: Any = "", known: str = "a", truth: str = "a", **more: Any
) -> tuple[int, int]:
    told = [office(read, 0, "Agents/Ticket/GetTickets", [{"TicketId": 1}], body={"TicketIds": [1]})]
    facts: dict[str, Any] = {
        "changes": [rights(20, blank=("Title",)), rights(30)],
        "tasks": [sync(0, 19, after={"1": row(Title=known)}), sync(20, 40)],
        "truth": [row(Title=truth)],
        "mirror": [row(Title=shown)],
    }
    return judged("superoffice.hidden_fields_kept", play("superoffice", exchanges=told, **{**facts, **more}))


@pytest.mark.parametrize(("read", "broken"), [(19, 0), (21, 1), (25, 1), (29, 1), (31, 0)])
def test_a_blank_counts_that_was_read_while_it_was_one(read: int, broken: int) -> None:
    assert blank_for_a_while(read) == (broken, broken)
    assert blank_for_a_while(read, "a") == (broken, 0)


@pytest.mark.parametrize(
    ("more", "exercised", "broken"),
    [
        ({"shown": None}, 1, 1),
        ({"shown": "b"}, 1, 0),  # wrong, but not blank
        ({"known": ""}, 0, 0),
        ({"truth": "b"}, 0, 0),  # it changed, so nobody knows what should be kept
        ({"tasks": [sync(0, 20, after={"1": row(Title="a")}), sync(20, 40)]}, 0, 0),
        ({"changes": [rights(20, blank=("Title",))]}, 0, 0),  # blank in the end
        ({"changes": [rights(20, blank=("Title",)), rights(30), rights(50, blank=("Title",))]}, 0, 0),
        ({"changes": [rights(20, blank=("Title",)), rights(30), rights(50, HIDES)]}, 1, 1),
    ],
)
def test_which_blanks_must_not_be_kept(more: dict[str, Any], exercised: int, broken: int) -> None:
    assert blank_for_a_while(**more) == (exercised, broken)


# --- half an hour that comes twice ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "earlier", "broken"),
    [
        ("2026-10-25T00:30:00Z", None, 0),  # half past two in Oslo, in summer
        ("2026-10-25T02:30:00+02:00", None, 0),
        ("2026-10-25T01:30:00Z", None, 1),  # half past two again, in winter
        ("2026-10-25T02:30:00+01:00", None, 1),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z", 0),  # it was that earlier: stale, and no matter of times
        ("2026-10-25T00:30:01Z", None, 1),
        ("2026-10-25T00:29:59Z", None, 1),
        ("2026-10-25T02:30:00", None, 1),
    ],
)
def test_the_offset_tells_two_hours_of_one_name_apart(shown: str, earlier: str | None, broken: int) -> None:
    changes = [of(1, CreatedAt=earlier)] if earlier else []
    facts = {"changes": changes, "truth": [row(CreatedAt="2026-10-25T00:30:00Z")], "mirror": [row(CreatedAt=shown)]}
    dialect = {"base_zone": "NO", "dates": "page"}
    history = play("superoffice", dialect=dialect, mirrors=("CreatedAt",), **facts)
    assert judged("superoffice.times_understood", history) == (1, broken)


# --- tickets of one answer --------------------------------------------------------------------------------------------


@for_all(
    asked=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    told=st.lists(st.integers(1, 3), max_size=3),
    data=st.data(),
)
def test_tickets_of_an_answer_are_told_apart_by_their_number(
    asked: list[int], told: list[int], data: st.DataObject
) -> None:
    """A mirror that shows one ticket with the values of another, after an answer that was not ticket for ticket."""
    call = office(1, 0, "Agents/Ticket/GetTickets", [{"TicketId": id} for id in told], body={"TicketIds": asked})
    truth = [row(str(id), Title=f"t{id}", Author=f"a{id}") for id in (1, 2, 3)]
    values = [data.draw(st.integers(1, 3)) for _ in truth]
    mirror = [row(str(id), Title=f"t{of}", Author=f"a{of}") for id, of in zip((1, 2, 3), values, strict=True)]
    swapped = sum(of != id for id, of in zip((1, 2, 3), values, strict=True))
    other = asked != told
    history = play("superoffice", exchanges=[call], truth=truth, mirror=mirror)
    assert judged("superoffice.matched_by_id", history) == counted(int(other), swapped if other else 0)


@pytest.mark.parametrize(
    ("told", "fields", "exercised", "broken"),
    [
        ([1, 2], ("Title", "Author"), 0, 0),  # ticket for ticket as it was asked: wrong for another reason
        ([2, 1], ("Title", "Author"), 1, 2),
        ([1], ("Title", "Author"), 1, 2),
        ([2, 1], ("Title",), 1, 0),  # one field alone may be alike by chance
        ([2, 1], ("Title", "Author", "Slevel"), 1, 2),
    ],
)
def test_two_tickets_that_were_swapped(told: list[int], fields: tuple[str, ...], exercised: int, broken: int) -> None:
    call = office(1, 0, "Agents/Ticket/GetTickets", [{"TicketId": id} for id in told], body={"TicketIds": [1, 2]})
    truth = [row(id, **{name: f"{name}{id}" for name in fields}) for id in "12"]
    mirror = [row(id, **truth[place].fields) for id, place in (("1", 1), ("2", 0))]
    history = play("superoffice", exchanges=[call], truth=truth, mirror=mirror)
    assert judged("superoffice.matched_by_id", history) == (max(exercised, broken), broken)
