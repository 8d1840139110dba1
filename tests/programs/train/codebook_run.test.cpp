// SPDX-License-Identifier: Apache-2.0
#include "support/train/codebook_run.hpp"

#include "programs/train/short_run.hpp"
#include "support/catch.hpp"
#include "support/small_data.hpp"
#include "support/temporary_directory.hpp"

#include <fstream>
#include <set>

namespace codebook_run_test {

namespace {

using tests::never;

support::options small_options(support::table_kind table, const std::string& program = "train_lightgcn") {
    support::options chosen = support::default_options(program);
    chosen.dataset = "generated";
    chosen.table = table;
    chosen.dim = 8;
    chosen.layers = program == "train_mf" ? 0 : 2;
    chosen.codes = 14;
    chosen.fine_codes = 6;
    chosen.fine_terms = 2;
    chosen.fine_threshold = 0.3;
    chosen.partition = support::partition_method::streaming;
    chosen.lr = 0.02;
    chosen.fine_lr = 0.03;
    chosen.batch = 256;
    chosen.fine_batch = 400;
    chosen.epochs = 4;
    chosen.reassign_epochs = 4;
    chosen.reassign_every = 2;
    chosen.fine_epochs = 3;
    chosen.eval_every = 1;
    chosen.quiet = true;
    return chosen;
}

struct outcome {
    support::training_state state;
    std::string stopped;
};

outcome run(const support::options& chosen, const support::interactions& data, std::size_t stop = never, int threads = 2) {
    const tests::short_run all(chosen, data, threads);
    outcome result;
    const auto with = [&](auto encoder) {
        result.stopped = tests::stopped([&] {
            support::codebook_run(all.context, encoder).run([&](const support::training_state& state) {
                result.state = state;
            });
        });
    };
    if (chosen.program == "train_mf") {
        with(tests::interrupting<support::factorization_encoder>({stop}));
    } else {
        const support::bipartite_graph graph(data.train, data.items);
        with(tests::interrupting<support::codebook_encoder>({stop}, graph, chosen.dim, chosen.layers));
    }
    return result;
}

std::vector<double> findings(const outcome& found) { return tests::findings(found.state); }

}  // namespace

TEST_CASE("A run over codes has a stage of given assignments and one of solved ones, and with fine codes both again") {
    const auto data = tests::small_data(0.1);
    const auto coarse = run(small_options(support::table_kind::legcf), data);
    REQUIRE(coarse.state.results.size() == 2);
    CHECK(coarse.state.at.all_epochs == 8);
    // A header, which ends at a cache line; a bound of all rows, rows of eight values between zeros, then numbers and weights of two
    // terms per entity, each from a cache line on.
    const std::size_t line = 64, terms = 2 * (data.users + data.items);
    const std::size_t arrays = 2 * line + 14 * 8 * 4 + line + pleach::frozen::aligned(terms) + 4 * terms;
    for (const support::round_result& found : coarse.state.results) {
        CHECK(found.stored_values == 14 * 8);
        CHECK((found.bytes - arrays) % line == 0);
        CHECK(found.bytes - arrays <= support::bytes_beside(support::table_kind::legcf));
    }
    const auto fine = run(small_options(support::table_kind::c2f), data);
    REQUIRE(fine.state.results.size() == 4);
    CHECK(fine.state.at.all_epochs == 8 + 3 + 4);
    // Zeros among fine codes may take less than they would as values.
    const std::size_t planned = support::bytes_of_codes(small_options(support::table_kind::c2f), 14, data.users + data.items);
    CHECK(fine.state.results[3].bytes <= planned);
    CHECK(fine.state.results[3].bytes + 6 * 8 * 4 + support::bytes_beside(support::table_kind::c2f) > planned);
    const auto coarse_part = findings(coarse), all = findings(fine);
    CHECK(std::equal(coarse_part.begin(), coarse_part.end(), all.begin()));
    auto without = small_options(support::table_kind::legcf);
    without.reassign_epochs = 0;
    CHECK(run(without, data).state.results.size() == 1);
}

TEST_CASE("Without fine codes the coarse ones go on, as a control") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options(support::table_kind::c2f);
    chosen.fine_codes = 0;
    const auto control = run(chosen, data);
    REQUIRE(control.state.results.size() == 4);
    CHECK(control.state.results[3].stored_values == 14 * 8);
    CHECK(findings(control) != findings(run(small_options(support::table_kind::c2f), data)));
}

TEST_CASE("With biases and without fine codes, biases train alone in one more stage, and codes are held") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options(support::table_kind::c2f);
    chosen.item_biases = true;
    const auto fine = run(chosen, data);
    REQUIRE(fine.state.results.size() == 4);
    CHECK(fine.state.results[1].stored_values == 14 * 8 + data.items);
    chosen.fine_codes = 0;
    const tests::temporary_directory folder;
    chosen.out = (folder / "run").string();
    const auto control = run(chosen, data);
    REQUIRE(control.state.results.size() == 3);
    CHECK(control.state.at.all_epochs == 8 + 3);
    CHECK(control.state.results[2].valid.recall != control.state.results[1].valid.recall);
    const auto weights = [&](const char* file, const char* name) {
        const auto opened = pleach::safetensors_file::open(folder / "run" / file);
        return pleach::read_tensor<float>(opened.view(), name);
    };
    CHECK(weights("checkpoint.safetensors", "table.codes.weights") == weights("coarse.safetensors", "best.codes.weights"));
    CHECK(weights("checkpoint.safetensors", "best_biases.weights") != weights("coarse.safetensors", "best_biases.weights"));
}

TEST_CASE("Fine stages keep their rate, or take a schedule of their own, whatever that of the coarse ones is") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options(support::table_kind::c2f);
    chosen.lr_schedule = support::rate_schedule::cosine;
    chosen.eval_every = 100;  // only after the last epoch of a stage
    const auto constant = findings(run(chosen, data));
    chosen.fine_lr_schedule = support::rate_schedule::cosine;
    const auto cosine = findings(run(chosen, data));
    const auto stage = static_cast<std::ptrdiff_t>(constant.size() / 4);
    CHECK(std::equal(constant.begin(), constant.begin() + 2 * stage, cosine.begin()));
    CHECK_FALSE(std::equal(constant.begin() + 2 * stage, constant.begin() + 3 * stage, cosine.begin() + 2 * stage));
}

TEST_CASE("Assignments solved every so many steps are those of as many epochs, and other steps give others") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options(support::table_kind::legcf);
    const std::size_t batches = (data.train.size() + 255) / 256;
    REQUIRE(batches > 2);
    const auto by_epochs = findings(run(chosen, data));
    chosen.reassign_every = 1;
    chosen.reassign_steps = 2 * batches;
    CHECK(findings(run(chosen, data)) == by_epochs);
    chosen.reassign_steps = 2 * batches - 1;
    CHECK(findings(run(chosen, data)) != by_epochs);
}

TEST_CASE("Runs over codes find the same for any number of threads, by either solver") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options(support::table_kind::c2f);
    const auto whole = findings(run(chosen, data));
    CHECK(findings(run(chosen, data, never, 7)) == whole);
    chosen.reassign = support::reassign_method::pursuit;
    const auto pursued = findings(run(chosen, data));
    CHECK(pursued != whole);
    CHECK(findings(run(chosen, data, never, 1)) == pursued);
}

TEST_CASE("A run over codes that is stopped in any stage and resumed finds the same") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options(support::table_kind::c2f);
    chosen.item_biases = true;
    chosen.reassign_every = 1;
    chosen.reassign_steps = 3;  // which divides no epoch
    chosen.fine_lr_schedule = support::rate_schedule::cosine;
    const auto whole = findings(run(chosen, data));
    const std::size_t batches = (data.train.size() + 255) / 256, fine = (data.train.size() + 399) / 400;
    // The first batch, within each stage, around solutions, and where a stage begins.
    for (const std::size_t batch : {std::size_t{0}, batches + 1, 4 * batches, 4 * batches + 2, 6 * batches, 6 * batches + 1,
                                    8 * batches, 8 * batches + fine + 1, 8 * batches + 3 * fine, 8 * batches + 5 * fine + 1}) {
        CAPTURE(batch, batches, fine);
        const tests::temporary_directory folder;
        auto stopped = chosen;
        stopped.out = (folder / "run").string();
        REQUIRE(tests::contains(run(stopped, data, batch).stopped, "--resume continues"));
        stopped.resume = true;
        CHECK(findings(run(stopped, data)) == whole);
        CHECK(findings(run(stopped, data, 0)) == whole);  // once it is over, nothing is trained again
        // Every epoch is told once.
        std::ifstream file(folder / "run" / "metrics.jsonl");
        std::multiset<std::string> epochs;
        for (std::string line; std::getline(file, line);)
            if (const auto at = line.find("\"epoch\":"); line.find("\"loss\"") != std::string::npos)
                epochs.insert(line.substr(at, line.find(',', at) - at));
        CHECK(epochs.size() == 15);
        CHECK(std::set<std::string>(epochs.begin(), epochs.end()).size() == 15);
    }
}

TEST_CASE("A run over codes that was killed before the first checkpoint of its fine codes tells of everything once") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options(support::table_kind::c2f);
    const tests::temporary_directory whole, killed;
    chosen.out = (whole / "run").string();
    const auto found = findings(run(chosen, data));
    chosen.out = (killed / "run").string();
    const std::size_t batches = (data.train.size() + 255) / 256, fine = (data.train.size() + 399) / 400;
    REQUIRE(tests::contains(run(chosen, data, 8 * batches + 4 * fine).stopped, "--resume continues"));
    std::filesystem::remove(killed / "run/checkpoint.safetensors");
    chosen.resume = true;
    CHECK(findings(run(chosen, data)) == found);
    CHECK(tests::metrics_of(killed / "run") == tests::metrics_of(whole / "run"));
}

TEST_CASE("Matrix factorization trains over the same codes, without a graph to solve assignments from") {
    const auto data = tests::small_data(0.1);
    auto chosen = small_options(support::table_kind::legcf, "train_mf");
    chosen.epochs = 30;
    const auto coarse = run(chosen, data);
    REQUIRE(coarse.state.results.size() == 1);
    CHECK(coarse.state.results[0].test.recall > 0.05);
    CHECK(run(small_options(support::table_kind::c2f, "train_mf"), data).state.results.size() == 2);
}

TEST_CASE("Solved assignments differ from given ones, keep their number of terms, and fit the propagated rows better") {
    const auto data = tests::small_data();
    const support::bipartite_graph graph(data.train, data.items);
    support::codebook_encoder encoder(graph, 8, 2);
    const pleach::openmp exec{2};
    for (const auto method : {support::reassign_method::pseudo_inverse, support::reassign_method::pursuit}) {
        auto chosen = small_options(support::table_kind::legcf);
        chosen.reassign = method;
        auto table = support::first_coarse_table(chosen, data, pleach::random_stream(1));
        const auto before = table.base().terms();
        const auto now = encoder.propagate(table, exec);
        const auto error_of = [&](const pleach::assignment<float>& s) {
            double sum = 0;
            for (std::size_t x = 0; x < s.size(); ++x)
                for (std::size_t c = 0; c < 8; ++c) {
                    double left = static_cast<double>(now.entities.row(x)[c]);
                    for (std::size_t k = 0; k < s.terms(); ++k)
                        left -= static_cast<double>(s.weight(x, k)) * static_cast<double>(now.codes.row(s.id(x, k))[c]);
                    sum += left * left;
                }
            return sum;
        };
        encoder.reassign(table, chosen, exec);
        CHECK_FALSE(table.base().terms() == before);
        CHECK(table.base().terms().terms() == 2);
        if (method == support::reassign_method::pursuit) CHECK(error_of(table.base().terms()) < error_of(before));
    }
}

TEST_CASE("Entities of a part begin with one code, whoever makes the parts, and METIS is refused where it is not") {
    const auto data = tests::small_data();
    for (const auto how :
         {support::partition_method::streaming, support::partition_method::chance, support::partition_method::automatic}) {
        const auto part_of = support::partition_entities(data, 10, how, pleach::random_stream(1));
        std::vector<std::size_t> sizes(10, 0);
        for (const std::uint32_t p : part_of) ++sizes.at(p);
        CHECK(*std::ranges::max_element(sizes) <= 23);
        auto chosen = small_options(support::table_kind::legcf);
        chosen.partition = how;
        const auto table = support::first_coarse_table(chosen, data, pleach::random_stream(1));
        CHECK(table.base().terms().weight(0, 0) == 0.5F);
    }
}

}  // namespace codebook_run_test
