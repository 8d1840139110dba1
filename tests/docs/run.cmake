# SPDX-License-Identifier: Apache-2.0
#
# PROGRAM, after the words of LAUNCHER if there are any, must print what stands in the file EXPECTED.

cmake_minimum_required(VERSION 3.22)
separate_arguments(launcher UNIX_COMMAND "${LAUNCHER}")
execute_process(COMMAND ${launcher} "${PROGRAM}" RESULT_VARIABLE result OUTPUT_VARIABLE found)
file(READ "${EXPECTED}" expected)
if(NOT result EQUAL 0 OR NOT found STREQUAL expected)
    message(FATAL_ERROR "${PROGRAM} ended with ${result} and printed\n${found}where ${EXPECTED} has\n${expected}")
endif()
