"""Many stages at once: each in a process of its own, with a port and a client of its own.

What is played, judged and reported is the same as on one stage. Only the waiting is shared out.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import fields
from types import TracebackType
from typing import Any, TypeVar

from mockservers.harness.drivers import ClientSpec, DriverFailure, Hello, WrongClient, open_driver
from mockservers.harness.history import History
from mockservers.harness.play import Stage
from mockservers.harness.scenarios import Scenario
from mockservers.vendors import emulator

_Result = TypeVar("_Result")


class Stages:
    """As many stages as `jobs` says; as a `Stage` to who plays on it. Use it in a `with` block.

    Raises WrongClient for a client of which there is only one: a hook, or a mirror in a file of a fixed name.
    """

    def __init__(self, client: ClientSpec, deadline: float, jobs: int) -> None:
        if client.carrier == "hook":
            raise WrongClient(
                "--jobs plays examples at once, each against a client of its own, and a hook is one client that runs "
                "already; leave --jobs out, or let the harness start the client (--client 'node client.js')"
            )
        if client.mirror_file is not None:
            raise WrongClient(
                "--jobs plays examples at once, and --mirror-file is one file that all of them would write; leave "
                "--jobs out, or show the mirror by --mirror-command, which is told the state directory"
            )
        self.client, self.deadline = client, deadline
        self.ahead = 2 * jobs
        """Scenarios that may be begun before the first of them is asked for."""
        self._begun: list[tuple[Scenario, Future[dict[str, Any]]]] = []
        # A fresh interpreter each: a fork would share the threads, locks and open sockets of this one.
        self._processes = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _deaf)

    def __enter__(self) -> Stages:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._processes.shutdown(cancel_futures=True)

    def hello(self) -> Hello:
        """What the client says of itself."""
        return self._hello

    @functools.cached_property
    def _hello(self) -> Hello:
        return _outcome(self._submit(_hello))

    def begin(self, scenario: Scenario) -> None:
        """Play a scenario as soon as a stage is free; `play` will ask for it."""
        if all(scenario != other for other, _ in self._begun):
            self._begun.append((scenario, self._submit(_play, scenario)))

    def play(self, scenario: Scenario) -> History:
        """The history of one scenario, begun before or now. Raises as `Stage.play` does."""
        self.begin(scenario)
        at = next(at for at, (other, _) in enumerate(self._begun) if other == scenario)
        facts = _outcome(self._begun.pop(at)[1])
        return History(**{**facts, "dialect": emulator(scenario.vendor).dialects.dialect(facts["dialect"])})

    def _submit(self, work: Callable[..., _Result], *more: Any) -> Future[_Result]:
        try:
            return self._processes.submit(work, self.client, self.deadline, *more)
        except BrokenProcessPool as error:
            raise _died() from error


def _outcome(future: Future[_Result]) -> _Result:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise _died() from error


def _died() -> DriverFailure:
    return DriverFailure(
        "a process in which examples are played ended; a client that runs in it ended it (os._exit, or a crash of an "
        "extension), or it could not be started: a script that checks needs `if __name__ == '__main__':`. "
        "Check with one job to see more"
    )


# --- in a process of a stage ------------------------------------------------------------------------------------------


def _deaf() -> None:
    """A process of a stage ends when the check does. An interruption at the terminal, which goes to all, is the check's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@functools.cache
def _stage(client: ClientSpec, deadline: float) -> Stage:
    """The stage of this process, from the first task to the end of the process."""
    with contextlib.ExitStack() as stack:
        driver = stack.enter_context(open_driver(client, deadline))
        stage = stack.enter_context(Stage(driver))
        atexit.register(stack.pop_all().close)
    return stage


def _hello(client: ClientSpec, deadline: float) -> Hello:
    return _stage(client, deadline).hello()


def _play(client: ClientSpec, deadline: float, scenario: Scenario) -> dict[str, Any]:
    """The history of a scenario, as it can be sent: a dialect holds functions, so the switches that it changes are."""
    history = _stage(client, deadline).play(scenario)
    facts = {each.name: getattr(history, each.name) for each in fields(History)}
    return {**facts, "dialect": history.dialect.changes()}
