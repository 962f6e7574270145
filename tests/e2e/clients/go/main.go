// Tests how an application sends a code and learns that it was heard. Needs Go 1.18.
//
//	NEXO_MOCK_URL=http://127.0.0.1:8484 go run main.go
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
)

const (
	secret = "whsec_go_example"
	phone  = "+84981234567"
)

var (
	url = os.Getenv("NEXO_MOCK_URL")
	key = fmt.Sprintf("sk_live_go_%d", random(1e18)) // a new account, of this test alone
)

type object map[string]any

// reply has what this test reads of replies and webhooks.
type reply struct {
	ID, Type, Carrier, Status, Code string
	Balance                         float64
	FiredTotal                      int `json:"fired_total"`
}

func call(method, path string, body object) (result reply) {
	var payload []byte
	if body != nil {
		payload = must(json.Marshal(body))
	}
	request := must(http.NewRequest(method, url+path, bytes.NewReader(payload)))
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	response := must(http.DefaultClient.Do(request))
	defer response.Body.Close()
	text := must(io.ReadAll(response.Body))
	check(response.StatusCode < 300, "%s %s was answered with %s %s", method, path, response.Status, text)
	check(json.Unmarshal(text, &result) == nil, "%s %s was answered with %s", method, path, text)
	return result
}

func random(below int64) *big.Int {
	return must(rand.Int(rand.Reader, big.NewInt(below)))
}

func must[T any](value T, err error) T {
	check(err == nil, "%v", err)
	return value
}

func check(holds bool, format string, args ...any) {
	if !holds {
		log.Fatalf("FAILED "+format, args...)
	}
}

// The application: it sends codes and takes webhooks.

type webhook struct {
	body      []byte
	signature string
}

var webhooks = make(chan webhook, 10)

func sendCode(phone, code string) reply {
	return call("POST", "/api/v1/send-otp", object{"phone": phone, "code": code})
}

func isGenuine(w webhook) bool {
	digest := sha256.Sum256([]byte(secret)) // the raw 32 bytes are the key
	mac := hmac.New(sha256.New, digest[:])
	mac.Write(w.body)
	return hmac.Equal([]byte(fmt.Sprintf("sha256=%x", mac.Sum(nil))), []byte(w.signature))
}

func receive(response http.ResponseWriter, request *http.Request) {
	body := must(io.ReadAll(request.Body)) // the bytes as they came: parse them once they are verified
	came := webhook{body, request.Header.Get("X-NEXO-Signature")}
	webhooks <- came
	if isGenuine(came) {
		response.WriteHeader(http.StatusNoContent)
	} else {
		response.WriteHeader(http.StatusUnauthorized)
	}
}

func main() {
	log.SetFlags(0)
	if url == "" {
		url = "http://127.0.0.1:8484"
	}

	// 1. Time stands still for this account, and its webhooks come here.
	receiver := httptest.NewServer(http.HandlerFunc(receive))
	target := receiver.URL + "/webhooks/nexo"
	call("PUT", "/_mock/clock", object{"mode": "manual"})
	call("PATCH", "/_mock/account", object{"webhook": object{"url": target, "secret": secret}})
	fmt.Println("ok account with a manual clock, webhooks to", target)

	// 2. The application sends a code, in the background.
	code := fmt.Sprintf("%06d", random(1e6))
	sending := make(chan reply)
	go func() { sending <- sendCode(phone, code) }()

	// 3. The test waits for it, and reads what the called person would hear.
	heard := call("GET", "/_mock/otp/"+phone+"?wait=10s", nil)
	sent := <-sending
	fmt.Println("ok send", sent.ID, "by", sent.Carrier)
	check(heard.Code == code, "the code is not the one that was sent")
	fmt.Println("ok code", code)

	// 4. Go on until nothing is due. The answer comes once the webhook was answered.
	advance := call("POST", "/_mock/clock/advance", object{"to": "idle"})
	fmt.Println("ok clock fired", advance.FiredTotal, "events")

	// 5. The webhook is genuine, and would not be with another number in it.
	check(len(webhooks) > 0, "no webhook came")
	came := <-webhooks
	check(isGenuine(came), "the signature of the webhook does not fit its body")
	tampered := webhook{bytes.Replace(came.body, []byte(phone), []byte("+84987654321"), 1), came.signature}
	check(!isGenuine(tampered), "a webhook that was tampered with passed for genuine")
	var event reply
	check(json.Unmarshal(came.body, &event) == nil && event.ID == sent.ID, "the webhook is about another delivery")
	fmt.Printf("ok webhook %s, and a tampered one is refused\n", event.Type)

	// 6. What the application can ask for agrees.
	delivery := call("GET", "/api/v1/deliveries/"+sent.ID, nil)
	balance := call("GET", "/api/v1/balance", nil).Balance
	check(delivery.Status == "delivered", "the delivery is %s", delivery.Status)
	check(balance == 0.088, "the balance is %v", balance)
	fmt.Printf("ok delivery %s, balance %v\n", delivery.Status, balance)

	// 7. Nothing is left over: no code unread, no call refused, no webhook lost.
	call("GET", "/_mock/verify", nil)
	fmt.Println("ok verify nothing left over")
}
