"""The harness: hunts for bugs in clients by playing scenarios against them and judging what happened.

Names are loaded at first use, so that importing this package costs nothing until a check is run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockservers.harness import check as _check
    from mockservers.harness import replay as _replay
    from mockservers.harness.check import CheckConfig as CheckConfig
    from mockservers.harness.drivers import ClientSpec as ClientSpec
    from mockservers.harness.drivers import Driver as Driver
    from mockservers.harness.drivers import DriverFailure as DriverFailure
    from mockservers.harness.drivers import WrongClient as WrongClient
    from mockservers.harness.duties import Breach as Breach
    from mockservers.harness.duties import Duty as Duty
    from mockservers.harness.duties import Judgement as Judgement
    from mockservers.harness.duties import judged as judged
    from mockservers.harness.history import History as History
    from mockservers.harness.replay import ReplayInterrupted as ReplayInterrupted
    from mockservers.harness.replay import ReplayResult as ReplayResult
    from mockservers.harness.replay import ReplayStopped as ReplayStopped
    from mockservers.harness.scenarios import ClientStep as ClientStep
    from mockservers.harness.scenarios import ClockStep as ClockStep
    from mockservers.harness.scenarios import FaultStep as FaultStep
    from mockservers.harness.scenarios import Meanwhile as Meanwhile
    from mockservers.harness.scenarios import OtherStep as OtherStep
    from mockservers.harness.scenarios import Scenario as Scenario
    from mockservers.harness.scenarios import ScenarioError as ScenarioError
    from mockservers.harness.verdicts import CheckInterrupted as CheckInterrupted
    from mockservers.harness.verdicts import CheckStopped as CheckStopped
    from mockservers.harness.verdicts import Report as Report

    duties_of: Callable[[str], tuple[Duty, ...]]
    run_check = _check.check
    run_replay = _replay.replay

# Functions get names of their own here: `check` and `replay` are the modules.
_HOMES = {
    "CheckConfig": "check:CheckConfig",
    "Report": "verdicts:Report",
    "CheckStopped": "verdicts:CheckStopped",
    "CheckInterrupted": "verdicts:CheckInterrupted",
    "run_check": "check:check",
    "ClientSpec": "drivers:ClientSpec",
    "Driver": "drivers:Driver",
    "DriverFailure": "drivers:DriverFailure",
    "WrongClient": "drivers:WrongClient",
    "Breach": "duties:Breach",
    "Duty": "duties:Duty",
    "Judgement": "duties:Judgement",
    "judged": "duties:judged",
    "duties_of": "duties:of",
    "History": "history:History",
    "ReplayResult": "replay:ReplayResult",
    "ReplayStopped": "replay:ReplayStopped",
    "ReplayInterrupted": "replay:ReplayInterrupted",
    "run_replay": "replay:replay",
    "Scenario": "scenarios:Scenario",
    "ScenarioError": "scenarios:ScenarioError",
    "ClockStep": "scenarios:ClockStep",
    "Meanwhile": "scenarios:Meanwhile",
    "OtherStep": "scenarios:OtherStep",
    "FaultStep": "scenarios:FaultStep",
    "ClientStep": "scenarios:ClientStep",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), attribute)
