"""SuperOffice's NetServer WebAPI v1: the Ticket agent with GetTickets, and what a synchronising client needs around it."""

from __future__ import annotations

import re

from mockservers.kernel.operations import Emulator, Operation, operations, said
from mockservers.kernel.places import Place
from mockservers.vendors.superoffice import VENDOR, rules
from mockservers.vendors.superoffice.dialects import DIALECTS
from mockservers.vendors.superoffice.emulator import access, customer, description, errors, people, recipes
from mockservers.vendors.superoffice.emulator.administration import ADMIN_OPERATIONS
from mockservers.vendors.superoffice.emulator.life import LIFE
from mockservers.vendors.superoffice.emulator.model import METADATA
from mockservers.vendors.superoffice.emulator.semantics import (
    archives,
    around,
    files,
    lists,
    messages,
    relations,
    rest,
    saving,
    tickets,
    tokens,
)
from mockservers.vendors.superoffice.emulator.semantics import webhooks as hooks
from mockservers.vendors.superoffice.emulator.webhooks import WEBHOOKS

ENDPOINT = "/api/v1/Agents/Ticket/GetTickets"

_PATTERNS = (
    Place("7T:", re.compile(r"(7T:[A-Za-z0-9+/=_-]{8,}+)")),
    Place("8A:", re.compile(r"(8A:[A-Za-z0-9-]{1,60}+\.[A-Za-z0-9+/=_-]{8,}+)")),
    Place("KT:", re.compile(r"(KT:[A-Za-z0-9+/=_-]{8,}+)")),
)
"""Tickets, access and refresh tokens wherever they stand."""

EMULATOR = Emulator(
    name=VENDOR.name,
    title=VENDOR.title,
    rules=rules.RULES,
    dialects=DIALECTS,
    metadata=METADATA,
    identify=access.identify,
    operations=operations(
        Operation("GetTickets", tickets.get_tickets, "tickets by their ids"),
        Operation("GetTicket", tickets.get_ticket, "one ticket"),
        Operation("GetTicketSummaries", tickets.get_summaries, "a few properties of each ticket, for cheap checks"),
        Operation("ResolveTicketId", tickets.resolve, "the ticket that survives all mergers of one"),
        Operation("GetTicketEntity", saving.get_entity, "one ticket as an entity"),
        Operation("CreateDefaultTicketEntity", saving.create_default, "the entity of a new ticket, which is not saved"),
        Operation("SaveTicketEntity", saving.save_entity, "makes a ticket, or replaces one"),
        Operation(
            "SaveTicketEntityWithNotify",
            saving.save_with_notify,
            "makes a ticket, or replaces one; notifies nobody here",
        ),
        Operation("DeleteTicketEntity", saving.delete_entity, "deletes a ticket for good"),
        Operation("SetDeletedStatusByIds", saving.set_deleted, "deletes tickets softly"),
        Operation("UndeleteByIds", saving.undelete, "opens deleted tickets again"),
        Operation("UpdateTicketsReadStatus", saving.set_read_status, "sets the read status of tickets"),
        Operation("MergeTickets", saving.merge, "merges other tickets into one"),
        Operation("GetTicketMessageEntities", messages.get_entities, "messages of a ticket by their ids"),
        Operation("GetTicketMessage", messages.get_message, "one message"),
        Operation("GetTicketMessageEntity", messages.get_message_entity, "one message as an entity"),
        Operation("CreateDefaultTicketMessageEntity", messages.create_default, "the entity of a new message"),
        Operation("SaveTicketMessageEntity", messages.save, "adds a message to its ticket"),
        Operation("GetTicketAttachments", files.of_ticket, "the attachments of a ticket's messages"),
        Operation("GetAttachmentInfo", files.of_message, "the attachments of a message"),
        Operation(
            "GetAttachmentInfoNonInline", files.outside, "the attachments of a message that stand outside its text"
        ),
        Operation("GetAttachmentEntity", files.get_entity, "what is known of an attachment"),
        Operation("GetAttachmentStream", files.get_stream, "the bytes of an attachment"),
        Operation("CreateDefaultAttachmentEntity", files.create_default, "the entity of a new attachment"),
        Operation("SaveAttachmentEntity", files.save, "makes an attachment without content, or renames one"),
        Operation("UploadAttachment", files.upload, "gives an attachment its content"),
        Operation("AddAttachments", files.connect, "hangs attachments on a message"),
        Operation("RemoveMessageAttachments", files.disconnect, "takes attachments off a message"),
        Operation("ticket.list", lists.tickets, "GET Ticket: an archive list by OData options"),
        Operation("ticket.get", rest.get, "GET Ticket/{id}"),
        Operation("ticket.simple", rest.simple, "GET Ticket/{id}/Simple"),
        Operation("ticket.default", rest.default, "GET Ticket/default"),
        Operation("ticket.post", rest.post, "POST Ticket"),
        Operation("ticket.put", rest.put, "PUT Ticket/{id}"),
        Operation("ticket.patch", rest.patch, "PATCH Ticket/{id}: a JSON Patch, or a merge patch"),
        Operation("ticket.delete", rest.delete, "DELETE Ticket/{id}"),
        Operation("ticket.messages", lists.messages, "GET Ticket/{id}/Messages"),
        Operation("ticket.attachments", files.of_ticket_rest, "GET Ticket/{id}/Attachments"),
        Operation("message.get", messages.get, "GET TicketMessage/{id}"),
        Operation("message.attachments", files.of_message_rest, "GET TicketMessage/{id}/Attachment"),
        Operation("message.attachments.outside", files.outside_rest, "GET TicketMessage/{id}/Attachment/Noninline"),
        Operation("attachment.get", files.get, "GET Attachment/{id}"),
        Operation("attachment.content", files.content, "GET Attachment/{id}/Content"),
        Operation("contact.tickets", lists.of_contact, "GET Contact/{id}/Tickets"),
        Operation("person.tickets", lists.of_person, "GET Person/{id}/Tickets"),
        Operation("archive", archives.archive, "GET Archive/{provider}, of tickets, messages, people and companies"),
        Operation("person.list", archives.people, "GET Person: an archive list by OData options"),
        Operation("contact.list", archives.companies, "GET Contact: an archive list by OData options"),
        Operation("Contact.GetContact", relations.one("Contact", "contactId"), "a company"),
        Operation(
            "Contact.GetContactEntity", relations.one("ContactEntity", "contactEntityId"), "a company as an entity"
        ),
        Operation("Contact.GetContactList", relations.several("Contact"), "companies by their ids"),
        Operation("Person.GetPerson", relations.one("Person", "personId"), "a person"),
        Operation("Person.GetPersonEntity", relations.one("PersonEntity", "personEntityId"), "a person as an entity"),
        Operation("Person.GetPersonList", relations.several("Person"), "people by their ids"),
        Operation("Person.GetPersonsFromContact", relations.of_company, "the people of a company"),
        Operation("List.GetTicketStatuses", relations.everything("TicketStatusEntity"), "all statuses"),
        Operation(
            "List.GetTicketStatusEntity", relations.one("TicketStatusEntity", "ticketStatusEntityId"), "one status"
        ),
        Operation("List.GetTicketStatusList", relations.several("TicketStatusEntity"), "statuses by their ids"),
        Operation("List.GetTicketPriorities", relations.everything("TicketPriority"), "all priorities, in short"),
        Operation("List.GetAllTicketPriorities", relations.everything("TicketPriorityEntity"), "all priorities"),
        Operation("List.GetTicketCategories", relations.everything("TicketCategoryEntity"), "all categories"),
        Operation("List.GetTicketTypes", relations.everything("TicketTypeEntity"), "all types"),
        Operation("MDO.GetSimpleList", relations.mdo_simple, "a list by its name, flat"),
        Operation("MDO.GetList", relations.mdo_list, "a list by its name"),
        Operation("contact.get", relations.at("ContactEntity", linked="Contact"), "GET Contact/{id}"),
        Operation("contact.simple", relations.at("Contact"), "GET Contact/{id}/Simple"),
        Operation("person.get", relations.at("PersonEntity", linked="Person"), "GET Person/{id}"),
        Operation("person.simple", relations.at("Person"), "GET Person/{id}/Simple"),
        Operation("list.statuses", relations.everything("TicketStatusEntity"), "GET List/TicketStatus/Items"),
        Operation("list.priorities", relations.everything("TicketPriorityEntity"), "GET List/TicketPriority/Items"),
        Operation("list.categories", relations.everything("TicketCategoryEntity"), "GET List/TicketCategory/Items"),
        Operation("list.types", relations.everything("TicketTypeEntity"), "GET List/TicketType/Items"),
        Operation("list.mdo", relations.mdo, "GET MDOList/{listname}"),
        Operation("Webhook.CreateDefaultWebhook", hooks.create_default, "a new webhook, which is not saved"),
        Operation("Webhook.SaveWebhook", hooks.save, "makes a webhook, or replaces one; its target is tried first"),
        Operation("Webhook.DeleteWebhook", hooks.delete, "takes a webhook away"),
        Operation("Webhook.GetWebhook", hooks.get, "one webhook"),
        Operation("Webhook.GetAllWebhooks", hooks.get_all, "webhooks by name, event and state"),
        Operation("Webhook.TestWebhook", hooks.test, "tries the target of a webhook, and tells what it answered"),
        Operation("Webhook.GetLastError", hooks.last_error, "the latest error of a webhook"),
        Operation("webhook.list", hooks.rest_list, "GET Webhook"),
        Operation("webhook.default", hooks.create_default, "GET Webhook/default"),
        Operation("webhook.get", hooks.rest_get, "GET Webhook/{id}"),
        Operation("webhook.error", hooks.rest_error, "GET Webhook/{id}/LastError"),
        Operation("webhook.post", hooks.rest_post, "POST Webhook"),
        Operation("webhook.put", hooks.rest_put, "PUT Webhook/{id}"),
        Operation("webhook.patch", hooks.rest_patch, "PATCH Webhook/{id}"),
        Operation("webhook.delete", hooks.rest_delete, "DELETE Webhook/{id}"),
        Operation("webhook.test", hooks.rest_test, "POST Webhook/Test"),
        Operation("describe", around.describe, "GET of an agent's method: a description of it"),
        Operation("version", around.version, "GET /api; needs no login"),
        Operation("addresses", around.addresses, "GET /api/v1; needs no login"),
        Operation("description", around.described, "GET /api/v1/openapi.json: an OpenAPI document of our own"),
        Operation("state", around.state, "GET /api/state/{tenant}; needs no login"),
        Operation("tokens", tokens.tokens, "an access token for a refresh token"),
        Operation("zones", around.zone_list, "GET TimeZone"),
        Operation("zone.base", around.base_zone, "GET TimeZone/base"),
        Operation("principal", around.principal, "GET User/currentPrincipal"),
        Operation("other", around.other, "an address that is known but not emulated"),
    ),
    admin_operations=ADMIN_OPERATIONS,
    recipes=recipes.RECIPES,
    seed=recipes.seed,
    wire="mockservers.vendors.superoffice.emulator.wire:application",
    refusals=errors.REFUSALS,
    credential_kinds=(access.USER, access.APP_TOKEN),
    named_credentials=(access.USER,),
    secret_patterns=_PATTERNS,
    demo_credential={
        "user": recipes.USER,
        "password": recipes.PASSWORD,
        "SOTicket": recipes.TICKET,
        "Bearer": recipes.BEARER,
        "refresh_token": recipes.REFRESH,
        "SO-AppToken": recipes.APP_TOKEN,
        access.SESSION_COOKIE: recipes.COOKIE,
        "X-XSRF-TOKEN": recipes.XSRF,
    },
    endpoint=ENDPOINT,
    life=LIFE,
    description=description.PATH,
    actions=people.ACTIONS,
    administrator=said(customer.ACTIONS),
    facts=people.FACTS,
    rights=people.rights,
    webhooks=WEBHOOKS,
)
