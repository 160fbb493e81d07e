"""Correct clients of every vendor are a go; clients with a bug that only a month shows are none, for the right reason.

A month of a whole desk is `make rehearsals`; here a small desk has one bad day.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers.harness.clients import reference_name, roles
from mockservers.kernel.instants import MINUTE
from mockservers.rehearsal import RehearsalConfig, RehearsalReport, rehearse

HERE = Path(__file__).parent
VENDORS = Path(__file__).parents[1] / "vendors"


def rehearsed(vendor: str, client: str, **more: object) -> RehearsalReport:
    """A day of the small desk, with two syncs an hour."""
    scale = 0.5 if vendor == "trackit" else 1.0  # its tickets are read one by one
    config = {"days": 1, "profile": HERE / "stormy.yaml", "every": 30 * MINUTE, "save_to": None, "scale": scale, **more}
    return rehearse(RehearsalConfig(vendor, client, **config))  # type: ignore[arg-type]


def seeded(vendor: str, file: str) -> str:
    return f"{VENDORS / vendor / file}.py:Client"


@pytest.mark.parametrize("vendor", ["autotask", "get_tickets", "querydata", "superoffice", "trackit"])
def test_the_reference_reader_is_a_go(vendor: str) -> None:
    report = rehearsed(vendor, reference_name(vendor))
    assert report.verdict == "GO", report.reasons
    assert report.counts["shown"] > 20
    assert report.counts["errors"] > 0


@pytest.mark.parametrize("vendor", ["autotask", "superoffice"])
def test_a_listener_is_a_go_though_it_polls_but_hourly(vendor: str) -> None:
    report = rehearsed(vendor, f"{roles(vendor)['listener']}:Client", every=None)
    assert report.verdict == "GO", report.reasons
    assert report.counts["shown"] > 20


@pytest.mark.parametrize(
    ("vendor", "role", "beside"),
    [
        ("get_tickets", "history", ("attachments", "history")),
        ("get_tickets", "names", ("names",)),
        ("superoffice", "files", ("Attachments",)),
        ("trackit", "stamps", ("notes",)),
        ("autotask", "rest", ()),
    ],
)
def test_a_copy_of_more_than_tickets_is_a_go_that_says_what_was_not_compared(
    vendor: str, role: str, beside: tuple[str, ...]
) -> None:
    report = rehearsed(vendor, f"{roles(vendor)[role]}:Client")
    assert report.verdict == "GO", report.reasons
    assert report.beside == beside


@pytest.mark.parametrize(
    ("vendor", "client", "objective", "duties"),
    [
        # What happens while the vendor is away is missed.
        ("querydata", "mutants/nothing_missed-moves_on", "losses", {"querydata.failed_window_repeated"}),
        ("autotask", "mutants/failed_query_repeated", "losses", {"autotask.failed_query_repeated"}),
        ("superoffice", "rehearsal/forgets_outages", "losses", {"superoffice.failed_call_repeated"}),
        ("get_tickets", "rehearsal/forgets_outages", "losses", {"get_tickets.changes_seen"}),
        ("trackit", "rehearsal/forgets_outages", "losses", {"trackit.changes_seen"}),
        # Whatever the vendor refuses is asked for again at once.
        ("querydata", "mutants/failures_not_stormed", "storms", {"querydata.failures_not_stormed"}),
        ("autotask", "mutants/suspension_respected", "storms", {"autotask.suspension_respected"}),
        ("superoffice", "mutants/throttling_respected", "storms", {"superoffice.throttling_respected"}),
        ("get_tickets", "mutants/backs_off", "storms", {"get_tickets.backs_off"}),
        ("trackit", "rehearsal/storms", "storms", {"trackit.failures_not_stormed"}),
        # Everything is read again at every sync, where the vendor has a better way.
        ("querydata", "mutants/no_warehouse_polling", "habits", {"querydata.no_warehouse_polling"}),
        ("superoffice", "rehearsal/reads_all", "habits", {"superoffice.read_in_batches"}),
        ("get_tickets", "mutants/asked_in_bulk", "habits", {"get_tickets.asked_in_bulk"}),
    ],
)
def test_a_client_with_a_bug_is_no_go_for_the_right_reason(
    vendor: str, client: str, objective: str, duties: set[str]
) -> None:
    report = rehearsed(vendor, seeded(vendor, client))
    assert report.verdict == "NO-GO"
    assert report.reasons[0].objective == objective
    assert report.reasons[0].duty in duties


def test_reading_each_ticket_again_stops_at_the_hourly_threshold() -> None:
    given = {"dialect": {"threshold": "40/60"}}
    assert rehearsed("autotask", reference_name("autotask"), **given).verdict == "GO"
    report = rehearsed("autotask", seeded("autotask", "mutants/few_requests-details"), **given)
    assert report.verdict == "NO-GO"
    assert report.reasons[0].objective == "limit.peak"
    assert report.reasons[0].rules[0][0] == "autotask.threshold.latency"
    assert max(share for share in report.hours["share"] if share is not None) > 0.5


def test_reading_every_number_again_is_more_calls_than_a_desk_bears() -> None:
    report = rehearsed("trackit", reference_name("trackit"), objectives={"calls.hour": "10"})
    assert [reason.objective for reason in report.reasons] == ["calls.hour"]


@pytest.mark.parametrize("vendor", ["autotask", "superoffice"])
def test_a_writer_is_told_a_share_of_what_the_desk_writes(vendor: str) -> None:
    report = rehearsed(vendor, reference_name(vendor, "writer"), scale=2.0)
    assert report.verdict == "GO", report.reasons
    assert report.counts["writes"] > 2
    assert report.counts["refused_writes"] == 0
