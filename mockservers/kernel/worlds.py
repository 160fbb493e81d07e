"""The worlds of one process, by name. `mockservers.kernel.world` gives the class out, beside the world that they are made of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from mockservers.kernel import keeping
from mockservers.kernel.operations import Emulator
from mockservers.kernel.overrides import Matcher
from mockservers.kernel.room import MOST_MEMORY, Room
from mockservers.kernel.rules import Unwritable
from mockservers.kernel.world import Watcher, World
from mockservers.kernel.world_config import WorldConfig


class Worlds(Mapping[str, World]):
    """The worlds of one process. `default` is always there."""

    MOST = 1000

    def __init__(
        self, emulator: Callable[[str], Emulator], config: WorldConfig | None = None, most_memory: int = MOST_MEMORY
    ) -> None:
        self._emulator = emulator
        self.room = Room(most_memory)
        self.registry = keeping.registry(None if config is None else config.store)
        self.watchers: list[Watcher] = []
        """Told of each call in any of the worlds."""
        self._matcher: Matcher | None = None
        self._looking = threading.RLock()
        """Held while it is found out which worlds there are, and while one is made: it is neither missed nor made twice."""
        self._worlds: dict[str, World] = {}
        try:
            self._worlds["default"] = World("default", config or WorldConfig(), emulator, self.room, self.watchers)
        except BaseException:
            self.registry.release()
            raise

    def __getitem__(self, name: str) -> World:
        if name not in self._worlds and self.registry.shared:
            self._look()
        return self._worlds[name]

    def known(self, name: str) -> World | None:
        """The world, if this process has it already."""
        return self._worlds.get(name)

    def here(self) -> list[World]:
        """The worlds that this process has by now."""
        return list(self._worlds.values())

    def __iter__(self) -> Iterator[str]:
        self._look()
        return iter(tuple(self._worlds))

    def __len__(self) -> int:
        self._look()
        return len(self._worlds)

    def understand(self, matcher: Matcher) -> None:
        """From now on this process can tell which requests an override means that another has planned."""
        self._matcher = matcher
        for world in self._worlds.values():
            world.matcher = matcher

    def _look(self) -> None:
        """Learn which worlds other processes have made and deleted."""
        if not self.registry.shared:
            return
        with self._looking:
            names = set(self.registry.names())
            for name in [each for each in self._worlds if each not in names and each != "default"]:
                self.forget(name)
            for name in sorted(names - self._worlds.keys()):
                with suppress(keeping.Gone):
                    config = self.default.config
                    made = World(name, config, self._emulator, self.room, self.watchers, True, self._matcher)
                    self._worlds[name] = made

    def forget(self, name: str) -> None:
        """Another process has deleted a world."""
        if name != "default" and name in self._worlds:
            self._worlds.pop(name).leave()

    @property
    def default(self) -> World:
        return self._worlds["default"]

    def create(self, name: str, config: WorldConfig | None = None) -> World:
        """A new world, beginning like `default` unless told otherwise; raises ValueError when the name is taken."""
        with self._looking:
            if name in self:
                raise ValueError(f"there is a world {name!r} already")
            if len(self) >= self.MOST:
                raise ValueError(f"there are {self.MOST} worlds already; delete some")
            if self.room.full:
                raise ValueError(self.room.refusal(f"the world {name!r} is not made"))
            config = config or self.default.config
            world = World(name, config, self._emulator, self.room, self.watchers, False, self._matcher)
            self._worlds[name] = world
            return world

    def replace_default(self, config: WorldConfig) -> World:
        """Make `default` another world, as a harness does for each example."""
        self._worlds["default"].close()
        self._worlds["default"] = world = World("default", config, self._emulator, self.room, self.watchers)
        return world

    def delete(self, name: str) -> None:
        if name == "default":
            raise ValueError("the world 'default' cannot be deleted; reset it instead")
        world = self._worlds.pop(name)
        try:
            world.reset()  # also takes its files away: a later world of this name begins anew
            world.close()
            self.registry.deleted(name)
        except keeping.Gone:  # another process was first
            world.leave()
        self.room.give_back()

    def close(self) -> None:
        """Close every world. Raises Unwritable for a file that could not be written, when the others are closed."""
        failures: list[Unwritable] = []
        for world in self._worlds.values():
            try:
                world.close()
            except Unwritable as failure:
                failures.append(failure)
        self.registry.release()
        if failures:
            raise failures[0]
