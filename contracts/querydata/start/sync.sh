#!/bin/sh
# A reader of QueryData as a shell job, done right: envelopes by curl, short windows that overlap by the vendor's lag. Takes curl and
# python3, which also knows the tenant's time zone.
set -eu
mirrors='TicketNumber Version IsNewestVersion TicketType Priority Status Folder AssignedTo CreateDate LastActionDateTime LastAction
    WorkStartDateTime Explosives DepthInches LocateInstructions Remarks Excavator Members'
state=$MOCKSERVERS_STATE_DIR
export MIRRORS="$mirrors"

# What belongs to XML, JSON and time: windows, envelope TYPE FIELD OPERATION VALUE, ids, keep ID, mirror.
reader() {
    python3 - "$state" "$@" <<'END'
import datetime, json, math, os, sys, xml.etree.ElementTree as xml, xml.sax.saxutils as sax, zoneinfo
state, task, *words = sys.argv[1:]
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
def result():
    try:
        root = xml.parse(f"{state}/answer").getroot()
    except xml.ParseError:
        sys.exit("no whole answer came")
    fault = root.find(".//{*}Fault")
    if fault is not None:
        sys.exit("the server said no: " + " ".join("".join(fault.itertext()).split()))
    found = json.loads(root.findtext(".//{*}QueryDataResult") or sys.exit("an answer without a result")) or {}
    if "Error" in found:
        sys.exit(f"the server said no: {found['Error'].get('Message')}")
    return found
def value(name, raw):
    if raw is None or name not in ("CreateDate", "LastActionDateTime", "WorkStartDateTime"):
        return raw
    local = datetime.datetime.fromisoformat(raw.replace("/", "-").replace(" ", "T")).replace(tzinfo=zone)  # no zone stands there
    return local.astimezone(datetime.timezone.utc).isoformat()
if task == "windows":
    now, start = instant(os.environ["MOCKSERVERS_NOW"]), saved("resume", instant(options["since"]))
    while True:
        end = min(start + 60 * options["window_minutes"], now)
        # Actions show up late, so the next sync begins that much before the present.
        print(min(end, now - options["lag_seconds"]), f"{minute(math.floor(start / 60))}-{minute(math.ceil(end / 60))}")
        if end >= now:
            break
        start = end
elif task == "envelope":
    kind, field, operation, wanted = words
    test = {"Field": field, "Operation": operation, "Value": wanted}
    question = {"AuthCode": code, "ItemType": "Ticket", "ResultType": kind, "ResultFormat": options["result_format"]}
    payload = sax.escape(json.dumps({"QueryData_V1": {**question, "UseWarehouse": False, "Filters": [test]}}))
    space, name = sax.quoteattr(options["namespace"]), options["parameter"]
    print('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
          f"<QueryData xmlns={space}><{name}>{payload}</{name}></QueryData></s:Body></s:Envelope>")
elif task == "action":
    print(f'SOAPAction: "{options["namespace"].rstrip("/")}/QueryData"')
elif task == "ids":
    save("unread", {**saved("unread", {}), **{str(ticket): True for ticket in result().get("UtilisphereIDs") or []}})
    save("resume", float(words[0]))  # reached only when the window was answered
elif task == "unread":
    print("\n".join(saved("unread", {})))
elif task == "keep":
    found = result().get(options["details_root"]) or []
    known, unread = saved("tickets", {}), saved("unread", {})
    known.pop(words[0], None)
    known |= {str(ticket["UtilisphereID"]): ticket for ticket in found}
    save("tickets", known)
    del unread[words[0]]
    save("unread", unread)
else:
    names = os.environ["MIRRORS"].split()
    print(json.dumps([{"id": ticket, "fields": {name: value(name, found.get(name)) for name in names}}
                      for ticket, found in saved("tickets", {}).items()]))
END
}
ask() {
    reader envelope "$@" >"$state/question"
    curl -sS --max-time 60 -o "$state/answer" -H 'Content-Type: text/xml; charset=utf-8' -H "$action" --data-binary "@$state/question" \
        "$MOCKSERVERS_ENDPOINT"
}
sync() {
    action=$(reader action)
    reader windows >"$state/windows"
    while read -r resume window; do
        ask Summary LastActionDateTime TIME_BETWEEN "$window"
        reader ids "$resume"
    done <"$state/windows"
    failed=
    for ticket in $(reader unread); do
        ask Details UtilisphereID EQUALS "$ticket"
        # A ticket that the vendor cannot tell keeps no other from being read; who is not let in does not knock again.
        reader keep "$ticket" 2>"$state/why" || { failed=yes; cat "$state/why" >&2; if grep -q AuthCode "$state/why"; then break; fi; }
    done
    [ -z "$failed" ]
}
mirror() { reader mirror; }
. "$(dirname "$0")/../../clients/job.sh"
