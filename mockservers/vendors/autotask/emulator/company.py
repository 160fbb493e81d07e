"""What a demo customer consists of before there are tickets: people, roles and queues, lists, accounts, contracts, projects.

What is always the same stands in the file of demo data; made here is what differs by the number of accounts. Rows are in
the form the tables keep; every reference leads to a row of the same customer. Knows no request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, MINUTE
from mockservers.vendors.autotask.emulator import choices, demo_data
from mockservers.vendors.autotask.emulator.choices import Choice
from mockservers.vendors.autotask.emulator.demo_data import day_of, morning, words
from mockservers.vendors.autotask.emulator.entities import ENTITIES, midnight, stored_time
from mockservers.vendors.autotask.emulator.ledger import Ledger

API_USER = 29682885
"""The resource behind the demo user; ids of the vendor's database have eight digits beside small ones."""
TWO_ROLES = 29682888
"""A resource with two roles, one of which is linked to no queue."""
INACTIVE = 29682893
OWNER, OTHER_OWNER = 29682886, 29682887
"""The two resources who own the accounts, by turns."""
ENGINEER, LOCATOR, MANAGER = 29682834, 29682835, 29682836
"""Roles: those of the technicians, and one that is linked to no queue."""
OWN_ACCOUNT, SPECIAL_ACCOUNT = 0, 174
OWN_LINE, FOREIGN_LINE = 1, 2
"""Lines of business: the restricted user is assigned to the first alone."""
LOCATE_REF, UTILITY, GATE_CODE, DIG_DATE, DEPTH, COST_CENTRE = range(29682801, 29682807)
"""User-defined fields of tickets; the gate code is protected, the cost centre required, the utility a list."""


@dataclass(slots=True)
class Account:
    """An account as tickets need it."""

    id: int
    contacts: list[int] = field(default_factory=list)
    contract: int | None = None
    contract_from: int = 0
    location: int | None = None
    device: int | None = None


@dataclass(slots=True)
class Company:
    """A customer of the vendor: everything a ticket can refer to. `part` names its own rows and picklists.

    `older` is by how much accounts are older than usual, so that those of many tickets were there before them.
    """

    name: str
    part: str
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
    older: int = 0

    def __post_init__(self) -> None:
        self.ledger.multi_currency = self.currency

    @property
    def lists(self) -> dict[str, tuple[Choice, ...]]:
        """Its own picklists."""
        return choices.books()[self.part]

    def values(self, entity: str, name: str) -> list[Choice]:
        """The active values of a picklist."""
        return [each for each in choices.of(entity, ENTITIES[entity][name], self.lists) if each.active]

    def number(self, entity: str, name: str) -> int:
        """One of them, as a number."""
        found = self.values(entity, name)
        return int(found[int(self.source.random() * len(found))].value)


def found(company: Company) -> None:
    """Everything but accounts and what hangs on them: an installation without it could not take a ticket.

    The one account that is there is the own company, with the id 0, which every customer has (autotask.account.own).
    """
    resources: list[tuple[int, bool]] = []
    for part in ("every", company.part):
        for entity, row in demo_data.rows(part, company.born, company.name):
            company.ledger.add(entity, **row)
            if entity == "Resource":
                resources.append((row["id"], row["Active"]))
            elif entity == "AllocationCode" and row["UseType"] == 1 and row["Active"]:
                company.work_types.append(row["id"])
            elif entity == "Product":
                company.products.append(row["id"])
    _link_all(company, resources)


def _link_all(company: Company, resources: Sequence[tuple[int, bool]]) -> None:
    """Roles, queues and lines of business of the resources, by turns."""
    queues = [int(each.value) for each in company.values("Ticket", "QueueID")]
    for turn, (resource, active) in enumerate(resources[1:]):
        _link(company, resource, (ENGINEER, LOCATOR)[turn % 2], queues[turn % len(queues)], active)
        if resource == TWO_ROLES:
            _link(company, resource, MANAGER, None, True)
    if company.lines:
        for resource, _ in resources:
            for line in (OWN_LINE,) if resource in (API_USER, OWNER) else (OWN_LINE, FOREIGN_LINE):
                company.ledger.add(
                    "BusinessDivisionSubdivisionResource", BusinessDivisionSubdivisionID=line, ResourceID=resource
                )


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
    # Two invoices, of which one belongs to a line of business that not everybody is assigned to.
    for part in ("settled", "invoiced") if company.lines else ("settled",):
        for entity, row in demo_data.rows(part, company.born, company.name):
            if not company.currency:
                row.pop("CurrencyID", None)
            ledger.add(entity, **row)
    ledger.begin("TimeEntry", 29695001)
    for turn in range(max(count // 6, 2)):
        _project(company, company.accounts[turn * 5 % count], turn)


def _account(company: Company, turn: int) -> dict[str, Any]:
    place = words("places")[turn % len(words("places"))]
    name = f"{place} {words('trades')[turn % len(words('trades'))]}"
    if turn >= len(words("places")) * 3:
        name = f"{name} {turn}"
    created = stored_time(company.born - company.older - (900 - turn % 400) * DAY - turn * MINUTE)
    return {
        "AccountName": name,
        "AccountNumber": f"A-{1000 + turn}",
        "AccountType": 1 if turn % 9 else 3,
        "Active": turn % 17 != 16,
        "Address1": f"{10 + turn} {words('streets')[turn % len(words('streets'))]}",
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
        City=words("places")[turn % len(words("places"))],
        Address1=f"{turn + 1} Depot Rd",
    )
    for number in range(2):
        first, last = _pick(company, words("first_names")), _pick(company, words("last_names"))
        made = stored_time(company.born - company.older - (600 - turn % 300) * DAY - number * HOUR)
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
    # Long enough ago for the tickets that stand for something, and after the account came.
    start = midnight(born - (400 + turn % 100) * DAY)
    if turn % 3 != 2:
        account.contract_from = start + DAY
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
        delivered = stored_time(born - company.older - (599 - turn % 300) * DAY)  # a day after its contact is known
        account.device = add(
            "InstalledProduct",
            id=29684001 + turn,
            AccountID=account.id,
            Active=True,
            ProductID=company.products[turn % 5],
            ReferenceTitle=f"{words('products')[turn % 5]} #{turn}",
            SerialNumber=f"SN{100_000 + turn}",
            ContactID=first,
            CreateDate=delivered,
            InstallDate=morning(midnight(delivered)),
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
            Note=_pick(company, words("texts")),
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
    place = words("places")[(turn * 3) % len(words("places"))]
    at = stored_time(start + 9 * HOUR)
    project = add(
        "Project",
        AccountID=account.id,
        ProjectName=_pick(company, words("projects")).format(place=place),
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
        Description=_pick(company, words("notes")),
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
    for step, title in enumerate(words("tasks")):
        resource, role, _ = company.pairs[(turn + step) % len(company.pairs)]
        done = step < 2
        touched = stored_time(at + step * 10 * DAY + (DAY if done else 0))
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
            CompletedByResourceID=resource if done else None,
            LastActivityDateTime=touched,
            TaskNumber=f"T{turn:04}.{step + 1:04}",
            RemainingHours=0.0 if done else 16.0,
            IsVisibleInClientPortal=True,
            DepartmentID=1,
            udf={"29682812": "Crew 4"} if company.lines and step == 2 else None,
        )
        if done:
            _worked(company, task, account, resource, role, touched)
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


def _worked(company: Company, task: int, account: Account, resource: int, role: int, until: int) -> None:
    """Half of the hours that are worked on a project."""
    start = stored_time(until - 6 * HOUR - 15 * MINUTE)
    company.ledger.add(
        "TimeEntry",
        TaskID=task,
        ResourceID=resource,
        RoleID=role,
        Type=6,
        HoursWorked=6.25,
        HoursToBill=6.25,
        OffsetHours=0.0,
        DateWorked=day_of(start),
        StartDateTime=start,
        EndDateTime=until,
        ContractID=account.contract,
        SummaryNotes=words("notes")[1],
        CreateDateTime=until,
        LastModifiedDateTime=until,
        CreatorUserID=resource,
        LastModifiedUserID=resource,
        NonBillable=False,
        ShowOnInvoice=True,
        AllocationCodeID=company.work_types[0],
    )
