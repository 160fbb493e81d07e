"""The contract of a client of toy: every duty, one test each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mockservers.harness.duties import Duty, of


@pytest.mark.parametrize("duty", of("toy"), ids=lambda duty: duty.slug)
def test_duty(duty: Duty, verdict: Callable[[Duty], None]) -> None:
    verdict(duty)
