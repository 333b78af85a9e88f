import { readdirSync } from "node:fs";
import { defineConfig } from "vite";

// Turns the tests into plain modules that `node --test` runs.
export default defineConfig({
  build: {
    ssr: true,
    outDir: "node_modules/.deskwise-tests",
    emptyOutDir: true,
    reportCompressedSize: false,
    rollupOptions: { input: readdirSync("tests").map((name) => `tests/${name}`) },
  },
});
