"""The files of worlds: where each vendor's database lies, what an earlier server left in it, and who may use them.

Knows names of files and the table of state in them; nothing of vendors, calls or records.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from mockservers.registry import NAME


def file_of(base: Path | None, world: str, vendor: str) -> Path | None:
    """Where a vendor's database lies: `name.db` becomes `name.<world>.<vendor>.db`; None for memory."""
    return None if base is None else base.with_name(f"{base.stem}.{world}.{vendor}{base.suffix or '.db'}")


def files_of(base: Path | None, world: str, emulator: Callable[[str], object]) -> dict[str, Path]:
    """The files of a world by vendor, opened by this process or left by an earlier one.

    Only a file that is named exactly as ours is one, and only for a vendor that `emulator` knows (it raises ValueError for
    others): what lies beside may be a copy that somebody keeps, or belong to another store with a like name.
    """
    if base is None or not base.parent.is_dir():
        return {}
    head, tail = f"{base.stem}.{world}.", base.suffix or ".db"
    found = [each for each in base.parent.iterdir() if each.name.startswith(head) and each.name.endswith(tail)]
    named = {each.name[len(head) : -len(tail)]: each for each in sorted(found)}
    return {vendor: path for vendor, path in named.items() if _is_vendor(vendor, emulator)}


def _is_vendor(name: str, emulator: Callable[[str], object]) -> bool:
    if NAME.fullmatch(name) is None:
        return False
    try:
        emulator(name)
    except ValueError:
        return False
    return True


def make_private(path: Path) -> None:
    """Make an empty file that its owner alone can read and write, unless there is one: stores hold customers' names.

    What SQLite keeps beside a database is as open as the database. Raises OSError where no file can be made.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))


def keep_clock(path: Path, clock: Mapping[str, Any]) -> None:
    """Write a world's clock into a database of it that nobody has open. One that cannot be written keeps what it has."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE mock_state SET value = ? WHERE key = 'clock'", (json.dumps(clock),))


def adopt(source: Path, path: Path) -> None:
    """Make a private file the database at `path`, where an empty one may be; it is copied where it lies on another disk."""
    remove(path)
    try:
        source.replace(path)
    except OSError:
        make_private(path)
        try:
            shutil.copyfile(source, path)
        except BaseException:
            remove(path)
            raise
        finally:
            source.unlink()


def remove(path: Path) -> None:
    """Take a database away, with what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def states_of(
    base: Path | None, world: str, emulator: Callable[[str], object]
) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Vendor, file and kept state of every whole database of a world; others are judged when they are opened."""
    for vendor, path in files_of(base, world, emulator).items():
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as raw:
            state = {key: json.loads(value) for key, value in raw.execute("SELECT key, value FROM mock_state")}
            if state:
                yield vendor, path, state


class Claim:
    """The right of one process to the files of a store; the system takes it back when the process ends."""

    def __init__(self, base: Path) -> None:
        """Raises ValueError when another server has it, or the place cannot be written."""
        path = base.with_name(f"{base.stem}.lock")
        try:
            make_private(path)
            raw = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        except (sqlite3.Error, OSError) as error:
            raise ValueError(f"the store {base} cannot be used: {error}; choose a file that can be written") from error
        try:
            raw.execute("PRAGMA journal_mode=MEMORY")  # no second file beside the empty one
            raw.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raw.close()
            if "locked" in str(error):
                raise ValueError(
                    f"another server uses the store {base}; two would overwrite each other's changes. Stop that one, "
                    "or choose another file"
                ) from error
            if isinstance(error, sqlite3.OperationalError):
                raise ValueError(
                    f"the store {base} cannot be used: {error}; choose a file that can be written"
                ) from error
            raise ValueError(f"the store {base} cannot be used: {path} is not ours: {error}") from error
        self._raw = raw

    def release(self) -> None:
        self._raw.close()
