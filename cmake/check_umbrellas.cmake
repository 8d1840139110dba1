# SPDX-License-Identifier: Apache-2.0
#
# cmake -P cmake/check_umbrellas.cmake: checks that every folder's all.hpp includes exactly the headers of its folder and
# subfolders, except detail, and that pleach.hpp includes every folder that needs no optional dependency. -DWRITE=ON writes
# these headers; do that after adding a header.

cmake_minimum_required(VERSION 3.22)
if(NOT DEFINED ROOT)
    get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/../include/pleach" ABSOLUTE)
endif()

# Not part of pleach.hpp: assign, factor, interop and io need optional dependencies, testing is for tests.
set(optional assign factor interop io testing)

# In no umbrella: what source files of programs include themselves, if any does; and tables over MPI, which not every machine with
# the other dependencies has, have an umbrella of their own.
set(apart interop/torch.hpp io/any_table_readers.hpp)
set(apart_folder "^interop/mpi(/|\\.hpp$)")

set(wrong "")

function(check path sentence headers)
    set(text "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n\n/// ${sentence}\n\n")
    foreach(header IN LISTS headers)
        string(APPEND text "#include <pleach/${header}>\n")
    endforeach()
    set(now "")
    if(EXISTS "${ROOT}/${path}")
        file(READ "${ROOT}/${path}" now)
    endif()
    if(now STREQUAL text)
        return()
    elseif(WRITE)
        file(WRITE "${ROOT}/${path}" "${text}")
        message(STATUS "wrote ${path}")
    else()
        set(wrong ${wrong} "${path}" PARENT_SCOPE)
    endif()
endfunction()

set(everything config.hpp)
file(GLOB folders RELATIVE "${ROOT}" LIST_DIRECTORIES ON "${ROOT}/*")
foreach(folder IN LISTS folders)
    file(GLOB_RECURSE headers RELATIVE "${ROOT}" "${ROOT}/${folder}/*.hpp")
    list(REMOVE_ITEM headers "${folder}/all.hpp")
    list(FILTER headers EXCLUDE REGEX "/detail/")
    list(REMOVE_ITEM headers ${apart})
    list(FILTER headers EXCLUDE REGEX "${apart_folder}")
    if(NOT IS_DIRECTORY "${ROOT}/${folder}" OR NOT headers)
        continue()
    endif()
    list(SORT headers)
    check("${folder}/all.hpp" "Every header of ${folder}." "${headers}")
    if(NOT folder IN_LIST optional)
        list(APPEND everything "${folder}/all.hpp")
    endif()
endforeach()
list(SORT everything)
check("pleach.hpp" "Everything except assign, factor, interop and io (extra dependencies) and testing." "${everything}")

if(wrong)
    list(JOIN wrong ", " wrong)
    message(FATAL_ERROR "Out of date: ${wrong}. Run: cmake -DWRITE=ON -P cmake/check_umbrellas.cmake")
endif()
