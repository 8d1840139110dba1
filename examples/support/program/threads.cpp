// SPDX-License-Identifier: Apache-2.0
#include "support/program/threads.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <sched.h>
#include <unistd.h>

namespace support {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
    std::string line;
    std::ifstream file(path);
    std::getline(file, line);
    return line;
}

/// The smallest quota on the path from the process's control group to the root, of cgroup version 2 or 1.
std::size_t processors_of_groups() {
    std::size_t least = static_cast<std::size_t>(-1);
    const auto consider = [&](const std::string& cpu_max) {
        least = std::min(least, processors_of_quota(cpu_max).value_or(least));
    };
    const fs::path root = "/sys/fs/cgroup";
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        if (!line.starts_with("0::/")) continue;
        for (fs::path group = root / line.substr(4);; group = group.parent_path()) {
            consider(first_line(group / "cpu.max"));
            if (group == root || !group.has_relative_path()) break;
        }
    }
    consider(first_line(root / "cpu.max"));
    consider(first_line(root / "cpu/cpu.cfs_quota_us") + " " + first_line(root / "cpu/cpu.cfs_period_us"));
    return least;
}

}  // namespace

void sleep_while_waiting(char** argv) {
    for (const char* name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"})
        if (std::getenv(name) != nullptr) return;
    if (::setenv("OMP_WAIT_POLICY", "passive", 0) != 0) return;
    ::execv("/proc/self/exe", argv);  // returns only if it fails; then threads wait as usual
}

std::size_t available_processors() {
    std::size_t count = std::max(1U, std::thread::hardware_concurrency());
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) count = static_cast<std::size_t>(CPU_COUNT(&allowed));
    return std::max<std::size_t>(1, std::min(count, processors_of_groups()));
}

std::optional<std::size_t> processors_of_quota(std::string_view cpu_max) {
    std::uint64_t quota = 0, period = 0;
    const char* const last = cpu_max.data() + cpu_max.size();
    const auto of_quota = std::from_chars(cpu_max.data(), last, quota);
    if (of_quota.ec != std::errc() || of_quota.ptr == last || *of_quota.ptr != ' ') return std::nullopt;
    const auto of_period = std::from_chars(of_quota.ptr + 1, last, period);
    if (of_period.ec != std::errc() || of_period.ptr != last || period == 0 || quota == 0) return std::nullopt;
    return static_cast<std::size_t>(quota / period + (quota % period != 0 ? 1 : 0));
}

pleach::openmp executor_of(std::size_t threads) { return {static_cast<int>(threads == 0 ? available_processors() : threads)}; }

}  // namespace support
