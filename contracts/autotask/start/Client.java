import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * A reader of Autotask's SOAP service in Java, done right: envelopes by hand and DOM, what was active since, what was deleted.
 *
 * javac -d build Client.java Session.java && mockservers check autotask --client 'java -cp build Client'
 */
public final class Client {
  private static final String ATWS = "http://autotask.net/ATWS/v1_6/";
  private static final String TYPES = "http://www.w3.org/2001/XMLSchema-instance";
  private static final int PAGE = 500;
  private static final List<String> MIRRORED =
      List.of("TicketNumber", "Title", "Description", "Resolution", "Status", "Priority", "QueueID", "Source", "AccountID",
          "AssignedResourceID", "EstimatedHours", "PurchaseOrderNumber", "CreateDate", "LastActivityDate", "DueDateTime", "CompletedDate");

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, Map<String, Object>> tickets = new LinkedHashMap<>();
  private String endpoint;
  private String service;
  private String user;
  private String login;
  private String code;
  private ZoneId zone;
  private String since = "";
  private String gone = "0";

  public static void main(String[] arguments) throws IOException {
    Session.serve(Client::new);
  }

  public Map<String, Object> hello() {
    return Map.of("name", "Autotask in Java", "protocol", 1, "tasks", List.of("sync", "mirror"), "mirrors", MIRRORED,
        "options", List.of("time_zone"));
  }

  public void reset(Map<String, Object> told) {
    Map<?, ?> credentials = (Map<?, ?>) told.get("credentials");
    endpoint = (String) told.get("endpoint");
    user = (String) credentials.get("user");
    code = (String) credentials.get("IntegrationCode");
    byte[] both = (user + ":" + credentials.get("password")).getBytes(StandardCharsets.UTF_8);
    login = "Basic " + Base64.getEncoder().encodeToString(both);
    zone = ZoneId.of((String) ((Map<?, ?>) told.get("options")).get("time_zone"));
  }

  public void sync() throws Exception {
    spareTheRest();
    String[] latest = {since};
    int[] place = {0};
    // From the same moment on, as the vendor wrote it: more may have happened in that very moment.
    walk("Ticket", since.isEmpty() ? "" : condition("LastActivityDate", "GreaterThanOrEquals", since), "0", row -> {
      tickets.put(text(row, "id"), read(row));
      // Later pages are answered later, and may be younger than a change of what the first one showed.
      String active = text(row, "LastActivityDate");
      if (place[0]++ < PAGE && active.compareTo(latest[0]) > 0) latest[0] = active;
    });
    since = latest[0]; // only a walk that reached its end moves it
    walk("DeletedTicketLog", "", gone, row -> {
      tickets.remove(text(row, "TicketID"));
      gone = text(row, "id");
    });
  }

  public List<Object> mirror() {
    List<Object> records = new ArrayList<>();
    tickets.forEach((id, fields) -> records.add(Map.of("id", id, "fields", fields)));
    return records;
  }

  private Map<String, Object> read(Element row) {
    Map<String, Object> fields = new HashMap<>();
    for (String name : MIRRORED) fields.put(name, null);
    for (Node node = row.getFirstChild(); node != null; node = node.getNextSibling())
      if (node instanceof Element field && fields.containsKey(field.getLocalName())) fields.put(field.getLocalName(), value(field));
    return fields;
  }

  private Object value(Element field) {
    String text = field.getTextContent();
    if (text.isEmpty()) return null;
    return switch (field.getAttributeNS(TYPES, "type").replaceAll("^.*:", "")) {
      case "int", "long", "short" -> Long.valueOf(text);
      case "double", "decimal", "float" -> Double.valueOf(text);
      case "boolean" -> text.equals("true") || text.equals("1");
      case "dateTime" -> clock(text).atZone(zone).toInstant().toString(); // no offset stands there
      default -> text;
    };
  }

  private static LocalDateTime clock(String text) {
    return text.contains("T") ? LocalDateTime.parse(text) : LocalDate.parse(text).atStartOfDay();
  }

  /** Past the limit the customer's whole database is shut out, for every integration. */
  private void spareTheRest() throws Exception {
    String said = text(call("getThresholdAndUsageInfo", ""), "Message");
    List<Integer> numbers =
        Pattern.compile(": *(\\d+)").matcher(said).results().map((MatchResult each) -> Integer.valueOf(each.group(1))).toList();
    if (numbers.get(2) > numbers.get(0) * 0.9)
      throw new Session.Failure("refused", numbers.get(2) + " of " + numbers.get(0) + " requests are used; the rest is left to others");
  }

  /** Every row; rows come by ascending id. */
  private void walk(String entity, String tests, String after, Consumer<Element> keep) throws Exception {
    int found;
    do {
      String question = "<queryxml><entity>" + entity + "</entity><query>" + tests + condition("id", "GreaterThan", after) + "</query></queryxml>";
      // XML inside XML: a text of the question is escaped once for each of them.
      NodeList rows = call("query", "<sXML>" + escaped(question) + "</sXML>").getElementsByTagNameNS("*", "Entity");
      found = rows.getLength();
      if (found > 0) after = text((Element) rows.item(found - 1), "id");
      for (int place = 0; place < found; place++) keep.accept((Element) rows.item(place));
    } while (found == PAGE);
  }

  private Element call(String operation, String inside) throws Exception {
    if (service == null) {
      Element told = post(endpoint, "getZoneInfo", "<UserName>" + escaped(user) + "</UserName>");
      if (!text(told, "ErrorCode").equals("0")) throw new Session.Failure("refused", "this user has no zone");
      service = text(told, "URL");
    }
    Element answer = post(service, operation, inside);
    if (!text(answer, "ReturnCode").equals("1")) throw new Session.Failure("refused", text(answer, "Message"));
    return answer;
  }

  private Element post(String address, String operation, String inside) throws Exception {
    String body = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Header><AutotaskIntegrations xmlns=\""
        + ATWS + "\"><IntegrationCode>" + escaped(code) + "</IntegrationCode></AutotaskIntegrations></soap:Header><soap:Body><"
        + operation + " xmlns=\"" + ATWS + "\">" + inside + "</" + operation + "></soap:Body></soap:Envelope>";
    HttpRequest request = HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(90)).header("Authorization", login)
        .header("Content-Type", "text/xml; charset=utf-8").header("SOAPAction", '"' + ATWS + operation + '"')
        .POST(BodyPublishers.ofString(body)).build();
    HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
    if (answer.statusCode() == 401) throw new Session.Failure("refused", "the login was refused");
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    DocumentBuilder builder = factory.newDocumentBuilder();
    builder.setErrorHandler(new DefaultHandler()); // else it prints what it throws
    Document document;
    try {
      document = builder.parse(new ByteArrayInputStream(answer.body()));
    } catch (SAXException error) {
      throw new IOException("status " + answer.statusCode() + ", and no whole answer");
    }
    NodeList faults = document.getElementsByTagNameNS("*", "Fault");
    if (faults.getLength() > 0) throw new Session.Failure("refused", text((Element) faults.item(0), "faultstring"));
    NodeList results = document.getElementsByTagNameNS(ATWS, operation + "Result");
    if (answer.statusCode() != 200 || results.getLength() == 0)
      throw new IOException("status " + answer.statusCode() + ", and no answer of " + operation);
    return (Element) results.item(0);
  }

  private static String condition(String field, String operator, String value) {
    return "<field>" + field + "<expression op=\"" + operator + "\">" + escaped(value) + "</expression></field>";
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** The text of the first element of that name, empty where there is none. */
  private static String text(Element inside, String name) {
    NodeList found = inside.getElementsByTagNameNS("*", name);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent();
  }
}
