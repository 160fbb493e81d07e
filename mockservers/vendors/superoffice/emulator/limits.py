"""How long a call takes by the vendor's reckoning, and when that counts as slow. Knows no table and no wire."""

from __future__ import annotations

from mockservers.kernel.operations import Context
from mockservers.vendors.superoffice.emulator.model import CATALOGUE

THRESHOLDS: dict[str, int] = {
    each["path"].rpartition("/")[2]: each["slow_ms"]
    for each in CATALOGUE.facts["endpoints"]
    if "/Agents/Ticket/" in each["path"] and "slow_ms" in each
}
"""Milliseconds from which a call of a method counts as slow."""


def took(ctx: Context, method: str, ids: int) -> None:
    """Let a call take its time, and note one that counts as slow (superoffice.limit.slow)."""
    latency: float = ctx.dialect["latency_per_id"]
    if not latency:
        return
    ctx.cite("superoffice.limit.ids")
    taken = latency * ids
    ctx.delay(taken / 1000)
    if taken > THRESHOLDS[method]:
        ctx.note(
            "superoffice.limit.slow",
            f"{method} of {ids} tickets took {taken:.0f} ms; from {THRESHOLDS[method]} ms the vendor counts a call as slow. "
            "Ask for fewer at a time.",
            milliseconds=taken,
        )
