"""Customers, companies, technicians and groups: what tickets name can be looked up."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus

import pytest

from mockservers.kernel.rules import Misuse

Desk = Any
rule = pytest.mark.rule
ACTIONS = {
    "get_customers": ("customers", "cid"),
    "get_companies": ("companies", "id"),
    "get_techs": ("techs", "uid"),
    "get_tech_groups": ("tech_groups", "id"),
}


def keys(desk: Desk, action: str, **variables: Any) -> list[str]:
    root, key = ACTIONS[action]
    return [unquote_plus(each[key]) for each in desk.do(action, **variables).records(root)]


@rule("get_tickets.reference.shape", "get_tickets.reference.inputs")
@pytest.mark.parametrize("format", ["xml", "json", "delimited"])
def test_what_tickets_name_is_found(make_desk: Any, format: str) -> None:
    desk = make_desk("demo:20", output_format=format)
    customers = {each["cid"]: each for each in desk.do("get_customers", cid="*").records("customers")}
    companies = {each["id"]: each["name"] for each in desk.do("get_companies", id="*").records("companies")}
    groups = {each["id"]: each["name"] for each in desk.do("get_tech_groups", name="*").records("tech_groups")}
    technicians = {unquote_plus(each["uid"]): each for each in desk.do("get_techs", uid="*").records("techs")}
    for ticket in desk.get(tid="*", output="xml").tickets:
        customer = customers[ticket["cid"]]
        assert all(customer[name] == ticket[name] for name in customer)
        assert companies[ticket["company_id"]] == ticket["company_name"]
        assert (
            ticket["assigned_group_id"] == "0" or groups[ticket["assigned_group_id"]] == ticket["assigned_group_name"]
        )
        assert ticket["assigned_tech"] in technicians or not ticket["assigned_tech"]
    assert technicians["admin"]["rights"] == "Admin"
    assert technicians["guest"] == {"uid": "guest", "name": "Guest", "rights": "User"}


@rule("get_tickets.reference.rename")
def test_a_rename_shows_in_the_lists_alone(empty: Desk) -> None:
    created = empty.world.act(
        "get_tickets", "create", {"fields": {"cid": "Jack", "assigned_group_name": "Field Service"}}
    )
    before = empty.get(tid=created["id"]).text
    renames = {
        "customer": ("Jack", "J."),
        "company": ("2", "M & T"),
        "technician": ("guest", "Gast"),
        "tech_group": ("2", "Road"),
    }
    for kind, (entry, name) in renames.items():
        request = {"id": "customer", "action": "rename", "list": kind, "entry": entry, "name": name}
        told = empty.world.act("get_tickets", "act", request)
        assert told["fields"][kind][entry] == name
        listed = empty.world.act("get_tickets", "list", {"entity": kind})["records"]
        assert {each["id"]: each["fields"]["name"] for each in listed}[entry] == name
    assert empty.get(tid=created["id"]).text == before
    (customer,) = empty.do("get_customers", cid="Jack").records("customers")
    assert (customer["contact"], unquote_plus(customer["company_name"])) == ("J.", "M & T")
    assert [each["name"] for each in empty.do("get_techs", uid="guest").records("techs")] == ["Gast"]
    assert [each["name"] for each in empty.do("get_tech_groups", id="2").records("tech_groups")] == ["Road"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"list": "ticket"}, "must be one of company, customer, technician, tech_group"),
        ({"entry": "nobody"}, "there is no technician 'nobody'; there are admin,"),
        ({"name": " "}, "must be a text of up to 255 characters"),
        ({"list": "technicians"}, "did you mean"),
    ],
)
def test_a_rename_that_cannot_be_says_why(empty: Desk, more: dict[str, str], said: str) -> None:
    request = {"id": "customer", "action": "rename", "list": "technician", "entry": "guest", "name": "Gast", **more}
    with pytest.raises(Misuse, match=re.escape(said)):
        empty.world.act("get_tickets", "act", request)


@rule("get_tickets.reference.inputs")
def test_which_records(empty: Desk) -> None:
    everybody = keys(empty, "get_customers", cid="*")
    assert everybody == ["adam", "c+p%20 plus", "demo", "Jack", "jones", "kim"]
    assert keys(empty, "get_customers", cid="KIM,adam") == ["adam", "kim"]
    assert keys(empty, "get_customers", start_cid="j") == ["Jack", "jones", "kim"]
    assert keys(empty, "get_customers", end_cid="j") == ["adam", "c+p%20 plus", "demo", "Jack", "jones"]
    assert keys(empty, "get_customers", cid="*", count=2, page=2) == ["demo", "Jack"]
    assert keys(empty, "get_customers", cid="*", order="contact DESC", count=1) == ["kim"]
    assert empty.do("get_customers", cid="*", count_only="Y").count == 6
    assert keys(empty, "get_companies", name="demo company") == ["1"]
    assert keys(empty, "get_companies", id="*", order="id", order_direction="DESC") == ["3", "2", "1"]
    assert keys(empty, "get_tech_groups", id=2) == ["2"]
    assert keys(empty, "get_tech_groups", id=9) == []
    assert keys(empty, "get_techs", uid="guest") == ["guest"]


@rule("get_tickets.reference.inputs", "get_tickets.reference.unanswered")
def test_what_is_refused(empty: Desk) -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("get_customers", {}, "Invalid cid"),
        ("get_companies", {"id": "x"}, "Invalid id"),
        ("get_companies", {"id": "*", "page": 1}, "page requires id=* and count"),
        ("get_techs", {"uid": "guest", "count": 1, "page": 1}, "page requires uid=* and count"),
        ("get_techs", {"uid": "*", "order": "x"}, "Invalid order"),
        ("get_techs", {"uid": "*", "count": 0}, "Invalid count"),
        ("get_tech_groups", {"id": "*", "count_only": "x"}, "Invalid count_only"),
    ]
    for action, variables, text in cases:
        reply = empty.do(action, **variables)
        assert (reply.error, reply.entry.outcome) == (text, "refused")
    unanswered: list[dict[str, Any]] = [{"id": 1}, {"cid": "*", "start_date": "1/1/2026"}]
    for variables in unanswered:
        reply = empty.do("get_customers", **variables)
        assert (reply.error, reply.entry.outcome) == ("Action not available", "unsupported")
    assert len(empty.do("get_customers", cid="*", tid=1).entry.notes) == 1
