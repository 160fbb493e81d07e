"""Drivers: how the harness talks to a client under test. Four carriers, one message set, nothing specific to Python.

Here are the messages, what can go wrong, and the choice of the carrier. A driver knows no vendor and judges nothing.
"""

from __future__ import annotations

import re
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

PROTOCOL = 1
DEADLINE = 30.0
"""Real seconds that a client may take for one message."""
MOST_KEPT = 64 << 10
"""Characters of the client's own output that are kept for the report."""

ErrorKind = Literal["refused", "transport", "client"]
ERROR_KINDS: tuple[ErrorKind, ...] = ("refused", "transport", "client")
TASKS = ("sync", "mirror", "create", "update", "note", "close")


class DriverFailure(Exception):
    """The client cannot be driven: it died, is silent, or speaks no JSON. Never a broken duty; exit code 4."""

    exit_code = 4

    def __init__(self, what: str, stderr: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.stderr = stderr


class WrongClient(Exception):
    """The client was named in a way that leads nowhere, or by a carrier that is not there yet; exit code 2."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client answered to one message: a value, or an error, which is honest behaviour."""

    ok: Any = None
    error_kind: ErrorKind | None = None
    error: str = ""

    @property
    def failed(self) -> bool:
        return self.error_kind is not None


@dataclass(frozen=True, slots=True)
class Hello:
    """What a client says of itself. `mirrors` None: it did not say, so every field it shows is compared.

    `options` are the names of `reset` options it obeys; only those are varied behind its back.
    """

    name: str = "client"
    tasks: tuple[str, ...] = TASKS
    mirrors: tuple[str, ...] | None = None
    poll_seconds: float | None = None
    options: tuple[str, ...] = ()


@dataclass
class Asking:
    """How a client's questions are answered while a task runs: the virtual time, and its passing."""

    now: Callable[[], str] = field(default=lambda: "1970-01-01T00:00:00Z")
    sleep: Callable[[float], str] = field(default=lambda seconds: "1970-01-01T00:00:00Z")


class Driver(ABC):
    """One client under test. `tell` sends a message and waits for its one answer, or raises DriverFailure."""

    def __init__(self, name: str, deadline: float = DEADLINE) -> None:
        self.name = name
        self.deadline = deadline
        self.asking = Asking()
        self._output = ""
        self._id = 0
        self._hello: Hello | None = None

    def hello(self) -> Hello:
        """What the client says of itself, asked once."""
        if self._hello is None:
            answer = self.tell("hello", {"protocol": PROTOCOL})
            self._hello = read_hello(answer, self.name)
        return self._hello

    @abstractmethod
    def tell(self, do: str, message: Mapping[str, Any]) -> Answer:
        """Send one message."""

    def close(self) -> None:  # noqa: B027 - most drivers have nothing to close
        """Say good-bye; never raises."""

    def keep(self, text: str) -> None:
        """Remember what the client printed, the latest `MOST_KEPT` characters of it."""
        self._output = (self._output + text)[-MOST_KEPT:]

    @property
    def output(self) -> str:
        """What the client printed to stderr (and, called in process, to stdout) since it was last taken."""
        return self._output

    def take_output(self) -> str:
        taken, self._output = self._output, ""
        return taken

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def read_hello(answer: Answer, name: str) -> Hello:
    """The client's words about itself, checked; raises DriverFailure where they cannot be understood."""
    if answer.failed:
        raise DriverFailure(f"the client answered hello with an error: {answer.error}")
    raw = answer.ok if answer.ok is not None else {}
    if not isinstance(raw, Mapping):
        raise DriverFailure(f"hello must be answered by an object, not by {shorten(repr(raw))}")
    protocol = raw.get("protocol", PROTOCOL)
    if protocol != PROTOCOL:
        raise DriverFailure(f"the client speaks protocol {protocol!r}; this harness speaks {PROTOCOL}")

    def names(key: str) -> tuple[str, ...] | None:
        value = raw.get(key)
        if value is None:
            return None
        if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
            raise DriverFailure(f"hello.{key} must be a list of names, not {shorten(repr(value))}")
        return tuple(value)

    poll = raw.get("poll_seconds")
    if poll is not None and (isinstance(poll, bool) or not isinstance(poll, (int, float))):
        raise DriverFailure(f"hello.poll_seconds must be a number, not {shorten(repr(poll))}")
    tasks = names("tasks")
    return Hello(
        str(raw.get("name") or name), TASKS if tasks is None else tasks, names("mirrors"), poll, names("options") or ()
    )


def shorten(text: str, most: int = 200) -> str:
    """`text` on one line, at most `most` characters."""
    text = text.replace("\n", "\\n").replace("\r", "\\r")
    return text if len(text) <= most else text[: most - 3] + "..."


def read_answer(raw: Any, wanted: int, said: str) -> Answer:
    """One answer of the protocol; raises DriverFailure where it is none."""
    if not isinstance(raw, Mapping):
        raise DriverFailure(f"the client answered {shorten(said)}; an answer is a JSON object with the message's id")
    if raw.get("id") != wanted or isinstance(raw.get("id"), bool):
        raise DriverFailure(
            f"the client answered id {raw.get('id')!r} to message {wanted}; answer each message once, in order"
        )
    if ("ok" in raw) == ("error" in raw):
        raise DriverFailure(f"the client answered {shorten(said)}; an answer has either 'ok' or 'error'")
    if "ok" in raw:
        return Answer(raw["ok"])
    error = raw["error"]
    if not isinstance(error, Mapping) or error.get("kind") not in ERROR_KINDS:
        raise DriverFailure(
            f"the client answered {shorten(said)}; an error has a kind, one of {', '.join(ERROR_KINDS)}, and a message"
        )
    return Answer(None, error["kind"], str(error.get("message", "")))


_CALLABLE = re.compile(r"(?P<home>[A-Za-z_][\w.]*|.*\.py):(?P<name>[A-Za-z_][\w.]*)")


def open_driver(client: str, deadline: float = DEADLINE) -> Driver:
    """The driver for `--client` as given on the command line.

    `package.module:Class` or `path/to/file.py:Class` is called in process; a URL is a hook; anything else is a command
    that speaks JSON Lines. Raises WrongClient with what to write instead.
    """
    given = client.strip()
    if not given:
        raise WrongClient("no client was named; give --client path/to/file.py:Class or --client 'node sync.js'")
    if re.match(r"https?://", given):
        raise WrongClient(
            f"{given} names a hook, and the hook carrier is not there yet; "
            "give a Python class (path/to/file.py:Class) or a command that speaks JSON Lines ('node sync.js')"
        )
    found = _CALLABLE.fullmatch(given)
    if found:
        from mockservers.harness.drivers.in_process import CallableDriver

        return CallableDriver(found["home"], found["name"], deadline)
    from mockservers.harness.drivers.session import SessionDriver

    try:
        command = shlex.split(given)
    except ValueError as error:
        raise WrongClient(f"the command {given!r} cannot be read: {error}; mind the quotes") from error
    if len(command) == 1 and command[0].endswith(".py"):
        raise WrongClient(
            f"{given} is a file; name the class in it ({given}:Class), or the command that runs it ('python {given}')"
        )
    if len(command) == 1 and "/" not in given and "." in given and not Path(given).exists():
        raise WrongClient(f"{given} looks like a module; name the class in it ({given}:Class)")
    return SessionDriver(command, deadline)
