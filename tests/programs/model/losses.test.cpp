// SPDX-License-Identifier: Apache-2.0
#include "support/model/losses.hpp"

#include "support/catch.hpp"
#include "support/tables.hpp"

#include <cmath>
#include <functional>

namespace losses_test {

// Each loss beside its formula in double, and its gradient beside central differences of that formula.

namespace {

using numbers = std::vector<std::vector<double>>;
using support::training_batch;

constexpr std::size_t users = 12, items = 25, dim = 5;

struct problem {
    support::batch_builder builder{users + items};
    pleach::matrix<float> rows;
    std::vector<float> inclusion;

    [[nodiscard]] const training_batch& batch() const { return builder.batch(); }
};

enum class negatives { own, shared };

problem make_problem(std::size_t samples, std::size_t count, negatives kind, std::uint64_t seed = 3) {
    problem p;
    const pleach::random_stream stream(seed);
    const auto item = [&](std::size_t a, std::size_t b) {
        return static_cast<std::uint32_t>(users + stream.below(items, a, b));
    };
    for (std::size_t s = 0; s < samples; ++s) {
        p.builder.add_sample(static_cast<std::uint32_t>(stream.below(users, s, 0)), item(s, 1));
        for (std::size_t j = 0; kind == negatives::own && j < count; ++j) p.builder.add_negative(item(s, 2 + j), count);
    }
    for (std::size_t j = 0; kind == negatives::shared && j < count; ++j) p.builder.add_shared_negative(item(samples, j));
    const std::size_t n = p.batch().nodes.size();
    p.rows = pleach::matrix<float>(tests::normal_table<float>(n, dim, seed).rows());
    for (std::size_t r = 0; r < n; ++r) p.inclusion.push_back(static_cast<float>(0.05 + 0.9 * stream.uniform(99, r)));
    return p;
}

numbers to_double(const pleach::matrix<float>& rows) {
    numbers result;
    for (std::size_t r = 0; r < rows.rows(); ++r) result.emplace_back(rows.row(r).begin(), rows.row(r).end());
    return result;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t c = 0; c < a.size(); ++c) sum += a[c] * b[c];
    return sum;
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
    return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

double bpr_formula(const training_batch& batch, const numbers& rows) {
    const std::size_t each = batch.negatives.size() / batch.samples();
    double sum = 0;
    for (std::size_t s = 0; s < batch.samples(); ++s)
        for (std::size_t j = 0; j < each; ++j) {
            const auto& user = rows[batch.users[s]];
            const double difference = dot(user, rows[batch.negatives[s * each + j]]) - dot(user, rows[batch.positives[s]]);
            sum += std::log(1 + std::exp(difference)) / static_cast<double>(each);
        }
    return sum / static_cast<double>(batch.samples());
}

double softmax_formula(const support::softmax_loss& loss, const training_batch& batch, const std::vector<float>& inclusion,
                       const numbers& rows) {
    std::vector<std::uint32_t> columns;
    for (const auto* part : {&batch.positives, &batch.negatives})
        for (const std::uint32_t row : *part)
            if (std::ranges::find(columns, row) == columns.end()) columns.push_back(row);
    double sum = 0;
    for (std::size_t s = 0; s < batch.samples(); ++s) {
        const auto& user = rows[batch.users[s]];
        const auto logit = [&](std::uint32_t row) {
            return (loss.kind == support::similarity::cosine ? cosine(user, rows[row]) : dot(user, rows[row])) /
                   loss.temperature;
        };
        const double positive = std::exp(logit(batch.positives[s]));
        double all = positive;
        for (const std::uint32_t row : columns) {
            bool is_known = false;
            if (!batch.known_offsets.empty())
                for (std::size_t i = batch.known_offsets[s]; i < batch.known_offsets[s + 1]; ++i)
                    is_known |= batch.known[i] == row;
            if (row != batch.positives[s] && !is_known)
                all += std::exp(logit(row)) / std::pow(static_cast<double>(inclusion[row]), loss.correction);
        }
        sum -= std::log(positive / all);
    }
    return sum / static_cast<double>(batch.samples());
}

double ccl_formula(const support::ccl_loss& loss, const training_batch& batch, const numbers& rows) {
    double sum = 0;
    for (std::size_t s = 0; s < batch.samples(); ++s) {
        const auto& user = rows[batch.users[s]];
        sum += 1 - cosine(user, rows[batch.positives[s]]);
        for (const std::uint32_t row : batch.negatives)
            if (row != batch.positives[s])
                sum += loss.negative_weight / static_cast<double>(batch.negatives.size()) *
                       std::max(0.0, cosine(user, rows[row]) - loss.margin);
    }
    return sum / static_cast<double>(batch.samples());
}

using taken_loss = std::function<double(const problem&, pleach::matrix<float>& gradient)>;
using formula = std::function<double(const numbers& rows)>;

void check_loss(const problem& p, const taken_loss& take, const formula& slow) {
    pleach::matrix<float> gradient(p.rows.rows(), dim);
    const double loss = take(p, gradient);
    numbers rows = to_double(p.rows);
    CHECK(loss == tests::approx(slow(rows)).epsilon(1e-5));
    double worst = 0, largest = 0;
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t c = 0; c < dim; ++c) {
            constexpr double step = 1e-5;
            const double before = rows[r][c];
            rows[r][c] = before + step;
            const double above = slow(rows);
            rows[r][c] = before - step;
            const double below = slow(rows);
            rows[r][c] = before;
            const double difference = (above - below) / (2 * step);
            worst = std::max(worst, std::abs(difference - static_cast<double>(gradient.row(r)[c])));
            largest = std::max(largest, std::abs(difference));
        }
    CAPTURE(worst, largest);
    CHECK(largest > 1e-3);
    CHECK(worst < 1e-5 * std::max(1.0, largest));
}

const pleach::openmp two{2};

double take_softmax(const support::softmax_loss& loss, const problem& p, pleach::matrix<float>& g, pleach::openmp exec = two) {
    return support::softmax(loss, p.batch(), p.inclusion, std::as_const(p.rows).view(), g.view(), exec);
}

}  // namespace

TEST_CASE("BPR and its gradient follow the formula, for one negative and for three") {
    for (const std::size_t count : {std::size_t{1}, std::size_t{3}}) {
        const problem p = make_problem(20, count, negatives::own);
        check_loss(
            p,
            [](const problem& q, pleach::matrix<float>& g) {
                return support::bpr(q.batch(), std::as_const(q.rows).view(), g.view(), two);
            },
            [&](const numbers& rows) { return bpr_formula(p.batch(), rows); });
    }
}

TEST_CASE("Softmax and its gradient follow the formula: cosine and dot, corrected and not") {
    const problem p = make_problem(15, 8, negatives::shared);
    for (const auto kind : {support::similarity::cosine, support::similarity::dot})
        for (const double correction : {0.0, 0.5, 1.0}) {
            const support::softmax_loss loss{.kind = kind, .temperature = 0.4, .correction = correction};
            check_loss(
                p, [&](const problem& q, pleach::matrix<float>& g) { return take_softmax(loss, q, g); },
                [&](const numbers& rows) { return softmax_formula(loss, p.batch(), p.inclusion, rows); });
        }
}

TEST_CASE("Softmax without uniform negatives ranks against the other positives of the batch") {
    const problem p = make_problem(15, 0, negatives::shared);
    const support::softmax_loss loss{.temperature = 0.5};
    check_loss(
        p, [&](const problem& q, pleach::matrix<float>& g) { return take_softmax(loss, q, g); },
        [&](const numbers& rows) { return softmax_formula(loss, p.batch(), p.inclusion, rows); });
}

TEST_CASE("Items that a user is known to have taken are no negatives of it") {
    problem p = make_problem(10, 8, negatives::shared);
    for (std::size_t s = 0; s < 10; ++s)
        p.builder.add_known(p.batch().nodes[p.batch().users[s]], [&](auto&& visit) {
            visit(p.batch().nodes[p.batch().positives[s]]);
            for (std::uint32_t item = 0; item < items; ++item)
                if ((item + s) % 3 == 0 && users + item != p.batch().nodes[p.batch().positives[s]])
                    visit(static_cast<std::uint32_t>(users + item));
        });
    const support::softmax_loss loss{.temperature = 0.5};
    check_loss(
        p, [&](const problem& q, pleach::matrix<float>& g) { return take_softmax(loss, q, g); },
        [&](const numbers& rows) { return softmax_formula(loss, p.batch(), p.inclusion, rows); });
}

TEST_CASE("The cosine contrastive loss and its gradient follow the formula") {
    const problem p = make_problem(20, 16, negatives::shared);
    const support::ccl_loss loss{.margin = 0.1, .negative_weight = 7};
    check_loss(
        p,
        [&](const problem& q, pleach::matrix<float>& g) {
            return support::ccl(loss, q.batch(), std::as_const(q.rows).view(), g.view(), two);
        },
        [&](const numbers& rows) { return ccl_formula(loss, p.batch(), rows); });
}

TEST_CASE("Losses of batches that span many tiles give the same bits for 1, 2 and 7 threads") {
    const problem shared = make_problem(700, 300, negatives::shared), own = make_problem(700, 2, negatives::own);
    const auto gradient_of = [&](int threads, int which) {
        const pleach::openmp exec{threads};
        const problem& p = which == 0 ? own : shared;
        pleach::matrix<float> gradient(p.rows.rows(), dim);
        const double loss = which == 0   ? support::bpr(p.batch(), p.rows.view(), gradient.view(), exec)
                            : which == 1 ? take_softmax({}, p, gradient, exec)
                                         : support::ccl({.margin = 0}, p.batch(), p.rows.view(), gradient.view(), exec);
        return std::pair(loss, gradient);
    };
    for (const int which : {0, 1, 2}) {
        const auto one = gradient_of(1, which);
        for (const int threads : {2, 7}) {
            const auto many = gradient_of(threads, which);
            CHECK(many.first == one.first);
            CHECK(tests::same_bits(many.second.elements(), one.second.elements()));
        }
    }
}

TEST_CASE("A row of zeros has no cosine, and gets no gradient rather than one that is not a number") {
    problem p = make_problem(10, 6, negatives::shared);
    std::ranges::fill(p.rows.row(p.batch().users[0]), 0.0F);
    pleach::matrix<float> gradient(p.rows.rows(), dim);
    CHECK(std::isfinite(take_softmax({}, p, gradient)));
    CHECK(std::isfinite(support::ccl({}, p.batch(), std::as_const(p.rows).view(), gradient.view(), two)));
    for (const float g : gradient.row(p.batch().users[0])) CHECK(g == 0);
    for (const float g : gradient.elements()) CHECK(std::isfinite(g));
}

TEST_CASE("BPR stays finite where scores lie far apart") {
    problem p = make_problem(10, 1, negatives::own);
    for (float& x : p.rows.elements()) x *= 1000;
    pleach::matrix<float> gradient(p.rows.rows(), dim);
    CHECK(std::isfinite(support::bpr(p.batch(), std::as_const(p.rows).view(), gradient.view(), two)));
    for (const float g : gradient.elements()) CHECK(std::isfinite(g));
}

}  // namespace losses_test
