#!/bin/sh
# A reader of QueryData as a shell job, done right: envelopes by curl, short windows that overlap by the vendor's lag. Takes curl and
# python3, which also knows the tenant's time zone.
set -eu
mirrors='TicketNumber Version IsNewestVersion TicketType Priority Status Folder AssignedTo CreateDate LastActionDateTime LastAction
    WorkStartDateTime Explosives DepthInches LocateInstructions Remarks Excavator Members'
state=$MOCKSERVERS_STATE_DIR
export MIRRORS="$mirrors"

# What belongs to XML, JSON and time: windows and details write the questions to ask, ids and keep read the answers to them.
reader() {
    python3 - "$state" "$1" <<'END'
import datetime, json, math, os, sys, xml.etree.ElementTree as xml, xml.sax.saxutils as sax, zoneinfo
state, task = sys.argv[1:]
options, code = json.loads(os.environ["MOCKSERVERS_OPTIONS"]), json.loads(os.environ["MOCKSERVERS_CREDENTIALS"])["AuthCode"]
zone = zoneinfo.ZoneInfo(options["time_zone"])
def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
def saved(name, default):
    return json.load(open(f"{state}/{name}")) if os.path.exists(f"{state}/{name}") else default
def save(name, value):
    with open(f"{state}/{name}.fresh", "w") as file:
        json.dump(value, file)
    os.replace(f"{state}/{name}.fresh", f"{state}/{name}")
def minute(number):
    return datetime.datetime.fromtimestamp(number * 60, zone).strftime("%Y/%m/%d %H:%M")
def ask(number, kind, field, operation, wanted):
    test = {"Field": field, "Operation": operation, "Value": wanted}
    question = {"AuthCode": code, "ItemType": "Ticket", "ResultType": kind, "ResultFormat": options["result_format"]}
    payload = sax.escape(json.dumps({"QueryData_V1": {**question, "UseWarehouse": False, "Filters": [test]}}))
    space, name = sax.quoteattr(options["namespace"]), options["parameter"]
    with open(f"{state}/question.{number:06}", "w") as file:
        file.write('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
                   f"<QueryData xmlns={space}><{name}>{payload}</{name}></QueryData></s:Body></s:Envelope>")
class Refused(Exception):
    pass
def answer(number):
    try:
        root = xml.parse(f"{state}/answer.{number:06}").getroot()
    except (OSError, xml.ParseError):
        sys.exit("no whole answer came")
    fault = root.find(".//{*}Fault")
    if fault is not None:
        raise Refused(" ".join("".join(fault.itertext()).split()))
    found = json.loads(root.findtext(".//{*}QueryDataResult") or sys.exit("an answer without a result")) or {}
    if "Error" in found:
        raise Refused(found["Error"].get("Message"))
    return found
def value(name, raw):
    if raw is None or name not in ("CreateDate", "LastActionDateTime", "WorkStartDateTime"):
        return raw
    local = datetime.datetime.fromisoformat(raw.replace("/", "-").replace(" ", "T")).replace(tzinfo=zone)  # no zone stands there
    return local.astimezone(datetime.timezone.utc).isoformat()
if task == "windows":
    now, start, plan = instant(os.environ["MOCKSERVERS_NOW"]), saved("resume", instant(options["since"])), []
    while not plan or start < now:
        end = min(start + 60 * options["window_minutes"], now)
        window = f"{minute(math.floor(start / 60))}-{minute(math.ceil(end / 60))}"
        ask(len(plan), "Summary", "LastActionDateTime", "TIME_BETWEEN", window)
        # Actions show up late, so the next sync begins that much before the present.
        plan.append(min(end, now - options["lag_seconds"]))
        start = end
    save("plan", plan)
    with open(f"{state}/action", "w") as file:
        file.write(f'SOAPAction: "{options["namespace"].rstrip("/")}/QueryData"\n')
elif task == "ids":
    unread = saved("unread", {})
    for number, resume in enumerate(saved("plan", [])):
        try:
            unread |= {str(ticket): True for ticket in answer(number).get("UtilisphereIDs") or []}
        except Refused as error:
            sys.exit(f"the server said no: {error}")
        save("unread", unread)
        save("resume", resume)  # reached only when the window was answered
elif task == "details":
    plan = list(saved("unread", {}))
    for number, ticket in enumerate(plan):
        ask(number, "Details", "UtilisphereID", "EQUALS", ticket)
    save("plan", plan)
elif task == "keep":
    failed = None
    for number, ticket in enumerate(saved("plan", [])):
        try:
            found = answer(number).get(options["details_root"]) or []
        except Refused as error:
            failed = error  # a ticket that the vendor cannot tell keeps no other from being read
            continue
        known, unread = saved("tickets", {}), saved("unread", {})
        known.pop(ticket, None)
        save("tickets", known | {str(each["UtilisphereID"]): each for each in found})
        del unread[ticket]
        save("unread", unread)
    if failed:
        sys.exit(f"the server said no: {failed}")
else:
    names = os.environ["MIRRORS"].split()
    print(json.dumps([{"id": ticket, "fields": {name: value(name, found.get(name)) for name in names}}
                      for ticket, found in saved("tickets", {}).items()]))
END
}
ask() { # ask TASK WORD: its questions, one after another, until an answer holds a word after which it is no use to go on
    rm -f "$state"/question.* "$state"/answer.*
    reader "$1"
    for question in "$state"/question.*; do
        [ -f "$question" ] || break
        curl -sS --max-time 60 -o "$state/answer.${question##*.}" -H 'Content-Type: text/xml; charset=utf-8' -H "@$state/action" \
            --data-binary "@$question" "$MOCKSERVERS_ENDPOINT" || { rm -f "$state/answer.${question##*.}"; break; }
        if grep -q "$2" "$state/answer.${question##*.}"; then break; fi
    done
}
sync() {
    ask windows 'Error\|Fault'
    reader ids
    ask details AuthCode
    reader keep
}
mirror() { reader mirror; }
. "$(dirname "$0")/../../clients/job.sh"
