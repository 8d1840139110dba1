# SPDX-License-Identifier: Apache-2.0

cmake_minimum_required(VERSION 3.22)

# indirect_calls(<out> <flags...>): how many there are in the compiled source.
function(indirect_calls out)
    execute_process(COMMAND "${CXX}" -std=c++20 -O2 -S "-I${INCLUDE}" ${ARGN} "${SOURCE}" -o "${FOLDER}/lookups.s"
        RESULT_VARIABLE result ERROR_VARIABLE text)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${text}")
    endif()
    # x86: call *%rax; also as the last thing of a function. Arm: blr.
    file(STRINGS "${FOLDER}/lookups.s" found REGEX "^[ \t]+((call|jmp)q?[ \t]+\\*|blr[ \t])")
    list(LENGTH found count)
    set(${out} ${count} PARENT_SCOPE)
endfunction()

indirect_calls(plain)
indirect_calls(with_virtual -DWITH_VIRTUAL)
if(NOT plain EQUAL 0)
    message(FATAL_ERROR "Lookups make ${plain} indirect calls")
endif()
if(with_virtual EQUAL 0)
    message(FATAL_ERROR "The check does not see the indirect call of a virtual lookup")
endif()
