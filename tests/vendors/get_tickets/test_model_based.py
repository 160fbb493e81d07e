"""Filters, ranges, keyword, order, paging and counts against a naive model, over made-up tickets and requests.

The model knows nothing of SQL: it works on the records' truth with lists and comparisons. One body, two stores.
MOCKSERVERS_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples

Desk = Any
EXAMPLES = examples(40)
ZONES = ("UTC", "America/New_York", "Asia/Kolkata")

WORDS = [
    "",
    "a",
    "A",
    "ab",
    "Ab c",
    "ä",
    "Ä",
    "straße",
    "STRASSE",
    "%",
    "_",
    "a%b",
    "'",
    "z",
    "é",
    "\U0001f600",
    "\ue000",
]
CIDS = ["adam", "Jack", "jones", "kim", "J", "ja", "Ünal", "\ud7ff", "\ue000x", "\U0010ffff", "a+b", "0"]
word = st.sampled_from(WORDS)
cid = st.sampled_from(CIDS)
MOMENTS = [
    datetime(2025, 6, 1, 12, tzinfo=UTC) + timedelta(seconds=s)
    for s in (0, 1, 59, 60, 3600, 43199, 43200, 86400, 90000, 200000)
]
moment = st.sampled_from(MOMENTS)


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


TEXTS = (
    "status",
    "source",
    "category",
    "sub_category",
    "priority",
    "escalation_level",
    "assigned_tech",
    "subject",
    "summary",
    "contact",
)
TICKET = st.fixed_dictionaries(
    {"cid": cid, "date_opened": moment.map(iso), "due_date": st.none() | moment.map(iso)} | dict.fromkeys(TEXTS, word)
)
INPUTS = {
    "status": "status",
    "source": "source",
    "category": "category",
    "sub_category": "sub_category",
    "cid": "cid",
    "priority": "priority",
    "escalation": "escalation_level",
    "uid": "assigned_tech",
}
ORDERS = [
    "tid",
    "CID",
    "Subject",
    "date_opened",
    "due_date",
    "status",
    "company_name",
    "merged_to",
    "assigned_tech",
    "last_updated",
    "contact",
    "company_id",
]
number = st.integers(0, 14)
REQUEST = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(INPUTS, word | cid)
    | {
        "tid": st.just("*") | number.map(str),
        "keyword": word,
        "start_tid": number,
        "end_tid": number,
        "start_cid": cid | word,
        "end_cid": cid | word,
        "start_date": moment,
        "end_date": moment,
        "due_date": moment,
        "count": st.integers(1, 6),
        "page": st.integers(1, 4),
        "count_only": st.sampled_from(["Y", "N"]),
        "order": st.tuples(st.sampled_from(ORDERS), st.sampled_from(["", " ASC", " desc"])).map("".join),
        "order_direction": st.sampled_from(["ASC", "DESC"]),
    },
)


def written(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.month}/{local.day}/{local.year} {local.hour}:{local.minute:02}:{local.second:02}"


def model(tickets: list[dict[str, Any]], request: dict[str, Any], zone: str) -> Any:
    """What the page promises: an error's text, a number, or ticket numbers in order."""
    asked = {name: value for name, value in request.items() if value != ""}
    selecting = set(asked) - {"tid", "count", "count_only", "page", "order", "order_direction"}
    if "tid" not in asked and not selecting:
        return "Invalid tid"
    if "page" in asked and (asked.get("tid") != "*" or "count" not in asked):
        return "page requires tid=* and count"
    column, _, suffix = asked.get("order", "").partition(" ")
    if suffix and "order_direction" in asked and suffix.upper() != asked["order_direction"]:
        return "Invalid order"
    kept = [each for each in tickets if all(_passes(each, name, value, zone) for name, value in asked.items())]
    if asked.get("count_only") == "Y":
        return len(kept)
    column = column.lower() or "tid"
    down = (suffix.upper() or asked.get("order_direction")) == "DESC"
    kept.sort(key=lambda each: each["tid"])
    kept.sort(key=lambda each: _sortable(each[column]), reverse=down)
    if down:  # a stable sort turned around keeps ties in order already
        assert column != "tid" or kept == sorted(kept, key=lambda each: -each["tid"])
    if "count" in asked:
        skip = (asked.get("page", 1) - 1) * asked["count"]
        kept = kept[skip : skip + asked["count"]]
    return [each["tid"] for each in kept]


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value.casefold() if isinstance(value, str) else value or 0)


def _passes(ticket: dict[str, Any], name: str, value: Any, zone: str) -> bool:
    if name in INPUTS:
        return bool(ticket[INPUTS[name]].casefold() == value.casefold())
    if name == "keyword":
        places = ("subject", "summary", "contact", "company_name")
        return any(value.casefold() in ticket[place].casefold() for place in places)
    opened = datetime.fromisoformat(ticket["date_opened"])
    own = ticket["cid"].casefold()
    if name == "due_date":
        if ticket["due_date"] is None:
            return False
        due = datetime.fromisoformat(ticket["due_date"]).astimezone(ZoneInfo(zone))
        return due.date() == value.astimezone(ZoneInfo(zone)).date()
    checks: dict[str, Any] = {
        "tid": lambda: value == "*" or ticket["tid"] == int(value),
        "start_tid": lambda: ticket["tid"] >= value,
        "end_tid": lambda: ticket["tid"] <= value,
        "start_cid": lambda: own >= value.casefold(),
        "end_cid": lambda: own <= value.casefold() or own.startswith(value.casefold()),
        "start_date": lambda: opened >= value,
        "end_date": lambda: opened <= value,
    }
    return bool(checks[name]()) if name in checks else True


@pytest.fixture(scope="module", params=["memory", "file"])
def desk(request: pytest.FixtureRequest, make_desk: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    path = tmp_path_factory.mktemp("store") / "desk.db" if request.param == "file" else None
    made = make_desk("empty", store=path)
    made.world.checkpoint("empty")
    yield made
    made.world.close()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tickets=st.lists(TICKET, max_size=12),
    requests=st.lists(REQUEST, min_size=5, max_size=12),
    zone=st.sampled_from(ZONES),
    format=st.sampled_from(["xml", "json", "delimited"]),
)
def test_selections_agree_with_the_model(
    desk: Desk, tickets: list[dict[str, Any]], requests: list[dict[str, Any]], zone: str, format: str
) -> None:
    desk.world.restore("empty")
    desk.switch(time_zone=zone, output_format=format)
    for fields in tickets:
        desk.act("create", fields=fields)
    truth = desk.all()
    for request in requests:
        sent = {name: written(v, zone) if isinstance(v, datetime) else v for name, v in request.items()}
        reply = desk.get(**sent)
        found = reply.error or reply.count
        if found is None:
            found = reply.tids
        assert found == model(truth, request, zone), (sent, reply.text)
        assert reply.entry.outcome in ("ok", "refused")


@settings(max_examples=EXAMPLES // 5, deadline=None)
@given(data=st.data(), size=st.integers(1, 7), column=st.sampled_from(ORDERS), down=st.booleans())
def test_pages_put_together_are_the_whole(desk: Desk, data: Any, size: int, column: str, down: bool) -> None:
    desk.world.restore("empty")
    for fields in data.draw(st.lists(TICKET, max_size=12)):
        desk.act("create", fields=fields)
    order = f"{column} DESC" if down else column
    whole = desk.get(tid="*", order=order).tids
    assert sorted(whole) == [each["tid"] for each in desk.all()]
    total = desk.get(tid="*", count_only="Y").count
    pages = [desk.get(tid="*", order=order, count=size, page=n + 1).tids for n in range(-(-total // size))]
    assert [tid for page in pages for tid in page] == whole
    assert all(len(page) == size for page in pages[:-1])
    assert desk.get(tid="*", order=order, count=size, page=len(pages) + 1).tids == []
