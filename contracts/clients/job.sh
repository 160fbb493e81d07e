# Glue: makes a shell script a job that runs once for each task: --client-command 'sh sync.sh'.
# Define `sync`, and `mirror` if the script can show what it believes (else give --mirror-file or --mirror-command), and
# `mirrors`, the names of the fields that it copies; then read this file with `.`. What `sync` finds for itself:
#   $MOCKSERVERS_ENDPOINT, $MOCKSERVERS_URL   where to call        $MOCKSERVERS_NOW        the virtual time
#   $MOCKSERVERS_STATE_DIR   where to keep things till next time   $(credential NAME)      one of the credentials
# It ends with 0 when all went well. Words for people go to stderr; stdout ends with the value of the task, in JSON.
credential() {
    printf %s "$MOCKSERVERS_CREDENTIALS" | sed -n 's/.*"'"$1"'": *"\([^"]*\)".*/\1/p'
}
quoted() {
    for name in "$@"; do printf '%s"%s"' "${separator-}" "$name"; separator=', '; done
    unset separator
}
has_mirror() { case $(command -v mirror) in mirror) echo mirror ;; esac; }

case ${MOCKSERVERS_TASK:-sync} in
hello) printf '{"protocol": 1, "tasks": [%s], "mirrors": [%s]}\n' "$(quoted sync $(has_mirror))" "$(quoted $mirrors)" ;;
sync) sync >&2 ;;
mirror) mirror ;;
*) echo "this job has no task $MOCKSERVERS_TASK" >&2; exit 64 ;;
esac
