# frozen_string_literal: true

# Tests how an application sends a code and learns that it was heard. Needs Ruby 3.0 and webrick.
#
#   NEXO_MOCK_URL=http://127.0.0.1:8484 ruby otp_test.rb

require 'json'
require 'net/http'
require 'openssl'
require 'securerandom'
require 'webrick'

MOCK = URI(ENV.fetch('NEXO_MOCK_URL', 'http://127.0.0.1:8484'))
KEY = "sk_live_ruby_#{SecureRandom.uuid}" # a new account, of this test alone
SECRET = 'whsec_ruby_example'
PHONE = '+84981234567'

def check(holds, problem)
  abort "FAILED #{problem}" unless holds
end

def call(method, path, body = nil)
  headers = { 'Authorization' => "Bearer #{KEY}", 'Content-Type' => 'application/json' }
  reply = Net::HTTP.start(MOCK.host, MOCK.port) do |http|
    http.send_request(method, path, body&.to_json, headers)
  end
  said = "#{reply.code} #{reply.body}"
  check reply.is_a?(Net::HTTPSuccess), "#{method} #{path} was answered with #{said}"
  JSON.parse(reply.body, symbolize_names: true)
end

# The application: it sends codes and takes webhooks.

WEBHOOKS = Queue.new

def send_code(phone, code)
  call('POST', '/api/v1/send-otp', { phone: phone, code: code })
end

def genuine?(body, signature)
  key = OpenSSL::Digest::SHA256.digest(SECRET) # the raw 32 bytes
  expected = "sha256=#{OpenSSL::HMAC.hexdigest('SHA256', key, body)}"
  OpenSSL.secure_compare(expected, signature)
end

receiver = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: 0, AccessLog: [],
                                   Logger: WEBrick::Log.new(File::NULL))
receiver.mount_proc('/webhooks/nexo') do |request, response|
  body = request.body # the bytes as they came: parse them once they are verified
  signature = request['X-NEXO-Signature'].to_s
  WEBHOOKS << [body, signature]
  response.status = genuine?(body, signature) ? 204 : 401
end
Thread.new { receiver.start }

# 1. Time stands still for this account, and its webhooks come here.
target = "http://127.0.0.1:#{receiver.config[:Port]}/webhooks/nexo"
call('PUT', '/_mock/clock', { mode: 'manual' })
call('PATCH', '/_mock/account', { webhook: { url: target, secret: SECRET } })
puts "ok account with a manual clock, webhooks to #{target}"

# 2. The application sends a code, in the background.
code = format('%06d', SecureRandom.random_number(1_000_000))
sending = Thread.new { send_code(PHONE, code) }

# 3. The test waits for it, and reads what the called person would hear.
heard = call('GET', "/_mock/otp/#{PHONE}?wait=10s")
sent = sending.value
puts "ok send #{sent[:id]} by #{sent[:carrier]}"
check heard[:code] == code, 'the code is not the one that was sent'
puts "ok code #{code}"

# 4. Go on until nothing is due. The answer comes once the webhook was answered.
advance = call('POST', '/_mock/clock/advance', { to: 'idle' })
puts "ok clock fired #{advance[:fired_total]} events"

# 5. The webhook is genuine, and would not be with another number in it.
check !WEBHOOKS.empty?, 'no webhook came'
body, signature = WEBHOOKS.pop
check genuine?(body, signature), 'the signature of the webhook does not fit its body'
tampered = body.sub(PHONE, '+84987654321')
check !genuine?(tampered, signature), 'a webhook that was tampered with passed for genuine'
event = JSON.parse(body, symbolize_names: true)
check event[:id] == sent[:id], 'the webhook is about another delivery'
puts "ok webhook #{event[:type]}, and a tampered one is refused"

# 6. What the application can ask for agrees.
status = call('GET', "/api/v1/deliveries/#{sent[:id]}")[:status]
balance = call('GET', '/api/v1/balance')[:balance]
check status == 'delivered', "the delivery is #{status}"
check balance == 0.088, "the balance is #{balance}"
puts "ok delivery #{status}, balance #{balance}"

# 7. Nothing is left over: no code unread, no call refused, no webhook lost.
call('GET', '/_mock/verify')
puts 'ok verify nothing left over'
