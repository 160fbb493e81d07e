"""Plays a check of a vendor's reference client and prints every journal, for comparing runs byte for byte.

    python tests/harness/journals.py querydata 8 1

Left out is what no two runs share: the machine's time, the port, and the folder for state. Everything else counts, also
bytes on the wire, truth, mirrors and verdicts.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

from mockservers.harness import runner, runner_pool
from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference_name
from mockservers.harness.history import History
from mockservers.harness.scenarios import Scenario

LEFT_OUT = {"wall", "secrets", "fault", "entry", "leaving"}


def plain(value: Any) -> Any:
    """Entries and exchanges as data; the order of everything is kept, since it counts too."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.name not in LEFT_OUT]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return (
        value.decode("latin-1")
        if isinstance(value, bytes)
        else value
        if isinstance(value, (int, float))
        else str(value)
    )


class Told(runner.Runner):
    """A stage that prints the journal of each play."""

    def play(self, scenario: Scenario) -> History:
        history = super().play(scenario)
        port = f":{self.server.port}"
        for entry in self.worlds.default.journal:
            print(json.dumps(plain(entry)).replace(port, ":PORT"))
        told = {"scenario": scenario.to_dict(), "truth": plain(dict(history.truth)), "mirror": plain(history.listed)}
        print(json.dumps(told))
        return history


def main(vendor: str, examples: int, seed: int) -> None:
    setattr(runner_pool, "Runner", Told)  # noqa: B010
    report = check(CheckConfig(vendor, reference_name(vendor), seed=seed, examples=examples, save_to=None))
    for verdict in report.dialects[0].verdicts:
        print(verdict.duty.id, verdict.verdict, verdict.exercised, verdict.broken_in)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
