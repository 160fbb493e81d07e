"""Toy's wire, decoded a second time, for judging alone. Never raises on bad bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from mockservers.harness.history import Exchanged


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer told."""

    kind: Literal["tickets", "error", "unusable"]
    tickets: tuple[dict[str, Any], ...] = ()


def answer(exchange: Exchanged) -> Answer:
    """What the client was told."""
    try:
        body = json.loads(exchange.received or b"")
    except ValueError:
        return Answer("unusable")
    if exchange.status == 200 and isinstance(body, dict) and isinstance(body.get("tickets"), list):
        return Answer("tickets", tuple(body["tickets"]))
    return Answer("error") if isinstance(body, dict) and "error" in body else Answer("unusable")


def line(exchange: Exchanged) -> str:
    """An exchange in words, for reports."""
    told = answer(exchange)
    shown = f"{len(told.tickets)} tickets" if told.kind == "tickets" else told.kind
    return f"{exchange.target} -> {shown}"
