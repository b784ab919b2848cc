# SPDX-License-Identifier: GPL-2.0-or-later
if(SX_SANITIZE)
    add_compile_options(-fsanitize=${SX_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${SX_SANITIZE})
endif()
