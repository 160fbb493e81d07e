package mockservers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One vendor in one world. */
public final class MockVendor {
    /** The truth about a record at the vendor, whatever a client can see of it yet. */
    public record Truth(String id, boolean exists, Map<String, Object> fields) {
        @SuppressWarnings("unchecked")
        static Truth of(Map<String, Object> told) {
            return new Truth((String) told.get("id"), (Boolean) told.get("exists"), (Map<String, Object>) told.get("fields"));
        }
    }

    private final MockWorld world;
    private final Map<String, Object> told;

    MockVendor(MockWorld world, Map<String, Object> told) {
        this.world = world;
        this.told = told;
    }

    public String name() {
        return (String) told.get("name");
    }

    /** What a client is configured with. */
    public String url() {
        return (String) told.get("address");
    }

    /** The address of the WSDL or OpenAPI document; null where the vendor publishes none. */
    public String description() {
        return (String) told.get("description");
    }

    /** Who is let in, under the vendor's own words. */
    @SuppressWarnings("unchecked")
    public Map<String, String> credentials() {
        return (Map<String, String>) told.get("demo_credential");
    }

    /** The first records of the first tenant. */
    public List<Truth> records(int most) {
        return records(Map.of("most", most));
    }

    /** Records by options: tenant, entity, after, most. */
    @SuppressWarnings("unchecked")
    public List<Truth> records(Map<String, ?> options) {
        Map<String, Object> found = world.ask("GET", "/records", here(options), null);
        return ((List<Map<String, Object>>) found.get("records")).stream().map(Truth::of).toList();
    }

    public Truth read(String id) {
        return Truth.of(world.ask("GET", path(id), here(Map.of()), null));
    }

    /** Somebody at the vendor makes a record; what is not given is made up. */
    public Truth create(Map<String, ?> fields) {
        return Truth.of(world.ask("POST", "/records", Map.of(), here(Map.of("fields", fields))));
    }

    /** Somebody at the vendor edits fields of a record. */
    public Truth change(String id, Map<String, ?> fields) {
        return Truth.of(world.ask("PATCH", path(id), Map.of(), here(Map.of("fields", fields))));
    }

    /** Somebody at the vendor does something with a record, such as {@code act("34", "close")}. */
    public Truth act(String id, String action) {
        return act(id, action, Map.of());
    }

    /** The same with what the action takes. */
    public Truth act(String id, String action, Map<String, ?> with) {
        Map<String, Object> body = here(with);
        body.put("action", action);
        return Truth.of(world.ask("POST", path(id) + "/act", Map.of(), body));
    }

    public Truth delete(String id) {
        return Truth.of(world.ask("DELETE", path(id), here(Map.of()), null));
    }

    /** Lets somebody else in, by options: kind, secret, expires, facts. The secret is told this once. */
    public Map<String, Object> grant(String tenant, Map<String, ?> options) {
        Map<String, Object> body = here(options);
        body.put("tenant", tenant);
        return world.ask("POST", "/credentials", Map.of(), body);
    }

    public Map<String, Object> revoke(String id) {
        return world.ask("POST", "/credentials/" + MockServer.encoded(id) + "/revoke", here(Map.of()), null);
    }

    /** The credentials with their ids; secrets are masked. */
    @SuppressWarnings("unchecked")
    public List<Map<String, Object>> granted() {
        return (List<Map<String, Object>>) world.ask("GET", "/credentials", here(Map.of()), null).get("credentials");
    }

    /** Takes a named dialect. */
    public void dialect(String named) {
        world.ask("PUT", "/dialect", Map.of(), here(Map.of("named", named)));
    }

    /** Sets dialect switches. */
    public void dialect(Map<String, ?> switches) {
        world.ask("PUT", "/dialect", Map.of(), here(Map.of("switches", switches)));
    }

    /** As {@link MockWorld#verify}, for calls to this vendor. */
    public long verify(Calls expected) {
        return MockWorld.held(world.ask("POST", "/verify", Map.of(), expected.told(name())), "");
    }

    /** As {@link MockWorld#waitFor}, for calls to this vendor. */
    public long waitFor(Calls expected, Duration timeout) {
        return world.waitFor(expected.told(name()), timeout);
    }

    /** What clients called here, oldest first. */
    public List<Map<String, Object>> journal() {
        return world.journal(Map.of("vendor", name(), "actor", "client"));
    }

    private Map<String, Object> here(Map<String, ?> more) {
        Map<String, Object> made = new LinkedHashMap<>(more);
        made.put("vendor", name());
        return made;
    }

    private static String path(String id) {
        return "/records/" + MockServer.encoded(id);
    }
}
