#!/bin/sh
# Generates and compiles a client in the folder it is called in: sh axis_build.sh querydata|autotask ADDRESS-OF-THE-WSDL
set -eu
here=$(dirname "$(readlink -f "$0")")
case $1 in querydata) program=AxisQueryData ;; autotask) program=AxisAutotask ;; esac
path=.
for jar in axis axis-jaxrpc axis-saaj wsdl4j commons-discovery commons-logging javax.activation javax.mail; do
    path=$path:/usr/share/java/$jar.jar
done
java -cp "$path" org.apache.axis.wsdl.WSDL2Java -p "$1" "$2"
javac -nowarn -Xlint:none -encoding UTF-8 -cp "$path" -d . "$here/$program.java" "$1"/*.java
printf '#!/bin/sh\ncd "%s" && exec java -cp "%s" %s\n' "$PWD" "$path" "$program" > client
chmod +x client
