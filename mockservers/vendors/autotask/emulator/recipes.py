"""What an installation begins with: two customers with users, levels, identifiers and zones, and for `demo` their data.

`empty` has people, roles, queues and lists, but no account and no ticket. `demo:ROWS` has so many tickets.
"""

from __future__ import annotations

from typing import Any

from mockservers.kernel import back_file, instants
from mockservers.kernel.installation import Installation
from mockservers.kernel.operations import Progress, Recipe
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.autotask.emulator import choices, company, copies, demo_tickets, picklists
from mockservers.vendors.autotask.emulator.access import CODE, USER
from mockservers.vendors.autotask.emulator.company import Company

RECIPES = ("empty", "demo")
ROWS, OTHER_ROWS = 1_100, 25
"""Tickets of the first customer when the recipe names no number, three pages of a query; and of the other one."""
_USUAL = 15_000
"""Tickets of which the accounts are as old as usual; of more, the oldest came before that."""

DEMO, OTHER = "demo", "other-customer"
DEMO_USER, DEMO_PASSWORD, DEMO_CODE = "api@demo.example", "demo-password", "DEMO-INTEGRATION-CODE"
OTHER_USER, OTHER_PASSWORD, OTHER_CODE = "api@other-customer.example", "other-password", "OTHER-INTEGRATION-CODE"

API_ONLY, COPY, HALF, LINE, PERSON = (
    "API User (API-only)",
    "Copy of API User",
    "Half of the accounts",
    "One line of business",
    "Full Access",
)
LEVELS: dict[str, dict[str, Any]] = {
    API_ONLY: {"kind": "api_only", "password_days": None, "impersonate": True},
    COPY: {
        "kind": "api_only",
        "password_days": 90,
        "impersonate": False,
        "denied": {"Contract": ["query", "create", "update"], "Account": ["create"]},
        "absent": ["Opportunity", "Invoice"],
        "hidden": {"Resource": ["InternalCost"], "Ticket": ["Resolution", "ExternalID"]},
    },
    HALF: {
        "kind": "api_only",
        "password_days": None,
        "impersonate": False,
        "rows": {"Account": {"OwnerResourceID": [company.OWNER]}},
    },
    LINE: {"kind": "api_only", "password_days": None, "impersonate": False, "lines": True},
    PERSON: {"kind": "user", "password_days": 90, "impersonate": False},
}
"""Security levels of both customers: the system's own, three restricted copies, and one of people."""
USERS = (
    (DEMO_USER, DEMO_PASSWORD, API_ONLY, company.API_USER),
    ("copy@demo.example", "copy-password", COPY, company.API_USER),
    ("half@demo.example", "half-password", HALF, company.OWNER),
    ("line@demo.example", "line-password", LINE, company.OWNER),
    ("person@demo.example", "person-password", PERSON, company.OTHER_OWNER),
    ("gone@demo.example", "gone-password", API_ONLY, company.INACTIVE),
)
EXPIRED_USER, EXPIRED_PASSWORD = "expired@demo.example", "expired-password"
"""A user whose password ran out before the world was born."""
_BATCH = 4000
_MARGIN = 3653 * instants.DAY


def seed(installation: Installation, recipe: Recipe, born: int, progress: Progress) -> None:
    """Fill an empty installation. In a world born at the edge of the calendar the past is another time's."""
    born = min(max(born, instants.EARLIEST + _MARGIN), instants.LATEST - _MARGIN)
    _tenant(installation, born, DEMO, zone=1, language="en", currency=True, customer=100_214)
    for name, password, level, resource in USERS:
        grant(installation, DEMO, name, password, level, resource, born)
    grant(installation, DEMO, EXPIRED_USER, EXPIRED_PASSWORD, COPY, company.API_USER, born - 120 * instants.DAY)
    installation.tenants.grant(DEMO, CODE, DEMO_CODE)
    _tenant(installation, born, OTHER, zone=2, language="de", currency=False, customer=100_873)
    grant(installation, OTHER, OTHER_USER, OTHER_PASSWORD, API_ONLY, company.API_USER, born)
    installation.tenants.grant(OTHER, CODE, OTHER_CODE)
    rows = 0 if recipe.name == "empty" else ROWS if recipe.rows is None else recipe.rows
    _fill(
        installation,
        Company(DEMO, "first", born, installation.ids.source("autotask/demo"), currency=True, lines=True),
        recipe,
        rows,
        progress,
    )
    _fill(
        installation,
        Company(OTHER, "second", born, installation.ids.source("autotask/other")),
        recipe,
        min(rows, OTHER_ROWS),
        lambda done, total: None,
    )


def grant(
    installation: Installation, tenant: str, name: str, password: str, level: str, resource: int, renewed: int
) -> None:
    """Add a user to a tenant; `renewed` is when the password was set."""
    facts = {"user": name, "level": level, "resource": resource, "renewed": renewed, "active": True}
    installation.tenants.grant(tenant, USER, password, None, facts)


def _tenant(
    installation: Installation, born: int, name: str, zone: int, language: str, currency: bool, customer: int
) -> None:
    facts = {
        "zone": {"number": zone, "address": None, "language": language},
        "domains": [f"{name}.example"],
        "database": "" if zone == 1 else "Pro",
        "customer": customer,
        "multi_currency": currency,
        "levels": {level: dict(each) for level, each in LEVELS.items()},
        "notices": [],
    }
    # Zones are released at different times (autotask.zone.differences).
    dialect = installation.dialect
    if zone != 1 and "wsdl_version" not in dialect.changes():
        dialect = dialect.with_({"wsdl_version": "1.6.8"})
    installation.tenants.add(Tenant(name, dialect, facts))


def _fill(installation: Installation, customer: Company, recipe: Recipe, many: int, progress: Progress) -> None:
    wanted = back_file.plan(many)
    rows = wanted.core
    with installation.store.transaction() as db:
        for entity, element, values in choices.book(customer.lists):
            if values and _own(customer, entity, element.name):
                picklists.keep(db, installation, customer.name, entity, element.name, values)
        customer.older = max(rows - _USUAL, 0) // 60 * instants.DAY
        company.found(customer)
        if recipe.name != "empty":
            company.settle(customer, min(max(rows // 8, 6), 2_000))
        customer.ledger.write(db, customer.name)

        def flush(done: int) -> None:
            if customer.ledger.count >= _BATCH:
                customer.ledger.write(db, customer.name)
                progress(done, rows)

        if recipe.name != "empty":
            ordinary = demo_tickets.fill(customer, rows, flush, wanted.stride)
        customer.ledger.write(db, customer.name, all_=True)
        progress(rows, rows)
        if wanted.copies:
            copies.copy(customer, db, wanted, progress, ordinary)


def _own(customer: Company, entity: str, name: str) -> bool:
    """Whether a customer has a list of its own for a field; what everybody has need not be stored."""
    names = (f"{entity}.{name}", name)
    return any((choices.same_as(each) or each) in customer.lists for each in names)
