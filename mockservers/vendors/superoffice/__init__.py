"""SuperOffice's NetServer WebAPI v1: the Ticket agent with GetTickets, and what a synchronising client needs around it."""

from __future__ import annotations

import re

from mockservers.kernel.operations import Emulator, Operation, operations
from mockservers.vendors.superoffice import access, errors, recipes, rules
from mockservers.vendors.superoffice.dialects import DIALECTS
from mockservers.vendors.superoffice.model import METADATA
from mockservers.vendors.superoffice.records import RECORDS
from mockservers.vendors.superoffice.semantics import around, tickets

ENDPOINT = "/api/v1/Agents/Ticket/GetTickets"

_PATTERNS = (
    re.compile(r"\b(7T:[A-Za-z0-9+/=_-]{8,})"),
    re.compile(r"\b(8A:[A-Za-z0-9-]{1,60}\.[A-Za-z0-9+/=_-]{8,})"),
    re.compile(r"\b(KT:[A-Za-z0-9+/=_-]{8,})"),
    re.compile(r"refresh_token=([^&\s\"'<>]+)"),
    re.compile(r"client_secret=([^&\s\"'<>]+)"),
)
"""Tickets, access and refresh tokens wherever they stand, and what a request of the token endpoint carries."""

EMULATOR = Emulator(
    name=rules.VENDOR,
    title="SuperOffice WebAPI v1",
    rules=rules.RULES,
    dialects=DIALECTS,
    metadata=METADATA,
    identify=access.identify,
    operations=operations(
        Operation("GetTickets", tickets.get_tickets, "tickets by their ids"),
        Operation("GetTicket", tickets.get_ticket, "one ticket"),
        Operation("GetTicketSummaries", tickets.get_summaries, "what shows whether tickets have changed"),
        Operation("ResolveTicketId", tickets.resolve, "the ticket that survives all mergers of one"),
        Operation("other", around.other, "an address that is known but not emulated"),
    ),
    records=RECORDS,
    recipes=recipes.RECIPES,
    seed=recipes.seed,
    wire="mockservers.vendors.superoffice.wire:application",
    refusals=errors.REFUSALS,
    credential_kinds=(access.USER, access.APP_TOKEN),
    secret_patterns=_PATTERNS,
    demo_credential={
        "user": recipes.USER,
        "password": recipes.PASSWORD,
        "SOTicket": recipes.TICKET,
        "Bearer": recipes.BEARER,
        "refresh_token": recipes.REFRESH,
        "SO-AppToken": recipes.APP_TOKEN,
    },
    endpoint=ENDPOINT,
)
