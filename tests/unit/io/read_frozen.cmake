# SPDX-License-Identifier: Apache-2.0
#
# PYTHON with SCRIPT must print of each file in FOLDER what stands in the text beside it, which has the name of the file and SUFFIX.

cmake_minimum_required(VERSION 3.22)
file(GLOB texts "${FOLDER}/*${SUFFIX}")
if(NOT texts)
    message(FATAL_ERROR "There are no files in ${FOLDER}, so nothing was read.")
endif()
foreach(text IN LISTS texts)
    string(REGEX REPLACE "\\${SUFFIX}$" "" path "${text}")
    execute_process(COMMAND "${PYTHON}" "${SCRIPT}" "${path}" RESULT_VARIABLE result OUTPUT_VARIABLE found ERROR_VARIABLE problem)
    file(READ "${text}" expected)
    if(NOT result EQUAL 0 OR NOT found STREQUAL expected)
        message(FATAL_ERROR "${path}: the reader ended with ${result} and printed other rows than ${text} has\n${problem}")
    endif()
endforeach()
