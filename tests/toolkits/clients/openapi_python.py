"""openapi-python-client: `python openapi_python.py trackit|superoffice`, where the package of that name was generated.

See openapi_python_client_build.sh.
"""

import base64
import json
import os
import sys

import httpx

sys.path.insert(0, os.getcwd())


def say(step, text):
    print(f"== {step}\n{text}", flush=True)


def trackit():
    from trackit.api.assignments import assignment_get
    from trackit.api.attachment import attachment_get_attachment
    from trackit.api.searches import search_search
    from trackit.api.tickets import ticket_get, ticket_get_assignments, ticket_get_attachments, ticket_update
    from trackit.client import AuthenticatedClient
    from trackit.models import Properties, Search, Ticket

    address = os.environ["TRACKIT_DESCRIPTION"].removesuffix("/swagger/docs/v2")
    form = {"username": os.environ["TRACKIT_USER"], "password": os.environ["TRACKIT_PASSWORD"]}
    token = httpx.post(f"{address}/token", data={"grant_type": "password", **form}).json()
    say("login", token["token_type"])
    client = AuthenticatedClient(base_url=address, token=token["access_token"])
    number = int(os.environ["TRACKIT_TICKET"])
    say("read", ticket_get.sync(number, client=client).to_dict()["Tickets"]["22"]["Value"])
    body = Ticket(properties=Properties.from_dict({"7": os.environ["TRACKIT_WRITTEN"]}))
    say("write", ticket_update.sync(number, client=client, body=body).to_dict()["Tickets"]["1"]["Value"])
    wanted = Search(term=os.environ["TRACKIT_TERM"], page_size=20, page_number=1, result_fields=[1])
    found = search_search.sync(client=client, body=wanted).to_dict()["Results"][0]["1"]["Value"]
    listed = ticket_get_assignments.sync(found, 20, 1, client=client).to_dict()["Assignments"]
    assignment = assignment_get.sync(listed[0]["1"]["Value"], client=client).to_dict()["Assignments"]
    files = ticket_get_attachments.sync(found, 20, 1, client=client).to_dict()["TicketAttachments"]
    file = attachment_get_attachment.sync(files[0]["1"]["Value"], client=client).to_dict()["Attachment"]
    say("around", json.dumps([found, assignment["22"]["Value"], file["5"]["Value"]]))
    refused = ticket_get.sync_detailed(int(os.environ["TRACKIT_MISSING"]), client=client)
    say("fault", f"{refused.status_code:d} {refused.parsed.message}")


def superoffice():
    from superoffice.api.default import get_apiv_1_ticketid, get_apiv_1_usercurrent_principal, put_apiv_1_ticketid
    from superoffice.client import AuthenticatedClient

    address = os.environ["SUPEROFFICE_DESCRIPTION"].removesuffix("/api/v1/openapi.json")
    login = f"{os.environ['SUPEROFFICE_USER']}:{os.environ['SUPEROFFICE_PASSWORD']}"
    client = AuthenticatedClient(base_url=address, token=base64.b64encode(login.encode()).decode(), prefix="Basic")
    number = int(os.environ["SUPEROFFICE_TICKET"])
    say("login", get_apiv_1_usercurrent_principal.sync(client=client))
    ticket = get_apiv_1_ticketid.sync(number, client=client)
    say("read", ticket.title)
    ticket.title = os.environ["SUPEROFFICE_WRITTEN"]
    say("write", put_apiv_1_ticketid.sync(number, client=client, body=ticket).ticket_id)
    refused = get_apiv_1_ticketid.sync_detailed(int(os.environ["SUPEROFFICE_MISSING"]), client=client)
    say("fault", f"{refused.status_code:d} {refused.parsed}")


{"trackit": trackit, "superoffice": superoffice}[sys.argv[1]]()
