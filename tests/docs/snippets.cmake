# SPDX-License-Identifier: Apache-2.0
#
# Every ```cpp block of README.md and docs/ stands, line for line, in one of the programs beside this file. Files are compared
# as hexadecimal text: lists of CMake would take semicolons and brackets apart.

cmake_minimum_required(VERSION 3.22)
string(HEX "\n```cpp\n" fence)
string(HEX "\n```\n" end)
string(LENGTH "${fence}" fence_length)

file(GLOB programs "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
set(all "")
foreach(program IN LISTS programs)
    file(READ "${program}" text HEX)
    string(APPEND all "0a${text}")
endforeach()

set(count 0)
file(GLOB_RECURSE pages "${ROOT}/docs/*.md")
foreach(page IN ITEMS "${ROOT}/README.md" LISTS pages)
    file(READ "${page}" text HEX)
    while(TRUE)
        string(FIND "${text}" "${fence}" begin)
        if(begin EQUAL -1)
            break()
        endif()
        math(EXPR begin "${begin} + ${fence_length} - 2")
        string(SUBSTRING "${text}" ${begin} -1 text)
        string(FIND "${text}" "${end}" length)
        string(SUBSTRING "${text}" 0 ${length} snippet)
        string(SUBSTRING "${text}" ${length} -1 text)
        # Blocks begin at a line: the line break before it belongs to the search.
        string(FIND "${all}" "${snippet}0a" found)
        math(EXPR count "${count} + 1")
        if(found EQUAL -1)
            message(SEND_ERROR "${page}: C++ block ${count} (counted over all pages) is in no program of tests/docs")
        endif()
    endwhile()
endforeach()
if(count EQUAL 0)
    message(FATAL_ERROR "no C++ block was found in README.md and docs/")
endif()
message(STATUS "${count} blocks are parts of programs")
