# SPDX-License-Identifier: Apache-2.0
#
# cmake -DCXX=g++ -P benchmarks/include_cost/check.cmake
#
# What including a header costs, in preprocessed lines without line markers (-E -P), which are stable where seconds are
# not; fails beyond the budget.
# Headers of io, and those that include an optional dependency but OpenMP, are left out: third-party readers and matrices are
# most of their cost; and those of testing, which no program includes.

cmake_minimum_required(VERSION 3.22)
get_filename_component(include "${CMAKE_CURRENT_LIST_DIR}/../../include" ABSOLUTE)

set(budget_of_concepts 22000)
set(budget_without_xsimd 30000)
# <cmath> and <vector> together reach the budget by themselves, and <algorithm> is dearer than anything else that is used:
# these headers need them, and nothing cheap includes these headers.
set(budget_of_prune/random.hpp 32000)
set(budget_of_init/power_law.hpp 32000)
set(budget_of_learn/clip.hpp 42000)
set(budget_of_compose/collisions.hpp 42000)
set(budget_of_init/partition.hpp 32000)
set(budget_of_init/softmax_assignment.hpp 32000)
set(budget_of_frozen/image.hpp 34000)
set(budget_of_frozen/any_map.hpp 42000)
set(budget_with_xsimd 90000)
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
list(FILTER headers EXCLUDE REGEX "^io/|^testing/|^pleach\\.hpp$|/all\\.hpp$|^config\\.hpp$")
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/optional_headers.cmake")
foreach(header IN LISTS headers)
    pleach_component_of("${include}/pleach/${header}" component)
    if(component MATCHES "^(eigen|metis)$")
        continue()
    endif()
    lines(${header} count)
    message(STATUS "${count} ${header}")
    if(header STREQUAL "table/concepts.hpp")
        limit(${header} ${count} ${budget_of_concepts})
    endif()
    # Nothing else comes near half of what xsimd costs, so a large header is one that includes it.
    if(DEFINED "budget_of_${header}")
        limit(${header} ${count} ${budget_of_${header}})
    elseif(count GREATER 60000)
        limit(${header} ${count} ${budget_with_xsimd})
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
