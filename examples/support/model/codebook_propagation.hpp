// SPDX-License-Identifier: Apache-2.0
#pragma once

/// LightGCN over entities and their codes, which are nodes as well (LEGCF, SIGIR 2024; C2F, SCIS 2025):
///
///     G = [A^ S1 0; S1^T 0 S2; 0 S2^T 0],   G^ = D^-1/2 G D^-1/2,   X_l = T G^ X_(l-1),   X = (1 / (L + 1)) sum_{l=0..L} X_l
///
/// with A^ of propagation.hpp, entities x codes S1, and, in a fine stage, codes x fine codes S2; D holds the row sums of G,
/// with 1 in place of 0. Without fine codes T is the identity. With them, each layer is bridged: for its entities h, codes m
/// and fine codes f,
///
///     h <- h - S1 m;  m <- m - S2 f;  m <- g S2 f + (1 - g) m;  h <- h + S1 m     (in this order, as in C2F's code)
///
/// which is h += S1 q, m += q with q = -g m + (2 g - 1) S2 f. Gradients are passed back by the transpose of all this.
///
/// As in propagation.hpp, layers are computed by Horner's scheme over slices, with Z = d^-1/2 D^-1/2 X for entities of degree
/// d, so that neighbors are summed without weights, and C = D^-1/2 X for codes. Each code is a neighbor of thousands of
/// entities: the rows of codes, some ten thousand bytes per slice, stay in the nearest caches while entities stream past.

#include "support/model/neighbor_sums.hpp"

#include <pleach/compose/assignment.hpp>

#include <cmath>

namespace support {

using pleach::matrix;
using pleach::matrix_view;

class codebook_propagation {
public:
    codebook_propagation(const bipartite_graph& graph, std::size_t dim, std::size_t layers)
        : sums_(graph), dim_(dim), layers_(layers), first_(graph.nodes(), width), now_(graph.nodes(), width),
          next_(graph.nodes(), width) {}

    /// The edges to codes. `of_codes` is null if there are no fine codes; otherwise g is `share`. *Precondition:* the first
    /// assigns as many entities as the graph has nodes, the second as many as the first has codes.
    void connect(const pleach::assignment<float>& of_entities, const pleach::assignment<float>* of_codes, float share) {
        share_ = share;
        set_edges(of_entities, of_codes);
        // Row sums of G.
        const bipartite_graph& graph = sums_.graph();
        const std::size_t nodes = graph.nodes(), terms = terms_;
        std::vector<double> of_code(codes_.rows(), 0), of_fine(fine_.rows(), 0);
        factors_.resize(nodes);
        own_.resize(nodes);
        for (std::size_t p = 0; p < nodes; ++p) {
            double sum = 0;
            for (const std::uint32_t q : graph.neighbors(p)) sum += 1 / std::sqrt(static_cast<double>(graph.scale(q)));
            const double degree = graph.scale(p);
            sum /= std::sqrt(degree);
            for (std::size_t k = 0; k < terms; ++k) {
                sum += static_cast<double>(weights_[p * terms + k]);
                of_code[ids_[p * terms + k]] += static_cast<double>(weights_[p * terms + k]);
            }
            const double all = sum > 0 ? sum : 1;
            factors_[p] = static_cast<float>(1 / (degree * all));
            own_[p] = {static_cast<float>(1 / (std::sqrt(degree) * all)), static_cast<float>(1 / std::sqrt(degree * all)),
                       static_cast<float>(std::sqrt(degree)), static_cast<float>(std::sqrt(degree * all))};
        }
        for (std::size_t j = 0; j < of_code.size(); ++j)
            for (std::size_t k = 0; k < fine_terms_; ++k) {
                of_code[j] += static_cast<double>(fine_weights_[j * fine_terms_ + k]);
                of_fine[fine_ids_[j * fine_terms_ + k]] += static_cast<double>(fine_weights_[j * fine_terms_ + k]);
            }
        codes_.set_scales(of_code);
        fine_.set_scales(of_fine);
    }

    /// Row n of the entities of X_0 as a pointer, null for a row of zeros; rows outside `nonzero` are zero. Codes and fine
    /// codes are given in full.
    template <class In>
    struct input {
        In entity;
        some_nodes nonzero;
        matrix_view<const float> codes;  ///< no rows: all zero
        matrix_view<const float> fine;
    };
    /// The memory for row n, for the wanted nodes, and for codes if these have rows.
    template <class Out>
    struct output {
        Out entity;
        some_nodes wanted;
        matrix_view<float> codes;
        matrix_view<float> fine;
    };

    /// Computes X from X_0. *Complexity:* layers * (edges + 2 nodes * terms) * dim multiply-adds, less what the subsets save.
    template <class In, class Out, pleach::executor Executor>
    void run(const input<In>& in, const output<Out>& out, const Executor& exec) {
        propagate(in, out, exec, [&](bool is_last, bool is_first, some_nodes sources, some_nodes targets) {
            step_forward(is_last && out.codes.rows() == 0, is_first, sources, targets, exec);
        });
    }

    /// Computes the gradient of X_0 from that of X.
    template <class In, class Out, pleach::executor Executor>
    void pull_back(const input<In>& in, const output<Out>& out, const Executor& exec) {
        propagate(in, out, exec, [&](bool, bool is_first, some_nodes sources, some_nodes targets) {
            step_back(is_first, sources, targets, exec);
        });
    }

private:
    static constexpr std::size_t width = neighbor_sums::width;
    static constexpr std::size_t nodes_per_sum = 8192;

    // Factors of one entity: with which the row of a code or of the bridge is added to it, and its row to codes, scaled as in
    // G^ and unscaled.
    struct own_factors {
        float from_code, from_bridge, to_code, to_row;
    };

    // The rows of codes for one slice, and the square roots of their D.
    struct code_rows {
        std::vector<float> root;
        matrix<float> first, now, next;

        [[nodiscard]] std::size_t rows() const noexcept { return root.size(); }
        void resize(std::size_t rows) {
            root.assign(rows, 1);
            for (matrix<float>* m : {&first, &now, &next}) *m = matrix<float>(rows, width);
        }
        void set_scales(const std::vector<double>& sums) {
            for (std::size_t j = 0; j < root.size(); ++j) root[j] = sums[j] > 0 ? static_cast<float>(std::sqrt(sums[j])) : 1.0F;
        }
        void read(matrix_view<const float> values, std::size_t c, std::size_t here) {
            std::ranges::fill(first.elements(), 0.0F);
            for (std::size_t j = 0; j < values.rows(); ++j)
                for (std::size_t i = 0; i < here; ++i) first.row(j)[i] = values.row(j)[c + i] / root[j];
            std::ranges::copy(first.elements(), now.elements().begin());
        }
        void write(matrix_view<float> values, std::size_t c, std::size_t here, float mean) const {
            for (std::size_t j = 0; j < values.rows(); ++j)
                for (std::size_t i = 0; i < here; ++i) values.row(j)[c + i] = mean * root[j] * now.row(j)[i];
        }
        void take_next() {
            for (std::size_t i = 0; i < next.elements().size(); ++i) next.elements()[i] += first.elements()[i];
            std::swap(now, next);
        }
    };

    static void add(float weight, const float* row, float* to) noexcept { pleach::add_scaled(weight, row, to, width); }

    void set_edges(const pleach::assignment<float>& of_entities, const pleach::assignment<float>* of_codes) {
        terms_ = of_entities.terms();
        ids_.resize(of_entities.size() * terms_);
        weights_.resize(ids_.size());
        for (std::size_t p = 0; p < of_entities.size(); ++p)
            for (std::size_t k = 0; k < terms_; ++k) {
                ids_[p * terms_ + k] = static_cast<std::uint32_t>(of_entities.id(sums_.node(p), k));
                weights_[p * terms_ + k] = of_entities.weight(sums_.node(p), k);
            }
        codes_.resize(of_entities.codes());
        fine_.resize(of_codes == nullptr ? 0 : of_codes->codes());
        fine_terms_ = of_codes == nullptr ? 0 : of_codes->terms();
        fine_ids_.clear();
        fine_weights_.clear();
        if (of_codes != nullptr) {
            fine_ids_.assign(of_codes->ids().data(), of_codes->ids().data() + codes_.rows() * fine_terms_);
            fine_weights_.assign(of_codes->weights().data(), of_codes->weights().data() + codes_.rows() * fine_terms_);
        }
        bridge_ = matrix<float>(codes_.rows(), width);
    }

    // visit(code, fine code, weight) for every entry of S2.
    template <class Visit>
    void for_each_fine_edge(Visit&& visit) const {
        for (std::size_t j = 0; j < codes_.rows(); ++j)
            for (std::size_t k = j * fine_terms_; k < (j + 1) * fine_terms_; ++k)
                visit(j, std::size_t{fine_ids_[k]}, fine_weights_[k]);
    }

    template <class In, class Out, pleach::executor Executor, class Step>
    void propagate(const input<In>& in, const output<Out>& out, const Executor& exec, Step&& step) {
        const some_nodes sources = in.nonzero ? some_nodes(sums_.positions_of(*in.nonzero, sources_)) : in.nonzero;
        const some_nodes targets = out.wanted ? some_nodes(sums_.positions_of(*out.wanted, targets_)) : out.wanted;
        if (in.nonzero && layers_ > 0) sums_.keep_edges_from(*in.nonzero, layers_ == 1 ? targets : some_nodes(), exec);
        const float mean = 1.0F / static_cast<float>(layers_ + 1);
        for (std::size_t c = 0; c < dim_; c += width) {
            const std::size_t here = (std::min)(width, dim_ - c);
            sums_.for_nodes({}, exec, [&](std::size_t p) {
                sums_.prefetch(in.entity(sums_.node_ahead(p)), c);
                read(in.entity(sums_.node(p)), c, here, p);
            });
            codes_.read(in.codes, c, here);
            fine_.read(in.fine, c, here);
            for (std::size_t l = 1; l <= layers_; ++l)
                step(l == layers_, l == 1, l == 1 ? sources : some_nodes(), l == layers_ ? targets : some_nodes());
            const matrix<float>& last = layers_ == 0 ? first_ : now_;
            sums_.for_nodes(targets, exec, [&](std::size_t p) {
                if (!targets) sums_.prefetch(out.entity(sums_.node_ahead(p)), c);
                const float factor = mean * own_[p].to_row;
                const float* row = last.row(p).data();
                float* to = out.entity(sums_.node(p)) + c;
                for (std::size_t i = 0; i < here; ++i) to[i] = factor * row[i];
            });
            codes_.write(out.codes, c, here, mean);
            fine_.write(out.fine, c, here, mean);
        }
    }

    void read(const float* values, std::size_t c, std::size_t here, std::size_t p) noexcept {
        float* to = first_.row(p).data();
        if (values == nullptr || here < width) std::fill_n(to, width, 0.0F);
        if (values == nullptr) return;
        for (std::size_t i = 0; i < here; ++i) to[i] = own_[p].from_bridge * values[c + i];
    }

    // sum(j) = sum over the sources of weight * factor * Z, for both factors; partial sums are merged in order.
    template <pleach::executor Executor>
    void sum_to_codes(const matrix<float>& from, some_nodes sources, bool both, const Executor& exec) {
        const std::size_t count = sources ? sources->size() : factors_.size();
        pieces_.resize(2 * ((count + nodes_per_sum - 1) / nodes_per_sum));
        pleach::for_each_chunk(exec, count, nodes_per_sum, [&](std::size_t begin, std::size_t end) {
            matrix<float>& to_code = cleared(pieces_[2 * (begin / nodes_per_sum)], true);
            matrix<float>& to_row = cleared(pieces_[2 * (begin / nodes_per_sum) + 1], both);
            for (std::size_t i = begin; i < end; ++i) {
                const std::size_t p = sources ? (*sources)[i] : i;
                const float* row = from.row(p).data();
                for (std::size_t k = p * terms_; k < (p + 1) * terms_; ++k) {
                    add(weights_[k] * own_[p].to_code, row, to_code.row(ids_[k]).data());
                    if (both) add(weights_[k] * own_[p].to_row, row, to_row.row(ids_[k]).data());
                }
            }
        });
        cleared(code_sums_, true);
        cleared(row_sums_, both);
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            if (i % 2 == 1 && !both) continue;
            const std::span<float> sum = (i % 2 == 0 ? code_sums_ : row_sums_).elements();
            pleach::add_scaled(1.0F, pieces_[i].data(), sum.data(), sum.size());
        }
    }

    matrix<float>& cleared(matrix<float>& sums, bool is_used) const {
        if (!is_used) return sums;
        if (sums.rows() != codes_.rows()) sums = matrix<float>(codes_.rows(), width);
        std::ranges::fill(sums.elements(), 0.0F);
        return sums;
    }

    // next codes = D^-1 (sums of entities + S2 F), next fine = D^-1 S2^T C, from the current rows.
    void sum_codes() {
        std::ranges::copy(code_sums_.elements(), codes_.next.elements().begin());
        std::ranges::fill(fine_.next.elements(), 0.0F);
        for_each_fine_edge([&](std::size_t j, std::size_t k, float weight) {
            add(weight, fine_.now.row(k).data(), codes_.next.row(j).data());
            add(weight, codes_.now.row(j).data(), fine_.next.row(k).data());
        });
        for (code_rows* rows : {&codes_, &fine_})
            for (std::size_t j = 0; j < rows->rows(); ++j)
                for (float& x : rows->next.row(j)) x /= rows->root[j] * rows->root[j];
    }

    // next entities = X_0 + G^ times the current rows, plus the part of the bridge.
    template <pleach::executor Executor>
    void sum_entities(const matrix<float>& from, bool kept_only, bool bridges, some_nodes targets, const Executor& exec) {
        const std::uint32_t* list = targets ? targets->data() : nullptr;
        pleach::for_each_chunk(exec, targets ? targets->size() : factors_.size(), neighbor_sums::nodes_per_task,
                               [&](std::size_t first, std::size_t last) {
                                   sums_.sum(list, first, last, kept_only, factors_.data(), from.data(), first_.data(),
                                             next_.data());
                                   for (std::size_t i = first; i < last; ++i) add_codes(list == nullptr ? i : list[i], bridges);
                               });
        std::swap(now_, next_);
    }
    void add_codes(std::size_t p, bool bridges) noexcept {
        float* to = next_.row(p).data();
        for (std::size_t k = p * terms_; k < (p + 1) * terms_; ++k) {
            add(weights_[k] * own_[p].from_code, codes_.now.row(ids_[k]).data(), to);
            if (bridges) add(weights_[k] * own_[p].from_bridge, bridge_.row(ids_[k]).data(), to);
        }
    }

    template <pleach::executor Executor>
    void step_forward(bool entities_only, bool is_first, some_nodes sources, some_nodes targets, const Executor& exec) {
        const bool bridges = fine_.rows() > 0;
        const matrix<float>& from = is_first ? first_ : now_;
        if (!entities_only || bridges) {
            sum_to_codes(from, sources, false, exec);
            sum_codes();
        }
        if (bridges) {  // q, and m += q
            for (std::size_t j = 0; j < codes_.rows(); ++j)
                for (std::size_t i = 0; i < width; ++i) bridge_.row(j)[i] = -share_ * codes_.root[j] * codes_.next.row(j)[i];
            for_each_fine_edge([&](std::size_t j, std::size_t k, float weight) {
                add((2 * share_ - 1) * weight * fine_.root[k], fine_.next.row(k).data(), bridge_.row(j).data());
            });
        }
        sum_entities(from, is_first && sources.has_value(), bridges, targets, exec);
        if (entities_only && !bridges) return;
        if (bridges)
            for (std::size_t j = 0; j < codes_.rows(); ++j)
                add(1 / codes_.root[j], bridge_.row(j).data(), codes_.next.row(j).data());
        codes_.take_next();
        fine_.take_next();
    }

    template <pleach::executor Executor>
    void step_back(bool is_first, some_nodes sources, some_nodes targets, const Executor& exec) {
        const bool bridges = fine_.rows() > 0;
        const matrix<float>& from = is_first ? first_ : now_;
        sum_to_codes(from, sources, bridges, exec);
        if (bridges) {  // dq = S1^T dh + dm;  dm -= g dq;  df += (2 g - 1) S2^T dq
            for (std::size_t j = 0; j < codes_.rows(); ++j) {
                std::ranges::copy(row_sums_.row(j), bridge_.row(j).begin());
                add(codes_.root[j], codes_.now.row(j).data(), bridge_.row(j).data());
                add(-share_ / codes_.root[j], bridge_.row(j).data(), codes_.now.row(j).data());
            }
            for_each_fine_edge([&](std::size_t j, std::size_t k, float weight) {
                add((2 * share_ - 1) * weight / fine_.root[k], bridge_.row(j).data(), fine_.now.row(k).data());
            });
        }
        sum_codes();
        sum_entities(from, is_first && sources.has_value(), false, targets, exec);
        codes_.take_next();
        fine_.take_next();
    }

    neighbor_sums sums_;
    std::size_t dim_;
    std::size_t layers_;
    float share_ = 0;
    std::vector<float> factors_;  // of neighbors, by position, like everything about entities
    std::vector<own_factors> own_;
    std::size_t terms_ = 0;
    std::vector<std::uint32_t> ids_;
    std::vector<float> weights_;
    std::size_t fine_terms_ = 0;
    std::vector<std::uint32_t> fine_ids_;
    std::vector<float> fine_weights_;
    matrix<float> first_, now_, next_;
    code_rows codes_, fine_;
    matrix<float> bridge_, code_sums_, row_sums_;
    std::vector<matrix<float>> pieces_;
    std::vector<std::uint32_t> sources_, targets_;
};

}  // namespace support
