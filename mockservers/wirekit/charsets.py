"""What letters the .NET Framework reads in the bytes of a request: media types, names of charsets, byte order marks.

After the published reference source of System.Web.Services (`RequestResponseUtils`, `ContentType`), System.Web (`HttpRequest`)
and mscorlib (`StreamReader`, `EncodingTable`). Knows no vendor and no world.
"""

from __future__ import annotations

import codecs
from typing import NamedTuple
from urllib.parse import parse_qs

from mockservers.wirekit import headers

_CODECS = {
    "ascii": "us-ascii ascii ansi_x3.4-1968 ansi_x3.4-1986 cp367 csascii ibm367 iso-ir-6 iso646-us iso_646.irv:1991 us",
    "utf-8": "utf-8 unicode-1-1-utf-8 unicode-2-0-utf-8 x-unicode-1-1-utf-8 x-unicode-2-0-utf-8",
    "utf-7": "utf-7 csunicode11utf7 unicode-1-1-utf-7 unicode-2-0-utf-7 x-unicode-1-1-utf-7 x-unicode-2-0-utf-7",
    "utf-16-le": "utf-16 utf-16le unicode ucs-2 iso-10646-ucs-2",
    "utf-16-be": "utf-16be unicodefffe",
    "utf-32-le": "utf-32 utf-32le",
    "utf-32-be": "utf-32be",
    "iso8859-1": "iso-8859-1 iso8859-1 iso_8859-1 iso_8859-1:1987 iso-ir-100 cp819 csisolatin1 ibm819 l1 latin1",
    "iso8859-2": "iso-8859-2 iso8859-2 iso_8859-2 iso_8859-2:1987 iso-ir-101 csisolatin2 l2 latin2",
    "iso8859-3": "iso-8859-3 iso_8859-3 iso_8859-3:1988 iso-ir-109 csisolatin3 l3 latin3",
    "iso8859-4": "iso-8859-4 iso_8859-4 iso_8859-4:1988 iso-ir-110 csisolatin4 l4 latin4",
    "iso8859-5": "iso-8859-5 iso_8859-5 iso_8859-5:1988 iso-ir-144 csisolatincyrillic cyrillic",
    "iso8859-6": "iso-8859-6 iso_8859-6 iso_8859-6:1987 iso-ir-127 arabic csisolatinarabic ecma-114",
    "iso8859-7": "iso-8859-7 iso_8859-7 iso_8859-7:1987 iso-ir-126 greek greek8 csisolatingreek ecma-118 elot_928",
    "iso8859-8": "iso-8859-8 iso_8859-8 iso_8859-8:1988 iso-8859-8-i iso-ir-138 hebrew csisolatinhebrew logical visual",
    "iso8859-9": "iso-8859-9 iso_8859-9 iso_8859-9:1989 iso-ir-148 csisolatin5 l5 latin5",
    "iso8859-13": "iso-8859-13",
    "iso8859-15": "iso-8859-15 iso_8859-15 csisolatin9 l9 latin9",
    "cp1250": "windows-1250 x-cp1250",
    "cp1251": "windows-1251 x-cp1251",
    "cp1252": "windows-1252 x-ansi",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256 cp1256",
    "cp1257": "windows-1257",
    "cp1258": "windows-1258",
    "cp437": "ibm437 cp437 437 cspc8codepage437",
    "cp850": "ibm850 cp850",
    "cp852": "ibm852 cp852",
    "cp858": "ibm00858 cp00858 cp858 ccsid00858 pc-multilingual-850+euro",
    "cp866": "cp866 ibm866",
    "koi8-r": "koi8-r koi8r koi8 koi cskoi8r",
    "koi8-u": "koi8-u koi8-ru",
    "mac-roman": "macintosh",
    "cp932": "shift_jis shift-jis sjis x-sjis csshiftjis cswindows31j ms_kanji x-ms-cp932",
    "euc-jp": "euc-jp x-euc x-euc-jp cseucpkdfmtjapanese iso-2022-jpeuc",
    "iso2022-jp": "iso-2022-jp",
    "cp949": "ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ks_c-5601 ks_c5601 ksc_5601 ksc5601 korean iso-ir-149 csksc56011987",
    "euc-kr": "euc-kr cseuckr iso-2022-kr-8 iso-2022-kr-8bit",
    "gbk": "gb2312 gb2312-80 gb231280 gb_2312-80 gbk cn-gb chinese csgb2312 csgb231280 csiso58gb231280 iso-ir-58",
    "gb18030": "gb18030",
    "cp950": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
}
"""Names that the framework knows, by our codec. Others are unknown to it; `utf8` is the famous one."""
_CODEC_OF = {name: codec for codec, names in _CODECS.items() for name in names.split()}
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before the mark that it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks as StreamReader looks for them, and our codecs; it believes them more than a charset."""
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_ASCII_ONLY = bytes(0x3F if each > 0x7F else each for each in range(0x100))
"""What the framework's ASCII makes of each byte: a question mark of what is beyond it."""


class Letters(NamedTuple):
    """A request's body as it is read. `charset` is that of `body`, or None where XML itself says which it is.

    `finding` tells where this is not what a client can have meant, or what it should not rely on; else it is empty.
    """

    body: bytes
    charset: str | None
    finding: str = ""


def codec(name: str | None) -> str | None:
    """Our codec for a charset by the framework's name; None for one that it does not know."""
    return None if name is None else _CODEC_OF.get(name.lower())


def of_soap(body: bytes, content_type: str) -> Letters:
    """The letters of a SOAP request.

    A text type without a charset, or with an unknown one, is ASCII; an application type then follows the rules of XML.
    A byte order mark outweighs the charset, and a charset outweighs what the XML declares.
    """
    named = headers.parameter(content_type, "charset") or None
    known = codec(named)
    if known is None and headers.media(content_type).startswith("application/"):
        return Letters(body, None)
    for mark, marked in MARKS:
        if body.startswith(mark):
            letters = _decoded(body[len(mark) :], marked)
            if known is not None and marked != known and not letters.finding:
                said = f"the body begins with the byte order mark of {marked}, which outweighs charset={named}"
                return letters._replace(finding=said)
            return letters
    if known is None or known == "ascii":
        return _ascii(body, named)
    return _decoded(body, known)


def _ascii(body: bytes, named: str | None) -> Letters:
    if body.isascii():
        return Letters(body, "utf-8")
    lost = len(body) - len(body.translate(None, _BEYOND_ASCII))
    if named is None:
        why = "the media type names no charset, so the framework reads ASCII"
    elif codec(named) is None:
        why = f"the framework knows no charset {named[:40]!r}, and so reads ASCII"
    else:
        why = f"the media type says charset={named}"
    said = f"{why}: {lost} byte{'s' if lost > 1 else ''} beyond it became '?'. Send charset=utf-8 in Content-Type."
    return Letters(body.translate(_ASCII_ONLY), "utf-8", said)


def _decoded(body: bytes, known: str) -> Letters:
    """The body in UTF-8. Bytes that are no letters of its charset are replaced, not refused."""
    try:
        text = body.decode(known)
    except ValueError:
        text = body.decode(known, "replace")
        said = f"the body holds bytes that are not {known}; each such place was read as U+FFFD"
        return Letters(text.encode("utf-8", "replace"), "utf-8", said)
    return Letters(body if known == "utf-8" else text.encode("utf-8", "replace"), "utf-8")


class Form(NamedTuple):
    """The variables of a form by name, and a finding as `Letters` has it."""

    variables: dict[str, list[str]]
    finding: str = ""


def form(body: bytes, content_type: str, most: int = 1000) -> Form:
    """A form, its letters as bytes or as percent codes; raises ValueError for too many variables.

    They are UTF-8 unless the media type names another charset that is known, and is not UTF-7.
    """
    known = codec(headers.parameter(content_type, "charset"))
    charset = "utf-8" if known in (None, "utf-7") else known

    def read(text: str) -> str:
        return text.encode("latin-1").decode(charset, "replace")

    pairs = parse_qs(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=most)
    made = {read(name): [read(value) for value in values] for name, values in pairs.items()}
    lost = any("\ufffd" in value for values in made.values() for value in values)
    return Form(made, f"the form holds letters that are not {charset}; each was read as U+FFFD" if lost else "")
