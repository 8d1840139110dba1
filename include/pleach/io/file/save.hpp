// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Replaces a file atomically: a reader sees either the whole old content or the whole new one, even after an error, a full
/// disk, a killed process or a power failure. A process that mapped the old file keeps it.
///
/// Steps: create a temporary file in the same directory, write, sync, close, rename it over the target, sync the directory.
/// On any failure before the rename the temporary file is removed and the target is untouched. A failed sync is never
/// retried: a second one may succeed although the data is lost. Temporary files of killed processes are removed by the next
/// successful save. Several processes may save to one path; the last one wins. A symbolic link is kept, and its target is
/// replaced. A device, pipe, socket or directory is never replaced. Permissions, owner and group are kept as far as the
/// process may set them. Source: T. S. Pillai et al., All File Systems Are Not Created Equal, OSDI 2014.

#include <pleach/io/file/posix_files.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace pleach {
inline namespace PLEACH_ABI {

namespace detail {

/// The step at which a save failed.
enum class save_step : std::uint8_t {
    none,
    look,
    open_directory,
    create,
    permissions,
    write,
    sync_file,
    close,
    rename,
    sync_directory
};

/// The step as text, for a message.
[[nodiscard]] constexpr std::string_view describe(save_step step) noexcept {
    switch (step) {
        case save_step::none:
            return "nothing failed";
        case save_step::look:
            return "the target is a directory, device, pipe or socket, and only regular files are replaced";
        case save_step::open_directory:
            return "cannot open the directory";
        case save_step::create:
            return "cannot create a temporary file in its directory";
        case save_step::permissions:
            return "cannot set the permissions of the temporary file";
        case save_step::write:
            return "cannot write the temporary file";
        case save_step::sync_file:
            return "cannot sync the temporary file";
        case save_step::close:
            return "cannot close the temporary file";
        case save_step::rename:
            return "cannot rename the temporary file";
        case save_step::sync_directory:
            return "cannot sync the directory";
    }
    return "unknown step";
}

/// The outcome of a save. Without an error, the new content is in place.
struct save_outcome {
    save_step failed_step = save_step::none;
    std::error_code error;
    /// False if the file system cannot sync a directory: the save succeeded, but a power failure may undo it.
    bool survives_power_loss = true;
};

/// Takes the bytes of a save. After a failure it ignores further bytes, so that a writer need not check for errors.
template <class Files>
class save_sink {
public:
    save_sink(Files& files, int file) noexcept : files_(files), file_(file) {}

    void write(std::span<const std::byte> bytes) {
        while (!error_ && !bytes.empty()) {
            constexpr std::size_t most = std::size_t{1} << 30U;
            const std::ptrdiff_t written = files_.write(file_, bytes.data(), std::min(bytes.size(), most));
            if (written > 0) {
                bytes = bytes.subspan(static_cast<std::size_t>(written));
            } else if (written == 0) {
                error_ = std::make_error_code(std::errc::io_error);
            } else if (errno != EINTR) {
                error_ = {errno, std::system_category()};
            }
        }
    }

    [[nodiscard]] std::error_code error() const noexcept { return error_; }

private:
    Files& files_;
    int file_;
    std::error_code error_;
};

inline constexpr std::string_view temporary_suffix = ".pleach-tmp";
inline constexpr std::size_t temporary_digits = 16;

[[nodiscard]] inline std::string temporary_prefix(const std::filesystem::path& target) {
    constexpr std::size_t longest = 200;  // the whole name has to fit into 255 bytes
    return "." + target.filename().native().substr(0, longest) + ".";
}

[[nodiscard]] inline bool is_temporary_of(std::string_view name, std::string_view prefix) {
    if (name.size() != prefix.size() + temporary_digits + temporary_suffix.size() || !name.starts_with(prefix) ||
        !name.ends_with(temporary_suffix)) {
        return false;
    }
    return name.substr(prefix.size(), temporary_digits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

template <class Call>
[[nodiscard]] int uninterrupted(Call call) {
    int result = call();
    while (result < 0 && errno == EINTR) {
        result = call();
    }
    return result;
}

/// Closes and removes the temporary file of an unfinished save, even if the writer throws.
template <class Files>
struct save_guard {
    Files& files;
    int directory = -1;
    int file = -1;
    int lock = -1;
    std::string temporary;

    save_guard(Files& layer) : files(layer) {}
    save_guard(const save_guard&) = delete;
    save_guard& operator=(const save_guard&) = delete;
    ~save_guard() {
        if (file >= 0) {
            static_cast<void>(files.close(file));
        }
        if (!temporary.empty()) {
            static_cast<void>(files.remove(temporary));
        }
        if (lock >= 0) {
            static_cast<void>(files.close(lock));
        }
        if (directory >= 0) {
            static_cast<void>(files.close(directory));
        }
    }
};

/// Saves what `fill(sink)` writes into the sink, and returns the outcome. Every system call goes through `files`.
///
/// *Throws* only what `fill` throws, after cleaning up, and std::bad_alloc.
template <class Files, class Fill>
[[nodiscard]] save_outcome try_save(Files& files, const std::filesystem::path& path, Fill&& fill) {
    const auto failed = [](save_step step) { return save_outcome{step, {errno, std::system_category()}, false}; };
    const std::filesystem::path target = files.target_of(path);
    if (!target.has_filename() || target.native().find('\0') != std::string::npos) {
        errno = EINVAL;
        return failed(save_step::create);
    }
    const std::string directory = target.has_parent_path() ? target.parent_path().native() : std::string(".");
    const std::string prefix = temporary_prefix(target);
    save_guard guard(files);

    guard.directory = uninterrupted([&] { return files.open_directory(directory); });
    if (guard.directory < 0) {
        return failed(save_step::open_directory);
    }
    const int old_mode = files.mode_of(target.native());
    if (old_mode == posix_files::not_regular) {
        return failed(save_step::look);
    }
    for (int attempt = 0; guard.file < 0; ++attempt) {
        std::string name = prefix;
        for (std::uint64_t bits = files.random(), digit = 0; digit < temporary_digits; ++digit, bits >>= 4U) {
            name += "0123456789abcdef"[bits & 15U];
        }
        name = directory + "/" + name.append(temporary_suffix);
        guard.file = uninterrupted([&] { return files.create(name, old_mode < 0 ? 0666U : 0600U); });
        if (guard.file >= 0) {
            guard.temporary = std::move(name);
            guard.lock = files.lock(guard.file);
            if (guard.lock == posix_files::removed) {  // by the clean-up of another save, before it was locked
                static_cast<void>(files.close(std::exchange(guard.file, -1)));
                guard.temporary.clear();
            }
            if (guard.file < 0 && attempt == 100) {
                errno = EBUSY;
                return failed(save_step::create);
            }
        } else if (errno != EEXIST || attempt == 100) {
            return failed(save_step::create);
        }
    }
    // The umask applies to new files only: an existing file keeps its permissions.
    if (old_mode >= 0 && uninterrupted([&] { return files.set_mode(guard.file, static_cast<unsigned>(old_mode)); }) < 0) {
        return failed(save_step::permissions);
    }
    save_sink<Files> sink(files, guard.file);
    fill(sink);
    if (sink.error()) {
        return {save_step::write, sink.error(), false};
    }
    // An interrupted sync may be repeated; any other error is final.
    if (uninterrupted([&] { return files.sync(guard.file); }) < 0) {
        return failed(save_step::sync_file);
    }
    const int closed = files.close(guard.file);
    guard.file = -1;
    if (closed < 0 && errno != EINTR) {
        return failed(save_step::close);
    }
    if (uninterrupted([&] { return files.rename(guard.temporary, target.native()); }) < 0) {
        return failed(save_step::rename);
    }
    guard.temporary.clear();
    save_outcome outcome;
    if (uninterrupted([&] { return files.sync(guard.directory); }) < 0) {
        if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) {
            return failed(save_step::sync_directory);
        }
        outcome.survives_power_loss = false;
    }
    try {
        for (const std::string& name : files.names_in(directory)) {
            if (is_temporary_of(name, prefix)) {
                files.remove_if_abandoned(directory + "/" + name);
            }
        }
    } catch (const std::bad_alloc&) {  // the new file is in place; the next save cleans up
    }
    return outcome;
}

}  // namespace detail

/// Saves what `fill(sink)` writes with `sink.write(bytes)`; `error` is cleared on success.
template <class Fill>
void save_file(const std::filesystem::path& target, Fill&& fill, std::error_code& error) {
    posix_files files;
    error = detail::try_save(files, target, fill).error;
}

/// Saves what `fill(sink)` writes with `sink.write(bytes)`.
///
/// *Throws* std::filesystem::filesystem_error naming the step that failed.
template <class Fill>
void save_file(const std::filesystem::path& target, Fill&& fill) {
    posix_files files;
    const detail::save_outcome outcome = detail::try_save(files, target, fill);
    if (outcome.error) {
        const bool replaced = outcome.failed_step == detail::save_step::sync_directory;
        throw std::filesystem::filesystem_error(
            "pleach: cannot save: " + std::string(detail::describe(outcome.failed_step)) +
                (replaced ? "; the new file is in place, but a power cut may undo it" : "; the old file, if any, is untouched"),
            target, outcome.error);
    }
}

/// Saves these bytes; `error` is cleared on success.
inline void save_bytes(const std::filesystem::path& target, std::span<const std::byte> bytes, std::error_code& error) {
    save_file(target, [bytes](auto& sink) { sink.write(bytes); }, error);
}

/// Saves these bytes. *Throws* std::filesystem::filesystem_error naming the step that failed.
inline void save_bytes(const std::filesystem::path& target, std::span<const std::byte> bytes) {
    save_file(target, [bytes](auto& sink) { sink.write(bytes); });
}

}  // namespace PLEACH_ABI
}  // namespace pleach
