"""Autotask's contract: correct clients are never accused, and the duties that are subtle, on histories made up for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference_name, roles
from mockservers.harness.duties import Judgement, of
from mockservers.harness.history import Exchanged, History, Record, Task
from mockservers.harness.replay import replay
from mockservers.harness.reports import check_text, replay_text
from mockservers.kernel.data import folder
from mockservers.vendors.autotask.contract import decoder as wire
from tests.harness.conftest import at, change, exchanged, sync

Make = Callable[..., History]
ROLES = sorted({*roles("autotask")} - {"reader"})
"""Correct clients; the reference is played by `tests/harness/test_check.py`, in every dialect and through the library."""
FIRST = ("plain_writer", "sweeper", "writer")
"""Clients from which others derive; those of foreign design are played less here, for time's sake."""


def judged(slug: str, history: History) -> Judgement:
    return next(duty for duty in of("autotask") if duty.slug == slug).judge(history)


@pytest.mark.parametrize("role", ROLES)
def test_correct_clients_keep_every_duty_in_every_dialect(role: str) -> None:
    report = check(
        CheckConfig("autotask", reference_name("autotask", role), dialect="all", examples=1, seed=12, save_to=None)
    )
    assert [duty.id for duty in report.broken] == [], check_text(report)
    assert len(report.dialects) == 7
    assert all(each.declined == 0 and not each.complaints for each in report.dialects)


@pytest.mark.parametrize("role", FIRST)
def test_the_library_of_scenarios_is_kept(role: str) -> None:
    files = sorted((folder("scenarios") / "autotask").glob("*.yaml"))
    assert len(files) >= 8
    results = replay(files, reference_name("autotask", role))
    assert [result.outcome for result in results] == ["KEPT"] * len(files), replay_text(results)


# --- the wire ---------------------------------------------------------------------------------------------------------


def envelope(content: str) -> bytes:
    return f"<s:Envelope xmlns:s='urn:s'><s:Body>{content}</s:Body></s:Envelope>".encode()


def asked(n: int, question: str = "", *, ids: tuple[str, ...] = (), said: str = "", **more: Any) -> Exchanged:
    """A query for tickets and what was said to it."""
    inside = f"<queryxml><entity>Ticket</entity><query>{question}</query></queryxml>"
    rows = "".join(f"<Entity><id>{each}</id></Entity>" for each in ids)
    good = f"<r><ReturnCode>1</ReturnCode><EntityResults>{rows}</EntityResults><EntityResultType>ticket</EntityResultType></r>"
    answer = said or f"<queryResponse>{good}</queryResponse>"
    body = envelope(f"<query><sXML><![CDATA[{inside}]]></sXML></query>")
    return exchanged(n, **{"body": body, "received": envelope(answer), **more})


FAILED = "<r><ReturnCode>-1</ReturnCode><Errors><ATWSError><Message>{}</Message></ATWSError></Errors></r>"


def test_reading_a_query() -> None:
    exchange = asked(1, "<field>id<expression op='GreaterThan'> 5 </expression></field>", ids=("6", "7"))
    assert wire.asked(exchange) == wire.Asked("query", "ticket", (("id", "greaterthan", "5"),))
    assert wire.said(exchange) == wire.Said("good", "ticket", ("6", "7"))
    assert wire.line(exchange) == "query ticket id greaterthan 5 -> 2 rows"


def test_reading_answers_that_are_none() -> None:
    assert wire.said(asked(1, said=FAILED.format("no"))) == wire.Said("error", text="no")
    assert wire.line(asked(1, said=FAILED.format("no"))) == "query ticket -> error: no"
    assert wire.said(exchanged(1, status=401, received=b"")).kind == "login"
    assert wire.said(asked(1, said="<Fault><faultstring>x</faultstring></Fault>", status=500)).kind == "error"
    for more in ({"received": None}, {"received": b"<a"}, {"received": b""}, {"status": 503}):
        assert wire.said(asked(1, **more)).kind == "unusable"
    assert wire.asked(exchanged(1, body=b"\xff<")) == wire.Asked()


def test_reading_a_write() -> None:
    entity = "<Entity xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='x:Ticket'><id>0</id><Title>a</Title></Entity>"
    want = wire.asked(exchanged(1, body=envelope(f"<create><Entities>{entity}</Entities></create>")))
    assert (want.operation, want.entity, want.entities) == ("create", "Ticket", ({"id": "0", "Title": "a"},))


def rest(
    n: int, verb: str = "POST", path: str = "Tickets/query", body: Any = None, said: Any = None, **more: Any
) -> Exchanged:
    """A call of the REST service and what was said to it."""
    sent = b"" if body is None else json.dumps(body).encode()
    facts = {"method": verb, "target": f"/w/x/ATServicesRest/V1.0/{path}", "body": sent, "status": 200}
    return exchanged(n, **{**facts, "received": json.dumps({} if said is None else said).encode(), **more})


@pytest.mark.parametrize(
    ("verb", "path", "body", "operation", "entity", "tests"),
    [
        ("GET", "zoneInformation?user=x", None, "getZoneInfo", "", ()),
        ("GET", "thresholdinformation/", None, "getThresholdAndUsageInfo", "", ()),
        ("GET", "Companies/entityInformation/fields", None, "GetFieldInfo", "Account", ()),
        ("GET", "Tickets/7", None, "query", "ticket", (("id", "equals", "7"),)),
        ("GET", "Tickets/7/Notes", None, "query", "ticketnote", (("ticketid", "equals", "7"),)),
        ("GET", "Tickets/7/Notes/8", None, "query", "ticketnote", (("id", "equals", "8"), ("ticketid", "equals", "7"))),
        ("POST", "tickets/query/count", {"filter": []}, "count", "ticket", ()),
        ("POST", "Tickets/query", {"maxRecords": 1}, "query", "", ()),
        ("POST", "Nothing/query", {"filter": []}, "query", "", ()),
        ("PUT", "", None, "", "", ()),
    ],
)
def test_reading_a_call_of_rest(
    verb: str, path: str, body: Any, operation: str, entity: str, tests: tuple[tuple[str, str, str], ...]
) -> None:
    want = wire.asked(rest(1, verb, path, body))
    assert (want.operation, want.entity, want.tests) == (operation, entity, tests)


def test_reading_a_filter() -> None:
    conditions = [
        {"op": "GTE", "field": "companyID", "value": 5},
        {
            "op": "or",
            "items": [{"op": "in", "field": "id", "value": [1, "2"]}, {"op": "ne", "field": "title", "value": True}],
        },
        "nonsense",
    ]
    tests = (
        ("accountid", "greaterthanorequals", "5"),
        ("id", "equals", "1"),
        ("id", "equals", "2"),
        ("title", "?ne", "true"),
    )
    assert wire.asked(rest(1, body={"Filter": conditions})).tests == tests
    search = quote(json.dumps({"filter": conditions}))
    assert wire.asked(rest(1, "GET", f"Tickets/query/next?paging=x&search={search}")).tests == tests


def test_reading_a_write_by_rest() -> None:
    want = wire.asked(rest(1, "PATCH", "Tickets", {"id": 5, "companyID": 7, "title": "a", "other": None}))
    assert (want.operation, want.entity) == ("update", "Ticket")
    assert want.entities == ({"id": "5", "AccountID": "7", "Title": "a", "other": ""},)
    want = wire.asked(rest(1, "POST", "Tickets/7/Charges", {"chargeType": 1}))
    assert (want.operation, want.entity, want.entities) == (
        "create",
        "TicketCost",
        ({"CostType": "1", "TicketID": "7"},),
    )
    want = wire.asked(rest(1, "DELETE", "TimeEntries/9"))
    assert (want.operation, want.entity, want.entities) == ("delete", "TimeEntry", ({"id": "9"},))
    assert wire.asked(rest(1, "POST", "Tickets", said={})) == wire.Asked("create", "Ticket")


def test_reading_what_rest_says() -> None:
    page = rest(1, body={"filter": [{"op": "gt", "field": "id", "value": 5}]}, said={"items": [{"id": 6}, {"id": 7}]})
    assert wire.said(page) == wire.Said("good", "ticket", ("6", "7"))
    assert wire.line(page) == "query ticket id greaterthan 5 -> 2 rows"
    assert wire.said(rest(1, "GET", "Tickets/6", said={"item": {"id": 6}})).ids == ("6",)
    assert wire.said(rest(1, "GET", "Tickets/6", said={"item": None})) == wire.Said("good", "ticket")
    assert wire.said(rest(1, "GET", "Tickets/6", said={"errors": ["x"]}, status=404)) == wire.Said("good", "ticket")
    assert wire.said(rest(1, "PATCH", "Tickets", {"id": 6}, {"itemId": 6})).ids == ("6",)
    for status in (500, 429):
        said = wire.said(rest(1, said={"errors": ["a", "b"]}, status=status))
        assert (said.kind, said.text, said.down) == ("error", "a; b", False)
    assert wire.said(rest(1, status=401, received=b"")).kind == "login"
    assert wire.said(rest(1, said={"Message": "no"}, status=405)) == wire.Said("error", text="no")
    for more in (
        {"received": None},
        {"received": b"{"},
        {"received": b"[]"},
        {"said": {"Message": "x"}, "status": 500},
    ):
        assert wire.said(rest(1, **more)).down
    told = {"externalRequestThreshold": 200, "currentTimeframeRequestCount": 50}
    assert wire.used(rest(1, "GET", "ThresholdInformation", said=told)) == 0.25
    assert wire.used(rest(1, "GET", "ThresholdInformation", said={})) is None


# --- duties -----------------------------------------------------------------------------------------------------------


def ticket(id: str, **fields: Any) -> Record:
    return Record(id, fields)


@pytest.fixture
def story(history: Make) -> Make:
    return lambda **facts: history("autotask", entity="Ticket", mirrors=("Status", "Title", "DueDateTime"), **facts)


def zone(n: int, **more: Any) -> Exchanged:
    answer = envelope("<r><URL>x</URL><ErrorCode>0</ErrorCode></r>")
    return exchanged(n, **{"body": envelope("<getZoneInfo/>"), "received": answer, **more})


def test_zone_first(story: Make) -> None:
    assert judged("zone_first", story(exchanges=[zone(1)])).verdict == "unproven"
    assert judged("zone_first", story(exchanges=[zone(1), asked(2)])).verdict == "kept"
    assert judged("zone_first", story(exchanges=[asked(1), zone(2)])).verdict == "broken"
    assert judged("zone_first", story(exchanges=[zone(1, received=None), asked(2)])).verdict == "broken"
    assert judged("zone_first", story(exchanges=[zone(1, received=None), zone(2), asked(3)])).verdict == "kept"


def test_conditions_known(story: Make) -> None:
    def asking(operator: str) -> Exchanged:
        return rest(2, body={"filter": [{"op": operator, "field": "id", "value": 5}]}, said={"items": []})

    assert judged("conditions_known", story(exchanges=[asked(1)])).verdict == "unproven"
    assert judged("conditions_known", story(exchanges=[asking("notIn")])).verdict == "kept"
    lost = judged("conditions_known", story(exchanges=[asking("isGreater")]))
    assert "has the condition id isgreater 5, whose operator the service does not know" in lost.breaches[0].text


def test_cap_walked(story: Make) -> None:
    ids = tuple(str(n) for n in range(1, 501))
    truth = [ticket(each) for each in (*ids, "501")]
    full = asked(2, ids=ids)
    assert judged("cap_walked", story(truth=truth[:500], mirror=truth[:500], exchanges=[full])).verdict == "kept"
    missed = judged("cap_walked", story(truth=truth, mirror=truth[:500], exchanges=[full]))
    assert "the ticket with id 501 and 0 more were never asked for" in missed.breaches[0].text
    walked = [full, asked(3, ids=("501",))]
    assert judged("cap_walked", story(truth=truth, mirror=truth, exchanges=walked)).verdict == "kept"
    # What was told and is not there is lost otherwise.
    assert judged("cap_walked", story(truth=truth, mirror=truth[:500], exchanges=walked)).verdict == "kept"


def test_failed_query_repeated(story: Make) -> None:
    old, new = ticket("1", Title="old"), ticket("1", Title="new")
    changes = [change(1, "create", "1", Title="old"), change(10, "change", "1", Title="new")]
    failed = asked(12, said=FAILED.format("no"))
    tasks = [sync(2, 6), sync(11, 15, error_kind="refused"), sync(20, 25)]
    facts = {"changes": changes, "truth": [new], "tasks": tasks}
    assert judged("failed_query_repeated", story(mirror=[new], exchanges=[failed], **facts)).verdict == "kept"
    lost = judged("failed_query_repeated", story(mirror=[old], exchanges=[failed], **facts))
    assert "failed (no); what had happened to the ticket with id 1" in lost.breaches[0].text
    # What came after the failure, or was told before it, is another matter.
    later = [change(1, "create", "1", Title="old"), change(18, "change", "1", Title="new")]
    other = story(mirror=[old], exchanges=[failed], **{**facts, "changes": later})
    assert judged("failed_query_repeated", other).breaches == ()
    assert judged("failed_query_repeated", story(mirror=[old], exchanges=[asked(12)], **facts)).verdict == "unproven"


def test_picklist_values_and_texts(story: Make) -> None:
    truth = [ticket("1", Status=15, Title="a & b")]
    for mirrored, slug in (
        (ticket("1", Status="15", Title="a & b"), ""),
        (ticket("1", Status="Pending", Title="a & b"), "picklist_values"),
        (ticket("1", Status=None, Title="a & b"), "picklist_values"),
        (ticket("1", Status=15, Title="a &amp; b"), "text_survives"),
    ):
        history = story(truth=truth, mirror=[mirrored])
        broken = {each for each in ("picklist_values", "text_survives") if judged(each, history).breaches}
        assert broken == ({slug} if slug else set())


def test_times_of_the_repeated_hour_are_not_told_apart(story: Make) -> None:
    truth = [ticket("1", DueDateTime="2026-11-01T05:30:00Z")]
    for time, verdict in (("2026-11-01T06:30:00Z", "kept"), ("2026-11-01T01:30:00Z", "broken")):
        assert judged("times_understood", story(truth=truth, mirror=[ticket("1", DueDateTime=time)])).verdict == verdict


def test_suspension_respected(story: Make) -> None:
    text = FAILED.format("The threshold of 10000 requests in 60 minutes has been reached.")
    refused = [asked(n, said=text) for n in range(1, 5)]
    assert judged("suspension_respected", story(exchanges=refused[:3], tasks=[sync(0, 9)])).verdict == "kept"
    assert judged("suspension_respected", story(exchanges=refused, tasks=[sync(0, 9)])).verdict == "broken"
    assert judged("suspension_respected", story(exchanges=refused, tasks=[sync(0, 2), sync(2, 9)])).verdict == "kept"


def test_usage_watched(story: Make) -> None:
    used = change(1, "act", "customer", requests=6000, threshold=10_000)
    tasks = [sync(2, 5), sync(5, 9)]
    busy = [asked(3), asked(6)]
    assert judged("usage_watched", story(changes=[used], tasks=tasks, exchanges=busy)).verdict == "broken"
    watched = [exchanged(3, body=envelope("<getThresholdAndUsageInfo/>")), asked(6)]
    assert judged("usage_watched", story(changes=[used], tasks=tasks, exchanges=watched)).verdict == "kept"
    few = change(1, "act", "customer", requests=100, threshold=10_000)
    assert judged("usage_watched", story(changes=[few], tasks=tasks, exchanges=busy)).verdict == "unproven"
    late = [sync(2, 5, minutes=61), sync(5, 9, minutes=70)]
    assert judged("usage_watched", story(changes=[used], tasks=late, exchanges=busy)).verdict == "unproven"


def write(do: str, asked: dict[str, Any], was: list[Record], became: list[Record], **more: Any) -> Task:
    entries = more.pop("entries", [])
    before = {"Ticket": {each.id: each for each in was}, "TimeEntry": {}}
    after = {"Ticket": {each.id: each for each in became}, "TimeEntry": {each.id: each for each in entries}}
    return Task(0, do, at(0), at(0), 10, 20, asked=asked, was=before, became=after, ticket=asked.get("record"), **more)


@pytest.mark.parametrize(
    ("found", "slug"),
    [
        ({"Title": "a & b", "DueDateTime": "2026-03-05T15:00:00Z"}, ""),
        ({"Title": "a &amp; b", "DueDateTime": "2026-03-05T15:00:00Z"}, "text_written"),
        ({"Title": "old", "DueDateTime": "2026-03-05T15:00:00Z"}, "writes_done"),
        ({"Title": "a & b", "DueDateTime": "2026-03-05T20:00:00Z"}, "times_written"),
        ({"Title": "a & b", "DueDateTime": None}, "writes_done"),
    ],
)
def test_each_fault_of_a_write_has_its_duty(story: Make, found: dict[str, Any], slug: str) -> None:
    told = {"record": "1", "fields": {"Title": "a & b", "DueDateTime": "2026-03-05T15:00:00Z"}}
    history = story(tasks=[write("update", told, [ticket("1", Title="old")], [ticket("1", **found)])])
    slugs = ("writes_done", "text_written", "times_written")
    assert {each for each in slugs if judged(each, history).breaches} == ({slug} if slug else set())


@pytest.mark.parametrize(
    ("hours", "ended", "broken"),
    [
        (1.5, "2026-03-02T10:00:00Z", set()),
        (1.75, "2026-03-02T10:00:00Z", set()),  # rounded up
        (24.0, "2026-03-02T10:00:00Z", {"time_booked"}),
        (1.5, "2026-03-02T15:00:00Z", {"times_written"}),
    ],
)
def test_booked_time(story: Make, hours: float, ended: str, broken: set[str]) -> None:
    told = {"record": "1", "key": "k1", "text": "dug", "minutes": 90}
    entry = Record("5", {"SummaryNotes": "dug", "HoursWorked": hours, "EndDateTime": ended})
    history = story(tasks=[write("note", told, [ticket("1")], [ticket("1")], entries=[entry])])
    assert {each for each in ("time_booked", "times_written") if judged(each, history).breaches} == broken
    assert judged("writes_done", history).verdict == "kept"


def test_external_fields_alone(story: Make) -> None:
    told = {"record": "1", "fields": {"Title": "x"}}
    was = [ticket("1", ExternalID="theirs")]
    for value, fields, verdict in (
        ("theirs", {}, "kept"),
        (None, {}, "kept"),  # cleared, which is for another duty
        ("ours", {}, "broken"),
        ("ours", {"ExternalID": "ours"}, "kept"),
    ):
        asked = {**told, "fields": {"Title": "x", **fields}}
        task = write("update", asked, was, [ticket("1", Title="x", ExternalID=value)])
        assert judged("external_fields_alone", story(tasks=[task])).verdict == verdict


def test_what_is_shown_after_a_write(story: Make) -> None:
    told, truth = {"key": "k1", "fields": {"Title": "x"}}, [ticket("7", Title="x", Status=1)]
    for shown, verdict in (
        ({"7": ticket("7", Title="x", Status=1)}, "kept"),
        ({"7": ticket("7", Title="x", Status=None)}, "broken"),
        ({}, "unproven"),  # nothing is shown, so nothing is wrong
    ):
        task = write("create", told, [], truth, answered={"id": "7"}, before={}, after=shown)
        assert judged("id_only_from_create", story(tasks=[task])).verdict == verdict


def noted(n: int, key: str, text: str, there: dict[str, str], minutes: int | None = None, **more: Any) -> Task:
    """A note that was told, and the notes that the ticket 1 has after it, by their ids."""
    told = {"record": "1", "key": key, "text": text} | ({} if minutes is None else {"minutes": minutes})
    notes = {id_: Record(id_, {"TicketID": 1, "Description": said}) for id_, said in there.items()}
    was = {id_: note for id_, note in notes.items() if id_ != f"n{n}"}
    truth = {"Ticket": {"1": ticket("1")}, "TimeEntry": {}}
    facts = {"was": {**truth, "TicketNote": was}, "became": {**truth, "TicketNote": notes}, "ticket": "1"}
    return Task(n, "note", at(n), at(n), n * 10, n * 10 + 9, asked=told, **{**facts, **more})


def test_a_note_that_says_the_same_is_another_one(story: Make) -> None:
    first = noted(1, "k1", "called", {"n1": "called"})
    dropped = judged("writes_done", story(tasks=[first, noted(2, "k2", "called", {"n1": "called"})]))
    assert "2 notes with the same text were told" in dropped.breaches[0].text
    for tasks in (
        [first, noted(2, "k2", "called", {"n1": "called", "n2": "called"})],
        [first, noted(2, "k1", "called", {"n1": "called"}, again=True)],  # the same one, told again
        [first, noted(2, "k2", "called", {"n1": "called"}, error_kind="refused")],
        [first, noted(2, "k2", "called back", {"n1": "called", "n2": "called back"})],
    ):
        assert judged("writes_done", story(tasks=tasks)).verdict == "kept"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("dug", "broken"),
        ("dug (90 minutes)", "kept"),
        ("dug [1.5]", "kept"),
        ("dug, 1:30", "kept"),
        ("dug (1 hour 30 minutes)", "kept"),
        ("dug 1h 31", "broken"),
    ],
)
def test_minutes_stand_somewhere(story: Make, said: str, verdict: str) -> None:
    assert judged("time_booked", story(tasks=[noted(1, "k1", "dug", {"n1": said}, minutes=90)])).verdict == verdict


def test_a_number_in_the_told_text_tells_no_minutes(story: Make) -> None:
    history = story(tasks=[noted(1, "k1", "90 holes dug", {"n1": "90 holes dug"}, minutes=90)])
    assert judged("time_booked", history).verdict == "broken"


def test_queries_understood(story: Make) -> None:
    refused = FAILED.format("Invalid query syntax")
    raw = "<field>Title<expression op='Equals'>a & b</expression></field>"
    for question, said, verdict in (
        (raw, refused, "broken"),
        (raw.replace("&", "&amp;"), refused, "kept"),  # what is wrong with it is no matter of letters
        (raw.replace("&", "&amp;"), "", "kept"),
    ):
        assert judged("queries_understood", story(exchanges=[asked(1, question, said=said)])).verdict == verdict
    unread = asked(1, raw, received=None)
    assert judged("queries_understood", story(exchanges=[unread])).verdict == "kept"


def test_few_requests_for_the_zone(story: Make) -> None:
    tasks = [sync(0, 20), sync(20, 40)]
    for lookups, failed, verdict in ((6, 0, "kept"), (7, 0, "broken"), (7, 1, "kept")):
        lost = [zone(30 + n, received=None) for n in range(failed)]
        exchanges = [zone(n + 1) for n in range(lookups - failed)] + lost
        assert judged("few_requests", story(tasks=tasks, exchanges=exchanges)).verdict == verdict


def single(n: int, id_: str, task: int) -> Exchanged:
    return asked(n, f"<field>id<expression op='Equals'>{id_}</expression></field>", ids=(id_,), task=task)


def test_few_requests_for_what_is_known(story: Make) -> None:
    ids = [str(n) for n in range(1, 12)]
    first = asked(1, ids=tuple(ids), task=0)
    tasks = [sync(0, 2), sync(2, 40)]
    for active, known, verdict in (
        ("2026-03-01T09:59:59Z", ids, "broken"),
        ("2026-03-01T10:00:00Z", ids, "unproven"),  # within the last day
        ("2026-03-01T09:59:59Z", ids[:10], "kept"),
    ):
        exchanges = [first, *(single(n, id_, 1) for n, id_ in enumerate(known, 3))]
        truth = [ticket(id_, LastActivityDate=active) for id_ in ids]
        assert judged("few_requests", story(tasks=tasks, truth=truth, exchanges=exchanges)).verdict == verdict
    # In the task that was told of them, they are not known before.
    same = [first, *(single(n, id_, 0) for n, id_ in enumerate(ids, 3))]
    old = [ticket(id_, LastActivityDate="2026-01-01T00:00:00Z") for id_ in ids]
    assert judged("few_requests", story(tasks=[sync(0, 40)], truth=old, exchanges=same)).verdict == "unproven"


@pytest.mark.parametrize(
    ("fields", "kind", "verdict"),
    [
        ({"Title": "проверка"}, "client", "broken"),
        ({"Title": "проверка"}, "refused", "kept"),
        ({"Title": "x" * 256}, "client", "unproven"),
        ({"Title": "x" * 255}, "client", "broken"),
        ({"Title": "\x0b"}, "client", "unproven"),
        ({"Status": 77}, "client", "unproven"),
    ],
)
def test_writes_tried(story: Make, fields: dict[str, Any], kind: str, verdict: str) -> None:
    told = {"record": "1", "fields": fields}
    task = write("update", told, [ticket("1")], [ticket("1")], error_kind=kind)
    assert judged("writes_tried", story(tasks=[task])).verdict == verdict
    disturbed = story(tasks=[task], exchanges=[asked(12, said=FAILED.format("no"))])
    assert judged("writes_tried", disturbed).verdict == "unproven"


def test_failures_not_stormed(story: Make) -> None:
    lost = [asked(n, received=None) for n in range(1, 12)]
    assert judged("failures_not_stormed", story(exchanges=lost[:10], tasks=[sync(0, 20)])).verdict == "kept"
    assert judged("failures_not_stormed", story(exchanges=lost, tasks=[sync(0, 20)])).verdict == "broken"
    assert judged("failures_not_stormed", story(exchanges=lost, tasks=[sync(0, 5), sync(5, 20)])).verdict == "kept"
    several = [
        asked(n, f"<field>id<expression op='Equals'>{n}</expression></field>", received=None) for n in range(1, 12)
    ]
    assert judged("failures_not_stormed", story(exchanges=several, tasks=[sync(0, 20)])).verdict == "kept"
    for count, verdict in ((30, "kept"), (31, "broken")):
        unread = [exchanged(n, request_known=False, status=503) for n in range(1, count + 1)]
        assert judged("failures_not_stormed", story(exchanges=unread, tasks=[sync(0, 40)])).verdict == verdict
    said = "<Fault><faultstring>The threshold of 10000 requests has been reached.</faultstring></Fault>"
    told = [asked(n, said=said, status=500) for n in range(1, 12)]
    assert judged("failures_not_stormed", story(exchanges=told, tasks=[sync(0, 20)])).verdict == "unproven"
