"""Text as XML carries it. Knows no XML library, so that whoever renders fragments need not know one either."""

from __future__ import annotations

import re

FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """`value` as XML character data. What XML cannot carry at all becomes U+FFFD."""
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "\r" in escaped:
        escaped = escaped.replace("\r", "&#xD;")
    return FORBIDDEN.sub("\ufffd", escaped)


def attribute(value: str) -> str:
    """`value` for use between double quotes."""
    return text(value).replace('"', "&quot;").replace("\n", "&#xA;").replace("\t", "&#x9;")
