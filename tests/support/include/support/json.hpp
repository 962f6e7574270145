#pragma once

#include <nexo_mock/codec/json_document.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// A JSON text to look into. What is not there is a mistake of the test, and throws.
class json {
 public:
    explicit json(std::string_view text) {
        auto parsed = nexo_mock::codec::read_json(text);
        if (std::holds_alternative<nexo_mock::codec::syntax_error>(parsed)) {
            throw std::runtime_error{"no JSON: " + std::string{text.substr(0, 200)}};
        }
        auto whole = std::make_shared<const nexo_mock::codec::json_node>(
            std::move(std::get<nexo_mock::codec::json_node>(parsed)));
        node_ = whole.get();
        whole_ = std::move(whole);
    }

    bool has(std::string_view name) const { return find(name) != nullptr; }
    json operator[](std::string_view name) const {
        const auto* found = find(name);
        if (found == nullptr) throw std::runtime_error{"no \"" + std::string{name} + "\" here"};
        return {whole_, found};
    }
    std::vector<json> items() const {
        std::vector<json> all;
        for (const auto& each : node_->items)
            all.push_back({whole_, &each});
        return all;
    }
    std::size_t size() const { return node_->items.size(); }

    bool is_null() const { return node_->kind == nexo_mock::codec::json_kind::null; }
    bool is_true() const { return node_->boolean; }
    /// Of a string, or a number as it is written.
    const std::string& text() const { return node_->text; }
    std::uint64_t number() const { return std::stoull(node_->text); }

 private:
    using node = nexo_mock::codec::json_node;

    json(std::shared_ptr<const node> whole, const node* here)
        : whole_{std::move(whole)}, node_{here} {}

    const node* find(std::string_view name) const {
        for (const auto& each : node_->members) {
            if (each.name == name) return &each.value;
        }
        return nullptr;
    }

    std::shared_ptr<const node> whole_;
    const node* node_;
};

/// The `seq` of each object in a list, in order.
inline std::vector<std::uint64_t> seqs_of(const json& list) {
    std::vector<std::uint64_t> all;
    for (const auto& each : list.items())
        all.push_back(each["seq"].number());
    return all;
}

}  // namespace support
