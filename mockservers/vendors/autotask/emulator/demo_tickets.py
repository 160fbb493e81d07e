"""The tickets of a demo customer and what hangs on them: notes, time, costs, checklists, service calls, attachments.

Made from pools and few random numbers, so that a hundred thousand take seconds. Tickets that stand for something a
client can get wrong come first. Rows are in the form the tables keep. Knows no request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.vendors.autotask.emulator import copies
from mockservers.vendors.autotask.emulator.company import (
    API_USER,
    COST_CENTRE,
    DEPTH,
    DIG_DATE,
    GATE_CODE,
    LOCATE_REF,
    OWN_LINE,
    UTILITY,
    Account,
    Company,
)
from mockservers.vendors.autotask.emulator.demo_data import EASTERN, day_of, words
from mockservers.vendors.autotask.emulator.entities import ENTITIES, midnight, stored_time

COMPLETE, STANDARD = 5, 3
CLIENT_PORTAL = -1
FIRST_TICKET = 7673
LONG_RUNNING, MOST_LONG_RUNNING = 120, 5
"""One ticket of so many, and at most so many in all, is old and was touched in the last minutes."""
_PER_DAY = 60
_RECENT = DAY

Flush = Callable[[int], None]


@dataclass(slots=True)
class Desk:
    """The help desk of one customer while it is filled: pools drawn once, and counters."""

    company: Company
    titles: list[str] = field(default_factory=list)
    priorities: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    issues: list[tuple[int, int | None]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    day: tuple[int, str] = (0, "")
    stride: int = 1

    @classmethod
    def of(cls, company: Company) -> Desk:
        titles = [subject.format(place=place) for subject in words("subjects") for place in words("places")]
        under: dict[str, list[int]] = {}
        for each in company.values("Ticket", "SubIssueType"):
            under.setdefault(each.parent, []).append(int(each.value))
        issues = [
            (int(issue.value), sub)
            for issue in company.values("Ticket", "IssueType")
            for sub in under.get(issue.value, [None])
        ]
        numbers = {
            name: [int(each.value) for each in company.values("Ticket", name)]
            for name in ("Priority", "Status", "Source")
        }
        # Half of all tickets are complete, as on any desk with a past.
        statuses = [*numbers["Status"], *[COMPLETE] * len(numbers["Status"])]
        return cls(company, titles, numbers["Priority"], statuses, numbers["Source"], issues)

    def number(self, created: int) -> str:
        """A ticket number: the day in the vendor's zone and a counter (autotask.ticket.number)."""
        hour = created // HOUR
        if self.day[0] != hour:
            self.day = (hour, str(instants.to_datetime(created, instants.zone(EASTERN)).date()).replace("-", ""))
        day = self.day[1]
        # With room for copies a count has five digits from the beginning: what is added to a number is no text then.
        self.numbers[day] = turn = self.numbers.get(day, 0 if self.stride == 1 else 10_000) + self.stride
        return f"T{day}.{turn:04}"


def fill(company: Company, rows: int, flush: Flush, stride: int = 1) -> int:
    """`rows` tickets by ascending id and time, special ones first; `flush` is told after each how many there are.

    With a `stride` there is room before each ordinary one for copies of it, with its notes and times. Tells the id from which
    on tickets are ordinary.
    """
    ledger = company.ledger
    for entity, first in (
        ("Ticket", FIRST_TICKET),
        ("TicketNote", 29684990),
        ("TimeEntry", 501),
        ("TicketCost", 29690501),
        ("TicketChecklistItem", 1),
        ("AttachmentInfo", 29691001),
        ("TicketHistory", 29700001),
    ):
        ledger.begin(entity, first)
    desk = Desk.of(company)
    special = _special(desk)[:rows] if company.lines else []
    for turn, make in enumerate(special):
        make()
        flush(turn + 1)
    left, ordinary = rows - len(special), FIRST_TICKET + len(special)
    if not left:
        return ordinary
    desk.stride = stride
    for entity in copies.COPIED:
        ledger.spread(entity, stride)
    random_, born = company.source.random, company.born
    # A fifth of the tickets, but at most a few hundred, came in the last day; the rest spreads over the time before.
    recent = min(left // 5, 300)
    past = left - recent
    span = max(past / _PER_DAY, 30.0) * DAY
    for turn in range(left):
        if turn < past:
            created = born - _RECENT - int(span * (1 - (turn + random_()) / past))
        else:
            created = born - int(_RECENT * (1 - (turn - past + random_()) / recent))
        _ordinary(desk, turn, stored_time(created))
        flush(len(special) + turn + 1)
    return ordinary


def _ordinary(desk: Desk, turn: int, created: int) -> None:
    company = desk.company
    random_, ledger = company.source.random, company.ledger
    account = company.accounts[int(random_() * len(company.accounts))]
    resource, role, queue = company.pairs[int(random_() * len(company.pairs))]
    issue, sub_issue = desk.issues[int(random_() * len(desk.issues))]
    status = desk.statuses[int(random_() * len(desk.statuses))]
    # Most work is done within hours; what is old was last touched long ago.
    # Never later than the world's birth, and not heaped up there either.
    last = stored_time(created + int(random_() * random_() * min(12 * DAY, company.born - created)))
    # Some drag on, and somebody has just looked at them again; as many in a large world as in a small one.
    if turn % LONG_RUNNING == LONG_RUNNING // 2 and turn < MOST_LONG_RUNNING * LONG_RUNNING:
        last = stored_time(max(created, company.born - (1 + turn % 9) * MINUTE))
    complete = status == COMPLETE
    id_ = ledger.add(
        "Ticket",
        udf=_udfs(company, turn),
        AccountID=account.id,
        ContactID=account.contacts[turn % 2],
        ContractID=account.contract if turn % 3 and created >= account.contract_from else None,
        AccountPhysicalLocationID=account.location,
        InstalledProductID=account.device if turn % 4 == 0 else None,
        AllocationCodeID=company.work_types[turn % len(company.work_types)],
        CreateDate=created,
        CreatorResourceID=resource,
        CreatorType=1,
        Title=desk.titles[int(random_() * len(desk.titles))],
        Description=words("texts")[int(random_() * len(words("texts")))],
        DueDateTime=stored_time(created + (1 + turn % 5) * DAY),
        EstimatedHours=float(turn % 5) if turn % 2 else None,
        IssueType=issue,
        SubIssueType=sub_issue,
        LastActivityDate=last,
        LastActivityPersonType=1,
        LastActivityResourceID=resource,
        LastCustomerVisibleActivityDateTime=last,
        LastTrackedModificationDateTime=last,
        CompletedDate=last if complete else None,
        CompletedByResourceID=resource if complete else None,
        Resolution="Done, tested & confirmed." if complete and turn % 2 else None,
        Priority=desk.priorities[int(random_() * len(desk.priorities))],
        QueueID=queue,
        AssignedResourceID=resource if turn % 6 else None,
        AssignedResourceRoleID=role if turn % 6 else None,
        Source=desk.sources[int(random_() * len(desk.sources))],
        Status=status,
        TicketNumber=desk.number(created),
        TicketType=1 + turn % 2,
        TicketCategory=STANDARD,
        ServiceLevelAgreementID=1 if turn % 5 == 0 else None,
        ServiceLevelAgreementHasBeenMet=complete if turn % 5 == 0 else None,
        HoursToBeScheduled=0,
        BusinessDivisionSubdivisionID=(OWN_LINE if turn % 10 else 2) if company.lines and turn % 2 == 0 else None,
        ExternalID=f"EXT-{turn}" if turn % 20 == 7 else None,
    )
    _attached(desk, turn, id_, account, created, last, resource, role)


_UDF_WORDS = ("K-17", "k-17", "Ä 4", "0042", "Route <7>")


def _udfs(company: Company, turn: int) -> Mapping[str, str]:
    """None of the user-defined fields has a value, or some, or all."""
    kind = turn % 4
    if kind in (0, 2):
        return {}
    if not company.lines:
        return {"29682821": f"Baustelle {turn % 40}"} if kind == 1 else {"29682822": "NS"[turn % 2]}
    made = {str(LOCATE_REF): f"LR{turn:06}", str(COST_CENTRE): str(1000 + turn % 7)}
    if kind == 3:
        day = instants.to_datetime(midnight(company.born) - turn % 300 * DAY)
        made |= {
            str(UTILITY): "GWT"[turn % 3],
            str(GATE_CODE): _UDF_WORDS[turn % 5],
            str(DEPTH): f"{turn % 30 + 0.5}",
            str(DIG_DATE): f"{day.date()}T00:00:00",
        }
    return made


def _attached(
    desk: Desk, turn: int, ticket: int, account: Account, created: int, last: int, resource: int, role: int
) -> None:
    add, company, random_ = desk.company.ledger.add, desk.company, desk.company.source.random
    if turn % 5 < 3:
        note = add(
            "TicketNote",
            TicketID=ticket,
            CreatorResourceID=resource,
            Title=words("note_titles")[turn % 5] or None,
            Description=words("notes")[int(random_() * len(words("notes")))],
            NoteType=1 + turn % 3,
            Publish=1 + turn % 2,
            CreateDateTime=last,
            LastActivityDate=last,
        )
        if turn % 40 == 0:
            _attachment(add, turn, ticket, note, last, resource)
    if turn % 2 == 0 and last - created > 2 * HOUR:
        hours = 0.25 * min(1 + turn % 12, (last - created) // (15 * MINUTE))
        start = stored_time(last - int(hours * HOUR))
        add(
            "TimeEntry",
            TicketID=ticket,
            ResourceID=resource,
            RoleID=role,
            Type=2,
            HoursWorked=hours,
            HoursToBill=hours,
            DateWorked=day_of(start),
            StartDateTime=start,
            EndDateTime=last,
            OffsetHours=0.0,
            ContractID=account.contract if created >= account.contract_from else None,
            SummaryNotes=words("notes")[turn % len(words("notes"))],
            CreateDateTime=last,
            LastModifiedDateTime=last,
            CreatorUserID=resource,
            LastModifiedUserID=resource,
            NonBillable=False,
            ShowOnInvoice=True,
            AllocationCodeID=company.work_types[0],
        )
    if turn % 25 == 0:
        add(
            "TicketHistory",
            TicketID=ticket,
            Action="Created",
            Detail="The ticket was created.",
            ResourceID=resource,
            Date=created,
        )
    if turn % 10 == 3:
        price = 20.0 + turn % 9 * 12.5
        add(
            "TicketCost",
            TicketID=ticket,
            Name=words("costs")[turn % len(words("costs"))],
            CostType=1,
            Status=7,
            UnitQuantity=2.0,
            DatePurchased=day_of(created),
            UnitCost=price,
            UnitPrice=price * 1.5,
            ExtendedCost=price * 2,
            BillableAmount=price * 3,
            BillableToAccount=True,
            Billed=False,
            CreateDate=created,
            CreatorResourceID=resource,
            StatusLastModifiedDate=last,
            StatusLastModifiedBy=resource,
            ProductID=company.products[turn % 5],
            AllocationCodeID=29682805,
        )
    if turn % 15 == 4:
        for position, step in enumerate(words("steps")[:3]):
            add(
                "TicketChecklistItem",
                TicketID=ticket,
                ItemName=step,
                Position=position + 1,
                Important=position == 1,
                Completed=position == 0,
                CompletedDateTime=last if position == 0 else None,
                CompletedByResourceID=resource if position == 0 else None,
            )
    if turn % 18 == 5 and turn % 6:
        helper, helper_role, _ = next(each for each in company.pairs if each[0] != resource)
        add("TicketSecondaryResource", TicketID=ticket, ResourceID=helper, RoleID=helper_role)
    if turn % 25 == 6:
        visit = stored_time(last + DAY)
        call = add(
            "ServiceCall",
            AccountID=account.id,
            StartDateTime=visit,
            EndDateTime=visit + HOUR,
            Duration=10_000,
            Status=1,
            Description="Visit on site",
            Complete=0,
            CreatorResourceID=resource,
            CreateDateTime=last,
            LastModifiedDateTime=last,
            AccountPhysicalLocationID=account.location,
        )
        link = add(
            "ServiceCallTicket", ServiceCallID=call, TicketID=ticket, CreatedByResourceID=resource, CreateDateTime=last
        )
        add(
            "ServiceCallTicketResource",
            ServiceCallTicketID=link,
            ResourceID=resource,
            CreatedByResourceID=resource,
            CreateDateTime=last,
            LastModifiedByResourceID=resource,
            LastModifiedDateTime=last,
        )


def _attachment(add: Callable[..., int], turn: int, ticket: int, note: int, at: int, resource: int) -> None:
    """An attachment of a ticket, or of a note of it (autotask.query.attachments)."""
    own = turn % 80 == 0
    parent: dict[str, Any] = (
        {"ParentID": ticket, "ParentType": 4, "TicketID": ticket}
        if own
        else {"ParentID": note, "ParentType": 23, "TicketNoteID": note, "TicketID": ticket}
    )
    add(
        "AttachmentInfo",
        Type="URL",
        Title="Map of the site",
        FullPath=f"https://maps.example/?ticket={ticket}&z=17",
        AttachDate=at,
        FileSize=0,
        AttachedByResourceID=resource,
        Publish=1,
        ContentType=None,
        CreatorType=1,
        **parent,
    )


# --- tickets that stand for something ---------------------------------------------------------------------------------


def _special(desk: Desk) -> list[Callable[[], None]]:
    """Makers of the special tickets, in their order."""
    company = desk.company
    born = stored_time(company.born)
    together = stored_time(born - 400 * DAY + 123_000)
    spring, autumn = clock_changes(born)

    def ticket(title: str, created: int, udf: Mapping[str, str] | None = None, **more: Any) -> Callable[[], None]:
        def make() -> None:
            account = company.accounts[len(title) % len(company.accounts)]
            values: dict[str, Any] = {
                "AccountID": account.id,
                "Title": title,
                "Description": words("texts")[0],
                "CreateDate": created,
                "LastActivityDate": created,
                "LastTrackedModificationDateTime": created,
                "Status": 1,
                "Priority": desk.priorities[0],
                "QueueID": company.pairs[0][2],
                "Source": CLIENT_PORTAL,
                "TicketNumber": desk.number(created),
                "TicketType": 1,
                "TicketCategory": STANDARD,
                "CreatorResourceID": API_USER,
                "CreatorType": 1,
                "DueDateTime": stored_time(created + DAY),
                **more,
            }
            company.ledger.add("Ticket", udf=udf, **values)

        return make

    def complete() -> None:
        company.ledger.add("Ticket", udf=_udfs(company, 3), **_everything(desk, born - 390 * DAY))

    hours = [before + shift for before in (spring, autumn) for shift in (-30 * MINUTE, 0, 30 * MINUTE, 90 * MINUTE)]
    return [
        *[ticket(f"Same second {n}", together) for n in range(5)],
        *[ticket(f"Clock change {n}", stored_time(at)) for n, at in enumerate(hours)],
        complete,
        ticket("Ampersand & <angle> \"quotes\" 'single' ]]> é 漢字 🔥", born - 380 * DAY),
        ticket("No user-defined value", born - 379 * DAY),
        ticket(
            "Some user-defined values", born - 378 * DAY, udf={str(LOCATE_REF): "LR-SOME", str(COST_CENTRE): "1000"}
        ),
        ticket("All user-defined values", born - 377 * DAY, udf=_udfs(company, 3)),
        ticket("Line one\r\nline two\ttab", born - 376 * DAY, Description="  blanks kept  \n", EstimatedHours=0.1),
    ]


def clock_changes(born: int) -> tuple[int, int]:
    """The latest changes of Eastern clocks before `born`: to daylight time in March, back in November."""

    def sunday(year: int, month: int, nth: int, hour: int) -> int:
        first = datetime(year, month, 1, hour, tzinfo=UTC)
        return instants.from_datetime(first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1)))

    year = instants.to_datetime(born).year
    found = []
    for month, nth, hour in ((3, 2, 7), (11, 1, 6)):
        this = sunday(year, month, nth, hour)
        found.append(this if this + DAY < born or year <= 1 else sunday(year - 1, month, nth, hour))
    return found[0], found[1]


def _everything(desk: Desk, created: int) -> dict[str, Any]:
    """A ticket on which every field has a value, for the rule that an update clears what is not sent."""
    company = desk.company
    account = company.accounts[0]
    resource, role, queue = company.pairs[0]
    issue, sub_issue = next(each for each in desk.issues if each[1] is not None)
    known: dict[str, Any] = {
        "AccountID": account.id,
        "ContactID": account.contacts[0],
        "CreatedByContactID": account.contacts[1],
        "ContractID": account.contract,
        "AccountPhysicalLocationID": account.location,
        "InstalledProductID": account.device,
        "AllocationCodeID": company.work_types[0],
        "AssignedResourceID": resource,
        "AssignedResourceRoleID": role,
        "QueueID": queue,
        "IssueType": issue,
        "SubIssueType": sub_issue,
        "Status": 1,
        "TicketCategory": STANDARD,
        "ProblemTicketId": FIRST_TICKET,
        "ProjectID": 1,
        "BusinessDivisionSubdivisionID": OWN_LINE,
        "TicketNumber": desk.number(created),
        "Title": "Every field has a value",
        "CompletedDate": None,
        "CompletedByResourceID": None,
        "ContractServiceID": 1,
        "Source": CLIENT_PORTAL,
        "CreatorResourceID": resource,
    }
    made: dict[str, Any] = {}
    for element in ENTITIES["Ticket"].elements:
        name = element.name
        if name in known:
            made[name] = known[name]
        elif element.field.picklist:
            made[name] = int(company.values("Ticket", name)[0].value)
        elif element.field.reference == "Resource" or name.endswith("ResourceID"):
            made[name] = resource
        elif element.field.reference:
            made[name] = None  # nothing of that kind is that old, or there at all
        elif element.form == "text":
            made[name] = f"{name} of the full ticket"[: element.field.length or None]
        elif element.form in ("time", "date"):
            made[name] = stored_time(created + 250 * SECOND // 1000)
        else:
            made[name] = {"double": 1.5, "decimal": 15_000}.get(element.form, 1)
    return made
