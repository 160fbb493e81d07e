"""The duties of a client of Track-It! that copies what hangs on tickets: assignments, files with their content, and solutions."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.duties import Breach, Duty, Judgement, judged
from mockservers.harness.history import History, Record
from mockservers.kernel import catalogue
from mockservers.kernel.dialects import Dialect
from mockservers.vendors.trackit.contract.duties.notes import listed_in
from mockservers.vendors.trackit.contract.duties.seen import hidden_groups, visible
from mockservers.vendors.trackit.contract.profile import ASSIGNMENTS, ATTACHMENTS, SOLUTIONS
from mockservers.wirekit.templates import counted

_TYPES = {str(field.more["sequence"]): field.type for field in catalogue.load("trackit")["assignment"].fields}
_SOLUTION_TYPES = {str(field.more["sequence"]): field.type for field in catalogue.load("trackit")["solution"].fields}
CONTENT, SOLVED_BY = "5", "158"

Pair = tuple[str, Record, Mapping[str, Any]]
"""A ticket's number, a record that hangs on it, and how a client shows that."""


def _hanging(history: History, kind: str) -> dict[str, list[Record]]:
    """What hangs on each ticket in the end, as far as the client may see it."""
    found: dict[str, list[Record]] = {}
    hidden = hidden_groups(history, "Assignments") if kind == "assignment" else lambda group: False
    for record in history.parts.get(kind, {}).values():
        if kind == "attachment" and record.fields.get("module") != "ticket":
            continue
        if not hidden(record.fields.get("4")):
            owner = record.fields.get("6" if kind == "assignment" else "owner")
            found.setdefault(str(owner), []).append(record)
    return found


def _shown(history: History, member: str) -> dict[str, list[Mapping[str, Any]]]:
    """What a client shows of each visible ticket that it has."""
    there = visible(history)
    shown = {key: listed_in(record, member) for key, record in (history.mirror or {}).items() if key in there}
    return {key: each for key, each in shown.items() if each is not None}


def _complete(history: History, kind: str, member: str, word: str) -> Judgement:
    there, exercised, breaches = _hanging(history, kind), 0, []
    for ticket, shown in _shown(history, member).items():
        keys = [str(each.get("1", "")) for each in shown]
        wanted = there.get(ticket, [])
        exercised += len(wanted)
        missing = [each.id for each in wanted if each.id not in keys]
        known = {each.id for each in wanted}
        wrong = [key for key in keys if key not in known or keys.count(key) > 1]
        if missing:
            what = f"{len(missing)} of the {len(wanted)} {word}s, {missing[0]} for one, are not in the mirror"
            breaches.append(Breach(f"of {history.name(ticket)} {what}", {"ticket": ticket}))
        elif wrong:
            what = "stands twice" if wrong[0] in known else "is none of the vendor's any more"
            breaches.append(Breach(f"the {word} {wrong[0]} in the mirror of {history.name(ticket)} {what}"))
    return judged(exercised, breaches)


def _pairs(history: History, kind: str, member: str) -> list[Pair]:
    there = _hanging(history, kind)
    found = []
    for ticket, shown in _shown(history, member).items():
        by_key = {record.id: record for record in there.get(ticket, [])}
        found += [(ticket, by_key[key], each) for each in shown if (key := str(each.get("1", ""))) in by_key]
    return found


def _told(dialect: Dialect) -> bool:
    return bool(dialect["assignment_fields"] == "assumed")


def _with_content(dialect: Dialect) -> bool:
    return bool(dialect["unpublished_routes"] == "assumed" and dialect["attachment_answer"] != "without_content")


def _served(dialect: Dialect) -> bool:
    return bool(dialect["unpublished_routes"] == "assumed")


def _assignments_complete(history: History) -> Judgement:
    return _complete(history, "assignment", ASSIGNMENTS, "assignment")


def _assignments_current(history: History) -> Judgement:
    exercised, breaches = 0, []
    for ticket, record, shown in _pairs(history, "assignment", ASSIGNMENTS) if _told(history.dialect) else ():
        for name in sorted(set(shown) & set(_TYPES) - {"1"}):
            exercised += 1
            right, left = (
                comparing.normal(each, _TYPES[name], UTC, 1000) for each in (record.fields.get(name), shown.get(name))
            )
            if right != left and not (right in (None, "") and left in (None, "")):
                told = comparing.parted(record.fields.get(name), shown.get(name), history.secrets)
                first = comparing.unzoned(_TYPES[name], record.fields.get(name), shown.get(name))
                breaches.append(
                    Breach(
                        f"the assignment {record.id} of {history.name(ticket)}: {first}{name} is {told}; work on an assignment "
                        "does not show in its ticket",
                        {"ticket": ticket, "field": name},
                    )
                )
    return judged(exercised, breaches)


def _attachments_complete(history: History) -> Judgement:
    return _complete(history, "attachment", ATTACHMENTS, "file")


def _decoded(value: Any) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        return None


def _attachments_whole(history: History) -> Judgement:
    exercised, breaches = 0, []
    for ticket, record, shown in _pairs(history, "attachment", ATTACHMENTS) if _with_content(history.dialect) else ():
        if CONTENT not in shown or record.fields.get(CONTENT) is None:
            continue
        exercised += 1
        right, left = _decoded(record.fields[CONTENT]), _decoded(shown[CONTENT])
        if right != left:
            what = "nothing that is base64" if left is None else f"{len(left)} other bytes"
            breaches.append(
                Breach(
                    f"the file {record.id} of {history.name(ticket)} has {len(right or b'')} bytes, and the mirror shows "
                    f"{what}",
                    {"ticket": ticket},
                )
            )
    return judged(exercised, breaches)


def _solutions_current(history: History) -> Judgement:
    exercised, breaches = 0, []
    there, hidden = visible(history), hidden_groups(history, "Solutions")
    for ticket, shown in _shown(history, SOLUTIONS).items():
        number = there[ticket].fields.get(SOLVED_BY)
        record = history.parts.get("solution", {}).get(str(number))
        keys = [str(each.get("1", "")) for each in shown]
        wanted = [] if record is None else [record.id]
        if record is not None and hidden(record.fields.get("4")):
            continue
        exercised += bool(wanted or keys)
        named = f"the solution {record.id}" if record is not None else "no solution"
        if keys != wanted:
            says = f"{history.name(ticket)} names {named}, and the mirror shows {', '.join(keys) or 'none'}"
            breaches.append(Breach(says, {"ticket": ticket}))
            continue
        if record is None:
            continue
        for name in sorted(set(shown[0]) & set(_SOLUTION_TYPES)):
            right, left = (
                comparing.normal(each, _SOLUTION_TYPES[name], UTC, 1000)
                for each in (record.fields.get(name), shown[0].get(name))
            )
            if right != left and not (right in (None, "") and left in (None, "")):
                told = comparing.parted(record.fields.get(name), shown[0].get(name), history.secrets)
                first = comparing.unzoned(_SOLUTION_TYPES[name], record.fields.get(name), shown[0].get(name))
                breaches.append(
                    Breach(
                        f"{named} of {history.name(ticket)}: {first}{name} is {told}; a solution that is rewritten does not "
                        "show in the tickets that name it",
                        {"ticket": ticket, "field": name},
                    )
                )
    return judged(exercised, breaches)


def _solution_files(history: History) -> Judgement:
    exercised, breaches = 0, []
    hidden, there = hidden_groups(history, "Solutions"), visible(history)
    of: dict[str, list[str]] = {}
    for record in history.parts.get("attachment", {}).values():
        if record.fields.get("module") == "solution":
            of.setdefault(str(record.fields.get("owner")), []).append(record.id)
    for ticket, shown in _shown(history, SOLUTIONS).items():
        for solution in shown:
            number, files = str(solution.get("1", "")), solution.get(ATTACHMENTS)
            known = history.parts.get("solution", {}).get(number)
            # Which solution a ticket names is a duty of its own.
            if (
                str(there[ticket].fields.get(SOLVED_BY)) != number
                or known is None
                or hidden(known.fields.get("4"))
                or not isinstance(files, list)
            ):
                continue
            keys = [str(each.get("1", "")) for each in files if isinstance(each, Mapping)]
            wanted = of.get(number, [])
            exercised += len(wanted)
            odd = [key for key in wanted if key not in keys]
            odd += [key for key in keys if keys.count(key) > 1 or key not in wanted]
            if odd:
                what = "is none of its files" if odd[0] in keys else "is not in the mirror"
                what = "stands twice" if odd[0] in keys and odd[0] in wanted else what
                named = f"the solution {number} of {history.name(ticket)}"
                breaches.append(
                    Breach(
                        f"{named} has {counted(len(wanted), 'file')}, and {odd[0]} {what}; a "
                        "file that is attached changes neither the ticket nor the solution",
                        {"ticket": ticket},
                    )
                )
    return judged(exercised, breaches)


HANGING: tuple[Duty, ...] = (
    Duty(
        "trackit.assignments_complete",
        "Every assignment of a ticket is in the mirror once, open and closed ones, and none that is gone.",
        (
            "trackit.read.assignments",
            "trackit.read.paging",
            "trackit.read.count",
            "trackit.assignment.create",
            "trackit.assignment.delete",
        ),
        _assignments_complete,
        "assignments of a ticket",
        needs=(ASSIGNMENTS,),
    ),
    Duty(
        "trackit.assignments_current",
        "Assignments are read anew although their ticket has not changed: nothing else tells which of them are open.",
        (
            "trackit.assignment.apart",
            "trackit.assignment.close",
            "trackit.assignment.update",
            "trackit.field.assignment",
            "trackit.wire.nulls_omitted",
        ),
        _assignments_current,
        "an assignment that is changed after a sync",
        applies=_told,
        needs=(ASSIGNMENTS,),
    ),
    Duty(
        "trackit.attachments_complete",
        "Every file of a ticket is in the mirror once, and none that is gone.",
        ("trackit.read.attachments", "trackit.read.paging", "trackit.read.count"),
        _attachments_complete,
        "files of a ticket",
        needs=(ATTACHMENTS,),
    ),
    Duty(
        "trackit.attachments_whole",
        "The content of a file arrives byte by byte, whether it comes in a record or by itself.",
        ("trackit.attachment.content", "trackit.attachment.read"),
        _attachments_whole,
        "a file whose content the client copies",
        applies=_with_content,
        needs=(ATTACHMENTS,),
    ),
    Duty(
        "trackit.solutions_current",
        "The solution that a ticket names is in the mirror as it is now: it is rewritten without a change of the ticket.",
        ("trackit.solution.read", "trackit.field.solution", "trackit.wire.nulls_omitted"),
        _solutions_current,
        "a ticket of the mirror that names a solution",
        applies=_served,
        needs=(SOLUTIONS,),
    ),
    Duty(
        "trackit.solution_files",
        "The files of a solution are in the mirror, each once, also those that were attached after the solution was read.",
        ("trackit.attachment.lists", "trackit.read.paging", "trackit.read.count"),
        _solution_files,
        f"a solution of a ticket whose files the client shows, as the member {ATTACHMENTS!r} of the solution",
        applies=_served,
        needs=(SOLUTIONS,),
    ),
)
"""Duties of clients that name the options `assignments`, `attachments` and `solutions` in their hello."""
