"""QueryData's contract: clients whose clocks go wrong, and yet are right, and what shows a duty kept or broken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference, roles
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.reports import check_text


class Fast(reference("querydata")):  # type: ignore[misc]
    """Its clock is two minutes fast, and it looks back as much more."""

    OFF = timedelta(minutes=2)

    def __init__(self, ask: Any) -> None:
        super().__init__(self)
        self.true = ask

    def now(self) -> str:
        return (datetime.fromisoformat(self.true.now()) + self.OFF).isoformat()

    def reset(self, options: Any, **rest: Any) -> None:
        super().reset(options=options, **rest)
        self.lag += timedelta(minutes=2)
        self.resume += min(self.OFF, timedelta(0))  # it began before what its own clock shows


class Slow(Fast):
    """Its clock is two minutes slow: it learns everything so much later."""

    OFF = -timedelta(minutes=2)


class FarFast(Fast):
    """Its clock is two hours fast, and it looks back three."""

    OFF = timedelta(hours=2)

    def reset(self, options: Any, **rest: Any) -> None:
        super().reset(options=options, **rest)
        self.lag += timedelta(hours=3)


@pytest.mark.parametrize(("client", "examples"), [(Fast, 4), (Slow, 4), (FarFast, 1)])
def test_clocks_that_go_wrong_are_no_bug_where_nothing_is_lost(client: Any, examples: int) -> None:
    with CallableDriver.of(client) as driver:
        report = check(CheckConfig("querydata", driver, examples=examples, save_to=None, shrink=False))
    # Who asks for three hours at each sync loses nothing, and wastes much: that is another duty, and only `should`.
    broken = [duty.slug for duty in report.broken if duty.slug != "windows_go_on"]
    assert broken == [], check_text(report)


def test_there_are_clients_of_six_designs() -> None:
    assert {"reader", "bulk", "parallel", "sqlite", "nightly"} <= set(roles("querydata"))
