using System;
using System.Net;
using System.Text;
using System.Web.Services.Protocols;

/// wsdl (.NET's proxies, here Mono's) and Autotask; ATWS is generated from the description.
static class WsdlAutotask
{
    static void Main()
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        Func<string, string> told = Environment.GetEnvironmentVariable;
        var service = new ATWS
        {
            Credentials = new NetworkCredential(told("AUTOTASK_USER"), told("AUTOTASK_PASSWORD")),
            AutotaskIntegrationsValue = new AutotaskIntegrations { IntegrationCode = told("AUTOTASK_CODE") },
        };
        Console.WriteLine("== login\n" + service.getThresholdAndUsageInfo().EntityReturnInfoResults[0].Message);
        var found = (Ticket)service.query(told("AUTOTASK_QUERY")).EntityResults[0];
        Console.WriteLine("== read\n" + found.Title);

        var ticket = new Ticket
        {
            AccountID = int.Parse(told("AUTOTASK_ACCOUNT")),
            Title = told("AUTOTASK_TITLE"),
            Status = 1,
            Priority = 1,
            DueDateTime = new DateTime(2026, 3, 5, 12, 30, 0),
        };
        ticket.id = service.create(new Entity[] { ticket }).EntityReturnInfoResults[0].EntityId;
        ticket.Status = 5;
        var changed = service.update(new Entity[] { ticket }).EntityReturnInfoResults[0];
        Console.WriteLine("== write\n" + changed.EntityId);
        try
        {
            service.GetFieldInfo("Nothing");
        }
        catch (SoapException fault)
        {
            Console.WriteLine("== fault\n" + fault.Message);
        }
    }
}
