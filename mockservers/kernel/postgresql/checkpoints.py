"""The checkpoints of a shared world: every process can make them, and return to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mockservers.kernel.checkpoints import Checkpoint, Checkpoints
from mockservers.kernel.clock import ClockState
from mockservers.kernel.postgresql.turns import Turn

if TYPE_CHECKING:
    from mockservers.kernel.postgresql.worlds import Shared


class KeptCheckpoints(Checkpoints):
    """The checkpoints of a shared world, in its database."""

    held = 0

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    @contextmanager
    def _turn(self) -> Iterator[Turn]:
        with self._shared.turn():
            yield self._shared.current

    def __getitem__(self, name: str) -> Checkpoint:
        with self._turn() as turn:
            row = turn.one("SELECT clock FROM mock.checkpoint WHERE world = %s AND name = %s", turn.name, name)
            if row is None:
                raise KeyError(name)
            images = turn.execute(
                "SELECT vendor, image FROM mock.image WHERE world = %s AND checkpoint = %s ORDER BY vendor",
                turn.name,
                name,
            )
            return Checkpoint(ClockState(**json.loads(row[0])), {vendor: bytes(image) for vendor, image in images})

    def __setitem__(self, name: str, made: Checkpoint) -> None:
        clock = {"mode": made.clock.mode, "now": made.clock.now, "rate": made.clock.rate}
        with self._turn() as turn:
            turn.execute(
                "INSERT INTO mock.checkpoint (world, name, clock) VALUES (%s, %s, %s) "
                "ON CONFLICT (world, name) DO UPDATE SET clock = excluded.clock",
                turn.name,
                name,
                json.dumps(clock),
            )
            turn.execute("DELETE FROM mock.image WHERE world = %s AND checkpoint = %s", turn.name, name)
            for vendor, image in made.images.items():
                turn.execute("INSERT INTO mock.image VALUES (%s, %s, %s, %s)", turn.name, name, vendor, image)

    def __delitem__(self, name: str) -> None:
        with self._turn() as turn:
            for table, column in (("checkpoint", "name"), ("image", "checkpoint")):
                turn.execute(f"DELETE FROM mock.{table} WHERE world = %s AND {column} = %s", turn.name, name)  # noqa: S608

    def __iter__(self) -> Iterator[str]:
        with self._turn() as turn:
            rows = turn.execute("SELECT name FROM mock.checkpoint WHERE world = %s ORDER BY n", turn.name).fetchall()
        return iter([name for (name,) in rows])

    def __len__(self) -> int:
        return len(list(iter(self)))
