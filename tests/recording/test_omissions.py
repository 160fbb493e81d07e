"""A body that a recording lacks is neither empty nor different: the stub says so, drift and judge leave it alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from mockservers import registry
from mockservers.cli import main
from mockservers.harness.profile import contracted
from mockservers.kernel.instants import MINUTE, SECOND
from mockservers.recording.drift import between, drift
from mockservers.recording.exchanges import Recorded, to_line
from mockservers.recording.files import Head, Recording
from mockservers.recording.judging import judge_recording
from mockservers.recording.omissions import lacks_answer, lacks_request
from mockservers.server.http import Server
from tests.recording.conftest import START, recording, stubbed, worlds

JSON = [("Content-Type", "application/json; charset=utf-8")]
ASKED = "/API/default.aspx?key=__secret.key__&action=get_tickets&output=json&tid="
LEFT_OUT = "the answer's body: left out of the HAR file"
BR = "a body coded as br, which cannot be searched for secrets"


def written(path: Path, *exchanges: Recorded, vendor: str = "get_tickets") -> Recording:
    path.write_text(Head(vendor, START).to_yaml() + "".join(map(to_line, exchanges)), "utf-8")
    return Recording(path)


def asked(n: int, tid: str, status: int = 200, body: bytes | None = None, omitted: str = "", **more: str) -> Recorded:
    told = [*JSON, *((name.replace("_", "-"), value) for name, value in more.items())]
    return Recorded(n, START + n * SECOND, "GET", ASKED + tid, [], b"", status, told, body, omitted=omitted)


@pytest.mark.parametrize("why", [BR, LEFT_OUT, f"the request's body: x; {LEFT_OUT}"])
def test_the_stub_says_that_a_body_is_missing_and_why(why: str, tmp_path: Path) -> None:
    written(tmp_path / "a.yaml", asked(1, "1", omitted=why, Content_Encoding="br"), asked(2, "2", body=b"{}"))
    with stubbed(tmp_path / "a.yaml") as door:
        url = f"{door.url}{ASKED.replace('__secret.key__', 'zzzz')}"
        lacking, whole = (requests.get(url + tid, timeout=60) for tid in "12")
        (entry, _) = door.worlds.default.journal
    assert lacking.status_code == 501
    assert "Content-Encoding" not in lacking.headers
    assert lacking.headers["X-Mock-Recording"] == "omitted"
    assert (lacking.json()["exchange"], lacking.json()["recorded_status"], lacking.json()["why"]) == (1, 200, why)
    assert (whole.status_code, whole.text) == (200, "{}")
    assert entry.exchange is not None
    assert why.encode() in entry.exchange.reply_body


@pytest.mark.parametrize("status", [302, 401, 404, 500])
def test_the_stub_keeps_a_status_that_says_all(status: int, tmp_path: Path) -> None:
    told = asked(1, "1", status, omitted=LEFT_OUT, Content_Encoding="gzip", Location="__base__/next", X_Kept="1")
    written(tmp_path / "a.yaml", told)
    with stubbed(tmp_path / "a.yaml") as door:
        answer = requests.get(
            f"{door.url}{ASKED.replace('__secret.key__', 'zzzz')}1", timeout=60, allow_redirects=False
        )
        assert answer.headers["Location"] == f"{door.url}/next"
    assert (answer.status_code, answer.headers["X-Kept"], answer.json()["why"]) == (status, "1", LEFT_OUT)
    assert "Content-Encoding" not in answer.headers


def test_the_stub_says_which_request_of_the_recording_lacks_its_body(tmp_path: Path) -> None:
    why = "the request's body: left out of the HAR file"
    written(tmp_path / "a.yaml", Recorded(1, START, "POST", "/a", JSON, None, 200, JSON, b"{}", omitted=why))
    with stubbed(tmp_path / "a.yaml") as door:
        missed = requests.post(f"{door.url}/a", json={"a": 1}, timeout=60)
    assert missed.status_code == 404
    assert missed.json()["nearest"][0]["lacks"] == why


@pytest.mark.parametrize(
    ("recorded", "answer", "request_"),
    [
        (asked(1, "1", omitted=BR), True, False),
        (asked(1, "1", omitted=LEFT_OUT), True, False),
        (asked(1, "1", 204, omitted=BR), False, True),
        (asked(1, "1", body=b"{}", omitted="a body: x"), False, True),
        (asked(1, "1", body=b"{}", omitted="a header or an address: x"), False, False),
        (asked(1, "1", omitted="a header or an address: x"), False, False),
        (asked(1, "1", omitted=f"the request's body: x; {LEFT_OUT}"), True, True),
        (asked(1, "1", body=b"{}"), False, False),
        (asked(1, "1", body=b""), False, False),
    ],
)
def test_what_was_left_out_is_told_by_its_text_and_by_what_is_there(
    recorded: Recorded, answer: bool, request_: bool
) -> None:
    assert (lacks_answer(recorded), lacks_request(recorded)) == (answer, request_)


def test_drift_counts_no_body_that_is_not_there(tmp_path: Path) -> None:
    lacking = written(tmp_path / "a.yaml", asked(1, "1", omitted=LEFT_OUT))
    whole = written(tmp_path / "b.yaml", asked(1, "1", body=b'{"tickets": []}'))
    default = registry.emulator("get_tickets").dialects.default
    assert not whole.torn
    for found in (drift(lacking, default), between(lacking, whole), between(whole, lacking)):
        assert found.every == []
        assert sum(found.skipped.values()) == 1
        assert LEFT_OUT in next(iter(found.skipped))


def summary(low: str, high: str) -> bytes:
    payload = (
        '{"QueryData_V1": {"AuthCode": "__secret.authcode__", "ItemType": "Ticket", "ResultType": "Summary", '
        '"ResultFormat": "JSON", "UseWarehouse": false, "Filters": [{"Field": "LastActionDateTime", "Operation": '
        f'"TIME_BETWEEN", "Value": "2026/03/02 {low}-2026/03/02 {high}"}}]}}}}'
    )
    return f"<Envelope><Body><QueryData><json>{payload}</json></QueryData></Body></Envelope>".encode()


IDS = (
    b'<Envelope><Body><QueryDataResponse><QueryDataResult>{"UtilisphereIDs": []}</QueryDataResult></QueryDataResponse>'
    b"</Body></Envelope>"
)


def window(n: int, low: str, high: str, body: bytes | None, *, fault: str | None = None, omitted: str = "") -> Recorded:
    at = START + n * MINUTE
    return Recorded(n, at, "POST", "/x.asmx", [], summary(low, high), 200, [], body, fault, omitted=omitted)


def broken(path: Path, *exchanges: Recorded) -> tuple[list[str], tuple[int, ...]]:
    dialect = registry.emulator("querydata").dialects.default
    judged = judge_recording(written(path, *exchanges, vendor="querydata"), dialect)
    return [duty.slug for duty in judged.broken], judged.lacking


def test_the_judge_blames_nobody_for_an_answer_that_is_not_there(tmp_path: Path) -> None:
    lost = window(1, "09:50", "09:55", b"<html>cut", fault="cut")
    unknown = window(2, "09:50", "09:55", None, omitted=LEFT_OUT)
    good = window(3, "09:55", "10:00", IDS)
    assert "failed_window_repeated" in broken(tmp_path / "a.yaml", lost, good)[0]
    assert broken(tmp_path / "b.yaml", unknown, good) == ([], (2,))
    assert broken(tmp_path / "c.yaml", lost, unknown, good) == ([], (2,))


def test_the_judge_still_blames_for_what_no_missing_answer_could_excuse(tmp_path: Path) -> None:
    lost = window(1, "09:50", "09:55", b"<html>cut", fault="cut")
    unknown = window(2, "09:55", "10:00", None, omitted=LEFT_OUT)
    slugs, lacking = broken(tmp_path / "a.yaml", lost, unknown, window(3, "10:00", "10:03", IDS))
    assert "failed_window_repeated" in slugs
    assert lacking == (2,)
    said = CliRunner().invoke(main, ["judge", str(tmp_path / "a.yaml")])
    assert said.exit_code == 1
    assert "1 exchange whose body the recording lacks (2)" in said.output


@pytest.mark.parametrize("lacks", ["answer", "request"])
def test_drift_takes_a_change_whose_body_is_missing_for_one_of_somebody_else(lacks: str, tmp_path: Path) -> None:
    lax = {"status_note": "if_present"}  # a note would be a second change, which nobody could make again
    vendor_worlds = worlds("trackit", dialect=lax)
    with Server(vendor_worlds) as upstream, recording("trackit", upstream.url, tmp_path / "whole.yaml") as taken:
        base = f"{taken.url}/TrackIt/WebApi"
        login = {"grant_type": "password", **registry.emulator("trackit").demo_credential}
        token = requests.post(f"{base}/token", data=login, timeout=60).json()["access_token"]
        sent = {"Authorization": f"Bearer {token}"}
        id_ = vendor_worlds.default.act("trackit", "list", {"most": 1})["records"][0]["id"]
        requests.get(f"{base}/tickets/{id_}", headers=sent, timeout=60).raise_for_status()
        for status in ("Open", "Escalated"):
            url = f"{base}/tickets/{id_}/ChangeStatus"
            requests.post(url, json={"StatusName": status}, headers=sent, timeout=60).raise_for_status()
            vendor_worlds.default.clock.advance(MINUTE)
            requests.get(f"{base}/tickets/{id_}", headers=sent, timeout=60).raise_for_status()
    vendor_worlds.close()
    whole = list(Recording(tmp_path / "whole.yaml"))
    assert whole[4].status == 200
    if lacks == "answer":
        whole[4].reply_body, whole[4].omitted = None, LEFT_OUT
    else:
        whole[4].body, whole[4].omitted = None, "the request's body: left out of the HAR file"
    default = registry.emulator("trackit").dialects.default.with_(lax)
    assert drift(Recording(tmp_path / "whole.yaml"), default).every == []
    lacking = drift(written(tmp_path / "a.yaml", *whole, vendor="trackit"), default)
    assert lacking.every == []
    assert lacking.skipped == {whole[4].omitted: 1}


@pytest.mark.parametrize("vendor", contracted())
def test_a_recording_in_which_everything_is_missing_proves_nothing(vendor: str, tmp_path: Path) -> None:
    both = f"the request's body: x; {LEFT_OUT}"
    missing = Recorded(1, START, "POST", "/x", [], None, 200, JSON, None, omitted=both)
    default = registry.emulator(vendor).dialects.default
    recorded = written(tmp_path / "a.yaml", missing, vendor=vendor)
    judged = judge_recording(recorded, default)
    assert (judged.broken, judged.lacking, judged.exit_code(strict=False)) == ([], (1,), 3)
    assert drift(recorded, default).every == []
