# SPDX-License-Identifier: Apache-2.0
#
# An overlay port: PLEACH_SOURCE names a checkout or an unpacked release.
#
#     PLEACH_SOURCE=/path/to/pleach VCPKG_KEEP_ENV_VARS=PLEACH_SOURCE vcpkg install pleach --overlay-ports=cmake/packaging/vcpkg

if(NOT DEFINED ENV{PLEACH_SOURCE})
    message(FATAL_ERROR "PLEACH_SOURCE is not set; it names the folder of pleach's sources (pass it on with VCPKG_KEEP_ENV_VARS)")
endif()
set(SOURCE_PATH "$ENV{PLEACH_SOURCE}")
set(VCPKG_BUILD_TYPE release)  # headers only

vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS -DPLEACH_BUILD_TESTS=OFF -DPLEACH_BUILD_EXAMPLES=OFF -DPLEACH_BUILD_BENCHMARKS=OFF -DPLEACH_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/pleach)
vcpkg_fixup_pkgconfig()
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(WRITE "${CURRENT_PACKAGES_DIR}/share/${PORT}/usage" "pleach provides CMake targets:

    find_package(pleach CONFIG REQUIRED COMPONENTS eigen io)
    target_link_libraries(main PRIVATE pleach::pleach pleach::eigen pleach::io)
")
