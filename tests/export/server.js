// SPDX-License-Identifier: GPL-2.0-or-later
// ClickHouse's engine (chdb) behind ClickHouse's HTTP interface, as far as the tests need it: a server on one machine.
//
//     NODE_PATH=… node server.js DATABASE
//
// It prints its port. POST /?query=…&param_NAME=…: the body belongs to the query, as with the real server.
const http = require("http");
const { Session } = require("chdb");

const session = new Session(process.argv[2]);

async function answer(request, body) {
    const wanted = new URL(request.url, "http://localhost").searchParams;
    const params = {};
    for (const [name, value] of wanted)
        if (name.startsWith("param_")) params[name.slice(6)] = value;
    const query = [wanted.get("query"), body].filter(Boolean).join("\n");
    if (!query) return "Ok.\n";
    const options = { format: wanted.get("default_format") || "TabSeparated" };
    const done = Object.keys(params).length ? await session.queryBindAsync(query, params, options)
                                            : await session.queryAsync(query, options);
    return Buffer.from(done.bytes());
}

const server = http.createServer((request, response) => {
    const parts = [];
    request.on("data", part => parts.push(part));
    request.on("end", () => answer(request, Buffer.concat(parts).toString())
        .then(text => response.end(text))
        .catch(error => { response.statusCode = 500; response.end(String(error.message || error) + "\n"); }));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("SIGTERM", () => { session.close?.(); process.exit(0); });
