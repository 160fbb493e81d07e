"""What a client of SuperOffice could see: its calls, and what rights hid from it and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Breach, shared
from mockservers.harness.history import END, Exchanged, History, Record
from mockservers.harness.profile import profile
from mockservers.vendors.superoffice.contract import decoder as wire
from mockservers.vendors.superoffice.contract.profile import NAMES, USER

GONE = frozenset({"Deleted", "Spam", "Merged"})
ENUMS = frozenset({"BaseStatus", "TicketStatus", "Slevel", "Origin", "ReadStatus"})
LATER = frozenset({"Spam", "API", "Flow"})
"""Names that older releases tell as Unknown."""
SILENT = frozenset({"ReadStatus", "ReadByOwner", "ReadByCustomer", "FirstReadByUser"})
"""Reading a ticket changes these, and LastChanged stays: no list tells of it."""
JOINED = frozenset(
    {
        "CreatedByName",
        "OwnedByName",
        "PersonFirstname",
        "PersonMiddleName",
        "PersonLastname",
        "PersonFullname",
        "ContactId",
        "ContactName",
        "SaleHeading",
        "ProjectName",
        "CategoryFullname",
        *NAMES,
    }
)
"""What follows from other rows."""
ATTACHMENTS, EMAIL = "Attachments", "PersonEmail"
"""Fields of a mirror that no ticket tells, and that have duties of their own: its files, and its person's address."""
READ = frozenset({"gettickets", "getticket", "getticketentity", "ticket", "simple"})
LIST = frozenset({"list"})


def type_of(name: str) -> str:
    return profile("superoffice").types.get(name, "text")


def exchanges(history: History, calls: frozenset[str]) -> list[Exchanged]:
    return [each for each in history.exchanges if each.request_known and wire.asked(each).call in calls]


def is_error(exchange: Exchanged) -> bool:
    return not exchange.request_known or wire.said(exchange).kind != "good"


def told_ids(history: History) -> list[str]:
    """The id of each ticket that an answer told, as often as one did."""
    return [ticket for each in exchanges(history, READ) for ticket in wire.said(each).ids if ticket]


# --- rights ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Restricted:
    """From `first` to before `last` in the journal the client's user could not see some rows, or read some fields."""

    first: int
    last: int
    hidden: Mapping[str, Any]
    blank: frozenset[str]

    def hides(self, record: Record) -> bool:
        return any(record.fields.get(name) in values for name, values in self.hidden.items())


def restrictions(history: History) -> list[Restricted]:
    found: list[Restricted] = []
    for change in history.changes:
        if change.record is None or change.record.id != "customer" or not change.ok:
            continue
        rights: Mapping[str, Any] = next(
            (each["rights"] for each in change.record.fields.get("users", ()) if each["user"] == USER), {}
        )
        fields = rights.get("fields") or {}
        blank = frozenset(
            name for name, right in fields.items() if "Read" not in _flags(right) and "Update" not in _flags(right)
        )
        if found and found[-1].last == END:
            before = found.pop()
            found += [Restricted(before.first, change.n, before.hidden, before.blank)]
        if rights.get("hidden") or blank:
            found.append(Restricted(change.n, END, rights.get("hidden") or {}, blank))
    return found


def _flags(right: Any) -> list[str]:
    return [each.strip() for each in str((right or {}).get("Mask", "")).split(",")]


def ever_hidden(history: History) -> frozenset[str]:
    """Tickets that the client's user could not see at some time."""
    ways = [each for each in restrictions(history) if each.hidden]
    return (
        frozenset(
            ticket
            for ticket, states in history.ever.items()
            for _, record in states
            if any(way.hides(record) for way in ways)
        )
        if ways
        else frozenset()
    )


def ever_blank(history: History) -> frozenset[str]:
    """Fields that the client's user could not read at some time."""
    return frozenset(name for each in restrictions(history) for name in each.blank)


def exists(history: History, ticket: str) -> bool:
    return ticket in history.truth and history.truth[ticket].exists


def live(record: Record) -> bool:
    return record.exists and record.fields.get("BaseStatus") not in GONE


def differences(history: History) -> Iterator[Difference]:
    """Where mirror and truth part, but for what rights may have withheld and for names that older releases lack."""
    hidden, blank = ever_hidden(history), ever_blank(history)
    older = history.dialect["carrier_version"] != "current"
    for each in comparing.differences(history):
        if each.ticket in hidden or each.field in blank or each.field in (ATTACHMENTS, EMAIL):
            continue
        if older and each.truth in LATER and each.mirror in (None, "Unknown"):
            continue
        yield each


def misread(history: History, which: Callable[[Difference], bool], why: str) -> list[Breach]:
    return shared.misread(history, which, why, differences)


def something(name: str, value: Any) -> bool:
    """Whether a value is one: not what stands there when nothing is told."""
    value = profile("superoffice").nil(name, value)
    if value in (None, "", 0, False, "Unknown"):
        return False
    return not (type_of(name) == "datetime" and str(value).startswith("0001-"))
