"""ReadyDesk's get_tickets as recordings hold it."""

from __future__ import annotations

from mockservers.recording.adapters import Adapter

ADAPTER = Adapter(
    vendor="get_tickets",
    fold_names=True,
    query_secrets={"key": "key"},
    people={
        "contact": "name", "company_name": "company", "email": "email", "phone": "phone", "cc_addresses": "email",
    },
)  # fmt: skip
