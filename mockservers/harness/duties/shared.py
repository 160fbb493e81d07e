"""Judgements that several vendors' duties share. They look at a history only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Breach, Judgement, judged
from mockservers.harness.history import Exchanged, History, shows
from mockservers.kernel import instants
from mockservers.kernel.secrets import MASK, mask


def part(history: History, difference: Difference, why: str) -> Breach:
    """The breach of a field where truth and mirror part."""
    truth, mirror = (comparing.show(value, secrets=history.secrets) for value in (difference.truth, difference.mirror))
    return Breach(
        f"{history.name(difference.ticket)}: {difference.field} is {truth} at the vendor and {mirror} in the mirror; {why}",
        {
            "ticket": difference.ticket,
            "field": difference.field,
            "truth": difference.truth,
            "mirror": difference.mirror,
        },
    )


def request(exchange: Exchanged) -> str:
    """How a report names a request."""
    return f"request #{exchange.n} at {instants.to_iso(exchange.at)}"


def revealed(history: History, *, in_target: bool) -> Judgement:
    """Whether the credential stands where it must not: in addresses (when `in_target`), headers, output or mirror."""
    breaches = []
    for exchange in history.exchanges:
        if in_target and "address" in exchange.reveals:
            breaches.append(Breach(f"{request(exchange)} carries the credential in its address: {exchange.target}"))
        for name, value in exchange.headers:
            if f"header {name}" in exchange.reveals:
                breaches.append(Breach(f"{request(exchange)} carries the credential in the header {name}: {value}"))
    printed = [("what the client printed", history.output)]
    printed += [(f"the client's error in {task.do}", task.error) for task in history.tasks]
    for where, text in printed:
        if shows(text, history.secrets):
            breaches.append(Breach(f"{where} shows the credential: {_around(text, history.secrets)}"))
    for record in (history.mirror or {}).values():
        for name, value in record.fields.items():
            if shows(f"{name} {value}", history.secrets):
                breaches.append(Breach(f"the mirror of {history.name(record.id)} shows the credential in {name}"))
    return judged(len(history.exchanges), breaches)


def once_only(history: History, told: Iterable[str]) -> Judgement:
    """Whether the mirror has each ticket once. `told` has the id of a ticket as often as the vendor told the ticket."""
    times = Counter(record.id for record in history.listed)
    breaches = [
        Breach(f"{history.name(ticket)} stands in the mirror {count} times", {"ticket": ticket, "times": count})
        for ticket, count in sorted(times.items())
        if count > 1
    ]
    again = sum(1 for ticket, count in Counter(told).items() if count > 1 and ticket in times)
    return judged(again, breaches)


def nothing_invented(history: History, told: Iterable[str]) -> Judgement:
    """Whether each ticket of the mirror was ever at the vendor. `told` are ids that the vendor's answers named."""
    known = set(history.ever) | set(told)
    shown: dict[str, str] = {}
    for task in history.syncs:
        for ticket in task.after or {}:
            shown.setdefault(ticket, f"after the {task.do} at {instants.to_iso(task.at)}")
    for ticket in history.mirror or {}:
        shown.setdefault(ticket, "in the end")
    breaches = [
        Breach(
            f"{when} the mirror held a ticket with the id {comparing.show(ticket)}, and the vendor never had one",
            {"ticket": ticket},
        )
        for ticket, when in sorted(shown.items())
        if ticket not in known
    ]
    return judged(len(shown), breaches)


def _around(text: str, secrets: tuple[str, ...]) -> str:
    """The place in a text where a secret stood, with the secret masked."""
    masked = mask(text, secrets)
    at = next((n for n, (left, right) in enumerate(zip(text, masked, strict=False)) if left != right), len(masked))
    return masked[max(0, at - 60) : at + len(MASK) + 40].replace("\n", " ")


def storms(history: History, refused: list[Exchanged], most: int, within_seconds: int) -> list[Breach]:
    """More than `most` refused requests of one task within some virtual seconds."""
    breaches = []
    for task in history.tasks:
        here = [each for each in refused if task.first < each.n <= task.last]
        for first, last in zip(here, here[most:], strict=False):
            if last.at - first.at <= within_seconds * instants.SECOND:
                breaches.append(
                    Breach(
                        f"in one {task.do} the client was refused at {request(first)} and went on asking: "
                        f"{len(here)} refused requests, {most + 1} of them within {within_seconds} s",
                        {"refused": len(here)},
                    )
                )
                break
    return breaches
