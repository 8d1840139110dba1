// SPDX-License-Identifier: Apache-2.0
#include "support/serve/word_vectors.hpp"

#include "support/serve/dense_factors.hpp"
#include "support/text/error.hpp"
#include "support/text/number.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace support {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

std::string_view trimmed_right(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t\r");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// Takes the last word off the text; empty if there is none.
std::string_view take_last(std::string_view& text) {
    text = trimmed_right(text);
    const std::size_t before = text.find_last_of(blanks);
    const std::string_view word = before == std::string_view::npos ? text : text.substr(before + 1);
    text.remove_suffix(word.size());
    return word;
}

struct shape {
    std::size_t rows = 0, columns = 0;
};

/// The line "rows columns" of word2vec, if this is one.
std::optional<shape> shape_in(std::string_view line) {
    const std::string_view columns = take_last(line), rows = take_last(line);
    const auto r = number_in<std::size_t>(rows), c = number_in<std::size_t>(columns);
    return r && c && *c > 0 && trimmed_right(line).empty() ? std::optional<shape>({*r, *c}) : std::nullopt;
}

/// The number of numbers at the end of a line that begins with a name.
std::size_t numbers_in(std::string_view line) {
    std::size_t count = 0;
    for (std::string_view rest = line; !trimmed_right(rest).empty(); ++count) {
        const std::string_view word = take_last(rest);
        if (!number_in<float>(word) || trimmed_right(rest).empty()) break;
    }
    return count;
}

class rows_reader {
public:
    rows_reader(const std::filesystem::path& path, std::string_view text) : path_(path), text_(text) {}

    word_vectors read() {
        const std::string_view first = text_.substr(0, text_.find('\n'));
        if (const auto given = shape_in(first)) {
            begin(*given);
            rest_ = text_.substr((std::min)(text_.size(), first.size() + 1));
            line_ = 2;
            if (is_binary(*given))
                read_binary(*given);
            else
                read_lines("word2vec text");
            if (seen_ != given->rows)
                fail(0, counted(seen_, "row"), grouped(given->rows) + " as the first line says", "the file is cut off");
        } else {
            std::size_t lines = 0;
            for (const char c : text_) lines += c == '\n' ? 1U : 0U;
            begin({lines + 1, numbers_in(first)});
            rest_ = text_;
            read_lines("GloVe text");
        }
        pleach::matrix<float> rows(result_.names.size(), columns_);
        std::ranges::copy(std::span(values_).first(rows.rows() * columns_), rows.data());
        result_.rows = std::move(rows);
        return std::move(result_);
    }

private:
    void begin(shape given) {
        columns_ = given.columns;
        // A row takes two bytes per value at least, so that a wrong number of rows cannot ask for more memory than the file has.
        if (given.rows > text_.size() || columns_ > text_.size())
            fail(1, "a first line that promises " + grouped(given.rows) + " rows of " + counted(columns_, "column"),
                 "a file with room for them", "the file is cut off, or is none of word vectors");
    }

    /// Binary rows hold bytes that no text has; otherwise the first row of text has as many numbers as the first line says.
    [[nodiscard]] bool is_binary(shape given) const {
        const std::string_view line = trimmed_right(rest_.substr(0, rest_.find('\n')));
        return !rest_.empty() && numbers_in(line) < given.columns;
    }

    void read_lines(const char* format) {
        result_.format = format;
        for (; !rest_.empty(); ++line_) {
            std::string_view line = rest_.substr(0, rest_.find('\n'));
            rest_.remove_prefix((std::min)(rest_.size(), line.size() + 1));
            if (line = trimmed_right(line); line.empty()) continue;
            row_.resize(columns_);
            for (std::size_t c = columns_; c-- > 0;) {
                const std::string_view word = take_last(line);
                const auto value = number_in<float>(word);
                if (!value) {
                    fail(line_, word.empty() ? "a line of fewer numbers" : "'" + printable(word) + "'",
                         "a name and " + counted(columns_, "number"), "check that every line has as many");
                }
                row_[c] = *value;
            }
            add(trimmed_right(line));
        }
    }

    void read_binary(shape given) {
        result_.format = "word2vec binary";
        const std::size_t bytes = columns_ * sizeof(float);
        for (std::size_t r = 0; r < given.rows; ++r) {
            if (rest_.starts_with('\n')) rest_.remove_prefix(1);
            const std::size_t blank = rest_.find(' ');
            if (blank == std::string_view::npos || rest_.size() - blank - 1 < bytes)
                fail(0, "the end of the file in row " + grouped(r + 1), grouped(given.rows) + " rows", "the file is cut off");
            row_.resize(columns_);
            std::memcpy(row_.data(), rest_.data() + blank + 1, bytes);
            add(rest_.substr(0, blank));
            rest_.remove_prefix(blank + 1 + bytes);
        }
    }

    void add(std::string_view name) {
        ++seen_;
        if (!known_.emplace(name).second) {
            ++result_.repeated;
            return;
        }
        result_.names.emplace_back(name);
        values_.insert(values_.end(), row_.begin(), row_.end());
    }

    [[noreturn]] void fail(std::size_t line, const std::string& found, const std::string& expected,
                           const std::string& advice) const {
        fail_input({path_.native(), line, line == 0 ? 0U : 1U}, found, expected, advice);
    }

    const std::filesystem::path& path_;
    std::string_view text_, rest_;
    std::size_t line_ = 1, columns_ = 0, seen_ = 0;
    word_vectors result_;
    std::vector<float> values_, row_;
    std::unordered_set<std::string_view> known_;  // in the mapped file
};

}  // namespace

bool are_word_vectors(std::span<const std::byte> file) {
    // No line of these formats is longer, and other files may have no line at all.
    const std::string_view start = text_of(file).substr(0, std::size_t{1} << 20);
    const std::string_view line = start.substr(0, start.find('\n'));
    return line.size() < start.size() && line.find('\0') == std::string_view::npos && (shape_in(line) || numbers_in(line) >= 2);
}

word_vectors read_word_vectors(const std::filesystem::path& path) {
    const pleach::mapped_file file = map_input(path);
    return rows_reader(path, text_of(file.bytes())).read();
}

}  // namespace support
