// SPDX-License-Identifier: Apache-2.0
#include "support/ctr/click_report.hpp"

#include "support/run/report.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <cstdio>

namespace support {

run_subject subject_of(const click_data& data) {
    run_subject subject{.facts = {}, .checksum = data.checksum, .ids = {}};
    if (!data.row_names.empty()) subject.ids.emplace_back("values.tsv", &data.row_names);
    subject.facts.set("dataset", data.name).set("fields", data.fields.size()).set("rows", data.rows());
    subject.facts.set("train_examples", data.train.size()).set("valid_examples", data.valid.size());
    subject.facts.set("test_examples", data.test.size());
    return subject;
}

json_object click_report::qualities(const std::vector<click_quality>& of_tasks, const std::string& part) const {
    json_object object;
    for (std::size_t t = 0; t < of_tasks.size(); ++t) {
        const std::string of_task = "@" + data_.tasks[t];
        object.set(part + "auc" + of_task, of_tasks[t].auc).set(part + "log_loss" + of_task, of_tasks[t].log_loss);
        object.set(part + "calibration" + of_task, of_tasks[t].calibration);
    }
    return object;
}

void click_report::print(const char* part, const std::vector<click_quality>& of_tasks) const {
    for (std::size_t t = 0; t < of_tasks.size(); ++t) {
        const std::string name = of_tasks.size() > 1 ? " " + printable(data_.tasks[t]) : "";
        std::fprintf(stderr, "  %s%s auc %.4f  log loss %.4f", part, name.c_str(), of_tasks[t].auc, of_tasks[t].log_loss);
    }
}

void click_report::start() const {
    if (options_.quiet) return;
    std::fprintf(stderr, "%s\n", describe(data_).c_str());
    for (const auto* notes : {&data_.notes, &options_.notes})
        for (const std::string& note : *notes) std::fprintf(stderr, "note: %s\n", printable_line(note).c_str());
    if (data_.valid.size() == 0)
        std::fprintf(stderr, "no validation part: training for exactly %zu epochs per round; the last rows are kept\n",
                     options_.epochs);
}

void click_report::search_epoch(std::uint64_t epoch, double loss, std::uint64_t values, double seconds) const {
    report_search_epoch(options_, directory_, epoch, loss, values, seconds);
}

void click_report::search(std::uint64_t epochs, double seconds) {
    search_epochs_ = epochs;
    search_seconds_ = seconds;
}

void click_report::epoch(const run_position& at, double loss, const std::vector<click_quality>& valid) const {
    json_object line;
    line.set("round", at.round).set("epoch", at.all_epochs).set("loss", loss).set("seconds", at.train_seconds);
    line.set_all(qualities(valid, "valid_"));
    directory_.append_metrics(line);
    if (options_.json) std::printf("%s\n", line.line().c_str());
    if (options_.quiet) return;
    std::fprintf(stderr, "epoch %4llu  loss %.5f", static_cast<unsigned long long>(at.epoch), loss);
    print("valid", valid);
    std::fprintf(stderr, "  %.0f s\n", at.round_seconds);
}

json_object click_report::result(const click_state& state, std::size_t round) const {
    const round_result& r = state.run.results[round];
    const click_result& quality = state.results[round];
    json_object object;
    object.set("density", r.density).set("stored_values", r.stored_values).set("bytes", r.bytes);
    object.set("epochs_run", r.epochs_run).set("best_epoch", r.best_epoch).set("train_seconds", r.seconds);
    if (!quality.cut.empty()) object.set("test_before_training", qualities(quality.cut, ""));
    return object.set("valid", qualities(quality.valid, "")).set("test", qualities(quality.test, ""));
}

void click_report::round(const click_state& state) const {
    json_object line = result(state, state.run.results.size() - 1);
    line.set("round", state.run.at.round).set("epoch", state.run.at.all_epochs);
    line.set_all(qualities(state.results.back().test, "test_"));
    directory_.append_metrics(line);
    if (options_.json) std::printf("%s\n", line.line().c_str());
    if (options_.quiet) return;
    const round_result& r = state.run.results.back();
    std::fprintf(stderr, "density %.4f  %s values  best epoch %llu", r.density, grouped(r.stored_values).c_str(),
                 static_cast<unsigned long long>(r.best_epoch));
    print("cut", state.results.back().cut);
    print("test", state.results.back().test);
    std::fprintf(stderr, "\n");
}

void click_report::frozen(frozen_clicks files) {
    if (!options_.quiet) {
        std::fprintf(stderr, "table.frozen: %s, %s bytes", files.kind.c_str(), grouped(files.bytes).c_str());
        print("test", files.test);
        std::fprintf(stderr, "\n");
    }
    frozen_ = std::move(files);
}

void click_report::held(const training_bytes& bytes, std::size_t linear, std::size_t network) {
    held_ = bytes;
    linear_ = linear;
    network_ = network;
}

void click_report::finish(const click_state& state, int threads) const {
    const run_position& at = state.run.at;
    json_object summary = subject_of(data_).facts;
    summary.set("model", name_of(options_.model)).set("table", name_of(options_.table)).set("dim", options_.dim);
    summary.set("seed", options_.seed).set("threads", threads);
    summary.set("epochs_run", at.all_epochs).set("best_epoch", state.run.results.back().best_epoch);
    if (search_epochs_ > 0) summary.set("search_epochs", search_epochs_).set("search_seconds", search_seconds_);
    summary.set("train_seconds", at.train_seconds).set("eval_seconds", at.eval_seconds);
    const json_object last = result(state, state.results.size() - 1);
    summary.set_all(last);
    summary.set("dense_bytes", data_.rows() * options_.dim * sizeof(float));
    summary.set("first_order_bytes", linear_ * sizeof(float)).set("network_bytes", network_ * sizeof(float));
    summary.set("peak_rss_bytes", peak_resident_bytes());
    json_object held;
    held.set("table", held_.table).set("gradient_held", held_.gradient).set("optimizer", held_.optimizer);
    summary.set("training_bytes", held);
    const double seen = static_cast<double>(data_.train.size()) * static_cast<double>(at.all_epochs);
    summary.set("examples_per_second", at.train_seconds > 0 ? seen / at.train_seconds : 0.0);
    json_object rounds;
    for (std::size_t i = 0; i < state.results.size(); ++i) rounds.set(std::to_string(i), result(state, i));
    summary.set("rounds", rounds);
    if (frozen_) {
        json_object files;
        files.set("kind", frozen_->kind).set("bytes", frozen_->bytes).set("test", qualities(frozen_->test, ""));
        summary.set("frozen", files);
    }
    directory_.write_summary(summary);
    const bool has_figure = directory_.write_curve();
    if (options_.json) std::printf("%s\n", summary.line().c_str());
    if (options_.quiet) return;
    std::fprintf(stderr, "\n  density     values       bytes  task: test auc, log loss, calibration\n");
    for (std::size_t i = 0; i < state.results.size(); ++i) {
        const round_result& r = state.run.results[i];
        std::fprintf(stderr, "  %7.4f  %9llu  %10llu", r.density, static_cast<unsigned long long>(r.stored_values),
                     static_cast<unsigned long long>(r.bytes));
        for (std::size_t t = 0; t < data_.tasks.size(); ++t) {
            const click_quality& q = state.results[i].test[t];
            std::fprintf(stderr, "  %s: %.4f, %.4f, %.3f", printable(data_.tasks[t]).c_str(), q.auc, q.log_loss, q.calibration);
        }
        std::fprintf(stderr, "\n");
    }
    std::fprintf(stderr, "\n%.0f s of training, %.0f s of evaluation, at most %.0f MB of memory\n", at.train_seconds,
                 at.eval_seconds, static_cast<double>(peak_resident_bytes()) / 1e6);
    std::fprintf(stderr, "the table held %s bytes, its gradient %s, the optimizer %s; beside it %s and %s of the network\n",
                 grouped(held_.table).c_str(), grouped(held_.gradient).c_str(), grouped(held_.optimizer).c_str(),
                 counted(linear_, "first-order weight").c_str(), counted(network_, "value").c_str());
    if (directory_.exists())
        std::fprintf(stderr, "results in %s%s\n", printable(directory_.path().string(), 4096).c_str(),
                     has_figure ? ", with curve.svg" : "");
}

}  // namespace support
