"""Toy as its rules say it is, the contract over a correct client, and the clients with a bug that it must catch."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

import mockservers
from mockservers.harness import CheckConfig, duties_of, run_check, run_replay
from mockservers.harness.clients import reference_name

ROOT = Path(__file__).resolve().parents[3]
MUTANTS = sorted((Path(__file__).parent / "mutants").glob("*.py"))


def ask(vendor: mockservers.MockVendor, **variables: str) -> requests.Response:
    return requests.get(vendor.url, params={**vendor.credentials, **variables}, timeout=20)


@pytest.mark.rule("toy.access.key")
@pytest.mark.mock_world(data={"toy": "empty"})
def test_a_call_without_the_key_is_refused(mock_world: mockservers.MockWorld) -> None:
    assert requests.get(mock_world["toy"].url, timeout=20).status_code == 403
    assert mock_world["toy"].journal[-1].refused_by == "toy.access.key"


@pytest.mark.rule("toy.list.pages", "toy.list.order", "toy.wire.json")
@pytest.mark.mock_world(data={"toy": "demo:4"})
def test_pages_follow_each_other(mock_world: mockservers.MockWorld) -> None:
    first = ask(mock_world["toy"])
    assert first.headers["Content-Type"] == "application/json; charset=utf-8"
    rest = ask(mock_world["toy"], next=first.json()["next"]).json()
    assert [ticket["id"] for ticket in first.json()["tickets"] + rest["tickets"]] == [1, 2, 3, 4]
    assert "next" not in rest


@pytest.mark.rule("toy.list.changed_since", "toy.list.deleted")
@pytest.mark.mock_world(data={"toy": "demo:2"}, start="2026-03-02T10:00:00Z")
def test_what_changed_is_listed_and_what_is_gone_once_more(mock_world: mockservers.MockWorld) -> None:
    toy = mock_world["toy"]
    toy.act("act", id=1, action="close")
    assert [ticket["id"] for ticket in ask(toy, since="2026-03-02T10:00:00Z").json()["tickets"]] == [1]
    mock_world.clock.advance(minutes=1)
    toy.act("delete", id=2)
    told = ask(toy, since="2026-03-02T10:01:00Z").json()["tickets"]
    assert told == [{"id": 2, "changed": "2026-03-02T10:01:00Z", "deleted": True}]


def test_a_correct_client_keeps_every_duty() -> None:
    report = run_check(CheckConfig("toy", reference_name("toy"), dialect="all", examples=15, save_to=None))
    assert report.broken == []
    assert report.unproven == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda path: path.stem)
def test_a_client_with_a_bug_is_caught(mutant: Path, tmp_path: Path) -> None:
    client, slug = f"{mutant}:Client", mutant.stem.partition("-")[0]
    duties = tuple(duty for duty in duties_of("toy") if duty.slug == slug)
    report = run_check(CheckConfig("toy", client, duties=duties, fail_fast=True, save_to=tmp_path))
    assert report.verdict(slug) == "broken"
    (result,) = run_replay([report.counterexamples[0].file], client, duties=duties)
    assert result.outcome == "FAILED"


def test_every_duty_has_a_mutant() -> None:
    assert {path.stem.partition("-")[0] for path in MUTANTS} == {duty.slug for duty in duties_of("toy")}


@pytest.mark.parametrize("scenario", sorted((ROOT / "scenarios" / "toy").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_correct_client_passes_the_scenarios(scenario: Path) -> None:
    (result,) = run_replay([scenario], reference_name("toy"))
    assert result.outcome != "FAILED"
