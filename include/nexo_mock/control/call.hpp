#pragma once

#include <nexo_mock/api/late_reply.hpp>
#include <nexo_mock/codec/field_reader.hpp>
#include <nexo_mock/codec/json_writer.hpp>
#include <nexo_mock/control/host.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the handlers of control calls have in common.
namespace nexo_mock::control {

/// A control call that was admitted: what it is about and where its answer goes.
struct call {
    const api::request& in;
    api::response& out;
    api::defer later;
    control::scope scope;        ///< opened
    std::string_view parameter;  ///< the part of the path that is the caller's, still encoded
};

/// Answers one call; see control_api.
using handler = void (*)(host&, const call&);

/// {"ok":false,"error":…,"detail":…}
void fail(api::response& out, int status, std::string_view error, std::string_view detail);

/// A whole number in the query, `otherwise` if it is not there; none, and the call is refused, if
/// it is no number from `least` to `most`.
std::optional<std::uint64_t> number_in_query(const call& of, std::string_view name,
                                             std::uint64_t otherwise, std::uint64_t least,
                                             std::uint64_t most);

/// Refuses the call with a line for each mistake, and says so: the document is called `what`.
/// Warnings alone do not refuse.
bool refuse_mistakes(api::response& out, std::string_view error, std::string_view what,
                     const std::vector<codec::diagnostic>& mistakes);

/// Reads a JSON body with `read`, which complains of what it does not like; false: refused.
template <class Reader>
bool read_body(const call& of, Reader read, std::string_view error = "invalid_body") {
    std::vector<codec::diagnostic> mistakes;
    auto parsed = codec::read_json(of.in.body);
    if (const auto* broken = std::get_if<codec::syntax_error>(&parsed)) {
        mistakes.push_back({broken->at, "", broken->message, codec::severity::error});
    } else {
        read(codec::field{std::get<codec::json_node>(parsed), "", mistakes});
    }
    codec::sort_by_place(mistakes);
    return !refuse_mistakes(of.out, error, "body", mistakes);
}

/// The entries of one answer to a paging call: those behind `after`, oldest first, at most
/// `limit`. Entries are numbered over all accounts.
class page {
 public:
    /// None, and the call is refused, if "after" or "limit" are no good. `end` is the number of the
    /// first entry that is too new to be shown.
    static std::optional<page> asked_for(const call& of, std::uint64_t end);

    std::uint64_t after() const { return after_; }
    bool holds(std::uint64_t seq) const { return seq > after_ && seq < end_; }
    /// How many of one account are worth having: one more than is shown.
    std::size_t wanted() const { return limit_ + 1; }
    void add(std::uint64_t seq, std::string json) { entries_.emplace_back(seq, std::move(json)); }
    /// Lets go of what can't be shown, when an account is done with; holds() knows it from then on.
    void trim();
    /// "name":[…],"more":…
    void write(codec::json_writer& json, std::string_view name);

 private:
    std::uint64_t after_ = 0;
    std::uint64_t end_ = 0;
    std::size_t limit_ = 0;
    std::vector<std::pair<std::uint64_t, std::string>> entries_;
};

}  // namespace nexo_mock::control
