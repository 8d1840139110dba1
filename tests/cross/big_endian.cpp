// SPDX-License-Identifier: Apache-2.0
//
//     big_endian FROZEN-FILE SAFETENSORS-FILE NPY-FOLDER
//
// For a machine whose bytes are in the other order: everything compiles, tables train in memory, npy files of its own order are
// written and read, and files of little-endian numbers are refused by the sentence that says why.

#include <pleach/io/all.hpp>
#include <pleach/learn/all.hpp>
#include <pleach/pleach.hpp>

#include <cstdio>
#include <cstring>
#include <filesystem>

namespace {

int wrong = 0;

void require(bool good, const char* what) {
    if (good) return;
    ++wrong;
    std::printf("wrong: %s\n", what);
}

template <class Open>
void refuses(Open&& open) {
    try {
        static_cast<void>(open());
        require(false, "a file of little-endian numbers was read");
    } catch (const std::filesystem::filesystem_error& error) {
        require(error.code() == pleach::format_errc::big_endian_machine, error.what());
        std::printf("%s\n", error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    refuses([&] { return pleach::open<pleach::frozen::dense_rows<>>(argv[1]); });
    refuses([&] { return pleach::safetensors_file::open(argv[2]); });

    pleach::dense_table<float> table(5, 3, pleach::normal{}, pleach::random_stream(1));
    pleach::optimizer optimizer(table, pleach::sgd{.learning_rate = 1});
    auto gradient = table.make_gradient();
    const std::vector<float> one(3, 1), before(table.row(2).begin(), table.row(2).end());
    table.accumulate(2, one, gradient);
    optimizer.step(table, gradient);
    for (std::size_t c = 0; c < 3; ++c) require(table.row(2)[c] == before[c] - 1, "a step of training");

    const auto path = std::filesystem::path(argv[3]) / "rows.npy";
    pleach::save_npy(path, std::as_const(table).rows());
    const auto file = pleach::npy_file::open(path);
    const auto rows = pleach::read_npy<float>(file.array());
    require(rows.size() == 15 && std::memcmp(rows.data(), table.row(0).data(), 60) == 0, "an npy file that it wrote itself");
    std::printf("%s\n%d wrong\n", pleach::describe_kernels().c_str(), wrong);
    return wrong == 0 ? 0 : 1;
}
