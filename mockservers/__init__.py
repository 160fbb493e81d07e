"""Ticketing systems on your own machine, as their vendors document them, and a harness that hunts for bugs in your client.

Public, and stable within a minor version, are:

- `mockservers`: `start` and the objects that it gives out (`mockservers.api` holds them);
- `mockservers.harness`: checks and replays from Python, with duties and strategies of your own;
- `mockservers.pytest_plugin`: the fixtures `mock_server`, `mock_world`, `mock_client`;
- for packages that add a vendor: `mockservers.registry`, `mockservers.kernel`, `mockservers.wirekit`,
  `mockservers.recording.adapter`, and of the harness `profile`, `strategies`, `sequences`, `decoders`, `duties`,
  `history`, `scenarios`, `comparing`.

All else is private and may change in any release.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockservers.api import Finding as Finding
    from mockservers.api import MockClock as MockClock
    from mockservers.api import MockServer as MockServer
    from mockservers.api import MockVendor as MockVendor
    from mockservers.api import MockWorld as MockWorld
    from mockservers.api import start as start
    from mockservers.kernel.faults import Fault as Fault
    from mockservers.kernel.journal import Entry as Entry
    from mockservers.kernel.journal import Exchange as Exchange
    from mockservers.kernel.rules import Misuse as Misuse

__version__ = "0.1.0"

# Loaded at first use: the command line and pytest import this package in every process.
_HOMES = {
    "start": "api",
    "MockServer": "api",
    "MockWorld": "api",
    "MockVendor": "api",
    "MockClock": "api",
    "Finding": "api",
    "Fault": "kernel.faults",
    "Entry": "kernel.journal",
    "Exchange": "kernel.journal",
    "Misuse": "kernel.rules",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
