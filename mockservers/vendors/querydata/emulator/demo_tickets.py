"""Plausible 811 tickets and their lives, the same for each same seed. Knows no tables; Faker is loaded when used.

People, companies and streets are drawn once into pools; a ticket then costs a few dozen choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.vendors.querydata.emulator import actions
from mockservers.vendors.querydata.emulator.actions import Changes

NASTY_COMPANY = "Smith & Sons <North>"
NASTY_REMARKS = 'Zufahrt über die Mühlenstraße; caller said "call before you dig" & <knock>'

_POOL = 300
_MEMBERS = (
    ("UTIL01", "Summit Gas Distribution", ("Gas",)),
    ("UTIL02", "Summit Gas Transmission", ("Gas", "High Pressure Gas")),
    ("PWR11", "Valley Power & Light", ("Electric",)),
    ("WTR07", "Clearwater District", ("Water", "Sewer")),
    ("TEL20", "Blue Ridge Telephone", ("Telephone", "Fiber")),
    ("CBL03", "Northern Cable", ("Cable TV", "Fiber")),
)
FACILITIES = ("Gas", "Electric", "Water", "Sewer", "Telephone", "Fiber", "Cable TV", "Steam", "Street Lighting")
FOLDERS = ("North", "South", "East", "West", "Contract Locators", "High Profile")
TICKET_TYPES = (
    *("Normal",) * 12,
    "Emergency",
    "Short Notice",
    "Short Notice",
    "Meet",
    "Design",
    "Damaged Utility",
    "Recall",
    "Aerial",
)
_PRIORITY = {"Emergency": "Emergency", "Damaged Utility": "Emergency", "Short Notice": "Rush"}
WORK_TYPES = (
    "Fence installation",
    "Gas service renewal",
    "Water main repair",
    "Pole replacement",
    "Fiber installation",
    "Sidewalk replacement",
    "Tree planting",
    "Sewer lateral",
    "Directional boring",
    "Soil borings",
)
_WORK_FOR = ("Homeowner", "City", "County", "Summit Gas", "Valley Power", "Developer")
_REMARKS = (
    "",
    "",
    "Mark in white paint.",
    "Gate code 4411.",
    "Dog in yard, call first.",
    "Meet on site at 8.",
    NASTY_REMARKS,
    "Crew on site.",
)
_INSTRUCTIONS = (
    "Locate the entire front of the property.",
    "Locate a 20 foot radius of the pole.",
    "From the curb to the building, both sides.",
    "Locate the rear of the lot along the alley.",
    "Both sides of the street, 200 feet from the corner.",
)
_NOTES = ("Called the excavator.", "Photos added.", "Waiting for access.", "Map corrected.", "Rechecked the site.")
_DURATIONS = ("1 day", "2 days", "1 week", "2 weeks", "1 month")
_TYPES = ("Contractor", "Homeowner", "Utility", "Municipality")
_PLACES = (
    ("PA", "Allegheny", 40.44, -79.99),
    ("PA", "Chester", 39.96, -75.6),
    ("OH", "Franklin", 39.96, -82.99),
    ("NC", "Wake", 35.78, -78.64),
    ("VA", "Fairfax", 38.85, -77.3),
    ("IN", "Marion", 39.77, -86.16),
)
CENTRES = {"PA": "PA1C", "OH": "OHIO811", "NC": "NC811", "VA": "VA811", "IN": "IN811"}


@dataclass(frozen=True, slots=True)
class Pools:
    """Drawn once for each seed."""

    companies: tuple[str, ...]
    people: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[str, ...]
    addresses: tuple[str, ...]
    zips: tuple[str, ...]


@lru_cache(maxsize=4)
def pools(seed: int) -> Pools:
    """The pools of a seed, drawn with Faker."""
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(seed)

    def some(make: Any) -> tuple[str, ...]:
        return tuple(make() for _ in range(_POOL))

    return Pools(
        (NASTY_COMPANY, *some(fake.company)),
        ("Jürgen Groß", *some(fake.name)),
        some(lambda: fake.numerify("(###) ###-####")),
        some(fake.ascii_safe_email),
        some(fake.street_name),
        some(fake.city),
        some(fake.street_address),
        some(fake.postcode),
    )


@dataclass(slots=True)
class Step:
    """One action to come: when, what, by whom, and what it changes."""

    at: int
    action: str
    by: str
    note: str
    changes: Changes


class Maker:
    """Makes base documents and lives from one source of numbers."""

    def __init__(self, seed: int, source: Source) -> None:
        self.pools = pools(seed)
        self.source = source

    def pick(self, choices: Any) -> Any:
        return choices[int(self.source.random() * len(choices))]

    def base(self, at: int) -> dict[str, Any]:
        """A base document as the centre sends it, for a call shortly before the instant `at`."""
        random_, pick, pool = self.source.random, self.pick, self.pools
        state, county, latitude, longitude = pick(_PLACES)
        kind = pick(TICKET_TYPES)
        called = at - int(random_() * 20) * MINUTE - 30 * SECOND
        start = called + (2 * HOUR if kind in _PRIORITY else 3 * DAY)
        number = 1 + int(random_() * 4999)
        caller = pick(pool.people)
        count = 1 + int(random_() * 3)
        first = int(random_() * len(_MEMBERS))
        members = [_MEMBERS[(first + step) % len(_MEMBERS)] for step in range(count)]
        return {
            "OneCallCenter": CENTRES[state],
            "RegistrationCode": members[0][0],
            "TicketType": kind,
            "Priority": _PRIORITY.get(kind, "Normal"),
            "Status": "Pending Research",
            "Folder": None,
            "AssignedTo": None,
            "CallDateTime": called,
            "WorkStartDateTime": start,
            "ResponseDueDateTime": start,
            "ExpirationDateTime": start + 21 * DAY,
            "WorkType": pick(WORK_TYPES),
            "WorkDoneFor": pick(_WORK_FOR),
            "Explosives": random_() < 0.02,
            "Boring": random_() < 0.15,
            "WhiteLined": random_() < 0.5,
            "DepthInches": 12 * (1 + int(random_() * 10)),
            "Duration": pick(_DURATIONS),
            "LocateInstructions": pick(_INSTRUCTIONS),
            "Remarks": pick(_REMARKS),
            "Excavator": {
                "CompanyName": pick(pool.companies),
                "Type": pick(_TYPES),
                "Address": pick(pool.addresses),
                "City": pick(pool.cities),
                "State": state,
                "Zip": pick(pool.zips),
                "CallerName": caller,
                "CallerPhone": pick(pool.phones),
                "CallerEmail": pick(pool.emails),
                "ContactName": caller if random_() < 0.7 else pick(pool.people),
                "ContactPhone": pick(pool.phones),
            },
            "WorkSite": {
                "State": state,
                "County": county,
                "Place": pick(pool.cities),
                "AddressFrom": str(number),
                "AddressTo": str(number + 10),
                "Street": pick(pool.streets),
                "CrossStreet1": pick(pool.streets),
                "CrossStreet2": pick(pool.streets) if random_() < 0.5 else None,
            },
            "Geometry": None if random_() < 0.08 else self._geometry(latitude, longitude),
            "Members": [
                {"MemberCode": code, "Name": name, "FacilityTypes": list(types)} for code, name, types in members
            ],
        }

    def _geometry(self, latitude: float, longitude: float) -> dict[str, Any]:
        south = round(latitude + self.source.random() * 0.2 - 0.1, 6)
        west = round(longitude + self.source.random() * 0.2 - 0.1, 6)
        north, east = round(south + 0.0008, 6), round(west + 0.0011, 6)
        return {
            "Latitude": south,
            "Longitude": west,
            "SecondaryLatitude": north,
            "SecondaryLongitude": east,
            "PolygonWkt": f"POLYGON(({west:.6f} {south:.6f}, {east:.6f} {south:.6f}, {east:.6f} {north:.6f}, "
            f"{west:.6f} {north:.6f}, {west:.6f} {south:.6f}))",
        }

    def second(self, at: int) -> int:
        """`at` at a telling second: on the minute, in its middle, on its last, or anywhere."""
        chance = self.source.random()
        minute = at - at % MINUTE
        if chance < 0.2:
            return minute
        if chance < 0.4:
            return minute + 30 * SECOND
        return minute + (59 * SECOND if chance < 0.6 else int(chance * 60) * SECOND)

    def life(self, base: dict[str, Any], arrived: int, until: int) -> list[Step]:
        """What happens to a ticket after its arrival, up to the instant `until`."""
        random_, pick = self.source.random, self.pick
        people, members = self.pools.people, base["Members"]
        code = members[0]["MemberCode"]
        desk, locator = pick(people), pick(people)
        steps = []
        at = arrived + (2 + int(random_() * 18)) * MINUTE
        folder = pick(FOLDERS)
        steps.append(Step(at, actions.FOLDER, desk, folder, actions.move(folder)))
        at += (5 + int(random_() * 80)) * MINUTE
        steps.append(Step(at, actions.ASSIGN, desk, locator, actions.assign(locator)))
        for _ in range(int(random_() * 4)):
            at += (10 + int(random_() * 600)) * MINUTE
            steps.append(self.step(at, locator, code))
        if random_() < 0.8:
            at += (30 + int(random_() * 900)) * MINUTE
            word, meaning = pick(actions.response_codes()[:4])
            steps.append(
                Step(at, actions.COMPLETE, locator, meaning, actions.response(code, word, meaning, locator, "", True))
            )
        for step in steps:
            step.at = self.second(step.at)
        return [step for step in steps if arrived < step.at <= until]

    def step(self, at: int, by: str, member: str) -> Step:
        """Some action in the middle of a ticket's life."""
        chance = self.source.random()
        note = self.pick(_NOTES)
        if chance < 0.35:
            word, meaning = self.pick(actions.response_codes()[4:])
            return Step(at, actions.ONGOING, by, meaning, actions.response(member, word, meaning, by, note, False))
        if chance < 0.45:
            kind = self.pick(FACILITIES)
            return Step(at, actions.FACILITY, by, kind, actions.facility(member, kind))
        if chance < 0.6:
            to = self.pick(self.pools.people)
            return Step(at, actions.ASSIGN, by, to, actions.assign(to))
        return Step(at, self.pick(actions.PLAIN), by, note, {})
