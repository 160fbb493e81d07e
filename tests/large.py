"""A large back-file in small: six hundred tickets of which most are copies, as of a million (`mockservers.kernel.back_file`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mockservers.kernel import back_file

DATA = "demo:601"


@contextmanager
def in_small(data: str) -> Iterator[None]:
    """Where `data` is the large one: tickets beyond 350 are copies of fifty; otherwise nothing is other than usual."""
    with pytest.MonkeyPatch.context() as patch:
        if data == DATA:
            patch.setattr(back_file, "LARGE", 350)
            patch.setattr(back_file, "CORE", 350)
            patch.setattr(back_file, "ORIGINALS", 50)
        yield
