import * as z from 'zod';
import { settingGroup } from '../setting.js';
import { listenAddress, oneOf, wholeNumber, yesOrNo } from './checks.js';

/** Where spans are sent: http or https. */
const collectorUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const share = z
  .string()
  .refine((value) => /^(?:0|1|0?\.\d+|1\.0+)$/.test(value), 'must be a number from 0 to 1')
  .transform(Number);

export const telemetrySettings = settingGroup('Telemetry', {
  METRICS_PORT: {
    check: wholeNumber(0, 65_535),
    description:
      'The port of `/metrics`, for Prometheus; another one than `PORT`, and 0 picks a free one. Unset: nothing is measured but response times, for the console.',
  },
  METRICS_HOST: {
    default: '127.0.0.1',
    check: listenAddress,
    description:
      'The address that `/metrics` listens on. It asks for no credentials: only the monitoring system should be able to connect to it.',
  },
  OTEL_TRACES_EXPORTER: {
    check: oneOf('otlp', 'none'),
    description:
      'Traces: `otlp` sends them by OTLP over HTTP as JSON, `none` does not. Unset: they are sent where one of the two endpoints is set.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    check: collectorUrl,
    description:
      'Where an OpenTelemetry collector listens; `/v1/traces` is added. Where it is unset and traces are on: `http://localhost:4318`.',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    check: collectorUrl,
    description: 'The whole URL that traces are sent to, in place of `OTEL_EXPORTER_OTLP_ENDPOINT`.',
  },
  OTEL_TRACES_SAMPLER: {
    default: 'parentbased_always_on',
    check: oneOf(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
    description:
      'Which requests are traced. With `parentbased_…` those are that the caller traces (`traceparent`), and of those without it what the rest of the name says.',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    default: '1',
    check: share,
    description: 'The share of the requests that `traceidratio` traces, 0 to 1.',
  },
  OTEL_SDK_DISABLED: {
    default: 'false',
    check: yesOrNo,
    description: '`true` turns traces off, whatever the other variables say.',
  },
});
