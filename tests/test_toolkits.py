"""The toolkits of docs/toolkits.md: those that are installed do what the table says."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

import mockservers
from tests.toolkits import run, table, tasks

TOOLKITS = {toolkit.name: toolkit for toolkit in run.toolkits()}
ALL = os.environ.get("MOCKSERVERS_TOOLKITS") == "all"
"""Also those that take long, as one does that generates code and compiles it."""


@pytest.fixture(scope="module")
def server() -> Iterator[mockservers.MockServer]:
    with tasks.emulators() as server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("name", TOOLKITS)
def test_a_toolkit_gets_as_far_as_the_table_says(server: mockservers.MockServer, name: str) -> None:
    toolkit = TOOLKITS[name]
    if toolkit.takes_long and not ALL:
        pytest.skip("it takes long: make toolkits, or MOCKSERVERS_TOOLKITS=all")
    if toolkit.installed() is None:
        pytest.skip("it is not installed: make toolkits")
    assert run.unexpected(toolkit, run.play_all(toolkit, server)) == []


def outcomes(toolkit: run.Toolkit) -> dict[str, run.Outcome]:
    """What toolkits.yaml says of it."""
    found = {}
    for vendor in toolkit.tasks:
        steps, end = tasks.STEPS[vendor], toolkit.fails.get(vendor)
        found[vendor] = run.Outcome(steps[: steps.index(end)] if end else steps, end)
    return found


def test_the_page_is_the_one_that_the_script_writes() -> None:
    text = run.TABLE.read_text("utf-8")
    versions = {name: line.split(" | ")[1] for name, line in table.rows_of(text).items()}
    assert list(versions) == list(TOOLKITS)
    rows = {name: table.row(toolkit, versions[name], outcomes(toolkit)) for name, toolkit in TOOLKITS.items()}
    assert table.page(list(TOOLKITS.values()), rows) == text
    assert table.page(list(TOOLKITS.values()), {}, text) == text  # what did not run keeps its row


@pytest.mark.parametrize("vendor", tasks.STEPS)
def test_a_client_is_not_taken_at_its_word(server: mockservers.MockServer, vendor: str) -> None:
    with server.world() as world:
        task = tasks.Task(vendor, world)
        for step in tasks.STEPS[vendor]:
            for said in ("", "something else") if step != "description" else ("",):
                assert task.judge(step, said), (step, said)
        if "write" in tasks.STEPS[vendor]:
            unchanged = world[vendor].act("list")["records"][0]["id"]
            assert task.judge("write", unchanged)


def test_a_program_that_ends_early_failed_at_the_next_step(server: mockservers.MockServer) -> None:
    said = "print('== description'); print('QueryData'); raise SystemExit('the toolkit gave up')"
    toolkit = run.Toolkit("x", "Python", "wsdl", {}, ["false"], ["python", "-c", said], "", vendors=("querydata",))
    assert toolkit.installed() is None
    ended = run.Outcome(("description",), "login", "the toolkit gave up")
    assert run.play_all(toolkit, server) == {"querydata": ended}
    assert run.unexpected(toolkit, {"querydata": ended}) == ["x at querydata failed at login: the toolkit gave up"]
    assert table.row(toolkit, "1", {"querydata": ended}) == "| x | 1 | Python | QueryData | no | no | no | no |  |"


def test_an_unknown_name_is_told_the_known_ones() -> None:
    with pytest.raises(SystemExit, match="unknown toolkit 'axis3'; expected one of: zeep, strict, suds-community"):
        run.toolkits("axis3")
