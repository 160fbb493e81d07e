"""Judgements of what a client writes that several vendors' duties share. They look at a history only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Judgement, judged, shared
from mockservers.harness.history import Exchanged, ExternalChange, History, Record, Task
from mockservers.harness.profile import profile
from mockservers.kernel import instants
from mockservers.kernel.redaction import mask

WRITES = ("create", "update", "note", "close")
"""The tasks of a client that writes."""


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


def _lacks(
    history: History, task: Task, kinds: tuple[str, ...], text: Callable[[Record], str], ends: Mapping[str, Any]
) -> Iterator[Lack]:
    tickets = (task.became or {}).get(history.entity, {})
    answered = task.answered if isinstance(task.answered, Mapping) else {}
    ticket = str(answered.get("id", "")) if task.do == "create" else task.ticket or ""
    record = tickets.get(ticket)
    if record is None or not record.exists:
        # One that others deleted meanwhile is nobody's fault; what a queue wrote beside it says nothing of this one.
        changes = history.changes_within(_first_told(history, task))
        if ticket not in {each.record.id for each in changes if each.record is not None}:
            yield Lack(task, f"the vendor has no ticket {comparing.show(ticket)}")
        return
    meddled, later = meddled_with(history, task, record), _told_later(history, task)
    for name, value in {**ends, **task.asked.get("fields", {})}.items():
        found = record.fields.get(name)
        if name not in meddled and name not in later and not comparing.same(history, name, found, value):
            values = comparing.parted(found, value, history.secrets, "{}, not {}", ("at the vendor", "as told"))
            what = f"{name} of {history.name(ticket)} is {values}"
            yield Lack(task, what, name, value, found)
    wanted = task.asked.get("text", "")
    if wanted and kinds:
        there = [text(each) for kind in kinds for each in (task.became or {}).get(kind, {}).values()]
        if not any(comparing.squeezed(wanted) in comparing.squeezed(each) for each in there):
            yield Lack(task, f"no note at the vendor says {comparing.show(wanted)}", wanted=wanted)


def borrowed(history: History, kinds: Mapping[str, Iterable[str]], text: Callable[[Record], str]) -> list[Lack]:
    """What a client says it wrote, and others had: it looked for it by its words, and wrote nothing. As for `lacks`.

    A client that is told again may have written it at the first telling, or at any time since.
    """
    found = []
    for task in told(history):
        if "key" not in task.asked:
            continue
        first = next(each for each in history.writes if each.asked.get("key") == task.asked["key"])
        since = [change for change in history.changes if first.first < change.n <= task.last]
        if task.do == "create":
            ticket = str(task.answered.get("id", "")) if isinstance(task.answered, Mapping) else ""
            theirs = {
                change.record.id for change in since if change.operation == "create" and change.record is not None
            }
            if ticket in (first.was or {}).get(history.entity, {}):
                found.append(Lack(task, f"{history.name(ticket)}, which it says it made, was there before"))
            elif ticket in theirs:
                found.append(Lack(task, f"{history.name(ticket)}, which it says it made, was made by others"))
            continue
        words = comparing.squeezed(task.asked.get("text", ""))
        about = (task.became or {}).get(history.entity, {}).get(task.ticket or "")
        same = [
            (kind, record.id)
            for kind in (kinds.get(task.do, ()) if words and about is not None and about.exists else ())
            for record in (task.became or {}).get(kind, {}).values()
            if words in comparing.squeezed(text(record))
        ]
        new = [id_ for kind, id_ in same if id_ not in (first.was or {}).get(kind, {})]
        if same and len(new) <= said_by_others(since, words) and not _said(history, first, task, kinds, text):
            what = f"the only notes that say {comparing.show(task.asked['text'])} are those of others"
            found.append(Lack(task, what, wanted=task.asked["text"]))
    return found


def _said(
    history: History, first: Task, last: Task, kinds: Mapping[str, Iterable[str]], text: Callable[[Record], str]
) -> bool:
    """Whether a task from `first` to `last` made a note of the latter's words, beside what others wrote during that task.

    What others wrote between two tasks may have gone since, with its ticket, or made no note at all.
    """
    words = comparing.squeezed(last.asked.get("text", ""))
    for task in history.writes:
        if first.index <= task.index <= last.index:
            made = [record for kind in kinds.get(last.do, ()) for record in history.made(task, kind)]
            mine = sum(words in comparing.squeezed(text(record)) for record in made)
            if mine > said_by_others(history.changes_within(task), words):
                return True
    return False


def said_by_others(changes: Iterable[ExternalChange], words: str) -> int:
    """How many notes others wrote, by acts upon tickets, that have those words in them (without white space).

    A short text stands in another by chance, as 0 does in 100.
    """
    return sum(
        int(change.request.get("copies", 1))
        for change in changes
        if change.operation == "act"
        and change.ok
        and any(
            isinstance(text, str) and name not in ("id", "action") and words in comparing.squeezed(text)
            for name, text in change.request.items()
        )
    )


def is_time(history: History, lack: Lack) -> bool:
    """Whether a time arrived, but as another one."""
    return lack.found is not None and profile(history.vendor).types.get(lack.field or "") in shared.TIMES


def altered(history: History, lack: Lack, nothing: Collection[Any] = (None,)) -> bool:
    """Whether something arrived in a field, and neither what was told nor what was there before."""
    before = (lack.task.was or {}).get(history.entity, {}).get(lack.task.ticket or "")
    return lack.found not in (*nothing, None if before is None else before.fields.get(lack.field or ""))


def texts_told(history: History) -> int:
    """How many texts were told to the client, of what it says is written."""
    return sum(
        1
        for task in told(history)
        for value in (task.asked.get("text"), *task.asked.get("fields", {}).values())
        if isinstance(value, str) and value
    )


def fields_told(history: History, which: Callable[[str], bool]) -> int:
    """How many fields were told to the client with a value, of what it says is written."""
    return sum(
        1
        for task in told(history)
        for name, value in task.asked.get("fields", {}).items()
        if value not in (None, "") and which(name)
    )


def times_told(history: History) -> int:
    return fields_told(history, lambda name: profile(history.vendor).types.get(name) in shared.TIMES)


def minuted(
    history: History, tasks: Iterable[Task], kind: str, text: Callable[[Record], str]
) -> list[tuple[Task, Record]]:
    """The records of a kind by which the client kept, in some tasks, a note that it was told minutes for."""
    return [
        (task, record)
        for task in tasks
        if task.asked.get("minutes")
        for record in history.made(task, kind)
        if comparing.squeezed(task.asked.get("text", "")) in comparing.squeezed(text(record))
    ]


@dataclass(frozen=True)
class Meddled:
    """The fields of a record of which nobody can say, after a task, whether what stands there is the client's doing."""

    names: frozenset[str]
    """Those that others changed before the client's first request."""
    later: bool
    """Whether others acted later: they may have put back, or taken away, what the client wrote in any field."""

    def __contains__(self, name: str) -> bool:
        return self.later or name in self.names

    def __bool__(self) -> bool:
        return self.later or bool(self.names)


def meddled_with(history: History, task: Task, record: Record) -> Meddled:
    """Which fields of a record others may have changed while the client was at a task."""
    before = (task.was or {}).get(history.entity, {}).get(record.id, record)
    window = _since_told(history, task)
    first = min((each.n for each in history.within(window)), default=0)
    names: set[str] = set()
    later = False
    for change in history.changes_within(window):
        if change.record is not None and change.record.id == record.id:
            now = change.record.fields
            names |= {name for name in {*now, *before.fields} if now.get(name) != before.fields.get(name)}
            later = later or change.n > first
    return Meddled(frozenset(names), later)


def _since_told(history: History, task: Task) -> Task:
    """A task, begun when its message was told first if it wrote nothing: what it tells may have been done in between.

    A client with a queue sends what waits when it can, within a sync too, and others may have changed it again by then.
    """
    if not task.again or any(history.written(task, kind) for kind in task.became or {}):
        return task
    return _first_told(history, task)


def _told_later(history: History, task: Task) -> set[str]:
    """The fields of a task told again that the client was told otherwise in between: a queue wrote both in their order."""
    first = _first_told(history, task)
    between = [each for each in history.writes if each.ticket == task.ticket and first.first < each.first < task.first]
    return {name for each in between for name in each.asked.get("fields", {})}


def _first_told(history: History, task: Task) -> Task:
    """A task, begun when its message was told first."""
    if not task.again:
        return task
    told = [each.first for each in history.writes if each.do == task.do and each.asked == task.asked]
    return replace(task, first=min(told))


def written_once(
    history: History,
    kinds: Mapping[str, Iterable[str]],
    text: Callable[[Record], str],
    findable: Callable[[Task, Record], bool] = lambda task, record: True,
) -> Judgement:
    """Whether no write that was told once, or again with the same key, was made twice. `kinds` and `text` as for `lacks`.

    A task that makes tickets needs no entry. Notes that say something else are somebody else's, and of those that say more
    as many as others wrote meanwhile. What an earlier write owed, which found no answer and made nothing, may be made with
    a later one. `findable` tells whether a client that is told again could find the ticket that it made.
    """
    by_key: dict[str, list[Task]] = {}
    for task in history.writes:
        if "key" in task.asked:
            by_key.setdefault(task.asked["key"], []).append(task)
    exercised, breaches = 0, []
    for tasks in by_key.values():
        lost = [each for task in tasks for each in history.within(task) if each.received is None or each.status is None]
        exercised += bool(lost)
        words = comparing.squeezed(tasks[0].asked.get("text", ""))
        for kind in kinds.get(tasks[0].do, (history.entity,) if tasks[0].do == "create" else ()):
            made = [
                record
                for task in tasks
                for record in history.made(task, kind)
                if kind == history.entity or words in comparing.squeezed(text(record))
            ]
            late = sum(
                1
                for other in by_key.values()
                if other[0].do == tasks[0].do
                and tasks[0].index != other[0].index < tasks[-1].index
                and words in comparing.squeezed(other[0].asked.get("text", ""))
                and any(task.error_kind == "transport" for task in other)
                and not any(history.made(task, kind) for task in other)
            )
            theirs = sum(
                said_by_others(history.changes_within(task), words) for task in tasks if kind != history.entity
            )
            if len(made) > 1 + late + theirs and (kind != history.entity or findable(tasks[-1], made[0])):
                ids = ", ".join(record.id for record in made)
                after = f"; {shared.request(lost[0])} had no answer" if lost else ""
                breaches.append(
                    Breach(f"one {tasks[0].do} was told, and the vendor has {len(made)} of it ({kind} {ids}){after}")
                )
    return judged(exercised, breaches)


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
        values = comparing.parted(self.was, self.became, history.secrets, "from {} to {}", ("before", "after"))
        return Breach(
            f"the {self.task.do} at {instants.to_iso(self.task.at)} changed {self.field} of {history.name(ticket)} "
            f"{values}, which nobody asked for",
            {"ticket": ticket, "field": self.field},
        )


def owed(history: History, task: Task) -> list[Task]:
    """Earlier writes of a task's record that ended in an error of kind `transport`.

    A client with a queue sends them when it can, so they may be done within a later task, before what that one asks for.
    """
    earlier = (each for each in history.writes if each.last <= task.first and each.ticket == task.ticket)
    return [each for each in earlier if each.error_kind == "transport"]


def touched(
    history: History, moved: Collection[str], ends: Mapping[str, Collection[str]] = MappingProxyType({})
) -> tuple[int, list[Touched]]:
    """How many writes were of tickets that were there, and what they changed beside what they were told.

    `moved` are fields that the vendor moves by itself, `ends` further ones by task.
    """
    exercised, found = 0, []
    for task in history.writes:
        before = (task.was or {}).get(history.entity, {}).get(task.ticket or "")
        after = (task.became or {}).get(history.entity, {}).get(task.ticket or "")
        if before is None or after is None or not after.exists:
            continue
        states = [change.record for change in history.changes_within(task) if change.record is not None]
        mine = [before, *(each for each in states if each.id == before.id)]
        exercised += 1
        late = owed(history, task)
        ended = {name for each in (task, *late) for name in ends.get(each.do, ())}
        changed = [
            name
            for name, value in after.fields.items()
            if name not in moved
            and name not in task.asked.get("fields", {})
            and name not in ended
            and not any(
                name in each.asked.get("fields", {})
                and comparing.same(history, name, each.asked["fields"][name], value)
                for each in late
            )
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
    return exercised, found


def from_fresh(history: History, found: Iterable[Touched]) -> Judgement:
    """Whether no update brought back what was true earlier; `found` is what updates touched."""
    changed = 0
    for task in history.writes:
        synced = max((each.last for each in history.syncs if each.last <= task.first), default=0)
        if task.do in ("update", "close"):
            changed += any(
                synced < change.n <= task.first and change.record is not None and change.record.id == task.ticket
                for change in history.changes
            )
    return judged(changed, [each.breach(history) for each in found if each.outdated])


def tried(
    history: History,
    acceptable: Callable[[Task], bool],
    is_error: Callable[[Exchanged], bool],
    turned_down: Callable[[Exchanged], bool] = lambda exchange: False,
) -> Judgement:
    """Whether the client could write what the vendor takes: it did not fail itself, and sent all that the vendor asks for.

    `acceptable` are tasks whose values the vendor takes. `turned_down` tells of an error whether it is about what was sent,
    and not about who sent it, or how often.
    """
    plain, breaches = 0, []
    for task in filter(acceptable, history.writes):
        errors = [each for each in history.within(task) if is_error(each)]
        when = f"the {task.do} at {instants.to_iso(task.at)}"
        if not errors:
            plain += 1
            if task.error_kind == "client":
                error = mask(task.error, history.secrets)[:160]
                breaches.append(
                    Breach(
                        f"{when} failed in the client itself ({error}), though the vendor takes such values and every request "
                        "was answered well"
                    )
                )
        # An update may send back what others put there, and what nobody can write: that is no fault of its own.
        elif (
            task.do in ("create", "note")
            and _alone(history, task)
            and all(turned_down(each) and not each.faults for each in errors)
        ):
            plain += 1
            if not task.ok:
                breaches.append(
                    Breach(
                        f"{when} was refused, though the vendor takes such values: {shared.request(errors[0])} lacked "
                        "something, or had something in it that does not belong there"
                    )
                )
    return judged(plain, breaches)


def _alone(history: History, task: Task) -> bool:
    """Whether a task was about a ticket that was there, and nobody else acted, and nothing was left from before."""
    tickets = (task.was or {}).get(history.entity, {})
    ticket = tickets.get(task.ticket or "")
    there = task.do == "create" or (ticket is not None and ticket.exists)
    return there and not history.changes_within(task) and not task.again and not owed(history, task)
