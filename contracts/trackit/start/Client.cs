// A reader of Track-It! in C#, done right: every number is tried, since nothing lists tickets; a token lives until it is refused.
// dotnet build --configuration Release --output build client.csproj
// mockservers check trackit --client 'dotnet build/client.dll'
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;

public sealed class Client
{
    private const int Page = 20;
    private static readonly string[] Fields = { "1", "2", "7", "8", "12", "18", "22", "36", "39", "81", "83", "84", "95", "96", "100", "102", "106", "163" };
    private static readonly string[] Note = { "1", "3", "5", "7", "10", "14", "27" };
    private static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>The vendor said no, with this status.</summary>
    private sealed class Refused : Exception
    {
        public readonly int Status;

        public Refused(int status, string message) : base("status " + status + ": " + message)
        {
            Status = status;
        }
    }

    private readonly SortedDictionary<long, Dictionary<string, object>> tickets = new SortedDictionary<long, Dictionary<string, object>>();
    private string endpoint;
    private string token;
    private Dictionary<string, object> credentials;
    private long first;
    private long gap;
    private long unknown;

    public static void Main()
    {
        Session.Serve(() => new Client());
    }

    public object Hello()
    {
        return new Dictionary<string, object>
        {
            { "name", "Track-It! in C#" }, { "protocol", 1 }, { "tasks", new[] { "sync", "mirror" } }, { "mirrors", Fields.Concat(new[] { "notes" }).ToList() },
        };
    }

    public void Reset(Dictionary<string, object> told)
    {
        var options = (Dictionary<string, object>)told["options"];
        endpoint = (string)told["endpoint"];
        credentials = (Dictionary<string, object>)told["credentials"];
        first = (long)options["first_id"];
        gap = (long)options["longest_gap"];
        unknown = (long)options["unknown_status"];
    }

    public void Sync()
    {
        var last = Math.Max(first - 1, tickets.Keys.LastOrDefault());
        try
        {
            for (var number = first; number <= last + gap + 1; number++)
                if (Look(number)) last = Math.Max(last, number);
        }
        catch (Refused error)
        {
            throw new Failure("refused", error.Message);
        }
    }

    public object Mirror()
    {
        return tickets.Select(ticket => new Dictionary<string, object> { { "id", ticket.Key.ToString() }, { "fields", ticket.Value } }).ToList();
    }

    // Whether there is such a ticket; what there is replaces what was known.
    private bool Look(long number)
    {
        try
        {
            var answer = Call("tickets/" + number);
            object ticket;
            if (!answer.TryGetValue("Tickets", out ticket) && !answer.TryGetValue("Ticket", out ticket)) throw new IOException("an answer without a ticket");
            var fields = Shown(ticket, Fields);
            fields["notes"] = Notes(number);
            tickets[number] = fields;
            return true;
        }
        catch (Refused error)
        {
            if (error.Status == unknown) tickets.Remove(number);
            else if (error.Status != 403) throw; // there, and not for us at the moment
            return false;
        }
    }

    private List<Dictionary<string, object>> Notes(long number)
    {
        var places = new Dictionary<object, int>();
        var found = new List<Dictionary<string, object>>();
        for (var page = 1; ; page++)
        {
            object listed;
            var answer = Call("tickets/" + number + "/Notes/" + Page + "/" + page);
            if (!answer.TryGetValue("TicketNotes", out listed) || !(listed is List<object>)) throw new IOException("an answer without notes");
            foreach (var note in ((List<object>)listed).Select(each => Shown(each, Note)))
            {
                // A note that is added meanwhile moves the others, so that one can be told twice.
                int place;
                if (places.TryGetValue(note["1"], out place))
                {
                    found[place] = note;
                    continue;
                }
                places[note["1"]] = found.Count;
                found.Add(note);
            }
            if (((List<object>)listed).Count < Page) return found;
        }
    }

    // Values by field number; what has no value is not in the answer. Labels are the administrator's, who may change them.
    private static Dictionary<string, object> Shown(object told, string[] names)
    {
        var record = (Dictionary<string, object>)told;
        var fields = new Dictionary<string, object>();
        foreach (var name in names)
        {
            object field, value = null;
            if (record.TryGetValue(name, out field)) ((Dictionary<string, object>)field).TryGetValue("Value", out value);
            fields[name] = value;
        }
        return fields;
    }

    // --- calls ---

    private Dictionary<string, object> Call(string path)
    {
        var fresh = token == null;
        if (fresh) Login();
        try
        {
            return Get(path);
        }
        catch (Refused error)
        {
            if (error.Status != 401) throw;
            token = null;
            if (fresh) throw;
        }
        Login();
        return Get(path);
    }

    private Dictionary<string, object> Get(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, endpoint + "/" + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Send(request);
    }

    private void Login()
    {
        var form = new Dictionary<string, string>
        {
            { "grant_type", "password" }, { "username", (string)credentials["username"] }, { "password", (string)credentials["password"] },
        };
        try
        {
            token = (string)Send(new HttpRequestMessage(HttpMethod.Post, endpoint + "/token") { Content = new FormUrlEncodedContent(form) })["access_token"];
        }
        catch (Refused error)
        {
            throw new Failure("refused", "login: " + error.Message); // its status is about no ticket
        }
    }

    private static Dictionary<string, object> Send(HttpRequestMessage request)
    {
        using (var answer = Http.SendAsync(request).GetAwaiter().GetResult())
        {
            var status = (int)answer.StatusCode;
            Dictionary<string, object> told;
            try
            {
                told = new Session.Json(answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()).Value() as Dictionary<string, object>;
            }
            catch (Exception error) when (error is IndexOutOfRangeException || error is FormatException || error is ArgumentException)
            {
                throw new IOException("status " + status + ", and no whole answer");
            }
            if (status >= 500 || told == null) throw new IOException("status " + status);
            object message = null;
            if (status >= 400 && !told.TryGetValue("Message", out message)) told.TryGetValue("error", out message);
            if (status >= 400) throw new Refused(status, message as string);
            return told;
        }
    }
}
