import { snakeName } from '../../platform/wire/snake-case.js';
import { JSON_PROTOCOL_FIELDS, PROTOCOL_FIELD_NAMES, type ProtocolSettings } from './protocol-fields.js';

const NAMES: ReadonlySet<string> = new Set(
  PROTOCOL_FIELD_NAMES.filter((name) => !JSON_PROTOCOL_FIELDS.includes(name)),
);

/** The fields of the protocol as the engine's client metadata, in which null is absent. */
export function engineProtocolMetadata(settings: ProtocolSettings): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings)
      .map(([name, value]) => [snakeName(name), value] as const)
      .filter(([name, value]) => NAMES.has(name) && value !== null),
  );
}
