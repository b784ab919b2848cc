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
MENU_BAR = f"{WIDTH}x22+0+0"
PATIENCE = 60           # seconds for a window to appear
LARGER = 3              # times, for tesseract
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

    def open(self, capture, frame, *options):
        """Wireshark with the capture, and one of its packets selected. Its window."""
        env = dict(self.wireshark.environment(), DISPLAY=self.display["DISPLAY"],
                   XDG_RUNTIME_DIR=str(self.wireshark.home / "run"), QT_QPA_PLATFORM="xcb")
        command = self.wireshark.command("wireshark", [*options, "-r", capture, "-g", frame])
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
        self.wait_until(lambda: self.shown(title), f"no window called {title!r}")
        return self.shown(title)[0]

    def shown(self, title):
        return self.xdotool("search", "--onlyvisible", "--name", title, check=False).split()

    def answer(self, title, path):
        """Types a path into the dialog for files whose title has these words, and waits until the
        dialog is gone. Its cursor blinks: it never settles."""
        dialog = self.wait_for(title)
        self.xdotool("windowfocus", "--sync", dialog, "sleep", "0.5", "key", "alt+n", "ctrl+a")
        self.xdotool("type", "--delay", "10", str(path))
        self.xdotool("key", "Return")
        self.wait_until(lambda: dialog not in self.shown(title), f"the dialog {title!r} stays")

    def wait_until_written(self, path, end):
        """Until a file ends in these bytes."""
        self.wait_until(lambda: path.exists() and path.read_bytes().endswith(end),
                        f"{path} is not written")

    def wait_until(self, holds, complaint):
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise RuntimeError(f"{complaint}; wireshark said:\n{self.log.read_text()}")
            time.sleep(0.25)

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
        self.click(*find(self.screen("part"), part, text))

    def choose(self, window, menu, *entries):
        """Opens a menu by its name, or by the right button at a place, and clicks on entries of it
        and its submenus. Not by its key: Qt 6.8 then takes no notice of the mouse."""
        before = self.screen("before")
        if isinstance(menu, str):
            self.xdotool("windowfocus", "--sync", window)
            self.click(*find(before, MENU_BAR, menu))
        else:
            self.xdotool("mousemove", *map(str, menu), "click", "3")
            self.settle()
        for entry in entries:
            after = self.screen("after")
            self.click(*find(after, changed(before, after), entry))
            before = after.rename(after.with_name("before.ppm"))

    def screen(self, name):
        path = self.wireshark.home / f"{name}.ppm"
        self.run(["import", "-window", "root", str(path)])
        return path

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

    def words(self, window):
        """What a window says."""
        path = self.wireshark.home / "words.png"
        self.run(["import", "-window", window, str(path)])
        return read(path)

    def picture(self, window, path, part=None):
        """Part of a window (WIDTHxHEIGHT+X+Y), or all of it."""
        crop = ["-crop", part, "+repage"] if part else []
        self.run(["import", "-window", window, *crop, "-strip", "+dither", "-colors", "32",
                  "PNG8:" + str(path)])

    def xdotool(self, *args, check=True):
        return self.run(["xdotool", *args], check)

    def run(self, command, check=True, text=True):
        return subprocess.run(command, env=self.display, capture_output=True, check=check,
                              text=text, timeout=PATIENCE).stdout


def read(picture):
    """The words in a picture."""
    return " ".join(recognised(["convert", picture], "stdout").split())


def recognised(source, *form):
    """Letters on a screen are too small for tesseract as they are."""
    larger = subprocess.run([*map(str, source), "-colorspace", "Gray", "-resize", f"{LARGER}00%",
                             "-density", "300", "png:-"], capture_output=True, check=True).stdout
    return subprocess.run(["tesseract", "stdin", *form[:1], "--psm", "6", *form[1:]], input=larger,
                          capture_output=True, check=True).stdout.decode()


def changed(before, after):
    """The part of the screen where two pictures of it differ, as WIDTHxHEIGHT+X+Y."""
    return subprocess.run(["convert", before, after, "-compose", "difference", "-composite",
                           "-threshold", "0", "-format", "%@", "info:"], capture_output=True,
                          check=True, text=True).stdout


def find(picture, part, text):
    """Where these words, of one line, are on the screen; part of it is searched."""
    left, top = map(int, part.split("+")[1:])
    rows = [row.split("\t") for row in recognised(
        ["convert", picture, "-crop", part, "+repage"], "stdout", "tsv").splitlines()[1:]]
    lines = {}
    for row in rows:
        if row[0] == "5" and row[11].strip():
            box = [int(value) // LARGER for value in row[6:10]]
            lines.setdefault(tuple(row[1:5]), []).append((row[11], *box))
    for line in lines.values():
        words = shortest(line, squeezed(text))
        if words:
            _, x, y, _, height = words[0]
            _, last_x, _, last_width, _ = words[-1]
            return left + (x + last_x + last_width) // 2, top + y + height // 2
    said = [" ".join(word[0] for word in line) for line in lines.values()]
    raise RuntimeError(f"no {text!r} on the screen: {said}")


def shortest(line, text):
    """The fewest words in a row that hold the text; none if there are none."""
    spans = [line[start:end] for end in range(len(line) + 1) for start in range(end)]
    holding = [span for span in spans if text in squeezed("".join(word[0] for word in span))]
    return min(holding, key=len, default=None)


def assert_shown(text, words):
    plain = squeezed(text)
    missing = [word for word in words if squeezed(word) not in plain]
    assert not missing, f"not in the picture: {missing}; it says: {text}"


def squeezed(text):
    """tesseract is unsure about spaces and capitals."""
    return "".join(text.split()).lower()
