import { createApp } from "vue";
import FieldPage from "./FieldPage.vue";
import { initialLanguage, setLanguage } from "./words";
import "./field.css";

setLanguage(initialLanguage());
createApp(FieldPage).mount("#field");

// Browsers allow it over TLS and on the machine itself only; without it the page needs a link to open.
if (window.isSecureContext && "serviceWorker" in navigator)
  navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" }).catch(() => undefined);
