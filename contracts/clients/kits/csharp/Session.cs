// Glue: `Session.Serve(() => new Client())` makes a C# program speak JSON Lines: --client 'dotnet build/client.dll'.
// The object's public methods are named like the tasks (Reset, Sync, Mirror ...); each takes what the message tells, a
// Dictionary<string, object>, or nothing. Hello and Bye are optional, Mirror may be a list. Now and Sleep are the virtual time. An
// IOException or an HttpRequestException is an error of kind transport; a Failure names its kind. What is printed goes to stderr.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;

/// <summary>What went wrong, of a kind: refused, transport or client.</summary>
public sealed class Failure : Exception
{
    public readonly string Kind;

    public Failure(string kind, string message) : base(message)
    {
        Kind = kind;
    }
}

public static class Session
{
    private static readonly string[] Tasks = { "sync", "mirror", "create", "update", "note", "close" };
    private static readonly string[] OfTheLine = { "HttpRequestException", "WebException", "TaskCanceledException", "SocketException" };
    private static readonly TextReader Lines = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
    private static readonly TextWriter Told = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };

    public static string Now()
    {
        return Ask(new Dictionary<string, object> { { "ask", "now" } });
    }

    public static string Sleep(double seconds)
    {
        return Ask(new Dictionary<string, object> { { "ask", "sleep" }, { "seconds", seconds } });
    }

    private static string Ask(Dictionary<string, object> question)
    {
        Told.WriteLine(Json.Text(question));
        return (string)Read()["answer"];
    }

    private static Dictionary<string, object> Read()
    {
        return (Dictionary<string, object>)new Json(Lines.ReadLine() ?? "{\"id\": null, \"do\": \"bye\"}").Value();
    }

    public static void Serve(Func<object> make)
    {
        Console.SetOut(Console.Error); // stdout is the protocol's alone
        var client = make();
        for (var task = ""; task != "bye";)
        {
            var message = Read();
            var answer = new Dictionary<string, object> { { "id", message["id"] } };
            task = (string)message["do"];
            message.Remove("id");
            message.Remove("do");
            try
            {
                if (task == "reset") client = make();
                var value = Run(client, task, message);
                var list = task == "mirror" && value is IEnumerable && !(value is IDictionary);
                answer["ok"] = list ? new Dictionary<string, object> { { "records", value } } : value;
            }
            catch (Exception thrown)
            {
                var error = thrown is TargetInvocationException && thrown.InnerException != null ? thrown.InnerException : thrown;
                if (error is AggregateException && error.InnerException != null) error = error.InnerException;
                var line = error is IOException || OfTheLine.Contains(error.GetType().Name);
                var kind = error is Failure ? ((Failure)error).Kind : line ? "transport" : "client";
                answer["error"] = new Dictionary<string, object> { { "kind", kind }, { "message", error.GetType().Name + ": " + error.Message } };
            }
            Told.WriteLine(Json.Text(answer));
        }
    }

    private static object Run(object client, string task, Dictionary<string, object> told)
    {
        var method = Find(client, task);
        var value = method == null ? null : method.Invoke(client, method.GetParameters().Length == 0 ? new object[0] : new object[] { told });
        if (task == "hello") return Hello(client, value);
        if (method != null || task == "bye") return value;
        throw new Failure("client", "the client has no method for '" + task + "'; methods are named like the tasks of the protocol");
    }

    private static object Hello(object client, object said)
    {
        if (said != null && !(said is IDictionary)) return said; // the harness says what is wrong with it
        var hello = new Dictionary<string, object> { { "tasks", Tasks.Where(name => Find(client, name) != null).ToList() } };
        if (said != null)
            foreach (DictionaryEntry entry in (IDictionary)said)
                if (entry.Value != null) hello[(string)entry.Key] = entry.Value;
        return hello;
    }

    private static MethodInfo Find(object client, string task)
    {
        return client.GetType().GetMethod(char.ToUpperInvariant(task[0]) + task.Substring(1));
    }

    /// <summary>As much JSON as the protocol needs: objects are dictionaries, arrays are lists, numbers are long or double.</summary>
    public sealed class Json
    {
        private readonly string text;
        private int at;

        public Json(string text)
        {
            this.text = text;
        }

        public object Value()
        {
            var first = Peek();
            if (first == '{') return Object();
            if (first == '[') return Array();
            if (first == '"') return String();
            var begin = at;
            while (at < text.Length && ",]} \t\r\n".IndexOf(text[at]) < 0) at++;
            var word = text.Substring(begin, at - begin);
            if (word == "null") return null;
            if (word == "true" || word == "false") return word == "true";
            long whole;
            if (long.TryParse(word, NumberStyles.Integer, CultureInfo.InvariantCulture, out whole)) return whole;
            return double.Parse(word, CultureInfo.InvariantCulture);
        }

        private Dictionary<string, object> Object()
        {
            var found = new Dictionary<string, object>();
            for (at++; Peek() != '}';)
            {
                var name = String();
                Peek();
                at++; // the colon
                found[name] = Value();
                if (Peek() == ',') at++;
                Peek();
            }
            at++;
            return found;
        }

        private List<object> Array()
        {
            var found = new List<object>();
            for (at++; Peek() != ']';)
            {
                found.Add(Value());
                if (Peek() == ',') at++;
            }
            at++;
            return found;
        }

        private string String()
        {
            var found = new StringBuilder();
            for (at++; text[at] != '"'; at++)
            {
                var letter = text[at];
                if (letter == '\\')
                {
                    letter = text[++at];
                    if (letter == 'u')
                    {
                        found.Append((char)int.Parse(text.Substring(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                        at += 4;
                        continue;
                    }
                    var place = "bfnrt".IndexOf(letter);
                    if (place >= 0) letter = "\b\f\n\r\t"[place];
                }
                found.Append(letter);
            }
            at++;
            return found.ToString();
        }

        private char Peek()
        {
            while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0) at++;
            return text[at];
        }

        public static string Text(object value)
        {
            if (value == null) return "null";
            if (value is bool) return (bool)value ? "true" : "false";
            if (value is string) return Quoted((string)value);
            var map = value as IDictionary;
            if (map != null) return "{" + string.Join(", ", map.Keys.Cast<object>().Select(key => Quoted((string)key) + ": " + Text(map[key]))) + "}";
            var list = value as IEnumerable;
            if (list != null) return "[" + string.Join(", ", list.Cast<object>().Select(Text)) + "]";
            return Convert.ToString(value, CultureInfo.InvariantCulture);
        }

        private static string Quoted(string text)
        {
            var found = new StringBuilder("\"");
            foreach (var letter in text)
                found.Append(letter < ' ' || letter > '~' || letter == '"' || letter == '\\' ? "\\u" + ((int)letter).ToString("x4") : letter.ToString());
            return found.Append('"').ToString();
        }
    }
}
