"""zeep, strict as it is by default: `python zeep_client.py querydata|autotask`."""

import os
import sys

import requests
import zeep
from zeep.transports import Transport


def say(step, text):
    print(f"== {step}\n{text}", flush=True)


def querydata():
    client = zeep.Client(os.environ["QUERYDATA_WSDL"], settings=zeep.Settings(strict=True))
    say("description", " ".join(client.service._operations))
    say("login", client.service.QueryData(os.environ["QUERYDATA_SUMMARY"]))
    say("read", client.service.QueryData(os.environ["QUERYDATA_DETAILS"]))
    try:
        client.service.QueryData(os.environ["QUERYDATA_REFUSED"])
    except zeep.exceptions.Fault as fault:
        say("fault", fault.message)


def autotask():
    session = requests.Session()
    session.auth = (os.environ["AUTOTASK_USER"], os.environ["AUTOTASK_PASSWORD"])
    client = zeep.Client(
        os.environ["AUTOTASK_WSDL"], settings=zeep.Settings(strict=True), transport=Transport(session=session)
    )
    say("description", " ".join(client.service._operations))
    client.set_default_soapheaders({"AutotaskIntegrations": {"IntegrationCode": os.environ["AUTOTASK_CODE"]}})
    used = client.service.getThresholdAndUsageInfo()
    say("login", used.EntityReturnInfoResults.EntityReturnInfo[0].Message)
    say("read", client.service.query(os.environ["AUTOTASK_QUERY"]).EntityResults.Entity[0].Title)

    types = client.type_factory("http://autotask.net/ATWS/v1_6/")
    ticket = types.Ticket(
        id=0,
        AccountID=int(os.environ["AUTOTASK_ACCOUNT"]),
        Title=os.environ["AUTOTASK_TITLE"],
        Status=1,
        Priority=1,
        DueDateTime="2026-03-05T12:30:00",
    )
    made = client.service.create(types.ArrayOfEntity(Entity=[ticket]))
    ticket.id, ticket.Status = made.EntityReturnInfoResults.EntityReturnInfo[0].EntityId, 5
    changed = client.service.update(types.ArrayOfEntity(Entity=[ticket]))
    say("write", changed.EntityReturnInfoResults.EntityReturnInfo[0].EntityId)
    try:
        client.service.GetFieldInfo("Nothing")
    except zeep.exceptions.Fault as fault:
        say("fault", fault.message)


{"querydata": querydata, "autotask": autotask}[sys.argv[1]]()
