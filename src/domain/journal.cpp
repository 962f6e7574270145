#include <nexo_mock/domain/journal.hpp>

#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <string>

// An entry is a head of fixed size and its texts, one behind another.

namespace nexo_mock::domain {

namespace {

constexpr std::uint8_t none = 0xff;

struct call_head {
    time_point at;
    duration latency;
    std::uint64_t delivery;
    const char* method;
    std::array<std::uint32_t, 6> lengths;  // of the texts
    std::int16_t status;
    std::uint8_t method_length;
    std::uint8_t call;
    std::uint8_t fault;
    bool by_rule;
    bool has_delivery;
};

struct attempt_head {
    attempt_ref of;
    delivery_id id;
    money cost;
    time_point created;
    time_point completed;
    time_point due;
    time_point ended;
    duration took;
    const webhook_target* target;
    std::array<std::uint32_t, 4> lengths;  // of the texts
    phone_number phone;
    std::int16_t status;
    attempt_kind kind;
    carrier network;
    delivery_status became;
    signature_kind signature;
    bool is_test;
};

template <std::size_t Count>
using texts = std::array<std::string_view, Count>;

texts<6> texts_of(const call_record& call) {
    return {call.path, call.error, call.why, call.rule, call.body, call.reply};
}

texts<4> texts_of(const sent_attempt& attempt) {
    return {attempt.event.outcome.error_code, attempt.event.outcome.carrier_status,
            attempt.outcome.error, attempt.outcome.reply};
}

template <std::size_t Count>
std::array<std::uint32_t, Count> lengths_of(const texts<Count>& all) {
    std::array<std::uint32_t, Count> lengths;
    for (std::size_t i = 0; i < Count; ++i)
        lengths[i] = static_cast<std::uint32_t>(all[i].size());
    return lengths;
}

template <class Head, std::size_t Count>
void write(byte_journal& to, std::uint64_t seq, const Head& head, const texts<Count>& all,
           const std::shared_ptr<const void>& keeps = {}) {
    auto size = sizeof head;
    for (const auto& each : all)
        size += each.size();
    auto* at = to.add(seq, size, keeps);
    if (at == nullptr) return;
    std::memcpy(at, &head, sizeof head);
    at += sizeof head;
    for (const auto& each : all)
        at += each.copy(at, each.size());
}

template <class Head>
Head read_head(const char* entry) {
    std::array<char, sizeof(Head)> raw;
    std::memcpy(raw.data(), entry, raw.size());
    return std::bit_cast<Head>(raw);
}

template <class Head>
auto read_texts(const char* entry, const Head& head) {
    texts<std::tuple_size_v<decltype(head.lengths)>> all;
    const auto* at = entry + sizeof head;
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = {at, head.lengths[i]};
        at += head.lengths[i];
    }
    return all;
}

}  // namespace

void call_journal::push(const call_record& call) {
    const auto all = texts_of(call);
    const call_head head{
        .at = call.at,
        .latency = call.latency,
        .delivery = call.delivery.value_or(0),
        .method = call.method.data(),
        .lengths = lengths_of(all),
        .status = static_cast<std::int16_t>(call.status),
        .method_length = static_cast<std::uint8_t>(call.method.size()),
        .call = call.call ? static_cast<std::uint8_t>(*call.call) : none,
        .fault = call.fault ? static_cast<std::uint8_t>(*call.fault) : none,
        .by_rule = call.by_rule,
        .has_delivery = call.delivery.has_value(),
    };
    write(bytes_, call.seq, head, all);
}

call_record call_journal::operator[](std::size_t nth) const {
    const auto* entry = bytes_[nth];
    const auto head = read_head<call_head>(entry);
    const auto [path, error, why, rule, body, reply] = read_texts(entry, head);
    call_record call{.seq = bytes_.seq(nth),
                     .at = head.at,
                     .method = {head.method, head.method_length},
                     .path = path,
                     .call = {},
                     .status = head.status,
                     .error = error,
                     .why = why,
                     .rule = rule,
                     .by_rule = head.by_rule,
                     .delivery = {},
                     .fault = {},
                     .latency = head.latency,
                     .body = body,
                     .reply = reply};
    if (head.call != none) call.call = static_cast<endpoint>(head.call);
    if (head.fault != none) call.fault = static_cast<fault_kind>(head.fault);
    if (head.has_delivery) call.delivery = head.delivery;
    return call;
}

void attempt_journal::push(const sent_attempt& attempt) {
    const auto& event = attempt.event;
    const auto all = texts_of(attempt);
    const attempt_head head{.of = attempt.of,
                            .id = event.id,
                            .cost = event.cost,
                            .created = event.created,
                            .completed = event.completed,
                            .due = attempt.due,
                            .ended = attempt.ended,
                            .took = attempt.outcome.took,
                            .target = attempt.target.get(),
                            .lengths = lengths_of(all),
                            .phone = event.phone,
                            .status = static_cast<std::int16_t>(attempt.outcome.status),
                            .kind = attempt.kind,
                            .network = event.carrier,
                            .became = event.outcome.status,
                            .signature = event.signature,
                            .is_test = event.is_test};
    write(bytes_, attempt.seq, head, all, attempt.target);
}

sent_attempt attempt_journal::operator[](std::size_t nth) const {
    const auto* entry = bytes_[nth];
    const auto head = read_head<attempt_head>(entry);
    const auto [error_code, carrier_status, error, reply] = read_texts(entry, head);
    return {
        .seq = bytes_.seq(nth),
        .kind = head.kind,
        .of = head.of,
        .event = {.id = head.id,
                  .phone = head.phone,
                  .carrier = head.network,
                  .outcome = {head.became, std::string{error_code}, std::string{carrier_status}},
                  .cost = head.cost,
                  .created = head.created,
                  .completed = head.completed,
                  .signature = head.signature,
                  .is_test = head.is_test},
        .target = std::static_pointer_cast<const webhook_target>(bytes_.kept(nth, head.target)),
        .due = head.due,
        .ended = head.ended,
        .outcome = {head.status, std::string{error}, std::string{reply}, head.took}};
}

}  // namespace nexo_mock::domain
