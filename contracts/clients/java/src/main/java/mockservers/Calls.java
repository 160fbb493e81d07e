package mockservers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which calls must have been made: {@code Calls.to("tickets.get").query("tid", "9").count(2).then(Calls.any().status(200))}.
 * A value is a condition: it must be equal, or is a map of {@code contains}, {@code matches}, {@code absent}.
 */
public final class Calls {
    private final Map<String, Object> words = new LinkedHashMap<>();
    private final List<Calls> then = new ArrayList<>();

    private Calls() {}

    public static Calls any() {
        return new Calls();
    }

    /** Calls of an operation, in the vendor's words. */
    public static Calls to(String operation) {
        return any().with("operation", operation);
    }

    /** Any word of {@code POST /_mock/v1/verify}: refusal, rule, tenant, actor, url, text, begin, end, since ... */
    public Calls with(String word, Object condition) {
        words.put(word, condition);
        return this;
    }

    public Calls vendor(String name) {
        return with("vendor", name);
    }

    public Calls outcome(String outcome) {
        return with("outcome", outcome);
    }

    public Calls method(String method) {
        return with("method", method);
    }

    public Calls path(Object condition) {
        return with("path", condition);
    }

    public Calls status(Object condition) {
        return with("status", condition);
    }

    public Calls query(String name, Object condition) {
        return member("query", name, condition);
    }

    public Calls header(String name, Object condition) {
        return member("headers", name, condition);
    }

    /** A member of the body by the end of its path, such as {@code Ticket.Status}. */
    public Calls body(String place, Object condition) {
        return member("body", place, condition);
    }

    public Calls count(int exactly) {
        return with("count", exactly);
    }

    public Calls atLeast(int many) {
        return with("at_least", many);
    }

    public Calls atMost(int many) {
        return with("at_most", many);
    }

    /** What must have followed, after the calls before it. */
    public Calls then(Calls next) {
        then.add(next);
        return this;
    }

    @SuppressWarnings("unchecked")
    private Calls member(String part, String name, Object condition) {
        ((Map<String, Object>) words.computeIfAbsent(part, any -> new LinkedHashMap<>())).put(name, condition);
        return this;
    }

    /** As JSON; of {@code vendor} where no other is named, and of any where that is null. */
    Map<String, Object> told(String vendor) {
        Map<String, Object> made = new LinkedHashMap<>(words);
        if (vendor != null) {
            made.putIfAbsent("vendor", vendor);
        }
        if (!then.isEmpty()) {
            made.put("then", then.stream().map(each -> each.told(vendor)).toList());
        }
        return made;
    }
}
