# SPDX-License-Identifier: Apache-2.0
#
# Flags of pleach's own tests, examples and benchmarks; the library's targets have none of them.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

set(PLEACH_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Werror)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
    # False positives in inlined code of the standard library and of the compiler's own vector headers: GCC bugs 105651 and
    # 105593.
    list(APPEND PLEACH_WARNINGS -Wno-restrict -Wno-maybe-uninitialized -Wno-uninitialized
        -Wno-alloc-size-larger-than -Wno-stringop-overflow -Wno-array-bounds)
endif()

# All programs of a build get the same flags: the instruction set is part of the library's inline namespace, so object files
# with different ones do not link.
add_library(pleach_programs INTERFACE)
target_compile_features(pleach_programs INTERFACE cxx_std_20)
target_compile_options(pleach_programs INTERFACE ${PLEACH_WARNINGS})
if(PLEACH_NATIVE AND NOT PLEACH_SCALAR)
    target_compile_options(pleach_programs INTERFACE -march=native)
endif()
if(PLEACH_UNITY_BUILDS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Sources compiled together need much memory anyway, and a tenth of the time went into collecting it for reuse.
    target_compile_options(pleach_programs INTERFACE --param=ggc-min-heapsize=1000000)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=[a-z,]*undefined")
    target_compile_options(pleach_programs INTERFACE "-fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/not_sanitized.txt")
endif()
if(PLEACH_HARDENED)
    target_compile_definitions(pleach_programs INTERFACE PLEACH_HARDENED=1)
endif()
