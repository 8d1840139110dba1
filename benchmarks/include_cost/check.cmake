# SPDX-License-Identifier: Apache-2.0
#
# cmake -DCXX=g++ -P benchmarks/include_cost/check.cmake
#
# Measures what including a header costs, in preprocessed lines without line markers (-E -P), which are reproducible, unlike
# seconds; fails if a header exceeds its budget. Headers that include Eigen or METIS are left out, because these libraries are
# most of their cost, and so are those of testing, which no program includes.

cmake_minimum_required(VERSION 3.22)
get_filename_component(include "${CMAKE_CURRENT_LIST_DIR}/../../include" ABSOLUTE)

set(budget_of_concepts 22000)
set(budget_without_xsimd 32000)
# <algorithm> costs more than any other standard header that is used. These headers need it, and no cheap header includes
# them.
set(budget_of_learn/clip.hpp 42000)
set(budget_of_learn/steered_rate.hpp 42000)
set(budget_of_compose/collisions.hpp 42000)
set(budget_of_compose/composed.hpp 42000)
set(budget_of_compose/rank.hpp 42000)
set(budget_of_compose/rotated.hpp 42000)
set(budget_of_table/ranking.hpp 42000)
set(budget_of_frozen/image.hpp 34000)
set(budget_of_frozen/view.hpp 50000)
set(budget_of_frozen/any_map.hpp 42000)
set(budget_of_frozen/add_ids.hpp 58000)
set(budget_of_frozen/any_frozen_table.hpp 66000)
set(budget_of_frozen/row_ids.hpp 48000)
# The headers that may include xsimd. Adding a header here costs every program that includes it a second.
set(may_include_xsimd
    "kernel/(byte_lanes|describe|dot|expand_bits|levels|packed_reader|packed_row|score_block|score_sparse|simd|sparse_levels|squash|step_rows|sum_bytes|sum_lines|sum_packed|sum_rows)"
    "table/(bags|panels|top_k)"
    "sparse/(soft_thresholded|threshold)"
    "compose/(activated|coded|recipes|top_k|detail/bound_codes|detail/byte_books|detail/rank_codes|detail/rank_groups)"
    "learn/(adagrad|adam|sgd)"
    "prune/ticket"
    "quantize/.*"
    "frozen/(adaptor|adaptor_sections|any_rows|coded_rows|erased_table|form|forms/[a-z]+|freeze|freeze_best|kept_rows|nested_rows|placement|placements/[a-z]+|rank|stored_rows|stored_terms)"
)
list(JOIN may_include_xsimd "|" may_include_xsimd)
set(budget_with_xsimd 90000)
# <filesystem>, which the errors of readers need, is 41,000 lines by itself.
set(budget_of_io 80000)
set(budget_of_io/open.hpp 92000)
set(budget_of_io/open_any.hpp 75000)
set(budget_of_io/open_variant.hpp 96000)
set(budget_of_io/any_table_readers.hpp 100000)
set(budget_of_umbrella 130000)

# lines(<header> <out> <flags...>)
function(lines header out)
    execute_process(COMMAND "${CXX}" -std=c++20 -E -P -x c++ "-I${include}" ${ARGN} "${include}/pleach/${header}"
        COMMAND wc -l OUTPUT_VARIABLE count ERROR_VARIABLE text RESULTS_VARIABLE results)
    if(NOT results STREQUAL "0;0" OR count LESS 100)
        message(FATAL_ERROR "${header} could not be preprocessed: ${text}")
    endif()
    string(STRIP "${count}" count)
    set(${out} ${count} PARENT_SCOPE)
endfunction()

set(wrong "")
function(limit header count budget)
    if(count GREATER_EQUAL budget)
        set(wrong ${wrong} "${header}: ${count} lines, the budget is ${budget}" PARENT_SCOPE)
    endif()
endfunction()

file(GLOB_RECURSE headers RELATIVE "${include}/pleach" "${include}/pleach/*.hpp")
list(FILTER headers EXCLUDE REGEX "^testing/|^pleach\\.hpp$|/all\\.hpp$|^config\\.hpp$")
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/optional_headers.cmake")
foreach(header IN LISTS headers)
    pleach_component_of("${include}/pleach/${header}" component)
    if(component MATCHES "^(eigen|metis|mpi|torch)$")
        continue()
    endif()
    lines(${header} count)
    message(STATUS "${count} ${header}")
    if(header STREQUAL "table/concepts.hpp")
        limit(${header} ${count} ${budget_of_concepts})
    endif()
    if(DEFINED "budget_of_${header}")
        limit(${header} ${count} ${budget_of_${header}})
    elseif(header MATCHES "^(${may_include_xsimd})\\.hpp$")
        limit(${header} ${count} ${budget_with_xsimd})
    elseif(header MATCHES "^io/")
        limit(${header} ${count} ${budget_of_io})
    else()
        limit(${header} ${count} ${budget_without_xsimd})
    endif()
endforeach()
if(EXISTS "${include}/pleach/pleach.hpp")
    lines(pleach.hpp count)
    message(STATUS "${count} pleach.hpp")
    limit(pleach.hpp ${count} ${budget_of_umbrella})
endif()

if(wrong)
    list(JOIN wrong "\n  " wrong)
    message(FATAL_ERROR "Including costs too much:\n  ${wrong}")
endif()
