"""The values that picklists hold in the demo data: numbers, labels in two languages, parents, and what is inactive.

Some values are the vendor's own and the same for everybody; others are a customer's, and the two demo customers number
them differently. Plain data; knows no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mockservers.vendors.autotask.emulator.entities import ENTITIES, Element
from mockservers.vendors.autotask.emulator.model import UDF_TYPES

LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a picklist. `parent` is the value of the parent field under which it can be chosen."""

    value: str
    labels: tuple[str, ...]
    parent: str = ""
    active: bool = True
    system: bool = False
    default: bool = False

    def label(self, language: str) -> str:
        """The label in a language, else in the first one."""
        position = LANGUAGES.index(language) if language in LANGUAGES else 0
        return self.labels[min(position, len(self.labels) - 1)]


def _own(*rows: tuple[int | str, str, str]) -> tuple[Choice, ...]:
    """Values of the vendor's own."""
    return tuple(Choice(str(value), (english, german), system=True) for value, english, german in rows)


def _theirs(*rows: tuple[int | str, str, str]) -> tuple[Choice, ...]:
    """Values that a customer can change."""
    return tuple(Choice(str(value), (english, german)) for value, english, german in rows)


def _retired(value: int, english: str, german: str, parent: str = "") -> Choice:
    return Choice(str(value), (english, german), parent=parent, active=False)


def _under(parent: int, *rows: tuple[int, str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(str(value), (english, german), parent=str(parent)) for value, english, german in rows)


_PUBLISH = _own(
    (1, "All Autotask Users", "Alle Autotask-Benutzer"),
    (2, "Internal Users", "Interne Benutzer"),
    (4, "Internal & Co-managed", "Intern & gemeinsam verwaltet"),
)
_PERIOD = _own(("m", "Monthly", "Monatlich"), ("q", "Quarterly", "Vierteljährlich"), ("y", "Yearly", "Jährlich"))
_COST_STATUS = _own(
    (1, "Pending", "Ausstehend"),
    (2, "Need to Order/Fulfill", "Zu bestellen"),
    (3, "On Order", "Bestellt"),
    (4, "Ready to Deliver/Ship", "Versandbereit"),
    (7, "Delivered", "Geliefert"),
)
_FORMATS = {
    "DateFormat": _own(("MM/dd/yyyy", "MM/dd/yyyy", "MM/dd/yyyy"), ("dd.MM.yyyy", "dd.MM.yyyy", "dd.MM.yyyy")),
    "TimeFormat": _own(("hh:mm a", "hh:mm a", "hh:mm a"), ("HH:mm", "HH:mm", "HH:mm")),
    "NumberFormat": _own(("X,XXX.XX", "X,XXX.XX", "X,XXX.XX"), ("X.XXX,XX", "X.XXX,XX", "X.XXX,XX")),
}

COMMON: dict[str, tuple[Choice, ...]] = {
    **_FORMATS,
    "Ticket.Status": (
        *_own((1, "New", "Neu"), (5, "Complete", "Abgeschlossen")),
        *_theirs(
            (7, "Waiting Customer", "Wartet auf Kunde"),
            (8, "In Progress", "In Bearbeitung"),
            (9, "Waiting Materials", "Wartet auf Material"),
            (12, "Waiting Vendor", "Wartet auf Lieferant"),
        ),
        _retired(14, "Old Hold", "Alt: gehalten"),
    ),
    "Task.Status": _own((1, "New", "Neu"), (5, "Complete", "Abgeschlossen"), (8, "In Progress", "In Bearbeitung")),
    "Project.Status": _own(
        (0, "Inactive", "Inaktiv"),
        (1, "New", "Neu"),
        (5, "Complete", "Abgeschlossen"),
        (8, "In Progress", "In Bearbeitung"),
    ),
    "Project.Type": _own(
        (4, "Proposal", "Vorschlag"), (5, "Client", "Kunde"), (3, "Internal", "Intern"), (8, "Baseline", "Basisplan")
    ),
    "Contract.Status": _own((0, "Inactive", "Inaktiv"), (1, "Active", "Aktiv")),
    "Contract.ContractType": _own(
        (1, "Time & Materials", "Nach Aufwand"),
        (3, "Fixed Price", "Festpreis"),
        (4, "Block Hours", "Stundenblock"),
        (6, "Retainer", "Vorauszahlung"),
        (7, "Recurring Service", "Wiederkehrende Leistung"),
        (8, "Per Ticket", "Je Ticket"),
    ),
    "Contract.TimeReportingRequiresStartAndStopTimes": _own((0, "No", "Nein"), (1, "Yes", "Ja")),
    "Contract.ContractPeriodType": _PERIOD,
    "Ticket.TicketCategory": (
        *_own((3, "Standard", "Standard")),
        *_theirs((4, "RMA", "Rücksendung"), (104, "Monitoring", "Überwachung")),
    ),
    "Ticket.TicketType": _own(
        (1, "Service Request", "Serviceanfrage"),
        (2, "Incident", "Störung"),
        (3, "Problem", "Problem"),
        (4, "Change Request", "Änderungsantrag"),
        (5, "Alert", "Alarm"),
    ),
    "Ticket.Source": (
        *_own((-1, "Client Portal", "Kundenportal"), (-2, "Insource", "Insource")),
        *_theirs(
            (2, "Phone", "Telefon"),
            (4, "Email", "E-Mail"),
            (8, "Monitoring Alert", "Überwachungsalarm"),
            (11, "Locate Desk", "Leitungsauskunft"),
        ),
        _retired(6, "Fax", "Fax"),
    ),
    "Publish": _PUBLISH,
    "NoteType": _own(
        (1, "Task Summary", "Zusammenfassung"),
        (2, "Task Detail", "Einzelheiten"),
        (3, "Task Notes", "Notizen"),
        (13, "Workflow str", "Workflow-Regel"),
    ),
    "Task.TaskType": _own((1, "Fixed Work", "Fester Aufwand"), (2, "Fixed Duration", "Feste Dauer")),
    "Account.AccountType": _own(
        (1, "Customer", "Kunde"),
        (2, "Lead", "Interessent"),
        (3, "Prospect", "Anwärter"),
        (4, "Dead", "Erloschen"),
        (6, "Cancelation", "Gekündigt"),
        (7, "Vendor", "Lieferant"),
        (8, "Partner", "Partner"),
    ),
    "CostType": _own((1, "Operational", "Betrieblich"), (2, "Capitalized", "Aktiviert")),
    "TicketCost.Status": _COST_STATUS,
    "ProjectCost.Status": _COST_STATUS,
    "ContractCost.Status": _COST_STATUS,
    "ChangeOrderCost.Status": _COST_STATUS,
    "PeriodType": _PERIOD,
    "ActionType": _theirs(
        (1, "Phone Call", "Anruf"), (2, "Email", "E-Mail"), (3, "Meeting", "Besprechung"), (4, "To-Do", "Aufgabe")
    ),
    "Resource.ResourceType": _own(
        ("Employee", "Employee", "Mitarbeiter"), ("Contractor", "Contractor", "Freier Mitarbeiter")
    ),
    "EmailTypeCode": _own(("PRIMARY", "Primary", "Haupt"), ("HOME", "Home", "Privat")),
    "EmailTypeCode2": _own(("PRIMARY", "Primary", "Haupt"), ("HOME", "Home", "Privat")),
    "EmailTypeCode3": _own(("PRIMARY", "Primary", "Haupt"), ("HOME", "Home", "Privat")),
    "Gender": _own(("F", "Female", "Weiblich"), ("M", "Male", "Männlich")),
    "LicenseType": _own((1, "Professional", "Professional"), (7, "API User", "API-Benutzer")),
    "UserType": _own((11, "Full Access", "Vollzugriff"), (17, "API User (API-only)", "API-Benutzer (nur API)")),
    "PayrollType": _own((1, "Salary", "Gehalt"), (3, "Hourly", "Stundenlohn")),
    "AllocationCode.Type": _own((0, "Internal", "Intern"), (1, "Billable", "Abrechenbar"), (2, "Cost", "Kosten")),
    "AllocationCode.UseType": _own(
        (1, "General Allocation Code", "Tätigkeit"),
        (2, "Expense Category", "Spesenart"),
        (3, "Internal Allocation Code", "Interne Zeit"),
        (4, "Material Cost Code", "Material"),
    ),
    "TimeEntry.Type": _own(
        (2, "IT Service Request", "Serviceticket"), (6, "Project Task", "Projektaufgabe"), (10, "Internal", "Intern")
    ),
    "CreatorType": _own((1, "Resource", "Ressource"), (2, "Contact", "Kontakt")),
    "LastActivityPersonType": _own((1, "Resource", "Ressource"), (2, "Contact", "Kontakt")),
    "CompletedByType": _own((1, "Resource", "Ressource"), (2, "Contact", "Kontakt")),
    "AttachmentInfo.Type": _own(
        *((each, each, each) for each in ("FILE_ATTACHMENT", "FILE_LINK", "FOLDER_LINK", "URL"))
    ),
    "AttachmentInfo.ParentType": _own(
        (1, "Account", "Firma"),
        (2, "Opportunity", "Chance"),
        (3, "Project", "Projekt"),
        (4, "Ticket or Task", "Ticket oder Aufgabe"),
        (18, "Time Entry", "Zeiteintrag"),
        (23, "Note", "Notiz"),
    ),
    "UserDefinedFieldDefinition.UdfType": _own(*((number, name, name) for number, name in UDF_TYPES.items())),
    "UserDefinedFieldDefinition.DataType": _own(
        (1, "Text (Single Line)", "Text (einzeilig)"),
        (2, "Text (Multi Line)", "Text (mehrzeilig)"),
        (3, "Numeric", "Zahl"),
        (4, "Date", "Datum"),
        (5, "List", "Liste"),
    ),
    "Invoice.PaymentTerm": _theirs((1, "Net 30 days", "30 Tage netto"), (2, "Due on receipt", "Sofort")),
    "Ticket.ServiceLevelAgreementID": _theirs((1, "Standard SLA", "Standard-SLA"), (2, "Premium SLA", "Premium-SLA")),
    "RevenueSpreadUnit": _own(("Months", "Months", "Monate"), ("Years", "Years", "Jahre")),
    "IsPaid": _own(("Paid", "Paid", "Bezahlt"), ("Unpaid", "Unpaid", "Offen")),
}

FIRST: dict[str, tuple[Choice, ...]] = {
    "Ticket.Priority": _theirs(
        (4, "Critical", "Kritisch"), (1, "High", "Hoch"), (2, "Medium", "Mittel"), (3, "Low", "Niedrig")
    ),
    "QueueID": _theirs(
        (29682833, "Level I Support", "Erste Ebene"),
        (29683354, "Level II Support", "Zweite Ebene"),
        (8, "Monitoring Alert", "Überwachung"),
        (29683378, "Field Service", "Außendienst"),
    ),
    "Ticket.IssueType": (
        *_theirs((10, "Computer", "Rechner"), (11, "Network", "Netzwerk"), (29, "Locates", "Leitungsauskunft")),
        _retired(13, "Typewriter", "Schreibmaschine"),
    ),
    "Ticket.SubIssueType": (
        *_under(10, (136, "Does not start", "Startet nicht"), (137, "Slow", "Langsam")),
        *_under(11, (149, "No connection", "Keine Verbindung"), (150, "Wireless", "Funknetz")),
        *_under(29, (310, "Gas line", "Gasleitung"), (311, "Fibre", "Glasfaser")),
        _retired(138, "Floppy drive", "Diskettenlaufwerk", parent="10"),
    ),
    "Account.TerritoryID": _theirs((1, "East", "Ost"), (2, "West", "West")),
    "Account.MarketSegmentID": _theirs((1, "Utilities", "Versorger"), (2, "Construction", "Bau")),
}
"""Lists of the demo customer's own."""

SECOND: dict[str, tuple[Choice, ...]] = {
    "Ticket.Priority": _theirs(
        (10, "Critical", "Kritisch"),
        (20, "High", "Hoch"),
        (30, "Medium", "Mittel"),
        (40, "Low", "Niedrig"),
        (50, "Some Day", "Irgendwann"),
    ),
    "QueueID": _theirs((5, "Help Desk", "Auskunft"), (6, "On Site", "Vor Ort")),
    "Ticket.IssueType": _theirs((1, "Excavation", "Grabung"), (2, "Billing", "Abrechnung")),
    "Ticket.SubIssueType": (
        *_under(1, (100, "Routine", "Routine"), (101, "Emergency", "Notfall")),
        *_under(2, (200, "Invoice", "Rechnung")),
    ),
    "Account.TerritoryID": _theirs((7, "North", "Nord"), (9, "South", "Süd")),
    "Account.MarketSegmentID": _theirs((3, "Telecom", "Telekommunikation")),
}
"""Lists of the other customer's own, numbered differently."""

SAME_AS = {
    "TicketCategoryFieldDefaults.Priority": "Ticket.Priority",
    "TicketCategoryFieldDefaults.Status": "Ticket.Status",
    "TicketCategoryFieldDefaults.IssueTypeID": "Ticket.IssueType",
    "TicketCategoryFieldDefaults.SubIssueTypeID": "Ticket.SubIssueType",
    "TicketCategoryFieldDefaults.SourceID": "Ticket.Source",
    "TicketCategoryFieldDefaults.TicketTypeID": "Ticket.TicketType",
    "ServiceLevelAgreementID": "Ticket.ServiceLevelAgreementID",
    "Task.PriorityLabel": "Ticket.Priority",
    "TicketCategoryFieldDefaults.QueueID": "QueueID",
}
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def _whole(value: str) -> bool:
    return value.removeprefix("-").isdecimal()


def of(entity: str, element: Element, own: dict[str, tuple[Choice, ...]]) -> tuple[Choice, ...]:
    """The values of a picklist for a customer with the lists `own`; made up plainly where nothing is known."""
    names = (f"{entity}.{element.name}", element.name)
    for name in (*names, *(SAME_AS[each] for each in names if each in SAME_AS)):
        for book in (own, COMMON):
            if name in book and (element.form == "text" or all(_whole(each.value) for each in book[name])):
                return book[name]
    words = " ".join(_WORD.findall(element.name.removesuffix("ID")))
    return tuple(Choice(str(n), (f"{words} {n}", f"{words} {n} (de)"), default=n == 1) for n in (1, 2, 3))


def book(own: dict[str, tuple[Choice, ...]]) -> Iterable[tuple[str, Element, tuple[Choice, ...]]]:
    """Entity, field and values of every picklist there is, for a customer with the lists `own`."""
    for name, entity in ENTITIES.items():
        for element in entity.elements:
            if element.field.picklist:
                yield name, element, of(name, element, own)
