"""Many stages at once: each in a process of its own, with a port and a client of its own.

What is played, judged and reported is the same as on one stage. Only the waiting is shared out.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields
from types import TracebackType
from typing import IO, Any, NoReturn

from mockservers.harness.drivers import ClientSpec, Driver, DriverFailure, Hello, WrongClient, open_driver
from mockservers.harness.drivers.process import ending
from mockservers.harness.history import History
from mockservers.harness.runner import Declined, OutOfTime, Runner
from mockservers.harness.scenarios import Scenario, ScenarioError
from mockservers.kernel import clock
from mockservers.registry import emulator

_Answer = tuple[Any, Exception | None, str]
"""What came of a scenario, or the error that did, with its traceback."""
MOST_JOBS = 8
"""Processes that a check starts by itself, at most."""
WORTH = 20
"""Examples that a process must have to play, or its start costs more than it saves."""
GRACE = 20.0
"""Seconds in which a process ends its client and itself; a client may take some of them to say good-bye."""


def fitting_jobs(client: ClientSpec, examples: int) -> int:
    """How many examples are played at once unless somebody says: as many as cores, and 1 for a client of which there is one."""
    if only_one(client) is not None:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, MOST_JOBS, examples // WORTH))


def only_one(client: ClientSpec) -> str | None:
    """Why there is only one of a client, and what to do; None for one that can be started again and again."""
    if client.carrier == "hook":
        return (
            "each against a client of its own, and a hook is one client that runs already; leave --jobs out, or let the harness "
            "start the client (--client 'node client.js')"
        )
    if client.mirror_file is not None:
        return (
            "and --mirror-file is one file that all of them would write; leave --jobs out, or show the mirror by "
            "--mirror-command, which is told the state directory"
        )
    return None


def open_runner(client: str | ClientSpec | Driver, deadline: float, stack: contextlib.ExitStack) -> Runner:
    """A stage for a client, closed with `stack`; a driver at hand stays open."""
    driver = client if isinstance(client, Driver) else stack.enter_context(open_driver(client, deadline))
    driver.hello()  # before a port is opened for a client that cannot be driven
    return stack.enter_context(Runner(driver))


class RunnerPool:
    """As many stages as `jobs` says; as a `Runner` to who plays on it. Use it in a `with` block.

    Raises WrongClient for a client of which there is only one: a hook, or a mirror in a file of a fixed name.
    """

    def __init__(self, client: ClientSpec, deadline: float, jobs: int) -> None:
        if (reason := only_one(client)) is not None:
            raise WrongClient(f"--jobs plays examples at once, {reason}")
        self.client, self.deadline = client, deadline
        self.ahead = 2 * jobs
        """Scenarios that may be begun before the first of them is asked for."""
        self.until: int | None = None
        """The instant of the wall clock at which nobody waits for a play any more. None: never."""
        self._begun: dict[str, Future[Any]] = {}
        # A thread for each process, which waits for it.
        self._threads = ThreadPoolExecutor(jobs, "mockservers stage")
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._processes: list[_Process] = []
        self._closed = False
        self._said: Hello | None = None

    def __enter__(self) -> RunnerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True
        for process in self._processes:
            process.leave()
        for process in self._processes:
            process.wait()
        self._threads.shutdown()
        for process in self._processes:
            process.close()

    def hello(self) -> Hello:
        """What the client says of itself."""
        if self._said is None:
            self._said = self._threads.submit(self._ask, None).result()
        return self._said

    def begin(self, scenario: Scenario) -> None:
        """Play a scenario as soon as a stage is free; `play` will ask for it."""
        if scenario.key not in self._begun:
            self._begun[scenario.key] = self._threads.submit(self._ask, scenario)

    def play(self, scenario: Scenario) -> History:
        """The history of one scenario, begun before or now. Raises as `Runner.play` does."""
        self.begin(scenario)
        left = None if self.until is None else max((self.until - clock.wall()) / 1e6, 0.001)
        try:
            facts = self._begun.pop(scenario.key).result(left)
        except TimeoutError:
            raise OutOfTime from None
        return History(**{**facts, "dialect": emulator(scenario.vendor).dialects.dialect(facts["dialect"])})

    def _ask(self, scenario: Scenario | None) -> Any:
        """Ask the process of this thread."""
        process: _Process | None = getattr(self._mine, "process", None)
        if process is None:
            with self._lock:
                if self._closed:
                    raise DriverFailure("the check is over")
                process = _Process(self.client, self.deadline)
                self._processes.append(process)
            self._mine.process = process
        try:
            return process.ask(scenario)
        except (Declined, ScenarioError):
            raise
        except BaseException:
            # Whoever failed once is not asked again: an example that nobody will ask for may have been begun too soon.
            self._mine.process = None
            process.leave()
            raise


class _Process:
    """A process with a stage, seen from the check. It ends when its input does, so whenever the check ends."""

    def __init__(self, client: ClientSpec, deadline: float) -> None:
        here = [str(each) for each in sys.path]
        # Not multiprocessing: it would run the caller's main module again. In a session of its own, so that what is sent
        # to all processes of a terminal or a job reaches the check alone, which then ends this one and its client.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", f"import sys; sys.path[:] = {here!r}; from {__name__} import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._first: tuple[Any, ...] | None = (client, deadline)

    def ask(self, scenario: Scenario | None) -> Any:
        """What comes of a scenario; what the client says of itself where there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            if self._first is not None:
                pickle.dump(self._first, self._process.stdin)
                self._first = None
            pickle.dump(scenario, self._process.stdin)
            self._process.stdin.flush()
            result, error, trace = pickle.load(self._process.stdout)  # noqa: S301 - of our own process
        except (EOFError, OSError, pickle.UnpicklingError) as gone:
            self.wait()
            raise DriverFailure(
                f"the process in which the client runs ended with {ending(self._process.returncode)}; "
                "the client ended it (os._exit), or an extension in it crashed"
            ) from gone
        if error is not None:
            raise error from RuntimeError(trace)
        return result

    def leave(self) -> None:
        """Let it end, whatever it does."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # what was not read yet is flushed to nobody
            self._process.stdin.close()

    def wait(self) -> None:
        """Wait for its end."""
        try:
            self._process.wait(GRACE + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """Close what nobody reads any more."""
        assert self._process.stdout is not None
        self._process.stdout.close()


# --- in a process of a stage ------------------------------------------------------------------------------------------


def serve() -> NoReturn:
    """Play what is asked for on stdin until it ends, and answer on stdout."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _unwind)
    asked, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # what the module of a client prints is no answer
    wanted: queue.SimpleQueue[Scenario | None] = queue.SimpleQueue()
    # The end of the check is no news, whether it is seen by the listener, in reading or in writing.
    with contextlib.suppress(KeyboardInterrupt, EOFError, BrokenPipeError), contextlib.ExitStack() as opened:
        client, deadline = pickle.load(asked)  # noqa: S301 - of our own check
        threading.Thread(target=_listen, args=(asked, wanted), name="mockservers check", daemon=True).start()
        runner: Runner | None = None
        while True:
            scenario = wanted.get()
            answer: _Answer
            try:
                if runner is None:
                    runner = open_runner(client, deadline, opened)
                answer = (runner.hello() if scenario is None else _facts(runner.play(scenario)), None, "")
            except Exception as error:
                answer = (None, error, traceback.format_exc())
            told.write(_sent(answer))
            told.flush()
    with contextlib.suppress(Exception):
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)  # as Python ends by itself it would wait for the client's threads, and one may wait for ever


def _unwind(number: int, frame: Any) -> None:
    """End all that was begun, once: what does so is not to be interrupted."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: None)  # not SIG_IGN, which the programs of the client would inherit
    raise KeyboardInterrupt


def _listen(asked: IO[bytes], wanted: queue.SimpleQueue[Scenario | None]) -> None:
    """Take what the check asks for; when it asks for no more, end what the main thread does, and then the process."""
    with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            wanted.put(pickle.load(asked))  # noqa: S301 - of our own check
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        os.kill(os.getpid(), signal.SIGINT)
    threading.Event().wait(GRACE)
    os._exit(1)


def _facts(history: History) -> dict[str, Any]:
    """A history as it can be sent: a dialect holds functions, so the switches that it changes are."""
    facts = {each.name: getattr(history, each.name) for each in fields(History)}
    return {**facts, "dialect": history.dialect.changes()}


def _sent(answer: _Answer) -> bytes:
    """An answer as bytes; one that cannot be sent is told in words."""
    _, error, trace = answer
    try:
        data = pickle.dumps(answer)
        if error is not None:
            pickle.loads(data)  # noqa: S301 - an exception may be sent, and then not be made again
    except Exception as unsent:
        told = (
            RuntimeError(trace)
            if error is not None
            else DriverFailure(
                f"what the client answered cannot be sent from its process to the check ({type(unsent).__name__}: {unsent}); "
                "check with one job"
            )
        )
        return pickle.dumps((None, told, ""))
    return data
