"""What was read of an exchange is read once, and goes with it: a rehearsal of a year keeps no answer of its first day."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from mockservers import registry
from mockservers.harness.decoders import once
from mockservers.harness.history import Exchanged


def test_an_exchange_is_read_once_and_an_equal_one_for_itself() -> None:
    read: list[int] = []

    @once
    def length(exchange: Exchanged) -> int:
        read.append(exchange.n)
        return len(exchange.body)

    one, other = Exchanged(1, 0, body=b"abc"), Exchanged(1, 0, body=b"abc")
    assert [length(each) for each in (one, other, one, other)] == [3, 3, 3, 3]
    assert read == [1, 1]


@pytest.mark.parametrize("vendor", ["querydata", "get_tickets", "superoffice", "trackit"])
@pytest.mark.parametrize("what", ["asked", "said"])
def test_what_was_read_goes_with_the_exchange(vendor: str, what: str) -> None:
    decoder = registry.vendors()[vendor].module("contract", "decoder")
    read: Callable[[Exchanged], Any] = getattr(decoder, what)
    gone = []
    for n in range(20):
        exchange = Exchanged(n, 0, "GET", f"/x?n={n}", body=b"{}", status=200, received=b'{"n": %d}' % n)
        assert read(exchange) == read(exchange)
        gone.append(weakref.ref(exchange))
    del exchange
    gc.collect()
    assert [each() for each in gone] == [None] * 20
