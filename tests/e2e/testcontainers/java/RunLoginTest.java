import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/** What JUnit and its extension do with the example: containers, then each test. */
class RunLoginTest {
    public static void main(String[] arguments) throws Exception {
        if (!LoginTest.class.isAnnotationPresent(Testcontainers.class)) throw new AssertionError();
        var field = LoginTest.class.getDeclaredField("nexo");
        if (!field.isAnnotationPresent(Container.class)) throw new AssertionError(field);
        var container = (GenericContainer<?>) field.get(null);
        container.start();
        var passed = 0;
        try {
            for (var method : LoginTest.class.getDeclaredMethods()) {
                if (!method.isAnnotationPresent(Test.class)) continue;
                method.setAccessible(true);
                method.invoke(new LoginTest());
                ++passed;
            }
        } finally {
            container.stop();
        }
        System.out.println(passed + " passed");
    }
}
