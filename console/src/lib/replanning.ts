/**
 * Asks again whenever a wish changes: after a moment of quiet, never two at a time, and only the
 * answer to the newest wish is taken.
 */

export const QUIET_MS = 400;

export interface ReplanHooks<Question, Answer> {
  ask: (question: Question) => Promise<Answer>;
  answered: (answer: Answer, question: Question) => void;
  refused: (problem: unknown, question: Question) => void;
  /** Whether an answer is awaited. */
  waiting: (waits: boolean) => void;
}

interface Timers {
  set: (work: () => void, ms: number) => number;
  clear: (timer: number) => void;
}

const TIMERS: Timers = {
  set: (work, ms) => globalThis.setTimeout(work, ms) as unknown as number,
  clear: (timer) => globalThis.clearTimeout(timer),
};

export function replanner<Question, Answer>(hooks: ReplanHooks<Question, Answer>, quiet_ms = QUIET_MS, timers = TIMERS) {
  let turn = 0;
  let timer = 0;
  let asking = false;
  /** Has been quiet long enough, and waits for the question before it. */
  let due: { question: Question; turn: number } | null = null;

  async function run(): Promise<void> {
    if (asking || due === null) return;
    const { question, turn: mine } = due;
    due = null;
    asking = true;
    try {
      const answer = await hooks.ask(question);
      if (mine === turn) hooks.answered(answer, question);
    } catch (problem) {
      if (mine === turn) hooks.refused(problem, question);
    } finally {
      asking = false;
      if (mine === turn) hooks.waiting(false);
    }
    void run();
  }

  /** The newest wish; null where there is nothing to ask. What was asked before it is of no use any more. */
  function wish(question: Question | null, at_once = false): void {
    turn += 1;
    due = null;
    timers.clear(timer);
    hooks.waiting(question !== null);
    if (question === null) return;
    const mine = turn;
    const begin = () => {
      due = { question, turn: mine };
      void run();
    };
    if (at_once) begin();
    else timer = timers.set(begin, quiet_ms);
  }

  return { wish };
}
