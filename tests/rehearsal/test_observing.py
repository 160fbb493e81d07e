"""A desk that lives on a served world, and what its journal tells of a client that nobody drives."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from click.testing import CliRunner

import mockservers
from mockservers import settings
from mockservers.cli import announcing, main
from mockservers.harness.clients import reference_name
from mockservers.harness.profile import profile
from mockservers.kernel import instants
from mockservers.rehearsal import RehearsalConfig, living, observing, rehearse
from mockservers.server.control import answers

serve = importlib.import_module("mockservers.cli.serve")
START = "2026-03-02T14:00:00Z"
BUSY: dict[str, Any] = {
    "name": "busy",
    "zone": "UTC",
    "tickets_per_day": 240,
    "hours": [1] * 24,
    "life": {"closed_after": {"median": "30m"}, "notes": 1, "deleted": 0.05},
    "lag": {"quiet": "10s", "busy": "10s"},
}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., mockservers.MockServer]]:
    """Starts a server in whose default world a desk lives."""
    running: list[mockservers.MockServer] = []

    def start(vendor: str, data: str = "empty", **changes: Any) -> mockservers.MockServer:
        file = tmp_path / "desk.yaml"
        file.write_text(yaml.safe_dump({**BUSY, **changes}))
        running.append(mockservers.start(vendor, desk=str(file), start=START, data=data))
        return running[-1]

    yield start
    for server in running:
        server.stop()


def course(server: mockservers.MockServer, vendor: str) -> living.DeskCourse:
    found = living.course_of(server.default._world.installation(vendor))
    assert found is not None
    return found


def tickets(server: mockservers.MockServer, vendor: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.default[vendor].act("list", most=1000)["records"]
    return found


# --- living ------------------------------------------------------------------------------------------------------------


def test_a_desk_lives_on_the_worlds_clock(served: Callable[..., mockservers.MockServer]) -> None:
    """In whatever steps the clock goes, the same happens, each thing at its own instant."""
    server = served("get_tickets")
    other = server.world("other")
    server.default.clock.advance(hours=3)
    for _ in range(9):
        other.clock.advance(minutes=20)
        other["get_tickets"].act("list", most=1)
    once = tickets(server, "get_tickets")
    assert once == other["get_tickets"].act("list", most=1000)["records"]
    assert 15 < len(once) < 50
    opened = {each["fields"]["date_opened"] for each in once}
    assert len(opened) > 10
    lived = course(server, "get_tickets")
    waiting = [each for several in lived.coverage.waiting.values() for each in several]
    assert {each.due - each.at for each in waiting} == {10 * instants.SECOND}
    assert lived.coverage.changes == lived.count
    told = requests.get(f"{server.url}/_mock/v1/life", timeout=20).json()["vendors"]["get_tickets"]
    assert told["count"] == lived.count > 40
    assert all(entry.actor != "client" for entry in server.default.journal)


def test_a_world_that_goes_back_lives_the_same_again(served: Callable[..., mockservers.MockServer]) -> None:
    server = served("get_tickets")
    world = server.default._world
    server.default.clock.advance(hours=1)
    tickets(server, "get_tickets")
    world.checkpoint("one")
    server.default.clock.advance(hours=1)
    before = tickets(server, "get_tickets")
    world.restore("one")
    server.default.clock.advance(hours=1)
    assert tickets(server, "get_tickets") == before
    world.reset()
    server.default.clock.advance(hours=2)
    assert tickets(server, "get_tickets") == before


def test_the_vendors_bad_hours_come_and_go(served: Callable[..., mockservers.MockServer]) -> None:
    """Half of the calls fail while errors last, all in an outage, and a key that was taken away comes back."""
    weather = [
        {"kind": "outage", "day": 1, "at": "15:00", "lasts": "10m"},
        {"kind": "errors", "day": 1, "at": "16:00", "lasts": "10m", "rate": 0.5},
        {"kind": "throttled", "day": 1, "at": "17:00", "lasts": "10m"},
        {"kind": "password", "day": 1, "at": "18:00", "lasts": "10m"},
    ]
    server = served("get_tickets", weather=weather)
    desk = server.default["get_tickets"]

    def status() -> int:
        try:
            asked = {"action": "get_tickets", "tid": "*", "count": "1", **desk.credentials}
            return requests.get(desk.url, params=asked, timeout=20).status_code
        except requests.RequestException:
            return 0

    def hour() -> tuple[list[int], int]:
        server.default.clock.advance(minutes=65)
        during = [status() for _ in range(12)]
        server.default.clock.advance(minutes=10)
        after = status()
        server.default.clock.advance(minutes=-15)
        return during, after

    good = status()
    assert hour() == ([503] * 12, good)
    during, after = hour()
    assert 0 < during.count(good) < 12
    assert after == good
    during, after = hour()
    assert len(set(during)) == 1
    assert desk.journal[-2].refusal == "rate"
    assert after == good
    hour()
    assert desk.journal[-2].refused_by == "get_tickets.key.every_call"
    assert desk.journal[-1].outcome == "ok"
    assert server.default._world.faults.faults == []


def test_what_cannot_happen_is_left_out(served: Callable[..., mockservers.MockServer]) -> None:
    """A client that deletes a desk's tickets does not stop the desk; a leap of years is not lived whole."""
    server = served("get_tickets")
    server.default.clock.advance(hours=2)
    for each in tickets(server, "get_tickets"):
        server.default["get_tickets"].act("delete", id=each["id"])
    server.default.clock.advance(hours=6)
    assert tickets(server, "get_tickets")
    lived = course(server, "get_tickets")
    assert lived.impossible
    lived.profile = lived.profile.model_copy(update={"tickets_per_day": 0.0})
    lived.look_anew()
    server.default.clock.advance(days=400)
    assert tickets(server, "get_tickets")
    assert lived.passed_over > 360


def test_a_profile_that_cannot_be_used_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="the shipped ones are"):
        mockservers.start("get_tickets", desk="nobody")
    told = CliRunner().invoke(main, ["serve", "--desk", "nobody", "--port", "0"])
    assert told.exit_code == 2
    assert "the shipped ones are" in told.output
    told = CliRunner().invoke(main, ["serve", "--desk", "msp", "--still", "--port", "0"])
    assert "leave --from, --load and --still out" in told.output


def test_serving_says_who_lives_there(capsys: pytest.CaptureFixture[str]) -> None:
    config = serve.with_desk(settings.world(data_texts=["empty"]), "msp")
    assert config.desk is not None
    announcing.describe("http://127.0.0.1:1", None, False, "msp")
    assert "msp lives here as the clock passes; mockservers observe http://127.0.0.1:1" in capsys.readouterr().out


# --- observing ---------------------------------------------------------------------------------------------------------


class Asking:
    """What a driver tells a client, for one that works by itself."""

    def __init__(self, server: mockservers.MockServer) -> None:
        self.server = server

    def now(self) -> str:
        return instants.to_iso(self.server.default._world.clock.now())

    def sleep(self, seconds: float) -> str:
        self.server.default.clock.advance(seconds=seconds)
        return self.now()


def free(server: mockservers.MockServer, vendor: str, folder: Path, url: str = "") -> Callable[[], Any]:
    """The correct client of a vendor at work without anybody who looks at its copy, at another address if one is said; gives
    its sync."""
    path, _, name = reference_name(vendor).rpartition(":")
    spec = importlib.util.spec_from_file_location(f"free_{vendor}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kind = getattr(module, name)
    client = kind(Asking(server)) if inspect.signature(kind).parameters else kind()
    desk = server.default[vendor]
    dialect = server.default._world.installation(vendor).tenants.first.dialect
    options = {"since": START, **profile(vendor).options(dialect), **profile(vendor).known("empty")}
    client.reset(
        vendor=vendor,
        url=url or server.url,
        endpoint=desk.url.replace(server.url, url or server.url),
        credentials=dict(desk.credentials),
        now=START,
        state_dir=str(folder),
        options=options,
    )
    return lambda: client.sync()


def observed(server: mockservers.MockServer, vendor: str) -> dict[str, Any]:
    told = requests.get(f"{server.url}/_mock/v1/observation", params={"vendor": vendor}, timeout=60).json()
    answers.Observation.model_validate(told)
    assert set(told["vendors"][vendor]) == {
        each.alias or name for name, each in answers.ObservedClient.model_fields.items()
    }
    found: dict[str, Any] = told["vendors"][vendor]
    return found


@pytest.mark.parametrize("vendor", ["querydata", "get_tickets"])
def test_a_client_that_keeps_up_passes(
    vendor: str, served: Callable[..., mockservers.MockServer], tmp_path: Path
) -> None:
    server = served(vendor)
    sync = free(server, vendor, tmp_path)
    for _ in range(12):
        server.default.clock.advance(minutes=5)
        sync()
    told = observed(server, vendor)
    assert told["passed"], told["reasons"]
    coverage = told["coverage"]
    assert coverage["missed"] == 0
    assert coverage["told"] > 10
    assert coverage["changes"] == coverage["told"] + coverage["waiting"] + coverage["unknown"]
    assert 0 < coverage["staleness_p95_seconds"] <= 300
    verdicts = {each["id"].partition(".")[2]: each["verdict"] for each in told["duties"]}
    assert "broken" not in verdicts.values()
    assert verdicts["good_answers_read"] == "unproven"  # whether it failed over them, it told nobody
    told = CliRunner().invoke(main, ["observe", server.url, "--until", "pass"])
    assert told.exit_code == 0, told.output
    assert f"{vendor}: PASSES" in told.output


def test_a_secret_where_it_must_not_stand_is_told_from_what_is_masked_in_any_case(
    served: Callable[..., mockservers.MockServer],
) -> None:
    """Headers made for secrets are masked whatever they hold; the vendor's own secret in one is a breach."""
    server = served("get_tickets")
    desk = server.default["get_tickets"]

    def kept(**headers: str) -> str:
        asked = {"action": "get_tickets", "tid": "*", "count": "10", "page": "1", **desk.credentials}
        requests.get(desk.url, params=asked, headers=headers, timeout=20)
        duties = observed(server, "get_tickets")["duties"]
        return next(each["verdict"] for each in duties if each["id"] == "get_tickets.secret_kept")

    assert kept() == "kept"
    assert kept(Authorization="Bearer of-my-own-gateway") == "kept"
    assert kept(Authorization=f"Bearer {next(iter(desk.credentials.values()))}") == "broken"


def test_who_looks_again_waits_for_new_requests_only(
    served: Callable[..., mockservers.MockServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = served("get_tickets")
    judged: list[int] = []
    judge = observing.judge_exchanges

    def counting(*given: Any) -> Any:
        judged.append(len(given[3]))
        return judge(*given)

    monkeypatch.setattr(observing, "judge_exchanges", counting)
    monkeypatch.setattr(observing, "MOST_JUDGED", 2)
    for _ in range(3):
        first_page(server)
        assert observed(server, "get_tickets") == observed(server, "get_tickets")
    assert judged == [1, 2, 2]
    printed = CliRunner().invoke(main, ["observe", server.url]).output
    assert "the latest 2 of 3 requests, for the server waits while it judges" in printed


def first_page(server: mockservers.MockServer) -> requests.Response:
    """A plain loop's request: the first ten open tickets, whatever else there is."""
    desk = server.default["get_tickets"]
    asked = {"action": "get_tickets", "tid": "*", "count": "10", "page": "1", "status": "Open", **desk.credentials}
    return requests.get(desk.url, params=asked, timeout=20)


def test_changes_that_no_request_can_have_seen_are_named(served: Callable[..., mockservers.MockServer]) -> None:
    server = served("get_tickets")
    for _ in range(24):
        server.default.clock.advance(minutes=10)
        first_page(server)
    told = observed(server, "get_tickets")
    assert not told["passed"]
    assert not told["failed"]
    assert told["coverage"]["missed"] > 20
    (reason,) = [each for each in told["reasons"] if "no request can have seen" in each]
    missed = told["coverage"]["first_missed"][0]
    assert f"the first is {missed['what']} of ticket {missed['ticket']}" in reason
    printed = CliRunner().invoke(main, ["observe", server.url, "--until", "pass|1s"])
    assert printed.exit_code == 1
    assert "DOES NOT PASS" in printed.output
    assert json.loads(CliRunner().invoke(main, ["observe", server.url, "--json"]).stdout)["passed"] is False
    # It is no verdict for ever: whoever catches up passes.
    desk = server.default["get_tickets"]
    every = {"action": "get_tickets", "tid": "*", **desk.credentials}
    requests.get(desk.url, params=every, timeout=20)
    assert observed(server, "get_tickets")["coverage"]["missed"] == 0


def test_a_client_that_storms_is_found_without_its_copy(served: Callable[..., mockservers.MockServer]) -> None:
    weather = [{"kind": "throttled", "day": 1, "at": "14:30", "lasts": "10m"}]
    server = served("get_tickets", weather=weather)
    first_page(server)
    server.default.clock.advance(minutes=31)
    for _ in range(30):
        first_page(server)
    told = observed(server, "get_tickets")
    broken = [each for each in told["duties"] if each["verdict"] == "broken" and each["severity"] == "must"]
    assert broken
    assert told["failed"]
    assert told["failures"][-1] == {
        "from": "2026-03-02T14:31:00Z",
        "until": None,
        "requests": 30,
        "most_in_a_minute": 30,
    }
    printed = CliRunner().invoke(main, ["observe", server.url, "--until", "pass"])  # ends at once, for it cannot pass
    assert printed.exit_code == 1
    assert broken[0]["id"] in printed.output


def test_a_limit_is_read_with_what_others_use_of_it(served: Callable[..., mockservers.MockServer]) -> None:
    """Other integrations use most of Autotask's hour; the journal alone would not tell."""
    server = served("autotask", "demo:0", tickets_per_day=24, neighbours={"calls_per_hour": 6000})
    autotask = server.default["autotask"]
    server.default.clock.advance(minutes=30)
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><getThresholdAndUsageInfo '
        'xmlns="http://autotask.net/ATWS/v1_6/"/></s:Body></s:Envelope>'
    )
    requests.post(autotask.url, body, headers={"Content-Type": "text/xml"}, timeout=20)
    told = observed(server, "autotask")
    assert told["limit"]["peak"] == pytest.approx(0.6, abs=0.01)
    assert any("limit.peak is 60%" in each for each in told["reasons"])


def test_without_a_desk_the_journal_tells_what_others_did() -> None:
    """What an answer told that is not kept whole, or is forgotten by now, nobody can say."""
    with mockservers.start("get_tickets", data="empty", start=START) as server:
        world, desk = server.default._world, server.default["get_tickets"]

        def coverage() -> dict[str, Any]:
            found: dict[str, Any] = observed(server, "get_tickets")["coverage"]
            return found

        desk.act("create", fields={"subject": "one"}, delay=60)
        desk.act("create", fields={"subject": "two"})
        first_page(server)
        assert coverage() | {"told": 1, "waiting": 1} == coverage()
        server.default.clock.advance(minutes=20)
        assert coverage()["missed"] == 1
        first_page(server)
        assert coverage() | {"told": 2, "missed": 0, "waiting": 0} == coverage()
        gone = desk.act("create", fields={"subject": "three"})["id"]
        desk.act("delete", id=gone)
        assert coverage() | {"deleted": 1, "unknown": 2} == coverage()
        desk.act("create", fields={"subject": "three"})
        whole, world.journal.most_body = world.journal.most_body, 200
        first_page(server)
        assert coverage()["unknown"] == 3
        desk.act("create", fields={"subject": "too long for the journal"})
        world.journal.most_body = whole
        desk.act("create", fields={"subject": "four"})
        assert coverage()["waiting"] == 1
        world.journal.most_bytes = 1
        for _ in range(2):
            requests.get(desk.url, params={"action": "get_tickets", "tid": "1", **desk.credentials}, timeout=20)
        told = observed(server, "get_tickets")
        assert told["coverage"]["waiting"] == 0
        assert told["coverage"]["unknown"] == 4
        assert told["not_kept"] > 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://127.0.0.1:9"], "no server of mockservers answers"),
        (["nowhere"], "is no address of a server"),
        (["--until", "soon"], "--until must be pass, a length of time"),
        (["--until", "-5m"], "--until must be a length of time above 0"),
    ],
)
def test_what_cannot_be_observed_says_why(arguments: list[str], said: str) -> None:
    told = CliRunner().invoke(main, ["observe", *arguments])
    assert told.exit_code == 2
    assert said in told.output


def test_nobody_came_is_no_pass(served: Callable[..., mockservers.MockServer]) -> None:
    server = served("get_tickets")
    told = CliRunner().invoke(main, ["observe", server.url])
    assert told.exit_code == 1
    assert "NOTHING YET" in told.output
    assert not observed(server, "get_tickets")["passed"]
    assert requests.get(f"{server.url}/_mock/v1/observation?vendor=x", timeout=20).status_code == 404


STORMS = """
import {{ serve }} from '{glue}'

class Client {{
  hello() {{ return {{ name: 'storms', protocol: 1, tasks: ['sync', 'mirror'], mirrors: ['status'] }} }}
  reset({{ endpoint, credentials }}) {{ Object.assign(this, {{ endpoint, key: credentials.key, tickets: [] }}) }}
  async sync() {{
    for (let tries = 0; tries < 30; tries++) {{
      const answer = await fetch(`${{this.endpoint}}?key=${{this.key}}&action=get_tickets&tid=*&output=json`)
      const told = answer.ok ? await answer.json().catch(() => null) : null
      if (told?.tickets) {{
        const status = (each) => decodeURIComponent(each.status)
        this.tickets = told.tickets.map((each) => ({{ id: `${{each.tid}}`, fields: {{ status: status(each) }} }}))
        return
      }}
    }}
    throw new Error('it did not answer')
  }}
  mirror() {{ return this.tickets }}
}}
await serve(Client)
"""


@pytest.mark.skipif(shutil.which("node") is None and "CI" not in os.environ, reason="there is no node on this machine")
def test_a_free_program_is_told_of_what_a_rehearsal_finds(
    served: Callable[..., mockservers.MockServer], tmp_path: Path
) -> None:
    """The same Node program, rehearsed, and at work on a served desk where nobody looks at its copy."""
    weather = [{"kind": "throttled", "day": 1, "at": "14:30", "lasts": "4h"}]
    server = served("get_tickets", weather=weather, tickets_per_day=24)
    program = tmp_path / "storms.mjs"
    program.write_text(STORMS.format(glue=(Path("contracts/clients/session.mjs")).resolve().as_uri()), "utf-8")
    found = rehearse(
        RehearsalConfig(
            "get_tickets",
            f"node {program}",
            days=1,
            profile=tmp_path / "desk.yaml",
            start=instants.from_iso(START),
            every=3 * instants.HOUR,
            save_to=None,
            explain=False,
        )
    )
    assert not found.go
    rehearsed = {each.duty for each in found.reasons if each.objective == "storms"}
    assert rehearsed
    desk = server.default["get_tickets"]
    with subprocess.Popen(["node", str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as free_one:
        assert free_one.stdin is not None
        assert free_one.stdout is not None
        told = {"endpoint": desk.url, "credentials": dict(desk.credentials), "options": {}}
        for n, message in enumerate(
            [{"do": "reset", **told}, {"do": "sync"}, {"do": "sync"}, {"do": "sync"}, {"do": "bye"}]
        ):
            free_one.stdin.write(json.dumps({"id": n, **message}) + "\n")
            free_one.stdin.flush()
            free_one.stdout.readline()
            server.default.clock.advance(hours=1)
    seen = observed(server, "get_tickets")
    assert not seen["passed"]
    broken = {each["id"] for each in seen["duties"] if each["verdict"] == "broken"}
    assert rehearsed <= broken
