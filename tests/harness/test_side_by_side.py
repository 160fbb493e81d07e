"""Values side by side: what no eye tells apart is told by escapes, position and name, in sentences, texts and pages."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.harness import comparing, reports
from mockservers.harness.duties import of, shared, writing
from mockservers.harness.history import History, Record
from mockservers.harness.replay import ReplayResult
from mockservers.harness.scenarios import ClientStep, Scenario
from mockservers.harness.side_by_side import shown, sides
from mockservers.kernel.redaction import mask
from tests.harness.conftest import sync

NFC, NFD = "Müller", "Mu\u0308ller"


@pytest.mark.parametrize(
    ("truth", "mirror", "texts", "place"),
    [
        ("plain ", "plain", (r'"plain\u0020"', '"plain"'), "character 6: U+0020 SPACE at the vendor, the end in"),
        (" a", "a", (r'"\u0020a"', '"a"'), "character 1: U+0020 SPACE at the vendor, U+0061 LATIN SMALL LETTER A in"),
        ("a  b", "a b", (r'"a \u0020b"', '"a b"'), "U+0020 SPACE at the vendor, U+0062 LATIN SMALL LETTER B in"),
        ("", " ", ('""', r'"\u0020"'), "character 1: the end at the vendor, U+0020 SPACE in the mirror"),
        ("a\tb", "a b", (r'"a\tb"', r'"a\u0020b"'), "U+0009 CHARACTER TABULATION at the vendor, U+0020 SPACE in"),
        ("a\r\nb", "a\nb", (r'"a\r\nb"', r'"a\nb"'), "U+000D CARRIAGE RETURN at the vendor, U+000A LINE FEED in"),
        ("a\u00a0b", "a b", (r'"a\u00a0b"', r'"a\u0020b"'), "character 2: U+00A0 NO-BREAK SPACE at the vendor, U+0020"),
        ("x\u200by", "xy", (r'"x\u200by"', '"xy"'), "character 2: U+200B ZERO WIDTH SPACE at the vendor"),
        ("x\u202ey", "xy", (r'"x\u202ey"', '"xy"'), "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("x\u3164", "x", (r'"x\u3164"', '"x"'), "U+3164 HANGUL FILLER"),
        (
            NFC,
            NFD,
            (r'"M\u00fcller"', r'"Mu\u0308ller"'),
            "U+0075 LATIN SMALL LETTER U with U+0308 COMBINING DIAERESIS",
        ),
        (NFC, NFD, (r'"M\u00fcller"', r'"Mu\u0308ller"'), "two normal forms, NFC at the vendor, NFD in the mirror"),
        ("Open", "\u041epen", ('"Open"', r'"\u041epen"'), "U+041E CYRILLIC CAPITAL LETTER O in the mirror"),
        ("x" * 99 + "\u00a0", "x" * 99 + " ", None, "character 100: U+00A0 NO-BREAK SPACE at the vendor, U+0020 SPACE"),
        ("x" * 99 + "a", "x" * 99 + "b", None, "character 100: U+0061 LATIN SMALL LETTER A at the vendor"),
        ({"a": "\u00a0"}, {"a": " "}, (r'{"a": "\u00a0"}', r'{"a": "\u0020"}'), "character 8 of their JSON: U+00A0"),
    ],
)
def test_what_looks_alike_is_told_apart(truth: Any, mirror: Any, texts: tuple[str, str] | None, place: str) -> None:
    both = sides(truth, mirror)
    assert place in both.place
    assert texts is None or both.texts == texts
    assert both.texts[0] != both.texts[1]


@pytest.mark.parametrize(
    ("truth", "mirror", "texts"),
    [
        ("one", "two\u00a0", ('"one"', r'"two\u00a0"')),
        (NFC, "Maier", (f'"{NFC}"', '"Maier"')),
        (NFD, "Maier", (f'"{NFD}"', '"Maier"')),  # no escapes where a reader needs none
        (None, " x", ("null", r'"\u0020x"')),
        ("5", 5, ('"5"', "5")),
        ("🚧 проверка", "👩\u200d💻 ❤\ufe0f", ('"🚧 проверка"', '"👩\u200d💻 ❤\ufe0f"')),
        ("\u0308x", "y", (r'"\u0308x"', '"y"')),
        (r"a\u00a0b", "c", (r'"a\\u00a0b"', '"c"')),  # a backslash that stands there is doubled
    ],
)
def test_what_plainly_differs_is_shown_as_it_is_but_for_what_nobody_sees(
    truth: Any, mirror: Any, texts: tuple[str, str]
) -> None:
    assert (sides(truth, mirror).texts, sides(truth, mirror).place) == (texts, "")


ODD = st.text(st.sampled_from(" \t\n\r\u00a0\u200b\u200d\u2028\u202e\u0308\u00ad\ufe0fäaа❤\ud800\x7f\\\"'"), max_size=6)


@given(ODD, ODD)
def test_two_values_that_differ_never_show_as_the_same(truth: str, mirror: str) -> None:
    both = sides(truth, mirror)
    assert (both.texts[0] == both.texts[1]) == (truth == mirror)
    for text, value in zip(both.texts, (truth, mirror), strict=True):
        assert json.loads(text) == value, "what is shown is JSON of the value"
        assert not any(unicodedata.category(each) in ("Cc", "Zl", "Zp", "Cs") for each in text)
    assert json.loads(shown(truth)) == truth


def test_neither_escapes_nor_names_show_a_secret() -> None:
    secret = "pass\u00a0word x "
    for text in (shown(f"<{secret}>", secrets=(secret,)), mask(shown(f"<{secret}>"), (secret,))):
        assert text == '"<***>"'
    both = sides(f"{secret}a\u00a0b", f"{secret}a b", secrets=(secret,))
    assert (both.texts, both.place) == ((r'"***a\u00a0b"', '"***a b"'), "")  # positions would tell its length


def test_sentences_of_duties_tell_the_place(history: Callable[..., History]) -> None:
    seen = history(
        "get_tickets", truth=[Record("7", {"subject": "a\u00a0b"})], mirror=[Record("7", {"subject": "a b"})]
    )
    (difference,) = comparing.differences(seen)
    breach = shared.part(seen, difference, "why")
    assert breach.text == (
        r'the ticket with id 7: subject is "a\u00a0b" at the vendor and "a\u0020b" in the mirror (they differ first at '
        "character 2: U+00A0 NO-BREAK SPACE at the vendor, U+0020 SPACE in the mirror); why"
    )
    assert (breach.facts["truth"], breach.facts["mirror"]) == ("a\u00a0b", "a b"), "facts keep raw values"

    task = replace(
        sync(1, 2, 1),
        do="update",
        ticket="7",
        asked={"fields": {"subject": NFC}},
        was={"ticket": {"7": Record("7", {"subject": "old"})}},
        became={"ticket": {"7": Record("7", {"subject": NFD})}},
    )
    written = history("get_tickets", truth=[], mirror=[], tasks=[task], entity="ticket")
    (lack,) = writing.lacks(written, {}, lambda record: "")
    assert r'is "Mu\u0308ller", not "M\u00fcller" (they differ first at character 2: U+0075' in lack.what
    assert "NFD at the vendor, NFC as told" in lack.what


def test_reports_mark_the_place_and_json_keeps_raw_values(history: Callable[..., History]) -> None:
    truth, mirror = Record("7", {"subject": "a\u00a0b"}), Record("7", {"subject": "a b"})
    seen = history("get_tickets", truth=[truth], mirror=[mirror], tasks=[sync(1, 3, 1, before={}, after={"7": mirror})])
    duty = next(each for each in of("get_tickets") if each.slug == "decoded_once")
    judgement = duty.judge(seen)
    scenario = Scenario("get_tickets", (ClientStep("sync"),), seen.start)
    result = ReplayResult(Path("x.yaml"), scenario, "FAILED", ((duty, judgement),), seen)
    page = reports.replay_html([result], "client")
    assert r"&quot;a<mark>\u00a0</mark>b&quot;" in page
    assert r"&quot;a<mark>\u0020</mark>b&quot;" in page
    assert "U+00A0 NO-BREAK SPACE at the vendor, U+0020 SPACE in the mirror" in page
    text = " ".join(reports.replay_text([result]).split())
    assert r'"a\u00a0b" at the vendor and "a\u0020b" in the mirror (they differ first at character 2' in text
    told = json.loads(reports.replay_json([result], "client"))["results"][0]["failure"]
    (field,) = told["events"][-1]["mirror"][0]["fields"]
    assert (field["truth"], field["mirror"]) == ("a\u00a0b", "a b")
    assert told["breaches"][0]["facts"]["truth"] == "a\u00a0b"
