// SPDX-License-Identifier: Apache-2.0
//
// Measures the cost of serving a table from a mapped file: opening it, single lookups while the file is only on disk (cold) and
// once it is in memory (warm), each through a virtual call, the memory that the mapping takes, and how much of it several processes share.
//
//     serve_bench items.npy --processes 4

#include "support/program/threads.hpp"
#include "support/program/tool.hpp"
#include "support/run/resident.hpp"
#include "support/run/stopwatch.hpp"
#include "support/serve/lookup_latency.hpp"
#include "support/serve/served_table.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <pleach/kernel/describe.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace {

struct settings {
    support::table_source table;
    std::size_t lookups = 100'000;
    std::size_t processes = 4;
    std::uint64_t seed = 2024;
    bool trusted = false;
};

void print_latency(const char* name, const std::vector<double>& times) {
    std::printf("  %-28s median %10.0f   99 %% %10.0f   worst %10.0f ns\n", name, support::quantile(times, 0.5),
                support::quantile(times, 0.99), times.empty() ? 0 : times.back());
}

/// Two pipes: one sends a number to the parent, the other waits for the parent.
class pipe_pair {
public:
    pipe_pair() {
        if (::pipe(up_.data()) != 0 || ::pipe(down_.data()) != 0)
            throw std::system_error(errno, std::system_category(), "pipe");
    }
    pipe_pair(const pipe_pair&) = delete;
    pipe_pair& operator=(const pipe_pair&) = delete;
    ~pipe_pair() {
        for (const int end : {up_[0], up_[1], down_[0], down_[1]}) ::close(end);
    }
    template <class T>
    [[nodiscard]] bool tell_parent(const T& value) const {
        return ::write(up_[1], &value, sizeof value) == sizeof value;
    }
    template <class T>
    [[nodiscard]] bool hear_child(T& value) const {
        return ::read(up_[0], &value, sizeof value) == sizeof value;
    }
    [[nodiscard]] bool release_child() const { return ::write(down_[1], "g", 1) == 1; }
    [[nodiscard]] bool wait_for_parent() const {
        char byte = 0;
        return ::read(down_[0], &byte, 1) == 1;
    }

private:
    std::array<int, 2> up_{-1, -1}, down_{-1, -1};
};

/// Each process opens the file itself, reads every row, waits until all have done so, and reports what is resident.
void share_among_processes(const settings& chosen) {
    std::vector<pipe_pair> pipes(chosen.processes);
    std::vector<pid_t> children;
    for (const pipe_pair& pipe : pipes) {
        const pid_t child = ::fork();
        if (child < 0) throw std::system_error(errno, std::system_category(), "fork");
        if (child > 0) {
            children.push_back(child);
            continue;
        }
        int code = 1;
        try {
            const auto table = support::open_served(chosen.table);
            std::vector<float> row(table.dim());
            for (std::size_t id = 0; id < table.size(); ++id) table.lookup(static_cast<std::uint32_t>(id), row);
            const bool told = pipe.tell_parent('r') && pipe.wait_for_parent() &&
                              pipe.tell_parent(support::resident_of(table.bytes())) && pipe.wait_for_parent();
            code = told ? 0 : 1;
        } catch (const std::exception&) {
            // The parent sees the exit code; it opened the same file a moment ago.
        }
        ::_exit(code);
    }
    bool good = true;
    char ready = 0;
    for (const pipe_pair& pipe : pipes) good = good && pipe.hear_child(ready);
    for (const pipe_pair& pipe : pipes) good = good && pipe.release_child();
    support::resident_bytes sum;
    for (const pipe_pair& pipe : pipes) {
        support::resident_bytes one;
        good = good && pipe.hear_child(one);
        sum.mapped += one.mapped;
        sum.share += one.share;
    }
    for (const pipe_pair& pipe : pipes) good = pipe.release_child() && good;
    for (const pid_t child : children) {
        int status = 1;
        good = ::waitpid(child, &status, 0) == child && status == 0 && good;
    }
    if (!good) throw std::system_error(EIO, std::system_category(), "one of the --processes failed");
    std::printf("  %-28s %s mapped in all, %s of memory\n", (std::to_string(chosen.processes) + " processes").c_str(),
                support::grouped(sum.mapped).c_str(), support::grouped(sum.share).c_str());
}

int run(const settings& chosen) {
    double sum = 0;
    pleach::read_limits limits;
    limits.data = chosen.trusted ? pleach::data_checksum::trusted_bytes : pleach::data_checksum::verify;
    const bool is_cold = support::drop_from_memory(support::printable(chosen.table.path.string(), 4096).c_str());
    support::stopwatch watch;
    {
        const auto table = support::open_served(chosen.table, limits);
        const double opening = watch.lap();
        std::printf("%s\n%s: %s, %s x %zu, %s bytes\n\n", pleach::describe_kernels().c_str(), chosen.table.path.c_str(),
                    table.kind().c_str(), support::grouped(table.size()).c_str(), table.dim(),
                    support::grouped(table.bytes().size()).c_str());
        std::printf("  %-28s %10.3f ms\n", is_cold ? "opening, cold" : "opening (maybe cached)", 1e3 * opening);
        const auto ids = support::random_ids(table.size(), chosen.lookups, chosen.seed);
        const auto some = std::span(ids).first(std::min<std::size_t>(ids.size(), 2000));
        print_latency("lookups, after opening", support::lookup_nanoseconds(table, some, 1, sum));
        static_cast<void>(support::lookup_nanoseconds(table, ids, 1, sum));
        print_latency("lookups, warm, mean of 100", support::lookup_nanoseconds(table, ids, 100, sum));
        const auto resident = support::resident_of(table.bytes());
        std::printf("  %-28s %s of %s bytes\n", "resident after lookups", support::grouped(resident.mapped).c_str(),
                    support::grouped(table.bytes().size()).c_str());
    }
    watch.lap();
    for (const auto data : {pleach::data_checksum::verify, pleach::data_checksum::trusted_bytes}) {
        limits.data = data;
        watch.lap();
        const auto table = support::open_served(chosen.table, limits);
        std::printf("  %-28s %10.3f ms\n",
                    data == pleach::data_checksum::verify ? "opening, warm, checked" : "opening, warm, trusted",
                    1e3 * watch.lap());
    }
    std::fflush(stdout);  // or each process would print it again
    if (chosen.processes > 0) share_among_processes(chosen);
    std::printf("  (sum of the values looked up: %.9g)\n", sum);
    return support::exit_good;
}

}  // namespace

int main(int argc, char** argv) {
    support::sleep_while_waiting(argv);
    return support::guard_main("serve_bench", [&] {
        settings chosen;
        CLI::App app("Measures the cost of serving a table from a mapped file.", "serve_bench");
        app.add_option("table", chosen.table.path, "frozen, npy or safetensors")->required()->type_name("FILE");
        app.add_option("--array", chosen.table.array, "name of its array, if the file has several")->type_name("NAME");
        app.add_option("--lookups", chosen.lookups, "number of random rows to look up")
            ->check(CLI::Range(100, 100'000'000))
            ->capture_default_str();
        app.add_option("--processes", chosen.processes, "processes that map the file at the same time; 0: skip this")
            ->check(CLI::Range(0, 256))
            ->capture_default_str();
        app.add_flag("--trusted", chosen.trusted, "open without checking the bytes of the rows");
        app.add_option("--seed", chosen.seed, "seed of the rows looked up")->capture_default_str();
        return support::run_tool(app, argc, argv, [&] { return run(chosen); });
    });
}
