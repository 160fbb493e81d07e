"""Drawing from strategies, by one small Hypothesis run for each example; all that uses Hypothesis' private parts is here.

A run draws the simplest value first and then the example of its seed. Same seed, same example, whatever else is loaded.
What is drawn may hang on the example's place in its check too (`layers.py`).
"""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Drawn = TypeVar("Drawn")


@dataclass(frozen=True, slots=True)
class Place:
    """Which example of which check is drawn: the check's seed, and the example's number from 0."""

    seed: int
    turn: int

    @property
    def alone(self) -> int:
        """The seed of this example alone."""
        return self.seed * 1_000_003 + self.turn


_place: ContextVar[Place | None] = ContextVar("place", default=None)
place = _place.get
"""The place of the example that is drawn; None where it has none."""


def generate(
    strategy: SearchStrategy[Drawn],
    seed: int,
    test: Callable[[Drawn], None],
    *,
    shrink: bool,
    place: Place | None = None,
) -> None:
    """Give `test` the simplest value of a strategy, and then the one that `seed` stands for, both as drawn at `place`.

    With `shrink` it gets smaller and smaller ones for which it raises the same class of exception, and the last of these
    exceptions is raised.
    """
    from hypothesis import HealthCheck, Phase, Verbosity, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    # What is drawn first is never the simplest value again, for Hypothesis looks for something new. So that is a number which
    # nobody needs.
    @seeded(seed)
    @settings(
        max_examples=2,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        database=None,
        deadline=None,
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.integers(0, 1 << 16), strategy)
    def example(first: int, drawn: Drawn) -> None:
        test(drawn)

    # Spares Hypothesis the digest of this function's source for every example; nothing is kept under the key.
    setattr(example, "_hypothesis_internal_database_key", b"")  # noqa: B010
    token = _place.set(place)
    try:
        with _same_everywhere():
            example()
    finally:
        _place.reset(token)


_changing = threading.Lock()
_under_way: list[Any] = []
"""What Hypothesis had when each run that is under way began, in this or another thread: the first is what it gets back."""


@contextlib.contextmanager
def _same_everywhere() -> Iterator[None]:
    """Hypothesis mixes constants of whatever local modules happen to be loaded into what it draws; not here.

    Else the same seed would give other scenarios in a test run than at the command line.
    """
    try:
        from hypothesis.internal.conjecture import providers

        empty, cache = vars(providers)["Constants"](), providers.CONSTANTS_CACHE.cache
        _ = providers._get_local_constants  # whether it is there
    except (ImportError, AttributeError, KeyError, TypeError) as error:
        _unlike(error)
        yield
        return
    with _changing:
        # Read here: before, it might be what a run put there that has ended by now.
        _under_way.append(providers._get_local_constants)
        cache.clear()
        providers._get_local_constants = lambda: empty
    try:
        yield
    finally:
        with _changing:
            first = _under_way[0]
            _under_way.pop()
            if not _under_way:
                providers._get_local_constants = first
                cache.clear()


def _unlike(error: Exception) -> None:
    import hypothesis

    warnings.warn(
        f"Hypothesis {hypothesis.__version__} is not like the releases that mockservers knows ({error!r}), so the same seed may "
        "draw other scenarios where other modules are loaded; verdicts stay right. Install the release that "
        "mockservers was tested with, or report this",
        RuntimeWarning,
        stacklevel=2,
    )
