"""What is activity of what: which references lead from a record to those whose latest activity it is. Knows no table.

`DIRECT` is what the page gives as examples and what hangs on a record in the same way; `RELATED` is everything that
belongs to a record, and what happens to a part is activity of the whole (autotask.activity.breadth).
"""

from __future__ import annotations

from collections.abc import Mapping

Parents = Mapping[str, tuple[tuple[str, str], ...]]

MOVED = ("LastActivityDate", "LastActivityDateTime", "LastActivity")
"""Times that move with what is added to an entity (autotask.activity.moves)."""

DIRECT: Parents = {
    "AccountNote": (("AccountID", "Account"), ("ContactID", "Contact"), ("OpportunityID", "Opportunity")),
    "AccountToDo": (
        ("AccountID", "Account"),
        ("ContactID", "Contact"),
        ("OpportunityID", "Opportunity"),
        ("TicketID", "Ticket"),
    ),
    "AttachmentInfo": (("AccountID", "Account"), ("ProjectID", "Project"), ("TaskID", "Task"), ("TicketID", "Ticket")),
    "InstalledProductNote": (("InstalledProductID", "InstalledProduct"),),
    "ProjectNote": (("ProjectID", "Project"),),
    "TaskNote": (("TaskID", "Task"),),
    "TicketNote": (("TicketID", "Ticket"),),
    "TimeEntry": (("TaskID", "Task"), ("TicketID", "Ticket")),
}

RELATED: Parents = {
    **DIRECT,
    "Contact": (("AccountID", "Account"),),
    "Contract": (("AccountID", "Account"), ("ContactID", "Contact")),
    "ContractCost": (("ContractID", "Contract"),),
    "ContractNote": (("ContractID", "Contract"),),
    "InstalledProduct": (("AccountID", "Account"), ("ContactID", "Contact")),
    "Opportunity": (("AccountID", "Account"), ("ContactID", "Contact")),
    "Phase": (("ProjectID", "Project"),),
    "Project": (("AccountID", "Account"),),
    "ProjectCost": (("ProjectID", "Project"),),
    "Quote": (("OpportunityID", "Opportunity"), ("AccountID", "Account"), ("ContactID", "Contact")),
    "QuoteItem": (("QuoteID", "Quote"),),
    "SalesOrder": (("OpportunityID", "Opportunity"), ("AccountID", "Account"), ("Contact", "Contact")),
    "ServiceCall": (("AccountID", "Account"),),
    "ServiceCallTask": (("TaskID", "Task"), ("ServiceCallID", "ServiceCall")),
    "ServiceCallTicket": (("TicketID", "Ticket"), ("ServiceCallID", "ServiceCall")),
    "Task": (("PhaseID", "Phase"), ("ProjectID", "Project")),
    "TaskSecondaryResource": (("TaskID", "Task"),),
    "Ticket": (("AccountID", "Account"), ("ContactID", "Contact")),
    "TicketAdditionalContact": (("TicketID", "Ticket"),),
    "TicketChecklistItem": (("TicketID", "Ticket"),),
    "TicketCost": (("TicketID", "Ticket"),),
    "TicketSecondaryResource": (("TicketID", "Ticket"),),
}

BREADTHS: Mapping[str, Parents] = {"direct": DIRECT, "related": RELATED}
"""By the words of the switch `activity`."""
