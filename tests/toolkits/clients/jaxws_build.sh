#!/bin/sh
# Generates and compiles a client in the folder it is called in: sh jaxws_build.sh querydata|autotask ADDRESS-OF-THE-WSDL
set -eu
here=$(dirname "$(readlink -f "$0")")
case $1 in querydata) program=JaxWsQueryData ;; autotask) program=JaxWsAutotask ;; esac
# -XadditionalHeaders: the header AutotaskIntegrations becomes an argument of each method.
wsimport -quiet -Xnocompile -XadditionalHeaders -d . -p "$1" "$2"
javac -nowarn -encoding UTF-8 -cp /usr/share/java/jaxws-tools.jar -d . "$here/$program.java" "$1"/*.java
printf '#!/bin/sh\nexec java -cp "%s:/usr/share/java/jaxws-tools.jar" %s\n' "$PWD" "$program" > client
chmod +x client
