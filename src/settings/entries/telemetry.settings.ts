import { settingGroup } from '../setting.js';
import { listenAddress, wholeNumber } from './checks.js';

export const telemetrySettings = settingGroup('Telemetry', {
  METRICS_PORT: {
    check: wholeNumber(0, 65_535),
    description:
      'The port of `/metrics`, for Prometheus; another one than `PORT`, and 0 picks a free one. Unset: nothing is measured.',
  },
  METRICS_HOST: {
    default: '127.0.0.1',
    check: listenAddress,
    description:
      'The address that `/metrics` listens on. It asks for no credentials: only the monitoring system should be able to connect to it.',
  },
});
