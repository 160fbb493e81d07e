"""Drivers: how the harness talks to a client under test. Four carriers, one message set, nothing specific to Python.

Here are the messages, what can go wrong, and the choice of the carrier. A driver knows no vendor and judges nothing.
"""

from __future__ import annotations

import re
import shlex
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mockservers.harness.drivers.fake_time import FakeTime

PROTOCOL = 1
DEADLINE = 30.0
"""Real seconds that a client may take for one message."""
MOST_KEPT = 64 << 10
"""Characters of the client's own output that are kept for the report."""
LONGEST_ANSWER = 32 << 20
"""Bytes of one answer."""
MOST_QUESTIONS = 100_000
"""Questions that a client may ask in one task."""

ErrorKind = Literal["refused", "transport", "client"]
ERROR_KINDS: tuple[ErrorKind, ...] = ("refused", "transport", "client")
TASKS = ("sync", "mirror", "create", "update", "note", "close")
RESTART = "restart"
"""The option of `reset` by which a client is told that it was ended and started again, and that `state_dir` is as it left it."""
KILL = "kill"
"""The option by which a client says that it goes on, too, where its end came in the middle of a `sync`, as by a power cut."""
LISTENING = "webhooks"
"""The option by which a client says that it asks the vendor to call it, and listens."""


class DriverFailure(Exception):
    """The client cannot be driven: it died, is silent, or speaks no JSON. Never a broken duty; exit code 4."""

    exit_code = 4

    def __init__(self, what: str, stderr: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.stderr = stderr


class WrongClient(Exception):
    """The client was named in a way that leads nowhere; the message says what to write instead. Exit code 2."""

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
        self._keeping = threading.Lock()
        self._id = 0
        self._hello: Hello | None = None
        self.fake_time: FakeTime | None = None

    def hello(self) -> Hello:
        """What the client says of itself, asked once."""
        if self._hello is None:
            answer = self.tell("hello", {"protocol": PROTOCOL})
            self._hello = read_hello(answer, self.name)
        return self._hello

    @abstractmethod
    def tell(self, do: str, message: Mapping[str, Any]) -> Answer:
        """Send one message."""

    def restart(self) -> None:  # noqa: B027 - for most, `reset` is a new beginning already
        """End the client's program and start it again; the next message is `reset`."""

    def kill(self) -> bool:
        """End the client in the middle of its task, from any thread, so that `tell` fails; `restart` follows.

        False where its program goes on.
        """
        return False

    def abandon(self) -> None:  # noqa: B027 - most are ended, or elsewhere
        """Let go of a client that `kill` could not end; what it holds open is closed."""

    def close(self) -> None:  # noqa: B027 - most drivers have nothing to close
        """Say good-bye; never raises."""

    def keep(self, text: str) -> None:
        """Remember what the client printed, the latest `MOST_KEPT` characters of it."""
        with self._keeping:
            self._output = (self._output + text)[-MOST_KEPT:]

    @property
    def output(self) -> str:
        """What the client printed, the protocol apart, since it was last taken."""
        return self._output

    def take_output(self) -> str:
        with self._keeping:
            taken, self._output = self._output, ""
        return taken

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def read_hello(answer: Answer, name: str) -> Hello:
    """The client's words about itself, checked; raises DriverFailure where they cannot be understood."""
    if answer.failed:
        raise DriverFailure(
            f"the client answered hello with an error: {shorten(answer.error)}; one that has nothing to say of itself "
            "answers null"
        )
    raw = answer.ok if answer.ok is not None else {}
    if not isinstance(raw, Mapping):
        raise DriverFailure(f"hello must be answered by an object, not by {shorten(repr(raw))}")
    protocol = raw.get("protocol", PROTOCOL)
    if protocol != PROTOCOL:
        raise DriverFailure(f"the client speaks protocol {shorten(repr(protocol))}; this harness speaks {PROTOCOL}")

    def names(key: str) -> tuple[str, ...] | None:
        value = raw.get(key)
        if value is None:
            return None
        if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
            raise DriverFailure(f"hello.{key} must be a list of names, got {shorten(repr(value))}")
        return tuple(value)

    poll = raw.get("poll_seconds")
    if poll is not None and (isinstance(poll, bool) or not isinstance(poll, (int, float))):
        raise DriverFailure(f"hello.poll_seconds must be a number, got {shorten(repr(poll))}")
    tasks = names("tasks")
    return Hello(
        shorten(str(raw.get("name") or name)),
        TASKS if tasks is None else tasks,
        names("mirrors"),
        poll,
        names("options") or (),
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
            f"the client answered id {shorten(repr(raw.get('id')))} to message {wanted}; answer each message once, in order"
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


def reply(asking: Asking, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a question of the client; raises DriverFailure for one that nobody can answer."""
    if raw["ask"] == "now":
        return {"answer": asking.now()}
    seconds = raw.get("seconds")
    if raw["ask"] == "sleep" and isinstance(seconds, (int, float)) and not isinstance(seconds, bool):
        try:
            return {"answer": asking.sleep(float(seconds))}
        except (ValueError, OverflowError) as error:
            raise DriverFailure(f"the client asked to sleep {shorten(str(seconds))} seconds: {error}") from error
    raise DriverFailure(
        f"the client asked {shorten(repr(dict(raw)))}; it may ask now, or sleep with a number of seconds"
    )


# --- the choice of the carrier ----------------------------------------------------------------------------------------

Carrier = Literal["callable", "session", "command", "hook"]

_CALLABLE = re.compile(r"(?P<home>[A-Za-z_][\w.]*|.*\.py):(?P<name>[A-Za-z_][\w.]*)")
_HOOK = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ClientSpec:
    """A client under test as the options of `check` and `replay` name it, `--client-command` in `client_command` and so on.

    `client`: `package.module:Class` or `path/to/file.py:Class` is called in process, a URL is a hook, anything else is a
    program that speaks JSON Lines. `client_command`: a job that runs once for each task.
    """

    client: str | None = None
    client_command: str | None = None
    mirror_command: str | None = None
    mirror_file: str | None = None
    fake_time: bool = False

    @property
    def carrier(self) -> Carrier:
        if self.client_command is not None:
            return "command"
        given = (self.client or "").strip()
        return "hook" if _HOOK.match(given) else "callable" if _CALLABLE.fullmatch(given) else "session"

    @property
    def options(self) -> str:
        """The client in the words of the command line, as a shell takes them."""
        words: list[str] = []
        for name in ("client", "client_command", "mirror_command", "mirror_file"):
            value = getattr(self, name)
            if value is not None:
                words += [f"--{name.replace('_', '-')}", shlex.quote(value)]
        return " ".join([*words, "--fake-time"] if self.fake_time else words)

    def checked(self) -> ClientSpec:
        """Itself; raises WrongClient where the options do not go together."""
        if self.client is not None and self.client_command is not None:
            raise WrongClient(
                "--client and --client-command are two ways of running one client; give the first for a program that "
                "stays and speaks JSON Lines, the second for a job that runs once for each task and ends"
            )
        if not (self.client_command or self.client or "").strip():
            raise WrongClient(
                "no client was named; give --client path/to/file.py:Class, --client 'node sync.js', "
                "--client http://127.0.0.1:9000/hook, or --client-command './run-sync.sh'"
            )
        if self.mirror_command is not None and self.mirror_file is not None:
            raise WrongClient("--mirror-command and --mirror-file both say where the mirror is found; give one of them")
        if self.fake_time and self.carrier == "callable":
            raise WrongClient(
                "--fake-time is for programs: a Python class shares its clock with the harness. Let its constructor "
                "take `ask` and ask now(), or give the command that runs it ('python client.py')"
            )
        if self.fake_time and self.carrier == "hook":
            raise WrongClient(
                "--fake-time is for programs that the harness starts, and a hook runs already. Let it ask now, "
                "or read the `Date` header of the answers"
            )
        return self


def open_driver(client: str | ClientSpec, deadline: float = DEADLINE) -> Driver:
    """The driver for a client, named as `--client` takes it or by a whole spec. Raises WrongClient with what to do."""
    from mockservers.harness.drivers.mirror import MirrorCommand, Mirrored, MirrorFile

    spec = (ClientSpec(client) if isinstance(client, str) else client).checked()
    source: MirrorCommand | MirrorFile | None = None
    if spec.mirror_command is not None:
        source = MirrorCommand(_words(spec.mirror_command, "--mirror-command"))
    elif spec.mirror_file is not None:
        source = MirrorFile(spec.mirror_file)
    driver = _carrier(spec, deadline, shows=source is not None)
    return driver if source is None else Mirrored(driver, source)


def _carrier(spec: ClientSpec, deadline: float, shows: bool) -> Driver:
    given = (spec.client or spec.client_command or "").strip()
    if spec.carrier == "hook":
        from mockservers.harness.drivers.hook import HookDriver

        return HookDriver(given, deadline)
    if spec.carrier == "callable":
        from mockservers.harness.drivers.in_process import CallableDriver

        found = _CALLABLE.fullmatch(given)
        assert found is not None
        return CallableDriver(found["home"], found["name"], deadline)
    return _program(spec, given, deadline, shows)


def _program(spec: ClientSpec, given: str, deadline: float, shows: bool) -> Driver:
    from mockservers.harness.drivers.command import CommandDriver
    from mockservers.harness.drivers.fake_time import FakeTime
    from mockservers.harness.drivers.session import SessionDriver

    job = spec.carrier == "command"
    command = _words(given, "--client-command" if job else "--client")
    if job and (_HOOK.match(given) or _CALLABLE.fullmatch(given)):
        raise WrongClient(f"--client-command must be a command, and {given} is none; give it with --client")
    if not job and len(command) == 1 and command[0].endswith(".py"):
        raise WrongClient(
            f"{given} is a file; name the class in it ({given}:Class), or the command that runs it ('python {given}')"
        )
    if not job and len(command) == 1 and "/" not in given and "." in given and not Path(given).exists():
        raise WrongClient(f"{given} looks like a module; name the class in it ({given}:Class)")
    fake = FakeTime() if spec.fake_time else None
    try:
        return CommandDriver(command, deadline, fake, shows=shows) if job else SessionDriver(command, deadline, fake)
    except BaseException:
        if fake is not None:
            fake.close()
        raise


def _words(given: str, option: str) -> list[str]:
    """A command as its words. No shell reads it, so it means the same everywhere."""
    try:
        command = shlex.split(given)
    except ValueError as error:
        raise WrongClient(f"the command {given!r} cannot be read: {error}; mind the quotes") from error
    if not command:
        raise WrongClient(f"{option} names no command")
    if found := {"|", "||", "&&", ";", "<", ">", ">>"}.intersection(command):
        raise WrongClient(f"no shell reads {option}, so {min(found)} means nothing in it; write \"sh -c '...'\"")
    return command
