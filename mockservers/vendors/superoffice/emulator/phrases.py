"""What made-up tickets say. Knows no table; the same for the same source of chance."""

from __future__ import annotations

from typing import Any

from mockservers.kernel.ids import Source

TITLES = (
    "Cannot log in to the portal",
    "Invoice shows the wrong amount",
    "Printer on floor 3 is offline",
    "Please add a user",
    "Feilmelding ved lagring",
    "Fråga om faktura",
    "Passwort vergessen",
    "Écran noir au démarrage",
    "Export <CSV> & import",
    'Order 100% wrong, "urgent"',
    "Ticket with a tab\tand a \\ backslash",
    "日本語の件名",
    "Smile 😀 please",
    "C++ licence",
)
BODIES = (
    "Please have a look.",
    "It happened again this morning.",
    "Thank you, this solved it.",
    "We are looking into it.",
)
LANGUAGES = ("en", "no", "sv", "de", "fr", "")
ORIGINS = ("Email", "Email", "Email", "Phone", "CustomerCentre", "Chat", "Form", "Internal", "API")


def new_ticket(source: Source) -> dict[str, Any]:
    """Properties that a new ticket has by itself."""
    origin = source.choice(ORIGINS)
    return {
        "Title": source.choice(TITLES),
        "Origin": origin,
        "Slevel": "Internal" if origin == "Internal" else "External",
        "Language": source.choice(LANGUAGES),
        "Category": source.choice((1, 2, 3, 4)),
        "Priority": source.choice((1, 2, 2, 2, 3)),
        "TicketTypeId": source.choice((1, 2)),
    }
