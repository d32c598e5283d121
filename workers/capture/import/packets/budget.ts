/** What all conversations together may keep, in bytes or in records: a capture cannot make the memory grow. */
export interface Budget {
  /** False where there is not that much left; nothing is taken then. */
  take(count: number): boolean;
  give(count: number): void;
}

export function createBudget(most: number): Budget {
  let left = most;
  return {
    take(wanted) {
      if (wanted > left) return false;
      left -= wanted;
      return true;
    },
    give(back) {
      left += back;
    },
  };
}
