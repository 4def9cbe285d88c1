/** What a panel does one after another: whether it is at work, and what went wrong the last time. */

import { ref } from "vue";
import { useWords } from "./useWords";

export function useErrand() {
  const { problemWords } = useWords();
  const busy = ref(false);
  const error = ref("");

  async function doing(work: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    error.value = "";
    try {
      await work();
    } catch (problem) {
      error.value = problemWords(problem);
    } finally {
      busy.value = false;
    }
  }

  return { busy, error, doing };
}
