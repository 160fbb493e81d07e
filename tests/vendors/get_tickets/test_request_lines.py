"""What old clients send unencoded is read as IIS reads it: like its encoded form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import mockservers
from tests.server.wires import Reply, Wire

ASKED = b"/API/default.aspx?key=demo-key&action=get_tickets&tid=*&count=3&output=json"


@pytest.fixture(scope="module")
def desk() -> Iterator[mockservers.MockServer]:
    with mockservers.start("get_tickets") as server:
        yield server


def ask(desk: mockservers.MockServer, query: bytes) -> Reply:
    with Wire(int(desk.url.rpartition(":")[2])) as wire:
        wire.send(b"GET " + ASKED + query + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return wire.reply()


@pytest.mark.parametrize(
    ("raw", "encoded"),
    [
        ("&keyword=Müller".encode(), b"&keyword=M%C3%BCller"),
        ("&keyword=Müller".encode("latin-1"), b"&keyword=M%FCller"),
        (b"&order=TID DESC", b"&order=TID%20DESC"),
        (b"&start_date=2/1/2014 00:00:00", b"&start_date=2/1/2014%2000:00:00"),
    ],
)
def test_raw_bytes_in_the_query(desk: mockservers.MockServer, raw: bytes, encoded: bytes) -> None:
    bare, tidy = ask(desk, raw), ask(desk, encoded)
    assert (bare.status, bare.body) == (200, tidy.body)
