"""Who and what every installation has from the start: groups, roles, technicians, statuses, codes, templates and so on.

Names are those seen in published material where there are any, else made up. Knows no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.kernel.instants import DAY, from_iso
from mockservers.vendors.trackit.dialects import PASSWORDS
from mockservers.vendors.trackit.emulator import access
from mockservers.vendors.trackit.emulator.fields import grid

Entries = dict[str, dict[int, dict[str, Any]]]
"""Facts by module and number."""

HELP_DESK, FIELD_SERVICE = 2, 3
OPEN, ESCALATED, PAUSED, CLOSED, CANCELLED, DISMISSED, RESOLVED = range(1, 8)
DESCRIPTION_NOTE, TECHNICIAN_NOTE, RESOLUTION_NOTE = 2, 1, 3

ROLES: Mapping[str, list[str]] = {
    "Administrator": list(access.PERMISSIONS),
    "Technician": [
        access.VIEW,
        access.EDIT,
        access.CREATE,
        access.CREATE_NOTE,
        access.VIEW_NOTES,
        access.VIEW_ATTACHMENT,
        access.VIEW_ASSIGNMENT,
        access.EDIT_ASSIGNMENT,
        access.CREATE_ASSIGNMENT,
        access.CLOSE_ASSIGNMENT,
        access.CREATE_ASSIGNMENT_NOTE,
        access.VIEW_SOLUTION,
        "Create Ticket Notes",
        "View Assignment Notes",
    ],
    "Reader": [access.VIEW, access.VIEW_NOTES],
    "None": [],
}

LOGINS: tuple[tuple[str, str, int, str, Mapping[str, Any]], ...] = (
    ("HELP DESK\\DEMO", PASSWORDS["plain"], 1001, "Administrator", {}),
    ("HELP DESK\\TECH1", "tech1-password", 1002, "Technician", {}),
    ("FIELD SERVICE\\TECH2", "tech2-password", 1003, "Administrator", {}),
    ("SYSTEM ADMINISTRATION\\ADMIN", "admin-password", 1004, "Administrator", {"named_licence": True}),
    ("HELP DESK\\READER", "reader-password", 1005, "Reader", {}),
    ("HELP DESK\\NOBODY", "nobody-password", 1006, "None", {}),
    ("HELP DESK\\FORMER", "former-password", 1007, "Technician", {"active": False}),
    ("HELP DESK\\CORP\\wtech", "windows-password", 1008, "Technician", {}),
)
"""User, password, technician, role and other facts."""


def logins(letters: str) -> tuple[tuple[str, str, int, str, Mapping[str, Any]], ...]:
    """The technicians, the first of whom has a password of such letters."""
    user, _, technician, role, facts = LOGINS[0]
    return (user, PASSWORDS[letters], technician, role, facts), *LOGINS[1:]


OTHER_LOGINS: tuple[tuple[str, str, int, str, Mapping[str, Any]], ...] = (
    ("HELP DESK\\OTHER", "other-password", 1001, "Administrator", {}),
)

_PEOPLE = (
    ("DEMO", "Dana", "Demo", "HELP DESK", "404-555-0110"),
    ("TECH1", "Terry", "Tech", "HELP DESK", "404-555-0111"),
    ("TECH2", "Tanja", "Träger", "FIELD SERVICE", "+49 221 5550112"),
    ("ADMIN", "Ada", "Admin", "SYSTEM ADMINISTRATION", None),
    ("READER", "Ray", "Reader", "HELP DESK", None),
    ("NOBODY", "Noor", "Nobody", "HELP DESK", None),
    ("FORMER", "Fay", "Former", "HELP DESK", None),
    ("wtech", "Will", "Windows", "HELP DESK", None),
)


def _technicians() -> dict[int, dict[str, Any]]:
    return {
        1001 + turn: {
            "login": login,
            "first": first,
            "last": last,
            "name": f"{first} {last}",
            "group": group,
            "phone": phone,
            "extension": "110" if login == "DEMO" else None,
            "email": f"{login.lower()}@desk.example",
            "other_phone": "404-555-0199" if login == "DEMO" else None,
        }
        for turn, (login, first, last, group, phone) in enumerate(_PEOPLE)
    }


def requestor(id_: str, first: str, last: str, phone: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "first": first,
        "last": last,
        "name": f"{first} {last}",
        "phone": phone,
        "extension": None,
        "title": None,
        "email": f"{id_.lower()}@company.example",
        **more,
    }


_TEMPLATE_ROWS = (
    (81, "nvarchar", 80, 1, "Status", "Open"),
    (114, "nvarchar", 113, 3, "Priority", "3 - Medium"),
    (22, "nvarchar", "", "", "Ticket Summary", "New hire & equipment"),
)
"""The first two as the vendor's example numbers them, which is not how ticket fields are numbered
(trackit.read.template_data)."""


def template_data(rows: Any = _TEMPLATE_ROWS) -> str:
    """The text of a template: XML with CR LF."""
    parts = ["<TemplateData>"]
    for row in rows:
        parts.append(" <RowData>")
        for name, value in zip(("sequence", "datatype", "fkcolumn", "fkvalue", "fieldname", "value"), row, strict=True):
            escaped = str(value).replace("&", "&amp;").replace("<", "&lt;")
            parts.append(f" <{name}>{escaped}</{name}>")
        parts.append(" </RowData>")
    return "\r\n".join([*parts, "</TemplateData>"])


_ACTIVITIES = (
    ("System", "Written by the system", False),
    ("Note By Technician", "A technician's remark", True),
    ("Additional Information", "More is known", True),
    ("Completed Work", "Work was done", True),
    ("Contacted User", "The requestor was called", True),
    ("Information Required", "The requestor must answer", True),
    ("Original description", "As it was reported", True),
    ("Perform Work", "Work goes on", True),
    ("Research", "Looking into it", True),
    ("Upgrade", "New version", True),
    ("User Error", "Nothing was broken", True),
    ("User Resolved", "Solved without us", True),
    ("Install", "Something was installed", True),
)


def entries(born: int) -> Entries:
    """The directory as it comes out of the box, and what a small company added."""
    group_time = grid(from_iso("2019-01-21T08:00:00.003Z"))
    statuses: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("Open", "Work is to be done", "O", {"default": True}),
        ("Escalated", "Handed to the second level", "O", {}),
        ("Paused", "Waiting for the requestor", "O", {"stops": True}),
        ("Closed", "Closed", "C", {"default": True}),
        ("Cancelled", "Withdrawn by the requestor", "C", {}),
        ("Dismissed - No notes", "Dismissed", "C", {"stops": True}),
        ("Resolved", "Solved, to be confirmed", "C", {}),
    )
    activities = {
        turn: {"name": name, "description": told, "tickets": turn > 1, "assignments": turn > 1, "track_time": time}
        for turn, (name, told, time) in enumerate(_ACTIVITIES, start=1)
    }
    activities[50] = {
        "name": "Assignment Work",
        "description": "For assignments alone",
        "tickets": False,
        "assignments": True,
        "track_time": True,
    }
    return {
        "group": {
            1: {"name": "SYSTEM ADMINISTRATION", "comments": None, "modified": group_time},
            2: {"name": "HELP DESK", "comments": "First level", "modified": group_time},
            3: {
                "name": "FIELD SERVICE",
                "comments": "On the road",
                "modified": group_time,
                "precedence": ["requestor", "category", "department", "location"],
            },
        },
        "technician": _technicians(),
        "requestor": {
            1: requestor("JSMITH", "John", "Smith", "404-555-0100", title="Clerk", extension="12"),
            2: requestor("ASMITH", "Anna", "Smith", "404-555-0101", title="Manager", priority=1),
            3: requestor("JMUELLER", "Jörg", "Müller", "+49 221 5550102"),
            4: requestor("OKIM", "Kim", "O'Neil <C++>", "404-555-0100", title='100% "quoted"'),
        },
        "category": {
            1: {"name": "Applications", "path": "Software\\Applications", "priority": 3},
            2: {"name": "Hardware", "path": "Hardware"},
            3: {"name": "Network", "path": "Infrastructure\\Network", "priority": 2},
            4: {"name": "Printers", "path": "Hardware\\Printers"},
        },
        "location": {
            1: {"name": "Atlanta", "contact": "John Smith"},
            2: {"name": "Köln", "contact": "Jörg Müller", "priority": 2},
            3: {"name": "Warehouse", "contact": None},
        },
        "department": {1: {"name": "Sales"}, 2: {"name": "Research", "priority": 4}, 3: {"name": "Human Resources"}},
        "sla": {
            1: {"name": "Standard", "description": "Eight hours a day"},
            2: {"name": "Gold", "description": "Round the clock"},
        },
        "status": {
            turn: {"name": name, "description": told, "type": type_, **more}
            for turn, (name, told, type_, more) in enumerate(statuses, start=1)
        },
        "priority": {
            1: {"name": "1 - Critical", "duration": 4 * 3600},
            2: {"name": "2 - High", "duration": 8 * 3600},
            3: {"name": "3 - Medium", "duration": 3 * 86_400},
            4: {"name": "4 - Low", "duration": 0},
        },
        "purchase": {
            1: {
                "number": "PO-1001",
                "ordered": grid(born - 9 * DAY),
                "required": grid(born + 9 * DAY),
                "closed": None,
                "cost": 1_234_5000,
                "status": "Ordered",
            },
            2: {
                "number": "PO-1002",
                "ordered": grid(born - 40 * DAY),
                "required": grid(born - 20 * DAY),
                "closed": grid(born - 21 * DAY),
                "cost": 990_000,
                "status": "Closed",
            },
        },
        "change": {
            1: {"id": 1, "summary": "Replace the switch", "status": "Approved", "type": "Open"},
            2: {"id": 2, "summary": "Move the mail server", "status": "Done", "type": "Closed"},
        },
        "solution": {
            1: {
                "id": 1,
                "summary": "Turn it off and on",
                "problem": "The <b>printer</b> does not answer.",
                "resolution": "Turn it off, wait for ten seconds, turn it on.",
                "group": HELP_DESK,
                "modified": group_time,
                "last_user": "dbo",
            },
            2: {
                "id": 2,
                "summary": "Install the driver",
                "problem": None,
                "resolution": None,
                "group": FIELD_SERVICE,
                "modified": group_time,
                "last_user": "TECH2",
            },
        },
        "asset": {
            1: {
                "id": "A-0001",
                "bcm": "BCM-77",
                "name": "PRINTER-2ND-FLOOR",
                "audited": grid(born - 30 * DAY),
                "serial": "SN-4711",
            },
            2: {"id": "A-0002", "bcm": None, "name": "LAPTOP-007", "audited": None, "serial": "SN-0007"},
        },
        **{f"lookup{n}": {1: {"name": f"Choice {n}A"}, 2: {"name": f"Choice {n}B"}} for n in range(1, 9)},
        "note_type": {
            1: {"name": "Technician Note", "tickets": True, "assignments": True},
            2: {"name": "Ticket Description", "tickets": True, "assignments": False},
            3: {"name": "Ticket Resolution", "tickets": True, "assignments": False},
            4: {"name": "Assignment Description", "tickets": False, "assignments": True},
            5: {"name": "Assignment Resolution", "tickets": False, "assignments": True},
        },
        "activity": activities,
        "assignment_template": {
            3: {
                "name": "Configure the workstation",
                "description": "Configure a workstation for <Username>",
                "data": template_data(),
                "self_service": False,
            },
            4: {
                "name": "Visit",
                "description": "Look at it where it stands",
                "data": template_data(()),
                "self_service": False,
                "groups": [FIELD_SERVICE],
            },
            5: {
                "name": "Old one",
                "description": None,
                "data": template_data(()),
                "self_service": False,
                "active": False,
            },
        },
        "template": {
            3: {"name": "New Hire", "description": "New Hire Creation", "data": template_data(), "self_service": False},
            4: {
                "name": "Printer",
                "description": "A printer does not print",
                "data": template_data(_TEMPLATE_ROWS[:2]),
                "self_service": True,
                "groups": [FIELD_SERVICE],
            },
            5: {
                "name": "Old one",
                "description": None,
                "data": template_data(()),
                "self_service": False,
                "active": False,
            },
        },
    }


def shifted(there: Entries, by: int) -> Entries:
    """The same directory with other numbers: labels and names are what two installations have in common."""
    moved: Entries = {}
    for module, records in there.items():
        keep = module in ("group", "technician")
        moved[module] = {(id_ if keep else id_ + by): dict(facts) for id_, facts in records.items()}
        for facts in moved[module].values():
            if "priority" in facts:
                facts["priority"] += by
    statuses = moved["status"]
    for facts in statuses.values():
        if facts["type"] == "C":
            facts["default"] = facts["name"] == "Resolved"
    return moved
