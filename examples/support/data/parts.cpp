// SPDX-License-Identifier: Apache-2.0
#include "support/data/parts.hpp"

#include "support/data/split.hpp"
#include "support/text/number.hpp"

#include <pleach/io/file/checksum.hpp>

#include <algorithm>
#include <span>
#include <stdexcept>

namespace support {
namespace {

csr rows_of(pair_list& pairs, std::size_t users, const std::string& part, std::vector<std::string>& notes) {
    csr result = make_csr(users, pairs);
    if (result.size() != pairs.size())
        notes.push_back(part + ": " + counted(pairs.size() - result.size(), "repeated pair") + " kept once");
    pair_list().swap(pairs);
    return result;
}

/// The pairs that are in both, and the first of them.
void note_overlap(interactions& data, const csr& other, const std::string& part) {
    std::size_t common = 0;
    std::string first;
    for (std::size_t user = 0; user < data.users; ++user)
        for (const std::uint32_t item : other.row(user))
            if (data.train.contains(user, item) && common++ == 0)
                first = "user " + printable(data.user_tokens[user]) + ", item " + printable(data.item_tokens[item]);
    if (common != 0)
        data.notes.push_back(counted(common, "pair") + " in both train and " + part + " (the first is " + first +
                             "): train items are never recommended, so these count as missed");
}

void note_holes(interactions& data, const std::vector<bool>& seen, const std::string& noun) {
    const auto unused = static_cast<std::size_t>(std::count(seen.begin(), seen.end(), false));
    if (unused == 0) return;
    data.notes.push_back(counted(unused, noun + " id") + " below " + grouped(seen.size()) + " used by no pair" +
                         (seen[0] ? "" : "; id 0 unused: if ids start at 1, row 0 belongs to nobody"));
}

void note_cold(interactions& data, const std::vector<bool>& trained_items) {
    std::size_t cold_users = 0, cold_items = 0, untested = 0;
    std::vector<bool> counted_item(data.items, false);
    for (std::size_t user = 0; user < data.users; ++user) {
        const auto wanted = data.test.row(user);
        const bool trained = !data.train.row(user).empty() || !data.valid.row(user).empty();
        if (!wanted.empty() && !trained) ++cold_users;
        if (wanted.empty() && trained) ++untested;
        for (const std::uint32_t item : wanted)
            if (!trained_items[item] && !counted_item[item]) counted_item[item] = true, ++cold_items;
    }
    if (cold_users != 0)
        data.notes.push_back(counted(cold_users, "test user") + " without train items: ranked with an untrained row");
    if (cold_items != 0)
        data.notes.push_back(counted(cold_items, "item") + " only in test: stored and ranked, but never trained");
    if (untested != 0) data.notes.push_back(counted(untested, "user") + " without test items: left out of the averages");
}

std::uint64_t checksum_of(const interactions& data) {
    pleach::checksum sum;
    const auto update = [&](const auto& values) { sum.update(std::as_bytes(std::span(values))); };
    update(std::vector<std::uint64_t>{data.users, data.items});
    for (const csr* part : {&data.train, &data.valid, &data.test}) {
        update(part->offsets);
        update(part->columns);
    }
    return sum.value();
}

}  // namespace

interactions assemble(raw_interactions raw, const read_options& options) {
    interactions data;
    data.name = std::move(raw.name);
    data.users = raw.users;
    data.items = raw.items;
    data.user_tokens = std::move(raw.user_tokens);
    data.item_tokens = std::move(raw.item_tokens);
    data.notes = std::move(raw.notes);
    data.train = rows_of(raw.train, data.users, "train", data.notes);
    data.valid = rows_of(raw.valid, data.users, "valid", data.notes);
    data.test = rows_of(raw.test, data.users, "test", data.notes);
    if (!raw.has_test) {
        auto [kept, taken] = split_rows(data.train, options.test_fraction, pleach::random_stream(options.seed).fork("test"));
        data.train = std::move(kept);
        data.test = std::move(taken);
        data.notes.push_back("no test part: took " + rounded(100 * options.test_fraction, 3) +
                             " % of each user's pairs at random, seed " + std::to_string(options.seed));
    }
    note_overlap(data, data.test, "test");
    note_overlap(data, data.valid, "valid");

    std::vector<bool> users(data.users, false), items(data.items, false);
    const auto mark = [&](const csr& part) {
        for (std::size_t user = 0; user < data.users; ++user)
            if (!part.row(user).empty()) users[user] = true;
        for (const std::uint32_t item : part.columns) items[item] = true;
    };
    mark(data.train);
    mark(data.valid);
    note_cold(data, items);
    mark(data.test);
    if (raw.dense_ids) {
        note_holes(data, users, "user");
        note_holes(data, items, "item");
    }
    data.checksum = checksum_of(data);
    return data;
}

void carve_validation(interactions& data, double fraction, std::uint64_t seed) {
    if (fraction == 0.0) return;
    if (data.valid.size() != 0) {
        data.notes.push_back("the data has a validation part of " + counted(data.valid.size(), "pair") +
                             ": nothing was held out from train");
        return;
    }
    auto [kept, taken] = split_rows(data.train, fraction, pleach::random_stream(seed).fork("valid"));
    data.train = std::move(kept);
    data.valid = std::move(taken);
}

void carve_validation_from_test(interactions& data, std::uint64_t seed) {
    if (data.valid.size() != 0)
        throw std::invalid_argument("--valid-from test: the data has a validation part of " +
                                    counted(data.valid.size(), "pair") + "; leave out the flag");
    auto [kept, taken] =
        split_rows(data.test, [](std::size_t n) { return (n + 2) / 3; }, pleach::random_stream(seed).fork("valid"));
    data.test = std::move(kept);
    data.valid = std::move(taken);
    data.notes.push_back(
        "--valid-from test: a third of each user's test items is used for validation, so results are not comparable with those "
        "on the whole test part; validation items stay in the ranking of the rest");
}

std::string describe(const interactions& data) {
    const std::size_t pairs = data.train.size() + data.valid.size() + data.test.size();
    const double cells = static_cast<double>(data.users) * static_cast<double>(data.items);
    const double density = cells > 0 ? static_cast<double>(pairs) / cells : 0.0;
    return printable(data.name) + ": " + counted(data.users, "user") + ", " + counted(data.items, "item") + ", " +
           counted(pairs, "pair") + " (density " + rounded(100 * density, 3) + " %): train " + grouped(data.train.size()) +
           ", valid " + grouped(data.valid.size()) + ", test " + grouped(data.test.size());
}

}  // namespace support
