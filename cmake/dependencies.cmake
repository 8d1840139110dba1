# SPDX-License-Identifier: Apache-2.0
#
# Dependencies of the source tree: found on the system first, downloaded (pinned by hash) only if PLEACH_FETCH is ON.

include("${CMAKE_CURRENT_LIST_DIR}/pleach-dependencies.cmake")

# pleach_missing(<what> <consequence>) says in one sentence what to install, as an error where everything is required.
function(pleach_missing what consequence)
    pleach_package_of(${what} package)
    set(kind STATUS)
    if(PLEACH_REQUIRE_ALL)
        set(kind FATAL_ERROR)
    endif()
    message(${kind} "pleach: ${consequence}: install what is missing with: apt-get install ${package}")
endfunction()
