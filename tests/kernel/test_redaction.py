"""Redaction: no secret is kept or shown, however it is written, and no text takes longer for being odd."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mockservers.kernel.redaction import MASK, SHORTEST, Redaction, mask

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
secrets = st.text(st.characters(min_codepoint=33, exclude_categories=["Cs"]), min_size=SHORTEST, max_size=12)
FORMS: list[Callable[[str], str]] = [
    str,
    lambda s: quote(s, safe=""),
    quote_plus,
    escape,
    lambda s: escape(s, {'"': "&quot;"}),
    lambda s: json.dumps(s)[1:-1],
    lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    lambda s: json.dumps(escape(s))[1:-1],
    lambda s: base64.b64encode(s.encode()).decode(),
]


@given(secrets, st.sampled_from(FORMS), texts, texts)
def test_a_secret_is_never_visible_in_any_form(
    secret: str, form: Callable[[str], str], before: str, after: str
) -> None:
    shown = form(secret)
    assume(len(shown) >= SHORTEST and shown not in MASK)
    assume(all(form(secret) not in part for form in FORMS for part in (before, after)))
    assert shown not in mask(before + shown + after, [secret]).replace(MASK, "")


@given(
    st.text(st.characters(exclude_categories=[]), max_size=12),
    st.text(st.characters(exclude_categories=[]), max_size=30),
)
def test_masking_takes_any_text_even_what_is_none(secret: str, text: str) -> None:
    assert isinstance(mask(text, [secret]), str)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Authorization", "Basic ***"),
        ("proxy-authorization", "Basic ***"),
        ("Cookie", "Basic ***"),
        ("Set-Cookie", "Basic ***"),
        ("X-Api-Key", "Basic ***"),
        ("Accept", "Basic abcdef"),
    ],
)
def test_headers_that_hold_secrets_by_their_name(name: str, kept: str) -> None:
    headers = [("Host", "x"), (name, "Basic abcdef")]
    assert Redaction([]).headers(headers) == [("Host", "x"), (name, kept)]


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "utf-7", "utf-8"])
def test_a_body_is_read_in_its_own_coding(coding: str) -> None:
    secret = "schlüssel-1"
    headers = [("content-type", f'text/xml; charset="{coding}"')]
    for sent in ([], headers):
        if coding in ("latin-1", "utf-7") and not sent:
            continue  # nothing tells
        kept = Redaction([secret]).body(f"<a>{secret}</a>".encode(coding), sent)
        assert kept.decode(coding) == "<a>***</a>"


@pytest.mark.parametrize("named", ["none-such", "base64", "punycode", "utf-16"])
def test_a_wrong_charset_hides_nothing(named: str) -> None:
    headers = [("Content-Type", f"text/xml; charset={named}")]
    assert Redaction(["secret-1"]).body(b"<a>secret-1</a>", headers) == b"<a>***</a>"
    assert Redaction([]).body(b"<a>\xff\x00</a>", headers) == b"<a>\xff\x00</a>"


def test_bytes_that_are_no_text_are_masked_too() -> None:
    secret = b"caf\xe9\xff".decode("utf-8", "surrogateescape")
    assert mask(f"k={secret}&l=caf%E9%FF&m=caf%e9%ff", [secret]) == f"k={MASK}&l={MASK}&m={MASK}"


def test_patterns_mask_short_and_unknown_secrets() -> None:
    pattern = re.compile(r"key=([^&]*)|code:(\w+)")
    assert mask("a?key=x&b=1 code:y", [], [pattern]) == f"a?key={MASK}&b=1 code:{MASK}"
    assert mask("abc", ["a"]) == "abc"
