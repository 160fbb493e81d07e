"""How much of the machine's processor a process may use."""

from __future__ import annotations

import os


def cores() -> int:
    """The processor cores that this process may use; on macOS and Windows, where it may use all, those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
