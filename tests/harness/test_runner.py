"""The play: what a scenario does to a world, and what the history holds of it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
import requests

from mockservers.harness import scenario_files
from mockservers.harness.clients import reference
from mockservers.harness.drivers import DriverFailure
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.history import History
from mockservers.harness.play import Declined
from mockservers.harness.runner import Runner
from mockservers.harness.scenarios import ScenarioError
from mockservers.kernel import instants

HEAD = "mockservers: 1\nvendor: {}\nstart: 2026-03-02T10:00:00Z\nsteps:\n"


def play(steps: str, client: Any = None, vendor: str = "querydata") -> History:
    with CallableDriver.of(client or reference(vendor)) as driver, Runner(driver) as runner:
        return runner.play(scenario_files.parse(HEAD.format(vendor) + steps))


def test_the_history_of_a_small_play() -> None:
    history = play("- {other: create, fields: {Remarks: a & b}}\n- {clock: 5m}\n- {client: sync}\n")
    (made,) = history.changes
    assert made.record is not None
    assert history.labels == {made.record.id: "T1"}
    assert made.record.fields["Remarks"] == "a & b"
    assert [task.settling for task in history.tasks] == [False, True, True]
    first = history.tasks[0]
    assert first.before is None
    assert first.after is not None
    assert list(first.after) == [made.record.id]
    assert instants.to_iso(first.at) == "2026-03-02T10:05:00Z"
    assert len(history.within(first)) == 2
    assert all(b"DEMO-AUTH-CODE" not in each.body for each in history.exchanges)
    assert history.truth.keys() == history.mirror.keys()  # type: ignore[union-attr]


def test_others_act_between_two_requests_of_one_task() -> None:
    history = play(
        "- {other: create}\n"
        "- client: sync\n"
        "  meanwhile: {after_request: 1, steps: [{other: act, ticket: T1, action: Add Notes}]}\n"
    )
    task = history.tasks[0]
    numbers = [each.n for each in history.within(task)]
    (noted,) = history.changes_within(task)
    assert numbers[0] < noted.n < numbers[1]


def test_what_others_do_meanwhile_is_done_even_if_the_client_asks_too_little() -> None:
    history = play("- client: sync\n  meanwhile: {after_request: 99, steps: [{other: create}]}\n")
    assert history.labels
    assert history.changes_within(history.tasks[0])


def test_what_an_act_does_to_another_ticket_is_known() -> None:
    history = play("- {other: create}\n- {other: act, ticket: T1, action: Revise}\n")
    old, new = history.labels
    assert [state.fields["IsNewestVersion"] for _, state in history.ever[old]] == [True, False, False]
    assert history.ever[new][0][1].fields["Version"] == 1


def test_an_impossible_act_is_the_scenarios_mistake() -> None:
    with pytest.raises(ScenarioError, match=r"others cannot change T1: .*Nonsense"):
        play("- {other: create}\n- {other: change, ticket: T1, fields: {Nonsense: 1}}\n")
    with pytest.raises(ScenarioError, match="Nonsense"):
        play("- client: sync\n  meanwhile: {after_request: 1, steps: [{other: create, fields: {Nonsense: 1}}]}\n")


def test_the_vendors_earlier_tickets_are_known_too() -> None:
    with CallableDriver.of(reference("get_tickets")) as driver, Runner(driver) as runner:
        text = HEAD.format("get_tickets").replace("steps:", "data: demo:30\nsteps:") + "- {client: sync}\n"
        history = runner.play(scenario_files.parse(text))
    assert len(history.truth) == 30
    assert set(history.truth) == set(history.mirror or {})


class Wrong:
    def reset(self, endpoint: str, **message: Any) -> None:
        self.endpoint = endpoint

    def sync(self) -> None:
        requests.get(self.endpoint, timeout=10)

    def mirror(self) -> Any:
        return {"records": []}


def test_a_client_may_decline_a_dialect() -> None:
    class Picky(Wrong):
        def reset(self, **message: Any) -> None:
            raise Refused("not this one")

    class Refused(Exception):
        kind = "refused"

    with pytest.raises(Declined, match="not this one"):
        play("- {client: sync}\n", Picky)


@pytest.mark.parametrize("mirror", [None, 3, [1], [{"fields": {}}], [{"id": "1", "fields": []}], {"rows": []}])
def test_a_mirror_of_the_wrong_form_is_a_driver_failure(mirror: Any) -> None:
    class Odd(Wrong):
        def mirror(self) -> Any:
            return mirror

    with pytest.raises(DriverFailure, match="mirror"):
        play("- {client: sync}\n", Odd)


def test_virtual_time_passes_when_a_client_sleeps() -> None:
    class Sleeper(Wrong):
        def __init__(self, ask: Any) -> None:
            self.ask = ask

        def sync(self) -> None:
            self.ask.sleep(30)

    task = play("- {client: sync}\n", Sleeper).tasks[0]
    assert task.ended - task.at == 30 * instants.SECOND


def test_where_a_credential_stood_is_known_though_it_is_masked() -> None:
    class Shows(Wrong):
        def reset(self, credentials: Any, **message: Any) -> None:
            super().reset(**message)
            self.code = credentials["AuthCode"]

        def sync(self) -> None:
            headers = {"X-Note": "***", "X-Code": f"a {self.code}", "User-Agent": b64encode(self.code.encode())}
            requests.get(f"{self.endpoint}?code={self.code}", headers=headers, timeout=10)
            requests.get(self.endpoint, headers={"X-Note": "***"}, timeout=10)

    first, second, *_ = play("- {client: sync}\n", Shows).exchanges
    assert set(first.reveals) == {"address", "header X-Code", "header User-Agent"}
    assert second.reveals == ()


RECEIVED: dict[str, tuple[int | None, bool]] = {
    "refuse": (200, True),
    "fail": (500, True),
    "unavailable": (503, False),
    "reset": (None, False),
    "lost_answer": (None, False),
    "cut": (200, False),
    "empty_body": (200, False),
}
"""What a client is known to have received under each fault: status, and whether a whole answer came."""


@pytest.mark.parametrize("fault", RECEIVED)
def test_the_history_holds_what_the_client_received(fault: str) -> None:
    first = play(f"- {{fault: {fault}}}\n- {{client: sync}}\n").exchanges[0]
    assert first.faults == (fault,)
    assert (first.status, first.received is not None) == RECEIVED[fault]
