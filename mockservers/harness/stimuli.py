"""What a duty that was not put to the test did not get, and the option that gives it.

Nothing here is guessed: it follows from what was played, from the client's hello, and from the dialects that there are.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any, Literal

from mockservers.harness.declared import listed, members_shown
from mockservers.harness.drivers import TASKS, Hello
from mockservers.harness.duties import Duty
from mockservers.harness.history import END, History, Record, Task
from mockservers.harness.profile import profile
from mockservers.kernel.dialects import Dialect
from mockservers.registry import emulator
from mockservers.wirekit.templates import counted

EXAMPLES = 180
"""Examples of a check for which nobody asked for a number."""
MIRROR = "name the task mirror in its hello, or give --mirror-command or --mirror-file"
Ending = Literal["", "time", "interrupted", "first failure"]
"""What ended the play of a dialect before all examples were played."""


@dataclass(frozen=True)
class DialectPlays:
    """What a check knows of a dialect when its examples were played. `every`: it plays all dialects."""

    vendor: str
    dialect: str
    hello: Hello
    histories: Sequence[History]
    planned: int
    declined: int = 0
    ending: Ending = ""
    every: bool = False

    @property
    def tasks(self) -> list[Task]:
        return [task for history in self.histories for task in history.tasks]

    @property
    def idle(self) -> str:
        """Why no duty at all could be put to the test; empty where some could."""
        count = len(self.histories)
        among = f"in {counted(count, 'example')}"
        if not count:
            return self._nothing_played()
        if not self.tasks:
            known = ", ".join(profile(self.vendor).tasks)
            return f"the client was told nothing {among}, for its hello names no task that it could be told ({known})"
        if not any(history.exchanges for history in self.histories):
            return f"the client sent no request {among}"
        return ""

    def _nothing_played(self) -> str:
        if self.ending == "interrupted":
            return "the check was interrupted before the first example was played"
        if self.ending == "time":
            return "no example came to its end in time; give more --max-seconds"
        if self.declined:
            told = (
                f"the client declined {'the only example' if self.declined == 1 else f'all {self.declined} examples'}"
            )
            others = [] if self.every else other_dialects(self.vendor, self.dialect)
            return told + (f"; name a --dialect that it works with ({', '.join(others)})" if others else "")
        return "no example was played"


# --- unproven ---------------------------------------------------------------------------------------------------------


def missing(duty: Duty, played: DialectPlays) -> str:
    """What a duty that stayed unproven lacked in the examples, and what to give."""
    if played.idle:
        return played.idle
    shown = unshown(duty, played.histories)
    if shown:
        return shown
    if any(history.mirror is None and _compares(duty, history) for history in played.histories):
        return _no_copy(played.hello, "")
    return f"{_not_met(duty, played)}{_ended(played)}{_more(duty, played)}"


def _not_met(duty: Duty, played: DialectPlays) -> str:
    """What did not come about in the examples."""
    count = counted(len(played.histories), "example")
    offered = [name for name in duty.needs if name in TASKS and name in played.hello.tasks]
    told = [task for task in played.tasks if task.do in offered]
    if offered and not told:
        return f"in {count} the client was never told to {_either(offered)}"
    if told and not any(task.ok for task in told):
        return f"the client was told to {_either(offered)} {counted(len(told), 'time')}, and did it no time"
    if not any(duty.applies(history.dialect) for history in played.histories):
        return f"no installation of {count} could exercise it"
    return f"{count} did not come to it"


def _ended(played: DialectPlays) -> str:
    """What kept the check from playing more."""
    if len(played.histories) + played.declined >= played.planned:
        return f"; the client declined {played.declined} more" if played.declined else ""
    return {
        "time": f", of {played.planned} that were asked for; give more --max-seconds, or --jobs",
        "interrupted": f", of {played.planned} that were asked for: the check was interrupted",
        "first failure": f", of {played.planned} that were asked for: the check ended at the first failure",
        "": "",
    }[played.ending]


def _more(duty: Duty, played: DialectPlays) -> str:
    """The options that may bring it."""
    options = []
    if not played.ending:
        options.append(f"--examples {EXAMPLES if played.planned < EXAMPLES else 2 * played.planned}")
    here = emulator(played.vendor).dialects
    others = [] if played.every else other_dialects(played.vendor, played.dialect)
    if any(duty.applies(here.dialect(name)) for name in others):
        options.append("--dialect all")
    named = {*played.hello.tasks, *played.hello.options}
    lacking = [name for name in duty.needs if name not in named]
    more = [f"{_kinds(lacking)}, which the client's hello does not name"] if lacking else []
    if played.hello.mirrors is not None and any(_compares(duty, history) for history in played.histories[:1]):
        more.append("more fields in its hello.mirrors")
    if not options:
        return ""
    return f"; {' or '.join(options)} may bring it" + (f"; so may {' or '.join(more)}" if more else "")


def unshown(duty: Duty, histories: Iterable[History]) -> str:
    """What the client did not show, where a whole copy would have put the duty to the test; empty where it would not."""
    histories = list(histories)
    if said := _unshown_list(duty, histories):
        return said
    for history in histories:
        if not _exercised(duty, _faithful(history)):
            continue
        beginning = "the plays had it, but "
        if history.mirror is None:
            return _no_copy(history.hello, beginning)
        if not history.mirror:
            return f"{beginning}the client's copy was empty"
        named = history.hello.mirrors
        if named is not None and not _exercised(duty, replace(_faithful(history), hello=history.hello)):
            return f"{beginning}hello.mirrors names no field that it is about"
        return f"{beginning}the client's copy did not hold what it is about"
    return ""


def _unshown_list(duty: Duty, histories: Sequence[History]) -> str:
    """The list of what hangs on tickets that a duty looks for and that no record of the client's copy has."""
    shown = members_shown(histories)
    for history in histories:
        there = {
            member
            for member, kind in profile(history.vendor).members.items()
            if member not in shown and any(record.exists for record in history.parts.get(kind, {}).values())
        }
        for member in sorted(there & _looked_for(duty, history)) if there and history.mirror else ():
            words = listed(shown) or "nothing"
            return (
                f"the plays had {member}, but no record of the mirror showed a member `{member}` (it showed: {words})"
            )
    return ""


class _Fields(dict[str, Any]):
    """Fields of a record that know which of them somebody asked for."""

    def __init__(self, fields: Mapping[str, Any], asked: set[str]) -> None:
        super().__init__(fields)
        self.asked = asked

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)


def _looked_for(duty: Duty, history: History) -> set[str]:
    """The members of the client's final copy that a duty asks for."""
    asked: set[str] = set()
    copy = {
        id_: replace(record, fields=_Fields(record.fields, asked)) for id_, record in (history.mirror or {}).items()
    }
    _exercised(duty, replace(history, mirror=copy, listed=tuple(copy.values())))
    return asked


def _no_copy(hello: Hello, beginning: str) -> str:
    """How a client shows no copy, which a duty compares."""
    if "mirror" in hello.tasks:
        return f"{beginning}the client's mirror failed, so its copy could not be compared"
    return f"{beginning}the client shows no copy to compare; {MIRROR}"


class _Watched(History):
    """A history that knows whether somebody looked at the client's copy."""

    def __getattribute__(self, name: str) -> Any:
        if name in ("mirror", "listed"):
            vars(self)["_looked"] = True
        return super().__getattribute__(name)


def _compares(duty: Duty, history: History) -> bool:
    """Whether a duty looks at the client's copy."""
    watched = _Watched(**{each.name: getattr(history, each.name) for each in fields(History)})
    vars(watched)["_looked"] = False
    _exercised(duty, watched)
    return bool(vars(watched)["_looked"])


def _exercised(duty: Duty, history: History) -> bool:
    with contextlib.suppress(Exception):  # of a judge that other people wrote; what it lacks is then not known
        return duty.judge(history).exercised > 0
    return False


def _faithful(history: History) -> History:
    """The same play by a client that has, and shows, a whole copy at every time."""
    known: History | None = vars(history).get("_faithful")
    if known is None:  # several duties ask for it
        known = vars(history)["_faithful"] = _told_faithfully(history)
    return known


def _told_faithfully(history: History) -> History:
    whole = {id_: record for id_, record in history.truth.items() if record.exists}
    moments = sorted({n for states in history.ever.values() for n, _ in states if n < END})
    tasks = []
    before: Mapping[str, Record] = {}
    seen, after = -1, before
    for task in history.tasks:
        past = bisect_right(moments, task.last)
        if past != seen:  # else nothing changed, and one copy does for both
            seen, after = past, _truth_at(history, task.last)
        tasks.append(replace(task, before=before, after=after))
        before = after
    hello = replace(history.hello, mirrors=None)
    return replace(history, mirror=whole, listed=tuple(whole.values()), tasks=tuple(tasks), hello=hello)


def _truth_at(history: History, n: int) -> dict[str, Record]:
    """The tickets that were there when the journal had `n` entries, those with which the world began among them."""
    found = {}
    for ticket, states in history.ever.items():
        past = [record for number, record in states if number <= n]
        if past or ticket not in history.labels:
            record = past[-1] if past else states[0][1]
            if record.exists:
                found[ticket] = record
    return found


def of_play(duty: Duty, history: History) -> str:
    """Why one play did not put a duty to the test."""
    told = f"the client never came to the point where the duty counts: it needs {duty.exercised_by}"
    lacking = lacks(duty, history.hello)
    if lacking:
        return f"{told}, and the client's hello names {unnamed(duty.needs)}"
    if not duty.applies(history.dialect):
        return f"{told}, which an installation of this dialect never gives"
    shown = unshown(duty, [history])
    return f"{told}; {shown}" if shown else told


# --- not applicable -----------------------------------------------------------------------------------------------------


def lacks(duty: Duty, hello: Hello) -> bool:
    """Whether the client names none of the tasks and options that the duty is about."""
    return bool(duty.needs) and set(duty.needs).isdisjoint((*hello.tasks, *hello.options))


def unnamed(needs: Sequence[str]) -> str:
    """That a hello names none of some tasks and options, as the end of a sentence."""
    return " and ".join(f"no {kind} {_either(names)}" for kind, names in _by_kind(needs))


def _kinds(needs: Sequence[str]) -> str:
    """Tasks and options in words."""
    return " or ".join(f"the {kind} {_either(names)}" for kind, names in _by_kind(needs))


def _by_kind(needs: Sequence[str]) -> list[tuple[str, list[str]]]:
    tasks, options = [name for name in needs if name in TASKS], [name for name in needs if name not in TASKS]
    return [(kind, names) for kind, names in (("task", tasks), ("option", options)) if names]


def declined(duty: Duty, histories: Sequence[History]) -> str:
    """Why a duty about something that a client may use or leave alone is none of this one's; empty where it may still be."""
    if duty.choice is None or any(map(duty.choice.taken, histories)):
        return ""
    times = sum(1 for history in histories if duty.choice.offered(history))
    return f"{duty.choice.words} in {counted(times, 'example')}, and never used it" if times else ""


def provoked(duty: Duty, vendor: str, dialect: str, options: Iterable[str]) -> bool:
    """Whether any installation that a check in a dialect can draw, for a client that obeys `options`, provokes the duty."""
    return any(duty.applies(each) for each in _installations(vendor, dialect, options))


def _installations(vendor: str, dialect: str, options: Iterable[str]) -> Iterator[Dialect]:
    here = emulator(vendor).dialects
    varied = profile(vendor).varying(dialect, options)
    if not varied:
        yield here.dialect(dialect)
        return
    for values in product(*varied.values()):
        yield here.dialect(dict(zip(varied, values, strict=True)))


def elsewhere(duty: Duty, played: DialectPlays) -> str:
    """Where a duty that does not apply would."""
    if lacks(duty, played.hello):
        return "name it there if the client can do it"
    here = emulator(played.vendor).dialects
    names = [name for name in other_dialects(played.vendor, played.dialect) if duty.applies(here.dialect(name))]
    obeyed = set(played.hello.options)
    options = [
        option
        for option in profile(played.vendor).varied
        if option not in obeyed
        and played.dialect == "default"
        and provoked(duty, played.vendor, played.dialect, {*obeyed, option})
    ]
    found = []
    if names:
        give = "" if played.every else f" (--dialect {names[0] if len(names) == 1 else 'all'})"
        found.append(f"in dialect {_either(names)}{give}")
    if options:
        found.append(f"where hello.options names {_either(options)}, if the client obeys it")
    return f"it applies {', and '.join(found)}" if found else "it applies in no named dialect of the vendor"


def different(vendor: str) -> list[str]:
    """The named dialects, without those that are another under a second name."""
    seen: list[Mapping[str, Any]] = []
    names = []
    for name, dialect in emulator(vendor).dialects.named.items():
        if dialect.changes() not in seen:
            seen.append(dialect.changes())
            names.append(name)
    return names


def other_dialects(vendor: str, dialect: str) -> list[str]:
    """The named dialects that are not this one, under whatever name."""
    here = emulator(vendor).dialects
    mine = here.dialect(dialect).changes()
    return [name for name in different(vendor) if here.dialect(name).changes() != mine]


def _either(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
