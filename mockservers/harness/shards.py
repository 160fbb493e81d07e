"""Shards: a check cut into parts for machines that do not know each other, by the numbers of its examples."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from mockservers.harness.scenarios import Scenario

if TYPE_CHECKING:
    from mockservers.harness.check import CheckConfig

Item = TypeVar("Item")
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Shard:
    """Shard `number`, from 1, of so many."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """A shard as `2/5`; raises ValueError with what to write."""
        found = re.fullmatch(r"([0-9]{1,5})/([0-9]{1,5})", text.strip())
        number, of = (int(found[1]), int(found[2])) if found is not None else (0, 0)
        if not 1 <= number <= of <= MOST:
            raise ValueError(
                f"--shard must be a number and how many there are, such as 2/5 for the second of five, got {text!r}"
            )
        return cls(number, of)

    def share(self, items: Sequence[Item]) -> Sequence[Item]:
        """Every n-th of some items: all shards together have each of them once."""
        return items[self.number - 1 :: self.of]

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def shared(config: CheckConfig, shard: Shard) -> CheckConfig:
    """A check of one shard. Raises ValueError where there is nothing for it, or where it would not be what its name says."""
    if config.examples < shard.of:
        raise ValueError(
            f"{config.examples} examples are too few for {shard.of} shards; give --examples {shard.of} or more, or fewer shards"
        )
    if config.turns is not None or config.database is not None:
        raise ValueError("a shard takes neither turns nor a database, for the other shards would not know of them")
    return replace(config, turns=shard.share(range(config.examples)), first=tuple(shard.share(config.first)))


def digest(scenarios: Sequence[Scenario]) -> str:
    """What tells whether two machines play the same known scenarios first; empty where there are none."""
    text = "\n".join(scenario.key for scenario in scenarios)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16] if scenarios else ""
