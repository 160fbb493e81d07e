"""openapi-python-client and SuperOffice; the package superoffice is generated (see openapi_python_client_build.sh)."""

import base64
import os
import sys

sys.path.insert(0, os.getcwd())

from superoffice.api.default import get_apiv_1_ticketid, get_apiv_1_usercurrent_principal, put_apiv_1_ticketid
from superoffice.client import AuthenticatedClient


def say(step, text):
    print(f"== {step}\n{text}", flush=True)


user, password = os.environ["SUPEROFFICE_USER"], os.environ["SUPEROFFICE_PASSWORD"]
address = os.environ["SUPEROFFICE_DESCRIPTION"].removesuffix("/api/v1/openapi.json")
login = base64.b64encode(f"{user}:{password}".encode()).decode()
client = AuthenticatedClient(base_url=address, token=login, prefix="Basic")
number = int(os.environ["SUPEROFFICE_TICKET"])

say("login", get_apiv_1_usercurrent_principal.sync(client=client))
ticket = get_apiv_1_ticketid.sync(number, client=client)
say("read", ticket.title)
ticket.title = os.environ["SUPEROFFICE_WRITTEN"]
say("write", put_apiv_1_ticketid.sync(number, client=client, body=ticket).ticket_id)
refused = get_apiv_1_ticketid.sync_detailed(int(os.environ["SUPEROFFICE_MISSING"]), client=client)
say("fault", f"{refused.status_code:d} {refused.parsed}")
