"""The duties over a recording alone: what the wire proves is judged, all else stays unproven."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers import registry
from mockservers.kernel import instants
from mockservers.recording.adapter import adapter
from mockservers.recording.exchanges import Recorded
from mockservers.recording.files import Head, Recording, RecordingError, Writer
from mockservers.recording.judging import exchanged, judge_recording
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import finalize, keep
from mockservers.server.http import Server
from tests.recording.conftest import READERS, START, Authority, Clients, recording, worlds


@pytest.mark.parametrize("vendor", READERS)
def test_a_correct_client_breaks_nothing(vendor: str, tmp_path: Path, authority: Authority, reference: Clients) -> None:
    path = tmp_path / "session.yaml"
    vendor_worlds = worlds(vendor)
    with (
        Server(vendor_worlds, tls=authority.context) as upstream,
        recording(vendor, upstream.url, path, authority.trust()) as taken,
        reference(vendor, taken.url) as client,
    ):
        client.sync()
        vendor_worlds.default.clock.advance(5 * instants.MINUTE)
        client.ask.sleep(300)
        client.sync()
    vendor_worlds.close()
    judged = judge_recording(Recording(path), registry.emulator(vendor).dialects.default)
    assert judged.broken == []
    assert judged.kept
    assert [task.do for task in judged.history.tasks] == ["sync", "sync"]
    assert judged.exit_code(strict=False) == 0
    assert judged.exit_code(strict=True) == 3


def written(path: Path, vendor: str, *exchanges: Recorded) -> Recording:
    writer = Writer(path, Head(vendor, START))
    for each in exchanges:
        writer.add(each)
    writer.finish()
    return Recording(path)


def test_a_window_that_failed_and_was_never_asked_again_is_found(tmp_path: Path) -> None:
    payload = (
        '{"QueryData_V1": {"AuthCode": "__secret.authcode__", "ItemType": "Ticket", "ResultType": "Summary", '
        '"ResultFormat": "JSON", "UseWarehouse": false, "Filters": [{"Field": "LastActionDateTime", "Operation": '
        '"TIME_BETWEEN", "Value": "2026/03/02 09:50-2026/03/02 09:55"}]}}'
    )
    asked = f"<Envelope><Body><QueryData><json>{payload}</json></QueryData></Body></Envelope>".encode()
    exchange = Recorded(1, START, "POST", "/x.asmx", [], asked, 200, [], b"<html>cut", "cut")
    session = written(tmp_path / "session.yaml", "querydata", exchange)
    judged = judge_recording(session, registry.emulator("querydata").dialects.default)
    assert "failed_window_repeated" in [duty.slug for duty in judged.broken]
    assert judged.exit_code(strict=False) == 1


def test_nothing_to_judge_is_told(tmp_path: Path) -> None:
    session = written(tmp_path / "session.yaml", "get_tickets")
    with pytest.raises(RecordingError, match="no exchange"):
        judge_recording(session, registry.emulator("get_tickets").dialects.default)


DEEP = '{"a":' * 3000 + "1" + "}" * 3000


@pytest.mark.parametrize("vendor", READERS)
def test_answers_that_are_far_too_deep_tell_of_no_record(vendor: str) -> None:
    path = registry.emulator(vendor).endpoint
    headers = [("Content-Type", "application/json")]
    deep = Recorded(1, START, "POST", path, headers, DEEP.encode(), 200, headers, DEEP.encode())
    assert list(adapter(vendor).seen(deep, registry.emulator(vendor).dialects.default)) == []


def test_nobody_is_accused_of_showing_the_secrets_of_strangers(tmp_path: Path) -> None:
    headers = [("X-Gateway-Token", "a1b2c3d4e5"), ("X-Debug", "sent newPassword=v4lue-1 to it")]
    path = tmp_path / "session.yaml"
    writer, redactor = Writer(path, Head("trackit", START)), Redactor(adapter("trackit"))
    keep(writer, redactor, Recorded(1, START, "GET", "/TrackIt/WebApi/tickets/1?sig=a1b2c3d4e5f6", headers, b"", 200))
    finalize(writer, redactor)
    (kept,) = Recording(path)
    assert "__secret.other-" in kept.target
    assert "v4lue-1" not in kept.header("x-debug")
    assert exchanged(kept).reveals == ()
