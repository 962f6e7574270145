package org.junit.jupiter.api;

public final class Assertions {
    public static void assertEquals(Object expected, Object actual, String message) {
        if (!expected.equals(actual)) throw new AssertionError(message);
    }

    public static void assertTrue(boolean holds, String message) {
        if (!holds) throw new AssertionError(message);
    }
}
