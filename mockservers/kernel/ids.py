"""Seeded numbers: every identifier and every arbitrary choice of a world comes from here.

Streams are named and independent, so that a new use of one never shifts the values of another. The only module that
uses `random`; nothing in the project uses `uuid`.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping

Source = random.Random
"""A generator of its own, as `Ids.source` gives; named here so that nobody else needs the module behind it."""


class Ids:
    """Numbers that depend on the seed, the stream's name and how often it was asked; nothing else."""

    def __init__(self, seed: int, counters: Mapping[str, int] | None = None) -> None:
        self.seed = seed
        self.counters: dict[str, int] = dict(counters or {})

    def _turn(self, stream: str) -> int:
        turn = self.counters.get(stream, 0)
        self.counters[stream] = turn + 1
        return turn

    def after(self, stream: str, highest: int) -> int:
        """The stream's next number: one more than its last, and than `highest`, the highest that is there.

        So a number is never given twice, whether what had it was deleted, or came without being numbered here.
        """
        self.counters[stream] = number = max(highest, self.counters.get(stream, 0)) + 1
        return number

    def number(self, stream: str, low: int, high: int) -> int:
        """The stream's next number from `low` to `high`, both included."""
        digest = hashlib.blake2b(f"{self.seed}/{stream}/{self._turn(stream)}".encode(), digest_size=8).digest()
        return low + int.from_bytes(digest, "big") % (high - low + 1)

    def token(self, stream: str, size: int) -> bytes:
        """The stream's next `size` bytes (64 at most), for credentials handed out by the emulator."""
        return hashlib.blake2b(f"{self.seed}/{stream}/{self._turn(stream)}".encode(), digest_size=size).digest()

    def source(self, stream: str) -> Source:
        """A generator of its own for bulk work such as a data recipe; the same for each same seed and name."""
        return Source(f"{self.seed}/{stream}")
