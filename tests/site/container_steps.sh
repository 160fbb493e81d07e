#!/bin/sh
# What the Dockerfile does, in a clean environment instead of a container: the same copies, the same pip, the same command, the same health.
# sh tests/site/container_steps.sh [PYTHON]   (takes a minute or two, and needs a package index)
set -eu
python=${1:-python3}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM

mkdir "$work/source" "$work/home"
for each in pyproject.toml README.md LICENSE mockservers fixtures contracts scenarios; do cp -R "$root/$each" "$work/source/"; done
mkdir "$work/source/tests" && cp -R "$root/tests/toy_vendor" "$work/source/tests/"
"$python" -m venv "$work/opt"
(cd "$work/source" && "$work/opt/bin/pip" install --quiet --disable-pip-version-check '.[fast,codings]')
"$work/opt/bin/pip" uninstall --quiet --yes pip
"$work/opt/bin/python" -m compileall -q "$work/opt/lib"
rm -rf "$work/source"
chmod -R a-w "$work/opt"

port=$("$work/opt/bin/python" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$work/home"
env -i PATH="$work/opt/bin:/usr/bin:/bin" HOME="$work/home" PYTHONDONTWRITEBYTECODE=1 MOCKSERVERS_CONTROL_TOKEN=secret \
    mockservers serve --host 0.0.0.0 --port "$port" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 60); do
    "$work/opt/bin/python" -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$port/_mock/v1/health', timeout=2)" 2>/dev/null && break
    sleep 1
done
"$work/opt/bin/python" -c "import urllib.request as r; print(r.urlopen('http://127.0.0.1:$port/_mock/v1/health', timeout=2).read().decode())"
kill -TERM "$server"
wait "$server"
server=
chmod -R u+w "$work/opt"
echo "the steps of the Dockerfile work with $("$work/opt/bin/python" --version)"
