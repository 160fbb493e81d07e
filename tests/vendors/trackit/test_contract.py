"""Track-It!'s contract: correct clients are never accused, and the duties that are subtle, on histories made up for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference_name, roles
from mockservers.harness.duties import Judgement, of
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.harness.replay import replay
from mockservers.harness.reports import check_text, replay_text
from mockservers.kernel.data import folder
from mockservers.vendors.trackit.contract import decoder as wire
from mockservers.vendors.trackit.contract.profile import LINKS, READ_ONLY, REFERENCE
from tests.harness.conftest import at, change, exchanged, sync

Make = Callable[..., History]
ROLES = sorted({*roles("trackit")} - {"reader"})
"""Correct clients; the reference is played by `tests/harness/test_check.py`, in every dialect and through the library."""
FIRST = ("scanner", "writer")
"""Clients that are played longer here, for time's sake; `make mutants` plays all of them at length."""
BASE = "/TrackIt/WebApi"


def judged(slug: str, history: History) -> Judgement:
    return next(duty for duty in of("trackit") if duty.slug == slug).judge(history)


@pytest.mark.parametrize("role", ROLES)
def test_correct_clients_keep_every_duty_in_every_dialect(role: str) -> None:
    examples = 2 if role in FIRST else 1
    report = check(
        CheckConfig("trackit", reference_name("trackit", role), dialect="all", examples=examples, seed=7, save_to=None)
    )
    assert [duty.id for duty in report.broken] == [], check_text(report)
    assert len(report.dialects) == 5
    assert all(each.declined == 0 and not each.complaints for each in report.dialects)


# The reader of assignments and files reads tickets as the reader does, and no scenario of the library has either.
@pytest.mark.parametrize("role", sorted({*ROLES} - {"assignments"}))
def test_the_library_of_scenarios_is_kept(role: str) -> None:
    files = sorted((folder("scenarios") / "trackit").glob("*.yaml"))
    assert len(files) >= 8
    if role not in FIRST:  # a half of the files, another one for every second client; `make mutants` plays all
        files = files[ROLES.index(role) % 2 :: 2]
    results = replay(files, reference_name("trackit", role))
    assert [result.outcome for result in results] == ["KEPT"] * len(files), replay_text(results)


def test_links_are_known_from_the_catalogue() -> None:
    assert LINKS["8"] == LINKS["39"] == LINKS["149"] != LINKS["10"]
    assert "22" not in LINKS
    assert {"12", "163"} <= READ_ONLY
    assert REFERENCE not in READ_ONLY


# --- the wire ---------------------------------------------------------------------------------------------------------


def call(n: int, path: str, answer: Any = None, *, method: str = "GET", body: Any = None, **more: Any) -> Exchanged:
    received = None if answer is None else json.dumps(answer).encode()
    sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return exchanged(n, **{"method": method, "target": f"{BASE}/{path}", "body": sent, "received": received, **more})


def ticket(id: str, **fields: Any) -> Record:
    return Record(id, {name.removeprefix("f"): value for name, value in fields.items()})


def told(id: int, **values: Any) -> dict[str, Any]:
    fields = {"1": id, **{name.removeprefix("f"): value for name, value in values.items()}}
    return {number: {"DisplayName": "x", "Value": value} for number, value in fields.items()}


DENIED = {"Message": "Authorization has been denied for this request."}


def read(n: int, number: int, **more: Any) -> Exchanged:
    return call(n, f"tickets/{number}", {"Tickets": told(number)}, **more)


def denied(n: int, **more: Any) -> Exchanged:
    return call(n, "tickets/1", DENIED, status=401, **more)


def login(n: int, grant: str = "password", *, status: int = 200, **more: Any) -> Exchanged:
    answer = {"access_token": "-", "expires_in": 1799} if status == 200 else {"error": "invalid_grant"}
    body = f"grant_type={grant}&password=-".encode()
    return call(n, "token", answer, method="POST", body=body, status=status, **more)


def test_reading_requests() -> None:
    assert wire.asked(read(1, 7)) == wire.Asked("read", "7")
    assert wire.asked(call(1, "TICKETS/7/notes/20/1?SystemNote=true")) == wire.Asked("notes", "7", ("20", "1"))
    assert wire.asked(login(1)).grant == "password"
    update = wire.asked(call(1, "tickets/7", method="POST", body={"Properties": {"22": "x", "8": 2}}))
    assert (update.action, update.ticket, update.properties) == ("update", "7", (("22", "x"), ("8", 2)))
    close = wire.asked(call(1, "tickets/7/Close", method="POST", body={"Note": {"Note": "done"}}))
    assert (close.action, close.note) == ("close", {"Note": "done"})
    assert wire.asked(call(1, "tickets/7/ChangeStatus", method="POST", body={"StatusName": "Open"})).status == "Open"
    assert wire.asked(call(1, "tickets/Note/5")).action == "note"
    assert wire.asked(exchanged(1, target="/elsewhere")) == wire.Asked()
    assert wire.asked(call(1, "tickets", method="POST", body=b"\xff{")).properties == ()


def test_reading_answers() -> None:
    said = wire.said(call(1, "tickets/7", {"Ticket": told(7, f22="x")}))
    assert (said.kind, said.ticket, said.values) == ("good", "7", {"1": 7, "22": "x"})
    assert wire.said(call(1, "tickets/7/Notes/0/0", {"Count": 1, "TicketNotes": [told(5)]})).notes == ({"1": 5},)
    assert wire.said(login(1)).expires_in == 1799
    assert wire.said(denied(1)).kind == "denied"
    assert wire.said(call(1, "tickets/7", {"Message": "no"}, status=401)).kind == "refused"
    assert wire.said(call(1, "tickets/7", {"Message": "oh"}, status=500)).kind == "broken"
    for received in (None, b"", b"[1]", b"{"):
        assert wire.said(exchanged(1, received=received)).kind == "unusable"


def test_a_line_for_reports() -> None:
    assert wire.line(read(1, 7)) == "read 7 -> ticket 7"
    assert wire.line(call(1, "tickets/7/Notes/20/1", {"Count": 0, "TicketNotes": []})) == "notes 7 (20/1) -> 0 note(s)"
    assert wire.line(call(1, "tickets/7", {"Message": "gone"}, status=404)) == "read 7 -> 404 gone"
    assert wire.line(login(1)) == "token (password) -> good"
    sent = call(1, "tickets/7", None, method="POST", body={"Properties": {"22": "x"}}, status=None)
    assert wire.line(sent) == "update 7 (22=x) -> no answer"


# --- duties -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def story(history: Make) -> Make:
    def make(gap: int = 2, **facts: Any) -> History:
        options = {"first_id": 1, "longest_gap": gap}
        return history("trackit", **{"entity": "ticket", "options": options, "mirrors": ("22", "83", "100"), **facts})

    return make


def test_only_what_can_be_found_is_asked_for(story: Make) -> None:
    truth = [ticket("1"), ticket("4"), ticket("8")]  # two numbers are missing before 4, three before 8
    assert judged("all_tickets_found", story(truth=truth, mirror=truth[:2])).verdict == "kept"
    assert judged("all_tickets_found", story(truth=truth, mirror=truth[:1])).verdict == "broken"
    assert judged("all_tickets_found", story(3, truth=truth, mirror=truth[:2])).verdict == "broken"


def test_what_is_hidden_is_nobodys_fault(story: Make) -> None:
    truth = [ticket("1", f4=3, f22="new"), ticket("2", f4=2)]
    old = ticket("1", f22="old")
    hiding = change(5, "act", "customer", segregation={"Tickets": {}})
    seeing = change(5, "act", "customer", segregation={"Tickets": {"2": [3]}})
    earlier = [change(1, "create", "1", **{"4": 3, "22": "old"})]
    for more, verdict in (([hiding], "kept"), ([seeing], "broken"), ([], "broken"), ([hiding, seeing], "broken")):
        facts = {"truth": truth, "changes": [*earlier, *more]}
        assert judged("all_tickets_found", story(mirror=truth[1:], **facts)).verdict == verdict
        assert bool(judged("changes_seen", story(mirror=[old, truth[1]], **facts)).breaches) == (verdict == "broken")


def test_each_difference_has_its_duty(story: Make) -> None:
    changes = [change(1, "create", "1", **{"22": "old", "83": 7, "100": "2026-03-05T15:00:00.0000000Z"})]
    truth = [ticket("1", f22="a & b", f83=0, f100="2026-07-01T12:30:00.5000000Z")]
    good = {"f22": "a & b", "f83": 0, "f100": "2026-07-01T12:30:00.500+00:00"}
    slugs = ("changes_seen", "nulls_are_empty", "text_survives", "times_understood", "numbers_not_labels")
    for other, slug in (
        ({}, ""),
        ({"f22": "old"}, "changes_seen"),
        ({"f22": "a &amp; b"}, "text_survives"),
        ({"f83": None}, "text_survives"),
        ({"f100": "2026-07-01T08:30:00Z"}, "times_understood"),
        ({"f100": "2026-07-01T12:30:05Z"}, "times_understood"),
    ):
        told = story(truth=truth, changes=changes, mirror=[ticket("1", **{**good, **other})])
        assert {each for each in slugs if judged(each, told).breaches} == ({slug} if slug else set())
    cleared = story(truth=[ticket("1")], changes=changes, mirror=[ticket("1", f83=7)])
    assert {each for each in slugs if judged(each, cleared).breaches} == {"nulls_are_empty"}


NOTES = {"note": {str(n): Record(str(n), {"1": n, "6": 1, "5": f"n{n}", "10": 60, "27": n == 2}) for n in (1, 2)}}


@pytest.mark.parametrize(
    ("shown", "slug"),
    [
        ([{"1": 1, "5": "n1", "10": 60, "27": False}, {"1": 2, "27": True}], ""),
        ('[{"1": 1}, {"1": "2"}]', ""),
        ([{"1": 1}], "notes_complete"),
        ([{"1": 1}, {"1": 2}, {"1": 2}], "notes_complete"),
        ([{"1": 1}, {"1": 2}, {"1": 3}], "notes_complete"),
        ([{"1": 1, "10": 1}, {"1": 2}], "durations_in_seconds"),
        ([{"1": 1, "27": True}, {"1": 2}], "private_notes_marked"),
        ([{"1": 1, "5": "N1"}, {"1": 2}], "text_survives"),
        (None, ""),
        ("[", ""),
        (7, ""),
    ],
)
def test_each_fault_of_notes_has_its_duty(story: Make, shown: Any, slug: str) -> None:
    history = story(truth=[ticket("1")], mirror=[Record("1", {"notes": shown})], parts=NOTES)
    slugs = ("notes_complete", "durations_in_seconds", "private_notes_marked", "text_survives")
    assert {each for each in slugs if judged(each, history).breaches} == ({slug} if slug else set())


def test_a_refused_token_is_not_used_in_the_next_task(story: Make) -> None:
    tasks = [sync(0, 5), sync(5, 9)]
    once = [denied(1, task=0), denied(6, task=1)]
    assert judged("token_renewed", story(tasks=tasks, exchanges=once)).verdict == "broken"
    renewed = [denied(1, task=0), login(2, task=0), denied(6, task=1)]
    assert judged("token_renewed", story(tasks=tasks, exchanges=renewed)).verdict == "kept"
    flurry = [denied(n, task=0) for n in (1, 2, 3)]
    assert judged("token_renewed", story(tasks=tasks, exchanges=[*flurry, login(4, task=0)])).verdict == "kept"
    storm = [*flurry, denied(4, task=0), login(5, task=0)]
    assert judged("token_renewed", story(tasks=tasks, exchanges=storm)).verdict == "broken"


def test_needless_logins(story: Make) -> None:
    tasks = [sync(0, 9)]
    assert judged("token_kept", story(tasks=tasks, exchanges=[login(n) for n in range(1, 5)])).verdict == "kept"
    assert judged("token_kept", story(tasks=tasks, exchanges=[login(n) for n in range(1, 6)])).verdict == "broken"
    forced = [each for n in range(1, 9, 2) for each in (login(n), denied(n + 1))]
    assert judged("token_kept", story(tasks=tasks, exchanges=forced)).verdict == "kept"
    late = [login(n, minutes=n * 30) for n in range(1, 8)]
    assert judged("token_kept", story(tasks=tasks, exchanges=late)).verdict == "kept"


def test_a_refused_refresh_token_is_followed_by_a_password(story: Make) -> None:
    refused = login(1, "refresh_token", status=400)
    tasks = [sync(0, 2), sync(2, 9)]
    assert judged("refresh_falls_back", story(tasks=tasks, exchanges=[refused])).verdict == "broken"
    assert judged("refresh_falls_back", story(tasks=tasks[:1], exchanges=[refused])).verdict == "kept"
    assert judged("refresh_falls_back", story(tasks=tasks, exchanges=[refused, login(3)])).verdict == "kept"
    again = [refused, login(3, "refresh_token", status=400)]
    assert judged("refresh_falls_back", story(tasks=tasks, exchanges=again)).verdict == "broken"


def granted(n: int, grant: str = "password", **more: Any) -> Exchanged:
    """A login that gives a refresh token as well."""
    answer = {"access_token": "-", "refresh_token": "-", "expires_in": 1799}
    body = f"grant_type={grant}&refresh_token=-".encode()
    return call(n, "token", answer, method="POST", body=body, **more)


def test_a_refresh_token_that_was_good_and_refused_was_not_sent_as_it_was_given(story: Make) -> None:
    refused, password = login(5, "refresh_token", status=400, minutes=30), granted(6, minutes=30)
    ending = [change(3, "act", "customer")]
    ending = [replace(ending[0], request={"action": "end sessions"})]
    late = [replace(each, at=at(24 * 60)) for each in (refused, password)]
    faulty = replace(refused, faults=("refuse",))
    logout = call(2, "technicians/logout", {"success": True})
    unheard = call(2, "token", None, method="POST", body=b"grant_type=refresh_token", status=None)
    parallel = [replace(granted(1), left=7), replace(refused, after=6), password]
    for exchanges, changes, verdict in (
        ([granted(1), refused, password], [], "broken"),
        ([granted(1), granted(2, "refresh_token"), refused, password], [], "broken"),
        ([granted(1), granted(5, "refresh_token", minutes=30)], [], "kept"),
        ([granted(1), refused], [], "kept"),  # the password may be gone with it
        ([granted(1), refused, login(6, status=400)], [], "kept"),
        ([granted(1), refused, password], ending, "unproven"),
        ([granted(1), *late], [], "unproven"),
        ([granted(1), faulty, password], [], "unproven"),
        ([granted(1), logout, refused, password], [], "unproven"),
        ([granted(1), unheard, refused, password], [], "kept"),  # the answer that is lost had another one
        ([login(1), refused, password], [], "unproven"),  # a server that gives none
        (parallel, [], "unproven"),  # it had left when the newer one came
    ):
        told = story(tasks=[sync(0, 9)], exchanges=exchanges, changes=changes)
        assert judged("refresh_intact", told).verdict == verdict, exchanges


def test_a_failing_server_is_not_asked_again_and_again(story: Make) -> None:
    def failing(count: int, path: str = "tickets/1", apart: float = 0) -> list[Exchanged]:
        return [call(n, path, {"Message": "x"}, status=503, task=0, minutes=n * apart) for n in range(1, count + 1)]

    each_its_own = [call(n, f"tickets/{n}", {"Message": "x"}, status=503, task=0) for n in range(1, 30)]
    for exchanges, verdict in (
        (failing(10), "kept"),
        (failing(11), "broken"),
        (failing(11, apart=0.1), "broken"),
        (failing(11, apart=0.101), "kept"),
        (each_its_own, "kept"),
        ([], "unproven"),
    ):
        assert judged("failures_not_stormed", story(tasks=[sync(0, 40)], exchanges=exchanges)).verdict == verdict


def test_numbers_are_not_tried_without_end(story: Make) -> None:
    truth = [ticket("7")]
    for highest, verdict in ((110, "kept"), (111, "broken")):  # 7, a gap of 2, one more, and a hundred
        asked = [call(n, f"tickets/{n}", {"Message": "x"}, status=404, task=0) for n in range(1, highest + 1)]
        assert judged("numbers_bounded", story(truth=truth, tasks=[sync(0, 200)], exchanges=asked)).verdict == verdict
        apart = [sync(0, 60), sync(60, 200)]
        assert judged("numbers_bounded", story(truth=truth, tasks=apart, exchanges=asked)).verdict == "kept"


def test_a_note_that_stood_twice_for_a_while(story: Make) -> None:
    once, twice = ({"1": Record("1", {"notes": [{"1": 1}, {"1": 2}, *more]})} for more in ([], [{"1": 2}]))
    tasks = [sync(0, 5, after=twice), sync(5, 9, before=twice, after=once)]
    facts = {"truth": [ticket("1")], "mirror": list(once.values()), "parts": NOTES}
    assert judged("notes_complete", story(tasks=tasks, **facts)).breaches[0].text == (
        "after the sync at 2026-03-02T10:00:00Z the note 2 stood twice in the mirror of the ticket with id 1"
    )
    assert judged("notes_complete", story(tasks=tasks[1:], **facts)).verdict == "kept"


def test_an_error_is_not_what_is_gone(story: Make) -> None:
    mirror = {"1": ticket("1")}
    tasks = [sync(2, 9, before=mirror, after={})]
    facts = {"truth": [ticket("1")], "changes": [change(1, "create", "1")], "tasks": tasks}
    gone = call(3, "tickets/1", {"Message": "The ticket 1 was not found."}, status=404, task=0)
    failed = call(4, "tickets/2", {"Message": "An error has occurred."}, status=500, task=0)
    assert judged("error_is_not_empty", story(exchanges=[gone], **facts)).verdict == "unproven"
    assert judged("error_is_not_empty", story(exchanges=[gone, failed], **facts)).verdict == "kept"
    assert judged("error_is_not_empty", story(exchanges=[failed], **facts)).verdict == "broken"


# --- writes -----------------------------------------------------------------------------------------------------------


def write(do: str, asked: dict[str, Any], was: list[Record], became: list[Record], **more: Any) -> Task:
    notes = more.pop("notes", [])
    before = {"ticket": {each.id: each for each in was}, "note": {}}
    after = {"ticket": {each.id: each for each in became}, "note": {each.id: each for each in notes}}
    facts = {"asked": asked, "was": before, "became": after, "ticket": asked.get("record"), "first": 10, "last": 20}
    return Task(0, do, at(0), at(0), **{**facts, **more})


WRITTEN = ("writes_done", "text_written", "update_touches_only", "refusals_true", "markup_escaped", "durations_written")


@pytest.mark.parametrize(
    ("fields", "found", "more", "slug"),
    [
        ({"22": "a & b"}, {"f22": "a & b"}, {}, ""),
        ({"22": "a & b"}, {"f22": "old"}, {}, "writes_done"),
        ({"22": "a & b"}, {"f22": "a"}, {}, "text_written"),
        ({"22": "a & b"}, {"f22": "a & b", "f7": "gone"}, {}, "update_touches_only"),
        ({"22": "a & b"}, {"f22": "a & b"}, {"error_kind": "refused"}, "refusals_true"),
        ({"22": "a & b", "83": 1}, {"f22": "a & b"}, {"error_kind": "refused"}, ""),  # not all of it was done
        ({"22": "a & b"}, {"f22": "a & b"}, {"error_kind": "transport"}, ""),
        ({"39": "1"}, {"f39": "1", "f8": 2, "f149": "Anna"}, {}, ""),  # the same link
        ({"39": "1"}, {"f39": "0", "f8": 1}, {}, "writes_done"),
        ({"39": "1"}, {"f39": "1", "f8": 2, "f106": 3}, {}, "update_touches_only"),
        ({"96": "Closed"}, {"f96": "Closed", "f95": 4, "f18": "2026-03-02T10:00:00Z"}, {}, ""),
    ],
)
def test_each_fault_of_an_update_has_its_duty(
    story: Make, fields: dict[str, Any], found: dict[str, Any], more: dict[str, Any], slug: str
) -> None:
    was = {"f22": "old", "f39": "0", "f8": 1, "f96": "Open", "f95": 1, "f7": "there"}
    became = ticket("1", **{**was, **found})
    task = write("update", {"record": "1", "fields": fields}, [ticket("1", **was)], [became], **more)
    history = story(tasks=[task])
    assert {each for each in WRITTEN if judged(each, history).breaches} == ({slug} if slug else set())


def test_what_waited_in_a_queue_is_no_fault_of_the_task_that_sends_it(story: Make) -> None:
    """A closing and a note that could not be sent go first, when the client is told something else."""
    open_ = ticket("1", f22="old", f95=1, f96="Open")
    closed = ticket("1", f22="new", f95=4, f96="Closed", f17=1001, f18="2026-03-02T10:00:00Z")
    waited = [
        write("close", {"record": "1"}, [open_], [open_], error_kind="transport", first=1, last=5),
        write(
            "note", {"record": "1", "key": "k1", "text": "a"}, [open_], [open_], error_kind="transport", first=5, last=9
        ),
    ]
    update = write("update", {"record": "1", "fields": {"22": "new"}}, [open_], [closed])
    assert judged("update_touches_only", story(tasks=[*waited, update])).verdict == "kept"
    assert judged("update_touches_only", story(tasks=[update])).verdict == "broken"
    notes = [Record("5", {"5": "a", "6": 1, "10": 0}), Record("6", {"5": "<b> & c", "6": 1, "10": 5400})]
    told = {"record": "1", "key": "k2", "text": "<b> & c", "minutes": 90}
    note = write("note", told, [open_], [open_], notes=notes)
    assert judged("durations_written", story(tasks=[*waited, note])).verdict == "kept"
    assert judged("durations_written", story(tasks=[note])).verdict == "broken"


def test_what_others_wrote_is_not_what_the_client_wrote(story: Make) -> None:
    theirs, mine = Record("5", {"5": "Called back", "6": 1}), Record("6", {"5": "Called back [k1]", "6": 1})
    told, there = {"record": "1", "key": "k1", "text": "Called back"}, [ticket("1")]
    noted = replace(change(15, "act", "1"), request={"id": "1", "action": "note", "text": "Called back"})
    renamed = replace(noted, operation="change", request={"id": "1", "fields": {"22": "Called back"}})

    def task(*notes: Record, before: tuple[Record, ...] = (), **more: Any) -> Task:
        made = write("note", told, there, there, notes=list(notes), **more)
        return replace(made, was={**(made.was or {}), "note": {each.id: each for each in before}})

    lost = task(mine, error_kind="transport", first=1, last=5)
    again = task(mine, before=(mine,), again=True)
    for tasks, changes, verdict in (
        ([task(theirs, before=(theirs,))], [], "broken"),
        ([task(theirs, mine, before=(theirs,))], [], "kept"),
        ([task(theirs)], [noted], "broken"),
        ([task(theirs, mine)], [noted], "kept"),
        ([task(mine)], [renamed], "kept"),
        ([lost, again], [], "kept"),
        ([again], [], "broken"),  # nobody told it before
    ):
        assert judged("writes_done", story(tasks=tasks, changes=changes)).verdict == verdict
    told = {"key": "k1", "fields": {"22": "new"}}
    old, new = ticket("1", f22="new"), ticket("2", f22="new")
    for id_, changes, verdict in (
        ("1", [], "broken"),
        ("2", [], "kept"),
        ("2", [change(15, "create", "2", **{"22": "new"})], "broken"),
    ):
        made = write("create", told, [old], [old, new], answered={"id": id_})
        assert judged("writes_done", story(tasks=[made], changes=changes)).verdict == verdict


@pytest.mark.parametrize(
    ("text", "found", "seconds", "slug"),
    [
        ("dug here", "dug here [k1]", 5400, ""),
        ("dug here", None, 5400, "writes_done"),
        ("dug here", "dug ????", 5400, "text_written"),
        ("dug here", "dug here", 324_000, "durations_written"),
        ("to <A>", "to <A>", 5400, ""),
        ("to <A>", "to", 5400, "markup_escaped"),
    ],
)
def test_each_fault_of_a_note_has_its_duty(story: Make, text: str, found: str | None, seconds: int, slug: str) -> None:
    notes = [] if found is None else [Record("5", {"5": found, "6": 1, "10": seconds})]
    told = {"record": "1", "key": "k1", "text": text, "minutes": 90}
    history = story(tasks=[write("note", told, [ticket("1")], [ticket("1")], notes=notes)])
    assert {each for each in WRITTEN if judged(each, history).breaches} == ({slug} if slug else set())


def test_a_note_of_others_may_have_the_words_of_the_clients_in_it(story: Make) -> None:
    """The text 0 stands in 100 by chance."""
    told, there = {"record": "1", "key": "k1", "text": "0", "minutes": 10}, [ticket("1")]
    theirs = Record("5", {"5": "100 %", "6": 1, "10": 5400})
    right, wrong = (Record("6", {"5": "0 [k1]", "6": 1, "10": seconds}) for seconds in (600, 60))
    noted = replace(change(15, "act", "1"), request={"id": "1", "action": "note", "text": "100 %"})
    owed = write("note", {**told, "key": "k0", "text": "100 %"}, there, there, error_kind="transport", first=1, last=5)
    for changes, earlier in (([noted], []), ([], [owed])):
        for notes, refused, slugs in (
            ([theirs, right], False, set()),
            ([theirs, wrong], False, {"durations_written"}),
            ([theirs], True, set()),
            ([theirs, right], True, {"refusals_true"}),
        ):
            more = {"error_kind": "refused"} if refused else {}
            task = write("note", told, there, there, notes=notes, **more)
            history = story(tasks=[*earlier, task], changes=changes)
            found = {each for each in ("durations_written", "refusals_true") if judged(each, history).breaches}
            assert found - ({"durations_written"} if refused else set()) == slugs
    alone = story(tasks=[write("note", told, there, there, notes=[theirs, right])])
    assert judged("durations_written", alone).verdict == "broken"


def test_closing(story: Make) -> None:
    default = change(1, "act", "customer")
    chosen = [type(default)(1, at(0), "act", {"action": "set default status", "status": "Resolved"}, None)]
    told, was = {"record": "1"}, [ticket("1", f96="Open")]
    closed = [ticket("1", f96="Closed", f18="2026-03-02T10:00:00Z")]
    for changes, became, slugs in (
        ([], closed, set()),
        (chosen, closed, {"close_default"}),
        ([], was, {"writes_done", "close_default"}),
    ):
        history = story(tasks=[write("close", told, was, became)], changes=changes)
        assert {each for each in ("writes_done", "close_default") if judged(each, history).breaches} == slugs
    refused = write("close", told, was, closed, error_kind="refused")
    assert judged("refusals_true", story(tasks=[refused])).verdict == "broken"


def post(n: int, path: str, body: Any, message: str = "", **more: Any) -> Exchanged:
    answer = {"Message": message} if message else {"Ticket": told(1)}
    return call(n, path, answer, method="POST", body=body, **{"status": 400 if message else 200, **more})


def test_what_the_vendor_does_not_take(story: Make) -> None:
    told = {"record": "1", "fields": {"96": "Escalated"}}
    task = write("update", told, [ticket("1")], [ticket("1")], error_kind="refused")
    status = post(12, "tickets/1/ChangeStatus", {"StatusName": "2"}, "The status '2' does not exist.")
    note = post(12, "tickets/1/ChangeStatus", {"Note": {}}, "The activity code 'x' is not available for tickets.")
    for exchange, slug in (
        (status, "status_by_name"),
        (note, "notes_as_required"),
        (post(12, "tickets/1/Close", None, "The body must be an object with Note."), "notes_as_required"),
        (post(12, "tickets/1/AddNote", {}, "The ticket 1 was not found."), ""),
        (post(12, "tickets/1/AddNote", {}, "no", faults=("refuse",)), ""),
        (post(12, "tickets/1/ChangeStatus", {"StatusName": "Escalated"}), ""),
    ):
        history = story(tasks=[task], exchanges=[exchange])
        slugs = ("status_by_name", "notes_as_required")
        assert {each for each in slugs if judged(each, history).breaches} == ({slug} if slug else set())


def test_one_field_for_a_link(story: Make) -> None:
    for properties, verdict in (
        ({"8": 2, "22": "x"}, "kept"),
        ({"8": 2, "10": 1001}, "kept"),
        ({"36": "ASMITH", "8": 2}, "broken"),
        ({"Requestor ID": "ASMITH", "requestor phone": "1"}, "broken"),
        ({"22": "x"}, "unproven"),
    ):
        exchange = post(1, "tickets/1", {"Properties": properties})
        assert judged("one_display_field", story(exchanges=[exchange])).verdict == verdict
