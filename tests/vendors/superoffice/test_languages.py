"""Languages and cultures: which text of a multi-language string a caller gets."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.vendors.superoffice.emulator.languages import Locale, composed, parts, wanted
from tests.vendors.superoffice.conftest import LIMITED

Desk = Any
RAW = 'US:"Low";NO:"Lav";SW:"Låg";GE:"Niedrig";'


def priority(desk: Desk, **headers: str) -> str:
    return str(desk.ticket(1, **headers)["PriorityName"])


@pytest.mark.rule("superoffice.language.raw")
def test_raw_without_a_language(desk: Desk) -> None:
    assert priority(desk) == RAW
    assert desk.ticket(45)["TableRight"]["Reason"] == "[SR_ACCESS_ASSOCCONT_DELETE]"
    assert desk.ticket(1)["CategoryName"] == "Technical Support"
    desk.switch(trailing_semicolon="off")
    assert priority(desk) == RAW[:-1]


@pytest.mark.rule("superoffice.language.choose", "superoffice.language.codes")
def test_which_header_chooses(desk: Desk) -> None:
    for header, text in (
        ("en", "Low"),
        ("nb", "Lav"),
        ("no", "Lav"),
        ("sv", "Låg"),
        ("de", "Niedrig"),
        ("de-DE", "Niedrig"),
    ):
        assert priority(desk, Accept_Language=header) == text
        assert priority(desk, SO_Language=header, Accept_Language="en") == text
    for off in ("*", "x"):
        assert priority(desk, SO_Language=off, Accept_Language="en") == RAW
        assert priority(desk, Accept_Language=off) == RAW


@pytest.mark.rule("superoffice.language.fallback")
def test_what_is_not_translated(desk: Desk) -> None:
    assert priority(desk, SO_Language="fr") == "Low"
    assert priority(desk, SO_Language="zz") == "Low"
    desk.administer("rename", kind="priority", number=1, name='NO:"Lav";US:"Low";')
    assert priority(desk, SO_Language="fr") == "Low"
    desk.switch(language_fallback="first_part")
    assert priority(desk, SO_Language="fr") == "Lav"
    desk.administer("rename", kind="priority", number=1, name="Plain")
    assert priority(desk, SO_Language="fr") == "Plain"


@pytest.mark.rule("superoffice.language.fields")
def test_the_fields_that_are_translated(desk: Desk) -> None:
    desk.act("change", id="1", fields={"Category": 3, "TicketTypeId": 2})
    found = desk.ticket(1, SO_Language="no")
    assert [
        found[name]
        for name in ("TicketStatusDisplayValue", "PriorityName", "CategoryName", "CategoryFullname", "TicketTypeName")
    ] == ["Åpen", "Lav", "Fakturaer", "Service/Fakturaer", "Klage"]
    assert desk.ticket(1)["CategoryFullname"] == 'Service/US:"Invoices";NO:"Fakturaer";'


@pytest.mark.rule("superoffice.language.list")
def test_a_list_of_languages(desk: Desk) -> None:
    for header in ("sv,en", "sv;en", "xx, sv, en", "en;q=0.5, sv;q=0.8", "de;q=0,sv"):
        assert priority(desk, Accept_Language=header) == "Låg", header


@pytest.mark.rule("superoffice.language.culture")
def test_culture_shapes_dates_and_numbers_inside_strings(desk: Desk) -> None:
    def reason(**headers: str) -> str:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        ticket = desk.tickets(1, login=LIMITED, headers=given).json[0]
        return str(ticket["FieldProperties"]["Title"]["FieldRight"]["Reason"])

    assert reason(SO_Culture="no") == "[SR_ACCESS_ROLE] [D:03/31/2026]"
    assert reason(SO_Language="en") == "Your role does not include this 3/31/2026"
    assert reason(SO_Language="en", SO_Culture="no") == "Your role does not include this 31.03.2026"
    assert reason(SO_Language="de") == "Ihre Rolle erlaubt dies nicht 31.03.2026"
    assert desk.ticket(1, SO_Culture="de", SO_Language="en")["PriorityName"] == "Low"


@pytest.mark.rule("superoffice.language.culture_region")
def test_a_culture_may_name_a_region(desk: Desk) -> None:
    def date(culture: str) -> tuple[str, list[str]]:
        reply = desk.tickets(1, login=LIMITED, headers={"SO-Language": "no", "SO-Culture": culture})
        reason = reply.json[0]["FieldProperties"]["Title"]["FieldRight"]["Reason"]
        return reason.rpartition(" ")[2], [note.rule for note in reply.entry.notes]

    for culture, shown in (
        ("en-GB", "31/03/2026"),
        ("en-us", "3/31/2026"),
        ("EN_AU", "31/03/2026"),
        ("fr-CA", "2026-03-31"),
    ):
        assert date(culture) == (shown, []), culture
    for culture, shown in (
        ("en-ZZ", "3/31/2026"),
        ("de-LU", "31.03.2026"),
        ("zz", "3/31/2026"),
        ("en-GBX", "3/31/2026"),
    ):
        assert date(culture) == (shown, ["superoffice.language.culture_region"]), culture
    for no_code in ("123", "nonsense", "english"):
        assert date(no_code) == ("31.03.2026", ["superoffice.language.culture_region"])


@pytest.mark.rule("superoffice.language.unknown")
def test_an_unknown_language_leads_to_the_next_header(desk: Desk) -> None:
    assert priority(desk, SO_Language="zz", Accept_Language="sv") == "Låg"
    assert priority(desk, SO_Language="zz", Accept_Language="yy, xx") == "Low"
    assert priority(desk, SO_Language="zz", Accept_Language="*").startswith('US:"Low"')
    assert priority(desk, SO_Language="no", Accept_Language="sv") == "Lav"
    for code in ("nb-NO", "no_NO", "NO-"):
        assert priority(desk, SO_Language=code, Accept_Language="sv") == "Lav"
    for word in ("nonsense", "german", "svenska"):  # two letters of a word are no code
        assert priority(desk, SO_Language=word) == "Low"
        assert priority(desk, SO_Language=word, Accept_Language="no") == "Lav"
    desk.switch(unknown_language="fallback")
    assert priority(desk, SO_Language="zz", Accept_Language="sv") == "Low"


def test_values_inside_strings() -> None:
    us, no = Locale("US", "US"), Locale("NO", "NO")
    assert us.text("[I:1234567] [F:1234.5] [DT:12/24/2026 17:00:00]") == "1,234,567 1,234.50 12/24/2026 17:00:00"
    assert no.text("[I:1234567] [F:1234.5] [DT:12/24/2026 17:00:00]") == "1 234 567 1 234,50 24.12.2026 17:00:00"
    for odd in ("[D:13/45/2026]", "[I:x]", "[F:]", "[SR_UNKNOWN]", "[D:1]", 'US:"a', 'US:"a";x'):
        assert us.text(odd) == odd


def test_strings_and_headers() -> None:
    assert parts('US:"a";NO:"b"') == {"US": "a", "NO": "b"}
    assert parts("US: a") == {}
    assert composed({"US": "a", "NO": "b"}) == 'US:"a";NO:"b";'
    for wrong in ({"us": "a"}, {"US": 'a"'}, {"US": ""}):
        with pytest.raises(ValueError, match="cannot stand"):
            composed(wrong)
    assert [wanted("", each) for each in ("", " ", ",;", "q=1", ";;q=0.3")] == [None, None, None, "??", None]
