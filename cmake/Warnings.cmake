# Wireshark's own list for plugins, as far as gcc and clang share it.
# SPDX-License-Identifier: GPL-2.0-or-later
option(SX_WERROR "Treat warnings as errors" OFF)
set(SX_WARNINGS
    -Wall -Wextra -Wshadow -Wvla -Wpointer-arith -Wold-style-definition -Wstrict-prototypes
    -Wredundant-decls -Wwrite-strings -Wformat-security -Wswitch-enum
    -Werror=incompatible-pointer-types -Werror=implicit-function-declaration)
if(SX_WERROR)
    list(APPEND SX_WARNINGS -Werror)
endif()
