#pragma once

#include <nexo_mock/net/request_reader.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace nexo_mock {

/// A request_reader to which bytes come.
struct fed_reader {
    explicit fed_reader(const net::limits& within = {}) : bounds{within} {}

    void come(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto room = reader.room();
            const auto size = std::min(room.size(), bytes.size());
            std::memcpy(room.data(), bytes.data(), size);
            reader.add(size);
            bytes.remove_prefix(size);
        }
    }

    net::limits bounds;
    api::request request;
    net::request_reader reader{request, bounds};
};

}  // namespace nexo_mock
