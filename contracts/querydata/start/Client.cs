// A reader of QueryData in C#, done right: SOAP by hand around JSON, short windows that overlap by the vendor's lag.
// dotnet build --configuration Release --output build client.csproj
// mockservers check querydata --client 'dotnet build/client.dll'
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security;
using System.Text;
using System.Xml;
using System.Xml.Linq;

public sealed class Client
{
    private static readonly string[] Times = { "CreateDate", "LastActionDateTime", "WorkStartDateTime" };
    private static readonly string[] Mirrored = new[]
    {
        "TicketNumber", "Version", "IsNewestVersion", "TicketType", "Priority", "Status", "Folder", "AssignedTo", "LastAction",
        "Explosives", "DepthInches", "LocateInstructions", "Remarks", "Excavator", "Members",
    }.Concat(Times).ToArray();
    private static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };

    private readonly List<string> unread = new List<string>();
    private readonly Dictionary<string, Dictionary<string, object>> tickets = new Dictionary<string, Dictionary<string, object>>();
    private string endpoint;
    private string code;
    private Dictionary<string, object> options;
    private TimeZoneInfo zone;
    private DateTime resume;

    public static void Main()
    {
        Session.Serve(() => new Client());
    }

    public object Hello()
    {
        return new Dictionary<string, object>
        {
            { "name", "QueryData in C#" }, { "protocol", 1 }, { "tasks", new[] { "sync", "mirror" } }, { "mirrors", Mirrored },
            { "options", new[] { "time_zone" } },
        };
    }

    public void Reset(Dictionary<string, object> told)
    {
        options = (Dictionary<string, object>)told["options"];
        endpoint = (string)told["endpoint"];
        code = (string)((Dictionary<string, object>)told["credentials"])["AuthCode"];
        if ((string)((Dictionary<string, object>)options["result_formats"])[Option("result_format")] != "json")
            throw new Failure("refused", "this client reads answers in JSON");
        zone = TimeZoneInfo.FindSystemTimeZoneById(Option("time_zone"));
        resume = Instant(Option("since"));
    }

    public void Sync()
    {
        var now = Instant(Session.Now());
        var window = TimeSpan.FromMinutes(Convert.ToDouble(options["window_minutes"], CultureInfo.InvariantCulture));
        var latest = now - TimeSpan.FromSeconds(Convert.ToDouble(options["lag_seconds"], CultureInfo.InvariantCulture));
        for (var start = resume; ;)
        {
            var end = start + window < now ? start + window : now;
            foreach (var id in Summary(start, end))
                if (!unread.Contains(id)) unread.Add(id);
            resume = end < latest ? end : latest; // actions show up late, so the next sync begins that much before the present
            if (end >= now) break;
            start = end;
        }
        Failure failed = null;
        foreach (var id in unread.ToList())
        {
            object found;
            try
            {
                Call("Details", "UtilisphereID", "EQUALS", id).TryGetValue(Option("details_root"), out found);
            }
            catch (Failure error)
            {
                // A ticket that the vendor cannot tell keeps no other from being read; who is not let in does not knock again.
                if (error.Kind != "refused" || error.Message.Contains("AuthCode")) throw;
                failed = error;
                continue;
            }
            unread.Remove(id);
            tickets.Remove(id);
            foreach (Dictionary<string, object> ticket in found as List<object> ?? new List<object>()) tickets[Text(ticket["UtilisphereID"])] = ticket;
        }
        if (failed != null) throw failed;
    }

    public object Mirror()
    {
        return tickets.Select(ticket => new Dictionary<string, object>
        {
            { "id", ticket.Key }, { "fields", Mirrored.ToDictionary(name => name, name => Value(name, ticket.Value)) },
        }).ToList();
    }

    private object Value(string name, Dictionary<string, object> ticket)
    {
        object value;
        if (!ticket.TryGetValue(name, out value) || value == null || !Times.Contains(name)) return value;
        // No zone stands there: it is the tenant's.
        var local = DateTime.Parse(((string)value).Replace('/', '-'), CultureInfo.InvariantCulture, DateTimeStyles.None);
        return TimeZoneInfo.ConvertTimeToUtc(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), zone).ToString("o", CultureInfo.InvariantCulture);
    }

    private string Option(string name)
    {
        return (string)options[name];
    }

    private static string Text(object value)
    {
        return Convert.ToString(value, CultureInfo.InvariantCulture);
    }

    private static DateTime Instant(string text)
    {
        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime;
    }

    // Ids of tickets whose latest action lies in a window, which is widened to whole minutes.
    private IEnumerable<string> Summary(DateTime start, DateTime end)
    {
        var window = Minute(start) + "-" + Minute(end.AddTicks(TimeSpan.TicksPerMinute - 1));
        object found;
        Call("Summary", "LastActionDateTime", "TIME_BETWEEN", window).TryGetValue("UtilisphereIDs", out found);
        return (found as List<object> ?? new List<object>()).Select(Text);
    }

    private string Minute(DateTime moment)
    {
        return TimeZoneInfo.ConvertTimeFromUtc(moment, zone).ToString("yyyy'/'MM'/'dd HH':'mm", CultureInfo.InvariantCulture);
    }

    private Dictionary<string, object> Call(string type, string field, string operation, string value)
    {
        var test = new Dictionary<string, object> { { "Field", field }, { "Operation", operation }, { "Value", value } };
        var question = new Dictionary<string, object>
        {
            { "AuthCode", code }, { "ItemType", "Ticket" }, { "ResultType", type }, { "ResultFormat", Option("result_format") },
            { "UseWarehouse", false }, { "Filters", new[] { test } },
        };
        var payload = SecurityElement.Escape(Session.Json.Text(new Dictionary<string, object> { { "QueryData_V1", question } }));
        string space = Option("namespace"), parameter = Option("parameter");
        var body = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><QueryData xmlns=\"" + SecurityElement.Escape(space)
            + "\"><" + parameter + ">" + payload + "</" + parameter + "></QueryData></s:Body></s:Envelope>";
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new StringContent(body, Encoding.UTF8, "text/xml") };
        request.Headers.TryAddWithoutValidation("SOAPAction", "\"" + space.TrimEnd('/') + "/QueryData\"");
        XElement root;
        using (var answer = Http.SendAsync(request).GetAwaiter().GetResult())
        {
            try
            {
                root = XElement.Load(new StreamReader(answer.Content.ReadAsStreamAsync().GetAwaiter().GetResult()), LoadOptions.PreserveWhitespace);
            }
            catch (XmlException)
            {
                throw new IOException("status " + (int)answer.StatusCode + ", and no whole answer");
            }
        }
        var fault = root.Descendants().FirstOrDefault(each => each.Name.LocalName == "Fault");
        if (fault != null) throw new Failure("refused", fault.Value.Trim());
        var told = root.Descendants().FirstOrDefault(each => each.Name.LocalName == "QueryDataResult");
        Dictionary<string, object> result;
        try
        {
            result = (told == null || told.Value == "null" ? null : new Session.Json(told.Value).Value()) as Dictionary<string, object>;
        }
        catch (Exception error) when (error is IndexOutOfRangeException || error is FormatException || error is ArgumentException)
        {
            throw new IOException("a result that is no JSON");
        }
        if (told == null) throw new IOException("an answer without a result");
        object no;
        if (result == null) return new Dictionary<string, object>();
        if (!result.TryGetValue("Error", out no)) return result;
        var said = (Dictionary<string, object>)no;
        throw new Failure("refused", Text(said["Code"]) + ": " + Text(said["Message"]));
    }
}
