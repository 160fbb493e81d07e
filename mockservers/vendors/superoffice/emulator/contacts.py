"""Companies and people as carriers, flat and as entities: what the directory knows of them, and blanks for all else.

A company is a Contact, one of its people a Person. Knows no request and no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.vendors.superoffice.emulator.model import Directory, Named
from mockservers.vendors.superoffice.emulator.renderings import Profile

Value = dict[str, Any]

_TEXT, _NUMBER, _NOTHING = "", 0, None
_LIST: tuple[Any, ...] = ()


def _blanks(names: str, value: Any) -> Value:
    return dict.fromkeys(names.split(), value)


def _rights(look: Profile) -> Value:
    return {"TableRight": look.right(""), "FieldProperties": {}}


def _entries(values: Sequence[str], kind: str = "") -> list[Value]:
    """Addresses and numbers as the elements of an entity (EntityElement)."""
    return [
        {
            "Value": each,
            "StrippedValue": "".join(letter for letter in each if letter not in " -()") if kind == "phone" else each,
            "Description": "",
            "TableRight": None,
            "FieldProperties": {},
        }
        for each in values
        if each
    ]


def contact(look: Profile, here: Named) -> Value | None:
    """A Contact (superoffice.contact.carrier); None where there is none."""
    if not here.id:
        return None
    facts = here.facts
    return {
        "ContactId": here.id,
        "Name": look.tongue.text(here.name),
        **_blanks("OrgNr Department URL City", _TEXT),
        "DirectPhone": facts.get("phone", ""),
        **_blanks("AssociateId CountryId", _NUMBER),
        "EmailAddress": facts.get("email", ""),
        "Kananame": "",
        **_blanks("EmailAddressName URLName", _NOTHING),
        **_blanks("AssociateFullName BusinessName CategoryName CountryName", _TEXT),
        "Address": None,
        "FormattedAddress": "",
        "FullName": look.tongue.text(here.name),
        "IsOwnerContact": False,
        "ActiveErpLinks": 0,
        **_blanks("Number1 Number2", _TEXT),
        **_rights(look),
    }


def person(look: Profile, here: Named, names: Directory) -> Value | None:
    """A Person (superoffice.person.carrier); None where there is none."""
    if not here.id:
        return None
    facts = here.facts
    company = names.get("contact", int(facts.get("contact", 0)))
    called = look.tongue.text(company.name)
    return {
        "Position": "",
        "PersonId": here.id,
        "Mrmrs": "",
        "Firstname": facts.get("first", ""),
        "Lastname": facts.get("last", ""),
        "MiddleName": facts.get("middle", ""),
        **_blanks("Title Description", _TEXT),
        "Email": facts.get("email", ""),
        "FullName": here.name,
        "DirectPhone": facts.get("phone", ""),
        "FormalName": here.name,
        "CountryId": 0,
        "ContactId": company.id,
        "ContactName": called,
        **_blanks("Retired Rank ActiveInterests", _NUMBER),
        "ContactDepartment": "",
        "ContactCountryId": 0,
        **_blanks("ContactOrgNr FaxPhone MobilePhone", _TEXT),
        "ContactPhone": company.facts.get("phone", ""),
        "AssociateName": "",
        "AssociateId": 0,
        "UsePersonAddress": False,
        **_blanks("ContactFax Kanafname Kanalname Post1 Post2 Post3 EmailName", _TEXT),
        "ContactFullName": called,
        **_blanks("ActiveErpLinks TicketPriorityId SupportLanguageId SupportAssociateId", _NUMBER),
        **_blanks("CategoryName PersonNumber", _TEXT),
        **_rights(look),
    }


def _dates(look: Profile, facts: Mapping[str, Any]) -> Value:
    write = look.clock.write
    return {"UpdatedDate": write(facts.get("updated")), "CreatedDate": write(facts.get("registered"))}


_CONTACT_LISTS = "Interests Urls Phones Faxes BounceEmails Domains Persons"
_CONTACT_NULLS = (
    "UpdatedBy CreatedBy Associate Business Category Country SupportAssociate TicketPriority CustomerLanguage SupportPerson "
    "Address UtmParameters"
)


def contact_entity(look: Profile, here: Named, names: Directory) -> Value | None:
    """A ContactEntity (superoffice.contact.carrier)."""
    if not here.id:
        return None
    facts = here.facts
    made: Value = {
        "ContactId": here.id,
        "Name": look.tongue.text(here.name),
        **_blanks("Department OrgNr Number1 Number2", _TEXT),
        **_dates(look, facts),
        "Emails": _entries([facts.get("email", "")]),
        **{name: [] for name in _CONTACT_LISTS.split()},
        "Description": "",
        **_blanks(_CONTACT_NULLS, _NOTHING),
        **_blanks("NoMailing Xstop", False),
        "Kananame": "",
        **_blanks("ActiveInterests GroupId ActiveStatusMonitorId Deleted DbiAgentId Source ActiveErpLinks", _NUMBER),
        "DbiKey": "",
        **_blanks("DbiLastSyncronized DbiLastModified", look.clock.write(None)),
        **{name: {} for name in ("UserDefinedFields", "ExtraFields", "CustomFields")},
        **_rights(look),
    }
    made["Phones"] = _entries([facts.get("phone", "")], "phone")
    made["Persons"] = [person(look, each, names) for each in people_of(names, here.id)]
    return made


_PERSON_LISTS = (
    "PrivatePhones Faxes MobilePhones OtherPhones Interests Urls ChatEmails InternetPhones ShipmentTypes Consents "
    "BounceEmails"
)
_PERSON_NULLS = (
    "CreatedBy UpdatedBy Position Country Address CorrespondingAssociate Category Business Associate SupportAssociate "
    "TicketPriority CustomerLanguage UserInfo UtmParameters"
)


def person_entity(look: Profile, here: Named, names: Directory) -> Value | None:
    """A PersonEntity (superoffice.person.carrier)."""
    if not here.id:
        return None
    facts = here.facts
    return {
        "PersonId": here.id,
        "Firstname": facts.get("first", ""),
        "MiddleName": facts.get("middle", ""),
        "Lastname": facts.get("last", ""),
        **_blanks("Mrmrs Title", _TEXT),
        **_dates(look, facts),
        "BirthDate": look.clock.write(None),
        "Emails": _entries([facts.get("email", "")]),
        "Description": "",
        "IsAssociate": False,
        "OfficePhones": _entries([facts.get("phone", "")], "phone"),
        **{name: [] for name in _PERSON_LISTS.split()},
        **_blanks(_PERSON_NULLS, _NOTHING),
        "Contact": contact(look, names.get("contact", int(facts.get("contact", 0)))),
        "PersonNumber": "",
        "FullName": here.name,
        **_blanks("NoMailing UsePersonAddress Retired", False),
        "FormalName": here.name,
        **_blanks("Post3 Post2 Post1 Kanalname Kanafname Salutation Leadstatus DbiKey", _TEXT),
        **_blanks("ActiveInterests DbiAgentId SentInfo ShowContactTickets Source ActiveErpLinks", _NUMBER),
        **_blanks("ActiveStatusMonitorId CreatedByFormId LeadstatusId", _NUMBER),
        **_blanks("DbiLastModified DbiLastSyncronized", look.clock.write(None)),
        **{name: {} for name in ("UserDefinedFields", "ExtraFields", "CustomFields")},
        **_rights(look),
    }


def people_of(names: Directory, company: int) -> list[Named]:
    """The people of a company, by number."""
    return [each for each in names.all("person") if int(each.facts.get("contact", 0)) == company]


# --- lists ------------------------------------------------------------------------------------------------------------


def item(look: Profile, here: Named, *, full: str = "", children: Sequence[Value] = ()) -> Value:
    """An entry of a list as an MDOListItem (superoffice.list.mdo)."""
    name = look.tongue.text(here.name)
    return {
        "Id": here.id,
        "Name": name,
        "ToolTip": "",
        "Deleted": False,
        "Rank": 0,
        "Type": "",
        "ChildItems": list(children),
        "IconHint": "",
        "ColorBlock": 0,
        "ExtraInfo": "",
        "StyleHint": "",
        "FullName": full or name,
        **_rights(look),
    }
