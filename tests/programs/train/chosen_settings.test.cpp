// SPDX-License-Identifier: Apache-2.0
#include "support/train/chosen_settings.hpp"

#include "support/catch.hpp"

namespace chosen_settings_test {

using support::suitable_batch, support::suitable_decay, support::table_kind;

TEST_CASE("Settings that were not given suit the data and the table, and are printed") {
    support::options given;
    given.temperature = 1;
    given.lr = 0.005;
    given.lr_schedule = support::rate_schedule::cosine;
    given.epochs = 7;
    given.chosen_by_data = {"decay", "ticket-decay", "batch", "negatives"};
    support::interactions data;
    data.users = 1'880;
    data.train.columns.resize(42'135);
    const auto chosen = support::with_chosen_settings(given, data);
    CHECK(chosen.batch == 256);
    CHECK(chosen.negatives == 256);
    CHECK(chosen.epochs == 7);
    CHECK(chosen.decay == 0.3);
    CHECK(chosen.ticket_decay < 0);
    CHECK(chosen.chosen_by_data.empty());
    CHECK(chosen.notes == std::vector<std::string>{"--loss auto: softmax, --temperature 1 --lr 0.005 --lr-schedule cosine "
                                                   "--decay 0.3 --batch 256 --negatives 256 --epochs 7"});
    const support::options recorded = support::with_choices_of(given, chosen);  // so a resumed run need not choose
    CHECK((recorded.batch == 256 && recorded.negatives == 256 && recorded.epochs == 7 && recorded.decay == 0.3));
    CHECK((recorded.chosen_by_data.empty() && recorded.notes.empty()));
    given.table = table_kind::pep;
    CHECK(support::with_chosen_settings(given, data).ticket_decay == 0.15);
    given.chosen_by_data.clear();
    CHECK(support::with_chosen_settings(given, data).batch == given.batch);
}

TEST_CASE("Narrow rows, shared ones and busy users decay less, and few pairs make small batches") {
    CHECK(suitable_decay(table_kind::dense, 46, 20) == 0.3);
    CHECK(suitable_decay(table_kind::dense, 128, 50) == 0.3);
    CHECK(suitable_decay(table_kind::dense, 22, 20) == tests::approx(0.2).epsilon(0.05));
    CHECK(suitable_decay(table_kind::dense, 64, 119) == tests::approx(0.2).epsilon(0.05));
    CHECK(suitable_decay(table_kind::qr, 64, 20) == 0.1);
    CHECK(suitable_batch(4'999) == 64);
    CHECK(suitable_batch(5'000) == 256);
    CHECK(suitable_batch(200'000) == 1024);
}

}  // namespace chosen_settings_test
