#pragma once

#include <nexo_mock/codec/json_document.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <variant>

/// Which keys of the scenarios' schema a scenario uses. A key is told by the schema's object that
/// knows it: "/$defs/condition phone".
namespace support {

using nexo_mock::codec::json_kind;
using nexo_mock::codec::json_node;

inline const json_node* child(const json_node& of, std::string_view name) {
    const auto found = std::ranges::find(of.members, name, &nexo_mock::codec::json_member::name);
    return found == of.members.end() ? nullptr : &found->value;
}

/// The keys of all objects that say what becomes of further ones; others only narrow down.
class schema_keys {
 public:
    explicit schema_keys(std::string_view schema) {
        collect(std::get<json_node>(nexo_mock::codec::read_json(schema)), "");
    }
    const std::set<std::string>& all() const { return all_; }

 private:
    void collect(const json_node& node, const std::string& path) {
        const auto* properties = child(node, "properties");
        if (properties != nullptr && child(node, "additionalProperties") != nullptr) {
            for (const auto& each : properties->members)
                all_.insert(path + ' ' + each.name);
        }
        for (const auto& each : node.members)
            collect(each.value, path + '/' + each.name);
        for (std::size_t i = 0; i < node.items.size(); ++i)
            collect(node.items[i], path + '/' + std::to_string(i));
    }

    std::set<std::string> all_;
};

/// The keys that scenarios use, in the same form.
class used_keys {
 public:
    void add(std::string_view scenario) {
        walk(std::get<json_node>(nexo_mock::codec::read_json(scenario)), "");
    }
    const std::set<std::string>& all() const { return all_; }

 private:
    void walk(const json_node& node, const std::string& where) {
        for (const auto& each : node.items)
            walk(each, where);
        const auto place = where == "step" ? place_of_step(node) : where;
        for (const auto& each : node.members) {
            all_.insert(place + ' ' + each.name);
            const auto next = place_of(place, each.name);
            if (!next.empty()) walk(each.value, next);
        }
    }

    static std::string place_of_step(const json_node& step) {
        for (const auto* each : {"deliver", "fail", "pending", "timeline", "error", "one_of"}) {
            if (child(step, each) != nullptr) return std::string{"/$defs/"} + each;
        }
        const auto* fault = child(step, "fault");
        if (fault == nullptr) return "/$defs/late_reply";
        const auto& kind =
            (fault->kind == json_kind::object ? *child(*fault, "kind") : *fault).text;
        return kind == "truncate" || kind == "slow" ? "/$defs/broken_reply" : "/$defs/lost_call";
    }

    /// The object that stands at that key; empty where the schema knows no keys.
    static std::string place_of(std::string_view place, std::string_view key) {
        struct row {
            std::string_view key;
            std::string_view place;
        };
        constexpr std::array rows{row{"api", "/$defs/api"},
                                  row{"price", "/$defs/api/properties/price/oneOf/1"},
                                  row{"account_defaults", "/$defs/account_defaults"},
                                  row{"accounts", "/$defs/account"},
                                  row{"rules", "/$defs/rule"},
                                  row{"when", "/$defs/condition"},
                                  row{"then", "step"},
                                  row{"one_of", "step"},
                                  row{"timeline", "/$defs/event"},
                                  row{"fault", "/$defs/fault_value/oneOf/1"},
                                  row{"set_state", "/$defs/set_state/anyOf/1"},
                                  row{"timeout", "/$defs/log_normal"},
                                  row{"retry", "/$defs/log_normal"},
                                  row{"after", "/$defs/log_normal"},
                                  row{"latency", "/$defs/log_normal"},
                                  row{"for", "/$defs/log_normal"},
                                  row{"delay", "/$defs/log_normal"}};
        if (key == "webhook") {
            if (place.empty()) return "/$defs/webhook_settings";
            return place.starts_with("/$defs/account") ? "/$defs/account_webhook"
                                                       : "/$defs/webhook_manner";
        }
        const auto found = std::ranges::find(rows, key, &row::key);
        return found == rows.end() ? "" : std::string{found->place};
    }

    std::set<std::string> all_;
};

}  // namespace support
