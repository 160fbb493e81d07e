"""What tests know of processes that clients leave behind."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest


def wait_for_end(pid: int) -> None:
    """Wait until a process is gone: it is dead at once, and gone when its new parent has looked at it."""
    for _ in range(6000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        threading.Event().wait(0.01)
    pytest.fail(f"process {pid} still runs")
