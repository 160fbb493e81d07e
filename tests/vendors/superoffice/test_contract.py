"""SuperOffice's contract: correct clients are never accused, and the duties that are subtle, on histories made up for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference_name, roles
from mockservers.harness.drivers import Hello
from mockservers.harness.duties import Judgement, of
from mockservers.harness.history import Exchanged, ExternalChange, History, Record, Task
from mockservers.harness.profile import profile
from mockservers.harness.replay import replay
from mockservers.harness.reports import check_text, replay_text
from mockservers.harness.scenarios import Scenario
from mockservers.kernel.data import folder
from mockservers.vendors.superoffice.contract import decoder as wire
from tests.examples import examples
from tests.harness.conftest import at, exchanged, sync

Make = Callable[..., History]
ROLES = sorted({*roles("superoffice")} - {"reader"})
"""Correct clients; the reference is played by `tests/harness/test_check.py`, in every dialect and through the library."""
FIRST = ("sweeper", "writer")
"""Clients that are played longer here, for time's sake; `make mutants` plays all of them at length."""


KIN = ("files", "patcher", "people")
"""Correct clients that are the reader or writer in all but what they do beside: `make mutants` checks them at length."""


def judged(slug: str, history: History) -> Judgement:
    return next(duty for duty in of("superoffice") if duty.slug == slug).judge(history)


@pytest.fixture
def story(history: Make) -> Make:
    return lambda **facts: history("superoffice", **facts)


def test_there_are_clients_that_work_differently() -> None:
    assert {"sweeper", "writer", "nightly", "parallel", "queue"} <= set(ROLES)


@pytest.mark.parametrize("role", KIN)
def test_clients_that_do_more_keep_every_duty(role: str) -> None:
    name = reference_name("superoffice", role)
    report = check(CheckConfig("superoffice", name, dialect="hostile", examples=1, seed=3, save_to=None, shrink=False))
    assert [duty.id for duty in report.broken] == [], check_text(report)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in KIN])
def test_correct_clients_keep_every_duty_in_every_dialect(role: str) -> None:
    name = reference_name("superoffice", role)
    few = 2 if role in FIRST else 1
    report = check(CheckConfig("superoffice", name, dialect="all", examples=few, seed=5, save_to=None, shrink=False))
    assert [duty.id for duty in report.broken] == [], check_text(report)
    assert len(report.dialects) == 6
    assert all(each.declined == 0 and not each.complaints for each in report.dialects)


@pytest.mark.parametrize(
    "role", [role for role in ROLES if role not in ("nightly", *KIN)]
)  # the writer with a queue reads as it does
def test_the_library_of_scenarios_is_kept(role: str) -> None:
    files = sorted((folder("scenarios") / "superoffice").glob("*.yaml"))
    assert len(files) >= 8
    if role not in FIRST:  # a half of the files, another one for every second client; `make mutants` plays all
        files = files[ROLES.index(role) % 2 :: 2]
    results = replay(files, reference_name("superoffice", role))
    assert [result.outcome for result in results] == ["KEPT"] * len(files), replay_text(results)


def test_no_play_limits_calls_in_a_second_that_never_passes() -> None:
    """The online dialect does, and no client can wait where time stands still during a task."""
    strategy = profile("superoffice").strategies().scenarios("online", Hello())

    @settings(max_examples=examples(20), database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def unlimited(scenario: Scenario) -> None:
        assert scenario.dialect == {"deployment": "online", "dates": "netserver", "unset_connect": "captured"}

    unlimited()


# --- the wire ---------------------------------------------------------------------------------------------------------


def call(n: int, path: str, answer: Any = None, *, body: Any = None, **more: Any) -> Exchanged:
    received = None if answer is None else json.dumps(answer).encode()
    sent = b"" if body is None else json.dumps(body).encode()
    method = "GET" if body is None else "POST"
    return exchanged(n, **{"method": method, "target": f"/api/v1/{path}", "body": sent, "received": received, **more})


def tickets(n: int, asked: list[int], told: list[int | None], **more: Any) -> Exchanged:
    answer = [None if number is None else {"TicketId": number} for number in told]
    return call(n, "Agents/Ticket/GetTickets", answer, body={"TicketIds": asked}, **more)


def rows(n: int, numbers: list[int], options: str) -> Exchanged:
    return call(n, f"Ticket?{options}", {"value": [{"PrimaryKey": str(number)} for number in numbers]})


def test_reading_requests() -> None:
    assert wire.asked(tickets(1, [3, 4], [3])).ids == ("3", "4")
    xml = b"<GetTicketsRequest><TicketIds><int>3</int><int>4</int></TicketIds></GetTicketsRequest>"
    as_xml = exchanged(1, method="POST", target="/api/v1/Agents/Ticket/GetTickets", body=xml)
    assert (wire.asked(as_xml).call, wire.asked(as_xml).ids) == ("gettickets", ("3", "4"))
    assert wire.asked(call(1, "Ticket/7?$select=Title,Person/PersonId")).selected == {"title", "person"}
    assert wire.asked(rows(1, [1], "$top=5")).call == "list"
    archives = {"Ticket": "list", "TicketMessage": "messages", "Person": "person"}
    told = {name: wire.asked(call(1, f"Archive/{name}?$top=5", {})).call for name in archives}
    assert told == archives  # numbers of messages or people are no tickets'
    assert wire.asked(exchanged(1, method="POST", target="/login/common/oauth/tokens")).call == "tokens"


def test_reading_answers() -> None:
    assert wire.said(tickets(1, [3, 4], [3, None])).ids == ("3", "")
    assert wire.said(rows(1, [5], "$top=5")).ids == ("5",)
    assert wire.said(call(1, "Ticket/7", {"Message": "no"}, status=200)).kind == "error"
    assert wire.said(call(1, "Ticket/7", {}, status=401)).kind == "login"
    assert wire.said(call(1, "Ticket/7", {}, status=429)).kind == "throttled"
    assert wire.said(exchanged(1, received=b"", target="/api/v1/Ticket/7")).kind == "unusable"
    found = exchanged(1, received=b"<ArrayOfTicket><Ticket><TicketId>3</TicketId></Ticket></ArrayOfTicket>")
    assert wire.said(found).ids == ("3",)


def test_a_line_for_reports() -> None:
    assert wire.line(tickets(1, [3, 4], [3])) == "gettickets of 3, 4 -> 1 rows"
    assert wire.line(call(1, "Ticket/7", {}, status=429)) == "ticket of 7 -> throttled: 429"


# --- duties -----------------------------------------------------------------------------------------------------------


def ticket(id: str, **fields: Any) -> Record:
    return Record(id, {"BaseStatus": "Active", **fields})


@pytest.mark.parametrize(
    ("top", "listed", "mirror", "verdict"),
    [
        (2, [1, 2], ["1", "2"], "broken"),
        (2, [1, 2], ["1", "2", "3"], "kept"),
        (5, [1, 2], ["1", "2"], "unproven"),  # not a full page: what is missing was missed for another reason
    ],
)
def test_a_full_page_is_not_the_end(story: Make, top: int, listed: list[int], mirror: list[str], verdict: str) -> None:
    facts = {"truth": [ticket(each) for each in "123"], "mirror": [ticket(each) for each in mirror]}
    history = story(exchanges=[rows(1, listed, f"$top={top}")], tasks=[sync(0, 2)], **facts)
    assert judged("pages_walked", history).verdict == verdict


def test_deleted_and_merged_tickets_may_stand_there_or_not(story: Make) -> None:
    for status, slug in (("Deleted", "deleted_shown"), ("Spam", "deleted_shown"), ("Merged", "merged_shown")):
        seen = sync(0, 2, after={"1": ticket("1")})
        for mirror, verdict in (([], "kept"), ([ticket("1", BaseStatus=status)], "kept"), ([ticket("1")], "broken")):
            history = story(truth=[ticket("1", BaseStatus=status)], mirror=mirror, tasks=[seen])
            assert (judged(slug, history).verdict, judged("nothing_missed", history).breaches) == (verdict, ())


def test_long_lists_of_ids_are_slow_only_where_ids_take_time(story: Make) -> None:
    for count, latency, broken in ((401, "5", True), (400, "5", False), (401, "0", False)):
        history = story(dialect={"latency_per_id": latency}, exchanges=[tickets(1, list(range(1, count + 1)), [1])])
        assert bool(judged("slow_calls_avoided", history).breaches) is broken


def test_single_reads_count_by_the_second(story: Make) -> None:
    for apart, broken in ((0.0, True), (1.0, False)):
        calls = [tickets(n, [n], [n], minutes=n * apart / 60) for n in range(1, 13)]
        history = story(exchanges=calls, tasks=[sync(0, 20)])
        assert bool(judged("read_in_batches", history).breaches) is broken


def test_what_the_client_made_may_be_read_alone(story: Make) -> None:
    """Who looks for its own key in the tickets it made needs what no list tells."""
    calls = [tickets(n + 20, [n], [n]) for n in range(1, 13)]
    for own, verdict in ((12, "unproven"), (2, "unproven"), (1, "broken")):
        truth = {"Ticket": {str(n): ticket(str(n)) for n in range(1, own + 1)}}
        made = replace(sync(1, 10), do="create", was={"Ticket": {}}, became=truth, asked={"key": "k1", "fields": {}})
        history = story(exchanges=calls, tasks=[made, sync(20, 40)], entity="Ticket")
        assert judged("read_in_batches", history).verdict == verdict


@pytest.mark.parametrize(("found", "verdict"), [(90, "kept"), (5400, "broken"), (0, "broken"), (None, "unproven")])
def test_minutes_are_minutes(story: Make, found: int | None, verdict: str) -> None:
    notes = {} if found is None else {"5": Record("5", {"TicketId": 1, "Body": "dug here [k1]", "TimeSpent": found})}
    was = {"Ticket": {"1": ticket("1")}, "TicketMessage": {}}
    became = {"Ticket": {"1": ticket("1")}, "TicketMessage": notes}
    told = {"record": "1", "key": "k1", "text": "dug here", "minutes": 90}
    task = Task(0, "note", at(0), at(0), 10, 20, asked=told, was=was, became=became, ticket="1")
    assert judged("minutes_booked", story(tasks=[task])).verdict == verdict


def made_late(*keys: str, again: bool = True) -> list[Task]:
    """Two creates of which the first found no answer, and what each task made: a list of numbers for each."""
    tasks, there = [], dict[str, Record]()
    told = [("k1", "transport"), ("k2", None), *([("k1", None)] if again else [])]
    for index, ((key, error), made) in enumerate(zip(told, keys, strict=False)):
        was, there = there, there | {number: ticket(number) for number in made}
        asked = {"key": key, "fields": {"Title": "plain"}}
        truths = {"was": {"Ticket": was}, "became": {"Ticket": there}}
        tasks.append(
            Task(index, "create", at(index), at(index), index * 10, index * 10 + 9, error, asked=asked, **truths)
        )
    return tasks


@pytest.mark.parametrize(
    ("made", "verdict"),
    [
        (("", "12", ""), "kept"),  # a queue made the first one with the second
        (("", "1", "2"), "kept"),
        (("", "123", ""), "broken"),
        (("1", "23", ""), "broken"),  # the first stood there already: nothing was owed
        (("1", "2", "3"), "broken"),
    ],
)
def test_a_queue_may_make_with_a_later_write_what_found_no_answer(
    story: Make, made: tuple[str, ...], verdict: str
) -> None:
    assert bool(judged("written_once", story(entity="Ticket", tasks=made_late(*made))).breaches) is (
        verdict == "broken"
    )


@pytest.mark.parametrize(
    ("error", "found", "broken"), [("transport", 1, False), ("transport", 3, True), (None, 1, True)]
)
def test_a_queue_may_change_with_a_later_write_what_found_no_answer(
    story: Make, error: str | None, found: int, broken: bool
) -> None:
    was, became = ({"Ticket": {"1": ticket("1", Priority=each, Title="old")}} for each in (2, found))
    first = Task(
        0, "update", at(0), at(0), 0, 9, error, asked={"fields": {"Priority": 1}}, was=was, became=was, ticket="1"
    )
    then = Task(1, "close", at(1), at(1), 10, 19, asked={}, was=was, became=became, ticket="1")
    assert bool(judged("update_keeps_the_rest", story(entity="Ticket", tasks=[first, then])).breaches) is broken


@pytest.mark.parametrize("beside", [{}, {"9": ticket("9")}])  # what else the queue writes in the same task
@pytest.mark.parametrize("again", [True, False])
def test_a_ticket_that_others_deleted_before_a_write_was_told_again_may_be_gone(
    story: Make, again: bool, beside: dict[str, Record]
) -> None:
    asked = {"key": "k1", "record": "1", "text": "dug here"}
    there, gone = {"Ticket": {"1": ticket("1")}}, {"Ticket": dict[str, Record]()}
    first = Task(0, "note", at(0), at(0), 0, 9, "transport", asked=asked, was=there, became=there, ticket="1")
    then = Task(
        1, "note", at(2), at(2), 20, 29, asked=asked, was=gone, became={"Ticket": beside}, ticket="1", again=again
    )
    deleted = ExternalChange(15, at(1), "delete", {"id": "1"}, Record("1", {}, False))
    history = story(entity="Ticket", tasks=[first, then], changes=[deleted])
    assert bool(judged("writes_done", history).breaches) is not again


@pytest.mark.parametrize(("there", "broken"), [(["k1", "k2"], False), (["k1"], True), (["k1", "k2", "other"], False)])
def test_notes_of_the_same_words_are_as_many_as_were_told(story: Make, there: list[str], broken: bool) -> None:
    notes = {str(n): Record(str(n), {"TicketId": 1, "Body": f"dug here [{key}]"}) for n, key in enumerate(there)}
    became = {"Ticket": {"1": ticket("1")}, "TicketMessage": notes}
    tasks = [
        Task(n, "note", at(n), at(n), n * 10, n * 10 + 9, asked=asked, was=became, became=became, ticket="1")
        for n, asked in enumerate({"record": "1", "key": key, "text": "dug here"} for key in ("k1", "k2"))
    ]
    # The second task is where both must stand; in the first one of them is enough.
    assert bool(judged("writes_done", story(entity="Ticket", tasks=tasks)).breaches) is broken


@pytest.mark.parametrize(
    ("was", "became", "broken"),
    [
        ({"x": "1"}, {}, True),
        ({"x": "1"}, {"x": "2"}, True),
        ({"x": "1"}, {"x": "1", "own": "k"}, False),
        ({}, {}, False),
    ],
)
def test_custom_fields_are_kept_and_own_ones_may_be_added(
    story: Make, was: dict[str, str], became: dict[str, str], broken: bool
) -> None:
    truths = [{"Ticket": {"1": ticket("1", CustomFields=each)}} for each in (was, became)]
    task = Task(0, "update", at(0), at(0), 0, 9, asked={"fields": {}}, was=truths[0], became=truths[1], ticket="1")
    assert bool(judged("update_keeps_the_rest", story(entity="Ticket", tasks=[task])).breaches) is broken


@pytest.mark.parametrize(("tokens", "refused", "broken"), [(2, 0, False), (3, 0, True), (5, 3, False), (6, 3, True)])
def test_tokens_count_beside_those_after_a_refusal(story: Make, tokens: int, refused: int, broken: bool) -> None:
    calls = [call(n, "Ticket/7", {}, status=401) for n in range(1, refused + 1)]
    given = {"method": "POST", "target": "/login/common/oauth/tokens", "received": b'{"access_token": "x"}'}
    calls += [exchanged(refused + n, **given) for n in range(1, tokens + 1)]
    assert bool(judged("tokens_kept", story(exchanges=calls, tasks=[sync(0, 20)])).breaches) is broken


@pytest.mark.parametrize(("found", "broken"), [((90, 10), False), ((10, 90), False), ((90, 0), True), ((10,), False)])
def test_a_queue_may_write_two_notes_of_the_same_words_in_one_task(
    story: Make, found: tuple[int, ...], broken: bool
) -> None:
    notes = {str(n): Record(str(n), {"TicketId": 1, "Body": "ok", "TimeSpent": each}) for n, each in enumerate(found)}
    was = {"Ticket": {"1": ticket("1")}, "TicketMessage": {}}
    told = {"record": "1", "key": "k2", "text": "ok", "minutes": 10}
    became = {"Ticket": {"1": ticket("1")}, "TicketMessage": notes}
    task = Task(1, "note", at(0), at(0), 10, 20, asked=told, was=was, became=became, ticket="1")
    assert bool(judged("minutes_booked", story(entity="Ticket", tasks=[task])).breaches) is broken
