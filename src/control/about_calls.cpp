#include <nexo_mock/codec/embedded.hpp>
#include <nexo_mock/control/handlers.hpp>
#include <nexo_mock/control/views.hpp>

namespace nexo_mock::control {

void health(host& of_all, const call& of) {
    codec::json_writer json{of.out.body};
    write_health(json, of_all.health());
}

void metrics(host& of_all, const call& of) {
    of.out.content_type = "text/plain; version=0.0.4; charset=utf-8";
    of.out.body = of_all.metrics();
}

void openapi(host&, const call& of) {
    of.out.body = embedded::documents.front().text;
}

void scenario_schema(host&, const call& of) {
    of.out.content_type = "application/schema+json";
    of.out.body = embedded::schemas.front().text;
}

void reset(host& of_all, const call& of) {
    of_all.reset(of.scope, [reply = of.later(nullptr)] {
        api::response out;
        out.body = R"({"ok":true})";
        reply(std::move(out));
    });
}

}  // namespace nexo_mock::control
