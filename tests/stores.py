"""Where tests keep their worlds: in memory, in files, or in PostgreSQL.

A test that says nothing of its store can be run on each of them: MOCKSERVERS_TEST_STORE=postgresql pytest tests/vendors/...
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mockservers.kernel import keeping
from mockservers.kernel.keeping import Alone, Database, Keeping
from mockservers.kernel.world import WorldConfig
from tests.postgresql import Cluster, shared_cluster


@dataclass
class Postgresql:
    """A database on a server of the test run."""

    cluster: Cluster
    name: str
    url: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def fresh(self) -> Database:
        """A place in the database where no world is."""
        return Database(self.url, f"t{next(self._numbers)}")

    def empty(self, name: str) -> str:
        """The URL of another database, without anything in it."""
        return self.cluster.create(f"{self.name}_{name}")


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with shared_cluster(run) as server:
        name = f"tests_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        made = Postgresql(server, name, server.create(name))
        yield made
        from mockservers.kernel.postgresql import base

        base._engine(made.url).dispose()


@contextmanager
def kept_in(where: str, folder: Path) -> Iterator[None]:
    """Keep every world there that says nothing of its store."""
    numbers = itertools.count()
    with pytest.MonkeyPatch.context() as patch:
        made = keeping.keeping
        if where == "file":

            def in_file(config: WorldConfig, name: str) -> Keeping:
                if config.store is not None:
                    return made(config, name)
                return Alone(name, folder / f"s{next(numbers)}.db")

            patch.setattr(keeping, "keeping", in_file)
            yield
            return
        assert where == "postgresql", where
        with postgresql() as server:
            patch.setattr(keeping, "keeping", lambda config, name: _in_database(server, made, config, name))
            yield


_LEFT: dict[str, list[Database]] = {}
"""Places that a closed world has left, by its name: making the tables anew takes longest of all."""


def _in_database(server: Postgresql, made: Any, config: WorldConfig, name: str) -> Keeping:
    if config.store is not None or config.desk is not None:
        found: Keeping = made(config, name)
        return found
    from mockservers.kernel.postgresql.worlds import Shared, Turn

    class Left(Shared):
        def close(self) -> None:
            if self.world is None:
                return
            self.world = None
            turn = Turn(self.base, self.name)
            turn.renew()
            turn._execute("DELETE FROM mock.world WHERE name = %s", self.name)
            turn.commit()
            turn.close()
            _LEFT.setdefault(self.name, []).append(self.database)

    left = _LEFT.setdefault(name, [])
    return Left(left.pop() if left else server.fresh(), name)
