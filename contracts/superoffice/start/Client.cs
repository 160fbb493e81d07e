// A reader of SuperOffice in C#, done right: a list of what has changed, then those tickets in batches.
// dotnet build --configuration Release --output build client.csproj
// mockservers check superoffice --client 'dotnet build/client.dll'
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;

public sealed class Client
{
    private const int Page = 50;
    private static readonly string[] Dates = { "CreatedAt", "LastChanged", "Activate", "ClosedAt", "RepliedAt", "Deadline" };
    private static readonly string[] Mirrored = new[]
    {
        "Title", "Author", "OwnedBy", "OwnedByName", "OwnedByAssociateId", "Category", "Slevel", "Priority", "PriorityName", "BaseStatus",
        "TicketStatus", "Origin", "CustId", "ConnectId", "NumMessages", "NumReplies", "HasAttachment", "FromAddress",
    }.Concat(Dates).ToArray();
    private static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(90) };

    private readonly Dictionary<long, Dictionary<string, object>> tickets = new Dictionary<long, Dictionary<string, object>>();
    private string url;
    private string bearer;
    private Dictionary<string, object> credentials;
    private DateTime? latest;
    private DateTime answered;

    public static void Main()
    {
        Session.Serve(() => new Client());
    }

    public object Hello()
    {
        return new Dictionary<string, object>
        {
            { "name", "SuperOffice in C#" }, { "protocol", 1 }, { "tasks", new[] { "sync", "mirror" } }, { "mirrors", Mirrored },
            { "options", new[] { "time_zone", "deployment" } },
        };
    }

    public void Reset(Dictionary<string, object> told)
    {
        url = (string)told["url"];
        credentials = (Dictionary<string, object>)told["credentials"];
        bearer = (string)credentials["Bearer"];
    }

    public void Sync()
    {
        var numbers = new List<long>();
        var newest = latest;
        DateTime? begun = null;
        // That second included, for more may have happened in it; by the key, since rows shift when one is taken away.
        var since = latest == null ? "" : "lastChanged afterTime '" + latest.Value.AddSeconds(-1).ToString("s", CultureInfo.InvariantCulture) + "' and ";
        List<object> rows;
        do
        {
            var filter = Uri.EscapeDataString(since + "ticketId gt " + numbers.LastOrDefault());
            var path = "api/v1/Ticket?%24select=ticketId,lastChanged&%24orderby=ticketId&%24top=" + Page + "&%24filter=" + filter;
            rows = (List<object>)((Dictionary<string, object>)Call(path))["value"];
            begun = begun ?? answered;
            foreach (Dictionary<string, object> row in rows)
            {
                numbers.Add((long)row["ticketId"]);
                var changed = Moment(row["lastChanged"]);
                if (newest == null || changed > newest) newest = changed;
            }
        }
        while (rows.Count == Page);
        for (var first = 0; first < numbers.Count; first += Page)
        {
            var batch = new Dictionary<string, object> { { "TicketIds", numbers.Skip(first).Take(Page).ToList() } };
            // Who is not there, or hidden, is left out or null; that does not mean deleted.
            foreach (var ticket in ((List<object>)Call("api/v1/Agents/Ticket/GetTickets", batch)).OfType<Dictionary<string, object>>()) Keep(ticket);
        }
        latest = newest > begun ? begun : newest; // what changed meanwhile comes next time
    }

    public object Mirror()
    {
        return tickets.Select(ticket => new Dictionary<string, object> { { "id", ticket.Key.ToString() }, { "fields", ticket.Value } }).ToList();
    }

    private void Keep(Dictionary<string, object> ticket)
    {
        var number = (long)ticket["TicketId"];
        Dictionary<string, object> known;
        tickets.TryGetValue(number, out known);
        var fields = new Dictionary<string, object>();
        foreach (var name in Mirrored)
        {
            object value;
            ticket.TryGetValue(name, out value);
            if (Dates.Contains(name))
            {
                var moment = Moment(value);
                value = moment == null ? null : moment.Value.ToString("o", CultureInfo.InvariantCulture);
            }
            fields[name] = !IsHidden(ticket, name) ? value : known == null ? null : known[name];
        }
        tickets[number] = fields;
    }

    // Whether this user may not read a field: it comes blank, whatever it holds.
    private static bool IsHidden(Dictionary<string, object> ticket, string name)
    {
        return (string)Member(Member(Member(Member(ticket, "FieldProperties"), name), "FieldRight"), "Mask") == "None";
    }

    private static object Member(object inside, string name)
    {
        object value = null;
        var members = inside as Dictionary<string, object>;
        if (members != null) members.TryGetValue(name, out value);
        return value;
    }

    // An instant; the year 1 is none.
    private static DateTime? Moment(object value)
    {
        var text = value as string;
        if (text == null || text.StartsWith("0001-", StringComparison.Ordinal)) return null;
        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime;
    }

    // --- calls ---

    private object Call(string path, object body = null)
    {
        var answer = Send(path, body);
        if (answer.Key == 401)
        {
            Renew();
            answer = Send(path, body);
        }
        if (answer.Key >= 500) throw new IOException("status " + answer.Key);
        if (answer.Key != 200) throw new Failure("refused", "status " + answer.Key);
        var found = Read(answer.Value);
        // Errors come as an object, and some of them under 200.
        if (Member(found, "Message") != null || Member(found, "ErrorMessage") != null) throw new Failure("refused", "an error under 200");
        return found;
    }

    private static object Read(string text)
    {
        try
        {
            return new Session.Json(text).Value();
        }
        catch (Exception error) when (error is IndexOutOfRangeException || error is FormatException || error is ArgumentException)
        {
            throw new IOException("an answer that ends early");
        }
    }

    private KeyValuePair<int, string> Send(string path, object body)
    {
        var request = new HttpRequestMessage(body == null ? HttpMethod.Get : HttpMethod.Post, url + "/" + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        request.Headers.Accept.ParseAdd("application/json");
        // In UTC no time can be taken for another; a language, so that names are not lists of all languages.
        request.Headers.AcceptLanguage.ParseAdd("en");
        request.Headers.TryAddWithoutValidation("SO-TimeZone", "UTC,includeTZOffset");
        if (body != null) request.Content = new StringContent(Session.Json.Text(body), Encoding.UTF8, "application/json");
        return Send(request);
    }

    private KeyValuePair<int, string> Send(HttpRequestMessage request)
    {
        using (var answer = Http.SendAsync(request).GetAwaiter().GetResult())
        {
            if (answer.Headers.Date != null) answered = answer.Headers.Date.Value.UtcDateTime;
            return new KeyValuePair<int, string>((int)answer.StatusCode, answer.Content.ReadAsStringAsync().GetAwaiter().GetResult());
        }
    }

    private void Renew()
    {
        var form = new Dictionary<string, string>
        {
            { "grant_type", "refresh_token" }, { "refresh_token", (string)credentials["refresh_token"] }, { "client_secret", (string)credentials["SO-AppToken"] },
        };
        var answer = Send(new HttpRequestMessage(HttpMethod.Post, url + "/login/common/oauth/tokens") { Content = new FormUrlEncodedContent(form) });
        if (answer.Key == 400) throw new Failure("refused", "the refresh token is not taken");
        if (answer.Key != 200) throw new IOException("no new token: status " + answer.Key);
        bearer = (string)Member(Read(answer.Value), "access_token");
    }
}
