"""The switches of Toy: choices where public knowledge ends, and the named dialects that group them."""

from __future__ import annotations

from mockservers.kernel.dialects import DialectFamily, Switch, number
from mockservers_toy import VENDOR

DIALECTS = DialectFamily(
    VENDOR.name,
    [Switch("page_size", 3, "the page gives an example only", check=number(1, 1000), form="a number from 1 to 1000")],
    {"long_pages": {"page_size": 100}},
)
