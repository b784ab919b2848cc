# SPDX-License-Identifier: GPL-2.0-or-later
# "cpack" makes a .deb and an .rpm that install for every user, and a .tar.gz to unpack into one's
# own folders. Each is for one minor release of Wireshark: its libraries' sonames change with it.
set(SX_PORTABLE COMPONENT portable EXCLUDE_FROM_ALL)
set(SX_DOC share/doc/sipexplain)

# For all users: below Wireshark's prefix, which need not be ours. For the .rpm relative to it: there
# CPack declares files with absolute destinations to be configuration.
function(sx_install_for_all destination)
    install(${ARGN} DESTINATION "${Wireshark_INSTALL_PREFIX}/${destination}" COMPONENT system)
    install(${ARGN} DESTINATION "${destination}" COMPONENT rpm EXCLUDE_FROM_ALL)
endfunction()

# Wireshark's own folder, but in Debian's layout no distribution with rpm would look for it.
file(RELATIVE_PATH SX_RPM_PLUGINS ${Wireshark_INSTALL_PREFIX} ${Wireshark_PLUGIN_INSTALL_DIR}/epan)
if(CMAKE_LIBRARY_ARCHITECTURE)
    set(libraries lib)
    if(CMAKE_SIZEOF_VOID_P EQUAL 8)
        set(libraries lib64)
    endif()
    string(REPLACE "lib/${CMAKE_LIBRARY_ARCHITECTURE}/" "${libraries}/" SX_RPM_PLUGINS
           ${SX_RPM_PLUGINS})
endif()

install(TARGETS sipexplain LIBRARY DESTINATION ${SX_RPM_PLUGINS} COMPONENT rpm EXCLUDE_FROM_ALL)
install(TARGETS sipexplain LIBRARY DESTINATION plugins/${SX_RELEASE}/epan ${SX_PORTABLE})
sx_install_for_all("share/wireshark/profiles/SIP Explain" DIRECTORY plugin/profile/)
install(DIRECTORY plugin/profile/ DESTINATION "profiles/SIP Explain" ${SX_PORTABLE})
sx_install_for_all(${SX_DOC} FILES README.md README.zh.md LICENSE)
install(FILES README.md README.zh.md LICENSE DESTINATION . ${SX_PORTABLE})

set(CPACK_PACKAGE_NAME sipexplain)
set(CPACK_PACKAGE_VENDOR "sipexplain")
set(CPACK_PACKAGE_CONTACT "The sipexplain authors <sipexplain@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Wireshark ${SX_RELEASE} plugin that explains SIP responses")
file(WRITE ${CMAKE_BINARY_DIR}/description.txt
"Shows in the packet tree what each SIP response means, why it was sent and what
to do, and which calls are stuck. It works with Wireshark ${SX_RELEASE} only.
")
set(CPACK_PACKAGE_DESCRIPTION_FILE ${CMAKE_BINARY_DIR}/description.txt)
set(CPACK_PACKAGE_FILE_NAME
    sipexplain-${PROJECT_VERSION}-wireshark${SX_RELEASE}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_SX_BUILD_DIR ${CMAKE_BINARY_DIR})
set(CPACK_SX_PREFIX ${Wireshark_INSTALL_PREFIX})
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/PackagingPerGenerator.cmake)

set(CPACK_GENERATOR TGZ)
find_program(SX_DPKG_SHLIBDEPS dpkg-shlibdeps)
find_program(SX_FILE file)  # CPack finds out with it what to ask dpkg-shlibdeps about
if(SX_DPKG_SHLIBDEPS AND SX_FILE)
    list(APPEND CPACK_GENERATOR DEB)
endif()
find_program(SX_RPMBUILD rpmbuild)
if(SX_RPMBUILD)
    list(APPEND CPACK_GENERATOR RPM)
endif()

# dpkg-shlibdeps and rpmbuild read the libraries from the plugin, so also the Wireshark release.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_VERSION ${PROJECT_VERSION}+wireshark${SX_RELEASE})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_ENHANCES "wireshark, tshark")
set(CPACK_RPM_PACKAGE_LICENSE GPL-2.0-or-later)
set(CPACK_RPM_PACKAGE_RELEASE 1.wireshark${SX_RELEASE})
set(CPACK_RPM_PACKAGE_GROUP Applications/Internet)
set(CPACK_RPM_PACKAGE_AUTOREQ ON)
set(CPACK_PACKAGE_RELOCATABLE OFF)
# Folders of the system and of Wireshark's own package.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    ${Wireshark_INSTALL_PREFIX} ${Wireshark_INSTALL_PREFIX}/share
    ${Wireshark_INSTALL_PREFIX}/share/doc ${Wireshark_INSTALL_PREFIX}/share/wireshark
    ${Wireshark_INSTALL_PREFIX}/share/wireshark/profiles)
set(folder ${Wireshark_INSTALL_PREFIX}/${SX_RPM_PLUGINS})
while(folder MATCHES "^${Wireshark_INSTALL_PREFIX}/")
    list(APPEND CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION ${folder})
    get_filename_component(folder ${folder} DIRECTORY)
endwhile()
include(CPack)
