"""QueryData as recordings hold it: JSON text inside SOAP."""

from __future__ import annotations

from mockservers.recording.adapters import Adapter

ADAPTER = Adapter(
    vendor="querydata",
    secrets={"authcode": "authcode"},
)
