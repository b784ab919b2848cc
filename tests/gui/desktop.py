# SPDX-License-Identifier: GPL-2.0-or-later
"""Opens Wireshark's window on a display of its own, presses keys, takes pictures and reads them."""

import os
import re
import shutil
import signal
import subprocess
import time

TOOLS = ("wireshark", "Xvfb", "xdotool", "import", "convert", "tesseract")
WIDTH, HEIGHT = 1640, 1110
PATIENCE = 60           # seconds for a window to appear
COLUMNS = ('"No.", "%m", "Time", "%t", "Source", "%s", "Destination", "%d", "Protocol", "%p", '
           '"Wait after 100 Trying", "%Cus:sipexplain.trying.state:0:R", "Info", "%i"')
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
        ours, theirs = os.pipe()
        command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", f"{WIDTH}x{HEIGHT}x24",
                   "-nolisten", "tcp"]
        self.processes.append(subprocess.Popen(command, pass_fds=[theirs], stdin=subprocess.DEVNULL,
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError("Xvfb does not start")
        self.display = dict(os.environ, DISPLAY=f":{number}")

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

    def open(self, capture, frame):
        """Wireshark with the capture, and one of its packets selected. Its window."""
        env = dict(self.wireshark.environment(), DISPLAY=self.display["DISPLAY"],
                   XDG_RUNTIME_DIR=str(self.wireshark.home / "run"), QT_QPA_PLATFORM="xcb")
        command = self.wireshark.command("wireshark", ["-r", capture, "-g", frame])
        self.log = self.wireshark.home / "window.log"
        with self.log.open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=env, cwd=self.wireshark.home)
        self.processes.append(process)
        window = self.wait_for(f"^{re.escape(capture.name)}$")
        self.settle()
        return window

    def close(self):
        """The Wireshark opened last."""
        process = self.processes.pop()
        process.kill()
        process.wait()

    def wait_for(self, title):
        """The visible window whose title matches."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.xdotool("search", "--onlyvisible", "--name", title, check=False).split()
            if found:
                return found[0]
            time.sleep(0.25)
        raise RuntimeError(f"no window called {title}; wireshark said:\n{self.log.read_text()}")

    def title(self, window):
        return self.xdotool("getwindowname", window).strip()

    def press(self, window, *keys):
        self.xdotool("windowfocus", "--sync", window)
        for key in keys:
            self.xdotool("key", key)
            time.sleep(0.3)
        self.settle()

    def click(self, x, y):
        self.xdotool("mousemove", str(x), str(y), "click", "1")
        self.settle()

    def resize(self, window, x, y, width, height):
        self.xdotool("windowsize", window, str(width), str(height))
        self.xdotool("windowmove", window, str(x), str(y))
        self.settle()

    def settle(self):
        """Waits until the display has not changed for a while."""
        end = time.monotonic() + PATIENCE
        before = None
        while time.monotonic() < end:
            now = self.run(["import", "-window", "root", "rgb:-"], text=False)
            if now == before:
                return
            before = now
            time.sleep(0.5)

    def picture(self, window, path, height=HEIGHT):
        """What the window shows, or as much of it from the top."""
        self.run(["import", "-window", window, "-crop", f"{WIDTH}x{height}+0+0", "+repage",
                  "-strip", "+dither", "-colors", "32", "PNG8:" + str(path)])

    def xdotool(self, *args, check=True):
        return self.run(["xdotool", *args], check)

    def run(self, command, check=True, text=True):
        return subprocess.run(command, env=self.display, capture_output=True, check=check,
                              text=text, timeout=PATIENCE).stdout


def read(picture):
    """The words in a picture. Letters on a screen are too small for tesseract as they are."""
    larger = subprocess.run(["convert", str(picture), "-colorspace", "Gray", "-resize", "300%",
                             "-density", "300", "png:-"], capture_output=True, check=True).stdout
    text = subprocess.run(["tesseract", "stdin", "stdout", "--psm", "6"], input=larger,
                          capture_output=True, check=True).stdout.decode()
    return " ".join(text.split())
