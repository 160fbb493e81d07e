"""What lies inside a task, whose request an entry is, what a task wrote: against lists of all numbers of the journal."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import ExternalChange
from mockservers.kernel.journal import Entry
from tests.harness.conftest import START, exchanged, sync
from tests.harness.edges import apart, for_all, module, play, ticket

ENDS = st.lists(st.integers(0, 12), max_size=6).map(sorted)


@for_all(ends=ENDS, changes=st.sets(st.integers(0, 13)), asked=st.sets(st.integers(0, 13)))
def test_what_lies_inside_a_task(ends: list[int], changes: set[int], asked: set[int]) -> None:
    """A task begins after the entry `first` and ends with the entry `last`."""
    tasks = apart(ends)
    history = play(
        "get_tickets",
        changes=[ExternalChange(n, START, "act", {}, None) for n in sorted(changes)],
        exchanges=[exchanged(n) for n in sorted(asked)],
        tasks=tasks,
    )
    for task in tasks:
        numbers = [*range(task.first + 1, task.last + 1)]
        assert [each.n for each in history.within(task)] == [n for n in numbers if n in asked]
        assert [each.n for each in history.changes_within(task)] == [n for n in numbers if n in changes]


@for_all(ends=ENDS)
def test_whose_request_an_entry_of_the_journal_is(ends: list[int]) -> None:
    tasks = apart(ends)
    entries = [Entry(n, START, 0, "get_tickets", None, "client") for n in range(14)]
    changes, exchanges, _ = module("history").split(entries, tasks, {})
    owners = {n: task.index for task in tasks for n in range(task.first + 1, task.last + 1)}
    assert changes == ()
    assert [each.task for each in exchanges] == [owners.get(n) for n in range(14)]


@pytest.mark.parametrize(("n", "first", "second"), [(2, 0, 0), (3, 1, 0), (5, 1, 0), (6, 0, 1), (8, 0, 1), (9, 0, 0)])
def test_an_entry_at_the_edge_of_two_tasks(n: int, first: int, second: int) -> None:
    """They are the entries 3 to 5 and 6 to 8."""
    tasks = apart([2, 5, 5, 8])
    history = play(
        "get_tickets", changes=[ExternalChange(n, START, "act", {}, None)], exchanges=[exchanged(n)], tasks=tasks
    )
    assert [len(history.within(task)) for task in tasks] == [first, second]
    assert [len(history.changes_within(task)) for task in tasks] == [first, second]
    _, (asked,), _ = module("history").split([Entry(n, START, 0, "get_tickets", None, "client")], tasks, {})
    assert asked.task == (0 if first else 1 if second else None)


@pytest.mark.parametrize(
    ("was", "became", "theirs", "written", "made"),
    [
        (None, 1, None, 1, 1),
        (1, 1, None, 0, 0),
        (1, 2, None, 1, 0),
        (1, None, None, 0, 0),
        (None, 1, 10, 1, 1),
        (None, 1, 11, 1, 0),  # somebody else's, made while the task went on
        (None, 1, 15, 1, 0),
        (None, 1, 16, 1, 1),
    ],
)
def test_what_the_entries_11_to_15_wrote_and_made(
    was: int | None, became: int | None, theirs: int | None, written: int, made: int
) -> None:
    before, after = ({"t": {} if v is None else {"1": ticket("1", v=v)}} for v in (was, became))
    task = sync(10, 15, was=before, became=after)
    changes = [] if theirs is None else [ExternalChange(theirs, START, "create", {}, ticket("1", v=9))]
    history = play("get_tickets", entity="t", tasks=[task], changes=changes, truth=[ticket("1", v=7)])
    assert (len(history.written(task)), len(history.made(task))) == (written, made)
    states = [(theirs, 9)] if theirs else []
    known = sorted(states + ([(15, became)] if written else []), key=lambda each: each[0])
    assert [record.fields["v"] for _, record in history.ever["1"]] == [v for _, v in known] + [7]


@for_all(share=0.5, data=st.data())
def test_what_a_task_wrote_and_made(data: st.DataObject) -> None:
    """Written is what is not after a task as it was before it; made is what was not there, and nobody else made."""
    states = st.dictionaries(st.sampled_from("123"), st.integers(0, 1))
    was, became = data.draw(states), data.draw(states)
    theirs = data.draw(st.dictionaries(st.integers(8, 14), st.sampled_from("123")))
    before, after = ({"t": {id: ticket(id, v=v) for id, v in each.items()}} for each in (was, became))
    task = sync(10, 12, was=before, became=after)
    changes = [ExternalChange(n, START, "change", {}, ticket(id, v=9)) for n, id in sorted(theirs.items())]
    history = play("get_tickets", entity="t", changes=changes, tasks=[task], truth=[ticket("1", v=7)])
    changed = [id for id in became if (id, became[id]) not in was.items()]
    others = {theirs.get(11), theirs.get(12)}
    assert [each.id for each in history.written(task)] == changed
    assert [each.id for each in history.made(task)] == [id for id in changed if id not in was and id not in others]
    # Every state in the order in which it was known; what stands at the end of a task was known at its end.
    for id in "123":
        events = [(n, 0, 9) for n in theirs if theirs[n] == id] + [(12, 1, became[id]) for _ in [0] if id in changed]
        states_of = [v for _, _, v in sorted(events)] + ([7] if id == "1" else [])
        assert [record.fields["v"] for _, record in history.ever.get(id, ())] == states_of
