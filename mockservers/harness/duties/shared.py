"""Judgements that several vendors' duties share. They look at a history only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Breach, Judgement, judged
from mockservers.harness.history import Exchanged, History, Record, Task, shows
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


def current(history: History, provoked: int) -> Judgement:
    """Whether no field of the final mirror shows what was true earlier only."""
    breaches = [
        part(history, each, "the mirror kept what was true earlier")
        for each in comparing.differences(history)
        if each.kind == "stale"
    ]
    return judged(provoked, breaches)


def gone_dropped(history: History) -> Judgement:
    """Whether a ticket that is at the vendor no longer has left a mirror that held it."""
    gone = {deed.record.id for deed in history.deeds if deed.record is not None and not deed.record.exists}
    gone -= {ticket for ticket, record in history.truth.items() if record.exists}
    seen = {ticket for task in history.syncs for ticket in (task.after or {})} & gone
    breaches = [
        Breach(f"{history.name(ticket)} was deleted at the vendor and is still in the mirror", {"ticket": ticket})
        for ticket in sorted(gone & set(history.mirror or {}))
    ]
    return judged(len(seen), breaches)


# --- what the client writes -------------------------------------------------------------------------------------------


def done(history: History, kinds: Mapping[str, Iterable[str]], text: Callable[[Record], str]) -> Judgement:
    """Whether what the client says is written stands at the vendor.

    `kinds` are the kinds of records by which a note may be kept, by task; `text` reads one of them.
    """
    told = [task for task in history.writes if task.ok]
    breaches = []
    for task in told:
        lacks = _lacks(history, task, tuple(kinds.get(task.do, ())), text)
        if lacks:
            breaches.append(
                Breach(f"the client says that its {task.do} at {instants.to_iso(task.at)} is done, but {lacks}")
            )
    return judged(len(told), breaches)


def _lacks(history: History, task: Task, kinds: tuple[str, ...], text: Callable[[Record], str]) -> str:
    """What is not there of a write that is said to be done; empty where all is."""
    tickets = (task.became or {}).get(history.entity, {})
    answered = task.answered if isinstance(task.answered, Mapping) else {}
    ticket = str(answered.get("id", "")) if task.do == "create" else task.ticket or ""
    record = tickets.get(ticket)
    if record is None or not record.exists:
        return f"the vendor has no ticket {comparing.show(ticket)}" if task.do == "create" else ""
    meddled = {
        name
        for deed in history.deeds_within(task)
        if deed.record is not None and deed.record.id == ticket
        for name in deed.record.fields
        if deed.record.fields[name] != ((task.was or {}).get(history.entity, {}).get(ticket, record)).fields.get(name)
    }
    for name, value in task.asked.get("fields", {}).items():
        if name not in meddled and not comparing.same(history, name, record.fields.get(name), value):
            return f"{name} of {history.name(ticket)} is {comparing.show(record.fields.get(name))}, not {comparing.show(value)}"
    wanted = task.asked.get("text", "")
    there = [each for kind in kinds for each in (task.became or {}).get(kind, {}).values()]
    if wanted and kinds and not any(comparing.squeezed(wanted) in comparing.squeezed(text(each)) for each in there):
        return f"no note at the vendor says {comparing.show(wanted)}"
    return ""


def written_once(history: History, kinds: Mapping[str, Iterable[str]]) -> Judgement:
    """Whether no write that was told once, or again with the same key, was made twice. `kinds` as for `done`.

    A task that makes tickets needs no entry.
    """
    by_key: dict[str, list[Task]] = {}
    for task in history.writes:
        if "key" in task.asked:
            by_key.setdefault(task.asked["key"], []).append(task)
    provoked, breaches = 0, []
    for tasks in by_key.values():
        lost = [each for task in tasks for each in history.within(task) if each.received is None or each.status is None]
        provoked += bool(lost)
        for kind in kinds.get(tasks[0].do, (history.entity,) if tasks[0].do == "create" else ()):
            made = [record for task in tasks for record in history.made(task, kind)]
            if len(made) > 1:
                ids = ", ".join(record.id for record in made)
                after = f"; {request(lost[0])} had no answer" if lost else ""
                breaches.append(
                    Breach(f"one {tasks[0].do} was told, and the vendor has {len(made)} of it ({kind} {ids}){after}")
                )
    return judged(provoked, breaches)


def nothing_else_touched(history: History, moved: Collection[str]) -> Judgement:
    """Whether a write changed only what it was told to. `moved` are fields that the vendor moves by itself."""
    provoked, breaches = 0, []
    for task in history.writes:
        before = (task.was or {}).get(history.entity, {}).get(task.ticket or "")
        after = (task.became or {}).get(history.entity, {}).get(task.ticket or "")
        if before is None or after is None or not after.exists:
            continue
        states = [deed.record for deed in history.deeds_within(task) if deed.record is not None]
        mine = [before, *(each for each in states if each.id == before.id)]
        provoked += 1
        for name, value in after.fields.items():
            if name in moved or name in task.asked.get("fields", {}):
                continue
            # What others did meanwhile may stand or not: nobody can read and write at the same moment.
            if not any(comparing.same(history, name, each.fields.get(name), value) for each in mine):
                breaches.append(
                    Breach(
                        f"the {task.do} at {instants.to_iso(task.at)} changed {name} of {history.name(before.id)} from "
                        f"{comparing.show(before.fields.get(name))} to {comparing.show(value)}, which nobody asked for",
                        {"ticket": before.id, "field": name},
                    )
                )
    return judged(provoked, breaches)


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
