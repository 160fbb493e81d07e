import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * A reader of get_tickets in Java, done right: pages of 25, XML, a server in UTC.
 *
 * javac -d build Client.java Session.java && mockservers check get_tickets --client 'java -cp build Client'
 */
public final class Client {
  private static final int PAGE = 25;
  private static final List<String> MIRRORED =
      List.of("cid", "company_name", "contact", "status", "priority", "updated_by", "subject", "summary", "date_opened",
          "date_closed", "due_date", "last_updated", "assigned_tech", "locked", "parent_ticket");
  private static final Set<String> ENCODED =
      Set.of("cid", "company_name", "contact", "status", "priority", "updated_by", "subject", "summary");
  private static final Set<String> DATES = Set.of("date_opened", "date_closed", "due_date", "last_updated");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("M/d/yyyy h:mm:ss a", Locale.US);

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private String endpoint;
  private String key;
  private Map<String, Map<String, Object>> tickets = Map.of();

  public static void main(String[] arguments) throws IOException {
    Session.serve(Client::new);
  }

  public Map<String, Object> hello() {
    return Map.of("name", "get_tickets in Java", "protocol", 1, "tasks", List.of("sync", "mirror"), "mirrors", MIRRORED);
  }

  public void reset(Map<String, Object> told) {
    Map<?, ?> options = (Map<?, ?>) told.get("options");
    if (!"xml".equals(options.get("format")) || !"UTC".equals(options.get("time_zone")) || !"us".equals(options.get("culture")))
      throw new Session.Failure("refused", "this client reads XML of servers in UTC with dates of the United States");
    endpoint = (String) told.get("endpoint");
    key = (String) ((Map<?, ?>) told.get("credentials")).get("key");
  }

  public void sync() throws Exception {
    Map<String, Map<String, Object>> found = new LinkedHashMap<>();
    for (int page = 1; ; page++) {
      List<Map<String, Object>> some = page(page);
      for (Map<String, Object> ticket : some) found.put((String) ticket.remove("tid"), ticket);
      if (some.size() < PAGE) break;
    }
    tickets = found; // only a walk that reached its end replaces what was known
  }

  public List<Object> mirror() {
    List<Object> records = new ArrayList<>();
    tickets.forEach((id, fields) -> records.add(Map.of("id", id, "fields", fields)));
    return records;
  }

  private List<Map<String, Object>> page(int page) throws Exception {
    String query = "?key=" + URLEncoder.encode(key, StandardCharsets.UTF_8)
        + "&action=get_tickets&tid=*&order=tid&count=" + PAGE + "&page=" + page;
    HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint + query)).timeout(Duration.ofSeconds(20)).build();
    HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    Element root;
    try {
      root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(answer.body())).getDocumentElement();
    } catch (SAXException error) {
      throw new IOException("status " + answer.statusCode() + ", and no whole answer", error);
    }
    if (root.getTagName().equals("response")) throw new Session.Failure("refused", decoded(root.getTextContent()));
    if (!root.getTagName().equals("tickets")) throw new IOException("status " + answer.statusCode() + ", and no tickets");
    List<Map<String, Object>> found = new ArrayList<>();
    for (Node node = root.getFirstChild(); node != null; node = node.getNextSibling())
      if (node instanceof Element ticket) found.add(read(ticket));
    return found;
  }

  private Map<String, Object> read(Element ticket) {
    Map<String, Object> fields = new HashMap<>();
    for (Node node = ticket.getFirstChild(); node != null; node = node.getNextSibling()) {
      String name = node.getNodeName();
      boolean wanted = name.equals("tid") || MIRRORED.contains(name);
      // Of two cids the first is the customer's; what comes again is left out.
      if (wanted && !fields.containsKey(name)) fields.put(name, value(name, node.getTextContent()));
    }
    return fields;
  }

  private Object value(String name, String text) {
    if (ENCODED.contains(name)) return decoded(text);
    if (text.isEmpty()) return null;
    if (DATES.contains(name)) return LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC).toString();
    return name.equals("parent_ticket") ? (Object) Long.valueOf(text) : text;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
