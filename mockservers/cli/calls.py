"""Calls told while a server runs: a line each on standard error, as text or as JSON, and each in a file. Secrets are masked."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import stat
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from mockservers.kernel import clock, instants

if TYPE_CHECKING:
    from mockservers.kernel.journal import Entry
    from mockservers.kernel.world import World


def log(world: World, entry: Entry) -> None:
    """Write a line about a call on standard error: the world's time, its name where it is not `default`, the call."""
    from mockservers.server import verdicts

    clean = world.redaction()
    at = instants.to_iso(entry.at // instants.SECOND * instants.SECOND)
    where = [] if world.name == "default" else [world.name]
    text = " ".join([at, *where, clean(verdicts.line(entry, clean))])
    with contextlib.suppress(OSError, ValueError):  # whoever read has enough, as `head` has; the calls go on
        click.echo(verdicts.printable(text), err=True)


def log_json(world: World, entry: Entry) -> None:
    """Write an object about a call on standard error, as a line of JSON."""
    from mockservers.server.responses import request_id

    exchange, clean = entry.exchange, world.redaction()
    told: dict[str, Any] = {
        "at": instants.to_iso(entry.at),
        "world": world.name,
        "n": entry.n,
        "vendor": entry.vendor or None,
        "operation": entry.operation,
        "actor": entry.actor,
        "tenant": entry.tenant,
        "outcome": entry.outcome,
        "refusal": entry.refusal,
        "faults": entry.faults,
        "findings": [note.rule for note in entry.notes],
        "request_id": request_id(world.name, entry),
    }
    if exchange is not None:
        told |= {"method": exchange.method, "target": exchange.target, "status": exchange.status}
    level = "error" if entry.outcome == "error" else "info"
    write_json("call", clean.data(told), instants.to_iso(entry.wall), level)


def write_json(event: str, told: Mapping[str, Any], time: str = "", level: str = "info") -> None:
    """Write a line of JSON on standard error: the machine's time, how grave it is, what happened, and what belongs to it."""
    line = {"time": time or instants.to_iso(clock.wall()), "level": level, "event": event, **told}
    text = json.dumps(line, ensure_ascii=True, default=str)
    with contextlib.suppress(OSError, ValueError):  # whoever read has enough, as `head` has; the calls go on
        click.echo(text, err=True)


class JsonMessages(logging.Handler):
    """The program's own messages as lines of JSON."""

    def emit(self, record: logging.LogRecord) -> None:
        write_json("message", {"logger": record.name, "message": record.getMessage()}, level=record.levelname.lower())


@contextlib.contextmanager
def messages_as_json() -> Iterator[None]:
    """What the program has to say goes out as lines of JSON, as long as the block lasts."""
    logger, handler = logging.getLogger("mockservers"), JsonMessages()
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False  # or it would be told as text too
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


def _is_torn(path: Path) -> bool:
    """Whether a file ends inside a line, as whoever was killed while it wrote left it."""
    with contextlib.suppress(OSError):
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file:
                file.seek(-1, os.SEEK_END)
                return file.read(1) != b"\n"
    return False


class JournalFile:
    """A file that gets each call as a line of JSON, flushed, for its owner's eyes alone. What is there is kept.

    Several processes that write one file or pipe take turns by `lock`, a descriptor that they all have.
    """

    def __init__(self, path: Path, lock: int | None = None) -> None:
        from mockservers.server.control import context, history  # now, so that no call waits for it

        self._plain, self._told = context.plain, history.line_told
        self._path, self._lock, self._alone = path, lock, threading.Lock()
        try:  # without waiting: a pipe that nobody reads would hold the server up for ever
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0), 0o600)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            raise ValueError(
                f"--journal {path} is no regular file but a pipe that nobody reads, or a socket; name a new file, or one of an "
                "earlier run"
            ) from error
        if hasattr(os, "set_blocking"):
            os.set_blocking(descriptor, True)
        if hasattr(os, "fchmod") and stat.S_ISREG(
            os.fstat(descriptor).st_mode
        ):  # not /dev/stdout, nor /dev/null for all
            os.fchmod(descriptor, 0o600)  # of an earlier run, or made by somebody else
        self._file: TextIO | None = os.fdopen(descriptor, "a", encoding="utf-8")
        with self._turn():
            if _is_torn(path):
                self._file.write("\n")  # or the first call would be lost with the half of an earlier one
                self._file.flush()

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Around a line: no other thread or process writes into it."""
        with self._alone:
            if self._lock is None:
                yield
                return
            import fcntl  # where workers are, it is there

            fcntl.lockf(self._lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._lock, fcntl.LOCK_UN)

    def write(self, world: World, entry: Entry) -> None:
        """Keep a call. A file that can no longer be written is given up with a word on standard error: calls go on."""
        if self._file is None:
            return
        line = self._told(world, entry, exchange=True, clean=world.redaction())
        text = json.dumps(self._plain({"world": world.name, **line}), ensure_ascii=False) + "\n"
        try:
            with self._turn():
                if self._file is not None:
                    self._file.write(text)
                    self._file.flush()
        except OSError as error:
            self._file = None
            logging.getLogger("mockservers").error(
                "%s is written no longer: %s. The calls go on, and the server's own journal keeps the latest.",
                self._path,
                error.strerror or error,
            )

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
