"""The wire by bytes: every form of address, envelope and header that clients send, and the style of what comes back."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import pytest
from lxml import etree

from mockservers.kernel.journal import Exchange
from tests.vendors.autotask.post import (
    CODE,
    HEADER,
    PASSWORD,
    PATH,
    SOAP11,
    SOAP12,
    SPACE,
    XSD,
    XSI,
    Post,
    basic,
    envelope,
    fault,
    queryxml,
    request,
    texts,
    where,
)

ENTITY_TYPE = f"{{{XSI}}}type"


@pytest.fixture(scope="module")
def shared() -> Iterator[Post]:
    """A world for tests that change nothing."""
    made = Post()
    yield made
    made.world.close()


@pytest.fixture
def make() -> Iterator[Callable[..., Post]]:
    made: list[Post] = []

    def factory(*args: Any, **more: Any) -> Post:
        made.append(Post(*args, **more))
        return made[-1]

    yield factory
    for each in made:
        each.world.close()


def version(post: Post, **more: Any) -> Exchange:
    return post.call("GetWsdlVersion", **more)


def good(done: Exchange) -> bool:
    return done.status == 200 and b"<GetWsdlVersionResult>1.6.9</GetWsdlVersionResult>" in done.reply_body


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.address.paths")
@pytest.mark.parametrize(
    "path", ["/atservices/1.6/atws.asmx", "/ATSERVICES/1.6/ATWS.ASMX", "/ATServices/1.6/atws.Asmx"]
)
def test_letter_case_of_paths_does_not_matter(shared: Post, path: str) -> None:
    assert good(version(shared, path=PATH))
    assert good(version(shared, path=path))


@pytest.mark.rule("autotask.address.version")
@pytest.mark.parametrize(
    "path", ["/atservices/1.5/atws.wsdl", "/ATServices/1.5/atws.asmx", "/ATServices/x%y/atws.asmx"]
)
def test_other_versions_are_not_there(shared: Post, path: str) -> None:
    done = shared.call("GetWsdlVersion", path=path)
    assert done.status == 404
    assert shared.last.outcome == "refused"
    assert shared.notes == {"address.version"}


@pytest.mark.parametrize(
    "path", ["/ATServicesRest/V1.0/TicketAttachments/1", "/Autotask/Anything.aspx", "/atservices/1.6/other.asmx"]
)
def test_what_is_not_emulated_says_so(shared: Post, path: str) -> None:
    done = shared.http(verb="GET", path=path)
    assert done.status == 501
    assert "is not emulated" in done.reply_body.decode()
    assert shared.last.outcome == "unsupported"


# --- envelopes and headers --------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.wire.soap12")
def test_soap_12(shared: Post, make: Callable[..., Post]) -> None:
    for action in ("", f'; action="{SPACE}GetWsdlVersion"'):
        done = version(shared, soap=SOAP12, media=f"application/soap+xml; charset=utf-8{action}")
        assert good(done)
        assert f'xmlns:soap="{SOAP12}"'.encode() in done.reply_body
        assert dict(done.reply_headers)["Content-Type"] == "application/soap+xml; charset=utf-8"
    off = make({"soap12": "off"}, data="empty")
    assert version(off, soap=SOAP12).status == 415


@pytest.mark.rule("autotask.request.header")
@pytest.mark.parametrize(
    "header",
    [
        f"<a:AutotaskIntegrations xmlns:a='{SPACE}'><a:IntegrationCode>{CODE}</a:IntegrationCode></a:AutotaskIntegrations>",
        f"<AutotaskIntegrations><IntegrationCode>{CODE}</IntegrationCode></AutotaskIntegrations>",
        f"<a:AutotaskIntegrations xmlns:a='{SPACE}'><IntegrationCode>{CODE}</IntegrationCode></a:AutotaskIntegrations>",
        f"<AutotaskIntegrations xmlns='{SPACE}' s:mustUnderstand='1'><IntegrationCode>{CODE}</IntegrationCode>"
        "</AutotaskIntegrations>",
        f"<AutotaskIntegrations s:mustUnderstand='1'><IntegrationCode>{CODE}</IntegrationCode></AutotaskIntegrations>",
        f"<AutotaskIntegrations xmlns='{SPACE}' s:mustUnderstand='0' s:actor='' any='thing'>"
        f"<IntegrationCode xsi:type='xsd:string'>\n {CODE} \n</IntegrationCode></AutotaskIntegrations>",
    ],
)
def test_headers_in_other_forms(shared: Post, header: str) -> None:
    assert good(version(shared, header=header))


@pytest.mark.parametrize("header", [HEADER, f"<Other xmlns='u'/>{HEADER}"])
def test_headers_as_declared(shared: Post, header: str) -> None:
    assert good(version(shared, header=header))
    assert "autotask.request.header" not in shared.last.rules


def test_an_envelope_may_say_how_it_is_encoded(shared: Post) -> None:
    sent = envelope(request("GetWsdlVersion")).replace(
        "<s:Envelope ", "<s:Envelope s:encodingStyle='http://schemas.xmlsoap.org/soap/encoding/' "
    )
    assert good(shared.http(sent, action=f"{SPACE}GetWsdlVersion"))


@pytest.mark.parametrize("action", [f'"{SPACE}GetWsdlVersion"', f"{SPACE}GetWsdlVersion", None])
def test_actions_are_quoted_bare_or_missing(shared: Post, action: str | None) -> None:
    assert good(shared.http(envelope(request("GetWsdlVersion")), action=action))


@pytest.mark.rule("autotask.wire.addressing")
def test_addressing_is_refused_unless_ignored(shared: Post, make: Callable[..., Post]) -> None:
    ignoring = make({"ws_addressing": "ignore"}, data="empty")
    for space in ("http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing"):
        for must in ("", " s:mustUnderstand='1'"):
            header = f"{HEADER}<w:Action xmlns:w='{space}'{must}>x</w:Action>"
            assert fault(version(shared, header=header)) == "SOAP header Action was not understood."
            assert good(version(ignoring, header=header))
    # An addressing header that came last refuses the call all the same, and nothing was done.
    assert "MustUnderstand" in version(shared, header=header).reply_body.decode()


@pytest.mark.rule("autotask.tracking.required")
def test_an_unknown_identifier_is_an_error_in_the_body_where_there_is_a_place(shared: Post) -> None:
    found = shared.query("Ticket", header="")
    assert texts(found, "ReturnCode") == ["-1"]
    assert texts(found, "Message") == ["IntegrationCode is invalid."]
    found = shared.result("IntegrationCodeCheck", header="")
    assert (texts(found, "ReturnCode"), texts(found, "Message")) == (["-1"], ["IntegrationCode is invalid."])
    assert fault(version(shared, header="")).endswith("---> IntegrationCode is invalid.")
    assert shared.result("DeleteAttachment", header="").text == "IntegrationCode is invalid."


# --- login ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.user.login")
@pytest.mark.parametrize(
    "login",
    [
        None,
        basic(password="wrong"),
        basic(user="nobody@demo.example"),
        "Basic",
        "Basic !",
        "Bearer abcdef",
        "Basic YWJj",
    ],
)
def test_a_challenge_comes_before_credentials(shared: Post, login: str | None) -> None:
    done = version(shared, login=login)
    assert done.status == 401
    assert dict(done.reply_headers)["WWW-Authenticate"] == 'Basic realm="Autotask Web Services"'
    assert (shared.last.outcome, shared.last.refusal) == ("refused", "LOGIN")


def test_no_journal_shows_a_secret(shared: Post) -> None:
    begun = len(shared.world.journal)
    version(shared)
    version(shared, login=basic(password="a-wrong-secret"))
    shared.http("<", action=None)
    shared.http("<", path="/atservices/1.5/atws.asmx")
    shared.http(verb="GET", path="/somewhere")
    shared.http(verb="GET", path="/atservices/1.6/atws.wsdl")
    shared.call("GetFieldInfo", "<psObjectType><a/></psObjectType>", login=basic(password="a-wrong-secret"))
    shown = "".join(map(repr, list(shared.world.journal)[begun:]))
    for secret in (PASSWORD, CODE, "a-wrong-secret", basic()[6:], basic(password="a-wrong-secret")[6:]):
        assert secret not in shown


@pytest.mark.rule("autotask.zone.no_login", "autotask.zone.user_name", "autotask.zone.unknown")
def test_zone_look_ups_need_nothing(shared: Post, make: Callable[..., Post]) -> None:
    def ask(post: Post, user: str, host: str = "127.0.0.1:8750") -> str:
        done = post.call("getZoneInfo", f"<UserName>{user}</UserName>", login=None, header="", host=host)
        return done.reply_body.decode().partition("<getZoneInfoResult>")[2].partition("</getZoneInfoResult>")[0]

    assert ask(shared, "anybody@demo.example") == (
        "<URL>http://127.0.0.1:8750/ATServices/1.6/atws.asmx</URL><ErrorCode>0</ErrorCode><DataBaseType />"
        "<CI>100214</CI><WebUrl>http://127.0.0.1:8750/ww1/</WebUrl>"
    )
    there = ask(shared, "api@other-customer.example", "webservices.autotask.net")
    assert "<URL>http://webservices2.autotask.net/ATServices/1.6/atws.asmx</URL>" in there
    assert "<WebUrl>http://ww2.autotask.net/</WebUrl>" in there
    assert ask(shared, "x@nowhere.example").startswith("<URL /><ErrorCode>-1</ErrorCode>")
    assert ask(make({"zone_unknown": "no_url"}, data="empty"), "x").startswith("<ErrorCode>-1</ErrorCode>")


# --- what the framework says by itself --------------------------------------------------------------------------------


@pytest.mark.rule(
    "autotask.framework.action",
    "autotask.framework.malformed",
    "autotask.framework.media_type",
    "autotask.framework.version",
    "autotask.framework.envelope",
    "autotask.framework.must_understand",
    "autotask.framework.parameter_type",
    "autotask.framework.verb",
    "autotask.framework.form_post",
    "autotask.framework.too_large",
)
def test_the_framework_refuses(shared: Post) -> None:
    whole = envelope(request("GetWsdlVersion"))
    known = f'"{SPACE}GetWsdlVersion"'

    def refused(rule: str) -> str:
        entry = shared.last
        assert entry.outcome == "refused"
        return rule if f"autotask.framework.{rule}" in entry.rules else str(entry.rules)

    said = fault(shared.http(whole, action='"http://autotask.net/ATWS/v1_6/GetEntityinfo"'))
    assert said == f"Server did not recognize the value of HTTP Header SOAPAction: {SPACE}GetEntityinfo."
    assert refused("action") == "action"
    assert "without a valid action" in fault(shared.http(envelope("<x/>"), action=None))
    assert shared.http("<x", action=known).status == 400
    assert refused("malformed") == "malformed"
    assert shared.http(f"<!DOCTYPE a>{whole}", action=known).status == 400
    assert shared.http(whole, action=known, media="application/json").status == 415
    assert refused("media_type") == "media_type"
    assert "version mismatch" in fault(shared.http(whole.replace(SOAP11, "urn:x"), action=known))
    assert refused("version") == "version"
    assert "Missing required soap:Body" in fault(shared.http(f"<s:Envelope xmlns:s='{SOAP11}'/>", action=known))
    assert refused("envelope") == "envelope"
    must = "<a xmlns='u' s:mustUnderstand='1'/>"
    assert fault(version(shared, header=must)) == "SOAP header a was not understood."
    assert refused("must_understand") == "must_understand"
    assert "Input string was not" in fault(shared.call("GetAttachment", "<attachmentId>x</attachmentId>"))
    assert refused("parameter_type") == "parameter_type"
    assert shared.http(whole, verb="PUT").status == 405
    assert refused("verb") == "verb"
    assert shared.http("a=b", path=f"{PATH}/query", media="application/x-www-form-urlencoded").status == 500
    assert refused("form_post") == "form_post"
    assert "Maximum request length" in fault(shared.http(b" " * ((16 << 20) + 1), action=known))
    assert refused("too_large") == "too_large"


@pytest.mark.rule("autotask.framework.failure")
def test_a_failure_inside_is_a_fault(make: Callable[..., Post]) -> None:
    post = make(data="empty")
    for kind in ("fail", "rollback"):
        post.world.faults.add(kind, vendor="autotask")
        assert fault(version(post)).startswith("Server was unable to process request. ---> injected fault")
    for refusal, status in (("login", 401), ("tracking", 500), ("threshold", 500), ("threads", 500)):
        post.world.faults.add("refuse", {"refusal": refusal}, vendor="autotask")
        assert version(post).status == status
        post.world.faults.add("refuse", {"refusal": refusal}, vendor="autotask")
        done = post.call("query", f"<sXML>{escape(queryxml('Account'))}</sXML>")
        assert done.status == (401 if refusal == "login" else 200)
    assert good(version(post))


def test_help_pages_are_there(shared: Post) -> None:
    done = shared.http(verb="GET", media=None, login=None)
    assert done.status == 200
    assert "GetEntityInfo" in done.reply_body.decode()
    assert shared.http(verb="GET", query="op=query", media=None).status == 200
    assert shared.http(verb="GET", query="disco", media=None).status == 200


# --- the style of answers ---------------------------------------------------------------------------------------------

FRAME = (
    '<?xml version="1.0" encoding="utf-8"?>'
    f'<soap:Envelope xmlns:soap="{SOAP11}" xmlns:xsi="{XSI}" xmlns:xsd="{XSD}"><soap:Body>'
)
THRESHOLD = (
    f'{FRAME}<getThresholdAndUsageInfoResponse xmlns="{SPACE}"><getThresholdAndUsageInfoResult><ReturnCode>1</ReturnCode>'
    "<EntityResults /><EntityResultType /><Errors /><EntityReturnInfoResults><EntityReturnInfo><EntityId>0</EntityId>"
    "<DatabaseAction>None</DatabaseAction><DuplicateStatus><Found>false</Found><Ignored>false</Ignored></DuplicateStatus>"
    "<Message>ThresholdOfExternalRequest: 10000; TimeframeOfLimitation: 60; numberOfExternalRequest: 0;</Message>"
    "</EntityReturnInfo></EntityReturnInfoResults></getThresholdAndUsageInfoResult></getThresholdAndUsageInfoResponse>"
    "</soap:Body></soap:Envelope>"
)


@pytest.mark.rule(
    "autotask.wire.net_style", "autotask.wire.order", "autotask.wire.collections", "autotask.threshold.answer"
)
def test_an_answer_to_the_byte(make: Callable[..., Post]) -> None:
    post = make(data="empty")
    assert post.call("getThresholdAndUsageInfo").reply_body.decode() == THRESHOLD
    spelled = make({"threshold_spelling": "help"}, data="empty")
    assert b"<Message>thresholdOfExternalRequest: 10000;" in spelled.call("getThresholdAndUsageInfo").reply_body


@pytest.mark.rule("autotask.wire.result_type", "autotask.wire.return_info")
def test_a_page_of_entities(shared: Post) -> None:
    found = shared.query("ticketNOTE")
    assert [each.tag.rpartition("}")[2] for each in found] == [
        "ReturnCode",
        "EntityResults",
        "EntityResultType",
        "Errors",
        "EntityReturnInfoResults",
    ]
    assert [each.text for each in found][::2] == ["1", "ticketnote", None]
    entities = list(found[1])
    assert entities
    assert {each.get(ENTITY_TYPE) for each in entities} == {"TicketNote"}
    infos = [int(each) for each in texts(found, "EntityId") if each]
    assert infos == [int(each[0].text or 0) for each in entities] == sorted(infos)
    assert set(texts(found, "DatabaseAction")) == {"None"}
    assert set(texts(found, "Found")) == {"false"} == set(texts(found, "Ignored"))
    assert not texts(found[4], "MatchInfo")
    ticket = shared.query("Ticket", where("id", "LessThan", 10**6))
    assert set(texts(ticket[4], "MatchInfo")) == {None} == set(texts(ticket[4], "Message"))
    nothing = shared.query("Ticket", where("id", "Equals", 1))
    assert [each.text for each in nothing] == ["1", None, "ticket", None, None]


@pytest.mark.rule("autotask.request.query_text")
def test_queries_are_escaped_or_literal(shared: Post) -> None:
    text = queryxml("\n Account \n", where(" id ", "greaterthan", 0))
    results = [
        etree.tostring(shared.result("query", f"<sXML>{sent}</sXML>"))
        for sent in (escape(text), f"<![CDATA[{text}]]>", escape('<?xml version="1.0" encoding="utf-16"?>' + text))
    ]
    assert results[0] == results[1] == results[2]
    assert b"<Entity " in results[0]


@pytest.mark.rule("autotask.wire.return_code")
def test_what_is_no_query_is_an_error_in_the_body(shared: Post) -> None:
    assert texts(shared.query("Account"), "ReturnCode") == ["1"]
    found = shared.result("query", "<sXML>queryxml</sXML>")
    assert texts(found, "ReturnCode") == ["-1"]
    (message,) = texts(found, "Message")
    assert message is not None
    assert message.endswith("[emulated text]")


# --- entities as clients send them ------------------------------------------------------------------------------------


def ticket(shape: Callable[[str, str], str], id_: str = "", entity: str = 'Entity xsi:type="Ticket"') -> str:
    fields = "".join(
        shape(name, value)
        for name, value in (
            ("AccountID", "29683501"),
            ("Title", "T"),
            ("Status", "1"),
            ("Priority", "1"),
            ("DueDateTime", "2026-03-05"),
            ("QueueID", "8"),
        )
    )
    return f"<Entities><{entity}>{id_}{fields}</{entity.split()[0]}></Entities>"


def plain(name: str, value: str) -> str:
    return f"<{name}>{value}</{name}>"


def typed(name: str, value: str) -> str:
    kind = {"Title": "string", "DueDateTime": "dateTime"}.get(name, "int")
    return f'<{name} xsi:type="xsd:{kind}">{value}</{name}>'


@pytest.mark.rule("autotask.request.types")
@pytest.mark.parametrize("shape", [plain, typed])
@pytest.mark.parametrize(
    "id_", ["", "<id>0</id>", '<id xsi:type="xsd:int">0</id>', '<id xsi:type="xsd:long">0</id>', "<id/>"]
)
@pytest.mark.parametrize("entity", ['Entity xsi:type="Ticket"', f'p:Entity xmlns:p="{SPACE}" xsi:type="p:Ticket"'])
def test_entities_are_read_in_every_form(
    make: Callable[..., Post], shape: Callable[[str, str], str], id_: str, entity: str
) -> None:
    post = make()
    found = post.result("create", ticket(shape, id_, entity))
    assert texts(found, "ReturnCode") == ["1"], etree.tostring(found)
    assert texts(found, "Title") == ["T"]
    assert texts(found, "EntityId") == texts(found, "id")


def test_an_entity_without_a_type_is_a_fault(shared: Post) -> None:
    assert "The specified type is abstract" in fault(shared.call("create", ticket(plain, "", "Entity")))
    found = shared.result("create", ticket(plain, "", 'Entity xsi:type="Nothing"'))
    assert texts(found, "ReturnCode") == ["-1"]


@pytest.mark.rule("autotask.wire.delete")
def test_a_delete_answers_with_empty_collections(make: Callable[..., Post]) -> None:
    post = make()
    id_ = texts(post.query("TimeEntry"), "id")[0]
    found = post.result("delete", f'<Entities><Entity xsi:type="TimeEntry"><id>{id_}</id></Entity></Entities>')
    assert [each.text for each in found] == ["1", None, "timeentry", None, None]
    assert all(len(each) == 0 for each in found)


# --- information calls ------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.request.info_parameter")
def test_nested_parameters(shared: Post, make: Callable[..., Post]) -> None:
    nested = "<psObjectType><psObjectType>Ticket</psObjectType></psObjectType>"
    once = shared.call("GetFieldInfo", "<psObjectType>ticket</psObjectType>").reply_body
    assert shared.call("GetFieldInfo", nested).reply_body == once
    assert (
        b"<Name>Locate Ref</Name>"
        in shared.call("getUDFInfo", "<psTable><psTable>Ticket</psTable></psTable>").reply_body
    )
    strict = make({"info_parameter": "schema"}, data="empty")
    assert "'Element' is an invalid XmlNodeType" in fault(strict.call("GetFieldInfo", nested))
    assert strict.last.outcome == "refused"


def info(post: Post, entity: str, name: str, element: str = "GetFieldInfo", parameter: str = "psObjectType") -> Any:
    found = post.result(element, f"<{parameter}>{entity}</{parameter}>")
    return next(each for each in found if each[0].text == name)


def members(field: Any) -> dict[str, str | None]:
    return {each.tag.rpartition("}")[2]: each.text for each in field}


@pytest.mark.rule("autotask.info.fields", "autotask.info.conventions", "autotask.info.field_flags")
def test_field_info(shared: Post, make: Callable[..., Post]) -> None:
    assert members(info(shared, "Ticket", "id")) == {
        "Name": "id",
        "Label": "id",
        "Type": "long",
        "Length": "0",
        "IsRequired": "true",
        "IsReadOnly": "true",
        "IsQueryable": "true",
        "IsReference": "false",
        "ReferenceEntityType": None,
        "IsPickList": "false",
        "PicklistParentValueField": None,
        "IsSupportedWebhookField": "false",
    }
    account = members(info(shared, "Ticket", "AccountID"))
    assert (account["Type"], account["IsReference"], account["ReferenceEntityType"]) == ("integer", "true", "Account")
    title = members(info(shared, "Ticket", "Title"))
    assert (title["Type"], title["Length"], title["IsRequired"], title["IsReadOnly"]) == (
        "string",
        "255",
        "true",
        "false",
    )
    assert members(info(shared, "Ticket", "CreatorType"))["IsQueryable"] == "false"
    assert members(info(shared, "Ticket", "DueDateTime"))["IsRequired"] == "false"
    early = make({"field_flags": "2019"}, data="empty")
    assert members(info(early, "Ticket", "DueDateTime"))["IsRequired"] == "true"
    assert members(info(shared, "WebhookEventErrorLog", "ConfigurationItemWebhookID"))["Type"] == "integer"
    assert fault(shared.call("GetFieldInfo", "<psObjectType>x&lt;y</psObjectType>")).endswith("[emulated text]")


def test_field_info_of_every_entity_has_the_recorded_fields(shared: Post) -> None:
    from tests.vendors.autotask.compare_wsdl import catalogue

    for name, entity in catalogue.load("autotask").entities.items():
        found = shared.result("GetFieldInfo", f"<psObjectType>{name}</psObjectType>")
        assert [each[0].text for each in found] == [field.name for field in entity.fields]


@pytest.mark.rule("autotask.info.picklist_labels", "autotask.zone.language")
def test_picklists_by_tenant_and_language(shared: Post) -> None:
    field = info(shared, "Ticket", "SubIssueType")
    assert members(field)["PicklistParentValueField"] == "IssueType"
    values = [members(each) for each in field.iter(f"{{{SPACE}}}PickListValue")]
    assert values[0] == {
        "Value": "136",
        "Label": "Does not start",
        "IsDefaultValue": "false",
        "SortOrder": "1",
        "parentValue": "10",
        "IsActive": "true",
        "IsSystem": "false",
    }
    assert [each["Value"] for each in values if each["IsActive"] == "false"] == ["138"]

    other = {
        "login": basic("api@other-customer.example", "other-password"),
        "header": HEADER.replace(CODE, "OTHER-INTEGRATION-CODE"),
    }
    found = shared.result("GetFieldInfo", "<psObjectType>Ticket</psObjectType>", **other)
    priority = next(each for each in found if each[0].text == "Priority")
    theirs = {row["Value"]: row["Label"] for row in map(members, priority.iter(f"{{{SPACE}}}PickListValue"))}
    ours = {
        row["Value"]: row["Label"]
        for row in map(members, info(shared, "Ticket", "Priority").iter(f"{{{SPACE}}}PickListValue"))
    }
    assert (theirs["20"], ours["1"]) == ("Hoch", "High")


@pytest.mark.rule("autotask.udf.discovered", "autotask.udf.capable", "autotask.udf.definitions")
def test_user_defined_fields(make: Callable[..., Post]) -> None:
    post = make()
    utility = info(post, "Ticket", "Utility", "getUDFInfo", "psTable")
    assert (members(utility)["IsPickList"], members(utility)["DefaultValue"]) == ("true", "G")
    assert members(next(utility.iter(f"{{{SPACE}}}PickListValue")))["Label"] == "Gas"
    assert members(info(post, "ticket", "Depth & Width", "getUDFInfo", "psTable"))["Type"] == "Double"
    assert members(info(post, "Ticket", "Dig Date", "getUDFInfo", "psTable"))["Type"] == "dateTime"
    assert len(post.result("getUDFInfo", "<psTable>TicketNote</psTable>")) == 0
    kind = next(
        row["Value"]
        for row in map(members, info(post, "UserDefinedFieldDefinition", "UdfType").iter(f"{{{SPACE}}}PickListValue"))
        if row["Label"] == "Ticket"
    )
    made = post.result(
        "create",
        '<Entities><Entity xsi:type="UserDefinedFieldDefinition"><Name>Made here</Name>'
        f"<UdfType>{kind}</UdfType><DataType>1</DataType></Entity></Entities>",
    )
    assert texts(made, "ReturnCode") == ["1"], etree.tostring(made)
    assert members(info(post, "Ticket", "Made here", "getUDFInfo", "psTable"))["Type"] == "String"


@pytest.mark.rule("autotask.info.entities", "autotask.operation.spelling")
def test_entity_info(shared: Post) -> None:
    found = {members(each)["Name"]: members(each) for each in shared.result("GetEntityInfo")}
    assert len(found) == 167
    assert found["Ticket"] == {
        "Name": "Ticket",
        "CanUpdate": "true",
        "CanDelete": "false",
        "CanCreate": "true",
        "CanQuery": "true",
        "UserAccessForCreate": "All",
        "UserAccessForQuery": "All",
        "UserAccessForUpdate": "All",
        "UserAccessForDelete": "None",
        "HasUserDefinedFields": "true",
        "SupportsWebhookCallouts": "false",
    }
    for flag, number in (("CanCreate", 125), ("CanUpdate", 114), ("CanDelete", 66), ("CanQuery", 164)):
        assert sum(each[flag] == "true" for each in found.values()) == number
    restricted = {
        members(each)["Name"]: members(each)
        for each in shared.result("GetEntityInfo", login=basic("copy@demo.example", "copy-password"))
    }
    assert restricted["Account"]["UserAccessForCreate"] == "None"
    assert restricted["Account"]["CanCreate"] == "true"


@pytest.mark.rule("autotask.info.wsdl_version")
def test_the_release(make: Callable[..., Post]) -> None:
    assert make({"wsdl_version": "1.6.8"}, data="empty").result("GetWsdlVersion").text == "1.6.8"


@pytest.mark.rule("autotask.info.integration_code")
def test_integration_codes(shared: Post) -> None:
    def ask(user: str) -> list[str | None]:
        found = shared.result("IntegrationCodeCheck", f"<userName>{user}</userName>")
        return [*texts(found, "IsApiUser"), *texts(found, "IsIntegrationCodeAssociated")]

    assert ask("API@demo.example") == ["true", "true"]
    assert ask("person@demo.example") == ["false", "true"]
    assert ask("api@other-customer.example") == ask("") == ["false", "false"]


@pytest.mark.rule("autotask.info.invoice")
def test_invoices(shared: Post) -> None:
    id_ = texts(shared.query("Invoice"), "id")[0]

    def ask(sent: str) -> Exchange:
        return shared.call("GetInvoiceMarkup", sent)

    found = shared.result("GetInvoiceMarkup", f"<InvoiceId>{id_}</InvoiceId><Format>xml</Format>").text or ""
    root = etree.fromstring(found)
    assert root.get("id") == id_
    assert root.findtext("Comments") == "Thank you & see <you> soon"
    page = shared.result("GetInvoiceMarkup", f"<InvoiceId>{id_}</InvoiceId><Format>HTML</Format>").text or ""
    assert page.startswith("<html>")
    assert "Thank you &amp; see &lt;you&gt; soon" in page
    assert "Format is HTML or XML" in fault(ask(f"<InvoiceId>{id_}</InvoiceId><Format>PDF</Format>"))
    assert "no invoice 7" in fault(ask("<InvoiceId>7</InvoiceId><Format>XML</Format>"))
    hidden = shared.call(
        "GetInvoiceMarkup",
        f"<InvoiceId>{id_}</InvoiceId><Format>XML</Format>",
        login=basic("copy@demo.example", "copy-password"),
    )
    assert "no invoice" in fault(hidden)


# --- attachments ------------------------------------------------------------------------------------------------------


def attach(post: Post, data: bytes | None = b"\0\xffabc", **changes: Any) -> Exchange:
    fields = {
        "ParentID": 7673,
        "ParentType": 4,
        "Type": "FILE_ATTACHMENT",
        "Title": "A & B",
        "FullPath": "a.pdf",
        "Publish": 1,
        **changes,
    }
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items() if value is not None)
    sent = "" if data is None else f"<Data>{base64.b64encode(data).decode()}</Data>"
    return post.call("CreateAttachment", f"<attachment>{sent}<Info>{inner}</Info></attachment>")


def made_id(done: Exchange) -> str:
    assert done.status == 200, done.reply_body
    return done.reply_body.decode().partition("<CreateAttachmentResult>")[2].partition("<")[0]


@pytest.mark.rule("autotask.attachment.calls", "autotask.query.attachments")
def test_attachments(make: Callable[..., Post]) -> None:
    post = make()
    id_ = made_id(attach(post))
    found = post.result("GetAttachment", f"<attachmentId>{id_}</attachmentId>")
    assert base64.b64decode(texts(found, "Data")[0] or "") == b"\0\xffabc"
    assert (texts(found, "Title"), texts(found, "FileSize"), texts(found, "ContentType")) == (
        ["A & B"],
        ["5"],
        ["application/pdf"],
    )
    assert found[1].get(ENTITY_TYPE) is None
    note = texts(post.query("TicketNote"), "id")[0]
    owner = texts(post.query("TicketNote"), "TicketID")[0]
    of_note = made_id(attach(post, ParentType=23, ParentID=note))
    assert of_note in texts(post.query("AttachmentInfo", where("TicketID", "Equals", owner)), "id")
    link = made_id(attach(post, None, Type="URL", FullPath="http://a.example/"))
    assert texts(post.result("GetAttachment", f"<attachmentId>{link}</attachmentId>"), "Data") == [None]
    assert post.result("DeleteAttachment", f"<attachmentId>{id_}</attachmentId>").text is None
    assert "no attachment" in fault(post.call("GetAttachment", f"<attachmentId>{id_}</attachmentId>"))
    assert "no attachment" in (post.result("DeleteAttachment", f"<attachmentId>{id_}</attachmentId>").text or "")
    assert int(made_id(attach(post))) > int(link)
    for changes, said in (
        ({"Title": None}, "required field Title"),
        ({"ParentID": 123456}, "Reference value on field: ParentID of type: ticket"),
        ({"ParentType": 999}, "Picklist value [999] does not exist for ParentType"),
        ({"Publish": "x"}, "numeric in field"),
        ({"Type": "ODD"}, "Picklist value [ODD]"),
        ({"Title": "x" * 256}, "exceeds maximum length (field:Title)"),
    ):
        assert said in fault(attach(post, **changes))
    assert "required field Data" in fault(attach(post, b""))
    assert "required field Info" in fault(post.call("CreateAttachment"))


def test_attachments_of_the_demo_data_have_a_content(shared: Post) -> None:
    listed = shared.query("AttachmentInfo")
    for id_, size in zip(texts(listed, "id"), texts(listed, "FileSize"), strict=True):
        found = shared.result("GetAttachment", f"<attachmentId>{id_}</attachmentId>")
        assert len(base64.b64decode(texts(found, "Data")[0] or "")) == int(size or 0)


@pytest.mark.rule("autotask.attachment.limit")
def test_attachments_are_limited(make: Callable[..., Post]) -> None:
    post = make()
    assert "at most 7000000" in fault(attach(post, b"x" * 7_000_001))
    made_id(attach(post, b"x" * 5_000_000))
    post.world.clock.advance(299_000_000)
    made_id(attach(post, b"x" * 5_000_000))
    post.world.clock.advance(299_000_000)
    assert "wait five minutes" in fault(attach(post, b"x"))
    post.world.clock.advance(1_000_000)
    made_id(attach(post, b"x"))


# --- pages ------------------------------------------------------------------------------------------------------------


def page(
    post: Post, query: str, path: str = "/Autotask/AutotaskExtend/ExecuteCommand.aspx", verb: str = "GET"
) -> Exchange:
    return post.http(verb=verb, path=path, query=query, media=None, login=None)


@pytest.mark.rule("autotask.executecommand.opens")
def test_execute_command(shared: Post) -> None:
    id_, number = texts(shared.query("Ticket"), "id")[0], texts(shared.query("Ticket"), "TicketNumber")[0]
    for query in (f"Code=OpenTicketDetail&TicketNumber={number}", f"code=openticketdetail&ticketid={id_}"):
        assert f'<li id="{id_}">' in page(shared, query).reply_body.decode()
    account = shared.query("Account")
    phone, name = texts(account, "Phone")[0] or "", texts(account, "AccountName")[0] or ""
    digits = "".join(each for each in phone if each.isdigit())
    assert texts(account, "id")[0] is not None
    assert (
        f'<li id="{texts(account, "id")[0]}">'
        in page(shared, f"Code=OpenAccount&Phone=({digits[:6]}").reply_body.decode()
    )
    several = page(shared, f"Code=OpenAccount&Phone={digits[:1]}").reply_body.decode()
    assert several.count("<li ") >= 1
    assert "blank form" in page(shared, f"Code=NewTicket&AccountName={name.upper()}").reply_body.decode()
    for wrong in (
        "",
        "Code=",
        "Code=Nothing",
        "Code=OpenTask",
        "Code=OpenTicketDetail",
        "Code=OpenTicketDetail&TicketID=x",
        "Code=OpenTicketDetail&TicketID=99999999999999999999",
        "&" * 300,
        "Code=OpenAccount&Phone=x",
    ):
        done = page(shared, wrong)
        assert done.status == 200
        assert "<h1>Error</h1>" in done.reply_body.decode()
        assert shared.last.outcome == "refused"
    assert page(shared, "Code=IPDW", "/ww2/autotask/autotaskextend/executecommand.ASPX").status == 200
    assert shared.last.tenant == "other-customer"
    assert page(shared, "Code=IPDW", verb="HEAD").reply_body == b""
    assert page(shared, "", verb="POST").status == 405


def test_pages_are_not_counted(make: Callable[..., Post]) -> None:
    post = make({"threshold": "2/60"}, data="empty")
    for _ in range(5):
        assert page(post, "Code=IPDW").status == 200
    assert good(version(post))


# --- letters, and who may be read -------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.framework.charset")
def test_letters_without_a_known_charset_are_lost(make: Callable[..., Post]) -> None:
    post = make(data="demo:5")
    for media in ("text/xml", "text/xml; charset=utf8"):
        _letters(post, media, "M??ller")
    _letters(post, "text/xml; charset='utf-8'", "Müller")


def _letters(post: Post, media: str, read: str) -> None:
    fields = "<AccountID>174</AccountID><Title>Müller</Title><Status>1</Status><Priority>1</Priority>"
    made = post.result("create", f'<Entities><Entity xsi:type="Ticket">{fields}</Entity></Entities>', media=media)
    assert texts(made, "Title") == [read]
    assert ("framework.charset" in post.notes) == (read != "Müller")


@pytest.mark.rule("autotask.user.before_reading")
@pytest.mark.parametrize("login", [None, basic(PASSWORD, PASSWORD)])
@pytest.mark.parametrize("body", [b"", b"<x", b"\x00"])
@pytest.mark.parametrize("action", [f'"{SPACE}query"', None, '"nothing"'])
def test_whoever_is_not_known_is_challenged_before_anything_is_read(
    shared: Post, login: str | None, body: bytes, action: str | None
) -> None:
    done = shared.http(body, action=action, login=login)
    assert done.status == 401
    assert dict(done.reply_headers)["WWW-Authenticate"].startswith("Basic realm=")
    assert (shared.last.refusal, shared.last.refused_by) == ("LOGIN", "autotask.user.login")
    assert shared.http(body, action=action).status in (400, 500)


def test_the_look_up_of_a_zone_is_read_without_a_login(shared: Post) -> None:
    assert shared.http(b"<x", action=f'"{SPACE}getZoneInfo"', login=None).status == 400


@pytest.mark.rule("autotask.framework.verb")
@pytest.mark.parametrize("verb", ["PUT", "DELETE", "FOO", "OPTIONS"])
def test_other_verbs_are_told_which_there_are(shared: Post, verb: str) -> None:
    for path, allowed in ((PATH, "GET, POST"), ("/atservices/1.6/atws.wsdl", "GET, HEAD")):
        done = shared.http(verb=verb, path=path)
        assert (done.status, dict(done.reply_headers)["Allow"]) == (405, allowed)
    assert shared.http(path="/atservices/1.6/atws.wsdl", login=None).status == 405, "the description needs no login"


@pytest.mark.rule("autotask.request.undeclared")
@pytest.mark.parametrize(
    ("element", "inner", "lost"),
    [
        ("create", '<Entity xsi:type="Ticket"><Title>T</Title></Entity>', "Entity"),
        ("update", '<entities><Entity xsi:type="Ticket"/></entities>', "entities"),
        ("delete", '<Entities xmlns="urn:other"/>', "urn:other"),
        ("create", '<Entities><Ticket xsi:type="Ticket"/></Entities>', "Ticket"),
        ("query", "<xml>x</xml>", "xml"),
        ("GetFieldInfo", "<psTable>Ticket</psTable>", "psTable"),
        ("getZoneInfo", "<userName>api@demo.example</userName>", "userName"),
    ],
)
def test_what_is_not_declared_is_passed_over_and_a_finding(shared: Post, element: str, inner: str, lost: str) -> None:
    shared.call(element, inner)
    (note,) = [each for each in shared.last.notes if each.rule == "autotask.request.undeclared"]
    assert lost in note.facts["names"][0]
    if element in ("create", "update", "delete"):
        assert "write.empty" in shared.notes


def test_a_body_under_another_name_than_its_action_is_a_finding(shared: Post) -> None:
    shared.http(envelope(request("Create")), action=f'"{SPACE}create"')
    assert {"request.undeclared", "write.empty"} <= shared.notes
