// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows with names, as word2vec (text and binary), fastText (.vec) and GloVe write them.

#include <pleach/core/matrix.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace support {

struct word_vectors {
    std::string format;  ///< "word2vec text", which is also that of fastText, "word2vec binary" or "GloVe text"
    std::vector<std::string> names;
    pleach::matrix<float> rows;
    std::size_t repeated = 0;  ///< rows left out, whose names an earlier row has
};

/// Whether the file begins like one of these formats: with a line of two numbers, or with a name and at least two numbers.
[[nodiscard]] bool are_word_vectors(std::span<const std::byte> file);

/// *Throws:* input_error with line and column, or for binary files the number of the row, if the file is not as its first line
/// says; usage: `are_word_vectors` of it. *Complexity:* linear; the rows are held in memory.
[[nodiscard]] word_vectors read_word_vectors(const std::filesystem::path& path);

}  // namespace support
