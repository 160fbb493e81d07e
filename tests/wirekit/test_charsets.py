"""Which letters the .NET Framework reads in a request, after its published source."""

from __future__ import annotations

import codecs

import pytest

from mockservers.wirekit import charsets, soap

TEXT = "<a>Müller €</a>"
ASCII_OF_UTF8 = "M??ller ???"
OUTWEIGHED = (("utf-8-sig", "text/xml; charset=iso-8859-1"), ("utf-16", "text/xml; charset=utf-8"))


def read(body: bytes, content_type: str) -> tuple[str, str]:
    letters = charsets.of_soap(body, content_type)
    return soap.parse(letters.body, letters.charset).text or "", letters.finding


@pytest.mark.parametrize(
    ("encoding", "content_type", "expected"),
    [
        ("utf-8", "text/xml; charset=utf-8", "Müller €"),
        ("utf-8", "text/xml; charset=UTF-8", "Müller €"),
        ("utf-8", 'text/xml; charset="utf-8"', "Müller €"),
        ("utf-8", "text/xml; charset='utf-8'", "Müller €"),
        ("utf-8", "text/xml;charset = utf-8 ; action=x", "Müller €"),
        ("utf-8", "text/xml", ASCII_OF_UTF8),
        ("utf-8", "text/xml; charset=", ASCII_OF_UTF8),
        ("utf-8", "text/xml; charset=utf8", ASCII_OF_UTF8),
        ("utf-8", "text/xml; charset=us-ascii", ASCII_OF_UTF8),
        ("utf-8", "text/xml; charset=rot13", ASCII_OF_UTF8),
        ("utf-8", "text/xml; charset=no-such; charset=utf-8", ASCII_OF_UTF8),
        ("utf-8-sig", "text/xml", "Müller €"),
        ("utf-8-sig", "text/xml; charset=iso-8859-1", "Müller €"),
        ("utf-16", "text/xml", "Müller €"),
        ("utf-16", "text/xml; charset=utf-8", "Müller €"),
        ("utf-16-le", "text/xml; charset=utf-16", "Müller €"),
        ("utf-16-le", "text/xml; charset=Unicode", "Müller €"),
        ("utf-16-be", "text/xml; charset=utf-16BE", "Müller €"),
        ("utf-32", "text/xml", "Müller €"),
        ("cp1252", "text/xml; charset=windows-1252", "Müller €"),
        ("iso8859-15", "text/xml; charset=iso-8859-15", "Müller €"),
        ("utf-7", "text/xml; charset=utf-7", "Müller €"),
        ("cp1252", "text/xml; charset=utf-8", "M\ufffdller \ufffd"),
        ("utf-8", "application/soap+xml", "Müller €"),
        ("utf-8", "application/soap+xml; charset=utf8", "Müller €"),
        ("utf-16", "application/soap+xml", "Müller €"),
        ("cp1252", "application/soap+xml; charset=windows-1252", "Müller €"),
        ("cp1252", "application/soap+xml; charset=utf-8", "M\ufffdller \ufffd"),
    ],
)
def test_letters_of_a_soap_request(encoding: str, content_type: str, expected: str) -> None:
    text, finding = read(TEXT.encode(encoding), content_type)
    assert text == expected
    if text == ASCII_OF_UTF8:
        assert "5 bytes" in finding
    elif text == "Müller €":
        assert ("outweighs" in finding) == ((encoding, content_type) in OUTWEIGHED)
    else:
        assert "U+FFFD" in finding


def test_ascii_alone_is_read_alike_whatever_is_named() -> None:
    for content_type in ("text/xml", "text/xml; charset=utf8", "", "application/soap+xml"):
        assert read(b"<a>plain</a>", content_type) == ("plain", "")


def test_a_charset_outweighs_what_the_xml_declares_and_a_text_type_hides_it() -> None:
    body = '<?xml version="1.0" encoding="iso-8859-1"?><a>é</a>'
    assert read(body.encode(), "text/xml; charset=utf-8") == ("é", "")
    assert read(body.encode("latin-1"), "text/xml")[0] == "?"
    assert read(body.encode("latin-1"), "application/soap+xml") == ("é", "")


def test_a_half_letter_and_marks_alone_are_no_crash() -> None:
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE, b""):
        for tail in (b"", b"\xc3", b"\xd8\x00"):
            for content_type in (
                "text/xml",
                "text/xml; charset=utf-8",
                "text/xml; charset=utf-7",
                "application/soap+xml",
            ):
                letters = charsets.of_soap(mark + tail, content_type)
                with pytest.raises(soap.Malformed):
                    soap.parse(letters.body, letters.charset)


def test_every_name_leads_to_a_codec() -> None:
    for name, codec in charsets._CODEC_OF.items():
        assert (
            codecs.lookup(codec).decode(b"a" if "16" not in codec and "32" not in codec else b"", "replace")[0] in "a"
        )
        assert charsets.codec(name.upper()) == codec


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"json=%C3%BC", "application/x-www-form-urlencoded", "ü"),
        ("json=ü".encode(), "application/x-www-form-urlencoded", "ü"),
        (b"json=%FC+x", "application/x-www-form-urlencoded; charset=iso-8859-1", "ü x"),
        (b"json=\xfc", "application/x-www-form-urlencoded; charset='windows-1252'", "ü"),
        (b"json=%C3%BC", "application/x-www-form-urlencoded; charset=utf-7", "ü"),
        (b"json=%C3%BC", "application/x-www-form-urlencoded; charset=nothing", "ü"),
        (b"json=%FC", "application/x-www-form-urlencoded", "\ufffd"),
    ],
)
def test_letters_of_a_form(body: bytes, content_type: str, expected: str) -> None:
    variables, finding = charsets.form(body, content_type)
    assert variables == {"json": [expected]}
    assert bool(finding) == (expected == "\ufffd")
