#!/bin/sh
# A reader of Autotask's SOAP service as a shell job, done right: what was active since, what was deleted. Takes curl and python3.
set -eu
mirrors='TicketNumber Title Description Resolution Status Priority QueueID Source AccountID AssignedResourceID EstimatedHours
    PurchaseOrderNumber CreateDate LastActivityDate DueDateTime CompletedDate'
state=$MOCKSERVERS_STATE_DIR
export MIRRORS="$mirrors"

# What belongs to XML, JSON and time: login, envelope OPERATION INSIDE, question ENTITY AFTER, then what is made of an answer.
reader() {
    python3 - "$state" "$@" <<'END'
import datetime, json, os, re, sys, xml.etree.ElementTree as xml, xml.sax.saxutils as sax, zoneinfo
ATWS, TYPE = "http://autotask.net/ATWS/v1_6/", "{http://www.w3.org/2001/XMLSchema-instance}type"
state, task, *words = sys.argv[1:]
credentials, options = (json.loads(os.environ[f"MOCKSERVERS_{name}"]) for name in ("CREDENTIALS", "OPTIONS"))
zone = zoneinfo.ZoneInfo(options["time_zone"])
def saved(name, default):
    return json.load(open(f"{state}/{name}")) if os.path.exists(f"{state}/{name}") else default
def save(name, value):
    with open(f"{state}/{name}.fresh", "w") as file:
        json.dump(value, file)
    os.replace(f"{state}/{name}.fresh", f"{state}/{name}")
def text(inside, name):
    return inside.findtext(f"{{*}}{name}", "")
def result():
    """What the vendor answered; never anything but a good answer."""
    try:
        inside = xml.parse(f"{state}/answer").getroot().find("{*}Body")[0]
    except (xml.ParseError, TypeError, IndexError):
        sys.exit("no whole answer came")
    if inside.tag.endswith("}Fault"):
        sys.exit("the server said no: " + inside.findtext("faultstring", ""))
    if text(inside[0], "ReturnCode") not in ("", "1"):
        sys.exit("the server said no: " + "; ".join(each.text or "" for each in inside[0].iterfind(".//{*}Message")))
    return inside[0]
def value(field):
    kind = field.get(TYPE, "").rpartition(":")[2]
    if not field.text:
        return None
    if kind in ("int", "long", "short"):
        return int(field.text)
    if kind in ("double", "decimal", "float"):
        return float(field.text)
    if kind == "dateTime":  # no offset stands there: it is Eastern clock time
        return datetime.datetime.fromisoformat(field.text).replace(tzinfo=zone).astimezone(datetime.timezone.utc).isoformat()
    return field.text
def condition(field, operator, wanted):
    return f'<field>{field}<expression op="{operator}">{sax.escape(wanted)}</expression></field>'
if task == "login":
    print(f"{credentials['user']}:{credentials['password']}", end="")
elif task == "envelope":
    operation, inside = words
    if operation == "getZoneInfo":
        inside = f"<UserName>{sax.escape(credentials['user'])}</UserName>"
    print('<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>'
          f'<AutotaskIntegrations xmlns="{ATWS}"><IntegrationCode>{sax.escape(credentials["IntegrationCode"])}</IntegrationCode>'
          f'</AutotaskIntegrations></soap:Header><soap:Body><{operation} xmlns="{ATWS}">{inside}</{operation}></soap:Body></soap:Envelope>')
elif task == "zone":
    print(text(result(), "URL") or sys.exit("this user has no zone"))
elif task == "usage":
    limit, _, used = (int(each) for each in re.findall(r": *([0-9]+)", result().findtext(".//{*}Message", "")))
    if used > limit * 0.9:
        sys.exit(f"{used} of {limit} requests are used; the rest is left to others")
elif task == "question":
    entity, after = words
    since = saved("since", "")
    # From the same moment on, as the vendor wrote it: more may have happened in that very moment.
    tests = condition("LastActivityDate", "GreaterThanOrEquals", since) if since and entity == "Ticket" else ""
    tests += condition("id", "GreaterThan", after)
    # XML inside XML: a text of the question is escaped once for each of them.
    print("<sXML>" + sax.escape(f"<queryxml><entity>{entity}</entity><query>{tests}</query></queryxml>") + "</sXML>")
elif task == "gone":
    print(saved("gone", "0"))
elif task == "take":  # rows into a file of the walk; tells the last id where more may come
    entity, first = words
    rows = result().findall("{*}EntityResults/{*}Entity")
    walked = {"rows": [], "since": saved("since", "")} if first == "first" else saved("walked", None)
    names = os.environ["MIRRORS"].split()
    for row in rows:
        fields = {field.tag.rpartition("}")[2]: value(field) for field in row if not len(field)}
        number = text(row, "id" if entity == "Ticket" else "TicketID")
        walked["rows"].append([number, {name: fields.get(name) for name in names}])
        # Later pages are answered later, and may be younger than a change of what the first one showed.
        if first == "first" and entity == "Ticket":
            walked["since"] = max(walked["since"], text(row, "LastActivityDate"))
    walked["last"] = text(rows[-1], "id") if rows else walked.get("last")
    save("walked", walked)
    if len(rows) == 500:
        print(walked["last"])
elif task == "keep":  # only a walk that reached its end is kept
    walked, known = saved("walked", None), saved("tickets", {})
    for number, fields in walked["rows"]:
        if words[0] == "Ticket":
            known[number] = fields
        else:
            known.pop(number, None)
    save("tickets", known)
    if words[0] == "Ticket":
        save("since", walked["since"])
    elif walked["last"]:
        save("gone", walked["last"])
else:
    print(json.dumps([{"id": number, "fields": fields} for number, fields in saved("tickets", {}).items()]))
END
}
ask() { # ask ADDRESS OPERATION [INSIDE]
    reader envelope "$2" "${3-}" >"$state/question"
    status=$(curl -sS --max-time 90 -o "$state/answer" -w '%{http_code}' -H 'Content-Type: text/xml; charset=utf-8' \
        -H "SOAPAction: \"http://autotask.net/ATWS/v1_6/$2\"" -u "$(reader login)" --data-binary "@$state/question" "$1")
    [ "$status" != 401 ] || { echo 'the login was refused' >&2; exit 1; }
}
walk() { # walk ENTITY AFTER
    after=$2 place=first
    while [ -n "$after" ]; do
        ask "$service" query "$(reader question "$1" "$after")"
        after=$(reader take "$1" "$place")
        place=later
    done
    reader keep "$1"
}
sync() {
    ask "$MOCKSERVERS_ENDPOINT" getZoneInfo
    service=$(reader zone)
    ask "$service" getThresholdAndUsageInfo
    reader usage
    walk Ticket 0
    walk DeletedTicketLog "$(reader gone)"
}
mirror() { reader mirror; }
. "$(dirname "$0")/../../clients/job.sh"
