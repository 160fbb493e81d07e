"""Service descriptions in the form .NET generates: WSDL 1.1 with a SOAP 1.1 and a SOAP 1.2 binding, and `?disco`.

Types come from a Spyne application, and so do names of operations; the frame is written here, since Spyne's own knows
one binding only. The service's address stays a placeholder that is filled in per request. Knows no vendor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from mockservers.wirekit.soap import attribute
from mockservers.wirekit.spyne_gate import XmlSchema

if TYPE_CHECKING:
    from mockservers.wirekit.asmx import Description, Method

ADDRESS = "@@address@@"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_BINDINGS = {
    "": ("soap", "http://schemas.xmlsoap.org/wsdl/soap/"),
    "12": ("soap12", "http://schemas.xmlsoap.org/wsdl/soap12/"),
}


def _schema(description: Description) -> str:
    """The types as Spyne declares them, with the parameters of operations inside their elements as .NET has them."""
    built = XmlSchema(description.application.interface)
    built.build_schema_nodes()
    wrappers = {f"{method.name}{way}" for method in description.methods.values() for way in ("", "Response")}
    headers = {header for method in description.methods.values() for header in method.headers}
    parts = []
    for schema in built.schema_dict.values():
        types = {each.get("name"): each for each in schema.findall(f"{_XS}complexType")}
        for element in schema.findall(f"{_XS}element"):
            name = element.get("name")
            if name in wrappers and name in types:
                del element.attrib["type"], types[name].attrib["name"]
                element.append(types[name])
            elif name in types and name not in headers:
                schema.remove(element)  # Spyne makes an element of every type, .NET only of what is sent by itself
        mine = {"xs": _XS[1:-1], "tns": description.namespace}
        clean = etree.Element(schema.tag, attrib=dict(schema.attrib), nsmap={**mine, **_others(schema, mine)})
        clean.extend(list(schema))
        if description.finish is not None:
            description.finish(clean)
        etree.cleanup_namespaces(clean, keep_ns_prefixes=["xs", "tns"])
        parts.append(etree.tostring(clean, encoding="unicode"))
    return "".join(parts)


def _others(schema: Any, mine: dict[str, str]) -> dict[str, str]:
    return {
        prefix: uri
        for prefix, uri in schema.nsmap.items()
        if prefix and prefix not in mine and uri not in mine.values()
    }


def _binding(description: Description, suffix: str) -> str:
    prefix, _ = _BINDINGS[suffix]
    port = f"{description.name}Soap"
    operations = "".join(
        f'<wsdl:operation name="{method.operation}">'
        f'<{prefix}:operation soapAction="{attribute(method.action)}" style="document" />'
        f'<wsdl:input{_name(method)}><{prefix}:body use="literal" />{_headers(method, prefix)}</wsdl:input>'
        f'<wsdl:output{_name(method)}><{prefix}:body use="literal" /></wsdl:output></wsdl:operation>'
        for method in description.methods.values()
    )
    return (
        f'<wsdl:binding name="{port}{suffix}" type="tns:{port}">'
        f'<{prefix}:binding transport="http://schemas.xmlsoap.org/soap/http" />{operations}</wsdl:binding>'
    )


def _name(method: Method) -> str:
    """The attribute by which .NET tells messages of an operation whose name is not that of its element."""
    return "" if method.operation == method.name else f' name="{method.name}"'


def _headers(method: Method, prefix: str) -> str:
    return "".join(
        f'<{prefix}:header message="tns:{method.name}{header}" part="{header}" use="literal" />'
        for header in method.headers
    )


def document(description: Description, soap12: bool) -> str:
    """The WSDL of a service, with `ADDRESS` where its own address belongs."""
    suffixes = ["", "12"] if soap12 else [""]
    port = f"{description.name}Soap"
    namespaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _BINDINGS.values())
    messages = "".join(
        f'<wsdl:message name="{method.name}Soap{way}"><wsdl:part name="parameters" element="tns:{element}" /></wsdl:message>'
        for method in description.methods.values()
        for way, element in (("In", method.name), ("Out", f"{method.name}Response"))
    ) + "".join(
        f'<wsdl:message name="{method.name}{header}"><wsdl:part name="{header}" element="tns:{header}" /></wsdl:message>'
        for method in description.methods.values()
        for header in method.headers
    )
    operations = "".join(
        f'<wsdl:operation name="{method.operation}">'
        + (f"<wsdl:documentation>{attribute(method.says)}</wsdl:documentation>" if method.says else "")
        + f'<wsdl:input{_name(method)} message="tns:{method.name}SoapIn" />'
        f'<wsdl:output{_name(method)} message="tns:{method.name}SoapOut" />'
        "</wsdl:operation>"
        for method in description.methods.values()
    )
    ports = "".join(
        f'<wsdl:port name="{port}{suffix}" binding="tns:{port}{suffix}">'
        f'<{_BINDINGS[suffix][0]}:address location="{ADDRESS}" /></wsdl:port>'
        for suffix in suffixes
    )
    target = attribute(description.namespace)
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="{target}"{namespaces} '
        f'targetNamespace="{target}">'
        f"<wsdl:types>{_schema(description)}</wsdl:types>{messages}"
        f'<wsdl:portType name="{port}">{operations}</wsdl:portType>'
        f"{''.join(_binding(description, suffix) for suffix in suffixes)}"
        f'<wsdl:service name="{description.name}">{ports}</wsdl:service></wsdl:definitions>'
    )


def discovery(description: Description, soap12: bool) -> str:
    """The `?disco` document of a service, with `ADDRESS` where its own address belongs."""
    port = f"{description.name}Soap"
    bindings = "".join(
        f'<soap address="{ADDRESS}" xmlns:q1="{attribute(description.namespace)}" binding="q1:{port}{suffix}" '
        'xmlns="http://schemas.xmlsoap.org/disco/soap/" />'
        for suffix in (["", "12"] if soap12 else [""])
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><discovery xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.xmlsoap.org/disco/">'
        f'<contractRef ref="{ADDRESS}?wsdl" docRef="{ADDRESS}" xmlns="http://schemas.xmlsoap.org/disco/scl/" />'
        f"{bindings}</discovery>"
    )
