"""Many stages at once: each in a process of its own, with a port and a client of its own.

What is played, judged and reported is the same as on one stage. Only the waiting is shared out.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import fields
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, TypeVar

from mockservers.harness.drivers import ClientSpec, DriverFailure, Hello, WrongClient, open_driver
from mockservers.harness.history import History
from mockservers.harness.play import Stage, many_objects
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
        context = multiprocessing.get_context("spawn")
        theirs, self._held = context.Pipe(duplex=False)
        self._processes = ProcessPoolExecutor(jobs, context, _begin, (theirs,))

    def __enter__(self) -> Stages:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._held.close()  # nobody wants the plays under way, and a client may hang in one
        self._processes.shutdown(cancel_futures=True)
        self._held.close()

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


_opened = contextlib.ExitStack()
"""The driver and the stage of this process."""


def _begin(check: Connection) -> None:
    """The first thing in a process: it ends with the check, whose other end of `check` closes when it does."""
    # An interruption at the terminal goes to all processes; it is the check's to act on it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _opened.enter_context(many_objects())
    atexit.register(_opened.close)

    def end() -> None:
        with contextlib.suppress(EOFError, OSError):
            check.recv()
        _opened.close()  # or the programs of the client would go on
        os._exit(1)

    threading.Thread(target=end, name="mockservers end of check", daemon=True).start()


@functools.cache
def _stage(client: ClientSpec, deadline: float) -> Stage:
    """The stage of this process, from the first task on."""
    driver = _opened.enter_context(open_driver(client, deadline))
    return _opened.enter_context(Stage(driver))


def _hello(client: ClientSpec, deadline: float) -> Hello:
    return _stage(client, deadline).hello()


def _play(client: ClientSpec, deadline: float, scenario: Scenario) -> dict[str, Any]:
    """The history of a scenario, as it can be sent: a dialect holds functions, so the switches that it changes are."""
    history = _stage(client, deadline).play(scenario)
    facts = {each.name: getattr(history, each.name) for each in fields(History)}
    return {**facts, "dialect": history.dialect.changes()}
