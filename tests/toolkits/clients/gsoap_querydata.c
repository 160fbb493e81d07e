/* gSOAP and QueryData; the rest of the program is generated from the description (see toolkits.yaml). */

#include "IRTHNetWOIntegrationSoap.nsmap"
#include "soapH.h"
#include <stdio.h>
#include <stdlib.h>

static struct soap *soap;

static int ask(const char *step, const char *name)
{
    struct _tempuri__QueryData request = {getenv(name)};
    struct _tempuri__QueryDataResponse answer;
    int code = soap_call___tempuri__QueryData(soap, NULL, NULL, &request, &answer);
    if (code == SOAP_OK)
        printf("== %s\n%s\n", step, answer.QueryDataResult);
    return code;
}

int main(void)
{
    soap = soap_new1(SOAP_C_UTFSTRING);
    if (ask("login", "QUERYDATA_SUMMARY") || ask("read", "QUERYDATA_DETAILS")) {
        soap_print_fault(soap, stderr);
        return 1;
    }
    if (ask("answered", "QUERYDATA_REFUSED"))
        printf("== fault\n%s\n", *soap_faultstring(soap));
    return 0;
}
