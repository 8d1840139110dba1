# SPDX-License-Identifier: Apache-2.0
#
# What `cpack` makes of an installation: archives and Debian packages, the headers (libpleach-dev) apart from the programs
# (pleach-programs).

set(CPACK_GENERATOR TGZ DEB)
set(CPACK_COMPONENTS_ALL dev)
if(PLEACH_BUILD_EXAMPLES)
    list(APPEND CPACK_COMPONENTS_ALL programs)
endif()
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_PACKAGE_CONTACT "the maintainers of pleach")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libpleach-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "libxsimd-dev, libeigen3-dev, libxxhash-dev")
set(CPACK_DEBIAN_DEV_DESCRIPTION "A header-only C++20 library.")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME pleach-programs)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS gnuplot-nox)
set(CPACK_DEBIAN_PROGRAMS_DESCRIPTION "Programs that train, shrink and serve tables.")
find_program(PLEACH_DPKG_SHLIBDEPS dpkg-shlibdeps)
mark_as_advanced(PLEACH_DPKG_SHLIBDEPS)
if(PLEACH_DPKG_SHLIBDEPS)
    set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
endif()
include(CPack)
