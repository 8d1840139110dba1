// SPDX-License-Identifier: Apache-2.0
#include "support/text/gzip.hpp"

#include "support/text/error.hpp"
#include "support/text/number.hpp"

#if defined(PLEACH_EXAMPLES_HAVE_ZLIB)
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <new>
#include <vector>
#endif

namespace support {

#if defined(PLEACH_EXAMPLES_HAVE_ZLIB)

bool reads_gzip() noexcept { return true; }

std::string unpack_gzip(std::string_view bytes, const std::string& name, std::size_t most) {
    const auto refuse = [&](const std::string& found, const char* advice) {
        fail_input({name}, found, "text packed by gzip", advice);
    };
    z_stream stream{};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();  // 16: gzip and nothing else
    const std::unique_ptr<z_stream, int (*)(z_stream*)> freed(&stream, &inflateEnd);
    std::vector<Bytef> chunk(std::size_t{1} << 18);
    std::string text;
    for (;;) {
        if (stream.avail_in == 0) {
            const std::size_t some = std::min(bytes.size(), std::size_t{1} << 30);
            stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
            stream.avail_in = static_cast<uInt>(some);
            bytes.remove_prefix(some);
        }
        stream.next_out = chunk.data();
        stream.avail_out = static_cast<uInt>(chunk.size());
        const int state = inflate(&stream, Z_NO_FLUSH);
        const std::size_t got = chunk.size() - stream.avail_out;
        if (got > most - text.size())
            refuse("gzip data of more than " + grouped(most) + " bytes of text", "unpack it first, for example with gunzip -k");
        text.append(reinterpret_cast<const char*>(chunk.data()), got);
        if (state == Z_STREAM_END) {
            if (stream.avail_in == 0 && bytes.empty()) return text;
            if (inflateReset(&stream) != Z_OK) throw std::bad_alloc();  // another member follows
        } else if (state == Z_BUF_ERROR) {
            refuse("gzip data that ends early", "check that the file was copied whole");
        } else if (state != Z_OK) {
            refuse("gzip data that is damaged", "check it with gunzip -t, and copy the file again");
        }
    }
}

#else

bool reads_gzip() noexcept { return false; }

std::string unpack_gzip(std::string_view, const std::string& name, std::size_t) {
    fail_input({name}, "gzip data", "plain text, since these programs were built without zlib",
               "unpack it first, for example with gunzip -k");
}

#endif

}  // namespace support
