// SPDX-License-Identifier: Apache-2.0
//
// serve_http as it runs: a process that listens on a free port of the loopback.

#include "support/catch.hpp"
#include "support/tables.hpp"
#include "support/temporary_directory.hpp"

#include <pleach/frozen/add_ids.hpp>
#include <pleach/frozen/any_rows.hpp>
#include <pleach/frozen/freeze.hpp>
#include <pleach/io/open.hpp>
#include <pleach/table/top_k.hpp>

#include <nlohmann/json.hpp>
#include <httplib.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace serve_http_test {

namespace {

namespace fs = std::filesystem;
using dense = pleach::dense_table<float>;
constexpr std::size_t users = 6, items = 30, dim = 8;

dense rows_of(std::size_t rows, std::uint64_t seed) { return tests::normal_table<float>(rows, dim, seed); }

void save_named(const dense& rows, const char* group, const fs::path& path) {
    auto image = pleach::freeze<pleach::frozen::dense_rows<>>(rows);
    std::vector<std::string> ids;
    for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(group[0] + std::to_string(row));
    pleach::frozen::add_ids(image, {{group, rows.size()}}, ids);
    pleach::save(image, path);
}

void publish(const fs::path& folder, std::uint64_t seed) {
    fs::create_directories(folder);
    save_named(rows_of(users, seed), "users", folder / "users.frozen");
    save_named(rows_of(items, seed + 1), "items", folder / "items.frozen");
}

/// The ids of the best items for user 2.
std::vector<std::string> best_items(std::uint64_t seed, std::size_t k) {
    std::vector<std::string> names;
    const dense of_users = rows_of(users, seed);
    pleach::matrix<float> query(1, dim);
    of_users.lookup(2, query.row(0));
    pleach::top_k(rows_of(items, seed + 1), std::as_const(query).view(), k, [&](std::size_t, auto best) {
        for (const auto& one : best) names.push_back("i" + std::to_string(one.id));
    });
    return names;
}

class server {
public:
    explicit server(const fs::path& run) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        child_ = ::fork();
        if (child_ == 0) {
            ::dup2(ends[1], 1);
            ::close(ends[0]);
            ::execl(PLEACH_SERVE_HTTP, PLEACH_SERVE_HTTP, run.c_str(), "--port", "0", "--watch", "0.01", "--threads", "4",
                    nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        std::string line;
        for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';) line += c;
        ::close(ends[0]);
        CAPTURE(line);
        REQUIRE(line.starts_with("serving on http://127.0.0.1:"));
        port_ = std::stoi(line.substr(line.rfind(':') + 1));
    }
    server(const server&) = delete;
    ~server() {
        if (child_ > 0) static_cast<void>(stop());
    }
    [[nodiscard]] int port() const noexcept { return port_; }
    /// Asks it to end; returns its exit code.
    [[nodiscard]] int stop() {
        ::kill(child_, SIGTERM);
        int status = 0;
        REQUIRE(::waitpid(child_, &status, 0) == child_);
        child_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t child_ = 0;
    int port_ = 0;
};

nlohmann::json ask(httplib::Client& client, const std::string& path, int status = 200) {
    const auto answer = client.Get(path.c_str());
    REQUIRE(answer);
    CAPTURE(path, answer->body);
    REQUIRE(answer->status == status);
    return nlohmann::json::parse(answer->body);
}

std::vector<std::string> items_in(const nlohmann::json& answer) {
    std::vector<std::string> names;
    for (const auto& one : answer["items"]) names.push_back(one["item"]);
    return names;
}

/// Asks until the server has taken over tables `count` times.
void wait_for(httplib::Client& client, std::uint64_t count) {
    for (int tries = 0; tries < 1000 && ask(client, "/healthz")["tables"] < count; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(ask(client, "/healthz")["tables"] == count);
}

}  // namespace

TEST_CASE("A server answers by original ids, takes over tables that replace its own, and keeps them if those are broken") {
    const tests::temporary_directory folder;
    publish(folder.path() / "first", 1);
    publish(folder.path() / "second", 7);
    fs::create_directory_symlink(folder.path() / "first", folder.path() / "run");
    server process(folder.path() / "run");
    httplib::Client client("127.0.0.1", process.port());
    client.set_keep_alive(true);

    const auto health = ask(client, "/healthz");
    CHECK((health["status"] == "ok" && health["users"] == users && health["items"] == items));
    const auto lists = ask(client, "/recommend?user=u2&k=5");
    CHECK(lists["user"] == "u2");
    const auto first = best_items(1, 5);
    CHECK(items_in(lists) == first);
    CHECK(items_in(ask(client, "/recommend?user=u2&k=4&exclude=" + first[0] + "&exclude=nothing")) ==
          std::vector<std::string>(first.begin() + 1, first.end()));
    CHECK(items_in(ask(client, "/recommend?user=u2")).size() == 20);
    const auto alike = items_in(ask(client, "/similar?item=i3&k=29"));
    CHECK((alike.size() == 29 && std::ranges::count(alike, "i3") == 0));

    CHECK(ask(client, "/recommend", 400)["error"] == "give user=ID, an original id");
    CHECK(ask(client, "/recommend?user=nobody", 404)["error"] == "there is no user nobody");
    CHECK(ask(client, "/similar?item=u2", 404)["error"] == "there is no item u2");
    CHECK(ask(client, "/recommend?user=u2&k=0", 400)["error"] == "k must be a whole number from 1 to 1000");
    CHECK(client.Get("/elsewhere")->status == 404);

    // A link that leads elsewhere, and files that are replaced.
    fs::create_directory_symlink(folder.path() / "second", folder.path() / "next");
    fs::rename(folder.path() / "next", folder.path() / "run");
    wait_for(client, 1);
    CHECK(items_in(ask(client, "/recommend?user=u2&k=5")) == best_items(7, 5));
    publish(folder.path() / "second", 11);
    wait_for(client, 2);
    CHECK(items_in(ask(client, "/recommend?user=u2&k=5")) == best_items(11, 5));
    {
        auto* const file = std::fopen((folder.path() / "broken").c_str(), "w");
        std::fputs("no table", file);
        std::fclose(file);
        fs::rename(folder.path() / "broken", folder.path() / "second" / "items.frozen");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(items_in(ask(client, "/recommend?user=u2&k=5")) == best_items(11, 5));
    client.stop();
    CHECK(process.stop() == 0);
}

}  // namespace serve_http_test
