"""Runs the contracts as plain pytest: `pytest contracts/<vendor> --client path/to/file.py:Client`.

Each file is one vendor's contract: a test for each duty, all over the same examples, played once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

collect_ignore = ["clients"]  # files that `mockservers init` fills in and writes elsewhere


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mockservers contracts")
    for name, default, what in (
        ("--client", None, "the client under test, as for mockservers check"),
        ("--client-command", None, "a job that runs once for each task and ends"),
        ("--mirror-command", None, "prints what a client believes that does not show it itself"),
        ("--mirror-file", None, "the file in which such a client keeps it"),
        ("--deadline", "30", "seconds that the client may take for one task"),
        ("--dialect", "default", "a named dialect of the vendor, or all"),
        ("--examples", "180", "scenarios to play"),
        ("--harness-seed", "1", "same seed, same scenarios"),
        ("--save", "scenarios-found", "folder for the scenario files of broken duties"),
    ):
        group.addoption(name, default=default, help=what)
    group.addoption("--fake-time", action="store_true", help="run the client's programs under libfaketime")


@pytest.fixture(scope="session")
def reports() -> dict[str, Any]:
    """One check a vendor and session."""
    return {}


@pytest.fixture
def verdict(request: pytest.FixtureRequest, reports: dict[str, Any]) -> Any:
    """Asks for a duty's verdict: kept passes, broken fails with the proof, unproven is skipped with the reason."""
    from mockservers.harness import CheckConfig, ClientSpec, DriverFailure, WrongClient, run_check
    from mockservers.harness.duties import Duty
    from mockservers.harness.reports import counterexample_lines, inapplicable

    option = request.config.getoption
    client = ClientSpec(
        option("--client"),
        option("--client-command"),
        option("--mirror-command"),
        option("--mirror-file"),
        option("--fake-time"),
    )
    if client == ClientSpec():
        pytest.skip("no client was named; give --client path/to/file.py:Class")

    def ask(duty: Duty) -> None:
        if duty.vendor not in reports:
            config = CheckConfig(
                duty.vendor,
                client,
                dialect=option("--dialect"),
                seed=int(option("--harness-seed")),
                examples=int(option("--examples")),
                deadline=float(option("--deadline")),
                save_to=Path(option("--save")),
            )
            try:
                reports[duty.vendor] = run_check(config)
            except (WrongClient, DriverFailure) as error:  # for every duty alike, so there is nothing more to run
                pytest.exit(f"mockservers: {error}", returncode=error.exit_code)
        report = reports[duty.vendor]
        said = report.verdict(duty.id)
        if said == "broken":
            counterexample = next(each for each in report.counterexamples if each.duty.id == duty.id)
            pytest.fail("\n".join(counterexample_lines(counterexample, report.given)), pytrace=False)
        if said in ("unproven", "n/a"):
            pytest.skip(f"unproven: needs {duty.exercised_by}" if said == "unproven" else inapplicable(duty))

    return ask
