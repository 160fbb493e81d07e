package mockservers;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** The time of a world. */
public final class MockClock {
    private final MockWorld world;

    MockClock(MockWorld world) {
        this.world = world;
    }

    public Instant now() {
        return Instant.parse((String) world.ask("GET", "/clock", Map.of(), null).get("now"));
    }

    /** Lets time pass; returns the new time. */
    public Instant advance(Duration by) {
        Map<String, Object> told = world.ask("POST", "/clock/advance", Map.of(), Map.of("by", by.toNanos() / 1e9));
        return Instant.parse((String) told.get("now"));
    }

    public void set(Instant now) {
        world.ask("PUT", "/clock", Map.of(), Map.of("now", now));
    }

    public void freeze() {
        world.ask("PUT", "/clock", Map.of(), Map.of("mode", "frozen"));
    }

    /** Lets it run, so many times as fast as the machine's. */
    public void run(double rate) {
        world.ask("PUT", "/clock", Map.of(), rate == 1 ? Map.of("mode", "real") : Map.of("mode", "scaled", "rate", rate));
    }
}
