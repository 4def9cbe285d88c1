import "./lib/styleNonce";
import { createApp } from "vue";
import App from "./App.vue";
import { i18n, language, setLanguage } from "./i18n";
import { keepEscapeInChoices } from "./lib/escape";
import "./styles.css";

setLanguage(language());
keepEscapeInChoices();
createApp(App).use(i18n).mount("#app");
