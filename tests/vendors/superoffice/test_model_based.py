"""Id lists, $select, dates in zones and rights against a naive model, over made-up tickets and requests.

The model works on the records' truth with lists and zoneinfo; it knows nothing of SQL, profiles or caches. One body, two stores.
MOCKSERVERS_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.kernel import catalogue
from tests.examples import examples

Desk = Any
EXAMPLES = examples(25)
FIELDS = catalogue.load("superoffice")["Ticket"].fields
NAMES = [field.name for field in FIELDS]
DATES = [field.name for field in FIELDS if field.type == "datetime"]
ZONES = {
    "NO": "Europe/Oslo",
    "US-NY": "America/New_York",
    "IN": "Asia/Kolkata",
    "AU-LH": "Australia/Lord_Howe",
    "UTC": "UTC",
    "GB": "Europe/London",
    "BR-SP": "America/Sao_Paulo",
    "NP": "Asia/Kathmandu",
    "CA-NL": "America/St_Johns",
}
STANDARD = {
    "NO": "+01:00",
    "US-NY": "-05:00",
    "IN": "+05:30",
    "AU-LH": "+10:30",
    "UTC": "Z",
    "GB": "+00:00",
    "BR-SP": "-03:00",
    "NP": "+05:45",
    "CA-NL": "-03:30",
}

# Around changes of the clocks, and anywhere else.
CHANGES = [
    datetime(2024, 3, 31, 1, tzinfo=UTC),
    datetime(2024, 10, 27, 1, tzinfo=UTC),
    datetime(2024, 3, 10, 7, tzinfo=UTC),
    datetime(2024, 11, 3, 6, tzinfo=UTC),
    datetime(2024, 4, 6, 15, tzinfo=UTC),
    datetime(2024, 10, 5, 15, 30, tzinfo=UTC),
]
moment = st.one_of(
    st.builds(lambda at, s: at + timedelta(seconds=s), st.sampled_from(CHANGES), st.integers(-7200, 7200)),
    st.integers(0, 4_000_000_000).map(lambda s: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=s)),
)
title = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
TICKET = st.fixed_dictionaries(
    {"CreatedAt": moment, "LastChanged": moment, "Category": st.sampled_from([1, 2, 3, 6]), "Title": title},
    optional={
        "Deadline": moment,
        "ReadByCustomer": moment,
        "OwnedBy": st.sampled_from([1, 10, 11, 12]),
        "CustId": st.sampled_from([-1, 1, 2, 3, 4, None]),
        "Sentiment": st.integers(-100, 100),
    },
)
ids = st.lists(st.integers(-1, 9), max_size=12)
spelled = st.sampled_from(NAMES).flatmap(
    lambda name: st.sampled_from([name, name.lower(), name.upper(), f"{name}/id", f" {name} "])
)
select = st.none() | st.lists(spelled | st.sampled_from(["nonsense", "department", ""]), max_size=6)
rights = st.fixed_dictionaries(
    {},
    optional={
        "table": st.sampled_from(
            [
                None,
                {"Mask": "FULL", "Reason": ""},
                {"Mask": "Select, Update", "Reason": "[SR_ACCESS_ROLE]"},
                {"Mask": "Update", "Reason": ""},
                {"Mask": "None", "Reason": ""},
                {"Mask": "RF", "Reason": ""},
            ]
        ),
        "fields": st.dictionaries(
            st.sampled_from(NAMES[:-2]),
            st.sampled_from(["None", "Read", "Update", "Write"]).map(lambda mask: {"Mask": mask, "Reason": ""}),
            max_size=4,
        ),
        "hidden": st.fixed_dictionaries(
            {},
            optional={
                "Category": st.lists(st.sampled_from([1, 2, 3]), max_size=2),
                "TicketId": st.lists(st.integers(1, 5), max_size=2),
            },
        ),
    },
)
READS = {"FULL", "Select, Update", "RF"}


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def written(instant: str | None, code: str, marked: bool) -> str:
    """An instant as the page or the header has it, by zoneinfo alone."""
    if instant is None:
        if not marked:
            return "0001-01-01T00:00:00"
        standard = STANDARD[code]
        return f"0001-01-01T{'00:00:00' if standard[0] in 'Z-' else standard[1:] + ':00'}{standard}"
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo(ZONES[code]))
    clock = local.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    if not marked:
        return clock
    seconds = int((local.utcoffset() or timedelta()).total_seconds())
    if code == "UTC":
        return f"{clock}Z"
    return f"{clock}{'-' if seconds < 0 else '+'}{abs(seconds) // 3600:02}:{abs(seconds) // 60 % 60:02}"


def unset(name: str, code: str, marked: bool) -> Any:
    if name in DATES:
        return written(None, code, marked)
    if name == "CustId":
        return -1
    field = FIELDS[NAMES.index(name)]
    if field.type == "integer":
        return 1 if name in ("CreatedBy", "OwnedBy") else 0
    if field.type == "boolean":
        return False
    return "Unknown" if "enum" in field.more else ""


def model(truth: dict[int, dict[str, Any]], wanted: list[int], asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What GetTickets answers, but for FieldProperties: tickets seen, each once, in the order of the ids."""
    role, code, marked = asked["rights"], asked["zone"], asked["marked"]
    table = role.get("table")
    seen = []
    for id_ in dict.fromkeys(wanted):
        ticket = truth.get(id_)
        if ticket is None or (table is not None and table["Mask"] not in READS):
            continue
        if any(ticket[name] in values for name, values in role.get("hidden", {}).items()):
            continue
        made = {}
        for name in NAMES[:-1]:
            if name == "TableRight":
                made[name] = table
            elif role.get("fields", {}).get(name, {}).get("Mask") in ("None", "Write"):
                made[name] = unset(name, code, marked)
            else:
                made[name] = written(ticket[name], code, marked) if name in DATES else ticket[name]
        seen.append(made)
    names = (
        None if asked["select"] is None else {each.partition("/")[0].strip().lower() for each in asked["select"]} - {""}
    )
    if names:
        seen = [{name: value if name.lower() in names else None for name, value in each.items()} for each in seen]
    return seen


@pytest.fixture(scope="module", params=["memory", "file"])
def desk(request: pytest.FixtureRequest, make_desk: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    path = tmp_path_factory.mktemp("store") / "desk.db" if request.param == "file" else None
    made = make_desk("empty", store=path, now="2024-12-01T00:00:00Z", deleted_days=36500)
    made.world.checkpoint("empty")
    yield made
    made.world.close()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tickets=st.lists(TICKET, max_size=7),
    requests=st.lists(
        st.fixed_dictionaries(
            {"ids": ids, "select": select, "zone": st.none() | st.sampled_from(list(ZONES)), "offset": st.booleans()}
        ),
        min_size=2,
        max_size=6,
    ),
    base=st.sampled_from(list(ZONES)),
    dates=st.sampled_from(["page", "netserver"]),
    role=rights,
)
def test_answers_agree_with_the_model(
    desk: Desk,
    tickets: list[dict[str, Any]],
    requests: list[dict[str, Any]],
    base: str,
    dates: str,
    role: dict[str, Any],
) -> None:
    desk.world.restore("empty")
    desk.switch(base_zone=base, dates=dates)
    for fields in tickets:
        given_ = {name: iso(value) if isinstance(value, datetime) else value for name, value in fields.items()}
        given_["LastChanged"] = max(given_["CreatedAt"], given_["LastChanged"])
        desk.act("create", fields=given_)
    desk.administer("change rights", user="demo@demo.example", **role)
    truth = {each["TicketId"]: each for each in desk.all()}
    for request in [*requests, requests[0]]:  # the first again, from what was kept of it
        headers = [request["zone"]] * (request["zone"] is not None) + ["includeTZOffset"] * request["offset"]
        query = "" if request["select"] is None else "$select=" + quote(",".join(request["select"]))
        reply = desk.tickets(
            *request["ids"], query=query, headers={"SO-TimeZone": ", ".join(headers)} if headers else {}
        )
        assert reply.entry.outcome == "ok", reply.entry.error
        asked = {
            "rights": role,
            "zone": request["zone"] or base,
            "marked": dates == "page" or request["offset"],
            "select": request["select"],
        }
        found = [{name: value for name, value in each.items() if name != "FieldProperties"} for each in reply.json]
        assert found == model(truth, request["ids"], asked)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tickets=st.lists(TICKET, min_size=1, max_size=7),
    at=moment,
    op=st.sampled_from(["afterTime", "beforeTime", "ge", "le", "dateTime"]),
    zone=st.sampled_from(list(ZONES)),
    top=st.integers(0, 4),
    skip=st.integers(0, 3),
    down=st.booleans(),
)
def test_lists_agree_with_the_model(
    desk: Desk, tickets: list[dict[str, Any]], at: datetime, op: str, zone: str, top: int, skip: int, down: bool
) -> None:
    desk.world.restore("empty")
    for fields in tickets:
        created, changed = sorted([fields["CreatedAt"], fields["LastChanged"]])
        desk.act("create", fields={"CreatedAt": iso(created), "LastChanged": iso(changed), "Title": fields["Title"]})
    truth = desk.all()
    at = tickets[0]["LastChanged"] if at.second % 3 == 0 else at
    keep = {
        "afterTime": lambda t: t > at,
        "beforeTime": lambda t: t < at,
        "ge": lambda t: t >= at,
        "le": lambda t: t <= at,
        "dateTime": lambda t: t == at,
    }[op]
    kept = [each for each in truth if keep(datetime.fromisoformat(each["LastChanged"]))]
    kept.sort(key=lambda each: each["TicketId"])
    kept.sort(key=lambda each: datetime.fromisoformat(each["LastChanged"]), reverse=down)
    # A wall clock shows some hours twice: the offset says which is meant.
    text = at.astimezone(ZoneInfo(ZONES[zone])).isoformat()
    query = (
        f"$select=ticketId&$filter={quote(f'lastChanged {op} {chr(39)}{text}{chr(39)}')}&$top={top}&$skip={skip}"
        f"&$orderby=lastChanged%20{'desc' if down else 'asc'}"
    )
    reply = desk.get("Ticket", query, headers={"SO-TimeZone": zone})
    assert reply.status == 200, reply.text
    assert [each["ticketId"] for each in reply.json["value"]] == [each["TicketId"] for each in kept][skip : skip + top]
