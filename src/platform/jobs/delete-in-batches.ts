const AT_ONCE = 1_000;

/**
 * Calls `deleteSome`, which deletes at most `limit` rows and returns how many, until fewer were left than that or
 * `stopping` aborts: a bounded batch locks few rows, and not for long. Returns how many rows were deleted.
 */
export async function deleteInBatches(
  deleteSome: (limit: number) => Promise<number>,
  stopping?: AbortSignal,
): Promise<number> {
  let total = 0;
  let deleted: number;
  do {
    deleted = await deleteSome(AT_ONCE);
    total += deleted;
  } while (deleted === AT_ONCE && !stopping?.aborted);
  return total;
}
