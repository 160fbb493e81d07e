"""What other people do at the vendor, and when clients see it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from mockservers.kernel.rules import Breakdown, Misuse
from tests.examples import examples

Desk = Any
marked = pytest.mark.rule


def test_a_created_ticket_is_plausible_and_the_same_for_the_same_seed(make_desk: Any) -> None:
    made = [make_desk("empty", seed=seed).act("create") for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]
    fields = made[0]["fields"]
    assert fields["tid"] == 1
    assert made[0]["id"] == "1"
    assert fields["date_opened"] == fields["last_updated"] == "2026-03-02T10:00:00Z"
    assert all(fields[name] for name in ("cid", "company_name", "contact", "email", "subject", "summary", "status"))
    json.dumps(made)


def test_truth_has_every_output_in_its_own_type(desk: Desk) -> None:
    fields = desk.truth(39)
    assert len(fields) == 38
    assert (fields["tid"], fields["parent_ticket"], fields["merged_to"]) == (39, 0, None)
    assert fields["custom_fields"] == {"Remarks": "first, second", "Asset_Tag": "A-1"}
    assert fields["date_opened"] == "2026-01-21T10:00:00Z"
    assert fields["children_tickets"] == "40"


def test_numbers_go_on_and_are_not_given_twice(desk: Desk) -> None:
    last = desk.all()[-1]["tid"]
    tid = desk.create()
    assert tid == last + 1
    desk.act("delete", id=str(tid))
    assert desk.create() == tid + 1
    assert desk.create(tid=5000) == 5000
    assert desk.create() == 5001


def test_change_moves_the_last_update_and_nothing_else(desk: Desk) -> None:
    before = desk.truth(34)
    desk.advance(5)
    after = desk.act("change", id="34", fields={"status": "On Hold", "due_date": "2026-04-01T00:00:00Z"}, by="admin")[
        "fields"
    ]
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"status", "due_date", "last_updated", "updated_by", "updater_type"}
    assert desk.get(tid=34).tickets[0]["status"] == "On+Hold"


def test_closing_by_hand_dates_the_closing(desk: Desk) -> None:
    assert desk.act("change", id="9", fields={"status": "closed"})["fields"]["date_closed"] == "2026-03-02T10:00:00Z"
    assert desk.act("change", id="9", fields={"status": "Open"})["fields"]["date_closed"] is None
    fields = {"status": "Closed", "date_closed": "2026-01-01T00:00:00Z"}
    assert desk.act("change", id="9", fields=fields)["fields"]["date_closed"] == "2026-01-01T00:00:00Z"
    assert desk.act("change", id="34", fields={"locked": "Y"})["fields"]["locked_by"] == "guest"


def test_who_opens_a_ticket_is_its_first_updater(desk: Desk) -> None:
    fields = desk.act("create", by="jones")["fields"]
    assert (fields["opened_by"], fields["updated_by"], fields["updater_type"]) == ("jones", "jones", "CUSTOMER")
    fields = desk.act("create", fields={"opened_by": "WEBSITE", "cid": "kim"})["fields"]
    assert (fields["updated_by"], fields["updater_type"]) == ("kim", "CUSTOMER")


def test_a_changed_customer_brings_his_own_fields(desk: Desk) -> None:
    fields = desk.act("change", id="34", fields={"cid": "kim"})["fields"]
    assert (fields["contact"], fields["company_id"], fields["company_name"]) == ("Kim 김", 3, "C++ 100% <Works>")
    fields = desk.act("change", id="34", fields={"cid": "nobody knows", "phone": "1"})["fields"]
    assert (fields["contact"], fields["phone"]) == ("Kim 김", "1")


def test_deleting_leaves_no_dangling_reference(desk: Desk) -> None:
    desk.act("delete", id="40")
    assert desk.truth(39)["children_tickets"] == ""
    child = desk.act("act", id="39", action="spawn")["id"]
    assert desk.act("delete", id="39") == {"id": "39", "exists": False, "fields": {}}
    assert desk.truth(int(child))["parent_ticket"] == 0
    desk.act("delete", id="34")
    assert desk.truth(44)["merged_to"] is None
    assert desk.act("read", id="34")["exists"] is False
    assert desk.get(tid=34).tids == []


def test_parents_move(desk: Desk) -> None:
    desk.act("change", id="40", fields={"parent_ticket": 9})
    assert (desk.truth(39)["children_tickets"], desk.truth(9)["children_tickets"]) == ("", "40")
    with pytest.raises(Misuse, match="own ancestor"):
        desk.act("change", id="9", fields={"parent_ticket": 40})
    with pytest.raises(Misuse, match="no ticket 999"):
        desk.act("change", id="9", fields={"parent_ticket": 999})
    desk.act("change", id="40", fields={"parent_ticket": 0})
    assert desk.truth(9)["children_tickets"] == ""


@pytest.mark.parametrize(
    ("operation", "request_", "says"),
    [
        ("read", {}, "'id' must be a ticket's number"),
        ("read", {"id": "x"}, "'id' must be a ticket's number"),
        ("read", {"id": "9" * 30}, "'id' must be a ticket's number"),
        ("read", {"id": "9", "extra": 1}, "unknown field 'extra'"),
        ("change", {"id": "41", "fields": {}}, "no ticket 41"),
        ("change", {"id": "9", "fields": {"nothing": 1}}, "no field 'nothing'"),
        ("change", {"id": "9", "fields": {"status": 5}}, "status must be text"),
        ("change", {"id": "9", "fields": {"company_id": "1"}}, "company_id must be a whole number"),
        ("change", {"id": "9", "fields": {"company_id": 2**70}}, "company_id must be a whole number"),
        ("change", {"id": "9", "fields": {"company_id": 99}}, "give company_name too"),
        ("change", {"id": "9", "fields": {"company_id": 1, "company_name": "Other"}}, "give one of the two"),
        ("change", {"id": "9", "fields": {"due_date": "tomorrow"}}, "not an ISO 8601 time"),
        ("change", {"id": "9", "fields": {"due_date": "2026-01-01T00:00:00"}}, "has no offset"),
        ("change", {"id": "9", "fields": {"date_opened": None}}, "never empty"),
        ("change", {"id": "9", "fields": {"locked": "maybe"}}, "one of N, Y"),
        ("change", {"id": "9", "fields": {"linked_calls": "1, 2"}}, "without blanks"),
        ("change", {"id": "9", "fields": {"subject": "x" * 20_001}}, "20000 are kept"),
        ("change", {"id": "9", "fields": {"subject": "a\x00b"}}, "NUL"),
        ("change", {"id": "9", "fields": {"opened_by": "a\x07b"}}, "control characters are possible"),
        ("change", {"id": "9", "fields": {"opened_by": "a\r\nb"}}, "control characters are possible"),
        ("change", {"id": "9", "fields": {"merged": "Y"}}, "use the action merge"),
        ("change", {"id": "9", "fields": {"children_tickets": "34"}}, "follows from the parent_ticket"),
        ("change", {"id": "9", "fields": {"tid": 10}}, "never changes"),
        ("change", {"id": "9", "fields": {"custom_fields": {"Nope": "x"}}}, "'Nope' is not defined"),
        ("change", {"id": "9", "fields": {"custom_fields": {"Site": 1}}}, "must be text"),
        ("change", {"id": "9", "fields": {}, "delay": -1}, "'delay' must be a number"),
        ("change", {"id": "9", "fields": {}, "by": 7}, "'by' must be text"),
        ("change", {"id": "9", "fields": []}, "'fields' must be an object"),
        ("create", {"by": 7}, "'by' must be text"),
        ("create", {"by": "a\nb"}, "'by' goes out raw"),
        ("act", {"id": "9", "action": "assign", "to": "a\nb"}, "'to' goes out raw"),
        ("create", {"fields": {"tid": 9}}, "a ticket 9 already"),
        ("create", {"fields": {"merged": "Y"}}, "cannot be given merged"),
        ("create", {"fields": {"parent_ticket": 999}}, "no ticket 999"),
        ("act", {"id": "9"}, "'action' is missing"),
        ("act", {"id": "9", "action": "dance"}, "no action 'dance'"),
        ("act", {"id": "9", "action": "assign"}, "assign needs"),
        ("act", {"id": "9", "action": "merge", "into": "9"}, "the same, or merged already"),
        ("act", {"id": "9", "action": "merge", "into": "44"}, "merge into that one"),
        ("act", {"id": "44", "action": "reopen"}, "not undone by reopening"),
        ("act", {"id": "37", "action": "lock"}, "locked already"),
        ("act", {"id": "9", "action": "close", "to": "x"}, "unknown field 'to'"),
        ("list", {"most": 0}, "'most' must be a whole number"),
        ("list", {"after": "x"}, "'after' must be a ticket's number"),
        ("define", {"custom_fields": ["status"]}, "hide the variable 'status'"),
        ("define", {"custom_fields": ["Sub Category"]}, "hide the variable 'sub_category'"),
        ("define", {"custom_fields": ["a<b"]}, "cannot name a custom field"),
        ("define", {"custom_fields": ["1st"]}, "cannot name a custom field"),
        ("define", {"custom_fields": ["xmlns"]}, "cannot name a custom field"),
        ("define", {"custom_fields": ["A b", "a_B"]}, "two custom fields"),
        ("define", {"custom_fields": "Site"}, "a list of names"),
    ],
)
def test_impossible_wishes_are_refused_with_a_reason(
    desk: Desk, operation: str, request_: dict[str, Any], says: str
) -> None:
    before = desk.all()
    with pytest.raises(Misuse, match=says.replace("(", r"\(")):
        desk.world.act("get_tickets", operation, request_)
    assert desk.all() == before


@marked("get_tickets.field.custom")
def test_a_refused_definition_leaves_the_old_one(desk: Desk) -> None:
    with pytest.raises(Misuse):
        desk.act("define", custom_fields=["Fine", "status"])
    assert list(desk.get(tid=9).tickets[0]["custom_fields"]) == ["Site", "Cost_Centre", "Remarks", "Asset_Tag"]


def test_half_a_character_becomes_a_replacement(empty: Desk) -> None:
    tid = empty.create(subject="a\ud800b \ud83d\ude00")
    assert empty.truth(tid)["subject"] == "a\ufffdb \U0001f600"
    assert empty.get(tid=tid).tickets[0]["subject"] == "a%ef%bf%bdb+%f0%9f%98%80"


def test_a_delayed_change_is_true_at_once_and_seen_later(desk: Desk) -> None:
    desk.act("change", id="9", fields={"status": "On Hold"}, delay=60)
    assert desk.truth(9)["status"] == "On Hold"
    assert desk.get(tid=9).tickets[0]["status"] == "Open"
    desk.advance(59.9)
    assert desk.get(status="On Hold", end_tid=9).tids == []
    desk.advance(0.1)
    assert desk.get(status="On Hold", end_tid=9).tids == [9]
    assert desk.get(tid=9).tickets[0]["last_updated"] == "3/2/2026 10:00:00 AM"


def test_delayed_births_and_deaths(desk: Desk) -> None:
    tid = int(desk.act("create", delay=10)["id"])
    desk.act("delete", id="9", delay=5)
    assert desk.act("read", id="9")["exists"] is False
    assert [each["tid"] for each in desk.all()][-1] == tid
    assert (desk.get(tid=tid).tids, desk.get(tid=9).tids) == ([], [9])
    desk.advance(7)
    assert (desk.get(tid=tid).tids, desk.get(tid=9).tids) == ([], [])
    desk.advance(7)
    assert desk.get(tid=tid).tids == [tid]


def test_a_later_change_does_not_overtake_an_earlier_one(desk: Desk) -> None:
    desk.act("change", id="9", fields={"status": "On Hold"}, delay=60)
    desk.act("change", id="9", fields={"status": "In Progress"})
    assert desk.truth(9)["status"] == "In Progress"
    assert desk.get(tid=9).tickets[0]["status"] == "Open"
    desk.advance(60)
    assert desk.get(tid=9).tickets[0]["status"] == "In+Progress"


def test_what_was_undone_is_still_to_come(desk: Desk) -> None:
    desk.act("change", id="9", fields={"status": "On Hold"}, delay=5)
    desk.advance(6)
    desk.world.faults.add("rollback", vendor="get_tickets")
    assert desk.get(tid=9).status == 500
    assert desk.get(tid=9).tickets[0]["status"] == "On+Hold"
    desk.world.faults.add("rollback", vendor="get_tickets", actor="other")
    with pytest.raises(Breakdown):
        desk.act("change", id="9", fields={"status": "Closed"}, delay=5)
    desk.advance(6)
    assert desk.get(tid=9).tickets[0]["status"] == "On+Hold"


def test_checkpoints_bring_everything_back(desk: Desk) -> None:
    before = desk.get(tid="*").text
    desk.act("change", id="9", fields={"status": "lagging"}, delay=50)
    desk.world.checkpoint("here")
    desk.act("change", id="34", fields={"status": "changed"})
    desk.act("define", custom_fields=[])
    desk.advance(100)
    assert desk.get(tid="*").text != before
    desk.world.restore("here")
    assert desk.get(tid="*").text == before
    desk.act("change", id="34", fields={"status": "changed again"})
    assert desk.get(tid=34).tickets[0]["status"] == "changed+again"
    desk.advance(50)
    assert desk.get(status="lagging").tids == [9]


def test_a_file_can_be_opened_again(make_desk: Any, tmp_path: Any) -> None:
    first = make_desk("demo:20", store=tmp_path / "desk.db")
    tid = first.create(subject="kept in a file")
    first.act("define", custom_fields=["Only One"])
    first.world.close()
    second = make_desk("demo:20", store=tmp_path / "desk.db")
    ticket = second.get(tid=tid).tickets[0]
    assert (ticket["subject"], list(ticket["custom_fields"])) == ("kept+in+a+file", ["Only_One"])
    assert second.create() == tid + 1
    second.world.close()


ACTIONS = ("close", "reopen", "lock", "unlock", "note", "merge", "spawn", "assign", "update")


class Office(RuleBasedStateMachine):
    """Random people at work: references stay in step, truth is never lost, and clients end up seeing it."""

    make: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.desk = self.make("demo:20")

    def teardown(self) -> None:
        self.desk.world.close()

    def tids(self) -> list[int]:
        return [each["tid"] for each in self.desk.all()]

    @rule(delay=st.sampled_from([0, 0, 10, 60]))
    def create(self, delay: int) -> None:
        self.desk.act("create", delay=delay)

    @precondition(lambda self: self.tids())
    @rule(data=st.data(), delay=st.sampled_from([0, 0, 10, 60]), action=st.sampled_from(ACTIONS))
    def act(self, data: Any, delay: int, action: str) -> None:
        tid = data.draw(st.sampled_from(self.tids()))
        more: dict[str, Any] = {"assign": {"to": "guest"}, "update": {"fields": {"status": "New"}}}.get(action, {})
        if action == "merge":
            more = {"into": str(data.draw(st.sampled_from(self.tids())))}
        try:
            self.desk.act("act", id=str(tid), action=action, delay=delay, **more)
        except Misuse:
            assert action in ("merge", "lock", "reopen")

    @precondition(lambda self: self.tids())
    @rule(data=st.data(), delay=st.sampled_from([0, 10]))
    def move(self, data: Any, delay: int) -> None:
        child, parent = (data.draw(st.sampled_from(self.tids())) for _ in range(2))
        before = self.desk.all()
        try:
            self.desk.act("change", id=str(child), fields={"parent_ticket": parent}, delay=delay)
        except Misuse:  # it would be its own ancestor
            assert self.desk.all() == before

    @precondition(lambda self: len(self.tids()) > 5)
    @rule(data=st.data(), delay=st.sampled_from([0, 10]))
    def delete(self, data: Any, delay: int) -> None:
        self.desk.act("delete", id=str(data.draw(st.sampled_from(self.tids()))), delay=delay)

    @rule(seconds=st.sampled_from([1, 10, 60]))
    def wait(self, seconds: int) -> None:
        self.desk.advance(seconds)
        self.desk.get(tid="*")

    @invariant()
    def references_are_in_step(self) -> None:
        tickets = {each["tid"]: each for each in self.desk.all()}
        for tid, ticket in tickets.items():
            children = [int(each) for each in ticket["children_tickets"].split(",") if each]
            assert len(children) == len(set(children))
            assert all(tickets[each]["parent_ticket"] == tid for each in children)
            parent = ticket["parent_ticket"]
            assert not parent or str(tid) in tickets[parent]["children_tickets"].split(",")
            assert ticket["merged_to"] is None or ticket["merged_to"] in tickets
            assert (ticket["locked"] == "Y") == bool(ticket["locked_by"])

    @invariant()
    def in_the_end_clients_see_the_truth(self) -> None:
        self.desk.world.checkpoint("now")
        self.desk.advance(120)
        seen = {int(each["tid"]): each["status"].replace("+", " ") for each in self.desk.get(tid="*").tickets}
        assert seen == {each["tid"]: each["status"] for each in self.desk.all()}
        self.desk.world.restore("now")


def test_any_work_keeps_references_in_step_and_converges(make_desk: Any) -> None:
    office = type("OfficeHere", (Office,), {"make": staticmethod(make_desk)})
    run_state_machine_as_test(
        office, settings=settings(max_examples=examples(8), stateful_step_count=15, deadline=None)
    )
