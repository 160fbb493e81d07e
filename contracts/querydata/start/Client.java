import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * A reader of QueryData in Java, done right: SOAP by hand around JSON, short windows that overlap by the vendor's lag.
 *
 * javac -d build Client.java Session.java && mockservers check querydata --client 'java -cp build Client'
 */
public final class Client {
  private static final Set<String> TIMES = Set.of("CreateDate", "LastActionDateTime", "WorkStartDateTime");
  private static final List<String> MIRRORED =
      List.of("TicketNumber", "Version", "IsNewestVersion", "TicketType", "Priority", "Status", "Folder", "AssignedTo", "LastAction",
          "Explosives", "DepthInches", "LocateInstructions", "Remarks", "Excavator", "Members", "CreateDate", "LastActionDateTime",
          "WorkStartDateTime");
  private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm");

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Set<String> unread = new LinkedHashSet<>();
  private final Map<String, Map<?, ?>> tickets = new LinkedHashMap<>();
  private String endpoint;
  private String code;
  private Map<?, ?> options;
  private ZoneId zone;
  private Instant resume;

  public static void main(String[] arguments) throws IOException {
    Session.serve(Client::new);
  }

  public Map<String, Object> hello() {
    return Map.of("name", "QueryData in Java", "protocol", 1, "tasks", List.of("sync", "mirror"), "mirrors", MIRRORED,
        "options", List.of("time_zone"));
  }

  public void reset(Map<String, Object> told) {
    options = (Map<?, ?>) told.get("options");
    endpoint = (String) told.get("endpoint");
    code = (String) ((Map<?, ?>) told.get("credentials")).get("AuthCode");
    if (!"json".equals(((Map<?, ?>) options.get("result_formats")).get(options.get("result_format"))))
      throw new Session.Failure("refused", "this client reads answers in JSON");
    zone = ZoneId.of((String) options.get("time_zone"));
    resume = instant((String) options.get("since"));
  }

  public void sync() throws Exception {
    Instant now = instant(Session.now());
    Duration window = Duration.ofMinutes(((Number) options.get("window_minutes")).longValue());
    Instant latest = now.minusMillis(Math.round(((Number) options.get("lag_seconds")).doubleValue() * 1000));
    for (Instant start = resume; ; ) {
      Instant end = start.plus(window).isBefore(now) ? start.plus(window) : now;
      unread.addAll(summary(start, end));
      // Actions show up late, so the next sync begins that much before the present.
      resume = end.isBefore(latest) ? end : latest;
      if (!end.isBefore(now)) break;
      start = end;
    }
    Session.Failure failed = null;
    for (String id : List.copyOf(unread)) {
      Object found;
      try {
        found = call("Details", "UtilisphereID", "EQUALS", id).get(options.get("details_root"));
      } catch (Session.Failure error) {
        // A ticket that the vendor cannot tell keeps no other from being read; who is not let in does not knock again.
        if (error.getMessage().contains("AuthCode")) throw error;
        failed = error;
        continue;
      }
      unread.remove(id);
      tickets.remove(id);
      if (found instanceof List<?> list)
        for (Object ticket : list) tickets.put(((Map<?, ?>) ticket).get("UtilisphereID").toString(), (Map<?, ?>) ticket);
    }
    if (failed != null) throw failed;
  }

  public List<Object> mirror() {
    List<Object> records = new ArrayList<>();
    tickets.forEach((id, ticket) -> {
      Map<String, Object> fields = new HashMap<>();
      for (String name : MIRRORED) fields.put(name, value(name, ticket.get(name)));
      records.add(Map.of("id", id, "fields", fields));
    });
    return records;
  }

  private Object value(String name, Object value) {
    if (value == null || !TIMES.contains(name)) return value;
    String text = ((String) value).replace('/', '-').replace(' ', 'T');
    return LocalDateTime.parse(text).atZone(zone).toInstant().toString(); // no zone stands there
  }

  private static Instant instant(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  /** Ids of tickets whose latest action lies in a window, which is widened to whole minutes. */
  private List<String> summary(Instant start, Instant end) throws Exception {
    Instant widened = end.plusNanos(59_999_999_999L).truncatedTo(ChronoUnit.MINUTES);
    String window = MINUTE.format(start.atZone(zone)) + "-" + MINUTE.format(widened.atZone(zone));
    Object found = call("Summary", "LastActionDateTime", "TIME_BETWEEN", window).get("UtilisphereIDs");
    return found instanceof List<?> list ? list.stream().map(Object::toString).toList() : List.of();
  }

  private Map<?, ?> call(String type, String field, String operation, String value) throws Exception {
    Map<String, Object> question = new LinkedHashMap<>(Map.of("AuthCode", code, "ItemType", "Ticket", "ResultType", type));
    question.putAll(Map.of("ResultFormat", options.get("result_format"), "UseWarehouse", false,
        "Filters", List.of(Map.of("Field", field, "Operation", operation, "Value", value))));
    String namespace = (String) options.get("namespace");
    String parameter = (String) options.get("parameter");
    String body = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><QueryData xmlns=\"" + escaped(namespace)
        + "\"><" + parameter + ">" + escaped(Session.Json.text(Map.of("QueryData_V1", question))) + "</" + parameter
        + "></QueryData></s:Body></s:Envelope>";
    HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint)).timeout(Duration.ofSeconds(60))
        .header("Content-Type", "text/xml; charset=utf-8").header("SOAPAction", '"' + namespace.replaceAll("/$", "") + "/QueryData\"")
        .POST(BodyPublishers.ofString(body)).build();
    HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
    Document document = parsed(answer.body());
    NodeList faults = document.getElementsByTagNameNS("*", "Fault");
    if (faults.getLength() > 0) throw new Session.Failure("refused", faults.item(0).getTextContent().strip());
    NodeList results = document.getElementsByTagNameNS("*", "QueryDataResult");
    if (results.getLength() == 0) throw new IOException("an answer without a result");
    Object result;
    try {
      result = new Session.Json(results.item(0).getTextContent()).value();
    } catch (RuntimeException error) {
      throw new IOException("a result that is no JSON");
    }
    if (result == null) return Map.of();
    Map<?, ?> told = (Map<?, ?>) result;
    if (told.get("Error") instanceof Map<?, ?> error)
      throw new Session.Failure("refused", error.get("Code") + ": " + error.get("Message"));
    return told;
  }

  private static Document parsed(byte[] content) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    DocumentBuilder builder = factory.newDocumentBuilder();
    builder.setErrorHandler(new DefaultHandler()); // else it prints what it throws
    try {
      return builder.parse(new ByteArrayInputStream(content));
    } catch (SAXException error) {
      throw new IOException("no whole answer came");
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }
}
