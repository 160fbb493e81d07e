"""Mutants that an engine makes of correct clients: what the operators do, how survivors are sorted, a sample that is played."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from cosmic_ray.mutating import mutate_code

from mockservers.harness.check import EXAMPLES
from mockservers.harness.clients import roles
from mockservers.harness.profile import contracted
from tests.mutation import generated
from tests.mutation.engine import mutations
from tests.mutation.generated import GeneratedMutant, Result
from tests.mutation.idle import KINDS, Idle
from tests.mutation.operators import operators
from tests.mutation.reached import Counted, Reached

CLIENTS = [(vendor, role) for vendor in contracted() for role, path in roles(vendor).items() if path.suffix == ".py"]
SAMPLE_SEED = 107


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        ("LeaveOutMethod", "x = text.strip()", ["x = text"]),
        ("LeaveOutMethod", "x = a.b(1).replace('a', 'b').lower()", ["x = a.b(1).replace('a', 'b')"]),
        ("LeaveOutEscape", "x = quote(text, safe='')", ["x = (text)"]),
        ("LeaveOutEscape", "x = escape(dumps({'a': [1, 2]}))", ["x = (dumps({'a': [1, 2]}))"]),
        ("ExchangeCodec", "x = data.decode('utf-8')", ['x = data.decode("latin-1")']),
        ("ExchangeCodec", "x = quote(y)", ["x = quote_plus(y)"]),
        ("ConfuseZone", "x = ZoneInfo(name)", ['x = ZoneInfo("UTC")']),
        ("ConfuseZone", "x = t.astimezone(UTC)", ["x = t", "x = t.replace(tzinfo=UTC)"]),
        ("ConfuseZone", "x = t.replace(tzinfo=zone)", ["x = t.astimezone(zone)"]),
        ("ConfuseZone", "x = timedelta(minutes=5)", ["x = timedelta(seconds=5)"]),
        ("LeaveOutStatement", "def f(self):\n    self.seen.add(1)\n", ["def f(self):\n    pass\n"]),
        ("LeaveOutStatement", "def f(self):\n    self.at = 1\n    x = 2\n", ["def f(self):\n    pass\n    x = 2\n"]),
        (
            "SwallowException",
            "def f():\n    raise Refused(1)\n",
            ["def f():\n    pass\n", "def f():\n    return None\n"],
        ),
        (
            "ExceptNothing",
            "try:\n    f()\nexcept ValueError as e:\n    g(e)\n",
            ["try:\n    f()\nexcept ZeroDivisionError as e:\n    g(e)\n"],
        ),
        ("ReturnNothing", "def f():\n    return 1\n", ["def f():\n    return None\n"]),
        (
            "ExchangeStatements",
            "def f(self):\n    self.a = 1\n    self.b = self.a\n",
            ["def f(self):\n    self.b = self.a\n    self.a = 1\n"],
        ),
        ("ExchangeStatements", "def f(self):\n    self.a = 1\n    self.b = {}\n", []),
        (
            "ExchangeStatements",
            "def f(self):\n    self.a[1] = 1\n    self.a = {}\n",
            ["def f(self):\n    self.a = {}\n    self.a[1] = 1\n"],
        ),
        (
            "ExchangeStatements",
            "def f(self):\n    self.a = g()\n    self.b = 2\n",
            ["def f(self):\n    self.b = 2\n    self.a = g()\n"],
        ),
        ("NeverDo", "if a > b:\n    f()\n", ["if False:\n    f()\n", "if True:\n    f()\n"]),
        ("NeverDo", "while a:\n    f()\n", ["while False:\n    f()\n"]),
        ("LeaveOutEntry", "x = {'a': 1, 'b': 2}", ["x = {'b': 2}", "x = {'a': 1}"]),
        ("LeaveOutEntry", "f(a, b=1, c=2)", ["f(a, c=2)", "f(a, b=1)"]),
        ("LeaveOutEntry", "x = {a: b for a, b in c}", []),
        ("ExchangeBound", "x = max(a, b)", ["x = min(a, b)"]),
        ("ExchangeIn", "x = a in b", ["x = a not in b"]),
        ("ExchangeIn", "x = a not in b", ["x = a in b"]),
        ("AddNot", "if a:\n    f()\n", ["if not a:\n    f()\n"]),
    ],
)
def test_what_an_operator_makes_of_a_program(operator: str, before: str, after: list[str]) -> None:
    made = []
    while (text := mutate_code(before, operators()[operator], len(made))) is not None:
        made.append(text)
    assert made == after


CLIENT = """
import sys
sys.path.insert(0, "glue")
class Client:
    def hello(self):
        return {"name": "one"}
    def bye(self):
        self.http.close()
    def sync(self):
        found = self.http.get(self.address, timeout=60)
        if not found:
            raise Refused(f"status {found.status:03}")
        self.http.close()
        raise Refused(f"{self.words[2]} is wrong")
if __name__ == "__main__":
    serve(Client)
"""


@pytest.mark.parametrize(
    ("was", "became", "kind"),
    [
        ('"glue"', '"glow"', "program"),
        ("serve(Client)", "pass", "program"),
        ('"one"', '"two"', "hello"),
        ("def bye(self):\n        self.http.close()", "def bye(self):\n        pass", "bye"),
        ("timeout=60", "timeout= 61", "timeout"),
        (", timeout=60", "", "timeout"),
        ("self.http.close()\n        raise", "pass\n        raise", "closing"),
        (":03}", ":04}", "wording"),
        ("words[2]", "words[ 3]", ""),  # it may fail, and that is an error of another kind
        ("if not found", "if found", ""),
        ("self.http.get(self.address, timeout=60)", "None", ""),
    ],
)
def test_what_can_make_no_difference_is_told_by_its_kind(was: str, became: str, kind: str) -> None:
    assert CLIENT.count(was) == 1
    assert Idle(CLIENT).kind(CLIENT.replace(was, became)) == kind
    assert not kind or kind in KINDS


def test_a_sample_is_spread_and_the_first_of_a_larger_one() -> None:
    given = [each for vendor in contracted()[:2] for each in generated.mutants(vendor, "reader")]
    larger, smaller = (generated.sample(given, size, 3) for size in (40, 8))
    for vendor in contracted()[:2]:
        first, more = ([each for each in drawn if each.vendor == vendor] for drawn in (smaller, larger))
        assert first == more[:8]
        assert len({each.operator for each in first}) == 8
    assert len({each.key for each in larger}) == 80


def test_where_a_statement_counts() -> None:
    counted = Counted()
    counted.visit(ast.parse("A = 1\ndef f(x=2):\n    if x:\n        g(\n            x\n        )\n    return h\n"))
    found = Reached(counted.spans, {3: frozenset({1, 2}), 4: frozenset({2})})
    assert [found.of(line) for line in (1, 2, 3, 4, 5, 6, 7)] == [
        None,  # outside of functions it counts always
        None,
        frozenset({1, 2}),
        frozenset({2}),
        frozenset({2}),
        frozenset({2}),
        frozenset(),
    ]


def test_what_survives_few_examples_is_in_doubt() -> None:
    (mutant, *_) = generated.mutants(*CLIENTS[0])
    assert generated.sorting(mutant) is None
    ends = {
        "in doubt": Result(mutant.key, "survived", examples=60),
        "hole": Result(mutant.key, "survived", examples=EXAMPLES),
        "broken": Result(mutant.key, "broken", examples=3),
        "stopped": Result(mutant.key, "stopped"),
        "on a later seed": Result(mutant.key, "broken", examples=3, seed=2),
    }
    assert {end: generated.column(mutant, result) for end, result in ends.items()} == {end: end for end in ends}
    text = " ".join(generated.page([(mutant, ends["in doubt"]), (mutant, ends["hole"])], 10, 60).split())
    assert "is a *hole* (1)" in text
    assert "is *in doubt* (1)" in text


@pytest.mark.parametrize("vendor", contracted())
def test_a_client_has_many_mutants_and_no_two_are_alike(vendor: str) -> None:
    role = min((role for each, role in CLIENTS if each == vendor), key=lambda role: roles(vendor)[role].stat().st_size)
    source = roles(vendor)[role].read_text("utf-8")
    made = generated.mutants(vendor, role)
    assert len({each.mutation.text for each in made}) == len({each.key for each in made}) == len(made) >= 8
    assert len({each.operator for each in made}) >= 5
    for each in made:
        assert each.mutation.was != each.mutation.became
        assert each.mutation.was.partition(" ⏎ ")[0] == source.splitlines()[each.mutation.line - 1].strip()


@pytest.mark.parametrize("vendor", contracted())
def test_survivors_are_sorted_with_a_reason_and_are_there(vendor: str) -> None:
    for each in generated.survivors(vendor):
        assert each.verdict in ("equivalent", "outside"), each
        assert len(each.reason.split()) >= 4, each
        role = each.source.removeprefix(f"{vendor}_")
        lines = " ⏎ ".join(line.strip() for line in roles(vendor)[role].read_text("utf-8").splitlines())
        assert each.was in lines, f"the client has no such lines any more: {each}"
        if each.line is not None:
            source = roles(vendor)[role].read_text("utf-8").splitlines()
            assert source[each.line - 1].strip() == each.was.partition(" ⏎ ")[0], f"it stands elsewhere now: {each}"


def test_results_are_kept_in_order_and_found_again(tmp_path: Path) -> None:
    first = Result("b f AddNot 1", "broken", ("x", "y"), 3, 2, "s1", 0.5)
    second = Result("a g AddNot 2", "survived", (), 180)
    generated.keep(tmp_path, "one", [first, second])
    generated.keep(tmp_path, "two", [Result("c", "stopped")])
    lines = (tmp_path / "one.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["a g AddNot 2", "b f AddNot 1"]
    assert "seconds" not in "".join(lines)
    assert generated.known(tmp_path) == {each.key: each for each in (second, first, Result("c", "stopped"))}
    assert generated.known(tmp_path / "none") == {}
    before = [(file.name, file.read_bytes()) for file in sorted(tmp_path.iterdir())]
    generated.keep(tmp_path, "one", list(generated.known(tmp_path).values())[:2])
    assert [(file.name, file.read_bytes()) for file in sorted(tmp_path.iterdir())] == before


def test_a_result_of_an_earlier_state_counts_and_is_told_of() -> None:
    one, two, *_ = generated.mutants(*CLIENTS[0])
    now = generated.state(one.vendor, one.role)
    found = [(one, Result(one.key, "broken", state=now)), (two, Result(two.key, "broken", state="earlier"))]
    assert [generated.earlier(*each) for each in found] == [False, True]
    *_, total = generated.table(found, "vendor")
    assert total.split(" | ")[1:3] == ["2", "2"]
    assert total.endswith("| 1 |")


def test_a_result_without_a_mutant_goes_and_those_of_other_clients_stay() -> None:
    one, two, *_ = every = generated.mutants(*CLIENTS[0])
    source = one.key.partition(" ")[0]
    keys = (one.key, two.key, f"{source} gone AddNot 12345678", "other_client f AddNot 12345678")
    found = generated.without_orphans({key: Result(key, "broken") for key in keys}, every)
    assert list(found) == [keys[0], keys[1], keys[3]]


def test_a_key_outlives_changes_elsewhere() -> None:
    source = "def f(a):\n    if a:\n        g()\n\n\ndef h(a):\n    if a:\n        g()\n    if a:\n        g()\n"
    moved = '"""What it is."""\n\nX = 1\n\n\n' + source.replace("def h", "def new(b):\n    return not b\n\n\ndef h")
    keys = [each.key for each in mutations("one", source)]
    assert len(set(keys)) == len(keys)
    assert set(keys) < {each.key for each in mutations("one", moved)}
    assert any(key.startswith("one f NeverDo ") for key in keys)
    changed = source.replace("def f(a):\n    if a:", "def f(a):\n    if a > 1:")
    assert {key for key in keys if " h " in key} < {each.key for each in mutations("one", changed)}
    assert not {key for key in keys if " f NeverDo " in key} & {each.key for each in mutations("one", changed)}


def test_every_kept_result_is_of_a_vendor_with_a_contract_and_in_order() -> None:
    assert {file.stem for file in generated.RESULTS.glob("*.jsonl")} <= set(contracted())
    for file in generated.RESULTS.glob("*.jsonl"):
        found = [Result.from_line(line) for line in file.read_text("utf-8").splitlines()]
        assert [each.key for each in found] == sorted({each.key for each in found})
        assert all(each.end in ("broken", "stopped", "nothing proven", "survived") and each.state for each in found)
        assert all(each.key.startswith(f"{file.stem}_") for each in found)


def test_the_table_counts_each_mutant_once() -> None:
    made = generated.mutants(*CLIENTS[0])[:6]
    ends = ("broken", "broken", "stopped", "nothing proven", "survived", "survived")
    found: list[tuple[GeneratedMutant, Result]] = [
        (mutant, Result(mutant.key, end)) for mutant, end in zip(made, ends, strict=True)
    ]
    found[4] = (found[4][0], Result(found[4][0].key, "broken", seed=3))
    head, rule, line, total = generated.table(found, "vendor")
    assert head.startswith("| vendor | mutants | broken | stopped |")
    assert set(rule) == set("| -")
    assert total.split(" | ")[1:5] == ["6", "2", "1", "1"]
    sorted_ = sum(generated.sorting(mutant) is not None for mutant in made[4:])
    assert f"| {1 - min(sorted_, 1)} |" in line or sorted_


@pytest.mark.slow
def test_a_sample_is_caught_or_sorted() -> None:
    """One a vendor, drawn by a fixed seed from the reader's; `make mutation` plays all."""
    readers = [each for vendor in contracted() for each in generated.mutants(vendor, "reader")]
    drawn = generated.sample(readers, 1, SAMPLE_SEED)
    assert len(drawn) == len(contracted())
    for mutant, result in generated.run_all([each for each in drawn if generated.sorting(each) is None], 2):
        assert result.caught, mutant
