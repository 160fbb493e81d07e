"""Rich text as the plain text that the vendor answers: HTML and RTF. Linear in the text. Knows no record."""

from __future__ import annotations

import html
import re

_BREAK = re.compile(r"<(?:br\b[^<>]*|/p\s*|/div\s*|/li\s*)>", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z/!][^<>]*>")


def plain(markup: str) -> str:
    """Rich text as plain text: without markup and outer blanks, entities resolved."""
    if is_rtf(markup):
        markup = _rtf(markup)
    else:
        if "<" in markup:
            markup = _TAG.sub("", _BREAK.sub("\r\n", markup))
        if "&" in markup:
            markup = html.unescape(markup)
    return markup.replace("\x00", "").strip()


def is_rich(text: str) -> bool:
    """Whether plain text differs from this one, as far as a short look shows."""
    return "<" in text or "&" in text or text != text.strip() or is_rtf(text)


def is_rtf(text: str) -> bool:
    return text.lstrip().startswith("{\\rtf")


_TOKEN = re.compile(
    r"\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,10})? ?|\\(?P<sign>[^A-Za-z'])"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
_HIDDEN = frozenset(
    (
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "pict",
        "object",
        "header",
        "footer",
        "generator",
        "listtable",
        "filetbl",
    )
)
"""Groups that hold no text of the document."""
_WORDS = {
    "par": "\r\n",
    "line": "\r\n",
    "row": "\r\n",
    "tab": "\t",
    "cell": "\t",
    "emdash": "\u2014",
    "endash": "\u2013",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
}


def _rtf(text: str) -> str:
    """The text of a document in Rich Text Format, whose bytes are of code page 1252."""
    made: list[str] = []
    hidden, outer = False, []
    skipped = 0  # letters that stand for a Unicode one before them, for readers that know none
    begun = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "brace":
            if token[0] == "{":
                outer.append(hidden)
            elif outer:
                hidden = outer.pop()
            begun = token[0] == "{"
            continue
        word = token["word"]
        if begun and (word in _HIDDEN or token["sign"] == "*"):
            hidden = True
        begun = False
        found = _shown(token)
        if word == "u" and token["number"]:
            skipped = 1
        elif skipped and found and not word:
            found, skipped = found[skipped:], 0
        if not hidden:
            made.append(found)
    return "".join(made)


def _shown(token: re.Match[str]) -> str:
    """What one token shows."""
    if token["text"]:
        return token["text"]
    if token["byte"]:
        return bytes.fromhex(token["byte"]).decode("cp1252", "replace")
    if token["word"] == "u" and token["number"]:
        unit = int(token["number"]) % 0x10000
        return "\ufffd" if 0xD800 <= unit < 0xE000 else chr(unit)
    if token["word"]:
        return _WORDS.get(token["word"], "")
    sign = token["sign"] or ""
    return "\xa0" if sign == "~" else sign if sign in "\\{}" else ""
