"""What became of a write is seen at the vendor, and not in what the client says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockservers.harness.drivers import Answer
from mockservers.harness.history import Record
from mockservers.rehearsal.events import Event
from mockservers.rehearsal.writing import MOST_TRIES, Order, Orders

OPENED = Event(0, 1, "opened", "Printer", chance=0.05)
UNKNOWN = Answer(error_kind="transport", error="no answer")


def orders(*tasks: str) -> Orders:
    return Orders(tasks or ("create", "note"), ("note",), lambda kind, after: iter(()))


def order(made: int) -> Order:
    return Order("k1", "create", OPENED, {}, made=made)


@pytest.mark.parametrize(
    ("event", "tasks", "taken"),
    [
        (OPENED, ("sync", "create"), True),
        (OPENED, ("sync",), False),
        (Event(0, 1, "opened", "Printer", chance=0.5), ("create",), False),
        (Event(0, 1, "noted", "Called", chance=0.01), ("note",), True),
        (Event(0, 1, "noted", "  ", chance=0.01), ("note",), False),
        (Event(0, 1, "closed", chance=0.01), ("create", "note", "close"), False),
    ],
)
def test_a_share_of_new_tickets_and_notes_is_the_clients(event: Event, tasks: tuple[str, ...], taken: bool) -> None:
    mine = orders(*tasks)
    assert mine.take(event, {"subject": "x"}) is taken
    assert len(mine.waiting) == taken


@pytest.mark.parametrize(
    ("made", "answer", "lost", "doubled", "refused"),
    [
        (1, Answer({"id": "1"}), 0, 0, 0),
        (0, Answer({"id": "1"}), 1, 0, 0),
        (2, Answer({"id": "1"}), 0, 1, 0),
        (0, Answer(error_kind="refused", error="no"), 0, 0, 1),
        (0, Answer(error_kind="client", error="bug"), 1, 0, 0),
    ],
)
def test_what_was_made_counts(made: int, answer: Answer, lost: int, doubled: int, refused: int) -> None:
    mine = orders()
    mine.answered(order(made), answer, "ticket 1")
    assert (len(mine.lost), len(mine.doubled), mine.refused) == (lost, doubled, refused)
    assert not mine.waiting


def test_a_write_without_an_answer_is_told_again_and_given_up_in_the_end() -> None:
    mine, write = orders(), order(0)
    for _ in range(MOST_TRIES - 1):
        mine.answered(write, UNKNOWN, "ticket 1")
        assert mine.waiting.pop() is write
    mine.answered(write, UNKNOWN, "ticket 1")
    assert mine.lost == ["ticket 1 was never written; the client said transport: no answer"]


def test_records_are_listed_from_where_the_last_look_ended() -> None:
    asked: list[str | None] = []

    def newer(kind: str | None, after: str | None) -> Iterator[Record]:
        asked.append(after)
        yield Record("7", {})
        yield Record("8", {}, exists=False)

    mine = Orders(("create",), (), newer)
    assert [each.id for each in mine.fresh(None)] == ["7"]
    mine.fresh(None)
    assert asked == [None, "8"]
