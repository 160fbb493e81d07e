"""The runner: one port and one driver, on which scenarios are played one after the other (`play.py`)."""

from __future__ import annotations

import contextlib
import gc
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

from mockservers.harness.direct import Shortcut, shortcut
from mockservers.harness.drivers import Answer, Driver, DriverFailure, Hello
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.history import History
from mockservers.harness.play import Play
from mockservers.harness.scenarios import Scenario
from mockservers.kernel import clock
from mockservers.kernel.world import WorldConfig, Worlds
from mockservers.registry import emulator
from mockservers.server.http import Server

SOCKETS = 8
"""Of so many plays of a client in this process one goes over sockets alone, as all would: nothing may hang on the way."""


class OutOfTime(Exception):
    """The time for all plays was up in the middle of one. It says nothing of the client, and the play does not count."""


@dataclass
class Runner:
    """One port and one driver for many plays. Use it in a `with` block."""

    ahead: ClassVar[int] = 0
    """Scenarios that may be begun before the first of them is asked for: one stage plays one at a time."""

    driver: Driver
    server: Server = field(init=False)
    worlds: Worlds = field(init=False)
    plays: int = 0
    shortcut: Shortcut | None = None
    """The way without a socket, for a client in this process."""
    until: int | None = None
    """The instant of the wall clock at which a play is given up, wherever it is. None: never."""

    def __post_init__(self) -> None:
        self.deadline = self.driver.deadline
        self.worlds = Worlds(emulator, WorldConfig(mode="frozen", start=0))
        self.server = Server(self.worlds, calls_listeners=False)
        self._folder = tempfile.TemporaryDirectory(prefix="mockservers-")

    def __enter__(self) -> Runner:
        # What plays make stays, so the collector looks less often meanwhile: it took a tenth of the time.
        self._collector = gc.get_threshold()
        gc.set_threshold(10_000, 20, 20)
        self.server.start()
        self._open = contextlib.ExitStack()
        if isinstance(self.driver, CallableDriver):
            driver = self.driver
            self.shortcut = self._open.enter_context(shortcut(self.server, lambda: driver.thread))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.driver.deadline = self.deadline
        self._open.close()
        self.server.stop()
        self.worlds.close()
        self._folder.cleanup()
        gc.set_threshold(*self._collector)

    def hello(self) -> Hello:
        """What the client says of itself."""
        return self.driver.hello()

    def begin(self, scenario: Scenario) -> None:
        """Nothing: the only stage plays a scenario when it is asked for it."""

    def tell(self, do: str, message: Mapping[str, Any]) -> Answer:
        """Tell the client something; it has its deadline, but not longer than plays may take. Raises OutOfTime."""
        left = self._left()
        self.driver.deadline = min(self.deadline, max(left, 0.001))
        try:
            return self.driver.tell(do, message)
        except DriverFailure as failure:
            if self._left() <= 0:
                raise OutOfTime from failure
            raise

    def _left(self) -> float:
        """Seconds that plays may still take."""
        return float("inf") if self.until is None else (self.until - clock.wall()) / 1e6

    def state_folder(self) -> Path:
        """A new empty folder in which a client may keep its state."""
        self.plays += 1
        state = Path(self._folder.name) / str(self.plays)
        state.mkdir()
        return state

    def play(self, scenario: Scenario) -> History:
        """Play one scenario from nothing. Raises Declined, DriverFailure, OutOfTime, ScenarioError or EmulatorFailure."""
        state = self.state_folder()
        if self.shortcut is not None:
            self.shortcut.open = self.plays % SOCKETS != 0
        play = Play(self, scenario, state)
        try:
            return play.run()
        except DriverFailure as failure:
            raise DriverFailure(play.masked(failure.what), play.masked(failure.stderr)) from failure
