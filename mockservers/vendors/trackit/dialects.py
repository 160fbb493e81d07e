"""The switches of Track-It!: choices made where public knowledge ends, and the named dialects that group them.

Those that the server needs before it knows the caller hold for the installation. Knows no request and no table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockservers.kernel.dialects import DialectFamily, Switch, number
from mockservers.vendors.trackit import VENDOR


def _directory(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^/\\?#%\s]+(/[^/\\?#%\s]+)*", value):
        raise ValueError("it is a path such as TrackIt or apps/helpdesk, without slashes around it")
    return value


PASSWORDS: Mapping[str, str] = {"plain": "demo-password", "signs": "p+w&d=100%41 #1ü"}
"""The password of the demo's technician, by what is in it."""

_SWITCHES = (
    Switch(
        "envelope_keys",
        "documented",
        "the page says Tickets and TicketNote, live servers Ticket and Note",
        ("documented", "live"),
    ),
    Switch("close_body", "page", "required on the page, optional in the live description", ("page", "optional")),
    Switch(
        "status_note",
        "required",
        "the page requires the note's members wherever there is a body; the live description requires nothing",
        ("if_present", "required"),
    ),
    Switch("update_note", "ignored", "only the live description knows OptionalParams.Note", ("ignored", "added")),
    Switch(
        "refresh_token", "issued", "seen on a live server, not documented", ("issued", "absent"), scope="installation"
    ),
    Switch(
        "groups_endpoint",
        "on",
        "documented in 2019, not in the description of 2021",
        ("on", "off"),
        scope="installation",
    ),
    Switch("searches", "assumed", "the answer is not known", ("assumed", "unsupported")),
    Switch("empty_term", "all", "what a search without a term finds is not known", ("all", "reject")),
    Switch(
        "search_module",
        "either",
        "the description of a live server numbers the module of tickets 24 in a search, a published client 1",
        ("either", "24"),
    ),
    Switch(
        "search_most",
        1000,
        "how many records a search gives at once is not known",
        check=number(1, 100_000),
        form="a number",
    ),
    Switch(
        "unpublished_routes",
        "assumed",
        "assignments, solutions and one attachment are known by their routes, hardly by their answers",
        ("assumed", "unsupported"),
    ),
    Switch(
        "assignment_fields",
        "assumed",
        "the page shows four fields of an assignment; the others are assumed to be numbered like a ticket's",
        ("assumed", "sampled"),
    ),
    Switch(
        "assignment_touches_ticket",
        "off",
        "whether work on an assignment changes its ticket's Last Modified is not known",
        ("off", "on"),
    ),
    Switch(
        "attachment_answer",
        "record",
        "the live description tells of a record with all its fields, a published client of the bare file",
        ("record", "file", "without_content"),
    ),
    Switch("priority_hierarchy", "unsupported", "the answer is not known", ("unsupported", "assumed")),
    Switch(
        "unwritable_property", "ignore", "what read-only and unknown keys do is not documented", ("ignore", "reject")
    ),
    Switch("null_property", "clear", "what null does is not documented", ("clear", "ignore")),
    Switch(
        "closed_by_update",
        "edit",
        "which permission an update to a closed status needs is not stated",
        ("edit", "needs_close"),
    ),
    Switch("summary_required", "off", "the sample of create has no summary", ("off", "on")),
    Switch("unknown_ticket", "404", "only that the status is 400 or more is known", ("404", "400", "500")),
    Switch("hidden_ticket", "404", "segregation may hide or forbid", ("404", "403")),
    Switch("permission_status", "403", "the framework's own filter answers 401", ("403", "401")),
    Switch("bad_id", "400", "a constraint on the route would make it 404", ("400", "404"), scope="installation"),
    Switch("literal_permissions", "off", "the page spells some permissions in two ways", ("off", "on")),
    Switch(
        "notes_permission",
        "assignment_notes",
        "the page asks for View Assignment Notes to list a ticket's notes, which may be a slip",
        ("assignment_notes", "ticket_notes"),
    ),
    Switch("count_meaning", "total", "the page does not say what Count counts", ("total", "page")),
    Switch("note_order", "newest_first", "read from one sample", ("newest_first", "oldest_first")),
    Switch("addnote_touches_ticket", "off", "the sample leaves Last Modified alone", ("off", "on")),
    Switch("block_close_with_open_assignments", "off", "a rule of the product, not known of the API", ("off", "on")),
    Switch(
        "duration_two_parts",
        "hours_minutes",
        ".NET reads two parts so; the page shows three",
        ("hours_minutes", "reject"),
    ),
    Switch("note_text", "plain", "samples show other blanks than were sent", ("plain", "verbatim")),
    Switch(
        "ticket_text",
        "plain",
        "three calls say that rich text is answered as plain text, and not whether the ticket's is meant too",
        ("plain", "verbatim"),
    ),
    Switch(
        "windows_user_order",
        "group_first",
        "two versions of one page contradict each other",
        ("group_first", "domain_first"),
        scope="installation",
    ),
    Switch(
        "licence_pool",
        None,
        "concurrent licences may refuse a login",
        check=number(0, 100_000, off=True),
        form="a number, or off",
    ),
    Switch(
        "token_lifetime",
        1800,
        "30 minutes; tests shorten it",
        check=number(1, 86_400 * 365),
        form="a number of seconds",
    ),
    Switch(
        "password_letters",
        "plain",
        "a password may have any letters; holds for worlds that begin with it",
        tuple(PASSWORDS),
        scope="installation",
    ),
    Switch(
        "virtual_directory",
        "TrackIt",
        "chosen at installation",
        check=_directory,
        form="a path without slashes around it",
        scope="installation",
    ),
    Switch(
        "notes_url", "syntax", "one example prints the parts in another order", ("syntax", "both"), scope="installation"
    ),
    Switch(
        "doubled_prefix", "refuse", "one example prints the prefix twice", ("refuse", "accept"), scope="installation"
    ),
    Switch(
        "answer_charset",
        "utf8",
        "the framework answers in the request's charset, and every sample is UTF-8",
        ("utf8", "of_request"),
        scope="installation",
    ),
    Switch("quirk_close_swap", "off", "one example swaps label and value of note field 5", ("off", "on")),
    Switch("quirk_leading_space", "off", "one example has a blank before the label Ticket ID", ("off", "on")),
)

DIALECTS = DialectFamily(
    VENDOR.name,
    _SWITCHES,
    named={
        "documented": {},
        "live": {
            "envelope_keys": "live",
            "close_body": "optional",
            "status_note": "if_present",
            "notes_permission": "ticket_notes",
            "update_note": "added",
            "groups_endpoint": "off",
            "attachment_answer": "file",
        },
        "strict": {
            "unwritable_property": "reject",
            "empty_term": "reject",
            "closed_by_update": "needs_close",
            "summary_required": "on",
            "literal_permissions": "on",
            "duration_two_parts": "reject",
            "block_close_with_open_assignments": "on",
            "refresh_token": "absent",
        },
        "hostile": {
            "envelope_keys": "live",
            "null_property": "ignore",
            "unknown_ticket": "400",
            "hidden_ticket": "403",
            "permission_status": "401",
            "bad_id": "404",
            "search_most": 20,
            "assignment_touches_ticket": "on",
            "attachment_answer": "without_content",
            "count_meaning": "page",
            "note_order": "oldest_first",
            "addnote_touches_ticket": "on",
            "note_text": "verbatim",
            "ticket_text": "verbatim",
            "token_lifetime": 150,
            "refresh_token": "absent",
        },
        "as_printed": {
            "searches": "unsupported",
            "unpublished_routes": "unsupported",
            "assignment_fields": "sampled",
            "notes_url": "both",
            "doubled_prefix": "accept",
            "quirk_close_swap": "on",
            "quirk_leading_space": "on",
        },
    },
)
"""`default` is the page as it stands, which `documented` names too."""
