"""Track-It! as the harness plays it."""

from __future__ import annotations

from typing import Any

from mockservers.harness.profile import VendorProfile
from mockservers.kernel import catalogue
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import MINUTE
from mockservers.vendors.trackit.dialects import PASSWORDS

GROUP = 2
"""The number of the group that the client logs in with."""
NOTES = "notes"
"""The member of a mirrored ticket under which a client shows its notes: a list of objects keyed by note field number."""
ASSIGNMENTS, ATTACHMENTS, SOLUTIONS, SEARCHES = "assignments", "attachments", "solutions", "searches"
"""What a client names among the options of its hello when it copies assignments, files or the solutions of tickets, under
members of the same names, or when it finds tickets by searching."""
STATUSES = ("Open", "Escalated", "Paused", "Closed", "Cancelled", "Resolved")
NOTE_TYPES = ("Technician Note", "Ticket Description", "Ticket Resolution")
ACTIVITIES = (
    "Note By Technician",
    "Additional Information",
    "Completed Work",
    "Contacted User",
    "Information Required",
    "Perform Work",
    "Research",
)
"""Those that tickets have, as an administrator would list them for an integrator; others are for assignments alone."""
REFERENCE = "85"
"""The custom text in which the client's integration may keep keys of its own."""
USUAL_GAP, WIDE_GAP = 1, 25
"""Numbers in a row that were deleted, at most."""

TICKET = {field.more["sequence"]: field for field in catalogue.load("trackit")["ticket"].fields}
NOTE_TYPES_BY_NUMBER = {str(field.more["sequence"]): field.type for field in catalogue.load("trackit")["note"].fields}
LINKS: dict[str, str] = {
    str(number): str(field.more.get("key") or (field.more["module"] if field.more["role"] == "display" else number))
    for number, field in TICKET.items()
    if field.more["role"] in ("key", "display")
}
"""The link that a field is part of, by field number: the number of its key, or the name of its module."""
READ_ONLY = frozenset(str(number) for number, field in TICKET.items() if field.read_only)


def _options(dialect: Dialect) -> dict[str, Any]:
    return {
        "first_id": 1,
        "unknown_status": int(dialect["unknown_ticket"]),
        "note_text": dialect["note_text"],
        "note_types": list(NOTE_TYPES),
        "activities": list(ACTIVITIES),
        "reference_field": REFERENCE,
    }


def _known(data: str) -> dict[str, Any]:
    """How many numbers in a row people have deleted at most, as the desk's own lists show."""
    return {"longest_gap": {"gap": WIDE_GAP, "demo": 99}.get(data.partition(":")[0], USUAL_GAP)}


PROFILE = VendorProfile(
    vendor="trackit",
    actions={
        "note": ("by", "text", "note_type", "activity", "duration", "private", "system", "copies"),
        "change_status": ("by", "status"),
        "close": ("by",),
        "reopen": ("by",),
        "assign": ("by", "technician"),
        "update": ("by", "fields"),
        "respond": ("by",),
        "attach": ("by", "name", "text", "copies", "solution"),
        "detach": ("by",),
        "add_assignment": ("by", "fields", "open", "copies"),
        "change_assignment": ("by", "fields"),
        "note_assignment": ("by", "text"),
        "close_assignment": ("by",),
        "drop_assignment": ("by",),
        "resolve_assignments": ("by",),
    },
    births=frozenset(),
    label_keys=(),
    options=_options,
    known=_known,
    varied={},
    free={
        "envelope_keys": ("documented", "live"),
        "token_lifetime": ("1800", "100"),
        "count_meaning": ("total", "page"),
        "unknown_ticket": ("404", "400"),
        "hidden_ticket": ("404", "403"),
        "refresh_token": ("issued", "absent"),
        "password_letters": tuple(PASSWORDS),
        "note_order": ("newest_first", "oldest_first"),
        "unwritable_property": ("ignore", "reject"),
        "null_property": ("clear", "ignore"),
    },
    entity="ticket",
    untold=lambda dialect: frozenset(),
    settle=MINUTE,
    extra_types={str(number): field.type for number, field in TICKET.items()},
    administration={
        "rename label": ("field", "label"),
        "enter": ("list", "entry", "facts"),
        "set default status": ("status",),
        "end sessions": ("user", "keep_refresh"),
        "segregate": ("modules", "group", "sees"),
        "desegregate": ("modules",),
        "fail notes": (),
    },
    tasks=("sync", "create", "update", "note", "close"),
    parts=("note",),
    optional_parts={ASSIGNMENTS: ("assignment",), SOLUTIONS: ("solution", "attachment"), ATTACHMENTS: ("attachment",)},
    members={NOTES: "note", ASSIGNMENTS: "assignment", ATTACHMENTS: "attachment", SOLUTIONS: "solution"},
    obeyed=(SEARCHES,),
    resolution=1000,
    credentials=lambda dialect: {"password": PASSWORDS[dialect["password_letters"]]},
    lasting=("password",),
)
