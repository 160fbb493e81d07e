"""The HTML that an .asmx page shows to people: the list of operations, one operation with samples, and error pages.

The layout follows the framework's in outline only; programs read nothing here. Knows no vendor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockservers.wirekit import templates
from mockservers.wirekit.soap import V11, V12, Version

if TYPE_CHECKING:
    from mockservers.wirekit.asmx import Description, Method


def listing(description: Description) -> str:
    """The page at the bare address: which operations there are."""
    return templates.render("asmx_operations.html.j2", description=description)


def operation(description: Description, method: Method, path: str, host: str, soap12: bool, form: bool) -> str:
    """The page of one operation: sample messages, and the test form when the caller may use it."""
    versions = (V11, V12) if soap12 else (V11,)
    samples = [(version.name, *_sample(description, method, version, path, host)) for version in versions]
    return templates.render(
        "asmx_operation.html.j2", description=description, method=method, path=path, form=form, samples=samples
    )


def error(message: str) -> str:
    """The page for a failure outside any protocol."""
    return templates.render("asmx_error.html.j2", message=message)


def _sample(description: Description, method: Method, version: Version, path: str, host: str) -> tuple[str, str]:
    """A request and its answer."""

    def envelope(element: str, parameter: str) -> str:
        return (
            f'<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap="{version.namespace}">\n  <soap:Body>\n'
            f'    <{element} xmlns="{description.namespace}">\n{parameter}    </{element}>\n  </soap:Body>\n</soap:Envelope>'
        )

    inputs = "".join(f"      <{name}>string</{name}>\n" for name in method.parameters)
    output = f"      <{method.name}Result>string</{method.name}Result>\n"
    action = f'\nSOAPAction: "{method.action}"' if version is V11 else ""
    media = f"Content-Type: {version.content_type}\nContent-Length: length"
    request = f"POST {path} HTTP/1.1\nHost: {host}\n{media}{action}\n\n{envelope(method.name, inputs)}"
    return request, f"HTTP/1.1 200 OK\n{media}\n\n{envelope(f'{method.name}Response', output)}"
