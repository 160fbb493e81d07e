"""The HTML that an .asmx page shows to people: the list of operations, one operation with samples, and error pages.

The layout follows the framework's in outline only; programs read nothing here. Knows no vendor.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mockservers.wirekit.soap import V11, V12, Version

if TYPE_CHECKING:
    from mockservers.wirekit.asmx import Description, Method

_STYLE = "body{font-family:Verdana,sans-serif;margin:0 2em}pre{background:#eeeecc;padding:1em}h1{color:#003366}"


def _page(title: str, body: str) -> str:
    return (
        f"<!DOCTYPE html>\n<html><head><title>{escape(title, quote=False)}</title><style>{_STYLE}</style></head>\n"
        f"<body>{body}</body></html>\n"
    )


def listing(description: Description) -> str:
    """The page at the bare address: which operations there are."""
    items = "".join(
        f'<li><a href="?op={escape(method.name)}">{escape(method.name)}</a> {escape(method.says)}</li>'
        for method in description.methods.values()
    )
    return _page(
        f"{description.name} Web Service",
        f"<h1>{escape(description.name)}</h1><p>The following operations are supported. For a formal definition, see the "
        f'<a href="?WSDL">Service Description</a>.</p><ul>{items}</ul>',
    )


def _sample(description: Description, method: Method, version: Version, path: str, host: str) -> str:
    def envelope(element: str, parameter: str) -> str:
        return (
            f'<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap="{version.namespace}">\n  <soap:Body>\n'
            f'    <{element} xmlns="{description.namespace}">\n{parameter}    </{element}>\n  </soap:Body>\n</soap:Envelope>'
        )

    inputs = "".join(f"      <{name}>string</{name}>\n" for name in method.parameters)
    output = f"      <{method.name}Result>string</{method.name}Result>\n"
    action = f'\nSOAPAction: "{method.action}"' if version is V11 else ""
    request = (
        f"POST {path} HTTP/1.1\nHost: {host}\nContent-Type: {version.content_type}\nContent-Length: length{action}\n\n"
        + envelope(method.name, inputs)
    )
    answer = f"HTTP/1.1 200 OK\nContent-Type: {version.content_type}\nContent-Length: length\n\n" + envelope(
        f"{method.name}Response", output
    )
    return f"<h3>SOAP {version.name}</h3><pre>{escape(request)}</pre><pre>{escape(answer)}</pre>"


def operation(description: Description, method: Method, path: str, host: str, soap12: bool, form: bool) -> str:
    """The page of one operation: sample messages, and the test form when the caller may use it."""
    versions = (V11, V12) if soap12 else (V11,)
    samples = "".join(_sample(description, method, version, path, host) for version in versions)
    if form:
        fields = "".join(f'<p>{escape(name)}: <input name="{escape(name)}"></p>' for name in method.parameters)
        test = (
            f'<form action="{escape(path)}/{escape(method.name)}" method="POST">{fields}<button>Invoke</button></form>'
        )
    else:
        test = "<p>The test form is only available for requests from the local machine.</p>"
    return _page(
        f"{description.name} Web Service",
        f"<h1>{escape(description.name)}</h1><h2>{escape(method.name)}</h2><h3>Test</h3>{test}{samples}",
    )


def error(message: str) -> str:
    """The page for a failure outside any protocol."""
    return _page(message, f"<h1>Server Error in '/' Application.</h1><h2><i>{escape(message, quote=False)}</i></h2>")
