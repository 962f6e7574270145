#include <nexo_mock/api/explanation_json.hpp>
#include <nexo_mock/cli/explain_report.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/codec/replies.hpp>
#include <nexo_mock/codec/rule_words.hpp>
#include <nexo_mock/codec/text_formats.hpp>

#include <ostream>

namespace nexo_mock::cli {

namespace {

using codec::format_duration;
using codec::json_writer;

std::string money_text(domain::money of) {
    std::string text;
    codec::append_money(text, of);
    return text;
}

// --- for people

class text_report {
 public:
    text_report(std::ostream& out, const painter& paint, const api::send_question& asked,
                const api::explanation& told)
        : out_{out}, paint_{paint}, asked_{asked}, told_{told}, compared_{asked} {}

    void print() const {
        print_question();
        print_rules();
        print_reply();
        if (told_.accepted) print_course();
    }

 private:
    void head(std::string_view text) const { out_ << paint_(color::bold, text) << '\n'; }

    void print_question() const {
        out_ << "send-otp " << asked_.phone;
        if (compared_.number) out_ << " (" << name(compared_.number->carrier()) << ')';
        out_ << ", code " << asked_.code << ", key " << asked_.key << ", attempt " << asked_.attempt
             << ", " << format_duration(asked_.elapsed) << " after the account began, state \""
             << told_.state << "\", seed " << asked_.seed << "\n\n";
    }

    void print_rules() const {
        const auto& rules = told_.scenario->rules;
        head("Rules of \"" + told_.scenario->name + '"');
        if (told_.trials.empty()) {
            out_ << "  none is asked: the call is refused before\n\n";
            return;
        }
        bool decided = false;
        for (const auto& each : told_.trials) {
            const auto& rule = rules[each.rule_index];
            const bool decides = each.outcome == domain::verdict::decides;
            decided = decided || decides;
            const auto line = "/rules/" + std::to_string(each.rule_index) + " \"" + rule.name +
                              "\": " + codec::in_words(each, rule, compared_.call, told_.state);
            out_ << (decides ? "  > " + paint_(color::green, line) : "    " + line) << '\n';
        }
        const auto left = rules.size() - told_.trials.size();
        if (!decided)
            out_ << "    none decides: delivered after 25s..60s, as at the real service\n";
        if (left != 0) out_ << "    (" << left << " more, not looked at)\n";
        out_ << '\n';
    }

    void print_reply() const {
        const auto& reply = told_.reply;
        head("Reply");
        if (reply.manner.after_webhook) {
            out_ << "  once the first attempt of its webhook has ended\n";
        }
        if (reply.manner.latency > domain::duration{}) {
            out_ << "  " << format_duration(reply.manner.latency) << " late, in real time\n";
        }
        if (reply.status != 0) out_ << "  " << reply.status << ' ' << reply.body << '\n';
        for (const auto& [name, value] : reply.headers)
            out_ << "  " << name << ": " << value << '\n';
        if (const auto& fault = reply.manner.fault) {
            out_ << "  the client sees a fault: " << name(fault->kind);
            if (takes_time(fault->kind)) out_ << " for " << format_duration(fault->lasts);
            out_ << '\n';
        }
        if (reply.status >= 400) out_ << "  because: " << reply.note << '\n';
    }

    void print_course() const {
        const auto& view = *told_.accepted;
        out_ << '\n';
        head("Course of " + view.id.text());
        std::string from;
        for (const auto which : domain::all_buckets) {
            if (view.drawn[which].is_zero()) continue;
            from += (from.empty() ? "" : ", ") + std::string{name(which)} + ' ' +
                    money_text(view.drawn[which]);
        }
        line({}, "sent by " + std::string{name(view.carrier)} + ", " +
                     money_text(view.drawn.total()) + " held" +
                     (from.empty() ? "" : " (" + from + ')'));
        for (const auto& each : told_.course)
            line(each.at, each.attempt == 0 ? change_words(each) : webhook_words(each));
        if (told_.course.empty()) out_ << "  nothing ever happens to it\n";
        if (!told_.target) out_ << "  no webhook target, so no webhook (--webhook-url sets one)\n";
    }

    void line(domain::duration at, const std::string& text) const {
        auto when = '+' + format_duration(std::chrono::floor<std::chrono::milliseconds>(at));
        constexpr std::size_t width = 9;
        if (when.size() < width) when.append(width - when.size(), ' ');
        out_ << "  " << when << ' ' << text << '\n';
    }

    static std::string change_words(const api::foreseen_event& event) {
        auto words = std::string{name(event.outcome.status)};
        if (!event.outcome.error_code.empty()) words += " (" + event.outcome.error_code + ')';
        if (!event.outcome.carrier_status.empty()) {
            words += ", carrier_status " + event.outcome.carrier_status;
        }
        return words + ", cost " + money_text(event.cost);
    }

    std::string webhook_words(const api::foreseen_event& event) const {
        auto words = "webhook " + std::to_string(event.event + 1) + ", " +
                     std::string{codec::webhook_type(event.outcome.status)};
        words += ", attempt " + std::to_string(event.attempt) + " to " + told_.target->url;
        if (event.signature != domain::signature_kind::valid) {
            words += ", signature " + std::string{name(event.signature)};
        }
        words += event.status == 0 ? ": no answer" : ": answered " + std::to_string(event.status);
        if (event.after == domain::event_state::acknowledged) return words + ladder_words(event);
        return words +
               (event.after == domain::event_state::given_up ? ", given up" : ", tried again");
    }

    /// What would follow if the receiver did not acknowledge.
    std::string ladder_words(const api::foreseen_event& event) const {
        if (event.attempt != 1 || event.event != 0) return {};
        const auto& waits = told_.scenario->webhook.retry;
        if (waits.empty()) return "; if it were not, it would be given up";
        std::string words;
        for (const auto& each : waits)
            words += (words.empty() ? "" : ", ") + codec::in_words(each);
        return "; if it were not, it would be tried again after " + words;
    }

    std::ostream& out_;
    const painter& paint_;
    const api::send_question& asked_;
    const api::explanation& told_;
    api::compared_call compared_;
};

}  // namespace

void print_explanation(std::ostream& out, const painter& paint, const api::send_question& asked,
                       const api::explanation& told) {
    text_report{out, paint, asked, told}.print();
}

std::string explanation_json(const api::send_question& asked, const api::explanation& told) {
    std::string text;
    json_writer json{text};
    json.begin_object();
    api::write_explanation(json, asked, told);
    json.end_object();
    return text;
}

}  // namespace nexo_mock::cli
