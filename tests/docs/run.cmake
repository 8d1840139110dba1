# SPDX-License-Identifier: Apache-2.0
#
# PROGRAM must print what stands in the file EXPECTED.

cmake_minimum_required(VERSION 3.22)
execute_process(COMMAND "${PROGRAM}" RESULT_VARIABLE result OUTPUT_VARIABLE found)
file(READ "${EXPECTED}" expected)
if(NOT result EQUAL 0 OR NOT found STREQUAL expected)
    message(FATAL_ERROR "${PROGRAM} ended with ${result} and printed\n${found}where ${EXPECTED} has\n${expected}")
endif()
