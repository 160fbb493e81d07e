"""The harness as a library: a suite of one's own adds duties and strategies, and keeps failures in Hypothesis' database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase, InMemoryExampleDatabase

from mockservers.harness import (
    Breach,
    CheckConfig,
    ClientStep,
    ClockStep,
    Duty,
    History,
    Judgement,
    OtherStep,
    Report,
    Scenario,
    ScenarioError,
    duties_of,
    judged,
    run_check,
)
from mockservers.harness.clients import reference, reference_name
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.reports import check_text
from mockservers.kernel import instants
from mockservers.kernel.data import folder

START = instants.from_iso("2026-03-02T10:00:00Z")


def few_calls(history: History) -> Judgement:
    """At most one request for each five minutes that passed, and three more for each ticket."""
    most = (history.end - history.start) // (5 * instants.MINUTE) + 3 * len(history.truth) + 8
    asked = len(history.exchanges)
    breaches = [Breach(f"{asked} requests where {most} would do")] if asked > most else []
    return judged(len(history.syncs), breaches)


FEW_CALLS = Duty("get_tickets.few_calls", "The job is done with few calls.", (), few_calls, "a sync", severity="should")


def busy_mornings(dialect: str, hello: Any) -> st.SearchStrategy[Scenario]:
    """Tickets that come while the client works every quarter of an hour."""
    tickets = st.lists(st.sampled_from(("plain", "a & b")), min_size=1, max_size=3)

    def scenario(subjects: list[str]) -> Scenario:
        steps: list[Any] = []
        for subject in subjects:
            steps += [
                OtherStep("create", fields={"subject": subject}),
                ClockStep(15 * instants.MINUTE),
                ClientStep("sync"),
            ]
        return Scenario("get_tickets", tuple(steps), START, dialect)

    return tickets.map(scenario)


class Chatty(reference("get_tickets")):  # type: ignore[misc]
    """Reads the list once for each ticket that it knows, and so does too much."""

    def sync(self) -> None:
        for _ in range(3 * len(self.tickets) + 6):
            super().sync()


def run(client: Any, **more: Any) -> Report:
    with CallableDriver.of(client) as driver:
        return run_check(CheckConfig("get_tickets", driver, **{"examples": 8, "save_to": None, **more}))


def test_a_duty_and_a_strategy_of_ones_own() -> None:
    mine = {"duties": (*duties_of("get_tickets"), FEW_CALLS), "strategy": busy_mornings}
    good = run(reference("get_tickets"), **mine)
    assert good.broken == [], check_text(good)
    assert good.verdict("few_calls") == "kept"
    bad = run(Chatty, **mine)
    assert [duty.slug for duty in bad.broken] == ["few_calls"]
    (counterexample,) = bad.counterexamples
    assert len(counterexample.scenario.steps) <= 3  # shrunk, as those of the vendor's own duties are
    assert "requests where" in check_text(bad)


def test_a_report_asserts_itself() -> None:
    run(reference("get_tickets"), examples=2).assert_kept()
    broken = run(Chatty, duties=(FEW_CALLS,), strategy=busy_mornings, shrink=False)
    with pytest.raises(AssertionError, match="requests where") as raised:
        broken.assert_kept()
    text = str(raised.value)
    assert text.startswith("the client does not keep its contract with get_tickets\n")
    assert "The request that decides, #" in text
    assert repr(broken.broken) == f"[<Duty get_tickets.few_calls ({FEW_CALLS.severity}): {FEW_CALLS.says}>]"


def test_the_vendors_strategy_can_be_narrowed() -> None:
    from mockservers.vendors.get_tickets.contract import strategies

    def without_trouble(dialect: str, hello: Any) -> st.SearchStrategy[Scenario]:
        def calm(scenario: Scenario) -> Scenario:
            work = [replace(step, meanwhile=None) for step in scenario.steps if isinstance(step, ClientStep)]
            return replace(scenario, steps=tuple(work))

        return strategies.scenarios(dialect, hello).map(calm)

    report = run(reference("get_tickets"), strategy=without_trouble, examples=4)
    assert report.verdict("error_is_not_empty") == "unproven"


def test_a_strategy_that_names_a_ticket_nobody_made_is_told_so() -> None:
    def wrong(dialect: str, hello: Any) -> st.SearchStrategy[Scenario]:
        return st.just(Scenario("get_tickets", (OtherStep("delete", "T1"),), START))

    with pytest.raises(ScenarioError, match="T1"):
        run(reference("get_tickets"), strategy=wrong)


class Doubled(reference("get_tickets")):  # type: ignore[misc]
    """Lists each ticket twice."""

    def mirror(self) -> Any:
        found = super().mirror()
        return {"records": found["records"] * 2}


def test_a_failure_is_kept_played_first_and_forgotten_when_it_is_mended(tmp_path: Path) -> None:
    database = DirectoryBasedExampleDatabase(tmp_path)
    intended = tuple(duty for duty in duties_of("get_tickets") if duty.slug == "once_only")
    first = run(Doubled, duties=intended, database=database)
    assert [duty.slug for duty in first.broken] == ["once_only"]
    (counterexample,) = first.counterexamples

    # Another seed, and one example that may well show nothing: the kept one does.
    again = run(Doubled, duties=intended, database=database, seed=99, examples=1, fail_fast=True)
    assert [each.scenario.to_dict()["steps"] for each in again.counterexamples] == [
        counterexample.scenario.to_dict()["steps"]
    ]
    assert again.dialects[0].plays == 1

    key = f"mockservers {intended[0].id} default get_tickets reader".encode()
    assert len(list(database.fetch(key))) == 1
    mended = run(reference("get_tickets"), duties=intended, database=database, examples=1)
    assert mended.broken == []
    assert list(database.fetch(key)) == []


def test_what_a_database_holds_of_another_version_is_passed_over() -> None:
    database = InMemoryExampleDatabase()
    (duty,) = (duty for duty in duties_of("get_tickets") if duty.slug == "once_only")
    key = f"mockservers {duty.id} default get_tickets reader".encode()
    for text in (b"\xff", b"mockservers: 99\n", b"mockservers: 1\nvendor: get_tickets\nsteps: [{client: dance}]\n"):
        database.save(key, text)
    report = run(reference("get_tickets"), duties=(duty,), database=database, examples=1)
    assert report.broken == []
    assert list(database.fetch(key)) == []


def test_the_documented_suite_runs(tmp_path: Path) -> None:
    text = (folder("fixtures").parent / "docs" / "in_your_tests.md").read_text("utf-8")
    code = next(part for part in text.split("```python\n")[1:] if "acme.sync:Client" in part).split("```")[0]
    suite: dict[str, Any] = {}
    exec(compile(code.replace("acme.sync:Client", reference_name("querydata")), "in_your_tests.md", "exec"), suite)
    suite["test_our_client_keeps_the_contract"](tmp_path)
