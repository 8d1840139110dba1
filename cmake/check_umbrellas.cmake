# SPDX-License-Identifier: Apache-2.0
#
# cmake -P cmake/check_umbrellas.cmake: every folder's all.hpp includes exactly the headers of its folder, less those that need
# an optional dependency where the folder does not, and pleach.hpp includes every folder that needs no optional dependency. -DWRITE=ON writes them; do that after adding a header.

cmake_minimum_required(VERSION 3.22)
if(NOT DEFINED ROOT)
    get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/../include/pleach" ABSOLUTE)
endif()

include("${CMAKE_CURRENT_LIST_DIR}/optional_headers.cmake")

# Not part of pleach.hpp: io and interop need optional dependencies, testing is for tests.
set(optional io interop testing)

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
    file(GLOB headers RELATIVE "${ROOT}" "${ROOT}/${folder}/*.hpp")
    list(REMOVE_ITEM headers "${folder}/all.hpp")
    if(NOT folder IN_LIST optional)
        foreach(header IN LISTS headers)
            pleach_component_of("${ROOT}/${header}" component)
            if(component)
                list(REMOVE_ITEM headers "${header}")
            endif()
        endforeach()
    endif()
    if(NOT IS_DIRECTORY "${ROOT}/${folder}" OR NOT headers)
        continue()
    endif()
    list(SORT headers)
    check("${folder}/all.hpp" "Every header of ${folder}." "${headers}")
    if(NOT folder IN_LIST optional)
        list(APPEND everything "${folder}/all.hpp")
    endif()
endforeach()
check("pleach.hpp" "The whole library, but for io, interop and testing, which need or are for something else." "${everything}")

if(wrong)
    list(JOIN wrong ", " wrong)
    message(FATAL_ERROR "Out of date: ${wrong}. Run: cmake -DWRITE=ON -P cmake/check_umbrellas.cmake")
endif()
