<?php

// Tests how an application sends a code and learns that it was heard. Needs PHP 8.2 with curl.
//
//     NEXO_MOCK_URL=http://127.0.0.1:8484 php otp_test.php

declare(strict_types=1);

const SECRET = 'whsec_php_example';
const PHONE = '+84981234567';
define('URL', getenv('NEXO_MOCK_URL') ?: 'http://127.0.0.1:8484');
define('KEY', 'sk_live_php_' . bin2hex(random_bytes(8))); // a new account, of this test alone

// The application: it sends codes and takes webhooks.

function sendCode(string $phone, string $code): CurlHandle
{
    return request('POST', '/api/v1/send-otp', ['phone' => $phone, 'code' => $code]);
}

function isGenuine(string $body, string $signature): bool
{
    $key = hash('sha256', SECRET, binary: true); // the raw 32 bytes
    return hash_equals('sha256=' . hash_hmac('sha256', $body, $key), $signature);
}

if (PHP_SAPI === 'cli-server') { // so this is the web server that step 1 starts
    $body = file_get_contents('php://input'); // the bytes as they came: parse them once verified
    $signature = $_SERVER['HTTP_X_NEXO_SIGNATURE'] ?? '';
    file_put_contents('php://stdout', json_encode([$body, $signature]) . "\n");
    http_response_code(isGenuine($body, $signature) ? 204 : 401);
    return;
}

function check(bool $holds, string $problem): void
{
    if (!$holds) {
        fwrite(STDERR, "FAILED $problem\n");
        exit(1);
    }
}

function request(string $method, string $path, ?array $body = null): CurlHandle
{
    $request = curl_init(URL . $path);
    curl_setopt_array($request, [
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . KEY, 'Content-Type: application/json'],
        CURLOPT_RETURNTRANSFER => true,
    ]);
    if ($body !== null) {
        curl_setopt($request, CURLOPT_POSTFIELDS, json_encode($body));
    }
    return $request;
}

/** Makes the requests at the same time, and answers with the replies in their order. */
function callAll(CurlHandle ...$requests): array
{
    $transfers = curl_multi_init();
    foreach ($requests as $request) {
        curl_multi_add_handle($transfers, $request);
    }
    while (curl_multi_exec($transfers, $running) === CURLM_OK && $running) {
        curl_multi_select($transfers);
    }
    while ($ended = curl_multi_info_read($transfers)) {
        check($ended['result'] === CURLE_OK, curl_strerror($ended['result']) . ': ' . URL);
    }
    return array_map(function (CurlHandle $request): array {
        ['url' => $url, 'http_code' => $status] = curl_getinfo($request);
        $text = curl_multi_getcontent($request);
        check($status >= 200 && $status < 300, "$url was answered with $status $text");
        return json_decode($text, associative: true, flags: JSON_THROW_ON_ERROR);
    }, $requests);
}

function call(string $method, string $path, ?array $body = null): array
{
    return callAll(request($method, $path, $body))[0];
}

// 1. Time stands still for this account, and its webhooks come to a server of this same file.
$command = [PHP_BINARY, '-S', '127.0.0.1:0', __FILE__];
$server = proc_open($command, [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
register_shutdown_function(fn () => proc_terminate($server));
preg_match('~http://[\d.:]+~', (string) fgets($pipes[2]), $address);
$target = $address[0] . '/webhooks/nexo';
call('PUT', '/_mock/clock', ['mode' => 'manual']);
call('PATCH', '/_mock/account', ['webhook' => ['url' => $target, 'secret' => SECRET]]);
echo "ok account with a manual clock, webhooks to $target\n";

// 2. The application sends a code, while
// 3. the test waits for it, and reads what the called person would hear.
$code = sprintf('%06d', random_int(0, 999_999));
[$sent, $heard] = callAll(
    sendCode(PHONE, $code),
    request('GET', '/_mock/otp/' . PHONE . '?wait=10s'),
);
echo "ok send {$sent['id']} by {$sent['carrier']}\n";
check($heard['code'] === $code, 'the code is not the one that was sent');
echo "ok code $code\n";

// 4. Go on until nothing is due. The answer comes once the webhook was answered.
$advance = call('POST', '/_mock/clock/advance', ['to' => 'idle']);
echo "ok clock fired {$advance['fired_total']} events\n";

// 5. The webhook is genuine, and would not be with another number in it.
stream_set_blocking($pipes[1], false);
$webhook = fgets($pipes[1]);
check($webhook !== false, 'no webhook came');
[$body, $signature] = json_decode($webhook);
check(isGenuine($body, $signature), 'the signature of the webhook does not fit its body');
$tampered = str_replace(PHONE, '+84987654321', $body);
check(!isGenuine($tampered, $signature), 'a webhook that was tampered with passed for genuine');
$event = json_decode($body, associative: true);
check($event['id'] === $sent['id'], 'the webhook is about another delivery');
echo "ok webhook {$event['type']}, and a tampered one is refused\n";

// 6. What the application can ask for agrees.
['status' => $status] = call('GET', "/api/v1/deliveries/{$sent['id']}");
['balance' => $balance] = call('GET', '/api/v1/balance');
check($status === 'delivered', "the delivery is $status");
check($balance === 0.088, "the balance is $balance");
echo "ok delivery $status, balance $balance\n";

// 7. Nothing is left over: no code unread, no call refused, no webhook lost.
call('GET', '/_mock/verify');
echo "ok verify nothing left over\n";
