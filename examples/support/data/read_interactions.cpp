// SPDX-License-Identifier: Apache-2.0
#include "support/data/interactions.hpp"

#include "support/data/parts.hpp"
#include "support/data/sniff.hpp"

#include <algorithm>

namespace support {
namespace {

namespace fs = std::filesystem;

bool is_inter(const fs::path& path) { return path.extension() == ".inter"; }

/// The `.inter` files of a folder: a single one, or those whose names end with a part.
std::vector<fs::path> inter_files(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (is_inter(entry.path())) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

/// The formats of folders, by the file that identifies each, most preferred first.
struct folder_form {
    const char* file;
    data_format format;
};
constexpr folder_form folder_forms[] = {{"train.txt", data_format::lightgcn},
                                        {".inter", data_format::inter},
                                        {"ratings.csv", data_format::csv},
                                        {"u.data", data_format::tsv},
                                        {"ratings.dat", data_format::dat}};

raw_interactions read_folder(const fs::path& folder, const read_options& options) {
    const std::vector<fs::path> inter = inter_files(folder);
    const folder_form* chosen = nullptr;
    std::string others;
    for (const folder_form& form : folder_forms) {
        const bool there = form.format == data_format::inter ? !inter.empty() : fs::exists(folder / form.file);
        if (!there || (options.format != data_format::automatic && options.format != form.format)) continue;
        if (chosen == nullptr) {
            chosen = &form;
        } else {
            others.append(others.empty() ? "" : ", ").append(form.file);
        }
    }
    if (chosen == nullptr)
        fail_input({folder.string()}, "none of the files that a data set folder has",
                   "train.txt with test.txt, *.inter, ratings.csv, u.data or ratings.dat", "name the data file itself");
    const data_format format = chosen->format;
    raw_interactions raw = format == data_format::lightgcn ? read_adjacency_folder(folder, options)
                           : format == data_format::inter  ? read_inter(inter, options)
                                                           : read_delimited(text_file(folder / chosen->file), format, options);
    raw.name = folder.filename().string();
    std::string note = "read as " + name_of(format);
    note += format == data_format::inter ? "" : std::string(", because the folder has ") + chosen->file;
    if (!others.empty()) note += "; present but not read: " + others;
    raw.notes.insert(raw.notes.begin(), note);
    return raw;
}

raw_interactions read_pairs(const fs::path& path, sniffed& form, const read_options& options) {
    if (form.format == data_format::inter) return read_inter({path}, options);
    const text_file file(path);
    if (form.format == data_format::automatic) form = sniff_lines(file, options);
    return form.format == data_format::lightgcn ? read_adjacency_file(file, options)
                                                : read_delimited(file, form.format, options);
}

raw_interactions read_file(const fs::path& path, const read_options& options) {
    sniffed form{options.format, "as asked"};
    if (form.format == data_format::automatic) form = sniff_name(path, options).value_or(form);
    raw_interactions raw = read_pairs(path, form, options);
    raw.name = path.filename().string();
    raw.notes.insert(raw.notes.begin(), "read as " + name_of(form.format) + ", " + form.reason);
    return raw;
}

}  // namespace

interactions read_interactions(const fs::path& path, const read_options& options) {
    std::error_code ignored;
    const bool folder = fs::is_directory(path, ignored);
    const fs::path named = path.filename().empty() || path.filename() == "." || path.filename() == ".."
                               ? fs::weakly_canonical(path)  // the name of data/gowalla/ is gowalla
                               : path;
    return assemble(folder ? read_folder(named, options) : read_file(named, options), options);
}

}  // namespace support
