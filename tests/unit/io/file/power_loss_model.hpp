// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A file system in memory that knows what a power cut may leave: a model to try savers on.
///
/// A sync of a file keeps its bytes, a sync of the directory keeps its entries; everything else may be kept or lost.
/// After a cut, each block written since the last sync of its file holds the old bytes, the new ones or, beyond the old
/// end, zeros; the length is the old or the new one; of the changes to the directory since its last sync any subset
/// happened. Source of the model: T. S. Pillai et al., All File Systems Are Not Created Equal, OSDI 2014.

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tests {

class power_loss_model {
public:
    static constexpr std::size_t block = 4;
    static constexpr int directory = 1000;

    /// A file as it is for running programs, and as it is for sure on the medium.
    struct content {
        std::string seen;
        std::string kept;
    };
    /// One change of the directory that is not yet sure: these names now mean these files, or none.
    using change = std::map<std::string, std::optional<int>>;

    struct state {
        std::vector<content> files;
        std::map<std::string, int> seen;
        std::map<std::string, int> kept;
        std::vector<change> changes;
    };

    /// The state after each call so far.
    std::vector<state> history;

    /// Puts a file in place, for sure.
    void put(const std::string& path, const std::string& text) {
        now_.files.push_back({text, text});
        now_.seen[path] = now_.kept[path] = static_cast<int>(now_.files.size()) - 1;
        record();
    }

    // What savers call.
    int create(const std::string& path, unsigned) {
        if (now_.seen.contains(path)) {
            errno = EEXIST;
            return -1;
        }
        now_.files.emplace_back();
        const int file = static_cast<int>(now_.files.size()) - 1;
        apply({{path, file}});
        return file;
    }
    int lock(int) { return -1; }
    std::filesystem::path target_of(const std::filesystem::path& path) { return path; }
    int set_mode(int, unsigned) { return 0; }
    std::ptrdiff_t write(int file, const std::byte* bytes, std::size_t count) {
        const std::size_t portion = std::min(count, block + 1);  // short writes that cross blocks
        now_.files[static_cast<std::size_t>(file)].seen.append(reinterpret_cast<const char*>(bytes), portion);
        record();
        return static_cast<std::ptrdiff_t>(portion);
    }
    int sync(int file) {
        if (file == directory) {
            now_.kept = now_.seen;
            now_.changes.clear();
        } else {
            now_.files[static_cast<std::size_t>(file)].kept = now_.files[static_cast<std::size_t>(file)].seen;
        }
        record();
        return 0;
    }
    int close(int) { return 0; }
    int rename(const std::string& from, const std::string& to) {
        apply({{from, std::nullopt}, {to, now_.seen.at(from)}});
        return 0;
    }
    int remove(const std::string& path) {
        apply({{path, std::nullopt}});
        return 0;
    }
    int open_directory(const std::string&) { return directory; }
    int mode_of(const std::string&) { return -1; }
    std::vector<std::string> names_in(const std::string&) { return {}; }
    void remove_if_abandoned(const std::string&) {}
    std::uint64_t random() { return ++names_; }

    /// What savers should not call: opens an existing file and empties it.
    int truncate(const std::string& path) {
        const int file = now_.seen.at(path);
        now_.files[static_cast<std::size_t>(file)].seen.clear();
        record();
        return file;
    }

private:
    void apply(const change& c) {
        for (const auto& [name, file] : c) {
            if (file) {
                now_.seen[name] = *file;
            } else {
                now_.seen.erase(name);
            }
        }
        now_.changes.push_back(c);
        record();
    }
    void record() { history.push_back(now_); }

    state now_;
    std::uint64_t names_ = 0;
};

namespace detail {

/// What a file may hold after a cut: bit i of `choice` says whether block i is new, the bit after the blocks whether
/// the length is.
inline std::string file_after_cut(const power_loss_model::content& f, std::uint64_t choice) {
    constexpr std::size_t block = power_loss_model::block;
    const std::size_t blocks = (std::max(f.seen.size(), f.kept.size()) + block - 1) / block;
    std::string result((choice >> blocks & 1U) != 0 ? f.seen.size() : f.kept.size(), '\0');
    for (std::size_t i = 0; i < result.size(); ++i) {
        const std::string& source = (choice >> (i / block) & 1U) != 0 ? f.seen : f.kept;
        result[i] = i < source.size() ? source[i] : '\0';
    }
    return result;
}

}  // namespace detail

/// Every content that `path` may have after a power cut in this state; nothing for a missing file. All combinations of
/// changes to the directory and of up to 16 blocks are tried.
inline std::set<std::optional<std::string>> contents_after_cut(const power_loss_model::state& s, const std::string& path) {
    std::set<std::optional<std::string>> results;
    for (std::uint64_t kept_changes = 0; kept_changes < std::uint64_t{1} << s.changes.size(); ++kept_changes) {
        auto names = s.kept;
        for (std::size_t i = 0; i < s.changes.size(); ++i) {
            if ((kept_changes >> i & 1U) == 0) {
                continue;
            }
            for (const auto& [name, file] : s.changes[i]) {
                if (file) {
                    names[name] = *file;
                } else {
                    names.erase(name);
                }
            }
        }
        const auto found = names.find(path);
        if (found == names.end()) {
            results.insert(std::nullopt);
            continue;
        }
        const power_loss_model::content& f = s.files[static_cast<std::size_t>(found->second)];
        if (f.seen == f.kept) {
            results.insert(f.kept);
            continue;
        }
        const std::size_t bits =
            (std::max(f.seen.size(), f.kept.size()) + power_loss_model::block - 1) / power_loss_model::block + 1;
        for (std::uint64_t choice = 0; choice < std::uint64_t{1} << std::min<std::size_t>(bits, 17); ++choice) {
            results.insert(detail::file_after_cut(f, choice));
        }
    }
    return results;
}

/// One content that `path` may have after a power cut in this state, drawn at random: each change of the directory happened or
/// not, and each block holds the old bytes, the new ones, or the first of the new ones and then the old. `below(n)` draws a
/// number below n.
template <class Below>
std::optional<std::string> content_after_random_cut(const power_loss_model::state& s, const std::string& path, Below&& below) {
    auto names = s.kept;
    for (const power_loss_model::change& change : s.changes) {
        if (below(2) == 0) continue;
        for (const auto& [name, file] : change) {
            if (file) {
                names[name] = *file;
            } else {
                names.erase(name);
            }
        }
    }
    const auto found = names.find(path);
    if (found == names.end()) return std::nullopt;
    const power_loss_model::content& f = s.files[static_cast<std::size_t>(found->second)];
    std::string result(below(2) == 0 ? f.seen.size() : f.kept.size(), '\0');
    for (std::size_t i = 0; i < result.size();) {
        const std::size_t end = std::min(result.size(), i + power_loss_model::block);
        const std::size_t torn = i + below(3) * (end - i) / 2;  // where new bytes end: at the begin, inside, or at the end
        for (; i < end; ++i) {
            const std::string& source = i < torn ? f.seen : f.kept;
            result[i] = i < source.size() ? source[i] : '\0';
        }
    }
    return result;
}

}  // namespace tests
