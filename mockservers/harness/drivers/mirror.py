"""Mirrors that a client does not show itself: a file that its job writes, or a command that prints what it believes."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mockservers.harness.drivers import (
    LONGEST_ANSWER,
    RESTART,
    Answer,
    Driver,
    DriverFailure,
    Hello,
    WrongClient,
    process,
)
from mockservers.harness.drivers.command import environment, failure, last_line


def parse(text: str, where: str) -> dict[str, Any]:
    """The value of `mirror` in JSON (a list of records, or an object that has them) or in CSV with a column `id`."""
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("[", "{") or where.endswith(".json"):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DriverFailure(f"{where} holds no JSON: {error}") from error
        return value if isinstance(value, dict) else {"records": value}
    return {"records": _rows(text, where)}


def _rows(text: str, where: str) -> list[dict[str, Any]]:
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    found = []
    try:
        columns = rows.fieldnames or ()
        if "id" not in columns:
            raise DriverFailure(
                f"{where} is neither JSON nor CSV with a column id; its first line has {', '.join(columns)[:160] or 'nothing'}"
            )
        for row in rows:
            if None in row:
                raise DriverFailure(f"{where}, line {rows.line_num}: there are more values than columns")
            found.append({"id": row.pop("id"), "fields": row})
    except csv.Error as error:
        raise DriverFailure(f"{where}, after line {rows.line_num}: no CSV, {error}") from error
    return found


class MirrorFile:
    """A file in JSON or CSV, read when the mirror is asked for, which is after each task.

    A relative path lies in the state folder, so it is new for each example. A file elsewhere outlives an example; one
    that was not written since `reset` tells of the example before, and does not count.
    """

    option = "--mirror-file"

    def __init__(self, path: str) -> None:
        if not path.strip():
            raise WrongClient("--mirror-file takes the path of the file in which the client keeps its mirror")
        self.path = Path(path)
        self._file = self.path
        self._before: tuple[int, ...] | None = None

    def reset(self, message: Mapping[str, Any]) -> None:
        self._file = Path(str(message.get("state_dir", ""))) / self.path  # an absolute path stays what it is
        self._before = self._state()

    def _state(self) -> tuple[int, ...] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode

    def read(self, driver: Driver) -> Answer:
        state = self._state()
        if state is None:
            hint = "" if self.path.is_absolute() else "; a relative path lies in MOCKSERVERS_STATE_DIR"
            return Answer(None, "client", f"there is no file {self.path}{hint}")
        if not stat.S_ISREG(state[-1]):
            raise DriverFailure(f"the mirror file {self.path} is no regular file", driver.output)
        if state == self._before:
            return Answer(None, "client", f"the file {self.path} was not written since the example began")
        try:
            with self._file.open("rb") as opened:
                data = opened.read(LONGEST_ANSWER + 1)
        except OSError as error:
            return Answer(None, "client", f"the mirror file {self.path} cannot be read: {error.strerror or error}")
        if len(data) > LONGEST_ANSWER:
            raise DriverFailure(f"the mirror file {self.path} has over {LONGEST_ANSWER >> 20} MB", driver.output)
        try:
            return Answer(parse(data.decode("utf-8"), str(self.path)))
        except UnicodeDecodeError as error:
            raise DriverFailure(f"the mirror file {self.path} is no UTF-8: {error}", driver.output) from error


class MirrorCommand:
    """A command that prints the mirror, found in the environment of the command carrier, with MOCKSERVERS_TASK=mirror.

    JSON on the last line, or a whole output in JSON or CSV. It has as long as the client for a task.
    """

    option = "--mirror-command"

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self._given: Mapping[str, Any] = {}

    def reset(self, message: Mapping[str, Any]) -> None:
        self._given = dict(message)

    def read(self, driver: Driver) -> Answer:
        surroundings = environment("mirror", self._given, driver.asking.now(), {}, driver.fake_time)
        ran = process.run(self.command, surroundings, driver.deadline, driver.keep)
        failed = failure("mirror", ran, driver)
        if failed is not None:
            return replace(failed, error=f"{self.option}: {failed.error}")
        talk, value = last_line(ran.printed)
        if isinstance(value, (dict, list)):
            driver.keep(talk)
            return Answer(value if isinstance(value, dict) else {"records": value})
        if not ran.printed.strip():
            raise DriverFailure(
                f"{self.option} printed nothing; it must print the mirror as JSON or CSV", driver.output
            )
        return Answer(parse(ran.printed, f"what {self.option} printed"))


class Mirrored(Driver):
    """A client that shows no mirror, and where its mirror is found."""

    def __init__(self, client: Driver, source: MirrorFile | MirrorCommand) -> None:
        super().__init__(client.name, client.deadline)
        self.client, self.source = client, source
        self.asking = client.asking
        self.fake_time = client.fake_time

    def hello(self) -> Hello:
        if self._hello is None:
            said = self.client.hello()
            if "mirror" in said.tasks:
                raise WrongClient(
                    f"the client shows its mirror itself, so {self.source.option} has nothing to do; leave it out, "
                    "or let hello name the tasks without mirror"
                )
            self._hello = replace(said, tasks=(*said.tasks, "mirror"))
        return self._hello

    def tell(self, do: str, message: Mapping[str, Any]) -> Answer:
        if do == "mirror":
            return self.source.read(self)
        if do == "reset" and not message.get("options", {}).get(RESTART):
            self.source.reset(message)
        self.client.deadline = self.deadline
        return self.client.tell(do, message)

    def restart(self) -> None:
        self.client.restart()

    def kill(self) -> bool:
        return self.client.kill()

    def abandon(self) -> None:
        self.client.abandon()

    def keep(self, text: str) -> None:
        self.client.keep(text)

    @property
    def output(self) -> str:
        return self.client.output

    def take_output(self) -> str:
        return self.client.take_output()

    def close(self) -> None:
        self.client.close()
