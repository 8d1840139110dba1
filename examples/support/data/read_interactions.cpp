// SPDX-License-Identifier: Apache-2.0
#include "support/data/interactions.hpp"

#include "support/data/parts.hpp"
#include "support/data/sniff.hpp"

#include <algorithm>

namespace support {
namespace {

namespace fs = std::filesystem;

const char* const format_names = "auto, lightgcn, inter, csv, tsv, ssv or dat";

bool is_inter(const fs::path& path) { return path.extension() == ".inter"; }

/// The `.inter` files of a folder: the one there is, or those named for a part.
std::vector<fs::path> inter_files(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (is_inter(entry.path())) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

/// The forms a folder can have, by the file that shows it, in the order in which they are preferred.
struct folder_form {
    const char* file;
    const char* format;
};
constexpr folder_form folder_forms[] = {
    {"train.txt", "lightgcn"}, {".inter", "inter"}, {"ratings.csv", "csv"}, {"u.data", "tsv"}, {"ratings.dat", "dat"}};

raw_interactions read_folder(const fs::path& folder, const read_options& options) {
    const std::vector<fs::path> inter = inter_files(folder);
    const folder_form* chosen = nullptr;
    std::string others;
    for (const folder_form& form : folder_forms) {
        const bool there = form.format == std::string_view("inter") ? !inter.empty() : fs::exists(folder / form.file);
        if (!there || (options.format != "auto" && options.format != form.format)) continue;
        if (chosen == nullptr) {
            chosen = &form;
        } else {
            others.append(others.empty() ? "" : ", ").append(form.file);
        }
    }
    if (chosen == nullptr)
        fail_input({folder.string()}, "none of the files that a data set folder has",
                   "train.txt with test.txt, *.inter, ratings.csv, u.data or ratings.dat", "name the data file itself");
    const std::string format = chosen->format;
    raw_interactions raw = format == "lightgcn" ? read_adjacency_folder(folder, options)
                           : format == "inter"  ? read_inter(inter, options)
                                                : read_delimited(folder / chosen->file, format, options);
    raw.name = folder.filename().string();
    std::string note = "read as " + format;
    note += format == "inter" ? "" : std::string(", because the folder has ") + chosen->file;
    if (!others.empty()) note += "; also there and not read: " + others;
    raw.notes.insert(raw.notes.begin(), note);
    return raw;
}

raw_interactions read_file(const fs::path& path, const read_options& options) {
    std::string format = options.format, reason = "as asked";
    if (format == "auto") {
        const sniffed found = sniff_format(path, options);
        format = found.format;
        reason = found.reason;
    }
    raw_interactions raw = format == "lightgcn" ? read_adjacency_file(path, options)
                           : format == "inter"  ? read_inter({path}, options)
                                                : read_delimited(path, format, options);
    raw.name = path.filename().string();
    raw.notes.insert(raw.notes.begin(), "read as " + format + ", " + reason);
    return raw;
}

}  // namespace

interactions read_interactions(const fs::path& path, const read_options& options) {
    const bool known = std::any_of(std::begin(folder_forms), std::end(folder_forms),
                                   [&](const folder_form& form) { return options.format == form.format; }) ||
                       options.format == "auto" || options.format == "ssv";
    if (!known)
        throw std::invalid_argument("read_interactions: format '" + printable(options.format) + "' is none of " + format_names);
    std::error_code ignored;
    const bool folder = fs::is_directory(path, ignored);
    const fs::path named = path.filename().empty() || path.filename() == "." || path.filename() == ".."
                               ? fs::weakly_canonical(path)  // data/gowalla/ is called gowalla
                               : path;
    return assemble(folder ? read_folder(named, options) : read_file(named, options), options);
}

}  // namespace support
