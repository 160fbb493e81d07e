#!/bin/sh
# Generates and compiles a client in the folder it is called in: sh mono_build.sh querydata|autotask ADDRESS-OF-THE-WSDL
set -eu
here=$(dirname "$(readlink -f "$0")")
case $1 in querydata) program=WsdlQueryData ;; autotask) program=WsdlAutotask ;; esac
wsdl -language:CS -out:Service.cs "$2"
mcs -nowarn:0169,0649 -r:System.Web.Services -out:client.exe "$here/$program.cs" Service.cs
printf '#!/bin/sh\nexec mono "%s/client.exe"\n' "$PWD" > client
chmod +x client
