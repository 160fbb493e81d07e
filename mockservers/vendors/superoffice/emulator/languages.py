"""Languages: which one a call wants, and how multi-language strings, resource ids and encoded values become text in it.

Knows no request and no table: headers are text here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from mockservers.wirekit import headers

CODES = {
    "en": "US",
    "us": "US",
    "nb": "NO",
    "no": "NO",
    "nn": "NO",
    "sv": "SW",
    "sw": "SW",
    "de": "GE",
    "ge": "GE",
    "fr": "FR",
}
"""Codes of headers, and the ones inside the strings (superoffice.language.codes)."""
OFF = ("*", "x")
FIRST = "US"

RESOURCES: Mapping[str, Mapping[str, str]] = {
    "SR_ACCESS_ASSOCCONT_DELETE": {
        "US": "You may not delete what belongs to another user",
        "NO": "Du kan ikke slette det en annen bruker eier",
        "SW": "Du får inte ta bort det som tillhör en annan användare",
        "GE": "Was einem anderen Benutzer gehört, dürfen Sie nicht löschen",
        "FR": "Vous ne pouvez pas supprimer ce qui appartient à un autre utilisateur",
    },
    "SR_MANDATORY_FIELD_1281": {
        "US": "A value is required",
        "NO": "Et felt må fylles ut",
        "SW": "Ett värde krävs",
        "GE": "Ein Wert ist nötig",
        "FR": "Une valeur est requise",
    },
    "SR_ACCESS_ROLE": {
        "US": "Your role does not include this",
        "NO": "Rollen din omfatter ikke dette",
        "SW": "Din roll omfattar inte detta",
        "GE": "Ihre Rolle erlaubt dies nicht",
        "FR": "Votre rôle ne le permet pas",
    },
    "SR_LOCKED_UNTIL": {
        "US": "Locked until",
        "NO": "Låst til",
        "SW": "Låst till",
        "GE": "Gesperrt bis",
        "FR": "Verrouillé jusqu'au",
    },
}
"""Texts behind resource ids, in words of our own."""

_PART = re.compile(r'([A-Z]{2}):"([^"]*)"')
_WHOLE = re.compile(r'(?:[A-Z]{2}:"[^"]*";)+(?:[A-Z]{2}:"[^"]*")?|[A-Z]{2}:"[^"]*"')
_RESOURCE = re.compile(r"\[(SR_[A-Z0-9_]+)\]")
_VALUE = re.compile(r"\[(DT|D|I|F):([^\]\s]{1,20}(?: [0-9:]{1,8})?)\]")


@dataclass(frozen=True, slots=True)
class Locale:
    """The language and culture of one answer; `language` None leaves every string raw.

    Both are codes of the strings; a culture may also be one with a region, such as en-GB.
    """

    language: str | None = None
    culture: str | None = None
    fallback: str = "us_first"
    semicolon: bool = True

    def text(self, raw: str) -> str:
        """A string of the database as this answer shows it."""
        if self.language is None:
            return raw if self.semicolon or not raw.endswith('";') or not _WHOLE.fullmatch(raw) else raw[:-1]
        return _translated(raw, self)


def wanted(so_language: str, accept_language: str, unknown: str = "next_header") -> str | None:
    """The code a call asks for, of those inside the strings; None when translation is off (superoffice.language.choose).

    `unknown` says what follows an SO-Language that names no known one (superoffice.language.unknown).
    """
    named = False
    for given in (so_language.strip(), accept_language.strip()):
        codes = _codes(given) if given else ()
        if codes and codes[0] in OFF:
            return None
        for code in codes:
            if code in CODES:
                return CODES[code]
        named = named or bool(codes)
        if given and unknown != "next_header":
            break
    return "??" if named else None


_CODE = re.compile(r"[a-z]{2}(?:[-_].*)?", re.DOTALL)
_CULTURE = re.compile(r"\s*([A-Za-z]{2})(?:[-_](.*?))?\s*", re.DOTALL)


def culture(header: str) -> tuple[str | None, bool]:
    """The culture that SO-Culture names, and whether all of it is known (superoffice.language.culture_region).

    A region whose dates differ from its language's is a culture of its own, such as en-GB.
    """
    found = _CULTURE.fullmatch(header)
    if found is None:
        return None, not header.strip()
    code, region = found[1].lower(), (found[2] or "").upper()
    if region and f"{code}-{region}" in _REGIONS:
        return f"{code}-{region}", True
    known = CODES.get(code)
    return known or "??", known is not None and (not region or region in _HOME[known])


@lru_cache(maxsize=256)
def _codes(given: str) -> tuple[str, ...]:
    """The languages of a list in order; commas part them, and semicolons where no weight follows."""
    codes = headers.wanted(given, headers.LANGUAGES)
    return tuple(
        code[:2] if _CODE.fullmatch(code) else code for code in codes
    )  # `german` is no code, nor `nonsense` Norwegian


def parts(raw: str) -> dict[str, str]:
    """The languages of a multi-language string; empty for any other string."""
    return dict(_PART.findall(raw)) if _WHOLE.fullmatch(raw) else {}


def composed(names: Mapping[str, str]) -> str:
    """A multi-language string; raises ValueError for a code or text that cannot stand in one."""
    for code, text in names.items():
        if not re.fullmatch("[A-Z]{2}", code) or '"' in text or not text:
            raise ValueError(f"{code!r}: {text!r} cannot stand in a multi-language string")
    return "".join(f'{code}:"{text}";' for code, text in names.items())


@lru_cache(maxsize=4096)
def _translated(raw: str, tongue: Locale) -> str:
    found = parts(raw)
    text = raw
    if found:
        text = _chosen(found, tongue)
    if "[" in text:
        text = _RESOURCE.sub(lambda match: _resource(match, tongue), text)
        text = _VALUE.sub(lambda match: _value(match, tongue.culture or tongue.language or FIRST), text)
    return text


def _chosen(found: Mapping[str, str], tongue: Locale) -> str:
    """The wanted language, then US unless the switch says otherwise, then the first (superoffice.language.fallback)."""
    assert tongue.language is not None
    if tongue.language in found:
        return found[tongue.language]
    if tongue.fallback == "us_first" and FIRST in found:
        return found[FIRST]
    return next(iter(found.values()))


def _resource(match: re.Match[str], tongue: Locale) -> str:
    texts = RESOURCES.get(match[1])
    return match[0] if texts is None else _chosen(texts, tongue)


_DATES = {"US": "%-m/%-d/%Y", "NO": "%d.%m.%Y", "SW": "%Y-%m-%d", "GE": "%d.%m.%Y", "FR": "%d/%m/%Y"}
_HOME = {"US": ("US",), "NO": ("NO",), "SW": ("SE",), "GE": ("DE",), "FR": ("FR",)}
_REGIONS = {
    "en-GB": "%d/%m/%Y",
    "en-IE": "%d/%m/%Y",
    "en-AU": "%-d/%m/%Y",
    "en-NZ": "%-d/%m/%Y",
    "en-ZA": "%Y/%m/%d",
    "en-IN": "%d-%m-%Y",
    "en-CA": "%Y-%m-%d",
    "de-AT": "%d.%m.%Y",
    "de-CH": "%d.%m.%Y",
    "fr-CA": "%Y-%m-%d",
    "fr-CH": "%d.%m.%Y",
    "sv-FI": "%-d.%-m.%Y",
}
"""Short dates of regions, as .NET's cultures have them; numbers follow the language."""
_DECIMAL = {"NO": ",", "SW": ",", "GE": ",", "FR": ","}
_THOUSANDS = {"US": ",", "GE": "."}


def _value(match: re.Match[str], culture: str) -> str:
    """A date or number that a string carries in neutral form, as the culture writes it; itself when it is none."""
    kind, text = match[1], match[2]
    try:
        if kind == "D":
            return _date(_neutral(text, "%m/%d/%Y"), culture)
        if kind == "DT":
            moment = _neutral(text, "%m/%d/%Y %H:%M:%S")
            return f"{_date(moment, culture)} {moment:%H:%M:%S}"
        number = f"{int(text):,}" if kind == "I" else f"{float(text):,.2f}"
    except ValueError:
        return match[0]
    base = CODES.get(culture[:2].lower(), culture) if culture in _REGIONS else culture
    table = {",": _THOUSANDS.get(base, " "), ".": _DECIMAL.get(base, ".")}
    return "".join(table.get(letter, letter) for letter in number)


def _neutral(text: str, form: str) -> datetime:
    return datetime.strptime(text, form)  # noqa: DTZ007 - a wall clock


def _date(moment: datetime, culture: str) -> str:
    if culture in ("US", "??"):
        return f"{moment.month}/{moment.day}/{moment.year}"
    form = _REGIONS.get(culture) or _DATES.get(culture, "%Y-%m-%d")
    return moment.strftime(form.replace("%-d", str(moment.day)).replace("%-m", str(moment.month)))
