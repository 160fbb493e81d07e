"""The go-live rehearsal: a month of a desk in virtual time against a client, what it missed, and whether it may go live.

Names are loaded at first use, so that importing this package costs nothing until a rehearsal is run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockservers.rehearsal.plan import RehearsalConfig as RehearsalConfig
    from mockservers.rehearsal.profiles import DeskProfile as DeskProfile
    from mockservers.rehearsal.rehearsing import rehearse as rehearse
    from mockservers.rehearsal.report import RehearsalInterrupted as RehearsalInterrupted
    from mockservers.rehearsal.report import RehearsalReport as RehearsalReport
    from mockservers.rehearsal.report import RehearsalStopped as RehearsalStopped

_HOMES = {
    "DeskProfile": "profiles",
    "RehearsalConfig": "plan",
    "RehearsalReport": "report",
    "RehearsalStopped": "report",
    "RehearsalInterrupted": "report",
    "rehearse": "rehearsing",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
