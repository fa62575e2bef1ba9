import type * as z from 'zod';
import type { OptionOnPage } from '../../platform/console-page-models/clients.js';
import type { CLIENT_FIELD_DESCRIPTIONS } from '../../registry/client-record/client-field-descriptions.js';
import type { ProtocolField } from '../../registry/client-protocol/protocol-field.js';
import { PROTOCOL_FIELDS, type ProtocolFieldName } from '../../registry/client-protocol/protocol-fields.js';
import type { RecordField } from '../console-records/record-fields.js';

/** A field of the record in a form. */
export interface CardField extends RecordField {
  name: keyof typeof CLIENT_FIELD_DESCRIPTIONS;
}

/** Options whose text is their value. */
export const words = (names: readonly string[]): OptionOnPage[] =>
  names.map((value) => ({ value, text: value }));
/** True or false. */
export const flag = (name: CardField['name'], label: string): CardField => ({
  name,
  label,
  control: 'select',
  isFlag: true,
  options: [
    { value: 'true', text: 'true: yes' },
    { value: 'false', text: 'false: no' },
  ],
});
/** One of the values; `none` is what no choice means. */
export const choice = (
  name: CardField['name'],
  label: string,
  values: readonly string[],
  none?: string,
): CardField => ({
  name,
  label,
  control: 'select',
  options: [...(none === undefined ? [] : [{ value: '', text: none }]), ...words(values)],
});
/** A URL. */
export const url = (name: CardField['name'], label: string): CardField => ({ name, label, control: 'url' });
/** A list, one entry on each line. */
export const lines = (name: CardField['name'], label: string): CardField => ({
  name,
  label,
  control: 'lines',
});

/** Fields of the protocol, with their own words. */
export const ofProtocol = (...names: ProtocolFieldName[]): CardField[] =>
  names.map((name) => {
    const {
      control,
      label,
      none = '',
      notJson = 'This is not JSON.',
      options = [],
    }: ProtocolField<z.ZodType, z.ZodType> = PROTOCOL_FIELDS[name];
    if (control === 'text' || control === 'url') return { name, label, control };
    if (control === 'lines') return lines(name, label);
    if (control === 'json') return { name, label, control: 'code', notJson };
    return control === 'flag' ? flag(name, label) : choice(name, label, options, none);
  });
