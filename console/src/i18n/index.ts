/** Chinese first, English by a switch; one file a language with equal keys (see scripts/). */

import { createI18n } from "vue-i18n";
import en from "./en.json";
import zh from "./zh.json";

export type Language = "zh" | "en";

const STORED = "firewatch.language";

function initial(): Language {
  return localStorage.getItem(STORED) === "en" ? "en" : "zh";
}

export const i18n = createI18n({
  legacy: false,
  locale: initial(),
  fallbackLocale: "en",
  messages: { zh, en },
});

export function language(): Language {
  return i18n.global.locale.value as Language;
}

export function setLanguage(wanted: Language): void {
  i18n.global.locale.value = wanted;
  localStorage.setItem(STORED, wanted);
  document.documentElement.lang = wanted === "zh" ? "zh-CN" : "en";
}
