"""Many stages at once: each in a process of its own, with a port and a client of its own, here or on a cluster.

What is played, judged and reported is the same as on one stage. Only the waiting is shared out.
"""

from __future__ import annotations

import contextlib
import os
from concurrent.futures import Future
from dataclasses import dataclass, fields
from types import TracebackType
from typing import Any

from mockservers.harness.drivers import ClientSpec, Driver, Hello, WrongClient, open_driver
from mockservers.harness.executors import PlaceExecutor, executor
from mockservers.harness.history import History
from mockservers.harness.play import Declined
from mockservers.harness.runner import OutOfTime, Runner
from mockservers.harness.scenarios import Scenario, ScenarioError
from mockservers.harness.worker_processes import HERE
from mockservers.kernel import clock
from mockservers.kernel.cores import cores
from mockservers.registry import emulator

MOST_JOBS = 8
"""Processes that a check starts by itself, at most."""
WORTH = 20
"""Examples that a process must have to play, or its start costs more than it saves."""


def fitting_jobs(client: ClientSpec, examples: int) -> int:
    """How many examples are played at once unless somebody says: as many as cores, and 1 for a client of which there is one."""
    if only_one(client) is not None:
        return 1
    return max(1, min(cores(), MOST_JOBS, examples // WORTH))


def only_one(client: ClientSpec) -> str | None:
    """Why there is only one of a client, and what to do; None for one that can be started again and again."""
    if client.carrier == "hook":
        return (
            "each against a client of its own, and a hook is one client that runs already; leave it out, or let the harness "
            "start the client (--client 'node client.js')"
        )
    if client.mirror_file is not None:
        return (
            "and --mirror-file is one file that all of them would write; leave it out, or show the mirror by "
            "--mirror-command, which is told the state directory"
        )
    return None


def open_runner(client: str | ClientSpec | Driver, deadline: float, stack: contextlib.ExitStack) -> Runner:
    """A stage for a client, closed with `stack`; a driver at hand stays open."""
    driver = client if isinstance(client, Driver) else stack.enter_context(open_driver(client, deadline))
    driver.hello()  # before a port is opened for a client that cannot be driven
    return stack.enter_context(Runner(driver))


def stages(
    client: str | ClientSpec | Driver,
    deadline: float,
    jobs: int,
    on: str | None,
    vendor: str,
    stack: contextlib.ExitStack,
) -> Runner | RunnerPool:
    """Where the examples of a check are played, closed with `stack`: here, in `jobs` processes, or on the cluster `on`."""
    if jobs == 1 and on is None:
        return open_runner(client, deadline, stack)
    if isinstance(client, Driver):
        who = "a cluster takes" if on is not None else f"{jobs} jobs take"
        raise ValueError(f"{who} a client by name or spec, which each process opens for itself, not a driver")
    spec = (ClientSpec(client) if isinstance(client, str) else client).checked()
    if (reason := only_one(spec)) is not None:
        raise WrongClient(f"{'--jobs' if on is None else '--on'} plays examples at once, {reason}")
    return stack.enter_context(RunnerPool(spec, deadline, executor(on, jobs, [vendor])))


class RunnerPool:
    """As many stages as an executor has places; as a `Runner` to who plays on it. Use it in a `with` block.
    The end of the block is the end of the executor.
    """

    def __init__(self, client: ClientSpec, deadline: float, executor: PlaceExecutor) -> None:
        self.order = PlayOrder(client, deadline, os.getcwd())
        self.executor = executor
        self.ahead = 2 * executor.places
        """Scenarios that may be begun before the first of them is asked for."""
        self.until: int | None = None
        """The instant of the wall clock at which nobody waits for a play any more. None: never."""
        self._begun: dict[str, Future[Any]] = {}
        self._said: Hello | None = None

    def __enter__(self) -> RunnerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.executor.shutdown(wait=True, cancel_futures=True)

    def hello(self) -> Hello:
        """What the client says of itself."""
        if self._said is None:
            self._said = self.executor.submit(said, self.order).result()
        return self._said

    def begin(self, scenario: Scenario) -> None:
        """Play a scenario as soon as a stage is free; `play` will ask for it."""
        if scenario.key not in self._begun:
            self._begun[scenario.key] = self.executor.submit(played, self.order, scenario)

    def play(self, scenario: Scenario) -> History:
        """The history of one scenario, begun before or now. Raises as `Runner.play` does."""
        self.begin(scenario)
        left = None if self.until is None else max((self.until - clock.wall()) / 1e6, 0.001)
        future = self._begun.pop(scenario.key)
        try:
            facts, unplayed = future.result(left)
        except TimeoutError:
            future.cancel()
            raise OutOfTime from None
        if unplayed is not None:
            raise unplayed
        assert facts is not None
        return History(**{**facts, "dialect": emulator(scenario.vendor).dialects.dialect(facts["dialect"])})


# --- in a process of a stage ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlayOrder:
    """Whose client plays, and where."""

    client: ClientSpec
    deadline: float
    folder: str
    home: str = "stage"


def said(order: PlayOrder) -> Hello:
    """What the client says of itself."""
    return _stage(order).hello()


def played(order: PlayOrder, scenario: Scenario) -> tuple[dict[str, Any] | None, Exception | None]:
    """The facts of a play, or why there is none though client and stage are well."""
    try:
        return _facts(_stage(order).play(scenario)), None
    except (Declined, ScenarioError) as unplayed:
        return None, unplayed


def _stage(order: PlayOrder) -> Runner:
    """The stage of this process."""
    if HERE.kept is None:
        HERE.kept = open_runner(order.client, order.deadline, HERE)
    runner: Runner = HERE.kept
    return runner


def _facts(history: History) -> dict[str, Any]:
    """A history as it can be sent: a dialect holds functions, so the switches that it changes are."""
    facts = {each.name: getattr(history, each.name) for each in fields(History)}
    return {**facts, "dialect": history.dialect.changes()}
