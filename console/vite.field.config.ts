/**
 * The phone page, built by itself after the console: what the two share is bundled for each, so that
 * a phone on a bad link fetches nothing that only the console needs.
 */

import { defineConfig, mergeConfig } from "vite";
import console from "./vite.config.ts";

export default mergeConfig(
  console,
  defineConfig({
    publicDir: false, // the console's build has laid those files out
    build: { emptyOutDir: false, rolldownOptions: { input: { field: "field/index.html" } } },
  }),
);
