"""What the framework answers by itself: verbs, media types, routing, envelopes, form posts, pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape
from urllib.parse import quote

import pytest
from lxml import etree

from mockservers.kernel.journal import Exchange
from tests.vendors.querydata.desk import (
    ACTION,
    PATH,
    SOAP11,
    SOAP12,
    SPACE,
    Desk,
    between,
    day,
    envelope,
    equals,
    payload,
)

GOOD = json.dumps(payload("Summary", between("LastActionDateTime", day("09:55-10:00"))))
BODY = envelope(GOOD)
BODY12 = envelope(GOOD, soap=SOAP12)
MEDIA12 = "application/soap+xml; charset=utf-8"


def fault(done: Exchange) -> tuple[str, str]:
    """Code and text of a fault in either layout; checks the layout on the way."""
    assert done.status == 500
    root = etree.fromstring(done.reply_body)
    space = etree.QName(root).namespace
    (made,) = root.findall(f"{{{space}}}Body/{{{space}}}Fault")
    assert root.prefix == "soap"
    if space == SOAP11:
        assert [child.tag for child in made] == ["faultcode", "faultstring", "detail"]
        assert made[2].text is None
        return made[0].text or "", made[1].text or ""
    assert [etree.QName(child).localname for child in made] == ["Code", "Reason", "Detail"]
    text = made[1][0]
    assert text.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    return made[0][0].text or "", text.text or ""


def media(done: Exchange) -> str | None:
    return dict(done.reply_headers).get("Content-Type")


@pytest.mark.rule("querydata.wire.names", "querydata.method.single")
def test_soap_11_answer_to_the_letter(desk: Desk) -> None:
    done = desk.http(BODY)
    assert (done.status, media(done)) == (200, "text/xml; charset=utf-8")
    assert done.reply_body.decode() == (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
        '<QueryDataResponse xmlns="http://tempuri.org/"><QueryDataResult>{"UtilisphereIDs":[]}</QueryDataResult>'
        "</QueryDataResponse></soap:Body></soap:Envelope>"
    )


@pytest.mark.parametrize(
    "content_type", [MEDIA12, f'{MEDIA12}; action="{SPACE}QueryData"', f'{MEDIA12}; action="nonsense"']
)
def test_soap_12_answers_in_its_own_version(desk: Desk, content_type: str) -> None:
    done = desk.http(BODY12, media=content_type, action=None)
    assert (done.status, media(done)) == (200, MEDIA12)
    assert etree.QName(etree.fromstring(done.reply_body)).namespace == SOAP12


@pytest.mark.parametrize("action", [ACTION, f"{SPACE}QueryData", None])
def test_the_action_may_be_quoted_bare_or_absent(desk: Desk, action: str | None) -> None:
    assert desk.http(BODY, action=action).status == 200


@pytest.mark.rule("querydata.framework.action")
@pytest.mark.parametrize(
    ("action", "shown"), [("", ""), ('""', ""), ('"urn:x"', "urn:x"), (f"{SPACE}/QueryData", f"{SPACE}/QueryData")]
)
def test_an_unknown_action_is_a_fault(desk: Desk, action: str, shown: str) -> None:
    says = f"Server did not recognize the value of HTTP Header SOAPAction: {shown}."
    assert fault(desk.http(BODY, action=action)) == ("soap:Client", says)
    assert fault(desk.http(b"<broken", action=action)) == ("soap:Client", says)


@pytest.mark.rule("querydata.framework.action")
def test_another_operation_is_not_recognised(desk: Desk) -> None:
    other = envelope(GOOD, soap=SOAP12, method="Other")
    known = "Unable to handle request. The action 'urn:x' was not recognized."
    none = "Unable to handle request without a valid action parameter. Please supply a valid soap action."
    assert fault(desk.http(other, media=f'{MEDIA12}; action="urn:x"', action=None)) == ("soap:Sender", known)
    assert fault(desk.http(other, media=MEDIA12, action=None)) == ("soap:Sender", none)
    assert fault(desk.http(envelope(GOOD, method="Other"), action=None)) == ("soap:Client", none)


@pytest.mark.rule("querydata.framework.malformed")
@pytest.mark.parametrize("body", [b"", b"<a", b"not xml", BODY.encode()[:-3], b"\xff\xfe\x00", BODY.encode() + b"<x/>"])
def test_malformed_xml_with_a_known_action_is_400_without_a_body(desk: Desk, body: bytes) -> None:
    done = desk.http(body)
    assert (done.status, done.reply_body, media(done)) == (400, b"", None)
    done = desk.http(body, media=f'{MEDIA12}; action="{SPACE}QueryData"', action=None)
    assert (done.status, done.reply_body) == (400, b"")


@pytest.mark.rule("querydata.framework.malformed")
def test_malformed_xml_without_an_action_is_a_fault_of_the_server(desk: Desk) -> None:
    code, text = fault(desk.http(b"<a", action=None))
    assert code == "soap:Server"
    assert text.startswith("Server was unable to process request. ---> ")
    assert fault(desk.http(b"<a", media=MEDIA12, action=None))[0] == "soap:Receiver"


@pytest.mark.rule("querydata.framework.malformed")
def test_a_document_type_is_refused(desk: Desk) -> None:
    for declared in ("<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'):
        assert desk.http(declared + BODY).status == 400


@pytest.mark.rule("querydata.framework.media_type")
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/xml", None])
def test_a_wrong_media_type_is_415_without_a_body(desk: Desk, content_type: str | None) -> None:
    done = desk.http(GOOD, media=content_type)
    assert (done.status, done.reply_body) == (415, b"")
    assert desk.http(GOOD, media=content_type, action=None).status == 415


@pytest.mark.rule("querydata.framework.version")
def test_an_unknown_envelope_is_a_version_mismatch(desk: Desk) -> None:
    done = desk.http(envelope(GOOD, soap="urn:soap"))
    assert fault(done) == (
        "soap:VersionMismatch",
        f"Possible SOAP version mismatch: Envelope namespace urn:soap was unexpected. Expecting {SOAP11}.",
    )
    assert b"Upgrade" in done.reply_body
    assert fault(desk.http(envelope(GOOD, soap="urn:soap"), media=MEDIA12, action=None))[1].endswith(
        f"Expecting {SOAP12}."
    )


@pytest.mark.rule("querydata.framework.version", "querydata.framework.media_type")
def test_soap_12_can_be_off(make: Callable[..., Desk]) -> None:
    desk = make({"soap12": "off"})
    assert desk.http(BODY12, media=MEDIA12).status == 415
    done = desk.http(BODY12)
    assert fault(done)[0] == "soap:VersionMismatch"
    assert b"Upgrade" not in done.reply_body
    assert b"Soap12" not in desk.http(verb="GET", query="wsdl").reply_body


@pytest.mark.rule("querydata.framework.envelope")
@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("<a/>", "Envelope"),
        (f'<s:Envelope xmlns:s="{SOAP11}"/>', "Body"),
        (f'<s:Envelope xmlns:s="{SOAP11}"><Body/></s:Envelope>', "Body"),
    ],
)
def test_a_missing_envelope_or_body_is_a_fault(desk: Desk, body: str, missing: str) -> None:
    says = (
        f"Server was unable to read request. ---> Request format is invalid: Missing required soap:{missing} element."
    )
    assert fault(desk.http(body)) == ("soap:Client", says)


@pytest.mark.rule("querydata.framework.must_understand")
def test_a_header_that_must_be_understood(desk: Desk) -> None:
    def with_header(must: str) -> str:
        header = f'<s:Header><t:Token xmlns:t="urn:t" s:mustUnderstand="{must}">1</t:Token></s:Header>'
        return BODY.replace("<s:Body>", header + "<s:Body>")

    assert fault(desk.http(with_header("1"))) == ("soap:MustUnderstand", "SOAP header Token was not understood.")
    assert desk.http(with_header("0")).status == 200


@pytest.mark.rule("querydata.framework.parameter_type")
def test_elements_inside_a_simple_parameter_are_a_fault(desk: Desk) -> None:
    code, text = fault(desk.http(BODY.replace("</json>", "<b/></json>")))
    assert code == "soap:Client"
    assert text.startswith("Server was unable to read request. ---> ")


@pytest.mark.rule("querydata.payload.null_parameter")
@pytest.mark.parametrize(
    "body",
    [
        envelope(GOOD, name="payload"),
        BODY.replace("<json>", '<json xmlns="urn:x">'),
        envelope(None),
        BODY.replace(f'QueryData xmlns="{SPACE}"', 'QueryData xmlns="urn:x"'),
        BODY.replace("<json>", '<json xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">'),
    ],
)
def test_a_parameter_of_another_name_or_namespace_is_null(desk: Desk, body: str) -> None:
    done = desk.http(body)
    assert done.status == 200
    assert b'"Code":"JSON"' in done.reply_body
    assert b"element json of namespace http://tempuri.org/" in done.reply_body


def test_a_parameter_may_come_as_cdata_with_decoration(desk: Desk) -> None:
    odd = BODY.replace(
        "<json>" + BODY.split("<json>")[1].split("</json>")[0],
        '<json xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="false" i:type="xsd:string" '
        f'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><!-- x --><![CDATA[{GOOD}]]>',
    )
    assert b"UtilisphereIDs" in desk.http(odd).reply_body
    twice = BODY.replace("</json>", "</json><json>{</json>")
    assert b"UtilisphereIDs" in desk.http(twice).reply_body, "the first of two counts"


def test_other_encodings_are_read(desk: Desk) -> None:
    assert desk.http(BODY.encode("utf-16"), media="text/xml; charset=utf-16").status == 200
    assert desk.http(BODY.encode("latin-1"), media="text/xml; charset=iso-8859-1").status == 200
    assert desk.http(BODY, media="text/xml; charset=no-such").status == 200
    assert not desk.last.notes


@pytest.mark.rule("querydata.framework.charset")
@pytest.mark.parametrize(
    ("content_type", "soap", "read"),
    [
        ("text/xml", SOAP11, "M??ller"),
        ("text/xml; charset=utf8", SOAP11, "M??ller"),
        ("text/xml; charset=utf-8", SOAP11, "Müller"),
        ("application/soap+xml", SOAP12, "Müller"),
    ],
)
def test_letters_without_a_known_charset_are_lost_and_a_finding_says_so(
    desk: Desk, content_type: str, soap: str, read: str
) -> None:
    asked = json.dumps(payload("Summary", equals("Müller"), form="Müller"), ensure_ascii=False)
    done = desk.http(envelope(asked, soap=soap), media=content_type, action=ACTION if soap == SOAP11 else None)
    assert f'ResultFormat "{read}" is not known' in unescape(done.reply_body.decode()).replace('\\"', '"')
    assert ("framework.charset" in desk.notes) == (read != "Müller")
    # What cannot be read at all tells of it, too.
    desk.http("<a>ü", media="text/xml")
    assert "framework.charset" in desk.notes


@pytest.mark.rule("querydata.framework.charset")
def test_letters_of_a_form_are_utf_8_unless_it_says_otherwise(desk: Desk) -> None:
    body = f"json={quote(GOOD.replace('Summary', 'Übersicht'), encoding='latin-1')}"
    for media, read in ((FORM, "\ufffdbersicht"), (f"{FORM}; charset=iso-8859-1", "Übersicht")):
        assert read in desk.http(body, tail="/QueryData", media=media).reply_body.decode()
        assert ("framework.charset" in desk.notes) == (media == FORM)


@pytest.mark.rule("querydata.framework.verb")
@pytest.mark.parametrize("verb", ["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
def test_other_verbs_are_405(desk: Desk, verb: str) -> None:
    done = desk.http(BODY, verb=verb)
    assert done.status == 405
    assert ("Allow", "GET, POST") in done.reply_headers
    assert bool(done.reply_body) == (verb != "HEAD")
    assert desk.http(BODY, verb="PUT", tail="/QueryData").status == 405


@pytest.mark.rule("querydata.framework.too_large")
def test_a_request_over_four_megabytes_is_refused(desk: Desk) -> None:
    code, text = fault(desk.http(b" " * (4 << 20) + BODY.encode()))
    assert (code, text.split(" ---> ")[1]) == ("soap:Client", "Maximum request length exceeded.")
    done = desk.http(b"json=" + b"x" * (4 << 20), tail="/QueryData", media="application/x-www-form-urlencoded")
    assert done.status == 500


FORM = "application/x-www-form-urlencoded"


@pytest.mark.rule("querydata.framework.form_post")
def test_form_posts_from_the_same_machine(desk: Desk) -> None:
    done = desk.http(f"json={quote(GOOD)}", tail="/QueryData", media=FORM)
    assert (done.status, media(done)) == (200, "text/xml; charset=utf-8")
    root = etree.fromstring(done.reply_body)
    assert (root.tag, root.text) == (f"{{{SPACE}}}string", '{"UtilisphereIDs":[]}')

    def plain(body: str, tail: str, content_type: str = FORM) -> str:
        failed = desk.http(body, tail=tail, media=content_type)
        assert (failed.status, media(failed)) == (500, "text/plain; charset=utf-8")
        return failed.reply_body.decode().strip()

    assert plain("x=1", "/QueryData") == "Missing parameter: json."
    assert plain("json=1", "/querydata") == (
        "Invalid method name 'querydata',  method names are case sensitive.   "
        "The method name 'QueryData' with the same name but different casing was found."
    )
    assert plain("json=1", "/Nothing") == "Nothing Web Service method name is not valid."
    assert plain("json=1", "/QueryData", "text/plain") == "Request format is invalid: text/plain."
    assert plain("&".join(f"a{n}=1" for n in range(2000)), "/QueryData") == "Request format is invalid."


@pytest.mark.rule("querydata.framework.form_post")
def test_form_posts_from_elsewhere(make: Callable[..., Desk]) -> None:
    says = b"Request format is unrecognized for URL unexpectedly ending in '/QueryData'."
    form = {"body": f"json={quote(GOOD)}", "tail": "/QueryData", "media": FORM}
    remote = make().http(**form, remote="10.1.2.3")
    assert remote.status == 500
    assert says in remote.reply_body
    assert make({"form_post": "on"}).http(**form, remote="10.1.2.3").status == 200
    assert says in make({"form_post": "off"}).http(**form).reply_body
    assert says in make().http(verb="GET", tail="/QueryData", query=f"json={quote(GOOD)}").reply_body
    assert make().http(**form, remote="not an address").status == 500


@pytest.mark.rule("querydata.framework.form_post")
@pytest.mark.parametrize("tail", ["/", "//", "/QueryData/more"])
def test_a_tail_that_names_no_operation(desk: Desk, tail: str) -> None:
    done = desk.http(BODY, tail=tail)
    assert done.status == 500
    assert f"unexpectedly ending in '{tail}'".encode() in done.reply_body


@pytest.mark.rule("querydata.framework.form_post")
def test_a_fault_of_the_method_is_plain_text_in_a_form_post(make: Callable[..., Desk]) -> None:
    done = make("fault").http("json={", tail="/QueryData", media=FORM)
    assert (done.status, done.reply_body) == (500, b"Payload is not valid JSON.\r\n")
    make("fault").http("json=1", tail="/querydata", media=FORM)


def test_help_pages(desk: Desk) -> None:
    listing = desk.http(verb="GET").reply_body.decode()
    assert "?op=QueryData" in listing
    page = desk.http(verb="GET", query="op=QueryData")
    assert page.status == 200
    text = page.reply_body.decode()
    assert "SOAP 1.1" in text
    assert "SOAP 1.2" in text
    assert "SOAPAction: &quot;http://tempuri.org/QueryData&quot;" in text
    assert f'<form action="{PATH}/QueryData"' in text
    remote = desk.http(verb="GET", query="op=QueryData", remote="10.1.2.3").reply_body.decode()
    assert "<form" not in remote
    assert "local machine" in remote
    assert desk.http(verb="GET", query="op=<script>").reply_body.count(b"<script>") == 0
    assert desk.last.outcome == "page"


@pytest.mark.parametrize("query", ["WSDL", "wsdl", "Wsdl", "WSDL="])
def test_the_description_names_the_address_it_was_asked_at(desk: Desk, query: str) -> None:
    done = desk.http(verb="GET", query=query, host="mock.example:99", prefix="/w/blue")
    assert (done.status, media(done)) == (200, "text/xml; charset=utf-8")
    root = etree.fromstring(done.reply_body)
    spaces = {"w": "http://schemas.xmlsoap.org/wsdl/", "s": "http://schemas.xmlsoap.org/wsdl/soap/"}
    assert root.get("targetNamespace") == SPACE
    names = [each.get("name") for each in root.findall("w:binding", spaces)]
    assert names == ["IRTHNetWOIntegrationSoap", "IRTHNetWOIntegrationSoap12"]
    assert [each.get("name") for each in root.findall("w:message", spaces)] == ["QueryDataSoapIn", "QueryDataSoapOut"]
    assert root.find("w:portType", spaces).get("name") == "IRTHNetWOIntegrationSoap"
    address = root.find("w:service/w:port/s:address", spaces)
    assert address.get("location") == f"http://mock.example:99/w/blue{PATH}"
    (parameter,) = root.iterfind(".//{http://www.w3.org/2001/XMLSchema}element[@name='json']")
    assert parameter.get("minOccurs") == "0"


def test_a_hostile_host_header_stays_text(desk: Desk) -> None:
    done = desk.http(verb="GET", query="wsdl", host='a"><x>&')
    assert etree.fromstring(done.reply_body).find(".//x") is None


@pytest.mark.parametrize("query", ["disco", "DISCO"])
def test_discovery(desk: Desk, query: str) -> None:
    done = desk.http(verb="GET", query=query)
    assert media(done) == "text/xml; charset=utf-8"
    (reference,) = etree.fromstring(done.reply_body).iterfind("{http://schemas.xmlsoap.org/disco/scl/}contractRef")
    assert reference.get("ref") == f"http://127.0.0.1:8750{PATH}?wsdl"


@pytest.mark.rule("querydata.framework.failure", "querydata.error.form")
@pytest.mark.parametrize(
    ("soap", "content_type", "code"), [(SOAP11, "text/xml", "soap:Server"), (SOAP12, MEDIA12, "soap:Receiver")]
)
def test_profile_fault(make: Callable[..., Desk], soap: str, content_type: str, code: str) -> None:
    desk = make("fault")
    done = desk.http(envelope("{", soap=soap), media=content_type, action=None)
    assert fault(done) == (code, "Server was unable to process request. ---> Payload is not valid JSON.")
    desk.switch(custom_errors="off")
    text = fault(desk.http(envelope("{", soap=soap), media=content_type, action=None))[1]
    assert text.startswith(
        "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> System."
    )
    assert "   at " in text


@pytest.mark.rule("querydata.framework.failure")
@pytest.mark.parametrize("kind", ["fail", "rollback"])
def test_an_internal_failure_is_a_fault_of_the_server(desk: Desk, kind: str) -> None:
    desk.world.faults.add(kind, vendor="querydata")
    assert fault(desk.http(BODY))[0] == "soap:Server"
    assert desk.last.outcome == "fault"
    assert desk.http(BODY).status == 200


@pytest.mark.parametrize("name", ["auth", "json", "request", "value"])
def test_refusals_can_be_ordered_as_faults(desk: Desk, name: str) -> None:
    desk.world.faults.add("refuse", {"refusal": name}, vendor="querydata")
    assert json.loads(desk.text(GOOD))["Error"]["Code"] == name.upper()


def test_names_follow_the_switches(make: Callable[..., Desk]) -> None:
    desk = make({"soap_namespace": "urn:irth", "payload_parameter": "request"})
    body = envelope(GOOD, space="urn:irth", name="request")
    done = desk.http(body, action="urn:irth/QueryData")
    assert b'<QueryDataResponse xmlns="urn:irth">' in done.reply_body
    assert b"UtilisphereIDs" in done.reply_body
    assert desk.http(BODY).status == 500, "the default action is unknown now"
    assert b'name="request"' in desk.http(verb="GET", query="wsdl").reply_body
