package mockservers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One isolated set of vendors, with a clock, faults and a journal of its own. Clients reach it below {@link #url}. */
public final class MockWorld implements AutoCloseable {
    private static final double LONGEST = 50; // seconds that the server is asked to wait in one go

    private final MockServer server;
    private final String name;
    private final String url;
    private final MockClock clock = new MockClock(this);
    private Map<String, MockVendor> vendors;

    MockWorld(MockServer server, String name, String url) {
        this.server = server;
        this.name = name;
        this.url = url;
    }

    public String name() {
        return name;
    }

    /** What a client is given in place of the vendor's scheme and host. */
    public String url() {
        return url;
    }

    public MockClock clock() {
        return clock;
    }

    /** Calls the control API about this world: a path below {@code /_mock/v1}; the body may be null. */
    public Map<String, Object> ask(String method, String path, Map<String, ?> query, Map<String, ?> body) {
        return server.ask(method, url, path, query, body);
    }

    /** Where a vendor answers, who is let in, and what other people do there. */
    @SuppressWarnings("unchecked")
    public MockVendor vendor(String vendor) {
        if (vendors == null) {
            vendors = new LinkedHashMap<>();
            for (Object told : (List<Object>) ask("GET", "/vendors", Map.of(), null).get("vendors")) {
                MockVendor made = new MockVendor(this, (Map<String, Object>) told);
                vendors.put(made.name(), made);
            }
        }
        if (!vendors.containsKey(vendor)) {
            throw new IllegalArgumentException("no vendor '" + vendor + "' answers here; expected one of: " + String.join(", ", vendors.keySet()));
        }
        return vendors.get(vendor);
    }

    /** Plans trouble for the client's next call: {@code fault("cut", Map.of("after_bytes", 40))}. */
    public Map<String, Object> fault(String kind, Map<String, ?> settings) {
        return fault(kind, settings, Map.of());
    }

    /** The same for calls of an address: vendor, operation, actor, skip, times (null: all), until. */
    public Map<String, Object> fault(String kind, Map<String, ?> settings, Map<String, ?> address) {
        Map<String, Object> body = new LinkedHashMap<>(address);
        body.put("kind", kind);
        body.put("settings", settings);
        return ask("POST", "/faults", Map.of(), body);
    }

    /** Returns how many there were. */
    public long clearFaults() {
        return (Long) ask("DELETE", "/faults", Map.of(), null).get("cleared");
    }

    /** Answers the next matching request in place of the emulator: status, headers, body, json, or patch. */
    public Map<String, Object> override(Map<String, ?> match, Map<String, ?> answer) {
        return ask("POST", "/overrides", Map.of(), Map.of("match", match, "answer", answer));
    }

    /** Returns how many there were. */
    public long clearOverrides() {
        return (Long) ask("DELETE", "/overrides", Map.of(), null).get("cleared");
    }

    /** Asserts that the calls were made; an AssertionError shows the nearest ones. Returns how many were as expected. */
    public long verify(Calls expected) {
        return held(ask("POST", "/verify", Map.of(), expected.told(null)), "");
    }

    /** The same once the calls were made, at the latest after so long: no test sleeps. */
    public long waitFor(Calls expected, Duration timeout) {
        return waitFor(expected.told(null), timeout);
    }

    long waitFor(Map<String, Object> expected, Duration timeout) {
        long until = System.nanoTime() + timeout.toNanos();
        while (true) {
            double left = Math.max(0, (until - System.nanoTime()) / 1e9);
            Map<String, Object> verdict = ask("POST", "/verify", Map.of("wait", Math.min(left, LONGEST)), expected);
            if ((Boolean) verdict.get("ok") || left <= LONGEST) {
                return held(verdict, "after " + timeout.toMillis() / 1e3 + " s: ");
            }
        }
    }

    static long held(Map<String, Object> verdict, String when) {
        if (!(Boolean) verdict.get("ok")) {
            throw new AssertionError(when + verdict.get("says"));
        }
        return (Long) verdict.get("count");
    }

    /** The calls so far, oldest first, with secrets masked. */
    public List<Map<String, Object>> journal() {
        return journal(Map.of());
    }

    /** Those that the filters of {@code GET /_mock/v1/journal} let through. */
    @SuppressWarnings("unchecked")
    public List<Map<String, Object>> journal(Map<String, ?> filters) {
        Map<String, Object> query = new LinkedHashMap<>(Map.of("limit", 20_000));
        query.putAll(filters);
        return (List<Map<String, Object>>) ask("GET", "/journal", query, null).get("entries");
    }

    /** What a careful client would not have sent. */
    @SuppressWarnings("unchecked")
    public List<Map<String, Object>> findings() {
        return (List<Map<String, Object>>) ask("GET", "/findings", Map.of("limit", 20_000), null).get("findings");
    }

    public void checkpoint(String as) {
        server.ask("POST", server.url(), "/worlds/" + name + "/checkpoint", Map.of(), Map.of("name", as));
    }

    public void restore(String as) {
        server.ask("POST", server.url(), "/worlds/" + name + "/restore", Map.of(), Map.of("name", as));
    }

    /** Back to the beginning; journal, faults and checkpoints are emptied. */
    public void reset() {
        server.ask("POST", server.url(), "/worlds/" + name + "/reset", Map.of(), null);
    }

    /** Takes the world away. */
    @Override
    public void close() {
        server.ask("DELETE", server.url(), "/worlds/" + name, Map.of(), null);
    }
}
