// SPDX-License-Identifier: Apache-2.0
//
// Serves the frozen tables of a run over HTTP, and takes over new ones while it does (docs/serving.md):
//
//     serve_http runs/mf --port 8080
//     curl 'http://127.0.0.1:8080/recommend?user=17&k=10&exclude=1196'
//     curl 'http://127.0.0.1:8080/similar?item=1196'
//     curl 'http://127.0.0.1:8080/healthz'
//
// Users and items are named by the original ids in the files. Answers are JSON. To publish other tables, write them to another
// folder and let a link with the name of the first lead there, or replace users.frozen and then items.frozen.

#include "support/program/threads.hpp"
#include "support/program/tool.hpp"
#include "support/serve/served_table.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <pleach/io/hot_swap.hpp>
#include <pleach/table/top_k.hpp>

#include <nlohmann/json.hpp>
#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <span>
#include <thread>

namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

struct settings {
    std::string run;
    std::string host = "127.0.0.1";
    int port = 8080;
    std::size_t threads = 0;
    std::size_t most = 1000;  ///< items per list
    double watch = 1;         ///< seconds
};

/// Users and items of one model.
struct tables {
    support::served_table users, items;
    std::vector<float> over_length;  ///< 1 / length of each item's row, 0 for a row of zeros
};

/// The tables beside the file of items. Where the folder is a link, both are those of the folder that it leads to at this moment.
struct open_tables {
    tables operator()(const fs::path& items) const {
        std::error_code missing;
        const fs::path real = fs::canonical(items, missing);
        if (missing)
            throw support::usage_error(support::printable(items.string(), 4096) +
                                       " does not exist: give a folder with users.frozen and items.frozen");
        tables now{support::open_served({real.parent_path() / "users.frozen", {}}), support::open_served({real, {}}), {}};
        if (now.users.dim() != now.items.dim())
            throw support::usage_error("users have " + std::to_string(now.users.dim()) + " columns and items " +
                                       std::to_string(now.items.dim()) + ": give two tables of one model");
        if (now.users.ids().is_empty() || now.items.ids().is_empty())
            throw support::usage_error("the files have no original ids: freeze the run again, without --freeze-without-ids");
        std::vector<float> row(now.items.dim());
        for (std::size_t i = 0; i < now.items.size(); ++i) {
            now.items.lookup(static_cast<std::uint32_t>(i), row);
            const float length = std::sqrt(pleach::dot(row.data(), row.data(), row.size()));
            now.over_length.push_back(length > 0 ? 1 / length : 0);
        }
        return now;
    }
};
using live_tables = pleach::hot_swap<open_tables>;

/// A request that cannot be answered, and why.
struct refusal {
    int status;
    std::string why;
};

std::string text_of(const json& answer) { return answer.dump(-1, ' ', false, json::error_handler_t::replace); }

std::size_t row_of(const pleach::frozen::row_ids& ids, const std::string& id, const char* what) {
    const auto row = ids.find(id);
    if (!row) throw refusal{404, std::string("there is no ") + what + " " + support::printable(id)};
    return *row;
}

std::string required(const httplib::Request& request, const char* name) {
    if (!request.has_param(name)) throw refusal{400, std::string("give ") + name + "=ID, an original id"};
    return request.get_param_value(name);
}

std::size_t length_of(const httplib::Request& request, std::size_t most) {
    if (!request.has_param("k")) return std::min<std::size_t>(20, most);
    const std::string text = request.get_param_value("k");
    std::size_t k = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), k);
    if (error != std::errc() || end != text.data() + text.size() || k == 0 || k > most)
        throw refusal{400, "k must be a whole number from 1 to " + std::to_string(most)};
    return k;
}

json list_of(const tables& now, std::span<const pleach::scored<float>> best) {
    json list = json::array();
    for (const auto& one : best) list.push_back({{"item", std::string(now.items.ids()[one.id])}, {"score", one.score}});
    return list;
}

/// The best items for a user, without those that the request leaves out; items that are not in the table are no matter.
json recommend(const tables& now, const httplib::Request& request, std::size_t most) {
    const std::string user = required(request, "user");
    const std::size_t row = row_of(now.users.ids(), user, "user");
    std::vector<std::uint32_t> excluded;
    for (std::size_t i = 0; i < request.get_param_value_count("exclude"); ++i)
        if (const auto item = now.items.ids().find(request.get_param_value("exclude", i)))
            excluded.push_back(static_cast<std::uint32_t>(*item));
    std::ranges::sort(excluded);
    pleach::matrix<float> query(1, now.users.dim());
    now.users.lookup(static_cast<std::uint32_t>(row), query.row(0));
    json answer{{"user", user}};
    now.items.top_k(std::as_const(query).view(), length_of(request, most),
                    [&](std::size_t, std::span<const pleach::scored<float>> best) { answer["items"] = list_of(now, best); },
                    {.excluded = [&](std::size_t) { return std::span(excluded); }});
    return answer;
}

/// The items whose rows have the largest cosines with that of an item.
json similar(const tables& now, const httplib::Request& request, std::size_t most) {
    const std::string item = required(request, "item");
    const std::size_t row = row_of(now.items.ids(), item, "item"), k = length_of(request, most);
    std::vector<float> query(now.items.dim()), scores(now.items.size());
    now.items.lookup(static_cast<std::uint32_t>(row), query);
    now.items.score(query, scores);
    pleach::best_list<float> best(k);
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (i != row) best.offer({i, scores[i] * now.over_length[i] * now.over_length[row]});
    return json{{"item", item}, {"items", list_of(now, best.sorted())}};
}

/// Looks for other files until it is asked to stop.
void watch(const std::stop_token& ended, live_tables& live, double seconds) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any pause;
    std::string before;
    while (pause.wait_for(lock, ended, std::chrono::duration<double>(seconds), [] { return false; }), !ended.stop_requested()) {
        std::string wrong;
        try {
            if (live.reload()) std::fprintf(stderr, "serving other tables from now on\n");
        } catch (const std::exception& error) {
            wrong = support::printable_line(error.what());
        }
        if (!wrong.empty() && wrong != before) std::fprintf(stderr, "still serving the tables of before: %s\n", wrong.c_str());
        before = wrong;
    }
}

int serve(const settings& chosen) {
    live_tables live(fs::path(chosen.run) / "items.frozen");
    httplib::Server server;
    const std::size_t threads = chosen.threads > 0 ? chosen.threads : 4 * support::available_processors();
    server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };  // the server deletes it
    server.set_keep_alive_max_count(1'000'000);
    server.set_tcp_nodelay(true);
    const auto answer = [&](const char* path, auto of) {
        server.Get(path, [&live, of](const httplib::Request& request, httplib::Response& response) {
            const auto now = live.current();  // stays open until this request is answered
            json body;
            try {
                body = of(*now, request);
            } catch (const refusal& refused) {
                response.status = refused.status;
                body = {{"error", refused.why}};
            }
            response.set_content(text_of(body), "application/json");
        });
    };
    answer("/recommend", [&](const tables& now, const auto& request) { return recommend(now, request, chosen.most); });
    answer("/similar", [&](const tables& now, const auto& request) { return similar(now, request, chosen.most); });
    answer("/healthz", [&](const tables& now, const auto&) {
        return json{{"status", "ok"}, {"tables", live.generation()}, {"users", now.users.size()}, {"items", now.items.size()}};
    });

    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // in all threads: one of them waits for these
    const int port = chosen.port == 0 ? server.bind_to_any_port(chosen.host) : chosen.port;
    if (chosen.port == 0 ? port < 0 : !server.bind_to_port(chosen.host, port))
        throw support::usage_error("cannot listen on " + support::printable(chosen.host) + ", port " +
                                   std::to_string(chosen.port) + ": give another --host or --port");
    std::printf("serving on http://%s:%d\n", chosen.host.c_str(), port);
    std::fflush(stdout);
    const std::jthread watching([&](const std::stop_token& ended) { watch(ended, live, chosen.watch); });
    std::thread stopper([&] {
        int signal = 0;
        sigwait(&ends, &signal);
        server.stop();
    });
    const bool was_good = server.listen_after_bind();
    if (!was_good) pthread_kill(stopper.native_handle(), SIGTERM);
    stopper.join();
    return was_good ? support::exit_good : support::exit_io_failure;
}

}  // namespace

int main(int argc, char** argv) {
    return support::guard_main("serve_http", [&] {
        settings chosen;
        CLI::App app("Answers requests for recommendations and similar items over HTTP, from the frozen tables of a run.",
                     "serve_http");
        app.add_option("run", chosen.run, "folder with users.frozen and items.frozen")->type_name("DIR")->required();
        app.add_option("--host", chosen.host, "address to listen on; the default takes requests of this machine only")
            ->type_name("ADDRESS")
            ->capture_default_str();
        app.add_option("--port", chosen.port, "port to listen on; 0: any free one, which is printed")
            ->check(CLI::Range(0, 65535))
            ->capture_default_str();
        app.add_option("--threads", chosen.threads, "connections that are served at the same time; 0: four per processor")
            ->check(CLI::Range(0, 4096))
            ->capture_default_str();
        app.add_option("--most", chosen.most, "the longest list that may be asked for")
            ->check(CLI::PositiveNumber)
            ->capture_default_str();
        app.add_option("--watch", chosen.watch, "seconds after which files are looked at again")
            ->check(CLI::Range(0.001, 86400.0))
            ->capture_default_str();
        return support::run_tool(app, argc, argv, [&] { return serve(chosen); });
    });
}
