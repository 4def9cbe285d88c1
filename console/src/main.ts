import { createApp } from "vue";
import App from "./App.vue";
import { i18n, language, setLanguage } from "./i18n";
import "./styles.css";

setLanguage(language());
createApp(App).use(i18n).mount("#app");
