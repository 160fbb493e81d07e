"""Spyne comes through its gate silently, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys, warnings
from mockservers.wirekit import spyne_gate
assert spyne_gate._parse_header('text/xml; charset="utf-8"; x=y') == ("text/xml", {"charset": "utf-8", "x": "y"})
assert "cgi" not in sys.modules, "the stand-in for cgi is gone"
assert not [each for each in sys.meta_path if type(each).__module__.startswith("spyne")]
import http.cookies, importlib.util
assert http.cookies.__spec__.name == "http.cookies", "modules of the library keep their own names"
assert importlib.util.find_spec("no_such_module_anywhere") is None
print("through")
"""


def test_it_imports_with_warnings_as_errors() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "through\n", done.stderr


def test_a_vendor_loads_neither_spyne_nor_lxml_nor_faker_until_it_is_used() -> None:
    code = (
        "import sys, mockservers.vendors.querydata\n"
        "print([name for name in ('spyne', 'lxml', 'faker', 'aiohttp', 'flask') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "[]\n", done.stderr
