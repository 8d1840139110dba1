# SPDX-License-Identifier: Apache-2.0
#
# One way of using pleach (CASE), from configuration to a program that runs.

cmake_minimum_required(VERSION 3.22)
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
set(project "${CMAKE_CURRENT_LIST_DIR}/project")
set(ENV{CXX} "${CXX}")

# run(<command...>) must succeed.
function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
    if(NOT result EQUAL 0)
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "${command}\n${text}")
    endif()
endfunction()

# refuse(<sentence> <command...>) must fail and say so.
function(refuse sentence)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
    string(REGEX REPLACE "[ \n]+" " " text "${text}")
    string(FIND "${text}" "${sentence}" found)
    if(result EQUAL 0 OR found EQUAL -1)
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "${command}\nwas to fail with '${sentence}', but ended with ${result}:\n${text}")
    endif()
endfunction()

# build(<options...>) configures, builds and tests the consumer.
function(build)
    run("${CMAKE_COMMAND}" -S "${project}" -B "${FOLDER}/build" -G "${GENERATOR}" -DCMAKE_BUILD_TYPE=Debug ${ARGN})
    run("${CMAKE_COMMAND}" --build "${FOLDER}/build")
    run("${CMAKE_CTEST_COMMAND}" --test-dir "${FOLDER}/build" --no-tests=error --output-on-failure)
endfunction()

set(all_components "-DCOMPONENTS=${COMPONENTS}")

if(CASE STREQUAL "vendored")
    build("-DVENDORED=${SOURCE}" "${all_components}")

elseif(CASE STREQUAL "fetched")
    run("${CMAKE_COMMAND}" -E chdir "${SOURCE}" "${CMAKE_COMMAND}" -E tar cf "${FOLDER}/pleach.tar"
        CMakeLists.txt LICENSE cmake include)
    build("-DFETCHED=${FOLDER}/pleach.tar")

elseif(CASE STREQUAL "installed")
    run("${CMAKE_COMMAND}" --install "${TREE}" --prefix "${FOLDER}/prefix")
    if(NOT EXISTS "${FOLDER}/prefix/share/cmake/pleach/pleach-config.cmake")
        message(FATAL_ERROR "The package file is not in share/cmake/pleach")
    endif()
    build("-DCMAKE_PREFIX_PATH=${FOLDER}/prefix" -DVERSION=0.1 "${all_components},any_table")
    # Where xsimd is absent, the package works all the same.
    file(REMOVE_RECURSE "${FOLDER}/build")
    build("-DCMAKE_PREFIX_PATH=${FOLDER}/prefix" -DCMAKE_DISABLE_FIND_PACKAGE_xsimd=ON)

elseif(CASE STREQUAL "refused")
    run("${CMAKE_COMMAND}" --install "${TREE}" --prefix "${FOLDER}/prefix")
    set(configure "${CMAKE_COMMAND}" -S "${project}" -G "${GENERATOR}" "-DCMAKE_PREFIX_PATH=${FOLDER}/prefix")
    foreach(version IN ITEMS 0.0 0.2 1.0)
        refuse("compatible with requested version \"${version}\"" ${configure} -B "${FOLDER}/${version}" -DVERSION=${version})
    endforeach()
    refuse("component eigen needs a package that was not found: apt-get install libeigen3-dev"
        ${configure} -B "${FOLDER}/eigen" -DCOMPONENTS=eigen -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON)
    refuse("component engine does not exist" ${configure} -B "${FOLDER}/engine" -DCOMPONENTS=engine)

elseif(CASE STREQUAL "packaged")
    set(generators TGZ)
    find_program(dpkg_deb dpkg-deb)
    if(dpkg_deb)
        list(APPEND generators DEB)
    endif()
    foreach(generator IN LISTS generators)
        run("${CMAKE_CPACK_COMMAND}" --config "${TREE}/CPackConfig.cmake" -G ${generator} -B "${FOLDER}" -D CPACK_COMPONENTS_ALL=dev)
    endforeach()
    file(GLOB archive "${FOLDER}/*.tar.gz")
    file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${FOLDER}/archive")
    set(folders "${FOLDER}/archive")
    if(dpkg_deb)
        file(GLOB package "${FOLDER}/libpleach-dev_*_all.deb")
        run("${dpkg_deb}" -x "${package}" "${FOLDER}/debian")
        list(APPEND folders "${FOLDER}/debian/usr")
    endif()
    find_program(pkg_config pkg-config)
    foreach(folder IN LISTS folders)
        if(NOT pkg_config)
            build("-DCMAKE_PREFIX_PATH=${folder}")
            continue()
        endif()
        set(ENV{PKG_CONFIG_PATH} "${folder}/share/pkgconfig")
        execute_process(COMMAND "${pkg_config}" --cflags pleach OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
        separate_arguments(flags UNIX_COMMAND "${flags}")
        run("${CXX}" -std=c++20 ${flags} "${project}/main.cpp" "${project}/other.cpp" -o "${FOLDER}/with_pkg_config")
        run("${FOLDER}/with_pkg_config")
    endforeach()

elseif(CASE STREQUAL "amalgamated")
    run("${CMAKE_COMMAND}" "-DOUTPUT=${FOLDER}/pleach.hpp" -P "${SOURCE}/cmake/amalgamate.cmake")
    foreach(file IN ITEMS main.cpp other.cpp other.hpp)
        file(READ "${project}/${file}" text)
        string(REGEX REPLACE "#include <pleach/[^>]+>" "#include \"pleach.hpp\"" text "${text}")
        file(WRITE "${FOLDER}/${file}" "${text}")
    endforeach()
    run("${CXX}" -std=c++20 "${FOLDER}/main.cpp" "${FOLDER}/other.cpp" -o "${FOLDER}/amalgamated")
    run("${FOLDER}/amalgamated")

elseif(CASE STREQUAL "bare")
    set(strict -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Werror
        "-I${SOURCE}/include")
    run("${CXX}" ${strict} -O1 "${project}/main.cpp" "${project}/other.cpp" -o "${FOLDER}/two_files")
    run("${FOLDER}/two_files")
    run("${CXX}" ${strict} -DPLEACH_HAS_XSIMD=0 -DPLEACH_HARDENED=1 -fno-rtti -O1
        "${project}/main.cpp" "${project}/other.cpp" -o "${FOLDER}/scalar")
    run("${FOLDER}/scalar")

elseif(CASE STREQUAL "mixed")
    # The inline namespace carries what changes generated code, so that a mixture is an error with a readable name
    # instead of one of two function bodies by link order.
    set(compile "${CXX}" -std=c++20 "-I${SOURCE}/include" -c)
    run(${compile} "${project}/main.cpp" -o "${FOLDER}/main.o")
    set(differences -DPLEACH_HARDENED=1)
    if(CMAKE_HOST_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        list(APPEND differences -mf16c -mavx512f)
    endif()
    foreach(difference IN LISTS differences)
        run(${compile} ${difference} "${project}/other.cpp" -o "${FOLDER}/other.o")
        refuse("pleach::v0_" "${CXX}" "${FOLDER}/main.o" "${FOLDER}/other.o" -o "${FOLDER}/mixed")
    endforeach()
endif()
