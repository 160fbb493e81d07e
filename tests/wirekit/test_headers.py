"""Headers that hold more than one thing, read as the frameworks behind the vendors read them."""

from __future__ import annotations

import pytest

from mockservers.wirekit import headers


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("", []),
        ("text/xml", ["text/xml"]),
        ("a;q=0.5, B , c;q=0", ["b", "a"]),
        ("a;q=0.3;level=1, b;level=1;Q = 0.9", ["b", "a"]),
        ("a;q=2, b", ["a", "b"]),  # no weight is above 1: it is none
        (" , ,a", ["a"]),
    ],
)
def test_a_list_is_read_by_weight(header: str, names: list[str]) -> None:
    assert headers.wanted(header) == names


def test_languages_are_parted_by_semicolons_too() -> None:
    assert headers.wanted("de;en;q=0.9,nb;q=1", headers.LANGUAGES) == ["de", "nb", "en"]


@pytest.mark.parametrize(
    ("value", "type_", "charset"),
    [
        ("", "", None),
        ("Text/XML ; charset='utf-8'", "text/xml", "utf-8"),
        ('application/soap+xml; action="x"; Charset="UTF-16"', "application/soap+xml", "UTF-16"),
        ("text/xml; charset", "text/xml", None),
    ],
)
def test_a_media_type_and_its_parameter(value: str, type_: str, charset: str | None) -> None:
    assert (headers.media(value), headers.parameter(value, "charset")) == (type_, charset)


def test_cookies_are_pairs_and_bounded() -> None:
    assert list(headers.cookies("a=1; b = two=2 ;flag; c=")) == [("a", "1"), ("b", "two=2"), ("c", "")]
    assert list(headers.cookies("a=1; Path=/", 1)) == [("a", "1")]
    assert len(list(headers.cookies("a=1;" * 1000))) == 200
