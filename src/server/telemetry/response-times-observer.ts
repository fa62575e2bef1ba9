import type { ResponseTimes } from '../../platform/nodes/response-times.js';
import type { RequestObserver } from './observed-requests.js';

/** Measures how long requests take, but those that only ask whether the process is well. */
export function responseTimesObserver(times: ResponseTimes): RequestObserver {
  return {
    observe: (req, res, answer) => {
      const { url = '' } = req;
      if (url !== '/healthz' && url !== '/readyz') {
        const started = performance.now();
        res.once('close', () => times.count(performance.now() - started));
      }
      return answer();
    },
  };
}
