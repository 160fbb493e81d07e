"""Bad input at the wire: whatever comes, the answer is a documented one, nothing changes, and the journal has no error.

MOCKSERVERS_EXAMPLES raises the number of examples: with 2,500 the six properties together try more than ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from mockservers.kernel import catalogue
from mockservers.kernel.journal import Exchange
from mockservers.vendors.autotask.emulator.entities import ENTITIES as OWN
from tests.examples import examples
from tests.vendors.autotask.compare_wsdl import FACTS
from tests.vendors.autotask.post import (
    HEADER,
    PATH,
    SOAP11,
    SOAP12,
    SPACE,
    Post,
    basic,
    envelope,
    queryxml,
    request,
    where,
)

EXAMPLES = examples(60)
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

ENTITIES = catalogue.load("autotask").entities
ELEMENTS = [each["input_element"] for each in FACTS["operations"]]
SENTENCES = (
    "Server was unable to process request. ---> ",
    "Server was unable to read request. ---> ",
    "Server did not recognize the value of HTTP Header SOAPAction: ",
    "Unable to handle request",
    "Possible SOAP version mismatch: ",
    "SOAP header ",
    "There was an exception running the extensions",
)
STATUSES = (200, 400, 401, 404, 405, 415, 500, 501)


class Target:
    """A world with some data; `strike` sends, and checks the answer, the journal, and that an error changed nothing."""

    held: Mapping[str, list[Any]]

    def __init__(self) -> None:
        self.post = Post({"threshold": "off", "thread_limit": "off"}, data="demo:25")
        self.before = self.image()

    def image(self) -> bytes:
        return self.post.world.installation("autotask").store.dump()

    def strike(self, *args: Any, **more: Any) -> Exchange:
        done = self.post.http(*args, **more)
        entry = self.post.last
        assert entry.outcome in ("ok", "refused", "page", "unsupported"), (entry.outcome, entry.error)
        assert done.status in STATUSES
        assert entry.outcome in ("refused", "page") or done.status in (200, 501)
        if done.status in (400, 415):
            assert done.reply_body == b""
        changed = self.image()
        if not documented(done):
            assert changed == self.before, "an error left something behind"
        self.before = changed
        return done

    def call(self, element: str, inner: str, **more: Any) -> Exchange:
        return self.strike(envelope(request(element, inner)), action=f'"{SPACE}{element}"', **more)


def documented(done: Exchange) -> bool:
    """Whether the call went well; fails unless the answer is of a documented form."""
    kind = dict(done.reply_headers).get("Content-Type", "").split(";")[0]
    if kind not in ("text/xml", "application/soap+xml") or done.method == "HEAD":
        assert done.status != 500 or kind in ("text/html", "text/plain")
        return False
    root = etree.fromstring(done.reply_body)
    if done.status == 500:
        said = "".join(root.itertext())
        assert any(sentence in said for sentence in SENTENCES), said
        return False
    code = root.find(f".//{{{SPACE}}}ReturnCode")
    if code is None or code.text == "1":
        return True
    assert code.text == "-1"
    assert [each.text for each in root.iter(f"{{{SPACE}}}Message") if each.text]
    assert root.find(f".//{{{SPACE}}}Entity") is None
    return False


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    made = Target()
    yield made
    made.post.world.close()


def mutated(sources: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Good texts with a few places cut out, doubled, or replaced."""
    scraps = st.sampled_from(
        [
            "",
            "<",
            ">",
            "&",
            "&#0;",
            "&lt;",
            "]]>",
            "<![CDATA[",
            "<!--",
            "<!DOCTYPE a>",
            '"',
            " xsi:nil='true'",
            "<a/>",
            "\u00e4",
            "\U0001f600",
            "\ufffe",
            "xmlns=''",
            "<?x?>",
            "0",
            "-",
            "e",
            "\n",
        ]
    )
    edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), scraps), min_size=1, max_size=4)

    def apply(text: str, edits: list[tuple[float, int, str]]) -> str:
        for place, length, scrap in edits:
            at = int(place * len(text))
            text = text[:at] + scrap + text[at + length :]
        return text

    return st.builds(apply, sources, edits)


# --- QueryXML ---------------------------------------------------------------------------------------------------------

entity_names = st.sampled_from(["Ticket", "ticketNote", "Account", "TimeEntry", "Contact", "AttachmentInfo"]) | (
    st.sampled_from(sorted(ENTITIES)) | st.text(max_size=8)
)
field_names = st.sampled_from(
    [
        "id",
        "Title",
        "Status",
        "LastActivityDate",
        "DueDateTime",
        "EstimatedHours",
        "Active",
        "Locate Ref",
        "Dig Date",
        "AccountName",
        "Nothing",
        "CreatorType",
        "tenant",
        "udf",
        "fragment",
        "Title__ci",
    ]
) | st.text(max_size=8)
operators = st.sampled_from([*FACTS["query_operators"], "equals", "GreaterThanorEquals", "Between", ""]) | st.text(
    max_size=5
)
values = st.one_of(
    st.text(max_size=12),
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str),
    st.datetimes().map(str),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from(
        [
            "",
            "%",
            "_",
            "'",
            "' OR 1=1 --",
            "true",
            "0001-01-01",
            "9999-12-31T23:59:59.999",
            "2026-03-08 02:30:00",
            "1e400",
            "2020-05-01T00:00:00.0000-5",
            "NaN",
            "\u0130",
            "\u00df",
            "[a-z]",
            "5" * 400,
        ]
    ),
)
attributes = st.sampled_from(["", ' udf="true"', ' udf="x"'])
expressions = st.builds(
    lambda op, value: f'<expression op="{escape(op)}">{escape(value)}</expression>', operators, values
) | st.sampled_from(["", "<expression/>", "<expression op='IsNull'/>"])
fields = st.builds(
    lambda attribute, name, inner: f"<field{attribute}>{escape(name)}{''.join(inner)}</field>",
    attributes,
    field_names,
    st.lists(expressions, max_size=2),
)
nodes = st.recursive(
    fields,
    lambda inner: st.builds(
        lambda operator, held: f"<condition{operator}>{''.join(held)}</condition>",
        st.sampled_from(["", ' operator="AND"', ' operator="or"', ' operator="xor"']),
        st.lists(inner, max_size=3),
    ),
    max_leaves=5,
)
queries = st.builds(
    lambda entity, held: queryxml(escape(entity), "".join(held)), entity_names, st.lists(nodes, max_size=3)
)


def carried(text: str) -> str:
    """`text` without what XML cannot hold, escaped; other properties send that as it is."""
    kept = "".join(sign for sign in text if sign in "\t\n" or (sign >= " " and not "\ud800" <= sign <= "\udfff"))
    return escape(kept.replace("\ufffe", "").replace("\uffff", ""), quote=False)


@fuzz
@example(text=queryxml("Ticket", "<condition>" * 200 + "</condition>" * 200))
@example(text=queryxml("Ticket", "<field>id<expression op='Equals'>1</expression></field>" * 3000))
@example(
    text=queryxml(
        "Ticket", "<condition operator='OR'><field>id<expression op='Equals'>1</expression></field></condition>" * 501
    )
)
@example(text='<!DOCTYPE a [<!ENTITY b "c">]><queryxml><entity>&b;</entity><query/></queryxml>')
@given(text=queries | mutated(queries) | st.text(max_size=60))
def test_any_query(target: Target, text: str) -> None:
    done = target.call("query", f"<sXML>{carried(text)}</sXML>")
    assert done.status == 200


# --- envelopes --------------------------------------------------------------------------------------------------------

names = st.sampled_from(
    [
        "psObjectType",
        "psTable",
        "sXML",
        "Entities",
        "Entity",
        "id",
        "attachmentId",
        "attachment",
        "Data",
        "Info",
        "UserName",
        "userName",
        "InvoiceId",
        "Format",
        "UserDefinedFields",
        "UserDefinedField",
        "Name",
        "Value",
        "Title",
        "a:b",
    ]
)
decorations = st.sampled_from(
    [
        "",
        "",
        ' xsi:nil="true"',
        ' xsi:type="Ticket"',
        ' xsi:type="xsd:int"',
        ' xsi:type="a:b:c"',
        ' xmlns=""',
        ' xsi:type=""',
    ]
)
trees = st.recursive(
    values.map(carried),
    lambda inner: st.builds(
        lambda name, more, held: f"<{name}{more}>{''.join(held)}</{name}>",
        names,
        decorations,
        st.lists(inner, max_size=4),
    ),
    max_leaves=10,
)


@fuzz
@given(element=st.sampled_from([*ELEMENTS, "getEntityInfo", "Query"]), inner=st.lists(trees, max_size=3).map("".join))
def test_any_parameters(target: Target, element: str, inner: str) -> None:
    target.call(element, inner)
    target.strike(envelope(request(element, inner), soap=SOAP12), media="application/soap+xml")


headers = st.sampled_from(
    [
        HEADER,
        "",
        "<AutotaskIntegrations/>",
        HEADER.replace("1_6", "1_5"),
        "<a xmlns='u' s:mustUnderstand='1'/>",
        "text",
        "<AutotaskIntegrations><IntegrationCode><b/></IntegrationCode></AutotaskIntegrations>",
        HEADER.replace("</Auto", "<ImpersonateAsResourceID>9e9</ImpersonateAsResourceID></Auto"),
    ]
)
whole = st.builds(
    lambda element, inner, header, soap: envelope(request(element, inner), header, soap),
    st.sampled_from(ELEMENTS),
    trees,
    headers,
    st.sampled_from([SOAP11, SOAP12, "urn:x"]),
)


@fuzz
@example(sent="", media="text/xml", action=None, login=basic(), verb="POST")
@example(sent="\udce4", media="text/xml; charset=x", action='"', login="Basic \u00e4", verb="POST")
@given(
    sent=whole | mutated(whole) | st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    media=st.sampled_from(
        ["text/xml", "application/soap+xml", "text/xml; charset=utf-16", "text/xml; charset=idna", "x", None]
    ),
    action=st.sampled_from([f'"{SPACE}query"', f"{SPACE}create", None, "", '"', "%", "\xff"]),
    login=st.sampled_from(
        [basic(), None, "Basic", "Basic %", "Basic Og==", "Basic YTo=", "Negotiate a", basic("a\x00", "\u00e4")]
    ),
    verb=st.sampled_from(["POST", "POST", "POST", "GET", "PUT"]),
)
def test_any_envelope(
    target: Target, sent: str, media: str | None, action: str | None, login: str | None, verb: str
) -> None:
    raw = sent.encode("utf-8", "surrogateescape") if all(not "\ud800" <= each < "\udc80" for each in sent) else b"?"
    target.strike(raw, media=media, action=action, login=login, verb=verb)


# --- entities ---------------------------------------------------------------------------------------------------------

KINDS = [
    "Ticket",
    "TicketNote",
    "TimeEntry",
    "Account",
    "Contact",
    "TicketCost",
    "ContractBlock",
    "UserDefinedFieldDefinition",
]


def sent_fields(kind: str) -> st.SearchStrategy[str]:
    known = [field.name for field in ENTITIES[kind].fields] if kind in ENTITIES else ["Title"]
    types = st.sampled_from(
        ["", "", ' xsi:type="xsd:int"', ' xsi:type="xsd:string"', ' xsi:type="x:y"', ' xsi:nil="1"']
    )
    sent = st.one_of(values.map(carried), st.sampled_from(["1", "5", "7673", "29683501", "<a>1</a>", "2026-03-05"]))
    one = st.builds(
        lambda name, more, value: f"<{name}{more}>{value}</{name}>",
        st.sampled_from([*known, "Nothing", "id"]),
        types,
        sent,
    )
    udf = st.builds(
        lambda name, value: f"<UserDefinedField><Name>{name}</Name>{value}</UserDefinedField>",
        st.sampled_from(["Locate Ref", "Dig Date", "Depth &amp; Width", "Utility", "Nothing", ""]),
        st.one_of(st.just(""), values.map(lambda value: f"<Value>{carried(value)}</Value>")),
    )
    udfs = st.lists(udf, max_size=2).map(
        lambda held: f"<UserDefinedFields>{''.join(held)}</UserDefinedFields>" if held else ""
    )
    return st.builds(
        lambda held, more: f'<Entity xsi:type="{kind}">{"".join(held)}{more}</Entity>', st.lists(one, max_size=8), udfs
    )


odd = values.map(carried) | st.sampled_from(
    ["0", "1", "-1", "2", "0.5", "1.123456", "2147483647", "-2147483648", "1e15", "true", "2026-03-05", "9999-12-31"]
)


packets = st.sampled_from([*KINDS, *sorted(ENTITIES), "Entity", "x:y", ""]).flatmap(
    lambda kind: st.lists(sent_fields(kind), max_size=3).map("".join)
)


@fuzz
@example(change="create", packet='<Entity xsi:type="Ticket"/>' * 201)
@given(change=st.sampled_from(["create", "update", "delete"]), packet=packets)
def test_any_entities(target: Target, change: str, packet: str) -> None:
    target.call(change, f"<Entities>{packet}</Entities>")


# --- entities that are good but for a place or two --------------------------------------------------------------------

WRITABLE = sorted(name for name, entity in OWN.items() if entity.may("create") or entity.may("update"))


@pytest.fixture(scope="module")
def full() -> Iterator[Target]:
    """A customer whose records are sent back: all that the demo has of each kind that can be written."""
    made = Target()
    made.held = {name: records for name in WRITABLE if (records := _records(made, name))}
    made.post.world.checkpoint("begun")
    yield made
    made.post.world.close()


def _records(target: Target, kind: str) -> list[Any]:
    result = target.post.query(kind, where("id", "GreaterThan", 0))
    return [] if result is None else list(result.find(f"{{{SPACE}}}EntityResults"))


@fuzz
@given(data=st.data())
def test_any_record_with_something_else_in_it(full: Target, data: st.DataObject) -> None:
    """What was read is sent back, or sent as a new one, with a few values that others have, or nobody."""
    full.post.world.restore("begun")
    full.before = full.image()
    kind = data.draw(st.sampled_from(sorted(full.held)))
    entity = data.draw(st.sampled_from(full.held[kind]))
    change = data.draw(st.sampled_from(["create", "update", "delete"]))
    spoiled = data.draw(st.dictionaries(st.sampled_from([each.name for each in OWN[kind].elements]), odd, max_size=3))
    members = []
    for member in entity:
        name = etree.QName(member).localname
        if name != "UserDefinedFields" and name not in spoiled and member.text:
            told = "0" if name == "id" and change == "create" else member.text
            members.append(f"<{name} xsi:type='xsd:string'>{escape(told, quote=False)}</{name}>")
    members += [f"<{name} xsi:type='xsd:string'>{value}</{name}>" for name, value in spoiled.items()]
    full.call(change, f"<Entities><Entity xsi:type='{kind}'>{''.join(members)}</Entity></Entities>")


# --- addresses --------------------------------------------------------------------------------------------------------

words = st.sampled_from(
    ["1.6", "1.5", "", "atws.asmx", "ATWS.WSDL", "atservices", "ww1", "..", "%00", "%ff", "\u00e4", "?"]
)


@fuzz
@given(
    path=st.lists(words, max_size=4).map(lambda parts: "/" + "/".join(parts))
    | st.sampled_from(
        [PATH, f"{PATH}/query", f"{PATH}/x/y", "/atservices/1.6/atws.wsdl", "/atservices/1.6/atws.wsdl/x"]
    ),
    query=st.sampled_from(["", "wsdl", "op=query", "op=%00", "disco", "%", "&" * 500])
    | st.text(max_size=10).map(quote),
    verb=st.sampled_from(["GET", "HEAD", "POST", "DELETE"]),
)
def test_any_address(target: Target, path: str, query: str, verb: str) -> None:
    target.strike(b"a=b", path=path, query=query, verb=verb, media="application/x-www-form-urlencoded")


@fuzz
@given(
    code=st.sampled_from(["OpenTicketDetail", "OpenAccount", "NewTicket", "EditContact", "OpenKBArticle", "x"]),
    name=st.sampled_from(["TicketID", "TicketNumber", "Phone", "AccountName", "AccountID", "Email", "LastName", "ID"]),
    value=st.text(max_size=10) | values,
    zone=st.sampled_from(["", "/ww1", "/ww2", "/ww999"]),
)
def test_any_page(target: Target, code: str, name: str, value: str, zone: str) -> None:
    carriable = value.encode("utf-8", "replace").decode()
    target.strike(
        verb="GET",
        path=f"{zone}/Autotask/AutotaskExtend/ExecuteCommand.aspx",
        query=f"Code={code}&{name}={quote(carriable)}",
        media=None,
    )
