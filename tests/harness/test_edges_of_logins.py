"""Tokens and logins at their edges: the microsecond in which a token ends, the login that comes after a refusal, or does not.

The naive judge goes through the requests one by one and remembers what a client knows.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import Exchanged, History, Task
from mockservers.kernel.instants import MINUTE, SECOND
from tests.harness.conftest import sync
from tests.harness.edges import counted, desk, for_all, judged, numbered, office, play, rows_told, sent, soap

DENIED = {"Message": "Authorization has been denied for this request."}


def login(n: int, at: int = 0, lives: Any = 1799, grant: str = "password") -> Exchanged:
    """A login that is granted a token for so many seconds; refused when None, and cut off when it is ..."""
    body = f"grant_type={grant}&password=-".encode()
    if lives is ...:
        return desk(n, at, "token", None, body)
    answer = {"error": "invalid_grant"} if lives is None else {"access_token": "-", "expires_in": lives}
    return desk(n, at, "token", answer, body, status=400 if lives is None else 200)


def denied(n: int, at: int = 0) -> Exchanged:
    return desk(n, at, "tickets/1", DENIED, status=401)


def read(n: int, at: int = 0) -> Exchanged:
    return desk(n, at, "tickets/1", {"Tickets": {"1": {"Value": 1}}})


def cut_into(ends: list[int], last: int) -> list[Task]:
    """Syncs one after the other, from the first entry to the last."""
    bounds = [0, *sorted(ends), last]
    return numbered(sync(first, then) for first, then in pairwise(bounds))


def inside(task: Task, exchanges: list[Exchanged]) -> list[Exchanged]:
    return [each for each in exchanges if each.n in range(task.first + 1, task.last + 1)]


# --- Track-It!: a token that is refused -------------------------------------------------------------------------------

CALLS = {"login": login, "denied": denied, "read": read}
EVENTS = st.lists(st.sampled_from(sorted(CALLS)), max_size=7)
CUTS = st.lists(st.integers(0, 7), max_size=3)


@for_all(share=2, events=EVENTS, ends=CUTS)
def test_a_refused_token_is_renewed_before_the_next_task_ends(events: list[str], ends: list[int]) -> None:
    """Broken when a token was refused in two tasks and from the first refusal to the end of the later one nobody logged in."""
    exchanges = [CALLS[what](n) for n, what in enumerate(events, 1)]
    tasks = cut_into([min(end, len(events)) for end in ends], len(events))
    stuck = False
    for place, task in enumerate(tasks):
        first = next((n for n in range(task.first + 1, task.last + 1) if events[n - 1] == "denied"), None)
        for later in tasks[place + 1 :]:
            after = events[first - 1 : later.last] if first is not None else ["login"]
            again = "denied" in events[later.first : later.last]
            stuck = stuck or (again and "login" not in after)
    storms = sum(events[task.first : task.last].count("denied") >= 4 for task in tasks)
    history = play("trackit", exchanges=exchanges, tasks=tasks)
    assert judged("trackit.token_renewed", history) == counted(events.count("denied"), int(stuck) + storms)


@pytest.mark.parametrize(
    ("tasks", "broken"),
    [
        ("D D", 1),
        ("DL D", 0),
        ("LD D", 1),
        ("D DL", 0),
        ("D LD", 0),
        ("D R D", 1),  # a task between them in which nothing was refused
        ("D L D", 0),
        ("DDD R", 0),
        ("DDDD R", 1),
        ("D D D", 1),
        ("D", 0),
    ],
)
def test_refused_tokens_task_by_task(tasks: str, broken: int) -> None:
    letters = tasks.replace(" ", "")
    calls = {"D": denied, "L": login, "R": read}
    ends = [sum(map(len, tasks.split()[:n])) for n in range(1, len(tasks.split()))]
    exchanges = [calls[letter](n) for n, letter in enumerate(letters, 1)]
    history = play("trackit", exchanges=exchanges, tasks=cut_into(ends, len(letters)))
    assert judged("trackit.token_renewed", history) == (letters.count("D"), broken)


# --- Track-It!: a token that is good ----------------------------------------------------------------------------------

LIVES = st.sampled_from([1, 20, 60, 1799])
NEEDS = st.tuples(st.sampled_from(["login", "login", "login", "denied", "read"]), LIVES)
TIMES = st.sampled_from([0, 0, 1, SECOND - 1, SECOND, 20 * SECOND, 20 * SECOND + 1, MINUTE])


def naively_needless(history: History) -> tuple[int, int]:
    """A login is needless while the token of the one before it, in the same task, is good: four in a minute are too many."""
    granted = broken = 0
    for task in history.tasks:
        good_until = None
        needless = []
        for each in inside(task, list(history.exchanges)):
            if each.status == 401:
                good_until = None
            elif "token" in each.target and each.status == 200:
                granted += 1
                lives = json.loads(each.received or b"")["expires_in"]
                needless += [each.at] if good_until is not None and each.at <= good_until - 1 else []
                good_until = each.at + lives * SECOND
        broken += any(sum(0 <= at - begun <= MINUTE for at in needless) >= 4 for begun in needless)
    return counted(granted, broken)


@for_all(
    share=2,
    events=st.lists(st.tuples(NEEDS, TIMES), min_size=4, max_size=9),
    ends=st.lists(st.integers(0, 9), max_size=1),
)
def test_a_token_is_used_while_it_is_good(events: list[Any], ends: list[int]) -> None:
    exchanges, at = [], 0
    for n, ((what, lives), step) in enumerate(events, 1):
        at += step
        exchanges.append(login(n, at, lives) if what == "login" else CALLS[what](n, at))
    history = play("trackit", exchanges=exchanges, tasks=cut_into([min(end, len(events)) for end in ends], len(events)))
    assert judged("trackit.token_kept", history) == naively_needless(history)


@pytest.mark.parametrize(
    ("count", "lives", "step", "broken"),
    [
        (4, 1799, 0, 0),  # the first is needed, and three are borne
        (5, 1799, 0, 1),
        (9, 20, 20 * SECOND, 0),  # each comes when the one before has just ended
        (5, 20, 20 * SECOND - 1, 1),
        (9, 20, 20 * SECOND + 1, 0),
        (5, 1799, 20 * SECOND, 1),  # the first needless one and the fourth are a minute apart
        (9, 1799, 20 * SECOND + 1, 0),
    ],
)
def test_logins_at_the_edge(count: int, lives: int, step: int, broken: int) -> None:
    exchanges = [login(n, n * step, lives) for n in range(1, count + 1)]
    history = play("trackit", exchanges=exchanges, tasks=[sync(0, count)])
    assert judged("trackit.token_kept", history) == naively_needless(history) == (count, broken)
    halves = play("trackit", exchanges=exchanges, tasks=[sync(0, 4), sync(4, count)])
    assert judged("trackit.token_kept", halves) == naively_needless(halves)


@pytest.mark.parametrize(("late", "broken"), [(MINUTE - 1, 1), (MINUTE, 1), (MINUTE + 1, 0)])
def test_the_fourth_needless_login_a_minute_after_the_first(late: int, broken: int) -> None:
    exchanges = [login(n, late if n == 5 else 0) for n in range(1, 6)]
    history = play("trackit", exchanges=exchanges, tasks=[sync(0, 5)])
    assert judged("trackit.token_kept", history) == naively_needless(history) == (5, broken)


def test_a_login_after_a_refusal_is_needed() -> None:
    exchanges = [each for n in range(1, 17, 2) for each in (login(n), denied(n + 1))]
    assert judged("trackit.token_kept", play("trackit", exchanges=exchanges, tasks=[sync(0, 16)])) == (8, 0)


# --- Track-It!: a refresh token that is refused -----------------------------------------------------------------------

GRANTS = st.tuples(st.sampled_from(["password", "refresh_token"]), st.sampled_from([1799, None, ...]))


def naively_stuck(history: History, logins: list[tuple[str, Any]]) -> tuple[int, int]:
    """After a refused refresh token the next login that is answered is by password; in a later sync at the latest."""
    exercised = broken = 0
    waiting: list[int] = []
    for n, (grant, lives) in enumerate(logins, 1):
        if lives is not ...:
            broken += len(waiting) if grant == "refresh_token" else 0
            waiting = []
        if grant == "refresh_token" and lives is None:
            exercised += 1
            waiting = [n]
    for n in waiting:
        broken += any(n in range(task.first + 1) for task in history.syncs)
    return counted(exercised, broken)


@for_all(logins=st.lists(GRANTS, max_size=5), ends=st.lists(st.integers(0, 5), max_size=2))
def test_after_a_refused_refresh_token_comes_the_password(logins: list[tuple[str, Any]], ends: list[int]) -> None:
    exchanges = [login(n, 0, lives, grant) for n, (grant, lives) in enumerate(logins, 1)]
    tasks = cut_into([min(end, len(logins)) for end in ends], len(logins))
    history = play("trackit", exchanges=exchanges, tasks=tasks)
    assert judged("trackit.refresh_falls_back", history) == naively_stuck(history, logins)


@pytest.mark.parametrize(
    ("bounds", "broken"), [([(0, 1)], 0), ([(0, 2), (2, 3)], 1), ([(0, 1), (1, 3)], 1), ([(0, 3)], 0)]
)
def test_a_refused_refresh_token_and_the_next_sync(bounds: list[tuple[int, int]], broken: int) -> None:
    """Also when it is the last request of its sync, and the next sync begins with the next entry."""
    tasks = [sync(*each) for each in bounds]
    history = play("trackit", exchanges=[login(1, 0, None, "refresh_token")], tasks=tasks)
    assert judged("trackit.refresh_falls_back", history) == (1, broken)


@pytest.mark.parametrize(
    ("then", "broken"),
    [
        (("password", 1799), 0),
        (("password", None), 0),  # refused as well, but tried
        (("password", ...), 1),  # cut off, and never again
        (("refresh_token", 1799), 1),
        (("refresh_token", None), 2),  # and nothing came after this one either
        (("refresh_token", ...), 1),
    ],
)
def test_what_follows_a_refused_refresh_token(then: tuple[str, Any], broken: int) -> None:
    logins = [("refresh_token", None), then]
    exchanges = [login(n, 0, lives, grant) for n, (grant, lives) in enumerate(logins, 1)]
    history = play("trackit", exchanges=exchanges, tasks=[sync(0, 1), sync(1, 2), sync(2, 2)])
    assert judged("trackit.refresh_falls_back", history) == (max(1, broken), broken)
    assert naively_stuck(history, logins) == (max(1, broken), broken)


# --- SuperOffice: a session that is renewed ---------------------------------------------------------------------------


@for_all(share=0.5, syncs=st.lists(st.tuples(st.booleans(), st.lists(st.booleans(), max_size=3)), max_size=4))
def test_in_the_end_a_client_gets_in_again(syncs: list[tuple[bool, list[bool]]]) -> None:
    """Stuck is who is only refused in the last sync after everything has settled in which it asks at all."""
    exchanges, tasks = [], []
    n = refused = 0
    last: list[bool] = []
    for settling, let_in in syncs:
        tasks.append(sync(n, n + len(let_in), settling=settling))
        for good in let_in:
            n += 1
            exchanges.append(office(n, 0, "Ticket/1", {"TicketId": 1}, status=200 if good else 401))
            refused += not good
        last = let_in if settling and let_in else last
    stuck = bool(last) and True not in last
    history = play("superoffice", exchanges=exchanges, tasks=tasks)
    assert judged("superoffice.session_renewed", history) == counted(refused, int(stuck))


@pytest.mark.parametrize(
    ("syncs", "stuck"),
    [
        ("s-", 1),  # settling, and refused
        ("s+", 0),
        ("--", 0),
        ("s-+", 0),
        ("s+-", 0),
        ("s- s+", 0),
        ("s+ s-", 1),
        ("s- s", 1),  # who asks nothing has not got in
        ("s- -", 1),
        ("s- +", 1),
        ("s+ -", 0),
    ],
)
def test_the_last_settling_sync_decides(syncs: str, stuck: int) -> None:
    exchanges, tasks = [], []
    n = 0
    for each in syncs.split():
        calls = each.removeprefix("s")
        tasks.append(sync(n, n + len(calls), settling=each != calls))
        for call in calls:
            n += 1
            exchanges.append(office(n, 0, "Ticket/1", {"TicketId": 1}, status=200 if call == "+" else 401))
    history = play("superoffice", exchanges=exchanges, tasks=tasks)
    assert judged("superoffice.session_renewed", history) == (syncs.count("-"), stuck)


# --- Autotask: the zone -----------------------------------------------------------------------------------------------


def zoned(events: list[str]) -> History:
    bodies = {"zone": "<getZoneInfo/>", "failed zone": "<getZoneInfo/>", "query": "<query/>", "unread": "<query/>"}
    exchanges = []
    for n, what in enumerate(events, 1):
        body = soap(bodies[what]) if what in bodies else b""
        received = None if what == "failed zone" else rows_told([])
        exchanges.append(replace(sent(n, 0, body=body, received=received), request_known=what != "unread"))
    return play("autotask", exchanges=exchanges)


@for_all(share=0.5, events=st.lists(st.sampled_from(["zone", "failed zone", "query", "unread", "nothing"]), max_size=5))
def test_the_zone_is_asked_for_before_anything_else(events: list[str]) -> None:
    known, too_early, asked = False, False, 0
    for what in events:
        known = known or what == "zone"
        asked += what == "query"
        too_early = too_early or (what == "query" and not known)
    assert judged("autotask.zone_first", zoned(events)) == counted(asked, int(too_early))


@pytest.mark.parametrize(
    ("events", "asked", "broken"),
    [
        (["zone", "query"], 1, 0),
        (["query", "zone"], 1, 1),
        (["failed zone", "query"], 1, 1),
        (["failed zone", "zone", "query"], 1, 0),
        (["zone", "failed zone", "query"], 1, 0),
        (["unread", "zone", "query", "query"], 2, 0),
    ],
)
def test_the_zone_at_the_edge(events: list[str], asked: int, broken: int) -> None:
    assert judged("autotask.zone_first", zoned(events)) == (asked, broken)
