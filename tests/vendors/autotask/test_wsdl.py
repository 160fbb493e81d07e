"""The service description: no difference to the facts, wherever and however it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree

from mockservers.kernel.world import World
from tests.vendors.autotask import compare_wsdl
from tests.vendors.autotask.compare_wsdl import FACTS, differences
from tests.vendors.autotask.post import PATH, SPACE, Post, texts

WSDL = "/atservices/1.6/atws.wsdl"


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    made = Post(data="empty")
    yield made
    made.world.close()


def description(post: Post, path: str = WSDL, **more: str) -> bytes:
    done = post.http(verb="GET", path=path, media=None, login=None, **more)
    assert done.status == 200
    assert dict(done.reply_headers)["Content-Type"] == "text/xml; charset=utf-8"
    return done.reply_body


@pytest.mark.rule("autotask.wsdl.types", "autotask.operation.spelling", "autotask.zone.no_login")
def test_no_difference(post: Post) -> None:
    assert differences(description(post), f"http://127.0.0.1:8750{PATH}") == []


def asked(post: Post, path: str, query: str) -> None:
    served = description(post, path, query=query)
    address = f"http://127.0.0.1:8750{PATH if path.lower().endswith('wsdl') else path}"
    assert differences(served, address) == []
    assert post.last.outcome == "page"


@pytest.mark.rule("autotask.address.paths")
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/ATSERVICES/1.6/ATWS.WSDL", ""),
        ("/ATServices/1.6/atws.wsdl", "anything"),
        ("/atservices/1.6/ATWS.asmx", "WSDL"),
    ],
)
def test_every_way_of_asking_in_any_letter_case(post: Post, path: str, query: str) -> None:
    asked(post, path, query)


@pytest.mark.parametrize("query", ["wsdl", "wsdl="])
def test_every_way_of_asking_the_service(post: Post, query: str) -> None:
    asked(post, PATH, query)


def test_the_address_is_the_one_the_client_used(post: Post) -> None:
    served = description(post, host="blue.localhost:9", prefix="/w/blue")
    assert differences(served, f"http://blue.localhost:9/w/blue{PATH}") == []


def test_a_head_has_no_body_and_a_post_is_refused(post: Post) -> None:
    done = post.http(verb="HEAD", path=WSDL, media=None)
    assert (done.status, done.reply_body) == (200, b"")
    assert post.http(path=WSDL).status == 405
    assert post.last.outcome == "refused"


@pytest.mark.rule("autotask.zone.differences")
def test_an_earlier_release_lacks_an_operation() -> None:
    post = Post({"wsdl_version": "1.6.4"}, data="empty")
    found = differences(description(post), f"http://127.0.0.1:8750{PATH}")
    assert any("IntegrationCodeCheck" in each for each in found)
    known = {each["name"] for each in FACTS["operations"]}
    served = etree.fromstring(description(post)).findall(f".//{{{FACTS['namespaces']['wsdl']}}}portType/*")
    assert known - {each.get("name") for each in served} == {"IntegrationCodeCheck"}
    assert "did not recognize" in post.call("IntegrationCodeCheck").reply_body.decode()
    assert post.result("GetWsdlVersion").text == "1.6.4"


def elements(served: bytes, kind: str) -> list[str]:
    found = etree.fromstring(served).xpath(
        f"//x:complexType[@name='{kind}']//x:element", namespaces=compare_wsdl.SPACES
    )
    return [each.get("name") for each in found]


@pytest.mark.rule("autotask.wsdl.release")
@pytest.mark.parametrize(
    ("dialect", "types", "later"), [({"wsdl_release": "2019-09"}, 158, 5), ("wsdl_2018", 143, 9)], ids=["2019", "2018"]
)
def test_a_description_as_it_was(post: Post, dialect: Any, types: int, later: int) -> None:
    old = Post(dialect, data="demo:5")
    served, now = description(old), description(post)
    assert len(set(etree.fromstring(served).xpath("//x:complexType/@name", namespaces=compare_wsdl.SPACES))) == types
    ticket = elements(served, "Ticket")
    lost = [each for each in elements(now, "Ticket") if each not in ticket]
    assert len(lost) == later
    assert {"LastTrackedModificationDateTime", "RmaStatus", "RmaType", "CreatedByContactID"} <= set(lost)
    assert "IsSupportedWebhookField" not in elements(served, "Field")
    sent = [each.tag.rpartition("}")[2] for each in old.query("Ticket").find(f".//{{{SPACE}}}Entity")]
    assert set(sent) <= {*ticket, "id", "UserDefinedFields"}
    fields = old.result("GetFieldInfo", "<psObjectType>Ticket</psObjectType>")
    assert {each[0].text for each in fields} == {*ticket, "id"} - {"Fields", "UserDefinedFields"}
    assert not texts(fields, "IsSupportedWebhookField")
    infos = old.result("GetEntityInfo")
    assert not texts(infos, "SupportsWebhookCallouts") + texts(infos, "UserAccessForQuery")
    assert "Tag" not in texts(infos, "Name")
    assert texts(old.query("Tag"), "ReturnCode") == ["1"]
    assert "wsdl.release" in old.notes


def mutated(path: str, change: Callable[[etree._Element], object]) -> Callable[[bytes], bytes]:
    def apply(served: bytes) -> bytes:
        root = etree.fromstring(served)
        found = root.xpath(path, namespaces=compare_wsdl.SPACES)
        change(found[0])
        return etree.tostring(root)

    return apply


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        ("//x:complexType[@name='Entity']", lambda each: each.attrib.pop("abstract"), "Entity, abstract"),
        ("//x:complexType[@name='Tag']//x:element[1]", lambda each: each.set("minOccurs", "1"), "Tag."),
        ("//x:complexType[@name='Ticket']//x:element[2]", lambda each: each.getparent().append(each), "Ticket, order"),
        ("//x:complexType[@name='Ticket']//x:element[2]", lambda each: each.set("type", "xs:string"), "Ticket."),
        ("//x:complexType[@name='Ticket']", lambda each: each.getparent().remove(each), "complex types"),
        ("//x:element[@name='AutotaskIntegrations']", lambda each: each.getparent().remove(each), "elements"),
        ("//w:binding//s:header", lambda each: each.getparent().remove(each), "headers"),
        ("//w:binding//s:operation[@soapAction]", lambda each: each.set("soapAction", "x"), "SOAPAction"),
        ("//w:portType/w:operation[4]", lambda each: each.set("name", "GetEntityInfo"), "operations"),
        ("//w:portType/w:operation[4]/w:input", lambda each: each.attrib.pop("name"), "input name"),
        (
            "//x:complexType[@name='ArrayOfEntity']//x:element",
            lambda each: each.attrib.pop("nillable"),
            "ArrayOfEntity.",
        ),
        ("//x:enumeration[2]", lambda each: each.set("value", "Made"), "values"),
    ],
)
def test_the_comparison_sees_differences(
    post: Post, path: str, change: Callable[[etree._Element], object], said: str
) -> None:
    served = mutated(path, change)(description(post))
    found = differences(served, f"http://127.0.0.1:8750{PATH}")
    assert any(said in each for each in found), found


def test_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare_wsdl.main() == 0
    assert capsys.readouterr().out == "0 differences in 15 operations, 31 elements and 187 types\n"


def test_it_is_built_once(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    description(post)
    monkeypatch.setattr("mockservers.wirekit.wsdl.XmlSchema", None)
    assert isinstance(post.world, World)
    description(post)
    description(Post(data="empty"))
