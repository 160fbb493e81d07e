package mockservers;

import java.util.List;
import java.util.Map;

/** What the control API refuses: the HTTP status, a sentence, and the fields that are wrong, each with a message. */
public final class MockServersException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final transient List<Map<String, Object>> details;

    MockServersException(String says, int status, List<Map<String, Object>> details) {
        super(says);
        this.status = status;
        this.details = details;
    }

    /** 0 where no server answered. */
    public int status() {
        return status;
    }

    /** Each with {@code field} and {@code message}. */
    public List<Map<String, Object>> details() {
        return details;
    }
}
