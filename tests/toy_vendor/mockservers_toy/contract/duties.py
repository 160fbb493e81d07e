"""What a client of Toy must do because of the rules. Judges a history and nothing else."""

from __future__ import annotations

from mockservers.harness.duties import Duty, Judgement, shared
from mockservers.harness.history import History
from mockservers_toy.contract import decoder


def _nothing_missed(history: History) -> Judgement:
    return shared.missed(history, shared.there(history), lambda record: "is at the vendor and not in the mirror")


def _error_is_not_empty(history: History) -> Judgement:
    return shared.error_is_not_empty(history, lambda exchange: decoder.answer(exchange).kind == "error")


DUTIES: tuple[Duty, ...] = (
    Duty(
        "toy.nothing_missed",
        "The list is walked to its end: every ticket at the vendor stands in the mirror in the end.",
        ("toy.list.pages", "toy.list.changed_since", "toy.list.order"),
        _nothing_missed,
        "tickets, best more than a page of them",
    ),
    Duty(
        "toy.error_is_not_empty",
        "An error is neither data nor an empty list: the mirror keeps what it had.",
        ("toy.access.key",),
        _error_is_not_empty,
        "an error in a sync",
    ),
)
