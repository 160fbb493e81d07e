"""Autotask's SOAP API as recordings hold it: QueryXML inside SOAP, a basic header, an integration code."""

from __future__ import annotations

from mockservers.recording.adapters import Adapter

ADAPTER = Adapter(
    vendor="autotask",
    secrets={"integrationcode": "integration_code", "apiintegrationcode": "integration_code"},
)
