import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tests how an application sends a code and learns that it was heard. Needs Java 17.
 *
 * <pre>NEXO_MOCK_URL=http://127.0.0.1:8484 java OtpTest.java</pre>
 */
public class OtpTest {
    static final String URL =
            System.getenv().getOrDefault("NEXO_MOCK_URL", "http://127.0.0.1:8484");
    static final String KEY = "sk_live_java_" + UUID.randomUUID(); // an account of its own
    static final String SECRET = "whsec_java_example";
    static final String PHONE = "+84981234567";
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    static CompletableFuture<String> start(String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create(URL + path))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return CLIENT.sendAsync(request, BodyHandlers.ofString()).thenApply(reply -> {
            check(reply.statusCode() < 300, "%s %s was answered with %d %s"
                    .formatted(method, path, reply.statusCode(), reply.body()));
            return reply.body();
        });
    }

    static String call(String method, String path, String body) {
        return start(method, path, body).join();
    }

    /** The JDK reads no JSON. This will do here; where Jackson is at hand, use that. */
    static String field(String json, String name) {
        var found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
        check(found.find(), "there is no " + name + " in " + json);
        return found.group(1);
    }

    static void check(boolean holds, String problem) {
        if (!holds) {
            System.err.println("FAILED " + problem);
            System.exit(1);
        }
    }

    // The application: it sends codes and takes webhooks.

    record Webhook(byte[] body, String signature) {}

    static final Queue<Webhook> WEBHOOKS = new LinkedBlockingQueue<>();

    static CompletableFuture<String> sendCode(String phone, String code) {
        return start("POST", "/api/v1/send-otp",
                "{\"phone\":\"%s\",\"code\":\"%s\"}".formatted(phone, code));
    }

    static boolean isGenuine(byte[] body, String signature) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(SECRET.getBytes(UTF_8));
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(digest, "HmacSHA256")); // the raw 32 bytes are the key
            var expected = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
            return MessageDigest.isEqual(expected.getBytes(UTF_8), signature.getBytes(UTF_8));
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }

    static void receive(HttpExchange exchange) throws IOException {
        var body = exchange.getRequestBody().readAllBytes(); // parse them once they are verified
        var signature = exchange.getRequestHeaders().getOrDefault("X-NEXO-Signature", List.of(""));
        WEBHOOKS.add(new Webhook(body, signature.get(0)));
        exchange.sendResponseHeaders(isGenuine(body, signature.get(0)) ? 204 : 401, -1);
        exchange.close();
    }

    static void test(String target) {
        // 1. Time stands still for this account, and its webhooks come here.
        call("PUT", "/_mock/clock", "{\"mode\":\"manual\"}");
        call("PATCH", "/_mock/account",
                "{\"webhook\":{\"url\":\"%s\",\"secret\":\"%s\"}}".formatted(target, SECRET));
        System.out.println("ok account with a manual clock, webhooks to " + target);

        // 2. The application sends a code, in the background.
        var code = "%06d".formatted(new SecureRandom().nextInt(1_000_000));
        var sending = sendCode(PHONE, code);

        // 3. The test waits for it, and reads what the called person would hear.
        var heard = field(call("GET", "/_mock/otp/" + PHONE + "?wait=10s", ""), "code");
        var sent = sending.join();
        var id = field(sent, "id");
        System.out.println("ok send " + id + " by " + field(sent, "carrier"));
        check(heard.equals(code), "the code is not the one that was sent");
        System.out.println("ok code " + code);

        // 4. Go on until nothing is due. The answer comes once the webhook was answered.
        var advance = call("POST", "/_mock/clock/advance", "{\"to\":\"idle\"}");
        System.out.println("ok clock fired " + field(advance, "fired_total") + " events");

        // 5. The webhook is genuine, and would not be with another number in it.
        check(!WEBHOOKS.isEmpty(), "no webhook came");
        var webhook = WEBHOOKS.remove();
        check(isGenuine(webhook.body, webhook.signature),
                "the signature of the webhook does not fit its body");
        var event = new String(webhook.body, UTF_8);
        var tampered = event.replace(PHONE, "+84987654321");
        check(!isGenuine(tampered.getBytes(UTF_8), webhook.signature),
                "a webhook that was tampered with passed for genuine");
        check(field(event, "id").equals(id), "the webhook is about another delivery");
        var type = field(event, "type");
        System.out.println("ok webhook " + type + ", and a tampered one is refused");

        // 6. What the application can ask for agrees.
        var status = field(call("GET", "/api/v1/deliveries/" + id, ""), "status");
        var balance = field(call("GET", "/api/v1/balance", ""), "balance");
        check(status.equals("delivered"), "the delivery is " + status);
        check(balance.equals("0.088"), "the balance is " + balance);
        System.out.println("ok delivery " + status + ", balance " + balance);

        // 7. Nothing is left over: no code unread, no call refused, no webhook lost.
        call("GET", "/_mock/verify", "");
        System.out.println("ok verify nothing left over");
    }

    public static void main(String[] args) throws IOException {
        var receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        receiver.createContext("/webhooks/nexo", OtpTest::receive);
        receiver.start();
        try {
            test("http://127.0.0.1:" + receiver.getAddress().getPort() + "/webhooks/nexo");
        } finally {
            receiver.stop(0);
        }
    }
}
