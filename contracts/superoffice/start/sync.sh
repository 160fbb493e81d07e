#!/bin/sh
# A reader of SuperOffice as a shell job, done right: a list of what has changed, then those tickets in batches. Takes curl and python3.
set -eu
mirrors='Title CreatedAt LastChanged Activate ClosedAt RepliedAt Deadline Author OwnedBy OwnedByName OwnedByAssociateId Category Slevel
    Priority PriorityName BaseStatus TicketStatus Origin CustId ConnectId NumMessages NumReplies HasAttachment FromAddress'
state=$MOCKSERVERS_STATE_DIR
export MIRRORS="$mirrors"

# What belongs to JSON and time: login, renewed, filter AFTER, rows, batch, keep, end, mirror.
reader() {
    python3 - "$state" "$@" <<'END'
import datetime, email.utils, json, os, sys
DATES = {"CreatedAt", "LastChanged", "Activate", "ClosedAt", "RepliedAt", "Deadline"}
PAGE = 50
state, task, *words = sys.argv[1:]
credentials = json.loads(os.environ["MOCKSERVERS_CREDENTIALS"])
def saved(name, default):
    return json.load(open(f"{state}/{name}")) if os.path.exists(f"{state}/{name}") else default
def save(name, value):
    with open(f"{state}/{name}.fresh", "w") as file:
        json.dump(value, file)
    os.replace(f"{state}/{name}.fresh", f"{state}/{name}")
def answer():
    try:
        found = json.load(open(f"{state}/answer"))
    except ValueError:
        sys.exit("an answer that ends early")
    if isinstance(found, dict) and {"Message", "ErrorMessage"} & set(found):
        sys.exit("the server said no")  # errors come as an object, and some of them under 200
    return found
def moment(raw):
    """An instant; the year 1 is none."""
    if raw is None or raw.startswith("0001-"):
        return None
    return datetime.datetime.fromisoformat(raw.replace("Z", "+00:00")).astimezone(datetime.timezone.utc)
def value(name, raw):
    return (moment(raw) and moment(raw).isoformat()) if name in DATES else raw
if task == "login":
    print("Authorization: Bearer " + saved("bearer", credentials["Bearer"]))
elif task == "form":
    print(credentials["refresh_token" if words[0] == "refresh_token" else "SO-AppToken"], end="")
elif task == "renewed":
    save("bearer", answer()["access_token"])
elif task == "filter":
    latest = saved("latest", None)
    since = latest and moment(latest) - datetime.timedelta(seconds=1)
    print((f"lastChanged afterTime '{since:%Y-%m-%dT%H:%M:%S}' and " if since else "") + f"ticketId gt {words[0]}")
elif task == "rows":  # what has changed; tells the last number where more may come
    first = words[0] == "0"
    walked = {"numbers": [], "latest": saved("latest", None), "begun": None} if first else saved("walked", None)
    if first:
        said = dict(line.split(":", 1) for line in open(f"{state}/headers") if ":" in line)
        dates = [text.strip() for name, text in said.items() if name.lower() == "date"]
        walked["begun"] = email.utils.parsedate_to_datetime(dates[0]).isoformat()
    rows = answer()["value"]
    for row in rows:
        walked["numbers"].append(row["ticketId"])
        walked["latest"] = max(filter(None, (walked["latest"], moment(row["lastChanged"]).isoformat())))
    save("walked", walked)
    save("due", walked["numbers"])
    if len(rows) == PAGE:
        print(rows[-1]["ticketId"])
elif task == "batch":
    due = saved("due", [])
    if due:
        print(json.dumps({"TicketIds": due[:PAGE]}))
elif task == "keep":
    known = saved("tickets", {})
    for ticket in filter(None, answer()):  # who is not there, or hidden, is left out or null; that does not mean deleted
        older, rights = known.get(str(ticket["TicketId"]), {}), ticket.get("FieldProperties") or {}
        hidden = {name for name, each in rights.items() if (each.get("FieldRight") or {}).get("Mask") == "None"}
        known[str(ticket["TicketId"])] = {
            name: older.get(name) if name in hidden else value(name, ticket.get(name)) for name in os.environ["MIRRORS"].split()
        }
    save("tickets", known)
    save("due", saved("due", [])[PAGE:])
elif task == "end":  # not past the walk's beginning: what changed meanwhile comes next time
    walked = saved("walked", None)
    save("latest", walked["latest"] and min(walked["latest"], walked["begun"]))
else:
    print(json.dumps([{"id": number, "fields": fields} for number, fields in saved("tickets", {}).items()]))
END
}
send() { # send PATH CURL-OPTIONS...: in UTC no time can be taken for another; a language, so that names are not lists of all
    path=$1
    shift
    curl -sS --max-time 90 -o "$state/answer" -D "$state/headers" -w '%{http_code}' -H "$(reader login)" -H 'Accept: application/json' \
        -H 'Accept-Language: en' -H 'SO-TimeZone: UTC,includeTZOffset' "$@" "$MOCKSERVERS_URL/$path"
}
ask() {
    status=$(send "$@")
    if [ "$status" = 401 ]; then
        renewed=$(curl -sS --max-time 90 -o "$state/answer" -w '%{http_code}' -d grant_type=refresh_token \
            --data-urlencode "refresh_token=$(reader form refresh_token)" --data-urlencode "client_secret=$(reader form secret)" \
            "$MOCKSERVERS_URL/login/common/oauth/tokens")
        [ "$renewed" = 200 ] || { echo "no new token: status $renewed" >&2; exit 1; }
        reader renewed
        status=$(send "$@")
    fi
    [ "$status" = 200 ] || { echo "status $status" >&2; exit 1; }
}
sync() {
    number=0
    while [ -n "$number" ]; do
        ask api/v1/Ticket --get --data-urlencode '$select=ticketId,lastChanged' --data-urlencode "\$filter=$(reader filter "$number")" \
            --data-urlencode '$orderby=ticketId' --data-urlencode '$top=50'
        number=$(reader rows "$number")
    done
    while batch=$(reader batch) && [ -n "$batch" ]; do
        ask api/v1/Agents/Ticket/GetTickets -H 'Content-Type: application/json' --data-binary "$batch"
        reader keep
    done
    reader end
}
mirror() { reader mirror; }
. "$(dirname "$0")/../../clients/job.sh"
