// What a first visit loads, compressed as the server compresses it: fails above the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 350_000; // bytes of JavaScript after gzip
const folder = new URL("../../src/alpha_discovery/web/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", folder), "utf8"));
const needed = new Set();

function need(name) {
    const chunk = manifest[name];
    if (!chunk || needed.has(chunk.file)) return;
    needed.add(chunk.file);
    (chunk.imports ?? []).forEach(need);
}

need("index.html");
// the page that opens after a login
need("src/pages/overview/index.tsx");
const sizes = [...needed].map((file) => [file, gzipSync(readFileSync(new URL(file, folder)), { level: 5 }).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [file, size] of sizes.sort((a, b) => b[1] - a[1])) {
    process.stdout.write(`${String(size).padStart(8)}  ${file}\n`);
}
process.stdout.write(`${String(total).padStart(8)}  bytes of ${BUDGET} allowed\n`);
if (total > BUDGET) {
    process.stderr.write("a first visit loads too much; load what it does not need at once with import()\n");
    process.exit(1);
}
