"""What a fresh installation holds: the documented demo key, who is who, and for `demo` the tickets that matter and more.

Special tickets come first: each stands for something a client can get wrong. Faker is loaded only when there is bulk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mockservers.kernel import back_file, instants
from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.kernel.operations import Progress, Recipe
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.get_tickets.dialects import KEYS
from mockservers.vendors.get_tickets.emulator import attachments, chronicle, phrases
from mockservers.vendors.get_tickets.emulator.model import (
    ATTACHMENTS,
    DATES,
    DIRECTORY,
    EMPTY,
    HISTORY,
    TICKETS,
    custom_names,
    kept,
    row,
    whole_second,
)

if TYPE_CHECKING:
    from mockservers.kernel.installation import Installation

KEY, OTHER_KEY = KEYS["plain"], "other-key"
DEMO, OTHER = "demo", "other-customer"
RECIPES = ("empty", "demo")
ROWS = 300
"""Tickets of the first tenant when the recipe names no number."""
OTHER_ROWS = 20
_BATCH = 1000

CUSTOM_FIELDS = ("Site", "Cost Centre", "Remarks", "Asset Tag")

Directory = dict[str, dict[str, tuple[str, dict[str, Any]]]]
"""By kind: id to name and facts."""


def seed(installation: Installation, recipe: Recipe, born: int, progress: Progress) -> None:
    """Fill an empty installation. Opening dates hang on `born`, except those that the page's examples ask for."""
    _tenant(installation, DEMO, KEYS[installation.dialect["key_letters"]])
    people = _people()
    _tenant(installation, OTHER, OTHER_KEY)
    source = installation.ids.source("get_tickets.seed")
    wanted = back_file.plan(0 if recipe.name == "empty" else ROWS if recipe.rows is None else recipe.rows)
    rows = wanted.core
    with installation.store.transaction() as db:
        if rows > len(_SPECIAL):
            _bulk_people(people, source, rows)
        _enter(db, DEMO, people)
        _enter(db, OTHER, _people())
        if recipe.name == "empty":
            return
        turn = 0
        batch: list[dict[str, Any]] = []
        past: list[dict[str, Any]] = []
        files: list[dict[str, Any]] = []
        staff = {id: str(facts["type"]) for id, (_, facts) in people["technician"].items()}
        tickets = _tickets(people, source, born, rows, stride=wanted.stride)
        for turn, values in enumerate(tickets, start=1):
            batch.append(row(DEMO, turn, values))
            past += chronicle.past(DEMO, values, staff)
            files += attachments.past(DEMO, values)
            if len(batch) == _BATCH:
                db.execute(sa.insert(TICKETS), batch)
                db.execute(sa.insert(HISTORY), past)
                batch, past = [], []
                progress(turn, rows)
        for n, values in enumerate(_tickets(_people(), source, born, OTHER_ROWS, special=False), start=1):
            batch.append(row(OTHER, turn + n, values))
            past += chronicle.past(OTHER, values, staff)
            files += attachments.past(OTHER, values)
        db.execute(sa.insert(TICKETS), batch)
        db.execute(sa.insert(HISTORY), past)
        db.execute(sa.insert(ATTACHMENTS), files)
        progress(rows, rows)
        turn += OTHER_ROWS
        if wanted.copies:
            kin = (_copied(turn, wanted.stride), _TOLD, _ATTACHED)
            back_file.fill(db, DEMO, wanted, kin, progress, eligible=_OLD_ENOUGH)
            turn *= 1 + wanted.stride
        installation.ids.counters["get_tickets.turn"] = turn


_FIRST_COPIED = 1_000
"""From this number on the tickets of a large desk stand, with room for the copies of each."""
_OLD_ENOUGH = TICKETS.c.tid >= _FIRST_COPIED
_TOLD = back_file.Kin(HISTORY, "tid", times=("entry_date", "shown"), absent=("id",), order="id")
_ATTACHED = back_file.Kin(ATTACHMENTS, "tid", times=("file_date", "shown"), absent=("id",), order="id")
"""Each copy has a history and files of its own."""


def _copied(revisions: int, stride: int) -> back_file.Kin:
    """How a ticket is copied; every copy has a revision of its own."""
    return back_file.Kin(
        TICKETS,
        "tid",
        times=tuple(sorted(DATES)),
        changed={"revision": lambda revision, copy: revisions + revision * stride - copy.turn},
    )


def _tenant(installation: Installation, name: str, key: str) -> None:
    tenant = Tenant(name, installation.dialect, {"custom_fields": list(custom_names(CUSTOM_FIELDS))})
    installation.tenants.add(tenant)
    installation.tenants.grant(name, "key", key)


# --- who is who -------------------------------------------------------------------------------------------------------


def _customer(company: int, contact: str, phone: str, email: str, group: tuple[int, str] = (0, "")) -> dict[str, Any]:
    return {
        "company_id": company,
        "contact": contact,
        "phone": phone,
        "email": email,
        "customer_group_id": group[0],
        "customer_group_name": group[1],
    }


_KEY_ACCOUNTS = (1, "Key Accounts")


def _people() -> Directory:
    """The customers, technicians and groups that every installation has."""
    customers = {
        "demo": _customer(1, "John Smith", "404-555-0100", "john.smith@company.example"),
        "adam": _customer(1, "Adam Ant", "404-555-0101", "adam+help@company.example"),
        "Jack": _customer(2, "Jack O'Neil", "(404) 555-0102", "Jack@mueller.example", _KEY_ACCOUNTS),
        "jones": _customer(2, "Jörg Jones", "+49 221 5550103", "jones@mueller.example", _KEY_ACCOUNTS),
        "kim": _customer(3, "Kim 김", "404-555-0104", "kim@c-plus.example"),
        "c+p%20 plus": _customer(3, "Chris & Co", "404-555-0105 x7", "c+p@c-plus.example"),
    }
    return {
        "company": {"1": ("Demo Company", {}), "2": ("Müller & Söhne GmbH", {}), "3": ("C++ 100% <Works>", {})},
        "customer": {cid: (facts["contact"], facts) for cid, facts in customers.items()},
        "technician": {
            "guest": ("Guest", {"type": "TECH"}),
            "jCarter": ("J. Carter", {"type": "TECH"}),
            "d.müller": ("D. Müller", {"type": "TECH"}),
            "admin": ("Administrator", {"type": "ADMIN"}),
        },
        "tech_group": {"1": ("First Level", {}), "2": ("Field Service", {})},
        "customer_group": {"1": ("Key Accounts", {})},
    }


def _bulk_people(people: Directory, source: Source, rows: int) -> None:
    """More companies and customers: a few tickets for each."""
    from faker import Faker

    faker = Faker(["en_US", "de_DE"])
    faker.seed_instance(source.getrandbits(32))
    for number in range(4, 4 + min(max(rows // 30, 3), 300)):
        people["company"][str(number)] = (faker.company(), {})
    companies = [int(each) for each in people["company"]]
    for number in range(1, 1 + min(max(rows // 10, 5), 1000)):
        contact = f"{faker.first_name()} {faker.last_name()}"
        cid = f"{contact.split()[-1].lower()}{number}"
        group = _KEY_ACCOUNTS if source.randrange(100) < 20 else (0, "")
        facts = _customer(source.choice(companies), contact, faker.phone_number(), f"{cid}@example.com", group)
        people["customer"][cid] = (contact, facts)


def _enter(db: sa.Connection, tenant: str, people: Directory) -> None:
    db.execute(
        sa.insert(DIRECTORY),
        [
            {"tenant": tenant, "kind": kind, "id": id, "name": name, "facts": json.dumps(facts)}
            for kind, entries in people.items()
            for id, (name, facts) in entries.items()
        ],
    )


# --- tickets ----------------------------------------------------------------------------------------------------------


def _of(people: Directory, cid: str) -> dict[str, Any]:
    facts = people["customer"][cid][1]
    return {"cid": cid, "company_name": people["company"][str(facts["company_id"])][0], **facts}


def _tickets(
    people: Directory, source: Source, born: int, rows: int, special: bool = True, stride: int = 1
) -> Iterator[Mapping[str, Any]]:
    """`rows` tickets by number, the special ones first as far as there is room."""
    born = whole_second(born)
    fixed = {each["tid"]: each for each in _special(people, born)} if special else {}
    if rows < len(fixed):
        fixed = dict(list(fixed.items())[:rows])
        fixed = {tid: _without_strangers(each, fixed) for tid, each in fixed.items()}
    left = rows - len(fixed)
    customers = list(people["customer"])
    numbers = iter(sorted(fixed))
    wanted = next(numbers, None)
    tid = 1 if not special else 9
    opened = born - 700 * DAY
    step = max((600 * DAY) // max(left, 1), SECOND)
    while left or wanted is not None:
        if tid == wanted:
            yield fixed[tid]
            wanted = next(numbers, None)
            if wanted is None and stride > 1:
                tid = _FIRST_COPIED - 1
        elif left and tid not in _GAP and (stride == 1 or tid >= _FIRST_COPIED):
            tid += stride - 1
            left -= 1
            opened = min(opened + source.randrange(1, 2 * step), born - HOUR)
            yield _plausible(people, source, customers, tid, whole_second(opened), born)
        tid += 1


def _without_strangers(ticket: dict[str, Any], known: Mapping[int, Any]) -> dict[str, Any]:
    """The ticket without references to tickets that there was no room for."""
    kept_children = [each for each in ticket["children_tickets"].split(",") if each and int(each) in known]
    return {
        **ticket,
        "children_tickets": ",".join(kept_children),
        "parent_ticket": ticket["parent_ticket"] if ticket["parent_ticket"] in known else 0,
        "merged_to": ticket["merged_to"] if ticket["merged_to"] in known else None,
    }


def _plausible(
    people: Directory, source: Source, customers: list[str], tid: int, opened: int, born: int
) -> dict[str, Any]:
    cid = source.choice(customers)
    ticket = {**EMPTY, **phrases.new_ticket(source), **_of(people, cid), "tid": tid, "date_opened": opened}
    by_customer = ticket["source"] == "WEBSITE"
    technician = source.choice(tuple(people["technician"]))
    ticket["opened_by"] = source.choice(("WEBSITE", cid)) if by_customer else technician
    ticket["status"] = source.choice(phrases.STATUSES)
    updated = min(opened + source.randrange(MINUTE, 30 * DAY), born)
    if ticket["status"] == "Closed":
        ticket["date_closed"] = whole_second(updated)
    if source.randrange(100) < 70:
        ticket["assigned_tech"] = source.choice(tuple(people["technician"]))
    if source.randrange(100) < 50:
        number = source.choice(tuple(people["tech_group"]))
        ticket["assigned_group_id"], ticket["assigned_group_name"] = int(number), people["tech_group"][number][0]
    if source.randrange(100) < 30:
        ticket["due_date"] = whole_second(opened + source.randrange(DAY, 40 * DAY))
    if source.randrange(100) < 10:
        ticket["cc_addresses"] = "boss@example.com,team@example.com"
    if source.randrange(100) < 10:
        ticket["linked_asset"] = str(source.randrange(1, 500))
    ticket["last_updated"] = whole_second(updated)
    ticket["updated_by"] = cid if source.randrange(100) < 30 else technician
    kind = people["technician"].get(ticket["updated_by"], ("", {"type": "CUSTOMER"}))
    ticket["updater_type"] = kind[1]["type"]
    if source.randrange(100) < 40:
        ticket["custom_fields"] = json.dumps(
            {"Site": source.choice(("Köln", "Atlanta", "")), "Cost_Centre": str(source.randrange(1000, 9999))}
        )
    return ticket


_GAP = frozenset({41, 42, 43})
"""Numbers nobody has: ids need not be dense."""


def _at(iso: str) -> int:
    return instants.from_iso(iso)


def _last_month(born: int) -> int:
    """Noon on the last day of the month before `born`."""
    today = instants.to_datetime(born)
    first = instants.from_datetime(today.replace(day=1, hour=12, minute=0, second=0, microsecond=0))
    return first - DAY


def _special_changes(born: int) -> dict[int, dict[str, Any]]:
    year = instants.to_datetime(born).year - 1
    return {
        9: {
            "cid": "adam",
            "date_opened": _at("2014-04-05T00:15:00Z"),
            "subject": "C++ 100%25",
            "summary": "Must survive one round of encoding: 100%25 + 1",
            "opened_by": "guest",
            "source": "PHONE",
        },
        34: {
            "cid": "demo",
            "date_opened": _at("2014-04-13T13:00:00Z"),
            "subject": "Example subject",
            "summary": "Example summary",
            "opened_by": "WEBSITE",
            "source": "WEBSITE",
            "updated_by": "guest",
            "assigned_tech": "guest",
            "cc_addresses": "boss@company.example,team+it@company.example",
        },
        36: {
            "cid": "c+p%20 plus",
            "opened_by": "c+p%20 plus",
            "source": "EMAIL",
            "date_opened": _at(f"{year}-09-15T08:30:00Z"),
            "subject": "Angle <brackets> & ampersands",
            "updated_by": "c+p%20 plus",
            "updater_type": "CUSTOMER",
        },
        37: {
            "cid": "Jack",
            "opened_by": "jCarter",
            "source": "PHONE",
            "date_opened": _at(f"{year}-10-15T16:45:10Z"),
            "locked": "Y",
            "locked_by": "jCarter",
            "assigned_tech": "jCarter",
            "assigned_group_id": 2,
            "assigned_group_name": "Field Service",
            "linked_calls": "17,18",
            "updated_by": "jCarter",
        },
        38: {
            "cid": "jones",
            "status": "Closed",
            "date_opened": _last_month(born),
            "date_closed": born,
            "updated_by": "admin",
            "updater_type": "ADMIN",
            "last_updated": born,
            "subject": "Opened last month, closed today",
        },
        39: {
            "cid": "jones",
            "opened_by": "jones",
            "children_tickets": "40",
            "date_opened": born - 40 * DAY,
            "subject": "Parent of another",
            "custom_fields": json.dumps({"Remarks": "first, second", "Asset_Tag": "A-1"}),
        },
        40: {
            "cid": "jones",
            "opened_by": "d.müller",
            "parent_ticket": 39,
            "date_opened": born - 39 * DAY,
            "updated_by": "d.müller",
            "assigned_tech": "d.müller",
            "subject": "Child of another",
        },
        44: {
            "cid": "kim",
            "status": "Closed",
            "merged": "Y",
            "merged_to": 34,
            "date_opened": born - 30 * DAY,
            "date_closed": born - 29 * DAY,
            "updated_by": "admin",
            "updater_type": "ADMIN",
            "subject": "Merged into 34",
        },
        100: {
            "cid": "kim",
            "date_opened": born - 20 * DAY,
            "due_date": born + 10 * DAY,
            "linked_asset": "5",
            "linked_devices": "7,8,9",
            "subject": "Number 100 comes after 34 and 9",
            "category": "Access",
            "sub_category": "Password",
            "priority": "High",
            "escalation_level": "Level 2",
        },
    }


_SPECIAL = (9, 34, 36, 37, 38, 39, 40, 44, 100)


def _special(people: Directory, born: int) -> Iterator[dict[str, Any]]:
    for tid, changes in _special_changes(born).items():
        ticket = {
            **EMPTY,
            **_of(people, changes["cid"]),
            "tid": tid,
            "status": "Open",
            "source": "WEBSITE",
            "category": "Other",
            "opened_by": "WEBSITE",
            "updated_by": "guest",
            "updater_type": "TECH",
            "subject": f"Ticket {tid}",
            "summary": "",
            **changes,
        }
        opened = ticket["date_opened"]
        ticket.setdefault("last_updated", None)
        ticket["last_updated"] = ticket["last_updated"] or ticket["date_closed"] or min(opened + 6 * DAY, born)
        ticket["custom_fields"] = kept("custom_fields", json.loads(ticket["custom_fields"]))
        yield ticket
