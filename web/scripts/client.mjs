// Makes the types of the HTTP interface, src/api/schema.d.ts, from openapi.json, unless they were made from this very file.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const told = readFileSync(source);
const mark = `// of openapi.json ${createHash("sha256").update(told).digest("hex")}\n`;

if (!existsSync(target) || !readFileSync(target, "utf8").startsWith(mark)) {
    const tree = await openapiTS(told, { alphabetize: true });
    writeFileSync(target, mark + astToString(tree));
}
