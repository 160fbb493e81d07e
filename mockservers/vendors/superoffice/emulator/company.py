"""Who and what every tenant has to begin with: users, statuses, priorities, categories, companies and people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, MINUTE
from mockservers.vendors.superoffice.emulator.model import SYSTEM_USER, Directory, Named

_OFFICE = {"days": [0, 1, 2, 3, 4], "start": 8 * 60, "end": 16 * 60}
DEMO_EJUSER, OTHER_EJUSER = 10, 11


def _named(rows: Mapping[int, tuple[str, dict[str, Any]]]) -> dict[int, Named]:
    return {id_: Named(id_, name, facts) for id_, (name, facts) in rows.items()}


def person(id_: int, first: str, last: str, contact: int, email: str, middle: str = "") -> Named:
    """A person; the full name is put together from the others (superoffice.carrier.person)."""
    full = " ".join(part for part in (first, middle, last) if part)
    return Named(id_, full, {"first": first, "middle": middle, "last": last, "contact": contact, "email": email})


PARTS = ("first", "middle", "last", "email", "phone")
"""What can be changed of a person."""


def changed(known: Named, parts: Mapping[str, str], at: int) -> Named:
    """A person with other parts, changed at an instant."""
    facts = {**known.facts, **parts, "updated": at}
    full = " ".join(part for part in (facts.get(name, "") for name in ("first", "middle", "last")) if part)
    return Named(known.id, full if {"first", "middle", "last"} & set(parts) else known.name, facts)


def dated(kinds: Mapping[str, dict[int, Named]], born: int) -> None:
    """Give companies and people the dates at which they were entered, long before the first ticket."""
    for kind in ("contact", "person"):
        for id_, each in kinds[kind].items():
            at = born - 500 * DAY + id_ * MINUTE
            phone = {"phone": f"+47 22 {id_:06d}"} if id_ % 2 else {}
            kinds[kind][id_] = each._replace(facts={**each.facts, **phone, "registered": at, "updated": at})


def begin() -> dict[str, dict[int, Named]]:
    """The directory of a new tenant, by kind and number."""
    return {
        "status": _named(
            {
                1: (
                    'US:"Open";NO:"Åpen";SW:"Öppen";GE:"Offen";FR:"Ouvert";',
                    {"base": "Active", "counter": "Internally", "default": True},
                ),
                2: (
                    'US:"Postponed";NO:"Utsatt";SW:"Uppskjuten";GE:"Zurückgestellt";',
                    {"base": "Postponed", "counter": "Externally"},
                ),
                3: (
                    'US:"Closed";NO:"Lukket";SW:"Stängd";GE:"Geschlossen";FR:"Fermé";',
                    {"base": "Closed", "counter": "None", "default": True},
                ),
                4: ("Closed - waiting", {"base": "Active", "counter": "Externally"}),
                5: ("Done", {"base": "Closed", "counter": "None"}),
                6: ('US:"In queue";NO:"I kø";', {"base": "Active", "counter": "Queue"}),
                7: ('US:"Deleted";NO:"Slettet";', {"base": "Deleted", "counter": "None"}),
                8: ('US:"Merged";NO:"Sammenslått";', {"base": "Merged", "counter": "None"}),
                9: ("Spam", {"base": "Spam", "counter": "None"}),
            }
        ),
        "priority": _named(
            {
                1: ('US:"Low";NO:"Lav";SW:"Låg";GE:"Niedrig";', {"frame": _OFFICE, "alerts": []}),
                2: (
                    'US:"Medium";NO:"Middels";SW:"Medel";GE:"Mittel";',
                    {"frame": _OFFICE, "alerts": [24 * 60, 48 * 60]},
                ),
                3: ('US:"High";NO:"Høy";SW:"Hög";GE:"Hoch";', {"alerts": [60, 120, 240]}),
            }
        ),
        "category": _named(
            {
                1: ("Service", {"parent": 0}),
                2: ("Technical Support", {"parent": 1}),
                3: ('US:"Invoices";NO:"Fakturaer";', {"parent": 1}),
                4: ("norway", {"parent": 0}),
                5: ("product A", {"parent": 4}),
                6: ("support", {"parent": 5}),
                15: ("Technical Support", {"parent": 1}),
            }
        ),
        "type": _named({1: ("Support Request", {}), 2: ('US:"Complaint";NO:"Klage";', {})}),
        "user": _named(
            {
                SYSTEM_USER: ("system", {"associate": 0, "full": "System"}),
                DEMO_EJUSER: ("DEMO", {"associate": 11, "full": "Demo User"}),
                OTHER_EJUSER: ("ANNE", {"associate": 10, "full": "Anne Berg"}),
                12: ("KIM", {"associate": 12, "full": "Kim Strand"}),
            }
        ),
        "contact": _named({1: ("Acme Corporation", {}), 2: ("Müller & Söhne <GmbH>", {}), 123: ("Nordic Ø/Å AS", {})}),
        "person": {
            each.id: each
            for each in (
                person(1, "John", "Anderson", 1, "customer@acmecorp.example"),
                person(2, "Ola", "Nordmann", 123, "ola@nordic.example"),
                person(3, "Vincent", "Gogh", 2, "vincent@mueller.example", "van"),
                person(4, "Åsa", "Privat", 0, "asa@private.example"),
            )
        },
        "sale": _named({1: ("100 licences", {})}),
        "project": _named({1: ("Portal", {})}),
    }


def crowd(source: Source, rows: int) -> dict[str, dict[int, Named]]:
    """More companies and people: a few tickets for each."""
    from faker import Faker

    faker = Faker(["en_US", "no_NO", "sv_SE", "de_DE"])
    faker.seed_instance(source.getrandbits(32))
    contacts = {id_: Named(id_, faker.company(), {}) for id_ in range(1000, 1000 + min(max(rows // 30, 3), 300))}
    people = {}
    for id_ in range(1000, 1000 + min(max(rows // 10, 5), 1000)):
        last = faker.last_name()
        people[id_] = person(id_, faker.first_name(), last, source.choice(list(contacts)), f"p{id_}@example.com")
    return {"contact": contacts, "person": people}


def directory(kinds: Mapping[str, Mapping[int, Named]]) -> Directory:
    return Directory(kinds)
