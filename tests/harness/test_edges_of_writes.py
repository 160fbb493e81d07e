"""What a client wrote, at the edges: before or after its first request, once or twice, from a fresh copy or an old one.

The duties of clients that write are shared; Autotask's stand for all. The naive judge keeps a diary of each play.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import ExternalChange, History, Record, Task
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND, to_iso
from tests.harness.conftest import START, change, sync
from tests.harness.edges import counted, for_all, judged, near, numbered, play, sent, ticket

Tickets = Mapping[str, Record]


def write(do: str, first: int, last: int, was: Tickets, became: Tickets, **more: Any) -> Task:
    """A task that writes; the kinds of records beside tickets are those of notes."""
    notes = more.pop("notes", ({}, {}))
    before, after = (
        {"Ticket": dict(tickets), "TicketNote": dict(kept), "TimeEntry": {}}
        for tickets, kept in zip((was, became), notes, strict=True)
    )
    return Task(0, do, START, START, first, last, was=before, became=after, **more)


def wrote(tasks: list[Task], **facts: Any) -> History:
    return play("autotask", entity="Ticket", tasks=numbered(tasks), **facts)


# --- who is to blame for what stands there ----------------------------------------------------------------------------

TITLES = st.sampled_from(["told", "before", "theirs", None])


@for_all(
    share=2,
    requests=st.sets(st.integers(9, 16), max_size=2),
    acts=st.dictionaries(st.integers(9, 16), st.tuples(st.sampled_from("12"), TITLES), max_size=2),
    titles=st.tuples(TITLES, TITLES),
    ok=st.booleans(),
)
def test_what_others_did_meanwhile_excuses_a_write(
    requests: set[int], acts: dict[int, tuple[str, str | None]], titles: tuple[str | None, str | None], ok: bool
) -> None:
    """The write is the entries 11 to 15. Once it has asked, whatever others do may hide it; before, what they change."""
    acts = {n: act for n, act in acts.items() if n not in requests}
    before, after = (ticket("1", Title=title) for title in titles)
    asked = {"record": "1", "fields": {"Title": "told"}}
    kind = None if ok else "client"
    task = write("update", 10, 15, {"1": before}, {"1": after}, asked=asked, ticket="1", error_kind=kind)
    changes = [change(n, "change", id, Title=title) for n, (id, title) in sorted(acts.items())]
    history = wrote([task], changes=changes, exchanges=[sent(n, 0) for n in sorted(requests)])
    excused = False
    begun = not [n for n in requests if 11 <= n <= 15]  # who asks nothing cannot have written before others came
    for n in range(11, 16):
        begun = begun or n in requests
        if n in acts and acts[n][0] == "1":
            excused = excused or begun or acts[n][1] != titles[0]
    lacks = int(ok and titles[1] != "told" and not excused)
    breaches = [judged(f"autotask.{slug}", history)[1] for slug in ("writes_done", "text_written", "times_written")]
    assert sum(breaches) == lacks
    assert judged("autotask.writes_done", history)[0] == int(ok)


@pytest.mark.parametrize(
    ("n", "theirs", "broken"),
    [
        (10, "before", 1),  # before the task
        (11, "before", 1),  # within it, and of no effect
        (11, "theirs", 0),
        (13, "before", 0),
        (15, "before", 0),
        (16, "before", 1),  # after it
    ],
)
def test_others_before_and_after_the_first_request(n: int, theirs: str, broken: int) -> None:
    before = {"1": ticket("1", Title="before")}
    task = write("update", 10, 15, before, before, asked={"fields": {"Title": "told"}}, ticket="1")
    history = wrote([task], changes=[change(n, "change", "1", Title=theirs)], exchanges=[sent(12, 0), sent(14, 0)])
    assert judged("autotask.writes_done", history) == (1, broken)


@pytest.mark.parametrize(("n", "broken"), [(10, 1), (11, 0), (15, 0), (16, 1)])
def test_others_while_a_client_that_asks_nothing_is_at_it(n: int, broken: int) -> None:
    before = {"1": ticket("1", Title="before")}
    task = write("update", 10, 15, before, before, asked={"fields": {"Title": "told"}}, ticket="1")
    history = wrote([task], changes=[change(n, "change", "1", Title="before")], exchanges=[sent(9, 0), sent(17, 0)])
    assert judged("autotask.writes_done", history) == (1, broken)


# --- a diary of what others and the client did to one ticket ----------------------------------------------------------


@dataclass
class Diary:
    """All states of the ticket 1 in order, as (number, text, resolution), and what the naive judge makes of them."""

    states: list[tuple[int, str | None, str | None]] = field(default_factory=lambda: [(1, "0", "0")])
    changes: list[ExternalChange] = field(
        default_factory=lambda: [change(1, "create", "1", Description="0", Resolution="0")]
    )
    tasks: list[Task] = field(default_factory=list)
    n: int = 1
    writes: int = 0
    lost: int = 0
    undone: int = 0

    def state(self) -> Record:
        return ticket("1", Description=self.states[-1][1], Resolution=self.states[-1][2])

    def act(self, text: str | None, resolution: str | None) -> None:
        self.n += 1
        self.states.append((self.n, text, resolution))
        self.changes.append(ExternalChange(self.n, START, "change", {}, self.state()))

    def sync(self) -> None:
        self.tasks.append(sync(self.n, self.n + 1))
        self.n += 1

    def write(self, do: str, meanwhile: list[Any], text: str | None, resolution: str | None) -> None:
        first, before = self.n, self.state()
        earlier, self.n = list(self.states), self.n + 1
        begun = len(self.states)
        for values in meanwhile:
            self.act(*values)
        self.n += 1
        now = {"Description": text, "Resolution": resolution}
        asked, told = {"record": "1", "fields": {"Title": "told"}}, {} if do == "note" else {"Title": "told"}
        after = ticket("1", **now, **told)
        self.tasks.append(write(do, first, self.n, {"1": before}, {"1": after}, asked=asked, ticket="1"))
        meant = [earlier[-1], *self.states[begun:]]
        changed = [
            place for place, value in ((1, text), (2, resolution)) if value not in [each[place] for each in meant]
        ]
        if do == "close" and 2 in changed:  # closing may leave a resolution
            changed.remove(2)
        mine = (self.n, text, resolution)
        back = any(all(each[place] == mine[place] for place in changed) for each in earlier)
        old = back and any(mine[place] is not None for place in changed)
        self.writes += 1
        self.lost += 0 if old else len(changed)
        self.undone += len(changed) if old else 0
        self.states.append(mine)


TEXTS = st.sampled_from(["0", "1", "2", None])
ACT = st.tuples(TEXTS, TEXTS)
WRITE = st.tuples(st.sampled_from(["update", "close", "note"]), st.lists(ACT, max_size=1), TEXTS, TEXTS)


@for_all(share=2, steps=st.lists(st.just("sync") | ACT | WRITE, max_size=6))
def test_an_update_is_made_of_what_is_there_and_keeps_the_rest(steps: list[Any]) -> None:
    """A field that nobody told is lost when it becomes what it was not; all of them back to one old state are an old copy."""
    diary = Diary()
    for step in steps:
        if step == "sync":
            diary.sync()
        elif len(step) == 2:
            diary.act(*step)
        else:
            diary.write(*step)
    history = wrote(diary.tasks, changes=diary.changes, truth=[diary.state()])
    assert judged("autotask.update_keeps_the_rest", history) == counted(diary.writes, diary.lost)
    # What the client itself wrote since its last sync is known to it: only what others did counts.
    others = {each.n for each in diary.changes}
    exercised = 0
    for task in diary.tasks:
        before = [each.last for each in diary.tasks if each.do == "sync" and each.last <= task.first]
        exercised += task.do in ("update", "close") and any(
            n in others for n in range(max([0, *before]) + 1, task.first + 1)
        )
    assert judged("autotask.update_from_fresh", history) == counted(exercised, diary.undone)


@pytest.mark.parametrize(
    ("text", "resolution", "lost", "undone"),
    [
        ("b", "b", 0, 0),
        ("a", "b", 0, 1),  # one field of the old state
        ("a", "a", 0, 2),
        ("c", "b", 1, 0),
        ("c", "a", 2, 0),  # no state ever had both
        (None, "b", 1, 0),  # empty as it was before, which may as well have been cleared
        ("old", None, 0, 2),  # one that was empty with one that was not
        ("b", None, 1, 0),
    ],
)
def test_an_old_copy_and_fields_that_were_lost(text: Any, resolution: Any, lost: int, undone: int) -> None:
    diary = Diary()
    for state in (("old", None), ("a", "a"), (None, "b"), ("b", "b")):
        diary.act(*state)
    diary.write("update", [], text, resolution)
    history = wrote(diary.tasks, changes=diary.changes)
    assert (diary.lost, diary.undone) == (lost, undone)
    assert judged("autotask.update_keeps_the_rest", history) == (max(1, lost), lost)
    assert judged("autotask.update_from_fresh", history) == (max(1, undone), undone)


@pytest.mark.parametrize(("changed", "exercised"), [(1, 0), (2, 0), (4, 0), (5, 0), (6, 1), (10, 1), (11, 0)])
def test_what_others_did_between_the_last_sync_and_an_update(changed: int, exercised: int) -> None:
    """The last sync is the entries 3 to 5, the update 11 to 15."""
    before = {"1": ticket("1", Title="a")}
    update = write("update", 10, 15, before, before, asked={"fields": {}}, ticket="1")
    for id, times in (("1", exercised), ("2", 0)):
        history = wrote([sync(0, 1), sync(2, 5), update], changes=[change(changed, "change", id, Title="a")])
        assert judged("autotask.update_from_fresh", history) == (times, 0)


@pytest.mark.parametrize(("last", "changed", "exercised"), [(9, 10, 1), (9, 9, 0), (10, 9, 0), (10, 11, 0), (11, 9, 1)])
def test_a_sync_right_before_an_update(last: int, changed: int, exercised: int) -> None:
    """The update is the entries 11 to 15; a sync that reaches into it is none before it."""
    before = {"1": ticket("1", Title="a")}
    update = write("update", 10, 15, before, before, asked={"fields": {}}, ticket="1")
    history = wrote([sync(5, last), update], changes=[change(changed, "change", "1", Title="a")])
    assert judged("autotask.update_from_fresh", history) == (exercised, 0)


@pytest.mark.parametrize(("text", "lost"), [("a", 0), ("theirs", 0), ("again", 0), ("b", 1), (None, 1)])
def test_what_others_wrote_meanwhile_may_stand_or_not(text: str | None, lost: int) -> None:
    diary = Diary()
    diary.act("a", "a")
    diary.write("update", [("theirs", "a"), ("again", "a")], text, "a")
    history = wrote(diary.tasks, changes=diary.changes)
    assert judged("autotask.update_keeps_the_rest", history) == (1, lost)


# --- once -------------------------------------------------------------------------------------------------------------


UNANSWERED: list[dict[str, Any]] = [{"received": None}, {"received": b"", "status": None}]


@for_all(share=1.5, data=st.data())
def test_a_write_is_made_once(data: st.DataObject) -> None:
    """Each key leaves one ticket, or one note that says what was told; what others made is theirs."""
    do = data.draw(st.sampled_from(["create", "note"]))
    kind = "Ticket" if do == "create" else "TicketNote"
    there: dict[str, Record] = {}
    tasks, changes, exchanges = [], [], []
    made: dict[str, list[str]] = {}
    lost: set[str] = set()
    n = 0
    for key in data.draw(st.lists(st.sampled_from(["k1", "k2"]), max_size=4)):
        first, was = n, dict(there)
        for answered in data.draw(st.lists(st.booleans(), max_size=2)):
            n += 1
            exchanges.append(sent(n, 0, **({"received": b""} if answered else data.draw(st.sampled_from(UNANSWERED)))))
            lost |= set() if answered else {key}
        for mine in data.draw(st.lists(st.booleans(), max_size=2)):
            id = str(len(there) + 1)
            says = "told it" if mine else "another"
            there[id] = ticket(id, Title=says, Description=f"- {says}")
            made.setdefault(key, []).extend([id] if mine else [])
            if kind == "Ticket" and not mine:
                n += 1
                changes.append(ExternalChange(n, START, "create", {}, there[id]))
        n += 1
        asked = {"key": key, "fields": {"Title": "told it"}} if do == "create" else {"key": key, "text": "told\nit"}
        before, after = (was, dict(there))
        if kind == "Ticket":
            tasks.append(write(do, first, n, before, after, asked=asked))
        else:
            tasks.append(write(do, first, n, {}, {}, asked=asked, ticket="9", notes=(before, after)))
    twice = [key for key, ids in made.items() if len(ids) >= 2]
    expected = counted(len(lost), len(twice))
    assert judged("autotask.written_once", wrote(tasks, changes=changes, exchanges=exchanges)) == expected


@pytest.mark.parametrize(("copies", "broken"), [(0, 0), (1, 0), (2, 1), (3, 1)])
@pytest.mark.parametrize(("lost", "exercised"), [(None, 0), *((each, 1) for each in UNANSWERED)])
def test_the_second_of_one_is_one_too_many(lost: Any, exercised: int, copies: int, broken: int) -> None:
    made = {str(n): ticket(str(n), Title="a") for n in range(copies)}
    asked = {"key": "k1", "fields": {"Title": "a"}}
    exchanges = [sent(12, 0, **(lost or {"received": b""}))]
    history = wrote([write("create", 10, 15, {}, made, asked=asked)], exchanges=exchanges)
    assert judged("autotask.written_once", history) == (max(exercised, broken), broken)


@pytest.mark.parametrize("theirs", [0, 1, 2])
@pytest.mark.parametrize("mine", [0, 1, 2])
@pytest.mark.parametrize(("text", "counts"), [("100", True), ("0", True), ("another", False)])
def test_notes_of_others_with_the_same_words_in_them_are_theirs(
    mine: int, theirs: int, text: str, counts: bool
) -> None:
    notes = {str(n): ticket(str(n), Description="0 [k1]" if n < mine else text) for n in range(mine + theirs)}
    tasks = [write("note", 10, 15, {}, {}, asked={"key": "k1", "text": "0"}, ticket="9", notes=({}, notes))]
    changes = [ExternalChange(12, START, "act", {"text": text, "copies": theirs}, None)] if theirs else []
    broken = mine > 1
    assert judged("autotask.written_once", wrote(tasks, changes=changes)) == (int(broken), int(broken))
    outside = [replace(each, n=16) for each in changes]
    broken = mine + (theirs if counts else 0) > 1
    assert judged("autotask.written_once", wrote(tasks, changes=outside)) == (int(broken), int(broken))


# --- booked time ------------------------------------------------------------------------------------------------------


def booked(minutes: int, hours: Any, ended: int, **more: Any) -> History:
    """A note with minutes, kept as a time entry; the task lasts from the start to a minute after it."""
    entry = Record("5", {"SummaryNotes": "dug", "HoursWorked": hours, "EndDateTime": to_iso(ended)})
    asked = {"record": "1", "key": "k1", "text": "dug", "minutes": minutes}
    was: dict[str, Any] = {"Ticket": {}, "TimeEntry": {}}
    became = {"Ticket": {}, "TimeEntry": {"5": entry}}
    note = Task(0, "note", START, START + MINUTE, 10, 20, asked=asked, was=was, became=became, ticket="1", **more)
    return wrote([note])


@for_all(ended=near(START - DAY, START, START + MINUTE + HOUR, by=(-SECOND, -2, -1, 0, 1, 2, SECOND)))
def test_booked_time_ends_about_when_it_was_told(ended: int) -> None:
    """Within the day before the task and the hour after it, the edges included."""
    good = -24 * 60 * MINUTE <= ended - START <= 61 * MINUTE
    assert judged("autotask.times_written", booked(60, 1, ended)) == (1, int(not good))


@pytest.mark.parametrize(
    ("ended", "broken"), [(-DAY - 1, 1), (-DAY, 0), (0, 0), (MINUTE + HOUR, 0), (MINUTE + HOUR + 1, 1)]
)
def test_booked_time_at_the_edges_of_its_day(ended: int, broken: int) -> None:
    assert judged("autotask.times_written", booked(60, 1, START + ended)) == (1, broken)


@for_all(
    minutes=st.sampled_from([1, 5, 15, 30, 45, 59, 60, 61, 90, 480]),
    beyond=st.sampled_from([-1, 1]),
    edge=st.sampled_from([-20, 0, 250, 270]),
    away=st.integers(1, 3),
)
def test_booked_hours_are_the_minutes_or_up_to_a_quarter_more(minutes: int, beyond: int, edge: int, away: int) -> None:
    """In thousandths of an hour: two hundredths less are rounding, a quarter and two hundredths more are rounding up."""
    thousandths = Fraction(minutes * 1000, 60) + edge + beyond * away
    hours = float(thousandths / 1000)
    good = -20 < Fraction(hours) * 1000 - Fraction(minutes * 1000, 60) < 270
    assert judged("autotask.time_booked", booked(minutes, hours, START)) == (1, int(not good))


@pytest.mark.parametrize(
    ("minutes", "hours", "broken"),
    [
        (60, 1, 0),
        (60, 0.981, 0),
        (60, 0.979, 1),
        (60, 1.25, 0),
        (60, 1.269, 0),
        (60, 1.271, 1),
        (60, 2, 1),
        (1, 0.02, 0),
        (1, None, 0),
        (2, None, 1),
        (15, 0.5, 0),
    ],
)
def test_booked_hours_at_the_edge(minutes: int, hours: Any, broken: int) -> None:
    assert judged("autotask.time_booked", booked(minutes, hours, START)) == (1, broken)


def test_nothing_is_booked_without_minutes_or_by_a_note_of_somebody_else() -> None:
    assert judged("autotask.time_booked", booked(0, 24, START)) == (0, 0)
    (task,) = booked(60, 24, START).tasks
    assert judged("autotask.time_booked", wrote([task])) == (1, 1)
    # Some put the minutes beside other words than those of the note, and that will do.
    elsewhere = replace(task, asked={**task.asked, "text": "filled"})
    assert judged("autotask.time_booked", wrote([elsewhere])) == (1, 0)


@pytest.mark.parametrize(("spent", "broken"), [(90, 0), (90.0, 0), (89, 1), (91, 1), (5400, 1), (0, 1), (None, 1)])
def test_the_minutes_of_a_message_are_booked_to_the_minute(spent: Any, broken: int) -> None:
    message = ticket("5", Body="dug [k1]", TimeSpent=spent)
    asked = {"record": "1", "key": "k1", "text": "dug", "minutes": 90}
    kept: dict[str, Any] = {"was": {"TicketMessage": {}}, "became": {"TicketMessage": {"5": message}}}
    note = Task(0, "note", START, START, 10, 20, asked=asked, ticket="1", **kept)
    history = play("superoffice", entity="Ticket", tasks=[note])
    assert judged("superoffice.minutes_booked", history) == (1, broken)
    # Another note of the same words was told other minutes; each has its own.
    other = replace(message, id="6", fields={**message.fields, "TimeSpent": 90})
    second: dict[str, Any] = {
        "was": {"TicketMessage": {"5": message}},
        "became": {"TicketMessage": {"5": message, "6": other}},
    }
    fewer = {**asked, "key": "k2", "minutes": 30}
    later = Task(1, "note", START, START, 20, 30, asked=fewer, ticket="1", **second)
    assert judged("superoffice.minutes_booked", replace(history, tasks=(note, later))) == (2, broken + 1)
    untold = replace(note, asked={**asked, "minutes": 0})
    assert judged("superoffice.minutes_booked", play("superoffice", entity="Ticket", tasks=[untold])) == (0, 0)
