"""Worlds in which time has passed: the demo data after days in which other people acted on them by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mockservers import registry
from mockservers.kernel import instants
from mockservers.kernel.instants import DAY
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig

START = "2026-03-02T10:00:00Z"
"""A Monday."""


@contextmanager
def lived(
    vendor: str,
    days: float = 10,
    *,
    seed: int = 1,
    data: str = "demo",
    start: str = START,
    store: Path | None = None,
    **switches: Any,
) -> Iterator[World]:
    """A frozen, lively world of one vendor, `days` after its start, with all of them lived."""
    config = WorldConfig(
        seed=seed,
        mode="frozen",
        start=instants.from_iso(start),
        data={vendor: Recipe.parse(data)},
        dialects={vendor: switches},
        store=store,
        lively=True,
    )
    world = World("lived", config, registry.emulator)
    try:
        world.installation(vendor)
        pass_days(world, vendor, days)
        yield world
    finally:
        world.close()


def pass_days(world: World, vendor: str, days: float, steps: int = 1) -> None:
    """Let time pass in some steps, after each of which somebody looks."""
    for _ in range(steps):
        world.clock.advance(round(days * DAY / steps))
        world.act(vendor, "list", {"most": 1})


def rows(world: World, vendor: str) -> list[str]:
    """Everything that the vendor's database holds, but for what is ours: clock, counters."""
    raw = world.installation(vendor).store._raw
    return [line for line in raw.iterdump() if "mock_state" not in line]


def quicken(world: World) -> None:
    """Begin a world anew, as a lively one."""
    world.wished = replace(world.wished, lively=True)
    world.reset()
