# SPDX-License-Identifier: GPL-2.0-or-later
"""What was tested, as a JUnit report: cmake/test.sh counts its cases."""

import xml.etree.ElementTree as ElementTree


class Report:
    def __init__(self):
        self.root = ElementTree.Element("testsuites")

    def add(self, suite, case, fault=None):
        """One case, which failed if it has a fault."""
        element = ElementTree.SubElement(self.root, "testsuite", name=suite, tests="1",
                                         failures="1" if fault else "0", errors="0", skipped="0")
        element = ElementTree.SubElement(element, "testcase", classname=suite, name=case)
        if fault:
            ElementTree.SubElement(element, "failure", message=printable(fault))

    def include(self, path, prefix):
        """The suites of another report. Returns its cases."""
        if not path.is_file():
            return []
        root = ElementTree.parse(path).getroot()
        for suite in [root] if root.tag == "testsuite" else root.findall("testsuite"):
            suite.set("name", f"{prefix} {suite.get('name')}")
            self.root.append(suite)
        return list(root.iter("testcase"))

    def write(self, path):
        """Nothing if there is no path."""
        if path:
            ElementTree.ElementTree(self.root).write(path, encoding="utf-8", xml_declaration=True)


class Untrue(Exception):
    """A check that failed."""


class Checks:
    """What was found to be so."""

    def __init__(self, suite, report):
        self.suite, self.report = suite, report

    def __call__(self, claim, holds, seen=""):
        if not holds:
            raise Untrue(f"not so: {claim}\n{str(seen)[:3000]}")
        self.report.add(self.suite, claim)
        print(f"ok: {claim}", flush=True)


def fault_of(case):
    """What a test case of a report says if it failed, had an error or was skipped; else None."""
    for kind in ("failure", "error", "skipped"):
        element = case.find(kind)
        if element is not None:
            said = [element.text or element.get("message"), case.findtext("system-out")]
            return "\n".join(text.strip() for text in said if text) or kind
    return None


def printable(text):
    """XML cannot hold most control characters."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in text)
