// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A file that is replaced while it is served: readers keep what they have opened, `reload` opens what has taken its
/// place.
///
/// Publish a new table by saving it over the old one (save.hpp renames, so that the path always names a whole file),
/// then call `reload`, from a timer or a signal. A file that cannot be opened is never served: `reload` throws and the
/// old one stays. Each thread that reads holds a `reader`: while nothing changes, its `get` costs one atomic load and
/// takes no lock. What was opened is closed when the last reader has moved on.

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

/// The newest good content of the file `path`, as `open(path)` returns it: `pleach::hot_swap items(path, open_items);`.
/// Every member may be called from any thread.
template <class Open>
class hot_swap {
public:
    using value_type = std::remove_cvref_t<std::invoke_result_t<Open&, const std::filesystem::path&>>;

    /// Opens the file. Throws what `open` throws.
    explicit hot_swap(std::filesystem::path path, Open open = {})
        : path_(std::move(path)), open_(std::move(open)), opened_(identify(path_)),
          current_(std::make_shared<const value_type>(open_(path_))) {}

    /// What was opened last; it lives as long as somebody holds it.
    [[nodiscard]] std::shared_ptr<const value_type> current() const {
        const std::lock_guard lock(current_mutex_);
        return current_;
    }

    /// Opens the file again if the path names another file than before, or one that was touched, and tells whether it
    /// did. Readers are not held up. Throws what `open` throws; then everything stays as it was, and the next call
    /// tries again.
    bool reload() {
        const std::lock_guard one_at_a_time(reload_mutex_);
        // Looked at before it is opened: a file that comes between the two is opened now, and once more later.
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
        return true;  // the old content, if nobody holds it, is closed here, outside the lock
    }

    /// As above, but sets `error` where `open` throws a std::system_error.
    bool reload(std::error_code& error) {
        error.clear();
        try {
            return reload();
        } catch (const std::system_error& failure) {
            error = failure.code();
            return false;
        }
    }

    /// How often the content has changed.
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

    /// One thread's way to the content.
    class reader {
    public:
        explicit reader(const hot_swap& source) : source_(&source) { catch_up(); }

        /// The newest content. The reference holds until the next call of `get`, so call it once for each request.
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
    /// What tells one file of a path from the next; all zeros when there is none.
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
    identity opened_;  // under reload_mutex_

    mutable std::mutex current_mutex_;
    std::shared_ptr<const value_type> current_;  // under current_mutex_
    std::atomic<std::uint64_t> generation_{0};
};

}  // namespace PLEACH_ABI
}  // namespace pleach
