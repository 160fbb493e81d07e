"""Reports of checks and rehearsals in a folder that whoever runs the server has named.

What may be read is what a listing of the folder finds; a name that comes with a request is compared with those, and never made a
path. Links are not followed.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mockservers.kernel import instants

POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Whatever a report holds, it runs nothing, sends nothing, and is of no origin."""
MOST, DEEPEST, LARGEST = 500, 3, 64 << 20
"""Reports that are listed, folders inside each other that are looked into, and bytes of a report."""
_TITLE = re.compile(r"<title>([^<]{1,300})</title>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its path below the folder, what it is called, when it was written, how long it is."""

    name: str
    path: Path
    title: str
    written: str
    size: int

    def read(self) -> bytes:
        """Its bytes; raises OSError where it is gone."""
        with _opened(self.path) as file:
            return file.read(LARGEST)


def _opened(path: Path) -> IO[bytes]:
    return open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")


def listed(folder: Path) -> list[Report]:
    """The reports of a folder, the newest first; none where it is not there."""
    found: list[tuple[str, Path, os.stat_result]] = []
    for name, entry in _files(folder, ""):
        with suppress(OSError):  # a check writes into the folder meanwhile
            found.append((name, Path(entry.path), entry.stat(follow_symlinks=False)))
    found.sort(key=lambda each: (-each[2].st_mtime_ns, each[0]))
    made: list[Report] = []
    for each in found[:MOST]:
        with suppress(OSError):  # gone since, or not this user's to read: the others are told all the same
            made.append(_report(*each))
    return made


def _files(folder: Path, below: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda each: each.name)
    except OSError:
        return
    for entry in entries:
        name = f"{below}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if name.count("/") < DEEPEST - 1 and not entry.name.startswith("."):
                yield from _files(Path(entry.path), f"{name}/")
        elif entry.is_file(follow_symlinks=False) and entry.name.lower().endswith(".html"):
            yield name, entry


def _report(name: str, path: Path, state: os.stat_result) -> Report:
    with _opened(path) as file:
        head = file.read(2048).decode("utf-8", "replace")
    title = _TITLE.search(head)
    written = instants.to_iso(state.st_mtime_ns // 1000 // instants.SECOND * instants.SECOND)
    return Report(name, path, html.unescape(title[1]).strip() if title else "", written, state.st_size)
