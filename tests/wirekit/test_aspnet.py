"""Encodings and variables as System.Web has them."""

from __future__ import annotations

from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.wirekit import aspnet


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("john.Smith@company.com", "john.Smith%40company.com"),
        ("Demo Company", "Demo+Company"),
        ("-_.!*()", "-_.!*()"),
        ("~'", "%7e%27"),
        ("a+b", "a%2bb"),
        ("ü€😀", "%c3%bc%e2%82%ac%f0%9f%98%80"),
        ("\r\n\t\x00", "%0d%0a%09%00"),
        ("\ud800", "%ef%bf%bd"),
        ("\ud83d\ude00", "%f0%9f%98%80"),
        ("x\udc00\ud800y", "x%ef%bf%bd%ef%bf%bdy"),
        ("", ""),
    ],
)
def test_url_encode(text: str, encoded: str) -> None:
    assert aspnet.url_encode(text) == encoded
    assert aspnet.url_encode(text, upper=True).lower() == encoded.lower()


def test_capital_hex_leaves_letters_alone() -> None:
    assert aspnet.url_encode("aZü/", upper=True) == "aZ%C3%BC%2F"


@given(st.text())
def test_decoding_gives_back_what_was_encoded(text: str) -> None:
    text = aspnet.whole_characters(text)
    assert aspnet.url_decode(aspnet.url_encode(text)) == text
    assert unquote_plus(aspnet.url_encode(text)) == text
    assert aspnet.url_encode(text).isascii()


@given(st.text())
def test_decoding_never_fails_and_gives_whole_characters(text: str) -> None:
    aspnet.url_decode(text).encode()


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("", {}),
        ("a=1&B=2", {"a": "1", "b": "2"}),
        ("a=1&A=2&a=3", {"a": "1,2,3"}),
        ("a=b=c", {"a": "b=c"}),
        ("flag&x=", {"x": ""}),
        ("a+b=c+d%20e", {"a b": "c d e"}),
        ("&&=v", {"": "v"}),
        ("%41=%41", {"a": "A"}),
        ("a=%zz%4", {"a": "%zz%4"}),
        ("a=%u00fc%ud83d%ude00%u12", {"a": "ü😀%u12"}),
        ("a=%ff", {"a": "\ufffd"}),
    ],
)
def test_variables(raw: str, found: dict[str, str]) -> None:
    assert aspnet.variables(raw) == found


def test_too_many_variables() -> None:
    assert len(aspnet.variables("&".join(f"a{n}=" for n in range(1000)))) == 1000
    with pytest.raises(OverflowError):
        aspnet.variables("&".join(f"a{n}=" for n in range(1001)))


@pytest.mark.parametrize("value", ["<a", "<Z", "<!", "</", "<?", "&#", "x<b>", "a&#32;"])
def test_dangerous(value: str) -> None:
    assert aspnet.dangerous(value)


@pytest.mark.parametrize("value", ["<", "< a", "<1", "&", "&amp;", "a<", "# &", "<ä"])
def test_harmless(value: str) -> None:
    assert not aspnet.dangerous(value)
