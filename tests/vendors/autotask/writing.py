"""Writes as tests make them: entities with what they need, and what is said when one is refused."""

from __future__ import annotations

from typing import Any

from mockservers.vendors.autotask.emulator import company
from mockservers.vendors.autotask.emulator.entities import find
from mockservers.vendors.autotask.emulator.requests import Input
from tests.vendors.autotask.asking import Answer, Desk, Failed

ACCOUNT = company.SPECIAL_ACCOUNT
ENGINEER, LOCATOR = 29682834, 29682835
TICKET = {"AccountID": ACCOUNT, "Title": "A title", "Status": 1, "Priority": 1}
NOTE = {"Title": "t", "Description": "d", "NoteType": 1, "Publish": 1}
NOW = "2026-03-02T10:00:00"
LATER = "2026-03-02T11:00:00"


def ticket(desk: Desk, **more: Any) -> int:
    """The id of a new ticket."""
    return desk.made("Ticket", **{**TICKET, **more})


def good(answer: Answer | Failed) -> Answer:
    assert isinstance(answer, Answer), answer
    return answer


def refusal(desk: Desk, operation: str, *inputs: Input, **more: Any) -> Failed:
    """A call that fails, and leaves all records of the kinds that it names as they were."""
    kinds = sorted({each.entity for each in inputs if find(each.entity) is not None})
    before = [desk.truth(kind) for kind in kinds]
    answer = desk.write(operation, *inputs, **more)
    assert isinstance(answer, Failed), answer
    assert desk.last.outcome == "refused"
    assert [desk.truth(kind) for kind in kinds] == before
    return answer


def refused(desk: Desk, operation: str, *inputs: Input, **more: Any) -> str:
    """The only message of a call that fails, or the first of two when the second names the record."""
    said = refusal(desk, operation, *inputs, **more).messages
    assert len(said) == 1 or (len(said) == 2 and said[1].startswith("Error updating entity for record number ["))
    return said[0]
