"""Ids, dialects, faults, tenants, secrets, journal, recipes, catalogue: the kernel's plain values."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.kernel.catalogue import Entity, Field
from mockservers.kernel.dialects import DialectFamily, Switch, listed, number, zone
from mockservers.kernel.faults import KINDS, POINTS, FaultPlan
from mockservers.kernel.ids import Ids
from mockservers.kernel.journal import Exchange, Journal
from mockservers.kernel.operations import Operation, Recipe, operations
from mockservers.kernel.rules import Rule, RuleBook, Source
from mockservers.kernel.tenants import Tenant, Tenants

# --- ids --------------------------------------------------------------------------------------------------------------


@given(st.integers(), st.lists(st.sampled_from("abc"), max_size=30))
def test_streams_are_independent_and_seeded(seed: int, turns: list[str]) -> None:
    together, alone = Ids(seed), {name: Ids(seed) for name in "abc"}
    assert [together.number(name, 0, 10**9) for name in turns] == [alone[name].number(name, 0, 10**9) for name in turns]


@given(st.integers(), st.integers(-50, 50), st.integers(0, 50))
def test_numbers_stay_in_their_bounds(seed: int, low: int, size: int) -> None:
    ids = Ids(seed)
    assert all(low <= ids.number("x", low, low + size) <= low + size for _ in range(20))


def test_counters_carry_on_where_they_were() -> None:
    ids = Ids(7)
    first = [ids.number("a", 0, 10**9) for _ in range(3)]
    later = Ids(7, ids.counters)
    assert [ids.number("a", 0, 10**9), ids.token("t", 16)] == [later.number("a", 0, 10**9), later.token("t", 16)]
    assert len(set(first)) == 3
    assert Ids(8).number("a", 0, 10**9) != first[0]
    assert Ids(7).source("x").random() == Ids(7).source("x").random() != Ids(8).source("x").random()


# --- dialects ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def family() -> DialectFamily:
    return DialectFamily(
        "v",
        [
            Switch("mode", "a", "why", ("a", "b")),
            Switch("flag", "on", "why", ("on", "off")),
            Switch("size", 5, "why", check=lambda value: int(value), form="a number"),
            Switch("gate", "x", "why", ("x", "y"), scope="installation"),
        ],
        {"other": {"mode": "b"}},
    )


def test_a_dialect_knows_its_values_and_changes(family: DialectFamily) -> None:
    assert dict(family.default) == {"mode": "a", "flag": "on", "size": 5, "gate": "x"}
    assert family.dialect(None) is family.default
    assert family.dialect("other").changes() == {"mode": "b"}
    assert family.dialect({"size": "7", "flag": False}).changes() == {"size": 7, "flag": "off"}
    assert family.default.changes() == {}
    assert len(family.default) == 4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.dialect("none"), "no dialect 'none'; there are default, other"),
        (lambda f: f.dialect({"none": 1}), "no switch 'none'; its switches are flag, gate, mode, size"),
        (lambda f: f.dialect({"mode": "c"}), "must be 'a' or 'b', got 'c'"),
        (lambda f: f.dialect({"mode": ["a"]}), "must be 'a' or 'b'"),
        (lambda f: f.dialect({"size": "x"}), "must be a number, got 'x'"),
        (lambda f: f.dialect({"size": {}}), "must be a number"),
        (lambda f: f.default.with_({"gate": "y"}, scope="tenant"), "whole installation"),
    ],
)
def test_wrong_dialects_are_refused_in_words(
    family: DialectFamily, change: Callable[[DialectFamily], object], says: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        change(family)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (number(1, 9), [(1, 1), ("9", 9)], [0, 10, 5.0, True, None, "off", "x", "1.5", [], float("nan")]),
        (number(0, 9, off=True), [(0, 0), ("off", None), (None, None), (False, None)], [-1, True, "on", 10]),
        (number(0.5, 9, whole=False), [(1, 1.0), ("0.5", 0.5)], [0.4, True, "nan", float("inf"), None]),
        (zone, [("Europe/Berlin", "Europe/Berlin")], ["Mars/Base", "", 5, None, []]),
        (listed, [("a, b,", ["a", "b"]), ("", []), (("a", 5), ["a", 5])], [5, None]),
    ],
)
def test_checks_that_switches_share(check: Callable[[Any], Any], good: list[tuple[Any, Any]], bad: list[Any]) -> None:
    switch = Switch("s", good[0][0], "why", check=check, form="something")
    for given_, kept in good:
        found = switch.accept(given_)
        assert (found, type(found)) == (kept, type(kept))
        assert switch.accept(found) == kept, "a kept value reads the same again"
    for wrong in bad:
        with pytest.raises(ValueError, match="'s' must be something"):
            switch.accept(wrong)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_whatever_a_check_trips_over_is_a_value_error(value: object) -> None:
    for check in (lambda v: v.strip(), lambda v: 1 // v, lambda v: v["a"], lambda v: v[3], int):
        with_check = Switch("s", None, "why", check=check, form="something")
        with contextlib.suppress(ValueError):
            with_check.accept(value)


# --- faults -----------------------------------------------------------------------------------------------------------


def hits(plan: FaultPlan, calls: int, operation: str = "Op", actor: str = "client", now: int = 0) -> list[int]:
    """Which of so many calls are hit."""
    struck = [plan.consult("admit", "v", operation, actor, now) for _ in range(calls)]
    return [number for number, fault in enumerate(struck) if fault is not None]


@given(st.integers(0, 5), st.integers(1, 5) | st.none(), st.integers(0, 15))
def test_skip_and_times_address_a_call(skip: int, times: int | None, calls: int) -> None:
    plan = FaultPlan()
    fault = plan.add("fail", skip=skip, times=times)
    end = calls if times is None else min(calls, skip + times)
    assert hits(plan, calls) == list(range(skip, end))
    assert fault.hits == max(0, end - skip)


def test_only_matching_calls_count() -> None:
    plan = FaultPlan()
    plan.add("fail", vendor="v", operation="Op", skip=1)
    assert hits(plan, 2, "Another") == []
    assert plan.consult("admit", "w", "Op", "client", 0) is None
    assert hits(plan, 2, actor="other") == []
    assert hits(plan, 3) == [1]


def test_two_faults_on_one_call_hit_one_after_the_other() -> None:
    plan = FaultPlan()
    first, second = plan.add("fail"), plan.add("refuse")
    struck = [plan.consult("admit", "v", "Op", "client", 0) for _ in range(3)]
    assert struck == [first, second, None]


def test_a_fault_ends_at_an_instant() -> None:
    plan = FaultPlan()
    plan.add("fail", times=None, until=100)
    assert hits(plan, 1, now=99) == [0]
    assert hits(plan, 1, now=100) == []


def test_actor_any_means_everybody() -> None:
    plan = FaultPlan()
    plan.add("fail", actor="any", times=None)
    assert (hits(plan, 1), hits(plan, 1, actor="other")) == ([0], [0])


def test_faults_are_cleared_one_or_all() -> None:
    plan = FaultPlan()
    ids = [plan.add("fail").id for _ in range(3)]
    assert plan.clear(ids[0]) == 1
    assert plan.clear(ids[0]) == 0
    assert plan.clear() == 2
    assert plan.add("fail").id not in ids


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_takes_its_own_defaults(kind: object) -> None:
    name = kind.name  # type: ignore[attr-defined]
    assert KINDS[name].point in POINTS
    assert KINDS[name].says
    assert FaultPlan().add(name).settings == {key: setting.default for key, setting in KINDS[name].settings.items()}


@pytest.mark.parametrize(
    ("kind", "settings", "more"),
    [
        ("none", {}, {}),
        ("latency", {"second": 1}, {}),
        ("latency", {"seconds": 61}, {}),
        ("latency", {"seconds": float("nan")}, {}),
        ("latency", {"seconds": True}, {}),
        ("latency", {"seconds": "1"}, {}),
        ("cut", {"after_bytes": 1.5}, {}),
        ("cut", {"after_bytes": float("inf")}, {}),
        ("refuse", {"refusal": 5}, {}),
        ("reset", {}, {"operation": "Op"}),
    ],
)
def test_wrong_faults_are_refused(kind: str, settings: dict[str, object], more: dict[str, str]) -> None:
    plan = FaultPlan()
    with pytest.raises(ValueError, match=r"fault|must be"):
        plan.add(kind, settings, **more)  # type: ignore[arg-type]
    assert plan.faults == []


# --- tenants ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tenants(family: DialectFamily) -> Tenants:
    made = Tenants()
    made.add(Tenant("one", family.default, {"host": "h"}))
    made.add(Tenant("two", family.dialect("other")))
    made.grant("one", "key", "first-key")
    made.grant("two", "key", "second-key", expires=100, facts={"user": "u"})
    return made


def test_a_credential_lets_in_until_it_expires_or_is_revoked(tenants: Tenants) -> None:
    found = tenants.find("key", "second-key", 99)
    assert found is not None
    assert found.tenant == "two"
    assert tenants.find("key", "second-key", 100) is None
    assert tenants.find("word", "first-key", 0) is None
    tenants.credential("c1").revoked = 50
    assert tenants.find("key", "first-key", 49) is not None
    assert tenants.find("key", "first-key", 50) is None


def test_tenants_survive_dump_and_load(tenants: Tenants, family: DialectFamily) -> None:
    loaded = Tenants()
    loaded.load(json.loads(json.dumps(tenants.dump())), family.default)
    assert loaded.dump() == tenants.dump()
    assert (loaded.first.name, loaded.first.facts, loaded["two"].dialect["mode"]) == ("one", {"host": "h"}, "b")
    assert loaded.grant("one", "key", "third-key").id == "c3"
    assert sorted(loaded.secrets) == ["first-key", "second-key", "third-key"]


def test_what_is_done_to_tenants_is_taken_back_when_it_fails(tenants: Tenants, family: DialectFamily) -> None:
    def change(error: Exception | None = None) -> None:
        with tenants.transaction():
            tenants.first.facts["host"] = "other"
            tenants["two"].dialect = family.default
            tenants.credential("c2").facts["user"] = "other"
            tenants.credential("c1").revoked = 5
            tenants.grant("one", "key", "third-key")
            if error is not None:
                raise error

    before = json.dumps(tenants.dump())
    with pytest.raises(KeyError):
        change(KeyError())
    assert json.dumps(tenants.dump()) == before
    assert tenants.find("key", "third-key", 0) is None
    change()
    assert json.dumps(tenants.dump()) != before


def test_two_users_may_have_the_same_password_and_neither_is_found_by_it(family: DialectFamily) -> None:
    tenants = Tenants(named=("user",))
    tenants.add(Tenant("one", family.default))
    ann = tenants.grant("one", "user", "same-secret", facts={"user": "ann"})
    bob = tenants.grant("one", "user", "same-secret", facts={"user": "bob"})
    key = tenants.grant("one", "key", "same-secret", facts={"user": "ann"})
    loaded = Tenants(named=("user",))
    loaded.load(json.loads(json.dumps(tenants.dump())), family.default)
    for each in (tenants, loaded):
        assert each.credentials == [ann, bob, key]
        assert (each.find("user", "same-secret", 0), each.find("key", "same-secret", 0)) == (None, key)
        assert each.secrets == ["same-secret"]
        with pytest.raises(ValueError, match="in use already: the same name"):
            each.grant("one", "user", "same-secret", facts={"user": "Ann "})
        with pytest.raises(ValueError, match="told apart by it alone"):
            each.grant("one", "key", "same-secret", facts={"user": "bob"})
        assert each.grant("one", "user", "other-secret", facts={"user": "ann"}).id == "c4"


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda t: t.grant("two", "key", "first-key"), "in use"),
        (lambda t: t.grant("two", "key", ""), "empty"),
        (lambda t: t.grant("three", "key", "x"), "no tenant 'three'; there are one, two"),
        (lambda t: t.add(Tenant("one", t.first.dialect)), "already"),
        (lambda t: t["three"], "no tenant"),
        (lambda t: t.credential("c9"), "no credential"),
    ],
)
def test_wrong_tenants_and_credentials_are_refused(
    tenants: Tenants, act: Callable[[Tenants], object], says: str
) -> None:
    before = tenants.dump()
    with pytest.raises(ValueError, match=re.escape(says)):
        act(tenants)
    assert tenants.dump() == before


# --- journal ----------------------------------------------------------------------------------------------------------


def test_the_journal_keeps_the_newest_entries() -> None:
    journal = Journal(most_entries=3)
    for _ in range(5):
        journal.open(0, 0, "v", "Op", "client")
    assert ([entry.n for entry in journal], journal.count, journal.dropped, len(journal)) == ([3, 4, 5], 5, 2, 3)
    assert [entry.n for entry in journal.since(4)] == [5]
    assert [entry.n for entry in journal.since(0)] == [3, 4, 5]
    assert journal.since(5) == []


@given(st.lists(st.integers(0, 200), max_size=40))
def test_the_journal_is_bounded_in_bytes(sizes: list[int]) -> None:
    journal = Journal(most_bytes=5000, most_body=100)
    for size in sizes:
        journal.attach(
            journal.open(0, 0, "v", None, "client"), Exchange("GET", "/", [], b"a" * size, reply_body=b"b" * size)
        )
    kept = sum(len(e.exchange.body) + len(e.exchange.reply_body) for e in journal if e.exchange is not None)
    assert kept <= journal.held <= 5000
    assert len(journal) + journal.dropped == len(sizes)
    for entry in journal:
        assert entry.exchange is not None
        assert len(entry.exchange.body) <= 100
        assert entry.exchange.cut == (sizes[entry.n - 1] > 100)


def test_an_entry_dropped_before_its_exchange_came_does_not_count() -> None:
    journal = Journal(most_entries=1)
    old = journal.open(0, 0, "v", None, "client")
    journal.open(0, 0, "v", None, "client")
    journal.attach(old, Exchange("GET", "/", [], b"abc"))
    assert (len(journal), journal.held) == (1, 0)


def test_headers_and_targets_count_too() -> None:
    journal = Journal(most_bytes=100_000)
    for _ in range(10):
        entry = journal.open(0, 0, "v", None, "client")
        headers = [("a" * 5000, "b" * 5000)]
        journal.attach(entry, Exchange("GET", "/" + "t" * 9999, headers, b"", reply_headers=headers))
    assert len(journal) == 3
    assert 90_000 < journal.held < 100_000


# --- small things -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "recipe"),
    [("demo", Recipe("demo")), ("demo:5", Recipe("demo", 5)), (1000, Recipe("demo", 1000)), ("empty", Recipe())],
)
def test_recipes_are_read(text: str | int, recipe: Recipe) -> None:
    assert Recipe.parse(text) == recipe
    assert Recipe.parse(str(recipe)) == recipe


@pytest.mark.parametrize(
    "text", ["", "Demo", "demo:", "demo:x", ":5", "demo:-1", "a b", "demo:5:6", "demo:٣", "demo\n"]
)
def test_what_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="recipe"):
        Recipe.parse(text)


def test_rules_have_ids_of_their_own() -> None:
    source = Source("page", "line 3", "inferred", "2026-01-01")
    book = RuleBook("v", [Rule("v.a.b", "It does.", source)])
    assert (len(book), list(book), book["v.a.b"].says, book.unmapped) == (1, ["v.a.b"], "It does.", {})
    assert str(source) == "page, line 3 (inferred, checked 2026-01-01)"
    for wrong in ([Rule("w.a.b", "x", source)], [Rule("v.a.b", "x", source)] * 2):
        with pytest.raises(ValueError, match="taken, or does not begin"):
            len(RuleBook("v", wrong))


BOOK = """
; what everybody may read
[v]
page = page
checked = 2026-01-01

[v.a.b]
says = It does
    100 %; and more.
source = lines 3 (and 4) (certain)
statements = 7 12

[v.a.c]
says = It may.
source = section (assumption)
page = other page
switch = word
always = yes

[unmapped]
v-01 = furniture
"""


def test_a_book_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.ini"
    file.write_text(BOOK)
    book = RuleBook("v", file)
    place = Source("page", "lines 3 (and 4)", "certain", "2026-01-01")
    assert list(book.values()) == [
        Rule("v.a.b", "It does 100 %; and more.", place, None, ("v-07", "v-12")),
        Rule("v.a.c", "It may.", Source("other page", "section", "assumption", "2026-01-01"), "word", (), True),
    ]
    assert book.unmapped == {"v-01": "furniture"}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("(certain)", "(sure)", "expected says, source = PLACE"),
        ("says = It may.", "sais = It may.", "expected says"),
        ("statements = 7 12", "statements = seven", "seven"),
        ("[v.a.c]", "[v.a.b]", "already exists"),
        ("[v.a.c]", "[w.a.c]", "does not begin with v"),
        ("[v]", "[w]", "'v'"),
        ("always = yes", "always = perhaps", "perhaps"),
        ("says = It may.", "It may.", "It may"),
    ],
)
def test_a_book_that_cannot_be_read_says_where(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    file = tmp_path / "rules.ini"
    file.write_text(BOOK.replace(right, wrong))
    with pytest.raises(ValueError, match=r"rules\.ini cannot be read as the rules of v") as told:
        len(RuleBook("v", file))
    assert said in str(told.value)


def test_an_entity_finds_its_fields() -> None:
    entity = Entity("Ticket", (Field("id", "long"), Field("name", "text", 10)))
    assert entity.field("name").length == 10
    with pytest.raises(KeyError, match="no field 'none'"):
        entity.field("none")


def test_two_operations_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two operations 'read'"):
        operations(Operation("read", lambda ctx, request: 1), Operation("read", lambda ctx, request: 2))
