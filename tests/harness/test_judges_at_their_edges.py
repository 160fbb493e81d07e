"""What all judges share, at its edges: storms of refusals, errors, and what a play leaves behind.

Each judgement is compared with a naive one, which walks through a play number by number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import Exchanged, ExternalChange, History, Record, Task
from mockservers.harness.profile import contracted
from mockservers.kernel.instants import SECOND
from tests.harness.conftest import START, sync
from tests.harness.edges import (
    apart,
    counted,
    data_told,
    desk,
    for_all,
    judged,
    module,
    near,
    numbered,
    office,
    play,
    rows_asked,
    rows_failed,
    rows_told,
    sent,
    ticket,
)


@pytest.mark.parametrize(
    ("exercised", "breaches", "times", "verdict"),
    [
        (0, 0, 0, "unproven"),
        (1, 0, 1, "kept"),
        (2, 0, 2, "kept"),
        (0, 1, 1, "broken"),  # a breach is an occasion
        (1, 2, 2, "broken"),
        (3, 1, 3, "broken"),
    ],
)
def test_what_a_judgement_comes_to(exercised: int, breaches: int, times: int, verdict: str) -> None:
    duties = module("duties")
    said = duties.judged(exercised, [duties.Breach("x")] * breaches)
    assert (said.exercised, len(said.breaches), said.verdict) == (times, breaches, verdict)
    assert (said.exercised, len(said.breaches)) == counted(exercised, breaches)


# --- storms -----------------------------------------------------------------------------------------------------------

KEY, BUSY = b"error=Invalid+API+key", b"error=Too+many+requests"
AUTH = data_told({"Error": {"Code": "AUTH", "Message": "AuthCode is not authorized."}})
CODE, FULL = (rows_failed(each) for each in ("IntegrationCode is unknown", "The Threshold of requests is reached"))
LOGIN = b"grant_type=password&password=-"
DENIED = {"Message": "Authorization has been denied for this request."}

FAILING = (500, 503, None)
"""How a vendor fails: with a status of its own, with one of the machine in front, and without an answer."""

STORMS: dict[str, tuple[Callable[[int, int], Exchanged], int, int]] = {
    "querydata.refused_login_not_stormed": (lambda n, at: sent(n, at, received=AUTH), 3, 60),
    "get_tickets.refused_key_not_stormed": (lambda n, at: sent(n, at, received=KEY), 3, 60),
    "get_tickets.backs_off": (lambda n, at: sent(n, at, received=BUSY), 3, 60),
    "autotask.refused_login_not_stormed": (lambda n, at: sent(n, at, received=CODE), 3, 60),
    "autotask.suspension_respected": (lambda n, at: sent(n, at, received=FULL), 3, 60),
    "trackit.refused_login_not_stormed": (
        lambda n, at: desk(n, at, "token", {"error": "invalid_grant"}, LOGIN, status=400),
        3,
        60,
    ),
    "superoffice.refused_login_not_stormed": (lambda n, at: office(n, at, "Ticket/1", {}, status=401), 3, 60),
    "superoffice.throttling_respected": (lambda n, at: office(n, at, "Ticket/1", {}, status=429), 10, 1),
    **{
        f"{vendor}.failures_not_stormed": (lambda n, at: sent(n, at, status=FAILING[n % 3], received=b"-"), 10, 60)
        for vendor in contracted()
    },
}
"""How each duty is refused; and how many refusals within how many seconds nobody is blamed for."""


def naively_stormed(history: History, most: int, seconds: int) -> tuple[int, int]:
    """A task storms when from some refusal on more than `most` come within so many seconds, both ends counted."""
    stormed = 0
    for task in history.tasks:
        times = [each.at for each in history.exchanges if each.n in range(task.first + 1, task.last + 1)]
        stormed += any(sum(begun <= at <= begun + seconds * SECOND for at in times) > most for begun in times)
    return counted(len(history.exchanges), stormed)


@for_all(share=2, id=st.sampled_from(sorted(STORMS)), data=st.data())
def test_storms_of_refusals(id: str, data: st.DataObject) -> None:
    refused, most, seconds = STORMS[id]
    length = seconds * SECOND
    steps = data.draw(
        st.lists(
            st.sampled_from([0, 1, length // most, length // most + 1, length, length + 1]),
            min_size=most - 1,
            max_size=most + 4,
        )
    )
    times = [sum(steps[:n]) for n in range(len(steps) + 1)]
    ends = data.draw(st.lists(near(0, most, len(times), by=(-1, 0, 1)), max_size=5).map(sorted))
    tasks = apart([0, *ends] if data.draw(st.booleans()) else [0, len(times)])
    history = play(id.partition(".")[0], exchanges=[refused(n, at) for n, at in enumerate(times, 1)], tasks=tasks)
    assert judged(id, history) == naively_stormed(history, most, seconds)


@for_all(share=1, befores=st.lists(st.integers(0, 4), max_size=12))
def test_how_many_requests_were_under_way_at_once(befores: list[int]) -> None:
    """Answer number n belongs to a request that came when so many of the earlier answers were still to leave."""
    spans = [(max(0, n - 1 - before), n) for n, before in enumerate(befores, 1)]
    exchanges = [replace(sent(n, 0), after=after, left=left) for n, (after, left) in enumerate(spans, 1)]
    history = play("querydata", exchanges=exchanges, tasks=[])
    # Between two answers, which requests had come and were not answered?
    naive = max((sum(after <= moment < left for after, left in spans) for moment in range(len(spans))), default=0)
    assert history.at_once == max(1, naive)


@pytest.mark.parametrize("id", sorted(STORMS))
@pytest.mark.parametrize(("at_once", "more", "broken"), [(1, 0, 0), (1, 1, 1), (4, 0, 0), (4, 1, 1)])
def test_whoever_has_several_requests_under_way_is_refused_more_often(
    id: str, at_once: int, more: int, broken: int
) -> None:
    refused, most, _ = STORMS[id]
    times = most * at_once + more
    exchanges = [replace(refused(n, 0), after=(n - 1) // at_once * at_once, left=n) for n in range(1, times + 1)]
    history = play(id.partition(".")[0], exchanges=exchanges, tasks=[sync(0, times)])
    assert history.at_once == at_once
    assert judged(id, history) == (times, broken)


@pytest.mark.parametrize("vendor", contracted())
@pytest.mark.parametrize(
    ("differ", "times", "broken"),
    [
        ({}, 10, 0),
        ({}, 11, 1),
        ({"target": "/{}"}, 40, 0),  # who fetches many things repeats nothing
        ({"method": "M{}"}, 40, 0),
        ({"body": b"%d"}, 40, 0),
        ({"request_known": False}, 30, 0),
        ({"request_known": False}, 31, 1),
    ],
)
def test_failures_are_counted_by_request(vendor: str, differ: dict[str, Any], times: int, broken: int) -> None:
    def made(n: int, value: Any) -> Any:
        return value % n if isinstance(value, bytes) else value.format(n) if isinstance(value, str) else value

    exchanges = [
        sent(n, 0, status=503, received=b"-", **{name: made(n, value) for name, value in differ.items()})
        for n in range(1, times + 1)
    ]
    history = play(vendor, exchanges=exchanges, tasks=[sync(0, times)])
    assert judged(f"{vendor}.failures_not_stormed", history) == (times, broken)


@pytest.mark.parametrize("id", sorted(STORMS))
@pytest.mark.parametrize(
    ("more", "late", "broken"), [(0, -1, 0), (0, 0, 0), (1, -1, 1), (1, 0, 1), (1, 1, 0), (2, 0, 1), (2, 1, 0)]
)
def test_refusals_at_the_edge_of_a_storm(id: str, more: int, late: int, broken: int) -> None:
    """So many refusals more than are borne, the first at once, and the others so late in the last microseconds."""
    refused, most, seconds = STORMS[id]
    times = [0] + [seconds * SECOND + late] * (most + more - 1)
    exchanges = [refused(n, at) for n, at in enumerate(times, 1)]
    # All but the first come at one moment; these alone are a storm when they are more than are borne.
    alone = int(most + more - 1 > most)
    history = play(id.partition(".")[0], exchanges=exchanges, tasks=[sync(0, len(times))])
    assert judged(id, history) == (len(times), max(broken, alone))
    halves = play(id.partition(".")[0], exchanges=exchanges, tasks=[sync(0, most), sync(most, len(times))])
    assert judged(id, halves) == (len(times), 0)


@pytest.mark.parametrize("id", sorted(STORMS))
@pytest.mark.parametrize(("cut", "broken"), [(0, 1), (1, 0), (2, 0)])
def test_a_storm_is_one_tasks_own(id: str, cut: int, broken: int) -> None:
    """One refusal more than are borne, all at one moment, the first few of them in another task."""
    refused, most, _ = STORMS[id]
    exchanges = [refused(n, 0) for n in range(1, most + 2)]
    for bounds in ((0, cut, cut, most + 1), (0, most + 1 - cut, most + 1 - cut, most + 1)):
        history = play(id.partition(".")[0], exchanges=exchanges, tasks=apart([*bounds]))
        assert judged(id, history) == (most + 1, broken)


@pytest.mark.parametrize(
    ("id", "other"),
    [
        ("querydata.refused_login_not_stormed", sent(1, 0, received=data_told({"Error": {"Code": "VALUE"}}))),
        ("get_tickets.refused_key_not_stormed", sent(1, 0, received=BUSY)),
        ("get_tickets.backs_off", sent(1, 0, received=KEY)),
        ("autotask.refused_login_not_stormed", sent(1, 0, received=FULL)),
        ("autotask.suspension_respected", sent(1, 0, received=CODE)),
        (
            "trackit.refused_login_not_stormed",
            desk(1, 0, "token", {"error": "invalid_grant"}, b"grant_type=refresh_token", status=400),
        ),
        ("trackit.refused_login_not_stormed", desk(1, 0, "tickets/1", {"Message": "no"}, status=400)),
        ("superoffice.refused_login_not_stormed", office(1, 0, "Ticket/1", {}, status=429)),
        ("superoffice.throttling_respected", office(1, 0, "Ticket/1", {}, status=401)),
    ],
)
def test_other_refusals_are_no_storm_of_these(id: str, other: Exchanged) -> None:
    exchanges = [replace(other, n=n) for n in range(1, 20)]
    assert judged(id, play(id.partition(".")[0], exchanges=exchanges, tasks=[sync(0, 19)])) == (0, 0)


# --- a play, walked through number by number --------------------------------------------------------------------------

IDS = "123"
TEXT = {"get_tickets": "subject", "autotask": "Title", "superoffice": "Title", "trackit": "22", "querydata": "Remarks"}


@dataclass
class Log:
    """What happened in a play, in order: acts of others, requests that were answered well or not, syncs."""

    vendor: str
    changes: list[ExternalChange] = field(default_factory=list)
    exchanges: list[Exchanged] = field(default_factory=list)
    failed: set[int] = field(default_factory=set)
    tasks: list[Task] = field(default_factory=list)
    now: dict[str, Record] = field(default_factory=dict)
    n: int = 0
    versions: int = 0

    def act(self, id: str, what: str) -> None:
        self.n += 1
        if what == "refused":
            self.changes.append(ExternalChange(self.n, START, "change", {}, None, ok=False))
            return
        self.versions += what != "read"
        before = self.now.get(id, ticket(id, **{TEXT[self.vendor]: "0"}))
        text = before.fields[TEXT[self.vendor]] if what == "read" else str(self.versions)
        self.now[id] = ticket(id, what != "delete", **{TEXT[self.vendor]: text})
        self.changes.append(ExternalChange(self.n, START, what, {}, self.now[id]))

    def ask(self, failed: bool) -> None:
        self.n += 1
        self.failed |= {self.n} if failed else set()
        wire = {
            "get_tickets": lambda: sent(self.n, 0, received=b"error=Invalid+tid" if failed else b"count=1"),
            "autotask": lambda: sent(
                self.n, 0, body=rows_asked(), received=rows_failed("no") if failed else rows_told([])
            ),
            "superoffice": lambda: office(self.n, 0, "Ticket/1", {"Message": "no"} if failed else {"TicketId": 9}),
        }[self.vendor]
        self.exchanges.append(wire())

    def history(self, mirror: dict[str, Record] | None, **more: Any) -> History:
        truth = [record for record in self.now.values() if record.exists]
        facts = {"changes": self.changes, "exchanges": self.exchanges, "tasks": numbered(self.tasks), "truth": truth}
        shown = None if mirror is None else list(mirror.values())
        return play(self.vendor, **facts, mirror=shown, mirrors=(TEXT[self.vendor],), **more)


ACTS = st.tuples(st.sampled_from(IDS), st.sampled_from(["create", "change", "act", "delete", "read", "refused"]))
REQUESTS = st.sampled_from(["good", "failed"])
STEPS = st.lists(ACTS | st.tuples(st.just("sync"), st.booleans(), st.lists(REQUESTS | ACTS, max_size=3)), max_size=7)


SHOWN = st.dictionaries(st.sampled_from([*IDS, "9"]), st.integers(0, 5))
"""A copy that has of each ticket nothing, or any version of any ticket; and perhaps one that never was."""


def mirror_of(log: Log, shown: dict[str, int]) -> dict[str, Record]:
    return {id: ticket(id, **{TEXT[log.vendor]: str(n % (log.versions + 1))}) for id, n in shown.items()}


@st.composite
def plays(draw: st.DrawFn, *vendors: str) -> tuple[Log, dict[str, Record]]:
    """What happened in a play of one of these vendors, and the client's mirror in the end."""
    log = Log(draw(st.sampled_from(vendors)))
    before: dict[str, Record] = {}
    for step in draw(STEPS):
        if step[0] != "sync":
            log.act(*step)
            continue
        first = log.n
        for inner in step[2]:
            if isinstance(inner, str):
                log.ask(inner == "failed")
            else:
                log.act(*inner)
        after = mirror_of(log, draw(SHOWN))
        kind = None if step[1] else "client"
        log.tasks.append(sync(first, log.n, before=before, after=after, error_kind=kind))
        before = after
    return log, mirror_of(log, draw(SHOWN))


def versions(log: Log, id: str) -> list[Record]:
    return [each.record for each in log.changes if each.record is not None and each.record.id == id]


def naively_stale(log: Log, mirror: dict[str, Record]) -> list[str]:
    """Tickets that are there, and whose copy is one that was true before and is so no longer."""
    found = []
    for id, shown in mirror.items():
        now = log.now.get(id)
        if now is None or not now.exists or now.fields == shown.fields:
            continue
        if any(each.exists and each.fields == shown.fields for each in versions(log, id)):
            found.append(id)
    return found


CHANGES = {"get_tickets": "changes_seen", "autotask": "current_state", "superoffice": "changes_seen"}


@for_all(told=plays(*CHANGES))
def test_changes_after_the_first_sync_are_seen(told: tuple[Log, dict[str, Record]]) -> None:
    log, mirror = told
    acts = [each for each in log.changes if each.ok and each.operation in ("act", "change")]
    changes = [each for each in acts if any(task.last < each.n for task in log.tasks)]
    expected = counted(len(changes), len(naively_stale(log, mirror)))
    id = f"{log.vendor}.{CHANGES[log.vendor]}"
    assert judged(id, log.history(mirror)) == expected
    assert judged(id, log.history(None)) == (0, 0)


@pytest.mark.parametrize("what", ["act", "change", "create", "delete", "read"])
@pytest.mark.parametrize(("n", "after"), [(2, 0), (3, 0), (5, 0), (6, 1), (15, 1), (16, 1)])
def test_changes_count_from_the_end_of_the_first_sync_on(what: str, n: int, after: int) -> None:
    """The syncs are the entries 3 to 5 and 11 to 15."""
    changed = [ExternalChange(n, START, what, {}, ticket("1"))]
    history = play("get_tickets", changes=changed, tasks=[sync(2, 5), sync(10, 15)], truth=[ticket("1")], mirror=[])
    assert judged("get_tickets.changes_seen", history) == (after if what in ("act", "change") else 0, 0)


@for_all(told=plays("get_tickets", "autotask"))
def test_what_is_gone_leaves_the_mirror(told: tuple[Log, dict[str, Record]]) -> None:
    log, mirror = told
    gone = [id for id in IDS if versions(log, id) and not log.now[id].exists]
    seen = [id for id in gone if any(id in (task.after or {}) for task in log.tasks)]
    expected = counted(len(seen), len([id for id in gone if id in mirror]))
    assert judged(f"{log.vendor}.deleted_dropped", log.history(mirror)) == expected


@for_all(told=plays(*CHANGES), times=st.lists(st.sampled_from([*IDS, "9"]), max_size=6))
def test_nothing_is_invented_and_each_stands_once(told: tuple[Log, dict[str, Record]], times: list[str]) -> None:
    (log, mirror), vendor = told, told[0].vendor
    shown = {id for task in log.tasks for id in task.after or {}} | set(mirror)
    never = [id for id in shown if not versions(log, id)]
    history = log.history(mirror)
    known = [
        each
        for exchange in log.exchanges
        for each in ("9",)
        if vendor == "superoffice" and exchange.n not in log.failed
    ]
    assert judged(f"{vendor}.nothing_invented", history) == counted(
        len(shown), len([id for id in never if id not in known])
    )
    listed = replace(history, listed=tuple(ticket(id) for id in times))
    twice = [id for id in {*times} if times.count(id) >= 2]
    again = "9" in times and len(known) >= 2
    assert judged(f"{vendor}.once_only", listed) == counted(int(again), len(twice))


ERRORS = ["get_tickets", "autotask", "superoffice"]


def within(log: Log, task: Task) -> tuple[list[int], list[ExternalChange]]:
    """The failed requests, and the acts of others, inside a task."""
    numbers = range(task.first + 1, task.last + 1)
    return [n for n in numbers if n in log.failed], [each for each in log.changes if each.n in numbers]


def naive_ghosts(log: Log, task: Task) -> Iterator[str]:
    for id in task.after or {}:
        if id not in (task.before or {}) and not versions(log, id):
            yield id


def naively_lost(log: Log, task: Task) -> list[str]:
    """Those that a task lost, of those that stood firmly: there when it began, and never away before."""
    lost = []
    for id in task.before or {}:
        earlier = [each.record for each in log.changes if each.record and each.record.id == id and each.n <= task.first]
        away = any(not each.exists for each in earlier)
        there = bool(earlier) or (id in log.now and log.now[id].exists)
        if id not in (task.after or {}) and there and not away:
            lost.append(id)
    return lost


@for_all(share=1.5, told=plays(*ERRORS))
def test_an_error_makes_nothing_appear_or_vanish(told: tuple[Log, dict[str, Record]]) -> None:
    log, _ = told
    exercised = breaches = 0
    for task in log.tasks:
        failed, changes = within(log, task)
        if failed:
            exercised += 1
            breaches += len(list(naive_ghosts(log, task)))
            breaches += 1 if not changes and naively_lost(log, task) else 0
    assert judged(f"{log.vendor}.error_is_not_empty", log.history({})) == counted(exercised, breaches)


@for_all(share=2, told=plays("autotask", "superoffice"), older=st.sets(st.sampled_from(IDS)))
def test_what_a_failed_request_would_have_told_is_asked_for_again(
    told: tuple[Log, dict[str, Record]], older: set[str]
) -> None:
    """Walked through: what changes is owed, until it changes again or a sync in which all was answered begins after it."""
    (log, mirror), vendor = told, told[0].vendor
    for id in older - set(log.now):
        log.now[id] = ticket(id, **{TEXT[vendor]: "0"})  # there from the beginning
    there = {id for id, record in log.now.items() if record.exists}
    wrong = {id for id in there if id not in mirror} | set(naively_stale(log, mirror))
    owed = set(there)
    exercised = breaches = 0
    for task in log.tasks:
        failed, _ = within(log, task)
        by = failed[-1] if failed else task.first
        done = {id for id in there if all(each.n <= by for each in log.changes if each.record and each.record.id == id)}
        if failed:
            exercised += len(failed)
            breaches += bool(wrong & done & owed)
        elif task.error_kind is None:
            owed -= done
    id = {"autotask": "failed_query_repeated", "superoffice": "failed_call_repeated"}[vendor]
    assert judged(f"{vendor}.{id}", log.history(mirror)) == counted(exercised, breaches)


@pytest.mark.parametrize(
    ("n", "ok", "broken"),
    [
        (1, True, 0),
        (2, True, 0),  # before the good sync began
        (3, True, 1),  # while it went on: nobody knows whether it was told
        (5, True, 1),
        (2, False, 1),  # a sync that failed for other reasons told nothing for certain
        (11, True, 1),
        (13, True, 1),
        (15, True, 0),  # after the last failure
    ],
)
def test_a_failed_request_owes_what_had_happened_by_then(n: int, ok: bool, broken: int) -> None:
    """Good is the sync of the entries 3 to 5; the requests 12 and 14 of the one from 11 to 15 fail."""
    failed = [sent(number, 0, body=rows_asked(), received=rows_failed("no")) for number in (12, 14)]
    tasks = [sync(2, 5, error_kind=None if ok else "client"), sync(10, 15)]
    facts = {"exchanges": failed, "tasks": tasks, "truth": [ticket("1")], "mirror": []}
    history = play("autotask", changes=[ExternalChange(n, START, "change", {}, ticket("1"))], **facts)
    assert judged("autotask.failed_query_repeated", history) == (2, broken)


def test_the_last_change_is_the_one_that_counts() -> None:
    """A ticket that changed before the failed request, and again after it, is not owed by it."""
    changes = [ExternalChange(n, START, "change", {}, ticket("1")) for n in (1, 16)]
    failed = [sent(12, 0, body=rows_asked(), received=rows_failed("no"))]
    for last, broken in ((2, 0), (1, 1)):
        facts = {"truth": [ticket("1")], "mirror": [], "tasks": [sync(10, 15)], "exchanges": failed}
        assert judged("autotask.failed_query_repeated", play("autotask", changes=changes[:last], **facts)) == (
            1,
            broken,
        )


@pytest.mark.parametrize(
    ("events", "lost"),
    [
        ([(1, True)], 1),
        ([(10, True)], 1),
        ([(1, True), (10, False)], 0),  # gone when the sync began
        ([(1, True), (9, False), (10, True)], 0),  # back, but perhaps not yet seen
        ([(1, True), (11, False)], 0),  # others acted meanwhile
        ([(1, True), (15, False)], 0),
        ([(1, True), (16, False)], 1),
        ([], 0),
    ],
)
def test_what_an_error_may_not_take_away(events: list[tuple[int, bool]], lost: int) -> None:
    """The sync is the entries 11 to 15; before it the mirror has the ticket, after it no more."""
    changes = [ExternalChange(n, START, "change", {}, ticket("1", exists)) for n, exists in events]
    tasks = [sync(10, 15, before={"1": ticket("1")}, after={})]
    failed = [sent(13, 0, received=b"error=Invalid+tid")]
    assert judged(
        "get_tickets.error_is_not_empty", play("get_tickets", changes=changes, exchanges=failed, tasks=tasks)
    ) == (1, lost)


@pytest.mark.parametrize(
    ("told", "listed", "again", "broken"), [(1, 1, 0, 0), (2, 1, 1, 0), (2, 0, 0, 0), (3, 2, 1, 1)]
)
def test_a_ticket_that_is_told_twice(told: int, listed: int, again: int, broken: int) -> None:
    exchanges = [sent(n, 0, received=b"tid=1\r\ntid=2" if n == 1 else b"tid=1") for n in range(1, told + 1)]
    history = replace(play("get_tickets", exchanges=exchanges), listed=(ticket("1"),) * listed + (ticket("2"),))
    assert judged("get_tickets.once_only", history) == (again, broken)
