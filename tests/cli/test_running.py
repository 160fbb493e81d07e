"""`world` and `observe` find the server that runs: by the file that `serve` leaves for its user alone."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockservers.cli import main, running
from mockservers.server.tls import server_context
from tests.server import toy


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("MOCKSERVERS_URL", raising=False)
    monkeypatch.delenv("MOCKSERVERS_CONTROL_TOKEN", raising=False)
    return tmp_path / "mockservers"


@pytest.fixture
def gone() -> int:
    """The number of a process that ran."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


@pytest.fixture
def served() -> Iterator[str]:
    command = [sys.executable, "-m", "mockservers", "serve", "--port", "0", "--control-token", "s3cret-token"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        try:
            yield line.split(" is ready at ")[1].strip()
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate()


def test_a_server_is_found_with_its_token_and_goes_with_its_process(folder: Path, served: str) -> None:
    (file,) = folder.iterdir()
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    done = CliRunner().invoke(main, ["world", "clock"])
    assert (done.exit_code, set(json.loads(done.output))) == (0, {"now", "mode", "rate"}), done.output
    assert "NOTHING YET" in CliRunner().invoke(main, ["observe"]).output
    with running.told("http://127.0.0.1:1", None):
        told = CliRunner().invoke(main, ["world", "list"])
        assert told.exit_code == 2
        assert (
            f"mockservers: 2 servers run (http://127.0.0.1:1, {served}); say which one is meant: --url" in told.output
        )
        assert CliRunner().invoke(main, ["world", "--url", served, "list"]).exit_code == 0  # its token is known
    process = json.loads(file.read_text())["process"]
    os.kill(process, signal.SIGTERM)
    for _ in range(1500):
        if not list(folder.iterdir()):
            break
        signal.sigtimedwait([], 0.02)
    assert list(folder.iterdir()) == []


def test_the_usual_port_is_asked_where_none_is_known(folder: Path, gone: int) -> None:
    assert running.found(None, "t") == (running.DEFAULT, "t")
    folder.mkdir(mode=0o700)
    (folder / "1.json").write_text(json.dumps({"url": "http://127.0.0.1:2", "token": "old", "process": gone}))
    (folder / "2.json").write_text("no JSON")
    assert running.found(None, None) == (running.DEFAULT, None)
    assert [each.name for each in folder.iterdir()] == ["2.json"]  # what a killed server left is taken away


def test_a_token_goes_to_its_own_server_alone(folder: Path) -> None:
    with running.told("http://127.0.0.1:1", "own"):
        assert running.found(None, None) == ("http://127.0.0.1:1", "own")
        assert running.found(None, "given") == ("http://127.0.0.1:1", "given")
        assert running.found("http://127.0.0.1:1/", None) == ("http://127.0.0.1:1/", "own")
        assert running.found("http://192.0.2.1:1", None) == ("http://192.0.2.1:1", None)
    assert running.servers() == []


def test_a_certificate_that_nobody_trusts_is_told_with_what_to_do(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    authority = tmp_path / "ca.pem"
    with toy.front(tls=server_context(authority, ())) as door, running.told(door.url, None):
        for words in (("world", "list"), ("observe",)):
            told = CliRunner().invoke(main, words)
            assert told.exit_code == 2
            assert f"a server answers at {door.url}, and nobody here trusts its certificate" in told.output
            assert "set SSL_CERT_FILE to the file of its --tls-ca" in told.output
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert CliRunner().invoke(main, ["world", "clock"]).exit_code == 0


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes keep nobody out on Windows")
def test_a_folder_that_others_can_enter_is_neither_read_nor_written(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    (folder / "1.json").write_text(json.dumps({"url": "http://192.0.2.1", "token": None, "process": os.getpid()}))
    assert running.servers() == []
    with running.told("http://127.0.0.1:1", "own"):
        assert [each.name for each in folder.iterdir()] == ["1.json"]
    (folder / "1.json").unlink()
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    with running.told("http://127.0.0.1:1", "own"):
        assert list((tmp_path / "elsewhere").iterdir()) == []
