"""Names in a client's `hello` and in its copy that mean nothing to the harness, each with the nearest that does.

They are no error: a client may show more than is compared. But a name with a slip in it costs duties, silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from mockservers.harness.drivers import KILL, RESTART, TASKS, Hello
from mockservers.harness.duties import Duty
from mockservers.harness.history import History
from mockservers.harness.profile import VendorProfile, profile
from mockservers.registry import did_you_mean, emulator

MESSAGES = ("hello", "reset", "bye")
"""Messages that every client gets; whoever names them among its tasks does no harm."""
MOST_NAMED = 12
"""Names that a sentence lists at most."""


def known_options(vendor: str, duties: Iterable[Duty]) -> frozenset[str]:
    """The options that a client of a vendor may name: what is varied, drawn or judged for it, and what `reset` tells."""
    here = profile(vendor)
    told = {"since", *here.options(emulator(vendor).dialects.dialect("default")), *here.known("")}
    needed = {name for duty in duties for name in duty.needs} - {*TASKS}
    return frozenset({RESTART, KILL, *here.varied, *here.optional_parts, *here.obeyed, *needed, *told})


def known_members(vendor: str) -> frozenset[str]:
    """What a record of a mirror may have: the fields of a ticket, and the lists of what hangs on it."""
    here = profile(vendor)
    # An integration's own field is told by `reset`, and no catalogue has it.
    own = here.options(emulator(vendor).dialects.dialect("default")).get("reference_field")
    return frozenset({*here.types, *here.members, *here.further, *([str(own)] if own else [])})


def slips(vendor: str, hello: Hello, duties: Iterable[Duty]) -> list[str]:
    """Sentences about the names in a `hello` that mean nothing."""
    options, members = known_options(vendor, duties), known_members(vendor)
    kinds = {"task": {*TASKS, *MESSAGES}, "option": options, "field": members}
    places = {"task": "tasks", "option": "options", "field": "mirrors"}
    found = []
    for kind, names in (("task", hello.tasks), ("option", hello.options), ("field", hello.mirrors or ())):
        for name in dict.fromkeys(names):
            if name in kinds[kind]:
                continue
            elsewhere = [other for other in kinds if other != kind and name in kinds[other] - {*MESSAGES}]
            said = f"hello.{places[kind]} names {name!r}, which is no {_WHAT[kind]} of {vendor}"
            if elsewhere and not (kind == "field" and _held_by(name, profile(vendor))):
                do = f"; it is {_AN[elsewhere[0]]}: name it in hello.{places[elsewhere[0]]}"
            else:
                do = nearest(name, kinds[kind], profile(vendor)) or f"; expected some of: {listed(kinds[kind])}"
            found.append(f"{said}, so it has no effect{do}")
    if KILL in hello.options and RESTART not in hello.options:
        found.append(f"hello.options names {KILL!r} without {RESTART!r}, so it has no effect: name both, or none")
    return found


_WHAT = {"task": "task", "option": "option", "field": "field or list"}
_AN = {"task": "a task", "option": "an option", "field": "a field of the mirror"}


def nearest(name: str, known: Iterable[str], here: VendorProfile) -> str:
    """The end of a sentence that asks for the known name that is like `name`; empty where none is.

    The kind of a record that hangs on tickets is meant for the list that holds it.
    """
    words = sorted(known)
    held = next((member for member in _held_by(name, here) if member in words), None)
    return did_you_mean(name, words) if held is None else f"; did you mean {held}?"


def _held_by(name: str, here: VendorProfile) -> list[str]:
    """The lists of a mirrored ticket that hold records of a kind."""
    return [member for member, kind in here.members.items() if kind.casefold() == name.casefold()]


def shown_slips(vendor: str, hello: Hello, histories: Iterable[History]) -> list[str]:
    """Sentences about members of the client's copy that look like a known one which no record shows."""
    shown = members_shown(histories)
    known = known_members(vendor) - shown.keys()
    here = profile(vendor)
    found = []
    for name in shown:
        if name in known_members(vendor) or name.isdigit():  # a number is like every other number
            continue
        meant = _held_by(name, here)
        close = get_close_matches(name.casefold(), [each for each in known if not each.isdigit()], 1, 0.8)
        right = next((each for each in [*meant, *close] if each in known), None)
        if right is not None:
            also = "" if hello.mirrors is None or right in hello.mirrors else ", and name it in hello.mirrors"
            found.append(
                f"the mirror's records show a member {name!r}, which is not compared, and none shows {right!r}: if it is "
                f"meant for that, call it {right!r}{also}"
            )
    return found


def members_shown(histories: Iterable[History]) -> Mapping[str, int]:
    """The members that records of the client's copy showed, and in how many records at the end of the plays."""
    counts: dict[str, int] = {}
    for history in histories:
        for record in (history.mirror or {}).values():
            for name in record.fields:
                counts[str(name)] = counts.get(str(name), 0) + 1
    return counts


def listed(names: Iterable[str]) -> str:
    """Some names in order, numbers last; of many the first, and how many more there are."""
    words = sorted(names, key=lambda name: (name.isdigit(), int(name) if name.isdigit() else 0, name))
    more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return ", ".join(words[:MOST_NAMED]) + more
