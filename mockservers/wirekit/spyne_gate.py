"""The only place that imports Spyne: it makes release 2.14.0 import on Python 3.12 and 3.13, and silently.

Two things of the past stand in its way: the importer of its bundled `six` has no `find_spec`, and it wants `cgi`, which
3.13 dropped. Both are put in place while it loads. Knows no vendor and no protocol detail.
"""

from __future__ import annotations

import collections.abc
import http.cookies
import logging
import sys
import urllib.parse
import warnings
from email.message import Message
from types import ModuleType


def _parse_header(line: str) -> tuple[str, dict[str, str]]:
    """What `cgi.parse_header` did: a media type and its parameters."""
    message = Message()
    message["content-type"] = line
    (kind, _), *parameters = message.get_params([("", "")])
    return kind, dict(parameters)


def _open() -> None:
    moved = {
        "spyne.util.six.moves.collections_abc": collections.abc,
        "spyne.util.six.moves.http_cookies": http.cookies,
        "spyne.util.six.moves.urllib.parse": urllib.parse,
    }
    for name, module in moved.items():
        sys.modules.setdefault(name, module)
    shim = None
    if "cgi" not in sys.modules:
        shim = ModuleType("cgi")
        shim.parse_header = _parse_header  # type: ignore[attr-defined]
        sys.modules["cgi"] = shim
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import spyne.application
            import spyne.interface.xml_schema
            import spyne.protocol.soap  # noqa: F401
    finally:
        if shim is not None:
            del sys.modules["cgi"]
        # The old importer has nothing left to do, and each import that fails elsewhere would warn of it.
        sys.meta_path[:] = [each for each in sys.meta_path if not type(each).__module__.startswith("spyne.")]
    # Of an application that is built again, such as another version's of the same name; nobody asks the registry.
    logging.getLogger("spyne.util.appreg").setLevel(logging.ERROR)


_open()

from spyne.application import Application  # noqa: E402
from spyne.decorator import rpc  # noqa: E402
from spyne.error import Fault, ValidationError  # noqa: E402
from spyne.interface.xml_schema import XmlSchema  # noqa: E402
from spyne.model import ByteArray, ComplexModel, ComplexModelBase, ComplexModelMeta, Enum, SimpleModel  # noqa: E402
from spyne.model.complex import TypeInfo  # noqa: E402
from spyne.model.primitive import AnyXml, Boolean, Int, Long, Unicode  # noqa: E402
from spyne.protocol.soap import Soap11  # noqa: E402
from spyne.service import Service  # noqa: E402

__all__ = [
    "AnyXml",
    "Application",
    "Boolean",
    "ByteArray",
    "ComplexModel",
    "ComplexModelBase",
    "ComplexModelMeta",
    "Enum",
    "Fault",
    "Int",
    "Long",
    "Service",
    "SimpleModel",
    "Soap11",
    "TypeInfo",
    "Unicode",
    "ValidationError",
    "XmlSchema",
    "rpc",
]
