"""What clients put on the wire, in all the forms known of them, read into plain values."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from lxml import etree

from mockservers.vendors.autotask.emulator import parsing
from mockservers.vendors.autotask.emulator.requests import (
    Expression,
    Group,
    Header,
    Input,
    InvoiceWish,
    Test,
    Upload,
    Value,
)
from mockservers.wirekit.asmx import Defect

SPACE = "http://autotask.net/ATWS/v1_6/"
ENVELOPE = f'<e xmlns="{SPACE}" xmlns:t="{SPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="x">'


def element(inner: str) -> Any:
    return etree.fromstring(f"{ENVELOPE}{inner}</e>")


def uncited(rule: str) -> None:
    """For tests of what is read, whichever rules show in it."""


def read(name: str, inner: str, how: str = "recursive") -> Any:
    return parsing.READERS[name](element(inner), how, uncited)


@pytest.mark.parametrize(
    "sent",
    [
        "<AutotaskIntegrations><IntegrationCode>C</IntegrationCode></AutotaskIntegrations>",
        "<t:AutotaskIntegrations><t:IntegrationCode>C</t:IntegrationCode></t:AutotaskIntegrations>",
        "<AutotaskIntegrations xmlns=''><IntegrationCode>C</IntegrationCode></AutotaskIntegrations>",
        "<t:AutotaskIntegrations xmlns=''><IntegrationCode>C</IntegrationCode></t:AutotaskIntegrations>",
        "<AutotaskIntegrations actor='a' more='1'><IntegrationCode xsi:type='xsd:string'> C\n</IntegrationCode>"
        "</AutotaskIntegrations>",
        "<Other/><AutotaskIntegrations><PartnerID xsi:nil='true'>p</PartnerID><IntegrationCode>C</IntegrationCode>"
        "<IntegrationCode>D</IntegrationCode></AutotaskIntegrations>",
    ],
)
def test_headers(sent: str) -> None:
    assert parsing.header(element(sent), uncited) == Header(None, "C", None)


def test_whole_and_missing_headers() -> None:
    sent = (
        "<AutotaskIntegrations><PartnerID>P</PartnerID><IntegrationCode/><ImpersonateAsResourceID> 7 "
        "</ImpersonateAsResourceID></AutotaskIntegrations>"
    )
    assert parsing.header(element(sent), uncited) == Header("P", None, 7)
    assert parsing.header(element(""), uncited) is parsing.header(None, uncited) is parsing.NO_HEADER


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("<psObjectType>Ticket</psObjectType>", "Ticket"),
        ("<psObjectType><psObjectType> Ticket </psObjectType></psObjectType>", "Ticket"),
        ("<psObjectType xsi:type='xsd:string'>\n Ticket\n</psObjectType>", "Ticket"),
        ("<psObjectType/>", ""),
        ("", ""),
        ("<psObjectType xmlns=''>Ticket</psObjectType>", ""),
    ],
)
def test_parameters_of_information_calls(sent: str, found: str) -> None:
    assert read("GetFieldInfo", sent) == found
    assert read("getUDFInfo", sent.replace("psObjectType", "psTable")) == found


def test_a_nested_parameter_is_a_fault_where_the_schema_counts() -> None:
    with pytest.raises(Defect, match="'Element' is an invalid XmlNodeType"):
        read("GetFieldInfo", "<psObjectType><psObjectType>Ticket</psObjectType></psObjectType>", "schema")


def test_entities() -> None:
    write = read(
        "create",
        "<Entities>"
        "<Entity xsi:type='Ticket'><id xsi:type='xsd:int'>0</id><Title xsi:type='xsd:string'>T</Title><Status>1</Status>"
        "<Title>second</Title><Description/><Fields/><Other xmlns='u'>x</Other><DueDateTime xsi:nil='true'>x</DueDateTime>"
        "<UserDefinedFields><UserDefinedField><Name> A </Name><Value>1</Value></UserDefinedField><UserDefinedField>"
        "<Name>B</Name></UserDefinedField><UserDefinedField><Name>C</Name><Value/></UserDefinedField></UserDefinedFields>"
        "</Entity>"
        "<t:Entity xsi:type=' t:Account '><t:AccountName> N </t:AccountName><Odd><x/></Odd></t:Entity>"
        "<Entity xsi:nil='1'/><NoEntity/>"
        "</Entities>",
    )
    assert write.inputs == (
        Input(
            "Ticket",
            Value("0", "int"),
            {
                "Title": Value("T", "string"),
                "Status": Value("1"),
                "Description": Value(None),
                "DueDateTime": Value(None, nil=True),
            },
            (("A", "1"), ("B", None), ("C", None)),
            True,
        ),
        Input("Account", None, {"AccountName": Value(" N "), "Odd": Value(None, None, structured=True)}),
    )
    assert read("update", "<Entities/>").inputs == read("delete", "").inputs == ()


def test_an_entity_without_a_type_is_abstract() -> None:
    with pytest.raises(Defect, match="The specified type is abstract: name='Entity'"):
        read("create", "<Entities><Entity><Title>T</Title></Entity></Entities>")


def test_numbers() -> None:
    assert read("GetAttachment", "<attachmentId> 12 </attachmentId>") == 12
    assert read("DeleteAttachment", "") == 0
    assert read("GetInvoiceMarkup", "<InvoiceId>-3</InvoiceId><Format>XML</Format>") == InvoiceWish(-3, "XML")
    for wrong in ("x", "1.5", "", "-", "\u0664", "1" * 5000 + "x"):
        with pytest.raises(Defect, match="Input string was not in a correct format"):
            read("GetAttachment", f"<attachmentId>{wrong}</attachmentId>")
    for large in (str(2**63), "9" * 5000):
        with pytest.raises(Defect, match="too large or too small for an Int64"):
            read("GetAttachment", f"<attachmentId>{large}</attachmentId>")
    with pytest.raises(Defect, match="too large or too small for an Int32"):
        read("GetInvoiceMarkup", f"<InvoiceId>{2**31}</InvoiceId>")


def test_attachments() -> None:
    data = base64.encodebytes(b"\0\xff" * 60).decode()
    found = read("CreateAttachment", f"<attachment><Data>{data}</Data><Info><Title>T</Title></Info></attachment>")
    assert found == Upload(b"\0\xff" * 60, Input("AttachmentInfo", None, {"Title": Value("T")}))
    assert read("CreateAttachment", "") == Upload(None, None)
    for wrong in ("<Data>*</Data>", "<Data>YQ</Data>", "<Data>\u00e4</Data>"):
        with pytest.raises(Defect, match="not a valid Base-64 string"):
            read("CreateAttachment", f"<attachment>{wrong}</attachment>")


def query(text: str | None) -> Any:
    return parsing.query(text, uncited)


def test_queries() -> None:
    text = (
        '<?xml version="1.0" encoding="utf-16"?>\n<queryxml version="1.0">\n <entity> Ticket </entity> <query>\n'
        '<field>\n Status <expression op="equals">1</expression><expression OP="x"/></field>'
        '<condition operator="or"><field udf="TRUE">My field<expression op="Like"> a &lt; b </expression></field>'
        "<condition><field>id<expression>5</expression></field></condition></condition></query></queryxml>"
    )
    found = query(text)
    assert found.defect is None
    assert found.entity == "Ticket"
    assert found.nodes == (
        Test("Status", False, (Expression("equals", "1"), Expression(None, ""))),
        Group(
            "or",
            (
                Test("My field", True, (Expression("Like", " a < b "),)),
                Group(None, (Test("id", False, (Expression(None, "5"),)),)),
            ),
        ),
    )
    assert query("<queryxml><entity>Account</entity><query/></queryxml>").nodes == ()


def test_escaped_and_literal_texts_are_the_same() -> None:
    text = "<queryxml><entity>Ticket</entity><query/></queryxml>"
    escaped = text.replace("<", "&lt;").replace(">", "&gt;")
    assert read("query", f"<sXML>{escaped}</sXML>") == read("query", f"<sXML><![CDATA[{text}]]></sXML>") == query(text)
    with pytest.raises(Defect, match="'Element' is an invalid XmlNodeType"):
        read("query", f"<sXML>{text}</sXML>")


FIELD = '<field>id<expression op="Equals">1</expression></field>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "the query is empty"),
        (" ", "the query is empty"),
        ("x", "no well-formed XML"),
        ("<queryxml>", "no well-formed XML"),
        ("<!DOCTYPE a><queryxml/>", "has a document type"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><queryxml>&b;</queryxml>", "has a document type"),
        ("<query/>", "root is <query>"),
        ("<QueryXML/>", "root is <QueryXML>"),
        ("<queryxml/>", "names no entity"),
        ("<queryxml><entity/><query/></queryxml>", "names no entity"),
        ("<queryxml><entity>T</entity></queryxml>", "no element <query>"),
        ("<queryxml><entity>T</entity><query/><query/></queryxml>", "<query> does not belong below <queryxml>"),
        ("<queryxml><entity><b/></entity><query/></queryxml>", "<entity> holds an element"),
        ("<queryxml><entity>T</entity><query>id</query></queryxml>", "text stands in <query>"),
        ("<queryxml><entity>T</entity><query><id/></query></queryxml>", "<id> is neither"),
        (f"<queryxml><entity>T</entity><query>{FIELD}or</query></queryxml>", "text stands in <query>"),
        ("<queryxml><entity>T</entity><query><field/></query></queryxml>", "begins with no name"),
        ("<queryxml><entity>T</entity><query><field>a<b/></field></query></queryxml>", "only <expression> belongs"),
        (
            "<queryxml><entity>T</entity><query><field>a<expression><b/></expression></field></query></queryxml>",
            "<expression> holds",
        ),
        ("<queryxml><entity>T</entity><query>" + "<condition>" * 5000 + "</condition>" * 5000, "no well-formed XML"),
        ("<queryxml xmlns='u'><entity>T</entity><query/></queryxml>", "root is <{u}queryxml>"),
    ],
)
def test_what_is_no_query_says_why(text: str | None, said: str) -> None:
    found = query(text)
    assert found.defect is not None
    assert said in found.defect
    assert (found.entity, found.nodes) == ("", ())
