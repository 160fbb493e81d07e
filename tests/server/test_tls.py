"""TLS by an authority made for one run."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import requests

from mockservers.server.tls import server_context
from tests.server import toy

ECHO = "/toy?key=demo-key-1&word=hi"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls") / "ca.pem"


@pytest.fixture(scope="module")
def context(ca: Path) -> ssl.SSLContext:
    return server_context(ca, ["mock.example"])


def test_a_client_that_trusts_the_authority_gets_through(ca: Path, context: ssl.SSLContext) -> None:
    with toy.front(tls=context) as door, requests.Session() as session:
        session.trust_env = False
        assert door.url == f"https://127.0.0.1:{door.port}"
        for _ in range(2):
            assert session.get(door.url + ECHO, verify=str(ca), timeout=20).json()["word"] == "hi"
        assert session.get(f"https://localhost:{door.port}{ECHO}", verify=str(ca), timeout=20).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(door.url + ECHO, timeout=20)


@pytest.mark.parametrize("kind", ["reset", "reset_midway", "cut", "lost_answer"])
def test_connections_break_under_tls_too(ca: Path, context: ssl.SSLContext, kind: str) -> None:
    with toy.front(tls=context) as door, requests.Session() as session:
        session.trust_env = False
        door.worlds.default.faults.add(kind)
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            session.get(door.url + ECHO, verify=str(ca), timeout=20)
        assert session.get(door.url + ECHO, verify=str(ca), timeout=20).status_code == 200


@pytest.mark.parametrize("name", ["mine.localhost", "mock.example", "localhost"])
def test_the_certificate_is_for_all_names(ca: Path, context: ssl.SSLContext, name: str) -> None:
    trusting = ssl.create_default_context(cafile=ca)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(outgoing, incoming, server_side=True)
    client = trusting.wrap_bio(incoming, outgoing, server_hostname=name)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert client.getpeercert()


def test_no_private_key_is_written(ca: Path, context: ssl.SSLContext) -> None:
    assert [each.name for each in ca.parent.iterdir()] == ["ca.pem"]
    assert "PRIVATE" not in ca.read_text()
