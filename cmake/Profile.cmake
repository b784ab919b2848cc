# SPDX-License-Identifier: GPL-2.0-or-later
# The profiles "SIP Explain" and "SIP Explain triage" as a zip for Wireshark's import, made by every build and put into the packages.
set(SX_PROFILE_ZIP ${CMAKE_BINARY_DIR}/sip-explain-profile.zip)
file(GLOB SX_PROFILE CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/plugin/profile/*
     ${CMAKE_SOURCE_DIR}/plugin/triage/*)
add_custom_command(
    OUTPUT ${SX_PROFILE_ZIP}
    COMMAND sh ${CMAKE_SOURCE_DIR}/cmake/install-profile.sh --zip ${SX_PROFILE_ZIP}
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/install-profile.sh ${SX_PROFILE}
    COMMENT "Profile"
    VERBATIM)
add_custom_target(profile ALL DEPENDS ${SX_PROFILE_ZIP})
sx_install_for_all(${SX_DOC} FILES ${SX_PROFILE_ZIP})
install(FILES ${SX_PROFILE_ZIP} DESTINATION . ${SX_PORTABLE})
# Whoever builds the plugin alone can still install.
add_dependencies(sipexplain profile)
