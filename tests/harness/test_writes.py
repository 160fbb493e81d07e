"""Tasks by which a client writes: what the play tells and writes down, and what is judged of it for all vendors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from mockservers.harness import scenario_files
from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.duties import Judgement, judged, of, writing
from mockservers.harness.history import History, Record, Task
from mockservers.harness.runner import Runner
from tests.harness.conftest import at, change, exchanged

Make = Callable[..., History]
HEAD = "mockservers: 1\nvendor: autotask\nstart: 2026-03-02T10:00:00Z\ndata: demo:0\nsteps:\n"
NEW = "{AccountID: 174, Title: a & b, Priority: 2, Status: 1}"
CREATE = f"- client: create\n  fields: {NEW}\n"


def play(steps: str, client: Any = None) -> History:
    with CallableDriver.of(client or reference("autotask", "writer")) as driver, Runner(driver) as runner:
        return runner.play(scenario_files.parse(HEAD + steps))


# --- the play ---------------------------------------------------------------------------------------------------------


def test_what_a_client_was_told_and_what_came_of_it() -> None:
    history = play(CREATE + "- client: close\n  ticket: T1\n- client: note\n  ticket: T1\n  text: hello\n")
    create, close, note = history.writes
    ticket = create.answered["id"]
    assert create.asked == {"key": "k1", "fields": {"AccountID": 174, "Title": "a & b", "Priority": 2, "Status": 1}}
    assert history.labels == {ticket: "T1"}
    assert [record.id for record in history.made(create)] == [ticket]
    assert (close.ticket, close.asked) == (ticket, {"record": ticket})
    assert close.was is not None
    assert close.became is not None
    assert close.was["Ticket"][ticket].fields["Status"] == 1
    assert close.became["Ticket"][ticket].fields["Status"] == 5
    assert note.asked["key"] == "k2"
    (made,) = history.made(note, "TicketNote")
    assert made.fields["Description"] == "hello"
    assert history.parts["TicketNote"] == {made.id: made}
    assert [state.fields["Status"] for _, state in history.ever[ticket]] == [1, 5, 5]


def test_a_write_without_an_answer_is_told_again_with_its_key_when_the_world_has_settled() -> None:
    history = play(f"- fault: lost_answer\n  operation: create\n{CREATE}- client: close\n  ticket: T1\n")
    first, again = history.writes  # a ticket that the client knows nothing of cannot be closed
    assert (first.error_kind, first.again, again.again, again.ok) == ("transport", False, True, True)
    assert first.asked == again.asked
    (record,) = history.made(first)
    assert again.answered == {"id": record.id}
    assert history.made(again) == []


def test_a_task_that_the_client_does_not_know_is_not_told() -> None:
    history = play(CREATE + "- client: sync\n", reference("autotask"))
    assert history.writes == []
    assert history.labels == {}
    assert len(history.syncs) == 3


def test_others_may_act_within_a_write() -> None:
    history = play(
        "- {other: create}\n- client: update\n  ticket: T1\n  fields: {Priority: 1}\n"
        "  meanwhile: {after_request: 2, steps: [{other: change, ticket: T1, fields: {Priority: 4}}, {other: create}]}\n"
    )
    (update,) = history.writes
    changed, made = history.changes_within(update)
    assert made.record is not None
    assert made.record.id not in [record.id for record in history.made(update)]
    assert changed.n < max(each.n for each in history.within(update))


def test_what_administrators_do_is_known() -> None:
    history = play("- {other: act, ticket: customer, action: use requests, requests: 7}\n")
    (used,) = history.changes
    assert used.record is not None
    assert (used.record.id, used.record.fields["requests"]) == ("customer", 7)


def test_the_truth_is_not_listed_twice_where_nothing_happened_between() -> None:
    history = play("- {other: create}\n- client: close\n  ticket: T1\n- client: close\n  ticket: T1\n")
    first, second = history.writes
    assert first.became is second.was


def test_duties_of_a_task_that_a_client_lacks_do_not_apply() -> None:
    report = check(CheckConfig("autotask", CallableDriver.of(reference("autotask")), examples=1, save_to=None))
    found = {each.duty.slug: each.verdict for each in report.dialects[0].verdicts}
    for duty in of("autotask"):
        assert (found[duty.slug] == "n/a") == bool(duty.needs)
    assert "create" in next(each.needs for each in of("autotask") if each.slug == "written_once")


# --- judging ----------------------------------------------------------------------------------------------------------

Truth = Mapping[str, Record]


def ticket(id: str, exists: bool = True, **fields: Any) -> Record:
    return Record(id, fields, exists)


def note(id: str, text: str) -> Record:
    return Record(id, {"Description": text})


def write(
    do: str, was: list[Record], became: list[Record], notes: tuple[list[Record], list[Record]] = ([], []), **more: Any
) -> Task:
    """A task from the journal's entry 10 to 20, in which nothing failed."""

    def truth(tickets: list[Record], of: list[Record]) -> dict[str, dict[str, Record]]:
        return {"Ticket": {each.id: each for each in tickets}, "TicketNote": {each.id: each for each in of}}

    asked = more.pop("asked", {})
    bounds = {"first": 10, "last": 20, **more}
    given = {"ticket": asked.get("record"), **bounds}
    return Task(0, do, at(0), at(0), asked=asked, was=truth(was, notes[0]), became=truth(became, notes[1]), **given)


@pytest.fixture
def writes(history: Make) -> Make:
    return lambda *tasks, **facts: history("autotask", tasks=list(tasks), entity="Ticket", **facts)


def said(record: Record) -> str:
    return str(record.fields.get("Description"))


def done(history: History) -> Judgement:
    lacks = writing.lacks(history, {"note": ("TicketNote",)}, said, {"close": {"Status": 5}})
    return judged(len(writing.told(history)), [each.breach for each in lacks])


def test_done(writes: Make) -> None:
    told = {"record": "1", "fields": {"Title": "new", "DueDateTime": "2026-03-05T15:00:00Z"}}
    right = ticket("1", Title="new", DueDateTime="2026-03-05T10:00:00-05:00")
    old = ticket("1", Title="old", DueDateTime=None)
    assert done(writes(write("update", [old], [right], asked=told))).verdict == "kept"
    judgement = done(writes(write("update", [old], [old], asked=told)))
    assert [dict(each.facts) for each in judgement.breaches] == [{"field": "Title"}, {"field": "DueDateTime"}]
    assert "says that its update at 2026-03-02T10:00:00Z is done, but Title" in judgement.breaches[0].text
    # Who says that it failed claims nothing.
    assert done(writes(write("update", [old], [old], asked=told, error_kind="refused"))).verdict == "unproven"
    assert done(writes(write("close", [old], [ticket("1", Status=1)], asked={"record": "1"}))).verdict == "broken"
    assert done(writes(write("close", [old], [ticket("1", Status=5)], asked={"record": "1"}))).verdict == "kept"


def test_done_of_a_ticket_that_is_made(writes: Make) -> None:
    told = {"key": "k1", "fields": {"Title": "new"}}
    made = ticket("7", Title="new")
    assert done(writes(write("create", [], [made], asked=told, answered={"id": "7"}))).verdict == "kept"
    for answered in ({"id": "8"}, {}, None, "7"):
        assert done(writes(write("create", [], [made], asked=told, answered=answered))).verdict == "broken"


def test_done_of_a_note(writes: Make) -> None:
    told = {"record": "1", "key": "k1", "text": "one\n two & three"}
    one = [ticket("1")]
    for text, verdict in (("one two & three", "kept"), ("- one\n\ntwo & three (ours)", "kept"), ("one two", "broken")):
        history = writes(write("note", one, one, ([], [note("5", text)]), asked=told))
        assert done(history).verdict == verdict


def test_done_where_others_meddle(writes: Make) -> None:
    told = {"record": "1", "fields": {"Title": "new"}}
    old, theirs = ticket("1", Title="old", Status=1), ticket("1", Title="theirs", Status=1)
    task = write("update", [old], [theirs], asked=told)
    assert done(writes(task)).verdict == "broken"
    changed = change(15, "change", "1", Title="theirs", Status=1)
    assert done(writes(task, changes=[changed])).verdict == "kept"
    # They put back what was there before, after the client wrote: nobody can see that it was ever another.
    task = write("update", [old], [old], asked=told)
    for n, verdict in ((11, "broken"), (13, "kept"), (15, "kept")):
        back = change(n, "act", "1", Title="old", Status=1)
        assert done(writes(task, changes=[back], exchanges=[exchanged(12), exchanged(14)])).verdict == verdict
    gone = change(15, "delete", "1", exists=False)
    assert done(writes(write("update", [old], [], asked=told), changes=[gone])).verdict == "kept"
    assert done(writes(write("update", [old], [], asked=told))).verdict == "broken"


def once(history: History) -> Judgement:
    return writing.written_once(history, {"note": ("TicketNote",)}, said)


def test_done_between_two_tellings(writes: Make) -> None:
    """A client with a queue sends a write within a sync, and knows that when it is told again."""
    told = {"record": "1", "fields": {"Title": "new"}}
    old, theirs, gone = ticket("1", Title="old"), ticket("1", Title="theirs"), ticket("1", exists=False)
    first = write("update", [old], [old], asked=told, error_kind="transport")
    asked = [exchanged(12), exchanged(24)]
    for now, their in ((theirs, change(26, "change", "1", Title="theirs")), (gone, change(26, "delete", "1"))):
        facts = {"changes": [replace(their, record=now)], "exchanges": asked}
        again = write("update", [now], [now], asked=told, first=30, last=40, again=True)
        assert done(writes(first, again, **facts)).verdict == "kept"
        # Who is told once, or who does write something then, has what it wrote judged.
        assert done(writes(replace(again, again=False), **facts)).verdict == "broken"
        unlike = [ticket("1", Title="theirs", Priority=1), ticket("2")]
        wrote = write("update", unlike, [now], asked=told, first=30, last=40, again=True)
        # What others took away between the two tellings nobody can change any more.
        assert done(writes(first, wrote, **facts)).verdict == ("kept" if now is gone else "broken")


def test_what_was_told_later_stands_when_the_earlier_is_told_again(writes: Make) -> None:
    """A client with a queue does both in their order as soon as it can, and is then told the first one again."""
    told, then = {"record": "1", "fields": {"Title": "a", "Priority": 2}}, {"record": "1", "fields": {"Title": "b"}}
    old, both = ticket("1", Title="old", Priority=1), ticket("1", Title="b", Priority=2)
    waiting = {"error_kind": "transport"}
    first = write("update", [old], [old], asked=told, first=1, last=2, **waiting)
    second = write("update", [old], [old], asked=then, first=3, last=4, **waiting)
    again = write("update", [old], [both], asked=told, first=10, last=20, again=True)
    assert done(writes(first, second, again)).verdict == "kept"
    assert done(writes(first, again)).verdict == "broken"  # nobody told it the other value
    assert done(writes(second, replace(again, again=False))).verdict == "broken"
    lost = replace(again, became={**(again.became or {}), "Ticket": {"1": ticket("1", Title="b", Priority=1)}})
    assert done(writes(first, second, lost)).verdict == "broken"


def test_written_once(writes: Make) -> None:
    told = {"key": "k1", "fields": {"Title": "x"}}
    one, two = ticket("1", Title="x"), ticket("2", Title="x")
    lost = exchanged(12, received=None, status=None)
    first = write("create", [], [one], asked=told, error_kind="transport")
    again = write("create", [one], [one], asked=told, first=30, last=40, again=True)
    twice = write("create", [one], [one, two], asked=told, first=30, last=40, again=True)
    assert once(writes(first, again)).verdict == "unproven"  # no answer was lost
    assert once(writes(first, again, exchanges=[lost])).verdict == "kept"
    judgement = once(writes(first, twice, exchanges=[lost]))
    assert judgement.breaches[0].text == (
        "one create was told, and the vendor has 2 of it (Ticket 1, 2); request #12 at 2026-03-02T10:00:00Z had no answer"
    )
    # What somebody else made meanwhile is not the client's.
    theirs = change(35, "create", "2", Title="x")
    assert once(writes(first, twice, exchanges=[lost], changes=[theirs])).verdict == "kept"
    # Another key is another ticket.
    other = write("create", [one], [one, two], asked={**told, "key": "k2"}, first=30, last=40)
    assert once(writes(first, other, exchanges=[lost])).verdict == "kept"


def test_notes_of_others_are_not_the_clients(writes: Make) -> None:
    told, one = {"record": "1", "key": "k1", "text": "a & b"}, [ticket("1")]
    both = [note("5", "a & b"), note("6", "somebody else's")]
    assert once(writes(write("note", one, one, ([], both), asked=told))).breaches == ()
    both = [note("5", "a & b"), note("6", "again: a & b")]
    assert once(writes(write("note", one, one, ([], both), asked=told))).verdict == "broken"
    assert once(writes(write("note", one, one, (both[:1], both), asked=told))).breaches == ()


def test_notes_of_others_that_say_more_may_be_theirs(writes: Make) -> None:
    """A text may stand in another by chance, as 0 does in 100."""
    told, one = {"record": "1", "key": "k1", "text": "0"}, [ticket("1")]
    mine, theirs = note("5", "0 [k1]"), [note("6", "100 %"), note("7", "100 %")]
    task = write("note", one, one, ([], [mine, *theirs]), asked=told)
    said_twice = replace(change(15, "act", "1"), request={"action": "note", "text": "100 %", "copies": 2})
    assert once(writes(task, changes=[said_twice])).breaches == ()
    assert once(writes(task, changes=[replace(said_twice, request={"text": "100 %"})])).verdict == "broken"
    assert once(writes(task, changes=[replace(said_twice, n=25)])).verdict == "broken"  # it was after the task
    again = write("note", one, one, ([], [mine, *theirs, note("8", "0 [k1]")]), asked=told)
    assert once(writes(again, changes=[said_twice])).verdict == "broken"


def test_what_others_failed_to_write_is_no_note_of_theirs(writes: Make) -> None:
    told, one = {"record": "1", "key": "k1", "text": "0"}, [ticket("1")]
    mine = [note("5", "0 [k1]")]
    refused = replace(change(15, "act", "1"), request={"action": "note", "text": "100 %"}, ok=False)
    history = writes(write("note", one, one, ([], mine), asked=told), changes=[refused])
    assert writing.borrowed(history, {"note": ("TicketNote",)}, said) == []
    assert (
        len(writing.borrowed(replace(history, changes=(replace(refused, ok=True),)), {"note": ("TicketNote",)}, said))
        == 1
    )
    twice = writes(write("note", one, one, ([], [*mine, note("6", "0 [k1]")]), asked=told), changes=[refused])
    assert once(twice).verdict == "broken"


def test_what_others_wrote_between_two_tellings_may_be_gone_by_now(writes: Make) -> None:
    told, one = {"record": "1", "key": "k1", "text": "0"}, [ticket("1")]
    mine, kinds = [note("5", "0 [k1]")], {"note": ("TicketNote",)}
    theirs = replace(change(25, "act", "9"), request={"id": "9", "action": "note", "text": "100 %"})
    first = write("note", one, one, ([], mine), asked=told, error_kind="transport")
    again = write("note", one, one, (mine, mine), asked=told, first=30, last=40, again=True)
    assert writing.borrowed(writes(first, again, changes=[theirs]), kinds, said) == []
    # One that wrote nothing at either telling, and found theirs.
    left = [note("6", "100 %")]
    nothing = write("note", one, one, ([], []), asked=told, error_kind="transport")
    found = write("note", one, one, (left, left), asked=told, first=30, last=40, again=True)
    assert len(writing.borrowed(writes(nothing, found, changes=[theirs]), kinds, said)) == 1


def untouched(history: History) -> Judgement:
    exercised, found = writing.touched(history, {"LastActivityDate"}, {"close": ("Status",)})
    return judged(exercised, [each.breach(history) for each in found])


def test_nothing_else_touched(writes: Make) -> None:
    told = {"record": "1", "fields": {"Title": "new"}}
    before = ticket("1", Title="old", Description="kept", LastActivityDate="2026-03-02T10:00:00Z", Status=1)
    after = ticket("1", Title="new", Description="kept", LastActivityDate="2026-03-02T10:05:00Z", Status=1)
    cleared = ticket("1", Title="new", Description=None, LastActivityDate="2026-03-02T10:05:00Z", Status=1)
    assert untouched(writes(write("update", [before], [after], asked=told))).verdict == "kept"
    judgement = untouched(writes(write("update", [before], [cleared], asked=told), labels={"1": "T1"}))
    assert judgement.breaches[0].text == (
        'the update at 2026-03-02T10:00:00Z changed Description of T1 (id 1) from "kept" to null, which nobody asked for'
    )
    # Whoever clears a field says so even if the write failed.
    failed = write("update", [before], [cleared], asked=told, error_kind="transport")
    assert untouched(writes(failed)).verdict == "broken"
    done = ticket("1", Title="old", Description="kept", Status=5)
    assert untouched(writes(write("close", [before], [done], asked={"record": "1"}))).verdict == "kept"
    # What others did meanwhile may stand, or not.
    theirs = change(15, "change", "1", **{**after.fields, "Description": "theirs"})
    for text in ("theirs", "kept"):
        now = ticket("1", **{**after.fields, "Description": text})
        assert untouched(writes(write("update", [before], [now], asked=told), changes=[theirs])).verdict == "kept"


def test_what_waits_in_a_queue_may_be_done_within_a_later_task(writes: Make) -> None:
    """A client with a queue sends first what it could not send before."""
    before, after = ticket("1", Title="old", Status=1, Priority=1), ticket("1", Title="new", Status=5, Priority=2)
    told = {"record": "1", "fields": {"Priority": 2}}
    now = write("update", [before], [after], asked=told, first=40, last=50)
    waiting = [
        write("update", [before], [before], asked={"record": "1", "fields": {"Title": "new"}}, error_kind="transport"),
        write("close", [before], [before], asked={"record": "1"}, error_kind="transport", first=20, last=30),
    ]
    assert untouched(writes(*waiting, now)).verdict == "kept"
    assert untouched(writes(waiting[0], now)).verdict == "broken"
    assert untouched(writes(now, *(replace(each, first=60, last=70) for each in waiting))).verdict == "broken"
    assert untouched(writes(*(replace(each, error_kind="refused") for each in waiting), now)).verdict == "broken"
    elsewhere = [replace(each, ticket="2") for each in waiting]
    assert untouched(writes(*elsewhere, now)).verdict == "broken"


def test_an_old_copy_is_told_from_a_field_that_was_cleared(writes: Make) -> None:
    told = {"record": "1", "fields": {"Title": "new"}}
    states = [
        change(n, "change", "1", Title="old", Description=text, Resolution=None) for n, text in ((2, "a"), (4, "b"))
    ]
    before = ticket("1", Title="old", Description="b", Resolution=None)

    def outdated(**fields: Any) -> list[tuple[str, bool]]:
        after = ticket("1", Title="new", **fields)
        _, found = writing.touched(writes(write("update", [before], [after], asked=told), changes=states), ())
        return [(each.field, each.outdated) for each in found]

    assert outdated(Description="b", Resolution=None) == []
    assert outdated(Description="a", Resolution=None) == [("Description", True)]
    assert outdated(Description=None, Resolution=None) == [("Description", False)]
    assert outdated(Description="a", Resolution="?") == [("Description", False), ("Resolution", False)]
