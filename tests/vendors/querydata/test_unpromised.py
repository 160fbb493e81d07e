"""What nobody is promised: which letters an AuthCode has, which numbers ids are, which members a ticket has and in what order."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mockservers.harness.profile import profile
from mockservers.kernel.rules import Misuse
from mockservers.vendors.querydata.dialects import AUTH_CODES
from tests.vendors.querydata.desk import LAST, Desk, between, day, equals, payload

Make = Callable[..., Desk]
NOW = day("09:55-10:05")
RANGES = {"nine_digits": 508_513_039, "ten_digits": 999_999_899, "long": 2**31 - 100}


@pytest.mark.rule("querydata.auth.letters")
@pytest.mark.parametrize("kind", [kind for kind in AUTH_CODES if kind != "plain"])
def test_an_auth_code_of_any_letters(make: Make, kind: str) -> None:
    desk, code = make({"auth_code": kind}), AUTH_CODES[kind]
    made = desk.create()
    assert desk.ids(NOW, code=code) == [made]
    (entry,) = [entry for entry in desk.world.journal if entry.operation == "query_data"]
    assert entry.exchange is not None
    assert code not in entry.exchange.body.decode()  # in whatever way it is escaped
    assert "LastActionDateTime" in entry.exchange.body.decode()
    for wrong in (AUTH_CODES["plain"], code[:-1], code.lower(), f" {code}"):
        assert desk.error("Summary", between(LAST, NOW), code=wrong)[0] == "AUTH"


def test_the_harness_lets_a_client_in_with_the_code_of_the_dialect(make: Make) -> None:
    for kind, code in AUTH_CODES.items():
        dialect = make({"auth_code": kind}).world.installation("querydata").dialect
        assert profile("querydata").credentials(dialect) == {"AuthCode": code}


@pytest.mark.rule("querydata.id.any_number")
@pytest.mark.parametrize("range_", ["ten_digits", "long", "falling"])
def test_ids_of_other_sizes(make: Make, range_: str) -> None:
    desk = make({"id_range": range_})
    ids = [desk.create() for _ in range(4)]
    revised = desk.act(ids[0], "Revise")
    ids.append(int(revised["id"]))
    assert ids == sorted(ids, reverse=range_ == "falling")
    assert len(set(ids)) == 5
    if range_ != "falling":
        assert ids[0] > RANGES[range_]
        assert len({len(str(id)) for id in ids} | {id.bit_length() for id in ids}) > 1  # they pass the edge
    assert desk.ids(NOW) == sorted(ids)


def test_ids_that_fall_end_above_nought(make: Make) -> None:
    desk = make({"id_range": "falling"})
    there = desk.other("read", {"id": str(desk.create())})
    desk.other("import", {"records": [{**there, "id": "1"}]})
    with pytest.raises(Misuse, match="no ids left"):
        desk.create()


@pytest.mark.rule("querydata.details.further_members")
@pytest.mark.parametrize("form", ["JSON", "XML"])
def test_members_that_no_list_has(make: Make, form: str) -> None:
    told: dict[str, Any] = {}
    for value in ("off", "on"):
        desk = make({"further_members": value})
        made = desk.create()
        told[value] = desk.text(payload("Details", equals(str(made)), form=form))
    if form == "XML":
        assert told["on"].count("<Status>") == told["off"].count("<Status>") + 1
        assert "<Link>" in told["on"]
        return
    (plain,), (more,) = (json.loads(text)["Tickets"] for text in told.values())
    assert {name: more[name] for name in plain} == plain
    assert set(more) - set(plain) == {"Sequence", "Link", "Tags", "Etag"}
    assert list(more) != sorted(more)
    assert [name for name in more if name in plain] != list(plain)
