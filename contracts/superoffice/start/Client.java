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
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A reader of SuperOffice in Java, done right: a list of what has changed, then those tickets in batches.
 *
 * javac -d build Client.java Session.java && mockservers check superoffice --client 'java -cp build Client'
 */
public final class Client {
  private static final int PAGE = 50;
  private static final List<String> MIRRORED =
      List.of("Title", "CreatedAt", "LastChanged", "Activate", "ClosedAt", "RepliedAt", "Deadline", "Author", "OwnedBy", "OwnedByName",
          "OwnedByAssociateId", "Category", "Slevel", "Priority", "PriorityName", "BaseStatus", "TicketStatus", "Origin", "CustId",
          "ConnectId", "NumMessages", "NumReplies", "HasAttachment", "FromAddress");
  private static final Set<String> DATES = Set.of("CreatedAt", "LastChanged", "Activate", "ClosedAt", "RepliedAt", "Deadline");

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<Object, Map<String, Object>> tickets = new LinkedHashMap<>();
  private String url;
  private String bearer;
  private Map<?, ?> credentials;
  private Instant latest;
  private Instant answered;

  public static void main(String[] arguments) throws IOException {
    Session.serve(Client::new);
  }

  public Map<String, Object> hello() {
    return Map.of("name", "SuperOffice in Java", "protocol", 1, "tasks", List.of("sync", "mirror"), "mirrors", MIRRORED,
        "options", List.of("time_zone", "deployment"));
  }

  public void reset(Map<String, Object> told) {
    url = (String) told.get("url");
    credentials = (Map<?, ?>) told.get("credentials");
    bearer = (String) credentials.get("Bearer");
  }

  public void sync() throws Exception {
    List<Object> numbers = new ArrayList<>();
    Instant newest = latest;
    Instant begun = null;
    // That second included, for more may have happened in it; by the key, since rows shift when one is taken away.
    String since = latest == null ? "" : "lastChanged afterTime '" + stamp(latest.minusSeconds(1)) + "' and ";
    List<?> rows;
    Object number = 0;
    do {
      String query = "api/v1/Ticket?%24select=ticketId,lastChanged&%24orderby=ticketId&%24top=" + PAGE
          + "&%24filter=" + URLEncoder.encode(since + "ticketId gt " + number, StandardCharsets.UTF_8);
      rows = (List<?>) ((Map<?, ?>) call(query, null)).get("value");
      if (begun == null) begun = answered;
      for (Object each : rows) {
        Map<?, ?> row = (Map<?, ?>) each;
        number = row.get("ticketId");
        numbers.add(number);
        Instant changed = moment(row.get("lastChanged"));
        if (newest == null || changed.isAfter(newest)) newest = changed;
      }
    } while (rows.size() == PAGE);
    for (int first = 0; first < numbers.size(); first += PAGE) {
      List<Object> batch = numbers.subList(first, Math.min(first + PAGE, numbers.size()));
      // Who is not there, or hidden, is left out or null; that does not mean deleted.
      for (Object ticket : (List<?>) call("api/v1/Agents/Ticket/GetTickets", Session.Json.text(Map.of("TicketIds", batch))))
        if (ticket != null) keep((Map<?, ?>) ticket);
    }
    // Not past the walk's beginning: what changed meanwhile comes next time.
    latest = newest != null && newest.isAfter(begun) ? begun : newest;
  }

  public List<Object> mirror() {
    List<Object> records = new ArrayList<>();
    tickets.forEach((id, fields) -> records.add(Map.of("id", id.toString(), "fields", fields)));
    return records;
  }

  private void keep(Map<?, ?> ticket) {
    Map<String, Object> known = tickets.getOrDefault(ticket.get("TicketId"), Map.of());
    Map<String, Object> fields = new HashMap<>();
    for (String name : MIRRORED) {
      Object raw = ticket.get(name);
      Instant moment = DATES.contains(name) ? moment(raw) : null;
      Object value = !DATES.contains(name) ? raw : moment == null ? null : moment.toString();
      fields.put(name, isHidden(ticket, name) ? known.get(name) : value);
    }
    tickets.put(ticket.get("TicketId"), fields);
  }

  /** Whether this user may not read a field: it comes blank, whatever it holds. */
  private static boolean isHidden(Map<?, ?> ticket, String name) {
    return ticket.get("FieldProperties") instanceof Map<?, ?> all && all.get(name) instanceof Map<?, ?> one
        && one.get("FieldRight") instanceof Map<?, ?> right && "None".equals(right.get("Mask"));
  }

  /** An instant; the year 1 is none. */
  private static Instant moment(Object raw) {
    if (!(raw instanceof String text) || text.startsWith("0001-")) return null;
    return text.matches(".*(Z|[+-]\\d\\d:\\d\\d)") ? OffsetDateTime.parse(text).toInstant() : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
  }

  private static String stamp(Instant moment) {
    return moment.truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", "");
  }

  // --- calls ---

  private Object call(String path, String body) throws Exception {
    HttpResponse<String> answer = send(path, body);
    if (answer.statusCode() == 401) {
      renew();
      answer = send(path, body);
    }
    int status = answer.statusCode();
    if (status >= 500) throw new IOException("status " + status);
    if (status != 200) throw new Session.Failure("refused", "status " + status);
    Object found = read(answer);
    // Errors come as an object, and some of them under 200.
    if (found instanceof Map<?, ?> told && (told.containsKey("Message") || told.containsKey("ErrorMessage")))
      throw new Session.Failure("refused", "an error under 200");
    return found;
  }

  private static Object read(HttpResponse<String> answer) throws IOException {
    try {
      return new Session.Json(answer.body()).value();
    } catch (RuntimeException error) {
      throw new IOException("status " + answer.statusCode() + ", and an answer that ends early");
    }
  }

  private HttpResponse<String> send(String path, String body) throws Exception {
    // In UTC no time can be taken for another; a language, so that names are not lists of all languages.
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/" + path)).timeout(Duration.ofSeconds(90))
        .header("Authorization", "Bearer " + bearer).header("Accept", "application/json").header("Accept-Language", "en")
        .header("SO-TimeZone", "UTC,includeTZOffset");
    if (body != null) request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    answer.headers().firstValue("Date").ifPresent(date ->
        answered = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    return answer;
  }

  private void renew() throws Exception {
    String form = "grant_type=refresh_token&refresh_token=" + encoded("refresh_token") + "&client_secret=" + encoded("SO-AppToken");
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/login/common/oauth/tokens")).timeout(Duration.ofSeconds(90))
        .header("Content-Type", "application/x-www-form-urlencoded").POST(BodyPublishers.ofString(form)).build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
    if (answer.statusCode() == 400) throw new Session.Failure("refused", "the refresh token is not taken");
    if (answer.statusCode() != 200) throw new IOException("no new token: status " + answer.statusCode());
    bearer = (String) ((Map<?, ?>) read(answer)).get("access_token");
  }

  private String encoded(String name) {
    return URLEncoder.encode((String) credentials.get(name), StandardCharsets.UTF_8);
  }
}
