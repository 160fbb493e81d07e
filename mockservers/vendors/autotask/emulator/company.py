"""What a demo customer consists of before there are tickets: people, roles and queues, lists, accounts, contracts, projects.

Rows are in the form the tables keep; every reference leads to a row of the same customer. Knows no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, MINUTE, from_iso
from mockservers.vendors.autotask.emulator import choices, model, phrases
from mockservers.vendors.autotask.emulator.choices import Choice
from mockservers.vendors.autotask.emulator.entities import ENTITIES, SCALE, midnight, stored_time
from mockservers.vendors.autotask.emulator.renderings import ZONES, offset

EASTERN = ZONES["eastern"]
Values = Mapping[str, Any]
UDF_TYPE = model.UDF_TYPE_OF
TEXT, LINES, NUMBER, DATE, LIST = 1, 2, 3, 4, 5
"""Data types of user-defined fields."""

API_USER = 29682885
"""The resource behind the demo user; ids of the vendor's database have eight digits beside small ones."""
TWO_ROLES = 29682888
"""A resource with two roles, one of which is linked to no queue."""
INACTIVE = 29682893
OWNER, OTHER_OWNER = 29682886, 29682887
"""The two resources who own the accounts, by turns."""
SPECIAL_ACCOUNT = 174
OWN_LINE, FOREIGN_LINE = 1, 2
"""Lines of business: the restricted user is assigned to the first alone."""
LOCATE_REF, UTILITY, GATE_CODE, DIG_DATE, DEPTH, COST_CENTRE = range(29682801, 29682807)
"""User-defined fields of tickets; the gate code is protected, the cost centre required, the utility a list."""


class Ledger:
    """Rows to be written, by entity, and the next id of each."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[Values, Mapping[str, str]]]] = {}
        self.count = 0
        self._next: dict[str, int] = {}

    def begin(self, entity: str, first: int) -> None:
        """The id from which the rows of an entity are numbered."""
        self._next[entity] = first

    def add(self, entity: str, /, udf: Mapping[str, str] | None = None, **values: Any) -> int:
        """A row; without `id` it gets the next one. Returns its id."""
        if "id" not in values:
            values["id"] = self._next.get(entity, 1)
        id_: int = values["id"]
        self._next[entity] = max(id_ + 1, self._next.get(entity, 1))
        self.rows.setdefault(entity, []).append((values, udf or {}))
        self.count += 1
        return id_

    def write(self, db: sa.Connection, tenant: str) -> None:
        """Write what has gathered, definitions of user-defined fields first, since rows are rendered by them."""
        for entity in sorted(self.rows, key=lambda name: (not name.startswith("UserDefined"), name)):
            model.insert(db, tenant, ENTITIES[entity], self.rows[entity])
        self.rows.clear()
        self.count = 0


@dataclass(slots=True)
class Account:
    """An account as tickets need it."""

    id: int
    contacts: list[int] = field(default_factory=list)
    contract: int | None = None
    location: int | None = None
    device: int | None = None


@dataclass(slots=True)
class Company:
    """A customer of the vendor: everything a ticket can refer to. `lists` are its own picklists."""

    name: str
    lists: dict[str, tuple[Choice, ...]]
    born: int
    source: Source
    ledger: Ledger = field(default_factory=Ledger)
    pairs: list[tuple[int, int, int]] = field(default_factory=list)
    """Resource, role and queue that go together."""
    work_types: list[int] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    currency: bool = False
    lines: bool = False

    def values(self, entity: str, name: str) -> list[Choice]:
        """The active values of a picklist."""
        return [each for each in choices.of(entity, ENTITIES[entity][name], self.lists) if each.active]

    def number(self, entity: str, name: str) -> int:
        """One of them, as a number."""
        found = self.values(entity, name)
        return int(found[int(self.source.random() * len(found))].value)


def time(iso: str) -> int:
    return from_iso(iso)


def day_of(instant: int) -> int:
    """The date that clocks of the vendor show at an instant, as dates are kept."""
    return midnight(instant + offset(EASTERN, instant // HOUR))


def morning(date: int) -> int:
    """The instant at which a kept date begins at the vendor, for fields that hold a time though people enter a date."""
    return date - offset(EASTERN, date // HOUR + 5)


def found(company: Company) -> None:
    """Everything but accounts and what hangs on them: an installation without it could not take a ticket."""
    _world(company)
    _people(company)
    _catalogue(company)
    _user_defined(company, rich=company.lines)


def _world(company: Company) -> None:
    add = company.ledger.add
    for id_, code, name in ((1, "US", "United States"), (2, "DE", "Germany"), (3, "SE", "Sweden")):
        add(
            "Country",
            id=id_,
            CountryCode=code,
            Name=name,
            DisplayName=name,
            Active=True,
            AddressFormatID=1,
            IsDefaultCountry=id_ == 1,
        )
    for id_, code, name, rate in (
        (1, "USD", "US Dollar", 10_000),
        (2, "EUR", "Euro", 11_250),
        (3, "SEK", "Swedish Krona", 960),
    ):
        add(
            "Currency",
            id=id_,
            Name=code,
            Description=name,
            DisplaySymbol=1,
            ExchangeRate=rate,
            IsInternalCurrency=id_ == 1,
            Active=True,
            LastModifiedDateTime=time("2020-01-01T05:00:00Z"),
            UpdateResourceId=API_USER,
            CurrencyPositiveFormat="$1.10",
            CurrencyNegativeFormat="($1.10)",
        )
    add(
        "BusinessLocation",
        id=1,
        Name="Headquarters",
        City="Albany",
        CountryID=1,
        Default=True,
        DateFormat="MM/dd/yyyy",
        TimeFormat="hh:mm a",
        NumberFormat="X,XXX.XX",
        TimeZoneID=1,
        FirstDayOfWeek=1,
    )
    add(
        "InternalLocation",
        id=1,
        Name="Headquarters",
        City="Albany",
        State="NY",
        Country="United States",
        IsDefault=True,
        TimeZone="(GMT-05:00) Eastern Time (US & Canada)",
    )
    add("TaxRegion", id=1, Name="New York", Active=True)
    add("TaxCategory", id=1, Name="Standard", Active=True)
    for id_, name, short in ((3, "Standard", "STD"), (4, "RMA", "RMA"), (104, "Monitoring", "MON")):
        add("TicketCategory", id=id_, Name=name, Nickname=short, Active=True, DisplayColorRGB=1, GlobalDefault=id_ == 3)
    for each in company.values("AccountNote", "ActionType"):
        add("ActionType", id=int(each.value), Name=each.labels[0], View=1, Active=True, SystemActionType=True)
    if company.lines:
        for id_, name in ((OWN_LINE, "Locating"), (FOREIGN_LINE, "Networks")):
            add("BusinessDivision", id=id_, Name=f"{name} Division", Active=True)
            add("BusinessSubdivision", id=id_, Name=f"{name} Team", Active=True)
            add("BusinessDivisionSubdivision", id=id_, BusinessDivisionID=id_, BusinessSubdivisionID=id_, Active=True)


_RESOURCES = (
    (API_USER, "API", "User", True),
    (OWNER, "Ada", "Abbott", True),
    (OTHER_OWNER, "Ben", "Brandt", True),
    (TWO_ROLES, "Chloé", "Çelik", True),
    (29682889, "Dmitri", "Dahl", True),
    (29682890, "Jörg", "Jansen", True),
    (29682891, "Mia", "Meyer", True),
    (29682892, "Wei", "O'Brien", True),
    (INACTIVE, "Ivo", "Ito", False),
    (4, "Auto", "Admin", True),
)
_ROLES = (
    (29682834, "Engineer", 95),
    (29682835, "Locator", 70),
    (29682836, "Project Manager", 140),
    (6, "Administration", 0),
)


def _people(company: Company) -> None:
    add, domain = company.ledger.add, f"{company.name}.example"
    add("Department", id=29683384, Name="Administration", PrimaryLocationID=1, Number="1")
    add("Department", id=29683385, Name="Field Service", PrimaryLocationID=1, Number="2")
    for id_, name, rate in _ROLES:
        add(
            "Role",
            id=id_,
            Name=name,
            Description=f"{name} role",
            SystemRole=id_ == 6,
            HourlyFactor=SCALE,
            HourlyRate=rate * SCALE,
            Active=True,
            IsExcludedFromNewContracts=False,
            RoleType=0,
        )
    for turn, (id_, first, last, active) in enumerate(_RESOURCES):
        api = id_ == API_USER
        add(
            "Resource",
            id=id_,
            Active=active,
            Email=f"{'api' if api else f'resource{turn}'}@{domain}",
            EmailTypeCode="PRIMARY",
            FirstName=first,
            LastName=last,
            LocationID=1,
            ResourceType="Employee",
            UserName="api" if api else f"user{turn}",
            UserType=17 if api else 11,
            PayrollType=1,
            NumberFormat="X,XXX.XX",
            DateFormat="MM/dd/yyyy",
            TimeFormat="hh:mm a",
            LicenseType=7 if api else 1,
            InternalCost=0 if api else (30 + turn) * SCALE,
            Title=None if api else "Technician",
            HireDate=midnight(time("2015-03-02T00:00:00Z")),
            Initials=f"{first[0]}{last[0]}",
            OfficePhone=f"518-555-01{turn:02}",
        )
    queues = [int(each.value) for each in company.values("Ticket", "QueueID")]
    for turn, (resource, _, _, active) in enumerate(_RESOURCES[1:]):
        role, queue = _ROLES[turn % 2][0], queues[turn % len(queues)]
        _link(company, resource, role, queue, active)
        if resource == TWO_ROLES:
            _link(company, resource, 29682836, None, True)
    company.ledger.begin("BusinessDivisionSubdivisionResource", 1)
    if company.lines:
        for resource in (each[0] for each in _RESOURCES):
            for line in (OWN_LINE,) if resource in (API_USER, OWNER) else (OWN_LINE, FOREIGN_LINE):
                add("BusinessDivisionSubdivisionResource", BusinessDivisionSubdivisionID=line, ResourceID=resource)


def _link(company: Company, resource: int, role: int, queue: int | None, active: bool) -> None:
    """Give a resource a role, in its department and, when there is one, a queue (autotask.ticket.role)."""
    add = company.ledger.add
    add("ResourceRole", DepartmentID=29683384, ResourceID=resource, RoleID=role, Active=active)
    add(
        "ResourceRoleDepartment",
        DepartmentID=29683384,
        ResourceID=resource,
        RoleID=role,
        Active=active,
        Default=True,
        DepartmentLead=False,
    )
    add("ResourceServiceDeskRole", ResourceID=resource, RoleID=role, Active=active, Default=queue is not None)
    if queue is not None:
        add("ResourceRole", QueueID=queue, ResourceID=resource, RoleID=role, Active=active)
        add("ResourceRoleQueue", QueueID=queue, ResourceID=resource, RoleID=role, Active=active, Default=True)
        if active:
            company.pairs.append((resource, role, queue))


def _catalogue(company: Company) -> None:
    add = company.ledger.add
    for id_, name, use, active in (
        (29682801, "Remote Support", 1, True),
        (29682802, "On-site Work", 1, True),
        (29682803, "Locating", 1, True),
        (29682804, "Mileage", 2, True),
        (29682805, "Material", 4, True),
        (29682806, "Internal Meeting", 3, True),
        (29682807, "Fax Support", 1, False),
    ):
        add(
            "AllocationCode",
            id=id_,
            Name=name,
            Type=0 if use == 3 else 1,
            UseType=use,
            Active=active,
            UnitCost=0.0,
            UnitPrice=0.0,
            AllocationCodeType=1,
            Taxable=True,
            ExternalNumber=f"{4000 + id_ % 100}",
            TaxCategoryID=1,
            GeneralLedgerCode=1,
            IsExcludedFromNewContracts=False,
        )
        if use == 1 and active:
            company.work_types.append(id_)
    for turn, name in enumerate(phrases.PRODUCTS):
        company.products.append(
            add(
                "Product",
                id=29682850 + turn,
                Name=name,
                Description=f"{name} & accessories",
                SKU=f"SKU-{turn:03}",
                Active=True,
                UnitCost=80.0 + turn,
                UnitPrice=99.5 + turn,
                ProductAllocationCodeID=29682805,
                Serialized=False,
                DoesNotRequireProcurement=True,
                EligibleForRma=False,
                BillingType=1,
                PriceCostMethod=1,
            )
        )
    add(
        "Service",
        id=12,
        Name="Managed Desktop",
        Description="Care of one desktop",
        UnitPrice=35.0,
        UnitCost=12.5,
        PeriodType="m",
        AllocationCodeID=29682801,
        IsActive=True,
        CreatorResourceID=OWNER,
        CreateDate=time("2019-05-01T13:00:00Z"),
        LastModifiedDate=time("2020-02-11T15:04:05.123Z") // 1000 * 1000,
    )


def _user_defined(company: Company, rich: bool) -> None:
    add, ledger = company.ledger.add, company.ledger
    made = stored_time(company.born - 900 * DAY)
    rows: tuple[tuple[int, str, str, int, dict[str, Any]], ...] = (
        (LOCATE_REF, "Ticket", "Locate Ref", TEXT, {"Description": "Number at the one-call centre"}),
        (UTILITY, "Ticket", "Utility", LIST, {"DefaultValue": "G"}),
        (GATE_CODE, "Ticket", "Gate Code", TEXT, {"IsProtected": True, "IsPrivate": True}),
        (DIG_DATE, "Ticket", "Dig Date", DATE, {}),
        (DEPTH, "Ticket", "Depth & Width", NUMBER, {"NumberOfDecimalPlaces": 2}),
        (COST_CENTRE, "Ticket", "Cost Centre", TEXT, {"IsRequired": True}),
        (29682811, "Account", "Region Code", TEXT, {}),
        (29682812, "Task", "Crew", TEXT, {}),
        (29682813, "Contact", "Newsletter", TEXT, {}),
    )
    if not rich:
        rows = (
            (29682821, "Ticket", "Baustelle", TEXT, {"Description": "Name der Baustelle"}),
            (29682822, "Ticket", "Lage", LIST, {}),
        )
    for turn, (id_, entity, name, data, more) in enumerate(rows):
        add(
            "UserDefinedFieldDefinition",
            id=id_,
            Name=name,
            UdfType=UDF_TYPE[entity],
            DataType=data,
            IsActive=True,
            SortOrder=turn,
            CreateDate=made,
            **{"IsProtected": False, "IsRequired": False, "IsEncrypted": False, **more},
        )
    ledger.begin("UserDefinedFieldListItem", 29682830)
    items = (("G", "Gas"), ("W", "Water"), ("T", "Telecom & TV"), ("X", "Steam"))
    for export, display in items if rich else (("N", "Nord"), ("S", "Süd")):
        add(
            "UserDefinedFieldListItem",
            UdfFieldId=UTILITY if rich else 29682822,
            ValueForExport=export,
            ValueForDisplay=display,
            IsActive=export != "X",
            CreateDate=made,
        )


# --- accounts and what hangs on them ----------------------------------------------------------------------------------


def _pick(company: Company, pool: tuple[Any, ...]) -> Any:
    return pool[int(company.source.random() * len(pool))]


def settle(company: Company, count: int) -> None:
    """`count` accounts with contacts, places, devices, contracts, projects and invoices."""
    ledger = company.ledger
    ledger.begin("Account", 29683500)
    ledger.begin("Contact", 30683494)
    ledger.begin("Contract", 29683611)
    for entity in ("AccountPhysicalLocation", "AccountNote", "AccountToDo", "ContractNote"):
        ledger.begin(entity, 29690001)
    for turn in range(count):
        account = Account(SPECIAL_ACCOUNT if turn == 0 else ledger.add("Account", **_account(company, turn)))
        if turn == 0:
            ledger.add("Account", id=SPECIAL_ACCOUNT, **_account(company, turn))
            ledger.begin("Account", 29683500)
        company.accounts.append(account)
        _contacts(company, account, turn)
        _dealings(company, account, turn)
    for turn in range(max(count // 6, 2)):
        _project(company, company.accounts[turn * 5 % count], turn)
    if company.lines:
        _invoices(company)


def _account(company: Company, turn: int) -> dict[str, Any]:
    place = phrases.PLACES[turn % len(phrases.PLACES)]
    name = f"{place} {phrases.TRADES[turn % len(phrases.TRADES)]}"
    if turn >= len(phrases.PLACES) * 3:
        name = f"{name} {turn}"
    created = stored_time(company.born - (900 - turn % 400) * DAY - turn * MINUTE)
    return {
        "AccountName": name,
        "AccountNumber": f"A-{1000 + turn}",
        "AccountType": 1 if turn % 9 else 3,
        "Active": turn % 17 != 16,
        "Address1": f"{10 + turn} {phrases.STREETS[turn % len(phrases.STREETS)]}",
        "City": place[:30],
        "CountryID": 1 + turn % 3,
        "PostalCode": f"{10_000 + turn % 89_999}",
        "Phone": f"518-555-{turn % 10_000:04}",
        "OwnerResourceID": (OWNER, OTHER_OWNER)[turn % 2],
        "CreateDate": created,
        "LastActivityDate": stored_time(created + (30 + turn % 800) * HOUR),
        "CreatedByResourceID": OWNER,
        "TerritoryID": company.number("Account", "TerritoryID"),
        "MarketSegmentID": company.number("Account", "MarketSegmentID"),
        "TaxExempt": False,
        "TaxRegionID": 1,
        "CurrencyID": (1, 1, 2)[turn % 3] if company.currency else None,
        "WebAddress": f"https://account{turn}.example",
        "ClientPortalActive": True,
        "TaskFireActive": False,
    }


def _contacts(company: Company, account: Account, turn: int) -> None:
    add = company.ledger.add
    account.location = add(
        "AccountPhysicalLocation",
        AccountID=account.id,
        Name="Primary",
        Primary=True,
        Active=True,
        CountryID=1,
        City=phrases.PLACES[turn % len(phrases.PLACES)],
        Address1=f"{turn + 1} Depot Rd",
    )
    for number in range(2):
        first, last = _pick(company, phrases.FIRST_NAMES), _pick(company, phrases.LAST_NAMES)
        made = stored_time(company.born - (600 - turn % 300) * DAY - number * HOUR)
        account.contacts.append(
            add(
                "Contact",
                Active=1 if (turn + number) % 13 else 0,
                FirstName=first,
                LastName=last,
                AccountID=account.id,
                EMailAddress=f"contact{turn}.{number}@account{turn}.example",
                Phone=f"518-555-{(turn * 7) % 10_000:04}",
                CreateDate=made,
                LastActivityDate=stored_time(made + (turn % 90) * DAY),
                LastModifiedDate=made,
                PrimaryContact=number == 0,
                AccountPhysicalLocationID=account.location,
                Notification=True,
                BulkEmailOptOut=False,
                SurveyOptOut=False,
                SolicitationOptOut=False,
            )
        )


def _dealings(company: Company, account: Account, turn: int) -> None:
    add, born, first = company.ledger.add, company.born, account.contacts[0]
    start = midnight(born - (300 + turn % 200) * DAY)
    if turn % 3 != 2:
        line = (OWN_LINE, FOREIGN_LINE)[turn % 2] if company.lines else None
        account.contract = add(
            "Contract",
            AccountID=account.id,
            ContactID=first,
            ContractName=f"Care {turn}",
            ContractNumber=f"C{turn:05}",
            ContractType=(1, 3, 7)[turn % 3],
            StartDate=start,
            EndDate=start + 730 * DAY,
            Status=1,
            Compliance=False,
            IsDefaultContract=turn % 2 == 0,
            TimeReportingRequiresStartAndStopTimes=0,
            EstimatedHours=120.0,
            ServiceLevelAgreementID=1,
            BusinessDivisionSubdivisionID=line,
            ContractPeriodType="m",
            BillingPreference=1,
        )
        if turn % 3 == 1:
            add(
                "ContractService",
                ContractID=account.contract,
                ServiceID=12,
                UnitPrice=35.0,
                AdjustedPrice=35.0,
                UnitCost=12.5,
            )
        if turn % 4 == 0:
            at = stored_time(born - turn % 90 * DAY - 3 * HOUR)
            add(
                "ContractNote",
                ContractID=str(account.contract),
                CreatorResourceID=OWNER,
                LastActivityDate=at,
                CreateDateTime=at,
                Title="Renewal",
                Description="Renew for two years.",
            )
    if turn % 2 == 0:
        account.device = add(
            "InstalledProduct",
            id=29684001 + turn,
            AccountID=account.id,
            Active=True,
            ProductID=company.products[turn % 5],
            ReferenceTitle=f"{phrases.PRODUCTS[turn % 5]} #{turn}",
            SerialNumber=f"SN{100_000 + turn}",
            ContactID=first,
            CreateDate=stored_time(born - 500 * DAY),
            InstallDate=morning(midnight(born - 500 * DAY)),
            Type=1,
            LastModifiedTime=stored_time(born - turn % 300 * DAY),
        )
    if turn % 3 == 0:
        at = stored_time(born - (turn % 200) * DAY - 5 * HOUR)
        add(
            "AccountNote",
            AccountID=account.id,
            ContactID=first,
            AssignedResourceID=OWNER,
            ActionType=1,
            StartDateTime=at,
            EndDateTime=at + HOUR,
            Name="Yearly call",
            Note=_pick(company, phrases.TEXTS),
            LastModifiedDate=at,
            CreateDateTime=at,
        )
        add(
            "AccountToDo",
            AccountID=account.id,
            ContactID=first,
            AssignedToResourceID=OTHER_OWNER,
            ActionType=4,
            StartDateTime=at + 30 * DAY,
            EndDateTime=at + 30 * DAY + HOUR,
            ActivityDescription="Send the offer",
            CreateDateTime=at,
            CreatorResourceID=OWNER,
            LastModifiedDate=at,
        )


def _project(company: Company, account: Account, turn: int) -> None:
    add, born = company.ledger.add, company.born
    start = midnight(born - (120 + turn % 60) * DAY)
    place = phrases.PLACES[(turn * 3) % len(phrases.PLACES)]
    at = stored_time(start + 9 * HOUR)
    project = add(
        "Project",
        AccountID=account.id,
        ProjectName=_pick(company, phrases.PROJECTS).format(place=place),
        Type=5,
        Status=8,
        ProjectNumber=f"P{20_180_000 + turn}.0001",
        StartDateTime=morning(start),
        EndDateTime=morning(start + 180 * DAY),
        Duration=180,
        CreateDateTime=at,
        CreatorResourceID=OWNER,
        ProjectLeadResourceID=OTHER_OWNER,
        ContractID=account.contract,
        CompletedPercentage=40,
        LastActivityDateTime=stored_time(at + 60 * DAY),
        LastActivityResourceID=OWNER,
        LineOfBusiness=1,
        Department=1,
        ActualHours=12.5,
        EstimatedTime=80.0,
    )
    phase = add(
        "Phase",
        ProjectID=project,
        Title="Build",
        Description="Everything on site",
        StartDate=morning(start),
        PhaseNumber=f"P{turn}.1",
        DueDate=morning(start + 90 * DAY),
        CreateDate=at,
        CreatorResourceID=OWNER,
        LastActivityDateTime=at,
        Scheduled=True,
    )
    add(
        "ProjectNote",
        ProjectID=project,
        CreatorResourceID=OWNER,
        Title="Kick-off",
        Description=_pick(company, phrases.NOTES),
        NoteType=1,
        Publish=1,
        Announce=False,
        LastActivityDate=at,
        CreateDateTime=at,
    )
    add(
        "ProjectCost",
        ProjectID=project,
        Name="Permit",
        CostType=1,
        DatePurchased=start,
        UnitQuantity=1.0,
        UnitCost=120.0,
        UnitPrice=150.0,
        Status=7,
        StatusLastModifiedDate=at,
        StatusLastModifiedBy=OWNER,
        CreateDate=at,
        CreatorResourceID=OWNER,
        BillableToAccount=True,
        Billed=False,
        BillableAmount=150.0,
        ExtendedCost=120.0,
    )
    for step, title in enumerate(phrases.TASKS):
        resource, role, _ = company.pairs[(turn + step) % len(company.pairs)]
        done = step < 2
        touched = stored_time(at + step * 10 * DAY)
        task = add(
            "Task",
            ProjectID=project,
            PhaseID=phase,
            Title=title,
            Status=5 if done else 1,
            TaskType=1,
            AssignedResourceID=resource,
            AssignedResourceRoleID=role,
            AllocationCodeID=company.work_types[0],
            CreateDateTime=at,
            CreatorResourceID=OWNER,
            StartDateTime=morning(start + step * 10 * DAY),
            EndDateTime=morning(start + (step + 1) * 10 * DAY),
            EstimatedHours=16.0,
            Priority=step,
            CompletedDateTime=touched if done else None,
            LastActivityDateTime=touched,
            TaskNumber=f"T{turn:04}.{step + 1:04}",
            RemainingHours=0.0 if done else 16.0,
            IsVisibleInClientPortal=True,
            DepartmentID=1,
            udf={"29682812": "Crew 4"} if company.lines and step == 2 else None,
        )
        if step == 0:
            add(
                "TaskNote",
                TaskID=task,
                CreatorResourceID=resource,
                Title="Start",
                Description="Began on site.",
                NoteType=3,
                Publish=1,
                LastActivityDate=touched,
                CreateDateTime=touched,
            )


def _invoices(company: Company) -> None:
    """Two invoices, of which one belongs to a line of business that not everybody is assigned to."""
    add, account = company.ledger.add, company.accounts[0]
    for id_, line in ((1001, OWN_LINE), (1002, FOREIGN_LINE)):
        at = stored_time(company.born - 30 * DAY)
        add(
            "Invoice",
            id=id_,
            AccountID=account.id,
            InvoiceNumber=f"INV-{id_}",
            InvoiceDateTime=at,
            CreateDateTime=at,
            IsVoided=False,
            CreatorResourceID=OWNER,
            InvoiceTotal=250.0,
            TotalTaxValue=20.0,
            FromDate=morning(day_of(at) - 30 * DAY),
            PaymentTerm=1,
            ToDate=morning(day_of(at)),
            Comments="Thank you & see <you> soon",
            TaxRegionName="New York",
            TaxGroup=1,
            DueDate=morning(day_of(at) + 30 * DAY),
        )
        add(
            "BillingItem",
            id=id_ * 10,
            InvoiceID=id_,
            AccountID=account.id,
            Type=1,
            SubType=1,
            ItemName="Locating",
            Quantity=5.0,
            Rate=46.0,
            TotalAmount=230.0,
            TaxDollars=20.0,
            ExtendedPrice=230.0,
            ItemDate=morning(day_of(at)),
            NonBillable=0,
            BusinessDivisionSubdivisionID=line,
            PostedDate=at,
        )
