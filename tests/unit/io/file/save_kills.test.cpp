// SPDX-License-Identifier: Apache-2.0

// Processes that save are killed, by a signal that none survives, before and after each of their system calls; another process then finds the
// old file or the new one, can save again, and cleans up.

#include <pleach/io/file/save.hpp>
#include <pleach/io/tensor/safetensors.hpp>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace save_kills_test {

using tests::temporary_directory;

namespace {

/// The real calls, of which one is the last of its process. A write that comes last is done by half.
class deadly_files {
public:
    explicit deadly_files(int last, bool done) : left_(last), done_(done) {}

    int create(const std::string& path, unsigned mode) {
        return call([&] { return real_.create(path, mode); });
    }
    int lock(int file) {
        return call([&] { return real_.lock(file); });
    }
    std::filesystem::path target_of(const std::filesystem::path& path) { return real_.target_of(path); }
    int set_mode(int file, unsigned mode) {
        return call([&] { return real_.set_mode(file, mode); });
    }
    std::ptrdiff_t write(int file, const std::byte* bytes, std::size_t count) {
        return call([&] { return real_.write(file, bytes, left_ == 0 ? count / 2 : count); });
    }
    int sync(int file) {
        return call([&] { return real_.sync(file); });
    }
    int close(int file) {
        return call([&] { return real_.close(file); });
    }
    int rename(const std::string& from, const std::string& to) {
        return call([&] { return real_.rename(from, to); });
    }
    int remove(const std::string& path) {
        return call([&] { return real_.remove(path); });
    }
    int open_directory(const std::string& path) {
        return call([&] { return real_.open_directory(path); });
    }
    int mode_of(const std::string& path) {
        return call([&] { return real_.mode_of(path); });
    }
    std::vector<std::string> names_in(const std::string& directory) {
        return call([&] { return real_.names_in(directory); });
    }
    void remove_if_abandoned(const std::string& path) {
        static_cast<void>(call([&] { return real_.remove_if_abandoned(path), 0; }));
    }
    std::uint64_t random() { return real_.random(); }

private:
    template <class Call>
    auto call(Call real) -> decltype(real()) {
        --left_;
        if (left_ == 0 && !done_) ::raise(SIGKILL);
        auto result = real();
        if (left_ == 0) ::raise(SIGKILL);
        return result;
    }

    pleach::posix_files real_;
    int left_;
    bool done_;
};

pleach::safetensors_writer writer_of(const std::vector<float>& weights, const std::string& name) {
    pleach::safetensors_writer writer;
    writer.metadata("kind", name);
    writer.add("weights", {weights.size()}, weights);
    return writer;
}

/// Saves in a child process that dies at the given call, and tells whether it did.
bool dies_while_saving(const pleach::safetensors_writer& writer, const std::filesystem::path& path, int last, bool done) {
    const pid_t child = ::fork();
    if (child == 0) {
        deadly_files files(last, done);
        const pleach::detail::save_outcome outcome =
            pleach::detail::try_save(files, path, [&](auto& sink) { writer.write(sink); });
        ::_exit(outcome.error ? 1 : 0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) {
        REQUIRE(WTERMSIG(status) == SIGKILL);
        return true;
    }
    REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return false;
}

}  // namespace

TEST_CASE("a process killed before or after any call of its save leaves the old file or the new one, whole") {
    const std::vector<float> old_weights(1000, 1.0F);
    const std::vector<float> new_weights(3000, 2.0F);
    int kills = 0;
    int old_files = 0;
    int new_files = 0;
    int temporaries = 0;
    for (const bool done : {false, true}) {
        for (int last = 1;; ++last) {
            const temporary_directory directory;
            const auto path = directory / "table.safetensors";
            writer_of(old_weights, "old").save(path);
            if (!dies_while_saving(writer_of(new_weights, "new"), path, last, done)) {
                break;
            }
            ++kills;
            temporaries += directory.size() > 1 ? 1 : 0;
            const auto file = pleach::safetensors_file::open(path);
            const bool is_new = file->metadata().at("kind") == "new";
            REQUIRE(file->as<float>("weights").size() == (is_new ? 3000U : 1000U));
            (is_new ? new_files : old_files) += 1;

            writer_of(new_weights, "third").save(path);
            REQUIRE(pleach::safetensors_file::open(path)->metadata().at("kind") == "third");
            REQUIRE(directory.size() == 1);
        }
    }
    CAPTURE(kills, old_files, new_files, temporaries);
    REQUIRE(kills >= 26);
    REQUIRE(old_files > 8);
    REQUIRE(new_files > 4);
    REQUIRE(temporaries > 8);
}

}  // namespace save_kills_test
