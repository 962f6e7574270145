#include "request_book.hpp"

#include <fstream>
#include <stdexcept>

namespace bench {

request_book request_book::read(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    request_book book;
    std::size_t size = 0;
    while (file >> size && file.get() == '\n') {
        std::string request(size, '\0');
        if (!file.read(request.data(), static_cast<std::streamsize>(size))) {
            throw std::runtime_error{path + ": request " + std::to_string(book.requests_.size()) +
                                     " is cut short"};
        }
        book.requests_.push_back(std::move(request));
    }
    if (book.requests_.empty()) throw std::runtime_error{path + ": holds no requests"};
    return book;
}

}  // namespace bench
