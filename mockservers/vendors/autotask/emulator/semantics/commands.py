"""ExecuteCommand: which page of the user interface an address would open. There is no user interface here.

Knows no wire; `pages` shows what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.kernel.store import fits
from mockservers.vendors.autotask.emulator import access, model, zones
from mockservers.vendors.autotask.emulator.requests import Asked, Command

MOST_MATCHES = 50
_TITLES = ("Title", "Name", "AccountName", "ProjectName", "ContractName", "LastName", "TicketNumber", "Description")
_ACCOUNT = {"Phone": "Phone", "AccountID": "id", "AccountName": "AccountName"}
_CONTACT = {"Email": "EMailAddress", "ContactID": "id", "FirstName": "FirstName", "LastName": "LastName"}


@dataclass(frozen=True, slots=True)
class Page:
    """One code. `entity` is what is looked up, `by` its fields by parameter; `blank` pages open without a match too."""

    says: str
    entity: str | None = None
    by: Mapping[str, str] | None = None
    blank: bool = False


PAGES: Mapping[str, Page] = {
    "OpenTicketDetail": Page(
        "the details of a ticket", "Ticket", {"TicketID": "id", "TicketNumber": "TicketNumber", "GlobalTaskID": "id"}
    ),
    "OpenTaskDetail": Page("the details of a task", "Task", {"TaskID": "id"}),
    "OpenProject": Page("a project", "Project", {"ProjectID": "id"}),
    "OpenTicketTime": Page("time on a ticket", "Ticket", {"TicketID": "id"}),
    "OpenAppointment": Page("an appointment", "Appointment", {"AppointmentID": "id"}),
    "OpenKBArticle": Page("an article of the knowledge base", None, {"ID": "id"}),
    "OpenOpportunity": Page("an opportunity", "Opportunity", {"OpportunityID": "id"}),
    "OpenContract": Page("a contract", "Contract", {"ContractID": "id"}),
    "OpenToDo": Page("a to-do", "AccountToDo", {"ToDoID": "id"}),
    "OpenSalesOrder": Page("a sales order", "SalesOrder", {"SalesOrderID": "id"}),
    "OpenServiceCall": Page("a service call", "ServiceCall", {"ServiceCallID": "id"}),
    "OpenAccount": Page("an account", "Account", _ACCOUNT),
    "OpenContact": Page("a contact", "Contact", _CONTACT),
    "EditTimeEntry": Page("the form of a time entry", "TimeEntry", {"WorkEntryID": "id"}),
    "EditAccount": Page("the form of an account", "Account", _ACCOUNT),
    "EditContact": Page("the form of a contact", "Contact", _CONTACT),
    "EditInstalledProduct": Page("the form of a device", "InstalledProduct", {"InstalledProductID": "id"}),
    "NewInstalledProduct": Page("a blank form for a device", "Account", _ACCOUNT, blank=True),
    "NewAccountNote": Page("a blank form for a note", "Account", _ACCOUNT, blank=True),
    "NewContact": Page("a blank form for a contact", "Account", _ACCOUNT, blank=True),
    "NewTicket": Page("a blank form for a ticket", "Account", _ACCOUNT, blank=True),
    "TimeOffRequest": Page("a request for time off", blank=True),
    "IPDW": Page("the start page of the integration", blank=True),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What would be seen: one record, a list of several, or a blank form."""

    code: str
    says: str
    entity: str | None
    matches: tuple[tuple[int, str], ...]


def failed(said: str) -> Refusal:
    """The error page for a query string that leads nowhere."""
    return Refusal("autotask.executecommand.opens", "PAGE", message=said)


def execute(ctx: Context, asked: Asked) -> Opened:
    """What an address opens; raises a refusal for one that names nothing known."""
    ctx.cite("autotask.executecommand.opens")
    zones.uncounted(ctx)  # a page is no request of the interface
    command: Command = asked.body
    sent = {name.lower(): value for name, value in reversed(command.pairs)}
    code = next((each for each in PAGES if each.lower() == sent.get("code", "").strip().lower()), None)
    if code is None:
        raise failed(f"The address has no Code that is known; there are {', '.join(PAGES)}.")
    page = PAGES[code]
    named = [(field, sent[name.lower()].strip()) for name, field in (page.by or {}).items() if name.lower() in sent]
    if not named:
        if page.blank:
            return Opened(code, page.says, None, ())
        raise failed(f"{code} needs one of {', '.join(page.by or ())}.")
    if page.entity is None:
        return Opened(code, page.says, None, ())
    matches = _matches(ctx, page.entity, named)
    if not matches and not page.blank:
        raise failed(f"Nothing is found by {', '.join(name for name, _ in named)}.")
    return Opened(code, page.says, page.entity, matches)


def _matches(ctx: Context, entity: str, named: list[tuple[str, str]]) -> tuple[tuple[int, str], ...]:
    assert ctx.tenant is not None
    table = model.TABLES[entity]
    title = next(table.c[name] for name in _TITLES if name in table.c)
    query = sa.select(table.c.id, title).where(table.c.tenant == ctx.tenant.name).order_by(table.c.id)
    reached = access.visible(ctx, entity)
    if reached is not None:
        query = query.where(reached)
    phone = None
    for field, value in named:
        if field == "id":
            if not value.isascii() or not value.isdigit() or len(value) > 19 or not fits(int(value)):
                return ()
            query = query.where(table.c.id == int(value))
        elif field == "Phone":
            phone = _digits(value)
        else:
            query = query.where(table.c[f"{field}__ci"] == value.casefold())
    if phone is None:
        found = ctx.db.execute(query.limit(MOST_MATCHES)).all()
        return tuple((row[0], str(row[1] or "")) for row in found)
    rows = ctx.db.execute(query.add_columns(table.c.Phone))
    found_by_phone = [(row[0], str(row[1] or "")) for row in rows if phone and _digits(row[2] or "").startswith(phone)]
    return tuple(found_by_phone[:MOST_MATCHES])


def _digits(text: str) -> str:
    """A phone number as it is compared: its digits alone, and then by their beginning."""
    return "".join(sign for sign in text if sign in "0123456789")
