import { defineConfig } from "vite";

// Hashed file names, so that the server may tell browsers to keep them for good; no inlined
// files, because the page's policy allows files of this server and nothing else.
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8765" } },
});
