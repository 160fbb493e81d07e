"""Content codings taken off, bounded, by packages that need not be there."""

from __future__ import annotations

import gzip
import zlib
from types import SimpleNamespace
from typing import Any

import pytest

from mockservers.recording import codings
from mockservers.recording.codings import Coded, decoded, named, unpacked
from mockservers.recording.exchanges import MOST_RECORDED


class Stream:
    """What `brotli.Decompressor` and `ZstdDecompressor` do, with another coding behind it."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj()
        self._fed = b""
        self._full = False

    def process(self, piece: bytes, output_buffer_limit: int) -> bytes:
        plain = self._unpacker.decompress(self._fed + piece, output_buffer_limit)
        self._fed = self._unpacker.unconsumed_tail
        self._full = len(plain) == output_buffer_limit
        return plain

    def is_finished(self) -> bool:
        return self._unpacker.eof

    def can_accept_more_data(self) -> bool:
        return not (self._fed or self._full)

    def decompress(self, piece: bytes, most: int) -> bytes:
        return self.process(piece, most)

    @property
    def eof(self) -> bool:
        return self._unpacker.eof

    @property
    def needs_input(self) -> bool:
        return self.can_accept_more_data()

    @property
    def unused_data(self) -> bytes:
        return self._unpacker.unused_data


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both packages, as far as they are used."""
    both = SimpleNamespace(Decompressor=Stream, error=zlib.error, ZstdDecompressor=Stream, ZstdError=zlib.error)
    monkeypatch.setattr(codings, "_module", lambda coding, *names: both)


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("coding", ["br", "zstd"])
@pytest.mark.parametrize("size", [0, 1, 5, 1 << 16, (1 << 16) + 1, 300_000])
def test_a_body_comes_whole_in_bounded_pieces(coding: str, size: int) -> None:
    plain = bytes(size)
    assert unpacked(zlib.compress(plain), coding, 300_000) == plain


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("coding", ["br", "zstd"])
@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (zlib.compress(bytes(300_001)), "over 300000 bytes"),
        (zlib.compress(bytes(300_000))[:-5], "cut off"),
        (b"none of it", "damaged"),
    ],
)
def test_what_is_no_whole_body_of_that_length_is_told(coding: str, packed: bytes, words: str) -> None:
    with pytest.raises(Coded, match=f"coded as {coding}.*{words}"):
        unpacked(packed, coding, 300_000)


@pytest.mark.usefixtures("there")
def test_frames_are_read_one_after_another() -> None:
    assert unpacked(zlib.compress(b"one") + zlib.compress(b"two"), "zstd") == b"onetwo"


def test_a_package_that_bounds_nothing_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old(Stream):
        def process(self, piece: bytes) -> bytes:  # type: ignore[override]
            raise AssertionError("a bomb")

    old: Any = SimpleNamespace(Decompressor=Old, error=zlib.error)
    monkeypatch.setattr(codings, "_module", lambda coding, *names: old)
    with pytest.raises(Coded, match="too old"):
        unpacked(zlib.compress(b"{}"), "br")


def test_the_codings_of_a_header_are_those_that_code_something() -> None:
    assert named(" GZIP , identity,, utf-8,br ") == ["gzip", "br"]


def test_gzip_of_very_many_members_and_bombs_are_refused() -> None:
    with pytest.raises(Coded, match="more members"):
        unpacked(gzip.compress(b"a") * 10_001, "gzip")
    with pytest.raises(Coded, match="over"):
        unpacked(gzip.compress(b"\0" * (MOST_RECORDED + 1)), "gzip")


JSON = b'{"a": 1}'
ONCE = gzip.compress(JSON, mtime=0)
TWICE = gzip.compress(ONCE, mtime=0)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (TWICE, ["gzip", "gzip"]),
        (TWICE, ["gzip"]),
        (TWICE, []),
        (ONCE, ["identity", "gzip"]),
        (ONCE, ["gzip, identity"]),
        (ONCE, []),
        (gzip.compress(zlib.compress(JSON), mtime=0), ["deflate", "gzip"]),
        (ONCE, ["deflate"]),
        (JSON, []),
        (JSON, ["identity"]),
    ],
)
def test_all_codings_come_off_whatever_lines_name_them(body: bytes, lines: list[str]) -> None:
    told = [("content-type", "application/json"), *(("Content-Encoding", each) for each in lines)]
    plain, headers, why = decoded(body, told)
    assert (plain, why) == (JSON, "")
    assert all(value == "identity" for name, value in headers if name == "Content-Encoding")


def test_what_is_still_coded_after_all_is_left_out() -> None:
    often = ONCE
    for _ in range(3):
        often = gzip.compress(often, mtime=0)
    for body, kind in [(often, "application/json"), (ONCE[:-9], "text/csv"), (b"\x28\xb5\x2f\xfd?", "")]:
        plain, _, why = decoded(body, [("Content-Type", kind)])
        assert (plain, why.startswith("coded")) == (None, True)


@pytest.mark.parametrize("kind", ["application/gzip", "application/octet-stream", "image/png"])
def test_a_file_that_is_packed_itself_stays_as_it_is(kind: str) -> None:
    assert decoded(ONCE, [("Content-Type", kind)])[0] == ONCE


@pytest.mark.parametrize(("coding", "whole"), [("gzip", ONCE), ("deflate", zlib.compress(JSON)), ("gzip", ONCE[:1])])
def test_the_beginning_of_what_was_cut_off_will_do_where_that_is_known(coding: str, whole: bytes) -> None:
    told = [("Content-Encoding", coding)]
    assert decoded(whole[:-4], told)[0] is None or len(whole) == 1
    plain, headers, why = decoded(whole[:-4] or whole, told, part=True)
    assert (headers, why) == ([], "")
    assert plain == JSON[: len(plain or b"")]
