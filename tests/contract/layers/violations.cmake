# SPDX-License-Identifier: Apache-2.0
#
# Builds small trees in FOLDER that break one rule each and requires the sentence about it.

cmake_minimum_required(VERSION 3.22)
get_filename_component(checks "${CMAKE_CURRENT_LIST_DIR}/../../../cmake" ABSOLUTE)

# tree(<name> <header> <line> ...) writes headers of one line each.
function(tree name)
    file(REMOVE_RECURSE "${FOLDER}/${name}")
    while(ARGN)
        list(POP_FRONT ARGN header line)
        file(WRITE "${FOLDER}/${name}/${header}" "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n${line}\n")
    endwhile()
endfunction()

# expect(<check> <name> <sentence>): the check fails on the tree with the sentence, or passes if it is "passes".
function(expect check name sentence)
    execute_process(COMMAND "${CMAKE_COMMAND}" "-DROOT=${FOLDER}/${name}" -P "${checks}/check_${check}.cmake"
        RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
    # CMake wraps long messages.
    string(REGEX REPLACE "[ \n]+" " " text "${text}")
    if(sentence STREQUAL "passes")
        if(NOT result EQUAL 0)
            message(SEND_ERROR "${check} refused ${name}: ${text}")
        endif()
        return()
    endif()
    string(FIND "${text}" "${sentence}" found)
    if(result EQUAL 0 OR found EQUAL -1)
        message(SEND_ERROR "${check} on ${name}: expected '${sentence}', got ${result}: ${text}")
    endif()
endfunction()

tree(good core/a.hpp "" table/b.hpp "#include <pleach/core/a.hpp>" sparse/c.hpp "#include <pleach/table/b.hpp>")
expect(layers good passes)
tree(upward core/a.hpp "#include <pleach/table/b.hpp>" table/b.hpp "")
expect(layers upward "core (layer 0) may not know table (layer 2)")
tree(sideways learn/a.hpp "#include <pleach/prune/b.hpp>" prune/b.hpp "")
expect(layers sideways "learn (layer 4) may not know prune (layer 4)")
tree(cycle core/a.hpp "#include <pleach/core/b.hpp>" core/b.hpp "#include <pleach/core/a.hpp>")
expect(layers cycle "in a cycle, or include such a cycle: core/a.hpp, core/b.hpp")
tree(costly core/a.hpp "#include <iostream>")
expect(layers costly "includes <iostream>, which does not belong there")
tree(foreign table/a.hpp "#  include <xsimd/xsimd.hpp>")
expect(layers foreign "includes <xsimd/xsimd.hpp>, which does not belong there")
tree(foreign_at_home kernel/a.hpp "#include <xsimd/xsimd.hpp>")
expect(layers foreign_at_home passes)
tree(relative core/a.hpp "#include \"b.hpp\"" core/b.hpp "")
expect(layers relative "is relative")
tree(umbrella core/all.hpp "" table/a.hpp "#include <pleach/core/all.hpp>")
expect(layers umbrella "includes the umbrella")
tree(absent core/a.hpp "#include <pleach/core/b.hpp>")
expect(layers absent "which does not exist")
tree(homeless other/a.hpp "")
expect(layers homeless "has no layer")

tree(forgotten core/a.hpp "" core/b.hpp "" core/all.hpp "#include <pleach/core/a.hpp>")
expect(umbrellas forgotten "Out of date: core/all.hpp")

# A tree with the folders that check_sources reads.
function(sources_tree name)
    tree(${name} include/pleach/config.hpp
        "#define PLEACH_VERSION_MAJOR 0\n#define PLEACH_VERSION_MINOR 1\n#define PLEACH_VERSION_PATCH 0" ${ARGN})
    file(WRITE "${FOLDER}/${name}/CMakeLists.txt" "# SPDX-License-Identifier: Apache-2.0\n")
    file(WRITE "${FOLDER}/${name}/CHANGELOG.md" "## [Unreleased]\n## [0.1.0]\n")
endfunction()

sources_tree(clean include/pleach/core/a.hpp "static_assert(true);")
expect(sources clean passes)
sources_tree(asserting include/pleach/io/a.hpp "inline void f(int x) { assert(x == 1); }")
expect(sources asserting "'assert(' has no place in io")
string(REPEAT "//\n" 400 long)
sources_tree(long include/pleach/core/a.hpp "${long}")
expect(sources long "the limit is 400")
sources_tree(licensed)
file(WRITE "${FOLDER}/licensed/tests/a.cpp" "int main() {}\n")
expect(sources licensed "tests/a.cpp: the first line must be")
sources_tree(called tests/a.hpp "TEST_CASE(\"--x is an option\") {}")
expect(sources called "a test cannot be called '--x is an option'")
sources_tree(outdated)
file(WRITE "${FOLDER}/outdated/CHANGELOG.md" "## [Unreleased]\n## [0.2.0]\n")
expect(sources outdated "config.hpp says 0.1.0")
