"""The conversation: the client's tasks and requests in order, and what it was told."""

from __future__ import annotations

from mockservers.harness import decoders
from mockservers.harness.history import History
from mockservers.harness.reports.characters import clean
from mockservers.kernel import instants


def conversation(history: History, most: int = 14) -> list[str]:
    """A line for each task and request; the middle is left out when there are many."""
    lines: list[str] = []
    for task in history.tasks:
        end = "" if task.ok else f" -> error ({task.error_kind}): {clean(task.error, history.secrets)[:80]}"
        held = "" if task.after is None else f", mirror holds {len(task.after)}"
        lines.append(f"{time_of_day(task.at)} {task.do}{' (settling)' if task.settling else ''}{held}{end}")
        for exchange in history.within(task):
            fault = f"  [{', '.join(exchange.faults)}]" if exchange.faults else ""
            lines.append(f"{time_of_day(exchange.at)}   #{exchange.n} {decoders.line(history.vendor, exchange)}{fault}")
    if len(lines) > most:
        half = most // 2
        lines = [*lines[:half], f"... {len(lines) - 2 * half} lines left out ...", *lines[-half:]]
    return [clean(line, history.secrets) for line in lines]


def time_of_day(instant: int) -> str:
    """The virtual time of day in UTC, to the second."""
    return instants.to_iso(instant)[11:19]


def day(instant: int) -> str:
    """The virtual day in UTC."""
    return instants.to_iso(instant)[:10]
