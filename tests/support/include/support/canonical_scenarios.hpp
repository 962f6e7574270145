#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

/// What a scenario may say, piece by piece, in the very form in which scenarios are written. No two
/// of the pieces mean the same, and together they use every key.
namespace support {

/// Members of a scenario.
inline constexpr auto canonical_settings = std::to_array<std::string_view>({
    "\"description\":\"two\\nlines, \\\"quoted\\\", \u20ac\"",
    R"("seed":0)",
    R"("seed":9007199254740991)",
    R"("api":{"price":0.03})",
    R"("api":{"price":{"mobifone":0.03,"viettel":0.022}})",
    R"("api":{"price":{"default":0,"viettel":1000000000000,"vinaphone":0.000001,"mobifone":1,)"
    R"("vietnamobile":2,"gmobile":3,"itel":4,"reddi":5}})",
    R"("api":{"refund_failed":false})",
    R"("api":{"spend_order":["balance","free_credit","bonus_credit"]})",
    R"("api":{"keys":"listed"})",
    R"("api":{"no_route":["reddi","mobifone"]})",
    R"("api":{"errors":{"insufficient_balance":429,"no_route":404}})",
    R"("webhook":{"url":"http://localhost:3000/hook","secret":"whsec_dev"})",
    R"("webhook":{"url":"http://localhost:3000/hook","secret":""})",
    R"("webhook":{"url":"http://localhost:3001/hook","secret":"whsec_dev"})",
    R"("webhook":{"timeout":"500ms"})",
    R"("webhook":{"retry":[]})",
    R"("webhook":{"retry":["5s","30s..1m",{"median":"2m","sigma":0.4}]})",
    R"("webhook":{"ca_file":"certs/ca.pem"})",
    R"("webhook":{"insecure":true})",
    R"("account_defaults":{"balance":1})",
    R"("account_defaults":{"bonus_credit":1})",
    R"("account_defaults":{"free_credit":0})",
    R"("account_defaults":{"webhook":{"url":"https://a.test/","secret":"whsec_dev"}})",
    R"("account_defaults":{"ip_allowlist":["10.0.0.0/8","192.168.1.7","2001:db8::/32"]})",
    R"("account_defaults":{"ip_allowlist":["0.0.0.0/0","10.1.2.3/8","::1","::ffff:0.0.0.0/95"]})",
    R"("account_defaults":{"revoked":true})",
    R"("accounts":[{"key":"sk_live_a"}])",
    R"("accounts":[{"key":"sk_live_a"},{"key":"sk_live_b"}])",
    R"("accounts":[{"key":"sk_live_a","balance":25}])",
    R"("accounts":[{"key":"sk_live_a","bonus_credit":0.5}])",
    R"("accounts":[{"key":"sk_live_a","free_credit":0.000001}])",
    R"("accounts":[{"key":"sk_live_a","webhook":{"url":"https://a.test/","secret":"s"}}])",
    R"("accounts":[{"key":"sk_live_a","ip_allowlist":["::/0"]}])",
    R"("accounts":[{"key":"sk_live_a","revoked":true}])",
    R"("account_defaults":{"balance":1,"webhook":{"url":"https://a.test/","secret":"s"},)"
    R"("ip_allowlist":["::1"],"revoked":true},"accounts":[{"key":"sk_live_a","balance":0,)"
    R"("webhook":{},"ip_allowlist":[],"revoked":false},{"key":"sk_live_b"}])",
});

/// Members of a rule.
inline constexpr auto canonical_rules = std::to_array<std::string_view>({
    R"("name":"","then":{"deliver":true})",
    R"("name":"rule 2","then":{"deliver":true})",
    R"("then":{"deliver":true},"end":"loop")",
    R"("then":{"deliver":true},"end":"fall_through")",
    R"("then":{"deliver":true},"per":"phone")",
    R"("then":[{"deliver":true},{"deliver":true}])",
    R"("then":[{"fail":"busy","times":2},{"deliver":true}])",
    R"("then":[{"deliver":true,"times":1000000000}])",
});

/// Conditions.
inline constexpr auto canonical_conditions = std::to_array<std::string_view>({
    R"({"endpoint":"deliveries"})",
    R"({"endpoint":"balance"})",
    R"({"endpoint":"any"})",
    R"({"phone":"+84981234567"})",
    R"({"phone":["+84981234567","+8490*"]})",
    R"({"phone":"*"})",
    R"({"code":"1?34"})",
    R"({"key":"sk_live_a"})",
    R"({"key":"sk_live_*"})",
    R"({"carrier":["viettel","itel"]})",
    R"({"state":"start"})",
    R"({"elapsed":".."})",
    R"({"elapsed":"1m.."})",
    R"({"elapsed":"..2m"})",
    R"({"elapsed":"0.5ms..36h"})",
    R"({"every":1000000000})",
    R"({"chance":0})",
    R"({"chance":0.1})",
    R"({"chance":0.30000000000000004})",
    R"({"chance":1e-300})",
});

/// Single steps.
inline constexpr auto canonical_steps = std::to_array<std::string_view>({
    R"({"deliver":true})",
    R"({"deliver":true,"after":"12s"})",
    R"({"deliver":true,"after":"0s..12s"})",
    R"({"deliver":true,"after":{"median":"0s","sigma":0}})",
    R"({"deliver":true,"after":{"median":"0s","sigma":0.4}})",
    R"({"deliver":true,"carrier_status":"own"})",
    R"({"fail":"busy"})",
    R"({"fail":"own"})",
    R"({"fail":"busy","after":"1.5s","carrier_status":"busy"})",
    R"({"pending":true})",
    R"({"timeline":[],"webhook":{}})",
    R"({"timeline":[{"status":"sent"}]})",
    R"({"timeline":[{"status":"failed","error_code":""}]})",
    R"({"timeline":[{"status":"delivered","error_code":"busy"}]})",
    R"({"timeline":[{"after":"5s","status":"failed"},{"after":"5s..6s","status":"delivered"},)"
    R"({"after":{"median":"1h","sigma":1},"status":"failed","error_code":"timeout"}]})",
    R"({"timeline":[{"status":"sent","error_code":"busy","carrier_status":""},)"
    R"({"status":"delivered","carrier_status":"own"}]})",
    R"({"error":"no_route"})",
    R"({"error":"no_route","status":404})",
    R"({"error":"no_route","headers":{"Retry-After":"2","X-Own":""}})",
    R"({"error":"no_route","body":""})",
    R"({"fault":"reset"})",
    R"({"fault":"close"})",
    R"({"fault":"hang"})",
    R"({"fault":"truncate"})",
    R"({"fault":"garbage"})",
    R"({"fault":"slow"})",
    R"({"fault":{"kind":"hang","for":"5s"}})",
    R"({"fault":{"kind":"slow","for":{"median":"10s","sigma":0.1}}})",
    R"({"latency":"0s"})",
    R"({"latency":"50ms..400ms"})",
    R"({"fault":"slow","latency":"2s"})",
    R"({"deliver":true,"set_state":""})",
    R"({"deliver":true,"set_state":"down"})",
    R"({"deliver":true,"set_state":{"to":"down","for":"0s"}})",
    R"({"deliver":true,"set_state":{"to":"down","for":{"median":"30s","sigma":10}}})",
    R"({"deliver":true,"cost":0})",
    R"({"deliver":true,"cost":0.022})",
    R"({"deliver":true,"carrier":"viettel"})",
    R"({"deliver":true,"webhook":{}})",
    R"({"deliver":true,"webhook":{"copies":0}})",
    R"({"deliver":true,"webhook":{"copies":100}})",
    R"({"deliver":true,"webhook":{"delay":"1m..5m"}})",
    R"({"deliver":true,"webhook":{"before_reply":true}})",
    R"({"deliver":true,"webhook":{"signature":"missing"}})",
    R"({"deliver":true,"webhook":{"signature":"wrong_secret"}})",
    R"({"deliver":true,"webhook":{"signature":"raw_secret"}})",
    R"({"deliver":true,"webhook":{"signature":"tampered"}})",
    R"({"one_of":[{"deliver":true}]})",
    R"({"one_of":[{"weight":0,"deliver":true},{"weight":0.5,"fail":"busy"}]})",
    R"({"one_of":[{"weight":1e+09,"one_of":[{"pending":true},{"fault":"reset"}]}]})",
});

/// Every action with all that may stand beside it, "times" and "weight" aside.
inline constexpr auto canonical_companions = std::to_array<std::string_view>({
    R"("deliver":true,"after":"1s","carrier_status":"own","fault":"reset","latency":"1s",)"
    R"("carrier":"itel","cost":1,"webhook":{"copies":2},"set_state":"a")",
    R"("fail":"busy","after":"1s","carrier_status":"own","fault":"reset","latency":"1s",)"
    R"("carrier":"itel","cost":1,"webhook":{"copies":2},"set_state":"a")",
    R"("pending":true,"fault":"reset","latency":"1s","carrier":"itel","cost":1,"set_state":"a")",
    R"("timeline":[{"status":"sent"}],"fault":"reset","latency":"1s","carrier":"itel","cost":1,)"
    R"("webhook":{"copies":2},"set_state":"a")",
    R"("error":"no_route","status":404,"headers":{"X":"y"},"body":"z","fault":"reset",)"
    R"("latency":"1s","set_state":"a")",
    R"("one_of":[{"deliver":true}],"fault":"reset","latency":"1s","carrier":"itel","cost":1,)"
    R"("webhook":{"copies":2},"set_state":"a")",
    R"("fault":"reset","latency":"1s","set_state":"a")",
    R"("fault":"slow","latency":"1s","carrier":"itel","cost":1,"webhook":{"copies":2},)"
    R"("set_state":"a")",
    R"("latency":"1s","carrier":"itel","cost":1,"webhook":{"copies":2},"set_state":"a")",
});

/// What a `one_of` hands down, what its steps say themselves, and what only it can give them.
inline constexpr auto canonical_choices = std::to_array<std::string_view>({
    R"({"one_of":[{"deliver":true},{"deliver":true,"latency":"2s"}],"latency":"1s"})",
    R"({"one_of":[{"deliver":true},{"deliver":true,"fault":"close"}],"fault":"reset"})",
    R"({"one_of":[{"deliver":true},{"deliver":true,"carrier":"itel"}],"carrier":"reddi"})",
    R"({"one_of":[{"deliver":true},{"deliver":true,"cost":1}],"cost":0})",
    R"({"one_of":[{"deliver":true},{"deliver":true,"webhook":{}}],"webhook":{"copies":2}})",
    R"({"one_of":[{"deliver":true},{"deliver":true,"set_state":"b"}],"set_state":"a"})",
    R"({"one_of":[{"deliver":true,"set_state":"a"}],"set_state":{"to":"a","for":"1s"}})",
    R"({"one_of":[{"deliver":true,"set_state":{"to":"a","for":"2s"}}],"set_state":"a"})",
    R"({"one_of":[{"latency":"2s"}],"fault":"reset"})",
    R"({"one_of":[{"latency":"2s"},{"fault":"reset"}],"fault":"reset","latency":"2s"})",
    R"({"one_of":[{"fault":"slow"}],"fault":"slow"})",
    R"({"one_of":[{"error":"no_route"},{"fault":"close"},{"pending":true}],"carrier":"itel",)"
    R"("cost":1,"webhook":{"copies":0}})",
    R"({"one_of":[{"timeline":[],"webhook":{}}],"webhook":{"copies":0}})",
    R"({"one_of":[{"one_of":[{"deliver":true},{"deliver":true,"cost":2}],"cost":1}],"cost":2})",
    R"({"one_of":[{"one_of":[{"error":"no_route"},{"deliver":true,"cost":1}]}],"cost":2})",
    R"({"one_of":[{"deliver":true,"webhook":{"before_reply":true}}],"webhook":{"delay":"1s"}})",
});

/// All of it, each piece as a scenario of its own.
inline std::vector<std::string> canonical_scenarios() {
    std::vector<std::string> all{R"({"name":"x"})", R"({"name":""})"};
    const auto add = [&](std::string_view before, std::string_view piece, std::string_view behind) {
        all.push_back(R"({"name":"x",)" + std::string{before} + std::string{piece} +
                      std::string{behind} + '}');
    };
    for (const auto each : canonical_settings)
        add("", each, "");
    for (const auto each : canonical_rules)
        add(R"("rules":[{)", each, "}]");
    for (const auto each : canonical_conditions)
        add(R"("rules":[{"when":)", each, R"(,"then":{"deliver":true}}])");
    for (const auto each : canonical_steps)
        add(R"("rules":[{"then":)", each, "}]");
    for (const auto each : canonical_choices)
        add(R"("rules":[{"then":)", each, "}]");
    for (const auto each : canonical_companions) {
        const bool is_choice = each.starts_with(R"("one_of")");
        add(is_choice ? R"("rules":[{"then":{)" : R"("rules":[{"then":[{)", each,
            is_choice ? R"(,"times":2}}])" : R"(,"times":2}]}])");
        add(R"("rules":[{"then":{"one_of":[{"weight":2,)", each, "}]}}]");
    }
    return all;
}

}  // namespace support
