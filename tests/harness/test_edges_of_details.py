"""QueryData's Details and the warehouse, in the order in which things happened; the naive judge walks through them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import History
from tests.harness.conftest import change, sync
from tests.harness.edges import counted, data_asked, data_told, for_all, judged, play, sent, ticket

TOLD = {"ticket": {"Tickets": [{"UtilisphereID": 1}]}, "none": {"Tickets": []}, "error": {"Error": {"Code": "VALUE"}}}
EVENTS = st.lists(st.tuples(st.sampled_from([*TOLD, "act", "read", "refused"]), st.sampled_from("12")), max_size=8)


def detailed(events: list[tuple[str, str]], there: Iterable[str], shown: Iterable[str]) -> History:
    """Details of tickets that were told in this order, what others did between them, and a mirror."""
    changes, exchanges = [], []
    for n, (what, id) in enumerate(events, 1):
        if what in TOLD:
            body = data_asked("Details", "UtilisphereID", id)
            exchanges.append(sent(n, 0, body=body, received=data_told(TOLD[what])))
        else:
            changes.append(replace(change(n, what, id), ok=what != "refused"))
    truth, mirror = ([ticket(id) for id in sorted(each)] for each in (there, shown))
    return play("querydata", changes=changes, exchanges=exchanges, truth=truth, mirror=mirror)


@for_all(events=EVENTS, there=st.sets(st.sampled_from("12")), shown=st.sets(st.sampled_from("12")))
def test_details_in_the_order_in_which_they_came(
    events: list[tuple[str, str]], there: set[str], shown: set[str]
) -> None:
    """Walked through: what was fetched, what failed since, which tickets are said to be gone."""
    made = detailed(events, there, shown)
    fetched: set[str] = set()
    failing: set[str] = set()
    gone: set[str] = set()
    changed = failures = vanished = 0
    for what, id in events:
        if what not in TOLD:
            changed += what == "act" and id in fetched
            continue
        failures += what == "error"
        failing = failing | {id} if what == "error" else failing - {id}
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
        ("ticket error", (1, 1), (0, 0), (0, 0)),
        ("error none", (1, 0), (0, 1), (0, 0)),
        ("ticket none", (0, 0), (1, 1), (0, 0)),
        ("ticket none ticket", (0, 0), (1, 0), (0, 0)),
        ("ticket none error", (1, 1), (1, 1), (0, 0)),
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


@for_all(
    share=0.5,
    used=st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=6),
    syncs=st.integers(0, 3),
)
def test_the_warehouse_is_read_in_one_sync(used: list[tuple[int, bool, bool]], syncs: int) -> None:
    exchanges = []
    for n, (task, warehouse, good) in enumerate(sorted(used), 1):
        body = data_asked("Summary", "CreateDate", "2026/03/02 10:00-2026/03/02 10:05", warehouse)
        told = data_told({"UtilisphereIDs": []} if good else {"Error": {"Code": "VALUE"}})
        exchanges.append(replace(sent(n, 0, body=body, received=told), task=task))
    made = play("querydata", exchanges=exchanges, tasks=[sync(0, 0)] * syncs)
    often = {task for task, warehouse, good in used if warehouse and good}
    assert judged("querydata.no_warehouse_polling", made) == counted(syncs if syncs >= 2 else 0, int(len(often) >= 2))


@pytest.mark.parametrize(
    ("used", "syncs", "exercised", "broken"),
    [((), 1, 0, 0), ((), 2, 2, 0), ((0,), 2, 2, 0), ((0, 0), 2, 2, 0), ((0, 1), 2, 2, 1), ((0, 1, 2), 3, 3, 1)],
)
def test_the_warehouse_at_the_edge(used: tuple[int, ...], syncs: int, exercised: int, broken: int) -> None:
    body = data_asked("Summary", "CreateDate", "2026/03/02 10:00-2026/03/02 10:05", True)
    told = data_told({"UtilisphereIDs": []})
    exchanges = [replace(sent(n, 0, body=body, received=told), task=task) for n, task in enumerate(used, 1)]
    made = play("querydata", exchanges=exchanges, tasks=[sync(0, 0)] * syncs)
    assert judged("querydata.no_warehouse_polling", made) == (exercised, broken)
