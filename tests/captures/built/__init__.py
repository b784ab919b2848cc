# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that a ladder cannot write, or not with these bytes: tunnels, broken messages, clocks that
lie, forged packets, calls of which half is missing.

A function marked with @captures builds one or more; its docstring says why they exist, and each has
what the plugin must say of it, in lines of a ladder's `expect` block. ../build.py lists all captures
and writes one to a file. Every module of this folder is imported here, so that ALL has what it builds.
"""

import importlib
import pkgutil

from built.capture import ALL, Capture, Frame, file_of

__all__ = ["ALL", "Capture", "Frame", "file_of"]

for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"built.{module.name}")
