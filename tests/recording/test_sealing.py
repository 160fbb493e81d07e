"""A value that turns out to be a secret when it was written long ago is in clear nowhere on the disk, whatever happens."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockservers.cli import main
from mockservers.recording import sealing
from mockservers.recording.adapter import adapter
from mockservers.recording.exchanges import Recorded
from mockservers.recording.files import Head, Recording, RecordingError, Writer
from mockservers.recording.pseudonyms import Pseudonyms
from mockservers.recording.redaction import Redactor
from mockservers.recording.scan import finalize, keep, recover

REAL = sealing.memory_folder
LATE = "v4lue-told-late/é"
HEADERS = [("Content-Type", "application/json")]
SHOWS = Recorded(1, 0, "GET", "/x", [], b"", 200, HEADERS, json.dumps({"nothing": f"it is {LATE} here"}).encode())
TELLS = Recorded(2, 0, "POST", "/x", HEADERS, json.dumps({"newPassword": LATE}).encode(), 200, HEADERS, b"{}")


@pytest.fixture(autouse=True)
def memory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where keys are; there is a file system in memory on Linux alone."""
    folder = tmp_path_factory.mktemp("memory")
    monkeypatch.setattr(sealing, "memory_folder", lambda: folder)
    return folder


def on_disk(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in folder.iterdir())


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def begun(folder: Path) -> tuple[Writer, Redactor]:
    return Writer(folder / "session.yaml", Head("trackit", 0)), Redactor(adapter("trackit"))


def killed(folder: Path, monkeypatch: pytest.MonkeyPatch, *exchanges: Recorded) -> Path:
    """The part that a recorder leaves that was killed after these exchanges."""
    writer, redactor = begun(folder)
    for exchange in exchanges:
        keep(writer, redactor, exchange)
    writer._file.close()
    monkeypatch.setattr(sealing, "_live", {})
    return writer.part


@pytest.mark.usefixtures("umask")
def test_what_is_learnt_late_never_reaches_the_disk(tmp_path: Path) -> None:
    writer, redactor = begun(tmp_path)
    for exchange in (SHOWS, TELLS):
        keep(writer, redactor, exchange)
        assert b"v4lue" not in on_disk(tmp_path)
        assert b"nothing" not in on_disk(tmp_path)
    assert stat.S_IMODE(writer.part.stat().st_mode) == 0o600
    assert finalize(writer, redactor) == 1
    shows, tells = Recording(writer.path)
    assert json.loads(shows.reply_body or b"") == {"nothing": "it is __secret.other-password__ here"}
    assert json.loads(tells.body or b"") == {"newPassword": "__secret.other-password__"}
    assert stat.S_IMODE(writer.path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [writer.path]


def test_people_who_are_told_late_are_replaced_too(tmp_path: Path) -> None:
    people = Pseudonyms({"caller": "name"})
    writer, redactor = (
        Writer(tmp_path / "session.yaml", Head("trackit", 0)),
        Redactor(adapter("trackit"), pseudonyms=people),
    )
    for body in (b'{"a": "Ida Ideal rang"}', b'{"caller": "Ida Ideal"}'):
        keep(writer, redactor, Recorded(1, 0, "GET", "/x", [], b"", 200, HEADERS, body))
    assert finalize(writer, redactor) == 1
    assert "Ideal" not in writer.path.read_text("utf-8")


def test_a_killed_recorder_leaves_what_can_be_read_here(
    tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = killed(tmp_path, monkeypatch, SHOWS, TELLS)
    (key,) = memory.iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    shows, tells = Recording(part)
    assert (shows.target, tells.method) == ("/x", "POST")
    assert b"it is __secret.other-password__ here" in (shows.reply_body or b"")
    (place, _), *_ = Recording(part).lines()
    with open(part, "rb") as file:
        assert Recording(part).at(file, place) == shows
    said = CliRunner().invoke(main, ["recover", str(part)])
    assert said.exit_code == 0, said.output
    assert said.output.startswith("2 exchanges in ")
    assert list(tmp_path.iterdir()) == [tmp_path / "session.yaml"]
    assert [each.n for each in Recording(tmp_path / "session.yaml")] == [1, 2]
    assert "v4lue" not in (tmp_path / "session.yaml").read_text("utf-8")
    assert list(memory.iterdir()) == []


def test_a_part_is_nothing_without_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = killed(tmp_path, monkeypatch, SHOWS)
    monkeypatch.setattr(sealing, "memory_folder", lambda: None)
    with pytest.raises(RecordingError, match="the key to it is gone"):
        Recording(part)


def test_a_part_that_was_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = killed(tmp_path, monkeypatch, SHOWS)
    text = part.read_bytes()
    part.write_bytes(text[:-20] + b"AAAA" + text[-16:])
    with pytest.raises(RecordingError, match="was changed"):
        list(Recording(part))


def test_a_running_recording_is_not_taken_away(tmp_path: Path) -> None:
    writer, redactor = begun(tmp_path)
    keep(writer, redactor, SHOWS)
    with pytest.raises(ValueError, match="its recorder runs"):
        recover(writer.part)
    with pytest.raises(RecordingError, match="mockservers recover"):
        Writer(writer.path, Head("trackit", 0))
    finalize(writer, redactor)
    with pytest.raises(RecordingError, match="no part of a recording"):
        recover(writer.path)


def test_keys_of_parts_that_are_gone_are_forgotten(
    tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(tmp_path, monkeypatch, SHOWS).unlink()
    assert len(list(memory.iterdir())) == 1
    writer, _ = begun(tmp_path)
    assert len(list(memory.iterdir())) == 1
    writer.discard()
    assert list(memory.iterdir()) == []


def test_a_folder_in_memory_is_one() -> None:
    folder = REAL()
    assert folder is None or (folder.is_dir() and os.access(folder, os.W_OK))
