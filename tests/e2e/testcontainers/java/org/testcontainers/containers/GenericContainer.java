package org.testcontainers.containers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.testcontainers.containers.wait.strategy.HttpWaitStrategy;
import org.testcontainers.utility.DockerImageName;

public class GenericContainer<SELF extends GenericContainer<SELF>> {
    private final Map<String, String> environment = new HashMap<>();
    private int exposed;
    private int mapped;
    private HttpWaitStrategy strategy;
    private Process process;

    public GenericContainer(DockerImageName image) {
        if (!image.name.equals("nexo-mock")) throw new AssertionError(image.name);
    }

    @SuppressWarnings("unchecked")
    private SELF self() {
        return (SELF) this;
    }

    public SELF withEnv(String name, String value) {
        environment.put(name, value);
        return self();
    }

    public SELF withExposedPorts(Integer port) {
        exposed = port;
        return self();
    }

    public SELF waitingFor(HttpWaitStrategy wanted) {
        strategy = wanted;
        return self();
    }

    public void start() throws IOException {
        var builder = new ProcessBuilder(System.getenv("NEXO_MOCK_BIN"), "--port", "0", "--json")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        process = builder.start();
        var line = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
        mapped = Integer.parseInt(line.replaceAll(".*\"port\":(\\d+).*", "$1"));
        var health = "http://" + getHost() + ":" + getMappedPort(strategy.port) + strategy.path;
        var reply = (HttpURLConnection) URI.create(health).toURL().openConnection();
        if (reply.getResponseCode() != 200) throw new AssertionError(health);
    }

    public void stop() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    public String getHost() {
        return "127.0.0.1";
    }

    public Integer getMappedPort(int port) {
        if (port != exposed) throw new AssertionError("port " + port + " is not exposed");
        return mapped;
    }
}
