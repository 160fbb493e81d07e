"""Autotask PSA's SOAP service 1.6 (ATWS): 167 entities, queries as XML inside XML, writes that replace; REST 1.0 beside it."""

from __future__ import annotations

import re

from mockservers.kernel.operations import Emulator, Operation, operations, said
from mockservers.kernel.places import Element, Place
from mockservers.vendors.autotask import VENDOR, rules
from mockservers.vendors.autotask.dialects import DIALECTS
from mockservers.vendors.autotask.emulator import access, administration, customer, limits, people, recipes
from mockservers.vendors.autotask.emulator.life import LIFE
from mockservers.vendors.autotask.emulator.model import METADATA
from mockservers.vendors.autotask.emulator.semantics import attachments, commands, information, invoices, query, writes

ENDPOINT = "/ATServices/1.6/atws.asmx"

_PATTERNS = (
    Place("asic", re.compile(r"asic(?<=[Bb]asic)\s++([A-Za-z0-9+/=_-]++)")),
    Element("IntegrationCode"),
    Element("integrationcode"),
    Element("assword", before="Pp"),
)
"""Credentials of Basic authentication, tracking identifiers, and passwords that are set; right or wrong."""

EMULATOR = Emulator(
    name=VENDOR.name,
    title=VENDOR.title,
    rules=rules.RULES,
    dialects=DIALECTS,
    metadata=METADATA,
    identify=access.identify,
    operations=operations(
        Operation("query", query.query, "at most 500 entities by ascending id"),
        Operation("create", writes.create, "creates up to 200 entities, all or none"),
        Operation("update", writes.update, "replaces up to 200 entities: fields that are not sent are cleared"),
        Operation("delete", writes.delete, "deletes up to 200 entities, where that is allowed"),
        Operation("GetFieldInfo", information.field_info, "the fields of an entity, with their picklists"),
        Operation("getUDFInfo", information.udf_info, "the user-defined fields of an entity"),
        Operation("getEntityInfo", information.entity_info, "the operations that each entity allows"),
        Operation("getThresholdAndUsageInfo", information.threshold_info, "requests of the last hour, and the limit"),
        Operation("GetWsdlVersion", information.wsdl_version, "the release of the zone"),
        Operation("getZoneInfo", information.zone_info, "where a user is served; needs no login"),
        Operation("versionInformation", information.rest_versions, "the versions of the REST service; needs no login"),
        Operation("GetAttachment", attachments.get, "an attachment with its data"),
        Operation("CreateAttachment", attachments.create, "adds an attachment"),
        Operation("DeleteAttachment", attachments.delete, "deletes an attachment"),
        Operation("GetInvoiceMarkup", invoices.markup, "an invoice as HTML or XML"),
        Operation("IntegrationCodeCheck", information.code_check, "whether a user is an API user with the identifier"),
        Operation("ExecuteCommand", commands.execute, "the page of the user interface that an address opens"),
    ),
    admin_operations=administration.ADMIN_OPERATIONS,
    recipes=recipes.RECIPES,
    seed=recipes.seed,
    wire="mockservers.vendors.autotask.emulator.wire:application",
    refusals={
        "login": access.refused,
        "tracking": access.untracked,
        "threshold": limits.reached,
        "threads": limits.crowded,
        "permission": lambda: access.denied("Ticket", "query"),
    },
    credential_kinds=(access.USER, access.CODE),
    named_credentials=(access.USER,),
    secret_patterns=_PATTERNS,
    demo_credential={
        "user": recipes.DEMO_USER,
        "password": recipes.DEMO_PASSWORD,
        "IntegrationCode": recipes.DEMO_CODE,
    },
    endpoint=ENDPOINT,
    life=LIFE,
    description="/atservices/1.6/atws.wsdl",
    actions=people.ACTIONS,
    administrator=said(customer.ACTIONS),
    facts=people.FACTS,
    rights=people.rights,
)
