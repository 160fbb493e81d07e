/* gSOAP and Autotask; the rest of the program is generated from the description (see toolkits.yaml). */

#include "ATWSSoap.nsmap"
#include "soapH.h"
#include <stdio.h>
#include <stdlib.h>

static struct soap *soap;
static struct ns1__AutotaskIntegrations integration;
static struct SOAP_ENV__Header header = {&integration};

/* The toolkit forgets login and header after each call. */
static struct soap *ready(void)
{
    soap->userid = getenv("AUTOTASK_USER");
    soap->passwd = getenv("AUTOTASK_PASSWORD");
    soap->header = &header;
    return soap;
}

static void check(int code)
{
    if (code != SOAP_OK) {
        soap_print_fault(soap, stderr);
        exit(1);
    }
}

/* Fields of entities are of any type: the member that is set says which one. */
static struct xsd__anyType_ *whole(int value)
{
    struct xsd__anyType_ *field = soap_new_xsd__anyType_(soap, 1);
    field->xsd__int = soap_new_xsd__int_(soap, 1);
    field->xsd__int->__item = value;
    return field;
}

static struct xsd__anyType_ *text(char *value)
{
    struct xsd__anyType_ *field = soap_new_xsd__anyType_(soap, 1);
    field->xsd__string = soap_new_xsd__string_(soap, 1);
    field->xsd__string->__item = value;
    return field;
}

static struct ns1__ArrayOfEntity *ticket(LONG64 id, int status)
{
    struct ns1__ArrayOfEntity *list = soap_new_ns1__ArrayOfEntity(soap, 1);
    struct ns1__Ticket *fields = soap_new_ns1__Ticket(soap, 1);
    list->__sizeEntity = 1;
    list->Entity = soap_new_ns1__Entity(soap, 1);
    list->Entity->ns1__Ticket = fields;
    fields->id = id;
    fields->AccountID = whole(atoi(getenv("AUTOTASK_ACCOUNT")));
    fields->Title = text(getenv("AUTOTASK_TITLE"));
    fields->Status = whole(status);
    fields->Priority = whole(1);
    fields->DueDateTime = text("2026-03-05T12:30:00");
    return list;
}

int main(void)
{
    struct _ns1__getThresholdAndUsageInfo nothing;
    struct _ns1__getThresholdAndUsageInfoResponse used;
    struct _ns1__query query = {getenv("AUTOTASK_QUERY")};
    struct _ns1__queryResponse found;
    struct _ns1__create create;
    struct _ns1__createResponse made;
    struct _ns1__update update;
    struct _ns1__updateResponse changed;
    struct _ns1__GetFieldInfo refused = {"Nothing"};
    struct _ns1__GetFieldInfoResponse fields;

    soap = soap_new1(SOAP_C_UTFSTRING);
    soap_default_ns1__AutotaskIntegrations(soap, &integration);
    integration.IntegrationCode = getenv("AUTOTASK_CODE");

    check(soap_call___ns1__getThresholdAndUsageInfo(ready(), NULL, NULL, &nothing, &used));
    printf("== login\n%s\n",
           used.getThresholdAndUsageInfoResult->EntityReturnInfoResults->EntityReturnInfo->Message);
    check(soap_call___ns1__query(ready(), NULL, NULL, &query, &found));
    printf("== read\n%s\n", found.queryResult->EntityResults->Entity->ns1__Ticket->Title->xsd__string->__item);
    create.Entities = ticket(0, 1);
    check(soap_call___ns1__create(ready(), NULL, NULL, &create, &made));
    update.Entities = ticket(made.createResult->EntityReturnInfoResults->EntityReturnInfo->EntityId, 5);
    check(soap_call___ns1__update(ready(), NULL, NULL, &update, &changed));
    printf("== write\n" SOAP_LONG_FORMAT "\n",
           changed.updateResult->EntityReturnInfoResults->EntityReturnInfo->EntityId);
    if (soap_call___ns1__GetFieldInfo(ready(), NULL, NULL, &refused, &fields))
        printf("== fault\n%s\n", *soap_faultstring(soap));
    return 0;
}
