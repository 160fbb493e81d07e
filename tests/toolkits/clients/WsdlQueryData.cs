using System;
using System.Text;
using System.Web.Services.Protocols;

/// wsdl (.NET's proxies, here Mono's) and QueryData; IRTHNetWOIntegration is generated from the description.
static class WsdlQueryData
{
    static void Main()
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        var service = new IRTHNetWOIntegration();
        Console.WriteLine("== login\n" + service.QueryData(Environment.GetEnvironmentVariable("QUERYDATA_SUMMARY")));
        Console.WriteLine("== read\n" + service.QueryData(Environment.GetEnvironmentVariable("QUERYDATA_DETAILS")));
        try
        {
            service.QueryData(Environment.GetEnvironmentVariable("QUERYDATA_REFUSED"));
        }
        catch (SoapException fault)
        {
            Console.WriteLine("== fault\n" + fault.Message);
        }
    }
}
