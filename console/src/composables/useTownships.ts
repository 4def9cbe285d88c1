/** The townships of the land layer, to choose from, and their names. */

import { computed } from "vue";
import { useI18n } from "vue-i18n";
import { useSite } from "./useSite";

export function useTownships() {
  const { t } = useI18n();
  const { land } = useSite();
  const names = computed(
    () =>
      new Map(
        (land.value?.features ?? [])
          .filter((it) => it.properties.layer === "township")
          .map((it) => [it.properties.code, it.properties.name]),
      ),
  );
  const options = computed(() => [...names.value].map(([value, label]) => ({ value, label })));
  const named = (codes: readonly string[]): string =>
    codes.map((code) => names.value.get(code) ?? code).join(t("people.comma"));
  return { options, named };
}
