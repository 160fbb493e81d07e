"""XML as .NET writes it, and reading that trusts nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mockservers.wirekit import soap, xmltext
from mockservers.wirekit.soap import V11, V12


@given(st.text(st.characters()))
def test_any_text_survives_as_far_as_xml_can_carry_it(value: str) -> None:
    read = etree.fromstring(f"<a>{soap.text(value)}</a>".encode()).text or ""
    allowed = "".join(sign if xmltext.FORBIDDEN.sub("", sign) else "\ufffd" for sign in value)
    assert read == allowed


@given(st.text(st.characters(codec="utf-8")))
def test_attributes_stay_inside_their_quotes(value: str) -> None:
    read = etree.fromstring(f'<a b="{soap.attribute(value)}"/>'.encode()).get("b") or ""
    assert read == "".join(sign if xmltext.FORBIDDEN.sub("", sign) else "\ufffd" for sign in value)


def test_an_empty_answer_is_written_short() -> None:
    assert "".join(soap.wrapper("AResponse", "urn:a&b", "")) == '<AResponse xmlns="urn:a&amp;b" />'
    assert "".join(soap.wrapper("AResponse", "urn:a", "<R>1</R>")) == '<AResponse xmlns="urn:a"><R>1</R></AResponse>'


def test_messages_are_one_line_without_a_mark() -> None:
    for version in (V11, V12):
        written = soap.envelope(version, "<b/>", "<h/>")
        assert written.startswith(b'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="')
        assert b"\n" not in written
        root = etree.fromstring(written)
        assert set(root.nsmap) == {"soap", "xsi", "xsd"}
        assert [etree.QName(child).localname for child in root] == ["Header", "Body"]


def test_fault_layouts() -> None:
    old = soap.fault(V11, "Server", "a < b").decode()
    assert (
        "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>a &lt; b</faultstring><detail /></soap:Fault>"
        in old
    )
    new = soap.fault(V12, "Client", "x").decode()
    assert (
        "<soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason>"
        '<soap:Text xml:lang="en">x</soap:Text></soap:Reason><soap:Detail /></soap:Fault>'
    ) in new
    assert "<detail" not in soap.fault(V11, "Client", "x", detail=False).decode()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "Root element is missing."),
        (b"<a", "There is an error in XML document (1, "),
        (b"<!DOCTYPE a><a/>", "DTD is prohibited"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DTD is prohibited"),
    ],
)
def test_what_is_not_read(body: bytes, said: str) -> None:
    with pytest.raises(soap.Malformed) as caught:
        soap.parse(body)
    assert said in caught.value.said


def test_a_charset_that_is_known_outweighs_the_declaration() -> None:
    body = '<?xml version="1.0" encoding="utf-8"?><a>ü</a>'.encode("latin-1")
    assert soap.parse(body, "iso-8859-1").text == "ü"
    assert soap.parse(body.replace(b'"utf-8"', b'"iso-8859-1"')).text == "ü"
