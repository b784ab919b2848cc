# SPDX-License-Identifier: GPL-2.0-or-later
# Read by cpack once for each kind of package.
if(CPACK_GENERATOR STREQUAL "TGZ")
    set(CPACK_INSTALL_CMAKE_PROJECTS "${CPACK_SX_BUILD_DIR};sipexplain;portable;/")
    set(CPACK_INCLUDE_TOPLEVEL_DIRECTORY ON)
elseif(CPACK_GENERATOR STREQUAL "RPM")
    set(CPACK_INSTALL_CMAKE_PROJECTS "${CPACK_SX_BUILD_DIR};sipexplain;rpm;/")
    set(CPACK_PACKAGING_INSTALL_PREFIX ${CPACK_SX_PREFIX})
else()
    set(CPACK_INSTALL_CMAKE_PROJECTS "${CPACK_SX_BUILD_DIR};sipexplain;system;/")
    # The folders of the installed Wireshark are absolute.
    set(CPACK_SET_DESTDIR ON)
    set(CPACK_INSTALL_PREFIX ${CPACK_SX_PREFIX})
endif()
