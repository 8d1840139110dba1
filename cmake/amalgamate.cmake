# SPDX-License-Identifier: Apache-2.0
#
# Writes one header that needs no other of pleach: HEADER (pleach/pleach.hpp unless given) with everything that it includes, in
# that order. Warnings that it gives name lines of that file.
#
#     cmake -DOUTPUT=pleach.hpp [-DHEADER=pleach/pleach.hpp] -P cmake/amalgamate.cmake

cmake_minimum_required(VERSION 3.22)
cmake_path(ABSOLUTE_PATH CMAKE_CURRENT_LIST_DIR NORMALIZE OUTPUT_VARIABLE here)
cmake_path(GET here PARENT_PATH root)
set(include "${root}/include")
if(NOT DEFINED HEADER)
    set(HEADER pleach/pleach.hpp)
endif()
if(NOT OUTPUT)
    message(FATAL_ERROR "amalgamate.cmake needs -DOUTPUT=FILE, the header to write")
endif()
if(NOT EXISTS "${include}/${HEADER}")
    message(FATAL_ERROR "'${HEADER}' is not a header of pleach; give its path within include/, such as pleach/io/open.hpp")
endif()

# append(<header>) appends a header, after those that it includes, unless it is there already.
function(append header)
    get_property(done GLOBAL PROPERTY done)
    if(header IN_LIST done)
        return()
    endif()
    set_property(GLOBAL APPEND PROPERTY done "${header}")
    file(READ "${include}/${header}" text)
    # Lists of CMake end at a semicolon and are confused by brackets, so lines are found in the text itself.
    set(kept "")
    while(text MATCHES "(^|\n)#include <(pleach/[^>]+)>\n")
        set(included "${CMAKE_MATCH_2}")
        string(FIND "${text}" "#include <${included}>\n" at)
        string(SUBSTRING "${text}" 0 ${at} before)
        string(LENGTH "#include <${included}>\n" length)
        math(EXPR at "${at} + ${length}")
        string(SUBSTRING "${text}" ${at} -1 text)
        string(APPEND kept "${before}")
        append("${included}")
    endwhile()
    string(APPEND kept "${text}")
    foreach(once IN ITEMS "#pragma once\n" "// SPDX-License-Identifier: Apache-2.0\n")
        string(REPLACE "${once}" "" kept "${kept}")
    endforeach()
    file(APPEND "${OUTPUT}" "\n// --- ${header}\n${kept}")
endfunction()

file(STRINGS "${include}/pleach/config.hpp" version REGEX "^#define PLEACH_VERSION_")
string(REGEX REPLACE "[^0-9;]" "" version "${version}")
string(REPLACE ";" "." version "${version}")
file(WRITE "${OUTPUT}" "// SPDX-License-Identifier: Apache-2.0
//
// ${HEADER} of pleach ${version} and everything that it includes, written by cmake/amalgamate.cmake.
#pragma once
")
append("${HEADER}")
