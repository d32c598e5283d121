/** Bytes that all conversations together may keep of what they have read: a capture cannot make the memory grow. */
export interface Budget {
  /** False where there is not that much left; nothing is taken then. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function createBudget(bytes: number): Budget {
  let left = bytes;
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
