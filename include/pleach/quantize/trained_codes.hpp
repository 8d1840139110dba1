// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Codes that train together with their codewords. Each entity has a row q_x of floats, which is only needed while training,
/// and codewords, of which its looked-up row v_x is made:
///
///     forward     v_x = the sum (sum) or concatenation (concat) of the codewords that x has
///     backward    dL/dq_x = dL/dv_x                                   straight through
///     pull        |v_x - sg(q_x)|^2 / dim, for the codewords;  beta |q_x - sg(v_x)|^2 / dim, for q_x        sg: constant
///     refresh     the codewords of x become those nearest to q_x
///
///     trained_codes<concat> table(rows, fit_product_codes(rows.rows(), {}, {.terms = 8}, stream));
///     ... per batch: table.accumulate(id, upstream, gradient); table.accumulate_pull(id, weight, gradient); a step ...
///     ... per epoch: table.refresh({}, exec); ...
///     save(freeze<frozen::coded_rows<concat>>(table.coded()), path);
///
/// Sources: Chen, Li and Sun, "Differentiable product quantization for end-to-end embedding compression" (DPQ), ICML 2020,
/// section 3.3 (DPQ-VQ); Kang et al., "Learning multi-granular quantized embeddings for large-vocab categorical features"
/// (MGQE), WWW 2020, section 3.2: rare entities may have the first few codewords of a book only (`allowed` of refresh()).
/// Departures: both choose the nearest codewords anew at every lookup, here they change with refresh(), as often as it is called;
/// distances are not normalized by batch; and rows may be sums of codewords too. With `books_take_loss`, codewords also have
/// the gradient of the loss, as in a `coded` whose codes are given.

#include <pleach/quantize/product_codes.hpp>
#include <pleach/quantize/residual_codes.hpp>
#include <pleach/table/assignments.hpp>
#include <pleach/table/parts.hpp>

#include <map>

namespace pleach {
inline namespace PLEACH_ABI {

struct trained_codes_options {
    float rows_pull = 0.25F;       ///< beta: of rows toward their codewords
    bool books_take_loss = false;  ///< whether codewords have the gradient of the loss too
};

template <class Combiner>
class trained_codes {
public:
    using value_type = float;
    using id_type = std::uint32_t;
    using coded_type = pleach::coded<Combiner, dense_table<float>>;
    struct gradient_type {
        gradient_of<dense_table<float>> rows;
        gradient_of<dense_table<float>> books;
    };

    /// Starts from codes and books that were fitted to the rows. *Throws* std::invalid_argument if they are not of these rows'
    /// number and width.
    trained_codes(dense_table<float> rows, const coded_type& codes, trained_codes_options options = {})
        : rows_(std::move(rows)), coded_(codes), options_(options), ids_(codes.size(), codes.codes().terms()),
          ones_(codes.size(), codes.codes().terms()) {
        if (rows_.size() != codes.size() || rows_.dim() != codes.dim())
            throw std::invalid_argument("pleach::trained_codes: there are " + std::to_string(rows_.size()) + " rows of " +
                                        std::to_string(rows_.dim()) + " columns for codes of " + std::to_string(codes.size()) +
                                        " rows of " + std::to_string(codes.dim()) + "; fit the codes to these rows");
        for (std::size_t x = 0; x < ids_.rows(); ++x)
            for (std::size_t k = 0; k < ids_.cols(); ++k) ids_.row(x)[k] = static_cast<std::uint32_t>(codes.codes().row(x, k));
        for (float& one : ones_.elements()) one = 1;
    }

    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    [[nodiscard]] std::size_t dim() const noexcept { return rows_.dim(); }
    /// The rows q, of floats.
    [[nodiscard]] const dense_table<float>& rows() const noexcept { return rows_; }
    /// The table as it is looked up, without the rows: what to store.
    [[nodiscard]] const coded_type& coded() const noexcept { return coded_; }
    [[nodiscard]] const trained_codes_options& options() const noexcept { return options_; }

    /// *Precondition:* id < size(), out.size() == dim().
    void lookup(id_type id, std::span<float> out) const { coded_.lookup(id, out); }

    [[nodiscard]] gradient_type make_gradient() const { return {rows_.make_gradient(), coded_.base().make_gradient()}; }
    /// The gradient of the loss: an estimate, which finite differences do not confirm.
    void accumulate(id_type id, std::span<const float> upstream, gradient_type& gradient) const {
        rows_.accumulate(id, upstream, gradient.rows);
        if (options_.books_take_loss) accumulate_books(id, upstream, gradient);
    }
    /// The gradient of weight * the pull between the row and its codewords, to be called for each entity of a batch.
    void accumulate_pull(id_type id, float weight, gradient_type& gradient) const {
        detail::with_scratch<float>(dim(), [&](std::span<float> difference) {
            lookup(id, difference);
            const std::span<const float> row = rows_.row(id);
            const float factor = 2 * weight / static_cast<float>(dim());
            for (std::size_t c = 0; c < row.size(); ++c) difference[c] = factor * (difference[c] - row[c]);
            accumulate_books(id, difference, gradient);
            for (float& x : difference) x *= -options_.rows_pull;
            rows_.accumulate(id, std::span<const float>(difference), gradient.rows);
        });
    }

    /// Gives each entity the codewords nearest to its row: with sums, those of a beam search, if they are nearer than its own.
    /// `allowed` has the number of first codewords of each book that an entity may have, or is empty for all. Returns how many
    /// entities have other codewords than before. The bits do not depend on the executor. *Throws* std::invalid_argument if
    /// `allowed` is given for sums, has not one number per entity, or one that is 0 or beyond the books. *Complexity:* size *
    /// 2^bits * dim multiply-adds, or with sums four times as many per term.
    template <executor Executor = sequential>
    std::size_t refresh(std::span<const std::uint16_t> allowed = {}, const Executor& exec = {}) {
        check_allowed(allowed);
        matrix<std::uint16_t> ids(size(), terms());
        for (std::size_t x = 0; x < size(); ++x)
            for (std::size_t k = 0; k < terms(); ++k) ids.row(x)[k] = static_cast<std::uint16_t>(coded_.codes().id(x, k));
        if constexpr (std::same_as<Combiner, sum>) {
            detail::residual_fit fit(rows_.rows(), terms(), bits());
            fit.books = matrix<float>(coded_.base().rows());
            std::vector<std::uint16_t> of_book(size());
            for (std::size_t k = 0; k < terms(); ++k) {
                for (std::size_t x = 0; x < size(); ++x) of_book[x] = ids.row(x)[k];
                detail::subtract_codewords(fit.book(k), of_book, 1, fit.left.view(), exec);
            }
            detail::choose_codes(rows_.rows(), fit.books, terms(), refit_options{}.beam, ids, fit.left, exec);
        } else {
            find_groups(allowed, ids, exec);
        }
        return take(ids);
    }

    template <class Visit>
    void for_each_parameter(Visit&& visit) const {
        visit_parameters("rows", rows_, visit);
        coded_.for_each_parameter(visit);
    }
    template <class Visit>
    void for_each_parameter(gradient_type& gradient, Visit&& visit) {
        visit_parameters("rows", rows_, gradient.rows, visit);
        visit_parameters("books", coded_.base(), gradient.books, visit);
    }

    /// The codewords, as rows of the stacked books, all with weight 1.
    template <class Visit>
    void for_each_assignment(Visit&& visit) const {
        visit(stored_assignment<float>{"codes", ids_.view(), ones_.view(), coded_.base().size()});
    }
    /// *Throws* std::invalid_argument unless every entity has one codeword of each book, in their order, with weight 1.
    void set_assignment(std::string_view, matrix<std::uint32_t> ids, matrix<float> weights) {
        matrix<std::uint16_t> codes(size(), terms());
        bool good = ids.rows() == size() && ids.cols() == terms() && std::ranges::equal(weights.elements(), ones_.elements());
        for (std::size_t x = 0; good && x < size(); ++x)
            for (std::size_t k = 0; k < terms(); ++k) {
                good = good && ids.row(x)[k] >> bits() == k;
                codes.row(x)[k] = static_cast<std::uint16_t>(ids.row(x)[k] - (k << bits()));
            }
        if (!good)
            throw std::invalid_argument("pleach::trained_codes: every entity needs one codeword of each of the " +
                                        std::to_string(terms()) + " books, in their order, with weight 1");
        (void)take(codes);
    }

private:
    [[nodiscard]] std::size_t terms() const noexcept { return coded_.codes().terms(); }
    [[nodiscard]] std::size_t bits() const noexcept { return coded_.codes().bits(); }

    void accumulate_books(id_type id, std::span<const float> upstream, gradient_type& gradient) const {
        typename coded_type::gradient_type of_books{std::move(gradient.books)};
        coded_.accumulate(id, upstream, of_books);
        gradient.books = std::move(of_books.base);
    }

    void check_allowed(std::span<const std::uint16_t> allowed) const {
        if (allowed.empty()) return;
        const std::string name = "pleach::trained_codes::refresh: ";
        if (std::same_as<Combiner, sum>)
            throw std::invalid_argument(name +
                                        "only codewords side by side can be limited to the first of each book; take "
                                        "trained_codes<concat>");
        if (allowed.size() != size())
            throw std::invalid_argument(name + "there are " + std::to_string(allowed.size()) + " limits for " +
                                        std::to_string(size()) + " entities; give one for each, or none");
        for (std::size_t x = 0; x < allowed.size(); ++x)
            if (allowed[x] == 0 || allowed[x] > coded_.codes().codewords())
                throw std::invalid_argument(name + "entity " + std::to_string(x) + " may have " + std::to_string(allowed[x]) +
                                            " codewords of a book, but books have 1 to " +
                                            std::to_string(coded_.codes().codewords()));
    }

    template <class Executor>
    void find_groups(std::span<const std::uint16_t> allowed, matrix<std::uint16_t>& ids, const Executor& exec) const {
        std::map<std::size_t, std::vector<std::size_t>> with_limit;
        for (std::size_t x = 0; x < size(); ++x)
            with_limit[allowed.empty() ? coded_.codes().codewords() : allowed[x]].push_back(x);
        for (std::size_t k = 0; k < terms(); ++k)
            for (const auto& one : with_limit) {
                const std::size_t limit = one.first;
                const std::vector<std::size_t>& entities = one.second;
                const column_group group = coded_.group(k);
                const auto book = detail::columns_of(coded_.base().rows().rows_from(k << bits(), limit), {0, group.count});
                const detail::codebook_panels panels(book);
                for_each_chunk(exec, entities.size(), detail::vectors_per_task, [&](std::size_t first, std::size_t last) {
                    panels.for_each_vector(
                        last - first,
                        [&](std::size_t i) {
                            return rows_.row(static_cast<id_type>(entities[first + i])).data() + group.first;
                        },
                        [&](std::size_t i, std::span<const float> nearness) {
                            ids.row(entities[first + i])[k] =
                                static_cast<std::uint16_t>(std::ranges::max_element(nearness) - nearness.begin());
                        });
                });
            }
    }

    std::size_t take(const matrix<std::uint16_t>& ids) {
        std::size_t changed = 0;
        for (std::size_t x = 0; x < size(); ++x) {
            bool same = true;
            for (std::size_t k = 0; k < terms(); ++k) {
                const auto id = static_cast<std::uint32_t>(k << bits() | ids.row(x)[k]);
                same = same && ids_.row(x)[k] == id;
                ids_.row(x)[k] = id;
            }
            changed += !same;
        }
        if (changed > 0) coded_ = coded_type(coded_.base(), packed_codes<>(ids.view(), bits()), dim());
        return changed;
    }

    dense_table<float> rows_;
    coded_type coded_;
    trained_codes_options options_;
    matrix<std::uint32_t> ids_;  // the codes once more, as checkpoints store them
    matrix<float> ones_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
