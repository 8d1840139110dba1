// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Serves a file that is replaced from time to time: readers keep the content that they have, and `reload` opens the new
/// file.
///
/// To publish a new table, save it over the old one (save.hpp renames, so that the path always names a whole file), then call
/// `reload`, from a timer or when signaled. If the new file cannot be opened, `reload` throws and the old content is still
/// served. Each reading thread holds a `reader`, whose `get` costs one atomic load and takes no lock while nothing changes.
/// Old content is closed when its last reader has moved on.

#include <pleach/io/format_error.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <system_error>
#include <type_traits>
#include <utility>

#include <sys/stat.h>

namespace pleach {
inline namespace PLEACH_ABI {

/// The newest valid content of the file `path`, as `open(path)` returns it: `pleach::hot_swap items(path, open_items);`. All
/// members may be called from any thread.
template <class Open>
class hot_swap {
public:
    using value_type = std::remove_cvref_t<std::invoke_result_t<Open&, const std::filesystem::path&>>;

    /// Opens the file. *Throws* what `open` throws.
    explicit hot_swap(std::filesystem::path path, Open open = {})
        : path_(std::move(path)), open_(std::move(open)), opened_(identify(path_)),
          current_(std::make_shared<const value_type>(open_(path_))) {}

    /// The newest content; the returned pointer keeps it alive.
    [[nodiscard]] std::shared_ptr<const value_type> current() const {
        const std::lock_guard lock(current_mutex_);
        return current_;
    }

    /// Opens the file again if the path now names another file, or if the file was modified; returns whether it did. Readers
    /// are not blocked. *Throws* what `open` throws; then nothing has changed, and the next call tries again.
    bool reload() {
        const std::lock_guard one_at_a_time(reload_mutex_);
        // Identified before it is opened: a file that is replaced between the two is opened now, and again by the next call.
        const identity found = identify(path_);
        if (found == opened_) {
            return false;
        }
        auto next = std::make_shared<const value_type>(open_(path_));
        opened_ = found;
        {
            const std::lock_guard lock(current_mutex_);
            current_.swap(next);
            generation_.fetch_add(1, std::memory_order_release);
        }
        return true;  // old content without readers is closed here, outside the lock
    }

    /// As above, but sets `error` if `open` throws a std::system_error.
    bool reload(std::error_code& error) {
        error.clear();
        try {
            return reload();
        } catch (const std::system_error& failure) {
            error = failure.code();
            return false;
        }
    }

    /// The number of times that the content has changed.
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

    /// Access to the content for one thread.
    class reader {
    public:
        explicit reader(const hot_swap& source) : source_(&source) { catch_up(); }

        /// The newest content. The reference is valid until the next call of `get`, so call it once per request.
        [[nodiscard]] const value_type& get() {
            if (source_->generation() != generation_) {
                catch_up();
            }
            return *held_;
        }

    private:
        void catch_up() {
            const std::lock_guard lock(source_->current_mutex_);
            generation_ = source_->generation();
            held_ = source_->current_;
        }

        const hot_swap* source_;
        std::shared_ptr<const value_type> held_;
        std::uint64_t generation_ = 0;
    };

private:
    /// Tells the file at a path from one that replaces it; all zeros if there is no file.
    struct identity {
        std::uint64_t device = 0;
        std::uint64_t number = 0;
        std::int64_t bytes = 0;
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;

        friend bool operator==(const identity&, const identity&) = default;
    };

    [[nodiscard]] static identity identify(const std::filesystem::path& path) noexcept {
        struct stat status{};
        if (::stat(path.c_str(), &status) != 0) {
            return {};
        }
        return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
                static_cast<std::int64_t>(status.st_size), static_cast<std::int64_t>(status.st_mtim.tv_sec),
                static_cast<std::int64_t>(status.st_mtim.tv_nsec)};
    }

    const std::filesystem::path path_;
    Open open_;
    std::mutex reload_mutex_;
    identity opened_;  // guarded by reload_mutex_

    mutable std::mutex current_mutex_;
    std::shared_ptr<const value_type> current_;  // guarded by current_mutex_
    std::atomic<std::uint64_t> generation_{0};
};

}  // namespace PLEACH_ABI
}  // namespace pleach
