"""The callable carrier: a Python class whose methods are named like the tasks, called in a thread of its own.

A fresh object for each example. What it prints is kept for the report; what it raises is an error, kind `client`,
unless the exception has an attribute `kind`, or is an OSError (as those of sockets and of `requests` are): `transport`.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import importlib.util
import inspect
import io
import json
import os
import queue
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mockservers.harness.drivers import (
    DEADLINE,
    ERROR_KINDS,
    TASKS,
    Answer,
    Driver,
    DriverFailure,
    ErrorKind,
    WrongClient,
)


class Ask:
    """Given to a client whose constructor takes `ask`: the virtual time as ISO 8601 text, and sleeping in it."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def now(self) -> str:
        return self._driver.asking.now()

    def sleep(self, seconds: float) -> str:
        """Let virtual time pass; nobody waits."""
        return self._driver.asking.sleep(float(seconds))


def load(home: str, name: str) -> Callable[..., Any]:
    """The class `name` in a file or module; raises WrongClient with the reason when it cannot be had."""
    try:
        module = _from_file(Path(home)) if home.endswith(".py") else importlib.import_module(home)
    except WrongClient:
        raise
    except SystemExit as error:  # else the code of a script that ends would pass for a verdict
        raise WrongClient(
            f"the client's module {home} ends the process when it is imported ({error!r}), so no class of it can be had; "
            "put what runs the program below `if __name__ == '__main__':`"
        ) from error
    except Exception as error:
        raise WrongClient(
            f"the client's module {home} cannot be imported: {type(error).__name__}: {error}{_place(error)}"
        ) from error
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            classes = ", ".join(key for key, value in vars(module).items() if inspect.isclass(value)) or "no class"
            raise WrongClient(f"{home} has no {name!r}; it has {classes}")
        found = getattr(found, part)
    if not callable(found):
        raise WrongClient(f"{name} in {home} is not a class or function that makes a client")
    return found  # type: ignore[no-any-return]


def _place(error: Exception) -> str:
    """Where in the client's code an import failed; empty where no code of it ran."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__
        and not frame.filename.startswith("<frozen")
        and not _IMPORT.search(frame.filename)
    ]
    if isinstance(error, SyntaxError) or not frames:
        return ""  # it names its own place; or nothing was there to be run
    # The innermost file that is no library: an import that fails deep in a package was asked for somewhere.
    own = [frame for frame in frames if not _LIBRARY.search(frame.filename)] or frames
    return f" (in {own[-1].filename}, line {own[-1].lineno}: {own[-1].line})"


_IMPORT = re.compile(r"(?i)[/\\]lib[/\\](?:python3[^/\\]*[/\\])?importlib[/\\]")
_LIBRARY = re.compile(r"[/\\](site-packages|dist-packages|lib[/\\]python3[^/\\]*)[/\\]")


def _from_file(path: Path) -> Any:
    if not path.is_file():
        raise WrongClient(f"there is no file {path}; the client is named as path/to/file.py:Class")
    resolved = path.resolve()
    # One module a file, so that a subclass in another file sees the same base class.
    key = f"mockservers_client_{abs(hash(str(resolved))):x}"
    if key in sys.modules:
        return sys.modules[key]
    spec = importlib.util.spec_from_file_location(key, resolved)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[key] = module
    folder = str(resolved.parent)
    sys.path.insert(0, folder)  # neighbours of the file are importable, as when it is run
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[key]
        raise
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(folder)
    return module


def _words(error: BaseException) -> str:
    """An exception in words; its class alone where it has none."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def _plain(value: Any, do: str) -> Any:
    """An answer as it can be written down and sent, as that of every other carrier was; raises DriverFailure."""
    try:
        json.dumps(value, default=str, skipkeys=True)
        return _bare(value)
    except Exception as error:
        raise DriverFailure(
            f"the client answered {do!r} with a value that cannot be written down ({_words(error)}); "
            "values are text, numbers, booleans or None"
        ) from error


_SAME = frozenset({type(None), bool, int, float, str, bytes, date, time, timedelta, Decimal})
"""Types that mean the same in every process."""


def _bare(value: Any) -> Any:
    """A value without classes of the client's own: text, numbers and groups are what they are, others are told in words."""
    if type(value) in _SAME:
        return value
    if isinstance(value, str):
        return str.__str__(value)  # a class of the client's own may have another
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, datetime):
        if type(value) is datetime and type(value.tzinfo) in (type(None), timezone, ZoneInfo):
            return value
        offset = value.utcoffset()  # the zone may be of a library that is nowhere else
        return datetime.combine(value.date(), value.time(), None if offset is None else timezone(offset))
    if isinstance(value, Mapping):
        # A mirror has thousands of values, and is shown after each task; most are in dictionaries of plain ones.
        if type(value) is dict and _SAME.issuperset(map(type, value)) and _SAME.issuperset(map(type, value.values())):
            return value.copy()
        return {_bare(key): _bare(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_bare(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(_bare, value), key=repr)  # in another process they come in another order
    return str(value)


class _Kept(io.TextIOBase):
    """Keeps what the client and its threads print, and lets what others print through."""

    def __init__(self, keep: Callable[[str], None], through: Any, others: set[threading.Thread]) -> None:
        self._keep, self._through, self._others = keep, through, others

    def write(self, text: str) -> int:
        if threading.current_thread() in self._others:
            written: int = self._through.write(text)
            return written
        self._keep(text)
        return len(text)

    def flush(self) -> None:
        # Python flushes once more when it throws this away, and by then what is behind it may be closed.
        if threading.current_thread() in self._others and not self._through.closed:
            self._through.flush()


class _Ended(BaseException):
    """The client wanted to end the process at once, which is ours too."""

    def __init__(self, status: int) -> None:
        super().__init__(f"os._exit({status})")
        self.status = status


class _Exit:
    """In the place of `os._exit`: in a client's thread it ends the client, and elsewhere what it always ended.

    A client may have taken the function when it was imported, so it stands there before any client is.
    """

    def __init__(self) -> None:
        self._whole, self._home = os._exit, os.getpid()
        self.asked: Callable[[threading.Thread, int], bool] = lambda thread, status: False
        """Told of a thread that ends the process, and with what; true where it is a client's."""

    def __call__(self, status: int) -> None:
        # A process that the client forked ends as it wants to.
        if os.getpid() == self._home and self.asked(threading.current_thread(), status):
            raise _Ended(status)
        self._whole(status)


_EXIT = _Exit()


class CallableDriver(Driver):
    """Calls the methods of an object of the client's class."""

    def __init__(
        self, home: str, name: str, deadline: float = DEADLINE, make: Callable[..., Any] | None = None
    ) -> None:
        super().__init__(name, deadline)
        os._exit = _EXIT  # type: ignore[assignment]
        self._make = make or load(home, name)
        try:
            self._takes_ask = "ask" in inspect.signature(self._make).parameters
        except (TypeError, ValueError):
            self._takes_ask = False
        self.known: dict[str, Any] | None = None
        """Records of the mirror as shown last, by id; where somebody keeps them, one that is the same is not copied again."""
        self._client: Any = None
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, make: Callable[..., Any], deadline: float = DEADLINE) -> CallableDriver:
        """A driver for a class that is at hand, as in a test."""
        return cls("", getattr(make, "__name__", "client"), deadline, make)

    @property
    def thread(self) -> threading.Thread | None:
        """Where the client's methods run now; None before the first."""
        return self._thread

    def tell(self, do: str, message: Mapping[str, Any]) -> Answer:
        done: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()

        def work() -> None:
            try:
                done.put(self._call(do, message))
            except BaseException as error:  # carried to the thread that waits
                done.put(error)

        self._run(work)
        try:
            result = done.get(timeout=self.deadline)
        except queue.Empty:
            self._thread = None  # it hangs; a later message gets another
            self._work = queue.SimpleQueue()
            raise DriverFailure(
                f"the client has not answered {do!r} within {self.deadline:g} s; it hangs, or the deadline is too short",
                self.output,
            ) from None
        if isinstance(result, BaseException):
            raise result
        return result

    def _run(self, work: Callable[[], None]) -> None:
        if self._thread is None or not self._thread.is_alive():
            tasks = self._work

            def loop() -> None:
                while (task := tasks.get()) is not None:
                    task()

            self._thread = threading.Thread(target=loop, name="mockservers client", daemon=True)
            self._thread.start()
        self._work.put(work)

    def _call(self, do: str, message: Mapping[str, Any]) -> Answer:
        # Threads that were there before are not the client's: a progress bar may be drawing itself in one of them.
        others = set(threading.enumerate()) - {threading.current_thread()}
        out, err = _Kept(self.keep, sys.stdout, others), _Kept(self.keep, sys.stderr, others)
        ended: list[int] = []

        def asked(thread: threading.Thread, status: int) -> bool:
            if thread in others:
                return False
            ended.append(status)
            return True

        _EXIT.asked = asked
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                if do == "reset" or self._client is None:
                    self._bye()
                    self._client = self._make(ask=Ask(self)) if self._takes_ask else self._make()
                answer = self._answer(do, message)
                if ended:  # in another thread of the client's, or in spite of it
                    raise _Ended(ended[0])
                return answer
            except _Ended as error:
                raise DriverFailure(
                    f"the process would have ended with exit code {error.status}; the client ended it by os._exit while at "
                    f"{do!r}",
                    self.output,
                ) from error
            except (KeyboardInterrupt, SystemExit) as error:
                raise DriverFailure(f"the client ended the process while at {do!r}: {error!r}", self.output) from error
            except DriverFailure:
                raise
            except BaseException as error:  # asyncio's CancelledError is no Exception
                named = getattr(error, "kind", None)
                kind: ErrorKind = "transport" if isinstance(error, OSError) else "client"
                kind = next((each for each in ERROR_KINDS if each == named), kind)
                return Answer(None, kind, _words(error))
            finally:
                # Of the threads to come none is the client's: a watchdog of a test run ends the process from one of its own.
                if _EXIT.asked is asked:
                    left = set(threading.enumerate()) - others
                    _EXIT.asked = lambda thread, status: thread in left

    def _answer(self, do: str, message: Mapping[str, Any]) -> Answer:
        method = getattr(self._client, do, None)
        if method is None:
            if do == "hello":
                return Answer({"name": self.name, "tasks": self._tasks})
            raise DriverFailure(f"the client has no method {do!r}; methods are named like the tasks of the protocol")
        # A copy, as in all other carriers: what the client does to it must not change what it was asked.
        value = method() if do == "hello" else method(**copy.deepcopy(dict(message)))
        if do == "hello" and (value is None or isinstance(value, Mapping)) and (value or {}).get("tasks") is None:
            value = {**(value or {}), "tasks": self._tasks}
        if do == "mirror" and not isinstance(value, Mapping):
            value = {"records": value}
        if do == "mirror" and self.known is not None and isinstance(value.get("records"), (list, tuple)):
            return Answer({"records": [self._unless_known(each) for each in value["records"]]})
        return Answer(_plain(value, do))

    @property
    def _tasks(self) -> list[str]:
        """The tasks that the class has methods for."""
        return [task for task in TASKS if callable(getattr(self._client, task, None))]

    def _unless_known(self, record: Any) -> Any:
        """A record of the mirror that can be written down: the one that is kept already, where it is the same."""
        if isinstance(record, Mapping) and self.known is not None:
            kept = self.known.get(str(record.get("id")))
            if kept is not None and kept == record:
                return kept
        return _plain(record, "mirror")

    def _bye(self) -> None:
        bye = getattr(self._client, "bye", None)
        if callable(bye):
            with contextlib.suppress(Exception):
                bye()

    def abandon(self) -> None:
        """Its `bye` closes listeners and files; what it would save by then is taken back by whoever asked for this."""
        finished = threading.Event()

        def work() -> None:
            self._bye()
            self._client = None
            finished.set()

        self._run(work)
        finished.wait(min(self.deadline, 5.0))

    def close(self) -> None:
        if self._thread is not None:
            self.abandon()
            self._work.put(None)
            self._thread = None
        self._client = None
