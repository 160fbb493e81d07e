"""The .asmx front with a service of its own: two operations, an array, a number, a header, an empty answer."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from mockservers.wirekit import asmx, soap
from mockservers.wirekit.spyne_gate import ComplexModel, ComplexModelMeta, Service, TypeInfo, Unicode, rpc

SPACE = "http://example.test/shop/v1"
HEADER = f"{{{SPACE}}}Ticket"


def _declare() -> asmx.Description:
    from spyne.model.primitive import Integer

    optional = Unicode.customize(min_occurs=0, nillable=False)

    @rpc(optional, Integer.customize(min_occurs=0), _returns=optional)
    def Order(ctx: Any, what: str | None, count: int | None) -> None:
        """Orders something."""

    @rpc(_returns=optional)
    def Nothing(ctx: Any) -> None:
        """Answers nothing."""

    return asmx.describe(
        "Shop", SPACE, type("Shop", (Service,), {"Order": Order, "Nothing": Nothing}), headers=frozenset({HEADER})
    )


SHOP = _declare()


class Backend:
    def __init__(self) -> None:
        self.got: list[asmx.Invocation] = []
        self.rejected: list[tuple[str, str | None]] = []

    def invoke(self, invocation: asmx.Invocation) -> asmx.Result:
        self.got.append(invocation)
        if invocation.method.name == "Nothing":
            return asmx.Result("")
        return asmx.Result("<OrderResult>done</OrderResult>", "done", "<h/>")

    def reject(self, defect: asmx.Defect, method: str | None) -> None:
        self.rejected.append((defect.kind, method))


def call(
    inner: str, *, backend: Backend | None = None, action: str | None = None, header: str = "", **more: Any
) -> tuple[asmx.Reply, Backend]:
    backend = backend or Backend()
    body = f'<e:Envelope xmlns:e="{soap.SOAP11}">{header}<e:Body>{inner}</e:Body></e:Envelope>'
    request = asmx.Request(
        **{
            "verb": "POST",
            "tail": "",
            "query": "",
            "content_type": "text/xml",
            "soap_action": action,
            "body": body.encode(),
            "local": True,
            "url": "http://shop.test/Shop.asmx",
            **more,
        }
    )
    return asmx.answer(request, SHOP, asmx.Options(), backend), backend


def test_parameters_are_decoded_by_type() -> None:
    reply, backend = call(f'<Order xmlns="{SPACE}"><what>tea</what><count>5</count><odd>x</odd></Order>')
    assert reply.status == 200
    (got,) = backend.got
    assert (dict(got.values), got.ignored) == ({"what": "tea", "count": 5}, (("odd", "x"),))
    assert b"<soap:Header><h/></soap:Header>" in reply.body
    assert f'<OrderResponse xmlns="{SPACE}"><OrderResult>done</OrderResult></OrderResponse>'.encode() in reply.body


def test_a_wrong_number_is_a_fault() -> None:
    reply, backend = call(f'<Order xmlns="{SPACE}"><count>five</count></Order>')
    assert reply.status == 500
    assert b"soap:Client" in reply.body
    assert b"Input string was not in a correct format." in reply.body
    assert (backend.rejected, backend.got) == ([("parameter_type", "Order")], [])


def test_exactly_one_slash_stands_before_the_operation() -> None:
    assert SHOP.methods["Order"].action == f"{SPACE}/Order"
    assert call(f'<Order xmlns="{SPACE}"/>', action=f'"{SPACE}/Order"')[0].status == 200
    assert call(f'<Order xmlns="{SPACE}"/>', action=f'"{SPACE}//Order"')[0].status == 500


def test_an_answer_of_null_has_no_result_element() -> None:
    reply, _ = call(f'<Nothing xmlns="{SPACE}"/>')
    assert f'<soap:Body><NothingResponse xmlns="{SPACE}" /></soap:Body>'.encode() in reply.body
    reply, _ = call("", tail="/Nothing", content_type="application/x-www-form-urlencoded", body=b"")
    assert etree.fromstring(reply.body).get(f"{{{soap.XSI}}}nil") == "true"


def test_known_headers_may_be_demanded() -> None:
    known = f'<e:Header><Ticket xmlns="{SPACE}" e:mustUnderstand="1">t</Ticket></e:Header>'
    reply, backend = call(f'<Nothing xmlns="{SPACE}"/>', header=known)
    assert reply.status == 200
    assert backend.got[0].header[0].text == "t"
    other = known.replace("Ticket", "Other")
    assert call(f'<Nothing xmlns="{SPACE}"/>', header=other)[1].rejected == [("must_understand", None)]


def test_a_backend_may_put_another_defect_in_place() -> None:
    class Busy(Backend):
        def reject(self, defect: asmx.Defect, method: str | None) -> None:
            raise asmx.Defect("failure", "busy", "Server")

    reply, _ = call("", backend=Busy(), body=b"<x")
    assert b"busy" in reply.body
    assert call("", backend=Busy(), verb="PUT")[0].status == 500


@pytest.mark.parametrize("name", ["Order", "Nothing"])
def test_pages_show_every_operation(name: str) -> None:
    for query, status in (("", 200), (f"op={name}", 200), ("OP=" + name, 200), ("op=Other", 500)):
        reply, _ = call("", verb="GET", query=query)
        assert reply.status == status
        assert query.endswith("Other") or name.encode() in reply.body
    reply, _ = call("", verb="GET", query="WSDL")
    assert f'soapAction="{SPACE}/{name}"'.encode() in reply.body


# --- a service that reads requests itself -----------------------------------------------------------------------------


def _declare_raw() -> asmx.Description:
    optional = Unicode.customize(min_occurs=0, nillable=False)
    header = ComplexModelMeta(
        "Badge", (ComplexModel,), {"__namespace__": SPACE, "_type_info": TypeInfo([("Number", optional)])}
    )

    def find(ctx: Any, what: str | None) -> None:
        return None

    def bare(ctx: Any) -> None:
        return None

    declared = {
        "find": rpc(
            optional, _returns=optional, _in_message_name="Find", _out_message_name="FindResponse", _in_header=(header,)
        )(find),
        "bare": rpc(_returns=optional)(bare),
    }

    def finish(schema: Any) -> None:
        schema.set("finished", "yes")

    return asmx.describe(
        "Raw", SPACE, type("Raw", (Service,), declared), raw=True, finish=finish, declares_soap12=False
    )


RAW = _declare_raw()


def raw_call(inner: str, header: str = "", **options: Any) -> tuple[asmx.Reply, Backend]:
    class Parts(Backend):
        def invoke(self, invocation: asmx.Invocation) -> asmx.Result:
            self.got.append(invocation)
            return asmx.Result(("<FindResult>", "one", "</FindResult>"))

    backend = Parts()
    body = f'<e:Envelope xmlns:e="{soap.SOAP11}"><e:Header>{header}</e:Header><e:Body>{inner}</e:Body></e:Envelope>'
    request = asmx.Request("POST", "", "", "text/xml", None, body.encode(), False, "http://raw.test/Raw.asmx")
    return asmx.answer(request, RAW, asmx.Options(**options), backend), backend


def test_a_raw_service_gets_the_element_and_answers_in_parts() -> None:
    reply, backend = raw_call(f'<Find xmlns="{SPACE}"><what><deep/></what></Find>')
    assert f'<FindResponse xmlns="{SPACE}"><FindResult>one</FindResult></FindResponse>'.encode() in reply.body
    (got,) = backend.got
    assert (got.method.operation, got.method.headers, dict(got.values)) == ("find", ("Badge",), {"what": None})
    assert got.element[0][0].tag == f"{{{SPACE}}}deep"


def test_the_description_names_messages_headers_and_types_of_such_a_service() -> None:
    text = asmx.document(RAW, "wsdl", asmx.Options(), "http://raw.test/a&b").decode()
    assert '<wsdl:operation name="find"><wsdl:input name="Find" message="tns:FindSoapIn" />' in text
    assert '<soap:header message="tns:FindBadge" part="Badge" use="literal" />' in text
    assert '<wsdl:message name="FindBadge"><wsdl:part name="Badge" element="tns:Badge" /></wsdl:message>' in text
    assert text.count("<soap:header ") == 1
    assert 'finished="yes"' in text
    assert 'location="http://raw.test/a&amp;b"' in text
    assert "RawSoap12" not in text  # answered, not declared
    assert '<xs:element name="Badge" type="tns:Badge"/>' in text


@pytest.mark.parametrize("space", sorted(soap.ADDRESSING))
def test_addressing_headers_are_refused_ignored_or_like_any_other(space: str) -> None:
    plain = f'<a:To xmlns:a="{space}">x</a:To>'
    must = plain.replace(" xmlns", ' e:mustUnderstand="1" xmlns')
    asked = f'<bare xmlns="{SPACE}"/>'
    for addressing, header, rejected in (
        ("refuse", plain, [("addressing", None)]),
        ("ignore", must, []),
        ("", plain, []),
        ("", must, [("must_understand", None)]),
    ):
        reply, backend = raw_call(asked, header, addressing=addressing)
        assert backend.rejected == rejected
        assert reply.status == (500 if rejected else 200)
