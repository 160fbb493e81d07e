import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A reader of Track-It! in Java, done right: every number is tried, since nothing lists tickets; a token lives until it is refused.
 *
 * javac -d build Client.java Session.java && mockservers check trackit --client 'java -cp build Client'
 */
public final class Client {
  private static final int PAGE = 20;
  private static final List<String> FIELDS =
      List.of("1", "2", "7", "8", "12", "18", "22", "36", "39", "81", "83", "84", "95", "96", "100", "102", "106", "163");
  private static final List<String> NOTE = List.of("1", "3", "5", "7", "10", "14", "27");

  /** The vendor said no, with this status. */
  private static final class Refused extends Exception {
    final int status;

    Refused(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final TreeMap<Long, Map<String, Object>> tickets = new TreeMap<>();
  private String endpoint;
  private String token;
  private Map<?, ?> credentials;
  private long first;
  private long gap;
  private long unknown;

  public static void main(String[] arguments) throws IOException {
    Session.serve(Client::new);
  }

  public Map<String, Object> hello() {
    List<String> mirrors = new ArrayList<>(FIELDS);
    mirrors.add("notes");
    return Map.of("name", "Track-It! in Java", "protocol", 1, "tasks", List.of("sync", "mirror"), "mirrors", mirrors);
  }

  public void reset(Map<String, Object> told) {
    Map<?, ?> options = (Map<?, ?>) told.get("options");
    endpoint = (String) told.get("endpoint");
    credentials = (Map<?, ?>) told.get("credentials");
    first = (Long) options.get("first_id");
    gap = (Long) options.get("longest_gap");
    unknown = (Long) options.get("unknown_status");
  }

  public void sync() throws Exception {
    long last = tickets.isEmpty() ? first - 1 : tickets.lastKey();
    try {
      for (long number = first; number <= last + gap + 1; number++)
        if (look(number)) last = Math.max(last, number);
    } catch (Refused error) {
      throw new Session.Failure("refused", error.getMessage());
    }
  }

  public List<Object> mirror() {
    List<Object> records = new ArrayList<>();
    tickets.forEach((id, fields) -> records.add(Map.of("id", id.toString(), "fields", fields)));
    return records;
  }

  /** Whether there is such a ticket; what there is replaces what was known. */
  private boolean look(long number) throws Exception {
    try {
      Map<String, Object> answer = call("tickets/" + number);
      Object ticket = answer.getOrDefault("Tickets", answer.get("Ticket"));
      if (!(ticket instanceof Map<?, ?> record)) throw new IOException("an answer without a ticket");
      Map<String, Object> fields = shown(record, FIELDS);
      fields.put("notes", notes(number));
      tickets.put(number, fields);
      return true;
    } catch (Refused error) {
      if (error.status == unknown) tickets.remove(number);
      else if (error.status != 403) throw error; // there, and not for us at the moment
      return false;
    }
  }

  private List<Object> notes(long number) throws Exception {
    Map<Object, Object> found = new LinkedHashMap<>();
    for (int page = 1; ; page++) {
      if (!(call("tickets/" + number + "/Notes/" + PAGE + "/" + page).get("TicketNotes") instanceof List<?> listed))
        throw new IOException("an answer without notes");
      for (Object note : listed) {
        Map<String, Object> fields = shown((Map<?, ?>) note, NOTE);
        found.put(fields.get("1"), fields); // a note that is added meanwhile moves the others, so that one can be told twice
      }
      if (listed.size() < PAGE) return new ArrayList<>(found.values());
    }
  }

  /** Values by field number; what has no value is not in the answer. Labels are the administrator's, who may change them. */
  private static Map<String, Object> shown(Map<?, ?> record, List<String> names) {
    Map<String, Object> fields = new HashMap<>();
    for (String name : names) fields.put(name, record.get(name) instanceof Map<?, ?> field ? field.get("Value") : null);
    return fields;
  }

  // --- calls ---

  private Map<String, Object> call(String path) throws Exception {
    boolean fresh = token == null;
    if (fresh) login();
    try {
      return send(request(path).header("Authorization", "Bearer " + token));
    } catch (Refused error) {
      if (error.status != 401) throw error;
      token = null;
      if (fresh) throw error;
    }
    login();
    return send(request(path).header("Authorization", "Bearer " + token));
  }

  private void login() throws Exception {
    String form = "grant_type=password&username=" + encoded("username") + "&password=" + encoded("password");
    HttpRequest.Builder request = request("token").header("Content-Type", "application/x-www-form-urlencoded");
    try {
      token = (String) send(request.POST(BodyPublishers.ofString(form))).get("access_token");
    } catch (Refused error) {
      throw new Session.Failure("refused", "login: " + error.getMessage()); // its status is about no ticket
    }
  }

  private String encoded(String name) {
    return URLEncoder.encode((String) credentials.get(name), StandardCharsets.UTF_8);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(endpoint + "/" + path)).timeout(Duration.ofSeconds(60));
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    int status = answer.statusCode();
    Map<String, Object> told;
    try {
      told = (Map<String, Object>) new Session.Json(answer.body()).value();
    } catch (RuntimeException error) {
      throw new IOException("status " + status + ", and no whole answer");
    }
    if (status >= 500 || told == null) throw new IOException("status " + status);
    if (status >= 400) throw new Refused(status, "status " + status + ": " + told.getOrDefault("Message", told.get("error")));
    return told;
  }
}
