import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

// Set FIREWATCH_API to develop against a server on another port.
const api = process.env["FIREWATCH_API"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __VUE_I18N_LEGACY_API__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
  },
  build: {
    outDir: "../api/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // data: URLs would need a wider content security policy
    chunkSizeWarningLimit: 1500, // the map engine is one megabyte and is loaded after sign-in
    rolldownOptions: {
      output: {
        // The map's worker ends in .mjs, which some servers do not serve as JavaScript.
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".mjs"))
            ? "assets/[name]-[hash].js"
            : "assets/[name]-[hash][extname]",
      },
    },
  },
  server: { proxy: { "/api": { target: api } } },
});
