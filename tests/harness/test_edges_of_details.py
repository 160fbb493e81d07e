"""QueryData's Details and the warehouse, in the order in which things happened; the naive judge walks through them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import Exchanged, History, Task
from mockservers.kernel.instants import HOUR, MINUTE
from tests.harness.conftest import change, sync
from tests.harness.edges import counted, data_asked, data_told, for_all, judged, play, sent, ticket

TOLD = {"ticket": {"Tickets": [{"UtilisphereID": 1}]}, "none": {"Tickets": []}, "error": {"Error": {"Code": "VALUE"}}}
EVENTS = st.lists(
    st.tuples(st.sampled_from([*TOLD, "act", "read", "refused", "named"]), st.sampled_from("12")), max_size=8
)
NAMED = data_asked("Summary", "LastActionDateTime", "2026/03/02 10:00-2026/03/02 10:05")


def detailed(events: list[tuple[str, str]], there: Iterable[str], shown: Iterable[str]) -> History:
    """Details of tickets that were told in this order, what others did between them, and a mirror."""
    changes, exchanges = [], []
    for n, (what, id) in enumerate(events, 1):
        if what in TOLD:
            body = data_asked("Details", "UtilisphereID", id)
            exchanges.append(sent(n, 0, body=body, received=data_told(TOLD[what])))
        elif what == "named":
            exchanges.append(sent(n, 0, body=NAMED, received=data_told({"UtilisphereIDs": [int(id)]})))
        else:
            changes.append(replace(change(n, what, id), ok=what != "refused"))
    truth, mirror = ([ticket(id) for id in sorted(each)] for each in (there, shown))
    return play("querydata", changes=changes, exchanges=exchanges, truth=truth, mirror=mirror)


@for_all(events=EVENTS, there=st.sets(st.sampled_from("12")), shown=st.sets(st.sampled_from("12")))
def test_details_in_the_order_in_which_they_came(
    events: list[tuple[str, str]], there: set[str], shown: set[str]
) -> None:
    """Walked through: what was fetched, what failed since it was last wanted, which tickets are said to be gone."""
    made = detailed(events, there, shown)
    fetched: set[str] = set()
    failing: set[str] = set()
    idle: set[str] = set()
    gone: set[str] = set()
    changed = failures = vanished = 0
    for what, id in events:
        if what not in TOLD:
            changed += what == "act" and id in fetched
            idle -= {id} if what == "named" else set()
            continue
        failures += what == "error"
        if what != "error":
            failing, idle = failing - {id}, idle | {id}
        elif id not in idle:
            failing |= {id}
        vanished += what == "none" and id in fetched
        gone = gone | {id} if what == "none" else gone - {id} if what == "ticket" else gone
        fetched |= {id} if what == "ticket" else set()
    assert judged("querydata.failed_details_repeated", made) == counted(failures, len(failing & there))
    assert judged("querydata.gone_dropped", made) == counted(vanished, len((gone & shown) - there))
    assert judged("querydata.current_state", made) == (changed, 0)


@pytest.mark.parametrize(
    ("events", "failed", "vanished", "changed"),
    [
        ("ticket act", (0, 0), (0, 0), (1, 0)),
        ("act ticket", (0, 0), (0, 0), (0, 0)),
        ("ticket act ticket", (0, 0), (0, 0), (1, 0)),
        ("ticket read refused", (0, 0), (0, 0), (0, 0)),
        ("error act", (1, 1), (0, 0), (0, 0)),
        ("error ticket", (1, 0), (0, 0), (0, 0)),
        ("ticket error", (1, 0), (0, 0), (0, 0)),  # nothing said that there was anything new
        ("ticket named error", (1, 1), (0, 0), (0, 0)),
        ("ticket named error ticket", (1, 0), (0, 0), (0, 0)),
        ("ticket named ticket error", (1, 0), (0, 0), (0, 0)),
        ("named error named ticket error", (2, 0), (0, 0), (0, 0)),
        ("error none", (1, 0), (0, 1), (0, 0)),
        ("ticket none", (0, 0), (1, 1), (0, 0)),
        ("ticket none ticket", (0, 0), (1, 0), (0, 0)),
        ("ticket none error", (1, 0), (1, 1), (0, 0)),
        ("ticket none named error", (1, 1), (1, 1), (0, 0)),
        ("none", (0, 0), (0, 1), (0, 0)),
    ],
)
def test_details_at_the_edge(
    events: str, failed: tuple[int, int], vanished: tuple[int, int], changed: tuple[int, int]
) -> None:
    """How often each was put to the test, and broken: for a ticket that is there, for one that is gone, and for changes."""
    told = [(what, "1") for what in events.split()]
    assert judged("querydata.failed_details_repeated", detailed(told, "1", "1")) == failed
    assert judged("querydata.failed_details_repeated", detailed(told, "", "1")) == (failed[0], 0)
    assert judged("querydata.gone_dropped", detailed(told, "", "1")) == counted(*vanished)
    assert judged("querydata.gone_dropped", detailed(told, "1", "1")) == (vanished[0], 0)
    assert judged("querydata.gone_dropped", detailed(told, "", "")) == (vanished[0], 0)
    assert judged("querydata.current_state", detailed(told, "1", "1")) == changed


LOAD = data_asked("Summary", "CreateDate", "2026/03/02 10:00-2026/03/02 10:05", True)
LIVE = data_asked("Summary", "CreateDate", "2026/03/02 10:00-2026/03/02 10:05", False)


def loads(used: Iterable[tuple[int, float, str]], syncs: int) -> History:
    """Questions to the warehouse (or to the live store) in syncs, so many hours after the start, and answered or not."""
    exchanges = []
    for n, (task, hours, what) in enumerate(used, 1):
        told = data_told({"Error": {"Code": "VALUE"}} if what == "failed" else {"UtilisphereIDs": []})
        body = LIVE if what == "live" else LOAD
        exchanges.append(replace(sent(n, round(hours * HOUR), body=body, received=told), task=task))
    return play("querydata", exchanges=exchanges, tasks=[sync(0, 0)] * syncs)


@for_all(
    share=0.5,
    used=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["good", "good", "failed", "live"])), max_size=8),
    apart=st.lists(st.sampled_from([1, 6 - 1 / HOUR, 6, 7]), min_size=5, max_size=5),
    syncs=st.integers(0, 4),
)
def test_the_warehouse_is_read_by_day(used: list[tuple[int, str]], apart: list[float], syncs: int) -> None:
    """Of the syncs that read it, those that begin a load anew: not the first, and not after one that failed in part."""
    hours = [sum(apart[: task + 1]) for task in range(5)]
    made = loads([(task, hours[task], what) for task, what in sorted(used)], syncs)
    begun: list[float] = []
    before: set[str] | None = None
    for task in range(5):
        said = {what for at, what in used if at == task} - {"live"}
        if not said:
            continue
        if before == {"good"} and "good" in said:
            begun.append(hours[task])
        before = said
    close = any(later - load < 6 for load, later in pairwise(begun))
    assert judged("querydata.no_warehouse_polling", made) == counted(syncs if syncs >= 3 else 0, int(close))


@pytest.mark.parametrize(
    ("used", "syncs", "exercised", "broken"),
    [
        ((), 2, 0, 0),
        ((), 3, 3, 0),
        (((0, 0, "good"), (1, 1, "good")), 3, 3, 0),
        (((0, 0, "good"), (1, 1, "good"), (2, 2, "good")), 3, 3, 1),
        (((0, 0, "good"), (1, 1, "good"), (2, 7 - 1 / HOUR, "good")), 3, 3, 1),
        (((0, 0, "good"), (1, 1, "good"), (2, 7, "good")), 3, 3, 0),
        (((0, 0, "good"), (1, 1, "good"), (1, 1, "failed"), (2, 2, "good")), 3, 3, 0),
        (((0, 0, "failed"), (1, 1, "good"), (2, 2, "good"), (3, 3, "good")), 4, 4, 1),
        (((0, 0, "good"), (1, 1, "live"), (2, 2, "live")), 3, 3, 0),
    ],
)
def test_the_warehouse_at_the_edge(
    used: tuple[tuple[int, float, str], ...], syncs: int, exercised: int, broken: int
) -> None:
    assert judged("querydata.no_warehouse_polling", loads(used, syncs)) == (exercised, broken)


# --- what is asked for without need, or again and again ---------------------------------------------------------------


def looks(times: Iterable[tuple[int, str, int]], named: Iterable[str] = ()) -> History:
    """Details of tickets in syncs that are so many microseconds after the start; what the second sync named before."""
    exchanges = []
    for task, id, at in times:
        if task and named:
            told = data_told({"UtilisphereIDs": [int(each) for each in named]})
            exchanges.append(replace(sent(len(exchanges) + 1, at, body=NAMED, received=told), task=task))
            named = ()
        body = data_asked("Details", "UtilisphereID", id)
        exchanges.append(
            replace(sent(len(exchanges) + 1, at, body=body, received=data_told(TOLD["ticket"])), task=task)
        )
    return play("querydata", exchanges=exchanges)


@pytest.mark.parametrize(
    ("count", "after", "named", "broken"),
    [
        (20, MINUTE, 0, 0),
        (21, MINUTE, 0, 1),
        (21, 15 * MINUTE - 1, 0, 1),
        (21, 15 * MINUTE, 0, 0),
        (21, MINUTE, 1, 0),
        (22, MINUTE, 1, 1),
    ],
)
def test_details_that_nothing_called_for(count: int, after: int, named: int, broken: int) -> None:
    ids = [str(n) for n in range(1, count + 1)]
    times = [(0, id, 0) for id in ids] + [(1, id, after) for id in ids]
    assert judged("querydata.details_when_named", looks(times, ids[:named])) == (count, broken)
    assert judged("querydata.details_when_named", looks(times[:count])) == (0, 0)


@pytest.mark.parametrize(("tries", "broken"), [(0, 0), (1, 0), (10, 0), (11, 1)])
def test_a_question_that_is_answered_by_an_error(tries: int, broken: int) -> None:
    """The same one, so often in one sync; others, those of another sync, and good answers count by themselves."""
    body, other = (data_asked("Details", "UtilisphereID", id) for id in "12")

    def asked(bodies: list[bytes], told: str = "error") -> list[Exchanged]:
        return [sent(n, 0, body=each, received=data_told(TOLD[told])) for n, each in enumerate(bodies, 1)]

    def found(exchanges: list[Exchanged], *tasks: Task) -> tuple[int, int]:
        return judged("querydata.failures_not_stormed", play("querydata", exchanges=exchanges, tasks=list(tasks)))

    assert found(asked([body] * tries), sync(0, tries)) == counted(tries, broken)
    assert found(asked([body, other] * 6), sync(0, 12)) == (12, 0)
    assert found(asked([body] * 12), sync(0, 6), sync(6, 12)) == (12, 0)
    assert found(asked([body] * 12, "none"), sync(0, 12)) == (0, 0)
