# SPDX-License-Identifier: Apache-2.0
#
# cmake -P cmake/check_sources.cmake: checks the license line and the length of every source, and that nothing is in it that
# this project does not use.

cmake_minimum_required(VERSION 3.22)
if(NOT DEFINED ROOT)
    get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
endif()

set(wrong "")
set(sources "")
foreach(folder IN ITEMS include examples benchmarks tests cmake docs)
    file(GLOB_RECURSE found RELATIVE "${ROOT}" "${ROOT}/${folder}/*.hpp" "${ROOT}/${folder}/*.cpp"
        "${ROOT}/${folder}/*.cmake" "${ROOT}/${folder}/*.cmake.in" "${ROOT}/${folder}/*.sh" "${ROOT}/${folder}/CMakeLists.txt")
    list(APPEND sources ${found})
endforeach()
list(APPEND sources CMakeLists.txt)

foreach(source IN LISTS sources)
    file(READ "${ROOT}/${source}" text)
    if(NOT text MATCHES "^(#!/bin/sh\n)?(//|#) SPDX-License-Identifier: Apache-2.0\n")
        list(APPEND wrong "${source}: the first line must be 'SPDX-License-Identifier: Apache-2.0' in a comment")
    endif()
    if(source MATCHES "\\.hpp$")
        if(NOT text MATCHES "^[^\n]*\n#pragma once\n")
            list(APPEND wrong "${source}: the second line of a header must be '#pragma once'")
        endif()
    endif()
    if(source MATCHES "\\.[hc]pp$")
        string(REGEX MATCHALL "\n" newlines "${text}")
        list(LENGTH newlines count)
        if(count GREATER 400)
            list(APPEND wrong "${source}: ${count} lines, the limit is 400: split it, one idea per file")
        endif()
        if(text MATCHES "(TODO|FIXME)")
            list(APPEND wrong "${source}: finish what '${CMAKE_MATCH_1}' announces, or leave it out")
        endif()
    endif()
    if(text MATCHES "TEST_CASE\\(\"([-~][^\"]*)\"")
        list(APPEND wrong "${source}: a test cannot be called '${CMAKE_MATCH_1}', which Catch2 reads as an option")
    endif()
    if(text MATCHES "TEST_CASE\\(\"([^\"]*(;|\\[[^]\"]*\"))")
        list(APPEND wrong "${source}: the name of a test has a semicolon or an open bracket, so CTest would run another one, or none")
    endif()
    # Readers of files must refuse bad ones in release builds too, so they report errors by codes and sentences.
    if(source MATCHES "^include/pleach/io/" AND text MATCHES "[^_a-z](assert|PLEACH_EXPECTS)\\(")
        list(APPEND wrong "${source}: '${CMAKE_MATCH_1}(' has no place in io, which returns error codes")
    endif()
    if(source MATCHES "^include/" AND text MATCHES "using namespace|std::(mt19937|rand\\(|uniform_real_dist|uniform_int_dist|normal_dist)")
        list(APPEND wrong "${source}: '${CMAKE_MATCH_0}' is not used in headers")
    endif()
endforeach()

# Compiler macros by which headers choose between bodies of a function must be part of the inline namespace's name, except
# those that are the same in all object files that can be linked together.
file(READ "${ROOT}/include/pleach/config.hpp" config)
foreach(source IN LISTS sources)
    if(NOT source MATCHES "^include/pleach/")
        continue()
    endif()
    file(STRINGS "${ROOT}/${source}" lines REGEX "^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)[ \t(]")
    string(REGEX MATCHALL "__[A-Z][A-Z0-9_]*" macros "${lines}")
    foreach(macro IN LISTS macros)
        string(FIND "${config}" "${macro}" found)
        if(found EQUAL -1 AND NOT macro MATCHES "^__(GNUC|BYTE_ORDER|ORDER_.*)__$")
            list(APPEND wrong "${source}: ${macro} chooses code, so PLEACH_ABI (config.hpp) must contain it")
        endif()
    endforeach()
endforeach()

# A header has the test file of its path, or is tried by another, which includes it: "<test> <header> ...".
set(tried_elsewhere
    # One test for what it compares: kernels of one family, rules of one interface, forms and placements with each other.
    "unit/kernel/rows.test.cpp kernel/add_scaled kernel/arch kernel/dot kernel/mask_rows kernel/simd kernel/spread_row"
    "unit/kernel/packed_row.test.cpp kernel/expand_bits kernel/sum_packed"
    "unit/kernel/packed_reader.test.cpp kernel/column_list"
    "unit/table/top_k.test.cpp kernel/score_block"
    "unit/frozen/rank.test.cpp kernel/score_sparse"
    "unit/learn/rules.test.cpp learn/adagrad learn/adam learn/sgd learn/update_rule"
    "unit/frozen/stored_rows.test.cpp frozen/forms/column frozen/placement frozen/placements/compact frozen/placements/records"
    "unit/frozen/form.test.cpp frozen/forms/dense"
    "unit/io/tensor/safetensors.test.cpp io/tensor/safetensors_file io/tensor/safetensors_view io/tensor/safetensors_writer io/tensor/detail/safetensors_layout"
    "unit/io/tensor/npy.test.cpp io/tensor/array_view io/tensor/detail/npy_header"
    "unit/io/tensor/checked.test.cpp io/file/checksum"
    # Pieces that show what they do in what is made of them.
    "unit/compose/rank.test.cpp compose/detail/entity_groups compose/detail/rank_groups"
    "unit/compose/coded.test.cpp compose/detail/rank_codes"
    "unit/frozen/coded_rows.test.cpp compose/detail/bound_codes"
    "unit/frozen/coded_rows.test.cpp compose/detail/byte_books"
    "unit/frozen/coded_rows.test.cpp compose/detail/code_reader"
    "unit/factor/linear_operator.test.cpp factor/eigen_blocks"
    "unit/factor/sparse_pca.test.cpp factor/detail/feature_rows"
    "unit/frozen/adaptor.test.cpp frozen/adaptor_sections frozen/view"
    "unit/io/file/save_faults.test.cpp io/file/posix_files"
    "unit/quantize/k_means.test.cpp quantize/detail/codebook_panels"
    "unit/sparse/gated.test.cpp sparse/detail/count_lookups"
    "unit/prune/grow.test.cpp learn/detail/move_state"
    "unit/interop/mpi/sharded.test.cpp interop/mpi interop/mpi/communicator interop/mpi/row_shards interop/mpi/sharded_batch"
    "unit/interop/mpi/sharded.test.cpp interop/mpi/gather_everywhere interop/mpi/sharded_bags interop/mpi/sharded_files"
    "unit/interop/mpi/sharded.test.cpp interop/mpi/sharded_prune interop/mpi/sharded_top_k"
    "unit/interop/torch.test.cpp interop/detail/torch_bags"
    # Concepts, checks and plain structures.
    "contract/concepts/tables.test.cpp table/concepts"
    "contract/conformance/faults.test.cpp testing/conformance testing/detail/check_reading testing/detail/check_training testing/detail/findings"
    "contract/conformance/optional_faults.test.cpp testing/detail/check_optional"
    "contract/conformance/part_faults.test.cpp testing/detail/check_parts"
    "unit/testing/check_row_form.test.cpp frozen/any_rows"
    "unit/table/checked_ids.test.cpp core/id_policy"
    "unit/table/parts.test.cpp table/parameter"
    "unit/io/file/file_content.test.cpp io/limits io/open_options"
    "unit/frozen/row_ids.test.cpp frozen/add_ids"
    "../cmake/any_table.cpp io/any_table_readers"
)
foreach(entry IN LISTS tried_elsewhere)
    string(REPLACE " " ";" names "${entry}")
    list(POP_FRONT names test)
    foreach(name IN LISTS names)
        set(test_of_${name} "${test}")
    endforeach()
endforeach()
foreach(source IN LISTS sources)
    # Umbrellas have nothing of their own, and config.hpp has macros, which every test is compiled with.
    if(source MATCHES "/(all|config|pleach)\\.hpp$" OR NOT source MATCHES "^include/pleach/(.+)\\.hpp$")
        continue()
    endif()
    set(name "${CMAKE_MATCH_1}")
    set(own "unit/${name}.test.cpp")
    set(test "${own}")
    if(DEFINED test_of_${name})
        set(test "${test_of_${name}}")
        if(EXISTS "${ROOT}/tests/${own}")
            list(APPEND wrong "${source}: it has tests/${own}, so check_sources.cmake need not know tests/${test}")
        endif()
    endif()
    if(NOT EXISTS "${ROOT}/tests/${test}")
        list(APPEND wrong "${source}: there is no tests/${test}: write it, or say in check_sources.cmake which test tries the header")
        continue()
    endif()
    file(STRINGS "${ROOT}/tests/${test}" lines REGEX "^#include <pleach/${name}\\.hpp>")
    if(NOT lines)
        list(APPEND wrong "${source}: tests/${test} does not include it")
    endif()
endforeach()

# The newest released version in the changelog must be that of config.hpp.
file(READ "${ROOT}/include/pleach/config.hpp" text)
string(REGEX REPLACE ".*VERSION_MAJOR ([0-9]+).*VERSION_MINOR ([0-9]+).*VERSION_PATCH ([0-9]+).*" "\\1.\\2.\\3" version "${text}")
file(STRINGS "${ROOT}/CHANGELOG.md" released REGEX "^## \\[[0-9]" LIMIT_COUNT 1)
if(NOT released MATCHES "^## \\[${version}\\]")
    list(APPEND wrong "CHANGELOG.md: its newest version is '${released}', config.hpp says ${version}")
endif()
foreach(file IN ITEMS CITATION.cff cmake/packaging/vcpkg/vcpkg.json)
    file(STRINGS "${ROOT}/${file}" line REGEX "^ *\"?version\"?: " LIMIT_COUNT 1)
    if(NOT line MATCHES " \"?${version}\"?,?$")
        list(APPEND wrong "${file}: it says '${line}', config.hpp says ${version}")
    endif()
endforeach()

if(wrong)
    list(JOIN wrong "\n  " wrong)
    message(FATAL_ERROR "Sources to correct:\n  ${wrong}")
endif()
list(LENGTH sources count)
message(STATUS "${count} files pass")
