"""Charsets and media types as Web API's formatters have them, and values as .NET writes them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from mockservers.wirekit import web_api
from mockservers.wirekit.dotnet_text import date_text, number_text, value_text
from mockservers.wirekit.json_net import Constructor, loads


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("", "utf-8"),
        ("application/json", "utf-8"),
        ("application/json; charset=UTF-16", "utf-16"),
        ("application/json;odd=1;charset = utf-16 ; x=y", "utf-16"),
        ("application/json; charset=utf-16LE", "utf-8"),
        ('application/json; charset="utf-16"', "utf-8"),
        ("application/json; charset=latin1", "utf-8"),
    ],
)
def test_which_charset_a_content_type_names(content_type: str, name: str) -> None:
    assert web_api.charset(content_type) == name


def test_marks_win_over_charsets() -> None:
    text = '{"a":"ü€"}'
    for raw in (
        text.encode(),
        text.encode("utf-8-sig"),
        text.encode("utf-16"),
        b"\xfe\xff" + text.encode("utf-16-be"),
        text.encode("utf-32"),
        b"\x00\x00\xfe\xff" + text.encode("utf-32-be"),
    ):
        assert web_api.text_of(raw, "application/json") == web_api.form_of(raw) == text
    assert web_api.text_of(text.encode("utf-16-le"), "text/json; charset=utf-16") == text


def test_wrong_bytes_are_refused_where_the_formatter_is_strict() -> None:
    with pytest.raises(
        ValueError, match=r"^Unable to translate bytes \[FF\] at index 2 from specified code page to Unicode\.$"
    ):
        web_api.text_of(b'{"\xff"}', "application/json")
    with pytest.raises(ValueError, match="Unable to translate bytes"):
        web_api.text_of(b"a", "application/json; charset=utf-16")
    assert web_api.text_of(b"\xff\xfea\x00\x00\xd8", "application/json") == "a\ufffd"  # a mark brings a lenient one
    assert web_api.form_of(b"a=\xff") == "a=\ufffd"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("", "utf-8"),
        ("latin1", "utf-8"),
        ("UTF-16", "utf-16"),
        ("utf-16;q=0", "utf-8"),
        ("utf-16;q=0.5, utf-8;q=0.4", "utf-16"),
        ("latin1, utf-16;q=0.1", "utf-16"),
        ("*, utf-16", "utf-8"),
        ("utf-16;q=2", "utf-16"),
    ],
)
def test_which_charset_an_answer_has(accept: str, name: str) -> None:
    assert web_api.answer_charset(accept) == name


def test_answers_in_utf_16_begin_with_their_mark() -> None:
    written, media = web_api.written("ü", "application/json; charset=utf-8", "utf-16")
    assert (written, media) == (b"\xff\xfe\xfc\x00", "application/json; charset=utf-16")
    assert web_api.written("ü".encode(), "text/xml; charset=utf-8", "utf-16")[0] == written
    assert web_api.written("ü", "a/b; charset=utf-8", "utf-8") == ("ü".encode(), "a/b; charset=utf-8")


def test_model_state_joins_the_parameter_and_the_path() -> None:
    for path, key in (("", "input"), ("a.b", "input.a.b"), ("[0].a", "input[0].a"), ("['a b']", "input['a b']")):
        assert web_api.model_state("input", path, "x") == {key: ["x"]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (2**63, str(2**63)),
        (1.5, "1.5"),
        (5.0, "5"),
        (-0.0, "-0"),
        (1e14, "100000000000000"),
        (1e15, "1E+15"),
        (1.25e-7, "1.25E-07"),
        (0.0001, "0.0001"),
        (0.00001, "1E-05"),
        (-1.5e300, "-1.5E+300"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
    ],
)
def test_numbers_of_net(value: float, text: str) -> None:
    assert number_text(value) == text


def test_dates_of_the_older_form() -> None:
    assert date_text("/Date(0)/") == "1970-01-01T00:00:00+00:00"
    assert date_text("/Date(-1000+0530)/") == "1969-12-31T23:59:59+00:00"
    for other in ("/Date(x)/", "2026-01-01", "/Date(999999999999999)/", " /Date(0)/"):
        assert date_text(other) == other


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ('a"b', '"a\\"b"'),
        ("x" * 99, f'"{"x" * 60}"'),
        (1e30, "1E+30"),
        (loads("829.0"), "829.0"),
        (loads("0x10"), "0x10"),
        ({"a": 1}, "an object"),
        ([1], "an array"),
        (Constructor("Date", (1,)), "new Date(...)"),
    ],
)
def test_values_in_messages(value: Any, text: str) -> None:
    assert value_text(value) == text
