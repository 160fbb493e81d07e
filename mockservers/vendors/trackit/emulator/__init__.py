"""BMC Track-It!'s Web API of 2019 and later: tickets, notes and what hangs on them as JSON over HTTP, behind OWIN tokens."""

from __future__ import annotations

import re

from mockservers.kernel.operations import Emulator, Operation, operations, said
from mockservers.kernel.places import Place
from mockservers.vendors.trackit import VENDOR, rules
from mockservers.vendors.trackit.dialects import DIALECTS
from mockservers.vendors.trackit.emulator import access, administration, customer, people, recipes
from mockservers.vendors.trackit.emulator.errors import REFUSALS
from mockservers.vendors.trackit.emulator.life import LIFE
from mockservers.vendors.trackit.emulator.model import METADATA
from mockservers.vendors.trackit.emulator.semantics import (
    assignments,
    files,
    identity,
    reading,
    searching,
    tokens,
    workflow,
    writing,
)
from mockservers.vendors.trackit.emulator.semantics.unpublished import assumed

_PATTERNS = tuple(
    Place(
        word,
        re.compile(
            word + r"(?:=([^&\s\"'<>]++)|[\"']?\s*+:\s*+(?:\"((?:[^\"\\]++|\\.)*+)|'((?:[^'\\]++|\\.)*+)))", re.DOTALL
        ),
    )
    for word in ("assword", "_token", "_secret")
)
"""Secrets in a login's form and in JSON as Json.NET takes it, right or wrong."""

_ASSUMED = (
    ("assignment.read", assignments.read, "an assignment with all its fields"),
    ("assignment.update", assignments.update, "changes fields of an assignment"),
    ("assignment.create", assignments.create, "makes an assignment of a ticket"),
    ("assignment.change_status", assignments.change_status, "changes its status, and may add a note"),
    ("assignment.add_note", assignments.add_note, "adds a user's note to it"),
    ("assignment.close", assignments.close, "sets its default closed status, and may add a note"),
    ("assignment.delete", assignments.delete, "deletes it"),
    ("assignment_notes.list", assignments.notes, "its notes, by pages"),
    ("assignment_note.read", assignments.note, "one note of an assignment"),
    ("assignment_attachments.list", files.of_assignment, "its attachments, by pages"),
    ("successors.list", assignments.successors, "the assignments that come after it, by pages"),
    ("predecessors.list", assignments.predecessors, "the assignments that come before it, by pages"),
    ("assignment_templates.list", assignments.templates, "the assignment templates of the technician's group"),
    ("attachment.read", files.attachment, "one attachment with its content"),
    ("solution.read", files.solution, "a solution with all its fields"),
    ("solution_attachments.list", files.of_solution, "the attachments of a solution, by pages"),
)

EMULATOR = Emulator(
    name=VENDOR.name,
    title=VENDOR.title,
    rules=rules.RULES,
    dialects=DIALECTS,
    metadata=METADATA,
    identify=identity.identify,
    operations=operations(
        Operation("token", tokens.token, "a login by password, or a new pair of tokens by refresh token"),
        Operation("logout", tokens.logout, "ends the session"),
        Operation("ticket.read", reading.ticket, "a ticket with all its fields"),
        Operation("ticket.update", writing.update, "changes fields of a ticket"),
        Operation("ticket.create", writing.create, "opens a ticket"),
        Operation("ticket.change_status", workflow.change_status, "changes the status, and may add a note"),
        Operation("ticket.add_note", workflow.add_note, "adds a user's note"),
        Operation("ticket.close", workflow.close, "sets the default closed status, and may add a note"),
        Operation("ticket.delete", workflow.delete, "deletes a ticket"),
        Operation("notes.list", reading.notes, "the notes of a ticket, newest first, by pages"),
        Operation("note.read", reading.note, "one note"),
        Operation("attachments.list", files.of_ticket, "the attachments of a ticket, by pages"),
        Operation("assignments.list", assignments.of_ticket, "the assignments of a ticket, by pages"),
        Operation("templates.list", reading.templates, "the templates of the technician's group"),
        Operation("module.fields", reading.module_fields, "the labels of all ticket fields"),
        Operation("groups.list", reading.groups, "all groups; by user and password"),
        Operation("search", searching.search, "tickets that hold a term, by pages"),
        Operation("priority.derive", writing.derive_priority, "the derived priority, where the answer is assumed"),
        *(Operation(name, assumed(call), told) for name, call, told in _ASSUMED),
    ),
    admin_operations=administration.ADMIN_OPERATIONS,
    recipes=recipes.RECIPES,
    seed=recipes.seed,
    wire="mockservers.vendors.trackit.emulator.wire:application",
    refusals=REFUSALS,
    credential_kinds=(access.TECHNICIAN,),
    named_credentials=(access.TECHNICIAN,),
    secret_patterns=_PATTERNS,
    demo_credential={"username": recipes.DEMO_USER, "password": recipes.DEMO_PASSWORD},
    endpoint="/TrackIt/WebApi",
    life=LIFE,
    description="/TrackIt/WebApi/swagger/docs/v2",
    actions=people.ACTIONS,
    administrator=said(customer.ACTIONS),
    facts=people.FACTS,
    rights=people.rights,
)
