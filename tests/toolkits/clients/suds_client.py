"""suds-community: `python suds_client.py querydata|autotask`."""

import os
import sys

from suds import WebFault
from suds.client import Client
from suds.sax.element import Element
from suds.transport.http import HttpAuthenticated


def say(step, text):
    print(f"== {step}\n{text}", flush=True)


def operations(client):
    return " ".join(client.wsdl.services[0].ports[0].methods)


def querydata():
    client = Client(os.environ["QUERYDATA_WSDL"], cache=None)
    say("description", operations(client))
    say("login", client.service.QueryData(os.environ["QUERYDATA_SUMMARY"]))
    say("read", client.service.QueryData(os.environ["QUERYDATA_DETAILS"]))
    try:
        client.service.QueryData(os.environ["QUERYDATA_REFUSED"])
    except WebFault as fault:
        say("fault", fault.fault.faultstring)


def autotask():
    space = ("at", "http://autotask.net/ATWS/v1_6/")
    code = Element("IntegrationCode", ns=space).setText(os.environ["AUTOTASK_CODE"])
    client = Client(
        os.environ["AUTOTASK_WSDL"],
        cache=None,
        soapheaders=Element("AutotaskIntegrations", ns=space).append(code),
        transport=HttpAuthenticated(username=os.environ["AUTOTASK_USER"], password=os.environ["AUTOTASK_PASSWORD"]),
    )
    say("description", operations(client))
    used = client.service.getThresholdAndUsageInfo()
    say("login", used.EntityReturnInfoResults.EntityReturnInfo[0].Message)
    say("read", client.service.query(os.environ["AUTOTASK_QUERY"]).EntityResults.Entity[0].Title)

    ticket, tickets = client.factory.create("Ticket"), client.factory.create("ArrayOfEntity")
    ticket.id, ticket.AccountID, ticket.Title = 0, int(os.environ["AUTOTASK_ACCOUNT"]), os.environ["AUTOTASK_TITLE"]
    ticket.Status, ticket.Priority, ticket.DueDateTime = 1, 1, "2026-03-05T12:30:00"
    tickets.Entity = [ticket]
    made = client.service.create(tickets)
    ticket.id, ticket.Status = made.EntityReturnInfoResults.EntityReturnInfo[0].EntityId, 5
    changed = client.service.update(tickets)
    say("write", changed.EntityReturnInfoResults.EntityReturnInfo[0].EntityId)
    try:
        client.service.GetFieldInfo("Nothing")
    except WebFault as fault:
        say("fault", fault.fault.faultstring)


{"querydata": querydata, "autotask": autotask}[sys.argv[1]]()
