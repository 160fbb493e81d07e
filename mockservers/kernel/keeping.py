"""Where a world is kept: in the memory or the files of one process, or in a database that many processes share.

A world asks its `Keeping` for its turn, its stores and what an earlier process left, and never which engine it is. Knows no
vendor.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockservers.kernel import files
from mockservers.kernel.checkpoints import Checkpoints
from mockservers.kernel.store import Durability, Store

if TYPE_CHECKING:
    from mockservers.kernel.operations import Emulator
    from mockservers.kernel.world import World, WorldConfig

Find = Callable[[str], "Emulator"]
"""The emulator of a vendor; raises ValueError for an unknown one."""


class Gone(Exception):
    """Another process has deleted the world."""


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL database that keeps worlds. `namespace` begins the name of every schema that is made there."""

    url: str = field(repr=False)
    namespace: str = "mock"


class Registry(ABC):
    """Which worlds there are beside those of this process, and the right of this process to use the place."""

    shared = False
    """Whether other processes may make and delete worlds there."""

    @abstractmethod
    def release(self) -> None:
        """The process needs the place no longer."""

    def names(self) -> Iterable[str]:
        """The worlds that are there, by whomever they were made."""
        return ()

    def connections(self) -> int | None:
        """How many connections the place takes, of all processes together; None where there are none."""
        return None

    @abstractmethod
    def disconnect(self) -> None:
        """Let go of the connections that nobody uses now; new ones are made when they are needed."""

    @abstractmethod
    def deleted(self, name: str) -> None:
        """A world was deleted here."""


class Keeping(ABC):
    """How one world is kept."""

    shared = False
    """Whether other processes may serve the same world, so that a turn can wait for them."""
    generation = 0
    """Which beginning of a shared world this is, for all its processes alike."""
    checkpoints: Checkpoints

    @abstractmethod
    def turn(self, whole: bool = False) -> AbstractContextManager[Any]:
        """Around everything that reads or changes the world: its calls take turns. May be entered again inside itself.

        In a shared world a turn begins with what others have done, and ends when what was done in it is kept for all.
        `whole` also brings the calls that others answered into the journal.
        """

    @abstractmethod
    def store(self, vendor: str, durability: Durability) -> Store:
        """The store of a vendor, opened; raises ValueError for one that cannot be used."""

    def vendors(self) -> Iterable[str]:
        """Vendors that another process has opened; they are opened here when they are called."""
        return ()

    def states(self, emulator: Find) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Vendor, name in words and kept state of everything whole that an earlier process left."""
        return iter(())

    @abstractmethod
    def keep_clock(self, world: World) -> None:
        """The clock was moved: whoever moved it must find it so, however this process ends."""

    @abstractmethod
    def forget(self, emulator: Find) -> None:
        """Take away everything that is kept of the world; nothing of it is open."""

    @abstractmethod
    def clear(self, emulator: Find) -> None:
        """The world begins anew: take away what an earlier process left under its name."""

    @abstractmethod
    def begin(self, world: World, found: bool | None) -> None:
        """The world is made in this process. A shared one becomes what it is for the others; `found` as in `World`."""

    @abstractmethod
    def close(self) -> None:
        """The world is closed in this process."""


class Alone(Keeping):
    """A world of this process, in memory, or in files beginning like `base`; memory may spill into a file that goes with it."""

    def __init__(self, name: str, base: Path | None, spilling: bool = False) -> None:
        self._name, self._base, self._spilling = name, base, spilling
        self._lock = threading.RLock()
        self.checkpoints = Checkpoints()

    def turn(self, whole: bool = False) -> AbstractContextManager[Any]:
        return self._lock

    def store(self, vendor: str, durability: Durability) -> Store:
        return Store(files.file_of(self._base, self._name, vendor), durability, spilling=self._spilling)

    def states(self, emulator: Find) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for vendor, path, state in files.states_of(self._base, self._name, emulator):
            yield vendor, path.name, state

    def keep_clock(self, world: World) -> None:
        if self._base is None:
            return
        with self._lock:
            for vendor, path in files.files_of(self._base, self._name, world.emulator).items():
                if world.opened(vendor):
                    world.installation(vendor).save()
                else:
                    files.keep_clock(path, world.clock_kept())

    def begin(self, world: World, found: bool | None) -> None:
        """What files hold was read already."""

    def forget(self, emulator: Find) -> None:
        self.clear(emulator)
        self.checkpoints.clear()

    def clear(self, emulator: Find) -> None:
        for path in files.files_of(self._base, self._name, emulator).values():
            files.remove(path)

    def close(self) -> None:
        self.checkpoints.clear()


class Here(Registry):
    """Worlds of this process alone; where they are kept in files, no other may have them."""

    def __init__(self, base: Path | None) -> None:
        self._claim = None if base is None else files.Claim(base)

    def deleted(self, name: str) -> None:
        """Its files went with the reset."""

    def disconnect(self) -> None:
        """Files need none."""

    def release(self) -> None:
        if self._claim is not None:
            self._claim.release()


def keeping(config: WorldConfig, name: str) -> Keeping:
    """How a world of that name and configuration is kept; raises ValueError for a place that cannot be used."""
    if isinstance(config.store, Database):
        from mockservers.kernel.postgresql.worlds import Shared

        return Shared(config.store, name)
    return Alone(name, config.store, config.spilling)


def registry(store: Path | Database | None) -> Registry:
    """The worlds of a place; raises ValueError for one that cannot be used."""
    if isinstance(store, Database):
        from mockservers.kernel.postgresql.worlds import Everywhere

        return Everywhere(store)
    return Here(store)
