// A reader of Autotask's SOAP service in C#, done right: envelopes by hand and LINQ to XML, what was active since, what was deleted.
// dotnet build --configuration Release --output build client.csproj
// mockservers check autotask --client 'dotnet build/client.dll'
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

public sealed class Client
{
    private const int Page = 500;
    private static readonly XNamespace Atws = "http://autotask.net/ATWS/v1_6/";
    private static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/";
    private static readonly XName Type = XName.Get("type", "http://www.w3.org/2001/XMLSchema-instance");
    private static readonly string[] Mirrored =
    {
        "TicketNumber", "Title", "Description", "Resolution", "Status", "Priority", "QueueID", "Source", "AccountID", "AssignedResourceID",
        "EstimatedHours", "PurchaseOrderNumber", "CreateDate", "LastActivityDate", "DueDateTime", "CompletedDate",
    };
    private static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(90) };

    private readonly Dictionary<string, Dictionary<string, object>> tickets = new Dictionary<string, Dictionary<string, object>>();
    private string endpoint;
    private string service;
    private string user;
    private string code;
    private AuthenticationHeaderValue login;
    private TimeZoneInfo zone;
    private string since = "";
    private string gone = "0";

    public static void Main()
    {
        Session.Serve(() => new Client());
    }

    public object Hello()
    {
        return new Dictionary<string, object>
        {
            { "name", "Autotask in C#" }, { "protocol", 1 }, { "tasks", new[] { "sync", "mirror" } }, { "mirrors", Mirrored },
            { "options", new[] { "time_zone" } },
        };
    }

    public void Reset(Dictionary<string, object> told)
    {
        var credentials = (Dictionary<string, object>)told["credentials"];
        endpoint = (string)told["endpoint"];
        user = (string)credentials["user"];
        code = (string)credentials["IntegrationCode"];
        login = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + credentials["password"])));
        zone = TimeZoneInfo.FindSystemTimeZoneById((string)((Dictionary<string, object>)told["options"])["time_zone"]);
    }

    public void Sync()
    {
        SpareTheRest();
        var latest = since;
        var place = 0;
        // From the same moment on, as the vendor wrote it: more may have happened in that very moment.
        foreach (var row in All("Ticket", since == "" ? null : Condition("LastActivityDate", "GreaterThanOrEquals", since), "0"))
        {
            tickets[Text(row, "id")] = Read(row);
            // Later pages are answered later, and may be younger than a change of what the first one showed.
            var active = Text(row, "LastActivityDate");
            if (place++ < Page && string.CompareOrdinal(active, latest) > 0) latest = active;
        }
        since = latest; // only a walk that reached its end moves it
        foreach (var row in All("DeletedTicketLog", null, gone))
        {
            tickets.Remove(Text(row, "TicketID"));
            gone = Text(row, "id");
        }
    }

    public object Mirror()
    {
        return tickets.Select(ticket => new Dictionary<string, object> { { "id", ticket.Key }, { "fields", ticket.Value } }).ToList();
    }

    private Dictionary<string, object> Read(XElement row)
    {
        var fields = Mirrored.ToDictionary(name => name, name => (object)null);
        foreach (var field in row.Elements().Where(each => fields.ContainsKey(each.Name.LocalName))) fields[field.Name.LocalName] = Value(field);
        return fields;
    }

    private object Value(XElement field)
    {
        if (field.Value == "") return null;
        switch (((string)field.Attribute(Type) ?? "").Split(':').Last())
        {
            case "int":
            case "long":
            case "short":
                return long.Parse(field.Value, CultureInfo.InvariantCulture);
            case "double":
            case "decimal":
            case "float":
                return decimal.Parse(field.Value, NumberStyles.Float, CultureInfo.InvariantCulture);
            case "dateTime": // no offset stands there
                var local = DateTime.Parse(field.Value, CultureInfo.InvariantCulture, DateTimeStyles.None);
                return TimeZoneInfo.ConvertTimeToUtc(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), zone).ToString("o", CultureInfo.InvariantCulture);
            default:
                return field.Value;
        }
    }

    // Past the limit the customer's whole database is shut out, for every integration.
    private void SpareTheRest()
    {
        var said = Text(Call("getThresholdAndUsageInfo").Descendants(Atws + "EntityReturnInfo").First(), "Message");
        var numbers = Regex.Matches(said, ": *([0-9]+)").Cast<Match>().Select(each => int.Parse(each.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        if (numbers[2] > numbers[0] * 0.9) throw new Failure("refused", numbers[2] + " of " + numbers[0] + " requests are used; the rest is left to others");
    }

    // Every row; rows come by ascending id.
    private IEnumerable<XElement> All(string entity, XElement test, string after)
    {
        List<XElement> rows;
        do
        {
            var tests = new XElement("query", test, Condition("id", "GreaterThan", after));
            var question = new XElement("queryxml", new XElement("entity", entity), tests);
            // XML inside XML: the question is the text of an element.
            rows = Call("query", new XElement(Atws + "sXML", question.ToString(SaveOptions.DisableFormatting))).Elements(Atws + "EntityResults").Elements(Atws + "Entity").ToList();
            foreach (var row in rows) yield return row;
            if (rows.Count > 0) after = Text(rows[rows.Count - 1], "id");
        }
        while (rows.Count == Page);
    }

    private static XElement Condition(string field, string operation, string value)
    {
        return new XElement("field", field, new XElement("expression", new XAttribute("op", operation), value));
    }

    private XElement Call(string operation, params object[] inside)
    {
        if (service == null)
        {
            var told = Post(endpoint, "getZoneInfo", new XElement(Atws + "UserName", user));
            if (Text(told, "ErrorCode") != "0") throw new Failure("refused", "this user has no zone");
            service = Text(told, "URL");
        }
        var answer = Post(service, operation, inside);
        if (Text(answer, "ReturnCode") != "1")
            throw new Failure("refused", string.Join("; ", answer.Descendants(Atws + "ATWSError").Select(each => Text(each, "Message"))));
        return answer;
    }

    private XElement Post(string address, string operation, params object[] inside)
    {
        var envelope = new XElement(Soap + "Envelope",
            new XElement(Soap + "Header", new XElement(Atws + "AutotaskIntegrations", new XElement(Atws + "IntegrationCode", code))),
            new XElement(Soap + "Body", new XElement(Atws + operation, inside)));
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(envelope.ToString(SaveOptions.DisableFormatting), Encoding.UTF8, "text/xml"),
        };
        request.Headers.Authorization = login;
        request.Headers.TryAddWithoutValidation("SOAPAction", "\"" + Atws.NamespaceName + operation + "\"");
        using (var answer = Http.SendAsync(request).GetAwaiter().GetResult())
        {
            if (answer.StatusCode == HttpStatusCode.Unauthorized) throw new Failure("refused", "the login was refused");
            XElement root;
            try
            {
                root = XElement.Load(new StreamReader(answer.Content.ReadAsStreamAsync().GetAwaiter().GetResult()), LoadOptions.PreserveWhitespace);
            }
            catch (XmlException)
            {
                throw new IOException("status " + (int)answer.StatusCode + ", and no whole answer");
            }
            var fault = root.Descendants(Soap + "Fault").FirstOrDefault();
            if (fault != null) throw new Failure("refused", (string)fault.Element("faultstring"));
            var result = root.Descendants(Atws + (operation + "Result")).FirstOrDefault();
            if (answer.StatusCode != HttpStatusCode.OK || result == null)
                throw new IOException("status " + (int)answer.StatusCode + ", and no answer of " + operation);
            return result;
        }
    }

    // The text of a child, empty where there is none.
    private static string Text(XElement inside, string name)
    {
        return (string)inside.Element(Atws + name) ?? "";
    }
}
