"""Words of a help desk, and plausible tickets made of them. Cheap to load: names of people come from elsewhere."""

from __future__ import annotations

from typing import Any

from mockservers.kernel.ids import Source

SOURCES = ("WEBSITE", "EMAIL", "PHONE")
STATUSES = ("Open", "In Progress", "Waiting for Customer", "On Hold", "Closed")
PRIORITIES = ("", "Low", "Normal", "High", "Urgent")
LEVELS = ("", "Level 1", "Level 2", "Level 3")
CATEGORIES: dict[str, tuple[str, ...]] = {
    "Hardware": ("Printer", "Laptop", "Monitor", "Docking Station"),
    "Software": ("Office", "Browser", "ERP", "Licence"),
    "Network": ("VPN", "Wi-Fi", "Switch"),
    "Access": ("Password", "New Account", "Permissions"),
    "Other": ("",),
}
_PROBLEMS = (
    "does not start",
    "is slow",
    "shows an error",
    "stopped working",
    "needs replacement",
    "asks for a password",
    "loses its connection",
    "is missing",
)
_PLACES = (
    "on the 2nd floor",
    "in the Köln office",
    "since the update",
    "for the new colleague",
    "at the front desk",
    "after lunch",
    "in room 4.12",
    "during meetings",
)
_DETAILS = (
    "Restarting did not help.",
    "It worked last week.",
    "Several people are affected.",
    "A screenshot is attached.",
    "Error code 0x80070005 & a beep.",
    "Please call back, we can't wait.",
    "Cost centre 4711; budget is approved.",
    'The user says: "nothing changed".',
)


def new_ticket(source: Source) -> dict[str, Any]:
    """The texts of an open ticket; whose it is, is for the caller to say."""
    category = source.choice(tuple(CATEGORIES))
    kind = source.choice(CATEGORIES[category])
    thing = kind or "Something"
    problem, place = source.choice(_PROBLEMS), source.choice(_PLACES)
    return {
        "source": source.choice(SOURCES),
        "category": category,
        "sub_category": kind,
        "status": "Open",
        "priority": source.choice(PRIORITIES),
        "escalation_level": source.choice(LEVELS),
        "subject": f"{thing} {problem}",
        "summary": f"{thing} {problem} {place}. {source.choice(_DETAILS)}",
    }
