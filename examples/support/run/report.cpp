// SPDX-License-Identifier: Apache-2.0
#include "support/run/report.hpp"

#include "support/data/interactions.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <cmath>
#include <cstdio>
#include <string>

#include <sys/resource.h>

namespace support {

namespace {

std::string key(const char* part, const char* metric, std::size_t k) {
    return std::string(part) + metric + "@" + std::to_string(k);
}

void set_quality(json_object& into, const char* part, const ranking_quality& q) {
    into.set(key(part, "recall", q.k), q.recall).set(key(part, "ndcg", q.k), q.ndcg);
    into.set(key(part, "precision", q.k), q.precision).set(key(part, "hit", q.k), q.hit);
}

json_object quality_object(const ranking_quality& q) {
    json_object object;
    if (q.k > 0) set_quality(object, "", q);
    return object;
}

json_object result_object(const round_result& r) {
    json_object object;
    object.set("density", r.density).set("stored_values", r.stored_values).set("bytes", r.bytes);
    object.set("epochs_run", r.epochs_run).set("best_epoch", r.best_epoch).set("train_seconds", r.seconds);
    if (r.pruned_test.k > 0) object.set("test_before_training", quality_object(r.pruned_test));
    return object.set("valid", quality_object(r.valid)).set("test", quality_object(r.test));
}

void print_quality(const char* name, const ranking_quality& q) {
    if (std::isnan(q.recall))
        std::fprintf(stderr, "  %s: no users", name);
    else
        std::fprintf(stderr, "  %s recall@%zu %.4f  ndcg@%zu %.4f", name, q.k, q.recall, q.k, q.ndcg);
}

}  // namespace

std::uint64_t peak_resident_bytes() {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void run_report::start() const {
    if (options_.quiet) return;
    std::fprintf(stderr, "%s\n", describe(data_).c_str());
    for (const auto* notes : {&data_.notes, &options_.notes})
        for (const std::string& note : *notes) std::fprintf(stderr, "note: %s\n", printable_line(note).c_str());
    if (data_.valid.size() == 0)
        std::fprintf(stderr,
                     "no validation part: training on all of train for exactly %zu epochs per round; the last rows are kept\n",
                     options_.epochs);
}

void run_report::collisions(const pleach::collision_counts& counts) const {
    if (options_.quiet || counts.colliding_pairs == 0) return;
    std::fprintf(
        stderr,
        "note: %s of entities have identical rows (up to %s entities share one): more --buckets would tell them apart\n",
        counted(counts.colliding_pairs, "pair").c_str(), grouped(counts.largest_group).c_str());
}

void report_search_epoch(const options& chosen, const run_directory& directory, std::uint64_t epoch, double loss,
                         std::uint64_t values, double seconds) {
    json_object line;
    line.set("search_epoch", epoch).set("loss", loss).set("values", values).set("seconds", seconds);
    directory.append_metrics(line);
    if (chosen.json) std::printf("%s\n", line.line().c_str());
    if (chosen.quiet) return;
    std::fprintf(stderr, "search %3llu  loss %.5f  %s values  %.0f s\n", static_cast<unsigned long long>(epoch), loss,
                 grouped(values).c_str(), seconds);
}

void run_report::search_epoch(std::uint64_t epoch, double loss, std::uint64_t values, double seconds) const {
    report_search_epoch(options_, directory_, epoch, loss, values, seconds);
}

void run_report::search(std::uint64_t epochs, double seconds) {
    search_epochs_ = epochs;
    search_seconds_ = seconds;
}

void run_report::epoch(const run_position& at, double loss, const evaluation* valid) {
    if (first_loss_ == 0) first_loss_ = loss;
    last_loss_ = loss;
    json_object line;
    line.set("round", at.round).set("epoch", at.all_epochs).set("loss", loss).set("seconds", at.train_seconds);
    if (valid != nullptr)
        for (const ranking_quality& q : valid->at) set_quality(line, "valid_", q);
    directory_.append_metrics(line);
    if (options_.json) std::printf("%s\n", line.line().c_str());
    if (options_.quiet) return;
    std::fprintf(stderr, "epoch %4llu  loss %.5f", static_cast<unsigned long long>(at.epoch), loss);
    if (valid != nullptr) print_quality("valid", valid->at.front());
    std::fprintf(stderr, "  %.0f s\n", at.round_seconds);
}

void run_report::round(const training_state& state, const evaluation& test) const {
    const round_result& result = state.results.back();
    json_object line = result_object(result);
    line.set("round", state.at.round).set("epoch", state.at.all_epochs);
    for (const ranking_quality& q : test.at) set_quality(line, "test_", q);
    directory_.append_metrics(line);
    if (options_.json) std::printf("%s\n", line.line().c_str());
    if (options_.quiet) return;
    std::fprintf(stderr, "density %.4f  %llu values  best epoch %llu", result.density,
                 static_cast<unsigned long long>(result.stored_values), static_cast<unsigned long long>(result.best_epoch));
    if (result.pruned_test.k > 0) print_quality("cut", result.pruned_test);
    print_quality("test", result.test);
    std::fprintf(stderr, "\n");
    if (test.zero_users > 0)
        std::fprintf(stderr,
                     "note: %zu of %zu users have an all-zero row, so the items of smallest id are recommended to them\n",
                     test.zero_users, test.users);
}

void run_report::frozen(frozen_file file) {
    if (!options_.quiet) {
        if (file.kept_rows > 0)
            std::fprintf(
                stderr, "%s of %s rows are kept, solved for with a squared relative error of %.4f, %.4f as the file has them\n",
                grouped(file.kept_rows).c_str(), grouped(data_.users + data_.items).c_str(), file.solve_error, file.file_error);
        std::fprintf(stderr, "%s: %s, %s bytes", file.name.c_str(), file.kind.c_str(), grouped(file.bytes).c_str());
        if (file.id_bytes > 0)
            std::fprintf(stderr, " and %s of original ids", grouped(file.id_bytes).c_str());
        else if (!options_.freeze_without_ids)
            std::fprintf(stderr, ", without original ids, which --bytes leaves no room for");
        if (file.valid.k > 0) print_quality("valid", file.valid);
        print_quality("test", file.test);
        std::fprintf(stderr, "\n");
    }
    frozen_.push_back(std::move(file));
}

void run_report::finish(const training_state& state, int threads) const {
    const round_result& last = state.results.back();
    const std::size_t values = (data_.users + data_.items) * options_.dim;
    json_object summary;
    summary.set("dataset", data_.name).set("users", data_.users).set("items", data_.items);
    summary.set("train_pairs", data_.train.size()).set("valid_pairs", data_.valid.size());
    summary.set("test_pairs", data_.test.size());
    summary.set("model", options_.program == "train_mf" ? "mf" : "lightgcn").set("loss", name_of(options_.loss));
    summary.set("table", name_of(options_.table)).set("dim", options_.dim).set("layers", options_.layers);
    if (options_.item_biases) summary.set("item_biases", true);
    summary.set("seed", options_.seed).set("threads", threads);
    summary.set("epochs_run", state.at.all_epochs).set("best_epoch", last.best_epoch);
    if (search_epochs_ > 0) summary.set("search_epochs", search_epochs_).set("search_seconds", search_seconds_);
    summary.set("train_seconds", state.at.train_seconds).set("eval_seconds", state.at.eval_seconds);
    summary.set("valid", quality_object(last.valid)).set("test", quality_object(last.test));
    summary.set("density", last.density).set("stored_values", last.stored_values).set("bytes", last.bytes);
    summary.set("dense_bytes", values * sizeof(float)).set("peak_rss_bytes", peak_resident_bytes());
    if (held_.table > 0) {
        json_object held;
        held.set("table", held_.table).set("gradient_held", held_.gradient).set("optimizer", held_.optimizer);
        if (held_.swaps > 0) held.set("swaps_held", held_.swaps);
        summary.set("training_bytes", held);
    }
    const double samples = static_cast<double>(data_.train.size()) * static_cast<double>(state.at.all_epochs);
    summary.set("samples_per_second", state.at.train_seconds > 0 ? samples / state.at.train_seconds : 0.0);
    json_object rounds;
    for (std::size_t i = 0; i < state.results.size(); ++i) rounds.set(std::to_string(i), result_object(state.results[i]));
    summary.set("rounds", rounds);
    json_object files;
    for (const frozen_file& file : frozen_) {
        json_object one;
        one.set("kind", file.kind).set("bytes", file.bytes).set("id_bytes", file.id_bytes).set("graph_bytes", file.graph_bytes);
        if (file.kept_rows > 0)
            one.set("kept_rows", file.kept_rows).set("solve_error", file.solve_error).set("file_error", file.file_error);
        files.set(file.name, one.set("valid", quality_object(file.valid)).set("test", quality_object(file.test)));
    }
    if (!frozen_.empty()) summary.set("frozen", files);
    directory_.write_summary(summary);
    const bool has_figure = directory_.write_curve();
    if (options_.json) std::printf("%s\n", summary.line().c_str());
    if (options_.quiet) return;
    const bool has_stages = uses_codes(options_.table);
    std::fprintf(stderr, "\n  %7s     values       bytes   recall@%zu   ndcg@%zu\n", has_stages ? "stage" : "density",
                 last.test.k, last.test.k);
    for (std::size_t i = 0; i < state.results.size(); ++i) {
        const round_result& r = state.results[i];
        char label[32];
        std::snprintf(label, sizeof label, "%.*f", has_stages ? 0 : 4, has_stages ? static_cast<double>(i + 1) : r.density);
        std::fprintf(stderr, "  %7s  %9llu  %10llu     %.4f    %.4f\n", label, static_cast<unsigned long long>(r.stored_values),
                     static_cast<unsigned long long>(r.bytes), r.test.recall, r.test.ndcg);
    }
    if (last_loss_ > 10 * first_loss_)
        std::fprintf(stderr, "\nnote: the loss rose from %.4g to %.4g: a smaller --lr usually helps\n", first_loss_,
                     last_loss_);
    if (last.valid.k > 0 && last.epochs_run > 0 && last.best_epoch == last.epochs_run)
        std::fprintf(stderr, "\nnote: validation was best in the last epoch, so training for longer may help\n");
    std::fprintf(stderr, "\n%.0f s of training, %.0f s of evaluation, at most %.0f MB of memory\n", state.at.train_seconds,
                 state.at.eval_seconds, static_cast<double>(peak_resident_bytes()) / 1e6);
    if (held_.table > 0)
        std::fprintf(stderr, "the table held %s bytes, its gradient %s, the optimizer %s%s\n", grouped(held_.table).c_str(),
                     grouped(held_.gradient).c_str(), grouped(held_.optimizer).c_str(),
                     held_.swaps > 0 ? (", gradients until the next swap " + grouped(held_.swaps)).c_str() : "");
    if (directory_.exists())
        std::fprintf(stderr, "results in %s%s\n", printable(directory_.path().string(), 4096).c_str(),
                     has_figure ? ", with curve.svg" : "");
}

}  // namespace support
