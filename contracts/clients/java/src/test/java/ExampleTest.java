import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mockservers.Calls;
import mockservers.MockServer;
import mockservers.MockServers;
import mockservers.MockServersException;
import mockservers.MockVendor;
import mockservers.MockWorld;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The server is started where {@code mockservers serve -- mvn test} has not started it already. */
class ExampleTest {
    @RegisterExtension
    static final MockServers MOCK = MockServers.with(Map.of("seed", 7));

    private static final Pattern SUBJECT = Pattern.compile("<subject>(.*?)</subject>");
    private final HttpClient http = HttpClient.newHttpClient();
    private MockWorld world;
    private MockVendor desk;

    @BeforeEach
    void begin(MockWorld fresh) {
        world = fresh;
        desk = fresh.vendor("get_tickets");
    }

    /** The client under test: it reads a ticket, and tries twice when the answer breaks off. */
    private String subject(String tid) throws IOException, InterruptedException {
        URI address = URI.create(desk.url() + "?action=get_tickets&tid=" + tid + "&key=" + desk.credentials().get("key"));
        for (int attempt = 1; ; attempt++) {
            try {
                Matcher found = SUBJECT.matcher(http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body());
                return found.find() ? URLDecoder.decode(found.group(1), StandardCharsets.UTF_8) : "";
            } catch (IOException error) {
                if (attempt == 2) {
                    throw error;
                }
            }
        }
    }

    @Test
    void aNewTicketIsReadInSpiteOfAnAnswerThatBreaksOff() throws Exception {
        MockVendor.Truth ticket = desk.create(Map.of("subject", "Printer on fire"));
        world.fault("cut", Map.of("after_bytes", 40), Map.of("vendor", "get_tickets"));
        assertEquals("Printer on fire", subject(ticket.id()));
        assertEquals(2, world.verify(Calls.to("tickets.get").query("tid", ticket.id()).count(2)));
        desk.verify(Calls.any().method("GET").then(Calls.any().status(200).count(1)));
        assertEquals(List.of(1, 0), desk.journal().stream().map(call -> ((List<?>) call.get("faults")).size()).toList());
    }

    @Test
    void whatWasNotCalledIsToldWithTheNearestCall() throws Exception {
        subject("9");
        AssertionError error = assertThrows(AssertionError.class, () -> desk.verify(Calls.any().query("tid", "10")));
        assertTrue(error.getMessage().contains("query.tid must be \"10\", got \"9\""), error.getMessage());
    }

    @Test
    void aCallInTheBackgroundIsWaitedFor() throws Exception {
        Thread client = new Thread(() -> {
            try {
                subject("9");
            } catch (IOException | InterruptedException error) {
                throw new IllegalStateException(error);
            }
        });
        client.start();
        assertEquals(1, desk.waitFor(Calls.to("tickets.get"), Duration.ofSeconds(30)));
        client.join();
        Calls many = Calls.to("tickets.get").count(5);
        AssertionError error = assertThrows(AssertionError.class, () -> world.waitFor(many, Duration.ofMillis(50)));
        assertTrue(error.getMessage().startsWith("after 0.05 s: "), error.getMessage());
    }

    @Test
    void timePassesWhenTheTestSaysSoAndOtherPeopleWork() {
        Instant begun = world.clock().now();
        assertEquals(begun.plusSeconds(3900), world.clock().advance(Duration.ofMinutes(65)));
        world.clock().set(begun);
        world.clock().run(60);
        world.clock().freeze();
        String first = desk.records(1).get(0).id();
        desk.change(first, Map.of("subject", "Moved"));
        desk.act(first, "close");
        assertEquals("Closed", desk.read(first).fields().get("status"));
        assertFalse(desk.delete(first).exists());
    }

    @Test
    void answersOfYourOwnCredentialsDialects() throws Exception {
        world.override(Map.of("vendor", "get_tickets"), Map.of("status", 503, "body", "\"later\"\n\u2028"));
        assertEquals("\"later\"\n\u2028", http.send(HttpRequest.newBuilder(URI.create(desk.url())).build(), BodyHandlers.ofString()).body());
        assertEquals(1, world.clearOverrides());
        Map<String, Object> made = desk.grant((String) desk.granted().get(0).get("tenant"), Map.of());
        assertNotNull(desk.revoke((String) made.get("id")).get("revoked"));
        assertTrue(desk.granted().stream().anyMatch(each -> each.get("id").equals(made.get("id"))));
        desk.dialect("json");
        world.fault("latency", Map.of("seconds", 1));
        assertEquals(1, world.clearFaults());
        assertEquals(List.of(), world.findings());
    }

    @Test
    void aWorldGoesBackToWhereItWas(MockServer server) {
        String first = desk.records(1).get(0).id();
        world.checkpoint("before");
        desk.delete(first);
        world.restore("before");
        assertTrue(desk.read(first).exists());
        world.reset();
        assertEquals(List.of(), world.journal());
        assertEquals(world.clock().now(), server.existing(world.name()).clock().now());
    }

    @Test
    void aMistakeIsToldWithTheFieldThatIsWrong() {
        MockServersException error = assertThrows(MockServersException.class, () -> world.fault("explode", Map.of()));
        assertEquals(422, error.status());
        assertEquals("kind", error.details().get(0).get("field"));
        assertThrows(IllegalArgumentException.class, () -> world.vendor("acme"));
    }
}
