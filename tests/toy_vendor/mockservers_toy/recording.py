"""Toy as recordings hold it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.recording.adapter import Adapter, Seen
from mockservers.recording.exchanges import Recorded
from mockservers_toy import VENDOR


def _seen(exchange: Recorded, dialect: Dialect) -> Iterator[Seen]:
    if exchange.status != 200:
        return
    for ticket in json.loads(exchange.reply_body or b"{}").get("tickets", []):
        changed = instants.from_iso(ticket["changed"])
        if not ticket.get("deleted"):
            fields = {name: ticket[name] for name in ("title", "status", "changed")}
            yield Seen("ticket", str(ticket["id"]), fields, None, changed)


ADAPTER = Adapter(
    vendor=VENDOR.name,
    query_secrets={"key": "key"},
    seen=_seen,
    writes=lambda exchange: False,
    refused=lambda exchange: exchange.status == 403,
    ids=("id",),
    credentials=lambda demo: {"key": demo["key"]},
)
