"""Layers: every story is told within the default examples, whatever the seed; what is dealt hangs on seed and number alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import strategies as st

from mockservers.harness.check import EXAMPLES
from mockservers.harness.drivers import Hello
from mockservers.harness.generation import Place, generate
from mockservers.harness.layers import HANDS, LAYERED, ROUNDS, Story, card, dealt, hands, sampled, told, turned
from mockservers.harness.profile import contracted, profile
from mockservers.harness.reduction import plainer
from mockservers.harness.scenario_files import parse
from mockservers.harness.scenarios import ClientStep, Scenario
from mockservers.harness.strategies import TEXTS, assemble
from tests.stories import drawn, everything, one, reading, stories

SEEDS = (1, 2, 77)
HELLOS = [pytest.param(make, id=make.__name__) for make in (everything, reading)]


@pytest.mark.parametrize("make", HELLOS)
@pytest.mark.parametrize("vendor", contracted())
def test_every_story_is_told_whatever_the_seed(vendor: str, make: type[Hello]) -> None:
    hello = make(vendor)
    names, strategy = stories(vendor, hello), profile(vendor).strategies().scenarios("default", hello)
    assert len(names) == len(set(names))
    assert HANDS * len(names) <= LAYERED <= EXAMPLES  # else some of a hand may never come
    for seed in SEEDS:
        missing, turn = set(names), 0
        while missing and turn < EXAMPLES:
            scenario = one(strategy, seed, turn)
            assert isinstance(scenario, Scenario)
            assert set(scenario.told) <= set(names)
            missing -= set(scenario.told)
            turn += 1
        assert not missing, f"seed {seed}"


@pytest.mark.parametrize("vendor", contracted())
def test_an_example_hangs_on_seed_and_number_alone(vendor: str) -> None:
    scenarios = partial(profile(vendor).strategies().scenarios, "default", everything(vendor))
    forwards, backwards = scenarios(), scenarios()
    turns = (3, 40, LAYERED - 1, LAYERED + 3)
    found = [one(forwards, 5, turn) for turn in turns]
    assert found == [one(backwards, 5, turn) for turn in reversed(turns)][::-1]
    assert found != [one(forwards, 6, turn) for turn in turns]


def test_after_the_layers_all_is_drawn_freely() -> None:
    strategy = profile("querydata").strategies().scenarios("default", reading("querydata"))
    for turn in (LAYERED, LAYERED + 20):
        assert one(strategy, 3, turn) == one(strategy, 3, turn, free=True)
    assert one(strategy, 3, 0) != one(strategy, 3, 0, free=True)


def test_a_strategy_in_the_place_of_stories_is_told() -> None:
    nothing = st.nothing()
    with pytest.raises(TypeError, match=r"stories must be the values themselves.* give Story values"):
        assemble(profile("querydata"), "default", Hello(), nothing, nothing, nothing, nothing, nothing)  # type: ignore[arg-type]


def test_a_pack_is_used_up_before_any_card_comes_again() -> None:
    values = ("a", "a", "b", "c")
    for seed in SEEDS:
        cards = [card(values, seed, "letters", turn) for turn in range(8)]
        assert Counter(cards[:4]) == Counter(cards[4:]) == Counter(values)
    assert len({tuple(card(values, seed, "letters", turn) for turn in range(8)) for seed in range(9)}) > 1


def test_stories_take_turns_until_the_rounds_are_over() -> None:
    found = [turned(9, turn, 4) for turn in range(4 * ROUNDS)]
    assert sorted(each for each in found if each is not None) == [(n, r) for n in range(4) for r in range(ROUNDS)]
    assert [each[1] for each in found if each is not None] == [r for r in range(ROUNDS) for _ in range(4)]
    assert turned(9, 4 * ROUNDS, 4) is None


def test_the_ways_of_a_story_are_dealt_over_its_rounds() -> None:
    ways = st.tuples(sampled(("x", "x", "x", "y")), sampled((0, 1, 2)), sampled((True, 1)))
    story = Story("one", ways)

    def rounds() -> Iterator[tuple[object, ...]]:
        for n in range(6):
            found = one(told(story, 7, n), 7, n)
            assert isinstance(found, tuple)
            yield found

    firsts, seconds, thirds = zip(*rounds(), strict=True)
    assert Counter(firsts) == {"x": 3, "y": 3}  # however often it stands there, for there are few rounds
    assert Counter(seconds[:3]) == Counter(seconds[3:]) == {0: 1, 1: 1, 2: 1}
    assert sorted(map(repr, thirds[:2])) == ["1", "True"]  # which are equal, and not the same


def test_values_that_are_dealt_by_the_hand_all_come_in_the_first_rounds() -> None:
    story = Story("texts", hands(["a", "b", "a", "c", "d", "e", "f", "g"]))
    found = [one(told(story, 7, n), 7, n) for n in range(HANDS)]
    assert sorted(each for hand in found for each in hand) == ["a", "b", "c", "d", "e", "f", "g"]
    assert max(map(len, found)) == 3
    assert one(told(Story("one", hands(["a"])), 7, 0), 7, 0) == ("a",)


@pytest.mark.parametrize("vendor", contracted())
def test_a_client_is_told_to_write_every_text_at_its_edges(vendor: str) -> None:
    if "update" not in profile(vendor).tasks:
        pytest.skip("nothing can be written there")
    hello = Hello("writer", ("sync", "mirror", "create", "update", "note"))
    names = stories(vendor, hello)
    edges = [name for name in names if name.startswith("edges of ")]
    assert "edges of update" in edges
    written = {task: set[str]() for task in ("create", "update")}
    for scenario in drawn(vendor, hello, 5):
        for step in scenario.steps:
            if isinstance(step, ClientStep) and step.task in written and set(scenario.told) & set(edges):
                written[step.task] |= {value for value in step.fields.values() if isinstance(value, str)}
                # Hands differ in length, and a vendor may refuse a ticket without its title.
                assert step.task != "create" or {"Title", "subject", "22"} & set(step.fields)
    wanted = {text for text in TEXTS if text.strip() and len(text) <= 255}
    assert wanted <= written["create"]
    assert wanted <= written["update"]


def test_outside_of_a_told_story_nothing_is_dealt_but_what_asks_for_it() -> None:
    free, pack = sampled(tuple(range(50))), dealt("numbers", tuple(range(50)))
    assert sorted(one(pack, 2, turn) for turn in range(50)) == list(range(50))  # type: ignore[type-var]
    assert sorted(one(free, 2, turn) for turn in range(50)) != list(range(50))  # type: ignore[type-var]
    assert one(pack, 2, LAYERED) == one(pack, 2, LAYERED, free=True)


def test_a_story_that_fails_is_shrunk_in_what_was_drawn() -> None:
    seen: list[tuple[str, int]] = []

    def test(drawn: tuple[str, int]) -> None:
        seen.append(drawn)
        if drawn[1] > 1000:
            raise KeyError(drawn)

    story = told(Story("one", st.tuples(sampled(("x", "y")), st.integers(0, 10**9))), 5, 0)
    with pytest.raises(KeyError):
        generate(story, 5, test, shrink=True, place=Place(5, 0))
    assert seen[-1] == (seen[0][0], 1001)


DEALT = """
mockservers: 1
vendor: superoffice
dialect: {base_zone: US-NY, deployment: online}
start: '2026-10-25T00:58:30Z'
data: demo:30
steps:
  - {other: create, fields: {Title: one, CustId: 1}}
  - client: sync
"""


def test_what_was_dealt_is_made_plain_where_it_does_not_matter() -> None:
    scenario = parse(DEALT)
    plain = parse(DEALT.replace("demo:30", "empty").replace("2026-10-25T00:58", "2026-03-02T10:00"))
    plain = Scenario(plain.vendor, plain.steps, plain.start)

    def needs(*words: str) -> Scenario:
        return plainer(scenario, lambda tried: all(word in tried.key for word in words), plain)

    assert needs() == Scenario("superoffice", needs().steps, plain.start)
    assert needs().to_dict()["steps"][0] == {"other": "create"}
    there = needs("online", "2026-10-25", "CustId")
    assert (there.dialect, there.data, there.start) == ({"deployment": "online"}, "empty", scenario.start)
    assert there.to_dict()["steps"][0] == {"other": "create", "fields": {"CustId": 1}}
    assert needs("demo:30", "US-NY").dialect == {"base_zone": "US-NY"}


def test_of_no_values_none_is_dealt() -> None:
    with pytest.raises(ValueError, match="no value to deal for 'the data'"):
        dealt("the data", ())
