/** Answers to questions, each asked for once, and kept until later ones outweigh them. */
export interface Recent<T> {
  /** The kept or pending answer, else what `ask` gives. An answer that fails is only kept when it will always fail. */
  answer(key: string, ask: () => Promise<T>): Promise<T>;
}

export interface RecentOptions<T> {
  /** What all kept answers may weigh together. */
  readonly limit: number;
  readonly weigh: (value: T) => number;
  /** Whether asking again would end in the same failure. */
  readonly isFinal: (error: unknown) => boolean;
}

export function createRecent<T>({ limit, weigh, isFinal }: RecentOptions<T>): Recent<T> {
  const answers = new Map<string, Promise<T>>();
  /** The longest unasked first. */
  const weights = new Map<string, number>();
  let total = 0;
  const settle = (key: string, weight: number): void => {
    weights.set(key, weight);
    total += weight;
    for (const [oldest, lighter] of weights) {
      if (total <= limit) return;
      weights.delete(oldest);
      answers.delete(oldest);
      total -= lighter;
    }
  };
  const start = (key: string, ask: () => Promise<T>): Promise<T> => {
    const answer = ask();
    answers.set(key, answer);
    answer.then(
      (value) => settle(key, weigh(value)),
      (error: unknown) => {
        if (isFinal(error)) settle(key, 1);
        else answers.delete(key);
      },
    );
    return answer;
  };
  return {
    answer: (key, ask) => {
      const known = answers.get(key);
      const weight = weights.get(key);
      if (weight !== undefined) {
        weights.delete(key);
        weights.set(key, weight);
      }
      return known ?? start(key, ask);
    },
  };
}
