"""Zones: what getZoneInfo says, without a login; wrong addresses; releases and languages that differ."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from tests.vendors.autotask.post import CODE, HEADER, PASSWORD, SPACE, Post, basic, texts

OTHER = {
    "login": basic("api@other-customer.example", "other-password"),
    "header": HEADER.replace(CODE, "OTHER-INTEGRATION-CODE"),
}


@pytest.fixture(scope="module")
def post() -> Post:
    return Post(data="demo:5")


def zone(post: Post, user: str, **more: Any) -> dict[str, str | None]:
    more = {"login": None, "header": "", **more}
    found = post.result("getZoneInfo", f"<UserName>{user}</UserName>", **more)
    return {etree.QName(each).localname: each.text for each in found}


def administer(post: Post, **request: Any) -> None:
    post.world.act("autotask", "act", {"id": "customer", **request})


@pytest.mark.rule("autotask.zone.info", "autotask.zone.no_login")
def test_it_needs_neither_login_nor_identifier(post: Post) -> None:
    assert zone(post, "api@demo.example") == {
        "URL": "http://127.0.0.1:8750/ATServices/1.6/atws.asmx",
        "ErrorCode": "0",
        "DataBaseType": None,
        "CI": "100214",
        "WebUrl": "http://127.0.0.1:8750/ww1/",
    }
    other = zone(post, "api@other-customer.example")
    assert other["WebUrl"] == "http://127.0.0.1:8750/ww2/"
    assert other["DataBaseType"] == "Pro"


@pytest.mark.rule("autotask.zone.user_name")
@pytest.mark.parametrize("login", [None, basic(), basic(password="wrong"), basic(user="stranger@nowhere.example")])
def test_an_answer_proves_no_credentials(post: Post, login: str | None) -> None:
    found = zone(post, "nobody.of.this.name@Demo.Example", login=login)
    assert found["ErrorCode"] == "0"
    assert post.call("GetWsdlVersion", login=basic(password="wrong")).status == 401


@pytest.mark.rule("autotask.zone.unknown")
@pytest.mark.parametrize("user", ["api@nowhere.example", "demo.example", "", "@demo.example", "x" * 300, "a&lt;b@c"])
def test_a_user_of_no_zone_gets_an_empty_address(post: Post, user: str) -> None:
    found = zone(post, user)
    assert found["URL"] is None
    assert found["ErrorCode"] == "-1"
    assert "URL" in found


@pytest.mark.rule("autotask.zone.unknown")
def test_the_address_may_be_missing_altogether() -> None:
    assert "URL" not in zone(Post({"zone_unknown": "no_url"}, data="empty"), "api@nowhere.example")


@pytest.mark.rule("autotask.zone.info")
def test_on_the_vendors_host_names_the_zone_has_its_number(post: Post) -> None:
    found = zone(post, "api@other-customer.example", host="webservices.autotask.test")
    assert found["URL"] == "http://webservices2.autotask.test/ATServices/1.6/atws.asmx"
    assert found["WebUrl"] == "http://ww2.autotask.test/"
    assert zone(post, "api@demo.example", host="webservices7.autotask.test:81")["URL"] == (
        "http://webservices1.autotask.test:81/ATServices/1.6/atws.asmx"
    )


def test_the_worlds_prefix_stays_in_the_address(post: Post) -> None:
    found = zone(post, "api@demo.example", prefix="/w/mine")
    assert found["URL"] == "http://127.0.0.1:8750/w/mine/ATServices/1.6/atws.asmx"
    assert found["WebUrl"] == "http://127.0.0.1:8750/w/mine/ww1/"


@pytest.mark.rule("autotask.zone.wrong")
def test_a_wrong_zone_is_served_and_noted(post: Post) -> None:
    assert post.call("GetWsdlVersion", host="webservices1.autotask.test").status == 200
    assert not post.notes
    for host in ("webservices2.autotask.test", "webservices.autotask.test", "webservices11.autotask.test:8080"):
        assert post.call("GetWsdlVersion", host=host).status == 200
        assert post.notes == {"zone.wrong"}


@pytest.mark.rule("autotask.zone.wrong")
def test_a_wrong_zone_may_be_refused() -> None:
    post = Post({"wrong_zone": "refuse"}, data="empty")
    assert post.call("GetWsdlVersion", host="webservices1.autotask.test").status == 200
    assert post.call("GetWsdlVersion", host="webservices2.autotask.test").status == 401
    assert post.call("GetWsdlVersion", host="localhost").status == 200


@pytest.mark.rule("autotask.zone.info", "autotask.zone.wrong")
def test_a_zone_can_have_an_address_of_its_own() -> None:
    post = Post({"wrong_zone": "refuse"}, data="empty")
    administer(post, action="change zone", number=5, address="127.0.0.2:9000")
    found = zone(post, "api@demo.example")
    assert found["URL"] == "http://127.0.0.2:9000/ATServices/1.6/atws.asmx"
    assert found["WebUrl"] == "http://127.0.0.2:9000/ww5/"
    assert post.call("GetWsdlVersion").status == 401
    assert post.call("GetWsdlVersion", host="127.0.0.2:9000").status == 200
    assert post.call("GetWsdlVersion", **OTHER).status == 200


@pytest.mark.rule("autotask.info.wsdl_version", "autotask.zone.differences")
def test_zones_are_of_different_releases(post: Post) -> None:
    assert post.result("GetWsdlVersion").text == "1.6.9"
    assert post.result("GetWsdlVersion", **OTHER).text == "1.6.8"
    assert Post({"wsdl_version": "1.6.77"}, data="empty").result("GetWsdlVersion").text == "1.6.77"
    one = post.http(verb="GET", path="/atservices/1.6/atws.wsdl", login=None, host="webservices1.autotask.test")
    two = post.http(verb="GET", path="/atservices/1.6/atws.wsdl", login=None, host="webservices2.autotask.test")
    assert one.status == two.status == 200


def labels(post: Post, entity: str, name: str, **more: Any) -> dict[str, str]:
    fields = post.result("GetFieldInfo", f"<psObjectType>{entity}</psObjectType>", **more)
    field = next(each for each in fields if each.findtext(f"{{{SPACE}}}Name") == name)
    return {
        str(each.findtext(f"{{{SPACE}}}Value")): str(each.findtext(f"{{{SPACE}}}Label"))
        for each in field.iter(f"{{{SPACE}}}PickListValue")
    }


@pytest.mark.rule("autotask.zone.language", "autotask.info.picklist_labels")
def test_labels_are_of_the_zones_language_and_numbers_are_not(post: Post) -> None:
    english, german = labels(post, "Ticket", "Status"), labels(post, "Ticket", "Status", **OTHER)
    assert list(english) == list(german)
    assert (english["1"], german["1"]) == ("New", "Neu")
    assert list(labels(post, "Ticket", "Priority")) != list(labels(post, "Ticket", "Priority", **OTHER))


@pytest.mark.rule("autotask.zone.language")
def test_a_zone_can_change_its_language() -> None:
    post = Post(data="empty")
    administer(post, action="change zone", language="de")
    assert labels(post, "Ticket", "Status")["1"] == "Neu"
    assert PASSWORD not in repr(post.world.act("autotask", "read", {"id": "customer"}))


@pytest.mark.rule("autotask.zone.differences")
def test_the_description_of_a_localized_zone_is_a_release_behind() -> None:
    def served(post: Post) -> bytes:
        return post.http(verb="GET", path="/atservices/1.6/atws.wsdl", login=None, media=None).reply_body

    post, same = Post(data="empty"), Post({"localized_wsdl": "same"}, data="empty")
    before = served(post)
    for each in (post, same):
        administer(each, action="change zone", number=5, language="de")
    assert served(post) != before
    assert b"IntegrationCodeCheck" not in served(post)
    assert post.result("GetWsdlVersion").text == "1.6.8"
    assert served(same) == before
    assert same.result("GetWsdlVersion").text == "1.6.9"


def test_every_system_has_two_sources(post: Post) -> None:
    for more in ({}, OTHER):
        assert {"-1", "-2"} <= set(labels(post, "Ticket", "Source", **more))
        assert len(labels(post, "Ticket", "Source", **more)) > 2
    assert texts(post.result("GetEntityInfo"), "Name")
