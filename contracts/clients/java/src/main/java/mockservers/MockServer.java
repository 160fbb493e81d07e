package mockservers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Emulators of ticketing systems: one port, any number of isolated worlds. Thin over the control API. */
public final class MockServer implements AutoCloseable {
    /** When worlds begin unless told otherwise: a Monday. */
    public static final String START = "2026-03-02T10:00:00Z";

    private static final Pattern READY = Pattern.compile("is ready at (https?://[^\\s;\"]+)");

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private final String token;
    private Process process;

    private MockServer(String url, String token, Process process) {
        this.url = url.replaceAll("/+$", "");
        this.token = token;
        this.process = process;
    }

    /** The server that MOCKSERVERS_URL names, as under {@code mockservers serve -- mvn test}; without one it is started. */
    public static MockServer start(String... options) {
        return variable("MOCKSERVERS_URL") == null ? launch(options) : connect();
    }

    /** A server that runs already: the one that MOCKSERVERS_URL names, or the one on the usual port. */
    public static MockServer connect() {
        String named = variable("MOCKSERVERS_URL");
        return connect(named == null ? "http://127.0.0.1:8750" : named, variable("MOCKSERVERS_CONTROL_TOKEN"));
    }

    /** A server that runs already; {@code token} may be null. */
    public static MockServer connect(String url, String token) {
        return new MockServer(url, token, null);
    }

    /**
     * Runs {@code mockservers serve} on a free port with these further options, and waits until it is ready. What is tried is
     * {@code mockservers}, and the wheel that MOCKSERVERS_WHEEL names by uvx and pipx.
     */
    public static MockServer launch(String... options) {
        for (List<String> launcher : launchers()) {
            List<String> command = new ArrayList<>(launcher);
            command.addAll(List.of("serve", "--port", "0", "--still", "--clock", "frozen", "--start", START));
            command.addAll(List.of(options));
            // It runs as long as the program behind `--`, and that one until our end of its standard input is closed.
            boolean windows = System.getProperty("os.name").startsWith("Windows");
            command.addAll(windows ? List.of("--", "cmd", "/c", "more") : List.of("--", "cat"));
            Process started;
            try {
                started = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            } catch (IOException absent) {
                continue;
            }
            return new MockServer(ready(started, launcher.get(0)), variable("MOCKSERVERS_CONTROL_TOKEN"), started);
        }
        throw new MockServersException("there is no mockservers to start: put the command mockservers on PATH, "
                + "or name its wheel in MOCKSERVERS_WHEEL, for uvx or pipx", 0, List.of());
    }

    /** By name alone uvx and pipx would run whatever an index has under it; so they need the wheel. */
    private static List<List<String>> launchers() {
        String wheel = variable("MOCKSERVERS_WHEEL");
        List<String> installed = List.of("mockservers");
        return wheel == null ? List.of(installed) : List.of(installed, List.of("uvx", "--from", wheel, "mockservers"),
                List.of("pipx", "run", "--spec", wheel, "mockservers"));
    }

    private static String ready(Process started, String program) {
        StringBuilder said = new StringBuilder();
        BufferedReader lines = new BufferedReader(new InputStreamReader(started.getErrorStream(), StandardCharsets.UTF_8));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.append(line).append('\n');
                Matcher found = READY.matcher(line);
                if (found.find()) {
                    Thread rest = new Thread(() -> lines.lines().forEach(each -> { }), "mockservers");
                    rest.setDaemon(true);
                    rest.start();
                    return found.group(1);
                }
            }
            int code = started.waitFor();
            throw new MockServersException(program + " ended with " + code + " before it was ready: " + said.toString().strip(), 0, List.of());
        } catch (IOException | InterruptedException error) {
            started.destroy();
            throw new MockServersException("the start of " + program + " was broken off: " + error, 0, List.of());
        }
    }

    /** The base address, without a slash at its end. */
    public String url() {
        return url;
    }

    /** A fresh world, isolated from all others, that begins on a frozen clock at {@link #START}. */
    public MockWorld world() {
        return world(Map.of());
    }

    /** The same with options: name, seed, clock (a map of mode, now and rate), data, dialects, lively. */
    public MockWorld world(Map<String, ?> options) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", "java-" + UUID.randomUUID().toString().substring(0, 13));
        body.put("clock", Map.of("mode", "frozen", "now", START));
        body.put("lively", false);
        body.putAll(options);
        ask("POST", url, "/worlds", Map.of(), body);
        return new MockWorld(this, (String) body.get("name"), url + "/w/" + body.get("name"));
    }

    /** A world that is there: {@code default} answers where no other is named. */
    public MockWorld existing(String name) {
        ask("GET", url, "/worlds/" + encoded(name), Map.of(), null);
        return new MockWorld(this, name, name.equals("default") ? url : url + "/w/" + name);
    }

    /** Stops what was started. A server that was there before goes on. */
    @Override
    public void close() {
        Process running = process;
        process = null;
        if (running == null) {
            return;
        }
        try {
            running.getOutputStream().close();
            running.waitFor();
        } catch (IOException | InterruptedException error) {
            running.destroy();
        }
    }

    /** Calls the control API: a path below {@code /_mock/v1} of a base address. */
    @SuppressWarnings("unchecked")
    Map<String, Object> ask(String method, String base, String path, Map<String, ?> query, Map<String, ?> body) {
        StringBuilder asked = new StringBuilder(base).append("/_mock/v1").append(path);
        String before = "?";
        for (Map.Entry<String, ?> each : query.entrySet()) {
            if (each.getValue() != null) {
                asked.append(before).append(encoded(each.getKey())).append('=').append(encoded(each.getValue().toString()));
                before = "&";
            }
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(asked.toString()));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (method.equals("GET")) {
            request.GET();
        } else {
            Map<String, ?> given = body == null ? Map.of() : body;
            request.header("Content-Type", "application/json").method(method, HttpRequest.BodyPublishers.ofString(Json.write(given)));
        }
        HttpResponse<String> answer;
        try {
            answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException error) {
            throw new MockServersException("no server answers at " + url + ": " + error, 0, List.of());
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new MockServersException("interrupted while " + url + " was asked", 0, List.of());
        }
        Map<String, Object> told = told(answer);
        if (answer.statusCode() >= 400) {
            List<Map<String, Object>> details = (List<Map<String, Object>>) told.getOrDefault("details", List.of());
            throw new MockServersException(String.valueOf(told.get("error")), answer.statusCode(), details);
        }
        return told;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> told(HttpResponse<String> answer) {
        try {
            return (Map<String, Object>) Json.read(answer.body());
        } catch (IllegalArgumentException | ClassCastException error) {
            throw new MockServersException(url + " answers with what is no JSON object (status " + answer.statusCode() + ")", answer.statusCode(), List.of());
        }
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String variable(String name) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
