"""What a fresh installation holds: logins, the directory, and for `demo` the tickets that matter and more.

Special tickets come first: each stands for something that a client can get wrong. Faker is loaded only for bulk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mockservers.kernel import back_file
from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.kernel.operations import Progress, Recipe
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.trackit.emulator import access, company, phrases, specials
from mockservers.vendors.trackit.emulator.company import Entries
from mockservers.vendors.trackit.emulator.fields import OWN, grid
from mockservers.vendors.trackit.emulator.model import (
    ASSIGNMENTS,
    ATTACHMENTS,
    EMPTY,
    EMPTY_ASSIGNMENT,
    ENTRIES,
    NOTES,
    NUMBERS,
    TICKETS,
    Row,
    new_counters,
)

if TYPE_CHECKING:
    from mockservers.kernel.installation import Installation

DEMO, OTHER = "demo", "other-desk"
DEMO_USER, DEMO_PASSWORD = company.LOGINS[0][:2]
RECIPES = ("empty", "demo", "gap", "notes")
"""`gap`: two tickets with 25 deleted numbers between them; `notes`: tickets with 20, with 25, and with notes of every kind."""
ROWS, OTHER_ROWS = 200, 10
SHIFT = 5000
_BATCH = 1000
FIRST_BULK = 138
"""Before it stand the special tickets, with a gap of 25 that were deleted (111 to 135)."""


class Loader:
    """Rows on their way into the tables, with numbers and revisions."""

    def __init__(
        self, db: sa.Connection, tenant: str, revisions: Iterator[int], first_note: int = 1001, stride: int = 1
    ) -> None:
        self.db, self.tenant, self.revisions = db, tenant, revisions
        self.stride = stride
        self.notes, self.hung = count(first_note + stride - 1, stride), count(1001)
        self.batches: dict[sa.Table, list[Row]] = {TICKETS: [], NOTES: [], ATTACHMENTS: [], ASSIGNMENTS: []}
        self.highest: dict[str, int] = {}

    def add(self, table: sa.Table, row: Row) -> None:
        batch = self.batches[table]
        batch.append(row)
        if len(batch) >= _BATCH:
            self.db.execute(sa.insert(table), batch)
            batch.clear()

    def ticket(self, values: Row, notes: list[Row] | None = None) -> None:
        """A ticket with its notes, oldest first; counts and sums follow."""
        row = {**EMPTY, "tenant": self.tenant, "revision": next(self.revisions), **values}
        users = 0
        for place, note in enumerate(notes or (), start=1):
            users += not note.get("system", False)
            self._note(row, place, users, note)
        row["notes"], row["user_notes"] = len(notes or ()), users
        if notes:
            row["f175"] = notes[-1]["date"]
        if users:
            row["f163"] = sum(note.get("duration", 0) for note in notes or () if not note.get("system"))
        self.highest["ticket"] = max(row["f1"], self.highest.get("ticket", 0))
        self.add(TICKETS, row)

    def _note(self, ticket: Row, place: int, users: int, note: Row) -> None:
        system = note.get("system", False)
        self.highest["note"] = id_ = next(self.notes)
        self.add(
            NOTES,
            {
                "tenant": self.tenant,
                "id": id_,
                "ticket": ticket["f1"],
                "place": place,
                "user_place": None if system else users,
                "modified": note["date"],
                "last_user": note.get("login", "TECH1"),
                "group": ticket["l_group"],
                "text": note.get("text"),
                "date": note["date"],
                "technician": note.get("technician"),
                "requestor": note.get("requestor"),
                "duration": note.get("duration", 0),
                "activity": note.get("activity"),
                "type": note.get("type"),
                "system": system,
                "private": note.get("private", False),
                "inactive": False,
                "track_time": note.get("track_time", False),
                "email": note.get("email"),
                "email_key": note.get("email_key"),
                "old_id": note.get("old_id"),
                "revision": next(self.revisions),
            },
        )

    def attachment(self, ticket: int, name: str | None, size: int | None, url: str | None = None) -> None:
        self.highest["attachment"] = id_ = next(self.hung)
        self.add(
            ATTACHMENTS,
            {
                "tenant": self.tenant,
                "id": id_,
                "module": "ticket",
                "owner": ticket,
                "size": size,
                "name": name,
                "url": url,
                "content": None,
            },
        )

    def assignment(self, ticket: int, at: int, group: int | None, open_: bool) -> None:
        self.highest["assignment"] = id_ = next(self.hung)
        self.add(
            ASSIGNMENTS,
            {
                **EMPTY_ASSIGNMENT,
                "tenant": self.tenant,
                "revision": next(self.revisions),
                **specials.assignment(id_, ticket, at, group, open_),
            },
        )

    def done(self) -> None:
        for table, batch in self.batches.items():
            if batch:
                self.db.execute(sa.insert(table), batch)
        if self.highest:
            self.db.execute(
                sa.insert(NUMBERS),
                [{"tenant": self.tenant, "name": name, "value": value} for name, value in self.highest.items()],
            )


def seed(installation: Installation, recipe: Recipe, born: int, progress: Progress) -> None:
    """Fill an empty installation."""
    wanted = back_file.plan(0 if recipe.name != "demo" else ROWS if recipe.rows is None else recipe.rows)
    rows = wanted.core
    source = installation.ids.source("trackit.seed")
    revisions = count(1)
    directory = company.entries(born)
    other = company.shifted(company.entries(born), SHIFT)
    _tenant(installation, DEMO, company.logins(installation.dialect["password_letters"]), {})
    _tenant(installation, OTHER, company.OTHER_LOGINS, {"22": "Title"})
    with installation.store.transaction() as db:
        if rows > ROWS:
            _bulk_people(directory, source, rows)
        _enter(db, DEMO, directory)
        _enter(db, OTHER, other)
        if recipe.name in specials.SMALL:
            loader = Loader(db, DEMO, revisions)
            for row, notes in specials.SMALL[recipe.name](born):
                loader.ticket(row, notes)
            loader.done()
        elif rows:
            loader = Loader(db, DEMO, revisions, stride=wanted.stride)
            _special(loader, born, rows)
            _bulk(loader, directory, source, born, rows - SPECIAL, progress)
            loader.done()
            loader = Loader(db, OTHER, revisions, first_note=1)
            _bulk(loader, other, source, born, OTHER_ROWS, progress, first=1)
            loader.done()
        last = next(revisions)
        if wanted.copies:
            copied = _copied(last, wanted.stride)
            back_file.fill(db, DEMO, wanted, copied, progress, eligible=TICKETS.c.f1 >= FIRST_BULK)
            last *= 1 + wanted.stride
        new_counters(installation.ids, last)
        progress(rows, rows)


def _copied(revisions: int, stride: int) -> tuple[back_file.Kin, ...]:
    """How a ticket and its notes are copied; every copy has a revision of its own."""
    revised = {"revision": lambda revision, copy: revisions + revision * stride - copy.turn}
    times = tuple(each.column for each in OWN if each.form == "datetime")
    return (
        back_file.Kin(TICKETS, "f1", times=times, changed=revised),
        back_file.Kin(NOTES, "ticket", ("id",), ("modified", "date"), revised, order="id"),
    )


def _tenant(installation: Installation, name: str, logins: Any, labels: Mapping[str, str]) -> None:
    facts = {
        "roles": {role: list(each) for role, each in company.ROLES.items()},
        "segregation": {},
        "labels": dict(labels),
    }
    installation.tenants.add(Tenant(name, installation.dialect, facts))
    for user, password, technician, role, more in logins:
        installation.tenants.grant(
            name, access.TECHNICIAN, password, None, {"user": user, "technician": technician, "role": role, **more}
        )


def _enter(db: sa.Connection, tenant: str, there: Entries) -> None:
    db.execute(
        sa.insert(ENTRIES),
        [
            {"tenant": tenant, "module": module, "id": id_, "facts": json.dumps(facts)}
            for module, records in there.items()
            for id_, facts in records.items()
        ],
    )


def _bulk_people(there: Entries, source: Source, rows: int) -> None:
    """More requestors: one for some tickets each."""
    from faker import Faker

    faker = Faker(["en_US", "de_DE"])
    faker.seed_instance(source.getrandbits(32))
    for number in range(5, 5 + min(rows // 20, 500)):
        first, last = faker.first_name(), faker.last_name()
        there["requestor"][number] = company.requestor(f"{last.upper()}{number}", first, last, faker.phone_number())


# --- special tickets --------------------------------------------------------------------------------------------------

SPECIAL = 13


def _special(loader: Loader, born: int, rows: int) -> None:
    """At most `rows` of the special tickets."""
    old, days = specials.OLD, born - 60 * DAY
    made = specials.special(born)
    assert len(made) == SPECIAL
    there = {row["f1"] for row, _ in made[:rows]}
    for row, notes in made[:rows]:
        loader.ticket(row, notes)
    if 101 in there:
        for name, size, url in (
            ("Serengeti.jpg", 120_743, "www.example.com"),
            ("log.txt", 0, None),
            ("photo 2.png", 77, None),
        ):
            loader.attachment(101, name, size, url)
        loader.assignment(101, grid(old + DAY), company.HELP_DESK, True)
        loader.assignment(101, grid(old + 2 * DAY), company.HELP_DESK, False)
    if 106 in there:
        loader.attachment(106, "map.pdf", 4096)
        loader.assignment(106, grid(days + 5 * DAY), None, False)


# --- many tickets -----------------------------------------------------------------------------------------------------


def _bulk(
    loader: Loader, there: Entries, source: Source, born: int, rows: int, progress: Progress, first: int = FIRST_BULK
) -> None:
    if rows <= 0:
        return
    ids = {module: tuple(records) for module, records in there.items()}
    step = max(600 * DAY // rows, SECOND)
    at = born - 700 * DAY
    for turn in range(rows):
        at = min(at + source.randrange(1, 2 * step), born - HOUR)
        row, notes = _plausible(first + (turn + 1) * loader.stride - 1, source, ids, there, at, born)
        loader.ticket(row, notes)
        if turn % 1000 == 999:
            progress(turn + 1, rows)


def _plausible(
    id_: int, source: Source, ids: Mapping[str, tuple[int, ...]], there: Entries, at: int, born: int
) -> tuple[Row, list[Row]]:
    """A ticket as there are many. One random number is drawn for several small choices: it is drawn 100,000 times."""
    dice = source.getrandbits(48)

    def pick(module: str, shift: int) -> int:
        known = ids[module]
        return known[(dice >> shift) % len(known)]

    summary = phrases.SUMMARIES[dice % len(phrases.SUMMARIES)].format(n=1 + dice % 97)
    row = specials.ticket(
        id_,
        at,
        summary,
        l_requestor=pick("requestor", 3),
        l_category=pick("category", 9),
        l_location=pick("location", 11),
        l_department=pick("department", 13),
        l_priority=pick("priority", 15),
        l_status=pick("status", 17),
        l_technician=pick("technician", 20),
        l_opener=pick("technician", 23),
    )
    touched = min(at + (dice >> 24) % (20 * DAY), born)
    row["f2"] = grid(touched)
    if dice >> 5 & 3:
        row["f7"] = phrases.DETAILS[(dice >> 7) % len(phrases.DETAILS)]
    status, writer = there["status"][row["l_status"]], row["l_technician"]
    if status["type"] == "C":
        writer = pick("technician", 26)
        row["f18"], row["f108"], row["l_closer"] = row["f2"], (row["f2"] - row["f12"]) // SECOND, writer
    if status.get("stops"):
        row["f103"] = row["f2"]
    row["f3"] = there["technician"][writer]["login"]
    notes = [
        {
            "date": grid(at + (turn + 1) * 10 * MINUTE),
            "text": phrases.NOTES[(dice >> turn) % len(phrases.NOTES)],
            "type": ids["note_type"][0],
            "activity": ids["activity"][1 + (dice >> turn) % 10],
            "technician": row["l_technician"],
            "login": there["technician"][row["l_technician"]]["login"],
            "duration": 60 * ((dice >> turn) % 30),
            "private": not (dice >> turn) % 5,
        }
        for turn in range((dice >> 30) % 4)
    ]
    return row, notes
