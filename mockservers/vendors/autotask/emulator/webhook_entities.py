"""Webhooks of tickets as kinds of records: REST alone has them, so they are no part of the SOAP service's catalogue.

They look like the webhooks of accounts, which the catalogue has. Knows no table and no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mockservers.vendors.autotask.emulator.entities import ENTITIES, Entity

HOOK, FIELD, EXCLUDED = "TicketWebhook", "TicketWebhookField", "TicketWebhookExcludedResource"
LIKE: Mapping[str, str] = {
    HOOK: "AccountWebhook",
    FIELD: "AccountWebhookField",
    EXCLUDED: "AccountWebhookExcludedResource",
}
"""The entity of the catalogue that each looks like."""


def _entity(name: str, like: str) -> Entity:
    """An entity without references and picklists: what they lead to is looked up among webhooks, not among records."""
    found = ENTITIES[like]
    elements = tuple(
        replace(each, field=replace(each.field, reference=None, picklist=False))
        if each.field.picklist or (each.field.reference or "").endswith("Webhook")
        else each
        for each in found.elements
    )
    return Entity(name, elements, found.more, {each.name.lower(): each for each in elements})


WEBHOOK_ENTITIES: Mapping[str, Entity] = {name: _entity(name, like) for name, like in LIKE.items()}
