// A reader of get_tickets in C#, done right: pages of 25, XML, a server in UTC.
// dotnet build --configuration Release --output build client.csproj
// mockservers check get_tickets --client 'dotnet build/client.dll'
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Xml;
using System.Xml.Linq;

public sealed class Client
{
    private const int Page = 25;
    private static readonly string[] Encoded = { "cid", "company_name", "contact", "status", "priority", "updated_by", "subject", "summary" };
    private static readonly string[] Dates = { "date_opened", "date_closed", "due_date", "last_updated" };
    private static readonly string[] Plain = { "assigned_tech", "locked", "parent_ticket" };
    private static readonly string[] Mirrored = Encoded.Concat(Dates).Concat(Plain).ToArray();
    private static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };

    private string endpoint;
    private string key;
    private Dictionary<string, Dictionary<string, object>> tickets = new Dictionary<string, Dictionary<string, object>>();

    public static void Main()
    {
        Session.Serve(() => new Client());
    }

    public object Hello()
    {
        return new Dictionary<string, object>
        {
            { "name", "get_tickets in C#" }, { "protocol", 1 }, { "tasks", new[] { "sync", "mirror" } }, { "mirrors", Mirrored },
        };
    }

    public void Reset(Dictionary<string, object> told)
    {
        var options = (Dictionary<string, object>)told["options"];
        if ((string)options["format"] != "xml" || (string)options["time_zone"] != "UTC" || (string)options["culture"] != "us")
            throw new Failure("refused", "this client reads XML of servers in UTC with dates of the United States");
        endpoint = (string)told["endpoint"];
        key = (string)((Dictionary<string, object>)told["credentials"])["key"];
    }

    public void Sync()
    {
        var found = new Dictionary<string, Dictionary<string, object>>();
        for (var page = 1; ; page++)
        {
            var some = Read(page);
            foreach (var ticket in some) found[ticket.Key] = ticket.Value;
            if (some.Count < Page) break;
        }
        tickets = found; // only a walk that reached its end replaces what was known
    }

    public object Mirror()
    {
        return tickets.Select(ticket => new Dictionary<string, object> { { "id", ticket.Key }, { "fields", ticket.Value } }).ToList();
    }

    private List<KeyValuePair<string, Dictionary<string, object>>> Read(int page)
    {
        var query = "?key=" + Uri.EscapeDataString(key) + "&action=get_tickets&tid=*&order=tid&count=" + Page + "&page=" + page;
        XElement root;
        using (var answer = Http.GetAsync(endpoint + query).GetAwaiter().GetResult())
        {
            try
            {
                root = XElement.Load(new StreamReader(answer.Content.ReadAsStreamAsync().GetAwaiter().GetResult()), LoadOptions.PreserveWhitespace);
            }
            catch (XmlException)
            {
                throw new Failure("transport", "status " + (int)answer.StatusCode + ", and no whole answer");
            }
        }
        if (root.Name.LocalName == "response") throw new Failure("refused", "the server said no: " + WebUtility.UrlDecode(root.Value));
        if (root.Name.LocalName != "tickets") throw new Failure("transport", "an answer without tickets came");
        var found = new List<KeyValuePair<string, Dictionary<string, object>>>();
        foreach (var ticket in root.Elements())
        {
            var fields = new Dictionary<string, object>();
            foreach (var field in ticket.Elements())
            {
                var name = field.Name.LocalName;
                // Of two cids the first is the customer's; what comes again is left out.
                if (Mirrored.Contains(name) && !fields.ContainsKey(name)) fields[name] = Value(name, field.Value);
            }
            found.Add(new KeyValuePair<string, Dictionary<string, object>>(ticket.Element("tid").Value, fields));
        }
        return found;
    }

    private static object Value(string name, string text)
    {
        if (Encoded.Contains(name)) return WebUtility.UrlDecode(text);
        if (text == "") return null;
        if (Dates.Contains(name))
            return DateTime.ParseExact(text, "M/d/yyyy h:mm:ss tt", CultureInfo.InvariantCulture).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return name == "parent_ticket" ? (object)long.Parse(text, CultureInfo.InvariantCulture) : text;
    }
}
