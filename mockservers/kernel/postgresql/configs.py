"""The configuration of a world as its database keeps it: every process that serves the world goes on with that."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockservers.kernel.operations import Recipe

if TYPE_CHECKING:
    from mockservers.kernel.world_config import WorldConfig

_PLAIN = ("seed", "mode", "start", "rate", "lively", "whole_bodies", "virtual_waits")


def dump(config: WorldConfig) -> str:
    """A configuration as text."""
    kept: dict[str, Any] = {name: getattr(config, name) for name in _PLAIN}
    kept["data"] = {vendor: str(recipe) for vendor, recipe in config.data.items()}
    kept["dialects"] = {
        vendor: choice if isinstance(choice, str) else dict(choice) for vendor, choice in config.dialects.items()
    }
    return json.dumps(kept, sort_keys=True)


def load(text: str, ours: WorldConfig) -> WorldConfig:
    """The configuration of such a text; where it is kept, and what only this process wishes, is as `ours` has it."""
    kept = json.loads(text)
    data = {vendor: Recipe.parse(recipe) for vendor, recipe in kept.pop("data").items()}
    return replace(ours, data=data, **kept)


def says(world: str, text: str, wished: WorldConfig) -> list[str]:
    """What a process is told that finds the world there: what it goes on with, and which wishes that ignores."""
    kept, mine = json.loads(text), json.loads(dump(wished))
    ignored = [name for name in kept if kept[name] != mine[name] and not (name == "start" and mine[name] is None)]
    return [
        f"the world {world} goes on as its database keeps it, seed {kept['seed']}"
        + (
            f"; ignored: {', '.join(sorted(ignored))}. For a new beginning reset the world, or delete it"
            if ignored
            else ""
        )
    ]
