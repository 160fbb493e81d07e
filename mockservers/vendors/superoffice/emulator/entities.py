"""The carriers that nest: TicketEntity, what it holds, and messages. Rows in, plain values out, and back.

Knows no request; how dates and names look is for the profile that is handed in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.vendors.superoffice.emulator import attachments, carriers
from mockservers.vendors.superoffice.emulator.model import DATES, SYSTEM_USER, Directory, Named
from mockservers.vendors.superoffice.emulator.renderings import Profile

Value = dict[str, Any]
NOTHING: Mapping[int, Sequence[Any]] = {}

FLAT: tuple[str, ...] = (
    "AlertLevel",
    "ConnectId",
    "ReadStatus",
    "TimeToReply",
    "RealTimeToReply",
    "TimeToClose",
    "RealTimeToClose",
    "TimeSpentInternally",
    "TimeSpentExternally",
    "TimeSpentQueue",
    "RealTimeSpentInternally",
    "RealTimeSpentExternally",
    "RealTimeSpentQueue",
    "TimeSpent",
    "HasAttachment",
    "NumReplies",
    "NumMessages",
    "FromAddress",
)
NESTED: Mapping[str, str] = {
    "CreatedBy": "CreatedBy",
    "OwnedBy": "OwnedBy",
    "Category": "Category",
    "Priority": "Priority",
    "Status": "TicketStatus",
    "Person": "CustId",
    "Sale": "SaleId",
    "Project": "ProjectId",
    "TicketType": "TicketTypeId",
}
"""Members of the entity that are objects, and the column behind each."""
KEYS: Mapping[str, str] = {
    "CreatedBy": "AssociateId",
    "OwnedBy": "AssociateId",
    "Category": "TicketCategoryId",
    "Priority": "TicketPriorityId",
    "Status": "TicketStatusId",
    "Person": "PersonId",
    "Sale": "SaleId",
    "Project": "ProjectId",
    "TicketType": "TicketTypeId",
}
CHOOSE_OWNER = 2**31 - 1
"""An owner's id that lets the server choose (superoffice.call.save_owner)."""


def _rights(look: Profile) -> Value:
    return {"TableRight": look.right(""), "FieldProperties": {}}


def associate(look: Profile, user: Named) -> Value | None:
    """A user as an Associate; None for the system user, who owns nothing and made what came from outside."""
    if user.id in (0, SYSTEM_USER):
        return None
    return {
        "AssociateId": user.facts.get("associate", 0),
        "Name": user.name,
        "PersonId": 0,
        "Rank": 0,
        "Tooltip": "",
        "Type": "InternalAssociate",
        "GroupIdx": 1,
        "FullName": user.facts.get("full", user.name),
        "FormalName": user.facts.get("full", user.name),
        "Deleted": False,
        "EjUserId": user.id,
        "UserName": None,
        **_rights(look),
    }


def category(look: Profile, names: Directory, id_: int) -> Value | None:
    here = names.get("category", id_)
    if not here.id:
        return None
    full = "/".join(look.tongue.text(each) for each in names.category_path(id_))
    return {
        "TicketCategoryId": here.id,
        "ParentId": here.facts.get("parent", 0),
        "Name": look.tongue.text(here.name),
        "Fullname": full,
        **_rights(look),
    }


def priority(look: Profile, here: Named) -> Value | None:
    if not here.id:
        return None
    return {
        "TicketPriorityId": here.id,
        "Name": look.tongue.text(here.name),
        "Status": "Normal",
        "SortOrder": here.id,
        "Deadline": 0,
        **_rights(look),
    }


def status(look: Profile, here: Named) -> Value | None:
    if not here.id:
        return None
    return {
        "TicketStatusId": here.id,
        "Name": look.tongue.text(here.name),
        "Status": here.facts.get("base", "Unknown"),
        "TimeCounter": here.facts.get("counter", "None"),
        "NoEmailReopen": False,
        "IsDefault": bool(here.facts.get("default")),
        "UsedInQueue": here.facts.get("counter") == "Queue",
        **_rights(look),
    }


def person(look: Profile, here: Named, names: Directory) -> Value | None:
    if not here.id:
        return None
    contact = int(here.facts.get("contact", 0))
    return {
        "PersonId": here.id,
        "FullName": here.name,
        "Firstname": here.facts.get("first", ""),
        "MiddleName": here.facts.get("middle", ""),
        "Lastname": here.facts.get("last", ""),
        "Email": here.facts.get("email", ""),
        "ContactId": contact,
        "ContactName": names.get("contact", contact).name,
        **_rights(look),
    }


def _linked(look: Profile, key: str, title: str, here: Named) -> Value | None:
    return {key: here.id, title: look.tongue.text(here.name), **_rights(look)} if here.id else None


Files = Mapping[int, Sequence[Any]]
"""The attachments of messages, by the message's number."""


def ticket_type(look: Profile, here: Named) -> Value | None:
    return _linked(look, "TicketTypeId", "Name", here)


def ticket(look: Profile, row: Any, names: Directory, messages: Sequence[Any] = (), files: Files = NOTHING) -> Value:
    """A TicketEntity (superoffice.call.entity)."""
    blank = look.role.blank
    found = {
        name: carriers.unset(name) if name in blank else value for name, value in carriers.values(row, names).items()
    }
    dates = {name: look.clock.write(found[name]) for name in DATES}
    extra = json.loads(row.extra)
    made: Value = {"TicketId": row.TicketId, "Title": found["Title"]}
    made |= {name: dates[name] for name in DATES[:4]}
    made |= {"FirstReadByOwner": look.clock.write(None)}
    made |= {name: dates[name] for name in DATES[4:]}
    made |= {
        "CreatedBy": associate(look, names.get("user", found["CreatedBy"])),
        "Author": found["Author"],
        "OwnedBy": associate(look, names.get("user", found["OwnedBy"])),
        "Category": category(look, names, found["Category"]),
        "Slevel": found["Slevel"],
        "Priority": priority(look, names.get("priority", found["Priority"])),
        "BaseStatus": found["BaseStatus"],
        "Status": status(look, names.get("status", found["TicketStatus"])),
        "Origin": found["Origin"],
        "Person": person(look, names.get("person", found["CustId"]), names),
        "SecondaryPersons": [],
    }
    made |= {name: found[name] for name in FLAT}
    made |= {
        "Messages": [message(look, each, names, files) for each in messages],
        "Tags": extra.get("Tags", []),
        "Language": found["Language"],
        "Sentiment": found["Sentiment"],
        "SentimentConfidence": found["SentimentConfidence"],
        "SuggestedCategoryId": 0,
        "SuggestedCategoryName": "",
        "OrigHumanCategoryId": 0,
        "IconHint": "",
        "Sale": _linked(look, "SaleId", "Heading", names.get("sale", found["SaleId"])),
        "Project": _linked(look, "ProjectId", "Name", names.get("project", found["ProjectId"])),
        "FormSubmission": {"FormSubmissionId": found["FormSubmissionId"]} if found["FormSubmissionId"] else None,
        "TicketType": ticket_type(look, names.get("type", found["TicketTypeId"])),
        "ActiveStatusMonitorId": 0,
        "ExtraFields": {},
        "CustomFields": extra.get("CustomFields", {}),
        "TableRight": look.right(look.role.of_row(row.right)),
        "FieldProperties": look.properties(),
    }
    return selected(look, made)


def selected(look: Profile, made: Value) -> Value:
    """The entity as $select leaves it, by names of its own; paths by their first segment."""
    wanted = look.entity_select
    if wanted is None:
        return made
    if look.mode == "omit":
        return {name: value for name, value in made.items() if name.lower() in wanted}
    return {name: value if name.lower() in wanted else None for name, value in made.items()}


def message(look: Profile, row: Any, names: Directory, files: Files = NOTHING) -> Value:
    """A TicketMessage, as an entity holds its messages."""
    person_ = names.get("person", row.person)
    contact = int(person_.facts.get("contact", 0))
    return {
        "TicketMessageId": row.id,
        "CreatedAt": look.clock.write(row.created),
        "Slevel": _level(row.external),
        "Important": row.important,
        "Author": row.author,
        "PersonId": row.person,
        "PersonFullName": person_.name,
        "ContactId": contact,
        "ContactName": names.get("contact", contact).name,
        "ContactDepartment": "",
        "NumAttachments": len(files.get(row.id, ())),
        "EmailHeader": "",
        "MessageHeaders": [],
        "Language": row.language,
        "Sentiment": row.sentiment,
        "SentimentConfidence": row.confidence,
        "CreatedBy": row.created_by,
        "ChangedAt": look.clock.write(row.created),
        **_rights(look),
    }


def message_entity(look: Profile, row: Any, names: Directory, ticket_: Any, files: Files = NOTHING) -> Value:
    """A TicketMessageEntity, with the Ticket that it belongs to."""
    return {
        "EjMessageId": row.id,
        "Ticket": None if ticket_ is None else look.whole(ticket_, names),
        "CreatedAt": look.clock.write(row.created),
        "CreatedBy": associate(look, names.get("user", row.created_by)),
        "Author": row.author,
        "Slevel": _level(row.external),
        "Type": "Plain",
        "MessageId": "",
        "TimeSpent": row.minutes,
        "Body": row.body,
        "HtmlBody": "",
        "EmailHeader": "",
        "DebugInfo": "",
        "MailSorter": "",
        "Person": person(look, names.get("person", row.person), names),
        "SearchTitle": "",
        "MessageHeaders": [],
        "Important": row.important,
        "Language": row.language,
        "Sentiment": row.sentiment,
        "SentimentConfidence": row.confidence,
        "AttachmentsInfo": [attachments.carrier(look, each) for each in files.get(row.id, ())],
        "ExtraFields": {},
        "CustomFields": {},
        **_rights(look),
    }


def _level(external: bool) -> str:
    return "External" if external else "Internal"
