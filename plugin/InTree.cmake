# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin by Wireshark's own rules, as its other plugins are built.
include(WiresharkPlugin)
string(REPLACE "." ";" SX_VERSION_PARTS ${SX_VERSION})
set_module_info(sipexplain ${SX_VERSION_PARTS} 0)

set(PLUGIN_FILES plugin.c ${SX_GLUE} ${SX_CORE} ${SX_CATALOGUE_DATA})
set_source_files_properties(${PLUGIN_FILES} PROPERTIES COMPILE_FLAGS "${WERROR_COMMON_FLAGS}")
register_plugin_files(plugin.c plugin ${SX_GLUE})
add_wireshark_plugin_library(sipexplain epan)
target_include_directories(sipexplain PRIVATE ${SX_WORDS_FOLDER})
target_link_libraries(sipexplain epan)
install_plugin(sipexplain epan)
