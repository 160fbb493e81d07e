"""A power cut: a client that ends in the middle of a task, with what it had written down by then and nothing else.

A program is ended by the system while its request waits for an answer, so it does nothing more. An object in this process and a
service of somebody else cannot be ended so: none of their requests is answered any more, and whatever they still write into
the state folder is taken back.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from mockservers.harness.drivers import Answer, Driver
from mockservers.kernel.world import World

KILLED = Answer(None, "transport", "the power was cut in the middle of it")
"""How a task ends in which the client was ended, whatever it or its driver said."""


class PowerCut:
    """Ends the client of a task at its request number `at`, or after the task where it makes fewer. `state` is its folder."""

    def __init__(self, world: World, vendor: str, driver: Driver, state: Path, at: int) -> None:
        self._world, self._vendor, self._driver = world, vendor, driver
        self._state, self._kept = state, state.with_name(state.name + ".kept")
        self._left = at
        self.struck = False
        # Nobody hears the answers to what else was under way then either.
        self._faults = [world.faults.add("lost_answer", vendor=vendor, skip=at - 1, times=None).id]

    def answered(self) -> None:
        """A request of the client was answered, and the answer is not on its way yet."""
        self._left -= 1
        if self._left == 0:
            self._strike()

    def _strike(self) -> None:
        self.struck = True
        if not self._driver.kill():
            self._faults.append(self._world.faults.add("reset", vendor=self._vendor, times=None).id)
            _copy(self._state, self._kept)

    def over(self) -> None:
        """The task has ended: the client is gone, its folder is as it was at the end, and the vendor answers again."""
        if not self.struck:
            self._strike()
        if self._kept.exists():
            self._driver.abandon()
            shutil.rmtree(self._state)
            self._kept.rename(self._state)
        for fault in self._faults:
            self._world.faults.clear(fault)


def _copy(folder: Path, into: Path) -> None:
    """Copy the files of a folder; what goes away meanwhile was passing, and what is no file (a socket, a pipe) keeps no state."""

    def copied(file: str, copy: str) -> None:
        with suppress(FileNotFoundError):
            if Path(file).is_file():
                shutil.copy2(file, copy)

    with suppress(FileNotFoundError, shutil.Error):
        shutil.copytree(folder, into, symlinks=True, copy_function=copied)
