// SPDX-License-Identifier: Apache-2.0

#include <pleach/frozen/adaptor.hpp>

#include <pleach/compose/activated.hpp>
#include <pleach/compose/recipes.hpp>
#include <pleach/frozen/adaptor_sections.hpp>
#include <pleach/frozen/nested_rows.hpp>
#include <pleach/frozen/view.hpp>
#include <pleach/init/normal.hpp>
#include <pleach/prune/ticket.hpp>

#include <pleach/table/top_k.hpp>

#include "support/catch.hpp"
#include "unit/frozen/formats.hpp"

namespace adaptor_test {

using namespace tests;
namespace frozen = pleach::frozen;

namespace {

template <class Format, class Table>
void require_same_rows(const Table& table) {
    const auto rows = frozen_as<frozen::form_of<Format, Table>>(table);
    REQUIRE(rows.size() == table.size());
    std::vector<float> a(table.dim()), b(table.dim());
    for (std::uint32_t x = 0; x < table.size(); ++x) {
        rows.lookup(x, a);
        table.lookup(x, b);
        REQUIRE(a == b);
    }
}

/// e = p - q.
struct difference {
    static constexpr std::string_view name = "difference";
    [[maybe_unused]] static constexpr bool needs_rows = false;
    static std::size_t dim(std::span<const std::size_t> dims) { return pleach::sum::dim(dims); }
    template <class T, std::size_t K>
    static void combine(const std::array<std::span<const T>, K>& parts, std::span<T> out) noexcept {
        for (std::size_t c = 0; c < out.size(); ++c) out[c] = parts[0][c] - parts[1][c];
    }
    template <class T, std::size_t K>
    static std::span<const T> pull_back(const std::array<std::span<const T>, K>&, std::size_t k, std::span<const T> upstream,
                                        std::span<T> scratch) noexcept {
        for (std::size_t c = 0; c < upstream.size(); ++c) scratch[c] = k == 0 ? upstream[c] : -upstream[c];
        return scratch;
    }
};

struct square {
    static constexpr std::string_view name = "square";
    template <class T>
    static void values(std::span<T> row) noexcept {
        for (T& x : row) x *= x;
    }
    template <class T>
    static T slope(T x, T) noexcept {
        return 2 * x;
    }
};

/// The first entities have rows of their own, the others share the rest.
class popular_first {
public:
    static constexpr std::string_view name = "popular_first";
    popular_first(std::size_t own, std::size_t shared) : own_(own), shared_(shared) {}
    std::size_t operator()(std::uint64_t entity) const {
        return static_cast<std::size_t>(entity < own_ ? entity : own_ + (entity - own_) % shared_);
    }
    std::size_t rows() const { return own_ + shared_; }
    std::array<std::uint64_t, 2> arguments() const { return {own_, shared_}; }

private:
    std::size_t own_, shared_;
};

/// Rows times a number, which it stores.
template <class Base>
class scaled {
public:
    using value_type = typename Base::value_type;
    using id_type = typename Base::id_type;

    scaled(Base base, value_type factor) : base_(std::move(base)), factor_(factor) {}
    std::size_t size() const { return base_.size(); }
    std::size_t dim() const { return base_.dim(); }
    void lookup(id_type id, std::span<value_type> out) const {
        base_.lookup(id, out);
        for (value_type& x : out) x *= factor_;
    }
    template <class F>
    auto over(F&& f) const {
        return scaled<pleach::part_under<F, Base>>(f(base_), factor_);
    }
    template <class Self, class Visit>
    static void for_each_part(Self& self, Visit&& visit) {
        visit("base", self.base_);
    }
    static std::string kind() { return "scaled"; }
    template <class Writer>
    void write_frozen(Writer& to) const {
        to.value("factor", factor_);
    }
    template <class Reader>
    static scaled read_frozen(Reader& from) {
        Base base = from.template part<Base>("base");
        return scaled(std::move(base), from.value("factor", -100, 100));
    }

private:
    Base base_;
    value_type factor_;
};

template <class Table>
std::string refusal_of_any(const Table& table) {
    const auto image = pleach::freeze_parts(table, [](const auto& rows) { return pleach::freeze<frozen::dense_rows<>>(rows); });
    frozen::defect wrong;
    REQUIRE(!frozen::view<frozen::nested_rows>(image.content(), wrong));
    REQUIRE(wrong.code == pleach::frozen_errc::unknown_kind);
    return wrong.code.message() + " " + wrong.place;
}

}  // namespace

TEST_CASE("combiners, functions, maps and adaptors of one's own are frozen and read by their types") {
    const auto composed = pleach::compose<difference>(100, pleach::part{"P", sparse_table(30, 6, 0.5), popular_first(20, 10)},
                                                      pleach::part{"Q", sparse_table(7, 6, 1, 2), pleach::remainder_map(7)});
    require_same_rows<frozen::bitmap_records<>>(composed);
    require_same_rows<frozen::dense_rows<>>(pleach::activate<square>(composed));
    require_same_rows<frozen::dense_rows<>>(scaled(pleach::activate<square>(composed), 0.25F));
    const auto image = pleach::freeze<frozen::form_of<frozen::dense_rows<>, std::remove_cv_t<decltype(composed)>>>(composed);
    CHECK(image.content().value("kind") == "composed<difference>");
    CHECK(image.content().value("P.map") == "popular_first 20 10");
}

TEST_CASE("an adaptor over a table that shares rows freezes to the parts, not to a row for each entity") {
    const auto base =
        pleach::make_qr<float>({.entities = 1000, .buckets = 50, .dim = 8}, pleach::normal{}, pleach::random_stream(1));
    const auto freeze_rows = [](const auto& rows) { return pleach::freeze<frozen::dense_rows<>>(rows); };
    const std::size_t alone = pleach::freeze_parts(base, freeze_rows).bytes();
    const auto image = std::make_shared<const frozen::image>(pleach::freeze_parts(scaled(base, 2.0F), freeze_rows));
    CHECK(alone < 4000);
    CHECK(image->bytes() == alone + sizeof(float));  // the factor
    const auto rows = frozen::view<frozen::form_of<frozen::nested_rows, scaled<std::remove_cv_t<decltype(base)>>>>(image);
    std::vector<float> a(8), b(8);
    rows.lookup(77, a);
    base.lookup(77, b);
    for (std::size_t c = 0; c < 8; ++c) CHECK(a[c] == 2 * b[c]);
}

TEST_CASE("a file of a kind that is not the library's says of which, and to open it by its type") {
    const auto base =
        pleach::make_qr<float>({.entities = 100, .buckets = 50, .dim = 8}, pleach::normal{}, pleach::random_stream(1));
    const std::string of_scaled = refusal_of_any(scaled(base, 2.0F));
    CHECK(of_scaled.find("\"scaled\"") != std::string::npos);
    CHECK(of_scaled.find("open it by its type, with pleach::open<T>(path)") != std::string::npos);
    CHECK(of_scaled.find("open_any") == std::string::npos);
    const std::string within = refusal_of_any(pleach::activate<pleach::hyperbolic_tangent>(scaled(base, 2.0F)));
    CHECK(within.find("\"base.kind\" is \"scaled\"") != std::string::npos);
}

TEST_CASE("a constant table freezes as the table in it") {
    using rows = frozen::dense_rows<>;
    const auto base =
        pleach::make_qr<float>({.entities = 100, .buckets = 50, .dim = 8}, pleach::normal{}, pleach::random_stream(1));
    const pleach::constant fixed(base);
    STATIC_REQUIRE(std::same_as<frozen::form_of<rows, std::remove_cv_t<decltype(fixed)>>,
                                frozen::form_of<rows, std::remove_cv_t<decltype(base)>>>);
    require_same_rows<rows>(fixed);
    require_same_rows<rows>(scaled(fixed, 3.0F));
}

TEST_CASE("a table is not frozen as one of another kind, and parts need names of their own") {
    const auto rows = sparse_table(10, 4, 1);
    const auto of = [&](const char* first, const char* second) {
        return pleach::compose<pleach::sum>(10, pleach::part{first, rows, pleach::identity_map(10)},
                                            pleach::part{second, rows, pleach::identity_map(10)});
    };
    using sums = decltype(of("", ""));
    using products = pleach::composed<pleach::hadamard, std::uint32_t, pleach::part<frozen::dense_rows<>, pleach::identity_map>,
                                      pleach::part<frozen::dense_rows<>, pleach::identity_map>>;
    REQUIRE_THROWS_WITH_SENTENCE(pleach::freeze<products>(of("P", "Q")), std::invalid_argument,
                                 "the table is \"composed<sum>\", the frozen type \"composed<hadamard>\"");
    const auto require_refused = [&](const char* first, const char* second, const char* expected) {
        REQUIRE_THROWS_WITH_SENTENCE((pleach::freeze<frozen::form_of<frozen::dense_rows<>, sums>>(of(first, second))),
                                     std::invalid_argument, expected);
    };
    require_refused("P", "P", "two parts are named \"P\"");
    require_refused("P.Q", "Q", "needs a name without commas and periods");
}

TEST_CASE("a composed table freezes part by part") {
    const pleach::random_stream stream(3);
    require_same_rows<frozen::dense_rows<>>(
        pleach::make_qr<float>({.entities = 100, .buckets = 20, .dim = 12}, pleach::normal{}, stream));
    require_same_rows<frozen::csr_rows<>>(
        pleach::make_hashed<float>({.entities = 100, .buckets = 20, .dim = 12}, pleach::normal{}, stream));
    require_same_rows<frozen::dense_rows<>>(
        pleach::make_double_hashed<float>({.entities = 100, .buckets = 20, .dim = 12}, pleach::normal{}, stream));
    const auto cerp =
        pleach::make_cerp<float>({.entities = 100, .buckets = 20, .dim = 12, .first_slot = -3.0F}, pleach::normal{}, stream);
    require_same_rows<frozen::bitmap_rows<>>(pleach::draw_ticket(cerp, cerp));
}

TEST_CASE("compositions within compositions keep their names and maps") {
    const auto rows = [](std::size_t n, std::uint64_t seed) { return sparse_table(n, 6, 0.5, seed); };
    const auto inner = pleach::compose<pleach::sum>(40, pleach::part{"A", rows(10, 1), pleach::remainder_map(10)},
                                                    pleach::part{"B", rows(5, 2), pleach::quotient_map(5, 8)});
    const auto outer = pleach::compose<pleach::hadamard>(
        200, pleach::part{"in", inner, pleach::split_map(100, pleach::remainder_map(20), pleach::remainder_map(20))},
        pleach::part{"own", rows(200, 3), pleach::permuted_map(pleach::identity_map(200), 200, 7)});
    require_same_rows<frozen::bitmap_records<>>(outer);
    const auto image = pleach::freeze<frozen::form_of<frozen::dense_rows<>, std::remove_cv_t<decltype(outer)>>>(outer);
    REQUIRE(image.content().value("in.A.map") == "remainder 10");
    REQUIRE(image.content().value("in.map") == "split 100 remainder 20 remainder 20");
    REQUIRE(image.content().value("own.map") == "permuted 200 7 identity 200");
    REQUIRE(image.content().find<std::byte>("in.B.records").has_value());
}

TEST_CASE("exact ranking works through frozen parts") {
    const auto table = pleach::compose<pleach::sum>(
        300, pleach::part{"P", sparse_table(20, 9, 0.4), pleach::quotient_map::for_entities(300, 20)},
        pleach::part{"Q", sparse_table(15, 9, 0.4, 2), pleach::remainder_map(15)});
    const auto rows = frozen_as<frozen::form_of<frozen::bitmap_rows<>, std::remove_cv_t<decltype(table)>>>(table);
    pleach::matrix<float> queries(5, 9);
    for (std::size_t q = 0; q < 5; ++q) pleach::detail::copy_values(random_row<float>(9, q), queries.row(q));
    std::vector<std::vector<pleach::scored<float>>> a, b;
    const auto into = [](auto& lists) {
        return
            [&lists](std::size_t, std::span<const pleach::scored<float>> one) { lists.emplace_back(one.begin(), one.end()); };
    };
    pleach::top_k(rows, std::as_const(queries).view(), 7, into(a));
    pleach::top_k(table, std::as_const(queries).view(), 7, into(b));
    REQUIRE(a == b);
}

TEST_CASE("an image with a map beyond its part, parts of different widths or wrong words is refused") {
    using table_type = pleach::composed<pleach::sum, std::uint32_t, pleach::part<frozen::dense_rows<>, pleach::quotient_map>,
                                        pleach::part<frozen::dense_rows<>, pleach::remainder_map>>;
    const auto table = pleach::make_qr<float, pleach::sum>({.entities = 100, .buckets = 20, .dim = 4}, pleach::normal{},
                                                           pleach::random_stream(1));
    const auto refused = [&](const char* key, const char* word, const char* entities = "100") {
        frozen::image image = pleach::freeze<table_type>(table);
        if (key != nullptr) image.describe(key, word);
        if (key == nullptr || std::string_view(key) != "entities") image.describe("entities", entities);
        frozen::defect wrong;
        static_cast<void>(frozen::view<table_type>(image.content(), wrong));
        return wrong.code;
    };
    REQUIRE(!refused(nullptr, ""));
    REQUIRE(!refused("Q.map", "quotient 20 5"));
    REQUIRE(refused("Q.map", "quotient 20 4") == pleach::frozen_errc::bad_map);
    REQUIRE(!refused("P.map", "remainder 19"));
    REQUIRE(refused("P.map", "remainder 21") == pleach::frozen_errc::bad_map);
    REQUIRE(refused("P.map", "remainder 0") == pleach::frozen_errc::bad_map);
    REQUIRE(refused("P.map", "quotient 20 5") == pleach::frozen_errc::bad_map);
    // A map of more rows than the part has, too few entities to reach them.
    REQUIRE(refused("P.map", "remainder 21", "3") == pleach::frozen_errc::bad_map);
    REQUIRE(refused("entities", "101") == pleach::frozen_errc::bad_map);
    REQUIRE(refused("entities", "1099511627776") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("dim", "5") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("Q.dim", "5") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("Q.dim", "3") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("kind", "composed<concat>") == pleach::frozen_errc::wrong_kind);
    REQUIRE(refused("P.kind", "dense_rows<f16>") == pleach::frozen_errc::wrong_kind);
    REQUIRE(refused("parts", "P") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("parts", "P,Q,R") == pleach::frozen_errc::bad_metadata);
    REQUIRE(refused("parts", "P,P") == pleach::frozen_errc::bad_metadata);
}

TEST_CASE("borders that count beyond 64 bits are refused") {
    using map = pleach::split_map<pleach::remainder_map>;
    using table_type = pleach::composed<pleach::sum, std::uint32_t, pleach::part<frozen::dense_rows<>, map>>;
    const auto table = pleach::compose<pleach::sum>(
        10, pleach::part{"P", sparse_table(8, 4, 1), map(5, pleach::remainder_map(5), pleach::remainder_map(3))});
    frozen::image image = pleach::freeze<table_type>(table);
    frozen::defect wrong;
    REQUIRE(frozen::view<table_type>(image.content(), wrong));
    image.describe("P.map", "split 5 remainder 18446744073709551615 remainder 3");
    REQUIRE(!frozen::view<table_type>(image.content(), wrong));
    REQUIRE(wrong.code == pleach::frozen_errc::bad_map);
}

}  // namespace adaptor_test
