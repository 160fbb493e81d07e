"""Progress as people see it: one whole line on a terminal of any width, lines now and then where there is none."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import struct
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from mockservers.cli.progress import Progress, line, progress
from mockservers.harness import CheckConfig, run_check
from mockservers.kernel import clock

MUTANT = Path(__file__).parent.parent / "vendors/get_tickets/mutants/decoded_once.py"
LONG = (
    "superoffice, dialect a_name_that_is_rather_long; an example takes 23 s, for the job is started anew for each task"
)


@contextlib.contextmanager
def terminal(columns: int) -> Iterator[tuple[TextIO, list[bytes]]]:
    """A terminal of so many columns: what a program writes to, and what comes out at its other side."""
    other, own = os.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    seen: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # its end, as Linux tells it
            while chunk := os.read(other, 1 << 16):
                seen.append(chunk)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    with os.fdopen(own, "w") as stream:
        yield stream, seen
    reader.join(20)
    os.close(other)


def shown(seen: list[bytes], columns: int) -> list[str]:
    """What stood in the one line after each carriage return; fails where something went past it."""
    text = b"".join(seen).decode()
    assert "\n" not in text
    assert "\x1b" not in text
    pictures = text.split("\r")
    assert max(map(len, pictures)) < columns
    return [each.rstrip() for each in pictures]


@pytest.mark.parametrize("columns", [10, 40, 80, 120, 200])
def test_a_line_is_whole_in_every_width(columns: int) -> None:
    for what in ("querydata, dialect default", LONG):
        for done, total, left in ((0, 180, None), (57, 180, 62.0), (180, 180, 0.0), (37, 0, None)):
            assert len(line(what, done, total, left, 75.0, columns)) < columns
    assert line("querydata, dialect default", 57, 180, 62.0, 75.0, 80) == (
        "querydata, dialect default [##########-----------------------] 57/180 1:02 left"
    )
    assert line("querydata, dialect default", 57, 180, 62.0, 75.0, 40) == "querydata, dialect d.. 57/180 1:02 left"


def test_shrinking_shows_no_share_of_a_whole_that_nobody_knows() -> None:
    text = line("shrinking all_pages (broken duty 2 of 5)", 37, 0, None, 3725.0, 120)
    assert text == "shrinking all_pages (broken duty 2 of 5) 37 plays, 1:02:05"


def test_a_check_of_a_python_client_draws_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose own output is kept from the terminal while it works."""
    monkeypatch.setattr("mockservers.cli.progress.OFTEN", 0)
    monkeypatch.setattr("mockservers.harness.check.MOST_SHRINKS", 2)
    monkeypatch.setattr("mockservers.harness.check.MORE_SHRINKS", 2)
    with terminal(40) as (stream, seen), monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", stream)
        with progress() as told:
            config = CheckConfig("get_tickets", f"{MUTANT}:Client", examples=2, save_to=None, progress=told)
            report = run_check(config)
    pictures = shown(seen, 40)
    assert report.broken
    assert any(each.startswith("get_tickets") for each in pictures)
    assert any(each.startswith("shrinking decoded_once") for each in pictures)
    assert pictures[-1] == ""  # nothing is left of it


def test_lines_come_at_each_phase_and_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0
    monkeypatch.setattr(clock, "wall", lambda: now)
    stream = io.StringIO()
    told = Progress(stream)
    for done in range(31):
        now = done * 500_000
        told(done, 30, "querydata, dialect default")
    told(0, 0, "shrinking all_pages (broken duty 1 of 1)")
    told(0, 0, "shrinking all_pages (broken duty 1 of 1)")
    told(1, 0, "shrinking all_pages (broken duty 1 of 1)")
    told.end()
    assert [each.strip() for each in stream.getvalue().splitlines()] == [
        "0 s  querydata, dialect default: 0 of 30 examples",
        "10 s  querydata, dialect default: 20 of 30 examples",
        "15 s  querydata, dialect default: 30 of 30 examples",
        "15 s  shrinking all_pages (broken duty 1 of 1)",
    ]


def test_a_terminal_that_is_gone_costs_no_verdict() -> None:
    stream = io.StringIO()
    told = Progress(stream)
    stream.close()
    told(1, 2, "anything")
    told.end()
