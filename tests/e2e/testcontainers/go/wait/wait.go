// Package wait stands in for the library's.
package wait

import (
	"fmt"
	"net/http"
)

type HTTPStrategy struct{ path, port string }

func ForHTTP(path string) *HTTPStrategy { return &HTTPStrategy{path: path} }

func (of *HTTPStrategy) WithPort(port string) *HTTPStrategy {
	of.port = port
	return of
}

func (of *HTTPStrategy) WaitAt(url string) error {
	reply, err := http.Get(url + of.path)
	if err != nil {
		return err
	}
	reply.Body.Close()
	if reply.StatusCode != 200 || of.port != "8484/tcp" {
		return fmt.Errorf("not ready: %d at %s", reply.StatusCode, of.port)
	}
	return nil
}
