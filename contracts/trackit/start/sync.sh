#!/bin/sh
# A reader of Track-It! as a shell job, done right: every number is tried, since nothing lists tickets. Takes curl and python3.
set -eu
mirrors='1 2 7 8 12 18 22 36 39 81 83 84 95 96 100 102 106 163 notes'
kept=$MOCKSERVERS_STATE_DIR/mirror.json
token=$MOCKSERVERS_STATE_DIR/token
fresh=$MOCKSERVERS_STATE_DIR/fresh

told() { # told NAME MEMBER: a member of a variable that holds JSON
    python3 -c 'import json, os, sys; print(json.loads(os.environ["MOCKSERVERS_" + sys.argv[1]])[sys.argv[2]])' "$1" "$2"
}
login() {
    curl -sS --max-time 60 -o "$fresh/granted" -w '%{http_code}' -d grant_type=password --data-urlencode "username=$(told CREDENTIALS username)" \
        --data-urlencode "password=$(told CREDENTIALS password)" "$MOCKSERVERS_ENDPOINT/token" >"$fresh/status"
    grep -q 200 "$fresh/status" || { echo "login: status $(cat "$fresh/status")" >&2; exit 1; }
    python3 -c 'import json, sys; print("Authorization: Bearer " + json.load(open(sys.argv[1]))["access_token"])' "$fresh/granted" >"$token"
}
ask() { # ask PATH FILE: prints the status; a token is used until it is refused, and then got once more
    status=$(curl -sS --max-time 60 -o "$2" -w '%{http_code}' -H "@$token" "$MOCKSERVERS_ENDPOINT/$1")
    if [ "$status" = 401 ]; then
        login
        status=$(curl -sS --max-time 60 -o "$2" -w '%{http_code}' -H "@$token" "$MOCKSERVERS_ENDPOINT/$1")
        [ "$status" != 401 ] || rm -f "$token"
    fi
    echo "$status"
}
sync() {
    mkdir -p "$fresh"
    [ -s "$token" ] || login
    first=$(told OPTIONS first_id) gap=$(told OPTIONS longest_gap) unknown=$(told OPTIONS unknown_status)
    number=$first last=$(highest "$first")
    : >"$fresh/looked"
    while [ "$number" -le $((last + gap + 1)) ]; do
        status=$(ask "tickets/$number" "$fresh/$number.ticket")
        [ "$status" != 200 ] || status=$(ask "tickets/$number/Notes/0/0" "$fresh/$number.notes")
        case $status in
        200) [ "$number" -le "$last" ] || last=$number ;;
        403 | "$unknown") ;; # there and not for us at the moment, or gone
        *) echo "ticket $number: status $status" >&2; exit 1 ;;
        esac
        echo "$number $status" >>"$fresh/looked"
        number=$((number + 1))
    done
    joined "$unknown" >"$kept.fresh"
    mv "$kept.fresh" "$kept" # only a walk that reached its end replaces what was known
}
highest() {
    python3 - "$1" "$kept" <<'END'
import json, os, sys
known = json.load(open(sys.argv[2])) if os.path.exists(sys.argv[2]) else []
print(max([int(sys.argv[1]) - 1, *(int(each["id"]) for each in known)]))
END
}
joined() {
    python3 - "$1" "$kept" "$fresh" $mirrors <<'END'
import json, os, sys
unknown, kept, fresh, *names = sys.argv[1:]
known = {each["id"]: each["fields"] for each in (json.load(open(kept)) if os.path.exists(kept) else [])}
def value(record, name):
    return record.get(name, {}).get("Value")
for line in open(f"{fresh}/looked"):
    number, status = line.split()
    if status == unknown:
        known.pop(number, None)
    if status != "200":
        continue
    answer = json.load(open(f"{fresh}/{number}.ticket"))
    ticket = answer["Tickets"] if "Tickets" in answer else answer["Ticket"]
    known[number] = {name: value(ticket, name) for name in names if name != "notes"}
    notes = json.load(open(f"{fresh}/{number}.notes"))["TicketNotes"]
    known[number]["notes"] = [{name: value(note, name) for name in ("1", "3", "5", "7", "10", "14", "27")} for note in notes]
print(json.dumps([{"id": number, "fields": fields} for number, fields in known.items()]))
END
}
mirror() {
    if [ -f "$kept" ]; then cat "$kept"; else echo '[]'; fi
}
. "$(dirname "$0")/../../clients/job.sh"
