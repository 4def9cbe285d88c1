/** Words of the phone page: two languages, `{name}` for what is put in; no library for so little. */

import { ref } from "vue";
import en from "./i18n/en.json";
import zh from "./i18n/zh.json";

type Tree = { [key: string]: string | Tree };
export type Language = "zh" | "en";

const STORED = "firewatch.language";
const TREES: Record<Language, Tree> = { zh, en };

export const language = ref<Language>("zh");

export function setLanguage(wanted: Language): void {
  language.value = wanted;
  document.documentElement.lang = wanted === "zh" ? "zh-CN" : "en";
  try {
    localStorage.setItem(STORED, wanted);
  } catch {
    // A browser that keeps nothing speaks Chinese again next time.
  }
}

/** What was chosen before; else Chinese, as everywhere in this house. */
export function initialLanguage(): Language {
  try {
    return localStorage.getItem(STORED) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

function found(key: string): string | null {
  let node: string | Tree | undefined = TREES[language.value];
  for (const part of key.split(".")) node = typeof node === "object" ? node[part] : undefined;
  return typeof node === "string" ? node : null;
}

export function t(key: string, given: Record<string, string | number> = {}): string {
  return (found(key) ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(given[name] ?? whole));
}

/** Words of a code that the server may add to before this page knows it; null for an unknown one. */
export const wordOf = (key: string): string | null => found(key);
