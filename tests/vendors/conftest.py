"""Fixtures of the harness's and the recorder's tests, which every vendor's tests use too."""

from __future__ import annotations

from tests.harness.conftest import history as history
from tests.recording.conftest import authority as authority
