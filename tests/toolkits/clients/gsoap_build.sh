#!/bin/sh
# Generates and compiles a client in the folder it is called in: sh gsoap_build.sh querydata|autotask ADDRESS-OF-THE-WSDL
set -eu
here=$(dirname "$(readlink -f "$0")")
# -F: structs that can be any entity. soapcpp2 -1: SOAP 1.1; gSOAP would take 1.2, which Autotask does not declare.
wsdl2h -c -F -x -o service.h "$2"
# Autotask's fields are of any type, and their values come as types which the description does not name. gSOAP refuses
# a type that it does not know, so they are added to what may stand for any type.
for type in dateTime decimal double; do
    sed -i -e "s/^struct xsd__anyType_\$/struct xsd__${type}_ { char *__item; };\n&/" \
        -e "s/^ *_XML *__item *;/&\n  [ struct xsd__${type}_ *xsd__${type}; ]/" service.h
done
soapcpp2 -1 -C -c -x -L -w service.h
gcc -O0 -w -I. -o client "$here/gsoap_$1.c" soapC.c soapClient.c -lgsoap
