"""Checkpoints: what a world was at moments that somebody named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass

from mockservers.kernel.clock import ClockState


@dataclass(frozen=True)
class Checkpoint:
    """A world's state at one moment. Journal and faults are not part of it: history does not go back."""

    clock: ClockState
    images: Mapping[str, bytes]


class Checkpoints(MutableMapping[str, Checkpoint]):
    """The checkpoints of one world, in the order in which they were first made."""

    def __init__(self) -> None:
        self._kept: dict[str, Checkpoint] = {}

    def __getitem__(self, name: str) -> Checkpoint:
        return self._kept[name]

    def __setitem__(self, name: str, made: Checkpoint) -> None:
        self._kept[name] = made

    def __delitem__(self, name: str) -> None:
        del self._kept[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def held(self) -> int:
        """Bytes of memory that they take."""
        return sum(len(image) for kept in self._kept.values() for image in kept.images.values())
