# SPDX-License-Identifier: GPL-2.0-or-later
"""Opens Wireshark's window on a display of its own, presses keys, takes pictures and reads them."""

import os
import re
import shutil
import signal
import subprocess
import time

from display import HEIGHT, WIDTH, Display, busy
from reading import find, read

TOOLS = ("wireshark", "Xvfb", "xdotool", "convert", "tesseract")
MENU_BAR = f"{WIDTH}x22+0+0"
PATIENCE = 60           # seconds for a window to appear
STARTS = 3              # of a Wireshark that a busy display does not let in
REFUSED = b"could not connect to display"
TYPING = (10, 40, 120)  # milliseconds from key to key: a busy machine may lose some
QUIET = 8               # times in a row, a tenth of a second apart
COLUMNS = ('"No.", "%m", "Time", "%t", "Source", "%s", "Destination", "%d", "Protocol", "%p", '
           '"Wait after 100 Trying", "%Cus:sipexplain.trying.state:0:R", "Info", "%i"')
# Its zeros are empty: tesseract takes those of a fixed font, which have a dot, for 6 or 8.
FONT = "DejaVu Sans,10,-1,5,50,0,0,0,0,0"
PREFERENCES = f"""
gui.update.enabled: FALSE
gui.ask_unsaved: FALSE
gui.geometry.save.position: FALSE
gui.geometry.save.size: FALSE
gui.geometry.save.maximized: FALSE
gui.layout_type: 1
gui.layout_content_3: NONE
gui.column.format: {COLUMNS}
"""
RECENT = f"""
privs.warn_if_elevated: FALSE
privs.warn_if_no_npf: FALSE
gui.geometry_main_x: 0
gui.geometry_main_y: 0
gui.geometry_main_width: {WIDTH}
gui.geometry_main_height: {HEIGHT}
gui.geometry_main_maximized: FALSE
gui.geometry_main_upper_pane: 190
gui.geometry_main_lower_pane: 640
column.width: %m, 50, %t, 100, %s, 100, %d, 100, %p, 70, %i, 700
"""


class Desktop:
    """A display without a window manager, and one Wireshark on it, as the user who loads plugins."""

    def __init__(self, wireshark):
        missing = [tool for tool in TOOLS if not shutil.which(tool)]
        if missing:
            raise RuntimeError(f"not installed: {', '.join(missing)} (cmake/test.sh installs them)")
        self.wireshark = wireshark
        self.processes = []

    def __enter__(self):
        try:
            self.open_display()
            self.write_settings()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGKILL)
            process.wait()

    def open_display(self):
        self.display = Display(self.wireshark.home)
        self.processes.append(self.display.process)
        self.environment = dict(os.environ, DISPLAY=self.display.name)

    def write_settings(self):
        home = self.wireshark.home
        folder = home / ".config" / "wireshark"
        folder.mkdir(parents=True, exist_ok=True)
        runtime = home / "run"
        runtime.mkdir(exist_ok=True)
        (folder / "preferences").write_text(PREFERENCES, encoding="utf-8")
        (folder / "recent").write_text(RECENT, encoding="utf-8")
        self.wireshark.hand_over(folder.parent, runtime)
        runtime.chmod(0o700)

    def open(self, capture, frame, *options):
        """Wireshark with the capture, and one of its packets selected. Its window."""
        env = dict(self.wireshark.environment(), DISPLAY=self.display.name,
                   XDG_RUNTIME_DIR=str(self.wireshark.home / "run"), QT_QPA_PLATFORM="xcb")
        command = self.wireshark.command("wireshark", [
            "-o", f"gui.qt.font_name:{FONT}", *options, "-r", capture, "-g", frame])
        self.log = self.wireshark.home / "window.log"
        title = f"^{re.escape(capture.name)}$"
        for _ in range(STARTS):
            with self.log.open("wb") as log:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env=env, cwd=self.wireshark.home)
            self.processes.append(process)
            self.comes_true(lambda: process.poll() is not None or self.shown(title), PATIENCE)
            if process.poll() is None or REFUSED not in self.log.read_bytes():
                break
            self.close()
        window = self.wait_for(title)
        self.settle()
        return window

    def close(self):
        """The Wireshark opened last."""
        process = self.processes.pop()
        process.kill()
        process.wait()

    def wait_for(self, title):
        """The visible window whose title matches."""
        self.wait_until(lambda: self.shown(title), f"no window called {title!r}")
        return self.shown(title)[0]

    def shown(self, title):
        return self.xdotool("search", "--onlyvisible", "--name", title, check=False).split()

    def answer(self, title, path):
        """Types a path into the dialog for files whose title has these words, and waits until the
        dialog is gone. Its cursor blinks: it never settles."""
        dialog = self.wait_for(title)
        for delay in TYPING:
            self.xdotool("windowfocus", "--sync", dialog, "sleep", "0.5", "key", "alt+n", "ctrl+a")
            self.xdotool("type", "--delay", str(delay), str(path))
            self.xdotool("key", "Return")
            if self.comes_true(lambda: dialog not in self.shown(title), PATIENCE / len(TYPING)):
                return
            # It says in a box of the same title that there is no such file.
            for box in set(self.shown(title)) - {dialog}:
                self.xdotool("windowfocus", "--sync", box, "key", "Escape")
        raise self.impatient(f"the dialog {title!r} stays")

    def wait_until_written(self, path, end):
        """Until a file ends in these bytes."""
        self.wait_until(lambda: path.exists() and path.read_bytes().endswith(end),
                        f"{path} is not written")

    def wait_until(self, holds, complaint):
        if not self.comes_true(holds, PATIENCE):
            raise self.impatient(complaint)

    def comes_true(self, holds, seconds):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                return False
            time.sleep(0.25)
        return True

    def impatient(self, complaint):
        return RuntimeError(f"{complaint} at the limit of {PATIENCE} s; wireshark said:\n{self.log.read_text()}")

    def title(self, window):
        return self.xdotool("getwindowname", window).strip()

    def press(self, window, *keys):
        self.xdotool("windowfocus", "--sync", window)
        for key in keys:
            self.xdotool("key", key)
            time.sleep(0.3)
        self.settle()

    def type(self, text):
        self.xdotool("type", "--delay", "40", text)
        self.settle()

    def point(self, x, y):
        """Near it first: only a mouse that moves shows a tooltip."""
        self.xdotool("mousemove", str(x), str(y + 1), "sleep", "0.3", "mousemove", str(x), str(y))
        time.sleep(1.5)
        self.settle()

    def click(self, x, y, times=1):
        self.xdotool("mousemove", str(x), str(y), "click", "--repeat", str(times), "1")
        self.settle()

    def click_on(self, part, text):
        """On words in a part of the screen."""
        self.click(*find(self.screen(), part, text))

    def choose(self, window, menu, *entries):
        """Opens a menu by its name, or by the right button at a place, and clicks on entries of it
        and its submenus. Not by its key: Qt 6.8 then takes no notice of the mouse."""
        before = self.shown("")
        if isinstance(menu, str):
            self.xdotool("windowfocus", "--sync", window)
            self.click(*find(self.screen(), MENU_BAR, menu))
        else:
            self.xdotool("mousemove", *map(str, menu), "click", "3")
            self.settle()
        for entry in entries:
            opened = [each for each in self.shown("") if each not in before]
            if len(opened) != 1:
                raise RuntimeError(f"{len(opened)} menus opened where {entry!r} was to be chosen")
            before += opened
            self.click(*find(self.screen(), self.place(*opened), entry))

    def screen(self):
        return self.display.picture()

    def resize(self, window, x, y, width, height):
        self.xdotool("windowsize", window, str(width), str(height))
        self.xdotool("windowmove", window, str(x), str(y))
        self.settle()

    def settle(self):
        """Waits until the display has stayed as it is for a while, and nobody who draws there has
        anything left to do: a slow machine only takes longer."""
        end = time.monotonic() + PATIENCE
        before, quiet = self.screen(), 0
        while quiet < QUIET and time.monotonic() < end:
            time.sleep(0.1)
            now = self.screen()
            quiet = 0 if any(map(busy, self.processes)) or not before.same(now) else quiet + 1
            before = now

    def place(self, window):
        """Where a window is, as WIDTHxHEIGHT+X+Y."""
        said = self.xdotool("getwindowgeometry", "--shell", window)
        at = dict(line.split("=") for line in said.split())
        return f"{at['WIDTH']}x{at['HEIGHT']}+{at['X']}+{at['Y']}"

    def look(self, window):
        """The window's part of the screen."""
        return self.screen().part(self.place(window))

    def words(self, window):
        """What a window says."""
        return read(self.look(window).ppm())

    def picture(self, window, path, part=None):
        """Keeps a picture of a window, or of a part of it, and returns what that says."""
        subprocess.run(["convert", "-", "-strip", "+dither", "-colors", "32", f"PNG8:{path}"],
                       input=self.look(window).ppm(part), check=True)
        return read(path.read_bytes())

    def xdotool(self, *args, check=True):
        return self.run(["xdotool", *args], check)

    def run(self, command, check=True):
        return subprocess.run(command, env=self.environment, capture_output=True, check=check,
                              text=True, timeout=PATIENCE).stdout
