# SPDX-License-Identifier: Apache-2.0
#
# The target `reference`: what the comments of the headers and the documents say, as a web site in <build>/reference/html. Warnings
# of Doxygen and links that lead nowhere are errors. Uses the theme of the package doxygen-awesome-css where it is installed.

find_program(PLEACH_DOXYGEN doxygen)
find_program(PLEACH_PYTHON python3)
find_file(PLEACH_DOXYGEN_STYLE doxygen-awesome.css PATHS /usr/share/doxygen-awesome-css)
mark_as_advanced(PLEACH_DOXYGEN PLEACH_PYTHON PLEACH_DOXYGEN_STYLE)
if(NOT PLEACH_DOXYGEN OR NOT PLEACH_PYTHON)
    return()
endif()
set(pleach_reference_style "")
if(PLEACH_DOXYGEN_STYLE)
    set(pleach_reference_style "${PLEACH_DOXYGEN_STYLE}")
endif()
configure_file(cmake/reference/Doxyfile.in "${PROJECT_BINARY_DIR}/reference/Doxyfile" @ONLY)
add_custom_target(reference
    COMMAND "${PLEACH_DOXYGEN}" "${PROJECT_BINARY_DIR}/reference/Doxyfile"
    COMMAND "${PLEACH_PYTHON}" "${PROJECT_SOURCE_DIR}/cmake/reference/check_links.py" "${PROJECT_BINARY_DIR}/reference/html"
    COMMENT "Writing the reference to ${PROJECT_BINARY_DIR}/reference/html" VERBATIM)
