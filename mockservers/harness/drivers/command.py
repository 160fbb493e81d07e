"""The command carrier: an existing job that runs once for each task and ends, and finds what it needs in its environment.

`hello` and `reset` are the harness's own affair. A job is asked `hello` once, at an address where nobody answers, so that
one that does not look at MOCKSERVERS_TASK and simply syncs does no harm; whoever says nothing then can only sync.
`reset` runs nothing: a new MOCKSERVERS_STATE_DIR is the new beginning.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.harness.drivers import (
    DEADLINE,
    Answer,
    Driver,
    DriverFailure,
    Hello,
    WrongClient,
    process,
    read_hello,
    shorten,
)
from mockservers.harness.drivers.fake_time import FakeTime

PREFIX = "MOCKSERVERS_"
NOWHERE = "http://127.0.0.1:9"
"""The address in `hello`: the port of the discard service, where nothing listens."""
VALUED = ("mirror", "create")
"""Tasks that are nothing without a value; what another prints may be words for people."""
HELLO = frozenset({"protocol", "tasks"})
"""What an answer to `hello` has at least one of. A line of a log in JSON has neither."""


def environment(
    do: str, given: Mapping[str, Any], now: str, arguments: Mapping[str, Any], fake_time: FakeTime | None
) -> dict[str, str]:
    """The environment of one task, `given` being what `reset` told. Nothing of the harness's own settings is in it."""
    found = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    told = {
        "TASK": do,
        "URL": str(given.get("url", NOWHERE)),
        "ENDPOINT": str(given.get("endpoint", NOWHERE)),
        "VENDOR": str(given.get("vendor", "")),
        "CREDENTIALS": json.dumps(given.get("credentials", {})),
        "OPTIONS": json.dumps(given.get("options", {})),
        "NOW": now,
        "STATE_DIR": str(given.get("state_dir", "")),
    } | ({"ARGS": json.dumps(arguments)} if arguments else {})
    found |= {PREFIX + name: value for name, value in told.items()}
    if fake_time is not None:
        if do != "hello":
            fake_time.show(now)
        found |= fake_time.environment
    return found


def failure(do: str, ran: process.Ran, driver: Driver) -> Answer | None:
    """What a run that did not end well means: an error of the client, or a DriverFailure; None where it ended well."""
    if ran.late:
        raise DriverFailure(
            f"the client has not ended {do!r} within {driver.deadline:g} s; it hangs, or the deadline is too short",
            driver.output,
        )
    if ran.flooded:
        raise DriverFailure(
            f"the client printed over {process.MOST_PRINTED >> 20} MB to stdout at {do!r}, and was ended", driver.output
        )
    if ran.code is None or ran.code < 0:
        raise DriverFailure(f"the client died at {do!r}, by {process.signal_name(ran.code)}", driver.output)
    if ran.code:
        return Answer(None, "client", f"exit code {ran.code}{ran.complaint and ': '}{shorten(ran.complaint)}")
    return None


class CommandDriver(Driver):
    """One process for each task. `shows`: its mirror is found elsewhere (`--mirror-file`, `--mirror-command`)."""

    def __init__(
        self,
        command: Sequence[str],
        deadline: float = DEADLINE,
        fake_time: FakeTime | None = None,
        *,
        shows: bool = False,
    ) -> None:
        super().__init__(shorten(" ".join(command), 60), deadline)
        self.command = list(command)
        self.fake_time = fake_time
        self.shows = shows
        self._given: Mapping[str, Any] = {}
        self._running: subprocess.Popen[bytes] | None = None

    def _begun(self, started: subprocess.Popen[bytes]) -> None:
        self._running = started

    def kill(self) -> bool:
        if self._running is not None:  # else it has ended, as after every task
            process.strike(self._running)
        return True

    def hello(self) -> Hello:
        if self._hello is None:
            with tempfile.TemporaryDirectory(prefix="mockservers-hello-") as folder:
                surroundings = environment("hello", {"state_dir": folder}, self.asking.now(), {}, self.fake_time)
                ran = process.run(self.command, surroundings, self.deadline, self.keep)
            _, value = last_line(ran.printed)
            if ran.code == 0 and isinstance(value, Mapping) and HELLO & value.keys():
                self._hello = read_hello(Answer(value), self.name)
            elif self.shows:
                self._hello = Hello(self.name, ("sync",))
            else:
                failure("hello", ran, self)  # what hangs, floods or dies fails as it would in any task
                said = shorten(ran.complaint) or "nothing"
                raise WrongClient(
                    f"run with MOCKSERVERS_TASK=hello, the job did not say what it can do (exit code {ran.code}; to stderr it "
                    f"said {said}), so it can only sync, and nothing shows what it believes; give --mirror-file PATH or "
                    '--mirror-command COMMAND, or let it print {"protocol": 1, "tasks": ["sync", "mirror"]}'
                )
            self.take_output()  # of one who knew no hello, it is of no interest
        return self._hello

    def tell(self, do: str, message: Mapping[str, Any]) -> Answer:
        if do == "reset":
            self._given = dict(message)
        if do in ("reset", "bye"):
            return Answer()
        surroundings = environment(do, self._given, self.asking.now(), message, self.fake_time)
        try:
            ran = process.run(self.command, surroundings, self.deadline, self.keep, self._begun)
        except WrongClient as error:  # it was there for `hello`
            raise DriverFailure(str(error), self.output) from error
        finally:
            self._running = None
        failed = failure(do, ran, self)
        if failed is not None:
            self.keep(ran.printed)
            return failed
        talk, value = last_line(ran.printed)
        self.keep(talk)
        if value is NOTHING and do in VALUED:
            said = shorten(repr(talk.rstrip().rpartition("\n")[2])) if talk.strip() else "nothing"
            raise DriverFailure(
                f"the client printed {said} at the end of {do!r}; its last line on stdout must be the value as JSON",
                self.output,
            )
        if do == "mirror" and isinstance(value, list):
            value = {"records": value}
        return Answer(None if value is NOTHING else value)

    def close(self) -> None:
        if self.fake_time is not None:
            self.fake_time.close()


NOTHING = object()


def last_line(printed: str) -> tuple[str, Any]:
    """What stands before the last line, and that line as JSON; everything and NOTHING where it is none."""
    before, _, last = printed.rstrip().rpartition("\n")
    try:
        return before and before + "\n", json.loads(last)
    except (ValueError, RecursionError):
        return printed, NOTHING
