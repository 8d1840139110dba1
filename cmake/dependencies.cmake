# SPDX-License-Identifier: Apache-2.0
#
# Dependencies of the source tree: found on the system first, downloaded (pinned by hash) only if PLEACH_FETCH is ON.

include("${CMAKE_CURRENT_LIST_DIR}/pleach-dependencies.cmake")

# pleach_missing(<what> <consequence>) prints the consequence and what to install; an error if PLEACH_REQUIRE_ALL is on.
function(pleach_missing what consequence)
    pleach_package_of(${what} package)
    set(kind STATUS)
    # A partitioner of its own, and one machine, will do; nothing else needs the others.
    if(PLEACH_REQUIRE_ALL AND NOT what MATCHES "^(httplib|metis|mpi|torch|zlib)$")
        set(kind FATAL_ERROR)
    endif()
    message(${kind} "pleach: ${consequence}: install what is missing with: apt-get install ${package}")
endfunction()

# pleach_fetch(<name> <target> <include folder> <url> <sha256>) downloads a package that was not found. If an include folder
# is given, the package is header-only: the target is that folder, and the package's build files are not run.
# FETCHCONTENT_SOURCE_DIR_<NAME> uses a local copy instead.
function(pleach_fetch name target include url sha256)
    set(subdir "")
    if(include)
        set(subdir SOURCE_SUBDIR no-build-files)
    endif()
    message(STATUS "pleach: fetching ${name} from ${url}")
    FetchContent_Declare(${name} URL "${url}" URL_HASH SHA256=${sha256} ${subdir})
    FetchContent_MakeAvailable(${name})
    if(include)
        add_library(${target} INTERFACE IMPORTED GLOBAL)
        target_include_directories(${target} INTERFACE "${${name}_SOURCE_DIR}/${include}")
    endif()
    set(${name}_SOURCE_DIR "${${name}_SOURCE_DIR}" PARENT_SCOPE)
endfunction()

if(PLEACH_FETCH)
    include(FetchContent)
    foreach(package IN ITEMS xsimd Eigen3 nlohmann_json CLI11 Catch2 benchmark)
        find_package(${package} CONFIG QUIET)
    endforeach()
    if(NOT xsimd_FOUND AND NOT PLEACH_SCALAR)
        pleach_fetch(xsimd xsimd include https://github.com/xtensor-stack/xsimd/archive/13.2.0.tar.gz
            edd8cd3d548c185adc70321c53c36df41abe64c1fe2c67bc6d93c3ecda82447a)
    endif()
    if(NOT Eigen3_FOUND)
        pleach_fetch(eigen Eigen3::Eigen . https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.bz2
            b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626)
    endif()
    if(NOT nlohmann_json_FOUND AND (PLEACH_BUILD_EXAMPLES OR PLEACH_BUILD_TESTS OR PLEACH_BUILD_BENCHMARKS))
        pleach_fetch(nlohmann_json nlohmann_json::nlohmann_json include
            https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
            d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
    endif()
    find_path(PLEACH_XXHASH_INCLUDE_DIR xxhash.h)
    if(NOT PLEACH_XXHASH_INCLUDE_DIR)
        pleach_fetch(xxhash pleach_xxhash . https://github.com/Cyan4973/xxHash/archive/refs/tags/v0.8.2.tar.gz
            baee0c6afd4f03165de7a4e67988d16f0f2b257b51d0e3cb91909302a26a79c4)
        set(PLEACH_XXHASH_INCLUDE_DIR "${xxhash_SOURCE_DIR}" CACHE PATH "" FORCE)
    endif()
    if(NOT CLI11_FOUND AND (PLEACH_BUILD_EXAMPLES OR PLEACH_BUILD_TESTS OR PLEACH_BUILD_BENCHMARKS))
        pleach_fetch(cli11 CLI11::CLI11 include https://github.com/CLIUtils/CLI11/archive/v2.4.2.tar.gz
            f2d893a65c3b1324c50d4e682c0cdc021dd0477ae2c048544f39eed6654b699a)
    endif()
    if(NOT Catch2_FOUND AND PLEACH_BUILD_TESTS)
        pleach_fetch(catch2 Catch2::Catch2WithMain "" https://github.com/catchorg/Catch2/archive/v3.6.0.tar.gz
            485932259a75c7c6b72d4b874242c489ea5155d17efa345eb8cc72159f49f356)
        list(APPEND CMAKE_MODULE_PATH "${catch2_SOURCE_DIR}/extras")
    endif()
    if(NOT benchmark_FOUND AND PLEACH_BUILD_BENCHMARKS)
        set(BENCHMARK_ENABLE_TESTING OFF)
        set(BENCHMARK_ENABLE_INSTALL OFF)
        set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
        pleach_fetch(googlebenchmark benchmark::benchmark "" https://github.com/google/benchmark/archive/refs/tags/v1.8.2.tar.gz
            2aab2980d0376137f969d92848fbb68216abb07633034534fc8c65cc4e7a0e93)
    endif()
endif()
