"""Correct clients of every vendor are a go; clients with a bug that only a month shows are none, for the right reason.

A month of a whole desk is `make rehearsals`; here a small desk has one bad day.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers.harness.clients import reference_name
from mockservers.kernel.instants import MINUTE
from mockservers.rehearsal import RehearsalConfig, RehearsalReport, rehearse

HERE = Path(__file__).parent
VENDORS = Path(__file__).parents[1] / "vendors"


def rehearsed(vendor: str, client: str, **more: object) -> RehearsalReport:
    """A day of the small desk, with two syncs an hour."""
    config = {"days": 1, "profile": HERE / "stormy.yaml", "every": 30 * MINUTE, "save_to": None, **more}
    return rehearse(RehearsalConfig(vendor, client, **config))  # type: ignore[arg-type]


def seeded(vendor: str, file: str) -> str:
    return f"{VENDORS / vendor / file}.py:Client"


@pytest.mark.parametrize("vendor", ["autotask", "get_tickets", "querydata", "superoffice", "trackit"])
def test_the_reference_reader_is_a_go(vendor: str) -> None:
    report = rehearsed(vendor, reference_name(vendor))
    assert report.verdict == "GO", report.reasons
    assert report.counts["shown"] > 30
    assert report.counts["errors"] > 0


@pytest.mark.parametrize(
    ("vendor", "client", "objective", "duties"),
    [
        # What happens while the vendor is away is missed.
        ("querydata", "mutants/nothing_missed-moves_on", "losses", {"querydata.current_state"}),
        ("autotask", "mutants/failed_query_repeated", "losses", {"autotask.failed_query_repeated"}),
        ("superoffice", "mutants/failed_call_repeated", "losses", {"superoffice.failed_call_repeated"}),
        ("get_tickets", "rehearsal/forgets_outages", "losses", {"get_tickets.changes_seen"}),
        ("trackit", "rehearsal/forgets_outages", "losses", {"trackit.all_tickets_found"}),
        # Whatever the vendor refuses is asked for again at once.
        ("querydata", "mutants/failures_not_stormed", "storms", {"querydata.failures_not_stormed"}),
        ("autotask", "mutants/suspension_respected", "storms", {"autotask.suspension_respected"}),
        ("superoffice", "mutants/throttling_respected", "storms", {"superoffice.throttling_respected"}),
        ("get_tickets", "mutants/backs_off", "storms", {"get_tickets.backs_off"}),
        ("trackit", "mutants/failures_not_stormed", "storms", {"trackit.failures_not_stormed"}),
        # Everything is read again at every sync, where the vendor has a better way.
        ("querydata", "mutants/no_warehouse_polling", "habits", {"querydata.no_warehouse_polling"}),
        ("autotask", "mutants/few_requests-details", "habits", {"autotask.few_requests"}),
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
