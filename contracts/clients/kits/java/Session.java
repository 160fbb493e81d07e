import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Glue: {@code Session.serve(Client::new)} makes a Java program speak JSON Lines: --client 'java -cp build Client'.
 *
 * The public methods of the object are named like the tasks (reset, sync, mirror ...); each takes what the message tells as a
 * {@code Map<String, Object>}, or nothing. {@code hello} and {@code bye} are optional, {@code mirror} may be a list. {@code now} and
 * {@code sleep} are the virtual time. An IOException is an error of kind transport; a Failure names its kind. What is printed goes to
 * stderr.
 */
public final class Session {
  /** What went wrong, of a kind: refused, transport or client. */
  public static final class Failure extends RuntimeException {
    final String kind;

    public Failure(String kind, String message) {
      super(message);
      this.kind = kind;
    }
  }

  private static final List<String> TASKS = List.of("sync", "mirror", "create", "update", "note", "close");
  private static final BufferedReader LINES = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  private static final PrintStream TOLD = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

  public static String now() throws IOException {
    return ask(Map.of("ask", "now"));
  }

  public static String sleep(double seconds) throws IOException {
    return ask(Map.of("ask", "sleep", "seconds", seconds));
  }

  private static String ask(Map<String, Object> question) throws IOException {
    write(question);
    return (String) read().get("answer");
  }

  public static void serve(Supplier<?> make) throws IOException {
    System.setOut(System.err); // stdout is the protocol's alone
    Object client = make.get();
    for (String task = ""; !task.equals("bye"); ) {
      Map<String, Object> message = read();
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("id", message.remove("id"));
      task = (String) message.remove("do");
      try {
        if (task.equals("reset")) client = make.get();
        Object value = run(client, task, message);
        answer.put("ok", task.equals("mirror") && value instanceof List ? Map.of("records", value) : value);
      } catch (Throwable error) {
        String kind = error instanceof Failure failure ? failure.kind : error instanceof IOException ? "transport" : "client";
        answer.put("error", Map.of("kind", kind, "message", error.getClass().getSimpleName() + ": " + error.getMessage()));
      }
      write(answer);
    }
  }

  private static Object run(Object client, String task, Map<String, Object> told) throws Throwable {
    Method method = find(client, task);
    if (method == null && task.equals("hello")) return hello(client, null);
    if (method == null && task.equals("bye")) return null;
    if (method == null)
      throw new Failure("client", "the client has no method '" + task + "'; methods are named like the tasks of the protocol");
    try {
      Object value = method.getParameterCount() == 0 ? method.invoke(client) : method.invoke(client, told);
      return task.equals("hello") ? hello(client, value) : value;
    } catch (InvocationTargetException error) {
      throw error.getCause();
    }
  }

  private static Object hello(Object client, Object said) {
    if (said != null && !(said instanceof Map)) return said; // the harness says what is wrong with it
    Map<Object, Object> hello = new LinkedHashMap<>();
    hello.put("tasks", TASKS.stream().filter(name -> find(client, name) != null).toList());
    if (said instanceof Map<?, ?> map) map.forEach((name, value) -> { if (value != null) hello.put(name, value); });
    return hello;
  }

  private static Method find(Object client, String task) {
    for (Method method : client.getClass().getMethods())
      if (method.getName().equals(task) && method.getParameterCount() < 2 && method.getDeclaringClass() != Object.class) {
        method.setAccessible(true);
        return method;
      }
    return null;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> read() throws IOException {
    String line = LINES.readLine();
    return (Map<String, Object>) new Json(line == null ? "{\"id\": null, \"do\": \"bye\"}" : line).value();
  }

  private static void write(Map<String, Object> message) {
    TOLD.println(Json.text(message));
  }

  /** As much JSON as the protocol needs: objects are maps, arrays are lists, numbers are Long or Double. */
  static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Object value() {
      blanks();
      char first = text.charAt(at);
      if (first == '{') return object();
      if (first == '[') return array();
      if (first == '"') return string();
      int begin = at;
      while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) at++;
      String word = text.substring(begin, at);
      if (word.equals("null")) return null;
      if (word.equals("true") || word.equals("false")) return Boolean.valueOf(word);
      if (word.matches("-?\\d+")) return Long.valueOf(word);
      return Double.valueOf(word);
    }

    private Map<String, Object> object() {
      Map<String, Object> found = new LinkedHashMap<>();
      for (at++; peek() != '}'; ) {
        String name = string();
        peek();
        at++; // the colon
        found.put(name, value());
        if (peek() == ',') {
          at++;
          blanks();
        }
      }
      at++;
      return found;
    }

    private List<Object> array() {
      List<Object> found = new ArrayList<>();
      for (at++; peek() != ']'; ) {
        found.add(value());
        if (peek() == ',') at++;
      }
      at++;
      return found;
    }

    private String string() {
      blanks();
      StringBuilder found = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        char letter = text.charAt(at);
        if (letter == '\\') {
          letter = text.charAt(++at);
          if (letter == 'u') {
            found.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
            at += 4;
            continue;
          }
          int place = "bfnrt".indexOf(letter);
          if (place >= 0) letter = "\b\f\n\r\t".charAt(place);
        }
        found.append(letter);
      }
      at++;
      return found.toString();
    }

    private char peek() {
      blanks();
      return text.charAt(at);
    }

    private void blanks() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    }

    static String text(Object value) {
      if (value == null || value instanceof Boolean || value instanceof Number) return String.valueOf(value);
      if (value instanceof Map<?, ?> map)
        return "{" + String.join(", ", map.entrySet().stream().map(e -> text(e.getKey()) + ": " + text(e.getValue())).toList()) + "}";
      if (value instanceof Iterable<?> list) {
        List<String> parts = new ArrayList<>();
        list.forEach(part -> parts.add(text(part)));
        return "[" + String.join(", ", parts) + "]";
      }
      StringBuilder found = new StringBuilder("\"");
      for (char letter : value.toString().toCharArray())
        found.append(letter < ' ' || letter > '~' || letter == '"' || letter == '\\' ? String.format("\\u%04x", (int) letter) : letter);
      return found.append('"').toString();
    }
  }
}
