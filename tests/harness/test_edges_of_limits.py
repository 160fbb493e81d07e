"""What is counted: full answers and pages, usage of an hour, calls of a second, ids that take their time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import strategies as st

from mockservers.harness.history import Exchanged, ExternalChange
from mockservers.kernel.instants import HOUR, MINUTE, SECOND
from tests.harness.conftest import START, sync
from tests.harness.edges import counted, for_all, judged, near, office, play, rows_asked, rows_told, sent, soap, ticket

# --- full answers, full pages -----------------------------------------------------------------------------------------


def rows(n: int, count: int, entity: str = "Ticket") -> Exchanged:
    """A query for tickets that is answered with so many: 1, 2, and so on."""
    return sent(n, 0, body=rows_asked(entity), received=rows_told(str(number + 1) for number in range(count)))


@pytest.mark.parametrize(("count", "full"), [(0, 0), (499, 0), (500, 1), (501, 1)])
def test_from_500_rows_on_an_answer_of_autotask_is_full(count: int, full: int) -> None:
    truth = [ticket(str(number + 1)) for number in range(count + 1)]
    asked = [rows(1, count), rows(2, 3), rows(3, count, "Contact")]
    assert judged("autotask.cap_walked", play("autotask", truth=truth, mirror=truth, exchanges=asked)) == (full, 0)
    # What no answer told and the mirror lacks was never asked for; what one told is lost otherwise.
    lacking = play("autotask", truth=truth, mirror=truth[:-1], exchanges=asked)
    assert judged("autotask.cap_walked", lacking) == (full, full)
    lost = play("autotask", truth=truth, mirror=truth[1:], exchanges=asked)
    assert judged("autotask.cap_walked", lost) == (full, 0)
    assert judged("autotask.cap_walked", play("autotask", truth=truth, exchanges=asked)) == (0, 0)


@pytest.mark.parametrize(
    ("top", "count", "full"),
    [
        ("2", 1, 0),
        ("2", 2, 1),
        ("2", 3, 1),
        (" 2 ", 2, 1),
        ("1", 0, 0),
        ("0", 0, 0),  # whoever asks for nothing gets a page that is no page
        ("", 999, 0),
        ("", 1000, 1),
        ("", 1001, 1),
        ("-2", 2, 0),
        ("two", 999, 0),
        ("two", 1000, 1),
    ],
)
def test_when_a_page_of_superoffice_is_full(top: str, count: int, full: int) -> None:
    told = {"value": [{"PrimaryKey": str(number + 1)} for number in range(count)]}
    listed = [office(1, 0, f"Ticket?$top={top}" if top else "Ticket", told)]
    truth = [ticket(str(number + 1)) for number in range(count + 1)]
    for mirror, broken in ((truth, 0), (truth[:-1], full), (truth[1:], 0 if count else full)):
        history = play("superoffice", truth=truth, mirror=mirror, exchanges=listed)
        assert judged("superoffice.pages_walked", history) == (full, broken)


# --- usage of an hour -------------------------------------------------------------------------------------------------


def usage(n: int, at: int, used: int | None, most: int | None) -> ExternalChange:
    return ExternalChange(n, START + at, "act", {}, ticket("customer", requests=used, threshold=most))


ASKED = soap("<query/>")
WATCHED = soap("<getThresholdAndUsageInfo/>")
AT = near(0, HOUR, 2 * HOUR, by=(-1, 0, 1))


@for_all(
    used=st.lists(st.tuples(st.integers(0, 12), AT, near(0, 4, 5, 10), st.sampled_from([9, 10])), max_size=2),
    tasks=st.lists(st.tuples(st.integers(0, 2), AT), max_size=4),
    watched=st.booleans(),
)
def test_usage_is_watched_from_half_of_the_limit_on(used: list[Any], tasks: list[Any], watched: bool) -> None:
    """Work within the hour after usage reached half of the limit, in more than one task, and nobody asked for usage."""
    changes = [usage(n, *more) for n, *more in sorted(used)]
    exchanges, made = [], []
    n = 2
    for asked, at in sorted(tasks, key=lambda each: each[1]):
        made.append(replace(sync(n, n + asked), at=START + at))
        exchanges += [sent(n + 1 + each, at, body=ASKED) for each in range(asked)]
        n += asked
    if watched:
        exchanges.append(sent(n + 9, 0, body=WATCHED))
    busy = 0
    for task in made:
        known = [each for each in changes if each.n in range(task.first + 1) and each.record is not None]
        high = [
            each
            for each in known
            if each.record and each.record.fields["requests"] * 2 >= each.record.fields["threshold"]
        ]
        recent = [each for each in high if each.record and each.record.fields["requests"] and task.at - each.at < HOUR]
        busy += bool(recent) and task.last != task.first
    history = play("autotask", changes=changes, exchanges=exchanges, tasks=made)
    assert judged("autotask.usage_watched", history) == counted(busy, int(busy >= 2 and not watched))


@pytest.mark.parametrize(
    ("used", "most", "n", "late", "busy"),
    [
        (4999, 10_000, 1, 0, 0),
        (5000, 10_000, 1, 0, 2),
        (5001, 10_000, 1, 0, 2),
        (4999, 9999, 1, 0, 0),
        (5000, 9999, 1, 0, 2),
        (None, 10_000, 1, 0, 0),
        (5000, None, 1, 0, 0),
        (5000, 10_000, 2, 0, 2),  # the entry right before the first task
        (5000, 10_000, 3, 0, 1),  # within the first task
        (5000, 10_000, 5, 0, 0),
        (5000, 10_000, 1, HOUR - 1, 2),
        (5000, 10_000, 1, HOUR, 0),
    ],
)
def test_busy_hours_at_the_edge(used: int | None, most: int | None, n: int, late: int, busy: int) -> None:
    tasks = [replace(sync(first, first + 2), at=START + late) for first in (2, 4)]
    exchanges = [sent(number, late, body=ASKED) for number in (4, 6)]
    history = play("autotask", changes=[usage(n, 0, used, most)], exchanges=exchanges, tasks=tasks)
    assert judged("autotask.usage_watched", history) == (busy, int(busy == 2))
    one = play("autotask", changes=[usage(n, 0, used, most)], exchanges=exchanges[:1], tasks=tasks)
    assert judged("autotask.usage_watched", one) == (min(busy, 1) if n < 3 else 0, 0)


# --- calls of a second ------------------------------------------------------------------------------------------------


def read(n: int, at: int, *ids: int) -> Exchanged:
    told = [{"TicketId": id} for id in ids]
    return office(n, at, "Agents/Ticket/GetTickets", told, body={"TicketIds": list(ids)})


@for_all(
    steps=st.lists(
        st.sampled_from([0, 1, SECOND // 10 - 1, SECOND // 10, SECOND - 1, SECOND]), min_size=9, max_size=13
    ),
    ids=st.lists(st.sampled_from([(1,), (2,), (3, 4), None, None, None, None]), min_size=14, max_size=14),
    cut=st.none() | st.integers(0, 14),
)
def test_tickets_are_not_read_by_the_dozen_one_by_one(steps: list[int], ids: list[Any], cut: int | None) -> None:
    """Of a sync that reads more than ten tickets: in no second, its end not counted, more than ten calls for one each."""
    times = [sum(steps[:n]) for n in range(len(steps) + 1)]
    calls = [read(n + 1, at, *(ids[n] or (100 + n,))) for n, at in enumerate(times)]
    tasks = [sync(0, 99)] if cut is None else [sync(0, cut), sync(cut, 99)]
    exercised = breaches = 0
    for task in tasks:
        mine = [n for n in range(len(times)) if n + 1 in range(task.first + 1, task.last + 1)]
        wanted = {id for n in mine for id in ids[n] or (100 + n,)}
        single = [times[n] for n in mine if len(ids[n] or (0,)) == 1]
        if len(wanted) >= 11:
            exercised += 1
            breaches += any(len([at for at in single if begun <= at < begun + SECOND]) >= 11 for begun in single)
    assert judged("superoffice.read_in_batches", play("superoffice", exchanges=calls, tasks=tasks)) == counted(
        exercised, breaches
    )


@pytest.mark.parametrize(
    ("count", "last", "exercised", "broken"),
    [(10, 0, 0, 0), (11, 0, 1, 1), (11, SECOND - 1, 1, 1), (11, SECOND, 1, 0), (12, SECOND, 1, 1), (13, SECOND, 1, 1)],
)
def test_ten_calls_a_second_are_the_most(count: int, last: int, exercised: int, broken: int) -> None:
    calls = [read(n, 0 if n < count else last, n) for n in range(1, count + 1)]
    history = play("superoffice", exchanges=calls, tasks=[sync(0, count)])
    assert judged("superoffice.read_in_batches", history) == (exercised, broken)
    # Two calls less, and one for two tickets in their place; and calls that are all for one ticket.
    batched = [read(1, 0, 1, 2), *calls[2:]]
    history = play("superoffice", exchanges=batched, tasks=[sync(0, count)])
    assert judged("superoffice.read_in_batches", history) == (exercised, 0)
    twice = [replace(each, body=b'{"TicketIds": [1]}') for each in calls]
    assert judged("superoffice.read_in_batches", play("superoffice", exchanges=twice, tasks=[sync(0, count)])) == (0, 0)


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"TicketIds":' * 10_000, b"[", b"\xff"])
def test_a_body_that_nests_too_deep_asks_for_nothing_and_tells_nothing(text: bytes) -> None:
    odd = sent(1, 0, method="POST", target="/api/v1/Agents/Ticket/GetTickets", body=text, received=text)
    history = play("superoffice", exchanges=[odd], tasks=[sync(0, 1)], truth=[], mirror=[])
    for slug in ("read_in_batches", "slow_calls_avoided", "matched_by_id"):
        assert judged(f"superoffice.{slug}", history) == (0, 0)
    assert judged("superoffice.error_is_not_empty", history) == (0, 0)


# --- ids that take their time -----------------------------------------------------------------------------------------


@for_all(
    share=0.5,
    each=st.sampled_from(["0", "0.5", "5", "7", "100", "2000", "2001"]),
    step=near(0),
    calls=st.integers(1, 2),
)
def test_a_call_takes_as_long_as_its_ids_together(each: str, step: int, calls: int) -> None:
    """Slower than two seconds, not as slow as that."""
    takes = Fraction(each)
    count = max(1, (int(2000 / takes) if takes else 20) + step)
    asked = [read(n, 0, *range(1, count + 1)) for n in range(1, calls + 1)]
    slow = calls if count * takes > 2000 else 0
    history = play("superoffice", dialect={"latency_per_id": each}, exchanges=asked)
    assert judged("superoffice.slow_calls_avoided", history) == counted(calls if takes else 0, slow)


@pytest.mark.parametrize(
    ("each", "count", "slow"),
    [
        ("5", 400, 0),
        ("5", 401, 1),
        ("7", 285, 0),
        ("7", 286, 1),
        ("2000", 1, 0),
        ("2001", 1, 1),
        ("0.5", 4000, 0),
        ("0.5", 4001, 1),
    ],
)
def test_calls_of_two_seconds(each: str, count: int, slow: int) -> None:
    asked = [read(1, 0, *range(1, count + 1))]
    history = play("superoffice", dialect={"latency_per_id": each}, exchanges=asked)
    assert judged("superoffice.slow_calls_avoided", history) == (1, slow)


# --- names that come twice --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "doubled"),
    [
        (b"tid=1&cid=kim", 0),
        (b"tid=1&cid=kim&cid=boss", 1),
        (b"tid=1&cid=kim&cid=kim", 0),
        (b"tid=1&cid=kim&cid=boss\r\ntid=2&cid=kim&cid=lee", 2),
    ],
)
def test_a_second_cid_counts_when_it_is_another(row: bytes, doubled: int) -> None:
    history = play("get_tickets", dialect={"output_format": "delimited"}, exchanges=[sent(1, MINUTE, received=row)])
    assert judged("get_tickets.cid_not_overwritten", history) == (doubled, 0)
