import { jest } from '@jest/globals';

/** Does the work as if so many seconds had passed, for the nodes of this process; the database's clock stays right. */
export async function later<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  const clock = Date.now.bind(Date);
  const spy = jest.spyOn(Date, 'now').mockImplementation(() => clock() + seconds * 1_000);
  try {
    return await work();
  } finally {
    spy.mockRestore();
  }
}
