"""What each action does to a ticket, as the changes that are kept with it. Knows the catalogue's words and no tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockservers.kernel import catalogue

RECEIVED = "Ticket Received"
"""The arrival of a version from the centre: the first action of each ticket."""
SUPERSEDED = "New Version Received"
"""On the older version, when the centre sends a newer one."""
REVISE = "Revise"
"""What other people ask for to make the centre send a new version."""
EDITED = "Edit Ticket"
"""Fields were changed directly."""

COMPLETE, ONGOING, ASSIGN, FOLDER = "Add Complete Response", "Add Ongoing Response", "Assign", "Change Folder"
FACILITY = "Add Facility Type"
PLAIN = ("Add Notes", "Add Sketch", "Add Map Annotation")
"""Actions that leave their mark in the history alone."""
VENDOR_ACTIONS = (COMPLETE, ONGOING, ASSIGN, FOLDER, *PLAIN, FACILITY)

Changes = dict[str, Any]


@lru_cache(maxsize=1)
def response_codes() -> tuple[tuple[str, str], ...]:
    """Code and description of one centre's set of positive responses."""
    sets: Mapping[str, Mapping[str, str]] = catalogue.load("querydata").facts["positive_response_sets"]
    return tuple(sets["pelicancorp_na"].items())


def response(member: str, code: str, description: str, by: str, comment: str, closes: bool) -> Changes:
    """A positive response; a complete one closes the ticket, an ongoing one leaves its state."""
    return {
        "response": {
            "MemberCode": member,
            "Code": code,
            "Description": description,
            "Respondent": by,
            "Comment": comment,
            "Closes": closes,
        }
    }


def assign(to: str) -> Changes:
    return {"set": {"AssignedTo": to, "Status": "Assigned"}}


def move(folder: str) -> Changes:
    return {"set": {"Folder": folder, "Status": "In Folder"}}


def facility(member: str, kind: str) -> Changes:
    return {"facility": {"MemberCode": member, "Type": kind}}


def superseded() -> Changes:
    return {"superseded": True}
