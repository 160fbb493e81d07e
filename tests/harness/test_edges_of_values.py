"""Values at the edge of being equal, by each type of the catalogue, against a naive judge that counts exactly."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from mockservers.kernel.instants import HOUR, SECOND, to_iso
from tests.harness.conftest import change
from tests.harness.edges import for_all, judged, module, near, play, ticket

EASTERN, OSLO = ZoneInfo("America/New_York"), ZoneInfo("Europe/Oslo")
MILLISECOND = 1000
NUMBERS = ("integer", "long", "decimal", "double")


def same(type_: str, left: Any, right: Any, zone: tzinfo = UTC, resolution: int = SECOND) -> bool:
    """Whether the judge takes two values for one; in either order."""
    normal = module("comparing").normal
    found = [normal(each, type_, zone, resolution) for each in (left, right)]
    assert bool(found[0] == found[1]) is bool(found[1] == found[0])
    return bool(found[0] == found[1])


# --- instants ---------------------------------------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))")


def counted_instant(text: str) -> int:
    """The microseconds since 1970 that a text names; digits beyond the sixth are cut off."""
    found = _ISO.fullmatch(text)
    assert found is not None
    *numbers, fraction, sign, hours, minutes = found.groups()
    offset = 0 if sign is None else int(f"{sign}1") * (int(hours) * 60 + int(minutes)) * 60
    seconds = calendar.timegm(tuple(map(int, numbers))) - offset
    return seconds * SECOND + int(((fraction or "") + "000000")[:6])


def on_the_wall(instant: int, zone: tzinfo, resolution: int) -> tuple[Any, ...]:
    """What a clock in a zone shows at an instant: date, time, and how many whole units of the fraction."""
    seconds, rest = divmod(instant, SECOND)
    shown = datetime.fromtimestamp(seconds, zone)
    return (*shown.timetuple()[:6], rest // resolution)


def naively_same_instant(left: str, right: str, zone: tzinfo, resolution: int) -> bool:
    """Instants as instants, as finely as the vendor tells them; the two hours of one name read the same."""
    shown = [on_the_wall(counted_instant(each), zone, resolution) for each in (left, right)]
    return shown[0] == shown[1]


def written(instant: int, hours: int, digits: int) -> str:
    """An instant with an offset and so many digits after the second; what they do not hold is cut off."""
    offset = timezone(timedelta(hours=hours))
    seconds, rest = divmod(instant, SECOND)
    shown = datetime.fromtimestamp(seconds, offset).isoformat()
    fraction = f".{f'{rest:06d}0'[:digits]}" if digits else ""
    return shown[:19] + fraction + (shown[19:] if hours else "Z")


TURNS = [counted_instant(each) for each in ("2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z", "2026-10-25T01:00:00Z")]
"""When clocks change, in New York twice and in Oslo."""
STEPS = sorted(
    {0, HOUR, -HOUR} | {sign * (unit + more) for sign in (1, -1) for unit in (0, 1000, SECOND) for more in (-1, 0, 1)}
)
MOMENTS = st.builds(
    sum, st.tuples(st.sampled_from(TURNS), st.sampled_from(STEPS), st.integers(-48, 48).map((HOUR // 2).__mul__))
)
FORMS = st.tuples(st.integers(-12, 14), st.sampled_from([0, 3, 6, 7]))


@for_all(
    instant=MOMENTS,
    step=st.sampled_from(STEPS),
    forms=st.tuples(FORMS, FORMS),
    zone=st.sampled_from([UTC, EASTERN, OSLO]),
    resolution=st.sampled_from([SECOND, MILLISECOND]),
    type_=st.sampled_from(["datetime", "date"]),
)
def test_instants_are_compared_as_the_vendor_can_tell_them(
    instant: int, step: int, forms: Any, zone: tzinfo, resolution: int, type_: str
) -> None:
    left, right = written(instant, *forms[0]), written(instant + step, *forms[1])
    assert same(type_, left, right, zone, resolution) is naively_same_instant(left, right, zone, resolution)


AT = "2026-03-02T10:00:00"


@pytest.mark.parametrize(
    ("left", "right", "resolution", "equal"),
    [
        (f"{AT}Z", f"{AT}+00:00", SECOND, True),
        (f"{AT}Z", "2026-03-02T11:00:00+01:00", SECOND, True),
        (f"{AT}Z", "2026-03-02T11:00:00Z", SECOND, False),
        (f"{AT}Z", f"{AT}.999999Z", SECOND, True),
        (f"{AT}Z", "2026-03-02T10:00:01Z", SECOND, False),
        (f"{AT}Z", "2026-03-02T09:59:59.999999Z", SECOND, False),
        (f"{AT}.5Z", f"{AT}.500999Z", MILLISECOND, True),
        (f"{AT}.5Z", f"{AT}.501Z", MILLISECOND, False),
        (f"{AT}.5Z", f"{AT}.499999Z", MILLISECOND, False),
        (f"{AT}.5000000Z", f"{AT}.5Z", MILLISECOND, True),
        (f"{AT}.1239999Z", f"{AT}.123Z", MILLISECOND, True),
        ("2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", SECOND, True),  # half past one, twice
        ("2026-11-01T04:59:59Z", "2026-11-01T05:59:59Z", SECOND, False),
        ("2026-11-01T06:59:59Z", "2026-11-01T05:59:59Z", SECOND, True),
        ("2026-11-01T07:00:00Z", "2026-11-01T06:00:00Z", SECOND, False),
        (f"{AT}Z", AT, SECOND, False),  # a wall says nothing of the zone that it hangs in
        (AT, AT, SECOND, True),
        (f"{AT}Z", "2026-03-02 10:00:00Z", SECOND, True),
        (f"{AT}Z", "3/2/2026 10:00:00 AM", SECOND, False),
        (f"{AT}Z", None, SECOND, False),
        (None, "", SECOND, True),
        (None, 0, SECOND, False),
        ("2026-03-02", "2026-03-02", SECOND, True),
        ("2026-03-02", "2026-03-03", SECOND, False),
    ],
)
def test_instants_at_the_edge(left: Any, right: Any, resolution: int, equal: bool) -> None:
    assert same("datetime", left, right, EASTERN, resolution) is equal


# --- numbers ----------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*")


def exact(value: Any) -> Fraction | None:
    """The number that stands there, with all its digits."""
    text = str(value)
    return Fraction(text.strip()) if _NUMBER.fullmatch(text) else None


def naively_same_number(left: Any, right: Any) -> bool:
    """Numbers as numbers, to nine digits after the point, which is further than any vendor goes."""
    numbers = [exact(each) for each in (left, right)]
    if None in numbers:
        return bool(left == right)
    return len({round(each * 10**9) for each in numbers if each is not None}) == 1


def spelled(number: Fraction, way: int) -> Any:
    """One number in several spellings, some of which cannot hold it whole."""
    places = 12
    shifted = int(number * 10**places)
    sign, digits = "-" if shifted < 0 else "", f"{abs(shifted):0{places + 1}d}"
    plain = f"{sign}{digits[:-places]}.{digits[-places:]}"
    ways: list[Any] = [plain, plain.rstrip("0"), f"{shifted}e-{places}", f"+{plain}" if shifted >= 0 else plain]
    ways += [float(plain), int(number), f" {int(number)} ", f"{int(number)}.0", f"{int(number)}E0"]
    return ways[way]


WAYS = st.integers(0, 8)
SIZES = st.one_of(
    st.integers(-3, 3), near(2**31, 2**53, -(2**53), 2**63), st.integers(-(10**20), 10**20), near(10**22, 10**40)
)
PARTS = st.sampled_from([0, 1, -1, 5, 499, 500, 501, 999, 10**3, 10**3 - 1, 10**9, 5 * 10**11, 10**12 - 1])
"""Parts of a number, in units of its twelfth digit after the point."""


@for_all(
    whole=SIZES,
    parts=st.tuples(PARTS, PARTS),
    step=st.sampled_from([0, 0, 1, -1]),
    ways=st.tuples(WAYS, WAYS),
    type_=st.sampled_from(NUMBERS),
)
def test_numbers_are_compared_as_numbers(whole: int, parts: Any, step: int, ways: Any, type_: str) -> None:
    left, right = (Fraction(whole) + Fraction(part, 10**12) for part in parts)
    told = spelled(left, ways[0]), spelled(right + step, ways[1])
    assert same(type_, *told) is naively_same_number(*told)


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, 1.0, True),
        (1, "1", True),
        (1, " 1 ", True),
        (1, "+1", True),
        (1, "01", True),
        (1, "1e0", True),
        (100, "1e2", True),
        (100, "1E+2", True),
        (0.015, "1.5e-2", True),
        (7, "7.000", True),
        (7.1, "7.10", True),
        (7.1, 7, False),
        (7.4, 7.3, False),
        (7, 7.4, False),
        (7, 7.5, False),
        (7.49, "7.5", False),
        (0.1 + 0.2, "0.3", True),
        (1, 1.000000001, False),
        (1, 0.999999999, False),
        (1, "1.0000000004", True),
        (1, "1.0000000006", False),
        (0, -0.0, True),
        (0, "0.0", True),
        (0, None, False),
        (0, "", False),
        (None, "", True),
        (1, -1, False),
        (1, "one", False),
        ("one", "one", True),
        ("one", "One", False),
        (1, "1,000", False),
        (1, "1 000", False),
        (2**53, 2**53 + 1, False),
        (2**53 + 1, float(2**53), False),
        (str(2**53 + 1), 2**53 + 1, True),
        (2**63 - 1, str(2**63 - 1), True),
        (2**63 - 1, 2**63, False),
        (10**400, 10**400, True),
        (10**400, 10**400 + 1, False),
        (5, 10**400, False),
        ("12345678901234567890.12", "12345678901234567890.13", False),
        ("1e999999999", "1e999999998", False),
        ("1e999999999", "10e999999998", True),
        (5, "NaN", False),
        (5, "sNaN", False),
        (5, "Infinity", False),
        (5, [5], False),
        (5, {"a": 5}, False),
    ],
)
@pytest.mark.parametrize("type_", NUMBERS)
def test_numbers_at_the_edge(left: Any, right: Any, equal: bool, type_: str) -> None:
    assert same(type_, left, right) is equal


# --- texts, booleans, groups ------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    ["a", "A", "a ", " a", "ä", "a\u0308", "1", "1.0", "01", "true", "null", "&amp;", "&", "a\n", "a\r\n"]
)
WORDS = st.text(st.sampled_from("aAä1 &\n\t"), max_size=3)


@for_all(left=TEXTS | WORDS, right=TEXTS | WORDS)
def test_texts_are_compared_letter_by_letter(left: str, right: str) -> None:
    assert same("text", left, right) is ([*map(ord, left)] == [*map(ord, right)])


@pytest.mark.parametrize(
    ("type_", "left", "right", "equal"),
    [
        ("text", "", None, True),
        ("text", " ", None, False),
        ("text", "null", None, False),
        ("text", "1", 1, False),
        ("text", "1", "1.0", False),
        ("text", "true", True, False),
        ("text", f"{AT}Z", f"{AT}+00:00", False),
        ("boolean", True, "true", True),
        ("boolean", True, "True", True),
        ("boolean", False, "FALSE", True),
        ("boolean", True, "false", False),
        ("boolean", True, "yes", False),
        ("boolean", True, False, False),
        ("boolean", False, None, False),
        ("boolean", None, "", True),
        ("boolean", False, "", False),
        ("boolean", True, 1, True),  # as databases keep them
        ("boolean", False, 0, True),
        ("boolean", True, 2, False),
        ("json", {"a": 1}, '{"a": 1}', True),
        ("json", {"a": 1}, {"a": 1.0}, True),
        ("json", {"a": 1}, {"a": 1.4}, False),
        ("json", {"a": 1}, {"a": "1"}, False),
        ("json", {"a": 1}, {"a": True}, False),
        ("json", {"a": 0.1 + 0.2}, {"a": 0.3}, True),
        ("json", {"a": 2**53}, {"a": 2**53 + 1}, False),
        ("json", {"a": 1}, {"a": 10**400}, False),
        ("json", {"a": 1, "b": None}, {"a": 1}, True),
        ("json", {"a": 1, "b": ""}, {"a": 1}, True),
        ("json", {"a": 1, "b": 0}, {"a": 1}, False),
        ("json", {"a": 1, "b": False}, {"a": 1}, False),
        ("json", {"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ("json", [1, 2], [2, 1], False),
        ("json", [1, 2], [1], False),
        ("json", [1, None], [1], False),
        ("json", {"a": {"at": f"{AT}Z"}}, {"a": {"at": "2026-03-02T11:00:00+01:00"}}, True),
        ("json", [f"{AT}Z"], ["2026-03-02T10:00:01Z"], False),
        ("json", [f"{AT}Z"], [f"{AT}.9Z"], True),
        ("json", ["2026-03-02T10:00Z"], ["2026-03-02T10:00+00:00"], False),  # shorter than a whole time: a text
        ("json", None, "null", True),
        ("json", None, "", True),
        ("json", None, "{}", False),
        ("json", "{", "{", True),
        ("json", {"a": 1}, "{", False),
        ("json", {"a": 1}, "[" * 100_000, False),
        ("json", [], "[" * 100_000, False),
    ],
)
def test_other_types_at_the_edge(type_: str, left: Any, right: Any, equal: bool) -> None:
    assert same(type_, left, right) is equal


def nested(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize("depth", [300, 600, 900, 5000])
def test_a_group_that_nests_too_deep_is_another_value(depth: int) -> None:
    assert same("json", {"a": 1}, nested(depth)) is False


# --- fields, and what is told of them ---------------------------------------------------------------------------------

TYPED: dict[str, dict[str, str]] = {
    "querydata": {"UtilisphereID": "long", "CreateDate": "datetime", "Explosives": "boolean", "Remarks": "text"},
    "autotask": {
        "EstimatedHours": "double",
        "HoursToBeScheduled": "decimal",
        "DueDateTime": "datetime",
        "Title": "text",
    },
    "trackit": {"84": "decimal", "102": "boolean", "100": "datetime", "22": "text"},
    "superoffice": {"CustId": "integer", "HasAttachment": "boolean", "CreatedAt": "datetime", "Title": "text"},
    "get_tickets": {"date_opened": "datetime", "subject": "text"},
}
FINE = {"autotask": MILLISECOND, "trackit": MILLISECOND}
ZONES = {"autotask": EASTERN, "superoffice": OSLO}
VALUES: dict[str, list[Any]] = {
    "number": [None, "", 0, 1, "1.0", 1.4, -1, 2**53 + 1, float(2**53), "x"],
    "datetime": [
        None,
        "",
        f"{AT}Z",
        f"{AT}.0009Z",
        f"{AT}.001Z",
        "2026-03-02T10:00:01Z",
        "2026-11-01T05:30:00Z",
        "2026-11-01T06:30:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        AT,
    ],
    "boolean": [None, "", True, False, "true", "FALSE"],
    "text": [None, "", "a", "A", "a "],
}


def naively_same(vendor: str, name: str, left: Any, right: Any) -> bool:
    """Two values of a field, by the sentence: by the catalogue's type, and absent, empty and null are one."""
    nothing = (-1, 0) if name in ("CustId", "ConnectId") else ()
    left, right = (None if each in ("", None, *nothing) else each for each in (left, right))
    if left is None or right is None:
        return left is right
    type_ = TYPED[vendor][name]
    if type_ in NUMBERS:
        return naively_same_number(left, right)
    if type_ == "datetime" and all(map(_ISO.fullmatch, (left, right))):
        return naively_same_instant(left, right, ZONES.get(vendor, UTC), FINE.get(vendor, SECOND))
    if type_ == "boolean":
        return str(left).lower() == str(right).lower()
    return bool(left == right)


FIELDS = [(vendor, name) for vendor, fields in TYPED.items() for name in fields]


def values_of(vendor: str, name: str) -> list[Any]:
    type_ = TYPED[vendor][name]
    return VALUES["number" if type_ in NUMBERS else type_]


@for_all(where=st.sampled_from(FIELDS), data=st.data())
def test_each_difference_is_stale_or_misread(where: tuple[str, str], data: st.DataObject) -> None:
    """A value that was true earlier is stale; one that never was is misread. What others only saw does not count."""
    vendor, name = where
    one = st.sampled_from(values_of(vendor, name))
    states = data.draw(st.lists(st.tuples(one, st.booleans()), max_size=3))
    final, shown = data.draw(one), data.draw(one)
    changes = [change(n, "change", "1", exists, **{name: value}) for n, (value, exists) in enumerate(states, 1)]
    history = play(
        vendor, changes=changes, truth=[ticket("1", f1=0, **{name: final})], mirror=[ticket("1", **{name: shown})]
    )
    found = [(each.field, each.kind) for each in module("comparing").differences(history)]
    assert module("comparing").same(history, name, final, shown) is naively_same(vendor, name, final, shown)
    if naively_same(vendor, name, final, shown):
        assert found == []
        return
    was = any(naively_same(vendor, name, value, shown) for value, exists in states if exists)
    assert found == [(name, "stale" if was else "misread")]


@pytest.mark.parametrize(
    ("shown", "kind"),
    [("first", "stale"), ("second", "stale"), ("last", None), ("gone", "misread"), ("never", "misread")],
)
def test_from_the_first_state_to_the_last_but_one_a_value_is_stale(shown: str, kind: str | None) -> None:
    changes = [
        change(n, "change", "1", value != "gone", Title=value) for n, value in enumerate(("first", "gone", "second"), 1)
    ]
    history = play("autotask", changes=changes, truth=[ticket("1", Title="last")], mirror=[ticket("1", Title=shown)])
    assert [each.kind for each in module("comparing").differences(history)] == ([kind] if kind else [])


@pytest.mark.parametrize(("vendor", "name"), FIELDS)
def test_a_value_is_compared_when_the_vendor_has_one(vendor: str, name: str) -> None:
    compared: Callable[..., int] = module("comparing").compared
    type_ = TYPED[vendor][name]
    for value in values_of(vendor, name):
        history = play(
            vendor,
            truth=[ticket("1", **{name: value}), ticket("2", False, **{name: value})],
            mirror=[ticket("1", **{name: None}), ticket("2"), ticket("3")],
            mirrors=(name,),
        )
        there = 0 if value is None or value == "" else 1
        assert compared(history) == compared(history, frozenset({type_})) == there
        assert compared(history, frozenset({"another"})) == 0
        assert compared(replace(history, truth={})) == 0


TICKETS = ("1", "2", "3")


@for_all(share=0.5, there=st.sets(st.sampled_from(TICKETS)), gone=st.sets(st.sampled_from(TICKETS)), data=st.data())
def test_every_ticket_that_is_there_stands_in_the_mirror(there: set[str], gone: set[str], data: st.DataObject) -> None:
    mirror = data.draw(st.none() | st.sets(st.sampled_from(TICKETS)))
    truth = [ticket(each, each not in gone, LastActivityDate=to_iso(0)) for each in sorted(there)]
    shown = None if mirror is None else [ticket(each) for each in sorted(mirror)]
    wanted = [each for each in TICKETS if each in there and each not in gone]
    lost = [each for each in wanted if mirror is not None and each not in mirror]
    expected = (0, 0) if mirror is None else (len(wanted), len(lost))
    for id in ("autotask.nothing_missed", "get_tickets.all_pages", "superoffice.nothing_missed"):
        assert judged(id, play(id.partition(".")[0], truth=truth, mirror=shown)) == expected


@pytest.mark.parametrize(("lost", "told"), [(0, 0), (1, 1), (4, 4), (5, 5), (6, 5), (9, 5)])
@pytest.mark.parametrize("id", ["autotask.nothing_missed", "superoffice.nothing_missed"])
def test_no_more_than_five_lost_tickets_are_told(id: str, lost: int, told: int) -> None:
    truth = [ticket(str(n)) for n in range(10)]
    assert judged(id, play(id.partition(".")[0], truth=truth, mirror=truth[lost:])) == (10, told)
