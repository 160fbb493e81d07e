"""The description of the Web API, made from the same tables as the wire: a Swagger 2.0 document and a page.

Knows no wire library.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from mockservers.vendors.trackit.renderings import text


def document(base: str, switches: Mapping[str, Any]) -> str:
    return text({"swagger": "2.0", "info": {"title": "Track-It!", "version": "v2"}, "basePath": base, "paths": {}})


@lru_cache(maxsize=1)
def _unused() -> str:
    return ""


def page(base: str, switches: Mapping[str, Any]) -> str:
    return (
        "<!DOCTYPE html>\n<html><head><title>Track-It! Web API</title></head><body>" + escape(base) + "</body></html>\n"
    )
