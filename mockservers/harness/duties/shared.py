"""Judgements that several vendors' duties share. They look at a history only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

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


def revealed(
    history: History,
    *,
    in_target: bool,
    meant: Collection[str] = (),
    excused: Callable[[Exchanged], bool] = lambda exchange: False,
) -> Judgement:
    """Whether the credential stands where it must not: in addresses (when `in_target`), headers, output or mirror.

    `meant` are headers (in lower case) made for credentials; an `excused` request may have one in its address.
    """
    breaches = []
    for exchange in history.exchanges:
        if in_target and "address" in exchange.reveals and not excused(exchange):
            breaches.append(Breach(f"{request(exchange)} carries the credential in its address: {exchange.target}"))
        for name, value in exchange.headers:
            if f"header {name}" in exchange.reveals and name.lower() not in meant:
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


def error_is_not_empty(
    history: History,
    is_error: Callable[[Exchanged], bool],
    told_gone: Callable[[Task], Collection[str]] = lambda task: (),
) -> Judgement:
    """Whether no sync in which the vendor answered an error made tickets appear or vanish.

    `told_gone` are tickets that an answer inside the task said are not there.
    """
    provoked, breaches = 0, []
    known = set(history.ever)
    for task in history.syncs:
        failed = [each for each in history.within(task) if is_error(each)]
        if not failed or task.before is None or task.after is None:
            continue
        provoked += 1
        breaches += [
            Breach(
                f"after {request(failed[0])} was answered by an error, the mirror holds a ticket "
                f"{comparing.show(ticket)} that never was",
                {"ticket": ticket},
            )
            for ticket in sorted(set(task.after) - known - set(task.before))
        ]
        if history.deeds_within(task):
            continue  # rows shift under a walk; what is lost then is not lost by the error
        gone = told_gone(task)
        lost = [
            ticket
            for ticket in sorted(task.before)
            if ticket not in task.after and ticket not in gone and _stood(history, ticket, task)
        ]
        if lost:
            breaches.append(
                Breach(
                    f"{request(failed[0])} was answered by an error, and after it {history.name(lost[0])} was gone "
                    f"from the mirror ({len(task.before)} tickets before, {len(task.after)} after)",
                    {"tickets": lost},
                )
            )
    return judged(provoked, breaches)


def _stood(history: History, ticket: str, task: Task) -> bool:
    """Whether a ticket was there when the task began, and nothing about it was still on its way."""
    states = [record for n, record in history.ever.get(ticket, ()) if n <= task.first]
    return all(record.exists for record in states) and (bool(states) or ticket in history.truth)


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


@dataclass(frozen=True, slots=True)
class Lack:
    """What is not at the vendor of a write that the client says is done. `field` is None where more than a field is."""

    task: Task
    what: str
    field: str | None = None
    wanted: Any = None
    found: Any = None

    @property
    def breach(self) -> Breach:
        return Breach(
            f"the client says that its {self.task.do} at {instants.to_iso(self.task.at)} is done, but {self.what}",
            {"field": self.field} if self.field else {},
        )


def told(history: History) -> list[Task]:
    """The tasks that write and that the client says are done."""
    return [task for task in history.writes if task.ok]


def lacks(
    history: History,
    kinds: Mapping[str, Iterable[str]],
    text: Callable[[Record], str],
    ends: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> list[Lack]:
    """What does not stand at the vendor of what the client says is written.

    `kinds` are the kinds of records by which a note may be kept, by task; `text` reads one of them. `ends` are the
    fields that a task sets without being told them.
    """
    return [
        lack
        for task in told(history)
        for lack in _lacks(history, task, tuple(kinds.get(task.do, ())), text, ends.get(task.do, {}))
    ]


def done(
    history: History,
    kinds: Mapping[str, Iterable[str]],
    text: Callable[[Record], str],
    ends: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Judgement:
    """Whether what the client says is written stands at the vendor; see `lacks`."""
    return judged(len(told(history)), [lack.breach for lack in lacks(history, kinds, text, ends)])


def _lacks(
    history: History, task: Task, kinds: tuple[str, ...], text: Callable[[Record], str], ends: Mapping[str, Any]
) -> Iterator[Lack]:
    tickets = (task.became or {}).get(history.entity, {})
    answered = task.answered if isinstance(task.answered, Mapping) else {}
    ticket = str(answered.get("id", "")) if task.do == "create" else task.ticket or ""
    record = tickets.get(ticket)
    if record is None or not record.exists:
        # One that others deleted meanwhile is nobody's fault.
        if ticket not in {each.record.id for each in history.deeds_within(task) if each.record is not None}:
            yield Lack(task, f"the vendor has no ticket {comparing.show(ticket)}")
        return
    meddled = meddled_with(history, task, record)
    for name, value in {**ends, **task.asked.get("fields", {})}.items():
        found = record.fields.get(name)
        if name not in meddled and not comparing.same(history, name, found, value):
            what = f"{name} of {history.name(ticket)} is {comparing.show(found)}, not {comparing.show(value)}"
            yield Lack(task, what, name, value, found)
    wanted = task.asked.get("text", "")
    if wanted and kinds:
        there = [text(each) for kind in kinds for each in (task.became or {}).get(kind, {}).values()]
        if not any(comparing.squeezed(wanted) in comparing.squeezed(each) for each in there):
            yield Lack(task, f"no note at the vendor says {comparing.show(wanted)}", wanted=wanted)


def meddled_with(history: History, task: Task, record: Record) -> frozenset[str]:
    """The fields of a record of which nobody can say, after a task, whether what stands there is the client's doing.

    Those that others changed before the client's first request, and all of them when others acted later: they may have
    put back what was there before the client wrote.
    """
    before = (task.was or {}).get(history.entity, {}).get(record.id, record)
    first = min((each.n for each in history.within(task)), default=0)
    found: set[str] = set()
    for deed in history.deeds_within(task):
        if deed.record is not None and deed.record.id == record.id:
            found |= {name for name, value in deed.record.fields.items() if value != before.fields.get(name)}
            found |= set(record.fields) if deed.n > first else set()
    return frozenset(found)


def written_once(
    history: History,
    kinds: Mapping[str, Iterable[str]],
    text: Callable[[Record], str],
) -> Judgement:
    """Whether no write that was told once, or again with the same key, was made twice. `kinds` and `text` as for `lacks`.

    A task that makes tickets needs no entry. Notes that say something else are somebody else's.
    """
    by_key: dict[str, list[Task]] = {}
    for task in history.writes:
        if "key" in task.asked:
            by_key.setdefault(task.asked["key"], []).append(task)
    provoked, breaches = 0, []
    for tasks in by_key.values():
        lost = [each for task in tasks for each in history.within(task) if each.received is None or each.status is None]
        provoked += bool(lost)
        words = comparing.squeezed(tasks[0].asked.get("text", ""))
        for kind in kinds.get(tasks[0].do, (history.entity,) if tasks[0].do == "create" else ()):
            made = [
                record
                for task in tasks
                for record in history.made(task, kind)
                if kind == history.entity or words in comparing.squeezed(text(record))
            ]
            if len(made) > 1:
                ids = ", ".join(record.id for record in made)
                after = f"; {request(lost[0])} had no answer" if lost else ""
                breaches.append(
                    Breach(f"one {tasks[0].do} was told, and the vendor has {len(made)} of it ({kind} {ids}){after}")
                )
    return judged(provoked, breaches)


@dataclass(frozen=True, slots=True)
class Touched:
    """A field that a write changed though nobody asked for it. `outdated`: back to what was true earlier."""

    task: Task
    field: str
    was: Any
    became: Any
    outdated: bool

    def breach(self, history: History) -> Breach:
        ticket = self.task.ticket or ""
        return Breach(
            f"the {self.task.do} at {instants.to_iso(self.task.at)} changed {self.field} of {history.name(ticket)} from "
            f"{comparing.show(self.was)} to {comparing.show(self.became)}, which nobody asked for",
            {"ticket": ticket, "field": self.field},
        )


def touched(
    history: History, moved: Collection[str], ends: Mapping[str, Collection[str]] = MappingProxyType({})
) -> tuple[int, list[Touched]]:
    """How many writes were of tickets that were there, and what they changed beside what they were told.

    `moved` are fields that the vendor moves by itself, `ends` further ones by task.
    """
    provoked, found = 0, []
    for task in history.writes:
        before = (task.was or {}).get(history.entity, {}).get(task.ticket or "")
        after = (task.became or {}).get(history.entity, {}).get(task.ticket or "")
        if before is None or after is None or not after.exists:
            continue
        states = [deed.record for deed in history.deeds_within(task) if deed.record is not None]
        mine = [before, *(each for each in states if each.id == before.id)]
        provoked += 1
        changed = [
            name
            for name, value in after.fields.items()
            if name not in moved
            and name not in task.asked.get("fields", {})
            and name not in ends.get(task.do, ())
            # What others did meanwhile may stand or not: nobody can read and write at the same moment.
            and not any(comparing.same(history, name, each.fields.get(name), value) for each in mine)
        ]
        earlier = [record for n, record in history.ever.get(before.id, ()) if n <= task.first and record.exists]
        # A field that is empty now and was empty earlier may have been cleared as well.
        outdated = any(after.fields[name] is not None for name in changed) and any(
            all(comparing.same(history, name, each.fields.get(name), after.fields[name]) for name in changed)
            for each in earlier
        )
        found += [Touched(task, name, before.fields.get(name), after.fields[name], outdated) for name in changed]
    return provoked, found


def nothing_else_touched(
    history: History, moved: Collection[str], ends: Mapping[str, Collection[str]] = MappingProxyType({})
) -> Judgement:
    """Whether a write changed only what it was told to; see `touched`."""
    provoked, found = touched(history, moved, ends)
    return judged(provoked, [each.breach(history) for each in found])


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
