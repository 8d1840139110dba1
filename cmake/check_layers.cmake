# SPDX-License-Identifier: Apache-2.0
#
# cmake -P cmake/check_layers.cmake: reads every #include of the library and fails if a header includes one of a higher layer
# or of another folder in the same layer, if headers include each other, or if an include costs too much or does not belong in
# its folder. -DROOT=folder checks another tree (the script's own tests do).

cmake_minimum_required(VERSION 3.22)
if(NOT DEFINED ROOT)
    get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/../include/pleach" ABSOLUTE)
endif()

# A folder may include itself and any folder of a smaller number, but not another folder of the same number.
set(layer_core 0)
set(layer_kernel 1)
set(layer_table 2)
set(layer_sparse 3)
set(layer_compose 3)
set(layer_learn 4)
set(layer_prune 4)
set(layer_init 4)
set(layer_factor 5)
set(layer_quantize 5)
set(layer_frozen 5)
set(layer_assign 6)
set(layer_io 7)
set(layer_interop 7)
set(layer_testing 7)

# Exceptions: recipes build the published methods, which combine both; shards are saved as files.
set(exceptions "compose/recipes.hpp sparse" "interop/mpi/sharded_files.hpp io")

# Where headers of other libraries may be included: a pattern of these headers, then a pattern of the places (none: nowhere).
set(restricted
    "iostream|random|functional|ranges|regex|cassert|assert\\.h" "none"
    "filesystem" "^io/|^interop/mpi/sharded_files\\.hpp$"
    "Eigen/.*|eigen3/.*" "^interop/eigen\\.hpp$|^factor/|^assign/reassign\\.hpp$"
    "xsimd/.*" "^kernel/"
    "xxhash\\.h" "^io/"
    "omp\\.h" "^interop/openmp\\.hpp$"
    "metis\\.h" "^interop/metis\\.hpp$"
    "mpi\\.h" "^interop/mpi/communicator\\.hpp$"
    "torch/.*|ATen/.*|c10/.*" "^interop/(torch|detail/torch_bags)\\.hpp$"
    "CLI/.*|nlohmann/.*|catch2/.*|benchmark/.*|support/.*" "none"
)

set(wrong "")
file(GLOB_RECURSE headers RELATIVE "${ROOT}" "${ROOT}/*.hpp")
if(NOT headers)
    message(FATAL_ERROR "There are no headers in ${ROOT}, so nothing was checked.")
endif()

foreach(header IN LISTS headers)
    set(includes_of_${header} "")
    string(REGEX REPLACE "/.*$" "" folder "${header}")
    get_filename_component(name "${header}" NAME)
    set(umbrella OFF)
    if(name STREQUAL "all.hpp" OR header STREQUAL "pleach.hpp")
        set(umbrella ON)
    elseif(NOT folder STREQUAL header AND NOT DEFINED layer_${folder})
        list(APPEND wrong "${header}: the folder ${folder} has no layer; give it one in check_layers.cmake")
        continue()
    endif()
    file(STRINGS "${ROOT}/${header}" lines REGEX "^[ \t]*#[ \t]*include")
    foreach(line IN LISTS lines)
        if(line MATCHES "\"")
            list(APPEND wrong "${header}: '${line}' is relative; write the full path in angle brackets")
            continue()
        endif()
        string(REGEX REPLACE "^[^<]*<([^>]*)>.*$" "\\1" included "${line}")
        if(included MATCHES "^pleach/(.*)$")
            set(target "${CMAKE_MATCH_1}")
            if(NOT target IN_LIST headers)
                list(APPEND wrong "${header}: includes <${included}>, which does not exist")
                continue()
            endif()
            list(APPEND includes_of_${header} "${target}")
            string(REGEX REPLACE "/.*$" "" target_folder "${target}")
            get_filename_component(target_name "${target}" NAME)
            if(umbrella)
                continue()
            elseif(target_name STREQUAL "all.hpp" OR target STREQUAL "pleach.hpp")
                list(APPEND wrong "${header}: includes the umbrella <${included}>; include what is used")
            elseif(target_folder STREQUAL target OR target_folder STREQUAL folder)
                continue()
            elseif(target MATCHES "/detail/" AND NOT target_folder STREQUAL core)
                list(APPEND wrong "${header}: includes <${included}>, a detail of ${target_folder}, and only core/detail serves every folder")
            elseif(folder STREQUAL header)
                list(APPEND wrong "${header}: is below all layers, but includes <${included}>")
            elseif("${header} ${target_folder}" IN_LIST exceptions)
                continue()
            elseif(DEFINED layer_${target_folder} AND NOT layer_${target_folder} LESS layer_${folder})
                list(APPEND wrong "${header}: includes <${included}>, but ${folder} (layer ${layer_${folder}}) may not include ${target_folder} (layer ${layer_${target_folder}})")
            endif()
        else()
            set(rules ${restricted})
            while(rules)
                list(POP_FRONT rules pattern places)
                if(included MATCHES "^(${pattern})$" AND NOT header MATCHES "${places}")
                    list(APPEND wrong "${header}: includes <${included}>, which does not belong there")
                endif()
            endwhile()
        endif()
    endforeach()
endforeach()

# Headers that include no remaining header are removed repeatedly; what remains has a cycle.
set(remaining ${headers})
set(shrinks ON)
while(shrinks)
    set(shrinks OFF)
    set(still "")
    foreach(header IN LISTS remaining)
        set(waits OFF)
        foreach(target IN LISTS includes_of_${header})
            if(target IN_LIST remaining)
                set(waits ON)
            endif()
        endforeach()
        if(waits)
            list(APPEND still "${header}")
        else()
            set(shrinks ON)
        endif()
    endforeach()
    set(remaining ${still})
endwhile()
if(remaining)
    list(JOIN remaining ", " remaining)
    list(APPEND wrong "these headers include each other in a cycle, or include such a cycle: ${remaining}")
endif()

list(LENGTH headers count)
if(wrong)
    list(JOIN wrong "\n  " wrong)
    message(FATAL_ERROR "The layers are broken:\n  ${wrong}")
endif()
message(STATUS "${count} headers keep their layers")
