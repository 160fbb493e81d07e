"""The three renderings: shapes, encodings, oddities and their switches."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from mockservers.kernel import catalogue

Desk = Any
rule = pytest.mark.rule
FORMATS = ("xml", "json", "delimited")
FIELDS = catalogue.load("get_tickets")["ticket"].fields
NAMES = [field.name for field in FIELDS]
ENCODED = {field.name for field in FIELDS if field.more["encoded"]}
SAMPLE = (
    "tid=34&cid=demo&company_id=1&company_name=Demo+Company&contact=John+Smith&phone=404-555-0100"
    "&email=john.smith%40company.example&cid=&date_opened=4/13/2014 1:00:00 PM&date_closed=&source=WEBSITE&category=Other"
)


@rule("get_tickets.wire.xml", "get_tickets.field.all")
def test_xml_has_every_output_in_order(desk: Desk) -> None:
    text = desk.get(tid="*").text
    assert text.startswith(
        '<?xml version="1.0"?><tickets><ticket><tid>9</tid><cid>adam</cid><company_id>1</company_id>'
    )
    assert text.endswith("</summary></ticket></tickets>")
    for ticket in etree.fromstring(text.encode()):
        assert ticket.tag == "ticket"
        assert [child.tag for child in ticket] == NAMES


@rule("get_tickets.wire.json", "get_tickets.wire.cc_column", "get_tickets.field.all")
@pytest.mark.parametrize("tid", [34, 9, "*"])
def test_json_is_a_list_of_texts_with_a_doubled_cid(desk: Desk, tid: Any) -> None:
    raw = json.loads(desk.get(tid=tid, output="json").text, object_pairs_hook=list)
    assert [name for name, _ in raw] == ["tickets"]
    for ticket in raw[0][1]:
        assert [name for name, _ in ticket] == ["cid" if name == "cc_addresses" else name for name in NAMES]
        assert ticket[7] == ticket[1]
        assert all(isinstance(value, str) for name, value in ticket if name != "custom_fields")
        ((own,),) = [value for name, value in ticket if name == "custom_fields"]
        assert [name for name, _ in own] == ["Site", "Cost_Centre", "Remarks", "Asset_Tag"]


@rule("get_tickets.wire.delimited", "get_tickets.wire.custom_delimited", "get_tickets.wire.cc_column")
def test_delimited_is_pairs_in_lines(desk: Desk) -> None:
    text = desk.get(tid="*", output="delimited").text
    lines = text.split("\r\n")
    assert len(lines) == 300
    own = ["Site", "Cost_Centre", "Remarks", "Asset_Tag"]
    names = ["cid" if name == "cc_addresses" else name for name in NAMES]
    names[names.index("custom_fields") : names.index("custom_fields")] = own
    for line in lines:
        assert [pair.split("=")[0] for pair in line.split("&")] == names
        assert "&custom_fields=Site,Cost_Centre,Remarks,Asset_Tag&subject=" in line


@rule("get_tickets.wire.cc_column", "get_tickets.field.cc_addresses")
def test_the_second_cid(desk: Desk) -> None:
    encoded = "boss%40company.example%2cteam%2bit%40company.example"
    assert f"<cc_addresses>{encoded}</cc_addresses>" in desk.get(tid=34).text
    assert '"cid":"demo","date_opened"' in desk.get(tid=34, output="json").text
    assert f"&cid={encoded}&date_opened" in desk.get(tid=34, output="delimited").text
    assert "&cid=&date_opened" in desk.get(tid=9, output="delimited").text
    desk.switch(cc_column="clean")
    assert f'"cc_addresses":"{encoded}"' in desk.get(tid=34, output="json").text
    assert f"&cc_addresses={encoded}&" in desk.get(tid=34, output="delimited").text
    for format in FORMATS:
        assert list(desk.get(tid=34, output=format).tickets[0]).count("cc_addresses") == 1


@rule("get_tickets.wire.encoded_everywhere", "get_tickets.wire.urlencode", "get_tickets.wire.one_data_set")
@pytest.mark.parametrize("format", FORMATS)
def test_eighteen_outputs_are_encoded_and_twenty_are_not(empty: Desk, format: str) -> None:
    value = "a b+c@d&ü=/<>'~_-.!*()"
    encoded = "a+b%2bc%40d%26%c3%bc%3d%2f%3c%3e%27%7e_-.!*()"
    texts = dict.fromkeys(ENCODED - {"custom_fields"}, value) | {"custom_fields": {"Site": value}}
    tid = empty.create(**texts, opened_by="x y/ü:%+", assigned_tech="x y/ü:%+", locked_by="x y/ü:%+")
    assert len(ENCODED) == 18
    ticket = empty.get(tid=tid, output=format).tickets[0]
    shown = ENCODED - {"custom_fields", "cc_addresses"}
    assert {name: ticket[name] for name in shown} == dict.fromkeys(shown, encoded)
    assert ticket["custom_fields"]["Site"] == encoded
    assert [ticket[name] for name in ("opened_by", "assigned_tech", "locked_by")] == ["x y/ü:%+"] * 3
    assert ticket["date_opened"] == "3/2/2026 10:00:00 AM"


@rule("get_tickets.wire.urlencode")
def test_hex_may_be_in_capitals(desk: Desk) -> None:
    desk.switch(hex_case="upper")
    assert desk.get(tid=9).tickets[0]["subject"] == "C%2B%2B+100%2525"


@rule("get_tickets.wire.raw_fields")
def test_raw_values_are_escaped_for_xml_and_json_only(empty: Desk) -> None:
    tid = empty.create(opened_by='a"b<c>&d\\e')
    assert '<opened_by>a"b&lt;c&gt;&amp;d\\e</opened_by>' in empty.get(tid=tid).text
    assert '"opened_by":"a\\"b<c>&d\\\\e"' in empty.get(tid=tid, output="json").text
    assert '&opened_by=a"b<c>&d\\e&' in empty.get(tid=tid, output="delimited").text


@rule("get_tickets.wire.json_escaping")
def test_a_naive_writer_leaves_quotes(empty: Desk) -> None:
    tid = empty.create(opened_by='a"b')
    empty.switch(json_escaping="naive")
    text = empty.get(tid=tid, output="json").text
    assert '"opened_by":"a"b"' in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


@rule("get_tickets.wire.json_spacing")
def test_blanks_around_the_colon(desk: Desk) -> None:
    assert '"tid":"34","cid":"demo"' in desk.get(tid=34, output="json").text
    desk.switch(json_spacing="sample")
    text = desk.get(tid=34, output="json").text
    assert '"tid" : "34","cid" : "demo"' in text
    assert json.loads(text)["tickets"][0]["tid"] == "34"


XML_SAMPLE = """<?xml version="1.0"?>
<tickets>
	<ticket>
		<tid>34</tid>
		<cid>demo</cid>
		<company_id>1</company_id>
"""
XML_END = """
		<custom_fields>
			<Site></Site>
			<Cost_Centre></Cost_Centre>
			<Remarks></Remarks>
			<Asset_Tag></Asset_Tag>
		</custom_fields>
		<subject>Example+subject</subject>
		<summary>Example+summary</summary>
	</ticket>
</tickets>"""
JSON_SAMPLE = """{
	"tickets": [
		{
			"tid" : "34",
			"cid" : "demo",
			"company_id" : "1",
"""
JSON_END = """
			"custom_fields" : [
				{
				"Site" : "",
				"Cost_Centre" : "",
				"Remarks" : "",
				"Asset_Tag" : ""
				}
			],
			"subject" : "Example+subject",
			"summary" : "Example+summary"
		}
	]
}"""


@rule("get_tickets.wire.layout", "get_tickets.wire.json_spacing")
def test_the_layout_of_the_samples(desk: Desk) -> None:
    flat = {format: desk.get(tid="*", output=format) for format in FORMATS}
    assert "\n" not in flat["xml"].text + flat["json"].text
    desk.switch(layout="sample", json_spacing="sample")
    for format, begin, end in (("xml", XML_SAMPLE, XML_END), ("json", JSON_SAMPLE, JSON_END)):
        text = desk.get(tid=34, output=format).text
        assert "\n" not in text.replace("\r\n", ""), "a server on Windows ends lines with both"
        plain = text.replace("\r\n", "\n")
        assert plain.startswith(begin)
        assert plain.endswith(end)
    for format in FORMATS:
        laid_out = desk.get(tid="*", output=format)
        assert laid_out.tickets == flat[format].tickets
    assert desk.get(tid="*", output="delimited").text == flat["delimited"].text
    assert desk.get(tid=999, output="json").tickets == desk.get(tid=999).tickets == []


@rule("get_tickets.wire.media")
@pytest.mark.parametrize(
    ("format", "media"), [("xml", "text/xml"), ("json", "application/json"), ("delimited", "text/plain")]
)
def test_media_types(desk: Desk, format: str, media: str) -> None:
    assert desk.get(tid=34, output=format).media == f"{media}; charset=utf-8"
    assert desk.get(tid="x", output=format).media == f"{media}; charset=utf-8"
    desk.switch(content_type="text_html")
    assert desk.get(tid=34, output=format).media == "text/html; charset=utf-8"


@rule("get_tickets.wire.format_choice")
def test_the_variable_wins_over_the_setting(desk: Desk) -> None:
    assert desk.get(tid=34).text.startswith("<?xml")
    for setting, begins in (("json", "{"), ("delimited", "tid=34"), ("xml", "<?xml")):
        desk.switch(output_format=setting)
        assert desk.get(tid=34).text.startswith(begins)
        assert desk.get(tid=34, output="json").text.startswith("{")
    assert desk.get(tid=34, output="csv").error == "Invalid output"
    assert desk.get(tid=34, output="").tids == [34]


@rule("get_tickets.wire.one_data_set")
def test_all_formats_tell_the_same(make_desk: Any) -> None:
    desk = make_desk(cc_column="clean")
    xml, other, delimited = (desk.get(tid="*", output=format).tickets for format in FORMATS)
    assert xml == other == delimited


@rule("get_tickets.wire.updater_type", "get_tickets.field.updater_type")
def test_delimited_may_have_a_user_name_for_the_updater_type(desk: Desk) -> None:
    assert {desk.get(tid=37, output=format).tickets[0]["updater_type"] for format in FORMATS} == {"TECH"}
    desk.switch(updater_type_delimited="user_name")
    assert [desk.get(tid=37, output=f).tickets[0]["updater_type"] for f in FORMATS] == ["TECH", "TECH", "jCarter"]


@rule("get_tickets.date.output")
@pytest.mark.parametrize(
    ("instant", "us", "day_first"),
    [
        ("2014-04-24T10:42:43Z", "4/24/2014 10:42:43 AM", "24/04/2014 10:42:43"),
        ("2014-01-02T00:00:00Z", "1/2/2014 12:00:00 AM", "02/01/2014 00:00:00"),
        ("2014-12-31T12:05:09Z", "12/31/2014 12:05:09 PM", "31/12/2014 12:05:09"),
        ("2014-12-31T23:59:59.900Z", "12/31/2014 11:59:59 PM", "31/12/2014 23:59:59"),
    ],
)
def test_dates(empty: Desk, instant: str, us: str, day_first: str) -> None:
    tid = empty.create(date_opened=instant)
    assert empty.get(tid=tid).tickets[0]["date_opened"] == us
    assert empty.get(start_date=us, end_date=us).tids == [tid]
    empty.switch(date_culture="day_first")
    assert empty.get(tid=tid).tickets[0]["date_opened"] == day_first
    assert empty.get(start_date=day_first, end_date=day_first).tids == [tid]


def test_no_tickets_in_each_format(empty: Desk) -> None:
    assert empty.get(tid="*").text == '<?xml version="1.0"?><tickets></tickets>'
    assert empty.get(tid="*", output="json").text == '{"tickets":[]}'
    assert empty.get(tid="*", output="delimited").text == ""


def test_a_ticket_as_the_page_shows_it(make_desk: Any) -> None:
    desk = make_desk("empty", output_format="delimited")
    desk.create(
        tid=34, cid="demo", date_opened="2014-04-13T13:00:00Z", source="WEBSITE", category="Other", sub_category=""
    )
    assert desk.get(tid="*").text.startswith(SAMPLE)


@rule("get_tickets.field.custom", "get_tickets.wire.custom_delimited")
def test_custom_fields_follow_their_definition(desk: Desk) -> None:
    desk.act("define", custom_fields=["Remarks", "Größe 2", "Site"])
    tid = desk.create(custom_fields={"Größe 2": "a,b c", "site": "Köln"})
    for format in ("xml", "json"):
        own = desk.get(tid=tid, output=format).tickets[0]["custom_fields"]
        assert list(own.items()) == [("Remarks", ""), ("Größe_2", "a%2cb+c"), ("Site", "K%c3%b6ln")]
    assert (
        "&Remarks=&Gr%c3%b6%c3%9fe_2=a%2cb+c&Site=K%c3%b6ln&custom_fields=Remarks,Gr%c3%b6%c3%9fe_2,Site&subject="
        in desk.get(tid=tid, output="delimited").text
    )
    desk.act("define", custom_fields=[])
    assert "<custom_fields></custom_fields>" in desk.get(tid=tid).text
    assert '"custom_fields":[{}]' in desk.get(tid=tid, output="json").text
    assert "&custom_fields=&" in desk.get(tid=tid, output="delimited").text


@pytest.fixture(scope="module")
def shared(make_desk: Any) -> Any:
    return make_desk("empty", cc_column="clean")


ANY_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
RAW_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff"), max_size=20)


@settings(deadline=None)
@given(encoded=ANY_TEXT, raw=RAW_TEXT)
def test_every_text_survives_every_format(shared: Desk, encoded: str, raw: str) -> None:
    """Encoded outputs carry any text, even what XML itself cannot; raw ones what XML can. Raw & breaks delimited text."""
    texts = dict.fromkeys(
        ENCODED - {"custom_fields", "company_name", "customer_group_name", "assigned_group_name"}, encoded
    )
    tid = shared.create(**texts, custom_fields={"Remarks": encoded}, opened_by=raw, assigned_tech=raw)
    formats = FORMATS[:2] if "&" in raw or "=" in raw else FORMATS
    for format in formats:
        ticket = shared.get(tid=tid, output=format).tickets[0]
        assert {name: unquote_plus(ticket[name]) for name in texts} == texts
        assert unquote_plus(ticket["custom_fields"]["Remarks"]) == encoded
        assert ticket["opened_by"] == ticket["assigned_tech"] == raw
    shared.act("delete", id=str(tid))


@rule("get_tickets.wire.format_choice")
def test_the_emulators_own_variable_is_journalled_once_for_each_client(desk: Desk) -> None:
    assert desk.get(tid=34).entry.notes == []
    (note,) = desk.get(tid=34, output="json").entry.notes
    assert note.rule == "get_tickets.wire.format_choice"
    assert "output_format" in note.text
    assert desk.get(tid=34, output="xml").entry.notes == []
    desk.key = "other-key"
    assert len(desk.get(tid=34, output="json").entry.notes) == 1
