"""What each call's value looks like as the JSON text of its answer: under which keys records, notes and lists stand.

Knows no wire library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.vendors.trackit.emulator.renderings import text
from mockservers.vendors.trackit.emulator.semantics.assignments import Assigned
from mockservers.vendors.trackit.emulator.semantics.reading import Listed
from mockservers.vendors.trackit.emulator.semantics.workflow import Worked


def _live(switches: Mapping[str, Any]) -> bool:
    return bool(switches["envelope_keys"] == "live")


# Under which keys a ticket and a note stand is trackit.wire.envelope; that both are in one object, trackit.wire.two_members.


def _one(value: str, switches: Mapping[str, Any]) -> str:
    return f'{{"{"Ticket" if _live(switches) else "Tickets"}":{value}}}'


def _both(value: Worked, switches: Mapping[str, Any]) -> str:
    return _pair("Ticket", value.ticket, value, switches)


def _pair(name: str, record: str, value: Worked | Assigned, switches: Mapping[str, Any]) -> str:
    key = "Note" if value.closing or _live(switches) else f"{name}Note"
    return f'{{"{name}":{record}' + ("" if value.note is None else f',"{key}":{value.note}') + "}"


# Assignments are answered as tickets are (trackit.assignment.envelope).


def _one_assignment(value: str, switches: Mapping[str, Any]) -> str:
    return f'{{"{"Assignment" if _live(switches) else "Assignments"}":{value}}}'


def _both_assigned(value: Assigned, switches: Mapping[str, Any]) -> str:
    return _pair("Assignment", value.assignment, value, switches)


def _list(key: str) -> Callable[[Listed, Mapping[str, Any]], str]:
    return lambda value, _: f'{{"Count":{value.count},"{key}":[{",".join(value.records)}]}}'


def _single_note(value: str, switches: Mapping[str, Any]) -> str:
    """A note that is read by its number (trackit.wire.single_note)."""
    return f'{{"Note":[{value}]}}'


def _success(value: Any, switches: Mapping[str, Any]) -> str:
    return '{"success":true}'


WRITERS: Mapping[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "ticket.read": _one,
    "ticket.update": _one,
    "ticket.create": _one,
    "ticket.change_status": _both,
    "ticket.add_note": _both,
    "ticket.close": _both,
    "ticket.delete": _success,
    "notes.list": _list("TicketNotes"),
    "note.read": _single_note,
    "attachments.list": _list("TicketAttachments"),
    "assignments.list": _list("Assignments"),
    "templates.list": lambda value, _: f'{{"TicketTemplates":[{",".join(value)}]}}',
    "module.fields": lambda value, _: value,
    "groups.list": lambda value, _: text({"Groups": value}),
    "search": _list("Results"),
    "priority.derive": lambda value, _: f'{{"Priority":{value}}}',
    "logout": _success,
    "assignment.read": _one_assignment,
    "assignment.update": _one_assignment,
    "assignment.create": _one_assignment,
    "assignment.change_status": _both_assigned,
    "assignment.add_note": _both_assigned,
    "assignment.close": _both_assigned,
    "assignment.delete": _success,
    "assignment_notes.list": _list("AssignmentNotes"),
    "assignment_note.read": _single_note,
    "assignment_attachments.list": _list("AssignmentAttachments"),
    "successors.list": _list("Successors"),
    "predecessors.list": _list("Predecessors"),
    "assignment_templates.list": lambda value, _: f'{{"AssignmentTemplates":[{",".join(value)}]}}',
    "attachment.read": lambda value, _: f'{{"Attachment":{value.record}}}',
    "solution.read": lambda value, _: f'{{"Solution":{value}}}',
    "solution_attachments.list": _list("SolutionAttachments"),
}
