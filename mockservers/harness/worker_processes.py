"""Processes of ours that carry out orders one at a time: a port and a client each, on this machine and on those of a cluster.

A process ends when its input does, so whenever its parent ends, however that happens. It is used again as long as orders come to
a result; one whose order failed may have a client in it that hangs, and is ended. The parent is a check, or a worker of Dask.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol

from mockservers.harness.drivers import DriverFailure
from mockservers.harness.drivers.process import ending
from mockservers.kernel import clock

GRACE = 20.0
"""Seconds in which a process ends its client and itself; a client may take some of them to say good-bye."""
IDLE = 60.0
"""Seconds after which a process that nobody asked for anything is ended, where its check may have died far away."""
HEAD = struct.Struct(">?Q")
"""What stands before an answer: whether the process may be asked again, and how many bytes follow."""


class Order(Protocol):
    """The first argument of what is carried out: says which process may do it."""

    @property
    def home(self) -> str:
        """Orders of one home may be carried out in one process, one after the other."""

    @property
    def folder(self) -> str:
        """The folder in which the process works, where it is there."""


class Opened(contextlib.ExitStack):
    """What a process keeps from order to order, `kept` and what is open for it; closed at its end."""

    kept: Any = None


HERE = Opened()
"""Of this process."""


# --- the parent's side ------------------------------------------------------------------------------------------------


class _WorkerProcess:
    """A process, seen from its parent."""

    def __init__(self, home: str, folder: str) -> None:
        here = [str(each) for each in sys.path]
        self.home = home
        self.used = clock.wall()
        # Not multiprocessing: it would run the caller's main module again. In a session of its own, so that what is sent
        # to all processes of a terminal or a job reaches the parent alone, which then ends this one and its client.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", f"import sys; sys.path[:] = {here!r}; from {__name__} import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            cwd=folder if Path(folder).is_dir() else None,
        )

    def ask(self, message: bytes) -> tuple[bool, bytes]:
        """Whether the process may be asked again, and its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(message)
            self._process.stdin.flush()
            again, size = HEAD.unpack(self._whole(HEAD.size))
            return again, self._whole(size)
        except (EOFError, OSError, ValueError):
            self.wait()
            failure = DriverFailure(
                f"the process in which the client runs ended with {ending(self._process.returncode)}; "
                "the client ended it (os._exit), or an extension in it crashed"
            )
            return False, failed(failure)

    def _whole(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) < size:
            raise EOFError
        return data

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


class WorkerProcesses:
    """The processes of one owner: a check, or a campaign. As many as orders are carried out at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[_WorkerProcess] = []
        self._idle: list[_WorkerProcess] = []
        self._ended = False
        self._used = clock.wall()

    def carry_out(self, message: bytes, home: str, folder: str) -> bytes:
        """What a `message_of` came to in a process of a home: the pickle of result, error and traceback."""
        with self._lock:
            self._used = clock.wall()
            if self._ended:
                return failed(DriverFailure("the check is over"))
            process = self._take(home, folder)
        again, answer = process.ask(message)
        with self._lock:
            if again and not self._ended:
                process.used = clock.wall()
                self._idle.append(process)
                return answer
        # Whoever failed once is not asked again: an example that nobody will ask for may have been begun too soon.
        process.leave()
        return answer

    def _take(self, home: str, folder: str) -> _WorkerProcess:
        for process in reversed(self._idle):
            if process.home == home:
                self._idle.remove(process)
                return process
        if self._idle:  # of another home: there are no more of them than orders at once
            self._idle.pop(0).leave()
        process = _WorkerProcess(home, folder)
        self._all.append(process)
        return process

    def rest(self, seconds: float = IDLE) -> bool:
        """End those that nobody asked for anything so long; whether none is left, and none was begun so long."""
        with self._lock:
            now = clock.wall()
            for process in [each for each in self._idle if now - each.used >= seconds * 1e6]:
                self._idle.remove(process)
                process.leave()
            left = [each for each in self._all if each._process.poll() is None]
            for process in self._all:
                if process not in left:
                    process.close()
            self._all = left
            return not left and now - self._used >= seconds * 1e6

    def end(self) -> None:
        """End all of them, whatever they do, and wait for that."""
        with self._lock:
            self._ended = True
        for process in self._all:
            process.leave()
        for process in self._all:
            process.wait()

    def close(self) -> None:
        """Close what nobody reads any more, when nobody waits for an answer."""
        for process in self._all:
            process.close()


# --- in the process itself --------------------------------------------------------------------------------------------


def serve() -> NoReturn:
    """Carry out what is asked for on stdin until it ends, and answer on stdout."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _unwind)
    asked, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # what the module of a client prints is no answer
    wanted: queue.SimpleQueue[Any] = queue.SimpleQueue()
    # The end of the check is no news, whether it is seen by the listener, in reading or in writing.
    with contextlib.suppress(KeyboardInterrupt, EOFError, BrokenPipeError), HERE:
        threading.Thread(target=_listen, args=(asked, wanted), name="mockservers check", daemon=True).start()
        while True:
            function, order, args = wanted.get()
            answer: tuple[Any, Exception | None, str]
            try:
                answer = (function(order, *args), None, "")
            except Exception as error:
                answer = (None, error, traceback.format_exc())
            data = _sent(answer)
            told.write(HEAD.pack(answer[1] is None, len(data)) + data)
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


def _listen(asked: IO[bytes], wanted: queue.SimpleQueue[Any]) -> None:
    """Take what the parent asks for; when it asks for no more, end what the main thread does, and then the process."""
    with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            wanted.put(pickle.load(asked))  # noqa: S301 - of our own parent
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        os.kill(os.getpid(), signal.SIGINT)
    threading.Event().wait(GRACE)
    os._exit(1)


def _sent(answer: tuple[Any, Exception | None, str]) -> bytes:
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


def message_of(function: Callable[..., Any], order: Order, *args: Any) -> tuple[bytes, str, str]:
    """The call `function(order, *args)` as `carry_out` takes it: bytes that nobody on the way reads, and who may do it."""
    return pickle.dumps((function, order, args)), order.home, order.folder


def failed(error: Exception) -> bytes:
    """The answer that there is none."""
    return pickle.dumps((None, error, ""))


def result_of(answer: bytes) -> Any:
    """The result in an answer; raises the error that is in it."""
    result, error, trace = pickle.loads(answer)  # noqa: S301 - of our own process
    if error is not None:
        raise error from (RuntimeError(trace) if trace else None)
    return result
