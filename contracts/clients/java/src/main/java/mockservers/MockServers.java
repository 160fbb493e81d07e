package mockservers;

import java.util.Map;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit 5 extension: a test method, or what runs before each, that takes a {@link MockWorld} gets a fresh one, the same for
 * the whole test; one that takes a {@link MockServer} gets the server of the run, which is started at the first use.
 * {@code @ExtendWith(MockServers.class)}, or with options for the worlds
 * {@code @RegisterExtension static MockServers mock = MockServers.with(Map.of("seed", 7))}.
 * Where a test fails, its journal is published as a report entry.
 */
public final class MockServers implements ParameterResolver, AfterTestExecutionCallback {
    private static final Namespace OURS = Namespace.create(MockServers.class);
    private static final int SHOWN = 20;

    private final Map<String, ?> options;

    public MockServers() {
        this(Map.of());
    }

    private MockServers(Map<String, ?> options) {
        this.options = options;
    }

    /** Worlds that begin as {@link MockServer#world(Map)} is told. */
    public static MockServers with(Map<String, ?> options) {
        return new MockServers(options);
    }

    /** The store closes these: a world after its test, the server after the run. */
    private record Kept<T extends AutoCloseable>(T value) implements CloseableResource {
        @Override
        public void close() throws Throwable {
            value.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == MockServer.class || type == MockWorld.class && context.getTestMethod().isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == MockServer.class ? server(context) : world(context);
    }

    private static MockServer server(ExtensionContext context) {
        return (MockServer) context.getRoot().getStore(OURS).getOrComputeIfAbsent("server", any -> new Kept<>(MockServer.start()), Kept.class).value();
    }

    private MockWorld world(ExtensionContext context) {
        return (MockWorld) context.getStore(OURS).getOrComputeIfAbsent("world", any -> new Kept<>(server(context).world(options)), Kept.class).value();
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        Kept<?> kept = context.getStore(OURS).get("world", Kept.class);
        if (kept == null || context.getExecutionException().isEmpty()) {
            return;
        }
        StringBuilder told = new StringBuilder();
        for (Map<String, Object> call : ((MockWorld) kept.value()).journal(Map.of("last", SHOWN, "exchange", false))) {
            told.append(String.format("%n#%s %s %s, %s", call.get("n"), call.get("vendor"), call.get("operation"), call.get("outcome")));
        }
        context.publishReportEntry("mockservers journal", told.isEmpty() ? "no call reached the emulators" : told.toString());
    }
}
