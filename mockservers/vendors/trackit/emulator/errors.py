"""Refusals by kind: the status and the sentence of each, in one place so that measured answers can correct them.

Sentences in quotes of the framework are certain, the others ours. Knows no wire library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mockservers.kernel.rules import Refusal
from mockservers.wirekit.web_api import INVALID, NO_VERB


@dataclass(frozen=True, slots=True)
class Error:
    """A kind of refusal. `detail` is MessageDetail; `switch` names the switch whose value is the status."""

    status: int
    text: str
    rule: str
    detail: str = ""
    switch: str = ""


DENIED_TEXT = "Authorization has been denied for this request."
BROKEN_TEXT = "An error has occurred."
INVALID_TEXT = INVALID

KINDS: dict[str, Error] = {
    "unauthorized": Error(401, DENIED_TEXT, "trackit.access.bearer"),
    "permission": Error(
        403, "You do not have the permission {permission}.", "trackit.permission.denied", switch="permission_status"
    ),
    "unknown": Error(404, "The {what} {id} was not found.", "trackit.read.unknown", switch="unknown_ticket"),
    "hidden": Error(404, "The {what} {id} was not found.", "trackit.segregation.hidden", switch="hidden_ticket"),
    "route": Error(404, "No HTTP resource was found that matches the request URI '{uri}'.", "trackit.address.unknown"),
    "verb": Error(405, NO_VERB, "trackit.write.post_only"),
    "id": Error(
        400,
        INVALID_TEXT,
        "trackit.wire.ids",
        "The parameters dictionary contains a null entry for parameter '{name}' of non-nullable type 'System.Int32'. An "
        "optional parameter must be a reference type, a nullable type, or be declared as an optional parameter.",
        switch="bad_id",
    ),
    "media": Error(415, "{told}", "trackit.wire.body_media"),
    "malformed": Error(400, INVALID_TEXT, "trackit.wire.malformed"),
    "body": Error(400, "The body must be an object with {member}.", "trackit.write.properties"),
    "property": Error(400, "The property '{name}' cannot be written.", "trackit.write.read_only_key"),
    "value": Error(400, "The value of '{name}' is not valid: it takes {takes}.", "trackit.write.value"),
    "link": Error(400, "No record has the value given for '{name}'.", "trackit.write.virtual_unknown"),
    "summary": Error(400, "Ticket Summary is required.", "trackit.write.nothing_required"),
    "status": Error(400, "The status '{name}' does not exist.", "trackit.status.by_name"),
    "member": Error(400, "{member} is required.", "trackit.note.required_pair"),
    "note_type": Error(400, "The note type '{name}' does not exist.", "trackit.note.type"),
    "activity": Error(
        400, "The activity code '{name}' is not available for tickets.", "trackit.note.activity_for_tickets"
    ),
    "assignment_note_type": Error(400, "The note type '{name}' does not exist.", "trackit.assignment.codes"),
    "assignment_activity": Error(
        400, "The activity code '{name}' is not available for assignments.", "trackit.assignment.codes"
    ),
    "no_ticket": Error(400, "Ticket ID is required.", "trackit.assignment.needs_ticket"),
    "duration": Error(400, "The duration is not valid: it takes {takes}.", "trackit.wire.duration"),
    "page": Error(400, "The {name} must not be negative.", "trackit.read.past_end"),
    "assignments": Error(400, "The ticket has open assignments.", "trackit.close.open_assignments"),
    "login": Error(400, "The user name or password is incorrect.", "trackit.read.groups"),
    "invalid_grant": Error(400, "", "trackit.token.failures_400"),
    "unsupported_grant_type": Error(400, "", "trackit.token.failures_400"),
}


def refusal(kind: str, rule: str | None = None, **facts: Any) -> Refusal:
    """The refusal of one kind, by the rule it usually rests on or by a closer one."""
    return Refusal(rule or KINDS[kind].rule, kind, **facts)


def status(kind: str, dialect: Mapping[str, Any]) -> int:
    """The status of a kind in a dialect; what is hidden like an unknown ticket has that one's."""
    error = KINDS[kind]
    found = int(dialect[error.switch]) if error.switch else error.status
    return int(dialect["unknown_ticket"]) if kind == "hidden" and found == 404 else found


_PLANNED: Mapping[str, Mapping[str, Any]] = {
    "unauthorized": {},
    "permission": {"permission": "Edit Ticket"},
    "unknown": {"what": "ticket", "id": "0"},
    "invalid_grant": {},
    "malformed": {"member": "body", "path": "", "told": "planned"},
}

REFUSALS: dict[str, Callable[[], Refusal]] = {kind: partial(refusal, kind, **facts) for kind, facts in _PLANNED.items()}
"""What a planned fault may ask for."""
