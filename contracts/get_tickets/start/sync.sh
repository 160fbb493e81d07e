#!/bin/sh
# A reader of get_tickets as a shell job, done right: the whole list in one call, XML, a server in UTC. Takes curl and python3.
set -eu
mirrors='cid company_name contact date_opened last_updated status priority assigned_tech subject summary'
kept=$MOCKSERVERS_STATE_DIR/mirror.json

sync() {
    curl -sS --get --data-urlencode "key=$(credential key)" -d action=get_tickets --data-urlencode 'tid=*' \
        "$MOCKSERVERS_ENDPOINT" >"$kept.answer"
    python3 - "$mirrors" "$kept.answer" >"$kept.fresh" <<'END'
import datetime, json, sys, urllib.parse, xml.etree.ElementTree as xml
mirrors, file = sys.argv[1].split(), sys.argv[2]
raw = {"date_opened", "last_updated", "assigned_tech"}
root = xml.parse(file).getroot()
if root.tag != "tickets":
    sys.exit("the server said no: " + urllib.parse.unquote_plus("".join(root.itertext())))
def value(name, text):
    if name not in raw:
        return urllib.parse.unquote_plus(text)
    if name == "assigned_tech" or not text:
        return text
    return datetime.datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").isoformat() + "+00:00"
print(json.dumps([
    {"id": ticket.findtext("tid"), "fields": {name: value(name, ticket.findtext(name) or "") for name in mirrors}}
    for ticket in root
]))
END
    mv "$kept.fresh" "$kept" # only an answer that was read to its end replaces what was known
}
mirror() {
    if [ -f "$kept" ]; then cat "$kept"; else echo '[]'; fi
}
. "$(dirname "$0")/../../clients/job.sh"
