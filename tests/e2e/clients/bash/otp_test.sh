#!/usr/bin/env bash
# Tests how an application sends a code and learns that it was heard. Needs curl and openssl, and
# python3 to receive the webhook.
#
#   NEXO_MOCK_URL=http://127.0.0.1:8484 bash otp_test.sh
set -euo pipefail

url=${NEXO_MOCK_URL:-http://127.0.0.1:8484}
key=sk_live_bash_$(openssl rand -hex 8) # a new account, of this test alone
secret=whsec_bash_example
phone=+84981234567
folder=$(mktemp -d)

fail() {
    echo "FAILED $*" >&2
    exit 1
}

# call METHOD PATH [BODY] prints the reply.
call() {
    local reply
    reply=$(curl -sS --fail-with-body -X "$1" "$url$2" -H "Authorization: Bearer $key" \
        -H 'Content-Type: application/json' ${3:+-d "$3"} 2>&1) ||
        fail "$1 $2 was answered with $reply"
    echo "$reply"
}

# field NAME JSON prints the first field of that name. Where jq is at hand, use that.
field() {
    [[ $2 =~ \"$1\":\"?([^\",}]*) ]] || fail "there is no $1 in $2"
    echo "${BASH_REMATCH[1]}"
}

# The application: it sends codes and takes webhooks.

send_code() {
    call POST /api/v1/send-otp "{\"phone\":\"$1\",\"code\":\"$2\"}"
}

# is_genuine SIGNATURE <BODY. A shell compares in no constant time: this is for tests.
is_genuine() {
    local digest mac
    digest=$(printf %s "$secret" | openssl dgst -sha256 -r | cut -c 1-64) # the key, in hex
    mac=$(openssl dgst -sha256 -r -mac HMAC -macopt "hexkey:$digest" | cut -c 1-64)
    [[ $1 == "sha256=$mac" ]]
}

# A shell cannot listen, so some Python keeps body and signature as they come, and says its port.
coproc receiver {
    cd "$folder" && exec python3 - <<'PYTHON'
import http.server, pathlib

class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        pathlib.Path("body").write_bytes(body)
        pathlib.Path("signature").write_text(self.headers.get("X-NEXO-Signature", ""))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass

receiver = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
print(receiver.server_port, flush=True)
receiver.serve_forever()
PYTHON
}
receiver_pid=$!
trap 'kill "$receiver_pid"; rm -r "$folder"' EXIT
read -r port <&"${receiver[0]}" || fail "the receiver did not start"

# 1. Time stands still for this account, and its webhooks come here.
target=http://127.0.0.1:$port/webhooks/nexo
call PUT /_mock/clock '{"mode":"manual"}' >/dev/null
call PATCH /_mock/account "{\"webhook\":{\"url\":\"$target\",\"secret\":\"$secret\"}}" >/dev/null
echo "ok account with a manual clock, webhooks to $target"

# 2. The application sends a code, in the background.
code=$(shuf -i 100000-999999 -n 1)
send_code "$phone" "$code" >"$folder/sent" &
sending=$!

# 3. The test waits for it, and reads what the called person would hear.
heard=$(call GET "/_mock/otp/$phone?wait=10s")
wait "$sending"
sent=$(<"$folder/sent")
id=$(field id "$sent")
echo "ok send $id by $(field carrier "$sent")"
[[ $(field code "$heard") == "$code" ]] || fail "the code is not the one that was sent"
echo "ok code $code"

# 4. Go on until nothing is due. The answer comes once the webhook was answered.
advance=$(call POST /_mock/clock/advance '{"to":"idle"}')
echo "ok clock fired $(field fired_total "$advance") events"

# 5. The webhook is genuine, and would not be with another number in it.
[[ -e $folder/body ]] || fail "no webhook came"
signature=$(<"$folder/signature")
is_genuine "$signature" <"$folder/body" || fail "the signature of the webhook does not fit its body"
sed "s/$phone/+84987654321/" "$folder/body" >"$folder/tampered"
! is_genuine "$signature" <"$folder/tampered" ||
    fail "a webhook that was tampered with passed for genuine"
event=$(<"$folder/body")
[[ $(field id "$event") == "$id" ]] || fail "the webhook is about another delivery"
echo "ok webhook $(field type "$event"), and a tampered one is refused"

# 6. What the application can ask for agrees.
delivery=$(call GET "/api/v1/deliveries/$id")
status=$(field status "$delivery")
funds=$(call GET /api/v1/balance)
balance=$(field balance "$funds")
[[ $status == delivered ]] || fail "the delivery is $status"
[[ $balance == 0.088 ]] || fail "the balance is $balance"
echo "ok delivery $status, balance $balance"

# 7. Nothing is left over: no code unread, no call refused, no webhook lost.
call GET /_mock/verify >/dev/null
echo "ok verify nothing left over"
