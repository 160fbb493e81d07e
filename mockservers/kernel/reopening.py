"""What a world finds in files of an earlier server: it goes on with that, whatever else was wished for.

The data decide the seed, the recipe and the dialect; the clock that was saved last is the world's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mockservers.kernel import clock as clocks
from mockservers.kernel import instants
from mockservers.kernel.clock import ClockState
from mockservers.kernel.operations import Emulator, Recipe

if TYPE_CHECKING:
    from mockservers.kernel.keeping import Keeping
    from mockservers.kernel.world import WorldConfig


@dataclass
class Reopened:
    """The configuration as the files have it, when the world began, its clock, and a sentence for each file."""

    config: WorldConfig
    beginning: int | None = None
    clock: ClockState | None = None
    says: tuple[str, ...] = ()


def reopened(given: WorldConfig, keeping: Keeping, emulator: Callable[[str], Emulator]) -> Reopened:
    """Read what an earlier process left of a world, if there is anything."""
    told = Reopened(given)
    last = 0
    for vendor, place, state in keeping.states(emulator):
        if not {"seed", "recipe", "clock"} <= state.keys():
            continue
        recipe, clock = Recipe.parse(state["recipe"]), dict(state["clock"])
        saved = clock.pop("wall")
        # A real clock went on while nobody looked; the others stood still.
        gone = clocks.wall() - saved if clock["mode"] == "real" else 0
        kept = ClockState(clock["mode"], clock["now"] + gone, clock["rate"])
        if saved >= last:
            last, told.clock = saved, kept
        told.beginning = state.get("born", told.beginning)
        told.says += (_sentence(given, vendor, place, state, kept, emulator(vendor)),)
        told.config = replace(told.config, seed=state["seed"], data={**told.config.data, vendor: recipe})
    return told


def _sentence(
    given: WorldConfig, vendor: str, place: str, state: dict[str, Any], clock: ClockState, emulator: Emulator
) -> str:
    """What a file goes on with, and which wishes for a new beginning it ignores."""
    recipe = state["recipe"]
    changes = {
        "data": (str(given.data.get(vendor, Recipe())), recipe),
        "seed": (given.seed, state["seed"]),
        "dialect": (emulator.dialects.dialect(given.dialects.get(vendor)).changes(), state["dialect"]),
        "clock": (given.mode, clock.mode),
    }
    ignored = [f"{what} {wanted or 'default'}" for what, (wanted, had) in changes.items() if wanted != had]
    return (
        f"{place} goes on with {recipe}, seed {state['seed']}, dialect {state['dialect'] or 'default'}, "
        f"{clock.mode} clock at {instants.to_iso(clock.now)}"
        + (f"; ignored: {', '.join(ignored)}. For a new beginning reset the world" if ignored else "")
    )
