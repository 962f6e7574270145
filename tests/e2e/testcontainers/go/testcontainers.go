// Package testcontainers stands in for the library of that name.
package testcontainers

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/testcontainers/testcontainers-go/wait"
)

type ContainerRequest struct {
	Image        string
	ExposedPorts []string
	Env          map[string]string
	WaitingFor   *wait.HTTPStrategy
}

type GenericContainerRequest struct {
	ContainerRequest
	Started bool
}

type Container interface {
	PortEndpoint(ctx context.Context, port, proto string) (string, error)
	Terminate(ctx context.Context) error
}

type process struct {
	command *exec.Cmd
	ports   []string
	url     string
}

func GenericContainer(ctx context.Context, of GenericContainerRequest) (Container, error) {
	if of.Image != "nexo-mock" || !of.Started {
		return nil, fmt.Errorf("another image, or it is not started: %+v", of)
	}
	command := exec.Command(os.Getenv("NEXO_MOCK_BIN"), "--port", "0", "--json")
	command.Env = os.Environ()
	for name, value := range of.Env {
		command.Env = append(command.Env, name+"="+value)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	var ready struct{ URL string }
	if err := json.Unmarshal(line, &ready); err != nil {
		return nil, err
	}
	started := &process{command, of.ExposedPorts, ready.URL}
	return started, of.WaitingFor.WaitAt(ready.URL)
}

func (of *process) PortEndpoint(ctx context.Context, port, proto string) (string, error) {
	if len(of.ports) != 1 || of.ports[0] != port || proto != "http" {
		return "", fmt.Errorf("%s is not among %v", port, of.ports)
	}
	return of.url, nil
}

func (of *process) Terminate(ctx context.Context) error {
	of.command.Process.Signal(syscall.SIGTERM)
	return of.command.Wait()
}
