"""Layers: what an example of a check brings for sure, so that no seed leaves a story out.

Thrown like dice, a story comes or does not. So the first examples of a check are dealt like cards: each brings one story,
all of them in an order shuffled by the check's seed, then all of them again, `ROUNDS` times at most. In how many ways a story
can be told is dealt too, over its turns, and so is what a world may be, over the first `LAYERED` examples. The rest of each
example is drawn freely, and so is every example after them.

What is dealt hangs on the check's seed and the example's number alone, never on what was drawn before. Whoever draws
without a place draws freely. Dealt values are no draws of Hypothesis, so shrinking leaves them, and reduction takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from mockservers.harness.generation import Place, place
from mockservers.kernel.ids import Source

Strategy = st.SearchStrategy[Any]

LAYERED = 150
"""Examples that are dealt at most; all after them are drawn freely. For one client a contract has less than half as many."""
ROUNDS = 5
"""How often each story is dealt at most: some cost much."""
HANDS = 3
"""In how many rounds of a story values come that are dealt several at a time: a contract of fifty stories has no more."""


@dataclass(frozen=True, slots=True)
class Story:
    """A sequence in which bugs are known to hide. `drawn` draws lists of intents; `weight` is its chance where chance decides."""

    name: str
    drawn: Strategy
    weight: int = 1


@dataclass(slots=True)
class _Telling:
    """A story while it is told, for the `round`th time; `drawn` choices of it are made by now."""

    seed: int
    name: str
    round: int
    drawn: int = 0


_telling: ContextVar[_Telling | None] = ContextVar("telling", default=None)


def dealt_place() -> Place | None:
    """The place of the example that is drawn, if it is among those that are dealt."""
    found = place()
    return found if found is not None and found.turn < LAYERED else None


def asked(choose: Callable[[], Strategy]) -> Strategy:
    """A strategy that is chosen when it is drawn from, which draws nothing by itself."""
    return st.just(None).flatmap(lambda _: choose())


def sampled(values: Iterable[Any]) -> Strategy:
    """One of some values, the first being the simplest; inside a story that is dealt, each once before any comes again."""
    among = tuple(values)
    free, cards = st.sampled_from(among), _different(among)

    def choose() -> Strategy:
        telling = _telling.get()
        if telling is None or len(cards) == 1:
            return free
        telling.drawn += 1
        return st.just(card(cards, telling.seed, f"{telling.name} {telling.drawn}", telling.round))

    return asked(choose)


def hands(values: Iterable[Any]) -> Strategy:
    """Several of some values at a time, so that inside a story that is dealt all of them come in its first rounds."""
    among = _different(tuple(values))
    few = -(-len(among) // HANDS)
    return sampled([among[n : n + few] for n in range(0, len(among), few)])


def dealt(name: str, values: Sequence[Any]) -> Strategy:
    """One of some values, the first being the simplest; in examples that are dealt, each comes as often as it stands there.

    Raises ValueError where there is none to deal.
    """
    among = tuple(values)
    if not among:
        raise ValueError(f"there is no value to deal for {name!r}; give one at least")
    free = st.sampled_from(among)

    def choose() -> Strategy:
        here = dealt_place()
        return free if here is None else st.just(card(among, here.seed, name, here.turn))

    return asked(choose)


def card(values: Sequence[Any], seed: int, name: str, turn: int) -> Any:
    """Card number `turn` of a pack of these values, which is shuffled anew whenever it is used up."""
    packs, place = divmod(turn, len(values))
    return values[_shuffled(len(values), f"{seed} {name} {packs}")[place]]


def turned(seed: int, turn: int, count: int) -> tuple[int, int] | None:
    """Which of so many stories is told in its turn, and how often it was told before; None when all rounds are over."""
    round_, place = divmod(turn, count)
    return None if round_ >= ROUNDS else (_shuffled(count, f"{seed} stories {round_}")[place], round_)


def told(story: Story, seed: int, round_: int) -> Strategy:
    """A story as it is dealt in a round; it draws what the story draws."""

    @st.composite
    def telling(draw: Callable[[Strategy], Any]) -> Any:
        token = _telling.set(_Telling(seed, story.name, round_))
        try:
            return draw(story.drawn)
        finally:
            _telling.reset(token)

    return telling()


def _different(values: Sequence[Any]) -> tuple[Any, ...]:
    """Values that are not the same; 1 and True are not."""
    return tuple({repr(value): value for value in reversed(values)}.values())[::-1]


@lru_cache(maxsize=4096)
def _shuffled(count: int, seed: str) -> tuple[int, ...]:
    order = list(range(count))
    Source(seed).shuffle(order)
    return tuple(order)
