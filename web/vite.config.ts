import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env["ALPHA_SERVER"] ?? "http://127.0.0.1:8000";

export default defineConfig({
    plugins: [react()],
    resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
    build: {
        outDir: "../src/alpha_discovery/web",
        emptyOutDir: true,
        target: "es2022",
        assetsInlineLimit: 0, // the content policy allows files of our own, not data in code
        manifest: "manifest.json", // scripts/size.mjs reads from it what a first visit loads
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 900,
    },
    server: { proxy: { "/api": { target: server, changeOrigin: true } } },
    test: {
        environment: "node", // what is tested here is logic; pages are tested in a real browser
        include: ["src/**/*.test.{ts,tsx}"],
        restoreMocks: true,
    },
});
