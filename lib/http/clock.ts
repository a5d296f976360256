/** The clock, passed in so that tests decide when a limit is over. */
export type Clock = {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Milliseconds since 1970, to compare with a date that a server sends. */
  date(): number;
  /** Calls `callback` once after `milliseconds`, unless the returned function is called first. */
  after(milliseconds: number, callback: () => void): () => void;
};

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
