import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import mockservers.MockServer;
import mockservers.MockServersException;
import mockservers.MockWorld;
import org.junit.jupiter.api.Test;

class LaunchTest {
    @Test
    void aServerIsStartedAndStopped() {
        MockWorld world;
        try (MockServer server = MockServer.launch("--most-memory", "1000000000")) {
            world = server.existing("default");
            assertEquals("ok", world.ask("GET", "/health", Map.of(), null).get("status"));
        }
        assertEquals(0, assertThrows(MockServersException.class, () -> world.clock().now()).status());
    }
}
